//! Unsigned integers in their shortest form: a length byte, then that many big-endian bytes of
//! which the first is not zero. Zero is the length byte 0 alone. There is one encoding of a number.

use alloc::vec::Vec;

use sp_core::U256;

/// The bytes behind the leading zeros.
pub fn significant(big_endian: &[u8]) -> &[u8] {
	let zeros = big_endian.iter().take_while(|byte| **byte == 0).count();
	big_endian.get(zeros..).unwrap_or_default()
}

/// Appends `value` in the shortest form.
pub fn put_u64(value: u64, out: &mut Vec<u8>) {
	put_significant(significant(&value.to_be_bytes()), out);
}

/// Appends `value` in the shortest form.
pub fn put_u256(value: U256, out: &mut Vec<u8>) {
	put_significant(significant(&value.to_big_endian()), out);
}

fn put_significant(bytes: &[u8], out: &mut Vec<u8>) {
	// At most 32 bytes by the two callers.
	out.push(bytes.len() as u8);
	out.extend_from_slice(bytes);
}
