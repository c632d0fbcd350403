//! The reason in the bytes of REVERT, as Solidity puts it there.

use super::limits::REVERT_REASON_BYTES;

/// Selector of `Error(string)`: `require` and `revert` with a text.
const ERROR_SELECTOR: [u8; 4] = [0x08, 0xc3, 0x79, 0xa0];

/// Selector of `Panic(uint256)`: `assert`, overflow, division by zero and their like.
const PANIC_SELECTOR: [u8; 4] = [0x4e, 0x48, 0x7b, 0x71];

/// Length of a word of the ABI.
const WORD: usize = 32;

/// The message of a reverted execution: `execution reverted[: reason]`.
pub(super) fn message(data: &[u8]) -> String {
	match reason(data) {
		Some(reason) => format!("execution reverted: {reason}"),
		None => "execution reverted".into(),
	}
}

/// The text of `Error(string)`, or Geth's text for `Panic(uint256)`.
///
/// `None` for a custom error, for bytes that do not decode, and for a text longer than
/// [`REVERT_REASON_BYTES`].
fn reason(data: &[u8]) -> Option<String> {
	let (selector, arguments) = data.split_first_chunk::<4>()?;
	match *selector {
		ERROR_SELECTOR => string_argument(arguments),
		PANIC_SELECTOR => {
			let code = word_as_usize(arguments, 0)?;
			Some(panic_text(code).unwrap_or("unknown panic code").into())
		}
		_ => None,
	}
}

/// The only argument, a string: its offset, and at the offset its length and bytes.
fn string_argument(arguments: &[u8]) -> Option<String> {
	let offset = word_as_usize(arguments, 0)?;
	let length = word_as_usize(arguments, offset)?;
	if length > REVERT_REASON_BYTES {
		return None;
	}
	let start = offset.checked_add(WORD)?;
	let bytes = arguments.get(start..start.checked_add(length)?)?;
	String::from_utf8(bytes.to_vec()).ok()
}

/// The word at `offset`, if it is there and fits.
fn word_as_usize(bytes: &[u8], offset: usize) -> Option<usize> {
	let word = bytes.get(offset..offset.checked_add(WORD)?)?;
	let (high, low) = word.split_at(WORD - size_of::<usize>());
	if high.iter().any(|byte| *byte != 0) {
		return None;
	}
	low.try_into().ok().map(usize::from_be_bytes)
}

/// Solidity's panic codes in Geth's words (`accounts/abi`, `panicReasons`).
fn panic_text(code: usize) -> Option<&'static str> {
	Some(match code {
		0x00 => "generic panic",
		0x01 => "assert(false)",
		0x11 => "arithmetic underflow or overflow",
		0x12 => "division or modulo by zero",
		0x21 => "enum overflow",
		0x22 => "invalid encoded storage byte array accessed",
		0x31 => "out-of-bounds array access; popping on an empty array",
		0x32 => "out-of-bounds access of an array or bytesN",
		0x41 => "out of memory",
		0x51 => "uninitialized function",
		_ => return None,
	})
}

#[cfg(test)]
mod tests {
	use super::*;

	fn word(value: usize) -> Vec<u8> {
		let mut word = vec![0; WORD - size_of::<usize>()];
		word.extend(value.to_be_bytes());
		word
	}

	fn error(text: &[u8]) -> Vec<u8> {
		let mut data = ERROR_SELECTOR.to_vec();
		data.extend(word(WORD));
		data.extend(word(text.len()));
		data.extend(text);
		data.resize(data.len().next_multiple_of(WORD) + 4, 0);
		data
	}

	#[test]
	fn message_of_a_require_has_its_text() {
		let data = error(b"UniswapV2: K");
		assert_eq!(message(&data), "execution reverted: UniswapV2: K");
	}

	#[test]
	fn message_of_a_panic_names_it() {
		let mut data = PANIC_SELECTOR.to_vec();
		data.extend(word(0x11));
		assert_eq!(message(&data), "execution reverted: arithmetic underflow or overflow");
		data.truncate(4);
		data.extend(word(0x99));
		assert_eq!(message(&data), "execution reverted: unknown panic code");
	}

	#[test]
	fn message_of_other_bytes_is_plain() {
		assert_eq!(message(&[]), "execution reverted");
		assert_eq!(message(&[1, 2, 3]), "execution reverted");
		assert_eq!(message(&[0xde, 0xad, 0xbe, 0xef, 0]), "execution reverted");
	}

	#[test]
	fn message_of_hostile_offsets_and_lengths_is_plain() {
		for (offset, length) in [(usize::MAX, 1), (WORD, usize::MAX), (WORD, 33), (7, 1)] {
			let mut data = ERROR_SELECTOR.to_vec();
			data.extend(word(offset));
			data.extend(word(length));
			data.extend([b'x'; WORD]);
			assert_eq!(message(&data), "execution reverted");
		}
		assert_eq!(message(&ERROR_SELECTOR), "execution reverted");
		assert_eq!(message(&PANIC_SELECTOR), "execution reverted");
	}

	#[test]
	fn message_of_a_text_above_the_limit_is_plain() {
		let text = vec![b'x'; REVERT_REASON_BYTES];
		assert!(message(&error(&text)).ends_with('x'));
		let text = vec![b'x'; REVERT_REASON_BYTES + 1];
		assert_eq!(message(&error(&text)), "execution reverted");
	}

	#[test]
	fn message_of_invalid_utf8_is_plain() {
		assert_eq!(message(&error(&[0xff, 0xfe])), "execution reverted");
	}
}
