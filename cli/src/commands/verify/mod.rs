//! `verify`: the target chain against the bundle, whole and both ways.
//!
//! Everything is read from the chain's raw storage at one finalised block: whatever the runtime
//! would answer to questions, this is what it has. Missing and extra accounts, slots, targets and
//! ledger entries are mismatches, as is every value that differs.
//!
//! Two kinds of account cannot be compared to the last wei, because their owners use them: those
//! that were alive on the target before the import (of which the ledger, or after the release the
//! nonce, is compared), and stateless contracts that were there already (of which the code is
//! compared). Anybody can send wei to every account: what is on top is a note, unless nobody paid it.
//! After the activation users move balances, nonces and slots; `verify` then says so.

mod account;
mod deposits;
mod extra;
mod findings;
mod slots;
mod table;

use std::{fs::File, pin::pin};

use anyhow::{Context as _, Result};
use futures::{stream, TryStreamExt};
use indicatif::ProgressBar;
use migration_primitives::{
	header,
	item::{AccountHead, Item, Slot},
	proof::ProofKind,
	snapshot::{Scope, Trust},
	status::{AccountState, MigrationRecord, Stage},
	H160, H256,
};
use serde_json::json;

use self::{
	account::{check_account, AccountJob},
	deposits::{Deposit, Deposits, Rule},
	extra::{Checksum, Everything},
	findings::{Findings, Mismatch},
	slots::{check_slots, SlotJob},
	table::{Row, Table},
};
use super::{
	show,
	submit::{connect, find},
};
use crate::{
	args::VerifyArgs,
	bundle::Bundle,
	console::{Console, Outcome},
	snapshot::SnapshotReader,
	substrate::{BlockRef, Chain, Keys},
};

/// Questions that are asked at once.
const PARALLEL: usize = 16;
/// Slots of one question.
const SLOTS: usize = 256;

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
}

/// Compares.
pub(super) async fn run(args: VerifyArgs, console: &Console) -> Result<Outcome> {
	let bundle = Bundle::load(&args.bundle)?;
	let chain = connect(&args.node.node, args.node.patience).await?;
	let at = chain.finalized().await?;
	let mut findings = Findings::new(args.list);
	let Some((migration, record)) = find(&chain, bundle.manifest_hash, at.hash).await? else {
		findings.add(Mismatch::of_migration("manifest", bundle.manifest_hash, "no migration"));
		return Ok(findings.outcome(json!({ "block": at.number, "poe_verified": false })));
	};
	console.say(format!("comparing migration {migration} at block {} ({:?})", at.number, at.hash));
	let probe = H160::repeat_byte(0x5a);
	let context = Context {
		chain: &chain,
		bundle: &bundle,
		migration,
		at,
		hashed: chain.account_id(probe, at.hash).await? == Keys::hashed_account(probe),
		completed: record.stage == Stage::Completed,
	};
	check_migration(&context, &record, args.before_activate, &mut findings).await?;
	let poe_verified = check_proofs(&context, &mut findings).await?;
	let bar = console.progress(bundle.manifest.totals.accounts, "accounts");
	let mut table = args.table.then(Table::default);
	let mut deposits = Deposits::new(args.list);
	let everything =
		check_records(&context, &mut findings, &mut deposits, &mut table, &bar).await?;
	bar.finish_and_clear();
	everything.check_extra(&context, &mut findings).await?;
	let (deposited, deposited_wei) = (deposits.accounts, deposits.wei);
	deposits.settle(&context, Rule::of(&args), &mut findings, console).await?;
	everything.sum_up(&mut findings);
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

/// Recomputes the digests from the files and looks for their records.
async fn check_proofs(context: &Context<'_>, findings: &mut Findings) -> Result<bool> {
	let (bundle, migration) = (context.bundle, context.migration);
	let manifest = &bundle.manifest;
	let source = &manifest.source;
	let mut sound = true;
	// A bundle that was loaded has these digests: they were recomputed from its files.
	for (kind, digest) in [
		(ProofKind::Manifest, bundle.manifest_hash),
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
			record.kind == kind && same_source && same_migration && record.trust == manifest.trust
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
	let jobs = Jobs { reader: context.bundle.reader()?, context, open: None, slots: Vec::new() };
	let jobs = stream::try_unfold(jobs, |mut jobs| async move {
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
					extra::check_slot_count(context, source, target, &slots)
						.await
						.map(Answer::Slots)
				}
			}
		})
		.try_buffered(PARALLEL);
	let mut answers = pin!(answers);
	let mut everything = Everything::default();
	while let Some(answer) = answers.try_next().await.context("the comparison stopped")? {
		match answer {
			Answer::Slots(mismatches) => findings.extend(mismatches),
			Answer::Account(answer) => {
				everything.note(&answer);
				if let (Some(table), Some(row)) = (table.as_mut(), answer.row) {
					table.add(row);
				}
				findings.extend(answer.mismatches);
				findings.note(answer.delegation.into_iter().collect());
				if let Some(deposit) = answer.deposit {
					deposits.add(deposit);
				}
				bar.inc(1);
			}
		}
	}
	Ok(everything)
}

/// One question to the chain.
enum Job {
	Account(Box<AccountJob>),
	Slots(SlotJob),
	/// All slots of the account were asked for.
	End {
		source: H160,
		slots: Checksum,
	},
}

enum Answer {
	Account(Box<AccountAnswer>),
	Slots(Vec<Mismatch>),
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
	/// Its delegation, where it is not the source's.
	delegation: Option<Mismatch>,
	/// Its line of the table.
	row: Option<Row>,
	mismatches: Vec<Mismatch>,
}

/// Turns the records of a snapshot into questions.
struct Jobs<'a> {
	reader: SnapshotReader<File>,
	context: &'a Context<'a>,
	open: Option<OpenAccount>,
	slots: Vec<Slot>,
}

struct OpenAccount {
	source: H160,
	target: H160,
	head: Option<Box<AccountHead>>,
	slots_missing: u64,
	checksum: Checksum,
}

impl Jobs<'_> {
	fn next_job(&mut self) -> Result<Option<Job>> {
		loop {
			if let Some(job) = self.ready() {
				return Ok(Some(job));
			}
			let Some(entry) = self.reader.next_record()? else { return Ok(None) };
			match (entry.item, self.open.as_mut()) {
				(Item::Account(head), _) => {
					let source = head.address;
					let open = OpenAccount {
						source,
						target: self.context.bundle.target(source).1,
						slots_missing: head.slot_count,
						checksum: Checksum::default(),
						head: None,
					};
					if head.code_length == 0 {
						self.open = Some(open);
						return Ok(Some(account_job(head, Vec::new())));
					}
					self.open = Some(OpenAccount { head: Some(Box::new(head)), ..open });
				}
				(Item::Code(code), Some(open)) => {
					if let Some(head) = open.head.take() {
						return Ok(Some(account_job(*head, code.to_vec())));
					}
				}
				(Item::Slot(slot), Some(open)) => {
					open.slots_missing = open.slots_missing.saturating_sub(1);
					open.checksum.add(slot.key.as_bytes());
					self.slots.push(slot);
				}
				// The reader refuses records without an account.
				(Item::Code(_) | Item::Slot(_), None) => {}
			}
		}
	}

	/// A question that needs no further record.
	fn ready(&mut self) -> Option<Job> {
		let open = self.open.as_ref().filter(|open| open.head.is_none())?;
		let complete = open.slots_missing == 0;
		if self.slots.len() >= SLOTS || (complete && !self.slots.is_empty()) {
			let slots = std::mem::take(&mut self.slots);
			return Some(Job::Slots(SlotJob { source: open.source, target: open.target, slots }));
		}
		if !complete {
			return None;
		}
		let open = self.open.take()?;
		Some(Job::End { source: open.source, slots: open.checksum })
	}
}

fn account_job(head: AccountHead, code: Vec<u8>) -> Job {
	Job::Account(Box::new(AccountJob { head, code }))
}

impl Context<'_> {
	/// The key of the account that holds an address's balance and nonce.
	async fn account_key(&self, address: H160) -> Result<Vec<u8>> {
		let account = match self.hashed {
			true => Keys::hashed_account(address),
			false => self.chain.account_id(address, self.at.hash).await?,
		};
		Ok(Keys::account(&account))
	}

	fn hash(&self) -> H256 {
		self.at.hash
	}
}
