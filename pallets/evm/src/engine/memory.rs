//! Executions whose gas could pay for more memory than there is.
//!
//! All frames of an execution share one piece of memory, whose capacity doubles as it grows. The gas cap
//! of EIP-7825 allows no more than 19 MiB of it, which take 32, and 48 while the 16 before are copied.
//! Above 32 it would take 64, and 96 at once, of the 128 MiB that a node gives the runtime. With more
//! gas, which a chain without that cap allows, and before EIP-150, when a call could pass on all gas to as
//! many as 1024 frames, each of which pays for its memory alone, every instruction that would expand memory
//! is looked at first: if its frame cannot pay, it runs out of gas as on Ethereum; if it can, but the
//! memory is above the limit, the execution is halted as a whole, by name. No frame goes on as if it had
//! run out of gas.
//!
//! Accounts and slots that were loaded are kept until the transaction ends. On 32 bits an account takes
//! 210 bytes in the engine's map, half as much again while the map grows, and up to 450 for its state
//! before, the owner of its code and a short code; a slot takes 105, or 570 if it is the only one of its
//! account. What 2^24 gas load:
//!
//! | rules since | gas of an account | accounts | gas of a slot | slots |
//! |---|---|---|---|---|
//! | Frontier | 20 | 838,860 | 50 | 335,544 |
//! | EIP-150 | 400 | 41,943 | 200 | 83,886 |
//! | Istanbul | 700 | 23,967 | 800 | 20,971 |
//! | Berlin | 2,500 | 6,710 | 2,000 | 8,388 |
//!
//! (Since Berlin the cheapest are those of an access list, 2,400 and 1,900, and 100 to use them.) Of the
//! 128 MiB the memory of frames may take 48 while it grows, the stacks of 1024 frames 32, the journal 17
//! and codes 18, which leaves 13. So an execution loads at most [`MAX_LOADED`] slots, an account counted
//! as [`ACCOUNT_SHARE`] of them, which take 13 MB at most where both are counted; one that would load more is halted in the same
//! way. Since Berlin 2^24 gas load 2 * 6,710 = 13,420 at most, beside the few accounts that are warm from
//! the beginning: less than half of the limit, which is of no account there. Slots are counted before
//! Istanbul, and where gas exceeds the cap: at Istanbul's price 2^24 gas pay for fewer than the limit, and for
//! accounts with a slot each of 15 MB. What
//! is counted is what was loaded, whatever became of the frame; where the limit is reached, the next
//! instruction that names another slot halts the execution, paid for or not.

use super::{
	database::DatabaseError,
	evm::{FrameContext, FrameJournal},
	journal,
};
use crate::{Config, MAX_TRANSACTION_GAS_LIMIT};
use revm::{
	bytecode::opcode::*,
	context_interface::context::ContextError,
	interpreter::{
		instructions::GasTable,
		interpreter::EthInterpreter,
		interpreter_types::{InputsTr, Jumps, LoopControl, MemoryTr},
		InstructionResult, InstructionTable, Interpreter, InterpreterAction, Stack,
	},
	primitives::{hardfork::SpecId, U256 as Word},
};

/// Memory in bytes that all frames of one execution may hold together.
pub(super) const MAX_EVM_MEMORY: u64 = 20 << 20;

/// Slots that an execution may load: as many as a map of 2^15 places holds before it grows.
pub(super) const MAX_LOADED: u64 = 28_672;

/// Slots that an account counts as.
pub(super) const ACCOUNT_SHARE: u64 = 2;

/// Whether so much gas could pay for more memory than there is.
pub(super) fn must_be_checked(spec: SpecId, gas_limit: u64) -> bool {
	gas_limit > MAX_TRANSACTION_GAS_LIMIT || !spec.is_enabled_in(SpecId::ISTANBUL)
}

/// Runs a frame until it ends or calls.
pub(super) fn run<T: Config>(
	interpreter: &mut Interpreter<EthInterpreter>,
	instructions: &InstructionTable<EthInterpreter, FrameContext<T>>,
	gas_table: &GasTable,
	context: &mut FrameContext<T>,
) -> InterpreterAction {
	let reason = loop {
		let slot = match check::<T>(interpreter, context) {
			Ok(slot) => slot,
			Err(reason) => break reason,
		};
		let step = interpreter.step(instructions, gas_table, context);
		let journal = &mut context.journaled_state;
		// An instruction that could not pay, or failed otherwise before, has loaded nothing.
		if slot.is_some_and(|slot| is_loaded::<T>(interpreter, journal, slot)) {
			journal.database.count_slot();
		}
		if let Err(reason) = step {
			break reason;
		}
	};
	if interpreter.bytecode.action().is_none() {
		interpreter.halt(reason);
	}
	interpreter.take_next_action()
}

/// Looks at the next instruction, and abandons the execution if there is no memory for it. Gives the slot
/// that the instruction may load.
fn check<T: Config>(
	interpreter: &Interpreter<EthInterpreter>,
	context: &mut FrameContext<T>,
) -> Result<Option<Word>, InstructionResult> {
	let journal = &context.journaled_state;
	let opcode = interpreter.bytecode.opcode();
	let slot = match opcode {
		SLOAD | SSTORE => new_slot::<T>(interpreter, journal),
		_ => None,
	};
	let fits = journal::has_room::<T>(journal)
		&& (slot.is_none() || journal.database.may_load_slot())
		&& memory_fits(interpreter, opcode);
	if fits {
		return Ok(slot);
	}
	context.error = Err(ContextError::Db(DatabaseError::OutOfMemory));
	Err(InstructionResult::FatalExternalError)
}

/// The slot on top of the stack, unless it is loaded.
fn new_slot<T: Config>(
	interpreter: &Interpreter<EthInterpreter>,
	journal: &FrameJournal<T>,
) -> Option<Word> {
	let slot = interpreter.stack.peek(0).ok()?;
	(!is_loaded::<T>(interpreter, journal, slot)).then_some(slot)
}

/// Whether the engine holds a slot of the frame's account.
fn is_loaded<T: Config>(
	interpreter: &Interpreter<EthInterpreter>,
	journal: &FrameJournal<T>,
	slot: Word,
) -> bool {
	let account = journal.inner.state.get(&interpreter.input.target_address());
	account.is_some_and(|account| account.storage.contains_key(&slot))
}

/// Whether the memory that an instruction needs is there, or its frame cannot pay for it.
fn memory_fits(interpreter: &Interpreter<EthInterpreter>, opcode: u8) -> bool {
	let Some(end) = memory_end(opcode, &interpreter.stack) else { return true };
	let held = interpreter.memory.local_memory_offset() as u64;
	if end <= Word::from(MAX_EVM_MEMORY.saturating_sub(held)) {
		return true;
	}
	let paid = interpreter.gas.memory().expansion_cost;
	let affordable = u128::from(interpreter.gas.remaining()) + u128::from(paid);
	// The instruction finds this itself, or what else is wrong with it before.
	memory_gas(end) > affordable
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
