//! What the chain tells of migrations and accounts, for people and programs.

use migration_primitives::{
	status::{AccountRecord, AccountState, MigrationRecord, Stage},
	U256,
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;

use crate::parse;

/// A stage in one word.
pub(super) fn stage(stage: &Stage) -> String {
	match stage {
		Stage::Faulted(fault) => format!("Faulted: {fault}"),
		Stage::Paused(course) => format!("Paused: {course:?}"),
		other => format!("{other:?}"),
	}
}

/// A state in one word.
pub(super) fn state(state: &AccountState) -> &'static str {
	match state {
		AccountState::Mapped => "Mapped",
		AccountState::Importing => "Importing",
		AccountState::Imported => "Imported",
		AccountState::Waiting => "Waiting",
		AccountState::Released => "Released",
		AccountState::AlreadyPresent => "AlreadyPresent",
		AccountState::Empty => "Empty",
		AccountState::Collided(_) => "Collided",
		AccountState::Settled(_) => "Settled",
	}
}

/// A migration as JSON.
pub(super) fn migration(number: u32, record: &MigrationRecord<u32>) -> Value {
	let progress = &record.progress;
	json!({
		"migration": number,
		"manifest": record.manifest,
		"source_chain_id": record.source_chain_id,
		"state_root": record.state_root,
		"scope": record.scope,
		"trust": record.trust,
		"stage": stage(&record.stage),
		"since": record.since,
		"map_entries": { "done": progress.map_entries, "of": record.map.count },
		"chunks": { "done": progress.chunks, "of": record.chunks.count },
		"accounts": progress.totals.accounts,
		"contracts": progress.totals.contracts,
		"slots": progress.totals.slots,
		"code_bytes": progress.totals.code_bytes,
		"balance": text(progress.totals.balance),
		"credited": progress.credited.to_string(),
		"waiting": progress.waiting,
		"collisions": progress.collisions,
		"settled": progress.settled,
	})
}

/// A migration in words.
pub(super) fn migration_text(number: u32, record: &MigrationRecord<u32>) -> String {
	let progress = &record.progress;
	let totals = &progress.totals;
	format!(
		"migration {number} of chain {}: {} since block {}, {:?}\n  manifest {:?}\n  map {}/{} \
		 entries, {}/{} chunks: {} accounts ({} contracts, {} slots), {} wei credited, {} waiting, \
		 {} collisions",
		record.source_chain_id,
		stage(&record.stage),
		record.since,
		record.trust,
		record.manifest,
		progress.map_entries,
		record.map.count,
		progress.chunks,
		record.chunks.count,
		totals.accounts,
		totals.contracts,
		totals.slots,
		progress.credited,
		progress.waiting,
		progress.collisions,
	)
}

/// An account as JSON.
pub(super) fn account(record: &AccountRecord<AccountId32>) -> Value {
	json!({
		"migration": record.migration,
		"rule": parse::target_text(&record.target),
		"target": record.address,
		"state": state(&record.state),
		"nonce": record.nonce,
		"balance": text(record.balance),
		"code_hash": record.code_hash,
		"storage_root": record.storage_root,
		"slots": record.slots,
		"surplus": record.surplus.to_string(),
	})
}

/// Adds the fields of `more` to `data`.
pub(super) fn extend(data: &mut Value, more: Value) {
	if let (Value::Object(data), Value::Object(more)) = (data, more) {
		data.extend(more);
	}
}

fn text(number: U256) -> String {
	number.to_string()
}
