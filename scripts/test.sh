#!/usr/bin/env bash
# Everything that must hold: format, lints, the build with its no_std runtime, unit, integration,
# end-to-end and documentation tests. From nothing it installs what it needs.
#
# Use:  scripts/test.sh
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
trap clean_up EXIT

check_machine
check_example_tools
step "Toolchain"
select_toolchain
step "Format"
cargo fmt --all --check || die "run 'cargo fmt --all' with the toolchain of scripts/toolchain.sh"
step "Lints"
# clippy's driver instead of the compiler for our own crates: it reuses every built dependency. Before
# the build, which then puts the real binaries where these without the Wasm runtime were.
SKIP_WASM_BUILD=1 RUSTC_WORKSPACE_WRAPPER="$(command -v clippy-driver)" CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" \
	cargo build --locked --release --workspace --lib --bins
step "Build: node, command line, and the no_std runtime as Wasm"
build
step "Unit, integration and documentation tests"
export MIGRATION_NODE="$BIN/migration-node" EVM_MIGRATE="$BIN/evm-migrate"
cargo test --locked --release --workspace
step "End to end: a real Ethereum node, the real node, cast on both sides"
"$ROOT/scripts/end-to-end.sh"
say ""
say "All passed."
