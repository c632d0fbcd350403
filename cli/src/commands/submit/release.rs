//! Handing out what waits in the ledger.

use anyhow::Result;
use codec::Encode;
use migration_primitives::H160;

use crate::{
	console::Console,
	substrate::{Chain, Keys, Signer, SubstrateError},
};

/// Accounts of one call; the pallet takes 256.
const BATCH: usize = 256;

/// Releases everything that waits in a migration. Returns for how many accounts.
pub(super) async fn release(
	chain: &Chain,
	migration: u32,
	signer: &Signer,
	console: &Console,
) -> Result<usize> {
	let index = chain.call_index("Migration", "release")?;
	let mut released = 0usize;
	let mut last: Vec<H160> = Vec::new();
	loop {
		let at = chain.finalized().await?;
		// What was released is no longer there, so that the first page is always the next one.
		let keys = chain.keys_after(&Keys::ledger(migration), None, at.hash).await?;
		let sources: Vec<H160> =
			keys.iter().take(BATCH).filter_map(|key| Keys::address_in(key)).collect();
		if sources.is_empty() {
			return Ok(released);
		}
		console.say(format!("releasing {} accounts", sources.len()));
		let mut call = index.to_vec();
		(migration, &sources).encode_to(&mut call);
		match chain.execute(signer, "Migration.release", &call).await {
			Ok(_) => released = released.saturating_add(sources.len()),
			// Anybody may release, so that some of them may be gone already: ask anew, once.
			Err(SubstrateError::Failed { .. }) if last != sources => {}
			Err(error) => return Err(error.into()),
		}
		last = sources;
	}
}
