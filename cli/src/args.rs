//! The command line.

use std::path::PathBuf;

use clap::{ArgGroup, Parser, Subcommand, ValueEnum};
use migration_primitives::{limits::MAX_RUN_LOG2, manifest::EvmSpec, map::Target, H160};
use sp_core::crypto::AccountId32;

use crate::{bundle::PolicyChoice, parse, source::BlockSelector};

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
	/// Take a snapshot of accounts of a live Ethereum node.
	Snapshot(SnapshotArgs),
	/// Make the address map and list what it means.
	Plan(PlanArgs),
	/// Cut a snapshot into chunks and write the manifest.
	Pack(PackArgs),
	/// Propose a migration, submit its map and chunks, and wait until it is imported.
	Submit(SubmitArgs),
	/// Compare the target chain with the bundle: every account, every slot, both ways.
	Verify(VerifyArgs),
	/// Find an account's other address.
	Lookup(LookupArgs),
	/// Show where a migration stands.
	Status(StatusArgs),
}

/// Arguments of `snapshot`.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("accounts").required(true).multiple(true)
	.args(["account", "accounts_file", "all_accounts"])))]
pub struct SnapshotArgs {
	/// The Ethereum node's JSON-RPC, http://HOST:PORT.
	#[arg(long, value_name = "URL")]
	pub rpc: String,
	/// Accounts to take; may be given several times or list several, separated by commas.
	#[arg(long, value_name = "ADDRESS", value_parser = parse::address, value_delimiter = ',', num_args = 1..)]
	pub account: Vec<H160>,
	/// A file of accounts to take: one per line (`#` begins a comment), or a JSON array.
	#[arg(long, value_name = "FILE")]
	pub accounts_file: Option<PathBuf>,
	/// Take every account; the accounts then reproduce the state root.
	#[arg(long, conflicts_with_all = ["account", "accounts_file"])]
	pub all_accounts: bool,
	/// The block: finalized, latest or a number.
	#[arg(long, value_name = "BLOCK", default_value = "finalized")]
	pub block: BlockSelector,
	/// Take a block although it is not finalised; the snapshot says so.
	#[arg(long)]
	pub allow_unfinalized: bool,
	/// Stop unless the node is of this chain (EIP-155).
	#[arg(long, value_name = "ID")]
	pub expect_chain_id: Option<u64>,
	/// The file to write.
	#[arg(long, short, value_name = "FILE")]
	pub output: PathBuf,
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
	/// The address map to write.
	#[arg(long, short, value_name = "FILE")]
	pub output: PathBuf,
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
	#[arg(long, value_name = "HOW", default_value = "sudo")]
	pub propose: Propose,
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
pub enum Propose {
	/// By the sudo key.
	Sudo,
	/// Not at all: wait until somebody else has.
	Wait,
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
	/// The migration's number; without it, all are listed.
	#[arg(value_name = "MIGRATION")]
	pub migration: Option<u32>,
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
	fn snapshot_without_accounts_fails() {
		let line = ["evm-migrate", "snapshot", "--rpc", "http://localhost:1", "--output", "x"];
		assert!(Args::try_parse_from(line).is_err());
	}
}
