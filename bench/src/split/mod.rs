//! `split`: where the time of an import's blocks goes, by samples of a profiler (`perf`) while they are executed
//! again in the Wasm executor.

mod samples;

use std::{
	fs,
	io::BufReader,
	num::NonZeroU32,
	path::Path,
	process::{Command, Stdio},
};

use anyhow::{ensure, Context, Result};
use migration_primitives::snapshot::Scope;
use migration_tests::{
	binaries,
	bundle::{pack, submit, MINT},
	node::Node,
	synthetic::Synthetic,
};
use serde::Serialize;

use crate::{
	args::SplitArgs,
	measure::{measure, spread},
};
use samples::{Part, Samples};

/// Samples of a second.
const FREQUENCY: &str = "1499";
/// Blocks that are executed again.
const BLOCKS: u32 = 6;

/// What was found.
#[derive(Debug, Serialize)]
struct Split {
	/// Slots of the blocks that were executed.
	slots: u64,
	/// Microseconds of the processor for a slot, without the profiler.
	microseconds_per_slot: f64,
	/// Samples within the runtime.
	samples: u64,
	/// The parts, the largest first.
	parts: Vec<Share>,
}

/// One part.
#[derive(Debug, Serialize)]
struct Share {
	part: Part,
	/// Of the samples within the runtime.
	share: f64,
	/// Microseconds for a slot.
	microseconds: f64,
}

/// Imports one contract, executes the blocks again under the profiler, and prints the parts.
pub(crate) async fn run(arguments: &SplitArgs) -> Result<()> {
	let version = Command::new("perf").arg("--version").output();
	ensure!(
		version.is_ok_and(|output| output.status.success()),
		"this needs the program perf; on Debian: apt-get install linux-perf"
	);
	let folder = tempfile::Builder::new().prefix("migration-split-").tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 1, arguments.slots, 1).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &["--all-entries"], &MINT).await?;
	let mut node = Node::start_with(&["--block-time", "1500"]).await?;
	let session = node.session().await?;
	submit(&node, &bundle, &["--in-flight", "64"]).await?;
	let last = session.rpc.best_number().await?;
	node.stop().await?;

	let once = NonZeroU32::MIN;
	let all: Vec<u32> = (1..=last).collect();
	let report = measure(&node.chain(), &all, once)?;
	let chunks =
		|block: &&crate::measure::Block| block.calls.contains_key("Migration.submit_chunk");
	let numbers: Vec<u32> = report.blocks.iter().filter(chunks).map(|block| block.number).collect();
	let blocks = spread(&numbers, BLOCKS);
	let measured = measure(&node.chain(), &blocks, arguments.repeat)?;
	let bytes: u64 = measured.blocks.iter().map(|block| block.length).sum();
	let of_all: u64 = report.blocks.iter().filter(chunks).map(|block| block.length).sum();
	// All blocks are of the same contract, whose slots take the same bytes.
	let slots = arguments.slots.saturating_mul(bytes) / of_all.max(1);
	let nanoseconds: f64 = measured.blocks.iter().map(|block| block.processor_ns()).sum();
	let microseconds_per_slot = nanoseconds / 1e3 / slots.max(1) as f64;

	let samples = profile(&node.chain(), folder.path(), &blocks, arguments.repeat)?;
	let total = samples.total();
	ensure!(total > 0, "the profiler has no sample of the runtime");
	let parts = samples.by_part().into_iter().map(|(part, count)| {
		let share = count as f64 / total as f64;
		Share { part, share, microseconds: share * microseconds_per_slot }
	});
	let split = Split { slots, microseconds_per_slot, samples: total, parts: parts.collect() };
	print(&split);
	if let Some(path) = &arguments.json {
		fs::write(path, serde_json::to_string_pretty(&split)?)
			.with_context(|| format!("{} cannot be written", path.display()))?;
	}
	Ok(())
}

/// Executes the blocks under the profiler.
fn profile(chain: &Path, folder: &Path, blocks: &[u32], repeat: NonZeroU32) -> Result<Samples> {
	let data = folder.join("perf.data");
	let blocks: Vec<String> = blocks.iter().map(u32::to_string).collect();
	// Stacks by the unwinding tables, since the host's functions keep no frame pointers. Those of Wasm have no
	// tables: a stack ends at its innermost function of Wasm.
	let recorded = Command::new("perf")
		.args(["record", "--quiet", "-e", "cpu-clock", "-F", FREQUENCY])
		.args(["--call-graph", "dwarf,8192", "-o"])
		.arg(&data)
		.arg("--")
		.arg(binaries::node())
		.args(["measure-blocks", "--dev", "--json", "--base-path"])
		.arg(chain)
		.args(["--blocks", &blocks.join(","), "--repeat", &repeat.to_string()])
		// Names of the Wasm's functions for the profiler.
		.env("WASMTIME_PROFILING_STRATEGY", "perfmap")
		.env_remove("MIGRATION_RUNTIME_CACHE")
		.output()
		.context("perf cannot be started")?;
	ensure!(
		recorded.status.success(),
		"perf cannot record (kernel.perf_event_paranoid may forbid it): {}",
		String::from_utf8_lossy(&recorded.stderr)
	);
	let mut script = Command::new("perf")
		.args(["script", "--no-inline", "-F", "ip,sym,dso", "-i"])
		.arg(&data)
		.stdout(Stdio::piped())
		.stderr(Stdio::null())
		.spawn()
		.context("perf cannot be started")?;
	let stdout = script.stdout.take().context("its output")?;
	let samples = Samples::read(BufReader::new(stdout))?;
	ensure!(script.wait()?.success(), "perf cannot read what it recorded");
	Ok(samples)
}

fn print(split: &Split) {
	println!(
		"{} slots, {:.2} us of the processor each, {} samples within the runtime",
		split.slots, split.microseconds_per_slot, split.samples
	);
	for Share { part, share, microseconds } in &split.parts {
		println!("{:>6.1} %  {microseconds:>6.2} us  {}", share * 100.0, part.words());
	}
}
