//! The binary with two real Ethereum nodes, anvil and ganache.
//!
//! One state is taken in several ways, which must give the same bytes. The nodes come from npm; where
//! they are not installed, a test says so and does nothing: `npm ci` in `scripts/example` installs
//! anvil, in `scripts/sources` ganache.

mod geth;
mod node;

use std::{fs, io::Read, path::Path, sync::atomic::Ordering};

use migration_primitives::{hash::keccak256, H256};
use serde_json::{json, Value};

use self::{
	geth::geth,
	node::{proxy, Node, Taken},
};
use crate::support::{self, result, run};

/// A contract with `mapping(address => uint256)` in slot 0 and the number 42 in slot 1. A call with
/// two words sets an entry of the mapping, and emits an event with the key as its topic.
const INIT_CODE: &str = concat!(
	// Slot 1, and the code behind.
	"602a600155601f8060106000396000f3",
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

/// The keys of the contract's slots.
fn keys() -> Vec<H256> {
	let mapped = (1..=ENTRIES).map(|entry| {
		let preimage = [H256::from_low_u64_be(entry).0, [0; 32]].concat();
		keccak256(&preimage)
	});
	mapped.chain([H256::from_low_u64_be(1)]).collect()
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
	unpacked.read_to_end(&mut json).expect("unpacked");
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

/// The accounts page by page, as Geth gives them.
#[test]
fn all_accounts_by_pages_of_geth_works() {
	let Some(node) = Node::anvil() else { return };
	let contract = node.deploy();
	let mut taken = Taken::new();
	let block = ["--block", "latest", "--allow-unfinalized", "--all-accounts"];
	let (whole, _) = taken.take(&[&["--rpc", node.url.as_str()], &block[..]].concat());
	let list = keys().iter().map(|key| format!("{contract} {key:?}\n")).collect::<String>();
	let list = taken.write("keys", list);
	let slots = ["--slots-from", "list", "--slots-file", &list];
	for page in [1, 4, 256] {
		let url = geth(&node.url, page, None);
		let (bytes, data) = taken.take(&[&["--rpc", url.as_str()], &block[..], &slots].concat());
		assert!(bytes == whole, "pages of {page}");
		assert_eq!((&data["trust"], &data["scope"]), (&json!("Proved"), &json!("Full")));
	}
	// An account whose address is not known is not left out in silence.
	let hash = keccak256(&hex::decode(&contract[2..]).expect("an address"));
	let (url, output) = (geth(&node.url, 4, Some(hash)), taken.path("none"));
	let words = [&["snapshot", "--rpc", url.as_str(), "--output", &output], &block[..], &slots];
	let (code, data) = result(&run(&words.concat()));
	let error = data["error"].as_str().expect("an error");
	assert!(code == 2 && error.contains(&format!("with the hash {hash:?}")), "{error}");
	assert!(!Path::new(&output).exists());
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

/// A contract that writes `words[1]` slots from the key `words[0]` on, with the numbers from 1.
const FILL_INIT_CODE: &str =
	"601e80600b6000396000f360005b806020351115601c57806001018160003501556001016002565b00";
/// Slots that one transaction writes.
const FILL: u64 = 800;

#[test]
fn run_that_stops_inside_a_contract_goes_on_there_works() {
	let Some(node) = Node::ganache() else { return };
	let sender = node.call("eth_accounts", json!([]))[0].clone();
	let gas = "0x1c00000";
	let init = json!({ "from": sender, "data": format!("0x{FILL_INIT_CODE}"), "gas": gas });
	let contract = node.send(init)["contractAddress"].as_str().expect("an address").to_owned();
	let fill = |from: u64, count: u64| {
		let data = format!("0x{from:064x}{count:064x}");
		node.send(json!({ "from": sender, "to": contract, "data": data, "gas": gas }));
	};
	for part in 0..3 {
		fill(part * FILL, FILL);
	}
	let number = node.number().to_string();
	fill(1 << 40, 1);
	let mut taken = Taken::new();
	let output = taken.path("broken");
	let arguments = |url: &str| {
		let words = ["snapshot", "--rpc", url, "--block", &number, "--allow-unfinalized"];
		let more = ["--account", &contract, "--retries", "0", "--output", &output];
		[&words[..], &more].concat().into_iter().map(str::to_owned).collect::<Vec<_>>()
	};
	let run_at = |url: &str| {
		let words = arguments(url);
		run(&words.iter().map(String::as_str).collect::<Vec<_>>())
	};
	// Three pages are needed; the second never comes.
	let (url, _) = proxy(&node.url, 2);
	let (code, data) = result(&run_at(&url));
	assert_eq!(code, 2, "{data}");
	assert!(!Path::new(&output).exists());
	let (url, pages) = proxy(&node.url, usize::MAX);
	let (code, data) = result(&run_at(&url));
	assert_eq!(code, 0, "{data}");
	assert_eq!(pages.load(Ordering::SeqCst), 2);
	assert_eq!(data["slots_from"], json!({ "debug_storageRangeAt": 3 * FILL }));
	let whole =
		["--rpc", &node.url, "--block", &number, "--allow-unfinalized", "--account", &contract];
	assert!(taken.take(&whole).0 == fs::read(&output).expect("the snapshot"));
}

#[test]
fn block_that_is_not_as_asked_for_fails() {
	let Some(node) = Node::anvil() else { return };
	node.deploy();
	let (number, taken) = (node.number().to_string(), Taken::new());
	let output = taken.path("none");
	let hash = format!("0x{}", "11".repeat(32));
	for (more, expected) in [
		(vec![], "is not finalised"),
		(vec!["--allow-unfinalized", "--confirmations", "1"], "has 0 blocks on top of it, 1 are"),
		(vec!["--allow-unfinalized", "--expect-block-hash", &hash], "is expected"),
		(vec!["--allow-unfinalized", "--chain-id", "1"], "is of chain 1337, chain 1 is expected"),
		(vec!["--allow-unfinalized", "--slots-from", "debug"], "does not tell which accounts"),
	] {
		let words = ["snapshot", "--rpc", &node.url, "--all-accounts", "--output", &output];
		let (code, data) = result(&run(&[&words[..], &["--block", &number], &more].concat()));
		let error = data["error"].as_str().expect("an error");
		assert!(code == 2 && error.contains(expected), "{more:?}: {error}");
	}
	assert!(!Path::new(&output).exists());
}
