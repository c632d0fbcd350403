//! What a council member must not overlook.

use migration_primitives::{
	address::is_system_address,
	hash::KECCAK_EMPTY,
	manifest::BalancePolicy,
	snapshot::{Finality, Scope, Trust},
};

use super::{named, power::after};
use crate::review::{
	document::Line,
	facts::{Facts, Kind},
	text::wei,
};

/// Most warnings of one kind.
const LISTED: usize = 50;

/// The warnings, the gravest first.
pub fn warnings(facts: &Facts<'_>) -> Vec<Line> {
	let mut lines = Vec::new();
	of_the_source(facts, &mut lines);
	of_the_target(facts, &mut lines);
	of_authority(facts, &mut lines);
	of_contracts(facts, &mut lines);
	lines
}

fn strong(text: &str) -> Line {
	Line::default().and_strong(text)
}

fn of_the_source(facts: &Facts<'_>, lines: &mut Vec<Line>) {
	let manifest = &facts.bundle.manifest;
	if facts.source_contradicts() {
		lines.push(
			strong("A node of the source contradicts the manifest")
				.and(": it has another chain id or another hash for this block."),
		);
	}
	if manifest.trust == Trust::Attested {
		lines.push(strong("The data is attested").and(
			": the target chain does not check it against the source's state root. Whoever made the \
			 snapshot could have changed it; take one yourself and compare the digest.",
		));
	}
	finality(facts, lines);
	if manifest.source.header.is_empty() {
		lines.push(strong("The source has no header").and(": no block hash binds the data."));
	}
}

fn finality(facts: &Facts<'_>, lines: &mut Vec<Line>) {
	let source = &facts.bundle.manifest.source;
	let node = facts.source.filter(|_| !facts.source_contradicts());
	match (node, source.finality) {
		(Some(node), _) if node.is_final(source.number) => {}
		(Some(node), claim) => {
			let last = match node.finalized {
				Some(last) => format!("its last finalised block is {last}"),
				None => "it names no finalised block".to_owned(),
			};
			let claim = match claim {
				Finality::Finalized => {
					", although the bundle's writer claims that the block is final"
				}
				Finality::Unfinalized => "",
			};
			let text = format!(": {last}{claim}. The block may be replaced on the source.");
			lines.push(strong("A node of the source does not call the block finalised").and(text));
		}
		(None, Finality::Unfinalized) => lines.push(
			strong("The source block is not claimed to be final")
				.and(": it may have been replaced. Compare its hash with the source's of today."),
		),
		(None, Finality::Finalized) => {}
	}
}

fn of_the_target(facts: &Facts<'_>, lines: &mut Vec<Line>) {
	let source = facts.bundle.manifest.source.chain_id;
	match (facts.target_chain_id(), &facts.target) {
		(Some(target), _) if target == source => {
			lines.push(strong("Source and target have the same chain id").and(format!(
				", {source}: anybody can send the source's transactions and deployments to the target \
				 again."
			)));
		}
		(None, Some(_)) => lines.push(
			strong("The target's chain id is not known")
				.and(format!(": it must be another than the source's, {source}.")),
		),
		_ => {}
	}
	let reserved: Vec<_> = facts
		.contracts()
		.map(|(source, _)| (source, facts.target(source).1))
		.filter(|(_, target)| is_system_address(target))
		.collect();
	for (source, target) in reserved.iter().take(LISTED) {
		lines.push(strong("The import would fault").and(format!(
			": code or storage of {source:?} would stand at {target:?}, which is a precompile's address or \
			 zero."
		)));
	}
	if let Some(rest) = reserved.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
		lines.push(Line::text(format!("And {rest} more contracts at reserved addresses.")));
	}
	let Some(target) = &facts.target else {
		lines.push(strong("The target was not looked at").and(
			": its chain id, occupied addresses, its issuance and its existential deposit are not known \
			 to this page (--node).",
		));
		return;
	};
	for occupied in target.occupied.values().take(LISTED) {
		let (what, then) = match occupied.collided {
			false => ("A target is occupied", "the account is not imported"),
			true => ("A target was occupied", "the account was not imported"),
		};
		let text = format!(": {}. What stands there stays, and {then}.", occupied.words);
		lines.push(strong(what).and(text));
	}
	if let Some(rest) = target.occupied.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
		lines.push(Line::text(format!("And {rest} more occupied targets.")));
	}
	for taken_over in target.taken_over.iter().take(LISTED) {
		lines.push(
			strong("A contract takes over what its target holds")
				.and(format!(": {taken_over}. Whoever rules the contract gets it.")),
		);
	}
	if let Some(rest) = target.taken_over.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
		lines.push(Line::text(format!("And {rest} more targets that hold ether.")));
	}
	if let Some(refused) = &target.refused_balance {
		lines.push(strong("The import would fault").and(format!(": {refused}.")));
	}
}

fn of_authority(facts: &Facts<'_>, lines: &mut Vec<Line>) {
	let lost = facts.authority.powers.iter().filter_map(|power| {
		let fate = after(facts, power);
		fate.lost.then_some((power, fate))
	});
	let lost: Vec<_> = lost.collect();
	for (power, fate) in lost.iter().take(LISTED) {
		let line = strong("Authority may be lost").and(": ");
		let line = Line([line.0, named(facts, power.contract).0].concat());
		let line = line.and(format!(", {}, held by ", power.power));
		let holder = match power.holder.is_zero() {
			true => Line::text("nobody"),
			false => named(facts, power.holder),
		};
		let line = Line([line.0, holder.0].concat());
		lines.push(line.and(format!("; afterwards {}.", fate.text)));
	}
	if let Some(rest) = lost.len().checked_sub(LISTED).filter(|rest| *rest > 0) {
		lines.push(Line::text(format!("And {rest} more powers that may be lost.")));
	}
}

fn of_contracts(facts: &Facts<'_>, lines: &mut Vec<Line>) {
	let manifest = &facts.bundle.manifest;
	let mut several = |what: &str, count: usize, text: String| {
		if count > 0 {
			lines.push(strong(what).and(text));
		}
	};
	let found = facts.references.found.len();
	several(
		"Contracts still name addresses that change",
		found,
		format!(": {found} of them, listed below. Whoever is named there by an old address is not found \
		         under the new one."),
	);
	let behind = facts.outside.values().filter(|(_, kind)| *kind == Kind::Contract).count();
	several(
		"Contracts depend on contracts that stay behind",
		behind,
		format!(": {behind}, listed below."),
	);
	let unasked = facts.outside.values().filter(|(_, kind)| *kind == Kind::NotAsked).count();
	several(
		"Addresses that are not migrated are named by contracts",
		if manifest.scope == Scope::Selected { unasked } else { 0 },
		format!(": {unasked}, listed below. Whether they are contracts was not asked."),
	);
	let taken = facts.contracts().filter(|(_, place)| place.info.is_taken_for_contract()).count();
	several(
		"People's accounts are brought as contracts",
		taken,
		format!(
			": {taken} accounts with storage, and with a delegation (EIP-7702) or one that was reset. Where such \
			 a target has a nonce, the account is not imported."
		),
	);
	let unnamed = facts.contracts().filter(|entry| facts.bundle.entry(entry.0).is_none()).count();
	several(
		"Contracts have no entry in the map",
		if manifest.scope == Scope::Full { unnamed } else { 0 },
		format!(
			": {unnamed}. Their targets are not reserved before they come: who has the key of a deployer \
			 on the target can deploy there while the import goes on, and the contract is not imported. \
			 `plan --all-entries` reserves them with the map."
		),
	);
	if manifest.balances == BalancePolicy::Skip {
		let rich = facts
			.contracts()
			.filter(|(_, place)| !place.info.has_key() && !place.info.balance.is_zero());
		for (address, place) in rich.take(LISTED) {
			let line = strong("Ether stays behind").and(": ");
			let line = Line([line.0, named(facts, address).0].concat());
			lines.push(line.and(format!(
				" holds {}, which the policy skip does not bring; what it owes it cannot pay.",
				wei(place.info.balance),
			)));
		}
	}
	let codeless = facts.contracts().filter(|(_, place)| place.code_hash == KECCAK_EMPTY).count();
	let mut several = |what: &str, count: usize, text: String| {
		if count > 0 {
			lines.push(strong(what).and(text));
		}
	};
	several(
		"Storage without code",
		codeless,
		format!(": {codeless} accounts have slots and no code."),
	);
	let domains = facts.domains.len();
	let same = facts.target_chain_id() == Some(manifest.source.chain_id);
	several(
		"Signed messages name the chain",
		if same { 0 } else { domains },
		format!(
			": {domains} contracts have an EIP-712 domain. Where they cached it, wallets that sign for \
			 the new chain id are refused; permits that were signed for the source may stay valid."
		),
	);
	let unknown = facts.authority.unknown.len();
	several(
		"Not everything about authority could be determined",
		unknown,
		format!(": what is missing is listed below ({unknown})."),
	);
}
