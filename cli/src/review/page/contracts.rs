//! The contracts, the address map, and what stays behind.

use migration_primitives::{map::Target, snapshot::Scope, H160};

use super::{more, name_of, named};
use crate::{
	bundle::MapEntry,
	parse,
	plan::Searched,
	review::{
		document::{Document, Line},
		explorer,
		facts::{Facts, Kind},
		text::{wei, wei_in_total},
	},
};

/// Most contracts that are shown.
const CONTRACTS: usize = 500;
/// Most changed addresses that are shown.
const CHANGES: usize = 200;
/// Most addresses that stay behind that are shown.
const OUTSIDE: usize = 200;

/// Contracts by name, and addresses that change.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	let totals = &facts.bundle.manifest.totals;
	page.heading("Contracts");
	page.say(format!(
		"{} accounts, of which {} have code; {} storage slots; {} bytes of code.",
		totals.accounts, totals.contracts, totals.slots, totals.code_bytes,
	));
	let all = facts.contracts().count();
	let rows = facts.contracts().take(CONTRACTS).map(|(address, place)| {
		let (_, target) = facts.target(address);
		vec![
			name_of(facts, address),
			account(facts, address),
			on_target(facts, address, target),
			Line::text(place.info.slots.to_string()),
			Line::text(wei(place.info.balance)),
			Line::code(format!("{:?}", place.code_hash)),
		]
	});
	let heads = ["name", "address", "address on the target", "slots", "ether", "code hash"];
	let rows = rows.collect();
	page.table(&heads, rows);
	more(page, all, all.min(CONTRACTS), "all in the snapshot");
	page.say(
		"A name without a remark is from the file of names that the writer of this page gave. A name \
		 that a contract gives itself proves nothing: anybody may take any name.",
	);
	map(page, facts);
}

/// Where a contract goes, and whether it comes there.
fn on_target(facts: &Facts<'_>, address: H160, target: H160) -> Line {
	let line = match target == address {
		true => Line::text("the same"),
		false => Line::code(format!("{target:?}")),
	};
	match facts.occupied(target) {
		Some(_) => line.and(", ").and_strong("occupied: not imported"),
		None => line,
	}
}

/// An address with a link, where an explorer is known.
fn account(facts: &Facts<'_>, address: H160) -> Line {
	let known = explorer::chain(facts.bundle.manifest.source.chain_id);
	let text = format!("{address:?}");
	match known.and_then(|chain| chain.account(address)) {
		Some(link) => Line::default().and_link(text, link),
		None => Line::code(text),
	}
}

/// Who goes where.
fn map(page: &mut Document, facts: &Facts<'_>) {
	let manifest = &facts.bundle.manifest;
	page.heading("Who goes where");
	let changed: Vec<&MapEntry> = facts
		.bundle
		.entries
		.iter()
		.filter(|entry| entry.address != entry.source || matches!(entry.target, Target::Account(_)))
		.collect();
	let kept = manifest.totals.accounts.saturating_sub(changed.len() as u64);
	page.say(format!(
		"{kept} of {} accounts keep their address; the same key rules them. {} change.",
		manifest.totals.accounts,
		changed.len(),
	));
	if manifest.remapped.accounts > 0 {
		page.say(format!(
			"{} accounts of people change hands, with {} on the source.",
			manifest.remapped.accounts,
			wei_in_total(manifest.remapped.balance),
		));
	}
	let rows = changed.iter().take(CHANGES).map(|entry| {
		let place = facts.index.accounts().get(&entry.source);
		let balance = place.map(|place| wei(place.info.balance)).unwrap_or_default();
		let contract = place.is_some_and(|place| !place.info.has_key());
		vec![
			named(facts, entry.source),
			Line::text(if contract { "contract" } else { "account" }),
			Line::code(parse::target_text(&entry.target)),
			Line::code(format!("{:?}", entry.address)),
			Line::text(balance),
		]
	});
	let heads = ["on the source", "", "rule", "address on the target", "balance"];
	page.table(&heads, rows.collect());
	more(page, changed.len(), changed.len().min(CHANGES), "all in the bundle's map");
	if changed.is_empty() {
		return;
	}
	let rows = facts.references.found.iter().take(CHANGES).map(|(contract, found)| {
		vec![
			named(facts, *contract),
			Line::text(found.addresses.len().to_string()),
			Line::text(found.values.to_string()),
			Line::text(found.keys.to_string()),
			Line::text(found.code.to_string()),
		]
	});
	let rows: Vec<Vec<Line>> = rows.collect();
	if !rows.is_empty() {
		page.say(
			"Nothing is rewritten inside contracts. These still name old addresses, as which nobody \
			 acts unless the old key does:",
		);
	}
	let heads = ["contract", "addresses", "slots by value", "slots by key", "places in code"];
	page.table(&heads, rows);
	let found = facts.references.found.len();
	more(page, found, found.min(CHANGES), "all in the output of evm-migrate plan");
	page.say(match facts.references.searched {
		Searched::Nested => {
			"Keys of mappings were searched for base slots 0 to 63 and one level of nesting; deeper or \
			 unusual layouts are not found."
		}
		Searched::Single => {
			"Keys of mappings were searched for base slots 0 to 63 without nesting, because so many \
			 addresses change."
		}
		Searched::Nothing => {
			"Keys of mappings were not searched, because so many addresses change."
		}
	});
}

/// Dependencies that are not migrated.
pub(super) fn left_behind(page: &mut Document, facts: &Facts<'_>) {
	page.heading("What stays behind");
	if facts.bundle.manifest.scope == Scope::Full {
		page.say("Every account of the source is migrated, so that no contract is left behind.");
		return;
	}
	page.say(
		"Addresses that the contracts name, alone in a storage slot or as data of their code, and that \
		 are not migrated. Addresses that are packed beside other fields, below 2^112, or keys of \
		 mappings are not found.",
	);
	let asked = facts.outside.values().any(|(_, kind)| *kind != Kind::NotAsked);
	// Contracts first: people have their keys.
	let mut outside: Vec<_> = facts.outside.iter().collect();
	outside.sort_by_key(|(address, (_, kind))| (*kind != Kind::Contract, **address));
	let rows = outside.iter().take(OUTSIDE).map(|(address, (mention, kind))| {
		vec![
			named(facts, **address),
			Line::text(match kind {
				Kind::Contract => "contract of the source",
				Kind::Account => "no code on the source",
				Kind::NotAsked => "not asked",
			}),
			named(facts, mention.by),
			Line::text(mention.times.to_string()),
			Line::text(if mention.in_code { "yes" } else { "no" }),
		]
	});
	let rows: Vec<Vec<Line>> = rows.collect();
	if rows.is_empty() {
		page.say("None were found.");
		return;
	}
	if !asked {
		page.say(
			"Which of them are contracts is not known: no node of the source was asked (--source-rpc).",
		);
	}
	let heads = ["address", "what", "first named by", "times", "in code"];
	page.table(&heads, rows);
	more(page, outside.len(), outside.len().min(OUTSIDE), "in the JSON of this command");
	if facts.more_outside {
		page.say("There were too many addresses to keep; the list is not complete.");
	}
}
