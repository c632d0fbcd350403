//! Taking back what an aborted migration brought, until nothing is left.

use anyhow::Result;
use codec::Encode;
use migration_primitives::{status::Stage, H256};
use serde_json::json;

use super::{after, error::GovernError};
use crate::{
	commands::show,
	console::{Console, Outcome},
	substrate::{Chain, Signer, SubstrateError},
};

/// The fewest steps that the pallet takes: one more than an account's.
const FEWEST_STEPS: u32 = 17;

/// Sends clean-ups until the migration is aborted. Blocks with room go on by themselves meanwhile.
pub(super) async fn run(
	chain: &Chain,
	migration: u32,
	mut steps: u32,
	signer: &Signer,
	console: &Console,
) -> Result<Outcome> {
	let mut transactions = 0u32;
	loop {
		match stage(chain, migration, chain.finalized().await?.hash).await? {
			Stage::Aborted => break,
			// The abort may not be finalised yet.
			Stage::Aborting => {}
			other => {
				let best = stage(chain, migration, chain.best().await?.hash).await?;
				if !matches!(best, Stage::Aborting | Stage::Aborted) {
					return Err(GovernError::WrongStage {
						migration,
						stage: show::stage(&other),
						action: "a clean-up",
						needed: "Aborting",
					}
					.into());
				}
			}
		}
		let mut call = chain.call_index("Migration", "clean_up")?.to_vec();
		(migration, steps).encode_to(&mut call);
		match chain.execute(signer, "Migration.clean_up", &call).await {
			Ok(included) => {
				transactions = transactions.saturating_add(1);
				console.say(format!("cleaned up in block {}", included.block));
			}
			// A block before it had room for the rest.
			Err(SubstrateError::Failed { .. })
				if stage(chain, migration, chain.finalized().await?.hash).await?
					== Stage::Aborted => {}
			Err(SubstrateError::Refused { message, .. })
				if message.contains("exhaust") && steps > FEWEST_STEPS =>
			{
				steps = (steps / 2).max(FEWEST_STEPS);
				console.say(format!("no block has room for so many steps: {steps} from here on"));
			}
			Err(error) => return Err(error.into()),
		}
	}
	let data = json!({ "transactions": transactions });
	after(chain, migration, data, format!("cleaned up, {transactions} transactions")).await
}

async fn stage(chain: &Chain, migration: u32, at: H256) -> Result<Stage> {
	let record = chain.migration(migration, at).await?;
	let record =
		record.ok_or_else(|| anyhow::anyhow!("migration {migration} is gone from block {at:?}"))?;
	Ok(record.stage)
}
