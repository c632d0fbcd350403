//! Arguments of `submit`.

use std::path::PathBuf;

use clap::{error::ErrorKind, CommandFactory, ValueEnum};

use super::{Args, NodeArgs, SignerArgs};
use crate::parse;

/// Wei that may stand at targets of contracts, together, unless the operator says otherwise: 0.01 ether.
const OCCUPIED_BALANCE_LIMIT: u128 = 10_000_000_000_000_000;

/// Arguments of `submit`.
#[derive(Debug, clap::Args)]
pub struct SubmitArgs {
	/// The bundle of `pack`.
	#[arg(long, value_name = "DIR")]
	pub bundle: PathBuf,
	/// The target chain's node.
	#[command(flatten)]
	pub node: NodeArgs,
	/// Who signs what needs a signature: the proposal, the activation, the release.
	#[command(flatten)]
	pub signer: SignerArgs,
	/// How the migration is proposed where the chain does not have it yet.
	#[arg(long, value_name = "HOW", default_value = "sudo", alias = "propose")]
	pub propose_with: ProposeWith,
	/// How many members of the council must agree; with --propose-with council.
	#[arg(long, value_name = "N", required_if_eq("propose_with", "council"))]
	pub council_threshold: Option<u32>,
	/// Propose although source and target have the same chain id (EIP-155). Anybody can then send
	/// transactions that were signed for one of them to the other one. With --propose-with wait
	/// nothing is proposed, and nothing of this kind is asked.
	#[arg(long)]
	pub allow_same_chain_id: bool,
	/// Propose, and activate, although some targets are occupied. What stands there stays, and the
	/// accounts of the source that collide with it are not imported: before the activation each is
	/// settled by leaving it behind (sudo).
	#[arg(long)]
	pub allow_collisions: bool,
	/// Propose although contracts go to targets that hold more ether than --occupied-balance-limit.
	/// Whoever controls such a contract controls that ether too; where the policy brings balances, they
	/// are added to it.
	#[arg(long)]
	pub allow_occupied_balances: bool,
	/// Wei that may stand at targets of contracts, together, without --allow-occupied-balances: anybody
	/// can send some there. What is found up to this, by default 0.01 ether, is listed.
	#[arg(long, value_name = "WEI", default_value_t = OCCUPIED_BALANCE_LIMIT, value_parser = parse::number::<u128>)]
	pub occupied_balance_limit: u128,
	/// Chunks that may be on their way at once, not finalised.
	#[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
	pub in_flight: u32,
	/// Seconds without progress after which the command gives up. Progress is a chunk that was applied,
	/// and a block while the review lasts; a proposal of others is waited for as long.
	#[arg(long, value_name = "SECONDS", default_value_t = 600, value_parser = clap::value_parser!(u64).range(1..))]
	pub stall: u64,
	/// Afterwards wait for the review's shortest time, and release the contracts to users (sudo).
	#[arg(long)]
	pub activate: bool,
	/// Afterwards hand out what waits in the ledger.
	#[arg(long)]
	pub release: bool,
}

/// How a migration is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProposeWith {
	/// By the sudo key.
	Sudo,
	/// By a member of the council: the motion is made, and the command waits for the votes.
	Council,
	/// Not at all: the call is printed, for a referendum or a multisignature, and nothing is sent.
	Print,
	/// Not at all: wait until somebody else has.
	Wait,
}

impl SubmitArgs {
	/// Refuses options that contradict each other: `--activate` uses the sudo key, and whoever
	/// proposes in another way does not have it.
	pub(super) fn check(&self) -> Result<(), clap::Error> {
		if !self.activate || self.propose_with == ProposeWith::Sudo {
			return Ok(());
		}
		let how = self.propose_with.to_possible_value();
		let how = how.as_ref().map(|how| how.get_name()).unwrap_or_default();
		let message = format!(
			"--activate uses the sudo key, which --propose-with {how} does not: leave it out, and \
			 activate afterwards with `evm-migrate govern activate`, which takes --with council and \
			 --with print"
		);
		Err(Args::command().error(ErrorKind::ArgumentConflict, message))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::args::Command;
	use clap::Parser;

	fn parsed(more: &[&str]) -> Result<SubmitArgs, clap::Error> {
		let line = ["evm-migrate", "submit", "--bundle", "b", "--node", "ws://127.0.0.1:9"];
		let args = Args::try_parse_from([&line, more].concat()).expect("arguments of submit");
		args.check()?;
		match args.command {
			Command::Submit(submit) => Ok(submit),
			_ => panic!("another command"),
		}
	}

	#[test]
	fn occupied_balance_limit_works() {
		let limit = |more: &[&str]| parsed(more).map(|args| args.occupied_balance_limit).ok();
		assert_eq!(limit(&[]), Some(OCCUPIED_BALANCE_LIMIT));
		assert_eq!(limit(&["--occupied-balance-limit", "1_000"]), Some(1_000));
	}

	#[test]
	fn activation_by_sudo_works() {
		assert!(parsed(&["--activate"]).is_ok());
		assert!(parsed(&["--activate", "--propose-with", "sudo"]).is_ok());
		for how in [&["wait"][..], &["print"], &["council", "--council-threshold", "2"]] {
			assert!(parsed(&[&["--propose-with"], how].concat()).is_ok());
		}
	}

	#[test]
	fn activation_without_sudo_fails() {
		for how in [&["wait"][..], &["print"], &["council", "--council-threshold", "2"]] {
			let error = parsed(&[&["--activate", "--propose-with"], how].concat());
			let text = error.expect_err("a contradiction").to_string();
			assert!(text.contains(&format!("--propose-with {} does not", how[0])), "{text}");
			assert!(text.contains("evm-migrate govern activate"), "{text}");
		}
	}
}
