//! What a map needs to know of the accounts of a snapshot.

use std::collections::BTreeMap;

use migration_primitives::{item::AccountHead, H160, U256};

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
}

impl AccountInfo {
	/// Whether the account is a contract on the target: it has code, or at least storage.
	pub fn is_contract(&self) -> bool {
		self.code_length > 0 || self.slots > 0
	}
}

impl From<&AccountHead> for AccountInfo {
	fn from(head: &AccountHead) -> Self {
		Self {
			nonce: head.nonce,
			balance: head.balance,
			code_length: head.code_length,
			slots: head.slot_count,
		}
	}
}

/// The accounts of a snapshot by address.
pub type Accounts = BTreeMap<H160, AccountInfo>;
