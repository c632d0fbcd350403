//! The committed lists, and what a run says where they do not fit.

use evm_statetest::{
	engine::Engine,
	list::{ListError, ListFault, SkipList},
	run::{run, Selection, Summary},
	skip::Reason,
};
use std::{collections::BTreeMap, path::Path};

const RICH: &str = "evm-statetest/fixtures/rich_account.json::balance_of_129_bits_is_skipped\
	[fork_Shanghai]/Shanghai/0-0-0";
const TRANSFER: &str = "evm-statetest/fixtures/transfer.json::base_fee_is_burnt_and_tip_paid\
	[fork_Osaka]/Osaka/0-0-0";
const RICH_FUNCTION: &str =
	"evm-statetest/fixtures/rich_account.json::balance_of_129_bits_is_skipped";
const TRANSFER_FUNCTION: &str =
	"evm-statetest/fixtures/transfer.json::base_fee_is_burnt_and_tip_paid";

/// An archive with the fixtures' functions and enough others.
fn archive() -> String {
	format!("1 {RICH_FUNCTION}\n1 {TRANSFER_FUNCTION}\n# more\n98 others.json::other\n")
}

fn faults(skipped: &str) -> Vec<ListFault> {
	let list = SkipList::parse(skipped, &archive()).unwrap();
	let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
	let summary = run(&[folder], &Selection::default(), &Engine::Native, &list, &|_| ()).unwrap();
	assert!(summary.failed.is_empty());
	assert_eq!(summary.is_good(), summary.faults.is_empty());
	summary.faults
}

#[test]
fn committed_lists_are_of_at_most_five_percent_works() {
	let list = SkipList::committed().unwrap();
	assert_eq!(list.cases(), 26_118);
	assert!(list.skipped() * 20 <= 26_118);
}

#[test]
fn exact_list_works() {
	assert_eq!(faults(&format!("balance {RICH}\n")), []);
}

#[test]
fn unlisted_skip_fails() {
	let id = RICH.to_owned();
	assert_eq!(faults(""), [ListFault::NotListed { id, reason: Reason::Balance }]);
}

#[test]
fn unlisted_skip_outside_the_archive_fails_unless_allowed() {
	let list = SkipList::parse("", "100 others.json::other\n").unwrap();
	let (id, reason) = (RICH.to_owned(), Reason::Balance);
	let lists = [
		(list.clone(), vec![ListFault::NotListed { id: id.clone(), reason }]),
		(list.allowing_unlisted(), vec![]),
	];
	for (list, faults) in lists {
		let paths = [Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")];
		let summary = run(&paths, &Selection::default(), &Engine::Native, &list, &|_| ()).unwrap();
		assert_eq!(summary.unlisted, [(id.clone(), reason)].into());
		assert_eq!(summary.failed, []);
		assert_eq!(summary.is_good(), faults.is_empty());
		assert_eq!(summary.faults, faults);
	}
}

/// A run of so many cases that passed, and so many that were skipped, not listed and allowed.
fn with_unlisted(passed: u64, unlisted: u64, reason: Reason) -> Summary {
	let skipped: BTreeMap<String, Reason> =
		(0..unlisted).map(|number| (number.to_string(), reason)).collect();
	Summary { passed, unlisted: skipped.clone(), skipped, ..Default::default() }
}

#[test]
fn allowed_skips_of_more_than_five_percent_fails() {
	for reason in [Reason::Balance, Reason::EmptyAccount, Reason::Block] {
		assert!(with_unlisted(114, 6, reason).is_good(), "6 of 120");
		assert!(!with_unlisted(113, 6, reason).is_good(), "6 of 119");
		assert!(!with_unlisted(0, 101, reason).is_good());
		assert!(with_unlisted(0, 100, reason).is_good(), "few cases");
	}
	// Folders of another suite can hold nothing else.
	assert!(with_unlisted(0, 1_000, Reason::BlobTransaction).is_good());
	let listed = Summary { unlisted: BTreeMap::new(), ..with_unlisted(0, 1_000, Reason::Balance) };
	assert!(listed.is_good());
}

#[test]
fn listed_case_that_runs_fails() {
	let skipped = format!("balance {RICH}\nbalance {TRANSFER}\n");
	assert_eq!(faults(&skipped), [ListFault::NotSkipped(TRANSFER.to_owned())]);
}

#[test]
fn other_reason_fails() {
	assert_eq!(
		faults(&format!("memory {RICH}\n")),
		[ListFault::OtherReason {
			id: RICH.to_owned(),
			listed: Reason::Memory,
			found: Reason::Balance
		}]
	);
}

#[test]
fn listed_case_that_does_not_exist_fails() {
	let missing = format!("{RICH_FUNCTION}[fork_London]/London/0-0-0");
	let skipped = format!("balance {RICH}\nbalance {missing}\n");
	assert_eq!(faults(&skipped), [ListFault::Missing(missing)]);
}

#[test]
fn list_with_faults_of_its_own_fails() {
	let parse = |skipped: &str| SkipList::parse(skipped, &archive()).unwrap_err();
	let form = "REASON ID";
	assert_eq!(parse("\nnonsense\n"), ListError::Line { line: 2, form });
	assert_eq!(parse("because x.json::y\n"), ListError::Line { line: 1, form });
	let other = "balance foreign.json::case[]/Osaka/0-0-0";
	assert_eq!(parse(other), ListError::NotInArchive(other[8..].to_owned()));
	assert_eq!(parse(&format!("balance {RICH}\n").repeat(2)), ListError::Duplicate(RICH.into()));
	let many: String =
		(0..6).map(|n| format!("balance others.json::other[{n}]/Osaka/0-0-0\n")).collect();
	assert_eq!(parse(&many), ListError::TooMany { skipped: 6, cases: 100 });
}
