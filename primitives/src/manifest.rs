//! The manifest: everything that governance approves, in one hash.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32, H160, H256, U256};

use crate::{
	hash::keccak256,
	header::{self, HeaderError, SourceHeader},
	limits::*,
	map::run_count,
	snapshot::{Finality, Scope, Totals, Trust},
};

/// What becomes of the source's balances. Always 1:1 in wei.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum BalancePolicy<AccountId> {
	/// They stay behind.
	Skip,
	/// They are minted.
	Mint {
		/// The most that may be minted, in wei.
		cap: u128,
	},
	/// They are paid by an account of the target chain.
	Fund {
		/// The account.
		account: AccountId,
	},
}

/// The hard fork whose rules the imported code expects.
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
	serde::Serialize,
	serde::Deserialize,
)]
#[allow(missing_docs)] // The names of Ethereum's hard forks.
pub enum EvmSpec {
	London,
	Paris,
	Shanghai,
	Cancun,
	Prague,
	Osaka,
}

/// The block on the source.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct SourceBlock {
	/// Chain id (EIP-155): governance's claim.
	pub chain_id: u64,
	/// Block number.
	pub number: u64,
	/// Block hash.
	pub hash: H256,
	/// The header in RLP; empty only where the trust is `Attested` and the source has none.
	pub header: BoundedVec<u8, ConstU32<MAX_HEADER_BYTES>>,
	/// How final the operator asked it to be.
	pub finality: Finality,
	/// Blocks on top of it that the operator asked for.
	pub confirmations: u64,
}

/// A Merkle tree in a manifest.
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
pub struct TreeSummary {
	/// The root.
	pub root: H256,
	/// The number of leaves.
	pub count: u32,
}

/// The externally owned accounts that change hands.
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
pub struct Remapped {
	/// How many.
	pub accounts: u32,
	/// Their balances in wei.
	pub balance: U256,
}

/// Longest time in blocks of each stage; afterwards the migration expires.
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
	serde::Serialize,
	serde::Deserialize,
)]
pub struct Deadlines {
	/// From the proposal to the last map chunk.
	pub mapping: u32,
	/// From there to the last chunk.
	pub importing: u32,
	/// From there to the activation.
	pub review: u32,
}

/// What governance approves: the source block, and the choices that no hash proves.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct Manifest<AccountId> {
	/// [`FORMAT_VERSION`].
	pub version: u16,
	/// The block the snapshot was taken of.
	pub source: SourceBlock,
	/// Which accounts are in it.
	pub scope: Scope,
	/// What binds them to the source.
	pub trust: Trust,
	/// Keccak-256 of the snapshot file up to its last 32 bytes.
	pub snapshot_digest: H256,
	/// The tree over the chunks.
	pub chunks: TreeSummary,
	/// The tree over the map's entries.
	pub map: TreeSummary,
	/// A map chunk holds `2^map_run_log2` entries.
	pub map_run_log2: u8,
	/// Sums over the snapshot.
	pub totals: Totals,
	/// The externally owned accounts that change hands.
	pub remapped: Remapped,
	/// What becomes of balances.
	pub balances: BalancePolicy<AccountId>,
	/// The hash of each [`PostImportCall`] that runs after the import, in order.
	pub post_import_calls: BoundedVec<H256, ConstU32<MAX_POST_IMPORT_CALLS>>,
	/// The longest time of each stage.
	pub deadlines: Deadlines,
	/// The hard fork that the code expects.
	pub evm_spec: EvmSpec,
}

/// A call that runs once, after the import and before the activation, as an account of the source:
/// it points a registry or a proxy at a new address, or sets access rights. It sends no value, and
/// may change nothing but the storage of imported contracts.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct PostImportCall {
	/// Who calls: its address on the source.
	pub from: H160,
	/// The contract that is called: its address on the source.
	pub to: H160,
	/// The call data. Addresses in it are those of the target chain.
	pub input: BoundedVec<u8, ConstU32<MAX_POST_IMPORT_INPUT>>,
	/// The most gas that it uses.
	pub gas_limit: u64,
}

impl PostImportCall {
	/// The hash that stands in the manifest: Keccak-256 of the SCALE encoding.
	pub fn hash(&self) -> H256 {
		keccak256(&self.encode())
	}
}

/// Why a manifest contradicts itself.
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
)]
pub enum ManifestError {
	/// Another format.
	#[error("format version {found}, this code reads {FORMAT_VERSION}")]
	Version {
		/// The version.
		found: u16,
	},
	/// The header is missing, although the trust is `Proved`.
	#[error("the source block's header is missing")]
	HeaderMissing,
	/// The header cannot be parsed.
	#[error("the source block's header cannot be parsed")]
	Header,
	/// The header's hash is another.
	#[error("the header hashes to {found:?}, the manifest says {expected:?}")]
	BlockHash {
		/// The hash in the manifest.
		expected: H256,
		/// The hash of the header.
		found: H256,
	},
	/// The header's number is another.
	#[error("the header has number {found}, the manifest says {expected}")]
	BlockNumber {
		/// The number in the manifest.
		expected: u64,
		/// The number in the header.
		found: u64,
	},
	/// No chunk, or too many.
	#[error("{found} chunks, from 1 to {MAX_CHUNKS} are allowed")]
	ChunkCount {
		/// The count.
		found: u32,
	},
	/// Too many map entries, or none although the scope is `Selected`.
	#[error("{found} map entries; at most {MAX_MAP_ENTRIES}, and at least one in Selected scope")]
	MapCount {
		/// The count.
		found: u32,
	},
	/// Runs of map entries are too long.
	#[error("runs of 2^{found} map entries, at most 2^{MAX_RUN_LOG2}")]
	MapRun {
		/// The logarithm.
		found: u8,
	},
	/// A stage without time.
	#[error("a deadline of zero blocks")]
	Deadline,
	/// More contracts than accounts, or none at all.
	#[error("totals that cannot be: {accounts} accounts, {contracts} contracts")]
	Totals {
		/// Accounts.
		accounts: u64,
		/// Contracts.
		contracts: u64,
	},
	/// The balances do not fit.
	#[error("balances of {found} wei, the policy allows {cap}")]
	Cap {
		/// What the policy allows.
		cap: u128,
		/// The sum of the balances.
		found: U256,
	},
}

impl<AccountId: Encode> Manifest<AccountId> {
	/// The hash that governance approves: Keccak-256 of the SCALE encoding.
	pub fn hash(&self) -> H256 {
		keccak256(&self.encode())
	}
}

impl<AccountId> Manifest<AccountId> {
	/// The number of map chunks.
	pub fn map_chunks(&self) -> u32 {
		run_count(self.map.count, self.map_run_log2)
	}

	/// Checks everything that needs nothing but the manifest, and returns the parsed header, if
	/// there is one.
	pub fn check(&self) -> Result<Option<SourceHeader>, ManifestError> {
		if self.version != FORMAT_VERSION {
			return Err(ManifestError::Version { found: self.version });
		}
		if self.chunks.count == 0 || self.chunks.count > MAX_CHUNKS {
			return Err(ManifestError::ChunkCount { found: self.chunks.count });
		}
		let selected_without_map = self.scope == Scope::Selected && self.map.count == 0;
		if self.map.count > MAX_MAP_ENTRIES || selected_without_map {
			return Err(ManifestError::MapCount { found: self.map.count });
		}
		if self.map_run_log2 > MAX_RUN_LOG2 {
			return Err(ManifestError::MapRun { found: self.map_run_log2 });
		}
		let Deadlines { mapping, importing, review } = self.deadlines;
		if mapping == 0 || importing == 0 || review == 0 {
			return Err(ManifestError::Deadline);
		}
		let Totals { accounts, contracts, balance, .. } = self.totals;
		if accounts == 0 || contracts > accounts {
			return Err(ManifestError::Totals { accounts, contracts });
		}
		let cap = match self.balances {
			BalancePolicy::Skip => None,
			BalancePolicy::Mint { cap } => Some(cap),
			BalancePolicy::Fund { .. } => Some(u128::MAX),
		};
		if let Some(cap) = cap.filter(|cap| balance > U256::from(*cap)) {
			return Err(ManifestError::Cap { cap, found: balance });
		}
		self.check_header()
	}

	fn check_header(&self) -> Result<Option<SourceHeader>, ManifestError> {
		let source = &self.source;
		if source.header.is_empty() {
			return match self.trust {
				Trust::Attested => Ok(None),
				Trust::Proved => Err(ManifestError::HeaderMissing),
			};
		}
		let header =
			header::parse(&source.header).map_err(|_: HeaderError| ManifestError::Header)?;
		if header.hash != source.hash {
			return Err(ManifestError::BlockHash { expected: source.hash, found: header.hash });
		}
		if header.number != source.number {
			return Err(ManifestError::BlockNumber {
				expected: source.number,
				found: header.number,
			});
		}
		Ok(Some(header))
	}
}

/// The names of the two sides of one account, as they are handed to users.
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
pub struct SourceAddress {
	/// Chain id of the source.
	pub chain_id: u64,
	/// Address there.
	pub address: H160,
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn post_import_call_is_hashed_over_its_bytes_works() {
		let call = PostImportCall {
			from: H160::repeat_byte(1),
			to: H160::repeat_byte(2),
			input: alloc::vec![7u8; 70].try_into().unwrap_or_default(),
			gas_limit: 100_000,
		};
		// 70 as SCALE's compact integer of two bytes; 100,000 in little-endian order.
		let expected =
			[&[1u8; 20][..], &[2; 20], &[0x19, 0x01], &[7; 70], &[0xa0, 0x86, 0x01, 0, 0, 0, 0, 0]]
				.concat();
		assert_eq!(call.encode(), expected);
		assert_eq!(call.hash(), keccak256(&expected));
	}
}
