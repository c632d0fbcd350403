//! Users' transfers are included in every block of a large import, beside its chunks.

use std::{
	collections::BTreeMap,
	path::Path,
	process::Command,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};

use anyhow::{ensure, Context, Result};
use evm_migrate::{bundle::Bundle, substrate::Keys};
use migration_primitives::{snapshot::Scope, H160};
use migration_tests::{
	account::Account,
	binaries,
	bundle::{pack, submit, MINT},
	node::Node,
	session::Session,
	synthetic::{made_up, Synthetic},
	wait::INCLUSION,
	wallet::{nonce, receipt, send_raw, Action, Wallet},
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;

const ETHER: u128 = 1_000_000_000_000_000_000;
/// Users of each kind.
const USERS: u64 = 3;
/// Chunks of the import, at least.
const CHUNKS: usize = 130;
/// Chunks on their way at once, and so at most in one block.
const IN_FLIGHT: usize = 8;
/// Between two blocks each user sends several transfers, also on a slow machine.
const BLOCK_TIME: &str = "1000";
const PAUSE: Duration = Duration::from_millis(100);
/// Transfers that are offered for each block, on average at least.
const OFFERED: usize = 6;
/// Blocks until a user's transaction is included: the one that was being made, the next one, and two
/// for a pool that is late on a slow machine. The import takes at least four times as many.
const LONGEST_WAIT: u32 = 4;

/// A transaction of a user.
struct Sent {
	/// The best block when the pool had it.
	known_at: u32,
	/// The transaction.
	what: Transaction,
}

enum Transaction {
	/// Its bytes.
	Substrate(Vec<u8>),
	/// Its hash.
	Ethereum(String),
}

/// Users with the nonces of their next transactions.
struct Users {
	session: Session,
	chain_id: u64,
	substrate: Vec<(Account, u64)>,
	ethereum: Vec<(Wallet, u64)>,
}

impl Users {
	/// Users who have wei to spend.
	async fn new(session: &Session) -> Result<Self> {
		let (mut substrate, mut ethereum) = (Vec::new(), Vec::new());
		for number in 0..USERS {
			let user = Account::new(&format!("//User/{number}"))?;
			fund(session, &user.id()).await?;
			substrate.push((user, 0));
			let wallet = Wallet::new(number)?;
			fund(session, &Keys::hashed_account(wallet.address())).await?;
			let next = nonce(&session.rpc, wallet.address()).await?;
			ethereum.push((wallet, next));
		}
		let chain_id = u64::try_from(session.rpc.quantity("eth_chainId", json!([])).await?)?;
		Ok(Self { session: session.clone(), chain_id, substrate, ethereum })
	}

	/// Each sends a transfer every few milliseconds, until told to stop. One kind does not wait for the
	/// other.
	async fn send_on(self, stop: Arc<AtomicBool>) -> Result<Vec<Sent>> {
		let Self { session, chain_id, substrate, ethereum } = self;
		let (mut sent, of_ethereum) = tokio::try_join!(
			send_by_substrate_keys(&session, substrate, &stop),
			send_by_ethereum_keys(&session, chain_id, ethereum, &stop),
		)?;
		sent.extend(of_ethereum);
		Ok(sent)
	}
}

async fn send_by_substrate_keys(
	session: &Session,
	mut users: Vec<(Account, u64)>,
	stop: &AtomicBool,
) -> Result<Vec<Sent>> {
	let call = session.transfer(&Keys::hashed_account(receiver()), 1)?;
	let mut sent = Vec::new();
	while !stop.load(Ordering::Relaxed) {
		for (user, nonce) in &mut users {
			let transfer = session.signed(user, *nonce, &call);
			let answer = session.rpc.submit(&transfer).await?;
			ensure!(answer.is_ok(), "the pool refuses a transfer: {answer:?}");
			let known_at = session.rpc.best_number().await?;
			sent.push(Sent { known_at, what: Transaction::Substrate(transfer) });
			*nonce += 1;
		}
		tokio::time::sleep(PAUSE).await;
	}
	Ok(sent)
}

async fn send_by_ethereum_keys(
	session: &Session,
	chain_id: u64,
	mut users: Vec<(Wallet, u64)>,
	stop: &AtomicBool,
) -> Result<Vec<Sent>> {
	let action = Action::transfer(receiver(), 1);
	let mut sent = Vec::new();
	while !stop.load(Ordering::Relaxed) {
		for (wallet, nonce) in &mut users {
			let raw = match *nonce % 2 {
				0 => wallet.legacy(chain_id, *nonce, &action)?,
				_ => wallet.eip1559(chain_id, *nonce, &action)?,
			};
			let hash = send_raw(&session.rpc, &raw).await?;
			let hash = hash.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
			let known_at = session.rpc.best_number().await?;
			sent.push(Sent { known_at, what: Transaction::Ethereum(hash) });
			*nonce += 1;
		}
		tokio::time::sleep(PAUSE).await;
	}
	Ok(sent)
}

fn receiver() -> H160 {
	made_up(b"receiver", 0)
}

/// Gives an account wei of Bob's.
async fn fund(session: &Session, account: &AccountId32) -> Result<()> {
	let call = session.transfer(account, ETHER)?;
	session.execute(&Account::bob(), &call).await?.succeeded()?;
	Ok(())
}

/// What a block holds.
#[derive(Clone, Copy, Debug, Default)]
struct Content {
	chunks: usize,
	/// Transfers by Substrate keys.
	transfers: usize,
	/// Transfers by Ethereum keys.
	ethereum: usize,
	/// Transfers that the pool took while it was the best block.
	offered: usize,
}

impl Content {
	fn of_users(&self) -> usize {
		self.transfers + self.ethereum
	}
}

/// A line for each block.
fn table(blocks: &BTreeMap<u32, Content>) -> String {
	let line = |(number, content): (&u32, &Content)| {
		let Content { chunks, transfers, ethereum, offered } = content;
		format!(
			"\n\tblock {number}: {chunks} chunks, {transfers} transfers by Substrate keys, {ethereum} \
			 by Ethereum keys; {offered} offered for later ones"
		)
	};
	blocks.iter().map(line).collect()
}

/// Counts what the blocks hold, and gives for each transaction the block at which it was known and
/// the one that has it.
async fn look(
	session: &Session,
	blocks: &mut BTreeMap<u32, Content>,
	sent: &[Sent],
) -> Result<Vec<(u32, u32)>> {
	for (number, content) in blocks.iter_mut() {
		let hash = session.rpc.block_hash(*number).await?.context("a block of the past")?;
		let events = session.events(&hash).await?;
		let applied = ["Migration.ChunkApplied", "Migration.MapChunkApplied"];
		content.chunks =
			events.iter().filter(|event| applied.contains(&event.name.as_str())).count();
	}
	let mut included = Vec::new();
	for Sent { known_at, what } in sent {
		let block = match what {
			Transaction::Substrate(bytes) => {
				// It may be in the very block that was the best one just after it was given.
				let found = session.find(bytes, known_at.saturating_sub(1), INCLUSION).await?;
				let block = found.succeeded()?.block;
				blocks.entry(block).or_default().transfers += 1;
				block
			}
			Transaction::Ethereum(hash) => {
				let receipt = receipt(&session.rpc, hash, INCLUSION).await?;
				assert_eq!(receipt["status"], json!("0x1"), "{receipt}");
				let number = receipt["blockNumber"].as_str().unwrap_or_default();
				let block = u32::from_str_radix(number.trim_start_matches("0x"), 16)?;
				blocks.entry(block).or_default().ethereum += 1;
				block
			}
		};
		blocks.entry(*known_at).or_default().offered += 1;
		included.push((*known_at, block));
	}
	Ok(included)
}

/// Imports a bundle beside users who send on and on, and gives what the blocks hold from the first with a chunk to the
/// last. Every one of them has transfers of users, and each transfer is included soon.
async fn import_beside_users(
	node: &Node,
	bundle: &Path,
	in_flight: usize,
) -> Result<BTreeMap<u32, Content>> {
	let session = node.session().await?;
	let users = Users::new(&session).await?;
	let first = session.rpc.best_number().await?;
	let stop = Arc::new(AtomicBool::new(false));
	let users = tokio::spawn(users.send_on(stop.clone()));
	submit(node, bundle, &["--in-flight", &in_flight.to_string()]).await?;
	let last = session.rpc.best_number().await?;
	stop.store(true, Ordering::Relaxed);
	let sent = users.await??;

	let mut blocks: BTreeMap<u32, Content> =
		(first..=last).map(|number| (number, Content::default())).collect();
	let included = look(&session, &mut blocks, &sent).await?;
	for (known_at, block) in &included {
		let limit = known_at + LONGEST_WAIT;
		assert!(*block <= limit, "known at {known_at}, included in {block}:{}", table(&blocks));
	}

	let mut with_chunks = blocks.iter().filter(|(_, content)| content.chunks > 0);
	let begin = *with_chunks.next().context("a block with chunks")?.0;
	let end = with_chunks.last().map_or(begin, |(number, _)| *number);
	let import: BTreeMap<u32, Content> =
		blocks.range(begin..=end).map(|(number, content)| (*number, *content)).collect();
	let count = |of: fn(&Content) -> usize| import.values().map(of).sum::<usize>();
	let (chunks, offered) = (count(|content| content.chunks), count(|content| content.offered));
	let (transfers, ethereum) =
		(count(|content| content.transfers), count(|content| content.ethereum));
	let counts = format!(
		"{} blocks from {begin} to {end} with {chunks} chunks, {transfers} transfers by Substrate keys \
		 and {ethereum} by Ethereum keys; {offered} were offered",
		import.len(),
	);
	println!("{counts}");
	assert!(offered >= OFFERED * import.len(), "too few for {counts}{}", table(&import));
	let without: Vec<u32> = import
		.iter()
		.filter(|(_, content)| content.of_users() == 0)
		.map(|(number, _)| *number)
		.collect();
	assert!(
		without.is_empty(),
		"{} blocks without a transfer, {without:?}, of {counts}{}",
		without.len(),
		table(&import),
	);
	assert!(transfers > 0 && ethereum > 0, "{counts}{}", table(&import));
	Ok(import)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_block_of_an_import_has_transfers_of_users_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Full, 40, 200, 100).write(&snapshot)?;
	let options = ["--chunk-slots", "60"];
	let bundle = pack(folder.path(), &snapshot, &[], &[&MINT[..], &options].concat()).await?;
	assert!(Bundle::load(&bundle)?.chunk_count() as usize >= CHUNKS);
	let node = Node::start_with(&["--block-time", BLOCK_TIME]).await?;
	let import = import_beside_users(&node, &bundle, IN_FLIGHT).await?;
	let chunks: usize = import.values().map(|content| content.chunks).sum();
	assert!(chunks >= CHUNKS && import.len() >= CHUNKS / IN_FLIGHT, "{}", table(&import));
	Ok(())
}

/// Chunks of the usual size, more of them waiting than a block may take.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn blocks_full_of_chunks_keep_the_share_of_users_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Full, 1, 60_000, 10).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let mut node = Node::start_with(&["--block-time", "1500"]).await?;
	let import = import_beside_users(&node, &bundle, 64).await?;
	node.stop().await?;

	let numbers: Vec<String> = import.keys().map(u32::to_string).collect();
	let output = Command::new(binaries::node())
		.args([
			"measure-blocks",
			"--dev",
			"--json",
			"--repeat",
			"1",
			"--blocks",
			&numbers.join(","),
		])
		.arg("--base-path")
		.arg(node.chain())
		.output()?;
	ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
	let report: Value = serde_json::from_slice(&output.stdout)?;
	let time = |weight: &Value| weight["ref_time"].as_u64().context("a weight");
	let declared = report["blocks"].as_array().context("blocks")?.iter();
	let declared: Vec<u64> =
		declared.map(|block| time(&block["declared"]["normal"])).collect::<Result<_>>()?;
	// Half of what transactions of users may have is the chunks'; a tenth is room for the transfers.
	let normal = time(&report["limits"]["normal"])?;
	let share = normal / 2;
	let most = declared.iter().max().context("there is a block")?;
	assert!(*most <= share + normal / 10, "{most} of {normal}: {declared:?}{}", table(&import));
	let full = declared.iter().filter(|weight| **weight >= share / 4 * 3).count();
	assert!(full >= 3, "the share was not met, {normal}: {declared:?}{}", table(&import));
	Ok(())
}
