#!/usr/bin/env bash
# Finds or installs a Rust toolchain that can build the Wasm runtime, and prints shell lines that select it.
#
# Use:  eval "$(scripts/toolchain.sh)"      talk goes to stderr, the shell lines to stdout
#
# Order of preference:
#   1. a rustup toolchain that has the target wasm32v1-none, or can add it;
#   2. Debian's Rust packages (rustc-web and friends), with a standard library for wasm32v1-none made from their sources.
# Safe to interrupt and to run again: every step looks at what is there and only then acts.
set -euo pipefail

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/evm-migration"
TOOLCHAIN="$CACHE/toolchain"
MINIMUM_RUST_MINOR=95
DEBIAN_PACKAGES=(
	rustc-web cargo-web rust-web-src libstd-rust-web-dev rust-web-clippy rustfmt-web
	lld-19 clang protobuf-compiler
)
BASE_PACKAGES=(clang protobuf-compiler libssl-dev make gcc g++ pkg-config ca-certificates)

say() { printf 'toolchain: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }

# install_packages NAME...: through apt, or one line for the user to run.
install_packages() {
	local missing=() name
	for name in "$@"; do
		[ "$(dpkg-query -W -f='${Status}' "$name" 2>/dev/null)" = "install ok installed" ] || missing+=("$name")
	done
	[ ${#missing[@]} -eq 0 ] && return 0
	have apt-get || die "these packages are needed and there is no apt-get here: ${missing[*]}"
	local root=()
	if [ "$(id -u)" -ne 0 ]; then
		if have sudo && sudo -n true 2>/dev/null; then
			root=(sudo)
		else
			die "please run this once, then start again: sudo apt-get update && sudo apt-get install -y --no-install-recommends ${missing[*]}"
		fi
	fi
	say "installing ${missing[*]} (about half a minute)"
	{
		DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get update -qq
		DEBIAN_FRONTEND=noninteractive "${root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}"
	} >&2 || die "apt-get failed; see the lines above. Needed: ${missing[*]}"
}

# rust_minor RUSTC: the minor version of a 1.x compiler, 0 if it does not run.
rust_minor() { "$1" --version 2>/dev/null | sed -nE 's/^rustc 1\.([0-9]+)\..*/\1/p' | grep . || echo 0; }

# The rustup way. Prints nothing and returns 1 where it cannot be had.
use_rustup() {
	have rustup || return 1
	local rustc
	rustc="$(rustup which rustc 2>/dev/null)" || return 1
	[ "$(rust_minor "$rustc")" -ge "$MINIMUM_RUST_MINOR" ] || return 1
	local sysroot
	sysroot="$("$rustc" --print sysroot)"
	if [ ! -d "$sysroot/lib/rustlib/wasm32v1-none/lib" ]; then
		say "adding the target wasm32v1-none to $("$rustc" --version)"
		timeout 120 rustup target add wasm32v1-none >&2 || return 1
	fi
	rustup component add clippy rustfmt >&2 2>/dev/null || true
	if have apt-get; then install_packages "${BASE_PACKAGES[@]}"; fi
	printf 'export PATH=%q:"$PATH"\n' "$(dirname "$rustc")"
}

# The sources of Debian's standard library, built for wasm32v1-none and copied into a sysroot of our own.
build_wasm_library() {
	local sysroot="$1" library="$1/lib/rustlib/wasm32v1-none/lib" work
	[ -f "$library/.complete" ] && return 0
	say "building the standard library for wasm32v1-none (about half a minute)"
	work="$(mktemp -d)"
	mkdir -p "$work/src"
	printf '[workspace]\n[package]\nname = "wasm-library"\nversion = "0.0.0"\nedition = "2021"\n[profile.release]\npanic = "abort"\n' >"$work/Cargo.toml"
	printf '#![no_std]\n' >"$work/src/lib.rs"
	(
		cd "$work"
		RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 RUSTFLAGS=-Cembed-bitcode=yes CARGO_TARGET_DIR="$work/target" \
			/usr/bin/cargo build --quiet --release --target wasm32v1-none -Z build-std=core,alloc >&2
	) || { rm -rf "$work"; die "the standard library for wasm32v1-none did not build; see the lines above"; }
	local root=()
	[ -w "$sysroot/lib/rustlib" ] || root=(sudo -n)
	"${root[@]}" mkdir -p "$library"
	"${root[@]}" cp "$work"/target/wasm32v1-none/release/deps/lib{core,alloc,compiler_builtins}-*.rlib "$library/" ||
		{ rm -rf "$work"; die "cannot write $library; please run this script once as root"; }
	"${root[@]}" touch "$library/.complete"
	rm -rf "$work"
}

# The Debian way.
use_debian() {
	[ -r /etc/debian_version ] || die "no rustup toolchain (1.$MINIMUM_RUST_MINOR or later) with wasm32v1-none, and this is not Debian: install rustup, then run: rustup target add wasm32v1-none"
	install_packages "${DEBIAN_PACKAGES[@]}" "${BASE_PACKAGES[@]}"
	[ "$(rust_minor /usr/bin/rustc)" -ge "$MINIMUM_RUST_MINOR" ] ||
		die "Debian's rustc is $(/usr/bin/rustc --version); 1.$MINIMUM_RUST_MINOR or later is needed"
	build_wasm_library "$(/usr/bin/rustc --print sysroot)"
	mkdir -p "$TOOLCHAIN/bin"
	local tool
	for tool in cargo rustc rustdoc rustfmt cargo-fmt cargo-clippy clippy-driver; do
		[ -x "/usr/bin/$tool" ] && ln -sfn "/usr/bin/$tool" "$TOOLCHAIN/bin/$tool"
	done
	printf 'export PATH=%q:"$PATH"\n' "$TOOLCHAIN/bin"
	printf 'export CARGO_TARGET_WASM32V1_NONE_LINKER=wasm-ld-19\n'
}

lines="$(use_rustup)" || lines="$(use_debian)"
printf '%s\n' "$lines"
printf 'export CARGO_TARGET_DIR=%q\n' "${CARGO_TARGET_DIR:-$CACHE/target}"
