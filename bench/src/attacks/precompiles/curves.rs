//! Elliptic curves with pairings: BN254, BLS12-381, and the proofs of blobs.

use super::with_input;
use crate::attacks::Attack;
use anyhow::{anyhow, Result};
use hex_literal::hex;
use revm::precompile::{Crypto, DefaultCrypto};
use sp_core::U256;

const BN_G2: [u8; 128] = hex!(
	"198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
	"1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
	"090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
	"12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
);
/// A scalar of 256 bits.
const SCALAR: [u8; 32] = [0xf5; 32];
/// Pairs, or points with their scalars, of the longest input whose gas is below the limit.
const LONG: [usize; 3] = [1, 2, 64];

pub(super) fn all() -> Result<Vec<Attack>> {
	let mut attacks = bn254()?;
	attacks.extend(bls12_381()?);
	Ok(attacks)
}

/// An opening that is right. Its commitment, point, value and proof are of the reference tests.
pub(super) fn point_evaluation() -> Vec<u8> {
	let commitment = hex!(
		"8f59a8d2a1a625a17f3fea0fe5eb8c896db3764f3185481bc22f91b4aaffcca2"
		"5f26936857bc3a7c2539ea8ec3a952b7"
	);
	let point = hex!("73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000000");
	let value = hex!("1522a4a7f34e1ea350ae07c29c96c7e79655aa926122e95fe69fcbd932ca49e9");
	let proof = hex!(
		"a62ad71d14c5719385c0686f1871430475bf3a00f0aa3f7b8dd99a9abc216074"
		"4faf0070725e00b60ad9a026a15b1a8c"
	);
	let mut hash = sp_crypto_hashing::sha2_256(&commitment);
	hash[0] = 1;
	[&hash[..], &point, &value, &commitment, &proof].concat()
}

fn word(number: u64) -> [u8; 32] {
	U256::from(number).to_big_endian()
}

fn bn254() -> Result<Vec<Attack>> {
	let generator = [word(1), word(2)].concat();
	let many = |pairs: usize| [&generator[..], &BN_G2].concat().repeat(pairs);
	let tripled = DefaultCrypto
		.bn254_g1_mul(&generator, &word(3))
		.map_err(|error| anyhow!("a multiple: {error:?}"))?;
	let mut attacks = vec![
		with_input("bn254 add", 6, [&generator[..], &tripled].concat())?,
		with_input("bn254 mul", 7, [&tripled[..], &SCALAR].concat())?,
		with_input("bn254 pairing of 0", 8, Vec::new())?,
	];
	for pairs in LONG {
		attacks.push(with_input(&format!("bn254 pairing of {pairs}"), 8, many(pairs))?);
	}
	Ok(attacks)
}

fn bls12_381() -> Result<Vec<Attack>> {
	let first = LONG.into_iter().max().unwrap_or(1);
	let g1: Vec<Vec<u8>> = (1..=first as u64).map(g1_point).collect::<Result<_>>()?;
	let g2: Vec<Vec<u8>> = (1..=first as u64).map(g2_point).collect::<Result<_>>()?;
	let mut attacks = vec![
		with_input("bls12-381 g1 add", 0x0b, [&g1[0][..], &g1[1]].concat())?,
		with_input("bls12-381 g2 add", 0x0d, [&g2[0][..], &g2[1]].concat())?,
		with_input("bls12-381 map to g1", 0x10, padded(&field(7)))?,
		with_input("bls12-381 map to g2", 0x11, [padded(&field(7)), padded(&field(8))].concat())?,
	];
	for count in LONG {
		let scaled = |points: &[Vec<u8>]| -> Vec<u8> {
			points[..count].iter().flat_map(|point| [&point[..], &SCALAR].concat()).collect()
		};
		attacks.push(with_input(&format!("bls12-381 g1 msm of {count}"), 0x0c, scaled(&g1))?);
		attacks.push(with_input(&format!("bls12-381 g2 msm of {count}"), 0x0e, scaled(&g2))?);
		let pairs: Vec<u8> =
			g1[..count].iter().zip(&g2).flat_map(|(g1, g2)| [&g1[..], g2].concat()).collect();
		attacks.push(with_input(&format!("bls12-381 pairing of {count}"), 0x0f, pairs)?);
	}
	// The longest of both groups.
	let longest = |points: &[Vec<u8>], count: usize| -> Vec<u8> {
		let points = points.iter().cycle().take(count);
		points.flat_map(|point| [&point[..], &SCALAR].concat()).collect()
	};
	attacks.push(with_input("bls12-381 g1 msm of 400", 0x0c, longest(&g1, 400))?);
	attacks.push(with_input("bls12-381 g2 msm of 200", 0x0e, longest(&g2, 200))?);
	Ok(attacks)
}

/// An element of the field.
fn field(number: u64) -> [u8; 48] {
	let mut bytes = [0; 48];
	bytes[8..40].copy_from_slice(&sp_crypto_hashing::keccak_256(&number.to_be_bytes()));
	bytes
}

/// With the sixteen zeros before it that the precompiles want.
fn padded(element: &[u8]) -> Vec<u8> {
	[&[0; 16][..], element].concat()
}

fn g1_point(number: u64) -> Result<Vec<u8>> {
	let point = DefaultCrypto
		.bls12_381_fp_to_g1(&field(number))
		.map_err(|error| anyhow!("a point: {error:?}"))?;
	Ok(point.chunks(48).flat_map(padded).collect())
}

fn g2_point(number: u64) -> Result<Vec<u8>> {
	let point = DefaultCrypto
		.bls12_381_fp2_to_g2((field(number), field(number + 1_000)))
		.map_err(|error| anyhow!("a point: {error:?}"))?;
	Ok(point.chunks(48).flat_map(padded).collect())
}
