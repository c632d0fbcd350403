//! Opens a file, unpacks it if it is gzip, and bounds what a parser can be made to hold.

use std::{
	fs::File,
	io::{self, BufRead, BufReader, Read},
	path::Path,
};

use super::FileError;
use crate::source::gzip::{Gunzip, MAGIC};

/// Longest string, number or name in a file. The longest that has a use is code in digits; files of
/// nodes also hold the data of transactions.
const MAX_TOKEN_BYTES: usize = 8 << 20;
/// Most bytes of what a packed file holds.
const MAX_UNPACKED_BYTES: u64 = 1 << 42;

/// The bytes of a file, unpacked.
pub(super) type Input = Guarded<Box<dyn Read>>;

/// Bytes that come from elsewhere, guarded.
pub(in crate::source) type Guarded<R> = BufReader<Guard<R>>;

/// Opens `path`.
pub(super) fn open(path: &Path) -> Result<Input, FileError> {
	let failed = |source| FileError::Open { path: path.to_owned(), source };
	let mut file = BufReader::with_capacity(1 << 16, File::open(path).map_err(failed)?);
	let packed = file.fill_buf().map_err(failed)?.starts_with(&MAGIC);
	let bytes: Box<dyn Read> = match packed {
		true => Box::new(Gunzip::new(file, MAX_UNPACKED_BYTES)),
		false => Box::new(file),
	};
	Ok(guarded(bytes))
}

/// Guards bytes that come from elsewhere.
pub(in crate::source) fn guarded<R: Read>(bytes: R) -> Guarded<R> {
	BufReader::with_capacity(1 << 16, Guard::new(bytes, MAX_TOKEN_BYTES))
}

/// A string, number or name that is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a string or number has more than {limit} bytes, near byte {offset}")]
pub struct TokenTooLong {
	/// The bound.
	pub limit: usize,
	/// Where in the unpacked file.
	pub offset: u64,
}

/// Fails before a parser has to hold a token of JSON that is longer than any with a use.
pub(in crate::source) struct Guard<R> {
	source: R,
	limit: usize,
	offset: u64,
	length: usize,
	in_string: bool,
	escaped: bool,
}

impl<R> Guard<R> {
	fn new(source: R, limit: usize) -> Self {
		Self { source, limit, offset: 0, length: 0, in_string: false, escaped: false }
	}

	fn look(&mut self, bytes: &[u8]) -> Result<(), TokenTooLong> {
		for byte in bytes {
			self.offset = self.offset.saturating_add(1);
			let ends = match (self.in_string, byte) {
				(true, _) if self.escaped => {
					self.escaped = false;
					false
				}
				(true, b'\\') => {
					self.escaped = true;
					false
				}
				(_, b'"') => {
					self.in_string = !self.in_string;
					true
				}
				(true, _) => false,
				(false, byte) => {
					matches!(byte, b'{' | b'}' | b'[' | b']' | b',' | b':')
						|| byte.is_ascii_whitespace()
				}
			};
			self.length = if ends { 0 } else { self.length.saturating_add(1) };
			if self.length > self.limit {
				return Err(TokenTooLong { limit: self.limit, offset: self.offset });
			}
		}
		Ok(())
	}
}

impl<R: Read> Read for Guard<R> {
	fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
		let count = self.source.read(out)?;
		self.look(out.get(..count).unwrap_or_default())
			.map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
		Ok(count)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn read(text: &str) -> io::Result<usize> {
		Guard::new(text.as_bytes(), 5).read_to_end(&mut Vec::new())
	}

	#[test]
	fn guard_of_tokens_at_the_limit_works_and_above_fails() {
		for text in ["\"12345\"", "{\"12345\": 12345, \"\": [1,2,3,4,5,6]}", "\"\\\"345\" 12345"] {
			assert_eq!(read(text).ok(), Some(text.len()), "{text}");
		}
		for text in ["\"123456\"", "123456", "\"\\\"\\\"\\\"\"", "\"1, 2, 3\""] {
			let error = read(text).expect_err(text).downcast::<TokenTooLong>().expect("this error");
			assert_eq!(error.limit, 5);
		}
	}
}
