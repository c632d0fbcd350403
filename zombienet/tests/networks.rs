//! Imports into networks of four validators: some of them end and start again, one comes late, one
//! is cut off until it forks. In the end all have one state, final, and it is the one that an
//! undisturbed import brings.
//!
//! `scripts/network.sh` runs these.

use std::{path::PathBuf, time::Duration};

use anyhow::{ensure, Context, Result};
use migration_network_tests::{
	import::{applied, check_agreement, Import},
	network::Network,
	stranger::Stranger,
};
use migration_primitives::snapshot::Scope;
use migration_tests::{
	bundle::{example, pack, submit, MINT},
	node::Node,
	state::State,
	synthetic::Synthetic,
	wait::wait_until,
};
use tempfile::TempDir;

/// Until peers have found or left each other.
const PEERS: Duration = Duration::from_secs(120);
/// Until a validator that is behind has what is final.
const CATCH_UP: Duration = Duration::from_secs(240);
/// Until a validator that is cut off has made some blocks: one of four slots is its own.
const FORK: Duration = Duration::from_secs(300);
/// Blocks that a fork has before it comes back.
const FORK_BLOCKS: u64 = 3;

/// A bundle, and the state that an undisturbed import of it brings.
struct Prepared {
	_folder: TempDir,
	bundle: PathBuf,
	expected: State,
}

async fn prepare(snapshot: Snapshot, chunk_slots: &str) -> Result<Prepared> {
	let folder = tempfile::tempdir()?;
	let snapshot = match snapshot {
		Snapshot::Example => example()?,
		Snapshot::Large => {
			let path = folder.path().join("source.snapshot");
			Synthetic::large(1, Scope::Selected, 50, 2_000, 50).write(&path)?;
			path
		}
	};
	let options = [&MINT[..], &["--map-run-log2", "2", "--chunk-slots", chunk_slots]].concat();
	let bundle = pack(folder.path(), &snapshot, &["--all-entries"], &options).await?;
	let node = Node::start().await?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let expected = State::of_pallets(&node.rpc()?).await?;
	Ok(Prepared { _folder: folder, bundle, expected })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Snapshot {
	/// The recorded one of a real chain.
	Example,
	/// 100,000 slots.
	Large,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_while_a_validator_is_killed_works() -> Result<()> {
	let prepared = prepare(Snapshot::Example, "60").await?;
	let mut network = Network::start().await?;
	network.wait_for_finality().await?;
	let mut import = Import::start(&prepared.bundle, network.validator("alice")?)?;
	import.add_relayer(network.validator("bob")?)?;
	import.wait_for(network.validator("alice")?, 20).await?;
	restart(&mut network, "bob", 1).await?;
	import.finish().await?;
	check_agreement(&network, &prepared.bundle, &prepared.expected).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_of_the_example_while_everything_fails_works() -> Result<()> {
	import_while_everything_fails(prepare(Snapshot::Example, "8").await?).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_of_many_slots_while_everything_fails_works() -> Result<()> {
	import_while_everything_fails(prepare(Snapshot::Large, "500").await?).await
}

async fn import_while_everything_fails(prepared: Prepared) -> Result<()> {
	let mut network = Network::start().await?;
	network.restrict("dave").await?;
	let charlie = network.validator_mut("charlie")?;
	charlie.kill().await?;
	charlie.forget_chain()?;
	for name in ["alice", "bob", "dave"] {
		network.validator(name)?.wait_for_final(2, CATCH_UP).await?;
	}

	let mut import = Import::start(&prepared.bundle, network.validator("alice")?)?;
	import.add_relayer(network.validator("bob")?)?;
	let stranger = Stranger::start(network.validator("alice")?, &prepared.bundle).await?;

	import.wait_for(network.validator("alice")?, 10).await?;
	join_late(&mut network, "charlie").await?;
	import.wait_for(network.validator("alice")?, 20).await?;
	restart(&mut network, "bob", 3).await?;
	import.wait_for(network.validator("alice")?, 30).await?;
	fork(&network, "dave", &mut import).await?;

	import.finish().await?;
	println!("the stranger: {:?}", stranger.finish().await?);
	check_agreement(&network, &prepared.bundle, &prepared.expected).await
}

/// Starts a validator without any block, and waits until it has what is final.
async fn join_late(network: &mut Network, name: &str) -> Result<()> {
	let goal = network.validator("alice")?.last_final().await?.number;
	network.validator_mut(name)?.start_again().await?;
	let block = network.validator(name)?.wait_for_final(goal, CATCH_UP).await?;
	println!("{name} joined at block {goal} and has {} as final", block.number);
	Ok(())
}

/// Ends a validator, waits until the others have made `blocks` more blocks final without it, starts
/// it again, and waits until it has them.
async fn restart(network: &mut Network, name: &str, blocks: u64) -> Result<()> {
	network.validator_mut(name)?.kill().await?;
	let goal = network.validator("alice")?.last_final().await?.number.saturating_add(blocks);
	network.validator("alice")?.wait_for_final(goal, CATCH_UP).await?;
	network.validator_mut(name)?.start_again().await?;
	network.validator(name)?.wait_for_final(goal, CATCH_UP).await?;
	println!("{name} was killed, and has block {goal} since it was started again");
	Ok(())
}

/// Cuts a validator off, with a relayer at it, until it has a fork of its own with a part of the
/// import on it, and brings it back: its fork must go.
async fn fork(network: &Network, name: &str, import: &mut Import<'_>) -> Result<()> {
	let (main, fork) = (network.validator("alice")?, network.validator(name)?);
	network.isolate(name).await?;
	fork.wait_for_peers(|peers| peers == 0, PEERS).await?;
	let (from, before) = (fork.best().await?.number, applied(fork).await?);
	import.add_relayer_of_a_fork(fork)?;
	let goal = from.saturating_add(FORK_BLOCKS);
	wait_until("a fork with chunks", FORK, || async {
		let grown = fork.best().await?.number >= goal && applied(fork).await? > before;
		Ok(grown.then_some(()))
	})
	.await?;
	let own = fork.at(goal).await?.context("a block of the fork")?;
	main.wait_for_final(goal, CATCH_UP).await?;
	let common = main.at(goal).await?.context("a final block")?;
	ensure!(own != common, "{name} did not fork: {own:?}");
	let behind = fork.last_final().await?.number;
	ensure!(behind < goal, "{name} has {behind} as final although it is alone");
	let chunks = applied(fork).await?.saturating_sub(before);
	println!("{name} is alone since block {from}, with {chunks} chunks: {own:?}, not {common:?}");

	network.connect(name).await?;
	fork.wait_for_peers(|peers| peers > 0, PEERS).await?;
	let last = main.last_final().await?;
	fork.wait_for_final(last.number, CATCH_UP).await?;
	ensure!(fork.at(goal).await?.as_ref() == Some(&common), "{name} kept its fork");
	println!("{name} is back and has {last:?}");
	Ok(())
}
