//! The balance of an account: what was brought, what was handed out, what root wrote.

use migration_primitives::{manifest::BalancePolicy, map::Target, status::AccountState, U256};

use super::{
	account::Check,
	deposits::Deposit,
	findings::Mismatch,
	history::{Release, Write},
	unknown::Unknown,
};
use crate::{parse::account_text, substrate::AccountData};

/// A balance that is not what it should be, and that root wrote.
const WRITTEN: &str = "balance written by root";

/// What a holder must have of what was handed out.
enum Kept {
	/// At least these wei: nothing was spent.
	All(U256),
	/// At least these wei, of which some left it, and no nonce tells that it was its owner.
	Spent {
		/// Without what left it.
		expected: U256,
		/// What left it.
		wei: u128,
		/// The last block in which something left it.
		last: u32,
	},
	/// Nothing is known of it.
	Unknown(Unknown),
}

impl Check<'_> {
	/// What the policy brings.
	pub(super) fn share(&self) -> U256 {
		match self.context.bundle.manifest.balances {
			BalancePolicy::Skip => U256::zero(),
			BalancePolicy::Mint { .. } | BalancePolicy::Fund { .. } => self.job.head.balance,
		}
	}

	/// Whether the account goes to one of the target chain, which the EVM knows nothing of.
	pub(super) fn is_native(&self) -> bool {
		matches!(self.rule, Target::Account(_))
	}

	/// Notes what the pallet has counted as credited for an account.
	pub(super) fn credited(&mut self, state: AccountState, owed: bool) {
		let share = self.share();
		let settled = self.context.history.settled(self.answer.source);
		match state {
			AccountState::Settled(_) if owed || settled == Some(true) => {
				self.answer.credited = share;
			}
			AccountState::Settled(_) if settled.is_none() => self.answer.perhaps_credited = share,
			AccountState::Mapped
			| AccountState::Importing
			| AccountState::Collided(_)
			| AccountState::Settled(_) => {}
			AccountState::Imported
			| AccountState::Waiting
			| AccountState::Released
			| AccountState::AlreadyPresent
			| AccountState::Empty => self.answer.credited = share,
		}
	}

	/// Nonce and balance of an account that nobody but the import has written.
	pub(super) fn nonce_and_balance(&mut self, surplus: u128) {
		self.equal("nonce", self.job.head.nonce, self.found.account.nonce);
		self.answer.surplus = surplus;
		let expected = self.share().saturating_add(surplus.into());
		let found = U256::from(self.found.account.free);
		self.balance(expected, found, self.write());
	}

	/// What was handed out: the wei and who got them, and whether they are still there where nobody can
	/// have spent them.
	pub(super) fn handed_out(&mut self) {
		let share = self.share();
		let Some(release) = self.found.release else {
			match self.context.released_blocks_known {
				true => self.differs("release", format!("{share} wei"), "none".to_owned()),
				false => self.answer.unknown = Some(Unknown::NotSeen),
			}
			self.no_write();
			return;
		};
		self.equal("release", share, release.balance.into());
		let beneficiary = release.beneficiary.as_ref().map(account_text);
		if let Some(found) = beneficiary.filter(|found| *found != account_text(&self.found.holder))
		{
			self.differs("beneficiary of the release", account_text(&self.found.holder), found);
		}
		let write = match self.is_native() {
			// An account of the chain had nothing of the migration before.
			true => self.context.history.write(&self.found.holder, release.block),
			false => self.write(),
		};
		match (self.since_release(release), write) {
			// A balance that root wrote before the release is in what was there before it.
			(_, Some(write)) if write.first < release.block => self.written(write),
			(Kept::All(expected), write) => self.balance(expected, sum(&self.found.account), write),
			// Root may have written what should be there, before some of it was spent.
			(Kept::Spent { expected, .. }, Some(write)) if U256::from(write.free) != expected => {
				self.written(write);
			}
			(Kept::Spent { expected, wei, last }, _) => self.spent(expected, wei, last),
			(Kept::Unknown(_), Some(write)) => self.written(write),
			(Kept::Unknown(unknown), None) => self.answer.unknown = Some(unknown),
		}
	}

	/// Of a balance that its owner moves nothing is expected but that root has not written it.
	pub(super) fn no_write(&mut self) {
		if self.is_native() {
			return;
		}
		if let Some(write) = self.write() {
			self.written(write);
		}
	}

	/// What the holder must have, as far as the state before the release, its nonce and the events tell.
	fn since_release(&self, release: &Release) -> Kept {
		let Some(before) = self.found.before else { return Kept::Unknown(Unknown::StateNotKept) };
		let (history, now) = (&self.context.history, &self.found.account);
		let spending = history.spending(&self.found.holder);
		let is_since = |block: &u32| *block >= release.block;
		// An account that is emptied loses its nonce: it may have signed whatever the nonce says.
		if before.nonce != now.nonce || spending.signed.is_some_and(|block| is_since(&block)) {
			return Kept::Unknown(Unknown::Used);
		}
		if !self.is_native() && !self.found.code.is_empty() {
			return Kept::Unknown(Unknown::HasCode);
		}
		let expected = sum(&before).saturating_add(self.share());
		match spending.last.filter(is_since) {
			Some(last) => Kept::Spent { expected, wei: spending.wei, last },
			None if sum(now) < expected && !history.covers(release.block) => {
				Kept::Unknown(Unknown::SpendingNotRead)
			}
			None => Kept::All(expected),
		}
	}

	/// What left the holder may have been spent by its owner, by somebody who acts for it, or by root:
	/// that is noted. What is missing beyond that nobody has spent.
	fn spent(&mut self, expected: U256, wei: u128, last: u32) {
		let found = sum(&self.found.account);
		let least = expected.saturating_sub(wei.into());
		if found < least {
			self.differs("balance", format!("at least {least}"), found.to_string());
			return;
		}
		let who = (self.answer.source, self.answer.target);
		let expected = format!("{expected} wei, or a nonce that moved");
		let found = format!("{found} after {wei} left it by events, the last in block {last}");
		let note = Mismatch::of_account(who, "spent without a nonce", expected, found);
		self.answer.notes.push(note);
		self.answer.unknown = Some(Unknown::SpentWithoutNonce);
	}

	/// Less than the expected balance is a mismatch; what is on top anybody may have sent, unless root
	/// wrote it. Where root wrote what should be there, deposits may have come since.
	fn balance(&mut self, expected: U256, found: U256, write: Option<Write>) {
		let wrong = |write: &Write| found != expected && U256::from(write.free) != expected;
		if let Some(write) = write.filter(wrong) {
			let found = format!("{found}, written in block {}", write.last);
			self.differs(WRITTEN, expected.to_string(), found);
			return;
		}
		match found.checked_sub(expected) {
			Some(wei) if !wei.is_zero() => {
				let who = (self.answer.source, self.answer.target);
				let mismatch = Mismatch::of_account(who, "balance", expected, found);
				self.answer.deposit = Some(Deposit { wei, mismatch });
			}
			_ => self.equal("balance", expected, found),
		}
	}

	fn written(&mut self, write: Write) {
		let found = format!("{} written in block {}", write.free, write.last);
		self.differs(WRITTEN, "no such balance".to_owned(), found);
	}

	/// What root wrote as the holder's balance since the account began to come. What it wrote before is
	/// in what was found there.
	fn write(&self) -> Option<Write> {
		let history = &self.context.history;
		history.write(&self.found.holder, history.not_before(self.answer.source))
	}
}

/// Free and reserved balance.
fn sum(account: &AccountData) -> U256 {
	U256::from(account.free).saturating_add(account.reserved.into())
}
