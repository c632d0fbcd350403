//! Inputs of precompiles, most of which they accept.

use alloy_primitives::{keccak256, Address, B256, U256};

use super::{keys::key, points::*};
use crate::rng::Rng;

/// The precompiles of Osaka.
const NUMBERS: [u64; 18] =
	[1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x10, 0x11, 0x100];

/// The number of a precompile.
pub(super) fn number(rng: &mut Rng) -> u64 {
	*rng.pick(&NUMBERS)
}

/// The address of a precompile.
pub(super) fn address(rng: &mut Rng) -> Address {
	of(number(rng))
}

/// The address of the precompile of this number.
pub(super) fn of(number: u64) -> Address {
	Address::left_padding_from(&number.to_be_bytes())
}

/// An input for a precompile: in one of ten cases with a flaw.
pub(super) fn input(number: u64, rng: &mut Rng) -> Vec<u8> {
	let mut input = match number {
		1 => recovery(rng),
		5 => power(rng),
		6 => [point(rng), point(rng)].concat(),
		7 => [point(rng), rng.bytes(32)].concat(),
		8 => pairs(rng),
		9 => blake(rng),
		0xa => evaluation(),
		0xb => [G1, *rng.pick(&[G1, [0; 128]])].concat(),
		0xc => products(&G1, rng),
		0xd => [G2, *rng.pick(&[G2, [0; 256]])].concat(),
		0xe => products(&G2, rng),
		0xf => [&G1[..], &G2[..]].concat().repeat(1 + rng.below(2)),
		0x10 => element(rng),
		0x11 => [element(rng), element(rng)].concat(),
		0x100 => P256.to_vec(),
		_ => {
			let length = rng.below(140);
			rng.bytes(length)
		}
	};
	if rng.percent(12) {
		spoil(&mut input, rng);
	}
	input
}

fn spoil(input: &mut Vec<u8>, rng: &mut Rng) {
	match rng.below(3) {
		0 => input.truncate(rng.below(input.len() + 1)),
		1 => input.push(rng.word() as u8),
		_ if input.is_empty() => {}
		_ => {
			let at = rng.below(input.len());
			input[at] ^= 1 << rng.below(8);
		}
	}
}

/// A message and its signature, sometimes one whose `s` is in the upper half.
fn recovery(rng: &mut Rng) -> Vec<u8> {
	let message = keccak256(rng.bytes(8));
	let (mut odd, r, mut s) = key(rng.below(4)).sign(message);
	if rng.percent(20) {
		s = ORDER - s;
		odd = !odd;
	}
	let parity = B256::with_last_byte(27 + u8::from(odd));
	[message.0, parity.0, r.to_be_bytes(), s.to_be_bytes()].concat()
}

fn power(rng: &mut Rng) -> Vec<u8> {
	let lengths: Vec<usize> =
		(0..3).map(|_| if rng.percent(95) { rng.below(40) } else { rng.below(1100) }).collect();
	let mut input: Vec<u8> =
		lengths.iter().flat_map(|length| U256::from(*length).to_be_bytes::<32>()).collect();
	input.extend(rng.bytes(lengths.iter().sum::<usize>().min(200)));
	input
}

fn point(rng: &mut Rng) -> Vec<u8> {
	let mut point = [0; 64];
	if rng.percent(80) {
		// The generator.
		point[31] = 1;
		point[63] = 2;
	}
	point.to_vec()
}

fn pairs(rng: &mut Rng) -> Vec<u8> {
	match rng.below(3) {
		0 => Vec::new(),
		1 => BN254_PAIRS[..192].to_vec(),
		_ => BN254_PAIRS.to_vec(),
	}
}

fn blake(rng: &mut Rng) -> Vec<u8> {
	let rounds = (rng.below(14) as u32).to_be_bytes();
	[&rounds[..], &rng.bytes(208), &[rng.below(2) as u8]].concat()
}

/// The zero polynomial: commitment and proof are the point at infinity, the value is zero anywhere.
fn evaluation() -> Vec<u8> {
	let mut infinity = [0u8; 48];
	infinity[0] = 0xc0;
	let mut hash = sp_io::hashing::sha2_256(&infinity);
	hash[0] = 1;
	[&hash[..], &U256::from(7).to_be_bytes::<32>(), &[0; 32], &infinity, &infinity].concat()
}

fn products(point: &[u8], rng: &mut Rng) -> Vec<u8> {
	(0..1 + rng.below(2)).flat_map(|_| [point, &rng.bytes(32)].concat()).collect()
}

fn element(rng: &mut Rng) -> Vec<u8> {
	[&[0; 32][..], &rng.bytes(32)].concat()
}
