//! The calls after the import, which the manifest holds the hashes of.

use anyhow::Result;
use codec::{Decode, Encode};
use migration_primitives::{
	manifest::PostImportCall,
	status::{CallFailure, Stage},
};
use serde_json::json;

use super::{after, check::Subject, error::failure_text};
use crate::{
	bundle::{check_approved, Manifest},
	console::{Console, Outcome},
	substrate::{Chain, Included, Signer, SubstrateError},
};

/// Executes those calls that are still to come, up to the first that fails.
pub(super) async fn run(
	chain: &Chain,
	subject: &Subject,
	manifest: &Manifest,
	calls: Vec<PostImportCall>,
	signer: &Signer,
	console: &Console,
) -> Result<Outcome> {
	let migration = subject.migration;
	check_approved(&manifest.post_import_calls, &calls)?;
	let (mut executed, mut failed) = (0u32, None::<(u32, String)>);
	let first = subject.record.progress.calls;
	for (index, call) in (0u32..).zip(calls).skip(first as usize) {
		let mut bytes = chain.call_index("Migration", "execute_call")?.to_vec();
		(migration, index, call).encode_to(&mut bytes);
		console.say(format!("executing call {index}"));
		let included = match chain.execute(signer, "Migration.execute_call", &bytes).await {
			Ok(included) => included,
			// Anybody may: perhaps somebody did.
			Err(SubstrateError::Failed { .. }) if is_behind(chain, migration, index).await? => {
				continue
			}
			Err(error) => return Err(error.into()),
		};
		failed = failure(chain, migration, index, included).await?;
		if failed.is_some() {
			break;
		}
		executed = executed.saturating_add(1);
	}
	let mut text = format!("{executed} calls executed");
	if let Some((index, reason)) = &failed {
		text.push_str(&format!(
			"\ncall {index} changed nothing: {reason}. Have it tried again (govern retry-call \
			 {migration} --index {index}), skip it (govern skip-call {migration} --index {index}), or \
			 abort"
		));
	}
	let data = json!({
		"executed": executed,
		"failed": failed.as_ref().map(|(index, reason)| json!({ "index": index, "reason": reason })),
	});
	let outcome = after(chain, migration, data, text).await?;
	Ok(Outcome { matched: failed.is_none(), ..outcome })
}

/// Whether a call was executed or skipped.
async fn is_behind(chain: &Chain, migration: u32, index: u32) -> Result<bool> {
	let at = chain.finalized().await?.hash;
	let record = chain.migration(migration, at).await?;
	Ok(record
		.is_some_and(|record| record.stage == Stage::Imported && record.progress.calls > index))
}

/// Why a call that is in a block changed nothing.
async fn failure(
	chain: &Chain,
	migration: u32,
	index: u32,
	included: Included,
) -> Result<Option<(u32, String)>> {
	for fields in chain.events(included.hash, "Migration", "CallFailed").await? {
		let (of, at, reason) = <(u32, u32, CallFailure)>::decode(&mut fields.as_slice())?;
		if (of, at) == (migration, index) {
			return Ok(Some((index, failure_text(&reason))));
		}
	}
	Ok(None)
}
