//! The binary with nodes, files and arguments that are not what they should be.

use std::{fs, path::Path};

use migration_primitives::{
	hash::{EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::AccountHead,
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256, U256,
};
use serde_json::{json, Value};
use tempfile::TempDir;

use crate::support::{result, run, serve, talk};

/// A port that nothing listens on.
const NOBODY: &str = "127.0.0.1:9";

fn write_snapshot(path: &Path) {
	let header = SnapshotHeader {
		chain_id: 31_337,
		block_number: 7,
		block_hash: H256::repeat_byte(7),
		block_header: Vec::new(),
		confirmations: 0,
		finality: Finality::Unfinalized,
		scope: Scope::Selected,
		trust: Trust::Attested,
	};
	let mut writer = evm_migrate::snapshot::SnapshotWriter::create(path, &header).expect("begun");
	writer
		.account(AccountHead {
			address: H160::repeat_byte(1),
			nonce: 1,
			balance: U256::from(5),
			code_hash: KECCAK_EMPTY,
			storage_root: EMPTY_TRIE_ROOT,
			code_length: 0,
			slot_count: 0,
			proof: Vec::new(),
		})
		.expect("an account");
	writer.finish().expect("written");
}

fn text(path: &Path) -> &str {
	path.to_str().expect("a path in UTF-8")
}

#[test]
fn snapshot_of_an_unreachable_node_fails() {
	let url = format!("http://{NOBODY}");
	let output = run(&["snapshot", "--rpc", &url, "--all-accounts", "--output", "never-written"]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(
		error.starts_with(&format!("the Ethereum node at {url} cannot be reached: ")),
		"{error}"
	);
	assert!(talk(&output).starts_with("error: the Ethereum node"), "{}", talk(&output));
}

#[test]
fn status_of_an_unreachable_node_fails() {
	for scheme in ["ws", "http"] {
		let url = format!("{scheme}://{NOBODY}");
		let output = run(&["status", "--node", &url, "--patience", "1"]);
		let (code, data) = result(&output);
		assert_eq!(code, 2);
		let error = data["error"].as_str().expect("an error");
		let expected = format!("the node at {url} cannot be reached, for 1 seconds now: ");
		assert!(error.starts_with(&expected), "{error}");
	}
}

#[test]
fn snapshot_of_another_chain_fails() {
	fn answer(method: &str) -> Value {
		match method {
			"eth_chainId" => json!("0x7"),
			other => panic!("{other} was asked"),
		}
	}
	let url = serve(answer);
	let output = run(&[
		"snapshot",
		"--rpc",
		&url,
		"--all-accounts",
		"--expect-chain-id",
		"1",
		"--output",
		"never-written",
	]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	assert_eq!(data["error"], format!("the node at {url} is of chain 7, chain 1 is expected"));
}

#[test]
fn snapshot_of_a_genesis_whose_header_is_of_another_kind_fails() {
	let directory = TempDir::new().expect("a directory");
	let (file, output) = (directory.path().join("genesis.json"), directory.path().join("snapshot"));
	let source = format!("geth-genesis:{}", text(&file));
	let hash = format!("0x{}", "11".repeat(32));
	let mut genesis = json!({
		"config": { "chainId": 1337, "aura": { "stepDuration": 5 } },
		"seal": { "authorityRound": { "step": "0x0", "signature": "0x00" } },
		"extDataHash": hash, "difficulty": "0x1", "gasLimit": "0x1c9c380",
		"alloc": { "2222222222222222222222222222222222222222": { "balance": 5 } },
	});
	let take = |genesis: &Value, more: &[&str]| {
		fs::write(&file, genesis.to_string()).expect("written");
		let fixed = ["snapshot", "--from-file", &source, "--output", text(&output)];
		result(&run(&[&fixed[..], more].concat()))
	};
	let (code, data) = take(&genesis, &[]);
	let error = data["error"].as_str().expect("an error").to_owned();
	assert_eq!(code, 2, "{error}");
	for words in
		["`config.aura` (headers of AuRa", "`seal`", "`extDataHash`", "--expect-block-hash"]
	{
		assert!(error.contains(words), "{error}");
	}
	genesis["hash"] = json!(hash);
	let (code, data) = take(&genesis, &[]);
	let error = data["error"].as_str().expect("an error").to_owned();
	assert_eq!(code, 2, "{error}");
	assert!(error.contains(&format!("but its file says {hash}: `")), "{error}");
	assert!(!output.exists());

	// A field that nobody knows, and somebody who knows the hash.
	for field in ["hash", "seal", "extDataHash"] {
		genesis.as_object_mut().expect("an object").remove(field);
	}
	genesis["config"] = json!({ "chainId": 1337 });
	let (code, data) = take(&genesis, &[]);
	assert_eq!((code, &data["chain_id"]), (0, &json!(1337)), "{data}");
	let made = data["block_hash"].as_str().expect("a hash").to_owned();
	genesis["validators"] = json!(["0x00"]);
	let (code, data) = take(&genesis, &[]);
	assert_eq!(code, 2, "{data}");
	let (code, data) = take(&genesis, &["--expect-block-hash", &made]);
	assert_eq!((code, &data["block_hash"]), (0, &json!(made)), "{data}");
}

#[test]
fn status_of_a_chain_without_migrations_fails() {
	fn answer(method: &str) -> Value {
		match method {
			"chain_getBlockHash" => json!(format!("0x{}", "11".repeat(32))),
			"state_getRuntimeVersion" => json!({
				"specName": "another", "specVersion": 1, "transactionVersion": 1,
				"apis": [["0xdf6acb689907609b", 5]],
			}),
			other => panic!("{other} was asked"),
		}
	}
	let url = serve(answer);
	let (code, data) = result(&run(&["status", "--node", &url]));
	assert_eq!(code, 2);
	assert_eq!(
		data["error"],
		format!(
			"the chain at {url} (another) takes no migrations: its runtime lacks \
			 MigrationRuntimeApi"
		)
	);
}

#[test]
fn plan_of_a_snapshot_that_is_cut_off_fails() {
	let directory = TempDir::new().expect("a directory");
	let snapshot = directory.path().join("snapshot.bin");
	write_snapshot(&snapshot);
	let bytes = fs::read(&snapshot).expect("the file");
	let half = bytes.len() / 2;
	fs::write(&snapshot, &bytes[..half]).expect("written");
	let map = directory.path().join("map.json");
	let output = run(&["plan", "--snapshot", text(&snapshot), "--output", text(&map)]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(error.contains(&format!("cut off: it ends at byte {half}")), "{error}");
	assert!(!map.exists());
}

#[test]
fn pack_with_the_map_of_another_snapshot_fails() {
	let directory = TempDir::new().expect("a directory");
	let snapshot = directory.path().join("snapshot.bin");
	write_snapshot(&snapshot);
	let map = directory.path().join("map.json");
	let (code, data) =
		result(&run(&["plan", "--snapshot", text(&snapshot), "--output", text(&map)]));
	assert_eq!((code, &data["entries"]), (0, &json!(1)));
	let digest = data["snapshot_digest"].as_str().expect("a digest");
	let other =
		fs::read_to_string(&map).expect("the map").replace(digest, &format!("{:?}", H256::zero()));
	fs::write(&map, other).expect("written");
	let bundle = directory.path().join("bundle");
	let output = run(&[
		"pack",
		"--snapshot",
		text(&snapshot),
		"--map",
		text(&map),
		"--output",
		text(&bundle),
	]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(error.starts_with("the map is of the snapshot"), "{error}");
	assert!(!bundle.exists());
}

#[test]
fn plan_for_an_account_that_is_not_there_fails() {
	let directory = TempDir::new().expect("a directory");
	let snapshot = directory.path().join("snapshot.bin");
	write_snapshot(&snapshot);
	let map = directory.path().join("map.json");
	let unknown = format!("0x{}=0x{}", "02".repeat(20), "03".repeat(20));
	let output =
		run(&["plan", "--snapshot", text(&snapshot), "--remap", &unknown, "--output", text(&map)]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(error.ends_with("is to be mapped, but is not in the snapshot"), "{error}");
}

#[test]
fn submit_without_a_bundle_fails() {
	let output = run(&["submit", "--bundle", "no-such-bundle", "--node", "ws://127.0.0.1:9"]);
	let (code, data) = result(&output);
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	let start = "the manifest no-such-bundle/manifest.scale cannot be read: ";
	assert!(error.starts_with(start), "{error}");
}

#[test]
fn arguments_that_make_no_sense_fail() {
	for arguments in [
		vec!["snapshot", "--rpc", "http://127.0.0.1:9", "--output", "x"],
		vec!["plan", "--snapshot", "x", "--remap", "0x11", "--output", "y"],
		vec!["pack", "--snapshot", "x", "--map", "y", "--policy", "mint", "--output", "z"],
		vec!["lookup", "--node", "ws://127.0.0.1:9"],
	] {
		let output = run(&arguments);
		assert_eq!(output.status.code(), Some(2), "{arguments:?}");
		assert!(output.stdout.is_empty());
		assert!(!output.stderr.is_empty());
	}
}
