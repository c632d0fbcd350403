//! What a measurement says, as a table and as JSON.

use super::{
	calls::CallUse,
	limits::{Excess, Limits},
};
use frame_support::{
	dispatch::{DispatchClass, PerDispatchClass},
	weights::Weight,
};
use migration_runtime::Hash;
use serde::Serialize;
use std::{
	collections::BTreeMap,
	io::{self, Write},
	time::Duration,
};

/// Picoseconds of a millisecond.
const PICOSECONDS: f64 = 1e9;

/// What blocks cost.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
	/// Runtime that made and executed the blocks.
	runtime: String,
	/// Executions of each block behind the times.
	repeat: u32,
	/// What a block may take.
	limits: Limits,
	/// The blocks in order.
	blocks: Vec<BlockReport>,
}

/// What one block costs.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BlockReport {
	/// Its number.
	pub(super) number: u32,
	/// Its hash.
	pub(super) hash: Hash,
	/// Its transactions by the names of their calls.
	pub(super) calls: BTreeMap<String, CallUse>,
	/// Bytes of its transactions.
	pub(super) length: usize,
	/// The weight that it was charged for (`System.BlockWeight`).
	pub(super) declared: ClassWeights,
	/// How long it takes.
	pub(super) executed: Times,
	/// What it takes of a processor, which other work on the machine hardly changes; none where the
	/// system does not tell. Exact to a few milliseconds.
	pub(super) processor: Option<Times>,
	/// Bytes of the storage proof with which it can be executed without the state.
	pub(super) proof_bytes: usize,
	/// The limits that it exceeds, its own declaration among them.
	pub(super) exceeded: Vec<Excess>,
}

/// A weight in JSON.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct WeightView {
	/// Picoseconds.
	pub(super) ref_time: u64,
	/// Bytes.
	pub(super) proof_size: u64,
}

/// Weights by dispatch class.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ClassWeights {
	/// Of users and of chunks.
	pub(super) normal: WeightView,
	/// Of governance.
	pub(super) operational: WeightView,
	/// Of the block itself: hooks and inherents.
	pub(super) mandatory: WeightView,
}

/// Execution times in nanoseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Times {
	/// The middle one.
	pub(super) median_ns: u64,
	/// The shortest.
	pub(super) min_ns: u64,
	/// The longest.
	pub(super) max_ns: u64,
}

impl Report {
	/// The report on `blocks`, each executed `repeat` times.
	pub(super) fn new(repeat: u32, limits: Limits, blocks: Vec<BlockReport>) -> Self {
		Self { runtime: runtime_name(), repeat, limits, blocks }
	}

	/// Whether a block exceeds a limit, or what it declares.
	pub(super) fn exceeded(&self) -> bool {
		self.blocks.iter().any(|block| !block.exceeded.is_empty())
	}
}

/// Name and version of the runtime that this program is built with.
pub(super) fn runtime_name() -> String {
	let version = migration_runtime::VERSION;
	format!("{}-{}", version.spec_name, version.spec_version)
}

/// Writes what stands above the table.
pub(super) fn write_head(output: &mut impl Write, limits: &Limits) -> io::Result<()> {
	let proof = match limits.block.proof_size {
		u64::MAX => "proofs of any size".to_owned(),
		bytes => format!("a proof of {bytes} bytes"),
	};
	writeln!(
		output,
		"{}: a block may declare {:.0} ms, {:.0} ms of it by users, and have {} bytes, {} by users, and \
		 {proof}",
		runtime_name(),
		milliseconds(limits.block.ref_time),
		milliseconds(limits.normal.ref_time),
		limits.length,
		limits.normal_length,
	)?;
	writeln!(
		output,
		"{:>8} {:>10} {:>10} {:>10} {:>12} {:>12} {:>10} {:>12} {:>12}  calls",
		"block",
		"median ms",
		"min ms",
		"max ms",
		"processor ms",
		"declared ms",
		"bytes",
		"proof bytes",
		"declared",
	)
}

impl BlockReport {
	/// Writes the block's line of the table, and one for each limit that it exceeds.
	pub(super) fn write(&self, output: &mut impl Write) -> io::Result<()> {
		let declared = self.declared.total();
		let of_nanoseconds = |time: u64| time as f64 / 1e6;
		let processor = match &self.processor {
			Some(times) => format!("{:.2}", of_nanoseconds(times.median_ns)),
			None => "-".into(),
		};
		write!(
			output,
			"{:>8} {:>10.2} {:>10.2} {:>10.2} {:>12} {:>12.2} {:>10} {:>12} {:>12} ",
			self.number,
			of_nanoseconds(self.executed.median_ns),
			of_nanoseconds(self.executed.min_ns),
			of_nanoseconds(self.executed.max_ns),
			processor,
			milliseconds(declared.ref_time),
			self.length,
			self.proof_bytes,
			declared.proof_size,
		)?;
		for (name, CallUse { count, .. }) in &self.calls {
			write!(output, " {name}={count}")?;
		}
		writeln!(output)?;
		for excess in &self.exceeded {
			writeln!(output, "         block {} exceeds: {excess:?}", self.number)?;
		}
		Ok(())
	}
}

impl ClassWeights {
	/// Of all classes.
	pub(super) fn total(&self) -> WeightView {
		[self.operational, self.mandatory]
			.into_iter()
			.fold(self.normal.into(), |sum: Weight, weight| sum.saturating_add(weight.into()))
			.into()
	}
}

impl From<PerDispatchClass<Weight>> for ClassWeights {
	fn from(weights: PerDispatchClass<Weight>) -> Self {
		let of = |class| WeightView::from(*weights.get(class));
		Self {
			normal: of(DispatchClass::Normal),
			operational: of(DispatchClass::Operational),
			mandatory: of(DispatchClass::Mandatory),
		}
	}
}

impl From<Weight> for WeightView {
	fn from(weight: Weight) -> Self {
		Self { ref_time: weight.ref_time(), proof_size: weight.proof_size() }
	}
}

impl From<WeightView> for Weight {
	fn from(view: WeightView) -> Self {
		Weight::from_parts(view.ref_time, view.proof_size)
	}
}

impl Times {
	/// Of executions in any order; none if there was none. Of an even number the median is the
	/// longer of the two in the middle.
	pub(super) fn of(mut times: Vec<Duration>) -> Option<Self> {
		times.sort_unstable();
		let nanoseconds = |time: &Duration| u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
		Some(Self {
			median_ns: nanoseconds(times.get(times.len() / 2)?),
			min_ns: nanoseconds(times.first()?),
			max_ns: nanoseconds(times.last()?),
		})
	}
}

fn milliseconds(ref_time: u64) -> f64 {
	ref_time as f64 / PICOSECONDS
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn times_in_any_order_works() {
		let times = [5, 1, 9, 3, 7].map(Duration::from_nanos);
		let found = Times::of(times.to_vec());
		assert_eq!(found, Some(Times { median_ns: 5, min_ns: 1, max_ns: 9 }));
		let found = Times::of(times[..2].to_vec());
		assert_eq!(found, Some(Times { median_ns: 5, min_ns: 1, max_ns: 5 }));
		assert_eq!(Times::of(Vec::new()), None);
	}

	#[test]
	fn total_saturates() {
		let view = |ref_time| WeightView { ref_time, proof_size: 1 };
		let weights =
			ClassWeights { normal: view(u64::MAX), operational: view(2), mandatory: view(3) };
		assert_eq!(weights.total(), WeightView { ref_time: u64::MAX, proof_size: 3 });
	}
}
