//! The memory of the engine's journal.
//!
//! Every change takes an entry until its transaction ends. The cheapest changes, by TSTORE and by
//! SSTORE to a slot that is dirty, cost 100 gas, so that gas bounds the entries. What gas does not
//! bound is what a growing list leaves behind: the allocator of the Wasm executor rounds up to powers
//! of two and joins nothing, so the old copies of a list take as much as the list. Together with the
//! transient storage this would fill the executor's heap and trap the runtime, by a transaction that
//! EIP-7825 allows. So the room for all entries is taken at once.

use super::{
	database::DatabaseError,
	evm::{FrameContext, FrameJournal},
};
use crate::{Config, MAX_TRANSACTION_GAS_LIMIT};
use revm::{
	bytecode::opcode::{SSTORE, TSTORE},
	context_interface::context::ContextError,
	handler::instructions::EthInstructions,
	interpreter::{
		instructions::host, interpreter::EthInterpreter, Instruction, InstructionContext,
		InstructionExecResult, InstructionResult,
	},
};

/// Gas of the cheapest change.
const GAS_PER_CHANGE: u64 = 100;
/// Static gas of TSTORE (EIP-1153).
const TSTORE_GAS: u16 = 100;
/// Room for the changes before the first instruction, which cost more.
const FIRST_CHANGES: u64 = 64;
/// More changes than the gas cap of EIP-7825 pays for, and fewer than the largest map of transient slots
/// that the allocator gives holds, 229,376. Only a chain without that cap gets there.
const MAX_CHANGES: usize = 200_000;

/// Takes the room for as many changes as the gas limit pays for.
pub(super) fn reserve<T: Config>(journal: &mut FrameJournal<T>, gas_limit: u64) {
	let changes = gas_limit.min(MAX_TRANSACTION_GAS_LIMIT) / GAS_PER_CHANGE;
	journal.inner.journal.reserve_exact((changes + FIRST_CHANGES) as usize);
}

/// Replaces the instructions that change most for the least gas.
pub(super) fn install<T: Config>(
	instructions: &mut EthInstructions<EthInterpreter, FrameContext<T>>,
) {
	instructions.insert_instruction(SSTORE, Instruction::new(sstore::<T>), 0);
	instructions.insert_instruction(TSTORE, Instruction::new(tstore::<T>), TSTORE_GAS);
}

type Arguments<'a, T> = InstructionContext<'a, FrameContext<T>, EthInterpreter>;

fn sstore<T: Config>(context: Arguments<'_, T>) -> InstructionExecResult {
	check::<T>(context.host)?;
	host::sstore(context)
}

fn tstore<T: Config>(context: Arguments<'_, T>) -> InstructionExecResult {
	check::<T>(context.host)?;
	host::tstore(context)
}

/// Abandons an execution that changes too much.
fn check<T: Config>(context: &mut FrameContext<T>) -> InstructionExecResult {
	if context.journaled_state.inner.journal.len() < MAX_CHANGES {
		return Ok(());
	}
	context.error = Err(ContextError::Db(DatabaseError::OutOfMemory));
	Err(InstructionResult::FatalExternalError)
}
