//! `submit`: proposes a migration, brings its chunks onto the chain, and sees it through.
//!
//! Everything that is asked here is asked of the chain's storage, so that the command can be
//! stopped at any moment and started again.

mod activate;
mod check;
mod consent;
mod flow;
mod progress;
mod propose;
mod release;

use std::time::{Duration, Instant};

use anyhow::Result;
use migration_primitives::{
	fault::Fault,
	status::{MigrationRecord, Stage},
	H160, H256,
};
use serde_json::json;

pub(super) use self::propose::{call_hash, motion, proposal};
use super::{
	occupied::{look_at_bundle, BelowDeposit, Findings, Standing},
	show,
	target::TargetFacts,
};
use crate::{
	args::{NodeArgs, ProposeWith, SubmitArgs},
	bundle::Bundle,
	console::{Console, Outcome},
	substrate::{Chain, Node, Signer},
};

/// Why a migration cannot go on.
#[derive(Debug, thiserror::Error)]
pub(super) enum SubmitError {
	/// A chunk that governance approved could not be applied.
	#[error("migration {migration} is faulted at map chunk {map_chunk}, chunk {chunk}")]
	Faulted {
		/// The migration.
		migration: u32,
		/// The next map chunk.
		map_chunk: u32,
		/// The next chunk.
		chunk: u32,
		/// The reason.
		source: Fault,
	},
	/// What the migration brought is being taken back, or was.
	#[error("migration {migration} was aborted")]
	Aborted {
		/// The migration.
		migration: u32,
	},
	/// Another migration imports now.
	#[error("migration {migration} (manifest {manifest:?}) is active on the chain, one at a time")]
	OtherActive {
		/// The migration.
		migration: u32,
		/// Its manifest.
		manifest: H256,
	},
	/// An account that an earlier migration brought.
	#[error("{source_address:?} or its target {target:?} was taken by migration {by} before")]
	Taken {
		/// The account on the source.
		source_address: H160,
		/// Its target.
		target: H160,
		/// The earlier migration.
		by: u32,
	},
	/// The account of the policy `fund` has not agreed.
	#[error(
		"{account} has not agreed to fund this manifest: it, or who spends from it, calls \
		 Migration.consent before the proposal: {call}"
	)]
	FundingNotAgreed {
		/// The account.
		account: String,
		/// The call.
		call: String,
	},
	/// Targets where something stands.
	#[error(
		"{count} targets are occupied, of which the first is {first}; what stands there stays, and \
		 the accounts of the source would not be imported. Choose other targets, or say \
		 --allow-collisions"
	)]
	Occupied {
		/// How many.
		count: usize,
		/// The first.
		first: String,
	},
	/// A migration that has collided with what was there.
	#[error(
		"migration {migration} has {count} collisions: those accounts were not imported, and the \
		 activation is for good. Settle them (govern resolve), or say --allow-collisions to leave \
		 them behind"
	)]
	Collided {
		/// The migration.
		migration: u32,
		/// How many.
		count: u32,
	},
	/// A balance that the chain cannot hold.
	#[error(transparent)]
	BelowDeposit(BelowDeposit),
	/// A contract at a reserved address.
	#[error(
		"code or storage of {source_address:?} would stand at {target:?}, which is a precompile's \
		 address or zero: the import would fault there. Choose another target, or leave it out"
	)]
	Reserved {
		/// The contract on the source.
		source_address: H160,
		/// Its target.
		target: H160,
	},
	/// Targets of contracts that hold ether.
	#[error(
		"{count} contracts go to targets that hold ether, {wei} wei together, which is more than {limit} \
		 (--occupied-balance-limit); the first is {first}: whoever rules the contract gets it. Choose \
		 other targets, or say --allow-occupied-balances"
	)]
	TakesOver {
		/// How many.
		count: usize,
		/// What they hold together.
		wei: u128,
		/// How much of it needs no consent.
		limit: u128,
		/// The first.
		first: String,
	},
	/// Calls that governance approved with the manifest.
	#[error(
		"migration {migration} has {left} calls after the import still to come: execute them with \
		 `evm-migrate govern call {migration} --calls FILE` (calls.json in the bundle), or skip them, \
		 and activate then"
	)]
	CallsOutstanding {
		/// The migration.
		migration: u32,
		/// How many.
		left: usize,
	},
	/// A motion needs to know how many must agree.
	#[error("--council-threshold is needed to make a motion in the council")]
	NoThreshold,
	/// A chunk that the chain does not take.
	#[error(
		"the chain takes at most {limit} {what}, the bundle has a chunk with {found}: pack it \
		 again with {option} {limit}"
	)]
	AboveLimit {
		/// What is counted.
		what: &'static str,
		/// The chain's limit.
		limit: u32,
		/// The bundle's largest.
		found: u32,
		/// The option of `pack`.
		option: &'static str,
	},
	/// A map chunk that the chain does not take.
	#[error(
		"the chain takes map chunks of at most {limit} bytes, the bundle has one of {found}: pack \
		 it again with a smaller --map-run-log2"
	)]
	MapChunkAboveLimit {
		/// The chain's limit.
		limit: u32,
		/// The length of the bundle's longest.
		found: usize,
	},
	/// The chain does not have the migration, although it should.
	#[error("no migration with the manifest {manifest:?} was proposed within {seconds} seconds")]
	NotProposed {
		/// The manifest.
		manifest: H256,
		/// How long it was waited.
		seconds: u64,
	},
	/// The node refuses a chunk for good.
	#[error("the node refuses {what}: {message} (code {code})")]
	Refused {
		/// The chunk.
		what: String,
		/// The error's code.
		code: i32,
		/// The error's message.
		message: String,
	},
	/// Nothing moved for too long.
	#[error("{what} was not applied for {seconds} seconds; the pool's last word: {last}")]
	Stalled {
		/// The chunk.
		what: String,
		/// How long it was waited.
		seconds: u64,
		/// What the node said when it was given the chunk last.
		last: String,
	},
}

const POLL: Duration = Duration::from_millis(500);
/// Most targets of one kind that are listed; all are counted.
const LISTED: usize = 100;

/// Submits a bundle.
pub(super) async fn run(args: SubmitArgs, console: &Console) -> Result<Outcome> {
	let started = Instant::now();
	let bundle = Bundle::load(&args.bundle)?;
	let chain = connect_to(&args.node).await?;
	let first_block = chain.finalized().await?.number;
	if args.propose_with == ProposeWith::Print {
		let at = chain.finalized().await?.hash;
		check_proposal(&chain, &bundle, &args, at, console).await?;
		consent::ensure_agreed(&chain, &bundle, &args, at, console).await?;
		return propose::print(&chain, &bundle);
	}
	let migration = find_or_propose(&chain, &bundle, &args, console).await?;
	flow::bring_in(&chain, &bundle, migration, &args, console).await?;
	if args.activate {
		check_calls(&chain, &bundle, migration).await?;
		let signer = Signer::from_args(&args.signer)?;
		activate::activate(&chain, migration, &signer, &args, console).await?;
	}
	let mut released = release::Released::default();
	if args.release {
		let signer = Signer::from_args(&args.signer)?;
		released = release::release(&chain, migration, &signer, console).await?;
	}
	let at = chain.finalized().await?;
	let record = record_of(&chain, migration, at.hash).await?;
	let mut data = show::migration(migration, &record);
	let blocks = at.number.saturating_sub(first_block);
	let seconds = started.elapsed().as_secs_f64();
	show::extend(
		&mut data,
		json!({
			"blocks": blocks, "seconds": seconds, "block": at.number,
			"released": released.count, "not_released": released.failed,
		}),
	);
	let mut text = format!(
		"{}\n{blocks} blocks, {seconds:.1} seconds",
		show::migration_text(migration, &record)
	);
	if !released.failed.is_empty() {
		text.push_str(&format!("\n{} accounts could not be released", released.failed.len()));
	}
	Ok(Outcome { data, text, matched: released.failed.is_empty() })
}

/// Refuses to activate while calls after the import are still to come: the chain would refuse it too.
async fn check_calls(chain: &Chain, bundle: &Bundle, migration: u32) -> Result<()> {
	let at = chain.finalized().await?.hash;
	let record = record_of(chain, migration, at).await?;
	let behind = record.progress.calls as usize;
	match bundle.calls.len().checked_sub(behind).filter(|left| *left > 0) {
		Some(left) if record.stage != Stage::Completed => {
			Err(SubmitError::CallsOutstanding { migration, left }.into())
		}
		_ => Ok(()),
	}
}

/// Connects to a chain that takes migrations.
pub(super) async fn connect(url: &str, patience: u64) -> Result<Chain> {
	Ok(Chain::connect(Node::new(url, Duration::from_secs(patience))?).await?)
}

/// Connects to a chain that takes migrations, and that is the one which the operator means.
pub(super) async fn connect_to(args: &NodeArgs) -> Result<Chain> {
	let node = Node::new(&args.node, Duration::from_secs(args.patience))?;
	if let Some(genesis) = args.expect_genesis {
		node.ensure_genesis(genesis).await?;
	}
	Ok(Chain::connect(node).await?)
}

/// The record of a migration that exists.
async fn record_of(chain: &Chain, migration: u32, at: H256) -> Result<MigrationRecord<u32>> {
	chain
		.migration(migration, at)
		.await?
		.ok_or_else(|| anyhow::anyhow!("migration {migration} is gone from block {at:?}"))
}

/// The newest migration of this manifest at a block.
pub(super) async fn find(
	chain: &Chain,
	manifest: H256,
	at: H256,
) -> Result<Option<(u32, MigrationRecord<u32>)>> {
	for migration in (0..chain.next_migration(at).await?).rev() {
		match chain.migration(migration, at).await? {
			Some(record) if record.manifest == manifest => return Ok(Some((migration, record))),
			_ => {}
		}
	}
	Ok(None)
}

fn check_fault(migration: u32, record: &MigrationRecord<u32>) -> Result<(), SubmitError> {
	match record.stage {
		Stage::Faulted(source) => Err(SubmitError::Faulted {
			migration,
			map_chunk: record.progress.map_chunks,
			chunk: record.progress.chunks,
			source,
		}),
		Stage::Aborting | Stage::Aborted => Err(SubmitError::Aborted { migration }),
		_ => Ok(()),
	}
}

async fn find_or_propose(
	chain: &Chain,
	bundle: &Bundle,
	args: &SubmitArgs,
	console: &Console,
) -> Result<u32> {
	let manifest = bundle.manifest_hash;
	let mut asked: Option<Instant> = None;
	loop {
		let at = chain.finalized().await?;
		let found = find(chain, manifest, at.hash).await?;
		// Of a migration that was aborted nothing is left: it may be proposed again.
		if let Some((migration, record)) =
			found.filter(|(_, record)| record.stage != Stage::Aborted)
		{
			check_fault(migration, &record)?;
			console.say(format!("migration {migration}: {}", show::stage(&record.stage)));
			return Ok(migration);
		}
		if let Some(migration) = chain.active(at.hash).await? {
			let manifest = record_of(chain, migration, at.hash).await?.manifest;
			return Err(SubmitError::OtherActive { migration, manifest }.into());
		}
		// What the checks and the proposal take is no time of waiting.
		let Some(asked) = asked else {
			check_proposal(chain, bundle, args, at.hash, console).await?;
			consent::ensure_agreed(chain, bundle, args, at.hash, console).await?;
			propose::propose(chain, bundle, args, console).await?;
			asked = Some(Instant::now());
			continue;
		};
		let seconds = args.stall;
		if asked.elapsed() > Duration::from_secs(seconds) {
			return Err(SubmitError::NotProposed { manifest, seconds }.into());
		}
		tokio::time::sleep(POLL).await;
	}
}

/// Refuses what would fault the migration, or harm users, before anybody votes for it. Who waits for
/// others to propose is told of the harm, and refused only what could not be imported.
async fn check_proposal(
	chain: &Chain,
	bundle: &Bundle,
	args: &SubmitArgs,
	at: H256,
	console: &Console,
) -> Result<()> {
	let facts = TargetFacts::read(chain, at).await?;
	let chain_id = bundle.manifest.source.chain_id;
	let waits = args.propose_with == ProposeWith::Wait;
	if let Some(warning) = facts.check_chain_id(chain_id, args.allow_same_chain_id || waits)? {
		console.say(warning);
	}
	check::limits(chain, bundle)?;
	check::not_taken(chain, bundle, at).await?;
	let found = look_at_bundle(chain, bundle, &facts, at).await?;
	if let Some((source_address, target)) = found.reserved.first().copied() {
		return Err(SubmitError::Reserved { source_address, target }.into());
	}
	if let Some(below) = found.below_deposit {
		return Err(SubmitError::BelowDeposit(below).into());
	}
	let taken_over = check_taken_over(&found, args.occupied_balance_limit);
	list(&found.occupied, "occupied", console);
	match &taken_over {
		Ok(None) => {}
		Ok(Some(note)) => {
			list(&found.taken_over, "note: holds ether", console);
			console.say(note);
		}
		Err(_) => list(&found.taken_over, "holds ether", console),
	}
	if let Some(first) = found.occupied.first().filter(|_| !args.allow_collisions && !waits) {
		let (count, first) = (found.occupied.len(), first.to_string());
		return Err(SubmitError::Occupied { count, first }.into());
	}
	match taken_over {
		Err(error) if !args.allow_occupied_balances && !waits => Err(error.into()),
		_ => Ok(()),
	}
}

/// Refuses targets of contracts that hold more than `limit` wei together. What is there up to that
/// anybody may have sent to stop the proposal: it is told.
fn check_taken_over(found: &Findings, limit: u128) -> Result<Option<String>, SubmitError> {
	let (count, wei) = (found.taken_over.len(), found.taken_over_wei());
	match found.taken_over.first() {
		None => Ok(None),
		Some(first) if wei > limit => {
			Err(SubmitError::TakesOver { count, wei, limit, first: first.to_string() })
		}
		Some(_) => Ok(Some(format!(
			"note: {count} contracts go to targets that hold ether, {wei} wei together, and get it; up to \
			 {limit} needs no consent (--occupied-balance-limit)"
		))),
	}
}

/// Names targets.
fn list(targets: &[Standing], what: &str, console: &Console) {
	for target in targets.iter().take(LISTED) {
		console.say(format!("{what}: {target}"));
	}
	if let Some(more) = targets.len().checked_sub(LISTED).filter(|more| *more > 0) {
		console.say(format!("and {more} more"));
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::hash::KECCAK_EMPTY;

	fn holding(balances: &[u128]) -> Findings {
		let standing = |balance: &u128| Standing {
			source: H160::repeat_byte(1),
			target: H160::repeat_byte(2),
			code_hash: KECCAK_EMPTY,
			nonce: 0,
			balance: *balance,
			storage: false,
		};
		Findings { taken_over: balances.iter().map(standing).collect(), ..Findings::default() }
	}

	#[test]
	fn check_taken_over_of_dust_works() {
		assert!(matches!(check_taken_over(&holding(&[]), 0), Ok(None)));
		let note = check_taken_over(&holding(&[1, 9]), 10).expect("no more than the limit");
		let words = "note: 2 contracts go to targets that hold ether, 10 wei together";
		assert!(note.as_deref().is_some_and(|note| note.starts_with(words)), "{note:?}");
	}

	#[test]
	fn check_taken_over_above_the_limit_fails() {
		let error = check_taken_over(&holding(&[1, 10]), 10).expect_err("more than the limit");
		let (text, wei) = (error.to_string(), u128::MAX);
		assert!(text.contains("11 wei together, which is more than 10"), "{text}");
		assert!(text.contains("--allow-occupied-balances"), "{text}");
		assert!(check_taken_over(&holding(&[wei, wei]), wei - 1).is_err());
	}
}
