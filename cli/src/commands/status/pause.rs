//! Who paused a migration, and when: the record does not tell, the blocks do.

use codec::Encode;
use migration_primitives::status::Stage;

use crate::substrate::{BlockRef, Chain, SubstrateError};

/// How many blocks are looked back. Most nodes keep the state of so many.
const REACH: u32 = 256;

/// A block in which a migration was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Pause {
	/// The block's number.
	pub(super) block: u32,
	/// Who did it, in words.
	pub(super) by: Option<&'static str>,
}

impl Pause {
	/// Finds the block in which a migration that is paused at `at` was paused, among the last ones.
	/// None where it was longer ago, or where the node keeps fewer states.
	pub(super) async fn find(
		chain: &Chain,
		migration: u32,
		at: BlockRef,
	) -> Result<Option<Self>, SubstrateError> {
		match Self::search(chain, migration, at).await {
			// The state is gone.
			Err(SubstrateError::Refused { .. }) => Ok(None),
			found => found,
		}
	}

	async fn search(
		chain: &Chain,
		migration: u32,
		at: BlockRef,
	) -> Result<Option<Self>, SubstrateError> {
		let (mut before, mut after) = (at.number.saturating_sub(REACH), at.number);
		if is_paused(chain, migration, before).await? {
			return Ok(None);
		}
		while after.saturating_sub(before) > 1 {
			let middle = before.midpoint(after);
			match is_paused(chain, migration, middle).await? {
				true => after = middle,
				false => before = middle,
			}
		}
		let Some(hash) = chain.block_hash(after).await? else { return Ok(None) };
		let names = chain.companions(hash, "Migration", "Paused", &migration.encode()).await?;
		Ok(names.map(|names| Self { block: after, by: by(&names) }))
	}
}

async fn is_paused(chain: &Chain, migration: u32, block: u32) -> Result<bool, SubstrateError> {
	let Some(hash) = chain.block_hash(block).await? else { return Ok(false) };
	let record = chain.migration(migration, hash).await?;
	Ok(record.is_some_and(|record| matches!(record.stage, Stage::Paused(_))))
}

/// Who acted in a transaction with these events.
fn by(names: &[String]) -> Option<&'static str> {
	let has = |name: &str| names.iter().any(|other| other == name);
	match () {
		() if has("Sudo.Sudid") || has("Sudo.SudoAsDone") => Some("the sudo key"),
		() if has("Council.Executed") || has("Council.MemberExecuted") => Some("the council"),
		() if has("Scheduler.Dispatched") => Some("the scheduler, after a referendum"),
		() => None,
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn by_of_each_power_works() {
		let who =
			|names: &[&str]| by(&names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
		assert_eq!(who(&["Migration.Paused", "Sudo.Sudid"]), Some("the sudo key"));
		assert_eq!(who(&["Migration.Paused", "Council.Executed"]), Some("the council"));
		assert_eq!(who(&["Migration.Paused", "System.ExtrinsicSuccess"]), None);
	}
}
