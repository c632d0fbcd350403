//! `pallet-evm` as the EVM of an import, and the import as the guard of its accounts. Nothing else
//! of this crate names that pallet.

use alloc::vec::Vec;
use core::marker::PhantomData;

use frame_support::traits::fungible;
use migration_primitives::{H160, H256};
use pallet_evm::{AccountGuard, AddressMapping};

use crate::{Config, EvmHost, HostAccount, HostError, Pallet};

/// The last address that Ethereum gives to precompiles by counting (EIP-2537), and the one outside
/// that row (EIP-7951).
const LAST_COUNTED_PRECOMPILE: u16 = 0x11;
const P256_VERIFY: u16 = 0x100;

/// `pallet-evm` of the runtime `T` as an [`EvmHost`].
pub struct PalletEvm<T>(PhantomData<T>);

impl<T: pallet_evm::Config> EvmHost<T::AccountId> for PalletEvm<T>
where
	T::Currency: fungible::Inspect<T::AccountId>,
{
	fn account_id(address: &H160) -> T::AccountId {
		T::AddressMapping::into_account_id(*address)
	}

	fn account(address: &H160) -> HostAccount {
		HostAccount {
			nonce: pallet_evm::Pallet::<T>::nonce(address),
			// Balances of the pallet's currency are below 2^128.
			balance: u128::try_from(pallet_evm::Pallet::<T>::balance(address)).unwrap_or(u128::MAX),
			code_hash: pallet_evm::Pallet::<T>::account_code_hash(address),
			has_storage: pallet_evm::Pallet::<T>::has_storage(address),
		}
	}

	fn is_system_address(address: &H160) -> bool {
		let [high @ .., second, last] = address.0;
		if high != [0; 18] {
			return false;
		}
		let number = u16::from_be_bytes([second, last]);
		number <= LAST_COUNTED_PRECOMPILE || number == P256_VERIFY
	}

	fn set_code(address: &H160, code: Vec<u8>) -> Result<(), HostError> {
		pallet_evm::Pallet::<T>::set_code(address, code).map_err(|_| HostError)
	}

	fn set_storage(address: &H160, key: H256, value: H256) {
		pallet_evm::Pallet::<T>::set_storage(address, key, value);
	}

	fn set_nonce(address: &H160, nonce: u64) -> Result<(), HostError> {
		pallet_evm::Pallet::<T>::set_nonce(address, nonce).map_err(|_| HostError)
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
