//! The precompiles that the measured programs use, by the crates with which Frontier's compute them.

use alloc::{vec, vec::Vec};

use evm::{
	executor::stack::{
		IsPrecompileResult, PrecompileFailure, PrecompileHandle, PrecompileOutput, PrecompileSet,
	},
	ExitError, ExitSucceed,
};
use num_bigint::BigUint;
use sp_core::{H160, U256};
use substrate_bn::{pairing_batch, AffineG1, AffineG2, Fq, Fq2, Group, Gt, G1, G2};

/// MODEXP and the pairing of BN254.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Precompiles;

const MODEXP: u64 = 5;
const PAIRING: u64 = 8;

impl PrecompileSet for Precompiles {
	fn execute(
		&self,
		handle: &mut impl PrecompileHandle,
	) -> Option<Result<PrecompileOutput, PrecompileFailure>> {
		let address = handle.code_address();
		let output = if address == H160::from_low_u64_be(MODEXP) {
			modexp(handle)
		} else if address == H160::from_low_u64_be(PAIRING) {
			pairing(handle)
		} else {
			return None;
		};
		Some(
			output
				.map(|output| PrecompileOutput { exit_status: ExitSucceed::Returned, output })
				.map_err(Into::into),
		)
	}

	fn is_precompile(&self, address: H160, _: u64) -> IsPrecompileResult {
		let is_precompile = (1..=10).any(|number| address == H160::from_low_u64_be(number));
		IsPrecompileResult::Answer { is_precompile, extra_cost: 0 }
	}
}

/// So many bytes from that place on, zeros behind the end.
fn part(input: &[u8], from: usize, length: usize) -> Vec<u8> {
	let mut bytes = vec![0; length];
	let rest = input.get(from..).unwrap_or_default();
	let known = rest.len().min(length);
	bytes[..known].copy_from_slice(&rest[..known]);
	bytes
}

/// EIP-198 at the price of EIP-2565.
fn modexp(handle: &mut impl PrecompileHandle) -> Result<Vec<u8>, ExitError> {
	let length = |index: usize| -> Result<usize, ExitError> {
		let word = U256::from_big_endian(&part(handle.input(), 32 * index, 32));
		if word > U256::from(4_096) {
			return Err(ExitError::Other("a number is too long".into()));
		}
		Ok(word.as_usize())
	};
	let (base_length, exponent_length, modulus_length) = (length(0)?, length(1)?, length(2)?);
	let input = handle.input();
	let base = part(input, 96, base_length);
	let exponent = part(input, 96 + base_length, exponent_length);
	let modulus = part(input, 96 + base_length + exponent_length, modulus_length);

	let head = &exponent[..exponent_length.min(32)];
	let head_bits = U256::from_big_endian(head).bits() as u64;
	let mut iterations = head_bits.saturating_sub(1);
	iterations += 8 * (exponent_length as u64).saturating_sub(32);
	let words = (base_length.max(modulus_length) as u64).div_ceil(8);
	handle.record_cost((words * words * iterations.max(1) / 3).max(200))?;

	let modulus = BigUint::from_bytes_be(&modulus);
	if modulus.bits() < 2 {
		return Ok(vec![0; modulus_length]);
	}
	let result = BigUint::from_bytes_be(&base).modpow(&BigUint::from_bytes_be(&exponent), &modulus);
	let bytes = result.to_bytes_be();
	let mut output = vec![0; modulus_length];
	output[modulus_length - bytes.len()..].copy_from_slice(&bytes);
	Ok(output)
}

/// EIP-197 at the price of EIP-1108.
fn pairing(handle: &mut impl PrecompileHandle) -> Result<Vec<u8>, ExitError> {
	/// Bytes of a pair.
	const PAIR: usize = 192;
	let input = handle.input();
	if input.len() % PAIR != 0 {
		return Err(ExitError::Other("no whole pairs".into()));
	}
	let count = input.len() / PAIR;
	let pairs: Result<Vec<(G1, G2)>, ExitError> = input.chunks(PAIR).map(pair).collect();
	handle.record_cost(45_000 + 34_000 * count as u64)?;
	let product = pairing_batch(&pairs?);
	let result = U256::from(u8::from(product == Gt::one()));
	Ok(result.to_big_endian().to_vec())
}

fn pair(bytes: &[u8]) -> Result<(G1, G2), ExitError> {
	let refused = || ExitError::Other("no point".into());
	let number =
		|index: usize| Fq::from_slice(&bytes[32 * index..32 * (index + 1)]).map_err(|_| refused());
	let (x, y) = (number(0)?, number(1)?);
	let second_x = Fq2::new(number(3)?, number(2)?);
	let second_y = Fq2::new(number(5)?, number(4)?);
	let first = if x.is_zero() && y.is_zero() {
		G1::zero()
	} else {
		AffineG1::new(x, y).map_err(|_| refused())?.into()
	};
	let second = if second_x.is_zero() && second_y.is_zero() {
		G2::zero()
	} else {
		AffineG2::new(second_x, second_y).map_err(|_| refused())?.into()
	};
	Ok((first, second))
}
