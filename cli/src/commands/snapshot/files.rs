//! A snapshot of a file.

use anyhow::{Context, Result};
use migration_primitives::snapshot::Finality;
use serde_json::json;

use super::{accounts, check_block_hash, outcome};
use crate::{
	args::SnapshotArgs,
	console::{Console, Outcome},
	snapshot::{directory, SnapshotWriter},
	source::file::{self, ConfirmedBy, FileKind, FileRequest, FileSource},
};

pub(super) fn run(source: &FileSource, args: &SnapshotArgs, console: &Console) -> Result<Outcome> {
	let targets = accounts::chosen(args)?.unwrap_or_default();
	anyhow::ensure!(
		targets.is_empty() || source.kind != FileKind::Attested,
		"all accounts of an attested file are taken: it says itself whether they are all there are"
	);
	let finality = match args.claim_finalized {
		true => Finality::Finalized,
		false => Finality::Unfinalized,
	};
	let request = FileRequest {
		file: source.clone(),
		header: args.header.clone(),
		chain_id: args.chain_id,
		block_hash: args.expect_block_hash,
		trust: args.trust.into(),
		finality,
		confirmations: args.confirmations,
		targets,
	};
	let bar = console.progress(0, "accounts");
	let read = file::read(&request, directory(&args.output), &mut || bar.inc(1))
		.with_context(|| format!("no snapshot can be made of {}", source.path.display()))?;
	check_block_hash(args, read.header.block_hash)?;
	let confirmed_by = read.hash_confirmed_by;
	let (number, hash) = (read.header.block_number, read.header.block_hash);
	console.say(format!(
		"chain {}, block {number} ({hash:?}), state root {:?}; the hash is confirmed by: {}",
		read.header.chain_id,
		read.state_root,
		confirmed_by.name(),
	));
	if confirmed_by == ConfirmedBy::Nobody {
		console.say(format!(
			"warning: the hash of block {number} follows from the file, and nobody confirms it: compare \
			 {hash:?} with what an explorer or a node of the chain says, or give that with \
			 --expect-block-hash"
		));
	}
	bar.reset();
	bar.set_length(read.staged.accounts());
	let mut writer = SnapshotWriter::create(&args.output, &read.header)?;
	read.staged.write(read.choice, &mut writer, || bar.inc(1))?;
	bar.finish_and_clear();
	let written = writer.finish()?;
	let mut outcome = outcome(args, &read.header, &written);
	if let Some(data) = outcome.data.as_object_mut() {
		data.insert("hash_confirmed_by".to_owned(), json!(confirmed_by.name()));
	}
	Ok(outcome)
}
