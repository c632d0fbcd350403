//! Accounts at genesis.

use crate::{
	AccountStorages, AddressMapping, Config, GenesisAccount, GenesisConfig, HostError, Pallet,
	LOG_TARGET,
};
use core::fmt;
use frame_support::traits::fungible::{Inspect, Mutate};
use sp_core::{Get, H160, U256};
use sp_runtime::{ArithmeticError, DispatchError, TokenError};

/// Why an account of a genesis configuration cannot be written exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GenesisError {
	/// The nonce is not below 2^64.
	NonceOutOfRange {
		/// The account.
		address: H160,
		/// The nonce.
		nonce: U256,
	},
	/// The runtime's nonce type cannot hold the nonce.
	NonceTooLarge {
		/// The account.
		address: H160,
		/// The nonce.
		nonce: u64,
	},
	/// The code is longer than [`Config::MaxCodeSize`].
	CodeTooLarge {
		/// The account.
		address: H160,
		/// Length of the code in bytes.
		size: u64,
		/// The limit in bytes.
		limit: u64,
	},
	/// The balance is not below 2^128.
	BalanceOutOfRange {
		/// The account.
		address: H160,
		/// The balance in wei.
		balance: U256,
	},
	/// The currency does not issue the balance: it is below the existential deposit, or more than
	/// 2^128 - 1 together with what was issued before.
	NotIssued {
		/// The account.
		address: H160,
		/// The balance in wei.
		balance: u128,
		/// Why not.
		error: DispatchError,
	},
	/// Another part of the genesis gave the account another balance.
	AlreadyFunded {
		/// The account.
		address: H160,
		/// The balance in wei that is configured here.
		expected: u128,
		/// The balance in wei that the account has.
		found: u128,
	},
}

impl GenesisError {
	fn from_host(address: H160, error: HostError) -> Self {
		match error {
			HostError::CodeTooLarge { size, limit } => Self::CodeTooLarge { address, size, limit },
			HostError::NonceTooLarge { address, nonce } => Self::NonceTooLarge { address, nonce },
		}
	}
}

impl fmt::Display for GenesisError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::NonceOutOfRange { address, nonce } => {
				write!(f, "genesis account {address:?}: nonce {nonce} is not below 2^64")
			}
			Self::NonceTooLarge { address, nonce } => write!(
				f,
				"genesis account {address:?}: nonce {nonce} does not fit the runtime's nonces"
			),
			Self::CodeTooLarge { address, size, limit } => write!(
				f,
				"genesis account {address:?}: code of {size} bytes is above the limit of {limit} bytes"
			),
			Self::BalanceOutOfRange { address, balance } => {
				write!(f, "genesis account {address:?}: balance {balance} is not below 2^128")
			}
			Self::NotIssued { address, balance, error } => write!(
				f,
				"genesis account {address:?}: balance {balance} cannot be issued: {error:?}"
			),
			Self::AlreadyFunded { address, expected, found } => write!(
				f,
				"genesis account {address:?}: balance {expected} is configured, but another part of \
					the genesis gave it {found}"
			),
		}
	}
}

impl core::error::Error for GenesisError {}

impl<T: Config> GenesisConfig<T> {
	/// Checks that every account can be written exactly. Needs no storage: what other pallets issue
	/// at genesis is not known, and only building finds that both together are too much, or give one
	/// account two balances.
	pub fn check(&self) -> Result<(), GenesisError> {
		let minimum: u128 = T::Currency::minimum_balance().into();
		let mut issued = 0u128;
		for (address, account) in &self.accounts {
			let nonce = nonce(address, account)?;
			T::Nonce::try_from(nonce)
				.map_err(|_| GenesisError::NonceTooLarge { address: *address, nonce })?;
			let (size, limit) = (account.code.len() as u64, u64::from(T::MaxCodeSize::get()));
			if size > limit {
				return Err(GenesisError::CodeTooLarge { address: *address, size, limit });
			}
			let balance = balance(address, account)?;
			let refused = |error| GenesisError::NotIssued { address: *address, balance, error };
			issued = issued
				.checked_add(balance)
				.ok_or_else(|| refused(ArithmeticError::Overflow.into()))?;
			if balance != 0 && balance < minimum {
				return Err(refused(TokenError::BelowMinimum.into()));
			}
		}
		Ok(())
	}
}

impl<T: Config> Pallet<T> {
	/// Writes the genesis state. The currency's own must have been written before: its pallet comes
	/// first in the runtime.
	///
	/// # Panics
	/// With a [`GenesisError`] in words, if an account cannot be written exactly: a chain that
	/// silently starts with other accounts than configured is worse than none.
	pub(crate) fn build_genesis(config: &GenesisConfig<T>) {
		if let Some(chain_id) = config.chain_id {
			crate::ChainId::<T>::put(chain_id);
		}
		for (address, account) in &config.accounts {
			Self::build_account(address, account).unwrap_or_else(|error| panic!("{error}"));
		}
		log::debug!(target: LOG_TARGET, "genesis accounts: {}", config.accounts.len());
	}

	fn build_account(address: &H160, account: &GenesisAccount) -> Result<(), GenesisError> {
		let host = |error| GenesisError::from_host(*address, error);
		Self::set_nonce(address, nonce(address, account)?).map_err(host)?;
		Self::set_code(address, account.code.clone()).map_err(host)?;
		for (slot, value) in account.storage.iter().filter(|(_, value)| !value.is_zero()) {
			AccountStorages::<T>::insert(address, slot, value);
		}
		if account.storage.values().any(|value| !value.is_zero()) {
			Self::mark_bare_storage(address);
		}
		Self::fund_account(address, balance(address, account)?)
	}

	/// Issues the balance, unless another part of the genesis gave it to the account.
	fn fund_account(address: &H160, balance: u128) -> Result<(), GenesisError> {
		let who = T::AddressMapping::into_account_id(*address);
		let found: u128 = T::Currency::total_balance(&who).into();
		if found == balance {
			return Ok(());
		}
		if found != 0 {
			return Err(GenesisError::AlreadyFunded {
				address: *address,
				expected: balance,
				found,
			});
		}
		T::Currency::mint_into(&who, balance.into()).map_err(|error| GenesisError::NotIssued {
			address: *address,
			balance,
			error,
		})?;
		Ok(())
	}
}

fn nonce(address: &H160, account: &GenesisAccount) -> Result<u64, GenesisError> {
	let nonce = account.nonce;
	nonce.try_into().map_err(|_| GenesisError::NonceOutOfRange { address: *address, nonce })
}

fn balance(address: &H160, account: &GenesisAccount) -> Result<u128, GenesisError> {
	let balance = account.balance;
	balance.try_into().map_err(|_| GenesisError::BalanceOutOfRange { address: *address, balance })
}
