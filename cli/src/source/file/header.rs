//! The header of a block from a file: RLP in hexadecimal digits or as it is, or the answer of
//! `eth_getBlockByNumber`.

use std::{fs::File, io::Read, path::Path};

use alloy_consensus::Header;
use migration_primitives::{
	hash::keccak256,
	header::{self, SourceHeader},
	limits::MAX_HEADER_BYTES,
	H256,
};
use serde_json::Value;

use super::{ConfirmedBy, FileError};

/// Most bytes of a file with a header: an answer lists the block's transactions, too.
const MAX_FILE_BYTES: u64 = 64 << 20;

/// A header whose bytes were parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct BlockHeader {
	/// What it says.
	pub(super) header: SourceHeader,
	/// Its RLP.
	pub(super) preimage: Vec<u8>,
	/// Whether its file has the RLP or the hash, and not only the fields.
	pub(super) bound: bool,
}

impl BlockHeader {
	/// Encodes a header, which must hash to `expected` where that is given.
	pub(super) fn encode(header: &Header, expected: Option<H256>) -> Result<Self, FileError> {
		let preimage = alloy_rlp::encode(header);
		let (number, found) = (header.number, keccak256(&preimage));
		if let Some(expected) = expected.filter(|expected| *expected != found) {
			return Err(FileError::HeaderHash { number, expected, found });
		}
		let header = Self::of_preimage(preimage).map_err(FileError::BlockHeader)?;
		Ok(Self { bound: expected.is_some(), ..header })
	}

	/// Who says its hash, where it is all that is known of the block.
	pub(super) fn confirmed_by(&self) -> ConfirmedBy {
		match self.bound {
			true => ConfirmedBy::File,
			false => ConfirmedBy::Nobody,
		}
	}

	/// Reads a file.
	pub(super) fn read(path: &Path) -> Result<Self, FileError> {
		let open = |source| FileError::Open { path: path.to_owned(), source };
		let wrong = |reason: String| FileError::Header { path: path.to_owned(), reason };
		let mut bytes = Vec::new();
		let file = File::open(path).map_err(open)?;
		file.take(MAX_FILE_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(open)?;
		if bytes.len() as u64 > MAX_FILE_BYTES {
			return Err(wrong(format!("it has more than {MAX_FILE_BYTES} bytes")));
		}
		let text = std::str::from_utf8(&bytes).map(str::trim).unwrap_or_default();
		if text.starts_with('{') {
			let mut block: Value =
				serde_json::from_str(text).map_err(|error| wrong(error.to_string()))?;
			if let Some(result) = block.get_mut("result") {
				block = result.take();
			}
			let expected = block.get("hash").cloned();
			let header: Header =
				serde_json::from_value(block).map_err(|error| wrong(error.to_string()))?;
			let expected = match expected {
				Some(hash) => {
					let hash: alloy_primitives::B256 =
						serde_json::from_value(hash).map_err(|error| wrong(error.to_string()))?;
					Some(H256(hash.0))
				}
				None => None,
			};
			return Self::encode(&header, expected);
		}
		let digits = text.strip_prefix("0x").unwrap_or(text);
		let preimage = match hex::decode(digits) {
			Ok(preimage) if !preimage.is_empty() => preimage,
			_ => bytes,
		};
		Self::of_preimage(preimage).map_err(|error| wrong(error.to_string()))
	}

	fn of_preimage(preimage: Vec<u8>) -> Result<Self, HeaderBytesError> {
		let (found, limit) = (preimage.len(), MAX_HEADER_BYTES);
		if found > limit as usize {
			return Err(HeaderBytesError::TooLong { found, limit });
		}
		let header = header::parse(&preimage)?;
		Ok(Self { header, preimage, bound: true })
	}
}

/// Why bytes are no header for a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderBytesError {
	/// Too many bytes.
	#[error("the block's header has {found} bytes, at most {limit} are allowed")]
	TooLong {
		/// The length.
		found: usize,
		/// The bound.
		limit: u32,
	},
	/// Not a header.
	#[error(transparent)]
	Parse(#[from] header::HeaderError),
}
