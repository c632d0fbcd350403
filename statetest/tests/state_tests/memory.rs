//! Cases that need more memory than the pallet gives.

use evm_statetest::{
	engine::Engine,
	list::SkipList,
	run::{run, Selection, Summary},
	skip::Reason,
};
use serde_json::{json, Value};
use std::{fs, path::Path};
use tempfile::TempDir;

const FUNCTION: &str = "evm-statetest/tests/memory.rs::accounts_without_end";
const ID: &str = "evm-statetest/tests/memory.rs::accounts_without_end[]/Frontier/0-0-0";

/// BALANCE of one address after the other, for 36 gas each.
const BALANCES: &str = "0x5b5a3150600056";

/// A call of 0x7070.. with 2^24 gas by the sender of the fixtures.
const TRANSACTION: &str = "0xf861800a840100000094707070707070707070707070707070707070707080801b\
	a0bf338468ad3e3465d2ba90f5f2ada042fdfd19824ca853a77f76bfe4ee6a28bc\
	a073b789c307f79ceabcd6a7933ee749772b12cb02724f5906e008373f1e2f2256";

/// Runs a case of Frontier whose transaction loads accounts until its gas ends.
fn run_case(engine: &Engine, list: &SkipList) -> Summary {
	let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/empty_account.json");
	let text = fs::read_to_string(fixture).unwrap();
	let file: Value = serde_json::from_str(&text).unwrap();
	let mut test = file.as_object().unwrap().values().next().unwrap().clone();
	test["pre"] = json!({
		"0x1be31a94361a391bbafb2a4ccd704f57dc04d4bb":
			{ "nonce": "0x0", "balance": "0xde0b6b3a7640000", "code": "0x", "storage": {} },
		"0x7070707070707070707070707070707070707070":
			{ "nonce": "0x1", "balance": "0x0", "code": BALANCES, "storage": {} },
	});
	let case = &mut test["post"]["Frontier"][0];
	case["txbytes"] = json!(TRANSACTION);
	case.as_object_mut().unwrap().remove("state");
	let folder = TempDir::new().unwrap();
	let path = folder.path().join("case.json");
	fs::write(&path, json!({ format!("{FUNCTION}[]"): test }).to_string()).unwrap();
	run(&[path], &Selection::default(), engine, list, &|_| ()).unwrap()
}

fn engines() -> [Engine; 2] {
	[Engine::Native, Engine::wasm().unwrap()]
}

#[test]
fn unlisted_want_of_memory_fails() {
	let of_archive = SkipList::parse("", &format!("1 {FUNCTION}\n")).unwrap();
	for engine in engines() {
		for list in [&SkipList::committed().unwrap(), &of_archive] {
			let summary = run_case(&engine, list);
			let failed: Vec<_> = summary.failed.iter().map(|failed| failed.id.as_str()).collect();
			assert_eq!(failed, [ID]);
			assert_eq!(
				summary.failed[0].reason,
				"halted with OutOfMemory, and not listed as skipped for memory"
			);
			assert_eq!((summary.passed, summary.skipped.len(), summary.faults.len()), (0, 0, 0));
		}
	}
}

#[test]
fn listed_want_of_memory_is_skipped_works() {
	let archive = format!("1 {FUNCTION}\n99 others.json::other\n");
	let list = SkipList::parse(&format!("memory {ID}\n"), &archive).unwrap();
	for engine in engines() {
		let summary = run_case(&engine, &list);
		assert!(summary.is_good(), "{summary:?}");
		assert_eq!(summary.skipped, [(ID.to_owned(), Reason::Memory)].into());
		assert!(summary.unlisted.is_empty());
	}
}

/// A run that writes the list finds the case for it.
#[test]
fn want_of_memory_is_recorded_works() {
	let summary = run_case(&Engine::Native, &SkipList::recording());
	assert!(summary.is_good(), "{summary:?}");
	assert_eq!(summary.skipped, [(ID.to_owned(), Reason::Memory)].into());
	assert!(summary.unlisted.is_empty());
}
