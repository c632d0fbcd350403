//! What a run of blocks says of one slot.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Serialize;

use crate::{
	measure::{Block, Report},
	stats::median,
};

/// Blocks with less than this part of the fullest one's slots say little of a slot.
const FULL: f64 = 0.8;

/// A block that was executed again, with the slots that it wrote.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Measured {
	/// The slots.
	pub(super) slots: u64,
	/// The block.
	#[serde(flatten)]
	pub(super) block: Block,
}

/// Figures of the full blocks of a run; times are medians over these of each block's median.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Figures {
	/// Blocks behind the figures.
	pub(super) blocks: usize,
	/// Slots of the fullest block.
	pub(super) slots_per_block: u64,
	/// Nanoseconds of execution for a slot.
	pub(super) slot_ns: f64,
	/// Nanoseconds of a processor for a slot, which other work on the machine hardly changes.
	pub(super) processor_slot_ns: f64,
	/// The same in the first third of these blocks.
	pub(super) first_slot_ns: f64,
	/// The same in the last third.
	pub(super) last_slot_ns: f64,
	/// Bytes of transactions for a slot.
	pub(super) slot_bytes: f64,
	/// Bytes of recorded proof for a slot.
	pub(super) slot_proof: f64,
	/// The most of a processor that a block took beside its declared time.
	pub(super) time_to_declared: f64,
	/// The same of the recorded proof beside the declared proof size; none where none is declared.
	pub(super) proof_to_declared: Option<f64>,
	/// Milliseconds of the longest block.
	pub(super) longest_block_ms: f64,
	/// Bytes of the full blocks' transactions.
	pub(super) block_bytes: u64,
	/// Blocks that exceed a limit of the runtime.
	pub(super) exceeded: u64,
	/// Blocks that take more of a processor, or of recorded proof, than they declare.
	pub(super) undeclared: u64,
}

/// Joins blocks with the slots that they wrote; blocks that wrote none are left out.
pub(super) fn join(report: &Report, slots: &BTreeMap<u32, u64>) -> Vec<Measured> {
	let join = |block: &Block| {
		let slots = *slots.get(&block.number)?;
		(slots > 0).then_some(Measured { slots, block: block.clone() })
	};
	report.blocks.iter().filter_map(join).collect()
}

impl Figures {
	/// Of blocks in order.
	pub(super) fn of(measured: &[Measured]) -> Result<Self> {
		let most = measured.iter().map(|block| block.slots).max().context("no block has slots")?;
		let full: Vec<&Measured> =
			measured.iter().filter(|block| block.slots as f64 >= FULL * most as f64).collect();
		let per_slot = |blocks: &[&Measured], figure: fn(&Block) -> f64| {
			let figures = blocks.iter().map(|one| figure(&one.block) / one.slots as f64).collect();
			median(figures).context("no block is full")
		};
		let largest = |figure: fn(&Block) -> f64| {
			measured.iter().map(|one| figure(&one.block)).fold(f64::NAN, f64::max)
		};
		let time = |block: &Block| block.executed.median_ns as f64;
		let is_undeclared = |block: &Block| {
			block.processor_ns() > block.declared_ns()
				|| block.proof_bytes as f64 > block.declared_proof()
		};
		let third = full.len().div_ceil(3);
		let proof_to_declared = largest(|block| {
			block.proof_bytes as f64 / block.declared_proof().max(f64::MIN_POSITIVE)
		});
		Ok(Self {
			blocks: full.len(),
			slots_per_block: most,
			slot_ns: per_slot(&full, time)?,
			processor_slot_ns: per_slot(&full, Block::processor_ns)?,
			first_slot_ns: per_slot(&full[..third], Block::processor_ns)?,
			last_slot_ns: per_slot(&full[full.len().saturating_sub(third)..], Block::processor_ns)?,
			slot_bytes: per_slot(&full, |block| block.length as f64)?,
			slot_proof: per_slot(&full, |block| block.proof_bytes as f64)?,
			time_to_declared: largest(|block| {
				block.processor_ns() / block.declared_ns().max(f64::MIN_POSITIVE)
			}),
			proof_to_declared: measured
				.iter()
				.all(|one| one.block.declared_proof() > 0.0)
				.then_some(proof_to_declared),
			longest_block_ms: largest(|block| block.executed.median_ns as f64 / 1e6),
			block_bytes: median(full.iter().map(|one| one.block.length as f64).collect())
				.context("no block is full")? as u64,
			exceeded: measured.iter().filter(|one| !one.block.exceeded.is_empty()).count() as u64,
			undeclared: measured.iter().filter(|one| is_undeclared(&one.block)).count() as u64,
		})
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::measure::{Declared, Times, Weight};

	fn block(number: u32, median_ns: u64) -> Block {
		let weight = |ref_time| Weight { ref_time, proof_size: 50 };
		Block {
			number,
			calls: BTreeMap::new(),
			length: 400,
			declared: Declared {
				normal: weight(1_000_000),
				operational: weight(0),
				mandatory: weight(1_000_000),
			},
			executed: Times { median_ns, min_ns: 0, max_ns: median_ns },
			processor: Some(Times { median_ns: median_ns / 2, min_ns: 0, max_ns: median_ns }),
			proof_bytes: 300,
			exceeded: Vec::new(),
		}
	}

	#[test]
	fn join_leaves_out_blocks_without_slots() {
		let report = Report { blocks: vec![block(1, 5), block(2, 6), block(3, 7)] };
		let joined = join(&report, &[(1, 0), (3, 9)].into());
		assert_eq!(joined.len(), 1);
		assert_eq!((joined[0].slots, joined[0].block.number), (9, 3));
	}

	#[test]
	fn figures_are_of_full_blocks() -> Result<()> {
		let measured = [(100, 1_000), (90, 1_800), (100, 3_000), (10, 900)];
		let measured: Vec<Measured> = (1u32..)
			.zip(measured)
			.map(|(number, (slots, time))| Measured { slots, block: block(number, time) })
			.collect();
		let figures = Figures::of(&measured)?;
		assert_eq!(figures.blocks, 3);
		assert_eq!(figures.slots_per_block, 100);
		assert_eq!((figures.slot_ns, figures.processor_slot_ns), (20.0, 10.0));
		assert_eq!((figures.first_slot_ns, figures.last_slot_ns), (5.0, 15.0));
		assert_eq!(figures.slot_bytes, 4.0);
		assert_eq!(figures.slot_proof, 3.0);
		// 1,500 of 2,000 nanoseconds, and 300 of 150 bytes.
		assert_eq!(figures.time_to_declared, 0.75);
		assert_eq!(figures.proof_to_declared, Some(2.0));
		assert_eq!((figures.exceeded, figures.undeclared), (0, 4));
		Ok(())
	}

	#[test]
	fn undeclared_is_beyond_time_or_proof() -> Result<()> {
		let one = |median_ns, proof_bytes| Measured {
			slots: 1,
			block: Block { proof_bytes, ..block(1, median_ns) },
		};
		// A block declares 2,000 nanoseconds, of which the processor takes half of the clock's, and 150
		// bytes.
		let figures = Figures::of(&[one(4_000, 150), one(4_002, 150), one(4_000, 151)])?;
		assert_eq!(figures.undeclared, 2);
		Ok(())
	}

	#[test]
	fn figures_of_no_block_fail() {
		assert!(Figures::of(&[]).is_err());
	}
}
