//! Arguments of `govern`.

use std::path::PathBuf;

use clap::{ArgGroup, Subcommand, ValueEnum};
use migration_primitives::{
	status::{Beneficiary, CollisionPolicy},
	H160,
};
use sp_core::crypto::AccountId32;

use super::{NodeArgs, SignerArgs};
use crate::parse::{self, ParseError};

/// What is done with a migration.
#[derive(Debug, Subcommand)]
pub enum GovernAction {
	/// Stop the migration for a while. The deadline of its stage stands.
	Pause(PowerArgs),
	/// Let a paused migration go on. In the reference runtime it takes two thirds of the council, a
	/// pause one third.
	Resume(PowerArgs),
	/// Take back all that the migration brought. Not possible once it is complete.
	Abort(AbortArgs),
	/// Abort a migration whose stage has outlasted its deadline. Anybody may.
	Expire(AnybodyArgs),
	/// Go on with the clean-up of an aborted migration until nothing of it is left. Anybody may.
	CleanUp(CleanUpArgs),
	/// Decide what becomes of accounts whose target was occupied.
	Resolve(ResolveArgs),
	/// Execute the next calls after the import, as the manifest approves them. Anybody may.
	Call(CallArgs),
	/// Go on without the next call after the import.
	SkipCall(SkipCallArgs),
	/// Have the next call after the import, which failed, tried again.
	RetryCall(SkipCallArgs),
	/// Put off the deadline of the migration's stage.
	Extend(ExtendArgs),
	/// Hand an imported migration to its users, for good.
	Activate(PowerArgs),
}

/// Which migration, and who signs.
#[derive(Clone, Debug, clap::Args)]
pub struct AnybodyArgs {
	/// The migration's number; without it, the one that is active.
	#[arg(value_name = "MIGRATION")]
	pub migration: Option<u32>,
	/// The target chain's node.
	#[command(flatten)]
	pub node: NodeArgs,
	/// Who signs.
	#[command(flatten)]
	pub signer: SignerArgs,
}

/// Which migration, and whose power is used.
#[derive(Clone, Debug, clap::Args)]
pub struct PowerArgs {
	/// Which migration, and who signs.
	#[command(flatten)]
	pub on: AnybodyArgs,
	/// Whose power is used.
	#[arg(long, value_name = "HOW", default_value = "sudo")]
	pub with: GovernWith,
	/// How many members of the council must agree; with --with council. In the reference runtime a
	/// third of them is enough to pause, half of them to abort; the rest takes two thirds.
	#[arg(long, value_name = "N", required_if_eq("with", "council"), value_parser = clap::value_parser!(u32).range(1..))]
	pub council_threshold: Option<u32>,
}

/// Whose power is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum GovernWith {
	/// The sudo key's.
	Sudo,
	/// The council's: the signer, one of its members, makes the motion.
	Council,
	/// Somebody else's: the call is printed, for a referendum or a multisignature, and nothing is
	/// sent.
	Print,
}

/// Arguments of `govern abort`.
#[derive(Clone, Debug, clap::Args)]
pub struct AbortArgs {
	/// Which migration, and whose power is used.
	#[command(flatten)]
	pub power: PowerArgs,
	/// Say that everything is to be taken back: it cannot be undone.
	#[arg(long)]
	pub yes: bool,
}

/// Arguments of `govern clean-up`.
#[derive(Clone, Debug, clap::Args)]
pub struct CleanUpArgs {
	/// Which migration, and who signs.
	#[command(flatten)]
	pub on: AnybodyArgs,
	/// Steps of one transaction: an account takes 16, a slot one.
	#[arg(long, value_name = "N", default_value_t = 1_000, value_parser = clap::value_parser!(u32).range(17..))]
	pub steps: u32,
}

/// Arguments of `govern resolve`.
#[derive(Clone, Debug, clap::Args)]
#[command(group(ArgGroup::new("which").required(true).args(["account", "all"])))]
pub struct ResolveArgs {
	/// Which migration, and whose power is used.
	#[command(flatten)]
	pub power: PowerArgs,
	/// Accounts, by their addresses on the source.
	#[arg(long, value_name = "ADDRESS", value_parser = parse::address, value_delimiter = ',', num_args = 1..)]
	pub account: Vec<H160>,
	/// All accounts whose target was occupied and that are not settled.
	#[arg(long)]
	pub all: bool,
	/// What becomes of their balances: leave, credit-target, or credit:WHO, where WHO is an address
	/// or an account of the target chain. What stands at the target stays in every case.
	#[arg(long, value_name = "POLICY", value_parser = collision_policy)]
	pub policy: CollisionPolicy<AccountId32>,
}

/// Arguments of `govern call`.
#[derive(Clone, Debug, clap::Args)]
pub struct CallArgs {
	/// Which migration, and who signs.
	#[command(flatten)]
	pub on: AnybodyArgs,
	/// A JSON list of all calls of the manifest in their order, each an object with `from` and `to`
	/// (addresses on the source), `input` (hexadecimal digits) and `gas_limit`.
	#[arg(long, value_name = "FILE")]
	pub calls: PathBuf,
}

/// Arguments of `govern extend`.
#[derive(Clone, Debug, clap::Args)]
pub struct ExtendArgs {
	/// Which migration, and whose power is used.
	#[command(flatten)]
	pub power: PowerArgs,
	/// Blocks by which the deadline is put off. The next stage has its own.
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub blocks: u32,
}

/// Arguments of `govern skip-call` and `govern retry-call`.
#[derive(Clone, Debug, clap::Args)]
pub struct SkipCallArgs {
	/// Which migration, and whose power is used.
	#[command(flatten)]
	pub power: PowerArgs,
	/// The call's place in the manifest, from 0 on: it must be the next one.
	#[arg(long, value_name = "N")]
	pub index: u32,
}

impl GovernAction {
	/// The migration, the node, and who signs.
	pub fn on(&self) -> &AnybodyArgs {
		match self {
			Self::Pause(power) | Self::Resume(power) | Self::Activate(power) => &power.on,
			Self::Abort(args) => &args.power.on,
			Self::Expire(on) => on,
			Self::CleanUp(args) => &args.on,
			Self::Resolve(args) => &args.power.on,
			Self::Call(args) => &args.on,
			Self::SkipCall(args) | Self::RetryCall(args) => &args.power.on,
			Self::Extend(args) => &args.power.on,
		}
	}

	/// Whose power is used; none where anybody may.
	pub fn power(&self) -> Option<&PowerArgs> {
		match self {
			Self::Pause(power) | Self::Resume(power) | Self::Activate(power) => Some(power),
			Self::Abort(args) => Some(&args.power),
			Self::Resolve(args) => Some(&args.power),
			Self::SkipCall(args) | Self::RetryCall(args) => Some(&args.power),
			Self::Extend(args) => Some(&args.power),
			Self::Expire(_) | Self::CleanUp(_) | Self::Call(_) => None,
		}
	}
}

fn collision_policy(text: &str) -> Result<CollisionPolicy<AccountId32>, ParseError> {
	match text.split_once(':') {
		None if text == "leave" => Ok(CollisionPolicy::Leave),
		None if text == "credit-target" => Ok(CollisionPolicy::CreditTarget),
		Some(("credit", who)) => {
			let beneficiary = match parse::address(who) {
				Ok(address) => Beneficiary::Evm(address),
				Err(_) => Beneficiary::Account(parse::account(who)?),
			};
			Ok(CollisionPolicy::Credit(beneficiary))
		}
		_ => Err(ParseError::CollisionPolicy(text.to_owned())),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn collision_policy_of_each_form_works() {
		let address = H160::repeat_byte(7);
		let account = AccountId32::new([9; 32]);
		for (text, expected) in [
			("leave".to_owned(), CollisionPolicy::Leave),
			("credit-target".to_owned(), CollisionPolicy::CreditTarget),
			(format!("credit:{address:?}"), CollisionPolicy::Credit(Beneficiary::Evm(address))),
			(
				format!("credit:{}", parse::account_text(&account)),
				CollisionPolicy::Credit(Beneficiary::Account(account)),
			),
		] {
			assert_eq!(collision_policy(&text), Ok(expected));
		}
	}

	#[test]
	fn collision_policy_of_other_text_fails() {
		for text in ["", "credit", "credit:", "leave:1", "mint:5"] {
			assert!(collision_policy(text).is_err(), "{text}");
		}
	}
}
