#!/usr/bin/env bash
# Runs the demonstration in its modes and checks what each promises:
#   --json   the last line on stdout is one JSON object with the numbers of the recorded example;
#   --keep   the node goes on, answers at the endpoint that is printed, and ends as it says there;
#   Ctrl-C   while it imports: it ends, and so does what it started.
#
# Use:  scripts/demo-test.sh [--live]      after a build
#   --live   also the mode with an anvil and contracts deployed anew
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

LIVE=no
case "${1:-}" in
--live) LIVE=yes ;;
-h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
"") ;;
*) die "unknown option $1; see --help" ;;
esac

trap clean_up EXIT
select_node_js
prepare_programs
WORK="$(mktemp -d)"
FOLDERS+=("$WORK")
# What a demonstration starts names its folder, which is in here.
export TMPDIR="$WORK"

# processes: the numbers of the processes that a demonstration started.
processes() {
	local file
	for file in /proc/[0-9]*/cmdline; do
		{ tr '\0' ' ' <"$file" | grep -qF -- "--base-path $WORK/"; } 2>/dev/null || continue
		file="${file%/cmdline}"
		printf '%s ' "${file#/proc/}"
	done
}

# expect_no_process WHEN: waits until no such process is left.
expect_no_process() {
	local _ left=
	for _ in $(seq 300); do
		left="$(processes)"
		[ -n "$left" ] || return 0
		sleep 0.1
	done
	read -ra left <<<"$left"
	CHILDREN+=("${left[@]}")
	die "$1, processes stay: ${left[*]}"
}

# expect LINE FIELD VALUE: a field of a JSON object on one line.
expect() {
	grep -qE "\"$2\":$3[,}]" <<<"$1" || die "$2 is not $3 in: $1"
}

# check_result FILE: the last line of a demonstration's stdout.
check_result() {
	local line
	line="$(tail -n 1 "$1")"
	grep -qE '^\{.*\}$' <<<"$line" || die "the last line is no JSON object: $line"
	expect "$line" contracts 21
	expect "$line" mismatches 0
	expect "$line" poe_verified true
	expect "$line" trust '"Proved"'
	grep -qE ',"blocks":[1-9][0-9]*,"seconds":[0-9]+\}$' <<<"$line" || die "no blocks and seconds at the end of: $line"
	RESULT="$line"
}

step "demo.sh --json"
"$ROOT/scripts/demo.sh" --json >"$WORK/json.out"
check_result "$WORK/json.out"
expect "$RESULT" accounts 68
expect "$RESULT" slots 1272
expect_no_process "after demo.sh --json"

step "demo.sh --keep"
"$ROOT/scripts/demo.sh" --keep >"$WORK/keep.out" 2>"$WORK/keep.log" &
DEMO=$!
CHILDREN+=("$DEMO")
wait "$DEMO" || { cat "$WORK/keep.log" >&2; die "demo.sh --keep failed; its lines are above"; }
KEPT="$(sed -nE 's/.*stop it with +kill ([0-9]+)$/\1/p' "$WORK/keep.log")"
HTTP="$(sed -nE 's/.*Ethereum RPC +(http:[^ ]+).*/\1/p' "$WORK/keep.log")"
[ -n "$KEPT" ] && [ -n "$HTTP" ] || { cat "$WORK/keep.log" >&2; die "it does not say where the node is"; }
CHILDREN+=("$KEPT")
ASK='const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] });
const headers = { "Content-Type": "application/json" };
fetch(process.argv[1], { method: "POST", headers, body, signal: AbortSignal.timeout(30000) })
	.then((answer) => answer.text()).then(console.log);'
ANSWER="$(node -e "$ASK" "$HTTP")" || die "the node that stays does not answer at $HTTP"
expect "$ANSWER" result '"0x7a69"'
[ "$(processes)" = "$KEPT " ] || die "only process $KEPT should stay, found: $(processes)"
kill "$KEPT"
expect_no_process "after kill $KEPT"

step "demo.sh, interrupted"
# A group of its own, to which the signal goes as from a terminal.
set -m
"$ROOT/scripts/demo.sh" >"$WORK/interrupted.out" 2>"$WORK/interrupted.log" &
DEMO=$!
set +m
CHILDREN+=("$DEMO")
wait_for_line "$WORK/interrupted.log" '^== Submit' 180 "$DEMO" >/dev/null ||
	die "demo.sh did not come to the import; its last lines are above"
kill -INT -- "-$DEMO"
! wait "$DEMO" || die "demo.sh ended as if nothing had been interrupted"
expect_no_process "after an interruption"

if [ "$LIVE" = yes ]; then
	step "demo.sh --live --json"
	"$ROOT/scripts/demo.sh" --live --json >"$WORK/live.out"
	check_result "$WORK/live.out"
	expect_no_process "after demo.sh --live"
fi
say ""
say "The demonstration keeps its promises."
