//! The seam to the EVM: all that this pallet knows of it.

use alloc::vec::Vec;

use frame_support::weights::Weight;
use migration_primitives::{
	manifest::EvmSpec,
	records::{CheckedCode, CheckedSlot},
	status::CallFailure,
	H160, H256,
};

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
	/// Whether its code is an EIP-7702 delegation: the account has a key.
	pub is_delegated: bool,
}

/// What was removed of an account's storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostRemoval {
	/// The number of slots.
	pub slots: u32,
	/// The last of them, or where the call began.
	pub last: Option<H256>,
	/// Whether no slot is left after it.
	pub done: bool,
}

/// A call without value, fee and nonce.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostCall {
	/// Who calls.
	pub from: H160,
	/// Who is called.
	pub to: H160,
	/// The call data.
	pub input: Vec<u8>,
	/// The most gas that it uses.
	pub gas_limit: u64,
}

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostCallResult {
	/// The gas that was used.
	pub used_gas: u64,
	/// Whether its changes were kept.
	pub result: Result<(), CallFailure>,
}

/// The EVM refused to write an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HostError;

/// An EVM on this chain that contracts can be written into.
///
/// A chain that already runs another EVM pallet implements this trait for it and takes this pallet
/// alone. Code and slots come in types that only the check of the snapshot's records makes; what is
/// known of them then stands at these types.
pub trait EvmHost<AccountId> {
	/// The hard fork whose rules the EVM follows; none where a manifest has no name for it.
	fn evm_spec() -> Option<EvmSpec>;

	/// The account that holds an address's balance and nonce.
	fn account_id(address: &H160) -> AccountId;

	/// What stands at an address.
	fn account(address: &H160) -> HostAccount;

	/// Whether the address is a precompile's or zero: it may hold a balance, never code or storage.
	fn is_system_address(address: &H160) -> bool;

	/// Whether somebody can have a key of this chain for the account behind an address that is no
	/// contract, and so move its balance without the EVM. What such an account gets waits until the
	/// migration is complete.
	fn has_key(address: &H160) -> bool;

	/// Deploys code, not init code, at an address where none is.
	fn set_code(address: &H160, code: CheckedCode<'_>) -> Result<(), HostError>;

	/// Removes the code of an address, without a trace.
	fn remove_code(address: &H160) -> Result<(), HostError>;

	/// Says that slots of an account follow that has neither code nor nonce: no contract may be created
	/// there (EIP-7610) until it is removed.
	fn mark_bare_storage(address: &H160);

	/// Sets slots of an account.
	fn set_storage(address: &H160, slots: &[CheckedSlot]);

	/// Sets the nonce, exactly. Zero leaves no trace of an account that had none.
	fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError>;

	/// Removes at most `limit` slots of an account: those that come after `after` in an order of the
	/// EVM's own.
	fn remove_storage(address: &H160, after: Option<H256>, limit: u32) -> HostRemoval;

	/// Calls a contract, whoever is locked. What it changed is kept only if that is nothing but slots
	/// of accounts for which `may_write` holds.
	fn call(call: HostCall, may_write: impl Fn(&H160) -> bool) -> HostCallResult;

	/// The weight of `gas` with its execution's own.
	fn call_weight(gas: u64) -> Weight;
}
