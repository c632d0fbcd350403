//! Snapshot files, read and written as a stream in bounded memory.
//!
//! A reader and a writer run the same [`check::Checker`] over every record, so that neither a file
//! that was read to its end nor one that was written can contradict itself, the source's state
//! root, or the storage roots of its accounts.

mod check;
mod error;
mod reader;
#[cfg(test)]
mod tests;
mod trie;
mod writer;

pub use check::{Checker, RecordError};
pub use error::SnapshotError;
pub use reader::{Entry, SnapshotReader, Summary};
pub use trie::{
	hashed_reference_nodes, storage_root, storage_root_with_zeros, verify_account_proof, ProofError,
};
pub(crate) use writer::directory;
pub use writer::{SnapshotWriter, Written};
