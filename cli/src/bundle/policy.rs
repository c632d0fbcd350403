//! The balance policy on the command line.

use std::{fmt, str::FromStr};

use migration_primitives::manifest::BalancePolicy;
use sp_core::crypto::AccountId32;

use crate::parse::{self, ParseError};

/// What becomes of balances.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyChoice(pub BalancePolicy<AccountId32>);

impl FromStr for PolicyChoice {
	type Err = ParseError;

	fn from_str(text: &str) -> Result<Self, ParseError> {
		Ok(Self(match text.split_once(':') {
			None if text == "skip" => BalancePolicy::Skip,
			Some(("mint", cap)) => BalancePolicy::Mint { cap: parse::number(cap)? },
			Some(("fund", account)) => BalancePolicy::Fund { account: parse::account(account)? },
			_ => return Err(ParseError::Policy(text.to_owned())),
		}))
	}
}

impl fmt::Display for PolicyChoice {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match &self.0 {
			BalancePolicy::Skip => f.write_str("skip"),
			BalancePolicy::Mint { cap } => write!(f, "mint:{cap}"),
			BalancePolicy::Fund { account } => write!(f, "fund:{}", parse::account_text(account)),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn from_str_of_each_policy_works() {
		let account = format!("fund:0x{}", "07".repeat(32));
		for text in ["skip", "mint:340282366920938463463374607431768211455", account.as_str()] {
			assert_eq!(text.parse::<PolicyChoice>().expect("a policy").to_string(), text);
		}
	}

	#[test]
	fn from_str_of_other_text_fails() {
		for text in ["", "mint", "mint:", "mint:-1", "fund:bob", "skip:1"] {
			assert!(text.parse::<PolicyChoice>().is_err(), "{text}");
		}
	}
}
