//! `review`: the page that a council member reads before the vote.

mod data;
mod source;
mod target;

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
};

use anyhow::{Context, Result};
use migration_primitives::{header, H160};

use crate::{
	args::ReviewArgs,
	bundle::Bundle,
	console::{Console, Outcome},
	plan::References,
	review::{
		arrivals, find_authority, html, known_code, markdown, page, returned_text, selector,
		warnings, Answer, Authority, Facts, IndexError, Kind, Line, Mention, Mentions, Name, Names,
		SnapshotIndex, Surroundings, Views,
	},
};

/// Most bytes that are kept of what a contract calls itself; more than the page shows.
const LONGEST_NAME: usize = 512;

const MARKDOWN: &str = "review.md";
const HTML: &str = "review.html";
const PROPOSAL: &str = "proposal.hex";

/// Writes the page.
pub(super) async fn run(args: ReviewArgs, console: &Console) -> Result<Outcome> {
	let bundle = Bundle::load(&args.bundle)?;
	let file_names = args.names.as_deref().map(Names::read).transpose()?.unwrap_or_default();
	let mut reading = read_snapshot(&bundle)?;
	let (names, domains, authority) = ask_contracts(&bundle, &mut reading, &file_names, console)?;
	let Reading { index, mentions, references } = reading;
	let mut outside: BTreeMap<H160, (Mention, Kind)> = mentions
		.outside(&index)
		.into_iter()
		.map(|(address, mention)| (address, (mention, Kind::NotAsked)))
		.collect();
	// Holders of powers count as named, wherever the contract keeps them.
	for power in &authority.powers {
		if !power.holder.is_zero() && !index.accounts().contains_key(&power.holder) {
			let mention = Mention { by: power.contract, times: 1, in_code: false };
			outside.entry(power.holder).or_insert((mention, Kind::NotAsked));
		}
	}
	let source = match &args.source_rpc {
		Some(url) => Some(source::ask(url, &bundle.manifest, &mut outside, console).await?),
		None => None,
	};
	let (target, proposal) = match &args.node {
		Some(url) => {
			let (says, proposal) = target::ask(url, &bundle, &index, &authority).await?;
			(Some(says), proposal)
		}
		None => (None, target::reference_proposal(&bundle.manifest)),
	};
	let facts = Facts {
		bundle: &bundle,
		index: &index,
		arrivals: arrivals(&bundle),
		names: &names,
		file_names: &file_names,
		authority: &authority,
		outside: &outside,
		more_outside: mentions.more,
		references: &references,
		domains: &domains,
		source,
		target,
		proposal,
	};
	let output = args.output.clone().unwrap_or_else(|| args.bundle.join("review"));
	write(&output, &facts)?;
	let warnings: Vec<String> = warnings(&facts).iter().map(Line::plain).collect();
	let mut text = format!("{}: {MARKDOWN}, {HTML}, {PROPOSAL}", output.display());
	for warning in &warnings {
		text.push_str(&format!("\nwarning: {warning}"));
	}
	let matched = !facts.source_contradicts();
	Ok(Outcome { data: data::of(&facts, &output, warnings), text, matched })
}

/// What one reading of the snapshot gives.
struct Reading {
	index: SnapshotIndex,
	mentions: Mentions,
	references: References,
}

fn read_snapshot(bundle: &Bundle) -> Result<Reading> {
	let changed: BTreeSet<H160> = bundle
		.entries
		.iter()
		.filter(|entry| entry.address != entry.source)
		.map(|entry| entry.source)
		.collect();
	let accounts: Vec<H160> = bundle.entries.iter().map(|entry| entry.source).collect();
	let mut references = References::new(&changed, &accounts);
	let mut mentions = Mentions::default();
	let index = SnapshotIndex::read(bundle.snapshot(), |head, item| {
		references.take(head, item);
		mentions.take(head, item);
	})?;
	let (expected, found) = (bundle.manifest.snapshot_digest, index.summary().digest);
	anyhow::ensure!(expected == found, "the snapshot changed while it was read");
	Ok(Reading { index, mentions, references })
}

/// Asks the contracts of the snapshot: their names, whether they have an EIP-712 domain, who rules
/// them.
fn ask_contracts(
	bundle: &Bundle,
	reading: &mut Reading,
	file_names: &Names,
	console: &Console,
) -> Result<(BTreeMap<H160, Name>, Vec<H160>, Authority)> {
	let manifest = &bundle.manifest;
	let mut candidates: BTreeSet<H160> = reading.index.accounts().keys().copied().collect();
	candidates.extend(reading.mentions.outside(&reading.index).into_keys());
	let contracts: Vec<_> = reading
		.index
		.accounts()
		.iter()
		.filter(|(_, place)| place.info.is_contract())
		.map(|(address, place)| (*address, place.code_hash))
		.collect();
	let surroundings = Surroundings {
		chain_id: manifest.source.chain_id,
		number: manifest.source.number,
		timestamp: header::parse(&manifest.source.header)
			.map(|header| header.timestamp)
			.unwrap_or_default(),
		spec: manifest.evm_spec,
	};
	let mut views = Views::new(&mut reading.index, surroundings);
	let bar = console.progress(contracts.len() as u64, "contracts");
	let (mut names, mut domains) = (BTreeMap::new(), Vec::new());
	for (contract, code_hash) in contracts {
		let name = match (file_names.get(contract), known_code(code_hash)) {
			(Some(name), _) => Some(Name::File(name.to_owned())),
			(None, Some(name)) => Some(Name::Code(name)),
			(None, None) => own_name(&mut views, contract)?,
		};
		names.extend(name.map(|name| (contract, name)));
		let domain = views.ask(contract, &selector("DOMAIN_SEPARATOR()"))?;
		if matches!(domain, Answer::Returned { data, .. } if data.len() == 32) {
			domains.push(contract);
		}
		bar.inc(1);
	}
	let authority = find_authority(&mut views, &candidates)?;
	bar.finish_and_clear();
	Ok((names, domains, authority))
}

/// What a contract calls itself.
fn own_name(views: &mut Views<'_>, contract: H160) -> Result<Option<Name>, IndexError> {
	let mut ask = |signature: &str| -> Result<Option<Vec<u8>>, IndexError> {
		Ok(match views.ask(contract, &selector(signature))? {
			Answer::Returned { data, .. } => {
				returned_text(&data).map(|text| text.get(..LONGEST_NAME).unwrap_or(text).to_vec())
			}
			_ => None,
		})
	};
	let (name, symbol) = (ask("name()")?, ask("symbol()")?);
	let own = |name: Vec<u8>| Name::Own { name, symbol: symbol.unwrap_or_default() };
	Ok(name.filter(|name| !name.is_empty()).map(own))
}

fn write(output: &Path, facts: &Facts<'_>) -> Result<()> {
	let document = page(facts);
	fs::create_dir_all(output)
		.with_context(|| format!("the directory {} cannot be made", output.display()))?;
	let call = format!("0x{}\n", hex::encode(&facts.proposal.call));
	for (name, text) in [(MARKDOWN, markdown(&document)), (HTML, html(&document)), (PROPOSAL, call)]
	{
		let path = output.join(name);
		fs::write(&path, text).with_context(|| format!("{} cannot be written", path.display()))?;
	}
	Ok(())
}
