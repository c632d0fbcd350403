//! Calls by the runtime that may write to nothing but what it names.

use crate::{
	engine::{
		self,
		commit::{commit, Dust},
		Failure, Outcome, Rules,
	},
	Config, Event, ExecuteMode, ExecuteRequest, ExecutionInfo, ExitReason, Pallet, RunnerError,
};
use alloc::collections::BTreeSet;
use sp_core::H160;

/// Why a confined call changed nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConfinedError {
	/// The request was invalid.
	Invalid(RunnerError),
	/// It succeeded, but changed something beside the storage that it may write to.
	Forbidden(H160),
}

impl<T: Config> Pallet<T> {
	/// Executes a request by the rules of [`ExecuteMode::System`], and keeps what it changed only if
	/// that is nothing but storage of accounts for which `may_write` holds: no balance, nonce or
	/// code. Of several accounts that it may not change the lowest is named.
	pub fn execute_confined(
		request: ExecuteRequest,
		may_write: impl Fn(&H160) -> bool,
	) -> Result<ExecutionInfo, ConfinedError> {
		let rules = Rules::new::<T>(ExecuteMode::System, &request);
		let mut outcome = match engine::run::<T>(&request, rules) {
			Ok(outcome) => outcome,
			Err(Failure::Halt(halt)) => {
				engine::run_halted::<T>(&request, rules, halt).map_err(ConfinedError::Invalid)?
			}
			Err(Failure::Invalid(error)) => return Err(ConfinedError::Invalid(error)),
		};
		if outcome.exit.is_succeed() {
			if let Some(address) = forbidden_change(&outcome, may_write) {
				return Err(ConfinedError::Forbidden(address));
			}
			match commit::<T>(&outcome, Dust::Refuse) {
				Ok(()) => {
					for log in &outcome.logs {
						Self::deposit_event(Event::Log { log: log.clone() });
					}
				}
				Err(error) => outcome.exit = ExitReason::Error(error.exit_error()),
			}
		}
		Ok(outcome.into_info())
	}
}

/// The lowest address that the outcome changes in a way that is not allowed.
fn forbidden_change(outcome: &Outcome, may_write: impl Fn(&H160) -> bool) -> Option<H160> {
	let forbidden: BTreeSet<H160> = outcome
		.state
		.iter()
		.filter(|(_, account)| account.is_touched())
		.filter(|(address, account)| {
			let (before, after) = (account.original_info(), &account.info);
			let kept = before.balance == after.balance
				&& before.nonce == after.nonce
				&& before.code_hash == after.code_hash;
			let writes = account.changed_storage_slots().next().is_some();
			let fate = account.is_selfdestructed() || account.is_created();
			!kept || fate || (writes && !may_write(&H160(address.into_array())))
		})
		.map(|(address, _)| H160(address.into_array()))
		.collect();
	forbidden.first().copied()
}
