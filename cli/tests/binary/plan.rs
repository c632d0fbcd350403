//! What `plan`, `pack` and `review` say of a made-up source, without any node.

use std::{fs, path::Path};

use codec::Encode;
use evm_migrate::bundle::Bundle;
use migration_primitives::{manifest::PostImportCall, H160, U256};
use serde_json::{json, Value};
use tempfile::TempDir;

use crate::support::{result, run, talk};

const CONTRACT: &str = "0x1111111111111111111111111111111111111111";
const PERSON: &str = "0x2222222222222222222222222222222222222222";
/// A contract at the address of BLAKE2F, and a person at ECRECOVER's.
const AT_BLAKE2F: &str = "0x0000000000000000000000000000000000000009";
const AT_ECRECOVER: &str = "0x0000000000000000000000000000000000000001";
/// Gas of the calls; little-endian it is `a086010000000000`.
const GAS: u64 = 100_000;

struct Source {
	folder: TempDir,
	snapshot: String,
}

impl Source {
	/// A snapshot of a genesis with these accounts.
	fn new(alloc: Value) -> Self {
		let folder = TempDir::new().expect("a folder");
		let genesis = json!({
			"config": { "chainId": 1337, "londonBlock": 0, "terminalTotalDifficulty": 0 },
			"alloc": alloc, "difficulty": "0x1", "gasLimit": "0x1c9c380", "timestamp": "0x5",
		});
		let file = folder.path().join("genesis.json");
		fs::write(&file, genesis.to_string()).expect("written");
		let snapshot = text(&folder.path().join("source.snapshot")).to_owned();
		let from = format!("geth-genesis:{}", text(&file));
		done(&["snapshot", "--from-file", &from, "--output", &snapshot]);
		Self { folder, snapshot }
	}

	fn path(&self, name: &str) -> String {
		text(&self.folder.path().join(name)).to_owned()
	}

	/// Plans; gives the exit code, the data, and what was said.
	fn plan(&self, more: &[&str]) -> (i32, Value, String) {
		let map = self.path("map.json");
		let fixed = ["plan", "--snapshot", &self.snapshot, "--output", &map];
		let output = run(&[&fixed, more].concat());
		let (code, data) = result(&output);
		(code, data, talk(&output))
	}

	/// Packs into a folder of this name.
	fn pack(&self, name: &str, more: &[&str]) -> (i32, Value) {
		let (map, bundle) = (self.path("map.json"), self.path(name));
		let fixed = ["pack", "--snapshot", &self.snapshot, "--map", &map, "--output", &bundle];
		result(&run(&[&fixed, more].concat()))
	}
}

fn text(path: &Path) -> &str {
	path.to_str().expect("a path in UTF-8")
}

fn done(arguments: &[&str]) -> Value {
	let output = run(arguments);
	let (code, data) = result(&output);
	assert_eq!(code, 0, "{arguments:?}: {}", talk(&output));
	data
}

fn contract(balance: &str) -> Value {
	json!({ "balance": balance, "nonce": "0x1", "code": "0x60005460005260206000f3" })
}

#[test]
fn plan_of_a_contract_at_a_precompile_names_it_works() {
	let source = Source::new(json!({
		AT_BLAKE2F: contract("0x0"), CONTRACT: contract("0x0"), AT_ECRECOVER: { "balance": "0x1" },
	}));
	let (code, data, said) = source.plan(&[]);
	assert_eq!(code, 1, "{said}");
	let expected = json!([{ "source": AT_BLAKE2F, "target": AT_BLAKE2F }]);
	assert_eq!(data["reserved_targets"], expected, "the balance at 1 is allowed");
	let words = format!("error: code or storage of {AT_BLAKE2F} would stand at {AT_BLAKE2F}");
	assert!(said.contains(&words), "{said}");

	// Whoever votes is told too.
	assert_eq!(source.pack("bundle", &[]).0, 0);
	let page = done(&["review", &source.path("bundle")]);
	let warnings = page["warnings"].to_string();
	assert!(warnings.contains("The import would fault: code or storage"), "{warnings}");

	// At another address it is a contract as any other.
	let remap = format!("{AT_BLAKE2F}=0x{}", "99".repeat(20));
	let (code, data, said) = source.plan(&["--remap", &remap]);
	assert_eq!((code, &data["reserved_targets"]), (0, &json!([])), "{said}");
	// And the address may not be chosen for another.
	let remap = [AT_BLAKE2F, CONTRACT].map(|from| {
		let to = if from == CONTRACT {
			"0x".to_owned() + &"0".repeat(37) + "100"
		} else {
			"0x".to_owned() + &"99".repeat(20)
		};
		format!("{from}={to}")
	});
	let (code, data, _) = source.plan(&["--remap", &remap[0], "--remap", &remap[1]]);
	assert_eq!((code, &data["reserved_targets"][0]["source"]), (1, &json!(CONTRACT)));
}

#[test]
fn plan_warns_of_what_the_policy_does_to_balances_works() {
	let source = Source::new(json!({ CONTRACT: contract("0x5"), PERSON: { "balance": "0x3" } }));
	let (holds, below) = (format!("{CONTRACT} holds 5 wei"), format!("{PERSON} has 3 wei, below"));
	let deposit = ["--target-existential-deposit", "4"];
	for (policy, expected) in [
		(&[][..], [true, true]),
		(&["--policy", "skip"], [true, false]),
		(&["--policy", "mint:1000"], [false, true]),
		(&["--policy", &format!("fund:0x{}", "07".repeat(32))], [false, true]),
	] {
		let (code, data, said) = source.plan(&[&deposit[..], policy].concat());
		assert_eq!(code, 0, "{said}");
		assert_eq!([said.contains(&holds), said.contains(&below)], expected, "{policy:?}: {said}");
		// What there is does not depend on what is done with it.
		assert_eq!(data["contracts_with_balance"].as_array().map(Vec::len), Some(1));
		assert_eq!(data["below_existential_deposit"].as_array().map(Vec::len), Some(1));
		assert_eq!(data["policy"], json!(policy.get(1)));
		if policy.is_empty() {
			assert!(said.contains("leaves behind, and mint and fund bring"), "{said}");
		}
	}
}

fn call(from: &str, to: &str, input: &[u8]) -> PostImportCall {
	let address = |text: &str| text.parse::<H160>().expect("an address");
	let input = input.to_vec().try_into().expect("short");
	PostImportCall { from: address(from), to: address(to), input, gas_limit: GAS }
}

fn digits(call: &PostImportCall) -> String {
	format!("0x{}", hex::encode(call.encode()))
}

#[test]
fn pack_with_calls_binds_them_in_their_order_works() {
	let source = Source::new(json!({ CONTRACT: contract("0x0"), PERSON: { "balance": "0x3" } }));
	assert_eq!(source.plan(&[]).0, 0);
	let long = [0xab; 300];
	let calls = [call(PERSON, CONTRACT, &[1, 2]), call(CONTRACT, CONTRACT, &long)];
	let [first, second] = calls.each_ref().map(digits);
	assert!(first.ends_with("080102a086010000000000"), "{first}");
	let (code, data) = source.pack("bundle", &["--call", &first, "--call", &second]);
	assert_eq!(code, 0, "{data}");
	let hashes = calls.each_ref().map(PostImportCall::hash);
	assert_eq!(data["post_import_calls"], json!(hashes));
	let path = source.path("bundle");
	let bundle = Bundle::load(Path::new(&path)).expect("a bundle");
	assert_eq!(bundle.calls, calls);
	assert_eq!(bundle.manifest.totals.balance, U256::from(3));

	// The file of the bundle is one that `pack` reads; another order is another manifest.
	let file = Path::new(&path).join("calls.json");
	let (code, again) = source.pack("again", &["--calls", text(&file)]);
	assert_eq!((code, &again["manifest_hash"]), (0, &data["manifest_hash"]));
	let (code, other) = source.pack("other", &["--call", &second, "--call", &first]);
	assert_eq!(code, 0);
	assert_ne!(other["manifest_hash"], data["manifest_hash"]);

	// The page shows what is called as whom, by names where there are some.
	let names = source.path("names.json");
	fs::write(&names, json!({ CONTRACT: "Registry" }).to_string()).expect("written");
	let page = done(&["review", &path, "--names", &names]);
	assert_eq!(page["calls"][0]["input"], json!("0x0102"));
	assert_eq!(page["calls"][1]["hash"], json!(hashes[1]));
	let markdown = fs::read_to_string(Path::new(&path).join("review/review.md")).expect("a page");
	for words in ["Calls after the import", "Registry", "0x0102", "and 44 bytes more", "100000"] {
		assert!(markdown.contains(words), "{words} in {markdown}");
	}
	assert!(hashes.iter().all(|hash| markdown.contains(&format!("{hash:?}"))), "{markdown}");

	// A bundle whose list is not the manifest's is not used.
	fs::write(&file, fs::read_to_string(&file).expect("the list").replace("0x0102", "0x0103"))
		.expect("written");
	let (code, data) = result(&run(&["review", &path]));
	let error = data["error"].as_str().expect("an error");
	assert!(code == 2 && error.contains("call 0 hashes to"), "{error}");
	fs::remove_file(&file).expect("removed");
	let (code, data) = result(&run(&["review", &path]));
	let error = data["error"].as_str().expect("an error");
	assert!(code == 2 && error.contains("calls.json cannot be read"), "{error}");
}

#[test]
fn pack_with_calls_that_cannot_succeed_fails() {
	let source = Source::new(json!({ CONTRACT: contract("0x0"), PERSON: { "balance": "0x3" } }));
	assert_eq!(source.plan(&[]).0, 0);
	let good = call(PERSON, CONTRACT, &[]);
	let stranger = format!("0x{}", "77".repeat(20));
	let little_gas = PostImportCall { gas_limit: 20_999, ..good.clone() };
	for (calls, words) in [
		(vec![digits(&good), digits(&call(&stranger, CONTRACT, &[]))], "call 1 names 0x7777"),
		(vec![digits(&call(PERSON, &stranger, &[]))], "call 0 names 0x7777"),
		(vec![digits(&little_gas)], "call 0 may use 20999 gas"),
		(vec![digits(&good); 65], "65 calls after the import, at most 64"),
	] {
		let arguments: Vec<&str> =
			calls.iter().flat_map(|digits| ["--call", digits.as_str()]).collect();
		let (code, data) = source.pack("bundle", &arguments);
		let error = data["error"].as_str().expect("an error");
		assert!(code == 2 && error.contains(words), "{error}");
		assert!(!Path::new(&source.path("bundle")).exists());
	}
	// What cannot be read is refused before anything is done.
	let map = source.path("map.json");
	let fixed = ["pack", "--snapshot", &source.snapshot, "--map", &map, "--output", "nowhere"];
	let output = run(&[&fixed[..], &["--call", "0x01"]].concat());
	assert_eq!(output.status.code(), Some(2));
	assert!(talk(&output).contains("is no call after the import"), "{}", talk(&output));
}

#[test]
fn submit_that_activates_without_sudo_fails() {
	for how in ["council", "print", "wait"] {
		let output = run(&[
			"submit",
			"--bundle",
			"nowhere",
			"--node",
			"ws://127.0.0.1:9",
			"--activate",
			"--propose-with",
			how,
			"--council-threshold",
			"2",
		]);
		assert_eq!(output.status.code(), Some(2));
		let said = talk(&output);
		assert!(said.contains(&format!("--propose-with {how} does not")), "{said}");
		assert!(said.contains("evm-migrate govern activate"), "{said}");
	}
}
