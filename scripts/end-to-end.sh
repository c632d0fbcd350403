#!/usr/bin/env bash
# The main job with a real Ethereum node as its source and cast as the witness on both sides:
#   1. the recorded anvil chain is loaded, and a new snapshot of it equals the committed one;
#   2. it is migrated into a new development node and verified;
#   3. cast compares code, storage, balances, nonces and the answers of views on both sides;
#   4. a holder's key sends ether, an ERC-20 and a swap on both sides, with equal events and balances.
#
# Use:  scripts/end-to-end.sh       after a build; needs Node.js 20 or later with npm
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

trap clean_up EXIT
prepare_programs
install_example_tools
RECORDED="$ROOT/examples/anvil-defi"
WORK="$(mktemp -d)"
FOLDERS+=("$WORK")

step "Source: anvil with the recorded chain"
start_anvil "$WORK/anvil.log" --load-state "$RECORDED/anvil-state.json.gz"
take_snapshot "$ANVIL_HTTP" "$WORK/live.snapshot"
cmp "$WORK/live.snapshot" "$RECORDED/example.snapshot" ||
	die "a snapshot of the recorded chain differs from the committed one; run scripts/record-example.sh"
say "the snapshot of the live node equals the committed one, byte for byte"

step "Target: import and verification"
start_node "$WORK/node.log" --base-path "$WORK/chain"
"$EVM_MIGRATE" plan --snapshot "$WORK/live.snapshot" --all-entries --output "$WORK/map.json"
"$EVM_MIGRATE" pack --snapshot "$WORK/live.snapshot" --map "$WORK/map.json" \
	--policy mint:1000000000000000000000000 --output "$WORK/bundle"
"$EVM_MIGRATE" submit --bundle "$WORK/bundle" --node "$NODE_WS" --dev-signer alice \
	--allow-same-chain-id --activate --release
"$EVM_MIGRATE" verify --bundle "$WORK/bundle" --node "$NODE_WS"

step "Witness: cast on both sides"
node "$EXAMPLE/witness.mjs" --source "$ANVIL_HTTP" --target "$NODE_HTTP" --contracts "$RECORDED/contracts.json" >&2

step "A holder spends with the old key on both sides"
node "$EXAMPLE/spend.mjs" --source "$ANVIL_HTTP" --target "$NODE_HTTP" --contracts "$RECORDED/contracts.json" >&2
