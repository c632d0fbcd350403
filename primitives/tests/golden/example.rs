//! A small migration with one of everything: two people and three contracts, every rule of the map,
//! a chunk that begins inside an account, and trees with an odd number of nodes.

use codec::Encode;
use hex_literal::hex;
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{self, AccountHead, Slot, TRAILER_TAG},
	limits::FORMAT_VERSION,
	manifest::{BalancePolicy, Deadlines, EvmSpec, Manifest, Remapped, SourceBlock, TreeSummary},
	map::{self, MapEntry, Target},
	merkle::{self, Tree},
	minimal,
	snapshot::{Finality, Scope, SnapshotHeader, Totals, Trust, MAGIC},
	H160, H256, U256,
};

use crate::trie::{bytes, list, Trie};

/// An account of the target chain.
pub(crate) type AccountId = [u8; 32];

/// A person who becomes an account of the target chain.
pub(crate) const ALICE: H160 = H160::repeat_byte(0x11);
/// A person who gets another address.
pub(crate) const BOB: H160 = H160::repeat_byte(0x22);
/// A contract that stays.
pub(crate) const TOKEN: H160 = H160::repeat_byte(0x33);
/// A contract at the address that `CREATE` gives.
pub(crate) const CHILD: H160 = H160::repeat_byte(0x44);
/// A contract without storage at the address that `CREATE2` gives.
pub(crate) const PROXY: H160 = H160::repeat_byte(0x55);

/// Slots of a chunk.
const CHUNK_SLOTS: usize = 2;
/// A map chunk holds two entries.
pub(crate) const RUN_LOG2: u8 = 1;

struct Account {
	address: H160,
	nonce: u64,
	balance: U256,
	code: Vec<u8>,
	slots: Vec<(u64, H256)>,
}

/// Everything that is made of the accounts.
pub(crate) struct Example {
	pub(crate) block_header: Vec<u8>,
	pub(crate) state_root: H256,
	pub(crate) storage_roots: [(H160, H256); 2],
	/// One after another, as they stand in the file.
	pub(crate) records: Vec<Vec<u8>>,
	pub(crate) snapshot: Vec<u8>,
	pub(crate) snapshot_digest: H256,
	pub(crate) chunks: Vec<Vec<u8>>,
	pub(crate) chunk_leaves: Vec<H256>,
	pub(crate) entries: Vec<MapEntry<AccountId>>,
	pub(crate) map_leaves: Vec<H256>,
	pub(crate) runs: Vec<Vec<u8>>,
	pub(crate) run_roots: Vec<H256>,
	pub(crate) manifest: Manifest<AccountId>,
}

fn accounts() -> Vec<Account> {
	let people = |address, nonce, balance| Account {
		address,
		nonce,
		balance,
		code: Vec::new(),
		slots: Vec::new(),
	};
	let mut accounts = vec![
		people(ALICE, 300, (U256::one() << 64) + 1),
		people(BOB, 7, U256::from(5)),
		Account {
			address: TOKEN,
			nonce: 1,
			balance: U256::zero(),
			code: hex!("60005460005260206000f3").to_vec(),
			slots: vec![
				(0, H256::from_low_u64_be(1)),
				(1, H256::from_low_u64_be(0x0100)),
				(2, H256::from(BOB)),
				(3, H256::repeat_byte(0x07)),
			],
		},
		Account {
			address: CHILD,
			nonce: 1,
			balance: U256::from(1_000),
			code: hex!("00").to_vec(),
			slots: vec![(0, H256::repeat_byte(0xff))],
		},
		Account {
			address: PROXY,
			nonce: 1,
			balance: U256::zero(),
			code: hex!("363d3d373d3d3d363d73333333333333333333333333333333333333333333335af43d82803e903d91602b57fd5bf3").to_vec(),
			slots: Vec::new(),
		},
	];
	accounts.sort_by_key(|account| keccak256(account.address.as_bytes()));
	accounts
}

impl Account {
	/// Slots with keys and values, in the order of the file.
	fn slots(&self) -> Vec<Slot> {
		let mut slots: Vec<Slot> = self
			.slots
			.iter()
			.map(|(key, value)| Slot { key: H256::from_low_u64_be(*key), value: *value })
			.collect();
		slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
		slots
	}

	fn storage_root(&self) -> H256 {
		let pairs = self.slots().into_iter().map(|slot| {
			let value = bytes(minimal::significant(slot.value.as_bytes()));
			(slot.key.as_bytes().to_vec(), value)
		});
		Trie::new(pairs).root()
	}

	fn head(&self) -> AccountHead {
		AccountHead {
			address: self.address,
			nonce: self.nonce,
			balance: self.balance,
			code_hash: keccak256(&self.code),
			storage_root: self.storage_root(),
			code_length: self.code.len() as u32,
			slot_count: self.slots.len() as u64,
			proof: Vec::new(),
		}
	}
}

/// The account's leaf in the state trie (Yellow Paper, section 4.1).
fn state_leaf(head: &AccountHead) -> Vec<u8> {
	list(&[
		bytes(minimal::significant(&head.nonce.to_be_bytes())),
		bytes(minimal::significant(&head.balance.to_big_endian())),
		bytes(head.storage_root.as_bytes()),
		bytes(head.code_hash.as_bytes()),
	])
}

/// A header as London made them: Ethereum's first fifteen fields and a base fee.
fn block_header(state_root: H256) -> Vec<u8> {
	let mut fields = vec![
		bytes(&[0xa0; 32]),
		bytes(&hex!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347")),
		bytes(&[0xa2; 20]),
		bytes(state_root.as_bytes()),
		bytes(EMPTY_TRIE_ROOT.as_bytes()),
		bytes(EMPTY_TRIE_ROOT.as_bytes()),
		bytes(&[0; 256]),
	];
	// Difficulty, number 42, gas limit, gas used, time.
	for integer in [0u64, 42, 30_000_000, 0, 1_700_000_000] {
		fields.push(bytes(minimal::significant(&integer.to_be_bytes())));
	}
	fields.extend([bytes(b"golden"), bytes(&[0; 32]), bytes(&[0; 8])]);
	fields.push(bytes(minimal::significant(&7u64.to_be_bytes())));
	list(&fields)
}

fn entries() -> Vec<MapEntry<AccountId>> {
	let salt = H256::repeat_byte(0x5a);
	let init_code_hash = keccak256(&hex!("600080fd"));
	let rules = [
		(ALICE, Target::Account([0x77; 32])),
		(BOB, Target::Explicit(H160::repeat_byte(0xbb))),
		(TOKEN, Target::Preserve),
		(CHILD, Target::Create { deployer: BOB, nonce: 6 }),
		(PROXY, Target::Create2 { deployer: TOKEN, salt, init_code_hash }),
	];
	let deployer = |target: &Target<AccountId>| match target.deployer() {
		Some(deployer) if deployer == BOB => Some(H160::repeat_byte(0xbb)),
		other => other,
	};
	rules
		.into_iter()
		.map(|(source, target)| {
			let address = target.address(source, deployer(&target)).expect("every deployer");
			MapEntry { source, target, address }
		})
		.collect()
}

impl Example {
	pub(crate) fn new() -> Self {
		let accounts = accounts();
		let state = Trie::new(
			accounts
				.iter()
				.map(|account| (account.address.as_bytes().to_vec(), state_leaf(&account.head()))),
		);
		let state_root = state.root();
		let block_header = block_header(state_root);
		let header = SnapshotHeader {
			chain_id: 1_337,
			block_number: 42,
			block_hash: keccak256(&block_header),
			block_header: block_header.clone(),
			confirmations: 64,
			finality: Finality::Finalized,
			scope: Scope::Selected,
			trust: Trust::Attested,
		};
		let (records, slots) = records(&accounts, &state);
		let totals = totals(&accounts);
		let snapshot = snapshot(&header, &records, &totals);
		let snapshot_digest = H256::from_slice(&snapshot[snapshot.len() - 32..]);
		let chunks = chunks(&records, &slots);
		let chunk_leaves: Vec<H256> = (0..)
			.zip(&chunks)
			.map(|(index, chunk)| merkle::leaf(Tree::Chunks, index, chunk))
			.collect();
		let entries = entries();
		let map_leaves: Vec<H256> =
			(0..).zip(&entries).map(|(index, entry)| entry.leaf(index)).collect();
		let length = 1usize << RUN_LOG2;
		let runs: Vec<Vec<u8>> = entries
			.chunks(length)
			.map(|run| run.iter().flat_map(Encode::encode).collect())
			.collect();
		let run_roots = (0u32..)
			.zip(entries.chunks(length))
			.map(|(index, run)| map::run_root(run, index << RUN_LOG2))
			.collect();
		let tree = |leaves: &[H256]| TreeSummary {
			root: merkle::root(leaves),
			count: leaves.len() as u32,
		};
		let manifest = Manifest {
			version: FORMAT_VERSION,
			source: SourceBlock {
				chain_id: header.chain_id,
				number: header.block_number,
				hash: header.block_hash,
				header: block_header.clone().try_into().expect("a short header"),
				finality: header.finality,
				confirmations: header.confirmations,
			},
			scope: header.scope,
			trust: header.trust,
			snapshot_digest,
			chunks: tree(&chunk_leaves),
			map: tree(&map_leaves),
			map_run_log2: RUN_LOG2,
			totals,
			remapped: Remapped { accounts: 2, balance: (U256::one() << 64) + 6 },
			balances: BalancePolicy::Mint { cap: 1 << 65 },
			post_import_calls: Default::default(),
			deadlines: Deadlines { mapping: 100, importing: 200, review: 300 },
			evm_spec: EvmSpec::Osaka,
		};
		let root_of = |address| {
			let account = accounts.iter().find(|account| account.address == address);
			(address, account.expect("an account").storage_root())
		};
		let storage_roots = [root_of(TOKEN), root_of(CHILD)];
		Self {
			block_header,
			state_root,
			storage_roots,
			records,
			snapshot,
			snapshot_digest,
			chunks,
			chunk_leaves,
			entries,
			map_leaves,
			runs,
			run_roots,
			manifest,
		}
	}
}

/// The records and whether each is a slot.
fn records(accounts: &[Account], state: &Trie) -> (Vec<Vec<u8>>, Vec<bool>) {
	let (mut records, mut slots) = (Vec::new(), Vec::new());
	for account in accounts {
		let proof = state.proof(account.address.as_bytes());
		let head = AccountHead { proof, ..account.head() };
		assert_eq!(account.code.is_empty(), head.code_hash == KECCAK_EMPTY);
		let mut record = Vec::new();
		item::put_account(&head, &mut record);
		records.push(record);
		slots.push(false);
		if !account.code.is_empty() {
			let mut record = Vec::new();
			item::put_code(&account.code, &mut record);
			records.push(record);
			slots.push(false);
		}
		for slot in account.slots() {
			let mut record = Vec::new();
			item::put_slot(&slot, &mut record);
			records.push(record);
			slots.push(true);
		}
	}
	(records, slots)
}

fn totals(accounts: &[Account]) -> Totals {
	let contracts = accounts.iter().filter(|account| !account.code.is_empty()).count();
	Totals {
		accounts: accounts.len() as u64,
		contracts: contracts as u64,
		slots: accounts.iter().map(|account| account.slots.len() as u64).sum(),
		code_bytes: accounts.iter().map(|account| account.code.len() as u64).sum(),
		balance: accounts.iter().fold(U256::zero(), |sum, account| sum + account.balance),
	}
}

fn snapshot(header: &SnapshotHeader, records: &[Vec<u8>], totals: &Totals) -> Vec<u8> {
	let header = header.encode();
	let mut file = MAGIC.to_vec();
	file.extend_from_slice(&FORMAT_VERSION.to_be_bytes());
	file.extend_from_slice(&(header.len() as u32).to_be_bytes());
	file.extend_from_slice(&header);
	file.extend(records.iter().flatten());
	file.push(TRAILER_TAG);
	totals.encode_to(&mut file);
	let digest = keccak256(&file);
	file.extend_from_slice(digest.as_bytes());
	file
}

/// A new chunk begins before the slot that would be one too many.
fn chunks(records: &[Vec<u8>], slots: &[bool]) -> Vec<Vec<u8>> {
	let (mut chunks, mut count) = (vec![Vec::new()], 0);
	for (record, is_slot) in records.iter().zip(slots) {
		if *is_slot && count == CHUNK_SLOTS {
			chunks.push(Vec::new());
			count = 0;
		}
		count += usize::from(*is_slot);
		chunks.last_mut().expect("a chunk").extend_from_slice(record);
	}
	chunks
}
