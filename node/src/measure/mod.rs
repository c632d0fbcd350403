//! `measure-blocks`: executes blocks of the database again and says what they cost.
//!
//! Each block is executed on its parent's state by `Core_execute_block` in the Wasm executor, as an
//! import from the network does. The state of every parent must be there, which a development
//! chain keeps and other chains keep with `--state-pruning archive`.

mod calls;
mod execute;
mod limits;
mod report;

use crate::{
	cli::Cli,
	service::{self, FullClient},
};
use execute::Measurer;
use limits::Limits;
use report::Report;
use sc_cli::{CliConfiguration, ImportParams, SharedParams, SubstrateCli};
use std::{io::Write, num::NonZeroU32};

/// A block of the range exceeds a limit, or what it declares; the report names it.
const EXCEEDED: i32 = 1;
/// The measurement could not be made.
const FAILED: i32 = 2;

/// The arguments of `measure-blocks`.
#[derive(Debug, clap::Parser)]
pub(crate) struct MeasureBlocksCmd {
	/// The first block of a range.
	#[arg(
		long,
		value_name = "NUMBER",
		requires = "to",
		required_unless_present = "blocks",
		value_parser = clap::value_parser!(u32).range(1..),
	)]
	from: Option<u32>,

	/// The last block of the range.
	#[arg(
		long,
		value_name = "NUMBER",
		requires = "from",
		value_parser = clap::value_parser!(u32).range(1..),
	)]
	to: Option<u32>,

	/// Single blocks instead of a range, separated by commas.
	#[arg(
		long,
		value_name = "NUMBERS",
		conflicts_with = "from",
		value_delimiter = ',',
		value_parser = clap::value_parser!(u32).range(1..),
	)]
	blocks: Vec<u32>,

	/// How often each block is executed, after once that is not counted.
	#[arg(long, value_name = "TIMES", default_value = "10")]
	repeat: NonZeroU32,

	/// Print one JSON object instead of the table.
	#[arg(long)]
	json: bool,

	#[allow(missing_docs)]
	#[command(flatten)]
	shared_params: SharedParams,

	#[allow(missing_docs)]
	#[command(flatten)]
	import_params: ImportParams,
}

impl CliConfiguration for MeasureBlocksCmd {
	fn shared_params(&self) -> &SharedParams {
		&self.shared_params
	}

	fn import_params(&self) -> Option<&ImportParams> {
		Some(&self.import_params)
	}
}

/// Why blocks cannot be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MeasureError {
	/// The range is empty.
	#[error("the last block, {to}, is before the first, {from}")]
	Range { from: u32, to: u32 },
	/// The best chain has no such block.
	#[error("block {0} is not in the database")]
	NoBlock(u32),
	/// A block was made by a runtime that this program does not know.
	#[error(
		"block {block} is of the runtime {found}, this program knows {known}: build it from the \
		 sources of that runtime"
	)]
	Runtime { block: u32, found: String, known: String },
	/// A transaction that the runtime took is unknown here.
	#[error("transaction {index} of block {block} cannot be decoded: {source}")]
	Extrinsic { block: u32, index: usize, source: codec::Error },
	/// The weights in the state are not what they should be.
	#[error("System.BlockWeight at block {block} cannot be decoded: {source}")]
	Weight { block: u32, source: codec::Error },
	/// The runtime does not execute the block; without its parent's state it cannot.
	#[error(
		"block {block} cannot be executed: {source} (its parent's state is needed, which \
		 --state-pruning archive keeps)"
	)]
	Execution { block: u32, source: sp_api::ApiError },
	/// The recorder gave nothing.
	#[error("no proof of block {0} was recorded")]
	NoProof(u32),
	/// The database fails.
	#[error("the database: {0}")]
	Database(#[from] sp_blockchain::Error),
	/// The report cannot be written.
	#[error("the report: {0}")]
	Output(#[from] std::io::Error),
	/// The report cannot be written as JSON.
	#[error("the report: {0}")]
	Json(#[from] serde_json::Error),
}

impl MeasureBlocksCmd {
	/// Runs the command to the program's end.
	///
	/// Exit code 0 where every block keeps the runtime's limits and needs no longer proof than it
	/// declares, 1 where one does not, 2 where the measurement could not be made.
	pub(crate) fn run(&self, cli: &Cli) -> sc_cli::Result<()> {
		let mut exceeded = false;
		let measured = cli.create_runner(self).and_then(|runner| {
			runner.sync_run(|config| -> sc_cli::Result<()> {
				let parts = service::new_partial(&config)?;
				let report = self
					.measure(&parts.client)
					.map_err(|error| sc_cli::Error::Application(error.into()))?;
				exceeded = report.exceeded();
				Ok(())
			})
		});
		match measured {
			Ok(()) if exceeded => std::process::exit(EXCEEDED),
			Ok(()) => Ok(()),
			Err(error) => {
				eprintln!("Error: {error}");
				std::process::exit(FAILED)
			}
		}
	}

	fn numbers(&self) -> Result<Vec<u32>, MeasureError> {
		match (self.from, self.to) {
			(Some(from), Some(to)) if to < from => Err(MeasureError::Range { from, to }),
			(Some(from), Some(to)) => Ok((from..=to).collect()),
			// The grammar asks for one of both.
			_ => Ok(self.blocks.clone()),
		}
	}

	fn measure(&self, client: &FullClient) -> Result<Report, MeasureError> {
		let numbers = self.numbers()?;
		let limits = Limits::of_runtime();
		let measurer = Measurer { client, limits: &limits, repeat: self.repeat.get() };
		let mut stdout = std::io::stdout().lock();
		if !self.json {
			report::write_head(&mut stdout, &limits)?;
		}
		let mut blocks = Vec::new();
		for number in numbers {
			let block = measurer.block(number)?;
			if !self.json {
				block.write(&mut stdout)?;
				stdout.flush()?;
			}
			blocks.push(block);
		}
		let report = Report::new(self.repeat.get(), limits, blocks);
		if self.json {
			writeln!(stdout, "{}", serde_json::to_string(&report)?)?;
		}
		Ok(report)
	}
}
