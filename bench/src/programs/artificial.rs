//! Programs that do one thing.

use super::{call_data, word, Program};
use crate::assembler::assemble;
use anyhow::{Context, Result};
use hex_literal::hex;
use sp_core::U256;

/// `contracts/RayTracer.sol`, compiled for Cancun with the optimizer at 200 runs.
const RAY_TRACER: &str = include_str!("../../contracts/RayTracer.hex");
/// Pixels of the picture each way.
const SIDE: u64 = 13;
/// How often it is rendered.
const PICTURES: usize = 3;
/// Slots that a call of the storage writes uses.
const SLOTS: u32 = 700;
/// A pair of points of BN254 and the same with the first point negated, so that the product is one.
const PAIRS: [u8; 384] = hex!(
	"0000000000000000000000000000000000000000000000000000000000000001"
	"0000000000000000000000000000000000000000000000000000000000000002"
	"198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
	"1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
	"090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
	"12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
	"0000000000000000000000000000000000000000000000000000000000000001"
	"30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd45"
	"198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2"
	"1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed"
	"090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b"
	"12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
);

pub(super) fn all() -> Result<Vec<Program>> {
	let tracer = hex::decode(RAY_TRACER.trim()).context("the ray tracer")?;
	Ok(vec![
		Program::with_calls(
			"ray tracer",
			tracer,
			vec![call_data("render(uint256)", &[word(SIDE)]); PICTURES],
		),
		Program::new("ten thousand hashes", hashes()?, Vec::new()),
		Program::new("pairing", precompile(8, PAIRS.len(), 20)?, PAIRS.to_vec()),
		modexp()?,
		Program::with_calls(
			"storage writes",
			writes()?,
			(0..3).map(|part| word(part << 32).0.to_vec()).collect(),
		),
		Program::new("256-bit arithmetic", arithmetic()?, Vec::new()),
	])
}

/// A loop that runs so often; its counter lies on top of the stack before and after the body. What
/// lies below it is returned.
pub(super) fn counted(setup: &str, times: u32, body: &str) -> Result<Vec<u8>> {
	let mut code = assemble(&format!("{setup} PUSH {times}"))?;
	let destination = code.len();
	code.extend(assemble(&format!(
		"JUMPDEST {body} PUSH 1 SWAP1 SUB DUP1 PUSH2 {destination} JUMPI \
		 POP PUSH 0 MSTORE PUSH 32 PUSH 0 RETURN"
	))?);
	Ok(code)
}

/// Each hash is of the one before and a counter.
fn hashes() -> Result<Vec<u8>> {
	counted(
		"PUSH 7",
		10_000,
		"SWAP1 PUSH 0 MSTORE DUP1 PUSH 32 MSTORE PUSH 64 PUSH 0 KECCAK256 SWAP1",
	)
}

/// Calls a precompile with the input of the call, and adds up the first words of what it returns.
fn precompile(address: u64, size: usize, times: u32) -> Result<Vec<u8>> {
	let setup = format!("PUSH {size} PUSH 0 PUSH 0 CALLDATACOPY PUSH 0");
	let body = format!(
		"SWAP1 PUSH 32 PUSH {output} PUSH {size} PUSH 0 PUSH {address} GAS STATICCALL \
		 ADD PUSH {output} MLOAD ADD SWAP1",
		output = size.div_ceil(32) * 32,
	);
	counted(&setup, times, &body)
}

/// An RSA signature of 2,048 bits, and an inverse in a field of 256 bits.
fn modexp() -> Result<Program> {
	let number = |length: usize, seed: u8| -> Vec<u8> {
		let mut digits = Vec::new();
		while digits.len() < length {
			let next = [&digits[..], &[seed]].concat();
			digits.extend(sp_crypto_hashing::keccak_256(&next));
		}
		// Odd, and as long as it says.
		digits[0] |= 0x80;
		digits[length - 1] |= 1;
		digits
	};
	let input = |base: Vec<u8>, exponent: Vec<u8>, modulus: Vec<u8>| -> Vec<u8> {
		let lengths = [base.len(), exponent.len(), modulus.len()];
		let heads = lengths.iter().flat_map(|length| U256::from(*length).to_big_endian());
		heads.chain(base).chain(exponent).chain(modulus).collect()
	};
	let signature = input(number(256, 1), vec![1, 0, 1], number(256, 2));
	let inverse = input(number(32, 3), number(32, 4), number(32, 5));
	let (first, second) = (signature.len(), inverse.len());
	let code = {
		let all = first + second;
		let output = all.div_ceil(32) * 32;
		let body = format!(
			"SWAP1 PUSH 32 PUSH {output} PUSH {first} PUSH 0 PUSH 5 GAS STATICCALL \
			 ADD PUSH {output} MLOAD ADD \
			 PUSH 32 PUSH {output} PUSH {second} PUSH {first} PUSH 5 GAS STATICCALL \
			 ADD PUSH {output} MLOAD ADD SWAP1"
		);
		counted(&format!("PUSH {all} PUSH 0 PUSH 0 CALLDATACOPY PUSH 0"), 100, &body)?
	};
	Ok(Program::new("modexp", code, [signature, inverse].concat()))
}

/// Writes new slots behind the one that the call names, and each of them once more.
fn writes() -> Result<Vec<u8>> {
	let slot = "PUSH 0 CALLDATALOAD ADD";
	let body = format!(
		"DUP1 DUP1 {slot} SSTORE DUP1 DUP1 MUL DUP2 {slot} SSTORE SWAP1 DUP2 {slot} SLOAD ADD SWAP1"
	);
	counted("PUSH 0", SLOTS, &body)
}

/// Products, quotients and remainders of full words.
fn arithmetic() -> Result<Vec<u8>> {
	let setup = "PUSH 0xfedcba9876543210f0e1d2c3b4a5968778695a4b3c2d1e0ff123456789abcdef";
	let modulus = "PUSH 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffff";
	// The value lies below the counter: squared modulo a prime, multiplied, divided, shifted.
	let body = format!(
		"SWAP1 {modulus} SWAP1 DUP1 MULMOD \
		 DUP2 ADD DUP1 MUL \
		 PUSH 0x80000000000000000000000000000001 DUP2 DIV ADD \
		 PUSH 0x8000000000000000000000000000000100000003 DUP2 SMOD XOR \
		 DUP1 PUSH 77 SHR SUB SWAP1"
	);
	counted(setup, 50_000, &body)
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn programs_are_made_works() {
		assert!(all().is_ok_and(|programs| programs.len() == 6));
	}
}
