//! revm on the pallet's storage.
//!
//! The engine reads through [`database`], works on its own journal and hands back an [`Outcome`] that
//! has changed nothing yet; [`commit`] writes it.

mod authority;
pub(crate) mod commit;
mod convert;
mod crypto;
mod database;
mod environment;
mod evm;
mod handler;
pub(crate) mod hash_key;
pub(crate) mod intrinsic;
mod journal;
mod keccak;
mod memory;
mod precompiles;
mod rules;

pub(crate) use rules::Rules;

use crate::{Config, ExecuteRequest, ExecutionInfo, ExitError, ExitReason, Log, RunnerError};
use alloc::{format, vec::Vec};
use convert::{exit_error, from_address, from_log};
use database::DatabaseError;
use environment::{block_environment, transaction_environment};
use evm::FrameEvm;
use frame_support::weights::Weight;
use handler::FrameHandler;
use revm::{
	context::result::{EVMError, ExecutionResult, HaltReason, Output, ResultGas},
	context_interface::{
		journaled_state::account::JournaledAccountTr, ContextTr, JournalTr, Transaction,
	},
	handler::{EvmTr, Handler},
	state::EvmState,
};
use sp_core::{H160, U256};

/// The result of an execution, before anything is written.
pub(crate) struct Outcome {
	/// How it ended.
	pub(crate) exit: ExitReason,
	/// Gas used, refunds taken off.
	pub(crate) used_gas: u64,
	/// Gas spent, refunds not taken off.
	spent_gas: u64,
	/// What was taken beyond the weight of gas.
	pub(crate) surcharge: Weight,
	/// Output of a call or data of a revert.
	output: Vec<u8>,
	/// The created contract.
	created: Option<H160>,
	/// Logs in order.
	pub(crate) logs: Vec<Log>,
	/// Price per gas that the sender was charged in `state`.
	pub(crate) price: u128,
	/// The part of the price that is the base fee.
	pub(crate) base_fee: u64,
	/// Every account that was touched.
	pub(crate) state: EvmState,
}

impl Outcome {
	/// What the caller gets to know.
	pub(crate) fn into_info(self) -> ExecutionInfo {
		ExecutionInfo {
			exit: self.exit,
			used_gas: self.used_gas,
			spent_gas: self.spent_gas,
			surcharge: self.surcharge,
			value: self.output,
			created: self.created,
			logs: self.logs,
			effective_gas_price: U256::from(self.price),
		}
	}
}

/// Why there is no outcome.
pub(crate) enum Failure {
	/// The request is invalid: nothing is to be charged.
	Invalid(RunnerError),
	/// The execution had to be abandoned: see [`run_halted`].
	Halt(Halt),
}

/// The end of an execution that had to be abandoned.
pub(crate) struct Halt {
	/// Why.
	pub(crate) exit: ExitError,
	/// What it took beyond the weight of gas until then.
	pub(crate) surcharge: Weight,
}

/// Checks a request as far as possible without executing it.
pub(crate) fn validate<T: Config>(
	request: &ExecuteRequest,
	rules: Rules,
) -> Result<(), RunnerError> {
	let mut evm = prepare::<T>(request, rules)?;
	let handler = FrameHandler::<T>::new(request, rules);
	handler.validate(&mut evm).map(|_| ()).map_err(|error| invalid::<T>(error, request))
}

/// Executes a request.
pub(crate) fn run<T: Config>(request: &ExecuteRequest, rules: Rules) -> Result<Outcome, Failure> {
	let mut evm = prepare::<T>(request, rules).map_err(Failure::Invalid)?;
	let mut handler = FrameHandler::<T>::new(request, rules);
	let error = match handler.run(&mut evm) {
		Ok(result) => return Ok(outcome(evm, result)),
		Err(error) => error,
	};
	let exit = match error {
		EVMError::Database(DatabaseError::Locked(address)) if address != request.source => {
			ExitError::AccountLocked(address)
		}
		EVMError::Database(DatabaseError::TooMuchCode { limit }) => {
			ExitError::TooMuchCode { limit }
		}
		EVMError::Database(DatabaseError::ProofTooLarge { limit }) => {
			ExitError::ProofTooLarge { limit }
		}
		EVMError::Database(DatabaseError::OutOfMemory) => ExitError::OutOfMemory,
		EVMError::Custom(reason) => ExitError::Other(reason),
		EVMError::CustomAny(reason) => ExitError::Other(format!("{reason}")),
		error => return Err(Failure::Invalid(invalid::<T>(error, request))),
	};
	Err(Failure::Halt(Halt { exit, surcharge: evm.surcharge() }))
}

/// The outcome of a valid request whose execution is abandoned: an exceptional halt of the first
/// frame. All gas is consumed and charged, the sender's nonce is used, nothing else changes.
pub(crate) fn run_halted<T: Config>(
	request: &ExecuteRequest,
	rules: Rules,
	Halt { exit, surcharge }: Halt,
) -> Result<Outcome, RunnerError> {
	let mut evm = prepare::<T>(request, rules)?;
	evm.stop_counting();
	let mut handler = FrameHandler::<T>::new(request, rules);
	let result = halt(&mut handler, &mut evm).map_err(|error| invalid::<T>(error, request))?;
	let mut outcome = outcome(evm, result);
	outcome.exit = ExitReason::Error(exit);
	outcome.surcharge = surcharge;
	Ok(outcome)
}

type EngineError = EVMError<DatabaseError>;

fn halt<T: Config>(
	handler: &mut FrameHandler<T>,
	evm: &mut FrameEvm<T>,
) -> Result<ExecutionResult<HaltReason>, EngineError> {
	let initial_gas = handler.validate(evm)?;
	let mut gas = handler.tx_gas(evm, &initial_gas);
	let context = evm.ctx();
	if context.tx().kind().is_create() {
		// For a call validation has done it already.
		let caller = context.tx().caller();
		context.journal_mut().load_account_mut(caller)?.data.bump_nonce();
	}
	let mut result = handler.runtime_oog_result(evm, &initial_gas, &mut gas)?;
	let result_gas = handler.post_execution(evm, &mut result, initial_gas, 0)?;
	handler.execution_result(evm, result, result_gas)
}

fn prepare<T: Config>(request: &ExecuteRequest, rules: Rules) -> Result<FrameEvm<T>, RunnerError> {
	crypto::install();
	let (cfg, block) = block_environment::<T>(rules)?;
	let tx = transaction_environment::<T>(request, rules, &cfg)?;
	hash_key::set::<T>(request);
	Ok(FrameEvm::new(cfg, block, tx, rules))
}

fn outcome<T: Config>(mut evm: FrameEvm<T>, result: ExecutionResult<HaltReason>) -> Outcome {
	let (used_gas, spent_gas) = gas_used_and_spent(result.gas());
	let surcharge = evm.surcharge();
	let (exit, output, created, logs) = match result {
		ExecutionResult::Success { logs, output, .. } => {
			let (output, created) = match output {
				Output::Call(bytes) => (bytes.to_vec(), None),
				Output::Create(code, address) => (code.to_vec(), address.map(from_address)),
			};
			let logs = logs.into_iter().map(from_log).collect();
			(ExitReason::Succeed, output, created, logs)
		}
		ExecutionResult::Revert { output, .. } => {
			(ExitReason::Revert, output.to_vec(), None, Vec::new())
		}
		ExecutionResult::Halt { reason, .. } => {
			(ExitReason::Error(exit_error(reason)), Vec::new(), None, Vec::new())
		}
	};
	let context = evm.ctx();
	let base_fee = context.block().basefee;
	let price = context.tx().effective_gas_price(base_fee.into());
	let state = context.journal_mut().finalize();
	Outcome { exit, used_gas, spent_gas, surcharge, output, created, logs, price, base_fee, state }
}

/// What the sender pays for, and what was spent before refunds. The floor of EIP-7623, which is no
/// work, counts as spent where it is paid.
fn gas_used_and_spent(gas: &ResultGas) -> (u64, u64) {
	let used = gas.tx_gas_used();
	(used, gas.total_gas_spent().max(used))
}

fn invalid<T: Config>(error: EngineError, request: &ExecuteRequest) -> RunnerError {
	match error {
		EVMError::Transaction(error) => convert::invalid_transaction::<T>(error, request),
		EVMError::Header(error) => RunnerError::Undefined(format!("{error}")),
		EVMError::Database(DatabaseError::Locked(_)) => {
			RunnerError::SenderLocked { address: request.source }
		}
		EVMError::Database(error) => RunnerError::Undefined(format!("{error}")),
		EVMError::Custom(reason) => RunnerError::Undefined(reason),
		EVMError::CustomAny(reason) => RunnerError::Undefined(format!("{reason}")),
	}
}
