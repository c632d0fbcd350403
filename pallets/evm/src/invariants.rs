//! What must always hold.

use crate::{
	AccountCodes, AccountCodesMetadata, AccountStorages, AddressMapping, BareStorages,
	CodeMetadata, Config, EmptyAccounts, EvmSpec, NonceReferences, Pallet,
};
use alloc::collections::{BTreeMap, BTreeSet};
use core::fmt;
use frame_support::{ensure, traits::fungible::Inspect};
use sp_core::{Get, H160};
use sp_runtime::traits::Zero;

/// What this pallet and the currency do not leave behind, where nothing else writes accounts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StateFault<AccountId> {
	/// Code without its metadata.
	MetadataMissing {
		/// Whose code it is.
		address: H160,
	},
	/// An account holds other `sufficients` references than one for code that is no delegation and
	/// one for a nonce above zero.
	Sufficients {
		/// The account.
		account: AccountId,
		/// The references that code and nonce call for.
		expected: u32,
		/// Those that it holds.
		found: u32,
	},
	/// An account holds other `providers` references than one for a balance.
	Providers {
		/// The account.
		account: AccountId,
		/// The references that the balance calls for.
		expected: u32,
		/// Those that it holds.
		found: u32,
	},
	/// An account has a nonce above zero and is not among [`NonceReferences`].
	NonceNotHeld {
		/// The account.
		account: AccountId,
	},
	/// An account is kept without nonce, balance and references.
	Empty {
		/// The account.
		account: AccountId,
	},
	/// An account is among [`EmptyAccounts`] and has a nonce, a balance or code.
	NotEmpty {
		/// The account's address.
		address: H160,
	},
}

impl<AccountId: fmt::Debug> fmt::Display for StateFault<AccountId> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::MetadataMissing { address } => {
				write!(f, "the code of {address:?} has no metadata")
			}
			Self::Sufficients { account, expected, found } => write!(
				f,
				"the account {account:?} holds {found} sufficient references instead of {expected}"
			),
			Self::Providers { account, expected, found } => write!(
				f,
				"the account {account:?} holds {found} provider references instead of {expected}"
			),
			Self::NonceNotHeld { account } => {
				write!(f, "the account {account:?} has a nonce without a reference for it")
			}
			Self::Empty { account } => {
				write!(f, "the account {account:?} is kept with nothing in it")
			}
			Self::NotEmpty { address } => {
				write!(f, "the account of {address:?} is noted as empty and is not")
			}
		}
	}
}

impl<AccountId: fmt::Debug> core::error::Error for StateFault<AccountId> {}

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

	/// Checks beyond [`Self::do_try_state`] that accounts and references are exactly those that the
	/// state of the EVM calls for. That holds where this pallet and the currency alone write accounts:
	/// other pallets may hold references too, and Frontier held none for nonces.
	pub fn check_own_state() -> Result<(), StateFault<T::AccountId>> {
		let mut references: BTreeMap<T::AccountId, u32> = BTreeMap::new();
		let mut with_nonce: BTreeSet<T::AccountId> = BTreeSet::new();
		for (address, code) in AccountCodes::<T>::iter() {
			if !AccountCodesMetadata::<T>::contains_key(address) {
				return Err(StateFault::MetadataMissing { address });
			}
			if Self::holds_code_reference(&code) {
				*references.entry(T::AddressMapping::into_account_id(address)).or_default() += 1;
			}
		}
		for address in NonceReferences::<T>::iter_keys() {
			let account = T::AddressMapping::into_account_id(address);
			*references.entry(account.clone()).or_default() += 1;
			with_nonce.insert(account);
		}
		for (account, info) in frame_system::Account::<T>::iter() {
			let balance: u128 = T::Currency::total_balance(&account).into();
			let counts = (info.providers, info.sufficients);
			if info.nonce.is_zero() && balance == 0 && counts == (0, 0) {
				return Err(StateFault::Empty { account });
			}
			let expected = references.remove(&account).unwrap_or(0);
			if info.sufficients != expected {
				return Err(StateFault::Sufficients { account, expected, found: info.sufficients });
			}
			let expected = u32::from(balance > 0);
			if info.providers != expected {
				return Err(StateFault::Providers { account, expected, found: info.providers });
			}
			if !info.nonce.is_zero() && !with_nonce.contains(&account) {
				return Err(StateFault::NonceNotHeld { account });
			}
		}
		if let Some((account, expected)) = references.pop_first() {
			return Err(StateFault::Sufficients { account, expected, found: 0 });
		}
		Self::check_empty_accounts()
	}

	/// Later rules than those before EIP-161 do not keep these in step.
	fn check_empty_accounts() -> Result<(), StateFault<T::AccountId>> {
		if T::Spec::get() >= EvmSpec::SpuriousDragon {
			return Ok(());
		}
		for address in EmptyAccounts::<T>::iter_keys() {
			let is_empty = Self::nonce(&address) == 0
				&& Self::balance(&address).is_zero()
				&& !Self::has_code(&address);
			if !is_empty {
				return Err(StateFault::NotEmpty { address });
			}
		}
		Ok(())
	}
}
