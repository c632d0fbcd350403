//! Small pieces of bytecode.

use sp_core::H160;

/// Opcodes by their names.
pub(super) mod op {
	pub(crate) const STOP: u8 = 0x00;
	pub(crate) const ADD: u8 = 0x01;
	pub(crate) const SUB: u8 = 0x03;
	pub(crate) const KECCAK256: u8 = 0x20;
	pub(crate) const ADDRESS: u8 = 0x30;
	pub(crate) const BALANCE: u8 = 0x31;
	pub(crate) const ORIGIN: u8 = 0x32;
	pub(crate) const CALLVALUE: u8 = 0x34;
	pub(crate) const CALLDATALOAD: u8 = 0x35;
	pub(crate) const CALLDATASIZE: u8 = 0x36;
	pub(crate) const CALLDATACOPY: u8 = 0x37;
	pub(crate) const CODESIZE: u8 = 0x38;
	pub(crate) const GASPRICE: u8 = 0x3a;
	pub(crate) const EXTCODESIZE: u8 = 0x3b;
	pub(crate) const EXTCODECOPY: u8 = 0x3c;
	pub(crate) const EXTCODEHASH: u8 = 0x3f;
	pub(crate) const BLOCKHASH: u8 = 0x40;
	pub(crate) const COINBASE: u8 = 0x41;
	pub(crate) const TIMESTAMP: u8 = 0x42;
	pub(crate) const NUMBER: u8 = 0x43;
	pub(crate) const PREVRANDAO: u8 = 0x44;
	pub(crate) const GASLIMIT: u8 = 0x45;
	pub(crate) const CHAINID: u8 = 0x46;
	pub(crate) const BASEFEE: u8 = 0x48;
	pub(crate) const POP: u8 = 0x50;
	pub(crate) const MSTORE: u8 = 0x52;
	pub(crate) const SLOAD: u8 = 0x54;
	pub(crate) const SSTORE: u8 = 0x55;
	pub(crate) const JUMP: u8 = 0x56;
	pub(crate) const JUMPI: u8 = 0x57;
	pub(crate) const GAS: u8 = 0x5a;
	pub(crate) const JUMPDEST: u8 = 0x5b;
	pub(crate) const TLOAD: u8 = 0x5c;
	pub(crate) const TSTORE: u8 = 0x5d;
	pub(crate) const DUP1: u8 = 0x80;
	pub(crate) const SWAP1: u8 = 0x90;
	pub(crate) const LOG1: u8 = 0xa1;
	pub(crate) const CREATE: u8 = 0xf0;
	pub(crate) const CALL: u8 = 0xf1;
	pub(crate) const RETURN: u8 = 0xf3;
	pub(crate) const CREATE2: u8 = 0xf5;
	pub(crate) const STATICCALL: u8 = 0xfa;
	pub(crate) const REVERT: u8 = 0xfd;
	pub(crate) const INVALID: u8 = 0xfe;
	pub(crate) const SELFDESTRUCT: u8 = 0xff;
}

/// A program under construction.
#[derive(Clone, Default)]
pub(super) struct Code(Vec<u8>);

impl Code {
	pub(super) fn new() -> Self {
		Self::default()
	}

	/// Adds opcodes.
	pub(super) fn ops(mut self, ops: &[u8]) -> Self {
		self.0.extend_from_slice(ops);
		self
	}

	/// Pushes bytes.
	pub(super) fn push_bytes(mut self, bytes: &[u8]) -> Self {
		assert!((1..=32).contains(&bytes.len()));
		self.0.push(0x5f + bytes.len() as u8);
		self.0.extend_from_slice(bytes);
		self
	}

	/// Pushes a number.
	pub(super) fn push(self, value: u64) -> Self {
		let bytes = value.to_be_bytes();
		let start = (value.leading_zeros() / 8).min(7) as usize;
		self.push_bytes(&bytes[start..])
	}

	/// Pushes an address.
	pub(super) fn push_address(self, address: H160) -> Self {
		self.push_bytes(address.as_bytes())
	}

	/// Stores a constant in a slot.
	pub(super) fn sstore(self, key: u64, value: u64) -> Self {
		self.push(value).push(key).ops(&[op::SSTORE])
	}

	/// Stores the top of the stack in a slot.
	pub(super) fn store_top(self, key: u64) -> Self {
		self.push(key).ops(&[op::SSTORE])
	}

	/// Copies all call data to memory.
	pub(super) fn copy_input(self) -> Self {
		self.ops(&[op::CALLDATASIZE]).push(0).push(0).ops(&[op::CALLDATACOPY])
	}

	/// Calls an address with all gas, a value and no data; leaves the success flag.
	pub(super) fn call(self, target: H160, value: u64) -> Self {
		self.push(0)
			.push(0)
			.push(0)
			.push(0)
			.push(value)
			.push_address(target)
			.ops(&[op::GAS, op::CALL])
	}

	/// Returns the word on top of the stack.
	pub(super) fn return_top(self) -> Self {
		self.push(0).ops(&[op::MSTORE]).push(32).push(0).ops(&[op::RETURN])
	}

	pub(super) fn build(self) -> Vec<u8> {
		self.0
	}
}

impl From<Code> for Vec<u8> {
	fn from(code: Code) -> Self {
		code.0
	}
}

/// Init code that deploys `runtime` as it is.
pub(super) fn deploy(runtime: &[u8]) -> Vec<u8> {
	let size = u16::try_from(runtime.len()).expect("test code is small").to_be_bytes();
	// PUSH2 size, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH1 0, RETURN, padded to 12 bytes
	let mut code = vec![0x61, size[0], size[1], 0x80, 0x60, 0x0c, 0x5f, 0x39, 0x5f, 0xf3, 0, 0];
	code.extend_from_slice(runtime);
	code
}
