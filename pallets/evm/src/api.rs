//! What the runtime API answers.

use crate::{
	AccountView, Config, ExecuteMode, ExecuteRequest, ExecutionInfo, GasEstimate, Pallet,
	RunnerError,
};
use alloc::vec::Vec;
use frame_support::traits::Time;
use sp_core::{Get, H160, H256, U256};

impl<T: Config> Pallet<T> {
	/// The chain id (EIP-155).
	pub fn chain_id() -> u64 {
		crate::ChainId::<T>::get().unwrap_or_else(T::ChainId::get)
	}

	/// Nonce, balance and code hash of an account.
	pub fn account(address: H160) -> AccountView {
		AccountView {
			nonce: Self::nonce(&address),
			balance: Self::balance(&address),
			code_hash: Self::account_code_hash(&address),
		}
	}

	/// An account's code, empty if it has none.
	pub fn code(address: H160) -> Vec<u8> {
		Self::account_code(&address)
	}

	/// The gas limit of a block.
	pub fn block_gas_limit() -> u64 {
		T::BlockGasLimit::get()
	}

	/// The address that the block's author earns for.
	pub fn author() -> H160 {
		Self::find_author()
	}

	/// The block's time in seconds since the epoch.
	pub fn block_timestamp() -> u64 {
		let milliseconds: u64 = T::Timestamp::now().into();
		milliseconds / 1000
	}

	/// `eth_call`. A gas limit of zero or above the cap for one transaction means the cap.
	pub fn read_only_call(mut request: ExecuteRequest) -> Result<ExecutionInfo, RunnerError> {
		let cap = Self::gas_cap();
		if request.gas_limit == 0 || request.gas_limit > cap {
			request.gas_limit = cap;
		}
		Self::execute(request, ExecuteMode::ReadOnly)
	}

	/// The slot's value.
	pub fn storage_at(address: H160, slot: H256) -> H256 {
		crate::AccountStorages::<T>::get(address, slot)
	}

	/// The base fee per gas in wei, zero where gas is not charged.
	pub fn base_fee() -> U256 {
		Self::current_base_fee().0
	}

	/// See [`Pallet::estimate`].
	pub fn estimate_gas(request: ExecuteRequest) -> Result<GasEstimate, RunnerError> {
		Self::estimate(request)
	}

	/// The largest gas limit that a single execution can have.
	pub fn gas_cap() -> u64 {
		T::TransactionGasLimit::get().unwrap_or(u64::MAX).min(T::BlockGasLimit::get())
	}
}
