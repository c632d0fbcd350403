#!/usr/bin/env bash
# The checks by hand that the page for the council names (evm-migrate review), with other people's
# programs:
#   1. the page is the same from a live node's snapshot and from a file's;
#   2. the commands of the page, run by cast as they stand there, print what the page says;
#   3. polkadot.js decodes the proposal against a running node to the fields of the page;
#   4. the hash of the page is that of the migration on the chain.
#
# Use:  scripts/checks-by-hand.sh       after a failure the logs stay
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

trap clean_up EXIT
prepare_programs
install_example_tools
RECORDED="$ROOT/examples/anvil-defi"
WORK="$(mktemp -d)"
FOLDERS+=("$WORK")

# make_bundle NAME: plans and packs the snapshot of this name.
make_bundle() {
	"$EVM_MIGRATE" plan --snapshot "$WORK/$1.snapshot" --all-entries --output "$WORK/$1.map.json" >/dev/null
	"$EVM_MIGRATE" pack --snapshot "$WORK/$1.snapshot" --map "$WORK/$1.map.json" \
		--policy mint:1000000000000000000000000 --output "$WORK/$1" >/dev/null
}

# make_page NAME: the page of the bundle of this name.
make_page() {
	"$EVM_MIGRATE" review "$WORK/$1" --names "$RECORDED/contracts.json" --node "$NODE_WS" \
		--source-rpc "$ANVIL_HTTP" --output "$WORK/$1.page" >/dev/null
}

step "Two inputs of the same state: a live node, and a file"
start_anvil "$WORK/anvil.log" --load-state "$RECORDED/anvil-state.json.gz"
start_node "$WORK/node.log" --base-path "$WORK/chain"
take_snapshot "$ANVIL_HTTP" "$WORK/live.snapshot" >/dev/null
"$EVM_MIGRATE" snapshot --from-file "anvil-state:$RECORDED/anvil-state.json.gz" --chain-id 31337 \
	--output "$WORK/file.snapshot" >/dev/null
for name in live file; do
	make_bundle "$name"
	make_page "$name"
done
for file in review.md review.html proposal.hex; do
	cmp "$WORK/live.page/$file" "$WORK/file.page/$file" ||
		die "$file from the live node differs from $file from the file of the same state"
done
say "review.md, review.html and proposal.hex are the same, byte for byte"
PAGE="$WORK/live.page/review.md"

step "The page's commands, run with cast"
# The page's commands use cast and xxd; xxd comes with vim, and is a few lines of od.
mkdir "$WORK/bin"
ln -s "$(node "$EXAMPLE/checks-by-hand.mjs" --print-cast)" "$WORK/bin/cast"
command -v xxd >/dev/null 2>&1 || {
	printf '#!/bin/sh\nod -An -v -tx1 "$2" | tr -d " "\n' >"$WORK/bin/xxd"
	chmod +x "$WORK/bin/xxd"
}
export PATH="$WORK/bin:$PATH"
node "$EXAMPLE/checks-by-hand.mjs" --page "$PAGE" --commands "$WORK/commands" >/dev/null
while IFS=$'\t' read -r expected command; do
	found="$(cd "$WORK/live" && bash -c "${command//URL/$ANVIL_HTTP}")" ||
		die "the page's command fails: $command"
	[ "$found" = "$expected" ] ||
		die "the page says that this prints $expected, and it prints $found: $command"
	say "$expected is what \`${command:0:60}\` prints"
done <"$WORK/commands"

step "polkadot.js decodes the proposal"
node "$EXAMPLE/checks-by-hand.mjs" --page "$PAGE" --proposal "$WORK/live.page/proposal.hex" --node "$NODE_WS" >&2

step "The proposal on the chain"
"$EVM_MIGRATE" submit --bundle "$WORK/file" --node "$NODE_WS" --dev-signer alice --allow-same-chain-id >/dev/null
ON_CHAIN="$("$EVM_MIGRATE" status --json --node "$NODE_WS" 0 2>/dev/null | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).migrations[0].manifest')"
BY_HAND="$(head -n 1 "$WORK/commands" | cut -f 1)"
[ "$ON_CHAIN" = "$BY_HAND" ] ||
	die "the chain's migration has the manifest $ON_CHAIN, the page's is $BY_HAND"
say "the migration on the chain has the manifest $ON_CHAIN"
