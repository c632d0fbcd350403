//! The command line.

use crate::run::Shard;
use clap::Parser;
use std::path::PathBuf;

/// Runs Ethereum's official state tests through pallet-ethereum and pallet-evm.
///
/// The accounts of each case are written to FRAME storage, its signed transaction is authorised and
/// dispatched as in a block, and Ethereum's state root and the hash of the logs are built from the
/// storage and compared. Ends with 0 if no case failed and the skipped cases are exactly those listed,
/// with 1 if not, and with 2 if the tests could not be run.
#[derive(Debug, Parser)]
#[command(name = "evm-statetest", version)]
pub struct Args {
	/// Files, folders, or archives (.tar, .tar.gz, .tar.zst) of tests.
	#[arg(required = true)]
	pub paths: Vec<PathBuf>,
	/// Run only the cases of this hard fork, by any of its names in the files.
	#[arg(long, value_name = "FORK")]
	pub fork: Option<String>,
	/// Run the testbed's Wasm in the node's executor instead of natively.
	#[arg(long)]
	pub wasm: bool,
	/// Bound the time of precompiles as the reference runtime does, which the cases listed in
	/// `statetest/bounded.txt` exceed and so fail.
	#[arg(long)]
	pub bound_precompiles: bool,
	/// End with one line of JSON on standard output, also if the tests could not be run.
	#[arg(long)]
	pub json: bool,
	/// Run only the I-th of N parts of all cases, chosen by the hash of a case's id.
	#[arg(long, value_name = "I/N", value_parser = parse_shard)]
	pub shard: Option<Shard>,
	/// The list of the cases that are skipped, instead of the committed one.
	#[arg(long, value_name = "FILE")]
	pub skips: Option<PathBuf>,
	/// Only name the skipped cases that are not listed, instead of failing: for files of other tests
	/// than those that the list was made for. More than 5% of a run of more than 100 cases, blob
	/// transactions apart, fail it nevertheless.
	#[arg(long, conflicts_with = "write_lists")]
	pub allow_unlisted: bool,
	/// Write what this run skipped and saw as `skipped.txt` and `archive.txt` to a folder, and compare
	/// with no list.
	#[arg(long, value_name = "FOLDER", conflicts_with_all = ["skips", "fork", "shard"])]
	pub write_lists: Option<PathBuf>,
}

fn parse_shard(text: &str) -> Result<Shard, String> {
	let form = || "expected I/N with 1 <= I <= N".to_owned();
	let (index, count) = text.split_once('/').ok_or_else(form)?;
	let index = index.parse().map_err(|_| form())?;
	let count = count.parse().map_err(|_| form())?;
	if index == 0 || index > count {
		return Err(form());
	}
	Ok(Shard { index, count })
}
