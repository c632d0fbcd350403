//! `review`: the page that a council member reads before the vote.

use std::{
	collections::{BTreeMap, BTreeSet},
	fs,
	path::Path,
};

use anyhow::{Context, Result};
use codec::Encode;
use migration_primitives::{header, H160};
use serde_json::{json, Value};

use super::{
	occupied::{look_at_bundle, Standing},
	submit::{call_hash, connect, proposal},
	target::TargetFacts,
};
use crate::{
	args::ReviewArgs,
	bundle::{Bundle, Manifest},
	console::{Console, Outcome},
	plan::References,
	review::{
		arrivals, fate, find_authority, harmless, html, known_code, markdown, page, returned_text,
		selector, warnings, Answer, Authority, Facts, IndexError, Kind, Mention, Mentions, Name,
		Names, Proposal, SnapshotIndex, SourceSays, Surroundings, TargetSays, Views,
	},
	source::{EthereumNode, RpcSettings},
};

/// The numbers of pallet and call in the reference runtime.
const REFERENCE_CALL: [u8; 2] = [12, 0];
/// Most bytes that are kept of what a contract calls itself; more than the page shows.
const LONGEST_NAME: usize = 512;
/// Seconds that a node is tried for.
const PATIENCE: u64 = 30;
/// Most addresses that stay behind for which a node of the source is asked.
const MAX_ASKED: usize = 2_048;
/// Addresses of one request.
const BATCH: usize = 128;

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
		Some(url) => Some(ask_source(url, &bundle.manifest, &mut outside, console).await?),
		None => None,
	};
	let (target, proposal) = match &args.node {
		Some(url) => ask_target(url, &bundle).await?,
		None => (None, reference_proposal(&bundle.manifest)),
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
	let warnings: Vec<String> = warnings(&facts).iter().map(crate::review::Line::plain).collect();
	let mut text = format!("{}: {MARKDOWN}, {HTML}, {PROPOSAL}", output.display());
	for warning in &warnings {
		text.push_str(&format!("\nwarning: {warning}"));
	}
	let matched = !facts.source_contradicts();
	Ok(Outcome { data: data(&facts, &output, warnings), text, matched })
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

/// Asks a node of the source for its block, and which of the addresses outside are contracts.
async fn ask_source(
	url: &str,
	manifest: &Manifest,
	outside: &mut BTreeMap<H160, (Mention, Kind)>,
	console: &Console,
) -> Result<SourceSays> {
	let node = EthereumNode::new(url, RpcSettings::default())?;
	let number = manifest.source.number;
	let says = SourceSays {
		chain_id: node.chain_id(None).await?,
		block_hash: node.block_hash(number).await?,
	};
	if says.block_hash != Some(manifest.source.hash) {
		// Of another chain, or another branch: what it says of accounts is of no use.
		return Ok(says);
	}
	let asked: Vec<H160> = outside.keys().copied().take(MAX_ASKED).collect();
	if outside.len() > asked.len() {
		console.say(format!("{} addresses are not asked for", outside.len() - asked.len()));
	}
	for batch in asked.chunks(BATCH) {
		let codes = node.codes(batch, number).await?;
		anyhow::ensure!(codes.len() == batch.len(), "the node left out answers to eth_getCode");
		for (address, code) in batch.iter().zip(codes) {
			let contract = !code.is_empty() && !migration_primitives::item::is_delegation(&code);
			if let Some((_, kind)) = outside.get_mut(address) {
				*kind = if contract { Kind::Contract } else { Kind::Account };
			}
		}
	}
	Ok(says)
}

async fn ask_target(url: &str, bundle: &Bundle) -> Result<(Option<TargetSays>, Proposal)> {
	let chain = connect(url, PATIENCE).await?;
	let at = chain.finalized().await?;
	let facts = TargetFacts::read(&chain, at.hash).await?;
	let found = look_at_bundle(&chain, bundle, &facts, at.hash).await?;
	let words = |list: &[Standing]| list.iter().map(ToString::to_string).collect();
	let (name, version) = chain.runtime();
	let says = TargetSays {
		name: name.to_owned(),
		version,
		genesis: chain.genesis(),
		block: at.number,
		chain_id: facts.chain_id,
		existential_deposit: facts.existential_deposit,
		issuance: chain.total_issuance(at.hash).await?,
		review_blocks: chain.constant("Migration", "MinReviewBlocks").ok(),
		occupied: words(&found.occupied),
		taken_over: words(&found.taken_over),
		refused_balance: found.below_deposit.as_ref().map(ToString::to_string),
	};
	let call = proposal(&chain, &bundle.manifest)?;
	let hash = call_hash(&call);
	Ok((Some(says), Proposal { call, hash, from_metadata: true }))
}

fn reference_proposal(manifest: &Manifest) -> Proposal {
	let mut call = REFERENCE_CALL.to_vec();
	manifest.encode_to(&mut call);
	Proposal { hash: call_hash(&call), call, from_metadata: false }
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

fn data(facts: &Facts<'_>, output: &Path, warnings: Vec<String>) -> Value {
	let name = |address: H160| match facts.names.get(&address) {
		Some(Name::File(name)) => json!({ "name": harmless(name), "from": "file" }),
		Some(Name::Code(name)) => json!({ "name": name, "from": "code" }),
		Some(Name::Own { name, .. }) => {
			json!({ "name": crate::review::harmless_bytes(name), "from": "contract" })
		}
		None => Value::Null,
	};
	let contracts: Vec<Value> = facts
		.contracts()
		.map(|(address, place)| {
			json!({
				"source": address,
				"target": facts.target(address).1,
				"name": name(address),
				"code_hash": place.code_hash,
				"slots": place.info.slots,
				"balance": place.info.balance.to_string(),
			})
		})
		.collect();
	let powers: Vec<Value> = facts
		.authority
		.powers
		.iter()
		.map(|power| {
			let fate = fate(facts, power.holder);
			json!({
				"contract": power.contract,
				"power": power.power,
				"before": power.holder,
				"after": fate.text,
				"may_be_lost": fate.lost,
				"how": power.how,
			})
		})
		.collect();
	let unknown: Vec<Value> = facts
		.authority
		.unknown
		.iter()
		.map(|unknown| json!({ "contract": unknown.contract, "what": unknown.what }))
		.collect();
	let outside: Vec<Value> = facts
		.outside
		.iter()
		.map(|(address, (mention, kind))| {
			json!({
				"address": address,
				"contract": match kind {
					Kind::Contract => Some(true),
					Kind::Account => Some(false),
					Kind::NotAsked => None,
				},
				"named_by": mention.by,
				"times": mention.times,
			})
		})
		.collect();
	let calls: Vec<Value> = facts
		.bundle
		.calls
		.iter()
		.map(|call| {
			json!({
				"from": call.from,
				"to": call.to,
				"target": facts.target(call.to).1,
				"input": format!("0x{}", hex::encode(&call.input)),
				"gas_limit": call.gas_limit,
				"hash": call.hash(),
			})
		})
		.collect();
	json!({
		"output": output,
		"manifest_hash": facts.bundle.manifest_hash,
		"block_hash": facts.bundle.manifest.source.hash,
		"call_hash": facts.proposal.hash,
		"call_length": facts.proposal.call.len(),
		"call_from_metadata": facts.proposal.from_metadata,
		"source_agrees": facts.source.map(|_| !facts.source_contradicts()),
		"warnings": warnings,
		"contracts": contracts,
		"powers": powers,
		"calls": calls,
		"powers_unknown": unknown,
		"powers_none": facts.authority.none,
		"left_behind": outside,
	})
}
