//! Accounts at genesis.

use crate::{
	AccountStorages, AddressMapping, Config, GenesisAccount, GenesisConfig, Pallet, LOG_TARGET,
};
use frame_support::traits::fungible::Mutate;
use sp_core::{Get, H160};

impl<T: Config> Pallet<T> {
	/// Writes the genesis state.
	///
	/// # Panics
	/// If an account cannot be written exactly: a chain that silently starts with other accounts
	/// than configured is worse than none.
	pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
		if let Some(chain_id) = config.chain_id {
			crate::ChainId::<T>::put(chain_id);
		}
		for (address, account) in &config.accounts {
			Self::build_account(address, account);
		}
		log::debug!(target: LOG_TARGET, "genesis accounts: {}", config.accounts.len());
	}

	fn build_account(address: &H160, account: &GenesisAccount) {
		let nonce = u64::try_from(account.nonce).unwrap_or_else(|_| {
			panic!("genesis account {address:?}: nonce {} is not below 2^64", account.nonce)
		});
		Self::set_nonce(address, nonce).unwrap_or_else(|_| {
			panic!("genesis account {address:?}: nonce {nonce} does not fit the runtime's nonces")
		});
		let size = account.code.len();
		Self::set_code(address, account.code.clone()).unwrap_or_else(|_| {
			panic!(
				"genesis account {address:?}: code of {size} bytes is above the limit of {} bytes",
				T::MaxCodeSize::get()
			)
		});
		for (slot, value) in account.storage.iter().filter(|(_, value)| !value.is_zero()) {
			AccountStorages::<T>::insert(address, slot, value);
		}
		if account.storage.values().any(|value| !value.is_zero()) {
			Self::mark_bare_storage(address);
		}
		let balance = u128::try_from(account.balance).unwrap_or_else(|_| {
			panic!("genesis account {address:?}: balance {} is not below 2^128", account.balance)
		});
		if balance != 0 {
			let who = T::AddressMapping::into_account_id(*address);
			T::Currency::mint_into(&who, balance.into()).unwrap_or_else(|error| {
				panic!("genesis account {address:?}: balance {balance} cannot be issued: {error:?}")
			});
		}
	}
}
