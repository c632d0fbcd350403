//! Precompiled contracts with the inputs that take them longest for their gas.

mod curves;
mod modexp;

use std::collections::BTreeMap;

use super::{contract, Attack, Class, End, ATTACKER, DATA};
use crate::assembler::forever;
use anyhow::{ensure, Result};
use hex_literal::hex;
use pallet_evm::MAX_TRANSACTION_GAS_LIMIT;

/// A signature of the secp256k1 curve: hash, v, r and s.
const RECOVERABLE: [u8; 128] = hex!(
	"1c8aff950685c2ed4bc3174f3472287b56d9517b9c948127319a09a7a36deac8"
	"000000000000000000000000000000000000000000000000000000000000001c"
	"bc81bfc04b658485b9820cf4fac760c84f0fc628da21c9e64ed8aaede215e633"
	"76cc1bfb23f9869c5b71a4069b48fce3ab0caaebc6bfb7a81cb12ac3b9b2f7b1"
);
/// A signature of the secp256r1 curve: hash, r, s and public key.
const P256: [u8; 160] = hex!(
	"4cee90eb86eaa050036147a12d49004b6b9c72bd725d39d4785011fe190f0b4d"
	"a73bd4903f0ce3b639bbbf6e8e80d16931ff4bcf5993d58468e8fb19086e8cac"
	"36dbcd03009df8c59286b162af3bd7fcc0450c9aa81be5d10d312af6c66b1d60"
	"4aebd3099c618202fcfe16ae7770b0c49ab5eadf74b754204a3bb6060e44eff3"
	"7618b065f9832de4ca6ca971a7a1adc826d0f7c00181a5fb2ddf79ae00b4e10e"
);
/// The longest input that lies in the code of one contract.
const LONGEST: usize = 65_536;

pub(super) fn all() -> Result<Vec<Attack>> {
	let mut attacks = vec![
		with_input("ecrecover", 0x01, RECOVERABLE.to_vec())?,
		with_input("p256verify", 0x100, P256.to_vec())?,
		with_input("point evaluation", 0x0a, curves::point_evaluation())?,
	];
	for (name, address) in [("sha256", 2u64), ("ripemd160", 3), ("identity", 4)] {
		for size in [0usize, 55, 1_024, 262_144] {
			attacks.push(of_zeros(&format!("{name} of {size}"), address, size)?);
		}
	}
	for rounds in [0u32, 1, 12, 1_000, 10_000_000] {
		attacks.push(with_input(&format!("blake2f of {rounds} rounds"), 0x09, blake2(rounds))?);
	}
	attacks.extend(modexp::all()?);
	attacks.extend(curves::all()?);
	Ok(attacks)
}

/// Calls a precompile with this input again and again. If it refuses the input, the attack ends at
/// once in an invalid jump.
fn with_input(name: &str, address: u64, input: Vec<u8>) -> Result<Attack> {
	let size = input.len();
	ensure!(size <= LONGEST, "an input of {size} bytes");
	let copy = format!("PUSH {size} PUSH 0 PUSH 0 PUSH {DATA:#x} EXTCODECOPY");
	let code = calls(&copy, address, size)?;
	Ok(Attack::with_accounts(Class::Precompiles, name, End::OutOfGas, move || {
		BTreeMap::from([(ATTACKER, contract(code.clone())), (DATA, contract(input.clone()))])
	}))
}

/// The same with an input of zeros.
fn of_zeros(name: &str, address: u64, size: usize) -> Result<Attack> {
	let code = calls("", address, size)?;
	Ok(Attack::new(Class::Precompiles, name, End::OutOfGas, code))
}

fn calls(setup: &str, address: u64, size: usize) -> Result<Vec<u8>> {
	let call = format!("PUSH 0 PUSH 0 PUSH {size} PUSH 0 PUSH {address} GAS STATICCALL");
	forever(&format!("{setup} {call} ISZERO PUSH 0 JUMPI"), &format!("{call} POP"))
}

fn blake2(rounds: u32) -> Vec<u8> {
	// No call can have more gas than the transaction.
	let rounds = rounds.min(MAX_TRANSACTION_GAS_LIMIT as u32);
	let mut input = rounds.to_be_bytes().to_vec();
	input.extend((0..208u8).map(|byte| byte.wrapping_mul(37)));
	input.push(1);
	input
}
