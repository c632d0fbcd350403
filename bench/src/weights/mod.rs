//! `weights`: what the calls of `pallet-migration` take in the built runtime, as a Rust file for it.
//!
//! The runtime is the one of the node, without the feature `runtime-benchmarks`: chunks of many
//! kinds are imported one in a block, and every other call is made in a block of its own. The blocks
//! are executed again, and linear models of their times are found. The margin of each is the block that
//! takes longest beside what the model says. What the blocks took is held against what they declared.

mod aborted;
mod blocks;
mod calls;
mod completed;
mod file;
mod fit;
mod largest;
mod maker;
mod sources;
mod steps;
mod table;
mod units;

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{ensure, Context, Result};
use migration_tests::{node::Node, session::Session};

use crate::{
	args::WeightsArgs,
	measure::{measure, Block},
};
use blocks::Content;
use calls::{Kind, CALL_UNITS};
use fit::{Model, Sample};
use maker::Maker;
use table::Table;
use units::UNITS;

/// So many slots make what a block's proof has besides small.
const MANY_SLOTS: u64 = 200;

/// The times of everything, in nanoseconds.
#[derive(Debug)]
struct Times {
	/// A block of a remark, which is nearest to an empty one.
	empty: f64,
	/// A block of one chunk: fixed, slot, account, byte of proof, code, byte of code.
	chunk: Model<UNITS>,
	/// A block of one map chunk: fixed, entry.
	map: Model<2>,
	/// The largest ratio of a recorded proof to the declared proof size.
	largest_proof_ratio: f64,
	/// The most bytes of recorded proof for a slot, in chunks that are nothing but slots.
	slot_proof: f64,
	/// The blocks of chunks behind the model.
	chunks: Vec<Sample<UNITS>>,
	/// Blocks of map chunks behind the model.
	map_chunks: usize,
	/// A block of another call: fixed, unit, account for which nothing waits.
	calls: BTreeMap<Kind, Model<CALL_UNITS>>,
	/// Blocks of other calls behind the models.
	other_calls: usize,
}

/// Measures, prints and writes the file. Fails where a block took more than this runtime declares; the
/// file is written before.
pub(crate) async fn run(arguments: &WeightsArgs) -> Result<()> {
	let folder = tempfile::Builder::new().prefix("migration-bench-").tempdir()?;
	let mut node = Node::start().await?;
	let session = node.session().await?;
	let mut contents = BTreeMap::new();
	for (number, source) in sources::all().iter().enumerate() {
		eprintln!("{}", source.name);
		let folder = folder.path().join(number.to_string());
		fs::create_dir(&folder)?;
		blocks::import(&node, &session, source, &folder, &mut contents).await?;
	}
	let last_source = contents.keys().last().copied().context("no chunk was imported")?;
	make_calls(&session, folder.path(), &mut contents).await?;
	node.stop().await?;
	eprintln!("executing {} blocks again", contents.len());
	let numbers: Vec<u32> = contents.keys().copied().collect();
	let report = measure(&node.chain(), &numbers, arguments.repeat)?;
	let times = Times::of(&report.blocks, &contents, last_source)?;
	print(&times);
	let table = Table::of(&report.blocks, &contents)?;
	table.print();
	let text = file::render(&times);
	match &arguments.output {
		Some(path) => fs::write(path, text)
			.with_context(|| format!("{} cannot be written", path.display()))?,
		None => print!("{text}"),
	}
	table.check()
}

/// Makes blocks of all calls but chunks, beside the chunks that they need.
async fn make_calls(
	session: &Session,
	folder: &Path,
	contents: &mut BTreeMap<u32, Content>,
) -> Result<()> {
	let mut maker = Maker { session, contents };
	for migration in completed::all() {
		eprintln!("calls until the end, source {}", migration.chain_id);
		let folder = folder.join(format!("completed-{}", migration.chain_id));
		migration.run(&mut maker, &folder).await?;
	}
	let folder = folder.join("aborted");
	fs::create_dir(&folder)?;
	aborted::run(&mut maker, &folder).await
}

impl Times {
	/// Nanoseconds of a chunk and its units, with the margin, what every block takes apart.
	fn of_chunk(&self) -> [f64; UNITS] {
		beyond(self.chunk.with_margin(), self.empty)
	}

	/// Nanoseconds of a map chunk and its entries, likewise.
	fn of_map(&self) -> [f64; 2] {
		beyond(self.map.with_margin(), self.empty)
	}

	/// Nanoseconds of another call, its unit, and an account for which nothing waits, likewise.
	fn of_call(&self, kind: Kind) -> [f64; CALL_UNITS] {
		// All kinds are there.
		let times = self.calls.get(&kind).map(Model::with_margin).unwrap_or_default();
		beyond(times, self.empty)
	}

	/// Chunks up to the block `last_source` have much of one unit and little of the others: the times are
	/// theirs. The margin is that of all.
	fn of(blocks: &[Block], contents: &BTreeMap<u32, Content>, last_source: u32) -> Result<Self> {
		let of = |block: &Block| contents.get(&block.number).copied();
		// The shortest execution: other work on the machine only makes it longer. The time of the
		// processor is not exact enough for short blocks.
		let time = |block: &Block| block.executed.min_ns as f64;
		let remarks = blocks.iter().filter(|block| of(block) == Some(Content::Nothing));
		let empty = remarks.map(time).fold(f64::INFINITY, f64::min);
		ensure!(empty.is_finite(), "no block is of a remark");

		let (mut chunks, mut maps, mut slot_proofs) = (Vec::new(), Vec::new(), Vec::new());
		let (mut other_chunks, mut other_maps) = (Vec::new(), Vec::new());
		let mut calls: BTreeMap<Kind, Vec<Sample<CALL_UNITS>>> = BTreeMap::new();
		let mut largest_proof_ratio = 0f64;
		for block in blocks {
			match of(block) {
				Some(Content::Chunk(units)) => {
					let sample = Sample { units: units.row(), time: time(block) };
					if block.number <= last_source { &mut chunks } else { &mut other_chunks }
						.push(sample);
					if units.accounts == 0 && units.slots >= MANY_SLOTS {
						slot_proofs.push(block.proof_bytes as f64 / units.slots as f64);
					}
				}
				Some(Content::Map(entries)) => {
					let sample = Sample { units: [1.0, entries as f64], time: time(block) };
					if block.number <= last_source { &mut maps } else { &mut other_maps }
						.push(sample);
				}
				Some(Content::Call(call)) => {
					if let Some((kind, units)) = call.row() {
						calls.entry(kind).or_default().push(Sample { units, time: time(block) });
					}
					continue;
				}
				Some(Content::Nothing) | None => continue,
			}
			let ratio = block.proof_bytes as f64 / block.declared_proof().max(1.0);
			largest_proof_ratio = largest_proof_ratio.max(ratio);
		}
		ensure!(!slot_proofs.is_empty(), "no chunk is nothing but slots");
		ensure!(!chunks.is_empty() && !maps.is_empty(), "no block has a chunk, or a map chunk");
		let missing = Kind::ALL.into_iter().find(|kind| !calls.contains_key(kind));
		ensure!(missing.is_none(), "no block is of the kind {missing:?}");
		Ok(Self {
			empty,
			chunk: Model::also_of(&chunks, &other_chunks),
			map: Model::also_of(&maps, &other_maps),
			largest_proof_ratio,
			slot_proof: slot_proofs.iter().copied().fold(0.0, f64::max),
			chunks: [chunks, other_chunks].concat(),
			map_chunks: maps.len().saturating_add(other_maps.len()),
			other_calls: calls.values().map(Vec::len).sum(),
			calls: calls.iter().map(|(kind, samples)| (*kind, Model::of(samples))).collect(),
		})
	}
}

/// Takes an empty block off what is fixed.
fn beyond<const N: usize>(mut times: [f64; N], empty: f64) -> [f64; N] {
	times[0] = (times[0] - empty).max(0.0);
	times
}

fn print(times: &Times) {
	let names = ["chunk", "slot", "account", "byte of proof", "code", "byte of code"];
	println!("{:<14} {:>12} {:>14}", "nanoseconds", "nearest", "written");
	let margin = times.of_chunk();
	for ((name, time), with_margin) in names.iter().zip(times.chunk.times).zip(margin) {
		println!("{name:<14} {time:>12.1} {with_margin:>14.1}");
	}
	let margin = times.of_map();
	for ((name, time), with_margin) in
		["map chunk", "entry"].iter().zip(times.map.times).zip(margin)
	{
		println!("{name:<14} {time:>12.1} {with_margin:>14.1}");
	}
	println!(
		"{} chunks: measured {:.2} to {:.2} of the model; {} map chunks: {:.2} to {:.2}; an empty \
		 block {:.0}",
		times.chunks.len(),
		times.chunk.smallest_ratio,
		times.chunk.largest_ratio,
		times.map_chunks,
		times.map.smallest_ratio,
		times.map.largest_ratio,
		times.empty,
	);
	let mut samples: Vec<&Sample<UNITS>> = times.chunks.iter().collect();
	samples.sort_by(|one, other| times.chunk.ratio(other).total_cmp(&times.chunk.ratio(one)));
	println!("the chunks that take longest beside the model, and their units in the order above:");
	for sample in samples.iter().take(5) {
		let (ratio, milliseconds) = (times.chunk.ratio(sample), sample.time / 1e6);
		println!("  {ratio:.2}: {milliseconds:.2} ms, {:?}", sample.units);
	}
	println!(
		"{} other calls beyond a block of a remark; their unit; an account for which nothing waits:",
		times.other_calls,
	);
	for (kind, model) in &times.calls {
		let [call, unit, skipped] = times.of_call(*kind);
		println!(
			"{:<14} {call:>14.1} {unit:>12.1} {skipped:>12.1}, measured {:.2} to {:.2} of the model",
			format!("{kind:?}"),
			model.smallest_ratio,
			model.largest_ratio,
		);
	}
	println!(
		"recorded proof of chunks at most {:.3} of the declared proof size; at most {:.0} bytes for a slot",
		times.largest_proof_ratio, times.slot_proof,
	);
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn beyond_an_empty_block_changes_what_is_fixed() {
		assert_eq!(beyond([5.0, 2.0], 3.0), [2.0, 2.0]);
		assert_eq!(beyond([5.0, 2.0], 7.0), [0.0, 2.0]);
	}
}
