//! The Rust file of the runtime.

use super::Times;

/// Picoseconds of a nanosecond.
const PICOSECONDS: f64 = 1e3;

/// The file's text.
pub(super) fn render(times: &Times) -> String {
	let [chunk, slot, account, proof_byte, code, code_byte] = times.of_chunk().map(picoseconds);
	let [map_chunk, entry] = times.of_map().map(picoseconds);
	let (chunks, map_chunks) = (times.chunks.len(), times.map_chunks);
	let chunk_margin = times.chunk.largest_ratio.max(1.0);
	let map_margin = times.map.largest_ratio.max(1.0);
	let (proof_ratio, slot_proof) = (times.largest_proof_ratio, times.slot_proof);
	format!(
		"//! Weights of `pallet-migration` on this runtime. Generated; do not edit.
//!
//! Made by `scripts/bench.sh weights --output runtime/src/weights/migration.rs`: {chunks} chunks and
//! {map_chunks} map chunks of many kinds, one in a block, executed again in the built runtime. The
//! constants are a linear model of each block's shortest time, times the block that takes longest beside
//! what the model says ({chunk_margin:.2} for chunks, {map_margin:.2} for map chunks), an empty block apart.
//!
//! A weight is never below the model, and never below the database weights of the reads and writes
//! that [`CountedWeight`] counts: execution on a warm cache says nothing of a disk.
//!
//! Proof size: a read or written key is counted with 2,600 bytes, five full branches of 16 hashes of 32
//! bytes on its path, as of a map of a million hashed keys. Keys of one block share their upper
//! branches: the recorded proofs took at most {proof_ratio:.3} of what was declared, and {slot_proof:.0}
//! bytes for a slot.

use core::marker::PhantomData;

use frame_support::weights::Weight;
use pallet_migration::{{
	weights::{{ChunkWork, CountedWeight}},
	WeightInfo,
}};

/// Picoseconds of a chunk, whatever is in it.
const CHUNK: u64 = {chunk};
/// Picoseconds of a slot.
const SLOT: u64 = {slot};
/// Picoseconds of an account, its proof and its code apart.
const ACCOUNT: u64 = {account};
/// Picoseconds of a byte of account proofs.
const PROOF_BYTE: u64 = {proof_byte};
/// Picoseconds of a code record, its bytes apart.
const CODE: u64 = {code};
/// Picoseconds of a byte of code.
const CODE_BYTE: u64 = {code_byte};
/// Picoseconds of a map chunk, its entries apart.
const MAP_CHUNK: u64 = {map_chunk};
/// Picoseconds of an entry of the map.
const MAP_ENTRY: u64 = {entry};

/// Weights of the calls.
pub struct MeasuredWeight<T>(PhantomData<T>);

/// Adds up times of so many units each.
fn time(base: u64, units: &[(u64, u32)]) -> Weight {{
	let sum = units
		.iter()
		.fold(base, |sum, (each, count)| sum.saturating_add(each.saturating_mul((*count).into())));
	Weight::from_parts(sum, 0)
}}

impl<T: frame_system::Config> WeightInfo for MeasuredWeight<T> {{
	fn submit_map_chunk(entries: u32) -> Weight {{
		CountedWeight::<T>::submit_map_chunk(entries).max(time(MAP_CHUNK, &[(MAP_ENTRY, entries)]))
	}}

	fn submit_chunk(work: ChunkWork) -> Weight {{
		let ChunkWork {{ accounts, codes, code_bytes, slots, proof_bytes }} = work;
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
	}}

{COUNTED}}}
"
	)
}

/// The calls that are made a few times in a migration keep what is counted.
const COUNTED: &str = "	fn propose() -> Weight {
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
";

/// Whole picoseconds, rounded up, in digits with separators as Rust writes them.
fn picoseconds(nanoseconds: f64) -> String {
	let digits = ((nanoseconds * PICOSECONDS).ceil() as u64).to_string();
	let mut text = String::new();
	for (index, digit) in digits.chars().enumerate() {
		if index > 0 && (digits.len() - index).is_multiple_of(3) {
			text.push('_');
		}
		text.push(digit);
	}
	text
}

#[cfg(test)]
mod tests {
	use super::{
		super::fit::{Model, Sample},
		*,
	};

	#[test]
	fn render_has_a_weight_for_every_call() {
		let model = |times| Model { times, largest_ratio: 1.2, smallest_ratio: 0.9 };
		let times = Times {
			empty: 100.0,
			chunk: model([1.0; 6]),
			map: Model { times: [1.0; 2], largest_ratio: 1.1, smallest_ratio: 0.9 },
			largest_proof_ratio: 0.5,
			slot_proof: 90.0,
			chunks: vec![Sample { units: [1.0; 6], time: 5.0 }],
			map_chunks: 1,
		};
		let file = render(&times);
		let source = include_str!("../../../pallets/migration/src/weights/mod.rs");
		let (_, declared) = source.split_once("pub trait WeightInfo {").unwrap_or_default();
		let (declared, _) = declared.split_once("\n}").unwrap_or_default();
		let calls: Vec<&str> = declared
			.lines()
			.filter_map(|line| line.strip_prefix("\tfn "))
			.filter_map(|line| line.strip_suffix(" -> Weight;"))
			.collect();
		assert!(calls.len() > 10, "{calls:?}");
		for call in &calls {
			assert!(file.contains(&format!("\tfn {call} -> Weight {{")), "{call}");
		}
		assert_eq!(file.matches("\tfn ").count(), calls.len());
	}

	#[test]
	fn picoseconds_have_separators() {
		assert_eq!(picoseconds(0.0), "0");
		assert_eq!(picoseconds(0.9991), "1_000");
		assert_eq!(picoseconds(123.0), "123_000");
		assert_eq!(picoseconds(1_234_567.0), "1_234_567_000");
	}
}
