//! `plan`: the address map of a snapshot, and what it means for the contracts.

use std::{
	collections::{BTreeMap, BTreeSet},
	fmt::Write as _,
	fs,
	path::Path,
};

use anyhow::{Context, Result};
use codec::Encode;
use migration_primitives::{
	item::{AccountHead, Item},
	map::Target,
	snapshot::SnapshotHeader,
	H160, U256,
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;

use super::target::TargetFacts;
use crate::{
	args::PlanArgs,
	bundle::{ChunkLimits, ChunkSpan, Chunker, MapEntry, MapFile, MapFileEntry},
	console::{Console, Outcome},
	parse,
	plan::{resolve, AccountReader, Accounts, References, Searched},
	snapshot::{SnapshotReader, Summary},
};

/// Most accounts that the text lists of one kind; the JSON lists all.
const LISTED: usize = 20;

/// Makes the map.
pub(super) async fn run(args: PlanArgs, console: &Console) -> Result<Outcome> {
	let mut rules = rules(&args)?;
	let target = TargetFacts::from_args(&args.target).await?;
	let limits = ChunkLimits { bytes: args.chunks.chunk_bytes, slots: args.chunks.chunk_slots };
	let survey = survey(&args.snapshot, limits)
		.with_context(|| format!("the snapshot {} is not sound", args.snapshot.display()))?;
	let same_chain = target.check_chain_id(survey.header.chain_id, args.allow_same_chain_id)?;
	if args.all_entries {
		for source in survey.accounts.keys() {
			rules.entry(*source).or_insert(Target::Preserve);
		}
	}
	let entries = resolve(survey.header.scope, &survey.accounts, &rules)?;
	let changed: BTreeSet<H160> = entries
		.iter()
		.filter(|entry| entry.address != entry.source)
		.map(|entry| entry.source)
		.collect();
	let references = find_references(&args.snapshot, &survey.accounts, &changed, console)?;
	let map = MapFile::new(
		survey.header.chain_id,
		survey.summary.digest,
		entries.iter().map(file_entry).collect(),
	);
	let text = serde_json::to_string_pretty(&map).context("the map cannot be written")?;
	fs::write(&args.output, format!("{text}\n"))
		.with_context(|| format!("the map {} cannot be written", args.output.display()))?;
	let report =
		Report { survey: &survey, entries: &entries, references: &references, target, same_chain };
	Ok(Outcome::done(report.data(&args), report.text(&args)))
}

/// The rules of the arguments; an account with two is refused.
fn rules(args: &PlanArgs) -> Result<BTreeMap<H160, Target<AccountId32>>> {
	let mut pairs: Vec<(H160, Target<AccountId32>)> = Vec::new();
	if let Some(path) = &args.remap_file {
		pairs.extend(read_remaps(path)?);
	}
	pairs.extend(args.remap.iter().chain(&args.create).cloned());
	let mut rules = BTreeMap::new();
	for (source, target) in pairs {
		let twice = rules.insert(source, target).is_some();
		anyhow::ensure!(!twice, "two targets are given for {source:?}");
	}
	Ok(rules)
}

fn read_remaps(path: &Path) -> Result<Vec<(H160, Target<AccountId32>)>> {
	let text = fs::read_to_string(path)
		.with_context(|| format!("the remaps in {} cannot be read", path.display()))?;
	let pairs: BTreeMap<String, String> = serde_json::from_str(&text)
		.with_context(|| format!("{} is no JSON object of targets", path.display()))?;
	pairs
		.iter()
		.map(|(source, target)| Ok((parse::address(source)?, parse::target(target)?)))
		.collect::<Result<_, parse::ParseError>>()
		.with_context(|| format!("in {}", path.display()))
}

/// What one reading of a snapshot gives.
struct Survey {
	header: SnapshotHeader,
	summary: Summary,
	accounts: Accounts,
	chunks: Vec<ChunkSpan>,
}

fn survey(path: &Path, limits: ChunkLimits) -> Result<Survey> {
	let mut reader = SnapshotReader::open(path)?;
	let (mut accounts, mut account) = (Accounts::new(), AccountReader::default());
	let mut chunker = Chunker::new(limits);
	while let Some(entry) = reader.next_record()? {
		accounts.extend(account.take(&entry.item));
		chunker.take(&entry)?;
	}
	accounts.extend(account.finish());
	let (chunks, _) = chunker.finish()?;
	let header = reader.header().clone();
	// The loop above ends behind the trailer.
	let summary = reader.read_to_end()?;
	Ok(Survey { header, summary, accounts, chunks })
}

fn find_references(
	path: &Path,
	accounts: &Accounts,
	changed: &BTreeSet<H160>,
	console: &Console,
) -> Result<References> {
	let all: Vec<H160> = accounts.keys().copied().collect();
	let mut references = References::new(changed, &all);
	if changed.is_empty() {
		return Ok(references);
	}
	let bar = console.progress(accounts.len() as u64, "accounts");
	let mut reader = SnapshotReader::open(path)?;
	let mut current: Option<AccountHead> = None;
	while let Some(entry) = reader.next_record()? {
		match (entry.item, &current) {
			(Item::Account(head), _) => {
				current = Some(head);
				bar.inc(1);
			}
			(Item::Code(code), Some(head)) => references.code(head, code),
			(Item::Slot(slot), Some(head)) => references.slot(head, &slot),
			// The reader refuses records without an account.
			(Item::Code(_) | Item::Slot(_), None) => {}
		}
	}
	bar.finish_and_clear();
	Ok(references)
}

fn file_entry(entry: &MapEntry) -> MapFileEntry {
	MapFileEntry {
		source: entry.source,
		target: parse::target_text(&entry.target),
		address: Some(entry.address),
	}
}

struct Report<'a> {
	survey: &'a Survey,
	entries: &'a [MapEntry],
	references: &'a References,
	target: TargetFacts,
	/// What must be said of the target's chain id.
	same_chain: Option<String>,
}

impl Report<'_> {
	/// Contracts that hold ether, which `skip` leaves behind.
	fn holders(&self) -> Vec<(H160, U256)> {
		self.survey
			.accounts
			.iter()
			.filter(|(_, info)| info.is_contract() && !info.balance.is_zero())
			.map(|(address, info)| (*address, info.balance))
			.collect()
	}

	/// Accounts whose balance is below the target's existential deposit.
	fn below_deposit(&self) -> Vec<(H160, U256)> {
		let deposit = U256::from(self.target.existential_deposit.unwrap_or_default());
		self.survey
			.accounts
			.iter()
			.filter(|(_, info)| !info.balance.is_zero() && info.balance < deposit)
			.map(|(address, info)| (*address, info.balance))
			.collect()
	}

	fn changed(&self) -> impl Iterator<Item = &MapEntry> {
		self.entries.iter().filter(|entry| entry.address != entry.source)
	}

	fn map_bytes(&self) -> usize {
		self.entries.iter().map(Encode::encoded_size).sum()
	}

	fn chunk_bytes(&self) -> u64 {
		self.survey.chunks.iter().map(|span| u64::from(span.length)).sum()
	}

	fn searched(&self) -> &'static str {
		match self.references.searched {
			Searched::Nested => "nested",
			Searched::Single => "single",
			Searched::Nothing => "nothing",
		}
	}

	fn data(&self, args: &PlanArgs) -> Value {
		let totals = &self.survey.summary.totals;
		let changed: Vec<Value> = self
			.changed()
			.map(|entry| {
				json!({
					"source": entry.source,
					"target": parse::target_text(&entry.target),
					"address": entry.address,
				})
			})
			.collect();
		let references: Vec<Value> = self
			.references
			.found
			.iter()
			.map(|(contract, found)| {
				json!({
					"contract": contract,
					"names": found.addresses,
					"values": found.values,
					"value_slots": found.value_slots,
					"keys": found.keys,
					"key_slots": found.key_slots,
					"code": found.code,
					"code_offsets": found.code_offsets,
				})
			})
			.collect();
		let balances = |accounts: Vec<(H160, U256)>, who: &str| -> Vec<Value> {
			let entry = |(address, balance): (H160, U256)| json!({ who: address, "balance": balance.to_string() });
			accounts.into_iter().map(entry).collect()
		};
		let holders = balances(self.holders(), "contract");
		let below_deposit = balances(self.below_deposit(), "account");
		json!({
			"map": args.output,
			"snapshot_digest": self.survey.summary.digest,
			"chain_id": self.survey.header.chain_id,
			"block": self.survey.header.block_number,
			"scope": self.survey.header.scope,
			"accounts": totals.accounts,
			"contracts": totals.contracts,
			"slots": totals.slots,
			"code_bytes": totals.code_bytes,
			"balance": totals.balance.to_string(),
			"entries": self.entries.len(),
			"changed": changed,
			"references": references,
			"mapping_keys_searched": self.searched(),
			"contracts_with_balance": holders,
			"target_chain_id": self.target.chain_id,
			"target_existential_deposit":
				self.target.existential_deposit.map(|deposit| deposit.to_string()),
			"below_existential_deposit": below_deposit,
			"chunks": self.survey.chunks.len(),
			"chunk_bytes": self.chunk_bytes(),
			"map_bytes": self.map_bytes(),
		})
	}

	fn text(&self, args: &PlanArgs) -> String {
		let totals = &self.survey.summary.totals;
		let mut text = String::new();
		// Writing to a string does not fail.
		let mut line = |words: String| {
			let _ = writeln!(text, "{words}");
		};
		line(format!(
			"{}: {} entries for {} accounts ({} contracts, {} slots, {} bytes of code, {} wei)",
			args.output.display(),
			self.entries.len(),
			totals.accounts,
			totals.contracts,
			totals.slots,
			totals.code_bytes,
			totals.balance,
		));
		line(format!(
			"about {} chunks of together {} bytes, and {} bytes of map",
			self.survey.chunks.len(),
			self.chunk_bytes(),
			self.map_bytes(),
		));
		if let Some(warning) = &self.same_chain {
			line(warning.clone());
		}
		let changed: Vec<&MapEntry> = self.changed().collect();
		line(format!("{} addresses change", changed.len()));
		for entry in changed.iter().take(LISTED) {
			let target = parse::target_text(&entry.target);
			line(format!("  {:?} -> {:?} ({target})", entry.source, entry.address));
		}
		for (contract, found) in self.references.found.iter().take(LISTED) {
			line(format!(
				"warning: {contract:?} still names addresses that change: {} slots by value, {} by \
				 key, {} places in its code",
				found.values, found.keys, found.code,
			));
		}
		if !changed.is_empty() && self.references.searched != Searched::Nested {
			line(format!(
				"warning: so many addresses change that mapping keys were searched only partly: {}",
				self.searched(),
			));
		}
		let holders = self.holders();
		for (contract, balance) in holders.iter().take(LISTED) {
			line(format!(
				"warning: contract {contract:?} holds {balance} wei, which the policy skip leaves \
				 behind"
			));
		}
		let below = self.below_deposit();
		for (account, balance) in below.iter().take(LISTED) {
			line(format!(
				"warning: {account:?} has {balance} wei, below the target's existential deposit of {}: \
				 skip leaves it behind; under mint or fund the import faults there unless the target \
				 has funds of its own, and for an account of the target chain it waits in the ledger \
				 until that account has some",
				self.target.existential_deposit.unwrap_or_default(),
			));
		}
		let counts = [changed.len(), self.references.found.len(), holders.len(), below.len()];
		let unlisted = counts
			.into_iter()
			.map(|count| count.saturating_sub(LISTED))
			.fold(0usize, usize::saturating_add);
		if unlisted > 0 {
			line(format!("and {unlisted} more, all in the JSON"));
		}
		text.trim_end().to_owned()
	}
}
