//! `pallet-evm` as the EVM of an import, and the import as the guard of its accounts. Nothing else
//! of this crate names that pallet.

use alloc::vec::Vec;
use core::marker::PhantomData;

use frame_support::{
	traits::{fungible, Get},
	weights::Weight,
};
use migration_primitives::{
	hash::KECCAK_EMPTY,
	item::is_delegation,
	limits::MAX_POST_IMPORT_INPUT,
	manifest::EvmSpec,
	records::{CheckedCode, CheckedSlot},
	status::CallFailure,
	H160, H256,
};
use pallet_evm::{AccountGuard, AddressMapping, ConfinedError, ExecuteRequest, ExitReason};

use crate::{
	Config, EvmHost, HostAccount, HostCall, HostCallResult, HostError, HostRemoval, Pallet,
};

/// Length of the code of an account that delegates (EIP-7702).
const DELEGATION_LENGTH: u64 = 23;

/// `pallet-evm` of the runtime `T` as an [`EvmHost`].
pub struct PalletEvm<T>(PhantomData<T>);

impl<T: pallet_evm::Config<AccountId: AsRef<[u8]>>> EvmHost<T::AccountId> for PalletEvm<T>
where
	T::Currency: fungible::Inspect<T::AccountId>,
{
	fn evm_spec() -> Option<EvmSpec> {
		use pallet_evm::EvmSpec as Spec;
		match T::Spec::get() {
			Spec::Frontier
			| Spec::Homestead
			| Spec::TangerineWhistle
			| Spec::SpuriousDragon
			| Spec::Byzantium
			| Spec::Petersburg
			| Spec::Istanbul
			| Spec::Berlin => None,
			Spec::London => Some(EvmSpec::London),
			Spec::Paris => Some(EvmSpec::Paris),
			Spec::Shanghai => Some(EvmSpec::Shanghai),
			Spec::Cancun => Some(EvmSpec::Cancun),
			Spec::Prague => Some(EvmSpec::Prague),
			Spec::Osaka => Some(EvmSpec::Osaka),
		}
	}

	fn account_id(address: &H160) -> T::AccountId {
		T::AddressMapping::into_account_id(*address)
	}

	fn account(address: &H160) -> HostAccount {
		let code = pallet_evm::Pallet::<T>::account_code_metadata(address);
		let is_short = code.as_ref().is_some_and(|code| code.size == DELEGATION_LENGTH);
		HostAccount {
			nonce: pallet_evm::Pallet::<T>::nonce(address),
			// Balances of the pallet's currency are below 2^128.
			balance: u128::try_from(pallet_evm::Pallet::<T>::balance(address)).unwrap_or(u128::MAX),
			code_hash: code.map_or(KECCAK_EMPTY, |code| code.hash),
			has_storage: pallet_evm::Pallet::<T>::has_storage(address),
			is_delegated: is_short
				&& is_delegation(&pallet_evm::Pallet::<T>::account_code(address)),
		}
	}

	fn is_system_address(address: &H160) -> bool {
		migration_primitives::address::is_system_address(address)
	}

	/// Where accounts are addresses (or begin with them), and not where they are hashes of them.
	fn has_key(address: &H160) -> bool {
		let account = T::AddressMapping::into_account_id(*address);
		account.as_ref().starts_with(address.as_bytes())
	}

	fn set_code(address: &H160, code: CheckedCode<'_>) -> Result<(), HostError> {
		let code = code.bytes().to_vec();
		pallet_evm::Pallet::<T>::set_code(address, code).map_err(|_| HostError)
	}

	fn remove_code(address: &H160) -> Result<(), HostError> {
		pallet_evm::Pallet::<T>::set_code(address, Vec::new()).map_err(|_| HostError)
	}

	fn mark_bare_storage(address: &H160) {
		pallet_evm::Pallet::<T>::mark_bare_storage(address);
	}

	fn set_storage(address: &H160, slots: &[CheckedSlot]) {
		let slots = slots.iter().map(|slot| (&slot.key, &slot.value));
		pallet_evm::Pallet::<T>::set_slots(address, slots);
	}

	fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError> {
		pallet_evm::Pallet::<T>::set_nonce(address, nonce).map_err(|_| HostError)
	}

	fn remove_storage(address: &H160, after: Option<H256>, limit: u32) -> HostRemoval {
		let removal = pallet_evm::Pallet::<T>::remove_storage(address, after, limit);
		HostRemoval { slots: removal.removed, last: removal.last, done: removal.done }
	}

	fn call(call: HostCall, may_write: impl Fn(&H160) -> bool) -> HostCallResult {
		let HostCall { from, to, input, gas_limit } = call;
		let request = ExecuteRequest::call(from, to, input, gas_limit);
		let failed = |used_gas, failure| HostCallResult { used_gas, result: Err(failure) };
		match pallet_evm::Pallet::<T>::execute_confined(request, may_write) {
			Ok(info) => match info.exit {
				ExitReason::Succeed => HostCallResult { used_gas: info.spent_gas, result: Ok(()) },
				ExitReason::Revert => failed(info.spent_gas, CallFailure::Reverted),
				ExitReason::Error(_) | ExitReason::Fatal => {
					failed(info.spent_gas, CallFailure::Halted)
				}
			},
			Err(ConfinedError::Invalid(error)) => {
				log::info!(target: crate::LOG_TARGET, "call after the import refused: {error}");
				failed(0, CallFailure::Invalid)
			}
			Err(ConfinedError::Forbidden(address)) => {
				failed(gas_limit, CallFailure::Forbidden { address })
			}
		}
	}

	fn call_weight(gas: u64) -> Weight {
		// At most this, for used gas as for a limit.
		let surcharge = pallet_evm::Pallet::<T>::surcharge_limit(gas);
		let record = <<T as pallet_evm::Config>::OnExecuted as pallet_evm::OnExecuted>::weight(
			MAX_POST_IMPORT_INPUT as usize,
			pallet_evm::ListSizes::default(),
		);
		pallet_evm::Pallet::<T>::execution_weight(gas)
			.saturating_add(surcharge)
			.saturating_add(record)
	}
}

impl<T: Config> AccountGuard for Pallet<T> {
	fn is_locked(address: &H160) -> bool {
		Self::is_locked(address)
	}

	fn is_reserved(address: &H160) -> bool {
		Self::is_reserved(address)
	}
}
