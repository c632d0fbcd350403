# Shared by the scripts: talk, checks before a build, building, and the processes a script starts.
# Sourced, not run. Talk goes to stderr; stdout belongs to results.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/evm-migration"

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s\n' "$*" >&2; }
die() { say "error: $*"; exit 1; }

# What a build needs, from measurements on two cores.
NEEDED_DISK_GB=14
NEEDED_MEMORY_GB=6

# existing_parent PATH: the closest folder above PATH that exists.
existing_parent() {
	local path="$1"
	while [ ! -d "$path" ]; do path="$(dirname "$path")"; done
	printf '%s\n' "$path"
}

# check_machine: expected time, disk and memory; stops if there is too little.
check_machine() {
	local cores free_disk memory folder
	cores="$(nproc 2>/dev/null || echo 1)"
	folder="$(existing_parent "$CACHE")"
	free_disk="$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1048576) }')"
	memory="$(awk '/^MemAvailable/ { print int($2 / 1048576) }' /proc/meminfo)"
	if [ -x "$CACHE/target/release/migration-node" ]; then
		say "A build from before is there: expect a few minutes at most ($cores cores, $memory GB of memory free, $free_disk GB of disk free)."
		[ "$free_disk" -ge 3 ] || die "only $free_disk GB are free in $folder; 3 GB are needed to build again"
		return
	fi
	say "Building from nothing: expect about $((80 / cores + 5)) minutes on $cores cores, $NEEDED_DISK_GB GB of disk in $CACHE and $NEEDED_MEMORY_GB GB of memory."
	say "Here: $free_disk GB of disk and $memory GB of memory are free. It is safe to interrupt and to run again."
	[ "$free_disk" -ge "$NEEDED_DISK_GB" ] ||
		die "only $free_disk GB are free in $folder, $NEEDED_DISK_GB GB are needed; set XDG_CACHE_HOME to a folder with more room"
	[ "$memory" -ge "$NEEDED_MEMORY_GB" ] ||
		die "only $memory GB of memory are free, $NEEDED_MEMORY_GB GB are needed; close something or add swap"
}

# select_toolchain: installs what is missing and puts the toolchain into this shell's environment.
select_toolchain() {
	local lines
	lines="$("$ROOT/scripts/toolchain.sh")" || die "no toolchain; see the lines above"
	eval "$lines"
	BIN="$CARGO_TARGET_DIR/release"
}

# build: the node with its Wasm runtime, and the command line.
build() {
	( cd "$ROOT" && cargo build --locked --release --workspace --lib --bins ) >&2 ||
		die "the build failed; see the lines above"
}

# Processes to end and folders to remove when the script ends.
CHILDREN=()
FOLDERS=()
clean_up() {
	local child
	for child in "${CHILDREN[@]:-}"; do
		[ -n "$child" ] && kill "$child" 2>/dev/null && wait "$child" 2>/dev/null
	done
	[ ${#FOLDERS[@]} -eq 0 ] || rm -rf "${FOLDERS[@]}"
	return 0
}

# wait_for_line FILE PATTERN SECONDS PID: the first match of an extended regular expression.
wait_for_line() {
	local file="$1" pattern="$2" seconds="$3" pid="$4" line _
	for _ in $(seq $((seconds * 10))); do
		if line="$(grep -oEm1 "$pattern" "$file" 2>/dev/null)"; then
			printf '%s\n' "$line"
			return 0
		fi
		kill -0 "$pid" 2>/dev/null || { tail -n 20 "$file" >&2; return 1; }
		sleep 0.1
	done
	tail -n 20 "$file" >&2
	return 1
}

# start_node LOG ARGS...: a development node on a free port; sets NODE_PID, NODE_WS and NODE_HTTP.
start_node() {
	local log="$1" address
	shift
	"$BIN/migration-node" --dev --rpc-port 0 --no-prometheus --no-telemetry "$@" >"$log" 2>&1 &
	NODE_PID=$!
	CHILDREN+=("$NODE_PID")
	address="$(wait_for_line "$log" 'Running JSON-RPC server: addr=127\.0\.0\.1:[0-9]+' 180 "$NODE_PID")" ||
		die "the node did not start within three minutes; its last lines are above"
	NODE_WS="ws://127.0.0.1:${address##*:}"
	NODE_HTTP="http://127.0.0.1:${address##*:}"
}

EXAMPLE="$ROOT/scripts/example"

# check_example_tools: stops unless Node.js and npm are there, before anything takes time.
check_example_tools() {
	command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 ||
		die "this needs Node.js 20 or later with npm, for the Ethereum node and the tools of the example"
	[ "$(node -p 'Number(process.versions.node.split(".")[0])')" -ge 20 ] ||
		die "Node.js $(node --version) is too old; 20 or later is needed"
}

# install_example_tools: anvil, cast and the contracts' artefacts, from npm.
install_example_tools() {
	check_example_tools
	[ -f "$EXAMPLE/node_modules/.package-lock.json" ] && [ "$EXAMPLE/node_modules/.package-lock.json" -nt "$EXAMPLE/package-lock.json" ] && return
	step "Tools of the example from npm"
	( cd "$EXAMPLE" && npm ci --no-audit --no-fund ) >&2 || die "npm ci failed in scripts/example; see the lines above"
}

# start_anvil LOG ARGS...: an anvil on a free port; sets ANVIL_HTTP.
start_anvil() {
	local log="$1"
	shift
	node "$EXAMPLE/anvil.mjs" "$@" >"$log" 2>&1 &
	ANVIL_PID=$!
	CHILDREN+=("$ANVIL_PID")
	ANVIL_HTTP="$(wait_for_line "$log" 'http://127\.0\.0\.1:[0-9]+' 60 "$ANVIL_PID")" ||
		die "anvil did not start within a minute; its last lines are above"
}

# take_snapshot URL FILE: every account of an anvil. It proves only its latest block and finalises
# none, and the snapshot says so.
take_snapshot() {
	"$BIN/evm-migrate" snapshot --rpc "$1" --all-accounts --block latest --allow-unfinalized --output "$2"
}
