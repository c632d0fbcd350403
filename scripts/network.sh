#!/usr/bin/env bash
# Imports into networks of four validators (zombienet) while validators fail:
#   the example, and 100,000 slots, each while one validator joins late and begins with the first
#   block, one is killed and restarted, one is cut off until it forks and comes back, and relayers
#   submit from three places at once, one of them out of order, twice, and forged chunks.
# In the end all four have the same final blocks and the state that an undisturbed import brings.
#
# Use:  scripts/network.sh [--short]      after a failure the logs stay
#   --short   the example only, while one validator is killed and restarted
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

TESTS=everything_fails
case "${1:-}" in
--short) TESTS=is_killed ;;
-h | --help) sed -n '2,9s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; exit 0 ;;
"") ;;
*) die "unknown option $1; see --help" ;;
esac

trap clean_up EXIT
select_node_js
select_toolchain
prepare_programs
install_zombienet
step "Tests of networks: building"
# All members are selected, since the features of shared dependencies depend on the selection.
TEST=(cargo test --locked --release --workspace --test networks)
( cd "$ROOT" && "${TEST[@]}" --no-run ) >&2 || die "the tests did not build; see the lines above"
step "Tests of networks: running"
STARTED=$SECONDS
( cd "$ROOT" && "${TEST[@]}" -- --nocapture --test-threads 1 "$TESTS" ) >&2 ||
	die "a test of networks failed; see the lines above"
say "The networks took $((SECONDS - STARTED)) seconds."
