#!/usr/bin/env bash
# Compares the EVM pallet with plain revm on generated cases until one differs or somebody stops it.
#
# Use:  scripts/fuzz.sh                    from a seed of its own, which it prints
#       scripts/fuzz.sh --seed 7           from this one
#       scripts/fuzz.sh --seconds 600      for a time
#       scripts/fuzz.sh --replay FILE      one case again
#       scripts/fuzz.sh --help             every option
#
# A case that differs is printed with its seed, made as small as it gets, and ends the run with 1. See
# docs/fuzzing.md.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

check_machine
step "Toolchain"
select_toolchain
step "Build"
build
case " $* " in
	*" --seed"* | *" --case-seed"* | *" --replay"* | *" --help "*) set -- "$@" ;;
	*) set -- --seed "$(od -An -N4 -tu4 /dev/urandom | tr -d ' ')" "$@" ;;
esac
say "evm-fuzz $*"
exec "$BIN/evm-fuzz" "$@"
