//! Accounts that transactions must leave alone for a while.

use sp_core::H160;

/// Says which addresses are under the control of somebody else, such as a migration.
pub trait AccountGuard {
	/// A transaction that touches a locked account halts: all its gas is consumed, fee and nonce
	/// are kept, nothing else. A locked account cannot send transactions. Read-only and system calls
	/// are not affected.
	fn is_locked(address: &H160) -> bool;

	/// Creating a contract at a reserved address is a collision of the creating frame. An account
	/// that is there already may be used, unless it is locked as well.
	fn is_reserved(address: &H160) -> bool;
}

/// Nothing is locked or reserved.
impl AccountGuard for () {
	fn is_locked(_: &H160) -> bool {
		false
	}

	fn is_reserved(_: &H160) -> bool {
		false
	}
}
