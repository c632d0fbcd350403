//! What the records of a snapshot must be, one after another.
//!
//! [`item`] reads claims: nothing in them is true yet. A [`Checker`] takes the claims of a snapshot in
//! order and hands back what it found to hold so far, in types that nothing else can make. The runtime
//! writes nothing but these, and the command line writes no snapshot with others. A checker that was
//! made without a state root, for `Attested` data, holds the records against each other only.
//!
//! - A [`CheckedHead`] comes in its place and agrees with itself. With a state root it is the source's:
//!   in `Selected` scope at once, by its proof; in `Full` scope once [`Checker::finish`] has held all
//!   heads together against the state root.
//! - A [`CheckedCode`] has the length and the hash that its head says.
//! - A [`CheckedSlot`] comes in its place and is not zero. More is known of it only with all others of
//!   its account, when [`Checker::end_account`] holds them against the head's storage root.
//! - A [`CompleteAccount`] has all its code and slots, and these make its storage root. All of it is the
//!   source's where its head is.
//!
//! What a target writes before that it must be able to take back.

use alloc::vec::Vec;
use core::{mem, ops::Deref};

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};

use crate::{
	fault::Fault,
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{self, AccountHead, ItemError, Slot},
	snapshot::Scope,
	trie::{put_slot_value, verify_account, TrieAccount, TrieBuilder, MAX_LEAF_VALUE_BYTES},
};

/// Longest leaf value of a slot: RLP of 32 bytes.
const MAX_SLOT_VALUE_BYTES: usize = 33;

/// What a head says of its account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Head {
	/// The address on the source.
	pub address: H160,
	/// The nonce on the source.
	pub nonce: u64,
	/// The balance on the source in wei.
	pub balance: U256,
	/// Keccak-256 of the code.
	pub code_hash: H256,
	/// Root of the account's storage trie.
	pub storage_root: H256,
	/// Length of the code in bytes.
	pub code_length: u32,
	/// Number of slots.
	pub slot_count: u64,
}

impl Head {
	fn of(claim: &AccountHead) -> Self {
		let AccountHead { address, nonce, balance, code_hash, storage_root, .. } = *claim;
		let AccountHead { code_length, slot_count, .. } = *claim;
		Self { address, nonce, balance, code_hash, storage_root, code_length, slot_count }
	}

	/// What the state trie holds of it.
	pub fn trie_account(&self) -> TrieAccount {
		let Self { nonce, balance, storage_root, code_hash, .. } = *self;
		TrieAccount { nonce, balance, storage_root, code_hash }
	}
}

/// A head that comes in its place and agrees with itself.
///
/// By a checker with a state root it is also the source's: in `Selected` scope by its proof, in
/// `Full` scope only once [`Checker::finish`] has held all heads together against the state root.
/// Without a state root nothing but the approved hash of the data stands for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedHead(Head);

/// Code that has the length and the Keccak-256 that its account's head says: it is the source's
/// where the [`CheckedHead`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedCode<'a>(&'a [u8]);

/// A slot that comes in its place and whose value is not zero.
///
/// That it is one of its account's is known only when [`Checker::end_account`] has held all of them
/// together against the head's storage root.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckedSlot(Slot);

/// An account whose code and slots all came, and whose slots make the storage root that its head
/// says: all of it is the source's where the [`CheckedHead`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompleteAccount(Head);

impl Deref for CheckedHead {
	type Target = Head;

	fn deref(&self) -> &Head {
		&self.0
	}
}

impl Deref for CompleteAccount {
	type Target = Head;

	fn deref(&self) -> &Head {
		&self.0
	}
}

impl Deref for CheckedSlot {
	type Target = Slot;

	#[inline]
	fn deref(&self) -> &Slot {
		&self.0
	}
}

impl<'a> CheckedCode<'a> {
	/// The code.
	#[inline]
	pub fn bytes(&self) -> &'a [u8] {
		self.0
	}

	/// Whether it is the designator of an EIP-7702 delegation, which accounts with a key have.
	pub fn is_delegation(&self) -> bool {
		item::is_delegation(self.0)
	}
}

/// Takes the records of a snapshot one after another and refuses the first that is wrong.
///
/// All that it keeps between records is bounded, and is kept between chunks in SCALE.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Checker {
	scope: Scope,
	state_root: Option<H256>,
	last_account: Option<H256>,
	accounts: TrieBuilder,
	open: Option<OpenAccount>,
}

/// The account whose records are coming in.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
struct OpenAccount {
	head: Head,
	code_missing: bool,
	slots_missing: u64,
	last_slot: Option<H256>,
	storage: TrieBuilder,
}

impl Checker {
	/// A checker for a snapshot of this scope. Without a state root nothing binds the accounts to
	/// the source, and each is held against itself only.
	pub fn new(scope: Scope, state_root: Option<H256>) -> Self {
		let accounts = TrieBuilder::default();
		Self { scope, state_root, last_account: None, accounts, open: None }
	}

	/// Whether an account's records are coming in.
	pub fn is_open(&self) -> bool {
		self.open.is_some()
	}

	/// Ends the account that began last, where there is one: all its records must be there.
	pub fn end_account(&mut self) -> Result<Option<CompleteAccount>, Fault> {
		let Some(open) = self.open.take() else { return Ok(None) };
		let source_address = open.head.address;
		if open.code_missing || open.slots_missing > 0 {
			return Err(Fault::Incomplete {
				source_address,
				slots: open.slots_missing,
				code: open.code_missing,
			});
		}
		let (expected, found) = (open.head.storage_root, open.storage.root());
		if expected != found {
			return Err(Fault::StorageRootDiffers { source_address, expected, found });
		}
		Ok(Some(CompleteAccount(open.head)))
	}

	/// Takes a head. The account before it must have been ended.
	pub fn head(&mut self, claim: &AccountHead) -> Result<CheckedHead, Fault> {
		let head = Head::of(claim);
		let source_address = head.address;
		if let Some(open) = &self.open {
			return Err(Fault::Unexpected { source_address: open.head.address });
		}
		let place = keccak256(source_address.as_bytes());
		if self.last_account.is_some_and(|last| place <= last) {
			return Err(Fault::AccountOrder { source_address });
		}
		if (head.code_length == 0) != (head.code_hash == KECCAK_EMPTY) {
			return Err(Fault::CodeHash {
				source_address,
				expected: head.code_hash,
				found: KECCAK_EMPTY,
			});
		}
		if (head.slot_count == 0) != (head.storage_root == EMPTY_TRIE_ROOT) {
			let (slots, root) = (head.slot_count, head.storage_root);
			return Err(Fault::StorageRoot { source_address, slots, root });
		}
		self.bind(&head, place, &claim.proof)?;
		self.last_account = Some(place);
		self.open = Some(OpenAccount {
			head,
			code_missing: head.code_length > 0,
			slots_missing: head.slot_count,
			last_slot: None,
			storage: TrieBuilder::default(),
		});
		Ok(CheckedHead(head))
	}

	/// Holds a head against the source's state.
	fn bind(&mut self, head: &Head, place: H256, proof: &[Vec<u8>]) -> Result<(), Fault> {
		let source_address = head.address;
		match (self.scope, self.state_root) {
			(Scope::Full, _) if !proof.is_empty() => Err(Fault::NeedlessProof { source_address }),
			(Scope::Full, Some(_)) => {
				let mut leaf = Vec::with_capacity(MAX_LEAF_VALUE_BYTES);
				head.trie_account().put(&mut leaf);
				self.accounts.add(place, &leaf).map_err(|_| Fault::AccountOrder { source_address })
			}
			(Scope::Selected, Some(root)) => {
				verify_account(root, source_address, &head.trie_account(), proof)
					.map_err(|reason| Fault::AccountProof { source_address, reason })
			}
			(_, None) => Ok(()),
		}
	}

	/// Takes the code of the account that began last. Gives its head with it.
	pub fn code<'a>(&mut self, claim: &'a [u8]) -> Result<(CheckedHead, CheckedCode<'a>), Fault> {
		let open = self.open.as_mut().ok_or(Fault::Unexpected { source_address: H160::zero() })?;
		let source_address = open.head.address;
		if !open.code_missing {
			return Err(Fault::Unexpected { source_address });
		}
		let (expected, found) = (open.head.code_length, claim.len() as u64);
		if found != u64::from(expected) {
			// A record's code is at most `MAX_CODE_BYTES` long.
			let found = u32::try_from(found).unwrap_or(u32::MAX);
			return Err(Fault::CodeLength { source_address, expected, found });
		}
		let (expected, found) = (open.head.code_hash, keccak256(claim));
		if found != expected {
			return Err(Fault::CodeHash { source_address, expected, found });
		}
		open.code_missing = false;
		Ok((CheckedHead(open.head), CheckedCode(claim)))
	}

	/// Takes the next slot of the account that began last.
	pub fn slot(&mut self, claim: Slot) -> Result<CheckedSlot, Fault> {
		let open = self.open.as_mut().ok_or(Fault::Unexpected { source_address: H160::zero() })?;
		let source_address = open.head.address;
		if open.code_missing || open.slots_missing == 0 {
			return Err(Fault::Unexpected { source_address });
		}
		if claim.value.is_zero() {
			return Err(Fault::Item(ItemError::SlotValue));
		}
		let place = keccak256(claim.key.as_bytes());
		if open.last_slot.is_some_and(|last| place <= last) {
			return Err(Fault::SlotOrder { source_address, key: claim.key });
		}
		let mut leaf = [0; MAX_SLOT_VALUE_BYTES];
		let mut rest = leaf.as_mut_slice();
		put_slot_value(&claim.value, &mut rest);
		let length = MAX_SLOT_VALUE_BYTES.saturating_sub(rest.len());
		let leaf = leaf.get(..length).unwrap_or(&leaf);
		open.storage
			.add(place, leaf)
			.map_err(|_| Fault::SlotOrder { source_address, key: claim.key })?;
		open.last_slot = Some(place);
		open.slots_missing = open.slots_missing.saturating_sub(1);
		Ok(CheckedSlot(claim))
	}

	/// Ends the snapshot: no account may be open, and in `Full` scope the accounts must make the
	/// state root.
	pub fn finish(&mut self) -> Result<(), Fault> {
		if let Some(open) = &self.open {
			return Err(Fault::Unexpected { source_address: open.head.address });
		}
		match (self.scope, self.state_root) {
			(Scope::Full, Some(expected)) => {
				let found = mem::take(&mut self.accounts).root();
				if found == expected {
					Ok(())
				} else {
					Err(Fault::StateRoot { expected, found })
				}
			}
			_ => Ok(()),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn head(slot_count: u64) -> AccountHead {
		AccountHead {
			address: H160::repeat_byte(0x11),
			nonce: 1,
			balance: U256::zero(),
			code_hash: KECCAK_EMPTY,
			storage_root: H256::repeat_byte(7),
			code_length: 0,
			slot_count,
			proof: Vec::new(),
		}
	}

	#[test]
	fn slot_of_value_zero_fails() {
		let mut checker = Checker::new(Scope::Selected, None);
		checker.head(&head(2)).expect("it agrees with itself");
		let one = Slot { key: H256::zero(), value: H256::from_low_u64_be(1) };
		let zero = Slot { value: H256::zero(), ..one };
		assert_eq!(checker.slot(zero), Err(Fault::Item(ItemError::SlotValue)));
		assert_eq!(checker.slot(one), Ok(CheckedSlot(one)));
	}
}
