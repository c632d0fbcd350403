//! Handing out what waits in the ledger.

use std::collections::BTreeMap;

use anyhow::Result;
use codec::{Decode, Encode};
use migration_primitives::H160;

use crate::{
	console::Console,
	substrate::{Chain, Keys, Signer, SubstrateError},
};

/// Accounts of one call; the pallet takes 256.
const BATCH: usize = 256;

/// What became of the ledger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Released {
	/// For how many accounts it was handed out.
	pub(super) count: usize,
	/// The sources for which something waits still.
	pub(super) failed: Vec<H160>,
}

/// Releases everything that waits in a migration, page by page from the first key to the last.
/// What the chain could not hand out is said and listed.
pub(super) async fn release(
	chain: &Chain,
	migration: u32,
	signer: &Signer,
	console: &Console,
) -> Result<Released> {
	let prefix = Keys::ledger(migration);
	let (mut released, mut after) = (Released::default(), None::<Vec<u8>>);
	loop {
		let at = chain.finalized().await?;
		let keys = chain.some_keys_after(&prefix, after.as_deref(), BATCH, at.hash).await?;
		let Some(last) = keys.last().cloned() else { return Ok(released) };
		let sources: Vec<H160> = keys.iter().filter_map(|key| Keys::address_in(key)).collect();
		console.say(format!("releasing {} accounts", sources.len()));
		let refusals = release_batch(chain, migration, signer, &sources).await?;
		let left = still_waiting(chain, migration, &sources).await?;
		for source in &left {
			let reason =
				refusals.get(source).map_or("the chain kept it in its ledger", String::as_str);
			console.say(format!("not released: {source:?}: {reason}"));
		}
		released.count = released.count.saturating_add(sources.len()).saturating_sub(left.len());
		released.failed.extend(left);
		after = Some(last);
	}
}

/// Releases a batch, and gives why the chain kept some of it.
async fn release_batch(
	chain: &Chain,
	migration: u32,
	signer: &Signer,
	sources: &[H160],
) -> Result<BTreeMap<H160, String>> {
	let mut call = chain.call_index("Migration", "release")?.to_vec();
	(migration, sources).encode_to(&mut call);
	let included = match chain.execute(signer, "Migration.release", &call).await {
		Ok(included) => included,
		// Anybody may release: perhaps somebody did.
		Err(SubstrateError::Failed { .. })
			if still_waiting(chain, migration, sources).await?.is_empty() =>
		{
			return Ok(BTreeMap::new())
		}
		Err(error) => return Err(error.into()),
	};
	let mut refusals = BTreeMap::new();
	for fields in chain.events(included.hash, "Migration", "ReleaseFailed").await? {
		let mut rest = fields.as_slice();
		let (of, source) = <(u32, H160)>::decode(&mut rest)?;
		if of == migration {
			refusals.insert(source, chain.dispatch_error(rest));
		}
	}
	Ok(refusals)
}

/// The sources of a batch for which something waits.
async fn still_waiting(
	chain: &Chain,
	migration: u32,
	sources: &[H160],
) -> Result<Vec<H160>, SubstrateError> {
	let at = chain.finalized().await?;
	let keys: Vec<Vec<u8>> = sources.iter().map(|source| Keys::owed(migration, *source)).collect();
	let values = chain.values(&keys, at.hash).await?;
	let left = sources.iter().zip(values).filter(|(_, value)| value.is_some());
	Ok(left.map(|(source, _)| *source).collect())
}
