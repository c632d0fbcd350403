//! What the target chain tells of a migration: the types of its storage and of its runtime API.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};

use crate::{
	fault::{Fault, Sum},
	manifest::{Manifest, Remapped, TreeSummary},
	map::Target,
	snapshot::{Scope, Totals, Trust},
};

/// Where a migration stands.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum Stage {
	/// Map chunks are awaited.
	Mapping,
	/// Chunks are awaited.
	Importing,
	/// Everything is there, and locked for users.
	Imported,
	/// Released to users for good.
	Completed,
	/// A chunk that governance approved could not be applied. Only an abort leads out of it.
	Faulted(Fault),
	/// Governance stopped it for a while; the stage's deadline stands.
	Paused(Course),
	/// What it brought is being taken back.
	Aborting,
	/// Everything that it brought was taken back.
	Aborted,
}

/// A stage that can be paused.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum Course {
	/// [`Stage::Mapping`].
	Mapping,
	/// [`Stage::Importing`].
	Importing,
	/// [`Stage::Imported`].
	Imported,
}

impl From<Course> for Stage {
	fn from(course: Course) -> Self {
		match course {
			Course::Mapping => Self::Mapping,
			Course::Importing => Self::Importing,
			Course::Imported => Self::Imported,
		}
	}
}

impl Stage {
	/// Where the migration is on its way to the completion, paused or not.
	pub fn course(&self) -> Option<Course> {
		match self {
			Self::Mapping => Some(Course::Mapping),
			Self::Importing => Some(Course::Importing),
			Self::Imported => Some(Course::Imported),
			Self::Paused(course) => Some(*course),
			Self::Completed | Self::Faulted(_) | Self::Aborting | Self::Aborted => None,
		}
	}

	/// Whether nothing happens to the migration any more.
	pub fn is_final(&self) -> bool {
		matches!(self, Self::Completed | Self::Aborted)
	}
}

/// Why a migration is aborted.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum AbortCause {
	/// Governance decided so.
	Governance,
	/// Its stage took longer than the manifest allows.
	Deadline,
}

/// What a migration has taken in so far.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub struct Progress {
	/// Map chunks; the index of the next one.
	pub map_chunks: u32,
	/// Map entries.
	pub map_entries: u32,
	/// The source of the last map entry.
	pub last_map_source: Option<H160>,
	/// Chunks; the index of the next one.
	pub chunks: u32,
	/// Sums over the complete accounts.
	pub totals: Totals,
	/// The externally owned accounts that change hands.
	pub remapped: Remapped,
	/// Wei that was minted or funded to accounts and to the escrow.
	pub credited: u128,
	/// Accounts whose share waits in the ledger.
	pub waiting: u32,
	/// Accounts whose target was occupied.
	pub collisions: u32,
	/// Those of them that governance settled.
	pub settled: u32,
	/// Calls after the import that were executed, or that governance skipped; the index of the next
	/// one.
	pub calls: u32,
	/// Whether that next one failed: governance has it tried again, skips it, or aborts.
	pub call_failed: bool,
	/// Entries whose address follows from a deployer's and was not recomputed yet.
	pub unchecked_addresses: u32,
}

impl Progress {
	/// Errs with the first sum that exceeds what the manifest says it will be at the end.
	pub fn check_within<AccountId>(&self, manifest: &Manifest<AccountId>) -> Result<(), Fault> {
		self.check_sums(manifest, |found, expected| found <= expected)
	}

	/// Errs with the first sum that is not the manifest's, once all records are there.
	pub fn check_complete<AccountId>(&self, manifest: &Manifest<AccountId>) -> Result<(), Fault> {
		self.check_sums(manifest, |found, expected| found == expected)
	}

	fn check_sums<AccountId>(
		&self,
		manifest: &Manifest<AccountId>,
		holds: impl Fn(U256, U256) -> bool,
	) -> Result<(), Fault> {
		let (sums, remapped) = (&self.totals, &self.remapped);
		let (totals, changing) = (&manifest.totals, &manifest.remapped);
		let all: [(Sum, U256, U256); 7] = [
			(Sum::Accounts, sums.accounts.into(), totals.accounts.into()),
			(Sum::Contracts, sums.contracts.into(), totals.contracts.into()),
			(Sum::Slots, sums.slots.into(), totals.slots.into()),
			(Sum::CodeBytes, sums.code_bytes.into(), totals.code_bytes.into()),
			(Sum::Balance, sums.balance, totals.balance),
			(Sum::RemappedAccounts, remapped.accounts.into(), changing.accounts.into()),
			(Sum::RemappedBalance, remapped.balance, changing.balance),
		];
		match all.into_iter().find(|(_, found, expected)| !holds(*found, *expected)) {
			Some((sum, found, expected)) => Err(Fault::Totals { sum, expected, found }),
			None => Ok(()),
		}
	}
}

/// A migration on the target chain.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct MigrationRecord<BlockNumber> {
	/// Keccak-256 of the manifest.
	pub manifest: H256,
	/// Chain id of the source.
	pub source_chain_id: u64,
	/// State root of the source block; zero where the source has no header.
	pub state_root: H256,
	/// Which accounts are in it.
	pub scope: Scope,
	/// What binds them to the source.
	pub trust: Trust,
	/// The tree over the chunks.
	pub chunks: TreeSummary,
	/// The tree over the map's entries.
	pub map: TreeSummary,
	/// A map chunk holds `2^map_run_log2` entries.
	pub map_run_log2: u8,
	/// Where it stands.
	pub stage: Stage,
	/// The block in which the stage began; a pause and its end change nothing in it.
	pub since: BlockNumber,
	/// Blocks by which governance put off the deadline of the stage.
	pub extended: u32,
	/// The block from which the shortest review counts: the one in which the import ended, or in
	/// which the last call after it was executed.
	pub review_since: BlockNumber,
	/// What it has taken in.
	pub progress: Progress,
}

/// What became of one account.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum AccountState {
	/// Only the map names it so far.
	Mapped,
	/// Its records are coming in.
	Importing,
	/// It is there with everything.
	Imported,
	/// What it gets waits in the ledger until the migration is complete.
	Waiting,
	/// What waited was handed out.
	Released,
	/// The same code was already there; nothing was written. A balance waits in the ledger.
	AlreadyPresent,
	/// Empty by EIP-161: it exists on neither side.
	Empty,
	/// The target was occupied; nothing was written.
	Collided(Collision),
	/// The same, and governance decided what becomes of its balance.
	Settled(Collision),
}

/// What governance decides of an account whose target was occupied. What stands at the target stays
/// in every case.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum CollisionPolicy<AccountId> {
	/// The account stays behind with its balance.
	Leave,
	/// Its balance goes to what stands at the target.
	CreditTarget,
	/// Its balance goes to somebody else.
	Credit(Beneficiary<AccountId>),
}

/// Why a call after the import changed nothing.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum CallFailure {
	/// The caller or the contract is no account of this migration that may call or be called.
	Unmapped {
		/// The address on the source.
		source_address: H160,
	},
	/// The EVM refused to begin: the gas limit is out of range.
	Invalid,
	/// The contract reverted.
	Reverted,
	/// The execution halted: out of gas, or an invalid instruction.
	Halted,
	/// It would have changed something beside the storage of imported contracts.
	Forbidden {
		/// The account that it would have changed.
		address: H160,
	},
}

/// What stood at a target.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub struct Collision {
	/// Code hash of what was there.
	pub code_hash: H256,
	/// Its nonce.
	pub nonce: u64,
	/// Whether it has storage.
	pub storage: bool,
}

/// One account of a migration, found by its source address.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct AccountRecord<AccountId> {
	/// The migration.
	pub migration: u32,
	/// The rule of its target.
	pub target: Target<AccountId>,
	/// The H160 on the target.
	pub address: H160,
	/// What became of it.
	pub state: AccountState,
	/// Nonce on the source.
	pub nonce: u64,
	/// Balance on the source in wei.
	pub balance: U256,
	/// Code hash on the source.
	pub code_hash: H256,
	/// Storage root on the source.
	pub storage_root: H256,
	/// Slots on the source.
	pub slots: u64,
	/// Wei that stood at the target before the account came, and stays there.
	pub surplus: u128,
	/// What an abort takes back from the target.
	pub undo: Undo,
}

/// What an import wrote at a target, as far as an abort must know it to take it back.
#[derive(
	Clone,
	Copy,
	Debug,
	Default,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum Undo {
	/// Nothing was written there.
	#[default]
	Nothing,
	/// The account was alive; only its nonce was raised.
	Nonce {
		/// Its nonce before.
		before: u64,
		/// The source's nonce.
		raised: u64,
	},
	/// The whole account was written where no code, storage or nonce was.
	Account {
		/// Wei that it was given.
		credited: u128,
	},
}

/// The account on the source that a target belongs to.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub struct SourceRecord {
	/// The migration.
	pub migration: u32,
	/// Chain id of the source.
	pub chain_id: u64,
	/// Address there.
	pub source: H160,
	/// Whether EVM transactions that touch the target halt until the migration is complete.
	pub locked: bool,
}

/// What waits for an account until its migration is complete.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Owed<AccountId> {
	/// Who gets it.
	pub beneficiary: Beneficiary<AccountId>,
	/// Wei in the escrow.
	pub balance: u128,
	/// Nonce on the source. An EVM account has at least this since the import.
	pub nonce: u64,
}

/// Who gets what waits.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum Beneficiary<AccountId> {
	/// An account of the EVM.
	Evm(H160),
	/// An account of the target chain.
	Account(AccountId),
}
