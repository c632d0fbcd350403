//! Balances that cannot be compared, and why.
//!
//! What was handed out belongs to accounts that are in use. Until they use it their balance can only
//! grow, so it is known; afterwards it is theirs. Not all of them use it with a nonce: an account that is
//! emptied loses its own, others have no key, or their wei are withdrawn from the EVM.

use std::fmt;

use serde_json::{json, Value};

/// Why the balance of an account whose share was handed out cannot be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unknown {
	/// Its nonce has moved since the release, or it has signed a transaction.
	Used,
	/// Wei have left it, and no nonce tells that it was its owner.
	SpentWithoutNonce,
	/// It has code, which spends without a nonce.
	HasCode,
	/// The node does not have the state before the release.
	StateNotKept,
	/// No block that was read has the release.
	NotSeen,
	/// It has less, and not all blocks since the release were read.
	SpendingNotRead,
}

/// How many balances cannot be compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unknowns {
	used: u64,
	spent_without_nonce: u64,
	has_code: u64,
	state_not_kept: u64,
	not_seen: u64,
	spending_not_read: u64,
}

impl Unknowns {
	/// Counts one.
	pub(super) fn add(&mut self, unknown: Unknown) {
		let count = match unknown {
			Unknown::Used => &mut self.used,
			Unknown::SpentWithoutNonce => &mut self.spent_without_nonce,
			Unknown::HasCode => &mut self.has_code,
			Unknown::StateNotKept => &mut self.state_not_kept,
			Unknown::NotSeen => &mut self.not_seen,
			Unknown::SpendingNotRead => &mut self.spending_not_read,
		};
		*count = count.saturating_add(1);
	}

	fn total(&self) -> u64 {
		self.used
			.saturating_add(self.spent_without_nonce)
			.saturating_add(self.has_code)
			.saturating_add(self.state_not_kept)
			.saturating_add(self.not_seen)
			.saturating_add(self.spending_not_read)
	}

	/// The same as JSON.
	pub(super) fn data(&self) -> Value {
		json!({
			"total": self.total(),
			"used_since_release": self.used,
			"spent_without_a_nonce": self.spent_without_nonce,
			"with_code": self.has_code,
			"state_not_kept": self.state_not_kept,
			"release_not_seen": self.not_seen,
			"spending_not_read": self.spending_not_read,
		})
	}
}

impl fmt::Display for Unknowns {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		write!(f, "{} balances not compared", self.total())?;
		let reasons = [
			(self.used, "used since the release"),
			(self.spent_without_nonce, "spent without a nonce"),
			(self.has_code, "with code, which spends without a nonce"),
			(self.state_not_kept, "released in a block before which the node has no state"),
			(self.not_seen, "released in no block that was read"),
			(self.spending_not_read, "lower, with blocks since the release that were not read"),
		];
		let reasons = reasons.into_iter().filter(|(count, _)| *count > 0);
		let mut separator = ": ";
		for (count, reason) in reasons {
			write!(f, "{separator}{count} {reason}")?;
			separator = ", ";
		}
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn display_names_each_reason_works() {
		let mut unknowns = Unknowns::default();
		assert_eq!(unknowns.to_string(), "0 balances not compared");
		unknowns.add(Unknown::NotSeen);
		unknowns.add(Unknown::Used);
		unknowns.add(Unknown::Used);
		unknowns.add(Unknown::SpentWithoutNonce);
		let expected =
			"4 balances not compared: 2 used since the release, 1 spent without a nonce, 1 released in \
			 no block that was read";
		assert_eq!(unknowns.to_string(), expected);
		assert_eq!(unknowns.data()["total"], json!(4));
		assert_eq!(unknowns.data()["release_not_seen"], json!(1));
	}
}
