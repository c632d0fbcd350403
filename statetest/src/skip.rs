//! Cases that no chain of this kind can represent.

use crate::{
	case::{Case, BLOB_TRANSACTION},
	fixture::{Account, Accounts},
};
use alloy_primitives::U256;
use pallet_evm::EvmSpec;
use std::fmt;

/// Why a case is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
	/// An account has 2^128 wei or more, before or after. FRAME's balances have 128 bits.
	Balance,
	/// A blob transaction (EIP-4844). There are no blobs on this chain.
	BlobTransaction,
	/// An empty account under rules since EIP-161, which do not know any (EIP-7523).
	EmptyAccount,
	/// A transaction needs more memory than the Wasm executor can give, which none does by Osaka's rules:
	/// the pallet halts it by name ([`pallet_evm::ExitError::OutOfMemory`]). Counts only if listed.
	Memory,
	/// The block's number does not fit 32 bits, its time in milliseconds or its gas limit 64.
	Block,
}

impl Reason {
	/// All reasons.
	pub const ALL: [Self; 5] =
		[Self::Balance, Self::BlobTransaction, Self::EmptyAccount, Self::Memory, Self::Block];

	/// The reason's name in lists and reports.
	pub fn name(self) -> &'static str {
		match self {
			Self::Balance => "balance",
			Self::BlobTransaction => "blob-transaction",
			Self::EmptyAccount => "empty-account",
			Self::Memory => "memory",
			Self::Block => "block",
		}
	}

	/// The reason with this name.
	pub fn from_name(name: &str) -> Option<Self> {
		Self::ALL.into_iter().find(|reason| reason.name() == name)
	}

	/// Why the case cannot be represented, if that can be told without executing it.
	pub fn of(case: &Case<'_>, spec: EvmSpec) -> Option<Self> {
		let is_blob = case.transaction.first() == Some(&BLOB_TRANSACTION);
		// Before Cancun it is a type that nobody knows.
		if is_blob && spec >= EvmSpec::Cancun {
			return Some(Self::BlobTransaction);
		}
		if is_rich(case.pre) || case.expected.state.is_some_and(is_rich) {
			return Some(Self::Balance);
		}
		if spec >= EvmSpec::SpuriousDragon && case.pre.values().any(is_empty) {
			return Some(Self::EmptyAccount);
		}
		let env = case.env;
		let fits = env.current_number <= U256::from(u32::MAX)
			&& env.current_timestamp <= U256::from(u64::MAX / 1_000)
			&& env.current_gas_limit <= U256::from(u64::MAX)
			&& env.current_base_fee.unwrap_or_default() <= U256::from(u64::MAX);
		(!fits).then_some(Self::Block)
	}
}

impl fmt::Display for Reason {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(self.name())
	}
}

fn is_rich(accounts: &Accounts) -> bool {
	accounts.values().any(|account| account.balance > U256::from(u128::MAX))
}

/// Empty in the sense of EIP-161.
fn is_empty(account: &Account) -> bool {
	account.balance.is_zero() && account.nonce.is_zero() && account.code.is_empty()
}
