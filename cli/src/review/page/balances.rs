//! What becomes of the source's ether.

use std::{cmp::Reverse, collections::BinaryHeap};

use migration_primitives::{manifest::BalancePolicy, H160, U256};

use super::named;
use crate::{
	parse,
	review::{
		document::{Document, Line},
		facts::Facts,
		text::{percent, wei},
	},
};

/// How many of those who get most are shown.
const LARGEST: usize = 20;

/// What is minted or paid, and who gets it.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	page.heading("What is minted or paid");
	let total = facts.total();
	match &facts.bundle.manifest.balances {
		BalancePolicy::Skip => page.say(format!(
			"Nothing: the policy is skip. The {} of the source stay there, and no account gets anything.",
			wei(total),
		)),
		BalancePolicy::Mint { cap } => {
			page.say(format!(
				"{} are minted, one to one with the source; the cap is {}.",
				wei(total),
				wei(U256::from(*cap)),
			));
			share(page, facts, total, true);
		}
		BalancePolicy::Fund { account } => {
			page.paragraph(
				Line::text(format!("{} are paid by the account ", wei(total)))
					.and_code(parse::account_text(account))
					.and(" of the target chain. The whole sum moves into the migration's escrow at the \
					      proposal."),
			);
			share(page, facts, total, false);
		}
	}
	if !matches!(facts.bundle.manifest.balances, BalancePolicy::Skip) {
		let rows = largest(facts).into_iter().map(|(balance, address)| {
			let place = facts.index.accounts().get(&address);
			let contract = place.is_some_and(|place| !place.info.has_key());
			let (rule, target) = facts.target(address);
			vec![
				named(facts, address),
				Line::text(if contract { "contract" } else { "account" }),
				Line::text(wei(balance)),
				match target == address {
					true => Line::text("the same address"),
					false => Line::code(parse::target_text(&rule)),
				},
			]
		});
		let rows: Vec<Vec<Line>> = rows.collect();
		page.say(format!("Those who get most, at most {LARGEST}:"));
		page.table(&["on the source", "", "gets", "on the target"], rows);
	}
}

/// The part of all tokens.
fn share(page: &mut Document, facts: &Facts<'_>, total: U256, minted: bool) {
	let issuance = facts.target.as_ref().and_then(|target| Some((target.block, target.issuance?)));
	// A total that does not fit is refused when the bundle is made.
	let (Some((block, before)), Ok(part)) = (issuance, u128::try_from(total)) else {
		page.say(
			"Its share of the target's issuance is not known: no node of the target was asked (--node).",
		);
		return;
	};
	let now = percent(part, before).unwrap_or_else(|| "more than any part".to_owned());
	let after = before.checked_add(part).and_then(|after| percent(part, after));
	page.say(match (minted, after) {
		(true, Some(after)) => format!(
			"That is {now} of the {} issued at the target's block {block}, and {after} of what there \
			 is afterwards.",
			wei(before.into()),
		),
		(true, None) => format!(
			"The target has {} at its block {block}: together that is above 2^128, and the proposal \
			 is refused.",
			wei(before.into()),
		),
		(false, _) => format!(
			"That is {now} of the {} issued at the target's block {block}; nothing is minted.",
			wei(before.into()),
		),
	});
}

/// The largest balances, descending, and by address where they are equal.
fn largest(facts: &Facts<'_>) -> Vec<(U256, H160)> {
	let mut heap: BinaryHeap<Reverse<(U256, Reverse<H160>)>> = BinaryHeap::new();
	for (address, place) in facts.index.accounts() {
		if !place.info.balance.is_zero() {
			heap.push(Reverse((place.info.balance, Reverse(*address))));
		}
		if heap.len() > LARGEST {
			heap.pop();
		}
	}
	heap.into_sorted_vec()
		.into_iter()
		.map(|Reverse((balance, Reverse(address)))| (balance, address))
		.collect()
}
