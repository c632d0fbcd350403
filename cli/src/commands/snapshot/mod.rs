//! `snapshot`: accounts of a live Ethereum node or of a file, proved against one block, in one
//! file.

mod accounts;
mod files;
mod finder;
mod lists;
mod live;

use anyhow::Result;
use migration_primitives::{header, snapshot::SnapshotHeader, H256};
use serde_json::json;

use crate::{
	args::SnapshotArgs,
	console::{Console, Outcome},
	snapshot::{or_more, Written},
};

/// Takes a snapshot.
pub(super) async fn run(args: SnapshotArgs, console: &Console) -> Result<Outcome> {
	match (&args.rpc, &args.from_file) {
		(Some(url), _) => live::run(url, &args, console).await,
		(None, Some(file)) => files::run(file, &args, console),
		(None, None) => anyhow::bail!("neither --rpc nor --from-file is given"),
	}
}

/// The block must be the one that the operator means.
fn check_block_hash(args: &SnapshotArgs, found: H256) -> Result<()> {
	match args.expect_block_hash.filter(|expected| *expected != found) {
		Some(expected) => anyhow::bail!("the block is {found:?}, {expected:?} is expected"),
		None => Ok(()),
	}
}

/// What was written.
fn outcome(args: &SnapshotArgs, header: &SnapshotHeader, written: &Written) -> Outcome {
	let totals = written.totals;
	let text = format!(
		"{}: {:?}, {:?} scope, block {} ({:?}): {} accounts ({} contracts, {} slots, {} bytes of \
		 code), {} wei{}, {} bytes, digest {:?}",
		args.output.display(),
		header.trust,
		header.scope,
		header.block_number,
		header.block_hash,
		totals.accounts,
		totals.contracts,
		totals.slots,
		totals.code_bytes,
		totals.balance,
		or_more(totals.balance),
		written.length,
		written.digest,
	);
	let state_root = header::parse(&header.block_header).map(|header| header.state_root).ok();
	let data = json!({
		"snapshot": args.output,
		"chain_id": header.chain_id,
		"block": header.block_number,
		"block_hash": header.block_hash,
		"state_root": state_root,
		"finality": header.finality,
		"confirmations": header.confirmations,
		"scope": header.scope,
		"trust": header.trust,
		"accounts": totals.accounts,
		"contracts": totals.contracts,
		"slots": totals.slots,
		"code_bytes": totals.code_bytes,
		"balance": totals.balance.to_string(),
		"bytes": written.length,
		"digest": written.digest,
	});
	Outcome::done(data, text)
}
