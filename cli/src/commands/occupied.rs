//! What stands at the targets of a migration before anything is proposed.

use std::{collections::BTreeSet, fs::File};

use anyhow::Result;
use codec::DecodeAll;
use futures::{stream, StreamExt, TryStreamExt};
use migration_primitives::{
	address::is_system_address,
	hash::KECCAK_EMPTY,
	item::{is_delegation, AccountHead, Item},
	manifest::BalancePolicy,
	map::Target,
	H160, H256, U256,
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;

use super::target::TargetFacts;
use crate::{
	bundle::Bundle,
	plan::AccountInfo,
	snapshot::SnapshotReader,
	substrate::{AccountData, Chain, Keys},
};

/// Accounts of one question.
const BATCH: usize = 128;
/// Questions for storage at once.
const PARALLEL: usize = 16;
/// Bytes of the code of an account that delegates (EIP-7702).
const DELEGATION_LENGTH: u64 = 23;

/// What was found at the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Findings {
	/// Where something stands that an account of the source would have to replace: collisions.
	pub(super) occupied: Vec<Standing>,
	/// Where nothing but a balance stands, and a contract goes: whoever rules the contract gets that
	/// balance too.
	pub(super) taken_over: Vec<Standing>,
	/// Contracts that go to a reserved address, which the chain refuses: source and target.
	pub(super) reserved: Vec<(H160, H160)>,
	/// The first account whose balance the chain could not credit.
	pub(super) below_deposit: Option<BelowDeposit>,
}

impl Findings {
	/// Wei that whoever rules the contracts gets with them.
	pub(super) fn taken_over_wei(&self) -> u128 {
		self.taken_over.iter().fold(0, |sum, standing| sum.saturating_add(standing.balance))
	}
}

/// A target where something stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Standing {
	/// The account on the source.
	pub(super) source: H160,
	/// Its target.
	pub(super) target: H160,
	/// Code hash of what stands there.
	pub(super) code_hash: H256,
	/// Its nonce.
	pub(super) nonce: u64,
	/// Its balance in wei.
	pub(super) balance: u128,
	/// Whether it has storage.
	pub(super) storage: bool,
}

impl Standing {
	/// The same as JSON.
	pub(super) fn data(&self) -> Value {
		json!({
			"source": self.source,
			"target": self.target,
			"code_hash": self.code_hash,
			"nonce": self.nonce,
			"balance": self.balance.to_string(),
			"storage": self.storage,
		})
	}
}

impl std::fmt::Display for Standing {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let Self { source, target, code_hash, nonce, balance, storage } = self;
		write!(f, "{source:?} -> {target:?}: ")?;
		match *code_hash == KECCAK_EMPTY {
			true => write!(f, "no code")?,
			false => write!(f, "code {code_hash:?}")?,
		}
		let storage = if *storage { "storage" } else { "no storage" };
		write!(f, ", nonce {nonce}, {storage}, {balance} wei")
	}
}

/// A balance that the chain cannot hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"{source_address:?} has {balance} wei, the chain's existential deposit is {deposit}: the import \
	 would fault there. Take the policy skip, leave the account out, or send the deposit to its target \
	 first"
)]
pub(super) struct BelowDeposit {
	/// The account on the source.
	source_address: H160,
	/// Its balance.
	balance: U256,
	/// The chain's existential deposit.
	deposit: U256,
}

/// An account of the snapshot that is looked for on the target.
struct Wanted {
	head: AccountHead,
	info: AccountInfo,
	target: H160,
	/// Whether it goes to an account of the chain, whatever its address.
	native: bool,
}

/// Looks at every target of a bundle.
pub(super) async fn look_at_bundle(
	chain: &Chain,
	bundle: &Bundle,
	facts: &TargetFacts,
	at: H256,
) -> Result<Findings> {
	let deposit = match bundle.manifest.balances {
		BalancePolicy::Skip => U256::zero(),
		_ => facts.existential_deposit.unwrap_or_default().into(),
	};
	look(chain, bundle.reader()?, |source| bundle.target(source), deposit, at).await
}

/// Looks at the target of every account of a snapshot. `deposit` is the least balance of an account,
/// zero where balances are not looked at.
pub(super) async fn look(
	chain: &Chain,
	mut reader: SnapshotReader<File>,
	target: impl Fn(H160) -> (Target<AccountId32>, H160),
	deposit: U256,
	at: H256,
) -> Result<Findings> {
	let hashed = chain.account_id(PROBE, at).await? == Keys::hashed_account(PROBE);
	let mut search = Search { chain, at, deposit, hashed, found: Findings::default() };
	let mut open = None;
	let mut batch = Vec::with_capacity(BATCH);
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head) => {
				batch.extend(open.take());
				let (rule, target) = target(head.address);
				let native = matches!(rule, Target::Account(_));
				let info = AccountInfo::new(&head, &[]);
				open = Some(Wanted { head, info, target, native });
			}
			Item::Code(code) => {
				if let Some(open) = &mut open {
					open.info = AccountInfo::new(&open.head, code);
				}
			}
			Item::Slot(_) => {}
		}
		if batch.len() >= BATCH {
			search.look(&batch).await?;
			batch.clear();
		}
	}
	batch.extend(open);
	search.look(&batch).await?;
	Ok(search.found)
}

/// Whether an account of the source cannot stand at this address: the chain takes a balance there, and
/// faults a migration that brings code or storage.
pub(super) fn is_reserved(info: &AccountInfo, target: H160) -> bool {
	info.is_contract() && is_system_address(&target)
}

const PROBE: H160 = H160::repeat_byte(0x5a);

struct Search<'a> {
	chain: &'a Chain,
	at: H256,
	/// The least balance of an account, where balances are brought.
	deposit: U256,
	/// Whether addresses have accounts by the hashed mapping, which is then not asked for.
	hashed: bool,
	found: Findings,
}

impl Search<'_> {
	async fn look(&mut self, batch: &[Wanted]) -> Result<()> {
		let mut keys = Vec::with_capacity(batch.len().saturating_mul(2));
		for wanted in batch {
			keys.push(Keys::code_metadata(wanted.target));
			keys.push(self.account_key(wanted.target).await?);
		}
		let values = self.chain.values(&keys, self.at).await?;
		let delegated = self.delegated(batch, &values).await?;
		let storages: Vec<bool> = stream::iter(batch.iter().map(|wanted| wanted.target))
			.map(|target| self.has_storage(target))
			.buffered(PARALLEL)
			.try_collect()
			.await?;
		for ((wanted, values), storage) in batch.iter().zip(values.chunks(2)).zip(storages) {
			let [metadata, account] = values else { continue };
			let code_hash = match metadata {
				Some(bytes) => <(u64, H256)>::decode_all(&mut bytes.as_slice())?.1,
				None => KECCAK_EMPTY,
			};
			let account = match account {
				Some(bytes) => AccountData::decode(bytes)?,
				None => AccountData::default(),
			};
			let AccountData { nonce, free: balance, .. } = account;
			let delegated = delegated.contains(&wanted.target);
			self.judge(wanted, Stands { code_hash, nonce, balance, storage, delegated });
		}
		Ok(())
	}

	fn judge(&mut self, wanted: &Wanted, stands: Stands) {
		let Wanted { head, info, target, native } = wanted;
		if *native {
			return;
		}
		let (source, target) = (head.address, *target);
		let Stands { code_hash, nonce, balance, storage, .. } = stands;
		let standing = Standing { source, target, code_hash, nonce, balance, storage };
		match place(head, info, &stands) {
			_ if is_reserved(info, target) => self.found.reserved.push((source, target)),
			Place::Occupied => self.found.occupied.push(standing),
			Place::TakenOver => self.found.taken_over.push(standing),
			Place::Free => {}
		}
		let sum = info.balance.saturating_add(balance.into());
		if !info.balance.is_zero() && sum < self.deposit && self.found.below_deposit.is_none() {
			let (source_address, balance, deposit) = (source, info.balance, self.deposit);
			self.found.below_deposit = Some(BelowDeposit { source_address, balance, deposit });
		}
	}

	/// The targets with a delegation. `values` has the metadata of each target's code, and its account.
	async fn delegated(
		&self,
		batch: &[Wanted],
		values: &[Option<Vec<u8>>],
	) -> Result<BTreeSet<H160>> {
		let mut short = Vec::new();
		for (wanted, values) in batch.iter().zip(values.chunks(2)) {
			let [Some(metadata), _] = values else { continue };
			let (length, _) = <(u64, H256)>::decode_all(&mut metadata.as_slice())?;
			if length == DELEGATION_LENGTH {
				short.push(wanted.target);
			}
		}
		let keys: Vec<Vec<u8>> = short.iter().map(|target| Keys::code(*target)).collect();
		let codes = self.chain.values(&keys, self.at).await?;
		let mut delegated = BTreeSet::new();
		for (target, code) in short.into_iter().zip(codes) {
			let code = Vec::<u8>::decode_all(&mut code.unwrap_or_else(|| vec![0]).as_slice())?;
			if is_delegation(&code) {
				delegated.insert(target);
			}
		}
		Ok(delegated)
	}

	async fn account_key(&self, address: H160) -> Result<Vec<u8>> {
		let account = match self.hashed {
			true => Keys::hashed_account(address),
			false => self.chain.account_id(address, self.at).await?,
		};
		Ok(Keys::account(&account))
	}

	async fn has_storage(&self, address: H160) -> Result<bool> {
		let keys = self.chain.some_keys_after(&Keys::slots(address), None, 1, self.at).await?;
		Ok(!keys.is_empty())
	}
}

/// What stands at a target.
#[derive(Clone, Copy, Debug)]
struct Stands {
	code_hash: H256,
	nonce: u64,
	balance: u128,
	storage: bool,
	/// Whether the code is a delegation (EIP-7702): it belongs to an account with a key, and so does what
	/// was stored through it.
	delegated: bool,
}

/// What becomes of what stands at a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
	/// Nothing is lost, and nobody loses anything.
	Free,
	/// The chain lists a collision: what stands there stays.
	Occupied,
	/// A contract is written there, and rules the balance from then on.
	TakenOver,
}

/// As `pallet-migration` does when the account's head comes.
fn place(head: &AccountHead, info: &AccountInfo, stands: &Stands) -> Place {
	let code_or_storage = stands.code_hash != KECCAK_EMPTY || stands.storage;
	if !info.is_contract() {
		let empty = head.nonce == 0 && head.balance.is_zero() && head.code_length == 0;
		return match code_or_storage && !stands.delegated && !empty {
			true => Place::Occupied,
			false => Place::Free,
		};
	}
	let already_present = head.code_length > 0
		&& head.slot_count == 0
		&& stands.code_hash == head.code_hash
		&& !stands.storage;
	match (already_present, code_or_storage || stands.nonce > 0) {
		(true, _) => Place::Free,
		(false, true) => Place::Occupied,
		(false, false) if stands.balance > 0 => Place::TakenOver,
		(false, false) => Place::Free,
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::hash::EMPTY_TRIE_ROOT;

	fn head(code: u8, slot_count: u64) -> AccountHead {
		AccountHead {
			address: H160::repeat_byte(1),
			nonce: 1,
			balance: U256::zero(),
			code_hash: if code == 0 { KECCAK_EMPTY } else { H256::repeat_byte(code) },
			storage_root: EMPTY_TRIE_ROOT,
			code_length: code.into(),
			slot_count,
			proof: Vec::new(),
		}
	}

	#[test]
	fn place_of_each_kind_works() {
		let nothing = Stands {
			code_hash: KECCAK_EMPTY,
			nonce: 0,
			balance: 0,
			storage: false,
			delegated: false,
		};
		let code = |byte| Stands { code_hash: H256::repeat_byte(byte), ..nothing };
		let nonce = Stands { nonce: 1, ..nothing };
		let storage = Stands { storage: true, ..nothing };
		let dust = Stands { balance: 1, ..nothing };
		let wallet = Stands { nonce: 1, storage: true, delegated: true, ..code(8) };
		let cases = [
			// A contract with storage.
			(head(7, 2), nothing, Place::Free),
			(head(7, 2), code(7), Place::Occupied),
			(head(7, 2), nonce, Place::Occupied),
			(head(7, 2), Stands { balance: 1, ..nonce }, Place::Occupied),
			(head(7, 2), storage, Place::Occupied),
			(head(7, 2), dust, Place::TakenOver),
			// One without: the same code is no collision, and keeps what it has.
			(head(7, 0), code(7), Place::Free),
			(head(7, 0), Stands { balance: 1, ..code(7) }, Place::Free),
			(head(7, 0), Stands { storage: true, ..code(7) }, Place::Occupied),
			(head(7, 0), code(8), Place::Occupied),
			(head(7, 0), dust, Place::TakenOver),
			// A person: what stands there is hers, or waits beside what is.
			(head(0, 0), nonce, Place::Free),
			(head(0, 0), dust, Place::Free),
			(head(0, 0), code(8), Place::Occupied),
			(head(0, 0), storage, Place::Occupied),
			(AccountHead { nonce: 0, ..head(0, 0) }, code(8), Place::Free),
			// Her delegation is hers, and stands in the way of a contract only.
			(head(0, 0), wallet, Place::Free),
			(head(7, 2), wallet, Place::Occupied),
		];
		for (head, stands, expected) in cases {
			let info = AccountInfo::new(&head, &[]);
			assert_eq!(place(&head, &info, &stands), expected, "{head:?} {stands:?}");
		}
	}

	#[test]
	fn is_reserved_of_contracts_at_precompiles_works() {
		let info = |code, slots| AccountInfo::new(&head(code, slots), &[]);
		for number in [0u64, 1, 0x11, 0x100] {
			let address = H160::from_low_u64_be(number);
			assert!(is_reserved(&info(7, 0), address), "code at {address:?}");
			assert!(is_reserved(&info(0, 1), address), "storage at {address:?}");
			assert!(!is_reserved(&info(0, 0), address), "a balance may be at {address:?}");
		}
		assert!(!is_reserved(&info(7, 0), H160::from_low_u64_be(0x12)));
	}
}
