#!/usr/bin/env bash
# Records the example again: starts an anvil from npm, deploys the contracts and lets them live, and
# takes a snapshot of the node.
#
# Use:  scripts/record-example.sh [--output FOLDER]      default: examples/anvil-defi
#
# The folder gets
#   contracts.json        the contracts and accounts of the chain
#   anvil-state.json.gz   the whole chain, for "node scripts/example/anvil.mjs --load-state"
#   example.snapshot      what evm-migrate recorded from the live node
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

OUTPUT="$ROOT/examples/anvil-defi"
case "${1:-}" in
--output) [ $# -eq 2 ] || die "--output needs a folder"; OUTPUT="$2" ;;
"") ;;
*) die "unknown option $1; use: record-example.sh [--output FOLDER]" ;;
esac

trap clean_up EXIT
prepare_programs
install_example_tools
mkdir -p "$OUTPUT"
WORK="$(mktemp -d)"
FOLDERS+=("$WORK")

step "anvil"
start_anvil "$WORK/anvil.log"
say "anvil at $ANVIL_HTTP"
step "Contracts: deployed and used"
node "$EXAMPLE/deploy.mjs" --rpc "$ANVIL_HTTP" --output "$OUTPUT/contracts.json" >&2
node "$EXAMPLE/check.mjs" --rpc "$ANVIL_HTTP" --contracts "$OUTPUT/contracts.json" >&2
step "The same chain without what anvil keeps against Ethereum's rules, and one block on top"
node "$EXAMPLE/save-state.mjs" --rpc "$ANVIL_HTTP" --output "$WORK/state.json.gz" >&2
start_anvil "$WORK/anvil-again.log" --load-state "$WORK/state.json.gz"
node "$EXAMPLE/mine-block.mjs" --rpc "$ANVIL_HTTP" >&2
step "Snapshot"
node "$EXAMPLE/save-state.mjs" --rpc "$ANVIL_HTTP" --output "$OUTPUT/anvil-state.json.gz" >&2
take_snapshot "$ANVIL_HTTP" "$OUTPUT/example.snapshot"
say "recorded in $OUTPUT"
