//! Accounts whose target was occupied.

use anyhow::Result;
use codec::DecodeAll;
use migration_primitives::{
	status::{AccountRecord, AccountState},
	H160, H256,
};
use sp_core::crypto::AccountId32;

use super::{check::Subject, error::GovernError};
use crate::{
	args::ResolveArgs,
	commands::show,
	substrate::{Chain, Keys},
};

/// Accounts of one call; the pallet takes 256.
pub(in crate::commands) const BATCH: usize = 256;

/// The accounts that are to be settled: those that are named, or all.
pub(super) async fn choose(
	chain: &Chain,
	subject: &Subject,
	args: &ResolveArgs,
	at: H256,
) -> Result<Vec<H160>> {
	match args.all {
		true => all(chain, subject, at).await,
		false => named(chain, subject, &args.account, at).await,
	}
}

async fn named(chain: &Chain, subject: &Subject, accounts: &[H160], at: H256) -> Result<Vec<H160>> {
	let Subject { migration, record, .. } = subject;
	let migration = *migration;
	for account in accounts {
		let entry = chain.target_of(record.source_chain_id, *account, at).await?;
		let state = match &entry {
			None => "in no map of this chain".to_owned(),
			Some(entry) if entry.migration != migration => {
				format!("of migration {}", entry.migration)
			}
			Some(entry) if matches!(entry.state, AccountState::Collided(_)) => continue,
			Some(entry) => show::state(&entry.state).to_owned(),
		};
		return Err(GovernError::NotCollided { account: *account, migration, state }.into());
	}
	let mut accounts = accounts.to_vec();
	accounts.sort_unstable();
	accounts.dedup();
	Ok(accounts)
}

async fn all(chain: &Chain, subject: &Subject, at: H256) -> Result<Vec<H160>> {
	let migration = subject.migration;
	let found = open(chain, migration, subject.record.source_chain_id, at).await?;
	match found.is_empty() {
		true => Err(GovernError::NoCollisions { migration }.into()),
		false => Ok(found),
	}
}

/// The accounts of a migration whose target was occupied and that are not settled.
pub(in crate::commands) async fn open(
	chain: &Chain,
	migration: u32,
	source_chain_id: u64,
	at: H256,
) -> Result<Vec<H160>> {
	let prefix = Keys::sources(source_chain_id);
	let (mut found, mut after) = (Vec::new(), None::<Vec<u8>>);
	loop {
		let keys = chain.keys_after(&prefix, after.as_deref(), at).await?;
		let Some(last) = keys.last().cloned() else { return Ok(found) };
		for (key, value) in keys.iter().zip(chain.values(&keys, at).await?) {
			let (Some(source), Some(bytes)) = (Keys::address_in(key), value) else { continue };
			let entry = AccountRecord::<AccountId32>::decode_all(&mut bytes.as_slice())?;
			let collided = matches!(entry.state, AccountState::Collided(_));
			if entry.migration == migration && collided {
				found.push(source);
			}
		}
		after = Some(last);
	}
}
