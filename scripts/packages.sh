# Shared by the scripts that install what a machine lacks: talk, and Debian's packages. Sourced, not run. Talk goes to
# stderr, after the name of the script that speaks.

say() { printf '%s: %s\n' "$(basename "$0" .sh)" "$*" >&2; }
die() { say "$*"; exit 1; }

have() { command -v "$1" >/dev/null 2>&1; }
is_debian() { [ -r /etc/debian_version ] && have apt-get; }

# may_install: whether packages can be installed without asking anybody.
may_install() { [ "$(id -u)" -eq 0 ] || { have sudo && sudo -n true 2>/dev/null; }; }

# install_packages NAME...: through apt; without the right to, prints the one line to run and ends.
install_packages() {
	local root=() apt="apt-get install -y --no-install-recommends $*"
	if ! may_install; then
		have sudo && die "please run this once, then start again: sudo sh -c 'apt-get update && $apt'"
		die "please let root run this once, then start again: apt-get update && $apt"
	fi
	[ "$(id -u)" -eq 0 ] || root=(sudo)
	say "installing $* (about half a minute)"
	{
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -qq
		"${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
	} >&2 || die "apt-get failed; see the lines above. Needed: $*"
}
