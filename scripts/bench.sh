#!/usr/bin/env bash
# What imports cost the chain, measured on the built node: block execution time, proof size, weight
# and memory, beside the same storage written by root and by EVM transactions.
#
# Use:  scripts/bench.sh import [--slots 10000,100000,1000000] [--json FILE]
#       scripts/bench.sh weights [--output FILE]
#       scripts/bench.sh import --help        every option
#
# Times mean something on a machine that does nothing else. All three sizes take about half an hour
# on two cores; 10,000 slots alone take five minutes.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

[ $# -ge 1 ] || die "say what to measure: import or weights"
trap clean_up EXIT
check_machine
select_toolchain
build
export MIGRATION_NODE="$BIN/migration-node" EVM_MIGRATE="$BIN/evm-migrate"
"$BIN/migration-bench" "$@"
