//! The only way into the engine.

use crate::{
	engine::{
		self,
		commit::{commit, Dust},
		Failure, Halt, Outcome, Rules,
	},
	AccountGuard, Config, Event, ExecuteMode, ExecuteRequest, Executed, ExecutionInfo, ExitError,
	ExitReason, GasEstimate, OnExecuted, Pallet, RunnerError, LOG_TARGET,
};
use frame_support::ensure;
use sp_core::U256;

/// Executions that one estimate may take beside the first: halving 2^64 takes 64.
const MAX_ESTIMATE_STEPS: u32 = 66;

impl<T: Config> Pallet<T> {
	/// Executes a request. An error means that it was invalid: nothing changed and nothing was
	/// charged. Reverts and halts are outcomes, not errors.
	///
	/// Deposits the logs and, if a locked account was touched, says so; what else happened is for
	/// the caller to tell. [`Config::OnExecuted`] is told, and asked for the gas that is left, as
	/// [`OnExecuted`] says.
	pub fn execute(
		request: ExecuteRequest,
		mode: ExecuteMode,
	) -> Result<ExecutionInfo, RunnerError> {
		match mode {
			ExecuteMode::Transaction | ExecuteMode::ReadOnly => {
				Self::execute_request(&request, mode)
			}
			ExecuteMode::Dispatch | ExecuteMode::System => {
				Self::execute_and_tell(request, mode).map(|executed| executed.info)
			}
		}
	}

	/// Executes a request that is in no signed Ethereum transaction.
	pub(crate) fn execute_and_tell(
		request: ExecuteRequest,
		mode: ExecuteMode,
	) -> Result<Executed, RunnerError> {
		if mode == ExecuteMode::Dispatch {
			let (gas_limit, limit) = (request.gas_limit, T::OnExecuted::gas_left());
			ensure!(
				gas_limit <= limit,
				RunnerError::GasLimitExceedsBlockLimit { gas_limit, limit }
			);
		}
		let (nonce, address) = (Self::nonce(&request.source), Self::target_address(&request));
		let info = Self::execute_request(&request, mode)?;
		let executed = Executed { request, nonce, address, info };
		T::OnExecuted::on_executed(&executed);
		Ok(executed)
	}

	fn execute_request(
		request: &ExecuteRequest,
		mode: ExecuteMode,
	) -> Result<ExecutionInfo, RunnerError> {
		let rules = Rules::new::<T>(mode, request);
		if rules.transaction {
			Self::ensure_sender_able(request)?;
		}
		let outcome = match mode {
			ExecuteMode::ReadOnly => Self::simulate(request, rules)?,
			_ => Self::run_and_commit(request, rules)?,
		};
		if mode != ExecuteMode::ReadOnly {
			for log in &outcome.logs {
				Self::deposit_event(Event::Log { log: log.clone() });
			}
			if let ExitReason::Error(ExitError::AccountLocked(address)) = outcome.exit {
				Self::deposit_event(Event::AccountLocked { address });
			}
		}
		Ok(outcome.into_info())
	}

	/// Checks a transaction for the pool, without executing it. A nonce above the sender's passes:
	/// it may become valid.
	pub fn validate(request: &ExecuteRequest) -> Result<(), RunnerError> {
		Self::ensure_sender_able(request)?;
		if let Some(found) = request.nonce {
			let expected = Self::nonce(&request.source);
			ensure!(found >= expected, RunnerError::NonceTooLow { found, expected });
		}
		engine::validate::<T>(request, Rules::pool::<T>(request))
	}

	/// Finds the smallest gas limit with which the request succeeds, at most the request's if that
	/// is not zero, and at most what the sender can pay if a price is given. If the highest limit
	/// does not succeed, its outcome is the answer.
	pub fn estimate(mut request: ExecuteRequest) -> Result<GasEstimate, RunnerError> {
		let rules = Rules::estimate::<T>(&request);
		let mut high = Self::gas_cap();
		if request.gas_limit != 0 {
			high = high.min(request.gas_limit);
		}
		if let Some(allowance) = Self::gas_allowance(&request, rules) {
			high = high.min(allowance);
		}
		request.gas_limit = high;
		let mut best = Self::simulate(&request, rules)?.into_info();
		if !best.exit.is_succeed() {
			return Ok(GasEstimate { gas: high, info: best });
		}
		// Invariant: `low` is not enough, `high` is. The limit is never below what is used.
		let mut low = best.used_gas.saturating_sub(1);
		// Most executions need what they use, or a little more to pass 63/64 of it on.
		let mut guess = Some(best.used_gas);
		for _ in 0..MAX_ESTIMATE_STEPS {
			if high.saturating_sub(low) <= 1 {
				break;
			}
			let middle = guess.take().unwrap_or(low + (high - low) / 2);
			request.gas_limit = middle;
			match Self::simulate(&request, rules) {
				Ok(outcome) if outcome.exit.is_succeed() => {
					high = middle;
					best = outcome.into_info();
				}
				Ok(_) | Err(RunnerError::GasLimitTooLow { .. }) => low = middle,
				Err(error) => return Err(error),
			}
		}
		Ok(GasEstimate { gas: high, info: best })
	}

	/// Runs a request without writing.
	fn simulate(request: &ExecuteRequest, rules: Rules) -> Result<Outcome, RunnerError> {
		match engine::run::<T>(request, rules) {
			Ok(outcome) => Ok(outcome),
			Err(Failure::Halt(halt)) => engine::run_halted::<T>(request, rules, halt),
			Err(Failure::Invalid(error)) => Err(error),
		}
	}

	/// Runs a request and writes the outcome. A valid transaction is always charged: if its outcome
	/// cannot be written, it is halted instead.
	fn run_and_commit(request: &ExecuteRequest, rules: Rules) -> Result<Outcome, RunnerError> {
		let halt = match engine::run::<T>(request, rules) {
			Ok(outcome) => match commit::<T>(&outcome, Dust::Refuse) {
				Ok(()) => {
					engine::hash_key::note::<T>(request);
					return Ok(outcome);
				}
				Err(error) => {
					log::debug!(target: LOG_TARGET, "outcome not written: {error:?}");
					Halt { exit: error.exit_error(), surcharge: outcome.surcharge }
				}
			},
			Err(Failure::Halt(halt)) => halt,
			Err(Failure::Invalid(error)) => return Err(error),
		};
		let outcome = engine::run_halted::<T>(request, rules, halt)?;
		commit::<T>(&outcome, Dust::Lose)
			.map_err(|error| RunnerError::CommitFailed(error.dispatch_error::<T>()))?;
		engine::hash_key::note::<T>(request);
		Ok(outcome)
	}

	/// A sender must not be locked, and its next nonce must fit the runtime's type, so that using
	/// it cannot fail after the execution.
	fn ensure_sender_able(request: &ExecuteRequest) -> Result<(), RunnerError> {
		let address = request.source;
		ensure!(!T::AccountGuard::is_locked(&address), RunnerError::SenderLocked { address });
		let nonce = request.nonce.unwrap_or_else(|| Self::nonce(&address));
		let next = nonce.checked_add(1).and_then(|next| T::Nonce::try_from(next).ok());
		ensure!(next.is_some(), RunnerError::NonceOverflow { address });
		Ok(())
	}

	/// The gas that the sender can pay for, if it is to pay.
	fn gas_allowance(request: &ExecuteRequest, rules: Rules) -> Option<u64> {
		let price = request.max_fee_per_gas.filter(|_| rules.charge)?;
		let left = Self::balance(&request.source).saturating_sub(request.value);
		let gas = left.checked_div(price).unwrap_or(U256::max_value());
		Some(u64::try_from(gas).unwrap_or(u64::MAX))
	}
}
