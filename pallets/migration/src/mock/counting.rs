//! The EVM of the tests' runtime.

use frame_support::weights::Weight;
use migration_primitives::{
	manifest::EvmSpec,
	records::{CheckedCode, CheckedSlot},
	H160, H256,
};
use sp_runtime::AccountId32;

use super::{KeysLookedFor, Test};
use crate::{EvmHost, HostAccount, HostCall, HostCallResult, HostError, HostRemoval, PalletEvm};

/// The EVM, with a count of the steps that it takes through keys of the storage: what is read shows in
/// a recording, looking for the next key does not.
pub struct CountingEvm;

type Inner = PalletEvm<Test>;

impl EvmHost<AccountId32> for CountingEvm {
	fn evm_spec() -> Option<EvmSpec> {
		Inner::evm_spec()
	}

	fn account_id(address: &H160) -> AccountId32 {
		Inner::account_id(address)
	}

	fn account(address: &H160) -> HostAccount {
		KeysLookedFor::mutate(|keys| *keys += 1);
		Inner::account(address)
	}

	fn is_system_address(address: &H160) -> bool {
		Inner::is_system_address(address)
	}

	fn has_key(address: &H160) -> bool {
		Inner::has_key(address)
	}

	fn set_code(address: &H160, code: CheckedCode<'_>) -> Result<(), HostError> {
		Inner::set_code(address, code)
	}

	fn remove_code(address: &H160) -> Result<(), HostError> {
		Inner::remove_code(address)
	}

	fn mark_bare_storage(address: &H160) {
		Inner::mark_bare_storage(address)
	}

	fn set_storage(address: &H160, slots: &[CheckedSlot]) {
		Inner::set_storage(address, slots)
	}

	fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError> {
		Inner::set_nonce(address, nonce)
	}

	fn remove_storage(address: &H160, after: Option<H256>, limit: u32) -> HostRemoval {
		let removal = Inner::remove_storage(address, after, limit);
		KeysLookedFor::mutate(|keys| *keys += u64::from(removal.slots) + 1);
		removal
	}

	fn call(call: HostCall, may_write: impl Fn(&H160) -> bool) -> HostCallResult {
		Inner::call(call, may_write)
	}

	fn call_weight(gas: u64) -> Weight {
		Inner::call_weight(gas)
	}
}
