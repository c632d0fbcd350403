//! The runtime API. `Pallet` has a function of the same name for each method.

use crate::{AccountView, ExecuteRequest, ExecutionInfo, GasEstimate, RunnerError};
use alloc::vec::Vec;
use sp_core::{H160, H256, U256};

sp_api::decl_runtime_apis! {
	/// Reads the EVM's state and runs calls without effect.
	pub trait EvmRuntimeApi {
		/// The chain id (EIP-155).
		fn chain_id() -> u64;
		/// Nonce, balance and code hash of an account.
		fn account(address: H160) -> AccountView;
		/// An account's code, empty if it has none.
		fn code(address: H160) -> Vec<u8>;
		/// The value of a storage slot.
		fn storage_at(address: H160, slot: H256) -> H256;
		/// The base fee per gas in wei.
		fn base_fee() -> U256;
		/// The gas limit of a block.
		fn block_gas_limit() -> u64;
		/// The address that the block's author earns for.
		fn author() -> H160;
		/// The block's time in seconds since the epoch.
		fn block_timestamp() -> u64;
		/// `eth_call`. A gas limit of zero or above the cap for one transaction means the cap.
		fn call(request: ExecuteRequest) -> Result<ExecutionInfo, RunnerError>;
		/// `eth_estimateGas`: the smallest gas limit, at most the request's if that is not zero,
		/// with which the execution succeeds. If it never does, the outcome says why.
		fn estimate_gas(request: ExecuteRequest) -> Result<GasEstimate, RunnerError>;
	}
}
