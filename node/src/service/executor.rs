//! The executor of the runtime.

use sc_executor::{HeapAllocStrategy, WasmExecutor, DEFAULT_HEAP_ALLOC_STRATEGY};
use sc_service::config::ExecutorConfiguration;

/// The environment's variable that names a folder for compiled runtimes.
const CACHE: &str = "MIGRATION_RUNTIME_CACHE";

/// The executor as `sc_service` makes it. Where the environment names a folder, the compiled runtime is
/// kept there, so that a node that starts again does not compile it again. What lies there is executed:
/// nobody else may be able to write to it.
pub(super) fn new(config: &ExecutorConfiguration) -> WasmExecutor<sp_io::SubstrateHostFunctions> {
	let heap = config.default_heap_pages.map_or(DEFAULT_HEAP_ALLOC_STRATEGY, |pages| {
		// As in `sc_service`: a number of pages that does not fit is more than any memory.
		HeapAllocStrategy::Static { extra_pages: pages as _ }
	});
	let builder = WasmExecutor::builder()
		.with_execution_method(config.wasm_method)
		.with_onchain_heap_alloc_strategy(heap)
		.with_offchain_heap_alloc_strategy(heap)
		.with_max_runtime_instances(config.max_runtime_instances)
		.with_runtime_cache_size(config.runtime_cache_size);
	match std::env::var_os(CACHE) {
		Some(folder) if !folder.is_empty() => builder.with_cache_path(folder).build(),
		_ => builder.build(),
	}
}
