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
select_node_js
step "Toolchain"
select_toolchain
step "Format"
cargo fmt --all --check || die "run 'cargo fmt --all' with the toolchain of scripts/toolchain.sh"
step "Lints"
# clippy's driver instead of the compiler for our own crates: it reuses every built dependency. Before
# the build, which then puts the real binaries where these without the Wasm runtime were.
CLIPPY="$(command -v clippy-driver)" || die "the toolchain has no clippy-driver; see scripts/toolchain.sh"
SKIP_WASM_BUILD=1 RUSTC_WORKSPACE_WRAPPER="$CLIPPY" CLIPPY_ARGS="-Dwarnings__CLIPPY_HACKERY__" \
	cargo build --locked --release --workspace --lib --bins
step "Build: node, command line, and the no_std runtime as Wasm"
build
use_build
step "Ethereum nodes and tools from npm"
install_example_tools
install_npm "$ROOT/scripts/sources" "Another Ethereum node"
# Public genesis files, where a folder of them is beside the project.
VECTORS="${MIGRATION_VECTORS:-$(dirname "$ROOT")/shared/vectors}"
[ ! -d "$VECTORS" ] || export MIGRATION_VECTORS="$VECTORS"
step "Unit, integration and documentation tests"
# More than there are processors: many wait for blocks.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-4}"
cargo test --locked --release --workspace
step "End to end: a real Ethereum node, the real node, cast on both sides"
"$ROOT/scripts/end-to-end.sh"
step "The checks by hand: cast and polkadot.js beside the page of the review"
"$ROOT/scripts/checks-by-hand.sh"
for network in hoodi ethereum-mainnet; do
	step "The genesis of $network, proved by the runtime"
	if [ -f "$VECTORS/$network-genesis.json" ]; then
		"$ROOT/scripts/prove-genesis.sh" "$VECTORS/$network-genesis.json"
	else
		say "skipped: there is no $VECTORS/$network-genesis.json; MIGRATION_VECTORS names another folder"
	fi
done
step "The runbook's commands"
"$ROOT/scripts/runbook-test.sh"
step "Network: four validators, one of them killed and restarted"
"$ROOT/scripts/network.sh" --short
say ""
say "All passed."
