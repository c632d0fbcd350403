//! Authority before and after.

use migration_primitives::{address::is_system_address, map::Target, snapshot::Scope, H160};

use super::{more, named};
use crate::review::{
	authority::Power,
	document::{Document, Line},
	facts::{Facts, Kind},
};

/// Most powers that are shown.
const POWERS: usize = 1_000;
/// What is at an address that no account of the source comes to, because something stands there.
const STANDS_ALREADY: &str = "what stands there already; not the source's state";

/// Who rules, and who will.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	page.heading("Authority before and after");
	page.say(
		"Before: what the contracts themselves answer on the snapshot's data, and the standard slots of \
		 proxies. After: nothing inside a contract is rewritten, so that it goes on naming the same \
		 address; this column says who acts as that address on the target.",
	);
	if facts.target.is_none() {
		page.say(
			"What stands at these addresses on the target already stays, and rules instead. Whether \
			 something does is not known: no node of the target was asked (--node).",
		);
	}
	page.say(
		"No list of powers is complete: each contract, also one with powers below, may have others of \
		 forms that this program does not know, such as a vote, a signature or a list of its own.",
	);
	let authority = facts.authority;
	let rows = authority.powers.iter().take(POWERS).map(|power| {
		let fate = after(facts, power);
		vec![
			named(facts, power.contract),
			Line::text(&power.power),
			match power.holder.is_zero() {
				true => Line::text("nobody"),
				false => named(facts, power.holder),
			},
			match fate.lost {
				true => Line::default().and_strong(fate.text),
				false => Line::text(fate.text),
			},
			Line::text(&power.how),
		]
	});
	let heads = ["contract", "power", "before", "after", "how it is known"];
	page.table(&heads, rows.collect());
	let all = authority.powers.len();
	more(page, all, all.min(POWERS), "in the JSON of this command");
	if !authority.unknown.is_empty() {
		page.say("Could not be determined:");
		let lines = authority.unknown.iter().take(POWERS).map(|unknown| {
			let line = named(facts, unknown.contract).and(": ");
			line.and(unknown.what.clone())
		});
		page.list(lines.collect());
		let all = authority.unknown.len();
		more(page, all, all.min(POWERS), "in the JSON of this command");
	}
	if !authority.none.is_empty() {
		page.say("Contracts in which none of the powers that this program knows was found:");
		let lines = authority.none.iter().take(POWERS).map(|contract| named(facts, *contract));
		page.list(lines.collect());
		let all = authority.none.len();
		more(page, all, all.min(POWERS), "in the JSON of this command");
	}
}

/// Who acts as an address on the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fate {
	/// In words.
	pub text: String,
	/// Whether the power may be lost, or fall to others than people expect.
	pub lost: bool,
}

/// What becomes of a power.
pub fn after(facts: &Facts<'_>, power: &Power) -> Fate {
	let (_, target) = facts.target(power.contract);
	match facts.occupied(target) {
		Some(_) => Fate {
			text: format!("the contract is not imported: its target is {STANDS_ALREADY}"),
			lost: true,
		},
		None => fate(facts, power.holder),
	}
}

/// Who acts as `holder` after the migration.
fn fate(facts: &Facts<'_>, holder: H160) -> Fate {
	let told = |text: &str, lost| Fate { text: text.to_owned(), lost };
	if holder.is_zero() {
		return told("nobody", false);
	}
	if facts.stands_already(holder) {
		return told(STANDS_ALREADY, true);
	}
	if let Some(newcomer) = facts.arrivals.get(&holder) {
		return Fate {
			text: format!("another account, which the map brings there: {newcomer:?}"),
			lost: true,
		};
	}
	let place = facts.index.accounts().get(&holder);
	if is_system_address(&holder) && place.is_none_or(|place| place.info.has_key()) {
		return told("a precompile, or nobody", false);
	}
	let Some(place) = place else {
		let kind = facts.outside.get(&holder).map(|(_, kind)| *kind);
		return match (facts.bundle.manifest.scope, kind) {
			(Scope::Full, _) => told("whoever has the key: the source has no such account", true),
			(_, Some(Kind::Contract)) => {
				told("nobody: a contract of the source that is not migrated", true)
			}
			(_, Some(Kind::Account)) => {
				told("whoever has the key: without code on the source, and not migrated", false)
			}
			_ => told("not known: it is not migrated; nobody, if it is a contract", true),
		};
	};
	let (rule, target) = facts.target(holder);
	let stays = target == holder && !matches!(rule, Target::Account(_));
	match (place.info.has_key(), stays) {
		(false, true) => told("the same contract", false),
		(false, false) => {
			Fate { text: format!("nobody: that contract goes to {target:?}"), lost: true }
		}
		(true, true) => told("the same key", false),
		(true, false) => Fate {
			text: format!("the old key, not the account that takes over ({target:?})"),
			lost: true,
		},
	}
}
