//! What must always hold.

use crate::{
	AccountCodes, AccountCodesMetadata, AccountStorages, AddressMapping, BareStorages,
	CodeMetadata, Config, NonceReferences, Pallet,
};
use frame_support::ensure;
use sp_core::Get;

impl<T: Config> Pallet<T> {
	/// Checks the runtime's parameters.
	///
	/// # Panics
	/// If they do not fit together.
	pub(crate) fn check_config() {
		assert!(T::BlockGasLimit::get() >= 21_000, "the block gas limit is below one transfer");
		if let Some(limit) = T::TransactionGasLimit::get() {
			assert!(limit >= 21_000, "the transaction gas limit is below one transfer");
		}
	}

	/// Checks the pallet's storage, all of it: for tests and try-runtime.
	pub fn do_try_state() -> Result<(), sp_runtime::TryRuntimeError> {
		for (address, metadata) in AccountCodesMetadata::<T>::iter() {
			let code = AccountCodes::<T>::get(address);
			ensure!(!code.is_empty(), "code metadata without code");
			ensure!(metadata == CodeMetadata::from_code(&code), "code metadata differs from code");
		}
		for (address, code) in AccountCodes::<T>::iter() {
			ensure!(!code.is_empty(), "empty code is stored");
			let account = T::AddressMapping::into_account_id(address);
			let mut expected = u32::from(Self::holds_code_reference(&code));
			expected += u32::from(NonceReferences::<T>::contains_key(address));
			ensure!(
				frame_system::Pallet::<T>::sufficients(&account) >= expected,
				"account with code lacks a reference"
			);
		}
		for (_, _, value) in AccountStorages::<T>::iter() {
			ensure!(!value.is_zero(), "zero is stored in a slot");
		}
		for address in AccountStorages::<T>::iter_keys().map(|(address, _)| address) {
			ensure!(
				Self::has_code(&address)
					|| Self::nonce(&address) > 0
					|| BareStorages::<T>::contains_key(address),
				"slots without code, nonce and mark"
			);
		}
		for address in NonceReferences::<T>::iter_keys() {
			let account = T::AddressMapping::into_account_id(address);
			ensure!(Self::nonce(&address) > 0, "nonce reference of an account without nonce");
			ensure!(
				frame_system::Pallet::<T>::sufficients(&account) >= 1,
				"account with nonce lacks its reference"
			);
		}
		Ok(())
	}
}
