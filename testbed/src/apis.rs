//! The runtime's answers.

use crate::*;
use alloc::vec::Vec;
use pallet_evm::{ExecuteRequest, ExecutionInfo, RunnerError};
use sp_api::impl_runtime_apis;
use sp_core::OpaqueMetadata;
use sp_runtime::{traits::Block as BlockT, ApplyExtrinsicResult};

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(
			header: &<Block as BlockT>::Header,
		) -> sp_runtime::ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl crate::runtime_api::TestbedApi<Block> for Runtime {
		fn transact(raw: Vec<u8>) -> ApplyExtrinsicResult {
			crate::transact(raw)
		}
	}

	impl crate::bench::BenchApi<Block> for Runtime {
		fn execute(requests: Vec<ExecuteRequest>) -> Vec<Result<ExecutionInfo, RunnerError>> {
			crate::bench::execute(requests)
		}
	}
}
