//! `plan`: the address map of a snapshot, and what it means for the contracts.

mod report;

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
};

use anyhow::{Context, Result};
use migration_primitives::{
	item::{AccountHead, Item},
	map::Target,
	snapshot::SnapshotHeader,
	H160, U256,
};
use sp_core::crypto::AccountId32;

use self::report::Report;
use super::{
	occupied::{is_reserved, look},
	target::TargetFacts,
};
use crate::{
	args::PlanArgs,
	bundle::{ChunkLimits, ChunkSpan, Chunker, MapEntry, MapFile, MapFileEntry},
	console::{Console, Outcome},
	parse,
	plan::{resolve, AccountReader, Accounts, References},
	snapshot::{SnapshotReader, Summary},
};

/// Makes the map.
pub(super) async fn run(args: PlanArgs, console: &Console) -> Result<Outcome> {
	let mut rules = rules(&args)?;
	let (target, node) = TargetFacts::from_args(&args.target).await?;
	let limits = ChunkLimits {
		bytes: args.chunks.chunk_bytes,
		accounts: args.chunks.chunk_accounts,
		slots: args.chunks.chunk_slots,
	};
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
	let address = Addresses::new(&entries);
	let found = match &node {
		Some((chain, at)) => {
			let reader = SnapshotReader::open(&args.snapshot)?;
			let target = |source| address.target(source);
			Some(look(chain, reader, target, U256::zero(), *at).await?)
		}
		None => None,
	};
	let reserved: Vec<(H160, H160)> = survey
		.accounts
		.iter()
		.map(|(source, info)| (*source, info, address.target(*source).1))
		.filter(|(_, info, target)| is_reserved(info, *target))
		.map(|(source, _, target)| (source, target))
		.collect();
	let map = MapFile::new(
		survey.header.chain_id,
		survey.summary.digest,
		entries.iter().map(file_entry).collect(),
	);
	let text = serde_json::to_string_pretty(&map).context("the map cannot be written")?;
	fs::write(&args.output, format!("{text}\n"))
		.with_context(|| format!("the map {} cannot be written", args.output.display()))?;
	let report = Report {
		survey: &survey,
		entries: &entries,
		references: &references,
		target,
		same_chain,
		reserved: &reserved,
		found: found.as_ref(),
	};
	// The chain would fault a migration that brings a contract to a reserved address.
	let matched = reserved.is_empty();
	Ok(Outcome { data: report.data(&args), text: report.text(&args), matched })
}

/// The targets of a map's entries; every other account keeps its address.
struct Addresses<'a>(BTreeMap<H160, &'a MapEntry>);

impl<'a> Addresses<'a> {
	fn new(entries: &'a [MapEntry]) -> Self {
		Self(entries.iter().map(|entry| (entry.source, entry)).collect())
	}

	fn target(&self, source: H160) -> (Target<AccountId32>, H160) {
		match self.0.get(&source) {
			Some(entry) => (entry.target.clone(), entry.address),
			None => (Target::Preserve, source),
		}
	}
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
