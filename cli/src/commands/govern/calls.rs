//! The calls after the import, which the manifest holds the hashes of.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use codec::{Decode, Encode};
use migration_primitives::{
	limits::MAX_POST_IMPORT_INPUT,
	manifest::PostImportCall,
	status::{CallFailure, Stage},
	H160,
};
use serde::Deserialize;
use serde_json::json;

use super::{
	after,
	check::Subject,
	error::{failure_text, GovernError},
};
use crate::{
	bundle::Manifest,
	console::{Console, Outcome},
	parse,
	substrate::{Chain, Included, Signer, SubstrateError},
};

/// The longest file: 64 calls with the longest input, in hexadecimal digits.
const MAX_FILE_BYTES: u64 = 4 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CallInFile {
	from: String,
	to: String,
	input: String,
	gas_limit: u64,
}

/// Reads a list of calls.
pub(super) fn read(path: &Path) -> Result<Vec<PostImportCall>> {
	let unreadable = || format!("the calls in {} cannot be read", path.display());
	let length = fs::metadata(path).with_context(unreadable)?.len();
	anyhow::ensure!(
		length <= MAX_FILE_BYTES,
		"{} has {length} bytes, calls have at most {MAX_FILE_BYTES}",
		path.display(),
	);
	let text = fs::read_to_string(path).with_context(unreadable)?;
	let list: Vec<CallInFile> = serde_json::from_str(&text).with_context(unreadable)?;
	list.into_iter().enumerate().map(|(index, call)| convert(index, &call)).collect()
}

fn convert(index: usize, call: &CallInFile) -> Result<PostImportCall> {
	let input = hex::decode(call.input.strip_prefix("0x").unwrap_or(&call.input))
		.with_context(|| format!("the input of call {index} is no hexadecimal number"))?;
	let found = input.len();
	let limit = MAX_POST_IMPORT_INPUT;
	let address = |text: &str| -> Result<H160> {
		parse::address(text).with_context(|| format!("call {index}"))
	};
	Ok(PostImportCall {
		from: address(&call.from)?,
		to: address(&call.to)?,
		input: input.try_into().map_err(|_| GovernError::CallInput { index, found, limit })?,
		gas_limit: call.gas_limit,
	})
}

/// Refuses calls that are not the manifest's.
fn check(migration: u32, manifest: &Manifest, calls: &[PostImportCall]) -> Result<(), GovernError> {
	let approved = &manifest.post_import_calls;
	if approved.len() != calls.len() {
		let (expected, found) = (approved.len(), calls.len());
		return Err(GovernError::CallCount { migration, expected, found });
	}
	for (index, (expected, call)) in (0u32..).zip(approved.iter().zip(calls)) {
		let (expected, found) = (*expected, call.hash());
		if expected != found {
			return Err(GovernError::CallDiffers { index, expected, found });
		}
	}
	Ok(())
}

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
	check(migration, manifest, &calls)?;
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
			"\ncall {index} changed nothing: {reason}. It is not tried again: skip it (govern \
			 skip-call {migration} --index {index}), or abort"
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

#[cfg(test)]
mod tests {
	use super::*;

	fn file(text: &str) -> Result<Vec<PostImportCall>> {
		let folder = tempfile::tempdir()?;
		let path = folder.path().join("calls.json");
		fs::write(&path, text)?;
		read(&path)
	}

	#[test]
	fn read_of_a_list_works() -> Result<()> {
		let (from, to) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let calls = file(&format!(
			r#"[{{"from": "{from:?}", "to": "{to:?}", "input": "0x0102", "gas_limit": 5}}]"#
		))?;
		let input = vec![1, 2].try_into().unwrap_or_default();
		assert_eq!(calls, [PostImportCall { from, to, input, gas_limit: 5 }]);
		Ok(())
	}

	#[test]
	fn read_of_what_is_no_call_fails() {
		let address = H160::repeat_byte(1);
		let long = "00".repeat(MAX_POST_IMPORT_INPUT as usize + 1);
		for text in [
			"{}".to_owned(),
			r#"[{"from": "0x1", "to": "0x1", "input": "", "gas_limit": 5}]"#.to_owned(),
			format!(
				r#"[{{"from": "{address:?}", "to": "{address:?}", "input": "zz", "gas_limit": 5}}]"#
			),
			format!(
				r#"[{{"from": "{address:?}", "to": "{address:?}", "input": "{long}", "gas_limit": 5}}]"#
			),
		] {
			assert!(file(&text).is_err(), "{}", &text[..text.len().min(200)]);
		}
	}
}
