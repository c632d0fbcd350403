//! What instructions are given.

use alloy_primitives::{Address, U256};
use pallet_evm::EvmSpec;

use super::{
	asm::{op, Asm},
	World,
};
use crate::rng::Rng;

/// The hard fork that brought an opcode.
pub(super) fn since(opcode: u8) -> EvmSpec {
	match opcode {
		op::DELEGATECALL => EvmSpec::Homestead,
		op::RETURNDATASIZE | op::RETURNDATACOPY | op::STATICCALL | op::REVERT => EvmSpec::Byzantium,
		op::SHL | op::SHR | op::SAR | op::EXTCODEHASH | op::CREATE2 => EvmSpec::Petersburg,
		op::CHAINID | op::SELFBALANCE => EvmSpec::Istanbul,
		op::BASEFEE => EvmSpec::London,
		op::PUSH0 => EvmSpec::Shanghai,
		op::TLOAD | op::TSTORE | op::MCOPY | op::BLOBHASH | op::BLOBBASEFEE => EvmSpec::Cancun,
		op::CLZ => EvmSpec::Osaka,
		_ => EvmSpec::Frontier,
	}
}

/// Whether to use an opcode: nearly never before its time.
pub(super) fn usable(world: &World, rng: &mut Rng, opcode: u8) -> bool {
	world.fork >= since(opcode) || rng.percent(1)
}

/// An address, seldom one that means nothing.
pub(super) fn address(world: &World, rng: &mut Rng) -> Address {
	match rng.weighted(&[60, 30, 5, 5]) {
		0 => *rng.pick(&world.contracts),
		1 => *rng.pick(&world.pool),
		2 => super::precompiles::address(rng),
		_ => Address::from_slice(&rng.bytes(20)),
	}
}

/// A number that arithmetic may treat in its own way.
pub(super) fn interesting(world: &World, rng: &mut Rng) -> U256 {
	match rng.weighted(&[40, 15, 15, 10, 10, 10]) {
		0 => U256::from(rng.below(9)),
		1 => U256::from(rng.below(300)),
		2 => {
			let power = U256::from(1) << rng.below(256);
			*rng.pick(&[power, power - U256::from(1), power.wrapping_neg()])
		}
		3 => U256::MAX - U256::from(rng.below(3)),
		4 => U256::from_be_slice(&rng.bytes(32)),
		_ => U256::from_be_slice(address(world, rng).as_slice()),
	}
}

impl Asm {
	/// Pushes a number, or what the environment gives.
	pub(super) fn operand(&mut self, world: &World, rng: &mut Rng) {
		match rng.weighted(&[70, 20, 10]) {
			0 => self.constant(world, rng),
			1 => self.environment(world, rng),
			_ if self.depth > 0 => {
				let index = rng.below(self.depth.min(16)) as u8;
				self.op(op::DUP1 + index, 0, 1);
			}
			_ => self.constant(world, rng),
		}
	}

	/// Pushes an interesting number, sometimes in more bytes than it needs.
	pub(super) fn constant(&mut self, world: &World, rng: &mut Rng) {
		let value = interesting(world, rng);
		if value.is_zero() && usable(world, rng, op::PUSH0) && rng.percent(80) {
			self.op(op::PUSH0, 0, 1);
		} else {
			let width = if rng.percent(20) { 1 + rng.below(32) } else { 1 };
			self.push_wide(value, width);
		}
	}

	/// Pushes what an instruction without arguments gives.
	pub(super) fn environment(&mut self, world: &World, rng: &mut Rng) {
		const ALL: [u8; 21] = [
			op::ADDRESS,
			op::ORIGIN,
			op::CALLER,
			op::CALLVALUE,
			op::CALLDATASIZE,
			op::CODESIZE,
			op::GASPRICE,
			op::RETURNDATASIZE,
			op::COINBASE,
			op::TIMESTAMP,
			op::NUMBER,
			op::DIFFICULTY,
			op::GASLIMIT,
			op::CHAINID,
			op::SELFBALANCE,
			op::BASEFEE,
			op::BLOBBASEFEE,
			op::PC,
			op::MSIZE,
			op::GAS,
			op::CALLER,
		];
		let opcode = *rng.pick(&ALL);
		if usable(world, rng, opcode) {
			self.op(opcode, 0, 1);
		} else {
			self.op(op::PC, 0, 1);
		}
	}

	/// Pushes an offset or a length in memory, mostly a small one.
	pub(super) fn offset(&mut self, rng: &mut Rng) {
		let value = match rng.weighted(&[940, 40, 10, 5, 5]) {
			0 => U256::from(rng.below(130)),
			1 => U256::from(rng.below(5_000)),
			2 => U256::from(rng.below(1 << 20)),
			3 => U256::from(u64::MAX - rng.word() % 64),
			_ => U256::MAX >> rng.below(192),
		};
		self.push(value);
	}

	/// Pushes the key of a slot, mostly one that others use as well.
	pub(super) fn slot(&mut self, rng: &mut Rng) {
		if rng.percent(92) {
			self.number(rng.below(5) as u64);
		} else {
			self.push(U256::MAX - U256::from(rng.below(2)));
		}
	}

	/// Pushes an address, sometimes with bytes above it that do not count.
	pub(super) fn account(&mut self, world: &World, rng: &mut Rng) {
		match rng.weighted(&[80, 5, 5, 4, 3, 3]) {
			0 => self.address(address(world, rng)),
			1 => self.op(op::ADDRESS, 0, 1),
			2 => self.op(op::CALLER, 0, 1),
			3 => self.op(op::COINBASE, 0, 1),
			4 => self.op(op::ORIGIN, 0, 1),
			_ => {
				let dirty = [&rng.bytes(12)[..], address(world, rng).as_slice()].concat();
				self.push_bytes(&dirty);
			}
		}
	}

	/// Pushes the gas of a call.
	pub(super) fn call_gas(&mut self, rng: &mut Rng) {
		match rng.weighted(&[60, 15, 20, 5]) {
			0 => self.op(op::GAS, 0, 1),
			1 => self.number(rng.between(0, 3_000)),
			2 => self.number(rng.between(10_000, 200_000)),
			_ => self.push(U256::MAX >> rng.below(256)),
		}
	}

	/// Pushes the value of a call or a creation.
	pub(super) fn value(&mut self, world: &World, rng: &mut Rng) {
		match rng.weighted(&[60, 30, 5, 3, 2]) {
			0 => self.number(0),
			1 => self.number(rng.between(1, 100)),
			2 if usable(world, rng, op::SELFBALANCE) => self.op(op::SELFBALANCE, 0, 1),
			3 => self.push(U256::MAX),
			_ => self.number(rng.between(1, 200_000)),
		}
	}
}
