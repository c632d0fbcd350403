//! The command line.

use std::{num::NonZeroU32, path::PathBuf};

use clap::{Parser, Subcommand};

/// Measures what an import costs a chain.
///
/// The environment variables MIGRATION_NODE and EVM_MIGRATE name the programs that are measured.
#[derive(Debug, Parser)]
#[command(name = "migration-bench")]
pub(crate) struct Args {
	/// What to measure.
	#[command(subcommand)]
	pub(crate) command: Command,
}

/// What to measure.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
	/// Import snapshots of these sizes, and write the same storage in other ways.
	Import(ImportArgs),
	/// Say where the time of an import's blocks goes.
	Split(SplitArgs),
	/// Measure chunks of many kinds and write the weights of the runtime.
	Weights(WeightsArgs),
	/// Execute the heaviest transactions of 2^24 gas and hold their times against their weights.
	Gas(GasArgs),
	/// Run programs on EVM engines beside each other.
	Evm(EvmArgs),
}

/// Arguments of `import`.
#[derive(Debug, clap::Args)]
pub(crate) struct ImportArgs {
	/// Sizes of the snapshots in slots.
	#[arg(
		long,
		value_name = "N",
		value_delimiter = ',',
		default_value = "10000,100000,1000000",
		value_parser = clap::value_parser!(u64).range(1_000..=10_000_000),
	)]
	pub(crate) slots: Vec<u64>,
	/// How often each block is executed for its time.
	#[arg(long, value_name = "TIMES", default_value = "5")]
	pub(crate) repeat: NonZeroU32,
	/// Blocks of each run to execute again, evenly spread, at least two.
	#[arg(long, value_name = "N", default_value = "24", value_parser = clap::value_parser!(u32).range(2..))]
	pub(crate) blocks: u32,
	/// Milliseconds between blocks of the import, so that they fill.
	#[arg(long, value_name = "MILLISECONDS", default_value = "1500")]
	pub(crate) block_time: NonZeroU32,
	/// Write all figures to this file as JSON.
	#[arg(long, value_name = "FILE")]
	pub(crate) json: Option<PathBuf>,
}

/// Arguments of `split`.
#[derive(Debug, clap::Args)]
pub(crate) struct SplitArgs {
	/// Slots of the contract that is imported.
	#[arg(long, value_name = "N", default_value = "100000", value_parser = clap::value_parser!(u64).range(1_000..=1_000_000))]
	pub(crate) slots: u64,
	/// How often each block is executed.
	#[arg(long, value_name = "TIMES", default_value = "10")]
	pub(crate) repeat: NonZeroU32,
	/// Write the figures to this file as JSON.
	#[arg(long, value_name = "FILE")]
	pub(crate) json: Option<PathBuf>,
}

/// Arguments of `weights`.
#[derive(Debug, clap::Args)]
pub(crate) struct WeightsArgs {
	/// How often each block is executed for its time.
	#[arg(long, value_name = "TIMES", default_value = "10")]
	pub(crate) repeat: NonZeroU32,
	/// The Rust file to write; without it, it is printed.
	#[arg(long, value_name = "FILE")]
	pub(crate) output: Option<PathBuf>,
}

/// Arguments of `gas`.
#[derive(Debug, clap::Args)]
pub(crate) struct GasArgs {
	/// How often each transaction is executed for its time.
	#[arg(long, value_name = "TIMES", default_value = "5")]
	pub(crate) repeat: NonZeroU32,
	/// The gas limit of each transaction.
	#[arg(
		long,
		value_name = "GAS",
		default_value_t = 1 << 24,
		value_parser = clap::value_parser!(u64).range(100_000..=1 << 24),
	)]
	pub(crate) gas: u64,
	/// Only transactions whose class and name contain this.
	#[arg(long, value_name = "TEXT")]
	pub(crate) only: Option<String>,
	/// The Wasm of another build of the runtime.
	#[arg(long, value_name = "FILE")]
	pub(crate) runtime: Option<PathBuf>,
	/// Write all figures to this file as JSON.
	#[arg(long, value_name = "FILE")]
	pub(crate) json: Option<PathBuf>,
}

/// Arguments of `evm`.
#[derive(Debug, clap::Args)]
pub(crate) struct EvmArgs {
	/// How often each program is run on each engine for its time.
	#[arg(long, value_name = "TIMES", default_value = "11")]
	pub(crate) repeat: NonZeroU32,
	/// Only programs whose name contains this.
	#[arg(long, value_name = "TEXT")]
	pub(crate) only: Option<String>,
	/// The program of plain revm, built from bench/published.
	#[arg(long, value_name = "FILE")]
	pub(crate) revm: PathBuf,
	/// The Wasm of the crate `evm` 0.43, built from bench/frontier.
	#[arg(long, value_name = "FILE")]
	pub(crate) frontier: PathBuf,
	/// Write all figures to this file as JSON.
	#[arg(long, value_name = "FILE")]
	pub(crate) json: Option<PathBuf>,
}
