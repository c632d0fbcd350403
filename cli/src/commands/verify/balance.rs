//! The balance of an account: what was brought, what was handed out, what root wrote.

use migration_primitives::{manifest::BalancePolicy, map::Target, status::AccountState, U256};

use super::{
	account::Check, deposits::Deposit, findings::Mismatch, history::Write, unknown::Unknown,
};
use crate::{parse::account_text, substrate::AccountData};

/// A balance that is not what it should be, and that root wrote.
const WRITTEN: &str = "balance written by root";

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
		// An account of the chain had nothing of the migration before.
		let native = self.is_native();
		let write = self.write().filter(|write| !native || write.last >= release.block);
		match (self.since_release(), write) {
			// A balance that root wrote before the release is in what was there before it.
			(_, Some(write)) if write.first < release.block => self.written(write),
			(Ok(expected), write) => self.balance(expected, sum(&self.found.account), write),
			(Err(_), Some(write)) => self.written(write),
			(Err(unknown), None) => self.answer.unknown = Some(unknown),
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

	/// What the holder has at least, if nobody can have spent anything since the block before the
	/// release.
	fn since_release(&self) -> Result<U256, Unknown> {
		let before = self.found.before.ok_or(Unknown::StateNotKept)?;
		if before.nonce != self.found.account.nonce {
			return Err(Unknown::Used);
		}
		if !self.is_native() && !self.found.code.is_empty() {
			return Err(Unknown::HasCode);
		}
		Ok(sum(&before).saturating_add(self.share()))
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

	/// What root wrote as the holder's balance.
	fn write(&self) -> Option<Write> {
		self.context.history.write(&self.found.holder)
	}
}

/// Free and reserved balance.
fn sum(account: &AccountData) -> U256 {
	U256::from(account.free).saturating_add(account.reserved.into())
}
