//! The official tests, where the archive of them is.
//!
//! `MIGRATION_VECTORS` names the folder, which is beside the project otherwise. Where it is missing,
//! the tests say so on standard error; the fixtures of this crate are always run.

use evm_statetest::{
	engine::Engine,
	list::SkipList,
	run::{run, Selection, Shard, Summary},
};
use std::{
	env,
	io::{self, Write},
	path::{Path, PathBuf},
};

const ARCHIVE: &str = "eest-v5.4.0-state_tests.tar.zst";
/// The part of the cases that is run in Wasm, which a script does with all.
const WASM_SHARD: Shard = Shard { index: 1, count: 8 };

/// The archive, if it is there.
fn archive() -> Option<PathBuf> {
	let folder = env::var_os("MIGRATION_VECTORS").map_or_else(
		|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors"),
		PathBuf::from,
	);
	let archive = folder.join(ARCHIVE);
	if archive.is_file() {
		return Some(archive);
	}
	// Who names a folder wants them to be run.
	assert!(env::var_os("MIGRATION_VECTORS").is_none(), "there is no {}", archive.display());
	// Unlike that of `eprintln`, this is shown for a test that passes.
	writeln!(io::stderr(), "NOT RUN: there is no {}", archive.display()).unwrap();
	None
}

fn check(archive: PathBuf, engine: &Engine, shard: Option<Shard>) -> Summary {
	let list = SkipList::committed().unwrap();
	let selection = Selection { shard, ..Default::default() };
	let summary = run(&[archive], &selection, engine, &list, &|line| eprintln!("{line}")).unwrap();
	assert_eq!(summary.failed, [], "cases failed");
	assert_eq!(summary.faults, [], "the list of skipped cases does not fit");
	summary
}

#[test]
fn all_cases_natively_works() {
	let Some(archive) = archive() else { return };
	let summary = check(archive, &Engine::Native, None);
	let list = SkipList::committed().unwrap();
	assert_eq!(summary.cases(), list.cases());
	assert_eq!(summary.skipped.len(), list.skipped());
}

#[test]
fn fixed_part_of_cases_in_wasm_works() {
	let Some(archive) = archive() else { return };
	let summary = check(archive, &Engine::wasm().unwrap(), Some(WASM_SHARD));
	assert!(summary.passed > 3_000, "{} passed", summary.passed);
}

/// The cases that take more time of precompiles than the reference runtime gives one transaction.
#[test]
fn bounded_precompiles_differ_in_the_listed_cases_alone_works() {
	let Some(archive) = archive() else { return };
	let selection = Selection { bounds_precompiles: true, ..Default::default() };
	let list = SkipList::committed().unwrap();
	let summary = run(&[archive], &selection, &Engine::Native, &list, &|_| ()).unwrap();
	let found: Vec<&str> = summary.failed.iter().map(|failed| failed.id.as_str()).collect();
	let listed = include_str!("../../bounded.txt").lines();
	let listed: Vec<&str> = listed.filter(|line| !line.starts_with('#')).collect();
	assert_eq!(found, listed);
}
