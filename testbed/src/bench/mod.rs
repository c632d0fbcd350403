//! Message calls on the state that the caller holds, for benchmarks.

use crate::{System, EVM};
use alloc::vec::Vec;
use pallet_evm::{ExecuteMode, ExecuteRequest, ExecutionInfo, RunnerError};

sp_api::decl_runtime_apis! {
	/// Executions without extrinsics, so that nothing but the EVM is measured.
	pub trait BenchApi {
		/// See [`execute`].
		fn execute(requests: Vec<ExecuteRequest>) -> Vec<Result<ExecutionInfo, RunnerError>>;
	}
}

/// Begins the next block and executes requests one after the other by the rules of transactions:
/// checked, charged, and written.
pub fn execute(requests: Vec<ExecuteRequest>) -> Vec<Result<ExecutionInfo, RunnerError>> {
	let number = System::block_number().saturating_add(1);
	System::initialize(&number, &System::parent_hash(), &Default::default());
	System::note_finished_initialize();
	requests.into_iter().map(|request| EVM::execute(request, ExecuteMode::Transaction)).collect()
}
