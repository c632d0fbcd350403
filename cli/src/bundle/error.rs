//! Why a bundle cannot be made or loaded.

use std::{fmt, io, path::PathBuf};

use migration_primitives::{manifest::ManifestError, map::MapError, snapshot::Totals, H160, H256};

use super::CallsError;
use crate::snapshot::SnapshotError;

/// A part of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
	/// The manifest, or its form for people.
	Manifest,
	/// The address map.
	Map,
	/// The snapshot.
	Snapshot,
	/// Where the chunks stand.
	Chunks,
}

impl fmt::Display for Part {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(match self {
			Self::Manifest => "manifest",
			Self::Map => "map",
			Self::Snapshot => "snapshot",
			Self::Chunks => "chunk list",
		})
	}
}

/// Why a bundle cannot be made or loaded.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
	/// A file cannot be read.
	#[error("the {part} {} cannot be read", path.display())]
	Read {
		/// What it holds.
		part: Part,
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// A file or the directory cannot be written.
	#[error("{} cannot be written", path.display())]
	Write {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// The directory is not empty.
	#[error("the directory {} is not empty", path.display())]
	NotEmpty {
		/// The directory.
		path: PathBuf,
	},
	/// Bytes that are not what they should be.
	#[error("the {part} of the bundle cannot be decoded: {reason}")]
	Undecodable {
		/// The part.
		part: Part,
		/// The cause.
		reason: String,
	},
	/// The manifest contradicts itself.
	#[error("the manifest of the bundle contradicts itself")]
	Manifest(#[source] ManifestError),
	/// The manifest and its form for people differ.
	#[error("the manifest of the bundle differs between manifest.scale and manifest.json")]
	ManifestForms,
	/// The map cannot be decoded, or is out of order.
	#[error("the map of the bundle is wrong")]
	Map(#[source] MapError),
	/// An entry of the map needs a deployer that the map does not have.
	#[error("the map of the bundle lacks {deployer:?}, the deployer of {source_address:?}")]
	DeployerMissing {
		/// The contract.
		source_address: H160,
		/// Its deployer.
		deployer: H160,
	},
	/// The map is another than the manifest's.
	#[error("the map of the bundle has the root {found:?}, the manifest says {expected:?}")]
	MapRoot {
		/// The manifest's root.
		expected: H256,
		/// The map's.
		found: H256,
	},
	/// The snapshot is not sound.
	#[error("the snapshot of the bundle is wrong")]
	Snapshot(#[from] SnapshotError),
	/// The snapshot is another than the manifest's.
	#[error("the snapshot of the bundle has the digest {found:?}, the manifest says {expected:?}")]
	SnapshotDigest {
		/// The manifest's.
		expected: H256,
		/// The snapshot's.
		found: H256,
	},
	/// The snapshot's header says something else than the manifest.
	#[error("the manifest of the bundle names another {what} than the snapshot")]
	SourceBlock {
		/// What differs.
		what: &'static str,
	},
	/// The sums differ.
	#[error("the manifest of the bundle says {expected:?}, the snapshot has {found:?}")]
	Totals {
		/// The manifest's.
		expected: Box<Totals>,
		/// The snapshot's.
		found: Box<Totals>,
	},
	/// Other accounts change hands.
	#[error("the manifest of the bundle has other accounts change hands than map and snapshot")]
	Remapped,
	/// The chunks do not cover the snapshot's records.
	#[error("the chunk list of the bundle does not fit the snapshot at byte {offset}")]
	ChunkPlace {
		/// Where.
		offset: u64,
	},
	/// The chunks are others than the manifest's.
	#[error("the chunks of the bundle have the root {found:?}, the manifest says {expected:?}")]
	ChunkRoot {
		/// The manifest's root.
		expected: H256,
		/// The chunks'.
		found: H256,
	},
	/// A record alone is longer than a chunk may be.
	#[error("the record at byte {offset} has {found} bytes, a chunk at most {limit}")]
	RecordTooLong {
		/// Where it begins.
		offset: u64,
		/// Its length.
		found: usize,
		/// The limit of chunks.
		limit: u32,
	},
	/// The calls after the import cannot be used, or are not the manifest's.
	#[error("the calls after the import are wrong")]
	Calls(#[source] CallsError),
	/// Too many chunks or entries.
	#[error("there are too many {what}")]
	TooMany {
		/// What.
		what: &'static str,
	},
	/// The map and the snapshot do not belong together.
	#[error("the map is of the snapshot {map:?}, not of {snapshot:?}")]
	OtherSnapshot {
		/// The snapshot's digest in the map.
		map: H256,
		/// The snapshot's digest.
		snapshot: H256,
	},
	/// An account without an entry, in `Selected` scope.
	#[error("account {address:?} of the snapshot has no entry in the map")]
	Unmapped {
		/// The account.
		address: H160,
	},
	/// An entry without an account, in `Selected` scope.
	#[error("the map has an entry for {address:?}, which is not in the snapshot")]
	NotInSnapshot {
		/// The account.
		address: H160,
	},
	/// A contract cannot become an account of the target chain.
	#[error("the contract {address:?} is mapped to an account of the target chain")]
	ContractToAccount {
		/// The contract.
		address: H160,
	},
	/// Two accounts with one target.
	#[error("{first:?} and {second:?} have the same target {target:?}")]
	SameTarget {
		/// One account.
		first: H160,
		/// The other.
		second: H160,
		/// Their target.
		target: H160,
	},
}
