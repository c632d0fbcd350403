//! The command line's grammar.

use crate::measure::MeasureBlocksCmd;
use sc_cli::{
	BuildSpecCmd, ChainInfoCmd, CheckBlockCmd, ExportBlocksCmd, ExportChainSpecCmd,
	ImportBlocksCmd, KeySubcommand, PurgeChainCmd, RevertCmd, RunCmd, SubstrateCli,
};

/// The command line.
///
/// The chain of `--dev` has no forks and its blocks are final at once. The fork-aware pool loses a
/// transaction that comes in while it learns of such a block: it drops it with the state before the
/// block. So the pool for one state is the default there.
#[derive(Debug, clap::Parser)]
#[command(mut_arg("pool_type", |pool| pool.default_value_if("dev", "true", "single-state")))]
pub(crate) struct Cli {
	/// What to do instead of running a node.
	#[command(subcommand)]
	pub(crate) subcommand: Option<Subcommand>,

	/// Produce a block every MILLISECONDS, also when no transaction waits.
	///
	/// Without it `--dev` seals a block as soon as a transaction is ready. Either way every block
	/// is final at once, and the chain's own clock moves one slot (6 seconds) or more a block.
	#[arg(
		long,
		value_name = "MILLISECONDS",
		requires = "dev",
		value_parser = clap::value_parser!(u64).range(1..),
	)]
	pub(crate) block_time: Option<u64>,

	/// The options of a running node.
	#[command(flatten)]
	pub(crate) run: RunCmd,
}

/// What the binary does apart from running a node.
#[derive(Debug, clap::Subcommand)]
#[allow(clippy::large_enum_variant)] // parsed once, never moved
pub(crate) enum Subcommand {
	/// Make, inspect and insert keys.
	#[command(subcommand)]
	Key(KeySubcommand),

	/// Print a chain specification, with the node's own address as boot node.
	BuildSpec(BuildSpecCmd),

	/// Write a chain specification.
	ExportChainSpec(ExportChainSpecCmd),

	/// Verify a block of the database again.
	CheckBlock(CheckBlockCmd),

	/// Write blocks to a file.
	ExportBlocks(ExportBlocksCmd),

	/// Read blocks from a file.
	ImportBlocks(ImportBlocksCmd),

	/// Delete the chain's database.
	PurgeChain(PurgeChainCmd),

	/// Go back a number of blocks, not below the last final one.
	Revert(RevertCmd),

	/// Print the database's best, final and first block.
	ChainInfo(ChainInfoCmd),

	/// Execute blocks of the database again: time, declared weight, length and proof size of each.
	///
	/// The node must not be running, and the states must be there (`--dev`, or `--state-pruning
	/// archive`). Exit code 0 where every block keeps the runtime's limits, 1 where one does not, 2
	/// where it could not be measured.
	MeasureBlocks(MeasureBlocksCmd),
}

impl SubstrateCli for Cli {
	fn impl_name() -> String {
		"Migration Node".into()
	}

	fn impl_version() -> String {
		env!("SUBSTRATE_CLI_IMPL_VERSION").into()
	}

	fn description() -> String {
		env!("CARGO_PKG_DESCRIPTION").into()
	}

	fn author() -> String {
		"the evm-migration contributors".into()
	}

	fn support_url() -> String {
		"the project's issue tracker".into()
	}

	fn copyright_start_year() -> i32 {
		2026
	}

	fn load_spec(&self, id: &str) -> Result<Box<dyn sc_service::ChainSpec>, String> {
		Ok(Box::new(crate::chain_spec::load(id)?))
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::Parser;

	#[test]
	fn block_time_needs_the_development_chain() {
		let cli = Cli::try_parse_from(["node", "--dev", "--block-time", "1000"]).expect("parses");
		assert_eq!(cli.block_time, Some(1000));
		assert!(cli.run.shared_params.dev);
		assert!(Cli::try_parse_from(["node", "--block-time", "1000"]).is_err());
	}

	#[test]
	fn measure_blocks_without_a_range_fails() {
		let range = ["node", "measure-blocks", "--dev", "--from", "1", "--to", "9"];
		assert!(Cli::try_parse_from(range).is_ok());
		assert!(Cli::try_parse_from(&range[..5]).is_err());
		assert!(Cli::try_parse_from(&range[..3]).is_err());
		let blocks = ["node", "measure-blocks", "--dev", "--blocks", "1,5,9"];
		assert!(Cli::try_parse_from(blocks).is_ok());
		assert!(Cli::try_parse_from([&blocks[..], &range[3..]].concat()).is_err());
		assert!(Cli::try_parse_from([&range[..], &["--repeat", "0"]].concat()).is_err());
	}

	#[test]
	fn block_time_of_zero_fails() {
		assert!(Cli::try_parse_from(["node", "--dev", "--block-time", "0"]).is_err());
	}
}
