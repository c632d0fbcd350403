//! What a map needs to know of the accounts of a snapshot.

use std::collections::BTreeMap;

use migration_primitives::{
	item::{is_delegation, AccountHead, Item},
	H160, U256,
};

/// One account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AccountInfo {
	/// Its nonce.
	pub nonce: u64,
	/// Its balance in wei.
	pub balance: U256,
	/// Length of its code.
	pub code_length: u32,
	/// Number of its slots.
	pub slots: u64,
	/// Whether its code is the designator of a delegation (EIP-7702).
	pub delegated: bool,
}

impl AccountInfo {
	/// An account with the code that follows its head; empty code for an account without.
	pub fn new(head: &AccountHead, code: &[u8]) -> Self {
		Self {
			nonce: head.nonce,
			balance: head.balance,
			code_length: head.code_length,
			slots: head.slot_count,
			delegated: is_delegation(code),
		}
	}

	/// Whether the chain brings the account as it does a contract: it has storage, or code that is not a
	/// delegation.
	pub fn is_contract(&self) -> bool {
		self.slots > 0 || (self.code_length > 0 && !self.delegated)
	}

	/// Whether the account is a person's: who has delegated has a key, whatever was stored through the
	/// delegation, also once it was reset. Without code only who has a key has slots and a nonce.
	pub fn has_key(&self) -> bool {
		self.delegated || (self.code_length == 0 && (self.slots == 0 || self.nonce > 0))
	}

	/// Whether the account is a person's, and the chain brings it as it does a contract.
	pub fn is_taken_for_contract(&self) -> bool {
		self.has_key() && self.is_contract()
	}
}

/// The accounts of a snapshot by address.
pub type Accounts = BTreeMap<H160, AccountInfo>;

/// Takes the records of a snapshot one after another and gives each account once its code is known.
#[derive(Debug, Default)]
pub struct AccountReader {
	open: Option<(H160, AccountInfo)>,
}

impl AccountReader {
	/// Takes a record; gives the account before it if this one is a head.
	pub fn take(&mut self, item: &Item<'_>) -> Option<(H160, AccountInfo)> {
		match (item, self.open.as_mut()) {
			(Item::Account(head), _) => {
				self.open.replace((head.address, AccountInfo::new(head, &[])))
			}
			(Item::Code(code), Some((_, info))) => {
				info.delegated = is_delegation(code);
				None
			}
			_ => None,
		}
	}

	/// The last account.
	pub fn finish(&mut self) -> Option<(H160, AccountInfo)> {
		self.open.take()
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{item::Slot, H256};

	fn head(byte: u8, code_length: u32, slot_count: u64) -> AccountHead {
		AccountHead {
			address: H160::repeat_byte(byte),
			nonce: 1,
			balance: U256::from(2),
			code_hash: H256::zero(),
			storage_root: H256::zero(),
			code_length,
			slot_count,
			proof: Vec::new(),
		}
	}

	#[test]
	fn account_with_a_delegation_has_a_key_works() {
		let delegation = [&[0xef, 0x01, 0x00][..], &[7; 20]].concat();
		let slot = Slot { key: H256::zero(), value: H256::repeat_byte(1) };
		let mut reader = AccountReader::default();
		let mut found = Vec::new();
		for item in [
			Item::Account(head(1, 0, 0)),
			Item::Account(head(2, 23, 0)),
			Item::Code(&delegation),
			Item::Account(head(3, 23, 0)),
			Item::Code(&[1; 23]),
			Item::Account(head(4, 23, 1)),
			Item::Code(&delegation),
			Item::Slot(slot),
			Item::Account(head(5, 0, 1)),
			Item::Slot(slot),
			Item::Account(AccountHead { nonce: 0, ..head(6, 0, 1) }),
			Item::Slot(slot),
		] {
			found.extend(reader.take(&item));
		}
		found.extend(reader.finish());
		let kinds: Vec<(u8, bool, bool)> = found
			.iter()
			.map(|(address, info)| (address.0[0], info.is_contract(), info.has_key()))
			.collect();
		// The chain brings those with storage as contracts.
		let expected = [
			(1, false, true),
			(2, false, true),
			(3, true, false),
			(4, true, true),
			(5, true, true),
			(6, true, false),
		];
		assert_eq!(kinds, expected);
		let taken: Vec<bool> = found.iter().map(|(_, info)| info.is_taken_for_contract()).collect();
		assert_eq!(taken, [false, false, false, true, true, false]);
		assert_eq!(reader.finish(), None);
	}
}
