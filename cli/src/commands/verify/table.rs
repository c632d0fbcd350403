//! The table of `verify --table`: each account on both sides, and the proof-of-existence records.

use std::fmt;

use anyhow::Result;
use migration_primitives::{
	hash::keccak256,
	proof::{ProofKind, ProofRecord},
	H160, H256,
};

use super::{account::AccountJob, Context};
use crate::plan::AccountInfo;

/// Contracts that the table lists; the rest is counted.
const LISTED: usize = 200;

/// What an account is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
	Contract,
	External,
}

/// One account on both sides.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
	source: H160,
	target: H160,
	kind: Kind,
	slots: u64,
	same_code: bool,
}

impl Row {
	/// The row of an account whose target has the code `found`.
	pub(super) fn new(job: &AccountJob, target: H160, found: &[u8]) -> Self {
		let head = &job.head;
		let kind = match AccountInfo::new(head, &job.code).has_key() {
			true => Kind::External,
			false => Kind::Contract,
		};
		let same_code = keccak256(found) == head.code_hash;
		Self { source: head.address, target, kind, slots: head.slot_count, same_code }
	}
}

/// The rows of contracts, and a count of the other accounts.
#[derive(Debug, Default)]
pub(super) struct Table {
	contracts: Vec<Row>,
	more_contracts: u64,
	external: u64,
	external_moved: u64,
}

impl Table {
	/// Adds an account.
	pub(super) fn add(&mut self, row: Row) {
		match row.kind {
			Kind::Contract if self.contracts.len() < LISTED => self.contracts.push(row),
			Kind::Contract => self.more_contracts += 1,
			Kind::External => {
				self.external += 1;
				self.external_moved += u64::from(row.source != row.target);
			}
		}
	}
}

impl fmt::Display for Table {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		writeln!(
			f,
			"{:42}  {:42}  {:8}  {:>7}  code hash equal",
			"source", "target", "kind", "slots"
		)?;
		for row in &self.contracts {
			let equal = if row.same_code { "yes" } else { "NO" };
			writeln!(f, "{:?}  {:?}  contract  {:>7}  {equal}", row.source, row.target, row.slots)?;
		}
		if self.more_contracts > 0 {
			writeln!(f, "and {} more contracts", self.more_contracts)?;
		}
		let (external, moved) = (self.external, self.external_moved);
		writeln!(f, "and {external} externally owned accounts, {moved} of them at another address")
	}
}

/// The proof-of-existence records of the migration, a line each.
pub(super) async fn proofs(context: &Context<'_>) -> Result<String> {
	let manifest = &context.bundle.manifest;
	let mut text = String::from("proof of existence\n");
	for (kind, digest) in [
		(ProofKind::Manifest, context.bundle.manifest_hash),
		(ProofKind::Chunks, manifest.chunks.root),
		(ProofKind::Snapshot, manifest.snapshot_digest),
		(ProofKind::AddressMap, manifest.map.root),
	] {
		if let Some(record) = context.chain.proof(digest, context.hash()).await? {
			text.push_str(&line(kind, digest, &record));
		}
	}
	Ok(text)
}

fn line(kind: ProofKind, digest: H256, record: &ProofRecord<u32>) -> String {
	format!(
		"  {:10}  {digest:?}  recorded in block {}, of chain {} block {} {:?}, {:?}\n",
		format!("{kind:?}"),
		record.block,
		record.source_chain_id,
		record.source_block,
		record.source_hash,
		record.trust,
	)
}
