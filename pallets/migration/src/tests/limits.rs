//! The bounds of chunks, and that the heaviest fits.

use std::slice;

use frame_support::traits::Hooks;
use migration_primitives::item::{AccountHead, Slot};

use super::*;
use crate::weights::{heaviest_chunk, ChunkWork};

fn integrity_test() {
	<Migration as Hooks<u32>>::integrity_test();
}

#[test]
fn integrity_test_with_these_constants_works() {
	integrity_test();
}

#[test]
#[should_panic(expected = "the heaviest chunk")]
fn integrity_test_of_chunks_that_are_too_heavy_fails() {
	MaxChunkSlots::set(100_000);
	MaxChunkBytes::set(1_900_000);
	integrity_test();
}

#[test]
#[should_panic(expected = "exceeds the share")]
fn integrity_test_of_chunks_that_are_too_long_fails() {
	MaxChunkBytes::set(1_966_080);
	integrity_test();
}

#[test]
#[should_panic(expected = "must exceed the longest code")]
fn integrity_test_of_chunks_shorter_than_code_fails() {
	MaxChunkBytes::set(65_600);
	integrity_test();
}

/// As many records of one kind as a chunk's bytes allow, or of two kinds in turn.
fn filled(records: &[Vec<u8>]) -> Vec<u8> {
	let limit = MaxChunkBytes::get() as usize;
	let mut chunk = vec![];
	for record in records.iter().cycle() {
		if chunk.len() + record.len() > limit {
			break;
		}
		chunk.extend_from_slice(record);
	}
	chunk
}

#[test]
fn heaviest_chunk_is_heavier_than_any_works() {
	let head = head_record(&external(0x11, 0, 0).head());
	let code_head = |code: &[u8]| head_record(&contract(0x11, code, 0).head());
	let slot = slot_record(&Slot { key: word(1), value: word(1) });
	let long = vec![0x5b; 65_536];
	let slots = filled(slice::from_ref(&slot));
	let mut slots_then_heads = slot.repeat(MaxChunkSlots::get() as usize);
	let room = MaxChunkBytes::get() as usize - slots_then_heads.len();
	slots_then_heads.extend(head.repeat(room / head.len()));
	let chunks = [
		filled(slice::from_ref(&head)),
		filled(&[code_head(&[0]), code_record(&[0])]),
		filled(&[code_record(&[0])]),
		filled(&[code_head(&long), code_record(&long)]),
		filled(&[code_record(&long)]),
		filled(&[head, slot]),
		slots,
		slots_then_heads,
	];
	let heaviest = heaviest_chunk::<Test>();
	for (number, chunk) in chunks.iter().enumerate() {
		let weight = Migration::chunk_weight(chunk);
		assert!(weight.all_lte(heaviest), "chunk {number}: {weight:?}, at most {heaviest:?}");
	}
}

#[test]
fn work_of_a_chunk_counts_its_records_works() {
	let account = contract(0x11, &[1, 2, 3], 5);
	let chunk = [account.records().concat(), external(0x12, 0, 0).records().concat()].concat();
	let work = ChunkWork { accounts: 2, codes: 1, code_bytes: 3, slots: 5, ..Default::default() };
	assert_eq!(ChunkWork::of(&chunk), work);
	// Code that belongs to the account of the chunk before.
	assert_eq!(ChunkWork::of(&chunk[head_record(&account.head()).len()..]).codes, 1);
	assert_eq!(ChunkWork::of(&[]), ChunkWork::default());
}

#[test]
fn work_ends_where_a_chunk_cannot_be_read_works() {
	let account = contract(0x11, &[1, 2, 3], 5);
	let broken = [account.records().concat(), vec![0xff], account.records().concat()].concat();
	let work = ChunkWork { accounts: 1, codes: 1, code_bytes: 3, slots: 5, ..Default::default() };
	assert_eq!(ChunkWork::of(&broken), work);
	// The first may belong to a head before; the second cannot be applied.
	let codes = code_record(&[7]).repeat(1_000);
	let work = ChunkWork { accounts: 1, codes: 1, code_bytes: 1, ..Default::default() };
	assert_eq!(ChunkWork::of(&codes), work);
	let head = AccountHead { proof: vec![vec![1; 70], vec![2; 30]], ..account.head() };
	let work = ChunkWork { accounts: 1, proof_bytes: 100, ..Default::default() };
	assert_eq!(ChunkWork::of(&head_record(&head)), work);
}
