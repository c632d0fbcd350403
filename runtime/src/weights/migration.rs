//! Weights of `pallet-migration` on this runtime. Generated; do not edit.
//!
//! Made by `scripts/bench.sh weights --output runtime/src/weights/migration.rs`: 214 chunks,
//! 29 map chunks and 213 other calls of many kinds, one in a block, executed again in the
//! built runtime. The constants are a linear model of each block's shortest time, times the block that
//! takes longest beside what the model says (2.05 for chunks, 1.26 for map chunks),
//! an empty block apart.
//!
//! A weight is never below the model, and never below the database weights of the reads and writes
//! that [`CountedWeight`] counts: execution on a warm cache says nothing of a disk. The time of a
//! chunk's block has its authorisation in it, which is declared beside it and so counts twice: its path
//! may be longer than those that were measured.
//!
//! Proof size: a read or written key is counted with 2,600 bytes, five full branches of 16 hashes of 32
//! bytes on its path, as of a map of a million hashed keys. Keys of one block share their upper
//! branches: the recorded proofs of chunks took at most 0.229 of what was declared, and
//! 426 bytes for a slot.

use core::marker::PhantomData;

use frame_support::weights::Weight;
use pallet_migration::{
	weights::{ChunkWork, CountedWeight},
	WeightInfo,
};

/// Picoseconds of a chunk, whatever is in it.
const CHUNK: u64 = 331_932_413;
/// Picoseconds of a slot.
const SLOT: u64 = 17_264_403;
/// Picoseconds of an account, its proof and its code apart.
const ACCOUNT: u64 = 166_800_272;
/// Picoseconds of a byte of account proofs.
const PROOF_BYTE: u64 = 25_215;
/// Picoseconds of a code record, its bytes apart.
const CODE: u64 = 40_713_807;
/// Picoseconds of a byte of code.
const CODE_BYTE: u64 = 27_250;
/// Picoseconds of a map chunk, its entries apart.
const MAP_CHUNK: u64 = 0;
/// Picoseconds of an entry of the map.
const MAP_ENTRY: u64 = 40_070_078;
/// Picoseconds of a proposal.
const PROPOSE: u64 = 288_370_000;
/// Picoseconds of an activation.
const ACTIVATE: u64 = 98_026_001;
/// Picoseconds of a pause, and what weighs as much.
const PAUSE: u64 = 61_151_000;
/// Picoseconds of a consent.
const CONSENT: u64 = 46_839_001;
/// Picoseconds of what a funding account gets back later.
const RETURN_FUNDS: u64 = 89_423_000;
/// Picoseconds of an abort, with the end of a clean-up that finds nothing.
const ABORT: u64 = 99_078_000;
/// Picoseconds of a call after the import, its data and its gas apart.
const EXECUTE_CALL: u64 = 198_182_913;
/// Picoseconds of a byte of its data.
const CALL_BYTE: u64 = 15_774;
/// Picoseconds of settling collisions, whatever their number.
const RESOLVE: u64 = 191_638_336;
/// Picoseconds of a collision.
const RESOLVED: u64 = 31_690_964;
/// Picoseconds of a release, its accounts apart.
const RELEASE: u64 = 157_013_562;
/// Picoseconds of an account that is paid.
const RELEASED: u64 = 67_952_135;
/// Picoseconds of an account for which nothing waits.
const SKIPPED: u64 = 1_856_775;
/// Picoseconds of a clean-up, its steps apart.
const CLEAN_UP: u64 = 264_191_454;
/// Picoseconds of a step.
const CLEAN_UP_STEP: u64 = 8_474_370;

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
