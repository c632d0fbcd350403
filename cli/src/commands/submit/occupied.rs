//! What stands at targets before anything is proposed.

use anyhow::Result;
use codec::DecodeAll;
use futures::{stream, StreamExt, TryStreamExt};
use migration_primitives::{
	hash::KECCAK_EMPTY,
	item::{AccountHead, Item},
	manifest::BalancePolicy,
	map::Target,
	H160, H256, U256,
};

use super::SubmitError;
use crate::{
	bundle::Bundle,
	commands::target::TargetFacts,
	plan::AccountInfo,
	substrate::{AccountData, Chain, Keys},
};

/// Accounts of one question.
const BATCH: usize = 128;
/// Questions for storage at once.
const PARALLEL: usize = 16;

/// A target where something stands that an account of the source would have to replace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Occupied {
	/// The account on the source.
	pub(in crate::commands) source: H160,
	/// Its target.
	pub(in crate::commands) target: H160,
	/// Code hash of what stands there.
	pub(in crate::commands) code_hash: H256,
	/// Its nonce.
	pub(in crate::commands) nonce: u64,
	/// Whether it has storage.
	pub(in crate::commands) storage: bool,
}

impl std::fmt::Display for Occupied {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		let Self { source, target, code_hash, nonce, storage } = self;
		write!(f, "{source:?} -> {target:?}: ")?;
		match *code_hash == KECCAK_EMPTY {
			true => write!(f, "no code")?,
			false => write!(f, "code {code_hash:?}")?,
		}
		write!(f, ", nonce {nonce}, {}", if *storage { "storage" } else { "no storage" })
	}
}

/// An account of the snapshot that is looked for on the target.
struct Wanted {
	head: AccountHead,
	info: AccountInfo,
	target: H160,
	/// Whether it goes to an account of the chain, whatever its address.
	native: bool,
}

/// Looks at every target: gives those that are occupied, and refuses balances that the chain could
/// not credit.
pub(in crate::commands) async fn occupied(
	chain: &Chain,
	bundle: &Bundle,
	facts: &TargetFacts,
	at: H256,
) -> Result<Vec<Occupied>> {
	let mut search = Search {
		chain,
		at,
		deposit: match bundle.manifest.balances {
			BalancePolicy::Skip => U256::zero(),
			_ => facts.existential_deposit.unwrap_or_default().into(),
		},
		hashed: chain.account_id(PROBE, at).await? == Keys::hashed_account(PROBE),
		found: Vec::new(),
	};
	let (mut reader, mut open) = (bundle.reader()?, None);
	let mut batch = Vec::with_capacity(BATCH);
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head) => {
				batch.extend(open.take());
				let (rule, target) = bundle.target(head.address);
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

const PROBE: H160 = H160::repeat_byte(0x5a);

struct Search<'a> {
	chain: &'a Chain,
	at: H256,
	/// The least balance of an account, where balances are brought.
	deposit: U256,
	/// Whether addresses have accounts by the hashed mapping, which is then not asked for.
	hashed: bool,
	found: Vec<Occupied>,
}

impl Search<'_> {
	async fn look(&mut self, batch: &[Wanted]) -> Result<()> {
		let mut keys = Vec::with_capacity(batch.len().saturating_mul(2));
		for wanted in batch {
			keys.push(Keys::code_metadata(wanted.target));
			keys.push(self.account_key(wanted.target).await?);
		}
		let values = self.chain.values(&keys, self.at).await?;
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
			let Wanted { head, info, target, native } = wanted;
			let stands = Stands { code_hash, nonce: account.nonce, storage };
			if !native && collides(head, info, &stands) {
				self.found.push(Occupied {
					source: head.address,
					target: *target,
					code_hash,
					nonce: account.nonce,
					storage,
				});
			}
			let sum = info.balance.saturating_add(account.free.into());
			if !native && !info.balance.is_zero() && sum < self.deposit {
				return Err(SubmitError::BelowDeposit {
					source_address: head.address,
					balance: info.balance,
					deposit: self.deposit,
				}
				.into());
			}
		}
		Ok(())
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
	storage: bool,
}

/// Whether the chain lists a collision: as `pallet-migration` does when the account's head comes.
fn collides(head: &AccountHead, info: &AccountInfo, stands: &Stands) -> bool {
	let code_or_storage = stands.code_hash != KECCAK_EMPTY || stands.storage;
	if !info.is_contract() {
		let empty = head.nonce == 0 && head.balance.is_zero() && head.code_length == 0;
		return code_or_storage && !empty;
	}
	let already_present = head.code_length > 0
		&& head.slot_count == 0
		&& stands.code_hash == head.code_hash
		&& !stands.storage;
	!already_present && (code_or_storage || stands.nonce > 0)
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
	fn collides_of_each_kind_works() {
		let nothing = Stands { code_hash: KECCAK_EMPTY, nonce: 0, storage: false };
		let code = |byte| Stands { code_hash: H256::repeat_byte(byte), ..nothing };
		let nonce = Stands { nonce: 1, ..nothing };
		let storage = Stands { storage: true, ..nothing };
		let cases = [
			// A contract with storage.
			(head(7, 2), nothing, false),
			(head(7, 2), code(7), true),
			(head(7, 2), nonce, true),
			(head(7, 2), storage, true),
			// One without: the same code is no collision.
			(head(7, 0), code(7), false),
			(head(7, 0), Stands { storage: true, ..code(7) }, true),
			(head(7, 0), code(8), true),
			// A person.
			(head(0, 0), nonce, false),
			(head(0, 0), code(8), true),
			(head(0, 0), storage, true),
			(AccountHead { nonce: 0, ..head(0, 0) }, code(8), false),
		];
		for (head, stands, expected) in cases {
			let info = AccountInfo::new(&head, &[]);
			assert_eq!(collides(&head, &info, &stands), expected, "{head:?} {stands:?}");
		}
	}
}
