//! revm's machine, with the one rule of creation that Ethereum does not have.

use super::{
	convert::from_address,
	database::{DatabaseError, FrameDatabase},
	journal, keccak, memory,
	precompiles::FramePrecompiles,
	Rules,
};
use crate::{AccountGuard, BareStorages, Config, GasWeightMapping};
use frame_support::weights::Weight;
use revm::{
	context::{BlockEnv, CfgEnv, Context, Evm, FrameStack, Journal, TxEnv},
	context_interface::{
		context::ContextError, journaled_state::account::JournaledAccountTr, ContextTr, JournalTr,
	},
	handler::{
		evm::FrameInitResult,
		instructions::{EthInstructions, InstructionProvider},
		EthFrame, EvmTr, FrameInitOrResult, FrameResult, ItemOrResult,
	},
	interpreter::{
		interpreter::EthInterpreter, interpreter_action::FrameInit, CreateInputs, CreateOutcome,
		FrameInput, Gas, InstructionResult, InterpreterResult,
	},
	primitives::{constants::CALL_STACK_LIMIT, Bytes},
};

/// The engine's context: block, configuration, transaction, journal.
pub(super) type FrameContext<T> =
	Context<BlockEnv, TxEnv, CfgEnv, FrameDatabase<T>, FrameJournal<T>, ()>;

/// The changes of an execution, on top of the pallet's storage.
pub(super) type FrameJournal<T> = Journal<FrameDatabase<T>>;

type Frame = EthFrame<EthInterpreter>;

type Mainnet<T> = Evm<
	FrameContext<T>,
	(),
	EthInstructions<EthInterpreter, FrameContext<T>>,
	FramePrecompiles<T>,
	Frame,
>;

/// The machine.
pub(super) struct FrameEvm<T: Config> {
	inner: Mainnet<T>,
	rules: Rules,
	checks_memory: bool,
}

impl<T: Config> FrameEvm<T> {
	pub(super) fn new(cfg: CfgEnv, block: BlockEnv, tx: TxEnv, rules: Rules) -> Self {
		let spec = cfg.spec;
		let gas_limit = tx.gas_limit;
		let database =
			FrameDatabase::new(rules.enforce_locks, T::GasWeightMapping::proof_limit(gas_limit));
		let mut context =
			FrameContext::<T>::new(database, spec).with_cfg(cfg).with_block(block).with_tx(tx);
		journal::reserve::<T>(&mut context.journaled_state, spec, gas_limit);
		let mut instructions = EthInstructions::new_mainnet_with_spec(spec);
		keccak::install(&mut instructions);
		let precompiles = FramePrecompiles::new(spec, gas_limit);
		let inner = Evm::new(context, instructions, precompiles);
		Self { inner, rules, checks_memory: memory::must_be_checked(spec, gas_limit) }
	}

	/// What was taken beyond the weight of gas, until now.
	pub(super) fn surcharge(&self) -> Weight {
		let proof = self.inner.ctx.journaled_state.database.proof();
		Weight::from_parts(self.inner.precompiles.taken(), proof)
	}

	/// Counts no more bytes of proof.
	pub(super) fn stop_counting(&mut self) {
		self.inner.ctx.journaled_state.database.stop_counting();
	}

	/// A creation collides with a reserved address, and with storage that has no code (EIP-7610).
	/// Follows the order of checks of revm's own creation, and leaves to it what fails before.
	fn collision(
		&mut self,
		depth: usize,
		inputs: &CreateInputs,
	) -> Result<Option<FrameResult>, ContextError<DatabaseError>> {
		if depth > CALL_STACK_LIMIT as usize {
			return Ok(None);
		}
		let journal = self.inner.ctx.journal_mut();
		let mut caller = journal.load_account_mut(inputs.caller())?.data;
		if *caller.balance() < inputs.value() || caller.nonce() == u64::MAX {
			return Ok(None);
		}
		let created = inputs.created_address(caller.nonce());
		let address = from_address(created);
		if !T::AccountGuard::is_reserved(&address) && !BareStorages::<T>::contains_key(address) {
			return Ok(None);
		}
		caller.bump_nonce();
		// The address is warm from now on. A locked one cannot be loaded: whoever uses it later
		// in the transaction halts anyway.
		if !(self.rules.enforce_locks && T::AccountGuard::is_locked(&address)) {
			journal.load_account(created)?;
		}
		Ok(Some(FrameResult::Create(CreateOutcome {
			result: InterpreterResult {
				result: InstructionResult::CreateCollision,
				gas: Gas::new_with_regular_gas_and_reservoir(
					inputs.gas_limit(),
					inputs.reservoir(),
				),
				output: Bytes::new(),
			},
			address: None,
			charged_create_state_gas: inputs.charged_create_state_gas(),
		})))
	}
}

impl<T: Config> EvmTr for FrameEvm<T> {
	type Context = FrameContext<T>;
	type Instructions = EthInstructions<EthInterpreter, FrameContext<T>>;
	type Precompiles = FramePrecompiles<T>;
	type Frame = Frame;

	fn all(
		&self,
	) -> (&Self::Context, &Self::Instructions, &Self::Precompiles, &FrameStack<Self::Frame>) {
		self.inner.all()
	}

	fn all_mut(
		&mut self,
	) -> (
		&mut Self::Context,
		&mut Self::Instructions,
		&mut Self::Precompiles,
		&mut FrameStack<Self::Frame>,
	) {
		self.inner.all_mut()
	}

	fn frame_init(
		&mut self,
		frame_init: FrameInit,
	) -> Result<FrameInitResult<'_, Self::Frame>, ContextError<DatabaseError>> {
		if let FrameInput::Create(inputs) = &frame_init.frame_input {
			if let Some(result) = self.collision(frame_init.depth, inputs)? {
				return Ok(ItemOrResult::Result(result));
			}
		}
		self.inner.frame_init(frame_init)
	}

	fn frame_run(&mut self) -> Result<FrameInitOrResult<Self::Frame>, ContextError<DatabaseError>> {
		if !self.checks_memory {
			return self.inner.frame_run();
		}
		let Evm { ctx, instruction, frame_stack, .. } = &mut self.inner;
		let frame = frame_stack.get();
		let (instructions, gas) = (instruction.instruction_table(), instruction.gas_table());
		let action = memory::run::<T>(&mut frame.interpreter, instructions, gas, ctx);
		let next = frame.process_next_action::<_, ContextError<DatabaseError>>(ctx, action)?;
		if next.is_result() {
			frame.set_finished(true);
		}
		Ok(next)
	}

	fn frame_return_result(
		&mut self,
		result: FrameResult,
	) -> Result<Option<FrameResult>, ContextError<DatabaseError>> {
		self.inner.frame_return_result(result)
	}
}
