# Shared by the scripts: talk, checks before a build, building, and the processes a script starts.
# Sourced, not run. Talk goes to stderr; stdout belongs to results.

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
CACHE="${XDG_CACHE_HOME:-$HOME/.cache}/evm-migration"

say() { printf '%s\n' "$*" >&2; }
step() { printf '\n== %s (after %d min %02d s)\n' "$*" $((SECONDS / 60)) $((SECONDS % 60)) >&2; }
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

# check_machine [WHAT]: expected time, disk and memory; stops if there is too little. WHAT comes after the build, in words
# with its time.
check_machine() {
	local after="${1:+, then $1}" cores target folder free_disk memory
	cores="$(nproc 2>/dev/null || echo 1)"
	target="${CARGO_TARGET_DIR:-$CACHE/target}"
	folder="$(existing_parent "$target")"
	free_disk="$(df -Pk "$folder" | awk 'NR == 2 { print int($4 / 1048576) }')"
	memory="$(awk '/^(MemAvailable|SwapFree):/ { sum += $2 } END { print int(sum / 1048576) }' /proc/meminfo)"
	if [ -x "$target/release/migration-node" ]; then
		say "A build from before is there: expect a few minutes at most$after ($cores cores, $memory GB of memory and swap free, $free_disk GB of disk free)."
		[ "$free_disk" -ge 3 ] || die "only $free_disk GB are free in $folder; 3 GB are needed to build again"
		return
	fi
	say "Building from nothing: expect about $((36 / cores + 2)) to $((80 / cores + 5)) minutes on $cores cores$after, $NEEDED_DISK_GB GB of disk in $target and $NEEDED_MEMORY_GB GB of memory."
	say "Here: $free_disk GB of disk and $memory GB of memory and swap are free. It is safe to interrupt and to run again."
	[ "$free_disk" -ge "$NEEDED_DISK_GB" ] ||
		die "only $free_disk GB are free in $folder, $NEEDED_DISK_GB GB are needed; set XDG_CACHE_HOME or CARGO_TARGET_DIR to a folder with more room"
	[ "$memory" -ge "$NEEDED_MEMORY_GB" ] ||
		die "only $memory GB of memory and swap are free, $NEEDED_MEMORY_GB GB are needed; close something or add swap"
}

# select_toolchain: installs what is missing and puts the toolchain into this shell's environment;
# sets BIN, the folder of what is built.
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

# use_build: names the programs of the build by MIGRATION_NODE and EVM_MIGRATE, for this script and
# for what it starts, where these variables do not name others.
use_build() {
	export MIGRATION_NODE="${MIGRATION_NODE:-$BIN/migration-node}"
	export EVM_MIGRATE="${EVM_MIGRATE:-$BIN/evm-migrate}"
	# Scripts and tests start many nodes; the runtime is compiled once for all of them.
	export MIGRATION_RUNTIME_CACHE="${MIGRATION_RUNTIME_CACHE:-$CACHE/runtimes}"
	local program
	for program in "$MIGRATION_NODE" "$EVM_MIGRATE"; do
		[ -x "$program" ] || die "$program is not a program"
	done
}

# prepare_programs: builds the node and the command line, unless MIGRATION_NODE and EVM_MIGRATE name both.
prepare_programs() {
	if [ -n "${MIGRATION_NODE:-}" ] && [ -n "${EVM_MIGRATE:-}" ]; then
		say "no build: the programs are $MIGRATION_NODE and $EVM_MIGRATE"
	else
		check_machine
		step "Toolchain"
		select_toolchain
		step "Build"
		build
	fi
	use_build
}

# Processes to end and folders to remove when the script ends; after a failure the folders stay.
CHILDREN=()
FOLDERS=()
clean_up() {
	local status=$? child
	set +e
	for child in "${CHILDREN[@]:-}"; do
		[ -n "$child" ] && kill "$child" 2>/dev/null && wait "$child" 2>/dev/null
	done
	[ ${#FOLDERS[@]} -gt 0 ] || return 0
	if [ "$status" -eq 0 ]; then
		rm -rf "${FOLDERS[@]}"
	else
		say "what this run left behind, logs included, is kept in ${FOLDERS[*]}"
	fi
	return 0
}

# keep_log: from here on everything that is printed is also in a file, which stays if the script fails.
keep_log() {
	local folder
	folder="$(mktemp -d)"
	FOLDERS+=("$folder")
	exec > >(tee "$folder/$(basename "$0" .sh).log") 2>&1
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
	"$MIGRATION_NODE" --dev --rpc-port 0 --no-prometheus --no-telemetry "$@" >"$log" 2>&1 </dev/null &
	NODE_PID=$!
	CHILDREN+=("$NODE_PID")
	address="$(wait_for_line "$log" 'Running JSON-RPC server: addr=127\.0\.0\.1:[0-9]+' 180 "$NODE_PID")" ||
		die "the node did not start within three minutes; its last lines are above"
	NODE_WS="ws://127.0.0.1:${address##*:}"
	NODE_HTTP="http://127.0.0.1:${address##*:}"
}

# stop_node: ends the node that start_node started, and waits until its database is closed.
stop_node() {
	kill "$NODE_PID"
	wait "$NODE_PID" 2>/dev/null || true
}

EXAMPLE="$ROOT/scripts/example"
ZOMBIENET="$ROOT/zombienet"

# select_node_js: installs what is missing of Node.js, npm and what zombienet runs besides, and puts them
# into this shell's environment.
select_node_js() {
	local lines
	lines="$("$ROOT/scripts/node-js.sh")" || die "no Node.js; see the lines above"
	eval "$lines"
}

# install_npm FOLDER WHAT: the packages of a folder's package-lock.json, unless they are there.
install_npm() {
	local installed="$1/node_modules/.package-lock.json"
	[ -f "$installed" ] && [ "$installed" -nt "$1/package-lock.json" ] && return
	step "$2 from npm"
	( cd "$1" && npm ci --no-audit --no-fund ) >&2 || die "npm ci failed in $1; see the lines above"
}

# install_example_tools: anvil, cast and the contracts' artefacts.
install_example_tools() {
	select_node_js
	install_npm "$EXAMPLE" "Tools of the example"
}

# install_zombienet: the command line of zombienet.
install_zombienet() {
	select_node_js
	install_npm "$ZOMBIENET" "zombienet"
}

# start_anvil LOG ARGS...: an anvil on a free port; sets ANVIL_HTTP.
start_anvil() {
	local log="$1"
	shift
	node "$EXAMPLE/anvil.mjs" "$@" >"$log" 2>&1 </dev/null &
	ANVIL_PID=$!
	CHILDREN+=("$ANVIL_PID")
	ANVIL_HTTP="$(wait_for_line "$log" 'http://127\.0\.0\.1:[0-9]+' 60 "$ANVIL_PID")" ||
		die "anvil did not start within a minute; its last lines are above"
}

# take_snapshot URL FILE: every account of an anvil. It proves only its latest block and finalises
# none, and the snapshot says so.
take_snapshot() {
	"$EVM_MIGRATE" snapshot --rpc "$1" --all-accounts --block latest --allow-unfinalized --output "$2"
}
