//! Arguments of `snapshot`.

use std::path::PathBuf;

use clap::{ArgGroup, ValueEnum};
use migration_primitives::{snapshot::Trust, H160, H256};

use crate::{
	parse,
	source::{file::FileSource, slots::Means, BlockSelector},
};

/// Arguments of `snapshot`.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("source").required(true).args(["rpc", "from_file"])))]
pub struct SnapshotArgs {
	/// The Ethereum node's JSON-RPC, http://HOST:PORT.
	#[arg(long, value_name = "URL")]
	pub rpc: Option<String>,
	/// A file instead of a node. KIND: geth-genesis, geth-dump, reth-state, anvil-state or attested.
	/// Packed with gzip or not. All its accounts are taken unless some are named.
	#[arg(long, value_name = "KIND:PATH")]
	pub from_file: Option<FileSource>,
	/// Accounts to take; may be given several times or list several, separated by commas.
	#[arg(long, value_name = "ADDRESS", value_parser = parse::address, value_delimiter = ',', num_args = 1..,
		required_unless_present_any = ["accounts_file", "all_accounts", "from_file"])]
	pub account: Vec<H160>,
	/// A file of accounts to take: one per line (`#` begins a comment), or a JSON array.
	#[arg(long, value_name = "FILE")]
	pub accounts_file: Option<PathBuf>,
	/// Take every account; the accounts then reproduce the state root. Of a live node: an anvil, or one
	/// that serves debug_accountRange with preimages.
	#[arg(long, conflicts_with_all = ["account", "accounts_file"])]
	pub all_accounts: bool,
	/// The block: finalized, latest or a number.
	#[arg(long, value_name = "BLOCK", default_value = "finalized", conflicts_with = "from_file")]
	pub block: BlockSelector,
	/// The block's header, for files that do not hold it: RLP, or the answer of
	/// eth_getBlockByNumber.
	#[arg(long, value_name = "FILE", conflicts_with = "rpc")]
	pub header: Option<PathBuf>,
	/// Do not ask that the block is finalised; the snapshot says so.
	#[arg(long, conflicts_with = "from_file")]
	pub allow_unfinalized: bool,
	/// Write that the block is final, which a file does not show. Block 0 always is.
	#[arg(long, conflicts_with = "rpc")]
	pub claim_finalized: bool,
	/// Blocks that must be on top of it; of a file's block they are only claimed.
	#[arg(long, value_name = "N", default_value_t = 0)]
	pub confirmations: u64,
	/// What binds the accounts to the source.
	#[arg(long, value_name = "TRUST", default_value = "proved")]
	pub trust: TrustChoice,
	/// The chain id (EIP-155). A node or a file of another chain is refused; some files do not say it.
	#[arg(long, value_name = "ID", visible_alias = "expect-chain-id")]
	pub chain_id: Option<u64>,
	/// Stop unless the block has this hash.
	#[arg(long, value_name = "HASH", value_parser = parse::hash)]
	pub expect_block_hash: Option<H256>,
	/// Means of finding the slots of contracts, in the order in which they are tried. Without it:
	/// debug and anvil, and layout and list where --layout and --slots-file are given.
	#[arg(long, value_name = "MEANS", value_delimiter = ',', conflicts_with = "from_file")]
	pub slots_from: Vec<Means>,
	/// A file of slots' keys to try: on each line an address and a key.
	#[arg(long, value_name = "FILE", conflicts_with = "from_file")]
	pub slots_file: Option<PathBuf>,
	/// The storage layout of a contract: what `solc --storage-layout` says, or an artefact with it. A
	/// proxy has the layout of its implementation.
	#[arg(long, value_name = "ADDRESS=FILE", value_parser = parse::address_and_file, conflicts_with = "from_file")]
	pub layout: Vec<(H160, PathBuf)>,
	/// The first block whose transactions are traced, with --slots-from traces.
	#[arg(long, value_name = "BLOCK", default_value_t = 0)]
	pub traces_from: u64,
	/// Most requests in one HTTP request.
	#[arg(long, value_name = "N", default_value_t = 32, value_parser = batch)]
	pub batch: usize,
	/// Most requests in a second.
	#[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
	pub rate: Option<u32>,
	/// Tries after the first of a request that may succeed later; the waits between them double.
	#[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u32).range(..=20))]
	pub retries: u32,
	/// The file to write. What a run of a live node has read is kept in FILE.work until it is done.
	#[arg(long, short, value_name = "FILE")]
	pub output: PathBuf,
}

/// Requests in one HTTP request.
fn batch(text: &str) -> Result<usize, String> {
	match text.parse() {
		Ok(number @ 1..=1_000) => Ok(number),
		_ => Err("a number from 1 to 1000 is needed".to_owned()),
	}
}

/// What binds the accounts of a snapshot to its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum TrustChoice {
	/// The state root of the block: the target chain checks every byte against it.
	Proved,
	/// Governance, which vouches for the snapshot's digest.
	Attested,
}

impl From<TrustChoice> for Trust {
	fn from(choice: TrustChoice) -> Self {
		match choice {
			TrustChoice::Proved => Trust::Proved,
			TrustChoice::Attested => Trust::Attested,
		}
	}
}
