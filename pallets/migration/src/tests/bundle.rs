//! Bundles of a made-up source chain.

use codec::Encode;
use frame_support::{assert_ok, BoundedVec};
use migration_primitives::{
	address::{create2_address, create_address},
	hash::{keccak256, KECCAK_EMPTY},
	item::{self, AccountHead, Slot},
	limits::FORMAT_VERSION,
	manifest::{BalancePolicy, Deadlines, EvmSpec, Manifest, Remapped, SourceBlock, TreeSummary},
	map::{self, MapEntry, Target},
	merkle::{self, Tree},
	snapshot::{Finality, Scope, Totals, Trust},
	status::{AccountState, CollisionPolicy},
	trie::{put_slot_value, TrieBuilder},
	H160, H256, U256,
};
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	AccountId32,
};

use crate::{mock::*, Call};

/// The chain id of the source.
pub(super) const SOURCE: u64 = 1;

/// An account of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Source {
	pub(super) address: H160,
	pub(super) nonce: u64,
	pub(super) balance: U256,
	pub(super) code: Vec<u8>,
	pub(super) slots: Vec<Slot>,
}

/// An account with a key.
pub(super) fn external(byte: u8, nonce: u64, balance: impl Into<U256>) -> Source {
	Source {
		address: H160::repeat_byte(byte),
		nonce,
		balance: balance.into(),
		code: vec![],
		slots: vec![],
	}
}

/// A contract of nonce 1 with this code and this many slots.
pub(super) fn contract(byte: u8, code: &[u8], slots: u64) -> Source {
	let slots = (0..slots)
		.map(|number| Slot { key: word(number), value: word(number * 1_000_003 + 1) })
		.collect();
	Source { code: code.to_vec(), slots, ..external(byte, 1, 0) }
}

pub(super) fn word(value: u64) -> H256 {
	H256::from_low_u64_be(value)
}

impl Source {
	/// With another balance.
	pub(super) fn with_balance(self, balance: impl Into<U256>) -> Self {
		Self { balance: balance.into(), ..self }
	}

	/// At another address.
	pub(super) fn at(self, address: H160) -> Self {
		Self { address, ..self }
	}

	pub(super) fn head(&self) -> AccountHead {
		let code_hash = if self.code.is_empty() { KECCAK_EMPTY } else { keccak256(&self.code) };
		AccountHead {
			address: self.address,
			nonce: self.nonce,
			balance: self.balance,
			code_hash,
			storage_root: storage_root(&self.slots),
			code_length: self.code.len() as u32,
			slot_count: self.slots.len() as u64,
			proof: vec![],
		}
	}

	/// Head, code and slots, in the order of a snapshot.
	pub(super) fn records(&self) -> Vec<Vec<u8>> {
		let mut records = vec![head_record(&self.head())];
		if !self.code.is_empty() {
			records.push(code_record(&self.code));
		}
		let mut slots = self.slots.clone();
		slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
		records.extend(slots.iter().map(slot_record));
		records
	}
}

/// The root of the storage trie over these slots.
pub(super) fn storage_root(slots: &[Slot]) -> H256 {
	let mut leaves: Vec<_> =
		slots.iter().map(|slot| (keccak256(slot.key.as_bytes()), slot.value)).collect();
	leaves.sort();
	let mut trie = TrieBuilder::default();
	for (key, value) in leaves {
		let mut leaf = vec![];
		put_slot_value(&value, &mut leaf);
		trie.add(key, &leaf).expect("in order");
	}
	trie.root()
}

pub(super) fn head_record(head: &AccountHead) -> Vec<u8> {
	let mut bytes = vec![];
	item::put_account(head, &mut bytes);
	bytes
}

pub(super) fn code_record(code: &[u8]) -> Vec<u8> {
	let mut bytes = vec![];
	item::put_code(code, &mut bytes);
	bytes
}

pub(super) fn slot_record(slot: &Slot) -> Vec<u8> {
	let mut bytes = vec![];
	item::put_slot(slot, &mut bytes);
	bytes
}

/// Everything that governance and relayers get.
#[derive(Clone)]
pub(super) struct Bundle {
	/// The number that the migration will have.
	pub(super) migration: u32,
	pub(super) manifest: Manifest<AccountId32>,
	pub(super) entries: Vec<MapEntry<AccountId32>>,
	pub(super) chunks: Vec<Vec<u8>>,
}

/// A bundle of these accounts: `Preserve` where `targets` says nothing, balances minted, a few
/// records in each chunk, four map entries in each run.
pub(super) fn bundle(
	accounts: &[Source],
	targets: impl IntoIterator<Item = (H160, Target<AccountId32>)>,
) -> Bundle {
	let accounts = in_order(accounts);
	let mut entries: Vec<_> = accounts
		.iter()
		.map(|account| MapEntry {
			source: account.address,
			target: Target::Preserve,
			address: account.address,
		})
		.collect();
	entries.sort_by_key(|entry| entry.source);
	for (source, target) in targets {
		let entry = entries.iter_mut().find(|entry| entry.source == source);
		entry.expect("the source is an account").target = target;
	}
	for index in 0..entries.len() {
		entries[index].address = resolve(&entries, entries[index].source);
	}
	let totals = Totals {
		accounts: accounts.len() as u64,
		contracts: accounts.iter().filter(|a| !a.code.is_empty()).count() as u64,
		slots: accounts.iter().map(|a| a.slots.len() as u64).sum(),
		code_bytes: accounts.iter().map(|a| a.code.len() as u64).sum(),
		balance: sum(accounts.iter()),
	};
	let moved = |account: &&Source| {
		let entry = entries.iter().find(|entry| entry.source == account.address);
		let kept = entry.is_none_or(|entry| entry.target == Target::Preserve);
		account.code.is_empty() && account.slots.is_empty() && !kept
	};
	let remapped = Remapped {
		accounts: accounts.iter().filter(moved).count() as u32,
		balance: sum(accounts.iter().filter(moved)),
	};
	let records: Vec<Vec<u8>> = accounts.iter().flat_map(Source::records).collect();
	let manifest = Manifest {
		version: FORMAT_VERSION,
		source: SourceBlock {
			chain_id: SOURCE,
			number: 100,
			hash: H256::repeat_byte(0x77),
			header: Default::default(),
			finality: Finality::Finalized,
			confirmations: 64,
		},
		scope: Scope::Selected,
		trust: Trust::Attested,
		snapshot_digest: keccak256(&records.concat()),
		chunks: TreeSummary { root: H256::zero(), count: 0 },
		map: TreeSummary { root: H256::zero(), count: 0 },
		map_run_log2: 2,
		totals,
		remapped,
		balances: BalancePolicy::Mint { cap: u128::MAX },
		post_import_calls: Default::default(),
		deadlines: Deadlines { mapping: 10, importing: 10, review: 10 },
		evm_spec: EvmSpec::Osaka,
	};
	let bundle = Bundle { migration: 0, manifest, entries, chunks: vec![] };
	bundle.cut(&records, 3).with_map(|_| ())
}

fn sum<'a>(accounts: impl Iterator<Item = &'a Source>) -> U256 {
	accounts.fold(U256::zero(), |sum, account| sum.saturating_add(account.balance))
}

/// The address that a source's rule gives, and before it its deployer's.
fn resolve(entries: &[MapEntry<AccountId32>], source: H160) -> H160 {
	let Some(entry) = entries.iter().find(|entry| entry.source == source) else { return source };
	match &entry.target {
		Target::Preserve => source,
		Target::Explicit(address) => *address,
		Target::Create { deployer, nonce } => create_address(resolve(entries, *deployer), *nonce),
		Target::Create2 { deployer, salt, init_code_hash } => {
			create2_address(resolve(entries, *deployer), *salt, *init_code_hash)
		}
		Target::Account(account) => pallet_evm::truncate(account),
	}
}

impl Bundle {
	/// Cuts these records into chunks of `size`, whatever they are.
	pub(super) fn cut(self, records: &[Vec<u8>], size: usize) -> Self {
		let chunks = records.chunks(size).map(|chunk| chunk.concat()).collect();
		self.with_chunks(chunks)
	}

	/// Approves these chunks, whatever they are.
	pub(super) fn with_chunks(mut self, chunks: Vec<Vec<u8>>) -> Self {
		self.chunks = chunks;
		let leaves = self.leaves();
		self.manifest.chunks =
			TreeSummary { root: merkle::root(&leaves), count: leaves.len() as u32 };
		self
	}

	/// Changes the map and approves it, whatever it is.
	pub(super) fn with_map(mut self, change: impl FnOnce(&mut Vec<MapEntry<AccountId32>>)) -> Self {
		change(&mut self.entries);
		self.manifest.map =
			TreeSummary { root: map::run_root(&self.entries, 0), count: self.entries.len() as u32 };
		self
	}

	/// Changes the manifest.
	pub(super) fn with(mut self, change: impl FnOnce(&mut Manifest<AccountId32>)) -> Self {
		change(&mut self.manifest);
		self
	}

	/// With another balance policy.
	pub(super) fn policy(self, policy: BalancePolicy<AccountId32>) -> Self {
		self.with(|manifest| manifest.balances = policy)
	}

	fn leaves(&self) -> Vec<H256> {
		(0..).zip(&self.chunks).map(|(i, chunk)| merkle::leaf(Tree::Chunks, i, chunk)).collect()
	}

	/// The call that loads a run of the map.
	pub(super) fn map_chunk(&self, index: u32) -> Call<Test> {
		let length = 1usize << self.manifest.map_run_log2;
		let roots: Vec<H256> = (0u32..)
			.zip(self.entries.chunks(length))
			.map(|(run, entries)| map::run_root(entries, run * length as u32))
			.collect();
		let run = self.entries.chunks(length).nth(index as usize).unwrap_or_default();
		Call::submit_map_chunk {
			migration: self.migration,
			index,
			entries: bounded(run.iter().flat_map(Encode::encode).collect()),
			path: bounded(merkle::path(&roots, index as usize).unwrap_or_default()),
		}
	}

	/// The call that applies a chunk.
	pub(super) fn chunk(&self, index: u32) -> Call<Test> {
		Call::submit_chunk {
			migration: self.migration,
			index,
			chunk: bounded(self.chunks.get(index as usize).cloned().unwrap_or_default()),
			path: bounded(merkle::path(&self.leaves(), index as usize).unwrap_or_default()),
		}
	}

	pub(super) fn map_chunks(&self) -> u32 {
		self.manifest.map_chunks()
	}

	pub(super) fn count(&self) -> u32 {
		self.chunks.len() as u32
	}

	/// Proposes the manifest as root, with the consent of who funds it.
	pub(super) fn propose(&self) {
		self.agree();
		let manifest = Box::new(self.manifest.clone());
		assert_ok!(dispatch(Call::propose { manifest }, RuntimeOrigin::root()));
	}

	/// The funding account agrees to the manifest.
	pub(super) fn agree(&self) {
		if let BalancePolicy::Fund { account } = &self.manifest.balances {
			let call = Call::consent { manifest: Some(self.manifest.hash()) };
			assert_ok!(dispatch(call, RuntimeOrigin::signed(account.clone())));
		}
	}

	/// Proposes, and loads the map.
	pub(super) fn load_map(&self) {
		self.propose();
		(0..self.map_chunks()).for_each(|index| submit(self.map_chunk(index)));
	}

	/// Proposes and imports everything.
	pub(super) fn import(&self) {
		self.load_map();
		(0..self.count()).for_each(|index| submit(self.chunk(index)));
	}

	/// Leaves the collisions that nobody settled behind.
	pub(super) fn leave_collisions(&self) {
		let open: Vec<H160> = crate::Accounts::<Test>::iter_prefix(SOURCE)
			.filter(|(_, entry)| entry.migration == self.migration)
			.filter(|(_, entry)| matches!(entry.state, AccountState::Collided(_)))
			.map(|(source, _)| source)
			.collect();
		let (migration, policy) = (self.migration, CollisionPolicy::Leave);
		let call = Call::resolve { migration, sources: bounded(open), policy };
		assert_ok!(dispatch(call, RuntimeOrigin::root()));
	}

	/// Activates after the review, with what collided left behind.
	pub(super) fn activate(&self) {
		self.leave_collisions();
		(0..3).for_each(|_| next_block());
		assert_ok!(dispatch(self.activation(), RuntimeOrigin::root()));
	}

	pub(super) fn activation(&self) -> Call<Test> {
		Call::activate { migration: self.migration }
	}

	/// The call that releases what waits for these.
	pub(super) fn release(&self, sources: &[H160]) -> Call<Test> {
		Call::release { migration: self.migration, sources: bounded(sources.to_vec()) }
	}
}

fn bounded<Item, Bound>(items: Vec<Item>) -> BoundedVec<Item, Bound>
where
	Bound: sp_core::Get<u32>,
	Item: core::fmt::Debug,
{
	BoundedVec::try_from(items).expect("within the bound")
}

/// Includes a chunk, in the next block if this one has no room for it.
#[track_caller]
pub(super) fn submit(call: Call<Test>) {
	let extrinsic = general(call.into());
	let full = TransactionValidityError::from(InvalidTransaction::ExhaustsResources);
	let mut result = include(extrinsic.clone());
	if result == Err(full) {
		next_block();
		result = include(extrinsic);
	}
	assert_eq!(result, Ok(Ok(())));
}

/// Accounts in the order of a snapshot.
pub(super) fn in_order(accounts: &[Source]) -> Vec<Source> {
	let mut accounts = accounts.to_vec();
	accounts.sort_by_key(|account| keccak256(account.address.as_bytes()));
	accounts
}
