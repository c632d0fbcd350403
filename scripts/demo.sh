#!/usr/bin/env bash
# Builds everything, starts a chain, moves a recorded snapshot of real contracts into it, and proves
# that nothing was changed on the way.
#
# Use:  scripts/demo.sh [--json] [--keep] [--live]
#   --json   the last line on stdout is one JSON object
#   --keep   leave the node running and print its endpoints
#   --live   start anvil, deploy the contracts anew, and migrate a snapshot of that node
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

JSON=no KEEP=no LIVE=no
for argument in "$@"; do
	case "$argument" in
	--json) JSON=yes ;;
	--keep) KEEP=yes ;;
	--live) LIVE=yes ;;
	-h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
	*) die "unknown option $argument; see --help" ;;
	esac
done

trap clean_up EXIT
STARTED=$SECONDS
[ "$LIVE" = no ] || select_node_js
prepare_programs

WORK="$(mktemp -d)"
FOLDERS+=("$WORK")
SNAPSHOT="$ROOT/examples/anvil-defi/example.snapshot"
if [ "$LIVE" = yes ]; then
	step "Source: anvil with contracts deployed just now"
	"$ROOT/scripts/record-example.sh" --output "$WORK/example"
	SNAPSHOT="$WORK/example/example.snapshot"
fi

step "Target: a development node"
start_node "$WORK/node.log" --base-path "$WORK/chain"
say "node at $NODE_WS"

step "Plan"
"$EVM_MIGRATE" plan --snapshot "$SNAPSHOT" --all-entries --output "$WORK/map.json"
step "Pack"
"$EVM_MIGRATE" pack --snapshot "$SNAPSHOT" --map "$WORK/map.json" \
	--policy mint:1000000000000000000000000 --output "$WORK/bundle"
step "Submit"
IMPORT=$SECONDS
SUBMITTED="$("$EVM_MIGRATE" submit --bundle "$WORK/bundle" --node "$NODE_WS" --dev-signer alice \
	--allow-same-chain-id --activate --release --json | tail -n 1)"
IMPORT=$((SECONDS - IMPORT))
step "Verify: every account, slot, code, nonce and balance, in both directions"
VERIFIED="$("$EVM_MIGRATE" verify --bundle "$WORK/bundle" --node "$NODE_WS" --table --json)" || case $? in
1) die "the verification found differences; they are listed above" ;;
*) die "the verification could not run; see the lines above" ;;
esac

if [ "$KEEP" = yes ]; then
	disown "$NODE_PID" 2>/dev/null || true
	CHILDREN=()
	FOLDERS=()
	say ""
	say "The node goes on: process $NODE_PID, log and data in $WORK"
	say "  Substrate RPC  $NODE_WS"
	say "  Ethereum RPC   $NODE_HTTP (the same port; chain id 31337)"
	say "  stop it with   kill $NODE_PID"
fi
say ""
say "Done in $((SECONDS - STARTED)) seconds, of which the import took $IMPORT."
if [ "$JSON" = yes ]; then
	BLOCKS="$(printf '%s' "$SUBMITTED" | sed -nE 's/.*"blocks":([0-9]+).*/\1/p')"
	printf '%s,"blocks":%s,"seconds":%s}\n' "${VERIFIED%\}}" "${BLOCKS:-0}" "$IMPORT"
fi
