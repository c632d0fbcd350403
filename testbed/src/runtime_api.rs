//! What the runner asks of the runtime.

use alloc::vec::Vec;
use sp_runtime::ApplyExtrinsicResult;

sp_api::decl_runtime_apis! {
	/// Executions on the state that the caller holds.
	pub trait TestbedApi {
		/// Begins a block of the current environment and applies one signed Ethereum transaction to
		/// it, given by its EIP-2718 bytes.
		fn transact(raw: Vec<u8>) -> ApplyExtrinsicResult;
	}
}
