//! The command line.

mod govern;

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use migration_primitives::{
	limits::MAX_RUN_LOG2, manifest::EvmSpec, map::Target, snapshot::Trust, H160, H256,
};
use sp_core::crypto::AccountId32;

pub use self::govern::{
	AbortArgs, AnybodyArgs, CallArgs, CleanUpArgs, GovernAction, GovernWith, PowerArgs,
	ResolveArgs, SkipCallArgs,
};
use crate::{
	bundle::PolicyChoice,
	parse,
	source::{file::FileSource, slots::Means, BlockSelector},
};

/// Moves Ethereum contracts into a Substrate chain: code, storage, balances and nonces.
///
/// Results go to stdout, talk to stderr. Exit codes: 0 done, 1 a mismatch was found, 2 the command
/// could not run.
#[derive(Debug, Parser)]
#[command(name = "evm-migrate", version)]
pub struct Args {
	/// Print one JSON object as the last line of stdout.
	#[arg(long, global = true)]
	pub json: bool,
	/// What to do.
	#[command(subcommand)]
	pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
	/// Take a snapshot of accounts, of a live Ethereum node or of a file.
	Snapshot(SnapshotArgs),
	/// Make the address map and list what it means.
	Plan(PlanArgs),
	/// Cut a snapshot into chunks and write the manifest.
	Pack(PackArgs),
	/// Write the page that a council member reads before the vote.
	Review(ReviewArgs),
	/// Propose a migration, submit its map and chunks, and wait until it is imported.
	Submit(SubmitArgs),
	/// Compare the target chain with the bundle: every account, every slot, both ways.
	Verify(VerifyArgs),
	/// Find an account's other address.
	Lookup(LookupArgs),
	/// Show where a migration stands.
	Status(StatusArgs),
	/// Pause, resume, abort, expire or clean up a migration, settle collisions, execute its calls.
	#[command(subcommand)]
	Govern(GovernAction),
}

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
	/// Take every account; the accounts then reproduce the state root.
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

/// Arguments of `plan`.
#[derive(Debug, clap::Args)]
pub struct PlanArgs {
	/// The snapshot.
	#[arg(long, value_name = "FILE")]
	pub snapshot: PathBuf,
	/// Where an account goes: an address, an account of the target chain (SS58, or 0x and 64
	/// digits), `create:DEPLOYER:NONCE` or `create2:DEPLOYER:SALT:INIT_CODE_HASH`.
	#[arg(long, value_name = "SOURCE=TARGET", value_parser = parse::remap)]
	pub remap: Vec<(H160, Target<AccountId32>)>,
	/// A JSON object of such pairs.
	#[arg(long, value_name = "FILE")]
	pub remap_file: Option<PathBuf>,
	/// A contract that gets the address which CREATE gives its deployer at this nonce.
	#[arg(long, value_name = "SOURCE=DEPLOYER:NONCE", value_parser = parse::create)]
	pub create: Vec<(H160, Target<AccountId32>)>,
	/// Give every account an entry, so that the map's root binds all of them. Without it a snapshot
	/// of every account has entries only for what changes.
	#[arg(long)]
	pub all_entries: bool,
	/// The limits of chunks, for the estimate.
	#[command(flatten)]
	pub chunks: ChunkArgs,
	/// The target chain, where it is known already.
	#[command(flatten)]
	pub target: TargetArgs,
	/// Go on although source and target have the same chain id (EIP-155). Anybody can then send
	/// transactions that were signed for one of them to the other one.
	#[arg(long)]
	pub allow_same_chain_id: bool,
	/// The address map to write.
	#[arg(long, short, value_name = "FILE")]
	pub output: PathBuf,
}

/// What is known of the target chain before anything is sent to it.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct TargetArgs {
	/// The target chain's node, ws://HOST:PORT or http://HOST:PORT; it is only read.
	#[arg(long, value_name = "URL")]
	pub node: Option<String>,
	/// The target's chain id (EIP-155), instead of asking a node.
	#[arg(long, value_name = "ID", conflicts_with = "node")]
	pub target_chain_id: Option<u64>,
	/// The target's existential deposit in wei, instead of asking a node.
	#[arg(long, value_name = "WEI", conflicts_with = "node", value_parser = parse::number::<u128>)]
	pub target_existential_deposit: Option<u128>,
}

/// The limits of chunks.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct ChunkArgs {
	/// Most bytes of a chunk.
	#[arg(long, value_name = "N", default_value_t = 81_920, value_parser = clap::value_parser!(u32).range(1..))]
	pub chunk_bytes: u32,
	/// Most slots of a chunk.
	#[arg(long, value_name = "N", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
	pub chunk_slots: u32,
}

/// Arguments of `pack`.
#[derive(Debug, clap::Args)]
pub struct PackArgs {
	/// The snapshot.
	#[arg(long, value_name = "FILE")]
	pub snapshot: PathBuf,
	/// The address map of `plan`.
	#[arg(long, value_name = "FILE")]
	pub map: PathBuf,
	/// What becomes of balances: skip, mint:CAP (in wei) or fund:ACCOUNT.
	#[arg(long, value_name = "POLICY", default_value = "skip")]
	pub policy: PolicyChoice,
	/// The limits of chunks.
	#[command(flatten)]
	pub chunks: ChunkArgs,
	/// A map chunk holds 2^N entries.
	#[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u8).range(0..=i64::from(MAX_RUN_LOG2)))]
	pub map_run_log2: u8,
	/// Longest time in blocks from the proposal to the last map chunk.
	#[arg(long, value_name = "BLOCKS", default_value_t = 100_800, value_parser = clap::value_parser!(u32).range(1..))]
	pub deadline_mapping: u32,
	/// Longest time in blocks from there to the last chunk.
	#[arg(long, value_name = "BLOCKS", default_value_t = 432_000, value_parser = clap::value_parser!(u32).range(1..))]
	pub deadline_importing: u32,
	/// Longest time in blocks from there to the activation.
	#[arg(long, value_name = "BLOCKS", default_value_t = 432_000, value_parser = clap::value_parser!(u32).range(1..))]
	pub deadline_review: u32,
	/// The hard fork that the code expects.
	#[arg(long, value_name = "FORK", default_value = "osaka")]
	pub evm_spec: HardFork,
	/// Refer to the snapshot where it is instead of copying it into the bundle.
	#[arg(long)]
	pub reference: bool,
	/// The directory to write; it must not exist, or be empty.
	#[arg(long, short, value_name = "DIR")]
	pub output: PathBuf,
}

/// Ethereum's hard forks whose rules the target can follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)] // The names are the hard forks' own.
pub enum HardFork {
	London,
	Paris,
	Shanghai,
	Cancun,
	Prague,
	Osaka,
}

impl From<HardFork> for EvmSpec {
	fn from(fork: HardFork) -> Self {
		match fork {
			HardFork::London => EvmSpec::London,
			HardFork::Paris => EvmSpec::Paris,
			HardFork::Shanghai => EvmSpec::Shanghai,
			HardFork::Cancun => EvmSpec::Cancun,
			HardFork::Prague => EvmSpec::Prague,
			HardFork::Osaka => EvmSpec::Osaka,
		}
	}
}

/// The target chain's node.
#[derive(Clone, Debug, clap::Args)]
pub struct NodeArgs {
	/// The target chain's node, ws://HOST:PORT or http://HOST:PORT.
	#[arg(long, value_name = "URL")]
	pub node: String,
	/// Seconds to wait for a node that does not answer, for instance while it starts again.
	#[arg(long, value_name = "SECONDS", default_value_t = 120)]
	pub patience: u64,
}

/// Who signs. The environment variable EVM_MIGRATE_SURI may hold the key instead.
#[derive(Clone, Debug, clap::Args)]
pub struct SignerArgs {
	/// A file that holds the secret of the signer: a phrase or 0x and 64 digits, with derivations.
	#[arg(long, value_name = "FILE", conflicts_with = "dev_signer")]
	pub signer_file: Option<PathBuf>,
	/// A well-known key of development chains: alice, bob, charlie, dave, eve or ferdie.
	#[arg(long, value_name = "NAME")]
	pub dev_signer: Option<String>,
}

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
	/// transactions that were signed for one of them to the other one.
	#[arg(long)]
	pub allow_same_chain_id: bool,
	/// Propose, and activate, although some targets are occupied. What stands there stays, and the
	/// accounts of the source that collide with it are not imported.
	#[arg(long)]
	pub allow_collisions: bool,
	/// Chunks that may be on their way at once, not finalised.
	#[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u32).range(1..=64))]
	pub in_flight: u32,
	/// Seconds without progress after which the command gives up.
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

/// Arguments of `review`.
#[derive(Debug, clap::Args)]
pub struct ReviewArgs {
	/// The bundle of `pack`.
	#[arg(value_name = "BUNDLE")]
	pub bundle: PathBuf,
	/// Names of contracts: a JSON object of names by address, or an object whose list `contracts`
	/// has objects with `name` and `address`. The page says where a name is from.
	#[arg(long, value_name = "FILE")]
	pub names: Option<PathBuf>,
	/// A node of the source chain. It is asked for the block's hash, and which of the addresses that
	/// stay behind are contracts. It must have the state at that block.
	#[arg(long, value_name = "URL")]
	pub source_rpc: Option<String>,
	/// The target chain's node, ws://HOST:PORT or http://HOST:PORT; it is only read.
	#[arg(long, value_name = "URL")]
	pub node: Option<String>,
	/// The directory to write; without it, `review` in the bundle.
	#[arg(long, short, value_name = "DIR")]
	pub output: Option<PathBuf>,
}

/// Arguments of `verify`.
#[derive(Debug, clap::Args)]
pub struct VerifyArgs {
	/// The bundle of `pack`.
	#[arg(long, value_name = "DIR")]
	pub bundle: PathBuf,
	/// The target chain's node.
	#[command(flatten)]
	pub node: NodeArgs,
	/// Also require that the migration is not released to users yet.
	#[arg(long)]
	pub before_activate: bool,
	/// Count wei that came on top of what the migration brought as a note, not as a mismatch.
	#[arg(long)]
	pub allow_deposits: bool,
	/// Also list the contracts with both addresses, and the proof-of-existence records.
	#[arg(long)]
	pub table: bool,
	/// Most mismatches to list; all are counted.
	#[arg(long, value_name = "N", default_value_t = 100)]
	pub list: usize,
}

/// Arguments of `lookup`.
#[derive(Debug, clap::Args)]
pub struct LookupArgs {
	/// The target chain's node.
	#[command(flatten)]
	pub node: NodeArgs,
	/// Chain id of the source.
	#[arg(long, value_name = "ID", required_unless_present = "target")]
	pub chain_id: Option<u64>,
	/// An address on the source.
	#[arg(value_name = "ADDRESS", value_parser = parse::address, required_unless_present = "target")]
	pub address: Option<H160>,
	/// An address on the target instead.
	#[arg(long, value_name = "ADDRESS", value_parser = parse::address, conflicts_with_all = ["address", "chain_id"])]
	pub target: Option<H160>,
}

/// Arguments of `status`.
#[derive(Debug, clap::Args)]
pub struct StatusArgs {
	/// The target chain's node.
	#[command(flatten)]
	pub node: NodeArgs,
	/// The migration's number; without it, all are listed, or the active or newest one is watched.
	#[arg(value_name = "MIGRATION")]
	pub migration: Option<u32>,
	/// Go on showing it until it is complete or aborted (exit code 0), or faulted (exit code 1).
	#[arg(long)]
	pub watch: bool,
	/// Seconds between two looks.
	#[arg(long, value_name = "SECONDS", default_value_t = 2, requires = "watch", value_parser = clap::value_parser!(u64).range(1..=3_600))]
	pub every: u64,
}

#[cfg(test)]
mod tests {
	use super::*;
	use clap::CommandFactory;

	#[test]
	fn definition_is_consistent_works() {
		Args::command().debug_assert();
	}

	#[test]
	fn status_watches_every_two_seconds_works() {
		let line = ["evm-migrate", "status", "--node", "ws://127.0.0.1:9"];
		let parsed = |more: &[&str]| Args::try_parse_from([&line, more].concat());
		let Ok(Args { command: Command::Status(status), .. }) = parsed(&["--watch"]) else {
			panic!("arguments of status");
		};
		assert_eq!((status.watch, status.every), (true, 2));
		assert!(parsed(&[]).is_ok());
		assert!(parsed(&["--every", "5"]).is_err(), "without --watch");
		assert!(parsed(&["--watch", "--every", "0"]).is_err());
	}

	#[test]
	fn snapshot_without_accounts_fails() {
		let line = ["evm-migrate", "snapshot", "--rpc", "http://localhost:1", "--output", "x"];
		assert!(Args::try_parse_from(line).is_err());
	}
}
