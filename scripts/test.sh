#!/usr/bin/env bash
# Everything that must hold: format, lints, the build with its no_std runtime, unit, integration,
# end-to-end and documentation tests, and a short run of a network of four validators. From nothing
# it installs what it needs.
#
# Use:  scripts/test.sh         after a failure the log of the run stays, and its last line names it
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"
[ -z "${MIGRATION_NODE:-}${EVM_MIGRATE:-}" ] ||
	die "MIGRATION_NODE or EVM_MIGRATE is set: this tests the programs that it builds, so unset them"
trap clean_up EXIT
keep_log

check_machine
check_zombienet_tools
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
use_build
step "Unit, integration and documentation tests"
cargo test --locked --release --workspace
step "End to end: a real Ethereum node, the real node, cast on both sides"
"$ROOT/scripts/end-to-end.sh"
step "The runbook's commands"
"$ROOT/scripts/runbook-test.sh"
step "Network: four validators, one of them killed and restarted"
"$ROOT/scripts/network.sh" --short
say ""
say "All passed."
