//! Proof-of-existence records: digests that the target chain keeps for good.

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::H256;

use crate::snapshot::Trust;

/// What a digest is of.
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
pub enum ProofKind {
	/// The manifest: Keccak-256 of its SCALE encoding.
	Manifest,
	/// The snapshot file: Keccak-256 of all but its last 32 bytes.
	Snapshot,
	/// The address map: the root of its Merkle tree.
	AddressMap,
}

/// One proof-of-existence record.
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
pub struct ProofRecord<BlockNumber> {
	/// What the digest is of.
	pub kind: ProofKind,
	/// The migration.
	pub migration: u32,
	/// Chain id of the source.
	pub source_chain_id: u64,
	/// Number of the source block.
	pub source_block: u64,
	/// Hash of the source block.
	pub source_hash: H256,
	/// What bound the data to the source.
	pub trust: Trust,
	/// Keccak-256 of the manifest.
	pub manifest: H256,
	/// The block of this chain that made the record.
	pub block: BlockNumber,
}
