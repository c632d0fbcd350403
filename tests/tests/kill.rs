//! The command line and the node are killed at random points of an import, and started again: what
//! is on the chain in the end is what an undisturbed import brings.

use std::{path::Path, time::Duration};

use anyhow::{bail, Context, Result};
use migration_primitives::snapshot::Scope;
use migration_tests::{
	bundle::{pack, start_submit, submit, verify, MINT},
	cli::Running,
	node::Node,
	random::Random,
	rpc::Rpc,
	state::State,
	synthetic::Synthetic,
	wait::{wait_until, IMPORT},
};
use serde_json::{json, Value};

/// Chunks on their way at once: few, so that an import takes a while.
const SLOWLY: [&str; 2] = ["--in-flight", "4"];
/// Imports of each kind, and kills in each.
const IMPORTS: u64 = 2;
const KILLS: u64 = 5;

/// Until the next chunks are applied, restarts included.
const PROGRESS: Duration = Duration::from_secs(120);

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
	CommandLine,
	Node,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_of_the_command_line_changes_nothing_works() -> Result<()> {
	disturb(Victim::CommandLine, 0xc11).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_of_the_node_changes_nothing_works() -> Result<()> {
	disturb(Victim::Node, 0x20de).await
}

async fn disturb(victim: Victim, seed: u64) -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 24, 150, 120).write(&snapshot)?;
	let options = ["--map-run-log2", "4", "--chunk-slots", "60"];
	let bundle = pack(folder.path(), &snapshot, &[], &[&MINT[..], &options].concat()).await?;
	let undisturbed = undisturbed(&bundle).await?;
	println!("undisturbed: {} keys, digest {:?}", undisturbed.len(), undisturbed.digest());
	let mut random = Random::new(seed);
	for import in 0..IMPORTS {
		let state = disturbed(&bundle, victim, &mut random).await?;
		println!("{victim:?}, import {import}: digest {:?}", state.digest());
		undisturbed
			.ensure_equal(&state)
			.with_context(|| format!("{victim:?} killed, seed {seed:#x}, import {import}"))?;
	}
	Ok(())
}

async fn undisturbed(bundle: &Path) -> Result<State> {
	let node = Node::start().await?;
	submit(&node, bundle, &[]).await?;
	State::read(&node.rpc()?).await
}

/// An import with kills. The node keeps its folder, the command line keeps nothing.
async fn disturbed(bundle: &Path, victim: Victim, random: &mut Random) -> Result<State> {
	let mut node = Node::start().await?;
	let rpc = node.rpc()?;
	let total = total(bundle)?;
	let mut running = start_submit(&node, bundle, &SLOWLY)?;
	for point in points(total, random) {
		await_progress(&rpc, point, &mut running).await?;
		// Somewhere between this block and one after the next.
		tokio::time::sleep(Duration::from_millis(random.within(0..120))).await;
		match victim {
			Victim::CommandLine => {
				running.kill()?;
				println!("command line killed at {point} of {total}");
				running = start_submit(&node, bundle, &SLOWLY)?;
			}
			Victim::Node => {
				node.kill()?;
				println!("node killed at {point} of {total}");
				node.start_again().await?;
			}
		}
	}
	running.wait(IMPORT).await?.expect_code(0)?;
	let state = State::read(&rpc).await?;
	verify(&node, bundle, &[]).await?.expect_code(0)?;
	submit(&node, bundle, &["--activate", "--release"]).await?;
	verify(&node, bundle, &[]).await?.expect_code(0)?;
	Ok(state)
}

/// Ascending numbers of chunks, map chunks counted: from the first, when the command line has reached
/// the node, to before the last few.
fn points(total: u64, random: &mut Random) -> Vec<u64> {
	let last = total.saturating_sub(8);
	let mut points: Vec<u64> = (0..KILLS).map(|_| random.within(1..last)).collect();
	points.sort_unstable();
	points
}

/// The number of chunks of a bundle, map chunks counted.
fn total(bundle: &Path) -> Result<u64> {
	let bundle = evm_migrate::bundle::Bundle::load(bundle)?;
	assert!(bundle.chunk_count() >= 60, "{} chunks", bundle.chunk_count());
	Ok(u64::from(bundle.map_chunk_count()) + u64::from(bundle.chunk_count()))
}

/// Waits until at least `point` chunks are applied. The command must not end before.
async fn await_progress(rpc: &Rpc, point: u64, running: &mut Running) -> Result<()> {
	let progressed = wait_until("the import's progress", PROGRESS, || {
		let ended = running.ended();
		async move {
			if let Some(output) = ended? {
				bail!("the command ended before chunk {point}: {output:?}");
			}
			let status: Option<Value> = rpc.request("migration_status", json!([])).await?;
			let done = |name: &str| {
				let of = |status: &Value| status[name][0].as_u64().unwrap_or_default();
				status.as_ref().map(of).unwrap_or_default()
			};
			let applied = done("mapChunks").saturating_add(done("chunks"));
			Ok((applied >= point).then_some(()))
		}
	})
	.await;
	progressed.with_context(|| format!("to {point}; the command said: {:?}", running.talk()))
}
