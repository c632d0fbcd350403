//! Numbers, words, addresses and bytes as files of nodes write them.

use std::{fmt, marker::PhantomData};

use migration_primitives::{H160, H256, U256};
use serde::de::{
	value::MapAccessDeserializer, Deserialize, Deserializer, Error, MapAccess, Unexpected, Visitor,
};
use serde_json::Number;

/// Characters of a text that an error shows: texts may be megabytes long.
const SHOWN: usize = 80;

/// What a text in a file can mean.
pub(super) trait Text: Sized {
	/// What is expected, for messages.
	const EXPECTED: &'static str;
	/// Reads the text.
	fn of_text(text: &str) -> Option<Self>;
	/// Reads a JSON number as it is written.
	fn of_number(_text: &str) -> Option<Self> {
		None
	}
}

/// A text of a file, read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Value<T>(pub(super) T);

impl<'de, T: Text> Deserialize<'de> for Value<T> {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		deserializer.deserialize_any(TextVisitor(PhantomData)).map(Value)
	}
}

struct TextVisitor<T>(PhantomData<T>);

impl<'de, T: Text> Visitor<'de> for TextVisitor<T> {
	type Value = T;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str(T::EXPECTED)
	}

	fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
		let value = T::of_number(&number.to_string());
		value.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
	}

	/// A number that is no `u64`: serde_json gives its text as an object of its own.
	fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
		let number = Number::deserialize(MapAccessDeserializer::new(map))
			.map_err(|_| A::Error::invalid_type(Unexpected::Map, &self))?;
		let text = number.to_string();
		T::of_number(&text).ok_or_else(|| {
			let start: String = text.chars().take(SHOWN).collect();
			A::Error::invalid_value(Unexpected::Other(&format!("number `{start}`")), &self)
		})
	}

	fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
		T::of_text(text).ok_or_else(|| {
			let start: String = text.chars().take(SHOWN).collect();
			E::invalid_value(Unexpected::Str(&start), &self)
		})
	}
}

/// A number: decimal digits, or 0x and hexadecimal digits. Nothing at all is zero, as Geth has it.
impl Text for U256 {
	const EXPECTED: &'static str =
		"a number below 2^256, in decimal digits or 0x and hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
			Some(digits) => of_digits::<32>(digits).map(|bytes| U256::from_big_endian(&bytes)),
			None if text.is_empty() => Some(U256::zero()),
			// The parser of `U256` takes digits only.
			None if text.bytes().all(|byte| byte.is_ascii_digit()) => U256::from_dec_str(text).ok(),
			None => None,
		}
	}

	fn of_number(text: &str) -> Option<Self> {
		Self::of_text(text)
	}
}

/// A number that fits 64 bits, in the same forms.
impl Text for u64 {
	const EXPECTED: &'static str =
		"a number below 2^64, in decimal digits or 0x and hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		U256::of_text(text)?.try_into().ok()
	}

	fn of_number(text: &str) -> Option<Self> {
		Self::of_text(text)
	}
}

/// A hash in hexadecimal digits; leading zeros, and 0x, may be missing.
impl Text for H256 {
	const EXPECTED: &'static str = "a word of at most 64 hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		of_digits(word_digits(text)?).map(H256)
	}
}

/// The key or the value of a slot: as a hash, and no digits are zero, as Geth has it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Word(pub(super) H256);

impl Text for Word {
	const EXPECTED: &'static str = H256::EXPECTED;

	fn of_text(text: &str) -> Option<Self> {
		match word_digits(text)? {
			"" => Some(Self::default()),
			digits => of_digits(digits).map(|word| Self(H256(word))),
		}
	}
}

fn word_digits(text: &str) -> Option<&str> {
	match text.strip_prefix("0x") {
		Some(digits) => Some(digits),
		// An odd number of digits without 0x may be meant as a decimal number.
		None => Some(text).filter(|text| text.len().is_multiple_of(2)),
	}
}

/// An address in 40 hexadecimal digits, with or without 0x.
impl Text for H160 {
	const EXPECTED: &'static str = "an address of 40 hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		let digits = text.strip_prefix("0x").unwrap_or(text);
		if digits.len() != 40 {
			return None;
		}
		of_digits(digits).map(H160)
	}
}

/// Bytes in hexadecimal digits, with or without 0x.
impl Text for Vec<u8> {
	const EXPECTED: &'static str = "bytes in hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		hex::decode(text.strip_prefix("0x").unwrap_or(text)).ok()
	}
}

/// The big-endian number of at most `2 * N` digits.
fn of_digits<const N: usize>(digits: &str) -> Option<[u8; N]> {
	let (mut bytes, mut digits) = ([0; N], digits.as_bytes().iter().rev());
	if digits.len() == 0 || digits.len() > N.saturating_mul(2) {
		return None;
	}
	for byte in bytes.iter_mut().rev() {
		let Some(low) = digits.next() else { break };
		let high = digits.next().copied().unwrap_or(b'0');
		*byte = (nibble(high)? << 4) | nibble(*low)?;
	}
	Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
	// One digit of base 16.
	char::from(digit).to_digit(16).map(|value| value as u8)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn numbers_of_each_form_works() {
		for text in ["255", "0xff", "0x0ff", "0XFF", "000255"] {
			assert_eq!(U256::of_text(text), Some(255.into()), "{text}");
		}
		assert_eq!(U256::of_text(""), Some(0.into()));
		let largest = format!("0x{}", "f".repeat(64));
		assert_eq!(U256::of_text(&largest), Some(U256::MAX));
		assert_eq!(U256::of_text(&U256::MAX.to_string()), Some(U256::MAX));
		assert_eq!(u64::of_text("18446744073709551615"), Some(u64::MAX));
	}

	#[test]
	fn absurd_numbers_fail() {
		let too_large = format!("0x1{}", "0".repeat(64));
		for text in [too_large.as_str(), "0x", "-1", "+1", "1e3", "1.5", "ff", "0xg", " 1", "1_0"] {
			assert_eq!(U256::of_text(text), None, "{text}");
		}
		let too_large =
			"115792089237316195423570985008687907853269984665640564039457584007913129639936";
		assert_eq!(U256::of_text(too_large), None);
		assert_eq!(u64::of_text("18446744073709551616"), None);
	}

	fn of_json<T: Text>(json: &str) -> Result<T, String> {
		let value: Result<Value<T>, _> = serde_json::from_str(json);
		value.map(|value| value.0).map_err(|error| error.to_string())
	}

	#[test]
	fn json_numbers_of_any_length_works() {
		assert_eq!(of_json::<U256>("0"), Ok(U256::zero()));
		assert_eq!(of_json::<u64>("18446744073709551615"), Ok(u64::MAX));
		let ether = U256::from(1_000_000_000_000_000_000u64);
		assert_eq!(of_json::<U256>("1000000000000000000000"), Ok(ether * U256::from(1_000u64)));
		assert_eq!(of_json::<U256>(&U256::MAX.to_string()), Ok(U256::MAX));
	}

	#[test]
	fn json_numbers_that_are_not_exact_fail() {
		for number in ["1e21", "1.5", "-1", "100000000000000000000.0"] {
			let error = of_json::<U256>(number).expect_err(number);
			assert!(error.contains("expected a number below 2^256"), "{error}");
		}
		let above = format!("1{}", "0".repeat(78));
		for error in [
			of_json::<U256>(&above).expect_err("above 2^256"),
			of_json::<U256>("{}").expect_err("an object"),
			of_json::<U256>("{\"a\": 1}").expect_err("an object"),
			of_json::<u64>("18446744073709551616").expect_err("above 2^64"),
			of_json::<H256>("1000000000000000000000").expect_err("a number"),
		] {
			assert!(error.contains("expected a "), "{error}");
		}
	}

	#[test]
	fn words_addresses_and_bytes_works_and_others_fail() {
		assert_eq!(H256::of_text("0x5"), Some(H256::from_low_u64_be(5)));
		assert_eq!(H256::of_text("0102"), Some(H256::from_low_u64_be(0x102)));
		for text in ["5", "", "0x", &"00".repeat(33)] {
			assert_eq!(H256::of_text(text), None, "{text}");
		}
		for text in ["", "0x", "0x0", "00"] {
			assert_eq!(Word::of_text(text), Some(Word::default()), "{text}");
		}
		assert_eq!(Word::of_text("0x5"), Some(Word(H256::from_low_u64_be(5))));
		for text in ["5", "0xg", &"00".repeat(33)] {
			assert_eq!(Word::of_text(text), None, "{text}");
		}
		let digits = "1F".repeat(20);
		assert_eq!(H160::of_text(&digits), Some(H160::repeat_byte(0x1f)));
		assert_eq!(H160::of_text(&digits[2..]), None);
		assert_eq!(<Vec<u8>>::of_text("0x"), Some(Vec::new()));
		assert_eq!(<Vec<u8>>::of_text("0x123"), None);
	}
}
