//! Memory, as much of it as there can be at once.
//!
//! The price of memory grows with the square of its size in one frame, so that many frames, each
//! with some, hold more together than one.

use std::collections::BTreeMap;

use super::{contract, Attack, Class, End, ATTACKER, DATA};
use crate::assembler::{assemble, forever, MAX_CODE};
use anyhow::Result;
use pallet_evm::MAX_TRANSACTION_GAS_LIMIT;

/// Frames of the tables.
const DEPTH: usize = 400;
/// Gas of a frame for what is not memory, at most.
const FRAME: u64 = 700;

/// What a frame does with its memory beside having it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
	/// Nothing.
	Nothing,
	/// Has it returned as data by the identity precompile, which the frame keeps.
	ReturnData,
}

pub(super) fn all() -> Result<Vec<Attack>> {
	let attack = |name: &str, end, code| Attack::new(Class::Memory, name, end, code);
	let mut attacks = Vec::new();
	for (name, share) in [("0.5", 5u64), ("1", 10), ("2.3", 23), ("5", 50)] {
		let code = nested(share, Use::Nothing)?;
		attacks.push(attack(&format!("frames with {name}% of gas"), End::OutOfGas, code));
		let code = nested(share, Use::ReturnData)?;
		let name = format!("frames with {name}% of gas, and return data");
		attacks.push(attack(&name, End::OutOfGas, code));
	}
	// 91,000 words cost 273,000 and 91,000^2 / 512 gas.
	let most = 91_000 * 32;
	attacks.extend([
		attack("one frame, returned", End::Succeed, {
			assemble(&format!("PUSH {most} PUSH 0 RETURN"))?
		}),
		attack("one frame, reverted", End::Revert, {
			assemble(&format!("PUSH {most} PUSH 0 REVERT"))?
		}),
		attack("mcopy of 1 MiB", End::OutOfGas, {
			forever("PUSH 0 PUSH 1048576 MSTORE8", "PUSH 1048576 PUSH 0 PUSH 1 MCOPY")?
		}),
		attack("mcopy of 32 bytes", End::OutOfGas, forever("", "PUSH 32 PUSH 0 PUSH 1 MCOPY")?),
		attack("mload", End::OutOfGas, forever("", "PUSH 0 MLOAD POP")?),
		attack("mload at odd places", End::OutOfGas, forever("PUSH 4000", "DUP1 MLOAD POP")?),
		attack("mstore", End::OutOfGas, forever("", "PUSH 1 PUSH 0 MSTORE")?),
		attack("mstore8", End::OutOfGas, forever("", "PUSH 1 PUSH 0 MSTORE8")?),
		attack(
			"growth word by word",
			End::OutOfGas,
			forever("PUSH 0", "PUSH 32 ADD DUP1 MLOAD POP")?,
		),
		nested_creations()?,
	]);
	Ok(attacks)
}

/// A contract that takes so many thousandths of its gas for memory and calls itself with the rest;
/// how much that is for each depth stands in a table behind the program. Whoever comes back burns
/// what is left.
fn nested(share: u64, purpose: Use) -> Result<Vec<u8>> {
	let sizes = sizes(share, purpose);
	let used = match purpose {
		Use::Nothing => "MLOAD POP",
		// The precompile reads and returns all of it.
		Use::ReturnData => "PUSH 0 PUSH 0 DUP3 PUSH 0 PUSH 4 GAS STATICCALL POP POP",
	};
	let program = |table: usize| {
		assemble(&format!(
			"PUSH 0 TLOAD DUP1 PUSH 1 ADD PUSH 0 TSTORE \
			 PUSH 4 DUP2 PUSH 4 MUL PUSH2 {table} ADD PUSH 28 CODECOPY \
			 PUSH 0 MLOAD {used} \
			 PUSH 0 PUSH 0 PUSH 0 PUSH 0 PUSH 0 ADDRESS GAS CALL POP \
			 PC JUMPDEST DUP1 PUSH 1 ADD JUMP"
		))
	};
	let table = program(0)?.len();
	let mut code = program(table)?;
	code.extend(sizes.iter().flat_map(|size| size.to_be_bytes()));
	Ok(code)
}

/// Bytes of memory of the frame at each depth.
fn sizes(share: u64, purpose: Use) -> Vec<u32> {
	let mut gas = MAX_TRANSACTION_GAS_LIMIT - 21_000;
	let mut sizes = Vec::new();
	while sizes.len() < DEPTH && gas > 2 * FRAME {
		let budget = gas * share / 1_000;
		let words = words_for(budget, purpose);
		// At most 2^24 gas of memory: 3 MiB.
		sizes.push((words * 32) as u32);
		gas = gas.saturating_sub(FRAME + budget) / 64 * 63;
	}
	sizes
}

/// The most words that so much gas pays for.
fn words_for(gas: u64, purpose: Use) -> u64 {
	let per_word = if purpose == Use::ReturnData { 6 } else { 3 };
	let cost = |words: u64| per_word * words + words * words / 512;
	let (mut low, mut high) = (0, 100_000);
	while low + 1 < high {
		let middle = (low + high) / 2;
		if cost(middle) <= gas {
			low = middle;
		} else {
			high = middle;
		}
	}
	low
}

/// Init code of the greatest length that creates itself again.
fn nested_creations() -> Result<Attack> {
	let limit = 2 * MAX_CODE;
	let own = format!("PUSH {limit} PUSH 0 PUSH 0 CODECOPY PUSH {limit} PUSH 0 PUSH 0 CREATE STOP");
	let mut init = assemble(&own)?;
	init.resize(MAX_CODE, 0x5b);
	let first = assemble(&format!(
		"PUSH {MAX_CODE} PUSH 0 PUSH 0 PUSH {DATA:#x} EXTCODECOPY \
		 PUSH {limit} PUSH 0 PUSH 0 CREATE \
		 PC JUMPDEST DUP1 PUSH 1 ADD JUMP"
	))?;
	let name = "creations within creations";
	Ok(Attack::with_accounts(Class::Memory, name, End::OutOfGas, move || {
		BTreeMap::from([(ATTACKER, contract(first.clone())), (DATA, contract(init.clone()))])
	}))
}
