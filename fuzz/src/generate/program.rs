//! Contracts: statement after statement, each with a stack that suffices.

use alloy_primitives::U256;

use super::{
	asm::{op, Asm},
	operands::{address, interesting, usable},
	World,
};
use crate::rng::Rng;

/// How deep code within code may be nested.
const MAX_LEVEL: u32 = 2;

/// The code of a contract.
pub(super) fn program(world: &World, rng: &mut Rng, level: u32) -> Vec<u8> {
	let mut code = match rng.weighted(&[85, 3, 12]) {
		0 => statements(world, rng, level),
		1 => {
			let length = 1 + rng.below(64);
			rng.bytes(length)
		}
		_ => super::templates::template(world, rng, level),
	};
	if rng.percent(5) && !code.is_empty() {
		for _ in 0..1 + rng.below(3) {
			let at = rng.below(code.len());
			code[at] = rng.word() as u8;
		}
	}
	code
}

fn statements(world: &World, rng: &mut Rng, level: u32) -> Vec<u8> {
	let mut writer = Writer { world, rng, asm: Asm::default(), level };
	let most = [14, 6, 3][level.min(MAX_LEVEL) as usize];
	for _ in 0..1 + writer.rng.below(most) {
		writer.statement(2);
	}
	writer.end();
	writer.asm.bytes
}

/// Writes one contract.
pub(super) struct Writer<'a> {
	pub(super) world: &'a World,
	pub(super) rng: &'a mut Rng,
	pub(super) asm: Asm,
	pub(super) level: u32,
}

impl Writer<'_> {
	/// Adds something that leaves the stack at least as deep as it was. `nesting` bounds loops and
	/// branches within each other.
	fn statement(&mut self, nesting: u32) {
		match self.rng.weighted(&[18, 10, 15, 6, 6, 4, 8, 18, 6, 8, 6, 3, 6, 9, 1, 3]) {
			0 => self.arithmetic(),
			1 => self.memory(),
			2 => self.storage(),
			3 => self.transient(),
			4 => self.log(),
			5 => self.keccak(),
			6 => self.copy(),
			7 => self.call(),
			8 => self.call_precompile(),
			9 if self.level < MAX_LEVEL => self.create(),
			10 => self.stack(),
			11 if nesting > 0 => self.repeat(nesting),
			12 if nesting > 0 => self.branch(nesting),
			13 => self.query(),
			14 => self.wild(),
			15 => self.leave(),
			_ => self.arithmetic(),
		}
		if self.asm.depth > 40 {
			self.asm.drop_to(20);
		}
	}

	pub(super) fn usable(&mut self, opcode: u8) -> bool {
		usable(self.world, self.rng, opcode)
	}

	fn operands(&mut self, count: usize) {
		for _ in 0..count {
			self.asm.operand(self.world, self.rng);
		}
	}

	fn arithmetic(&mut self) {
		const UNARY: [u8; 3] = [op::ISZERO, op::NOT, op::CLZ];
		const BINARY: [u8; 20] = [
			op::ADD,
			op::MUL,
			op::SUB,
			op::DIV,
			op::SDIV,
			op::MOD,
			op::SMOD,
			op::EXP,
			op::SIGNEXTEND,
			op::LT,
			op::GT,
			op::SLT,
			op::SGT,
			op::EQ,
			op::AND,
			op::OR,
			op::XOR,
			op::BYTE,
			op::SHL,
			op::SHR,
		];
		const MORE: [(u8, usize); 3] = [(op::SAR, 2), (op::ADDMOD, 3), (op::MULMOD, 3)];
		let (opcode, takes) = match self.rng.weighted(&[15, 65, 20]) {
			0 => (*self.rng.pick(&UNARY), 1),
			1 => (*self.rng.pick(&BINARY), 2),
			_ => *self.rng.pick(&MORE),
		};
		let opcode = if self.usable(opcode) { opcode } else { op::ADD };
		let takes = if opcode == op::ADD { 2 } else { takes };
		self.operands(takes);
		self.asm.op(opcode, takes, 1);
		if self.rng.percent(30) {
			self.asm.slot(self.rng);
			self.asm.op(op::SSTORE, 2, 0);
		}
	}

	fn memory(&mut self) {
		match self.rng.weighted(&[40, 15, 30, 15]) {
			0 => {
				self.operands(1);
				self.asm.offset(self.rng);
				self.asm.op(op::MSTORE, 2, 0);
			}
			1 => {
				self.operands(1);
				self.asm.offset(self.rng);
				self.asm.op(op::MSTORE8, 2, 0);
			}
			2 => {
				self.asm.offset(self.rng);
				self.asm.op(op::MLOAD, 1, 1);
			}
			_ => {
				if self.usable(op::MCOPY) {
					self.offsets(3);
					self.asm.op(op::MCOPY, 3, 0);
				}
			}
		}
	}

	pub(super) fn offsets(&mut self, count: usize) {
		for _ in 0..count {
			self.asm.offset(self.rng);
		}
	}

	fn storage(&mut self) {
		if self.rng.percent(60) {
			if self.rng.percent(30) {
				self.asm.number(0);
			} else if self.rng.percent(50) {
				self.asm.number(1 + self.rng.below(3) as u64);
			} else {
				self.operands(1);
			}
			self.asm.slot(self.rng);
			self.asm.op(op::SSTORE, 2, 0);
		} else {
			self.asm.slot(self.rng);
			self.asm.op(op::SLOAD, 1, 1);
		}
	}

	fn transient(&mut self) {
		if !self.usable(op::TSTORE) {
			return self.storage();
		}
		if self.rng.percent(50) {
			self.operands(1);
			self.asm.slot(self.rng);
			self.asm.op(op::TSTORE, 2, 0);
		} else {
			self.asm.slot(self.rng);
			self.asm.op(op::TLOAD, 1, 1);
			if self.rng.percent(70) {
				self.asm.slot(self.rng);
				self.asm.op(op::SSTORE, 2, 0);
			}
		}
	}

	fn log(&mut self) {
		let topics = self.rng.below(5);
		self.operands(topics);
		self.offsets(2);
		self.asm.op(op::LOG0 + topics as u8, topics + 2, 0);
	}

	fn keccak(&mut self) {
		self.offsets(2);
		self.asm.op(op::KECCAK256, 2, 1);
	}

	fn copy(&mut self) {
		let opcode =
			*self.rng.pick(&[op::CALLDATACOPY, op::CODECOPY, op::EXTCODECOPY, op::RETURNDATACOPY]);
		if !self.usable(opcode) {
			return;
		}
		if opcode == op::RETURNDATACOPY && self.rng.percent(70) {
			// All of it, or less.
			self.asm.op(op::RETURNDATASIZE, 0, 1);
			self.asm.number(0);
			self.asm.number(self.rng.below(64) as u64);
		} else {
			self.offsets(3);
		}
		let mut takes = 3;
		if opcode == op::EXTCODECOPY {
			self.asm.account(self.world, self.rng);
			takes = 4;
		}
		self.asm.op(opcode, takes, 0);
	}

	fn stack(&mut self) {
		let depth = self.asm.depth.min(16);
		match self.rng.below(4) {
			0 => {
				// Deep enough for any of the instructions that reach into the stack.
				for _ in 0..17 {
					self.asm.constant(self.world, self.rng);
				}
				let index = self.rng.below(16) as u8;
				if self.rng.percent(50) {
					self.asm.op(op::DUP1 + index, 0, 1);
				} else {
					self.asm.op(op::SWAP1 + index, 0, 0);
				}
			}
			1 if depth > 0 => {
				let index = self.rng.below(depth) as u8;
				self.asm.op(op::DUP1 + index, 0, 1);
			}
			2 if depth > 1 => {
				let index = self.rng.below(self.asm.depth.min(17) - 1) as u8;
				self.asm.op(op::SWAP1 + index, 0, 0);
			}
			_ if depth > 0 => self.asm.op(op::POP, 1, 0),
			_ => self.asm.op(op::JUMPDEST, 0, 0),
		}
	}

	/// A loop of a few rounds.
	fn repeat(&mut self, nesting: u32) {
		self.asm.number(1 + self.rng.below(4) as u64);
		let depth = self.asm.depth;
		let start = self.asm.destination();
		self.neutral(nesting, depth);
		self.asm.number(1);
		self.asm.op(op::SWAP1, 0, 0);
		self.asm.op(op::SUB, 2, 1);
		self.asm.op(op::DUP1, 0, 1);
		self.asm.push_wide(U256::from(start), 2);
		self.asm.op(op::JUMPI, 2, 0);
		self.asm.op(op::POP, 1, 0);
	}

	/// Code that is jumped over or not, or always.
	fn branch(&mut self, nesting: u32) {
		let always = self.rng.percent(15);
		if !always {
			self.operands(1);
		}
		let label = self.asm.push_label();
		let (opcode, takes) = if always { (op::JUMP, 1) } else { (op::JUMPI, 2) };
		self.asm.op(opcode, takes, 0);
		let depth = self.asm.depth;
		self.neutral(nesting, depth);
		self.asm.land(label);
	}

	/// A statement that leaves the stack as deep as it was.
	fn neutral(&mut self, nesting: u32, depth: usize) {
		self.statement(nesting - 1);
		while self.asm.depth < depth {
			self.asm.number(0);
		}
		self.asm.drop_to(depth);
	}

	fn query(&mut self) {
		let opcode = *self.rng.pick(&[
			op::BALANCE,
			op::EXTCODESIZE,
			op::EXTCODEHASH,
			op::BLOCKHASH,
			op::BLOBHASH,
			op::CALLDATALOAD,
		]);
		if !self.usable(opcode) {
			return;
		}
		match opcode {
			op::BLOCKHASH => self.asm.number(*self.rng.pick(&[0, 1, 255, 256, 744, 999, 1000])),
			op::BLOBHASH => self.asm.push(interesting(self.world, self.rng)),
			op::CALLDATALOAD => self.asm.offset(self.rng),
			_ => self.asm.account(self.world, self.rng),
		}
		self.asm.op(opcode, 1, 1);
		if self.rng.percent(30) {
			self.asm.slot(self.rng);
			self.asm.op(op::SSTORE, 2, 0);
		}
	}

	/// What nobody means to do.
	fn wild(&mut self) {
		match self.rng.below(4) {
			0 => {
				self.asm.number(self.rng.below(300) as u64);
				self.asm.op(op::JUMP, 1, 0);
			}
			1 => self.asm.op(self.rng.word() as u8, 0, 0),
			2 => {
				let depth = self.asm.depth + 1;
				for _ in 0..depth {
					self.asm.op(op::POP, 1, 0);
				}
			}
			_ => self.operands(20),
		}
	}

	/// An end in the middle, if a slot or the input says so.
	fn leave(&mut self) {
		if self.rng.percent(50) {
			self.asm.slot(self.rng);
			self.asm.op(op::SLOAD, 1, 1);
		} else {
			self.asm.op(op::CALLDATASIZE, 0, 1);
		}
		let label = self.asm.push_label();
		self.asm.op(op::JUMPI, 2, 0);
		let depth = self.asm.depth;
		self.end();
		self.asm.depth = depth;
		self.asm.land(label);
	}

	fn end(&mut self) {
		match self.rng.weighted(&[25, 25, 8, 14, 14, 2, 2, 10]) {
			0 => self.asm.op(op::STOP, 0, 0),
			1 => {
				self.offsets(2);
				self.asm.op(op::RETURN, 2, 0);
			}
			2 => {
				self.operands(1);
				self.asm.number(0);
				self.asm.op(op::MSTORE, 2, 0);
				self.asm.number(32);
				self.asm.number(0);
				self.asm.op(op::RETURN, 2, 0);
			}
			3 if self.usable(op::REVERT) => {
				self.offsets(2);
				self.asm.op(op::REVERT, 2, 0);
			}
			4 => {
				let heir = address(self.world, self.rng);
				self.asm.address(heir);
				self.asm.op(op::SELFDESTRUCT, 1, 0);
			}
			5 => self.asm.op(op::INVALID, 0, 0),
			6 => self.asm.op(*self.rng.pick(&[0x0c, 0x21, 0x4f, 0xb0, 0xef, 0xf9]), 0, 0),
			_ => {}
		}
	}
}
