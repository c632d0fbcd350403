#!/usr/bin/env bash
# Finds or installs a Rust toolchain that can build the Wasm runtime, and prints shell lines that select it.
#
# Use:  eval "$(scripts/toolchain.sh)"      talk goes to stderr, the shell lines to stdout
#
# The way is chosen before anything is installed:
#   1. a rustup toolchain that has the target wasm32v1-none, or can add it;
#   2. Debian's Rust packages (rustc-web and friends), with a standard library for wasm32v1-none made from their sources.
# Where a rustup is there that is too old, the second way is taken only if nobody has to be asked for it; else the script
# ends with the command that mends the first.
# Packages that are missing are installed by root and by users of sudo without a password; for all others the script
# ends with the one line that an administrator has to run. Everything else is done in the user's own cache.
# Safe to interrupt and to run again: every step looks at what is there and only then acts.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/evm-migration"
TOOLCHAIN="$CACHE/toolchain"
MINIMUM_RUST_MINOR=95
WASM_TARGET=wasm32v1-none
DEBIAN_RUST_PACKAGES=(
	rustc-web cargo-web rust-web-src libstd-rust-web-dev rust-web-clippy rustfmt-web lld-19
)
# What the dependencies' build scripts run, and Debian's package of each.
declare -A BASE_COMMANDS=(
	[clang]=clang [protoc]=protobuf-compiler [make]=make [gcc]=gcc [g++]=g++ [pkg-config]=pkg-config
)
# Without a command that shows them: the command perl is there without its modules, which OpenSSL's build needs.
BASE_PACKAGES=(libssl-dev ca-certificates perl)

is_installed() { [ "$(dpkg-query -W -f='${Status}' "$1" 2>/dev/null)" = "install ok installed" ]; }

# rust_minor RUSTC: the minor version of a 1.x compiler, 0 if it does not run.
rust_minor() { "$1" --version 2>/dev/null | sed -nE 's/^rustc 1\.([0-9]+)\..*/\1/p' | grep . || echo 0; }

# rustup_compiler: sets COMPILER to the compiler of rustup's toolchain, adding the Wasm target where that is possible.
# Returns 1 where there is none that can be used, with the reason and the remedy in RUSTUP_ADVICE.
rustup_compiler() {
	local rustc target active update="rustup update stable"
	COMPILER=""
	if ! have rustup; then
		RUSTUP_ADVICE="there is no rustup: install it (https://rustup.rs), then start again"
		return 1
	fi
	active="$(rustup show active-toolchain 2>/dev/null || true)"
	# Another toolchain, even a pinned one, stays what it is by an update of stable.
	case "$active" in stable*) ;; *) update="$update && rustup default stable" ;; esac
	if ! rustc="$(rustup which rustc 2>/dev/null)"; then
		RUSTUP_ADVICE="rustup has no toolchain here; run: $update"
		return 1
	fi
	if [ "$(rust_minor "$rustc")" -lt "$MINIMUM_RUST_MINOR" ]; then
		RUSTUP_ADVICE="rustup's toolchain is $("$rustc" --version 2>/dev/null || echo "one that does not run"), 1.$MINIMUM_RUST_MINOR or later is needed; run: $update"
		return 1
	fi
	target="$("$rustc" --print sysroot)/lib/rustlib/$WASM_TARGET/lib"
	if [ ! -d "$target" ]; then
		say "adding the target $WASM_TARGET to $("$rustc" --version)"
		if ! timeout 120 rustup target add "$WASM_TARGET" >&2; then
			RUSTUP_ADVICE="rustup could not add the target; with a network, run: rustup target add $WASM_TARGET"
			return 1
		fi
	fi
	COMPILER="$rustc"
}

# missing_packages [NAME...]: what Debian has to install, these packages and what the build needs.
missing_packages() {
	local name command
	for name in "$@" "${BASE_PACKAGES[@]}"; do
		is_installed "$name" || printf '%s\n' "$name"
	done
	for command in "${!BASE_COMMANDS[@]}"; do
		have "$command" || printf '%s\n' "${BASE_COMMANDS[$command]}"
	done | sort
}

# check_base_commands: for systems without apt, names what is missing.
check_base_commands() {
	local command missing=()
	for command in "${!BASE_COMMANDS[@]}"; do
		have "$command" || missing+=("$command")
	done
	[ ${#missing[@]} -eq 0 ] || die "these commands are needed and are not there: ${missing[*]}"
}

# has_wasm_library SYSROOT: whether the library there was built, by this compiler.
has_wasm_library() {
	[ "$(cat "$1/lib/rustlib/$WASM_TARGET/lib/.complete" 2>/dev/null)" = "$(/usr/bin/rustc --version)" ]
}

# wasm_sysroot: a folder that rustc takes as its sysroot and that has the library or can get it from
# this user. It is Debian's own where possible, else a copy of it made of links.
wasm_sysroot() {
	local own="$TOOLCHAIN/sysroot" debian entry
	debian="$(/usr/bin/rustc --print sysroot)"
	if [ -w "$debian/lib/rustlib" ] || has_wasm_library "$debian"; then
		printf '%s\n' "$debian"
		return
	fi
	mkdir -p "$own/lib/rustlib"
	for entry in "$debian"/lib/rustlib/*; do
		[ "$(basename "$entry")" = "$WASM_TARGET" ] || ln -sfn "$entry" "$own/lib/rustlib/$(basename "$entry")"
	done
	printf '%s\n' "$own"
}

# build_wasm_library SYSROOT: Debian's sources of the standard library, built for the Wasm target
# and copied into the sysroot.
build_wasm_library() {
	local library="$1/lib/rustlib/$WASM_TARGET/lib" work
	has_wasm_library "$1" && return 0
	say "building the standard library for $WASM_TARGET (about half a minute)"
	work="$(mktemp -d)"
	mkdir -p "$work/src"
	printf '[workspace]\n[package]\nname = "wasm-library"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n' >"$work/Cargo.toml"
	printf '#![no_std]\n' >"$work/src/lib.rs"
	(
		cd "$work"
		RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" \
			/usr/bin/cargo build --quiet --release --target "$WASM_TARGET" -Z build-std=core,alloc >&2
	) || { rm -rf "$work"; die "the standard library for $WASM_TARGET did not build; see the lines above"; }
	rm -rf "$library"
	mkdir -p "$library"
	cp "$work/target/$WASM_TARGET"/release/deps/lib{core,alloc,compiler_builtins}-*.rlib "$library/" ||
		{ rm -rf "$work"; die "cannot write to $library"; }
	/usr/bin/rustc --version >"$library/.complete"
	rm -rf "$work"
}

# link_debian_tools SYSROOT: Debian's tools under one folder, which comes first in PATH.
link_debian_tools() {
	local tool
	mkdir -p "$TOOLCHAIN/bin"
	for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
		[ -x "/usr/bin/$tool" ] && ln -sfn "/usr/bin/$tool" "$TOOLCHAIN/bin/$tool"
	done
	[ "$1" = "$(/usr/bin/rustc --print sysroot)" ] && return
	for tool in rustc rustdoc; do
		rm -f "$TOOLCHAIN/bin/$tool"
		printf '#!/bin/sh\nexec /usr/bin/%s --sysroot %q "$@"\n' "$tool" "$1" >"$TOOLCHAIN/bin/$tool"
		chmod +x "$TOOLCHAIN/bin/$tool"
	done
}

use_rustup() {
	rustup component add clippy rustfmt >&2 2>/dev/null || true
	printf 'export PATH=%q:"$PATH"\n' "$(dirname "$1")"
}

use_debian() {
	local sysroot
	[ "$(rust_minor /usr/bin/rustc)" -ge "$MINIMUM_RUST_MINOR" ] ||
		die "Debian's rustc is $(/usr/bin/rustc --version); 1.$MINIMUM_RUST_MINOR or later is needed: add Debian's security updates to apt's sources, or install rustup with the target $WASM_TARGET"
	sysroot="$(wasm_sysroot)"
	build_wasm_library "$sysroot"
	link_debian_tools "$sysroot"
	printf 'export PATH=%q:"$PATH"\n' "$TOOLCHAIN/bin"
	printf 'export CARGO_TARGET_WASM32V1_NONE_LINKER=wasm-ld-19\n'
}

# debian_rust_is_old: whether Debian's compiler is there, of a release that an update may replace.
debian_rust_is_old() { [ -x /usr/bin/rustc ] && [ "$(rust_minor /usr/bin/rustc)" -lt "$MINIMUM_RUST_MINOR" ]; }

# debian_has_rust: whether its packages are known to apt, or are Debian 12's, whatever apt knows before an update.
debian_has_rust() {
	apt-cache show "${DEBIAN_RUST_PACKAGES[@]}" >/dev/null 2>&1 || grep -qs '^VERSION_CODENAME=bookworm' /etc/os-release
}

# debian_is_possible: whether Debian's packages can be the way. Where there is a rustup, whose user can mend it alone, they
# are it only as they stand here, or where they can be installed without asking anybody.
debian_is_possible() {
	is_debian || return 1
	have rustup || return 0
	if may_install; then debian_has_rust; return; fi
	! debian_rust_is_old && [ -z "$(missing_packages "${DEBIAN_RUST_PACKAGES[@]}")" ]
}

RUSTUP_ADVICE=""
if rustup_compiler; then
	needed=()
else
	debian_is_possible || die "$RUSTUP_ADVICE"
	! have rustup || say "$RUSTUP_ADVICE. Debian's packages are taken instead."
	needed=("${DEBIAN_RUST_PACKAGES[@]}")
fi
if is_debian; then
	mapfile -t missing < <(missing_packages "${needed[@]}")
	[ -n "$COMPILER" ] || ! debian_rust_is_old || missing=("${missing[@]}" "${needed[@]}")
	[ ${#missing[@]} -eq 0 ] || install_packages "${missing[@]}"
fi
check_base_commands

if [ -n "$COMPILER" ]; then lines="$(use_rustup "$COMPILER")"; else lines="$(use_debian)"; fi
printf '%s\n' "$lines"
printf 'export CARGO_TARGET_DIR=%q\n' "${CARGO_TARGET_DIR:-$CACHE/target}"
