//! Gzip (RFC 1952), unpacked as a stream.

use std::io::{self, BufRead, Read};

use miniz_oxide::{
	inflate::stream::{inflate, InflateState},
	DataFormat, MZError, MZFlush, MZStatus,
};

const FLAG_CRC: u8 = 0x02;
const FLAG_EXTRA: u8 = 0x04;
const FLAG_NAME: u8 = 0x08;
const FLAG_COMMENT: u8 = 0x10;
const RESERVED_FLAGS: u8 = 0xe0;
const DEFLATE: u8 = 8;

/// First bytes of gzip.
pub(super) const MAGIC: [u8; 2] = [0x1f, 0x8b];

/// Why bytes are not gzip, or not to be unpacked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GzipError {
	/// Not gzip.
	#[error("the bytes are not gzip")]
	Magic,
	/// It ends too early.
	#[error("the packed bytes are cut off")]
	Truncated,
	/// It cannot be unpacked.
	#[error("the packed bytes are damaged")]
	Damaged,
	/// More than is allowed.
	#[error("the packed bytes hold more than {limit} bytes")]
	TooLarge {
		/// The bound.
		limit: u64,
	},
	/// The length at the end is another.
	#[error("the packed bytes declare {expected} bytes and hold {found}")]
	Length {
		/// The declared length, modulo 2^32.
		expected: u32,
		/// The length.
		found: u64,
	},
	/// The checksum at the end is another.
	#[error(
		"the packed bytes declare the checksum {expected:#010x}, what they hold has {found:#010x}"
	)]
	Checksum {
		/// The declared checksum.
		expected: u32,
		/// The checksum.
		found: u32,
	},
	/// Bytes behind the end.
	#[error("there are bytes behind the end of the packed bytes")]
	TrailingBytes,
}

impl From<GzipError> for io::Error {
	fn from(error: GzipError) -> Self {
		io::Error::new(io::ErrorKind::InvalidData, error)
	}
}

/// Unpacks one gzip member of at most `limit` bytes. Length and checksum are compared at its end,
/// behind which nothing may come.
pub struct Gunzip<R> {
	source: R,
	limit: u64,
	state: Box<InflateState>,
	part: Part,
	found: u64,
	checksum: u32,
	table: [u32; 256],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
	Header,
	Body,
	End,
}

impl<R: BufRead> Gunzip<R> {
	/// Nothing is read yet.
	pub fn new(source: R, limit: u64) -> Self {
		let mut table = [0u32; 256];
		for (entry, byte) in table.iter_mut().zip(0u32..) {
			*entry = (0..8).fold(byte, |value, _| match value & 1 {
				0 => value >> 1,
				_ => (value >> 1) ^ 0xedb8_8320,
			});
		}
		Self {
			source,
			limit,
			state: Box::new(InflateState::new(DataFormat::Raw)),
			part: Part::Header,
			found: 0,
			checksum: u32::MAX,
			table,
		}
	}

	fn bytes<const N: usize>(&mut self) -> io::Result<[u8; N]> {
		let mut bytes = [0; N];
		self.source.read_exact(&mut bytes).map_err(|error| match error.kind() {
			io::ErrorKind::UnexpectedEof => GzipError::Truncated.into(),
			_ => error,
		})?;
		Ok(bytes)
	}

	fn header(&mut self) -> io::Result<()> {
		let head: [u8; 10] = self.bytes()?;
		let [first, second, DEFLATE, flags, ..] = head else { return Err(GzipError::Magic.into()) };
		if [first, second] != MAGIC || flags & RESERVED_FLAGS != 0 {
			return Err(GzipError::Magic.into());
		}
		if flags & FLAG_EXTRA != 0 {
			let length = u16::from_le_bytes(self.bytes()?);
			for _ in 0..length {
				self.bytes::<1>()?;
			}
		}
		for flag in [FLAG_NAME, FLAG_COMMENT] {
			if flags & flag != 0 {
				while self.bytes::<1>()? != [0] {}
			}
		}
		if flags & FLAG_CRC != 0 {
			self.bytes::<2>()?;
		}
		Ok(())
	}

	fn end(&mut self) -> io::Result<()> {
		let (expected, found) = (u32::from_le_bytes(self.bytes()?), !self.checksum);
		if expected != found {
			return Err(GzipError::Checksum { expected, found }.into());
		}
		let (expected, found) = (u32::from_le_bytes(self.bytes()?), self.found);
		if found % (1 << 32) != u64::from(expected) {
			return Err(GzipError::Length { expected, found }.into());
		}
		match self.source.fill_buf()?.is_empty() {
			true => Ok(()),
			false => Err(GzipError::TrailingBytes.into()),
		}
	}

	fn count(&mut self, bytes: &[u8]) -> Result<(), GzipError> {
		for byte in bytes {
			let [low, ..] = self.checksum.to_le_bytes();
			let entry = self.table.get(usize::from(low ^ byte)).copied().unwrap_or_default();
			self.checksum = (self.checksum >> 8) ^ entry;
		}
		self.found = self.found.saturating_add(bytes.len() as u64);
		match self.found > self.limit {
			true => Err(GzipError::TooLarge { limit: self.limit }),
			false => Ok(()),
		}
	}
}

impl<R: BufRead> Read for Gunzip<R> {
	fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
		if self.part == Part::Header {
			self.header()?;
			self.part = Part::Body;
		}
		while self.part == Part::Body && !out.is_empty() {
			let packed = self.source.fill_buf()?;
			let ended = packed.is_empty();
			let result = inflate(&mut self.state, packed, out, MZFlush::None);
			self.source.consume(result.bytes_consumed);
			let written = out.get(..result.bytes_written).unwrap_or_default();
			self.count(written)?;
			match result.status {
				Ok(MZStatus::StreamEnd) => {
					self.end()?;
					self.part = Part::End;
				}
				Ok(_) | Err(MZError::Buf) if ended && result.bytes_written == 0 => {
					return Err(GzipError::Truncated.into());
				}
				Ok(_) | Err(MZError::Buf) => {}
				Err(_) => return Err(GzipError::Damaged.into()),
			}
			if result.bytes_written > 0 {
				return Ok(result.bytes_written);
			}
		}
		Ok(0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const TEXT: &[u8] = b"hello hello hello\n";

	/// `printf 'hello hello hello\n' | gzip -n`, with its stream stored as one literal block.
	fn packed() -> Vec<u8> {
		let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
		// A last block (1), stored: length and its complement, then the bytes.
		bytes.push(1);
		bytes.extend_from_slice(&(TEXT.len() as u16).to_le_bytes());
		bytes.extend_from_slice(&(!(TEXT.len() as u16)).to_le_bytes());
		bytes.extend_from_slice(TEXT);
		// The checksum that `gzip` writes.
		bytes.extend_from_slice(&0xdf8a_7c3b_u32.to_le_bytes());
		bytes.extend_from_slice(&(TEXT.len() as u32).to_le_bytes());
		bytes
	}

	fn gunzip(bytes: &[u8], limit: u64) -> Result<Vec<u8>, GzipError> {
		let mut unpacked = Vec::new();
		match Gunzip::new(bytes, limit).read_to_end(&mut unpacked) {
			Ok(_) => Ok(unpacked),
			Err(error) => Err(error.downcast::<GzipError>().expect("a gzip error")),
		}
	}

	#[test]
	fn gunzip_of_a_stored_block_works() {
		assert_eq!(gunzip(&packed(), 18), Ok(TEXT.to_vec()));
	}

	#[test]
	fn gunzip_above_the_limit_or_cut_off_fails() {
		assert_eq!(gunzip(&packed(), 17), Err(GzipError::TooLarge { limit: 17 }));
		for length in 0..packed().len() {
			assert_eq!(
				gunzip(&packed()[..length], 18),
				Err(GzipError::Truncated),
				"{length} bytes"
			);
		}
	}

	#[test]
	fn gunzip_of_altered_bytes_fails() {
		let altered = |position: usize| {
			let mut bytes = packed();
			bytes[position] ^= 1;
			gunzip(&bytes, 18)
		};
		assert_eq!(altered(0), Err(GzipError::Magic));
		assert!(matches!(altered(16), Err(GzipError::Checksum { expected: 0xdf8a_7c3b, .. })));
		let end = packed().len();
		assert!(matches!(altered(end - 5), Err(GzipError::Checksum { .. })));
		assert!(matches!(altered(end - 4), Err(GzipError::Length { expected: 19, found: 18 })));
		let mut longer = packed();
		longer.push(0);
		assert_eq!(gunzip(&longer, 18), Err(GzipError::TrailingBytes));
	}
}
