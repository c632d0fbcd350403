//! Weights of `pallet-migration` on this runtime. Generated; do not edit.
//!
//! Made by `scripts/bench.sh weights --output runtime/src/weights/migration.rs`: 65 chunks,
//! 20 map chunks and 0 other calls of many kinds, one in a block, executed again in the
//! built runtime. The constants are a linear model of each block's shortest time, times the block that
//! takes longest beside what the model says (1.86 for chunks, 1.13 for map chunks),
//! an empty block apart.
//!
//! A weight is never below the model, and never below the database weights of the reads and writes
//! that [`CountedWeight`] counts: execution on a warm cache says nothing of a disk. The time of a
//! chunk's block has its authorisation in it, which is declared beside it and so counts twice: its path
//! may be longer than those that were measured.
//!
//! Proof size: a read or written key is counted with 2,600 bytes, five full branches of 16 hashes of 32
//! bytes on its path, as of a map of a million hashed keys. Keys of one block share their upper
//! branches: the recorded proofs of chunks took at most 0.190 of what was declared, and
//! 285 bytes for a slot.

use core::marker::PhantomData;

use frame_support::weights::Weight;
use pallet_migration::{
	weights::{ChunkWork, CountedWeight},
	WeightInfo,
};

/// Picoseconds of a chunk, whatever is in it.
const CHUNK: u64 = 182_489_074;
/// Picoseconds of a slot.
const SLOT: u64 = 19_999_356;
/// Picoseconds of an account, its proof and its code apart.
const ACCOUNT: u64 = 175_201_538;
/// Picoseconds of a byte of account proofs.
const PROOF_BYTE: u64 = 29_246;
/// Picoseconds of a code record, its bytes apart.
const CODE: u64 = 65_390_070;
/// Picoseconds of a byte of code.
const CODE_BYTE: u64 = 26_411;
/// Picoseconds of a map chunk, its entries apart.
const MAP_CHUNK: u64 = 0;
/// Picoseconds of an entry of the map.
const MAP_ENTRY: u64 = 41_188_646;
/// Picoseconds of a proposal.
const PROPOSE: u64 = 0;
/// Picoseconds of an activation.
const ACTIVATE: u64 = 0;
/// Picoseconds of a pause, and what weighs as much.
const PAUSE: u64 = 0;
/// Picoseconds of a consent.
const CONSENT: u64 = 0;
/// Picoseconds of what a funding account gets back later.
const RETURN_FUNDS: u64 = 0;
/// Picoseconds of an abort, with the end of a clean-up that finds nothing.
const ABORT: u64 = 0;
/// Picoseconds of a call after the import, its data and its gas apart.
const EXECUTE_CALL: u64 = 0;
/// Picoseconds of a byte of its data.
const CALL_BYTE: u64 = 0;
/// Picoseconds of settling collisions, whatever their number.
const RESOLVE: u64 = 0;
/// Picoseconds of a collision.
const RESOLVED: u64 = 0;
/// Picoseconds of a release, its accounts apart.
const RELEASE: u64 = 0;
/// Picoseconds of an account that is paid.
const RELEASED: u64 = 0;
/// Picoseconds of an account for which nothing waits.
const SKIPPED: u64 = 0;
/// Picoseconds of a clean-up, its steps apart.
const CLEAN_UP: u64 = 0;
/// Picoseconds of a step.
const CLEAN_UP_STEP: u64 = 0;

/// Weights of the calls.
pub struct MeasuredWeight<T>(PhantomData<T>);

/// Adds up times of so many units each.
fn time(base: u64, units: &[(u64, u32)]) -> Weight {
	let sum = units
		.iter()
		.fold(base, |sum, (each, count)| sum.saturating_add(each.saturating_mul((*count).into())));
	Weight::from_parts(sum, 0)
}

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {
	fn propose() -> Weight {
		CountedWeight::<T>::propose().max(time(PROPOSE, &[]))
	}

	fn submit_map_chunk(entries: u32) -> Weight {
		CountedWeight::<T>::submit_map_chunk(entries).max(time(MAP_CHUNK, &[(MAP_ENTRY, entries)]))
	}

	fn submit_chunk(work: ChunkWork) -> Weight {
		let ChunkWork { accounts, codes, code_bytes, slots, proof_bytes } = work;
		let measured = time(
			CHUNK,
			&[
				(SLOT, slots),
				(ACCOUNT, accounts),
				(PROOF_BYTE, proof_bytes),
				(CODE, codes),
				(CODE_BYTE, code_bytes),
			],
		);
		CountedWeight::<T>::submit_chunk(work).max(measured)
	}

	fn authorize_map_chunk(bytes: u32, nodes: u32) -> Weight {
		CountedWeight::<T>::authorize_map_chunk(bytes, nodes)
	}

	fn authorize_chunk(bytes: u32, nodes: u32) -> Weight {
		CountedWeight::<T>::authorize_chunk(bytes, nodes)
	}

	fn activate() -> Weight {
		CountedWeight::<T>::activate().max(time(ACTIVATE, &[]))
	}

	fn release(accounts: u32) -> Weight {
		CountedWeight::<T>::release(accounts).max(time(RELEASE, &[(RELEASED, accounts)]))
	}

	fn release_skipped(accounts: u64) -> Weight {
		let measured = Weight::from_parts(SKIPPED.saturating_mul(accounts), 0);
		CountedWeight::<T>::release_skipped(accounts).max(measured)
	}

	fn pause() -> Weight {
		CountedWeight::<T>::pause().max(time(PAUSE, &[]))
	}

	fn consent() -> Weight {
		CountedWeight::<T>::consent().max(time(CONSENT, &[]))
	}

	fn return_funds() -> Weight {
		CountedWeight::<T>::return_funds().max(time(RETURN_FUNDS, &[]))
	}

	fn abort() -> Weight {
		CountedWeight::<T>::abort().max(time(ABORT, &[]))
	}

	fn clean_up(steps: u32) -> Weight {
		// Linear, since a block finds from one step how many it has room for.
		let (base, one) = (CountedWeight::<T>::clean_up(0), CountedWeight::<T>::clean_up(1));
		let step = one.saturating_sub(base).max(time(CLEAN_UP_STEP, &[]));
		base.max(time(CLEAN_UP, &[])).saturating_add(step.saturating_mul(steps.into()))
	}

	fn resolve(accounts: u32) -> Weight {
		CountedWeight::<T>::resolve(accounts).max(time(RESOLVE, &[(RESOLVED, accounts)]))
	}

	fn execute_call(bytes: u32) -> Weight {
		CountedWeight::<T>::execute_call(bytes).max(time(EXECUTE_CALL, &[(CALL_BYTE, bytes)]))
	}
}
