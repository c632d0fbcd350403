//! Weights of `pallet-migration` on this runtime. Generated; do not edit.
//!
//! Made by `scripts/bench.sh weights --output runtime/src/weights/migration.rs`: 65 chunks and
//! 20 map chunks of many kinds, one in a block, executed again in the built runtime. The
//! constants are a linear model of each block's shortest time, times the block that takes longest beside
//! what the model says (1.86 for chunks, 1.13 for map chunks), an empty block apart.
//!
//! A weight is never below the model, and never below the database weights of the reads and writes
//! that [`CountedWeight`] counts: execution on a warm cache says nothing of a disk.
//!
//! Proof size: a read or written key is counted with 2,600 bytes, five full branches of 16 hashes of 32
//! bytes on its path, as of a map of a million hashed keys. Keys of one block share their upper
//! branches: the recorded proofs took at most 0.190 of what was declared, and 285
//! bytes for a slot.

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

	fn propose() -> Weight {
		CountedWeight::<T>::propose()
	}

	fn authorize_map_chunk(bytes: u32, nodes: u32) -> Weight {
		CountedWeight::<T>::authorize_map_chunk(bytes, nodes)
	}

	fn authorize_chunk(bytes: u32, nodes: u32) -> Weight {
		CountedWeight::<T>::authorize_chunk(bytes, nodes)
	}

	fn activate() -> Weight {
		CountedWeight::<T>::activate()
	}

	fn release(accounts: u32) -> Weight {
		CountedWeight::<T>::release(accounts)
	}

	fn release_skipped(accounts: u64) -> Weight {
		CountedWeight::<T>::release_skipped(accounts)
	}

	fn pause() -> Weight {
		CountedWeight::<T>::pause()
	}

	fn consent() -> Weight {
		CountedWeight::<T>::consent()
	}

	fn return_funds() -> Weight {
		CountedWeight::<T>::return_funds()
	}

	fn abort() -> Weight {
		CountedWeight::<T>::abort()
	}

	fn clean_up(steps: u32) -> Weight {
		CountedWeight::<T>::clean_up(steps)
	}

	fn resolve(accounts: u32) -> Weight {
		CountedWeight::<T>::resolve(accounts)
	}

	fn execute_call(bytes: u32) -> Weight {
		CountedWeight::<T>::execute_call(bytes)
	}
}
