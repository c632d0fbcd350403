//! Snapshot files, read and written as a stream in bounded memory.
//!
//! A reader and a writer run the same [`check::Checker`] over every record, so that neither a file
//! that was read to its end nor one that was written can contradict itself, the source's state
//! root, or the storage roots of its accounts.

mod check;
mod error;
mod frame;
mod journal;
mod reader;
mod record;
mod sort;
mod stage;
mod staged;
#[cfg(test)]
mod tests;
mod trie;
mod writer;

pub use check::{or_more, Checker, RecordError};
pub use error::SnapshotError;
pub use journal::{Journal, JournalError, Resumed};
pub use reader::{Entry, SnapshotReader, Summary};
pub use stage::{Claim, Stage, StageError};
pub use staged::{Choice, Staged, WriteError};
pub use trie::{
	hashed_reference_nodes, storage_root, storage_root_with_zeros, verify_account_proof,
};
pub(crate) use writer::directory;
pub use writer::{SnapshotWriter, Written};
