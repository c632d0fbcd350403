//! The page for council members, of the recorded example.
//!
//! The golden pages are made anew by running this test with UPDATE_GOLDEN=1.

use std::{
	env, fs,
	path::{Path, PathBuf},
};

use evm_migrate::{
	bundle::Bundle,
	snapshot::{storage_root, SnapshotWriter},
};
use migration_primitives::{
	hash::keccak256,
	item::{AccountHead, Slot},
	manifest::Manifest,
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256, U256,
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;
use tempfile::TempDir;

use crate::support::{self, result, run, serve};

const DEPLOYER: &str = "0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266";

fn text(path: &Path) -> &str {
	path.to_str().expect("a path in UTF-8")
}

fn example(name: &str) -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../examples/anvil-defi").join(name)
}

fn done(arguments: &[&str]) -> Value {
	let output = run(arguments);
	let (code, data) = result(&output);
	assert_eq!(code, 0, "{arguments:?}: {}", support::talk(&output));
	data
}

/// Plans and packs the example; gives the bundle.
fn pack(folder: &Path, plan: &[&str], pack: &[&str]) -> PathBuf {
	pack_snapshot(&example("example.snapshot"), folder, plan, pack)
}

fn pack_snapshot(snapshot: &Path, folder: &Path, plan: &[&str], pack: &[&str]) -> PathBuf {
	let (bundle, map) = (folder.join("bundle"), folder.join("map.json"));
	let fixed = ["plan", "--snapshot", text(snapshot), "--output", text(&map)];
	done(&[&fixed, plan].concat());
	let (snapshot, map) = (text(snapshot), text(&map));
	let fixed = ["pack", "--snapshot", snapshot, "--map", map, "--output", text(&bundle)];
	done(&[&fixed, pack].concat());
	bundle
}

const MINT: [&str; 2] = ["--policy", "mint:1000000000000000000000000"];

fn read(folder: &Path, name: &str) -> String {
	fs::read_to_string(folder.join(name)).expect("a file of the page")
}

/// The golden file of this name, made anew if that is asked for.
fn golden(name: &str, found: &str) -> String {
	let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
	if env::var_os("UPDATE_GOLDEN").is_some() {
		fs::create_dir_all(path.parent().expect("a folder")).expect("the folder");
		fs::write(&path, found).expect("written");
	}
	fs::read_to_string(path).expect("a golden file")
}

#[test]
fn review_of_the_example_is_the_golden_page_works() {
	let folder = TempDir::new().expect("a folder");
	let bundle = pack(folder.path(), &["--all-entries"], &MINT);
	let names = example("contracts.json");
	let data = done(&["review", text(&bundle), "--names", text(&names)]);
	let page = bundle.join("review");
	for name in ["review.md", "review.html"] {
		let found = read(&page, name);
		assert!(found == golden(name, &found), "{name} differs from the golden page");
		assert!(!found.contains(text(folder.path())), "no page names a path");
	}
	// Every contract of the example is named, and every power is found that its scenario gave.
	let contracts = data["contracts"].as_array().expect("contracts");
	assert!(contracts.len() >= 20);
	assert!(contracts.iter().all(|contract| contract["name"]["name"].is_string()));
	let powers = data["powers"].as_array().expect("powers");
	for power in
		["owner()", "proxy admin", "code that runs", "feeToSetter()", "role DEFAULT_ADMIN_ROLE"]
	{
		assert!(powers.iter().any(|found| found["power"] == json!(power)), "{power}");
	}
	let owners = powers.iter().filter(|power| {
		power["power"].as_str().is_some_and(|power| power.starts_with("Safe owner, "))
	});
	assert_eq!(owners.count(), 3);
	assert!(powers.iter().all(|power| power["may_be_lost"] == json!(false)), "{powers:?}");
	// The page shows those who get most, the JSON all.
	let credits = data["credits"].as_array().expect("credits");
	let balance = |credit: &Value| -> u128 {
		credit["balance"].as_str().expect("digits").parse().expect("a balance")
	};
	assert_eq!(credits.iter().map(balance).sum::<u128>(), 99_999_999_790_088_308_717_062);
	assert!(credits.is_sorted_by(|one, other| balance(one) >= balance(other)));
	let rest: u128 = credits.iter().skip(20).map(balance).sum();
	let words = format!("And {} more, together {rest} wei, in the JSON", credits.len() - 20);
	assert!(read(&page, "review.md").contains(&words), "{words}");
}

/// The same state and choices, in another folder and from another source, give the same page: a
/// snapshot of a node, and one of the node's state as a file.
#[test]
fn review_of_the_same_state_is_the_same_page_works() {
	let (one, two) = (TempDir::new().expect("a folder"), TempDir::new().expect("a folder"));
	let first = pack(one.path(), &["--all-entries"], &MINT);
	let snapshot = two.path().join("file.snapshot");
	let state = format!("anvil-state:{}", text(&example("anvil-state.json.gz")));
	let file = ["snapshot", "--from-file", &state, "--chain-id", "31337"];
	done(&[&file[..], &["--output", text(&snapshot)]].concat());
	let options = [&MINT[..], &["--reference"]].concat();
	let second = pack_snapshot(&snapshot, two.path(), &["--all-entries"], &options);
	let output = two.path().join("elsewhere");
	done(&["review", text(&first)]);
	done(&["review", text(&second), "--output", text(&output)]);
	for name in ["review.md", "review.html", "proposal.hex"] {
		assert_eq!(read(&first.join("review"), name), read(&output, name), "{name}");
	}
}

/// What the page tells people to check comes out as it says.
#[test]
fn review_tells_checks_that_hold_works() {
	let folder = TempDir::new().expect("a folder");
	let path = pack(folder.path(), &[], &MINT);
	let data = done(&["review", text(&path)]);
	let bundle = Bundle::load(&path).expect("a bundle");
	let page = read(&path.join("review"), "review.md");

	let file = fs::read(path.join("manifest.scale")).expect("the manifest");
	let hash = format!("{:?}", keccak256(&file));
	assert_eq!(data["manifest_hash"], json!(hash));
	assert!(page.contains(&format!("must print `{hash}`")));

	let source = &bundle.manifest.source;
	let block = format!("{:?}", keccak256(&source.header));
	assert_eq!(data["block_hash"], json!(block));
	assert!(page.contains(&format!("cast block {} --field hash", source.number)));
	assert!(page.contains(&format!("must print `{block}`")));

	let call = read(&path.join("review"), "proposal.hex");
	let call = hex::decode(call.trim().trim_start_matches("0x")).expect("hexadecimal digits");
	assert_eq!(call[..2], [12, 0], "the reference runtime's numbers");
	let manifest: Manifest<AccountId32> =
		codec::DecodeAll::decode_all(&mut &call[2..]).expect("a manifest");
	assert_eq!(manifest, bundle.manifest);
}

/// An owner that moves leaves its power behind, and the page says so first.
#[test]
fn review_of_an_owner_that_moves_warns_works() {
	let folder = TempDir::new().expect("a folder");
	let heir = format!("{DEPLOYER}=5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY");
	let bundle = pack(folder.path(), &["--remap", &heir], &[]);
	let data = done(&["review", text(&bundle)]);
	let lost =
		data["powers"].as_array().expect("powers").iter().filter(|power| {
			power["before"] == json!(DEPLOYER) && power["power"] == json!("owner()")
		});
	let lost: Vec<&Value> = lost.collect();
	assert!(!lost.is_empty());
	for power in lost {
		assert_eq!(power["may_be_lost"], json!(true));
		let after = power["after"].as_str().expect("words");
		assert!(after.starts_with("the old key, not the account that takes over"), "{after}");
	}
	let page = read(&bundle.join("review"), "review.md");
	assert!(page.contains("**Authority may be lost**"));
	assert!(page.contains("**Contracts still name addresses that change**"));
	// Without ether the wrapped ether is not covered.
	assert!(page.contains("**Ether stays behind**"));
}

#[test]
fn review_with_hostile_names_is_harmless_works() {
	let folder = TempDir::new().expect("a folder");
	let bundle = pack(folder.path(), &[], &MINT);
	let names = folder.path().join("names.json");
	let hostile = "<script>alert(1)</script>|[x](javascript:1)\u{202e}\n# `z`";
	let weth = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
	fs::write(&names, json!({ weth: hostile }).to_string()).expect("written");
	let data = done(&["review", text(&bundle), "--names", text(&names)]);
	let page = bundle.join("review");
	let (markdown, html) = (read(&page, "review.md"), read(&page, "review.html"));
	assert!(html.contains("&lt;script&gt;alert(1)&lt;/script&gt;|[x](javascript:1)\\u{202e}\\u{a}"));
	assert!(!html.contains("<script"));
	assert!(markdown.contains("\\<script\\>alert(1)\\</script\\>\\|\\[x\\](javascript:1)"));
	assert!(markdown.is_ascii() && html.is_ascii());
	let contracts = data["contracts"].as_array().expect("contracts");
	let contract = contracts.iter().find(|contract| contract["source"] == json!(weth));
	let name = contract.expect("WETH9")["name"]["name"].as_str().expect("a name");
	assert!(name.is_ascii() && !name.contains('\n'), "{name}");
}

#[test]
fn review_that_a_node_of_the_source_contradicts_fails() {
	fn answer(method: &str) -> Value {
		match method {
			"eth_chainId" => json!("0x7a69"),
			"eth_getBlockByNumber" => Value::Null,
			other => panic!("{other} was asked"),
		}
	}
	let folder = TempDir::new().expect("a folder");
	let bundle = pack(folder.path(), &[], &MINT);
	let url = serve(answer);
	let (code, data) = result(&run(&["review", text(&bundle), "--source-rpc", &url]));
	assert_eq!((code, &data["source_agrees"]), (1, &json!(false)));
	let page = read(&bundle.join("review"), "review.md");
	assert!(page.contains("**A node of the source contradicts the manifest**"));
}

/// A snapshot of one contract, whose slot 0 names an oracle that is not in it.
fn write_selected(path: &Path, oracle: H160) {
	let header = SnapshotHeader {
		chain_id: 1,
		block_number: 7,
		block_hash: H256::repeat_byte(7),
		block_header: Vec::new(),
		confirmations: 0,
		finality: Finality::Finalized,
		scope: Scope::Selected,
		trust: Trust::Attested,
	};
	let (code, slot) = ([0x60, 0x00], Slot { key: H256::zero(), value: H256::from(oracle) });
	let root = storage_root([(keccak256(slot.key.as_bytes()), slot.value)]).expect("a root");
	let mut writer = SnapshotWriter::create(path, &header).expect("begun");
	let head = AccountHead {
		address: H160::repeat_byte(1),
		nonce: 1,
		balance: U256::zero(),
		code_hash: keccak256(&code),
		storage_root: root,
		code_length: 2,
		slot_count: 1,
		proof: Vec::new(),
	};
	writer.account(head).expect("an account");
	writer.code(&code).expect("code");
	writer.slot(slot).expect("a slot");
	writer.finish().expect("written");
}

#[test]
fn review_names_contracts_that_stay_behind_works() {
	fn answer(method: &str) -> Value {
		match method {
			"eth_chainId" => json!("0x1"),
			"eth_getBlockByNumber" => {
				let block: alloy_rpc_types_eth::Header =
					alloy_rpc_types_eth::Header { hash: [7; 32].into(), ..Default::default() };
				serde_json::to_value(block).expect("a block")
			}
			"eth_getCode" => json!("0x6000"),
			other => panic!("{other} was asked"),
		}
	}
	let folder = TempDir::new().expect("a folder");
	let (snapshot, map) = (folder.path().join("snapshot"), folder.path().join("map.json"));
	let bundle = folder.path().join("bundle");
	let oracle = H160::repeat_byte(9);
	write_selected(&snapshot, oracle);
	done(&["plan", "--snapshot", text(&snapshot), "--output", text(&map)]);
	let pack = ["pack", "--snapshot", text(&snapshot), "--map", text(&map)];
	done(&[&pack[..], &["--output", text(&bundle)]].concat());

	let data = done(&["review", text(&bundle)]);
	assert_eq!(data["left_behind"][0]["address"], json!(oracle));
	assert_eq!(data["left_behind"][0]["contract"], Value::Null);
	let page = read(&bundle.join("review"), "review.md");
	assert!(page.contains("**Addresses that are not migrated are named by contracts**"));
	assert!(page.contains("https://etherscan.io/block/7"));

	let url = serve(answer);
	let data = done(&["review", text(&bundle), "--source-rpc", &url]);
	assert_eq!(data["left_behind"][0]["contract"], json!(true));
	assert_eq!((&data["source_agrees"], &data["source_final"]), (&json!(true), &json!(false)));
	let page = read(&bundle.join("review"), "review.md");
	let words =
		"**A node of the source does not call the block finalised**: it names no finalised \
		block, although the bundle's writer claims that the block is final.";
	assert!(page.contains(words), "{page}");
	assert!(page.contains("**Contracts depend on contracts that stay behind**"));
	assert!(page.contains("contract of the source"));
}

#[test]
fn review_of_what_is_no_bundle_fails() {
	let folder = TempDir::new().expect("a folder");
	let (code, data) = result(&run(&["review", text(folder.path())]));
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(error.contains("manifest.scale cannot be read"), "{error}");
}

#[test]
fn plan_for_a_target_with_the_same_chain_id_fails() {
	let folder = TempDir::new().expect("a folder");
	let (snapshot, map) = (example("example.snapshot"), folder.path().join("map.json"));
	let plan = ["plan", "--snapshot", text(&snapshot), "--output", text(&map)];
	let same = ["--target-chain-id", "31337"];
	let (code, data) = result(&run(&[&plan[..], &same].concat()));
	assert_eq!(code, 2);
	let error = data["error"].as_str().expect("an error");
	assert!(error.starts_with("source and target have the same chain id 31337"), "{error}");
	assert!(!map.exists());

	let allowed = run(&[&plan[..], &same, &["--allow-same-chain-id"]].concat());
	assert_eq!(result(&allowed).0, 0);
	assert!(support::talk(&allowed).contains("warning: source and target have the same chain id"));
	done(&[&plan[..], &["--target-chain-id", "7"]].concat());
}

#[test]
fn plan_names_balances_below_the_existential_deposit_works() {
	let folder = TempDir::new().expect("a folder");
	let (snapshot, map) = (example("example.snapshot"), folder.path().join("map.json"));
	let plan = ["plan", "--snapshot", text(&snapshot), "--output", text(&map)];
	assert_eq!(done(&plan)["below_existential_deposit"], json!([]));
	// Far above what some accounts of the example have.
	let deposit = ["--target-existential-deposit", "1_000_000_000_000_000_000_000"];
	let output = run(&[&plan[..], &deposit].concat());
	let (code, data) = result(&output);
	assert_eq!(code, 0);
	let below = data["below_existential_deposit"].as_array().expect("a list");
	assert!(!below.is_empty());
	for entry in below {
		let balance = entry["balance"].as_str().expect("a balance");
		assert!(balance != "0" && balance.len() <= 21, "{balance}");
	}
	let talk = support::talk(&output);
	assert!(talk.contains("below the target's existential deposit of 1000000000000000000000"));
}
