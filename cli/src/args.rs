//! The command line.

mod govern;
mod snapshot;
mod submit;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use migration_primitives::{
	limits::MAX_RUN_LOG2,
	manifest::{EvmSpec, PostImportCall},
	map::Target,
	H160, H256,
};
use sp_core::crypto::AccountId32;

pub use self::{
	govern::{
		AbortArgs, AnybodyArgs, CallArgs, CleanUpArgs, GovernAction, GovernWith, PowerArgs,
		ResolveArgs, SkipCallArgs,
	},
	snapshot::{SnapshotArgs, TrustChoice},
	submit::{ProposeWith, SubmitArgs},
};
use crate::{bundle::PolicyChoice, parse};

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

impl Args {
	/// The program's arguments. Those that cannot be parsed, or contradict each other, end it with a
	/// message and the exit code 2.
	pub fn parse_checked() -> Self {
		let args = Self::parse();
		match args.check() {
			Ok(()) => args,
			Err(error) => error.exit(),
		}
	}

	/// Refuses options that contradict each other in a way that depends on their values.
	pub fn check(&self) -> Result<(), clap::Error> {
		match &self.command {
			Command::Submit(args) => args.check(),
			_ => Ok(()),
		}
	}
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
	/// The policy that `pack` will be given, so that only what it does to balances is warned of; without
	/// it, what each would do.
	#[arg(long, value_name = "POLICY")]
	pub policy: Option<PolicyChoice>,
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
	/// Most accounts of a chunk.
	#[arg(long, value_name = "N", default_value_t = 900, value_parser = clap::value_parser!(u32).range(1..))]
	pub chunk_accounts: u32,
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
	/// A call after the import: the bytes that the chain takes, in hexadecimal digits (docs/format.md,
	/// section 7). May be given several times; the calls are executed in this order.
	#[arg(long, value_name = "HEX", value_parser = parse::call, conflicts_with = "calls")]
	pub call: Vec<PostImportCall>,
	/// The calls after the import as a JSON list, each an object with `from` and `to` (addresses on the
	/// source), `input` (hexadecimal digits) and `gas_limit`.
	#[arg(long, value_name = "FILE")]
	pub calls: Option<PathBuf>,
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
	/// Refuse a node whose chain has another first block (genesis) than the one with this hash: what
	/// was approved for one chain is then not sent to another by mistake.
	#[arg(long, value_name = "HASH", value_parser = parse::hash)]
	pub expect_genesis: Option<H256>,
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
	/// Take wei that came on top of what the migration brought for deposits without a look at the
	/// chain's issuance. Without it they are notes as long as all balances of the chain together are no
	/// more than its issuance, for which all its accounts are read once. Balances that root wrote are
	/// mismatches in any case.
	#[arg(long)]
	pub allow_deposits: bool,
	/// Count wei that came on top as a mismatch, whoever sent them.
	#[arg(long, conflicts_with = "allow_deposits")]
	pub strict: bool,
	/// Most blocks after the activation whose events are read, for balances that root wrote and for
	/// what was released. Those from the proposal to the activation are read in any case.
	#[arg(long, value_name = "N", default_value_t = 100_000)]
	pub event_blocks: u32,
	/// Refuse to compare (exit code 2) unless the events of all blocks from the proposal to the
	/// activation, or to the last final block before it, are known. Without it blocks that the node does
	/// not have are a warning.
	#[arg(long)]
	pub require_events: bool,
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
