//! The binary with two real Ethereum nodes, anvil and ganache.
//!
//! One state is taken in several ways, which must give the same bytes. The nodes come from npm; where
//! they are not installed, a test says so and does nothing: `npm ci` in `scripts/example` installs
//! anvil, in `scripts/sources` ganache.

#[allow(dead_code)] // Its server is for the other tests.
mod support;

use std::{
	fs,
	net::TcpListener,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::{Duration, Instant},
};

use jsonrpsee_client::{core::client::ClientT, http_client::HttpClientBuilder};
use migration_primitives::{hash::keccak256, H256};
use serde_json::{json, Value};
use support::{result, run};
use tempfile::TempDir;

/// How long a node may take until it answers.
const START: Duration = Duration::from_secs(60);

/// A contract with `mapping(address => uint256)` in slot 0 and the number 42 in slot 1. A call with
/// two words sets an entry of the mapping, and emits an event with the key as its topic.
const INIT_CODE: &str = concat!(
	// Slot 1, and the code behind.
	"602a600155601f80601060003960006000f3",
	"6020356000356000526000602052604060002055600035600160006000a200"
);
const LAYOUT: &str = r#"{ "storageLayout": {
	"storage": [
		{ "label": "entries", "offset": 0, "slot": "0", "type": "t_mapping(t_address,t_uint256)" },
		{ "label": "answer", "offset": 0, "slot": "1", "type": "t_uint256" }
	],
	"types": {
		"t_address": { "encoding": "inplace", "label": "address", "numberOfBytes": "20" },
		"t_uint256": { "encoding": "inplace", "label": "uint256", "numberOfBytes": "32" },
		"t_mapping(t_address,t_uint256)": { "encoding": "mapping", "key": "t_address",
			"label": "mapping(address => uint256)", "numberOfBytes": "32", "value": "t_uint256" }
	} } }"#;

/// Entries of the mapping.
const ENTRIES: u64 = 12;

struct Node {
	process: Child,
	url: String,
}

impl Drop for Node {
	fn drop(&mut self) {
		let _ = self.process.kill();
		let _ = self.process.wait();
	}
}

/// The folder of scripts, whose `node_modules` hold the nodes.
fn scripts() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts")
}

fn free_port() -> u16 {
	let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
	listener.local_addr().expect("an address").port()
}

impl Node {
	fn anvil() -> Option<Self> {
		let packages = scripts().join("example/node_modules/@foundry-rs");
		let program = fs::read_dir(&packages)
			.into_iter()
			.flatten()
			.flatten()
			.map(|package| package.path().join("bin/anvil"))
			.find(|program| program.is_file() && !program.is_symlink());
		let Some(program) = program else {
			eprintln!("skipped: there is no anvil in {}", packages.display());
			return None;
		};
		let port = free_port();
		let mut command = Command::new(program);
		command.args(["--chain-id", "1337", "--hardfork", "cancun", "--port", &port.to_string()]);
		Some(Self::start(command, port))
	}

	fn ganache() -> Option<Self> {
		let program = scripts().join("sources/node_modules/ganache/dist/node/cli.js");
		if !program.is_file() {
			eprintln!("skipped: there is no ganache at {}", program.display());
			return None;
		}
		let port = free_port();
		let mut command = Command::new("node");
		command.arg(program).args(["--chain.hardfork", "shanghai", "--wallet.deterministic"]);
		command.args(["--chain.chainId", "1337", "--server.port", &port.to_string()]);
		Some(Self::start(command, port))
	}

	fn start(mut command: Command, port: u16) -> Self {
		let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
		let process = command.spawn().expect("the node starts");
		let node = Self { process, url: format!("http://127.0.0.1:{port}") };
		let deadline = Instant::now() + START;
		while node.try_call("eth_chainId", json!([])).is_err() {
			assert!(Instant::now() < deadline, "the node answers within {START:?}");
			std::thread::sleep(Duration::from_millis(100));
		}
		node
	}

	fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
		let client = HttpClientBuilder::default().build(&self.url).expect("a client");
		let params: Vec<Value> = params.as_array().expect("parameters").clone();
		let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
		let answer = runtime.expect("a runtime").block_on(client.request(method, params));
		answer.map_err(|error| error.to_string())
	}

	fn call(&self, method: &str, params: Value) -> Value {
		self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	fn send(&self, transaction: Value) -> Value {
		let hash = self.call("eth_sendTransaction", json!([transaction]));
		let receipt = self.call("eth_getTransactionReceipt", json!([hash]));
		assert_eq!(receipt["status"], "0x1");
		receipt
	}

	/// Deploys the contract and sets its entries; gives its address.
	fn deploy(&self) -> String {
		let sender = self.call("eth_accounts", json!([]))[0].clone();
		let gas = "0x100000";
		let init = json!({ "from": sender, "data": format!("0x{INIT_CODE}"), "gas": gas });
		let contract = self.send(init)["contractAddress"].clone();
		for entry in 1..=ENTRIES {
			let data = format!("0x{entry:064x}{:064x}", entry * 1_000);
			self.send(json!({ "from": sender, "to": contract, "data": data, "gas": gas }));
		}
		contract.as_str().expect("an address").to_owned()
	}

	fn number(&self) -> u64 {
		let number = self.call("eth_blockNumber", json!([]));
		let digits = number.as_str().expect("a number").trim_start_matches("0x").to_owned();
		u64::from_str_radix(&digits, 16).expect("a number")
	}
}

/// The keys of the contract's slots.
fn keys() -> Vec<H256> {
	let mapped = (1..=ENTRIES).map(|entry| {
		let preimage = [H256::from_low_u64_be(entry).0, [0; 32]].concat();
		keccak256(&preimage)
	});
	mapped.chain([H256::from_low_u64_be(1)]).collect()
}

struct Taken {
	folder: TempDir,
	count: usize,
}

impl Taken {
	fn new() -> Self {
		Self { folder: TempDir::new().expect("a folder"), count: 0 }
	}

	fn path(&self, name: &str) -> String {
		self.folder.path().join(name).to_str().expect("UTF-8").to_owned()
	}

	fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
		let path = self.path(name);
		fs::write(&path, content).expect("written");
		path
	}

	/// Takes a snapshot; gives its bytes and what the program says of it.
	fn take(&mut self, arguments: &[&str]) -> (Vec<u8>, Value) {
		self.count += 1;
		let output = self.path(&format!("snapshot-{}", self.count));
		let all = [&["snapshot", "--output", &output], arguments].concat();
		let (code, data) = result(&run(&all));
		assert_eq!(code, 0, "{arguments:?}: {data}");
		assert!(!Path::new(&format!("{output}.work")).exists());
		(fs::read(&output).expect("the snapshot"), data)
	}
}

/// The accounts of an anvil's dump, as lines of `geth dump --iterative` without storage roots.
fn geth_lines(dump: &Value, state_root: &Value) -> String {
	let mut lines = vec![json!({ "root": state_root })];
	let accounts = dump["accounts"].as_object().expect("accounts");
	for (address, account) in accounts.iter().rev() {
		let slots = account["storage"].as_object().expect("storage").iter();
		let slots = slots.map(|(key, value)| {
			let digits = value.as_str().expect("a word").trim_start_matches("0x");
			let even = format!("{}{digits}", "0".repeat(digits.len() % 2));
			(key.clone(), json!(even))
		});
		let bytes = hex::decode(&address[2..]).expect("an address");
		lines.push(json!({
			"balance": account["balance"], "nonce": account["nonce"], "code": account["code"],
			"storage": slots.collect::<serde_json::Map<_, _>>(), "address": address,
			"key": keccak256(&bytes),
		}));
	}
	lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn one_state_of_anvil_in_every_way_gives_the_same_bytes_works() {
	let Some(node) = Node::anvil() else { return };
	let contract = node.deploy();
	let mut taken = Taken::new();
	let live = ["--rpc", &node.url, "--block", "latest", "--allow-unfinalized"];
	let (whole, data) = taken.take(&[&live[..], &["--all-accounts"]].concat());
	assert_eq!((&data["trust"], &data["scope"]), (&json!("Proved"), &json!("Full")));
	assert_eq!(data["slots_from"], json!({ "anvil_dumpState": ENTRIES + 1 }));
	// The same state as files.
	let packed = node.call("anvil_dumpState", json!([]));
	let packed = hex::decode(&packed.as_str().expect("digits")[2..]).expect("digits");
	let state = taken.write("state.json.gz", &packed);
	let state = format!("anvil-state:{state}");
	let file = ["--from-file", &state, "--chain-id", "1337"];
	assert!(taken.take(&file).0 == whole, "from the state of anvil");
	let mut json = Vec::new();
	let mut unpacked = evm_migrate::source::Gunzip::new(packed.as_slice(), 1 << 30);
	std::io::Read::read_to_end(&mut unpacked, &mut json).expect("unpacked");
	let dump: Value = serde_json::from_slice(&json).expect("JSON");
	let block = node.call("eth_getBlockByNumber", json!(["latest", false]));
	let header = taken.write("block.json", block.to_string());
	let lines = taken.write("dump.jsonl", geth_lines(&dump, &block["stateRoot"]));
	for kind in ["geth-dump", "reth-state"] {
		let source = format!("{kind}:{lines}");
		let arguments = ["--from-file", &source, "--header", &header, "--chain-id", "1337"];
		assert!(taken.take(&arguments).0 == whole, "from {kind}");
	}
	// One contract, by every means.
	let (one, _) = taken.take(&[&file[..], &["--account", &contract]].concat());
	let one_live = [&live[..], &["--account", &contract]].concat();
	let layout = format!("{contract}={}", taken.write("layout.json", LAYOUT));
	let list = keys().iter().map(|key| format!("{contract} {key:?}\n")).collect::<String>();
	let list = taken.write("keys", list);
	for (means, name, more) in [
		("anvil", "anvil_dumpState", None),
		("traces", "traces", None),
		("layout", "layouts and events", Some(["--layout", &layout])),
		("list", "the list", Some(["--slots-file", &list])),
	] {
		let more = more.as_ref().map(|more| more.as_slice()).unwrap_or_default();
		let arguments = [&one_live[..], &["--slots-from", means], more].concat();
		let (bytes, data) = taken.take(&arguments);
		assert!(bytes == one, "by {means}");
		assert_eq!(data["slots_from"], json!({ name: ENTRIES + 1 }));
	}
}

#[test]
fn missing_slot_is_found_out_and_the_run_goes_on_works() {
	let Some(node) = Node::anvil() else { return };
	let contract = node.deploy();
	let mut taken = Taken::new();
	let (_, rest) =
		keys().split_first().map(|(first, rest)| (*first, rest.to_vec())).expect("keys");
	let list = rest.iter().map(|key| format!("{contract} {key:?}\n")).collect::<String>();
	let list = taken.write("keys", list);
	let output = taken.path("snapshot-1");
	let accounts = node.call("eth_accounts", json!([]));
	let mut accounts = accounts.as_array().expect("accounts").clone();
	accounts.push(json!(contract));
	let accounts = taken.write("accounts", json!(accounts).to_string());
	let live = ["--rpc", &node.url, "--block", "latest", "--allow-unfinalized"];
	let live = [&live[..], &["--accounts-file", &accounts]].concat();
	let wrong = [&live[..], &["--slots-from", "list", "--slots-file", &list]].concat();
	let (code, data) = result(&run(&[&["snapshot", "--output", &output], &wrong[..]].concat()));
	assert_eq!(code, 2, "{data}");
	let error = data["error"].as_str().expect("an error");
	assert!(error.starts_with(&format!("the slots of {contract} do not make")), "{error}");
	assert!(error.contains(&format!("the list found {ENTRIES} slots")), "{error}");
	assert!(!Path::new(&output).exists());
	assert!(Path::new(&format!("{output}.work")).exists());
	// The same run, with a means that knows the slot, goes on where that one stopped.
	let both = [&live[..], &["--slots-from", "list,traces", "--slots-file", &list]].concat();
	let again = run(&[&["snapshot", "--output", &output], &both[..]].concat());
	let (code, data) = result(&again);
	assert_eq!(code, 0, "{data}");
	assert_eq!(data["slots_from"], json!({ "the list": ENTRIES, "traces": 1 }));
	assert!(support::talk(&again).contains("going on behind"), "{}", support::talk(&again));
	taken.count += 1;
	assert!(taken.take(&live).0 == fs::read(&output).expect("the snapshot"));
}

#[test]
fn debug_storage_range_of_ganache_works() {
	let Some(node) = Node::ganache() else { return };
	let contract = node.deploy();
	let number = node.number().to_string();
	let mut taken = Taken::new();
	// The method tells the state at the beginning of a block, so there must be one on top.
	let sender = node.call("eth_accounts", json!([]))[0].clone();
	let call = json!({ "from": sender, "to": contract, "gas": "0x100000",
		"data": format!("0x{:064x}{:064x}", 99, 99) });
	node.send(call);
	let live = ["--rpc", &node.url, "--block", &number, "--allow-unfinalized"];
	let live = [&live[..], &["--account", &contract]].concat();
	let (bytes, data) = taken.take(&live);
	assert_eq!(data["slots_from"], json!({ "debug_storageRangeAt": ENTRIES + 1 }));
	assert_eq!((&data["trust"], &data["slots"]), (&json!("Proved"), &json!(ENTRIES + 1)));
	let list = keys().iter().map(|key| format!("{contract} {key:?}\n")).collect::<String>();
	let list = taken.write("keys", list);
	let layout = format!("{contract}={}", taken.write("layout.json", LAYOUT));
	for (means, more) in [
		("traces", None),
		("layout", Some(["--layout", &layout])),
		("list", Some(["--slots-file", &list])),
	] {
		let more = more.as_ref().map(|more| more.as_slice()).unwrap_or_default();
		let arguments = [&live[..], &["--slots-from", means], more].concat();
		assert!(taken.take(&arguments).0 == bytes, "by {means}");
	}
}
