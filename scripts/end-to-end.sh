#!/usr/bin/env bash
# The main job with a real Ethereum node as its source and cast as the witness on both sides:
#   1. the recorded anvil chain is loaded, and a new snapshot of it equals the committed one;
#   2. it is migrated into a new development node and verified;
#   3. cast compares code, storage, balances, nonces and the answers of views on both sides;
#   4. a holder's key sends ether, an ERC-20 and a swap on both sides, with equal events and balances;
#   5. ethers, viem and cast use the node with their defaults, as applications do;
#   6. the node is stopped, and every block of its chain is executed again: none exceeds the runtime's
#      limits of weight or length, or needs a longer proof than it declares;
#   7. on a chain of 10,000 blocks a search for logs looks at as many as it may, and not at one more.
#
# Use:  scripts/end-to-end.sh       after a failure the logs stay
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

step "Clients: ethers, viem and cast with their defaults"
node "$EXAMPLE/clients.mjs" --rpc "$NODE_HTTP" >&2

step "Every block again: weight, length and declared proof"
BEST="$("$EVM_MIGRATE" status --node "$NODE_WS" --json | tail -n 1 | node -p 'JSON.parse(require("fs").readFileSync(0)).block')"
# The import alone makes more.
[ "$BEST" -ge 5 ] || die "the chain has $BEST blocks, expected 5 at least"
stop_node
"$MIGRATION_NODE" measure-blocks --dev --base-path "$WORK/chain" --from 1 --to "$BEST" --repeat 1 >"$WORK/blocks.txt" || {
	cat "$WORK/blocks.txt" >&2
	die "a block exceeds a limit, or could not be measured; the report is above"
}
tail -n 5 "$WORK/blocks.txt" >&2
say "blocks 1 to $BEST keep the runtime's limits of weight and length, and declare their proofs"

step "Limit: a range of too many blocks"
start_node "$WORK/range.log" --block-time 1
node "$EXAMPLE/range.mjs" --rpc "$NODE_HTTP" >&2
