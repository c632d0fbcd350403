//! Bytecode under construction.

use alloy_primitives::{Address, U256};

/// Opcodes by their names.
pub(super) mod op {
	pub(crate) use revm::bytecode::opcode::*;
}

/// Code and how deep the stack is where it ends.
#[derive(Clone, Debug, Default)]
pub(super) struct Asm {
	/// The code.
	pub(super) bytes: Vec<u8>,
	/// Items on the stack, as far as this code put them there.
	pub(super) depth: usize,
}

/// A jump whose destination is not known yet.
#[must_use]
pub(super) struct Label(usize);

impl Asm {
	/// Adds an instruction that takes and gives this many items.
	pub(super) fn op(&mut self, opcode: u8, takes: usize, gives: usize) {
		self.bytes.push(opcode);
		self.depth = self.depth.saturating_sub(takes) + gives;
	}

	/// Pushes bytes, of which there are 1 to 32.
	pub(super) fn push_bytes(&mut self, bytes: &[u8]) {
		self.op(op::PUSH0 + bytes.len() as u8, 0, 1);
		self.bytes.extend_from_slice(bytes);
	}

	/// Pushes a number in as few bytes as it needs, but at least one.
	pub(super) fn push(&mut self, value: U256) {
		self.push_wide(value, 1);
	}

	/// Pushes a number in at least this many bytes.
	pub(super) fn push_wide(&mut self, value: U256, width: usize) {
		let bytes = value.to_be_bytes::<32>();
		let width = value.byte_len().max(width).clamp(1, 32);
		self.push_bytes(&bytes[32 - width..]);
	}

	/// Pushes a small number.
	pub(super) fn number(&mut self, value: u64) {
		self.push(U256::from(value));
	}

	/// Pushes an address.
	pub(super) fn address(&mut self, address: Address) {
		self.push_bytes(address.as_slice());
	}

	/// Drops what is above this depth.
	pub(super) fn drop_to(&mut self, depth: usize) {
		while self.depth > depth {
			self.op(op::POP, 1, 0);
		}
	}

	/// Pushes where [`Asm::land`] will be.
	pub(super) fn push_label(&mut self) -> Label {
		self.push_bytes(&[0, 0]);
		Label(self.bytes.len() - 2)
	}

	/// Puts a destination here.
	pub(super) fn land(&mut self, label: Label) {
		let here = (self.bytes.len() as u16).to_be_bytes();
		self.bytes[label.0..label.0 + 2].copy_from_slice(&here);
		self.op(op::JUMPDEST, 0, 0);
	}

	/// Puts a destination here to go back to.
	pub(super) fn destination(&mut self) -> u64 {
		let here = self.bytes.len() as u64;
		self.op(op::JUMPDEST, 0, 0);
		here
	}

	/// Writes bytes to memory.
	pub(super) fn store(&mut self, offset: u64, bytes: &[u8]) {
		for (index, chunk) in bytes.chunks(32).enumerate() {
			let mut word = [0u8; 32];
			word[..chunk.len()].copy_from_slice(chunk);
			self.push(U256::from_be_bytes(word));
			self.number(offset + 32 * index as u64);
			self.op(op::MSTORE, 2, 0);
		}
	}
}

/// Init code that deploys `runtime` as it is.
pub(super) fn deploying(runtime: &[u8]) -> Vec<u8> {
	let size = (runtime.len() as u16).to_be_bytes();
	// PUSH2 size, DUP1, PUSH1 13, PUSH1 0, CODECOPY, PUSH1 0, RETURN, STOP
	let header = [0x61, size[0], size[1], 0x80, 0x60, 13, 0x60, 0, 0x39, 0x60, 0, 0xf3, 0];
	[&header, runtime].concat()
}
