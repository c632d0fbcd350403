#!/usr/bin/env bash
# Ethereum's official state tests through the pallets: all of the archive natively and then in Wasm,
# with the time of each, and one line of JSON for each on stdout.
#
# Use:  scripts/statetest.sh [ARCHIVE] [OPTION...]
# ARCHIVE is eest-v5.4.0-state_tests.tar.zst of the folder that MIGRATION_VECTORS names, beside the
# project otherwise, if none is given; a folder or a file of tests will do as well. Options are those of
# evm-statetest, as --fork Osaka, or --allow-unlisted for other tests than those of the archive.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"
cd "$ROOT"

TESTS="${MIGRATION_VECTORS:-$(dirname "$ROOT")/shared/vectors}/eest-v5.4.0-state_tests.tar.zst"
if [ $# -gt 0 ] && [ "${1#--}" = "$1" ]; then
	TESTS="$1"
	shift
fi
[ -e "$TESTS" ] || die "there is no $TESTS; MIGRATION_VECTORS names another folder"
if [ -z "${EVM_STATETEST:-}" ]; then
	check_machine
	step "Toolchain"
	select_toolchain
	step "Build"
	build
	EVM_STATETEST="$BIN/evm-statetest"
fi
result=0
for engine in native wasm; do
	step "All state tests, $engine"
	flag=()
	[ "$engine" = native ] || flag=(--wasm)
	started="$SECONDS"
	# Its report is talk, its last line the result.
	report="$("$EVM_STATETEST" "$TESTS" "${flag[@]}" --json "$@")" || result=1
	say "$(head -n -1 <<<"$report")"
	say "$engine: $((SECONDS - started)) s"
	tail -n 1 <<<"$report"
done
exit "$result"
