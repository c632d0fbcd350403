//! The KECCAK256 instruction by host function.

use revm::{
	bytecode::opcode::KECCAK256,
	context_interface::Host,
	handler::instructions::EthInstructions,
	interpreter::{
		gas::KECCAK256 as STATIC_GAS, interpreter::EthInterpreter, Instruction, InstructionContext,
		InstructionExecResult, InstructionResult,
	},
	primitives::{KECCAK_EMPTY, U256 as Word},
};

/// Replaces the instruction.
pub(super) fn install<H: Host>(instructions: &mut EthInstructions<EthInterpreter, H>) {
	instructions.insert_instruction(KECCAK256, Instruction::new(keccak256), STATIC_GAS as u16);
}

/// As revm's own, but the hash is computed by the host.
fn keccak256<H: Host>(context: InstructionContext<'_, H, EthInterpreter>) -> InstructionExecResult {
	let interpreter = context.interpreter;
	let Some(([offset], top)) = interpreter.stack.popn_top::<1>() else {
		return Err(InstructionResult::StackUnderflow);
	};
	let length = to_usize(top)?;
	let params = context.host.gas_params();
	if !interpreter.gas.record_regular_cost(params.keccak256_cost(length)) {
		return Err(InstructionResult::OutOfGas);
	}
	let hash = if length == 0 {
		KECCAK_EMPTY.0
	} else {
		let offset = to_usize(&offset)?;
		revm::interpreter::interpreter::resize_memory(
			&mut interpreter.gas,
			&mut interpreter.memory,
			params,
			offset,
			length,
		)?;
		sp_io::hashing::keccak_256(interpreter.memory.slice_len(offset, length).as_ref())
	};
	*top = Word::from_be_bytes(hash);
	Ok(())
}

fn to_usize(value: &Word) -> Result<usize, InstructionResult> {
	usize::try_from(*value).map_err(|_| InstructionResult::InvalidOperandOOG)
}
