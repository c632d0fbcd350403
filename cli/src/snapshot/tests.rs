//! Reader and writer against each other, and against damaged files.

use std::{fs, path::PathBuf};

use alloy_trie::{nodes::LeafNode, Nibbles};
use migration_primitives::{
	fault::Fault,
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{AccountHead, Item, Slot},
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	trie::TrieBuilder,
	H160, H256, U256,
};
use tempfile::TempDir;

use super::{trie::trie_account, *};

const CODE: &[u8] = &[0x60, 0x00, 0x60, 0x00, 0xfd];

/// Accounts in the order of their hashes: their addresses, and slots for every second one.
fn accounts() -> Vec<(AccountHead, Vec<Slot>)> {
	let mut list: Vec<(AccountHead, Vec<Slot>)> = (1..9u8)
		.map(|byte| {
			let count = if byte % 2 == 0 { u64::from(byte) } else { 0 };
			let mut slots: Vec<Slot> = (0..count)
				.map(|key| Slot {
					key: H256::from_low_u64_be(key),
					value: H256::from_low_u64_be(key + 1),
				})
				.collect();
			slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
			let leaves = slots.iter().map(|slot| (keccak256(slot.key.as_bytes()), slot.value));
			let root = storage_root(leaves).expect("slots in order");
			let contract = count > 0;
			let head = AccountHead {
				address: H160::repeat_byte(byte),
				nonce: byte.into(),
				balance: U256::from(byte) << 60,
				code_hash: if contract { keccak256(CODE) } else { KECCAK_EMPTY },
				storage_root: if contract { root } else { EMPTY_TRIE_ROOT },
				code_length: if contract { CODE.len() as u32 } else { 0 },
				slot_count: count,
				proof: Vec::new(),
			};
			(head, slots)
		})
		.collect();
	list.sort_by_key(|(head, _)| keccak256(head.address.as_bytes()));
	list
}

/// The RLP of a header with this state root.
fn block_header(state_root: H256) -> Vec<u8> {
	let header = alloy_consensus::Header {
		state_root: state_root.0.into(),
		number: 7,
		..Default::default()
	};
	alloy_rlp::encode(header)
}

fn header(scope: Scope, state_root: Option<H256>) -> SnapshotHeader {
	let block_header = state_root.map(block_header).unwrap_or_default();
	SnapshotHeader {
		chain_id: 31_337,
		block_number: 7,
		block_hash: keccak256(&block_header),
		block_header,
		confirmations: 0,
		finality: Finality::Unfinalized,
		scope,
		trust: Trust::Attested,
	}
}

fn state_root() -> H256 {
	let mut builder = TrieBuilder::default();
	for (head, _) in accounts() {
		builder.add(keccak256(head.address.as_bytes()), &leaf(&head)).expect("in order");
	}
	builder.root()
}

fn leaf(head: &AccountHead) -> Vec<u8> {
	let mut leaf = Vec::new();
	trie_account(head).put(&mut leaf);
	leaf
}

struct TestFile {
	_directory: TempDir,
	path: PathBuf,
}

fn write_with(
	header: &SnapshotHeader,
	list: Vec<(AccountHead, Vec<Slot>)>,
) -> Result<TestFile, SnapshotError> {
	let directory = TempDir::new().expect("a directory");
	let path = directory.path().join("snapshot.bin");
	let mut writer = SnapshotWriter::create(&path, header)?;
	for (head, slots) in list {
		let contract = head.code_length > 0;
		writer.account(head)?;
		if contract {
			writer.code(CODE)?;
		}
		for slot in slots {
			writer.slot(slot)?;
		}
	}
	writer.finish()?;
	Ok(TestFile { _directory: directory, path })
}

fn read_bytes(bytes: &[u8]) -> Result<Summary, SnapshotError> {
	SnapshotReader::new(bytes)?.read_to_end()
}

#[test]
fn read_of_what_was_written_works() {
	let written =
		write_with(&header(Scope::Full, Some(state_root())), accounts()).expect("written");
	let mut reader = SnapshotReader::open(&written.path).expect("opened");
	let (mut heads, mut slots) = (Vec::new(), 0);
	let mut offset = None;
	while let Some(entry) = reader.next_record().expect("a record") {
		assert!(offset.is_none_or(|offset| offset == entry.offset));
		offset = Some(entry.offset + entry.bytes.len() as u64);
		match entry.item {
			Item::Account(head) => heads.push(head),
			Item::Code(code) => assert_eq!(code, CODE),
			Item::Slot(_) => slots += 1,
		}
	}
	let expected: Vec<AccountHead> = accounts().into_iter().map(|(head, _)| head).collect();
	assert_eq!(heads, expected);
	let summary = reader.summary().expect("the end");
	assert_eq!(Some(summary.records_end), offset);
	assert_eq!((summary.totals.accounts, summary.totals.contracts), (8, 4));
	assert_eq!((summary.totals.slots, slots), (20, 20));
	assert_eq!(summary.totals.balance, U256::from(36) << 60);
	let bytes = fs::read(&written.path).expect("the file");
	assert_eq!(summary.digest, keccak256(&bytes[..bytes.len() - 32]));
}

#[test]
fn write_twice_gives_the_same_bytes_works() {
	let header = header(Scope::Full, Some(state_root()));
	let bytes = || {
		let written = write_with(&header, accounts()).expect("written");
		fs::read(&written.path).expect("the file")
	};
	assert_eq!(bytes(), bytes());
}

#[test]
fn read_of_a_truncated_file_fails_at_every_length() {
	let written =
		write_with(&header(Scope::Full, Some(state_root())), accounts()).expect("written");
	let bytes = fs::read(&written.path).expect("the file");
	for length in 0..bytes.len() {
		let result = read_bytes(&bytes[..length]);
		let Err(SnapshotError::Truncated { offset, .. }) = result else {
			panic!("first {length} bytes: {result:?}");
		};
		assert_eq!(offset, length as u64);
	}
	let mut longer = bytes.clone();
	longer.push(0);
	let offset = bytes.len() as u64;
	assert!(
		matches!(read_bytes(&longer), Err(SnapshotError::TrailingBytes { offset: o }) if o == offset)
	);
}

#[test]
fn read_of_a_file_with_one_bit_flipped_fails() {
	// Without a block header, so that nothing but the file itself tells.
	let written = write_with(&header(Scope::Selected, None), accounts()).expect("written");
	let bytes = fs::read(&written.path).expect("the file");
	for position in 0..bytes.len() {
		let mut damaged = bytes.clone();
		damaged[position] ^= 1;
		assert!(read_bytes(&damaged).is_err(), "byte {position}");
	}
}

#[test]
fn write_of_another_state_root_fails() {
	let root = H256::repeat_byte(1);
	let result = write_with(&header(Scope::Full, Some(root)), accounts());
	assert!(matches!(
		result.err(),
		Some(SnapshotError::Record {
			source: RecordError::Fault(Fault::StateRoot { expected, .. }),
			..
		}) if expected == root
	));
}

#[test]
fn write_of_unproved_accounts_fails() {
	let result = write_with(&header(Scope::Selected, Some(state_root())), accounts());
	assert!(matches!(
		result.err(),
		Some(SnapshotError::Record { source: RecordError::Fault(Fault::AccountProof { .. }), .. })
	));
}

#[test]
fn write_of_one_proved_account_works_and_a_wrong_nonce_fails() {
	// A state of one account is one leaf, which is the whole proof.
	let (mut head, slots) = accounts().remove(0);
	let key = Nibbles::unpack(keccak256(head.address.as_bytes()).0);
	let node = alloy_rlp::encode(LeafNode::new(key, leaf(&head)));
	let root = keccak256(&node);
	head.proof = vec![node];
	let header = header(Scope::Selected, Some(root));
	let written = write_with(&header, vec![(head.clone(), slots.clone())]).expect("written");
	assert_eq!(
		SnapshotReader::open(&written.path)
			.and_then(SnapshotReader::read_to_end)
			.expect("sound")
			.totals
			.accounts,
		1
	);
	head.nonce += 1;
	assert!(write_with(&header, vec![(head, slots)]).is_err());
}

#[test]
fn write_of_accounts_or_slots_out_of_order_fails() {
	let header = header(Scope::Full, None);
	let mut list = accounts();
	list.swap(0, 1);
	assert!(matches!(
		write_with(&header, list).err(),
		Some(SnapshotError::Record { source: RecordError::Fault(Fault::AccountOrder { .. }), .. })
	));
	let mut list = accounts();
	let (_, slots) = list.iter_mut().find(|(head, _)| head.slot_count > 1).expect("a contract");
	slots.swap(0, 1);
	assert!(matches!(
		write_with(&header, list).err(),
		Some(SnapshotError::Record { source: RecordError::Fault(Fault::SlotOrder { .. }), .. })
	));
}

#[test]
fn write_of_missing_or_altered_slots_fails_and_leaves_no_file() {
	let header = header(Scope::Full, None);
	let mut list = accounts();
	let (_, slots) = list.iter_mut().find(|(head, _)| head.slot_count > 1).expect("a contract");
	slots.pop();
	assert!(matches!(
		write_with(&header, list).err(),
		Some(SnapshotError::Record {
			source: RecordError::Fault(Fault::Incomplete { slots: 1, .. }),
			..
		})
	));
	let mut list = accounts();
	let (_, slots) = list.iter_mut().find(|(head, _)| head.slot_count > 1).expect("a contract");
	slots[0].value = H256::repeat_byte(9);
	assert!(matches!(
		write_with(&header, list).err(),
		Some(SnapshotError::Record {
			source: RecordError::Fault(Fault::StorageRootDiffers { .. }),
			..
		})
	));
	let directory = TempDir::new().expect("a directory");
	let path = directory.path().join("snapshot.bin");
	drop(SnapshotWriter::create(&path, &header).expect("begun"));
	assert_eq!(fs::read_dir(directory.path()).expect("the directory").count(), 0);
}

#[test]
fn proved_without_a_block_header_fails() {
	let mut header = header(Scope::Full, None);
	let written = write_with(&header, accounts()).expect("written");
	// Trust is the last byte of the header.
	let mut bytes = fs::read(&written.path).expect("the file");
	let end = 14 + u32::from_be_bytes(bytes[10..14].try_into().expect("4 bytes")) as usize;
	assert_eq!(bytes[end - 1], 1);
	bytes[end - 1] = 0;
	assert!(matches!(read_bytes(&bytes), Err(SnapshotError::ProvedByNothing)));
	header.trust = Trust::Proved;
	let result = write_with(&header, accounts());
	assert!(matches!(result.err(), Some(SnapshotError::ProvedByNothing)));
}

#[test]
fn write_of_a_header_that_no_reader_takes_fails() {
	let mut header = header(Scope::Full, Some(state_root()));
	let block = alloy_consensus::Header {
		state_root: state_root().0.into(),
		number: 7,
		extra_data: vec![0; 9_000].into(),
		..Default::default()
	};
	header.block_header = alloy_rlp::encode(block);
	let result = write_with(&header, accounts());
	assert!(matches!(result.err(), Some(SnapshotError::HeaderLength { .. })));
}
