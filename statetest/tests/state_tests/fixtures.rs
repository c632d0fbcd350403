//! The committed fixtures, as they are and tampered with.

use evm_statetest::{
	engine::Engine,
	list::SkipList,
	run::{run, Found, Selection, Shard, Summary},
	skip::Reason,
};
use pallet_evm::EvmSpec;
use serde_json::{json, Value};
use std::{
	collections::BTreeSet,
	fs,
	path::{Path, PathBuf},
};
use tempfile::TempDir;

fn folder() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// The committed list, which names no fixtures.
fn list() -> SkipList {
	SkipList::committed().unwrap().allowing_unlisted()
}

/// Runs what is at a path against a list.
fn run_with(path: &Path, engine: &Engine, list: &SkipList) -> Summary {
	run(&[path.to_path_buf()], &Selection::default(), engine, list, &|_| ()).unwrap()
}

fn run_native(path: &Path) -> Summary {
	run_with(path, &Engine::Native, &list())
}

/// Runs a fixture after a change of its only test's only case.
fn run_changed(name: &str, change: impl FnOnce(&mut Value, &mut Value)) -> Summary {
	let text = fs::read_to_string(folder().join(name)).unwrap();
	let mut file: Value = serde_json::from_str(&text).unwrap();
	let test = file.as_object_mut().unwrap().values_mut().next().unwrap();
	let mut post = test["post"].take();
	let case = &mut post.as_object_mut().unwrap().values_mut().next().unwrap()[0];
	change(test, case);
	test["post"] = post;
	let folder = TempDir::new().unwrap();
	fs::write(folder.path().join(name), file.to_string()).unwrap();
	run_native(folder.path())
}

/// The reason of the only failure.
fn only_failure(summary: &Summary) -> &str {
	assert_eq!(summary.failed.len(), 1, "{summary:?}");
	assert_eq!(summary.passed, 0);
	&summary.failed[0].reason
}

#[test]
fn fixtures_natively_works() {
	let summary = run_native(&folder());
	assert!(summary.is_good(), "{:?} {:?}", summary.failed, summary.faults);
	assert_eq!(summary.passed, 6);
	let skipped: Vec<Reason> = summary.skipped.values().copied().collect();
	assert_eq!(skipped, [Reason::Balance]);
}

#[test]
fn fixtures_in_wasm_works() {
	let engine = Engine::wasm().unwrap();
	let summary = run_with(&folder(), &engine, &list());
	assert!(summary.is_good(), "{:?} {:?}", summary.failed, summary.faults);
	assert_eq!((summary.passed, summary.skipped.len()), (6, 1));
}

#[test]
fn state_that_differs_fails() {
	let summary = run_changed("transfer.json", |_, case| {
		case["hash"] = json!(format!("0x{}", "11".repeat(32)));
		let accounts = case["state"].as_object_mut().unwrap();
		accounts["0x7070707070707070707070707070707070707070"]["balance"] = json!("0x3ee");
	});
	let reason = only_failure(&summary);
	assert!(
		reason.contains(
			"\n    0x7070707070707070707070707070707070707070: balance expected 1006, found 1005"
		),
		"{reason}"
	);
	assert_eq!(reason.lines().count(), 2, "only that account differs: {reason}");
}

#[test]
fn root_without_state_that_differs_fails() {
	let summary = run_changed("storage_and_log.json", |_, case| {
		case["hash"] = json!(format!("0x{}", "11".repeat(32)));
		case.as_object_mut().unwrap().remove("state");
	});
	assert!(only_failure(&summary).starts_with("the state root is 0x"));
}

#[test]
fn logs_that_differ_fails() {
	let summary = run_changed("storage_and_log.json", |_, case| {
		case["logs"] = json!(format!("0x{}", "11".repeat(32)));
	});
	assert!(only_failure(&summary).starts_with("the hash of 1 logs is 0x"));
}

#[test]
fn other_refusal_fails() {
	let summary = run_changed("insufficient_funds.json", |_, case| {
		case["expectException"] = json!("TransactionException.INTRINSIC_GAS_TOO_LOW");
	});
	let expected =
		"refused as Invalid(Payment), the case names TransactionException.INTRINSIC_GAS_TOO_LOW";
	assert_eq!(only_failure(&summary), expected);
}

#[test]
fn any_of_the_exceptions_works() {
	let summary = run_changed("insufficient_funds.json", |_, case| {
		case["expectException"] = json!(
			"TransactionException.INTRINSIC_GAS_TOO_LOW|TransactionException.INSUFFICIENT_ACCOUNT_FUNDS"
		);
	});
	assert_eq!((summary.passed, summary.failed.len()), (1, 0));
}

#[test]
fn unknown_exception_fails() {
	let summary = run_changed("insufficient_funds.json", |_, case| {
		case["expectException"] = json!("TransactionException.OF_TOMORROW");
	});
	assert_eq!(only_failure(&summary), "the exception OF_TOMORROW is not known");
}

#[test]
fn valid_transaction_with_exception_fails() {
	let summary = run_changed("transfer.json", |_, case| {
		case["expectException"] = json!("TransactionException.INSUFFICIENT_ACCOUNT_FUNDS");
	});
	assert!(only_failure(&summary).starts_with("accepted, "));
}

#[test]
fn refused_transaction_without_exception_fails() {
	let summary = run_changed("type_before_fork.json", |_, case| {
		case.as_object_mut().unwrap().remove("expectException");
	});
	assert_eq!(only_failure(&summary), "refused as UnsupportedType");
}

#[test]
fn refused_transaction_with_other_state_fails() {
	let summary = run_changed("insufficient_funds.json", |_, case| {
		case["hash"] = json!(format!("0x{}", "11".repeat(32)));
	});
	assert!(only_failure(&summary).starts_with("the state root is 0x"));
}

#[test]
fn unknown_fork_fails() {
	let text = fs::read_to_string(folder().join("transfer.json")).unwrap();
	let folder = TempDir::new().unwrap();
	let other = text.replace("\"Osaka\": [", "\"Tomorrow\": [");
	fs::write(folder.path().join("transfer.json"), other).unwrap();
	assert_eq!(only_failure(&run_native(folder.path())), "the hard fork is not known");
}

#[test]
fn file_that_is_no_test_fails() {
	let folder = TempDir::new().unwrap();
	fs::write(folder.path().join("cut.json"), "{\"test\": {").unwrap();
	assert!(only_failure(&run_native(folder.path())).starts_with("not a file of state tests: "));
}

#[test]
fn empty_account_since_eip161_is_skipped() {
	let summary = run_changed("transfer.json", |test, _| {
		test["pre"]["0x7171717171717171717171717171717171717171"] =
			json!({ "balance": "0x0", "nonce": "0x0", "code": "0x", "storage": {} });
	});
	assert_eq!(summary.skipped.values().copied().collect::<Vec<_>>(), [Reason::EmptyAccount]);
}

#[test]
fn shards_are_a_partition_works() {
	let list = SkipList::committed().unwrap();
	let mut seen = BTreeSet::new();
	let mut cases = 0;
	for index in 1..=3 {
		let selection = Selection { shard: Some(Shard { index, count: 3 }), ..Default::default() };
		let summary = run(&[folder()], &selection, &Engine::Native, &list, &|_| ()).unwrap();
		cases += summary.cases();
		seen.extend(summary.seen.into_values().flatten());
	}
	assert_eq!((cases, seen.len()), (7, 7));
}

#[test]
fn one_fork_works() {
	let selection = Selection { fork: Some(EvmSpec::Cancun), ..Default::default() };
	let list = SkipList::committed().unwrap();
	let summary = run(&[folder()], &selection, &Engine::Native, &list, &|_| ()).unwrap();
	assert_eq!(summary.cases(), 1);
	assert_eq!(summary.passed, 1);
	assert_eq!(summary.found, [Found { cases: 7, of_fork: 1 }]);
}

#[test]
fn paths_are_counted_one_by_one_works() {
	let selection =
		Selection { shard: Some(Shard { index: 1, count: 1_000 }), ..Default::default() };
	let list = SkipList::committed().unwrap();
	let empty = TempDir::new().unwrap();
	let damaged = empty.path().join("cut.json");
	fs::write(&damaged, "{").unwrap();
	let nothing = TempDir::new().unwrap();
	let paths = [folder(), nothing.path().to_path_buf(), damaged];
	let summary = run(&paths, &selection, &Engine::Native, &list, &|_| ()).unwrap();
	let found: Vec<(u64, u64)> = summary.found.iter().map(|f| (f.cases, f.of_fork)).collect();
	assert_eq!(found, [(7, 7), (0, 0), (1, 1)]);
}
