//! Waiting for the review's shortest time, and releasing a migration to its users.

use std::time::{Duration, Instant};

use anyhow::Result;
use codec::Encode;
use migration_primitives::status::{CollisionPolicy, Stage};
use sp_core::crypto::AccountId32;

use super::{check_fault, progress::Progress, record_of, SubmitError};
use crate::{
	args::SubmitArgs,
	commands::govern::collisions,
	console::Console,
	substrate::{Chain, Signer, SubstrateError},
};

const POLL: Duration = Duration::from_millis(200);
/// A development chain, which may make blocks only for transactions, gets an empty one after this time.
const NUDGE: Duration = Duration::from_secs(2);

/// Activates a migration that is imported, as early as the chain allows.
pub(super) async fn activate(
	chain: &Chain,
	migration: u32,
	signer: &Signer,
	args: &SubmitArgs,
	console: &Console,
) -> Result<()> {
	let review: u32 = chain.constant("Migration", "MinReviewBlocks")?;
	let development = chain.is_development().await?;
	let mut progress = Progress::new(0, Instant::now());
	let stall = args.stall;
	loop {
		let best = chain.best().await?;
		// A review may last for days: as long as blocks come, it goes on.
		progress.look(best.number, Instant::now());
		let record = record_of(chain, migration, best.hash).await?;
		check_fault(migration, &record)?;
		let collisions = record.progress.collisions.saturating_sub(record.progress.settled);
		if record.stage != Stage::Completed && !args.allow_collisions {
			check_collisions(migration, collisions)?;
		}
		match record.stage {
			Stage::Completed => return Ok(()),
			Stage::Imported if collisions > 0 => {
				leave_collisions(chain, migration, record.source_chain_id, signer, console).await?;
				progress.excuse(Instant::now());
			}
			// The transaction comes into the next block at the earliest.
			Stage::Imported
				if best.number.saturating_add(1) >= record.review_since.saturating_add(review) =>
			{
				let mut call = chain.call_index("Migration", "activate")?.to_vec();
				migration.encode_to(&mut call);
				console.say(format!("activating migration {migration} through sudo"));
				let call = chain.sudo(&call)?;
				match chain.execute(signer, "Migration.activate", &call).await {
					Ok(_) => {}
					Err(error @ SubstrateError::Failed { .. }) => {
						let at = chain.finalized().await?.hash;
						// A run that was stopped may have activated it.
						if record_of(chain, migration, at).await?.stage != Stage::Completed {
							return Err(error.into());
						}
					}
					Err(error) => return Err(error.into()),
				}
				continue;
			}
			_ => {}
		}
		let idle = progress.idle(Instant::now());
		if needs_block(development, idle) {
			chain.execute(signer, "System.remark", &chain.remark()?).await?;
		} else if idle > Duration::from_secs(stall) {
			let what = format!("the activation of migration {migration}");
			let last = format!(
				"no block after {}; {review} blocks of review from block {} on",
				best.number, record.review_since,
			);
			return Err(SubmitError::Stalled { what, seconds: stall, last }.into());
		}
		tokio::time::sleep(POLL).await;
	}
}

/// Whether a transaction must bring the next block. All chains but those for development make blocks
/// by themselves, however long they take.
fn needs_block(development: bool, idle: Duration) -> bool {
	development && idle > NUDGE
}

/// Settles every collision that is open, through sudo: the account stays behind with its balance.
async fn leave_collisions(
	chain: &Chain,
	migration: u32,
	source_chain_id: u64,
	signer: &Signer,
	console: &Console,
) -> Result<()> {
	let at = chain.best().await?.hash;
	let sources = collisions::open(chain, migration, source_chain_id, at).await?;
	for batch in sources.chunks(collisions::BATCH) {
		for source in batch {
			console.say(format!("leaving {source:?} behind: its target is occupied"));
		}
		let mut call = chain.call_index("Migration", "resolve")?.to_vec();
		(migration, batch, CollisionPolicy::<AccountId32>::Leave).encode_to(&mut call);
		chain.execute(signer, "Migration.resolve", &chain.sudo(&call)?).await?;
	}
	Ok(())
}

/// Refuses a migration some of whose accounts were not imported.
fn check_collisions(migration: u32, count: u32) -> Result<(), SubmitError> {
	match count {
		0 => Ok(()),
		count => Err(SubmitError::Collided { migration, count }),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn needs_block_of_development_chains_only_works() {
		assert!(!needs_block(true, NUDGE));
		assert!(needs_block(true, NUDGE + POLL));
		assert!(!needs_block(false, Duration::from_secs(86_400)));
	}

	#[test]
	fn check_collisions_of_one_fails() {
		assert!(check_collisions(3, 0).is_ok());
		let error = check_collisions(3, 1).expect_err("a collision");
		assert!(error.to_string().starts_with("migration 3 has 1 collisions"), "{error}");
	}
}
