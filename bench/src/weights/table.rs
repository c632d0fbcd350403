//! What blocks took beside what they declare.

use std::{
	cmp::Ordering,
	collections::{btree_map::Entry, BTreeMap},
};

use anyhow::{ensure, Context, Result};

use super::{blocks::Content, calls::Call};
use crate::measure::Block;

/// Calls of one name with as much to do, beyond a block of a remark: the longest of them, and the one
/// with the longest proof.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Row {
	/// The call.
	call: &'static str,
	/// How much it has to do.
	units: u64,
	/// Accounts for which nothing waits.
	skipped: u64,
	/// Nanoseconds.
	time: Held,
	/// Bytes of proof.
	proof: Held,
}

/// Something beside what was declared of it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Held {
	taken: f64,
	declared: f64,
}

/// What was measured of all calls.
#[derive(Clone, Debug)]
pub(super) struct Table {
	/// Nanoseconds of a block of a remark, in full.
	remark: Held,
	/// The most bytes of recorded proof of such a block.
	remark_proof: u64,
	/// The calls.
	rows: Vec<Row>,
}

impl Held {
	fn ratio(self) -> f64 {
		self.taken.max(0.0) / self.declared.max(f64::MIN_POSITIVE)
	}

	/// The one that is nearer to what it declares, or farther beyond.
	fn worse(self, other: Self) -> Self {
		match self.ratio().total_cmp(&other.ratio()) {
			Ordering::Less => other,
			Ordering::Equal | Ordering::Greater => self,
		}
	}
}

impl Row {
	fn worse(self, other: Self) -> Self {
		let units = match self.time.ratio() < other.time.ratio() {
			true => other.units,
			false => self.units,
		};
		let (time, proof) = (self.time.worse(other.time), self.proof.worse(other.proof));
		Self { units, time, proof, ..self }
	}

	fn is_within(&self) -> bool {
		self.time.ratio() <= 1.0 && self.proof.ratio() <= 1.0
	}

	fn name(&self) -> String {
		match self.skipped {
			0 => self.call.to_owned(),
			skipped => format!("{}, {skipped} in vain", self.call),
		}
	}
}

impl Table {
	/// Of blocks and what they hold. The time of a block is its shortest one, which other work on the
	/// machine makes longer only.
	pub(super) fn of(blocks: &[Block], contents: &BTreeMap<u32, Content>) -> Result<Self> {
		let of = |block: &Block| contents.get(&block.number).copied();
		let remarks: Vec<&Block> =
			blocks.iter().filter(|block| of(block) == Some(Content::Nothing)).collect();
		let time = |block: &Block| block.executed.min_ns as f64;
		let shortest = remarks.iter().copied().map(time).fold(f64::INFINITY, f64::min);
		let remark = remarks
			.iter()
			.map(|block| Held { taken: time(block), declared: block.declared_ns() })
			.reduce(Held::worse)
			.context("no block is of a remark")?;

		let mut rows: BTreeMap<(&str, Option<u64>, u64), Row> = BTreeMap::new();
		for block in blocks {
			let (call, units, skipped, key) = match of(block) {
				Some(Content::Chunk(chunk)) => ("submit_chunk", chunk.records(), 0, None),
				Some(Content::Map(entries)) => ("submit_map_chunk", entries, 0, None),
				Some(Content::Call(Call { name, units, skipped, .. })) => {
					(name, units, skipped, Some(units))
				}
				Some(Content::Nothing) | None => continue,
			};
			// What the chain has beside grows, and so does the proof of an empty block.
			let nearest = remarks
				.iter()
				.min_by_key(|remark| remark.number.abs_diff(block.number))
				.context("no block is of a remark")?;
			let row = Row {
				call,
				units,
				skipped,
				time: Held {
					taken: time(block) - shortest,
					declared: block.declared_ns() - nearest.declared_ns(),
				},
				proof: Held {
					taken: block.proof_bytes as f64 - nearest.proof_bytes as f64,
					declared: block.declared_proof() - nearest.declared_proof(),
				},
			};
			match rows.entry((call, key, skipped)) {
				Entry::Vacant(place) => {
					place.insert(row);
				}
				Entry::Occupied(mut place) => *place.get_mut() = place.get().worse(row),
			}
		}
		let remark_proof = remarks.iter().map(|block| block.proof_bytes).max().unwrap_or_default();
		Ok(Self { remark, remark_proof, rows: rows.into_values().collect() })
	}

	/// Prints it.
	pub(super) fn print(&self) {
		let Held { taken, declared } = self.remark;
		println!();
		println!(
			"A block of a remark takes {taken:.0} ns of {declared:.0} that it declares, and up to {} \
			 bytes of proof. Beyond that, of equal calls the one that is nearest to what it declares:",
			self.remark_proof,
		);
		println!(
			"  {:<26} {:>8} {:>13} {:>13} {:>6} {:>12} {:>12} {:>6}",
			"call", "units", "executed ns", "declared ns", "ratio", "proof", "declared", "ratio"
		);
		for row in &self.rows {
			println!(
				"  {:<26} {:>8} {:>13.0} {:>13.0} {:>6.2} {:>12.0} {:>12.0} {:>6.2}{}",
				row.name(),
				row.units,
				row.time.taken,
				row.time.declared,
				row.time.ratio(),
				row.proof.taken,
				row.proof.declared,
				row.proof.ratio(),
				if row.is_within() { "" } else { "  EXCEEDED" },
			);
		}
	}

	/// Errs where a block took more time or a longer proof than it declares.
	pub(super) fn check(&self) -> Result<()> {
		let exceeded: Vec<String> = self
			.rows
			.iter()
			.filter(|row| !row.is_within())
			.map(|row| format!("{} of {} units", row.name(), row.units))
			.collect();
		ensure!(self.remark.ratio() <= 1.0, "a block of a remark takes longer than it declares");
		ensure!(
			exceeded.is_empty(),
			"these take more than this runtime declares: {}",
			exceeded.join("; ")
		);
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::{
		super::{calls::Kind, units::ChunkUnits},
		*,
	};
	use crate::measure::{Declared, Times, Weight};

	/// A block with so many nanoseconds and bytes of proof, each beside what it declares.
	fn block(number: u32, time: [u64; 2], proof: [u64; 2]) -> Block {
		let none = Weight { ref_time: 0, proof_size: 0 };
		let normal = Weight { ref_time: time[1] * 1_000, proof_size: proof[1] };
		Block {
			number,
			calls: BTreeMap::new(),
			length: 100,
			declared: Declared { normal, operational: none, mandatory: none },
			executed: Times { median_ns: time[0] + 5, min_ns: time[0], max_ns: time[0] + 9 },
			processor: None,
			proof_bytes: proof[0],
			exceeded: Vec::new(),
		}
	}

	fn release(units: u64) -> Content {
		Content::Call(Call::new("release", Kind::Release).units(units))
	}

	#[test]
	fn table_takes_the_worst_beyond_the_nearest_remark() -> Result<()> {
		let blocks = [
			block(1, [100, 200], [10, 0]),
			block(2, [150, 300], [60, 100]),
			block(3, [180, 300], [20, 100]),
			block(8, [500, 900], [200, 500]),
			block(9, [110, 200], [40, 0]),
		];
		let chunk = ChunkUnits { slots: 7, accounts: 1, ..Default::default() };
		let contents = BTreeMap::from([
			(1, Content::Nothing),
			(2, release(4)),
			(3, release(4)),
			(8, Content::Chunk(chunk)),
			(9, Content::Nothing),
		]);
		let table = Table::of(&blocks, &contents)?;
		assert_eq!(table.remark, Held { taken: 110.0, declared: 200.0 });
		assert_eq!(table.remark_proof, 40);
		let [release, chunk] = table.rows.as_slice() else { anyhow::bail!("{table:?}") };
		assert_eq!((release.call, release.units), ("release", 4));
		assert_eq!(release.time, Held { taken: 80.0, declared: 100.0 });
		assert_eq!(release.proof, Held { taken: 50.0, declared: 100.0 });
		assert_eq!((chunk.call, chunk.units), ("submit_chunk", 8));
		assert_eq!(chunk.time, Held { taken: 400.0, declared: 700.0 });
		assert_eq!(chunk.proof, Held { taken: 160.0, declared: 500.0 });
		table.check()
	}

	#[test]
	fn check_of_a_call_beyond_its_time_or_proof_fails() -> Result<()> {
		for (time, proof) in [([301, 400], [10, 100]), ([150, 400], [111, 100])] {
			let blocks = [block(1, [100, 200], [10, 0]), block(2, time, proof)];
			let contents = BTreeMap::from([(1, Content::Nothing), (2, release(1))]);
			let error = Table::of(&blocks, &contents)?.check().err().context("it exceeds")?;
			assert!(error.to_string().ends_with("release of 1 units"), "{error}");
		}
		Ok(())
	}

	#[test]
	fn table_without_a_remark_fails() {
		let contents = BTreeMap::from([(2, release(1))]);
		assert!(Table::of(&[block(2, [1, 2], [3, 4])], &contents).is_err());
	}
}
