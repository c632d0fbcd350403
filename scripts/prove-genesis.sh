#!/usr/bin/env bash
# Moves the whole genesis state of an Ethereum chain into a new development chain, whose runtime
# holds every account and slot against the genesis block's state root by itself.
#
# Use:  scripts/prove-genesis.sh FILE [--json] [--chain-id N] [--expect-block-hash HASH] [--work DIR]
#   FILE          a genesis file in geth's form: config, header fields and alloc
#   --json        the last line on stdout is one JSON object; its "policy" says whether balances were minted
#   --chain-id N  the chain's id (EIP-155), where the file does not say it
#   --expect-block-hash HASH  the hash of the chain's block 0, as an explorer or a node has it
#   --work DIR    keep the snapshot, the bundle and the logs in this folder, which is new or empty
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

JSON=no WORK="" GENESIS="" KNOWN=()
while [ $# -gt 0 ]; do
	case "$1" in
	--json) JSON=yes ;;
	--work) [ $# -ge 2 ] || die "--work needs a folder"; WORK="$2"; shift ;;
	--chain-id) [ $# -ge 2 ] || die "--chain-id needs a number"; KNOWN+=(--chain-id "$2"); shift ;;
	--expect-block-hash)
		[ $# -ge 2 ] || die "--expect-block-hash needs a hash"
		KNOWN+=(--expect-block-hash "$2")
		shift
		;;
	-h | --help) sed -n '2,11s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
	-*) die "unknown option $1; see --help" ;;
	*) [ -z "$GENESIS" ] || die "one genesis file at a time; see --help"; GENESIS="$1" ;;
	esac
	shift
done
[ -n "$GENESIS" ] || die "name the genesis file; see --help"
[ -f "$GENESIS" ] || die "there is no file $GENESIS"
GENESIS="$(realpath "$GENESIS")"

trap clean_up EXIT
prepare_programs
if [ -z "$WORK" ]; then
	WORK="$(mktemp -d)"
	FOLDERS+=("$WORK")
else
	mkdir -p "$WORK"
	[ -z "$(ls -A "$WORK")" ] || die "the folder $WORK is not empty"
	WORK="$(realpath "$WORK")"
fi

step "Snapshot of the genesis file"
"$EVM_MIGRATE" snapshot --from-file "geth-genesis:$GENESIS" --output "$WORK/genesis.snapshot" "${KNOWN[@]}"
step "Target: a development node"
start_node "$WORK/node.log" --base-path "$WORK/chain"
say "node at $NODE_WS"
step "Plan"
"$EVM_MIGRATE" plan --snapshot "$WORK/genesis.snapshot" --allow-same-chain-id --output "$WORK/map.json"
step "Pack"
# pack_with POLICY: sets PACKED, what the command says of the bundle or of its failure, as JSON.
pack_with() {
	PACKED="$("$EVM_MIGRATE" pack --snapshot "$WORK/genesis.snapshot" --map "$WORK/map.json" \
		--policy "$1" --output "$WORK/bundle" --json | tail -n 1)"
}
# Half of what a chain of 128-bit balances can count, beside what it has.
CAP=170141183460469231731687303715884105727
POLICY="mint:$CAP"
if ! pack_with "$POLICY"; then
	case "$PACKED" in
	*"the policy allows $CAP"*) ;;
	*) die "the bundle could not be packed; see the lines above" ;;
	esac
	say "Without minting, then: the balances are proved, and not brought."
	POLICY=skip
	pack_with "$POLICY" || die "the bundle could not be packed; see the lines above"
fi
step "Submit: the runtime recomputes the state root from the chunks"
STARTED=$SECONDS
SUBMITTED="$("$EVM_MIGRATE" submit --bundle "$WORK/bundle" --node "$NODE_WS" --dev-signer alice \
	--allow-same-chain-id --json | tail -n 1)"
TOOK=$((SECONDS - STARTED))
step "Verify: every account, slot, code, nonce and balance, in both directions"
VERIFIED="$("$EVM_MIGRATE" verify --bundle "$WORK/bundle" --node "$NODE_WS" --json)" || case $? in
1) die "the verification found differences; they are listed above" ;;
*) die "the verification could not run; see the lines above" ;;
esac
say ""
say "The import took $TOOK seconds."

# field OBJECT NAME: the value of a field without nested objects.
field() { printf '%s' "$1" | sed -nE "s/.*\"$2\":(\"[^\"]*\"|[^,}]*).*/\1/p"; }
[ "$(field "$VERIFIED" verified_on_chain)" = true ] || die "the chain did not prove the data"
if [ "$JSON" = yes ]; then
	printf '{"state_root":%s,"block_hash":%s,"accounts":%s,"contracts":%s,"slots":%s,"blocks":%s,"seconds":%s,"verified_on_chain":%s,"policy":"%s"}\n' \
		"$(field "$VERIFIED" state_root)" "$(field "$VERIFIED" source_block_hash)" \
		"$(field "$VERIFIED" accounts)" "$(field "$VERIFIED" contracts)" "$(field "$VERIFIED" slots)" \
		"$(field "$SUBMITTED" blocks)" "$TOOK" "$(field "$VERIFIED" verified_on_chain)" "$POLICY"
fi
