//! Work files that are cut off, gone on with, and not to be used.

use super::*;
use migration_primitives::snapshot::{Finality, Scope, Trust};
use std::fs;

fn header() -> SnapshotHeader {
	SnapshotHeader {
		chain_id: 1,
		block_number: 2,
		block_hash: H256::repeat_byte(3),
		block_header: Vec::new(),
		confirmations: 0,
		finality: Finality::Finalized,
		scope: Scope::Full,
		trust: Trust::Attested,
	}
}

fn slot(number: u64) -> Slot {
	Slot { key: H256::from_low_u64_be(number), value: H256::from_low_u64_be(number + 1) }
}

fn claim(byte: u8) -> Claim {
	Claim { address: H160::repeat_byte(byte), nonce: byte.into(), ..Claim::default() }
}

const ARGUMENTS: H256 = H256::repeat_byte(7);

/// One account with two slots and code, and two slots of a second one with a cursor behind.
fn write(path: &Path, folder: &Path) {
	let (mut journal, resumed) = Journal::open(path, ARGUMENTS, &header(), folder).expect("begun");
	assert_eq!(resumed, Resumed::default());
	journal.code(vec![1, 2]);
	journal.slot(slot(1)).expect("a slot");
	journal.slot(slot(2)).expect("a slot");
	journal.end_account(claim(1), b"note".to_vec()).expect("ended");
	journal.slot(slot(3)).expect("a slot");
	journal.slot(slot(4)).expect("a slot");
	journal.cursor(H160::repeat_byte(2), H256::repeat_byte(9)).expect("kept");
	journal.slot(slot(5)).expect("a slot");
}

/// Ends the second account with the slots that are missing, and gives the state root.
fn finish(mut journal: Journal, missing: &[u64]) -> H256 {
	for number in missing {
		journal.slot(slot(*number)).expect("a slot");
	}
	let (_, slots) = journal.end_account(claim(2), Vec::new()).expect("ended");
	assert_eq!(slots, 3);
	journal.finish().0.finish(&[]).expect("sorted").state_root()
}

#[test]
fn journal_goes_on_where_it_was_works() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("work");
	assert_eq!(Journal::begun(&path, ARGUMENTS).expect("none"), None);
	write(&path, folder.path());
	assert_eq!(Journal::begun(&path, ARGUMENTS).expect("begun"), Some(header()));
	let (journal, resumed) =
		Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
	let ended = vec![(H160::repeat_byte(1), b"note".to_vec())];
	let cursor = Some((H160::repeat_byte(2), H256::repeat_byte(9)));
	assert_eq!(resumed, Resumed { ended, cursor });
	let resumed_root = finish(journal, &[5]);
	let other = folder.path().join("other");
	let (mut journal, _) =
		Journal::open(&other, ARGUMENTS, &header(), folder.path()).expect("begun");
	journal.code(vec![1, 2]);
	journal.slot(slot(2)).expect("a slot");
	journal.slot(slot(1)).expect("a slot");
	journal.end_account(claim(1), Vec::new()).expect("ended");
	assert_eq!(finish(journal, &[5, 4, 3]), resumed_root);
}

#[test]
fn journal_that_is_cut_anywhere_goes_on_works() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("work");
	write(&path, folder.path());
	let bytes = fs::read(&path).expect("the file");
	for length in 0..bytes.len() {
		fs::write(&path, &bytes[..length]).expect("written");
		let (journal, resumed) =
			Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
		assert!(resumed.ended.len() <= 1 && resumed.cursor.is_none(), "{length} bytes");
		drop(journal);
		assert_eq!(Journal::begun(&path, ARGUMENTS).expect("begun"), Some(header()));
	}
}

#[test]
fn dropped_account_leaves_nothing_works() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("work");
	write(&path, folder.path());
	let (mut journal, _) =
		Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
	journal.drop_account().expect("dropped");
	let root = finish(journal, &[3, 4, 5]);
	let (journal, resumed) =
		Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
	assert_eq!(resumed.ended.len(), 2);
	assert_eq!(journal.finish().0.finish(&[]).expect("sorted").state_root(), root);
}

#[test]
fn journal_of_other_arguments_or_in_use_fails() {
	let folder = tempfile::tempdir().expect("a folder");
	let path = folder.path().join("work");
	write(&path, folder.path());
	assert!(matches!(
		Journal::begun(&path, H256::zero()),
		Err(JournalError::OtherArguments { .. })
	));
	let held = Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
	let again = Journal::open(&path, ARGUMENTS, &header(), folder.path());
	assert!(matches!(again.err(), Some(JournalError::InUse { .. })));
	drop(held);
}
