//! The seam to the EVM: all that this pallet knows of it.

use alloc::vec::Vec;

use migration_primitives::{H160, H256};

/// An account of the EVM, as far as an import looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostAccount {
	/// Its nonce.
	pub nonce: u64,
	/// What it can spend, in wei.
	pub balance: u128,
	/// Keccak-256 of its code; that of nothing where it has none.
	pub code_hash: H256,
	/// Whether any slot is set.
	pub has_storage: bool,
}

/// The EVM refused to write an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostError;

/// An EVM on this chain that contracts can be written into.
///
/// A chain that already runs another EVM pallet implements this trait for it and takes this pallet
/// alone.
pub trait EvmHost<AccountId> {
	/// The account that holds an address's balance and nonce.
	fn account_id(address: &H160) -> AccountId;

	/// What stands at an address.
	fn account(address: &H160) -> HostAccount;

	/// Whether the address is a precompile's or zero: it may hold a balance, never code or storage.
	fn is_system_address(address: &H160) -> bool;

	/// Deploys code, not init code, at an address.
	fn set_code(address: &H160, code: Vec<u8>) -> Result<(), HostError>;

	/// Sets a slot; the value is not zero.
	fn set_storage(address: &H160, key: H256, value: H256);

	/// Sets the nonce, exactly.
	fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError>;
}
