//! Why a chunk that governance approved could not be applied.

use core::fmt;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256, U256};

use crate::{item::ItemError, map::MapError, trie::ProofError};

/// The typed reason of a faulted migration. Nothing of the chunk that caused it was applied.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	thiserror::Error,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum Fault {
	/// A run of the map cannot be read, or contradicts itself.
	#[error("address map: {0}")]
	Map(MapError),
	/// A record cannot be read.
	#[error("record: {0}")]
	Item(ItemError),
	/// Two sources share a target.
	#[error("target {target:?} is already taken by source {by:?}")]
	TargetTaken {
		/// The target.
		target: H160,
		/// The source that has it.
		by: H160,
	},
	/// The source address was imported before, by this migration or another.
	#[error("source {source_address:?} is already mapped")]
	SourceTaken {
		/// The source.
		source_address: H160,
	},
	/// An account that the map does not name, in `Selected` scope.
	#[error("account {source_address:?} has no entry in the map")]
	Unmapped {
		/// The account.
		source_address: H160,
	},
	/// A created contract whose deployer is not in the map.
	#[error("the deployer {deployer:?} of {source_address:?} has no entry in the map")]
	DeployerUnmapped {
		/// The contract.
		source_address: H160,
		/// Its deployer.
		deployer: H160,
	},
	/// An account with code goes to a Substrate account.
	#[error("the contract {source_address:?} is mapped to an account of this chain")]
	ContractToAccount {
		/// The contract.
		source_address: H160,
	},
	/// An account whose hash does not come after the one before it.
	#[error("account {source_address:?} is out of order or there twice")]
	AccountOrder {
		/// The account.
		source_address: H160,
	},
	/// A slot whose key's hash does not come after the one before it.
	#[error("slot {key:?} of {source_address:?} is out of order or there twice")]
	SlotOrder {
		/// The account.
		source_address: H160,
		/// The key.
		key: H256,
	},
	/// A code or slot record where none may stand.
	#[error("a record of {source_address:?} stands where none of its kind may stand")]
	Unexpected {
		/// The account that began last, or zero.
		source_address: H160,
	},
	/// A new account begins, or the data ends, before the account is complete.
	#[error("account {source_address:?} ends with {slots} slots missing (code missing: {code})")]
	Incomplete {
		/// The account.
		source_address: H160,
		/// Slots that its head declared and that did not come.
		slots: u64,
		/// Whether its code did not come.
		code: bool,
	},
	/// The code does not hash to what the head says.
	#[error("the code of {source_address:?} hashes to {found:?}, its head says {expected:?}")]
	CodeHash {
		/// The account.
		source_address: H160,
		/// The hash in the head.
		expected: H256,
		/// The hash of the code.
		found: H256,
	},
	/// Code of another length than the head says.
	#[error("the code of {source_address:?} has {found} bytes, its head says {expected}")]
	CodeLength {
		/// The account.
		source_address: H160,
		/// The length in the head.
		expected: u32,
		/// The length of the code.
		found: u32,
	},
	/// An account without slots that has a storage root, or the reverse.
	#[error("account {source_address:?} has {slots} slots and the storage root {root:?}")]
	StorageRoot {
		/// The account.
		source_address: H160,
		/// The declared number of slots.
		slots: u64,
		/// The storage root in the head.
		root: H256,
	},
	/// The slots do not make the storage root.
	#[error(
		"the slots of {source_address:?} make the storage root {found:?}, its head says {expected:?}"
	)]
	StorageRootDiffers {
		/// The account.
		source_address: H160,
		/// The root in the head.
		expected: H256,
		/// The root of the slots.
		found: H256,
	},
	/// An account that its proof does not show in the source's state.
	#[error("account {source_address:?} is not proved: {reason}")]
	AccountProof {
		/// The account.
		source_address: H160,
		/// Why.
		reason: ProofError,
	},
	/// An account proof in `Full` scope, where all accounts together make the state root.
	#[error("account {source_address:?} has a proof, which accounts in `Full` scope do not")]
	NeedlessProof {
		/// The account.
		source_address: H160,
	},
	/// The accounts do not make the state root of the source block.
	#[error("the accounts make the state root {found:?}, the source block has {expected:?}")]
	StateRoot {
		/// The root in the block's header.
		expected: H256,
		/// The root of the accounts.
		found: H256,
	},
	/// Code or storage at an address where the target has a precompile, or at zero.
	#[error(
		"code or storage of {source_address:?} would stand at the reserved address {target:?}"
	)]
	ReservedAddress {
		/// The account.
		source_address: H160,
		/// The target.
		target: H160,
	},
	/// A balance that the target cannot hold, or that would overflow a sum.
	#[error("the balance {balance} of {source_address:?} does not fit")]
	Balance {
		/// The account.
		source_address: H160,
		/// Its balance in wei.
		balance: U256,
	},
	/// The EVM refused to store the account.
	#[error("the EVM refused account {source_address:?}")]
	Host {
		/// The account.
		source_address: H160,
	},
	/// A sum over the records exceeds the manifest's, or at the end is another.
	#[error(
		"the sums over the records differ from the manifest's totals: {found} {sum}, expected \
		 {expected}"
	)]
	Totals {
		/// Which sum.
		sum: Sum,
		/// What the manifest says.
		expected: U256,
		/// What the records so far add up to.
		found: U256,
	},
	/// More slots in a chunk than the chain takes.
	#[error("{found} slots in one chunk, at most {limit}")]
	TooManySlots {
		/// The number found.
		found: u32,
		/// The bound.
		limit: u32,
	},
	/// Contracts that the map creates and the snapshot does not hold.
	#[error("{count} created contracts of the map are not in the snapshot")]
	UncheckedAddresses {
		/// How many.
		count: u32,
	},
	/// A chunk without records.
	#[error("a chunk without records")]
	EmptyChunk,
	/// More accounts in a chunk than the chain takes. Code whose head came with the chunk before
	/// counts as one.
	#[error("{found} accounts in one chunk, at most {limit}")]
	TooManyAccounts {
		/// The number found.
		found: u32,
		/// The bound.
		limit: u32,
	},
	/// The chain does not hold the migration's manifest, which it never removes.
	#[error("the manifest of the migration is not there")]
	ManifestMissing,
}

/// A sum over the records of a snapshot that stands in the manifest.
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
pub enum Sum {
	/// Accounts of every kind.
	Accounts,
	/// Accounts with code.
	Contracts,
	/// Slots.
	Slots,
	/// Bytes of code.
	CodeBytes,
	/// Balances, in wei.
	Balance,
	/// Externally owned accounts that change hands.
	RemappedAccounts,
	/// Their balances, in wei.
	RemappedBalance,
}

/// The unit, as it stands behind a number.
impl fmt::Display for Sum {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Accounts => "accounts",
			Self::Contracts => "contracts",
			Self::Slots => "slots",
			Self::CodeBytes => "bytes of code",
			Self::Balance => "wei",
			Self::RemappedAccounts => "accounts that change hands",
			Self::RemappedBalance => "wei that change hands",
		})
	}
}
