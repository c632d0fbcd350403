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

check_machine "about 15 minutes of lints and tests"
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
# What is left out, said where it happens and again at the end.
SKIPPED=()
skip() {
	SKIPPED+=("skipped: $*")
	say "skipped: $*"
}
# Ethereum's state tests and public genesis files, where a folder of them is beside the project.
VECTORS="${MIGRATION_VECTORS:-$(dirname "$ROOT")/shared/vectors}"
[ ! -d "$VECTORS" ] || export MIGRATION_VECTORS="$VECTORS"
step "Unit, integration and documentation tests"
# More than there are processors: many wait for blocks.
export RUST_TEST_THREADS="${RUST_TEST_THREADS:-4}"
if [ ! -d "$VECTORS" ]; then
	skip "the official state tests, and public genesis files as sources of evm-migrate: there is no archive and no genesis file, since there is no folder $VECTORS; MIGRATION_VECTORS names another"
fi
cargo test --locked --release --workspace
step "End to end: a real Ethereum node, the real node, cast on both sides"
"$ROOT/scripts/end-to-end.sh"
step "The demonstration in all of its modes"
"$ROOT/scripts/demo-test.sh" --live
step "The checks by hand: cast and polkadot.js beside the page of the review"
"$ROOT/scripts/checks-by-hand.sh"
# What the chains themselves say of their first blocks.
declare -A STATE_ROOTS=(
	[hoodi]=0xda87d7f5f91c51508791bbcbd4aa5baf04917830b86985eeb9ad3d5bfb657576
	[ethereum-mainnet]=0xd7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544
)
declare -A BLOCK_HASHES=(
	[hoodi]=0xbbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b
	[ethereum-mainnet]=0xd4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3
)
for network in hoodi ethereum-mainnet; do
	step "The genesis of $network, proved by the runtime"
	if [ -f "$VECTORS/$network-genesis.json" ]; then
		PROVED="$("$ROOT/scripts/prove-genesis.sh" --json "$VECTORS/$network-genesis.json" | tee /dev/stderr | tail -n 1)"
		for expected in "\"state_root\":\"${STATE_ROOTS[$network]}\"" "\"block_hash\":\"${BLOCK_HASHES[$network]}\"" '"verified_on_chain":true'; do
			grep -qF -- "$expected" <<<"$PROVED" || die "$expected is expected of $network"
		done
	else
		skip "the genesis of $network: there is no $VECTORS/$network-genesis.json; MIGRATION_VECTORS names another folder"
	fi
done
step "The runbook's commands"
"$ROOT/scripts/runbook-test.sh"
step "Network: four validators, one of them killed and restarted"
"$ROOT/scripts/network.sh" --short
say ""
[ ${#SKIPPED[@]} -eq 0 ] || say "$(printf '%s\n' "${SKIPPED[@]}")"
say "All passed."
