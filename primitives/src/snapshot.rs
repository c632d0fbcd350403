//! What stands in a snapshot file around its records.
//!
//! `magic (8) ++ version (u16 BE) ++ header length (u32 BE) ++ SCALE header ++ records ++
//! trailer tag ++ SCALE trailer ++ digest (32)`; the digest is Keccak-256 of everything before it.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H256, U256};

/// First bytes of a snapshot file.
pub const MAGIC: [u8; 8] = *b"evmsnap\0";

/// Longest SCALE header of a snapshot file in bytes: the block header and its few neighbours.
pub const MAX_FILE_HEADER_BYTES: u32 = crate::limits::MAX_HEADER_BYTES + 256;

/// Which accounts a snapshot holds.
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
pub enum Scope {
	/// Some accounts; each carries its own proof.
	Selected,
	/// Every account of the source.
	Full,
}

/// What binds the records to the source.
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
pub enum Trust {
	/// The state root of the source block; the target chain checks every byte against it.
	Proved,
	/// Governance, which vouches for the digest.
	Attested,
}

/// How final the operator asked the source block to be.
///
/// It is no fact of the moment at which a snapshot is taken, so that the same block gives the same
/// bytes at any time.
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
pub enum Finality {
	/// Final: the source node called the block finalised, or, of a file, the operator vouches for it.
	/// Block 0 always is.
	Finalized,
	/// As it comes: nobody asked whether the block is final.
	Unfinalized,
}

/// The source block of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo)]
pub struct SnapshotHeader {
	/// Chain id of the source (EIP-155): a claim, since no header holds it.
	pub chain_id: u64,
	/// Block number.
	pub block_number: u64,
	/// Block hash.
	pub block_hash: H256,
	/// The block's header in RLP, whose Keccak-256 is the block hash; empty where the source has none.
	pub block_header: Vec<u8>,
	/// Blocks on top of it that the operator asked for.
	pub confirmations: u64,
	/// How final the operator asked the block to be.
	pub finality: Finality,
	/// Which accounts the file holds.
	pub scope: Scope,
	/// What binds them to the source.
	pub trust: Trust,
}

/// Counts over the records of a snapshot.
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
pub struct Totals {
	/// Accounts of every kind.
	pub accounts: u64,
	/// Accounts with code.
	pub contracts: u64,
	/// Slots.
	pub slots: u64,
	/// Bytes of code.
	pub code_bytes: u64,
	/// Sum of all balances in wei.
	pub balance: U256,
}
