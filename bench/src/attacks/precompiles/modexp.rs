//! Modular exponentiation (EIP-198, priced by EIP-7883).

use super::with_input;
use crate::attacks::Attack;
use anyhow::Result;
use sp_core::U256;

/// The kinds of modulus for which implementations take different ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Modulus {
	/// Montgomery multiplication.
	Odd,
	/// An odd part and a power of two.
	Even,
	/// Nothing but a power of two.
	PowerOfTwo,
}

/// Lengths of base and modulus, and the exponents with which they are tried.
const CASES: [(usize, Exponent); 13] = [
	(1, Exponent::Ones(32)),
	(8, Exponent::Ones(32)),
	(32, Exponent::Ones(32)),
	(32, Exponent::Ones(64)),
	(64, Exponent::Ones(64)),
	(128, Exponent::Ones(128)),
	(256, Exponent::Ones(256)),
	(512, Exponent::Ones(32)),
	(1_024, Exponent::Small(65_537)),
	(32, Exponent::Small(3)),
	(64, Exponent::Small(3)),
	(256, Exponent::Small(3)),
	(1_024, Exponent::Small(3)),
];

#[derive(Clone, Copy, Debug)]
enum Exponent {
	/// So many bytes with every bit set.
	Ones(usize),
	/// This number.
	Small(u32),
}

pub(super) fn all() -> Result<Vec<Attack>> {
	let mut attacks = Vec::new();
	for (length, exponent) in CASES {
		for modulus in [Modulus::Odd, Modulus::Even, Modulus::PowerOfTwo] {
			let (described, exponent) = match exponent {
				Exponent::Ones(bytes) => (format!("{bytes} bytes"), vec![0xff; bytes]),
				Exponent::Small(number) => (number.to_string(), number.to_be_bytes().to_vec()),
			};
			let name = format!("modexp of {length} bytes, {modulus:?}, to {described}");
			attacks.push(with_input(&name, 5, input(length, &exponent, modulus))?);
		}
	}
	Ok(attacks)
}

fn input(length: usize, exponent: &[u8], kind: Modulus) -> Vec<u8> {
	let word = |number: usize| U256::from(number).to_big_endian();
	let base = vec![0xfe; length];
	let mut modulus = vec![0xff; length];
	let last = length - 1;
	match kind {
		Modulus::Odd => {}
		Modulus::Even => modulus[last] = 0xfe,
		Modulus::PowerOfTwo => {
			modulus.fill(0);
			modulus[0] = 0x80;
		}
	}
	[&word(length)[..], &word(exponent.len()), &word(length), &base, exponent, &modulus].concat()
}
