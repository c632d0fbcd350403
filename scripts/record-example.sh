#!/usr/bin/env bash
# Records the example chain: starts an anvil, deploys the contracts, and takes a snapshot of them.
#
# usage: scripts/record-example.sh [OUTPUT_DIRECTORY]
#
# OUTPUT_DIRECTORY (default: examples/anvil-defi) gets
#   contracts.json        the contracts and accounts of the chain
#   anvil-state.json.gz   the whole chain, for "node scripts/example/anvil.mjs --load-state"
#   snapshot              what evm-migrate recorded from the live node
#
# EVM_MIGRATE names the evm-migrate binary (default: target/release/evm-migrate).
# Needs Node 20 or later, and npm.
set -euo pipefail

fail() {
	echo "record-example: $1" >&2
	exit 1
}

repository=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
example=$repository/scripts/example
output=${1:-$repository/examples/anvil-defi}
evm_migrate=${EVM_MIGRATE:-$repository/target/release/evm-migrate}

[[ $# -le 1 ]] || fail "expected at most one argument, found $#"
command -v node >/dev/null || fail "node is not installed"
command -v npm >/dev/null || fail "npm is not installed"
command -v "$evm_migrate" >/dev/null ||
	fail "$evm_migrate is not a program: build it, or set EVM_MIGRATE"

mkdir -p "$output"
[[ -d $example/node_modules ]] || (cd "$example" && npm ci)

coproc ANVIL { exec node "$example/anvil.mjs"; }
anvil_pid=$ANVIL_PID
trap 'kill "$anvil_pid" 2>/dev/null || true' EXIT
read -r url <&"${ANVIL[0]}" || fail "anvil did not start"

node "$example/deploy.mjs" --rpc "$url" --output "$output/contracts.json"
node "$example/check.mjs" --rpc "$url" --contracts "$output/contracts.json"
node "$example/save-state.mjs" --rpc "$url" --output "$output/anvil-state.json.gz"
rm -rf "$output/snapshot"
"$evm_migrate" snapshot --rpc "$url" --all-accounts --output "$output/snapshot"
