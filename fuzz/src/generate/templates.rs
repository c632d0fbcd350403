//! Contracts for what chance would hardly write.

use super::{
	asm::{deploying, op, Asm},
	operands::usable,
	World,
};
use crate::rng::Rng;

/// One of them.
pub(super) fn template(world: &World, rng: &mut Rng, level: u32) -> Vec<u8> {
	let mut asm = Asm::default();
	match rng.below(9) {
		0 => overflow(&mut asm),
		1 => recursion(&mut asm, rng),
		2 => memory(&mut asm, rng),
		3 => large_init_code(&mut asm),
		4 if usable(world, rng, op::CREATE2) => phoenix(world, &mut asm, rng, level),
		5 => slots(world, &mut asm, rng),
		6 => store_and_return(&mut asm, rng),
		7 => forwarder(world, &mut asm, rng),
		_ => wallet(world, &mut asm, rng),
	}
	asm.bytes
}

/// Pushes until the stack is full.
fn overflow(asm: &mut Asm) {
	let start = asm.destination();
	asm.op(op::MSIZE, 0, 1);
	asm.number(start);
	asm.op(op::JUMP, 1, 0);
}

/// Calls itself as deep as it gets: before EIP-150 until the depth ends it, and since then until the
/// gas does.
fn recursion(asm: &mut Asm, rng: &mut Rng) {
	for _ in 0..5 {
		asm.number(0);
	}
	asm.op(op::ADDRESS, 0, 1);
	asm.number(*rng.pick(&[200, 800, 5_000]));
	asm.op(op::GAS, 0, 1);
	asm.op(op::SUB, 2, 1);
	asm.op(op::CALL, 7, 1);
	if rng.percent(50) {
		asm.number(1);
		asm.op(op::SLOAD, 1, 1);
		asm.op(op::ADD, 2, 1);
		asm.number(1);
		asm.op(op::SSTORE, 2, 0);
	}
}

/// Expands memory, then calls itself.
fn memory(asm: &mut Asm, rng: &mut Rng) {
	asm.number(1);
	asm.number(1 << rng.between(8, 20));
	asm.op(op::MSTORE, 2, 0);
	recursion(asm, rng);
}

/// Creates from one byte more than EIP-3860 allows.
fn large_init_code(asm: &mut Asm) {
	asm.number(49_153);
	asm.number(0);
	asm.number(0);
	asm.op(op::CREATE, 3, 1);
}

/// Creates a contract at a fixed address, writes to it, lets it destroy itself, and creates it again.
fn phoenix(world: &World, asm: &mut Asm, rng: &mut Rng, level: u32) {
	let mut runtime = Asm::default();
	runtime.number(1);
	runtime.op(op::CALLVALUE, 0, 1);
	runtime.op(op::SSTORE, 2, 0);
	if level < 2 && rng.percent(50) {
		runtime.op(op::TIMESTAMP, 0, 1);
		runtime.slot(rng);
		runtime.op(op::SSTORE, 2, 0);
	}
	runtime.account(world, rng);
	runtime.op(op::SELFDESTRUCT, 1, 0);
	let init = deploying(&runtime.bytes);
	asm.store(0, &init);
	for _ in 0..1 + rng.below(2) {
		asm.number(0);
		asm.number(init.len() as u64);
		asm.number(0);
		asm.value(world, rng);
		asm.op(op::CREATE2, 4, 1);
		for value in [0, 0, 0, 0, rng.between(0, 3)] {
			asm.number(value);
		}
		asm.op(op::DUP1 + 5, 0, 1);
		asm.op(op::GAS, 0, 1);
		asm.op(op::CALL, 7, 1);
	}
}

/// Writes many slots, and then perhaps is no more.
fn slots(world: &World, asm: &mut Asm, rng: &mut Rng) {
	asm.number(rng.between(1, 30));
	let start = asm.destination();
	asm.op(op::DUP1, 0, 1);
	asm.op(op::DUP1, 0, 1);
	asm.op(op::SSTORE, 2, 0);
	asm.number(1);
	asm.op(op::SWAP1, 0, 0);
	asm.op(op::SUB, 2, 1);
	asm.op(op::DUP1, 0, 1);
	asm.number(start);
	asm.op(op::JUMPI, 2, 0);
	if rng.percent(50) {
		asm.account(world, rng);
		asm.op(op::SELFDESTRUCT, 1, 0);
	}
}

/// A contract that writes first: EIP-2200's stipend ends it where it is called with value and no gas.
fn store_and_return(asm: &mut Asm, rng: &mut Rng) {
	asm.op(op::CALLVALUE, 0, 1);
	asm.slot(rng);
	asm.op(op::SSTORE, 2, 0);
	asm.number(32);
	asm.number(0);
	asm.op(op::RETURN, 2, 0);
}

/// Hands its input to another contract's code, and what that gives back to its caller.
fn forwarder(world: &World, asm: &mut Asm, rng: &mut Rng) {
	asm.op(op::CALLDATASIZE, 0, 1);
	asm.number(0);
	asm.number(0);
	asm.op(op::CALLDATACOPY, 3, 0);
	asm.number(0);
	asm.number(0);
	asm.op(op::CALLDATASIZE, 0, 1);
	asm.number(0);
	asm.account(world, rng);
	asm.op(op::GAS, 0, 1);
	asm.op(op::DELEGATECALL, 6, 1);
	asm.op(op::RETURNDATASIZE, 0, 1);
	asm.number(0);
	asm.number(0);
	asm.op(op::RETURNDATACOPY, 3, 0);
	let label = asm.push_label();
	asm.op(op::JUMPI, 2, 0);
	asm.op(op::RETURNDATASIZE, 0, 1);
	asm.number(0);
	asm.op(op::REVERT, 2, 0);
	asm.land(label);
	asm.op(op::RETURNDATASIZE, 0, 1);
	asm.number(0);
	asm.op(op::RETURN, 2, 0);
}

/// Sends a little to somebody, with no gas but the stipend.
fn wallet(world: &World, asm: &mut Asm, rng: &mut Rng) {
	for _ in 0..4 {
		asm.number(0);
	}
	asm.number(rng.between(0, 20));
	asm.account(world, rng);
	asm.number(0);
	asm.op(op::CALL, 7, 1);
	asm.slot(rng);
	asm.op(op::SSTORE, 2, 0);
}
