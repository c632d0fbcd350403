//! The bounds of chunks, and that the heaviest fits.

use std::slice;

use frame_support::traits::Hooks;
use migration_primitives::item::{AccountHead, Slot};

use super::*;
use crate::weights::{heaviest_chunk, ChunkWork};

fn integrity_test() {
	<Migration as Hooks<u32>>::integrity_test();
}

/// Blocks of a parachain, whose proofs have five mebibytes, and chunks that fit them
/// (`docs/integration.md`).
pub(super) fn become_a_parachain() {
	BlockProofSize::set(5 << 20);
	MaxChunkAccounts::set(16);
	MaxChunkSlots::set(300);
	MaxMapChunkBytes::set(2_624);
}

#[test]
fn integrity_test_with_these_constants_works() {
	integrity_test();
}

#[test]
fn integrity_test_of_a_parachain_works() {
	become_a_parachain();
	integrity_test();
}

#[test]
#[should_panic(expected = "the heaviest chunk")]
fn integrity_test_of_a_parachain_with_more_accounts_fails() {
	become_a_parachain();
	MaxChunkAccounts::set(21);
	integrity_test();
}

#[test]
#[should_panic(expected = "the heaviest chunk")]
fn integrity_test_of_a_parachain_with_more_slots_fails() {
	become_a_parachain();
	MaxChunkSlots::set(370);
	integrity_test();
}

#[test]
#[should_panic(expected = "the heaviest map chunk")]
fn integrity_test_of_a_parachain_with_longer_map_chunks_fails() {
	become_a_parachain();
	MaxMapChunkBytes::set(2_870);
	integrity_test();
}

#[test]
#[should_panic(expected = "must take the longest entry")]
fn integrity_test_of_map_chunks_shorter_than_an_entry_fails() {
	MaxMapChunkBytes::set(124);
	integrity_test();
}

#[test]
#[should_panic(expected = "a chunk must take an account, and a slot")]
fn integrity_test_of_chunks_without_accounts_fails() {
	MaxChunkAccounts::set(0);
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
#[should_panic(expected = "the heaviest chunk")]
fn integrity_test_of_chunks_with_too_many_accounts_fails() {
	MaxChunkAccounts::set(100_000);
	MaxChunkBytes::set(1_000_000);
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
	let then = |first: &[u8], count: u32, second: &[u8]| {
		let mut chunk = first.repeat(count as usize);
		let room = MaxChunkBytes::get() as usize - chunk.len();
		chunk.extend(second.repeat(room / second.len()));
		chunk
	};
	for (accounts, slots) in [(900, 2_000), (16, 300), (300, 16), (1, 1)] {
		MaxChunkAccounts::set(accounts);
		MaxChunkSlots::set(slots);
		let chunks = [
			filled(slice::from_ref(&head)),
			filled(&[code_head(&[0]), code_record(&[0])]),
			[code_record(&[0]), filled(&[code_head(&[0]), code_record(&[0])])].concat(),
			filled(&[code_record(&[0])]),
			filled(&[code_head(&long), code_record(&long)]),
			filled(&[code_record(&long)]),
			filled(&[head.clone(), slot.clone()]),
			filled(slice::from_ref(&slot)),
			then(&slot, slots, &head),
			then(&head, accounts, &slot),
		];
		let heaviest = heaviest_chunk::<Test>();
		for (number, chunk) in chunks.iter().enumerate() {
			let weight = Migration::chunk_weight(chunk);
			assert!(weight.all_lte(heaviest), "chunk {number}: {weight:?}, at most {heaviest:?}");
		}
	}
}

#[test]
fn accounts_and_slots_beyond_the_limits_weigh_as_one_works() {
	MaxChunkAccounts::set(3);
	MaxChunkSlots::set(5);
	let weight = |accounts: usize, slots: usize| {
		let head = head_record(&external(0x11, 0, 0).head());
		let slot = slot_record(&Slot { key: word(1), value: word(1) });
		Migration::chunk_weight(&[head.repeat(accounts), slot.repeat(slots)].concat())
	};
	assert_eq!(weight(4, 6), weight(40, 60));
	assert!(weight(3, 5).all_lt(weight(4, 6)));
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
