//! `verify`: the target chain against the bundle, whole and both ways.
//!
//! Everything is read from the chain's raw storage at one finalised block: whatever the runtime
//! would answer to questions, this is what it has. Missing and extra accounts, slots, targets and
//! ledger entries are mismatches, as is every value that differs. What storage does not tell, the
//! events of the blocks since the proposal do: what was handed out, and which balances root wrote.
//!
//! Two kinds of account cannot be compared to the last wei, because their owners use them: those
//! that were alive on the target before the import (of which the ledger is compared, and that no contract
//! stands there; after the release the nonce, and the balance until they use it), and stateless contracts
//! that were there already (of which the code is compared). The slots of both are their own: notes. Anybody
//! can send wei to every account: what is on top is a note, unless nobody paid it. After the activation
//! users move balances, nonces and slots; `verify` then says so.

mod account;
mod balance;
mod blocks;
mod deposits;
mod extra;
mod findings;
mod history;
mod imports;
mod jobs;
mod slots;
mod spending;
mod table;
mod unknown;
mod unread;

use std::pin::pin;

use anyhow::{Context as _, Result};
use futures::{stream, TryStreamExt};
use indicatif::ProgressBar;
use migration_primitives::{
	header,
	proof::ProofKind,
	snapshot::{Scope, Trust},
	status::{AccountState, MigrationRecord, Stage},
	H160, H256, U256,
};
use serde_json::json;
use sp_core::crypto::AccountId32;

use self::{
	account::check_account,
	deposits::{Deposit, Deposits, Rule},
	extra::{Everything, ExtraSlots},
	findings::{Findings, Mismatch},
	history::{History, Span},
	jobs::{Job, Jobs},
	slots::check_slots,
	table::{Row, Table},
	unknown::Unknown,
};
use super::{
	show,
	submit::{connect_to, find},
};
use crate::{
	args::VerifyArgs,
	bundle::Bundle,
	console::{Console, Outcome},
	substrate::{BlockRef, Chain, Keys},
};

/// Questions that are asked at once.
const PARALLEL: usize = 16;

/// What is compared with what.
struct Context<'a> {
	chain: &'a Chain,
	bundle: &'a Bundle,
	migration: u32,
	at: BlockRef,
	/// Whether addresses have accounts by the hashed mapping, which is then not asked for.
	hashed: bool,
	/// Whether what waits may have been handed out.
	completed: bool,
	/// The account that holds what waits.
	escrow: AccountId32,
	/// What the events tell.
	history: History,
	/// Whether all blocks were read in which anything can have been handed out.
	released_blocks_known: bool,
	/// Most notes that are listed of one account.
	list: usize,
}

/// Compares.
pub(super) async fn run(args: VerifyArgs, console: &Console) -> Result<Outcome> {
	let bundle = Bundle::load(&args.bundle)?;
	let chain = connect_to(&args.node).await?;
	let at = chain.finalized().await?;
	let mut findings = Findings::new(args.list);
	let Some((migration, record)) = find(&chain, bundle.manifest_hash, at.hash).await? else {
		findings.add(Mismatch::of_migration("manifest", bundle.manifest_hash, "no migration"));
		return Ok(findings.outcome(json!({ "block": at.number, "poe_verified": false })));
	};
	console.say(format!("comparing migration {migration} at block {} ({:?})", at.number, at.hash));
	let span = span(&chain, &bundle, (migration, &record), at, args.event_blocks).await?;
	let history = History::read(&chain, &span, console).await?;
	if args.require_events {
		history.ensure_known(&span)?;
	}
	let probe = H160::repeat_byte(0x5a);
	let context = Context {
		chain: &chain,
		bundle: &bundle,
		migration,
		at,
		hashed: chain.account_id(probe, at.hash).await? == Keys::hashed_account(probe),
		completed: record.stage == Stage::Completed,
		escrow: span.escrow,
		released_blocks_known: history.covers(span.activation.unwrap_or_default()),
		history,
		list: args.list,
	};
	check_migration(&context, &record, args.before_activate, &mut findings).await?;
	check_history(&context, &mut findings);
	let poe_verified = check_proofs(&context, &mut findings).await?;
	let bar = console.progress(bundle.manifest.totals.accounts, "accounts");
	let mut table = args.table.then(Table::default);
	let mut deposits = Deposits::new(args.list);
	let everything =
		check_records(&context, &mut findings, &mut deposits, &mut table, &bar).await?;
	bar.finish_and_clear();
	everything.check_extra(&context, &mut findings).await?;
	everything.check_credited(&record, &mut findings);
	let (deposited, deposited_wei) = (deposits.accounts, deposits.wei);
	deposits.settle(&context, Rule::of(&args), &mut findings, console).await?;
	everything.sum_up(&mut findings);
	findings.leave_out(everything.unknowns);
	let totals = &bundle.manifest.totals;
	let source = &bundle.manifest.source;
	let proved = is_proved(&bundle, &record, &mut findings);
	let mut outcome = findings.outcome(json!({
		"migration": migration,
		"manifest": bundle.manifest_hash,
		"stage": show::stage(&record.stage),
		"trust": record.trust,
		"scope": record.scope,
		"source_block": source.number,
		"source_block_hash": source.hash,
		"state_root": record.state_root,
		"verified_on_chain": proved,
		"block": at.number,
		"block_hash": at.hash,
		"accounts": totals.accounts,
		"contracts": totals.contracts,
		"slots": totals.slots,
		"code_bytes": totals.code_bytes,
		"waiting": everything.waiting.count,
		"released": everything.released,
		"already_present": everything.already_present,
		"deposits": deposited,
		"deposits_wei": deposited_wei.to_string(),
		"surplus": everything.surplus,
		"surplus_wei": everything.surplus_wei.to_string(),
		"delegations_not_written": everything.delegations_not_written,
		"delegations_of_their_own": everything.own_delegations,
		"contracts_of_their_own": everything.own_contracts,
		"slots_in_use": everything.slots_in_use,
		"events": context.history.data(),
		"poe_verified": poe_verified,
	}));
	if proved {
		outcome.text = format!("{}\n{}", proof_text(&bundle, &record), outcome.text);
	}
	if let Some(table) = table {
		let proofs = table::proofs(&context).await?;
		outcome.text = format!("{table}\n{proofs}\n{}", outcome.text);
	}
	Ok(outcome)
}

/// The blocks whose events tell of a migration, of which at most `limit` after the activation.
async fn span(
	chain: &Chain,
	bundle: &Bundle,
	(migration, record): (u32, &MigrationRecord<u32>),
	at: BlockRef,
	limit: u32,
) -> Result<Span> {
	let proof = chain.proof(bundle.manifest_hash, at.hash).await?;
	Ok(Span {
		migration,
		escrow: extra::escrow(chain.constant("Migration", "PalletId")?, migration),
		proposal: proof.filter(|proof| proof.migration == migration).map(|proof| proof.block),
		since: record.since,
		activation: (record.stage == Stage::Completed).then_some(record.since),
		head: at.number,
		limit,
	})
}

/// Whether the chain held every record against the state root of the source block. A migration with
/// the trust `Proved` is imported in no other way.
fn is_proved(bundle: &Bundle, record: &MigrationRecord<u32>, findings: &mut Findings) -> bool {
	if record.trust != Trust::Proved {
		return false;
	}
	let header = header::parse(&bundle.manifest.source.header).ok();
	let expected = header.map(|header| header.state_root);
	if expected != Some(record.state_root) {
		let found = format!("{:?}", record.state_root);
		findings.add(Mismatch::of_migration("state root", format!("{expected:?}"), found));
		return false;
	}
	matches!(record.stage, Stage::Imported | Stage::Completed)
}

/// What the chain proved, in words.
fn proof_text(bundle: &Bundle, record: &MigrationRecord<u32>) -> String {
	let (source, totals) = (&bundle.manifest.source, &record.progress.totals);
	let how = match record.scope {
		Scope::Selected => "each account by a proof of its own",
		Scope::Full => "all accounts together",
	};
	format!(
		"proved on chain against block {} of chain {}\n  block hash {:?}\n  state root {:?}\n  {} \
		 accounts ({} contracts) and {} slots, {how}",
		source.number,
		source.chain_id,
		source.hash,
		record.state_root,
		totals.accounts,
		totals.contracts,
		totals.slots,
	)
}

async fn check_migration(
	context: &Context<'_>,
	record: &MigrationRecord<u32>,
	before_activate: bool,
	findings: &mut Findings,
) -> Result<()> {
	let arrived = match record.stage {
		Stage::Imported => true,
		Stage::Completed => !before_activate,
		_ => false,
	};
	if !arrived {
		let found = show::stage(&record.stage);
		findings.add(Mismatch::of_migration("stage", Stage::Imported, found));
	}
	let manifest = &context.bundle.manifest;
	let on_chain = context.chain.manifest(context.migration, context.at.hash).await?;
	if on_chain.as_ref() != Some(manifest) {
		let found = on_chain.map(|manifest| manifest.hash());
		findings.add(Mismatch::of_migration("manifest", manifest.hash(), format!("{found:?}")));
	}
	if record.progress.totals != manifest.totals {
		let found = record.progress.totals;
		findings.add(Mismatch::of_migration("totals", manifest.totals, format!("{found:?}")));
	}
	Ok(())
}

/// Whether the events begin where they should, and are all known.
fn check_history(context: &Context<'_>, findings: &mut Findings) {
	let history = &context.history;
	if let Some(block) = history.not_proposed() {
		let found = format!("no proposal in block {block}");
		findings.add(Mismatch::of_migration("block of the proposal", block, found));
	}
	history.warnings().into_iter().for_each(|warning| findings.warn(warning));
}

/// Recomputes the digests from the files and looks for their records.
async fn check_proofs(context: &Context<'_>, findings: &mut Findings) -> Result<bool> {
	let (bundle, migration) = (context.bundle, context.migration);
	let manifest = &bundle.manifest;
	let source = &manifest.source;
	let mut sound = true;
	// A bundle that was loaded has these digests: they were recomputed from its files.
	for (kind, digest) in [
		(ProofKind::Manifest, bundle.manifest_hash),
		(ProofKind::Chunks, manifest.chunks.root),
		(ProofKind::Snapshot, manifest.snapshot_digest),
		(ProofKind::AddressMap, manifest.map.root),
	] {
		// In `Full` scope the map may be empty: everything keeps its address.
		if kind == ProofKind::AddressMap && manifest.map.count == 0 {
			continue;
		}
		let record = context.chain.proof(digest, context.at.hash).await?;
		let fits = record.as_ref().is_some_and(|record| {
			let same_source = (record.source_chain_id, record.source_block, record.source_hash)
				== (source.chain_id, source.number, source.hash);
			// The first migration that brings a digest has its record.
			let same_migration = match record.migration == migration {
				true => record.manifest == bundle.manifest_hash,
				false => record.migration < migration && kind != ProofKind::Manifest,
			};
			let same_trust = record.trust == kind.trust(manifest.trust);
			record.kind == kind && same_source && same_migration && same_trust
		});
		if !fits {
			sound = false;
			let expected = format!("{kind:?} {digest:?}");
			findings.add(Mismatch::of_migration("proof", expected, format!("{record:?}")));
		}
	}
	Ok(sound)
}

/// Compares every record of the snapshot, and notes what there is.
async fn check_records(
	context: &Context<'_>,
	findings: &mut Findings,
	deposits: &mut Deposits,
	table: &mut Option<Table>,
	bar: &ProgressBar,
) -> Result<Everything> {
	let jobs = stream::try_unfold(Jobs::new(context)?, |mut jobs| async move {
		Ok::<_, anyhow::Error>(jobs.next_job()?.map(|job| (job, jobs)))
	});
	let answers = jobs
		.map_ok(|job| async move {
			match job {
				Job::Account(job) => {
					let answer = check_account(context, *job).await?;
					Ok(Answer::Account(Box::new(answer)))
				}
				Job::Slots(job) => check_slots(context, &job).await.map(Answer::Slots),
				Job::End { source, slots } => {
					let (_, target) = context.bundle.target(source);
					extra::check_slot_count(context, source, target, &slots).await.map(Answer::End)
				}
			}
		})
		.try_buffered(PARALLEL);
	let mut answers = pin!(answers);
	let mut everything = Everything::default();
	while let Some(answer) = answers.try_next().await.context("the comparison stopped")? {
		match answer {
			Answer::Slots(mismatches) => findings.extend(mismatches),
			Answer::End(ExtraSlots { mismatches, notes, in_use }) => {
				findings.extend(mismatches);
				findings.note(notes);
				everything.note_slots(in_use);
			}
			Answer::Account(answer) => {
				everything.note(&answer);
				if let (Some(table), Some(row)) = (table.as_mut(), answer.row) {
					table.add(row);
				}
				findings.extend(answer.mismatches);
				findings.note(answer.notes);
				if let Some(deposit) = answer.deposit {
					deposits.add(deposit);
				}
				bar.inc(1);
			}
		}
	}
	Ok(everything)
}

enum Answer {
	Account(Box<AccountAnswer>),
	Slots(Vec<Mismatch>),
	End(ExtraSlots),
}

/// What became of one account.
#[derive(Debug, Default)]
struct AccountAnswer {
	source: H160,
	target: H160,
	state: Option<AccountState>,
	/// Wei that wait for it.
	owed: u128,
	/// Wei that stood at its target before it came, where that balance is compared.
	surplus: u128,
	/// Wei on top of what should be there.
	deposit: Option<Deposit>,
	/// What its code is, where it was in use and that is not the source's.
	own_code: Option<OwnCode>,
	/// Wei that were credited for it, and wei of which nothing tells whether they were.
	credited: U256,
	perhaps_credited: U256,
	/// Why its balance cannot be compared.
	unknown: Option<Unknown>,
	/// Its line of the table.
	row: Option<Row>,
	mismatches: Vec<Mismatch>,
	/// What is worth knowing, but no mismatch.
	notes: Vec<Mismatch>,
}

/// What the code of an account in use is, where it is not the source's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum OwnCode {
	/// Another delegation (EIP-7702) than the source's, or none.
	DelegationNotWritten,
	/// A delegation, where the source has none.
	Delegation,
	/// A contract, where the source has none.
	Contract,
}

impl Context<'_> {
	/// The account that holds an address's balance and nonce.
	async fn account_id(&self, address: H160) -> Result<AccountId32> {
		match self.hashed {
			true => Ok(Keys::hashed_account(address)),
			false => Ok(self.chain.account_id(address, self.at.hash).await?),
		}
	}

	fn hash(&self) -> H256 {
		self.at.hash
	}
}
