//! Gzip (RFC 1952), unpacked up to a limit.

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
		limit: usize,
	},
	/// The length at the end is another.
	#[error("the packed bytes declare {expected} bytes and hold {found}")]
	Length {
		/// The declared length, modulo 2^32.
		expected: u32,
		/// The length.
		found: usize,
	},
}

/// Unpacks one gzip member of at most `limit` bytes.
pub fn gunzip(bytes: &[u8], limit: usize) -> Result<Vec<u8>, GzipError> {
	let mut rest = behind_header(bytes)?;
	let mut state = Box::new(InflateState::new(DataFormat::Raw));
	let mut unpacked = Vec::new();
	let mut window = vec![0u8; 1 << 16];
	loop {
		let result = inflate(&mut state, rest, &mut window, MZFlush::None);
		rest = rest.get(result.bytes_consumed..).ok_or(GzipError::Truncated)?;
		unpacked.extend_from_slice(window.get(..result.bytes_written).unwrap_or_default());
		if unpacked.len() > limit {
			return Err(GzipError::TooLarge { limit });
		}
		match result.status {
			Ok(MZStatus::StreamEnd) => break,
			Ok(_) if result.bytes_written > 0 || result.bytes_consumed > 0 => {}
			Ok(_) | Err(MZError::Buf) => return Err(GzipError::Truncated),
			Err(_) => return Err(GzipError::Damaged),
		}
	}
	// The checksum is not looked at: what is unpacked here is proved against the state root.
	let declared = rest.get(4..8).and_then(|bytes| bytes.try_into().ok());
	let expected = u32::from_le_bytes(declared.ok_or(GzipError::Truncated)?);
	if unpacked.len() as u64 % (1 << 32) != u64::from(expected) {
		return Err(GzipError::Length { expected, found: unpacked.len() });
	}
	Ok(unpacked)
}

fn behind_header(bytes: &[u8]) -> Result<&[u8], GzipError> {
	let (head, mut rest) = bytes.split_at_checked(10).ok_or(GzipError::Truncated)?;
	let [0x1f, 0x8b, DEFLATE, flags, ..] = *head else { return Err(GzipError::Magic) };
	if flags & RESERVED_FLAGS != 0 {
		return Err(GzipError::Magic);
	}
	if flags & FLAG_EXTRA != 0 {
		let (length, behind) = rest.split_at_checked(2).ok_or(GzipError::Truncated)?;
		let length = length.iter().rev().fold(0usize, |sum, byte| (sum << 8) | usize::from(*byte));
		rest = behind.get(length..).ok_or(GzipError::Truncated)?;
	}
	for flag in [FLAG_NAME, FLAG_COMMENT] {
		if flags & flag != 0 {
			let end = rest.iter().position(|byte| *byte == 0).ok_or(GzipError::Truncated)?;
			rest = rest.get(end.saturating_add(1)..).ok_or(GzipError::Truncated)?;
		}
	}
	if flags & FLAG_CRC != 0 {
		rest = rest.get(2..).ok_or(GzipError::Truncated)?;
	}
	Ok(rest)
}

#[cfg(test)]
mod tests {
	use super::*;

	/// `printf 'hello hello hello\n' | gzip -n`, with its stream stored as one literal block.
	fn packed() -> Vec<u8> {
		let text = b"hello hello hello\n";
		let mut bytes = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
		// A last block (1), stored: length and its complement, then the bytes.
		bytes.push(1);
		bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
		bytes.extend_from_slice(&(!(text.len() as u16)).to_le_bytes());
		bytes.extend_from_slice(text);
		bytes.extend_from_slice(&[0; 4]);
		bytes.extend_from_slice(&(text.len() as u32).to_le_bytes());
		bytes
	}

	#[test]
	fn gunzip_of_a_stored_block_works() {
		assert_eq!(gunzip(&packed(), 18), Ok(b"hello hello hello\n".to_vec()));
	}

	#[test]
	fn gunzip_above_the_limit_or_cut_off_fails() {
		assert_eq!(gunzip(&packed(), 17), Err(GzipError::TooLarge { limit: 17 }));
		for length in 0..packed().len() {
			assert!(gunzip(&packed()[..length], 18).is_err(), "first {length} bytes");
		}
		let mut other = packed();
		other[0] = 0;
		assert_eq!(gunzip(&other, 18), Err(GzipError::Magic));
	}
}
