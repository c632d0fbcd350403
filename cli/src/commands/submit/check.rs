//! What would fault a migration, found before it is proposed: a migration that cannot go on stands
//! in the way of others.

use anyhow::Result;
use codec::DecodeAll;
use migration_primitives::{
	item::Item,
	status::{AccountRecord, AccountState, SourceRecord},
	H160, H256,
};
use sp_core::crypto::AccountId32;

use super::SubmitError;
use crate::{
	bundle::Bundle,
	substrate::{Chain, Keys},
};

/// Accounts of one question.
const BATCH: usize = 128;

/// Refuses chunks that the chain does not take.
pub(super) fn limits(chain: &Chain, bundle: &Bundle) -> Result<()> {
	let largest = &bundle.largest;
	for (what, option, constant, found) in [
		("bytes of a chunk", "--chunk-bytes", "MaxChunkBytes", largest.bytes),
		("accounts of a chunk", "--chunk-accounts", "MaxChunkAccounts", largest.accounts),
		("slots of a chunk", "--chunk-slots", "MaxChunkSlots", largest.slots),
	] {
		let limit: u32 = chain.constant("Migration", constant)?;
		if found > limit {
			return Err(SubmitError::AboveLimit { what, limit, found, option }.into());
		}
	}
	let limit: u32 = chain.constant("Migration", "MaxMapChunkBytes")?;
	let longest = (0..bundle.map_chunk_count()).map(|index| bundle.map_chunk(index).0.len()).max();
	match longest.filter(|found| *found as u64 > u64::from(limit)) {
		Some(found) => Err(SubmitError::MapChunkAboveLimit { limit, found }.into()),
		None => Ok(()),
	}
}

/// Refuses accounts that an earlier migration brought.
pub(super) async fn not_taken(chain: &Chain, bundle: &Bundle, at: H256) -> Result<()> {
	let mut reader = bundle.reader()?;
	let mut batch = Vec::with_capacity(BATCH);
	while let Some(entry) = reader.next_record()? {
		let Item::Account(head) = entry.item else { continue };
		batch.push((head.address, bundle.target(head.address).1));
		if batch.len() >= BATCH {
			check_batch(chain, bundle, &batch, at).await?;
			batch.clear();
		}
	}
	check_batch(chain, bundle, &batch, at).await
}

async fn check_batch(
	chain: &Chain,
	bundle: &Bundle,
	batch: &[(H160, H160)],
	at: H256,
) -> Result<()> {
	let chain_id = bundle.manifest.source.chain_id;
	let keys: Vec<Vec<u8>> = batch
		.iter()
		.flat_map(|(source, target)| [Keys::source(chain_id, *source), Keys::target(*target)])
		.collect();
	let values = chain.values(&keys, at).await?;
	for ((source_address, target), values) in batch.iter().zip(values.chunks(2)) {
		let [by_source, by_target] = values else { continue };
		let by_source = match by_source {
			Some(bytes) => holder(AccountRecord::decode_all(&mut &bytes[..])?),
			None => None,
		};
		let by_target = match by_target {
			Some(bytes) => {
				let SourceRecord { chain_id, source, .. } =
					SourceRecord::decode_all(&mut &bytes[..])?;
				chain.target_of(chain_id, source, at).await?.and_then(holder)
			}
			None => None,
		};
		if let Some(by) = by_source.or(by_target) {
			let (source_address, target) = (*source_address, *target);
			return Err(SubmitError::Taken { source_address, target, by }.into());
		}
	}
	Ok(())
}

/// The migration that holds an entry; none where no account came for it.
fn holder(entry: AccountRecord<AccountId32>) -> Option<u32> {
	(entry.state != AccountState::Mapped).then_some(entry.migration)
}
