//! Statements that begin frames: calls, and creations with their init code.

use super::{
	asm::{deploying, op, Asm},
	precompiles,
	program::{program, Writer},
	World,
};
use crate::rng::Rng;

/// Init code: mostly of a small contract, sometimes one of those that fail in their own way.
pub(super) fn init_code(world: &World, rng: &mut Rng, level: u32) -> Vec<u8> {
	let mut asm = Asm::default();
	match rng.weighted(&[60, 18, 4, 4, 4, 4, 3, 3]) {
		0 => return deploying(&program(world, rng, level + 1)),
		1 => return program(world, rng, level + 1),
		2 => {
			// One byte more than EIP-170 allows.
			asm.number(24_577);
			asm.number(0);
			asm.op(op::RETURN, 2, 0);
		}
		3 => {
			// EIP-3541
			asm.number(0xef);
			asm.number(0);
			asm.op(op::MSTORE8, 2, 0);
			asm.number(1);
			asm.number(0);
			asm.op(op::RETURN, 2, 0);
		}
		4 => {
			asm.number(rng.between(0, 40));
			asm.number(0);
			asm.op(op::REVERT, 2, 0);
		}
		5 => {
			asm.account(world, rng);
			asm.op(op::SELFDESTRUCT, 1, 0);
		}
		6 => asm.op(op::INVALID, 0, 0),
		_ => {}
	}
	asm.bytes
}

impl Writer<'_> {
	pub(super) fn call(&mut self) {
		let opcode =
			*self.rng.pick(&[op::CALL, op::CALL, op::CALLCODE, op::DELEGATECALL, op::STATICCALL]);
		let opcode = if self.usable(opcode) { opcode } else { op::CALL };
		self.offsets(4);
		self.call_with(opcode, None);
	}

	/// The rest of a call, when the four arguments about memory are there.
	fn call_with(&mut self, opcode: u8, target: Option<u64>) {
		let mut takes = 6;
		if matches!(opcode, op::CALL | op::CALLCODE) {
			self.asm.value(self.world, self.rng);
			takes = 7;
		}
		match target {
			Some(number) => self.asm.number(number),
			None => self.asm.account(self.world, self.rng),
		}
		if target.is_some() && self.rng.percent(10) {
			// Less than most precompiles cost.
			self.asm.number(self.rng.below(16) as u64);
		} else {
			self.asm.call_gas(self.rng);
		}
		self.asm.op(opcode, takes, 1);
		if self.rng.percent(40) {
			self.asm.slot(self.rng);
			self.asm.op(op::SSTORE, 2, 0);
		}
	}

	pub(super) fn call_precompile(&mut self) {
		let number = precompiles::number(self.rng);
		let input = precompiles::input(number, self.rng);
		self.asm.store(0, &input);
		let opcode = *self.rng.pick(&[op::CALL, op::STATICCALL, op::DELEGATECALL, op::CALLCODE]);
		let opcode = if self.usable(opcode) { opcode } else { op::CALL };
		self.asm.number(self.rng.below(70) as u64);
		self.asm.number(self.rng.below(70) as u64);
		self.asm.number(input.len() as u64);
		self.asm.number(0);
		self.call_with(opcode, Some(number));
	}

	pub(super) fn create(&mut self) {
		let init = init_code(self.world, self.rng, self.level);
		self.asm.store(0, &init);
		let salted = self.rng.percent(50) && self.usable(op::CREATE2);
		if salted {
			self.asm.number(self.rng.below(2) as u64);
		}
		self.asm.number(init.len() as u64);
		self.asm.number(0);
		self.asm.value(self.world, self.rng);
		let (opcode, takes) = if salted { (op::CREATE2, 4) } else { (op::CREATE, 3) };
		self.asm.op(opcode, takes, 1);
		if self.rng.percent(60) {
			for _ in 0..5 {
				self.asm.number(0);
			}
			self.asm.op(op::DUP1 + 5, 0, 1);
			self.asm.op(op::GAS, 0, 1);
			self.asm.op(op::CALL, 7, 1);
		}
	}
}
