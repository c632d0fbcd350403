#!/usr/bin/env bash
# What imports and the EVM cost the chain, measured on the built node and runtime.
#
# Use:  scripts/bench.sh import [--slots 10000,100000,1000000] [--json FILE]
#           imports: block execution time, proof size, weight and memory, beside the same storage
#           written by root and by EVM transactions
#       scripts/bench.sh split [--slots N] [--json FILE]
#           where the time of an import's blocks goes: decode, hash, trie, storage; needs perf
#       scripts/bench.sh weights [--output FILE]
#           the same for every call of the migration, as the weights of the runtime
#       scripts/bench.sh evm [--repeat TIMES] [--json FILE]
#           programs on plain revm, on pallet-evm natively and in Wasm, and on the crate evm 0.43 (Frontier's)
#       scripts/bench.sh gas [--repeat TIMES] [--json FILE]
#           the heaviest transactions of 2^24 gas in Wasm, beside the weight of their gas
#       scripts/bench.sh import --help        every option
#
# Times mean something on a machine that does nothing else. All three sizes of imports take about
# 20 minutes on two cores; 10,000 slots alone take two.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# build_frontier: the crate evm 0.43 as a Wasm blob, by the compiler and with the options of the
# runtimes; sets FRONTIER.
build_frontier() {
	local target="wasm32v1-none"
	FRONTIER="$CARGO_TARGET_DIR/frontier/$target/release/frontier_engine.wasm"
	( cd "$ROOT/bench/frontier" &&
		RUSTFLAGS="-C link-arg=--export-table -C link-arg=--export=__heap_base -C link-arg=--import-memory --cfg substrate_runtime" \
		CARGO_TARGET_DIR="$CARGO_TARGET_DIR/frontier" \
		cargo build --locked --release --target "$target" ) >&2 ||
		die "the build of bench/frontier failed; see the lines above"
}

# build_published: revm as it is published, with the options of the chain's programs; sets REVM.
build_published() {
	REVM="$CARGO_TARGET_DIR/published/release/published-revm"
	( cd "$ROOT/bench/published" && CARGO_TARGET_DIR="$CARGO_TARGET_DIR/published" cargo build --locked --release ) >&2 ||
		die "the build of bench/published failed; see the lines above"
}

[ $# -ge 1 ] || die "say what to measure: import, split, weights, evm or gas"
trap clean_up EXIT
check_machine
select_toolchain
build
export MIGRATION_NODE="$BIN/migration-node" EVM_MIGRATE="$BIN/evm-migrate"
if [ "$1" = evm ]; then
	build_frontier
	build_published
	set -- "$@" --frontier "$FRONTIER" --revm "$REVM"
fi
"$BIN/migration-bench" "$@"
