//! Executions whose gas could pay for more memory than there is.
//!
//! All frames of an execution share one piece of memory. The gas cap of EIP-7825 allows no more than
//! 18 MiB of it; the allocator of the Wasm executor gives 32 MiB in one piece. With more gas, which a
//! chain without that cap allows, and before EIP-150, when a call could pass on all gas to as many as
//! 1024 frames, each of which pays for its memory alone, every instruction that would expand memory is looked at first: if
//! its frame cannot pay, it runs out of gas as on Ethereum; if it can, but the memory is not there, the
//! execution is halted as a whole, by name. No frame goes on as if it had run out of gas.

use super::{database::DatabaseError, evm::FrameContext};
use crate::{Config, MAX_TRANSACTION_GAS_LIMIT};
use revm::{
	bytecode::opcode::*,
	context_interface::context::ContextError,
	interpreter::{
		instructions::GasTable,
		interpreter::EthInterpreter,
		interpreter_types::{Jumps, LoopControl, MemoryTr},
		InstructionExecResult, InstructionResult, InstructionTable, Interpreter, InterpreterAction,
		Stack,
	},
	primitives::{hardfork::SpecId, U256 as Word},
};

/// Memory in bytes that all frames of one execution may hold together.
pub(super) const MAX_EVM_MEMORY: u64 = 20 << 20;

/// Whether so much gas could pay for more memory than there is.
pub(super) fn must_be_checked(spec: SpecId, gas_limit: u64) -> bool {
	gas_limit > MAX_TRANSACTION_GAS_LIMIT || !spec.is_enabled_in(SpecId::TANGERINE)
}

/// Runs a frame until it ends or calls.
pub(super) fn run<T: Config>(
	interpreter: &mut Interpreter<EthInterpreter>,
	instructions: &InstructionTable<EthInterpreter, FrameContext<T>>,
	gas_table: &GasTable,
	context: &mut FrameContext<T>,
) -> InterpreterAction {
	let reason = loop {
		let step = check::<T>(interpreter, context)
			.and_then(|()| interpreter.step(instructions, gas_table, context));
		if let Err(reason) = step {
			break reason;
		}
	};
	if interpreter.bytecode.action().is_none() {
		interpreter.halt(reason);
	}
	interpreter.take_next_action()
}

/// Looks at the next instruction.
fn check<T: Config>(
	interpreter: &Interpreter<EthInterpreter>,
	context: &mut FrameContext<T>,
) -> InstructionExecResult {
	let Some(end) = memory_end(interpreter.bytecode.opcode(), &interpreter.stack) else {
		return Ok(());
	};
	let held = interpreter.memory.local_memory_offset() as u64;
	if end <= Word::from(MAX_EVM_MEMORY.saturating_sub(held)) {
		return Ok(());
	}
	let paid = interpreter.gas.memory().expansion_cost;
	let affordable = u128::from(interpreter.gas.remaining()) + u128::from(paid);
	if memory_gas(end) > affordable {
		// The instruction finds this itself, or what else is wrong with it before.
		return Ok(());
	}
	context.error = Err(ContextError::Db(DatabaseError::OutOfMemory));
	Err(InstructionResult::FatalExternalError)
}

/// The gas of a frame's memory up to `end`, as by the yellow paper's appendix G; more than any gas
/// limit, if it does not fit.
fn memory_gas(end: Word) -> u128 {
	let Ok(end) = u64::try_from(end) else { return u128::MAX };
	let words = u128::from(end.div_ceil(32));
	3 * words + words * words / 512
}

/// The end of the memory that an instruction reads and writes; none if it does neither, or if the
/// stack is too short for it.
fn memory_end(opcode: u8, stack: &Stack) -> Option<Word> {
	let item = |index| stack.peek(index).ok();
	// From an offset and a length on the stack.
	let range = |offset: usize, length: usize| {
		let length = item(length)?;
		(!length.is_zero()).then_some(item(offset)?.saturating_add(length))
	};
	let fixed = |length: u64| Some(item(0)?.saturating_add(Word::from(length)));
	match opcode {
		MLOAD | MSTORE => fixed(32),
		MSTORE8 => fixed(1),
		KECCAK256 | LOG0..=LOG4 | RETURN | REVERT => range(0, 1),
		CALLDATACOPY | CODECOPY | RETURNDATACOPY => range(0, 2),
		EXTCODECOPY => range(1, 3),
		MCOPY => range(0, 2).max(range(1, 2)),
		CREATE | CREATE2 => range(1, 2),
		CALL | CALLCODE => range(3, 4).max(range(5, 6)),
		DELEGATECALL | STATICCALL => range(2, 3).max(range(4, 5)),
		_ => None,
	}
}
