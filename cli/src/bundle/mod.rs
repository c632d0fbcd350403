//! Bundles: a snapshot cut into chunks, an address map and the manifest that binds them.
//!
//! A bundle is a directory. `manifest.scale` is what governance approves, `manifest.json` the same
//! for people; `map.scale` holds the entries of the map one after another; `chunks.scale` tells
//! where each chunk stands in the snapshot, which is `snapshot.bin` or the file that
//! `snapshot.path` names. `calls.json`, where there are calls after the import, lists them. A bundle
//! that was loaded agrees with itself to the last byte.

mod calls;
mod chunks;
mod error;
mod load;
mod map_file;
mod pack;
mod policy;
mod readable;
#[cfg(test)]
mod tests;
mod tree;

pub use calls::{check_approved, read_calls, CallsError};
pub use chunks::{ChunkLimits, ChunkSpan, Chunker};
pub use error::{BundleError, Part};
pub use load::Bundle;
pub use map_file::{MapFile, MapFileEntry, MapFileError, MapSource};
pub use pack::{pack, PackOptions, SnapshotFacts};
pub use policy::PolicyChoice;
pub use readable::readable;
pub use tree::MerkleTree;

use sp_core::crypto::AccountId32;

/// The manifest of a chain with 32-byte accounts.
pub type Manifest = migration_primitives::manifest::Manifest<AccountId32>;
/// An entry of the map of such a chain.
pub type MapEntry = migration_primitives::map::MapEntry<AccountId32>;

const MANIFEST: &str = "manifest.scale";
const MANIFEST_JSON: &str = "manifest.json";
const MAP: &str = "map.scale";
const CALLS: &str = "calls.json";
const CHUNKS: &str = "chunks.scale";
const SNAPSHOT: &str = "snapshot.bin";
const SNAPSHOT_PATH: &str = "snapshot.path";
