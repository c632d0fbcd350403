//! Reads a snapshot as a stream.

use std::{
	fs::File,
	io::{self, Read},
	path::Path,
};

use alloy_primitives::Keccak256;
use codec::{Decode, MaxEncodedLen};
use migration_primitives::{
	header,
	item::{self, Item, ItemError, TRAILER_TAG},
	limits::{FORMAT_VERSION, MAX_CODE_BYTES, MAX_PROOF_NODES, MAX_PROOF_NODE_BYTES},
	snapshot::{SnapshotHeader, Totals, Trust, MAGIC, MAX_FILE_HEADER_BYTES},
	H256,
};

use super::{Checker, SnapshotError};

/// No record is longer: an account head with the longest proof, or the longest code.
const MAX_RECORD_BYTES: usize = 256 + MAX_CODE_BYTES + MAX_PROOF_NODES * (MAX_PROOF_NODE_BYTES + 3);
/// Bytes in memory.
const BUFFER_BYTES: usize = 4 * MAX_RECORD_BYTES;

/// Reads a snapshot record by record, checking each.
pub struct SnapshotReader<R> {
	source: Buffered<R>,
	header: SnapshotHeader,
	records_start: u64,
	checker: Checker,
	summary: Option<Summary>,
}

/// One record and where it stands.
#[derive(Debug)]
pub struct Entry<'a> {
	/// The file's offset of its first byte.
	pub offset: u64,
	/// Its bytes.
	pub bytes: &'a [u8],
	/// What they say.
	pub item: Item<'a>,
}

/// What stands at the end of a snapshot that was read whole, and is therefore sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
	/// Sums over the records.
	pub totals: Totals,
	/// Keccak-256 of everything before it.
	pub digest: H256,
	/// The file's offset of the first record.
	pub records_start: u64,
	/// The file's offset behind the last record.
	pub records_end: u64,
}

impl SnapshotReader<File> {
	/// Opens a file and reads its header.
	pub fn open(path: &Path) -> Result<Self, SnapshotError> {
		let file = File::open(path)
			.map_err(|source| SnapshotError::Open { path: path.to_owned(), source })?;
		Self::new(file)
	}
}

impl<R: Read> SnapshotReader<R> {
	/// Reads the header.
	pub fn new(source: R) -> Result<Self, SnapshotError> {
		let mut source = Buffered::new(source);
		let found: [u8; 8] = source.array("its magic number")?;
		if found != MAGIC {
			return Err(SnapshotError::Magic { found });
		}
		let found = u16::from_be_bytes(source.array("its version")?);
		if found != FORMAT_VERSION {
			return Err(SnapshotError::Version { found });
		}
		let (found, limit) =
			(u32::from_be_bytes(source.array("the length of its header")?), MAX_FILE_HEADER_BYTES);
		if found > limit {
			return Err(SnapshotError::HeaderLength { found, limit });
		}
		let bytes = source.take(found as usize, "its header")?.to_vec();
		let header = decode_all::<SnapshotHeader>(&bytes).map_err(SnapshotError::Header)?;
		if header.trust == Trust::Proved && header.block_header.is_empty() {
			return Err(SnapshotError::ProvedByNothing);
		}
		let state_root = state_root(&header)?;
		Ok(Self {
			records_start: source.offset(),
			source,
			checker: Checker::new(header.scope, state_root),
			header,
			summary: None,
		})
	}

	/// What stands before the records. Not verified before the file was read to its end.
	pub fn header(&self) -> &SnapshotHeader {
		&self.header
	}

	/// The next record, or `None` behind the last one; the trailer and the digest were then checked.
	pub fn next_record(&mut self) -> Result<Option<Entry<'_>>, SnapshotError> {
		if self.summary.is_some() {
			return Ok(None);
		}
		self.source.fill()?;
		let offset = self.source.offset();
		if self.source.available().first() == Some(&TRAILER_TAG) {
			self.summary = Some(self.finish()?);
			return Ok(None);
		}
		if self.source.available().is_empty() {
			return Err(SnapshotError::Truncated { offset, inside: "its records" });
		}
		let mut rest = self.source.available();
		let before = rest.len();
		item::next(&mut rest).map_err(|source| match source {
			ItemError::Truncated => SnapshotError::Truncated {
				offset: offset.saturating_add(before as u64),
				inside: "a record",
			},
			source => SnapshotError::Item { offset, source },
		})?;
		let length = before.saturating_sub(rest.len());
		let bytes = self.source.take(length, "a record")?;
		// The same bytes as above, borrowed anew.
		let item =
			item::next(&mut &*bytes).map_err(|source| SnapshotError::Item { offset, source })?;
		self.checker.take(&item).map_err(|source| SnapshotError::Record { offset, source })?;
		Ok(Some(Entry { offset, bytes, item }))
	}

	/// Reads whatever is left.
	pub fn read_to_end(mut self) -> Result<Summary, SnapshotError> {
		loop {
			if let Some(summary) = self.summary {
				return Ok(summary);
			}
			self.next_record()?;
		}
	}

	/// What the whole file turned out to be; `None` before its end.
	pub fn summary(&self) -> Option<Summary> {
		self.summary
	}

	fn finish(&mut self) -> Result<Summary, SnapshotError> {
		let records_end = self.source.offset();
		let totals = self
			.checker
			.finish()
			.map_err(|source| SnapshotError::Record { offset: records_end, source })?;
		self.source.take(1, "its trailer")?;
		let bytes = self.source.take(Totals::max_encoded_len(), "its trailer")?;
		let declared = decode_all::<Totals>(bytes).map_err(SnapshotError::Trailer)?;
		let found = self.source.digest();
		let expected = H256(self.source.array("its digest")?);
		if expected != found {
			return Err(SnapshotError::Digest { expected, found });
		}
		if declared != totals {
			let (expected, found) = (Box::new(declared), Box::new(totals));
			return Err(SnapshotError::Totals { expected, found });
		}
		self.source.fill()?;
		if !self.source.available().is_empty() {
			return Err(SnapshotError::TrailingBytes { offset: self.source.offset() });
		}
		Ok(Summary { totals, digest: found, records_start: self.records_start, records_end })
	}
}

/// The state root in the source block's header, which must hash to the block's hash.
fn state_root(header: &SnapshotHeader) -> Result<Option<H256>, SnapshotError> {
	if header.block_header.is_empty() {
		return Ok(None);
	}
	let parsed = header::parse(&header.block_header).map_err(SnapshotError::BlockHeader)?;
	if parsed.hash != header.block_hash {
		return Err(SnapshotError::BlockHash { expected: header.block_hash, found: parsed.hash });
	}
	if parsed.number != header.block_number {
		return Err(SnapshotError::BlockNumber {
			expected: header.block_number,
			found: parsed.number,
		});
	}
	Ok(Some(parsed.state_root))
}

/// Decodes and refuses bytes behind the value.
fn decode_all<T: Decode>(mut bytes: &[u8]) -> Result<T, codec::Error> {
	let value = T::decode(&mut bytes)?;
	match bytes.is_empty() {
		true => Ok(value),
		false => Err("bytes behind the value".into()),
	}
}

/// A window of the file, which is hashed as it is taken.
struct Buffered<R> {
	source: R,
	buffer: Vec<u8>,
	/// The first byte that was not taken.
	position: usize,
	/// The file's offset of the first byte of the buffer.
	start: u64,
	ended: bool,
	hasher: Keccak256,
}

impl<R: Read> Buffered<R> {
	fn new(source: R) -> Self {
		Self {
			source,
			buffer: Vec::new(),
			position: 0,
			start: 0,
			ended: false,
			hasher: Keccak256::new(),
		}
	}

	fn offset(&self) -> u64 {
		self.start.saturating_add(self.position as u64)
	}

	fn available(&self) -> &[u8] {
		self.buffer.get(self.position..).unwrap_or_default()
	}

	/// Makes at least the longest record available, or all that the file has.
	fn fill(&mut self) -> Result<(), SnapshotError> {
		if self.ended || self.available().len() >= MAX_RECORD_BYTES {
			return Ok(());
		}
		self.start = self.offset();
		self.buffer.drain(..self.position);
		self.position = 0;
		while self.buffer.len() < BUFFER_BYTES {
			let filled = self.buffer.len();
			self.buffer.resize(BUFFER_BYTES, 0);
			let rest = self.buffer.get_mut(filled..).unwrap_or_default();
			let result = self.source.read(rest);
			let count = result.as_ref().copied().unwrap_or_default();
			self.buffer.truncate(filled.saturating_add(count));
			match result {
				Ok(0) => {
					self.ended = true;
					break;
				}
				Ok(_) => {}
				Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
				Err(source) => {
					let offset = self.start.saturating_add(self.buffer.len() as u64);
					return Err(SnapshotError::Read { offset, source });
				}
			}
		}
		Ok(())
	}

	/// Takes bytes, which enter the digest.
	fn take(&mut self, length: usize, inside: &'static str) -> Result<&[u8], SnapshotError> {
		if self.available().len() < length {
			self.fill()?;
		}
		let start = self.position;
		let end = start.saturating_add(length);
		let Some(taken) = self.buffer.get(start..end) else {
			let offset = self.start.saturating_add(self.buffer.len() as u64);
			return Err(SnapshotError::Truncated { offset, inside });
		};
		self.hasher.update(taken);
		self.position = end;
		Ok(taken)
	}

	fn array<const N: usize>(&mut self, inside: &'static str) -> Result<[u8; N], SnapshotError> {
		let mut array = [0; N];
		array.copy_from_slice(self.take(N, inside)?);
		Ok(array)
	}

	/// The digest of what was taken so far.
	fn digest(&self) -> H256 {
		H256(self.hasher.clone().finalize().0)
	}
}
