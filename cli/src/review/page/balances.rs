//! What becomes of the source's ether.

use std::cmp::Reverse;

use migration_primitives::{manifest::BalancePolicy, H160, U256};

use super::named;
use crate::{
	parse,
	review::{
		document::{Document, Line},
		facts::Facts,
		text::{percent, wei, wei_in_total},
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
			wei_in_total(total),
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
	let credits = credits(facts);
	let shown = credits.get(..LARGEST).unwrap_or(&credits);
	if shown.is_empty() {
		return;
	}
	page.say(format!("Those who get most, at most {LARGEST}:"));
	let rows = shown.iter().map(|credit| row(facts, *credit)).collect();
	page.table(&["on the source", "", "gets", "on the target"], rows);
	let sum = shown.iter().fold(U256::zero(), |sum, credit| sum.saturating_add(credit.balance));
	let rest = credits.len().saturating_sub(shown.len());
	if rest > 0 {
		let together = wei(total.saturating_sub(sum));
		page.say(format!("And {rest} more, together {together}, in the JSON of this command."));
	}
}

/// What an account of the source gets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
	/// The account.
	pub source: H160,
	/// How much, in wei.
	pub balance: U256,
}

/// What everybody gets, the largest first, and by address where they are equal.
pub fn credits(facts: &Facts<'_>) -> Vec<Credit> {
	if matches!(facts.bundle.manifest.balances, BalancePolicy::Skip) {
		return Vec::new();
	}
	let accounts = facts.index.accounts().iter();
	let credits = accounts.map(|(source, place)| (*source, place.info.balance));
	let mut credits: Vec<Credit> = credits
		.filter(|(_, balance)| !balance.is_zero())
		.map(|(source, balance)| Credit { source, balance })
		.collect();
	credits.sort_by_key(|credit| (Reverse(credit.balance), credit.source));
	credits
}

fn row(facts: &Facts<'_>, credit: Credit) -> Vec<Line> {
	let Credit { source, balance } = credit;
	let place = facts.index.accounts().get(&source);
	let contract = place.is_some_and(|place| !place.info.has_key());
	let (rule, target) = facts.target(source);
	let place = match target == source {
		true => Line::text("the same address"),
		false => Line::code(parse::target_text(&rule)),
	};
	vec![
		named(facts, source),
		Line::text(if contract { "contract" } else { "account" }),
		Line::text(wei(balance)),
		match facts.occupied(target) {
			Some(_) => place.and(", ").and_strong("occupied: nothing unless governance settles it"),
			None => place,
		},
	]
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
