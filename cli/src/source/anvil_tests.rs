//! Dumps of an anvil that are whole, damaged, or of another block.

use super::*;
use crate::{snapshot::storage_root, source::fixture::gzip};

const DUMP: &str = r#"{"best_block_number": "0x7", "block": {}, "accounts": {
	"0x1111111111111111111111111111111111111111": {
		"nonce": 1, "balance": "0x0", "code": "0x",
		"storage": {"0x0": "0x5", "0x1": "0x0",
			"0x0000000000000000000000000000000000000000000000000000000000000002": "0x6"}
	},
	"0x2222222222222222222222222222222222222222": { "nonce": 1, "storage": {} },
	"0x3333333333333333333333333333333333333333": { "storage": { "0x3": "0x7" } }
}, "blocks": [{ "header": {} }]}"#;

const CLEARED: H160 = H160::repeat_byte(0x11);

fn dump_of(text: &str) -> Result<AnvilDump, SourceError> {
	let folder = tempfile::tempdir().expect("a folder");
	AnvilDump::read(gzip(text.as_bytes()).as_slice(), 7, folder.path())
}

fn slots(dump: &AnvilDump, address: H160) -> Vec<(u64, u64)> {
	let (mut slots, mut found) = (dump.slots(address).expect("slots"), Vec::new());
	while let Some(Slot { key, value }) = slots.next_slot().expect("a slot") {
		found.push((key.to_low_u64_be(), value.to_low_u64_be()));
	}
	found
}

#[test]
fn slots_of_a_dump_by_account_works() {
	let dump = dump_of(DUMP).expect("a dump");
	let third = H160::repeat_byte(0x33);
	let addresses: Vec<H160> = dump.addresses().collect();
	assert_eq!(addresses, [CLEARED, H160::repeat_byte(0x22), third]);
	// In any order of accounts, and again.
	for _ in 0..2 {
		assert_eq!(slots(&dump, third), [(3, 7)]);
		assert_eq!(slots(&dump, CLEARED), [(0, 5), (1, 0), (2, 6)]);
		assert!(slots(&dump, H160::repeat_byte(0x22)).is_empty());
		assert!(slots(&dump, H160::zero()).is_empty());
	}
}

#[test]
fn zeros_in_a_storage_root_are_found_works() {
	let dump = dump_of(DUMP).expect("a dump");
	let mut leaves: Vec<(H256, H256)> = [(0, 5), (1, 0), (2, 6)]
		.map(|(key, value)| {
			let key = H256::from_low_u64_be(key);
			(keccak256(key.as_bytes()), H256::from_low_u64_be(value))
		})
		.to_vec();
	leaves.sort();
	let with_zeros = storage_root_with_zeros(leaves.clone()).expect("a root");
	leaves.retain(|(_, value)| !value.is_zero());
	let without = storage_root(leaves).expect("a root");
	assert_eq!(dump.zeros_of_root(CLEARED, with_zeros).expect("read"), Some(1));
	assert_eq!(dump.zeros_of_root(CLEARED, without).expect("read"), None);
	// Parts of the slots one after another are the slots in order.
	for parts in 1..5 {
		let sorted = (0..parts).flat_map(|part| dump.sorted(CLEARED, part, parts).expect("a part"));
		assert_eq!(storage_root_with_zeros(sorted), Some(with_zeros), "{parts} parts");
	}
}

#[test]
fn dump_of_another_block_or_cut_off_fails() {
	let other = dump_of(&DUMP.replace("0x7\", \"block", "0x8\", \"block"));
	let error = other.expect_err("another block");
	assert!(matches!(error, SourceError::DumpBlock { expected: 7, found: 8 }), "{error}");
	for text in [
		&DUMP[..DUMP.len() - 1],
		"{}",
		r#"{"best_block_number": 7}"#,
		r#"{"accounts": {}}"#,
		&DUMP.replace("3333333333", "1111111111"),
		&DUMP.replace("\"0x5\"", "\"5\""),
	] {
		let error = dump_of(text).expect_err("no dump");
		assert!(matches!(error, SourceError::Dump(_)), "{error}");
	}
	let packed = gzip(DUMP.as_bytes());
	let folder = tempfile::tempdir().expect("a folder");
	let error = AnvilDump::read(&packed[..packed.len() - 1], 7, folder.path());
	assert!(matches!(error, Err(SourceError::Dump(_))), "{error:?}");
}
