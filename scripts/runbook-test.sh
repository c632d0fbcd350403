#!/usr/bin/env bash
# Executes the blocks of docs/runbook.md marked "sh", in their order and in one shell, against an anvil
# with the recorded example and a development node, and checks what is there in the end.
#
# Use:  scripts/runbook-test.sh       after a failure the logs stay
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

trap clean_up EXIT
select_node_js
prepare_programs
install_example_tools
WORK="$(mktemp -d)"
FOLDERS+=("$WORK")

# What a reader of the runbook has: the programs in PATH, and a key.
mkdir "$WORK/bin" "$WORK/files"
ln -s "$EVM_MIGRATE" "$WORK/bin/evm-migrate"
ln -s "$(cd "$EXAMPLE" && node -e "import('./lib/binaries.mjs').then(({ binary }) => console.log(binary('cast')))")" "$WORK/bin/cast"
echo //Alice >"$WORK/files/migration.key"

# blocks FILE: the blocks, each with the number of its first line. A block stands alone between
# fences, so that an unknown mark is an error and not a block that nobody ran.
blocks() {
	awk '
		/^```/ && inside { inside = 0; next }
		/^```sh$/ { inside = 1; run = 1; print "echo \"-- line " NR + 1 "\" >&2"; next }
		/^```(text)?$/ { inside = 1; run = 0; next }
		/^```/ { print "unknown mark in line " NR ": " $0 >"/dev/stderr"; failed = 1; exit }
		inside && run { print }
		END { exit failed || inside }
	' "$1"
}
{
	echo 'set -euo pipefail'
	blocks "$ROOT/docs/runbook.md" || die "docs/runbook.md has a block that is not closed or not marked"
} >"$WORK/blocks.sh"
COUNT="$(grep -c '^echo "-- line' "$WORK/blocks.sh")" || true
[ "$COUNT" -ge 10 ] || die "docs/runbook.md has $COUNT blocks to run, expected 10 at least"

step "Source and target"
start_anvil "$WORK/anvil.log" --load-state "$ROOT/examples/anvil-defi/anvil-state.json.gz"
start_node "$WORK/node.log" --base-path "$WORK/chain"

step "The runbook's $COUNT blocks"
(
	cd "$WORK/files"
	export SOURCE="$ANVIL_HTTP" NODE="$NODE_WS" SECOND="$NODE_WS" PATH="$WORK/bin:$PATH"
	bash "$WORK/blocks.sh"
) >"$WORK/output" || { cat "$WORK/output" >&2; die "a block of docs/runbook.md failed; its line is the last one named above"; }

step "What is there in the end"
# expect PATTERN: a line of what the blocks printed.
expect() { grep -qE -- "$1" "$WORK/output" || { cat "$WORK/output" >&2; die "the runbook printed no line like '$1'"; }; }
expect '^migration 0 .*: Paused'
expect '^migration 0 .*: Aborted'
expect '^the manifest is 0x[0-9a-f]{64}$'
MANIFEST="$(sed -nE 's/^the manifest is (0x[0-9a-f]{64})$/\1/p' "$WORK/output")"
FINAL="$("$EVM_MIGRATE" status --node "$NODE_WS" 1 --json | tail -n 1)"
case "$FINAL" in
*"$MANIFEST"*) ;;
*) die "migration 1 is not of the manifest $MANIFEST, which cast computed: $FINAL" ;;
esac
"$EVM_MIGRATE" status --node "$NODE_WS" 1 | grep -q 'migration 1 .*: Completed' ||
	die "migration 1 is not complete: $FINAL"
say "All $COUNT blocks of the runbook were executed."
