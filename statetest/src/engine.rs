//! Where the testbed runs: natively or as Wasm.

use codec::{Decode, Encode};
use sc_executor::{
	HeapAllocStrategy, WasmExecutionMethod, WasmExecutor, WasmtimeInstantiationStrategy,
	DEFAULT_HEAP_ALLOC_STRATEGY,
};
use sp_core::traits::{CallContext, CodeExecutor, RuntimeCode, WrappedRuntimeCode};
use sp_runtime::ApplyExtrinsicResult;
use sp_state_machine::BasicExternalities;
use std::{
	any::Any,
	panic::{catch_unwind, AssertUnwindSafe},
};

/// Instances of the runtime that the node keeps, unless told otherwise.
const INSTANCES: usize = 8;
/// Compiled runtimes that the node keeps, unless told otherwise.
const RUNTIME_CACHE: u8 = 2;
/// The heap that the node gives a runtime, unless told otherwise.
const HEAP: HeapAllocStrategy = DEFAULT_HEAP_ALLOC_STRATEGY;

/// Runs the testbed.
pub enum Engine {
	/// Compiled for this machine.
	Native,
	/// Compiled to Wasm, in the node's executor.
	Wasm(Box<Wasm>),
}

/// The compiled runtime and its executor.
pub struct Wasm {
	executor: WasmExecutor<sp_io::SubstrateHostFunctions>,
	code: WrappedRuntimeCode<'static>,
	hash: Vec<u8>,
}

/// Why there is no result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EngineError {
	/// The testbed was built without Wasm.
	#[error("the testbed was built without its Wasm (SKIP_WASM_BUILD)")]
	NoWasm,
	/// The runtime trapped, or the executor refused.
	#[error("the Wasm executor: {0}")]
	Executor(String),
	/// The runtime panicked.
	#[error("the runtime panicked: {0}")]
	Panicked(String),
	/// The result does not decode.
	#[error("the result does not decode")]
	Decode,
}

impl Engine {
	/// The Wasm runtime, with the node's executor and its limits.
	pub fn wasm() -> Result<Self, EngineError> {
		let code = evm_testbed::WASM_BINARY.ok_or(EngineError::NoWasm)?;
		let executor = WasmExecutor::builder()
			.with_execution_method(WasmExecutionMethod::Compiled {
				instantiation_strategy: WasmtimeInstantiationStrategy::PoolingCopyOnWrite,
			})
			.with_onchain_heap_alloc_strategy(HEAP)
			.with_offchain_heap_alloc_strategy(HEAP)
			.with_max_runtime_instances(INSTANCES)
			.with_runtime_cache_size(RUNTIME_CACHE)
			.build();
		let hash = sp_crypto_hashing::blake2_256(code).to_vec();
		Ok(Self::Wasm(Box::new(Wasm { executor, code: WrappedRuntimeCode(code.into()), hash })))
	}

	/// The engine's name in reports.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Native => "native",
			Self::Wasm(_) => "wasm",
		}
	}

	/// Applies a signed transaction to the state.
	pub fn transact(
		&self,
		state: &mut BasicExternalities,
		raw: Vec<u8>,
	) -> Result<ApplyExtrinsicResult, EngineError> {
		match self {
			Self::Native => {
				catch_unwind(AssertUnwindSafe(|| state.execute_with(|| evm_testbed::transact(raw))))
					.map_err(|panic| EngineError::Panicked(panic_message(panic.as_ref())))
			}
			Self::Wasm(wasm) => wasm.call(state, "TestbedApi_transact", &raw.encode()),
		}
	}
}

impl Wasm {
	fn call<R: Decode>(
		&self,
		state: &mut BasicExternalities,
		method: &str,
		arguments: &[u8],
	) -> Result<R, EngineError> {
		let code =
			RuntimeCode { code_fetcher: &self.code, heap_pages: None, hash: self.hash.clone() };
		let context = CallContext::Onchain { import: false };
		let (result, _) = self.executor.call(state, &code, method, arguments, context);
		let bytes = result.map_err(|error| EngineError::Executor(error.to_string()))?;
		R::decode(&mut &bytes[..]).map_err(|_| EngineError::Decode)
	}
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
	panic
		.downcast_ref::<String>()
		.cloned()
		.or_else(|| panic.downcast_ref::<&str>().map(|message| (*message).to_owned()))
		.unwrap_or_default()
}
