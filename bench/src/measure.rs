//! `migration-node measure-blocks` on the database of a node that has ended.

use std::{collections::BTreeMap, num::NonZeroU32, path::Path, process::Command};

use anyhow::{ensure, Context, Result};
use migration_tests::binaries;
use serde::{Deserialize, Serialize};

/// At most `count` of these, evenly spread, the first and the last among them.
pub(crate) fn spread(numbers: &[u32], count: u32) -> Vec<u32> {
	let (count, last) = (count.max(2) as usize, numbers.len().saturating_sub(1));
	if numbers.len() <= count {
		return numbers.to_vec();
	}
	(0..count).map(|index| numbers[index * last / (count - 1)]).collect()
}

/// What blocks cost.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Report {
	/// The blocks.
	pub(crate) blocks: Vec<Block>,
}

/// What a block costs.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Block {
	/// Its number.
	pub(crate) number: u32,
	/// Its transactions by the names of their calls.
	pub(crate) calls: BTreeMap<String, Call>,
	/// Bytes of its transactions.
	pub(crate) length: u64,
	/// The weight that it was charged for.
	pub(crate) declared: Declared,
	/// How long it takes.
	pub(crate) executed: Times,
	/// What it takes of a processor; none where the system does not tell.
	pub(crate) processor: Option<Times>,
	/// Bytes of its recorded storage proof.
	pub(crate) proof_bytes: u64,
	/// The limits that it exceeds.
	pub(crate) exceeded: Vec<String>,
}

/// The transactions of one call.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Call {
	/// How many.
	pub(crate) count: u64,
	/// Their bytes.
	pub(crate) bytes: u64,
}

/// Weights by dispatch class.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Declared {
	/// Of users and of chunks.
	pub(crate) normal: Weight,
	/// Of governance.
	pub(crate) operational: Weight,
	/// Of the block itself.
	pub(crate) mandatory: Weight,
}

/// A weight.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Weight {
	/// Picoseconds.
	pub(crate) ref_time: u64,
	/// Bytes.
	pub(crate) proof_size: u64,
}

/// Times in nanoseconds.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
pub(crate) struct Times {
	/// The middle one.
	pub(crate) median_ns: u64,
	/// The shortest.
	pub(crate) min_ns: u64,
	/// The longest.
	pub(crate) max_ns: u64,
}

impl Block {
	/// Nanoseconds of a processor, or by the clock where the system does not tell them.
	pub(crate) fn processor_ns(&self) -> f64 {
		self.processor.unwrap_or(self.executed).median_ns as f64
	}

	/// Nanoseconds that the block declares.
	pub(crate) fn declared_ns(&self) -> f64 {
		let Declared { normal, operational, mandatory } = self.declared;
		[normal, operational, mandatory].iter().map(|weight| weight.ref_time as f64 / 1e3).sum()
	}

	/// Bytes of proof that the block declares.
	pub(crate) fn declared_proof(&self) -> f64 {
		let Declared { normal, operational, mandatory } = self.declared;
		[normal, operational, mandatory].iter().map(|weight| weight.proof_size as f64).sum()
	}
}

/// Executes blocks of a development chain again. Blocks that exceed a limit are in the report; that
/// is no error here.
pub(crate) fn measure(chain: &Path, blocks: &[u32], repeat: NonZeroU32) -> Result<Report> {
	/// A block exceeds a limit.
	const EXCEEDED: i32 = 1;
	let blocks: Vec<String> = blocks.iter().map(u32::to_string).collect();
	let output = Command::new(binaries::node())
		.args(["measure-blocks", "--dev", "--json", "--base-path"])
		.arg(chain)
		.args(["--blocks", &blocks.join(","), "--repeat", &repeat.to_string()])
		.output()
		.context("the node cannot be started")?;
	let code = output.status.code();
	ensure!(
		code == Some(0) || code == Some(EXCEEDED),
		"blocks cannot be measured: {}",
		String::from_utf8_lossy(&output.stderr)
	);
	let stdout = String::from_utf8(output.stdout)?;
	let last = stdout.lines().last().context("a measurement has a result")?;
	serde_json::from_str(last).with_context(|| format!("the measurement says {last}"))
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_tests::{account::Account, node::Node};

	#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
	async fn measure_of_a_development_chain_works() -> Result<()> {
		let mut node = Node::start().await?;
		let session = node.session().await?;
		let call = session.transfer(&Account::bob().id(), 1)?;
		let included = session.execute(&Account::alice(), &call).await?.succeeded()?;
		let extrinsics = session.rpc.extrinsics(&included.hash).await?;
		node.stop().await?;

		let repeat = NonZeroU32::new(3).context("three is not zero")?;
		let report = measure(&node.chain(), &[included.block], repeat)?;
		let [block] = report.blocks.as_slice() else { anyhow::bail!("{report:?}") };
		assert_eq!(block.number, included.block);
		let names: Vec<&str> = block.calls.keys().map(String::as_str).collect();
		assert_eq!(names, ["Balances.transfer_allow_death", "Timestamp.set"]);
		assert!(block.calls.values().all(|call| call.count == 1), "{block:?}");
		let bytes: u64 = extrinsics.iter().map(|bytes| bytes.len() as u64).sum();
		assert_eq!(block.length, bytes);
		let Times { min_ns, median_ns, max_ns } = block.executed;
		assert!(0 < min_ns && min_ns <= median_ns && median_ns <= max_ns, "{block:?}");
		assert!(!cfg!(target_os = "linux") || block.processor.is_some(), "{block:?}");
		assert!(block.declared.normal.ref_time > 0 && block.declared.mandatory.ref_time > 0);
		assert!(block.proof_bytes > 0 && block.exceeded.is_empty(), "{block:?}");

		let beyond = measure(&node.chain(), &[included.block + 100], repeat);
		let error = beyond.err().context("there is no such block")?.to_string();
		assert!(error.contains("is not in the database"), "{error}");
		Ok(())
	}

	#[test]
	fn spread_keeps_first_and_last() {
		assert_eq!(spread(&[3, 5, 9], 3), [3, 5, 9]);
		assert_eq!(spread(&[3, 5, 9, 10], 3), [3, 5, 10]);
		let many: Vec<u32> = (1..=100).collect();
		let found = spread(&many, 24);
		assert_eq!((found.len(), found[0], found[23]), (24, 1, 100));
		assert!(found.is_sorted_by(|before, after| before < after));
		assert!(spread(&[], 5).is_empty());
	}
}
