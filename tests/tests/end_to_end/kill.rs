//! The command line and the node are killed at random points of an import, from the proposal to the
//! release, and started again: what is on the chain in the end is what an undisturbed import brings.

use std::{
	collections::BTreeMap,
	fs,
	os::unix::process::ExitStatusExt,
	path::{Path, PathBuf},
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use evm_migrate::{bundle::Bundle, parse::account_text};
use migration_primitives::{
	address::{create2_address, create_address},
	snapshot::Scope,
	H160, H256,
};
use migration_tests::{
	account::Account,
	bundle::{pack, start_submit, submit, text, verify},
	cli::Running,
	node::Node,
	random::Random,
	rpc::Rpc,
	state::State,
	synthetic::{made_up, Synthetic},
	wait::{wait_until, IMPORT},
};
use serde_json::{json, Value};
use tempfile::TempDir;

/// Few chunks are on their way at once, so that an import takes a while.
const SLOWLY: [&str; 4] = ["--in-flight", "3", "--activate", "--release"];
/// Imports that are disturbed for each victim.
const IMPORTS: u64 = 2;
/// Kills of each import among its map chunks, and among its chunks.
const MAP_KILLS: u64 = 2;
const CHUNK_KILLS: u64 = 4;
/// Kills of each victim: those, and one each at the proposal, in the review, at the activation and at the
/// release.
const KILLS: u64 = 20;
/// People whose balance waits for an account of the target chain: more than two calls release.
const TESTATORS: u64 = 520;

/// Until the next moment of a kill, restarts included.
const PROGRESS: Duration = Duration::from_secs(120);
const SIGKILL: i32 = 9;

/// Who is killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Victim {
	CommandLine,
	Node,
}

/// When somebody is killed.
#[derive(Clone, Copy, Debug)]
enum Moment {
	/// The command proposes the migration.
	Proposal,
	/// So many map chunks are applied.
	MapChunks(u64),
	/// So many chunks are applied.
	Chunks(u64),
	/// Everything is imported, and the review goes on.
	Review,
	/// The command activates the migration.
	Activation,
	/// The command releases what waits.
	Release,
}

/// A moment, and how long after it.
#[derive(Clone, Copy, Debug)]
struct Point {
	moment: Moment,
	delay: Duration,
}

/// A bundle in which accounts of every kind take every rule.
struct Prepared {
	_folder: TempDir,
	path: PathBuf,
	bundle: Bundle,
}

/// An import that is disturbed. The node keeps its folder, the command line keeps nothing.
struct Disturbed<'a> {
	bundle: &'a Path,
	victim: Victim,
	node: Node,
	rpc: Rpc,
	running: Running,
	hits: Hits,
}

/// Kills that ended a process in the middle of an import, by the stage that the migration had.
type Hits = BTreeMap<String, u64>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_of_the_command_line_changes_nothing_works() -> Result<()> {
	disturb(Victim::CommandLine, 0xc11).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_of_the_node_changes_nothing_works() -> Result<()> {
	disturb(Victim::Node, 0x20de).await
}

async fn disturb(victim: Victim, seed: u64) -> Result<()> {
	let prepared = prepare().await?;
	let mut random = Random::new(seed);
	let first = points(&prepared.bundle, 0, &mut random);
	let second = points(&prepared.bundle, 1, &mut random);
	assert_eq!((first.len() + second.len()) as u64, KILLS);
	let (expected, first, second) = tokio::try_join!(
		undisturbed(&prepared),
		disturbed(&prepared, victim, &first),
		disturbed(&prepared, victim, &second),
	)?;
	println!("undisturbed: {} keys, digest {:?}", expected.len(), expected.digest());
	let mut hits = Hits::new();
	for (import, (state, of_import)) in [first, second].into_iter().enumerate() {
		println!("{victim:?}, import {import}: digest {:?}, {of_import:?}", state.digest());
		expected
			.ensure_equal(&state)
			.with_context(|| format!("{victim:?} killed, seed {seed:#x}, import {import}"))?;
		for (stage, count) in of_import {
			*hits.entry(stage).or_default() += count;
		}
	}
	let total: u64 = hits.values().sum();
	ensure!(total == KILLS, "{total} of {KILLS} kills were in the middle of an import: {hits:?}");
	for stage in ["Mapping", "Importing", "Imported", "Completed"] {
		ensure!(hits.contains_key(stage), "no kill was while the migration was {stage}: {hits:?}");
	}
	Ok(())
}

async fn prepare() -> Result<Prepared> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	let mut chain = Synthetic::large(1, Scope::Selected, 24, 150, 40);
	let targets = add_movers(&mut chain)?;
	chain.write(&snapshot)?;
	let remaps = folder.path().join("remaps.json");
	fs::write(&remaps, json!(targets).to_string())?;
	let policy = format!("fund:{}", account_text(&Account::bob().id()));
	let options = ["--policy", &policy, "--map-run-log2", "4", "--chunk-slots", "60"];
	let path = pack(folder.path(), &snapshot, &["--remap-file", text(&remaps)], &options).await?;
	let bundle = Bundle::load(&path)?;
	let counts = (bundle.map_chunk_count(), bundle.chunk_count());
	ensure!(counts.0 >= 30 && counts.1 >= 60, "map chunks and chunks: {counts:?}");
	Ok(Prepared { _folder: folder, path, bundle })
}

/// Adds accounts that go elsewhere: a deployer with what it created, also by `CREATE2` of what it
/// created, a contract with an address of choice, and people whose heirs are accounts of the target
/// chain. Gives their targets.
fn add_movers(chain: &mut Synthetic) -> Result<BTreeMap<String, String>> {
	const CREATED: u64 = 4;
	let mut targets = BTreeMap::new();
	let mut goes = |source: H160, target: String| targets.insert(format!("{source:?}"), target);
	let deployer = made_up(b"deployer", 0);
	chain.external(deployer, 9, 1_000_000);
	goes(deployer, format!("{:?}", made_up(b"new address of the deployer", 0)));
	for nonce in 0..CREATED {
		let created = create_address(deployer, nonce);
		chain.contract(created, 3, 20);
		goes(created, format!("create:{deployer:?}:{nonce}"));
	}
	let (factory, salt, init) =
		(create_address(deployer, 0), H256::repeat_byte(5), H256::repeat_byte(6));
	let created = create2_address(factory, salt, init);
	chain.contract(created, 0, 20);
	goes(created, format!("create2:{factory:?}:{salt:?}:{init:?}"));
	let chosen = made_up(b"chosen", 0);
	chain.contract(chosen, 5, 20);
	goes(chosen, format!("{:?}", made_up(b"choice", 0)));
	for number in 0..TESTATORS {
		let testator = made_up(b"testator", number);
		chain.external(testator, number, u128::from(number) + 1);
		let heir = Account::new(&format!("//Heir/{number}"))?;
		goes(testator, account_text(&heir.id()));
	}
	Ok(targets)
}

/// The kills of one import, in their order. No two imports have one in common.
fn points(bundle: &Bundle, import: u64, random: &mut Random) -> Vec<Point> {
	// The last few are applied before somebody who waits for them could be killed.
	let map = places(bundle.map_chunk_count() - 4, MAP_KILLS, import, random);
	let chunks = places(bundle.chunk_count() - 6, CHUNK_KILLS, import, random);
	let mut moments = vec![Moment::Proposal];
	moments.extend(map.into_iter().map(Moment::MapChunks));
	moments.extend(chunks.into_iter().map(Moment::Chunks));
	moments.extend([Moment::Review, Moment::Activation, Moment::Release]);
	let point = |moment: Moment| {
		let part = moment.longest_delay() / IMPORTS;
		let delay = random.within(import * part..(import + 1) * part);
		Point { moment, delay: Duration::from_millis(delay) }
	};
	moments.into_iter().map(point).collect()
}

/// Ascending numbers up to `total`, each out of a part of it that no other import has.
fn places(total: u32, count: u64, import: u64, random: &mut Random) -> Vec<u64> {
	let width = u64::from(total) / (count * IMPORTS);
	let place = |index: u64| {
		let start = 1 + (index * IMPORTS + import) * width;
		random.within(start..start + width)
	};
	(0..count).map(place).collect()
}

impl Moment {
	/// The longest delay in milliseconds after which what the moment began still goes on. A command looks
	/// for its transaction every 200 milliseconds, and for blocks of the review for two seconds.
	fn longest_delay(self) -> u64 {
		match self {
			Self::Proposal => 150,
			// Somewhere between this block and one after the next.
			Self::MapChunks(_) | Self::Chunks(_) => 120,
			Self::Review => 1_200,
			Self::Activation => 200,
			Self::Release => 300,
		}
	}

	/// Whether it has come, by what the command said and by what the chain says.
	async fn has_come(self, talk: &str, rpc: &Rpc) -> Result<bool> {
		let status = match self {
			Self::Proposal => return Ok(talk.contains("proposing the manifest")),
			Self::Activation => return Ok(talk.contains("activating migration")),
			Self::Release => return Ok(talk.contains("releasing ")),
			Self::MapChunks(_) | Self::Chunks(_) | Self::Review => status(rpc).await?,
		};
		let applied = |name: &str| status[name][0].as_u64().unwrap_or_default();
		Ok(match self {
			Self::MapChunks(count) => applied("mapChunks") >= count,
			Self::Chunks(count) => applied("chunks") >= count,
			// A node that starts again finds the review over.
			_ => matches!(status["stage"].as_str(), Some("Imported" | "Completed")),
		})
	}
}

/// What the chain says of the migration; null before the proposal.
async fn status(rpc: &Rpc) -> Result<Value> {
	rpc.request("migration_status", json!([0])).await
}

async fn undisturbed(prepared: &Prepared) -> Result<State> {
	let node = target(&prepared.bundle).await?;
	submit(&node, &prepared.path, &["--activate", "--release"]).await?;
	in_the_end(&node.rpc()?).await
}

/// Imports while somebody is killed at each of the points.
async fn disturbed(prepared: &Prepared, victim: Victim, points: &[Point]) -> Result<(State, Hits)> {
	let node = target(&prepared.bundle).await?;
	let bundle = prepared.path.as_path();
	let (rpc, running) = (node.rpc()?, start_submit(&node, bundle, &SLOWLY)?);
	let mut import = Disturbed { bundle, victim, node, rpc, running, hits: Hits::new() };
	for point in points {
		import.await_moment(point.moment).await?;
		tokio::time::sleep(point.delay).await;
		import.kill(point).await.with_context(|| format!("{victim:?} killed at {point:?}"))?;
	}
	let Disturbed { node, rpc, running, hits, .. } = import;
	running.wait(IMPORT).await?.expect_code(0)?;
	verify(&node, bundle, &[]).await?.expect_code(0)?;
	Ok((in_the_end(&rpc).await?, hits))
}

/// A node on which Bob has agreed to fund the migration.
async fn target(bundle: &Bundle) -> Result<Node> {
	let node = Node::start().await?;
	let session = node.session().await?;
	let consent = session.call("Migration", "consent", Some(bundle.manifest_hash))?;
	session.execute(&Account::bob(), &consent).await?.succeeded()?;
	Ok(node)
}

/// The state without Alice: she signs what the command sends, which it sends again after a kill.
async fn in_the_end(rpc: &Rpc) -> Result<State> {
	Ok(State::read(rpc).await?.without(&Account::alice().id()))
}

impl Disturbed<'_> {
	/// Waits for the moment. The command must not end before.
	async fn await_moment(&mut self, moment: Moment) -> Result<()> {
		let (rpc, running) = (&self.rpc, &mut self.running);
		let came = wait_until("the moment of a kill", PROGRESS, || {
			let (ended, talk) = (running.ended(), running.talk());
			async move {
				if let Some(output) = ended? {
					bail!("the command ended before: {output:?}");
				}
				Ok(moment.has_come(&talk?, rpc).await?.then_some(()))
			}
		})
		.await;
		came.with_context(|| format!("{moment:?}; the command said: {:?}", running.talk()))
	}

	/// Kills the victim and starts it again.
	async fn kill(&mut self, point: &Point) -> Result<()> {
		let status = status(&self.rpc).await?;
		let stage = status["stage"].as_str().unwrap_or("not proposed").to_owned();
		let (at_work, ended) = match self.victim {
			Victim::CommandLine => (true, self.running.kill()?),
			Victim::Node => (self.running.ended()?.is_none(), self.node.kill()?),
		};
		let hit = at_work && ended.signal() == Some(SIGKILL);
		println!("{:?} killed at {point:?}, {stage}: hit {hit}", self.victim);
		if hit {
			*self.hits.entry(stage).or_default() += 1;
		}
		match self.victim {
			Victim::CommandLine => {
				self.running = start_submit(&self.node, self.bundle, &SLOWLY)?;
				Ok(())
			}
			Victim::Node => self.node.start_again().await,
		}
	}
}
