//! The Rust file of the runtime.

use super::{calls::Kind, Times};

/// Picoseconds of a nanosecond.
const PICOSECONDS: f64 = 1e3;

/// The file's text.
pub(super) fn render(times: &Times) -> String {
	[head(times), constants(times), CALLS.to_owned()].join("\n")
}

fn head(times: &Times) -> String {
	let (chunks, map_chunks) = (times.chunks.len(), times.map_chunks);
	let other_calls = times.other_calls;
	let chunk_margin = times.chunk.largest_ratio.max(1.0);
	let map_margin = times.map.largest_ratio.max(1.0);
	let (proof_ratio, slot_proof) = (times.largest_proof_ratio, times.slot_proof);
	format!(
		"//! Weights of `pallet-migration` on this runtime. Generated; do not edit.
//!
//! Made by `scripts/bench.sh weights --output runtime/src/weights/migration.rs`: {chunks} chunks,
//! {map_chunks} map chunks and {other_calls} other calls of many kinds, one in a block, executed again in the
//! built runtime. The constants are a linear model of each block's shortest time, times the block that
//! takes longest beside what the model says ({chunk_margin:.2} for chunks, {map_margin:.2} for map chunks),
//! an empty block apart.
//!
//! A weight is never below the model, and never below the database weights of the reads and writes
//! that [`CountedWeight`] counts: execution on a warm cache says nothing of a disk. The time of a
//! chunk's block has its authorisation in it, which is declared beside it and so counts twice: its path
//! may be longer than those that were measured.
//!
//! Proof size: a read or written key is counted with 2,600 bytes, five full branches of 16 hashes of 32
//! bytes on its path, as of a map of a million hashed keys. Keys of one block share their upper
//! branches: the recorded proofs of chunks took at most {proof_ratio:.3} of what was declared, and
//! {slot_proof:.0} bytes for a slot.

use core::marker::PhantomData;

use frame_support::weights::Weight;
use pallet_migration::{{
	weights::{{ChunkWork, CountedWeight}},
	WeightInfo,
}};
"
	)
}

fn constants(times: &Times) -> String {
	let [chunk, slot, account, proof_byte, code, code_byte] = times.of_chunk();
	let [map_chunk, entry] = times.of_map();
	let [propose, ..] = times.of_call(Kind::Propose);
	let [activate, ..] = times.of_call(Kind::Activate);
	let [pause, ..] = times.of_call(Kind::Pause);
	let [consent, ..] = times.of_call(Kind::Consent);
	let [return_funds, ..] = times.of_call(Kind::ReturnFunds);
	let [abort, ..] = times.of_call(Kind::Abort);
	let [execute_call, call_byte, _] = times.of_call(Kind::ExecuteCall);
	let [resolve, resolved, _] = times.of_call(Kind::Resolve);
	let [release, released, skipped] = times.of_call(Kind::Release);
	let [clean_up, step, _] = times.of_call(Kind::CleanUp);
	[
		("CHUNK", "a chunk, whatever is in it", chunk),
		("SLOT", "a slot", slot),
		("ACCOUNT", "an account, its proof and its code apart", account),
		("PROOF_BYTE", "a byte of account proofs", proof_byte),
		("CODE", "a code record, its bytes apart", code),
		("CODE_BYTE", "a byte of code", code_byte),
		("MAP_CHUNK", "a map chunk, its entries apart", map_chunk),
		("MAP_ENTRY", "an entry of the map", entry),
		("PROPOSE", "a proposal", propose),
		("ACTIVATE", "an activation", activate),
		("PAUSE", "a pause, and what weighs as much", pause),
		("CONSENT", "a consent", consent),
		("RETURN_FUNDS", "what a funding account gets back later", return_funds),
		("ABORT", "an abort, with the end of a clean-up that finds nothing", abort),
		("EXECUTE_CALL", "a call after the import, its data and its gas apart", execute_call),
		("CALL_BYTE", "a byte of its data", call_byte),
		("RESOLVE", "settling collisions, whatever their number", resolve),
		("RESOLVED", "a collision", resolved),
		("RELEASE", "a release, its accounts apart", release),
		("RELEASED", "an account that is paid", released),
		("SKIPPED", "an account for which nothing waits", skipped),
		("CLEAN_UP", "a clean-up, its steps apart", clean_up),
		("CLEAN_UP_STEP", "a step", step),
	]
	.map(|(name, of, time)| {
		format!("/// Picoseconds of {of}.\nconst {name}: u64 = {};\n", picoseconds(time))
	})
	.concat()
}

/// What does not depend on figures.
const CALLS: &str = "/// Weights of the calls.
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

	fn times() -> Times {
		let model = |times| Model { times, largest_ratio: 1.2, smallest_ratio: 0.9 };
		let call = Model { times: [500.0, 1.0, 0.5], largest_ratio: 1.5, smallest_ratio: 0.5 };
		Times {
			empty: 100.0,
			chunk: model([1.0; 6]),
			map: Model { times: [1.0; 2], largest_ratio: 1.1, smallest_ratio: 0.9 },
			largest_proof_ratio: 0.5,
			slot_proof: 90.0,
			chunks: vec![Sample { units: [1.0; 6], time: 5.0 }],
			map_chunks: 1,
			calls: Kind::ALL.into_iter().map(|kind| (kind, call)).collect(),
			other_calls: 10,
		}
	}

	#[test]
	fn render_has_a_weight_for_every_call() {
		let file = render(&times());
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
	fn render_has_every_time_beyond_an_empty_block() {
		let file = render(&times());
		// 500 nanoseconds by a margin of 1.5, and 100 of an empty block.
		assert_eq!(file.matches(": u64 = 650_000;").count(), Kind::ALL.len());
		assert!(file.contains("\nconst CLEAN_UP_STEP: u64 = 1_500;\n"), "{file}");
		assert!(file.contains("\nconst SKIPPED: u64 = 750;\n"), "{file}");
	}

	#[test]
	fn render_declares_authorisations_besides() {
		let file = render(&times());
		for call in ["authorize_map_chunk", "authorize_chunk"] {
			let counted = format!("\t\tCountedWeight::<T>::{call}(bytes, nodes)\n");
			assert!(file.contains(&counted), "{call}");
		}
	}

	#[test]
	fn picoseconds_have_separators() {
		assert_eq!(picoseconds(0.0), "0");
		assert_eq!(picoseconds(0.9991), "1_000");
		assert_eq!(picoseconds(123.0), "123_000");
		assert_eq!(picoseconds(1_234_567.0), "1_234_567_000");
	}
}
