//! Wei on top of what the migration brought.
//!
//! Anybody can send wei to an account, and takes them from another one: all balances together stay the
//! issuance or less. Where they are more, a balance was written past the chain's rules, be it one that
//! nothing else is compared with. A balance that root wrote within the rules is no deposit: its event
//! tells.

use anyhow::Result;
use migration_primitives::U256;

use super::{
	findings::{Findings, Mismatch},
	Context,
};
use crate::{
	args::VerifyArgs,
	console::Console,
	substrate::{AccountData, Keys},
};

/// What wei on top are taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
	/// Deposits, as long as all balances together are no more than the issuance.
	Counted,
	/// Deposits.
	Believed,
	/// Mismatches.
	Refused,
}

impl Rule {
	/// The operator's choice.
	pub(super) fn of(args: &VerifyArgs) -> Self {
		match (args.strict, args.allow_deposits) {
			(true, _) => Self::Refused,
			(false, true) => Self::Believed,
			(false, false) => Self::Counted,
		}
	}
}

/// Wei that one account has on top.
#[derive(Debug)]
pub(super) struct Deposit {
	/// How many.
	pub(super) wei: U256,
	/// The account, what it should have and what it has.
	pub(super) mismatch: Mismatch,
}

/// The accounts that have wei on top.
#[derive(Debug)]
pub(super) struct Deposits {
	limit: usize,
	/// How many accounts.
	pub(super) accounts: u64,
	/// What they have on top, together.
	pub(super) wei: U256,
	list: Vec<Mismatch>,
}

impl Deposits {
	/// Lists at most `limit` accounts, counts all.
	pub(super) fn new(limit: usize) -> Self {
		Self { limit, accounts: 0, wei: U256::zero(), list: Vec::new() }
	}

	/// Adds an account.
	pub(super) fn add(&mut self, deposit: Deposit) {
		self.accounts = self.accounts.saturating_add(1);
		self.wei = self.wei.saturating_add(deposit.wei);
		if self.list.len() < self.limit {
			self.list.push(deposit.mismatch);
		}
	}

	/// Adds them to the findings, as notes or as mismatches.
	pub(super) async fn settle(
		self,
		context: &Context<'_>,
		rule: Rule,
		findings: &mut Findings,
		console: &Console,
	) -> Result<()> {
		if rule == Rule::Believed {
			self.add_to(findings, false);
			return Ok(());
		}
		console.say("adding up all balances of the chain, to compare them with its issuance");
		let exceeded = exceed_issuance(context, findings).await?;
		if let Some((sum, issuance)) = exceeded.filter(|_| self.accounts == 0) {
			findings.add(Mismatch::of_migration("issuance", sum, issuance));
		}
		self.add_to(findings, exceeded.is_some() || rule == Rule::Refused);
		Ok(())
	}

	fn add_to(self, findings: &mut Findings, refused: bool) {
		let Self { accounts, wei, list, .. } = self;
		if accounts == 0 {
			return;
		}
		if refused {
			findings.add_counted(accounts, list);
			return;
		}
		findings.note(list);
		findings.sum_up(format!(
			"{accounts} accounts have {wei} wei on top of what was brought and found there: deposits"
		));
	}
}

/// All balances together and the issuance, where those are more than this, which is then noted. A chain
/// that keeps no issuance has nothing to compare with. Wei by which root raised the issuance since the
/// proposal are not counted: nobody has them but who was given them past the chain's rules.
async fn exceed_issuance(
	context: &Context<'_>,
	findings: &mut Findings,
) -> Result<Option<(U256, U256)>> {
	let Some(issuance) = context.chain.total_issuance(context.hash()).await? else {
		return Ok(None);
	};
	let raised = context.history.issuance_raised();
	let issuance = U256::from(issuance.saturating_sub(raised));
	let sum = all_balances(context).await?;
	if sum <= issuance {
		return Ok(None);
	}
	let without = match raised {
		0 => String::new(),
		raised => format!(", without the {raised} by which root raised it since the proposal"),
	};
	findings.sum_up(format!(
		"all balances of the chain are {sum} wei, its issuance is {issuance}{without}: not all wei were \
		 paid"
	));
	Ok(Some((sum, issuance)))
}

/// The sum of the free and reserved balances of all accounts of the chain.
async fn all_balances(context: &Context<'_>) -> Result<U256> {
	let prefix = Keys::accounts();
	let mut sum = U256::zero();
	let mut start: Option<Vec<u8>> = None;
	loop {
		let keys = context.chain.keys_after(&prefix, start.as_deref(), context.hash()).await?;
		let values = context.chain.values(&keys, context.hash()).await?;
		for value in values.iter().flatten() {
			let AccountData { free, reserved, .. } = AccountData::decode(value)?;
			sum = sum.saturating_add(free.into()).saturating_add(reserved.into());
		}
		match keys.last() {
			Some(last) => start = Some(last.clone()),
			None => return Ok(sum),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::H160;
	use serde_json::json;

	fn deposits(count: u8, limit: usize) -> Deposits {
		let mut deposits = Deposits::new(limit);
		for number in 1..=count {
			let who = (H160::repeat_byte(number), H160::repeat_byte(number));
			let mismatch = Mismatch::of_account(who, "balance", 0, number);
			deposits.add(Deposit { wei: number.into(), mismatch });
		}
		deposits
	}

	#[test]
	fn deposits_are_notes_works() {
		let deposits = deposits(3, 2);
		assert_eq!((deposits.accounts, deposits.wei), (3, U256::from(6)));
		let mut findings = Findings::new(2);
		deposits.add_to(&mut findings, false);
		let outcome = findings.outcome(json!({}));
		assert!(outcome.matched);
		assert_eq!(outcome.data["mismatches"], json!(0));
		assert_eq!(outcome.data["notes"].as_array().map(Vec::len), Some(2));
		assert!(outcome.text.contains("note: 3 accounts have 6 wei on top"), "{}", outcome.text);
	}

	#[test]
	fn deposits_that_nobody_paid_fail() {
		let mut findings = Findings::new(2);
		deposits(3, 2).add_to(&mut findings, true);
		let outcome = findings.outcome(json!({}));
		assert!(!outcome.matched);
		assert_eq!(outcome.data["mismatches"], json!(3));
		assert_eq!(outcome.data["differences"].as_array().map(Vec::len), Some(2));
		assert_eq!(outcome.data["differences"][0]["field"], json!("balance"));
	}

	#[test]
	fn rule_of_each_option_works() {
		let rule = |strict, allow_deposits| {
			let node =
				crate::args::NodeArgs { node: String::new(), patience: 0, expect_genesis: None };
			let (bundle, before_activate, table, list) = (Default::default(), false, false, 1);
			let require_events = false;
			Rule::of(&VerifyArgs {
				bundle,
				node,
				before_activate,
				allow_deposits,
				strict,
				event_blocks: 0,
				require_events,
				table,
				list,
			})
		};
		assert_eq!(rule(false, false), Rule::Counted);
		assert_eq!(rule(false, true), Rule::Believed);
		assert_eq!(rule(true, false), Rule::Refused);
	}
}
