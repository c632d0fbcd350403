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
	/// The records of the snapshot: the root of the Merkle tree over its chunks.
	Chunks,
}

impl ProofKind {
	/// What a record of this kind says of its digest, in a migration whose manifest says `manifest`.
	///
	/// Of the chunks the chain takes in every byte, and checks it against the source where the
	/// manifest says so. The snapshot's digest is the one of a file that the chain never sees, and of
	/// a map no hash of the source tells whether it is right: governance vouches for both. A
	/// manifest's own record says what the manifest says, from the proposal on: until the chunks
	/// are recorded, nothing was proved.
	pub fn trust(self, manifest: Trust) -> Trust {
		match self {
			Self::Manifest | Self::Chunks => manifest,
			Self::Snapshot | Self::AddressMap => Trust::Attested,
		}
	}
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
	/// What binds what the digest is of to the source: see [`ProofKind::trust`].
	pub trust: Trust,
	/// Keccak-256 of the manifest.
	pub manifest: H256,
	/// The block of this chain that made the record.
	pub block: BlockNumber,
}
