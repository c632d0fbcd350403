//! Why a snapshot file cannot be read or written.

use std::{io, path::PathBuf};

use migration_primitives::{
	header::HeaderError, item::ItemError, limits::FORMAT_VERSION, snapshot::Totals, H256,
};

use super::RecordError;

/// Why a snapshot cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
	/// The file cannot be opened.
	#[error("the snapshot {} cannot be opened", path.display())]
	Open {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// The file cannot be created, or not be put in its place.
	#[error("the snapshot {} cannot be written", path.display())]
	Create {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// Reading failed.
	#[error("reading the snapshot failed at byte {offset}")]
	Read {
		/// Bytes read before.
		offset: u64,
		/// The cause.
		source: io::Error,
	},
	/// Writing failed.
	#[error("writing the snapshot failed")]
	Write(#[source] io::Error),
	/// Not a snapshot.
	#[error("this is no snapshot: the file begins with {found:02x?}")]
	Magic {
		/// The first bytes.
		found: [u8; 8],
	},
	/// Another version of the format.
	#[error("the snapshot has format version {found}, this program reads {FORMAT_VERSION}")]
	Version {
		/// The version.
		found: u16,
	},
	/// A header longer than any can be.
	#[error("the snapshot declares a header of {found} bytes, at most {limit} are allowed")]
	HeaderLength {
		/// The declared length.
		found: u32,
		/// The bound.
		limit: u32,
	},
	/// Proof is claimed, but there is no block header to prove anything against.
	#[error("the snapshot says that it is Proved, but has no block header")]
	ProvedByNothing,
	/// The header cannot be decoded.
	#[error("the snapshot's header cannot be decoded: {0}")]
	Header(codec::Error),
	/// The source block's header cannot be parsed.
	#[error("the source block's header in the snapshot cannot be parsed")]
	BlockHeader(#[source] HeaderError),
	/// The source block's header does not hash to the block's hash.
	#[error("the source block's header hashes to {found:?}, the snapshot says {expected:?}")]
	BlockHash {
		/// The hash that the snapshot gives.
		expected: H256,
		/// The hash of the header.
		found: H256,
	},
	/// The number in the source block's header is another.
	#[error("the source block's header has number {found}, the snapshot says {expected}")]
	BlockNumber {
		/// The number that the snapshot gives.
		expected: u64,
		/// The number in the header.
		found: u64,
	},
	/// The file ends too early.
	#[error("the snapshot is cut off: it ends at byte {offset}, inside {inside}")]
	Truncated {
		/// Length of the file.
		offset: u64,
		/// What is incomplete.
		inside: &'static str,
	},
	/// A record cannot be read.
	#[error("the snapshot's record at byte {offset} cannot be read")]
	Item {
		/// Where it begins.
		offset: u64,
		/// The cause.
		source: ItemError,
	},
	/// A record contradicts another one, or the source block.
	#[error("the snapshot's record at byte {offset} is wrong")]
	Record {
		/// Where it begins.
		offset: u64,
		/// The cause.
		source: RecordError,
	},
	/// The trailer cannot be decoded.
	#[error("the snapshot's trailer cannot be decoded: {0}")]
	Trailer(codec::Error),
	/// The trailer's sums are not those of the records.
	#[error("the snapshot's trailer says {expected:?}, its records give {found:?}")]
	Totals {
		/// The sums in the trailer.
		expected: Box<Totals>,
		/// The sums over the records.
		found: Box<Totals>,
	},
	/// The digest is another.
	#[error("the snapshot's digest is {expected:?}, its bytes hash to {found:?}")]
	Digest {
		/// The digest in the file.
		expected: H256,
		/// The hash of the bytes before it.
		found: H256,
	},
	/// Bytes behind the digest.
	#[error("there are bytes behind the snapshot's end at byte {offset}")]
	TrailingBytes {
		/// Where the snapshot ends.
		offset: u64,
	},
}
