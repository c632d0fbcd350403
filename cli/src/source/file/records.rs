//! Values of JSON one after another, as in files with one object a line.

use std::io::{BufRead, ErrorKind};

use serde_json::Deserializer;

use super::{input::Input, FileError};

/// The parser of one record.
pub(super) type RecordParser<'a> = Deserializer<serde_json::de::IoRead<&'a mut Input>>;

/// The records of a file. A record ends with its closing bracket, so that nothing of the next one
/// is taken.
pub(super) struct Records {
	input: Input,
	number: u64,
}

impl Records {
	pub(super) fn new(input: Input) -> Self {
		Self { input, number: 0 }
	}

	/// Parses the next record with `parse`; `None` at the end of the file.
	pub(super) fn next<T>(
		&mut self,
		parse: impl FnOnce(&mut RecordParser<'_>) -> Result<T, FileError>,
	) -> Result<Option<T>, FileError> {
		if !self.skip_space()? {
			return Ok(None);
		}
		self.number = self.number.saturating_add(1);
		let number = self.number;
		let mut json = Deserializer::from_reader(&mut self.input);
		parse(&mut json)
			.map(Some)
			.map_err(|source| FileError::Record { number, source: Box::new(source) })
	}

	/// Whether anything comes behind the space.
	fn skip_space(&mut self) -> Result<bool, FileError> {
		loop {
			let bytes = match self.input.fill_buf() {
				Ok(bytes) => bytes,
				Err(error) if error.kind() == ErrorKind::Interrupted => continue,
				Err(error) => return Err(error.into()),
			};
			let (length, space) =
				(bytes.len(), bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count());
			self.input.consume(space);
			if length == 0 || space < length {
				return Ok(length > 0);
			}
		}
	}
}
