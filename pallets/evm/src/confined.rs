//! Calls by the runtime that may write to nothing but what it names.

use crate::{
	engine::{
		self,
		commit::{commit, Dust},
		Failure, Outcome, Rules,
	},
	Config, Event, ExecuteMode, ExecuteRequest, Executed, ExecutionInfo, ExitError, ExitReason,
	OnExecuted, Pallet, RunnerError,
};
use alloc::{collections::BTreeSet, string::ToString, vec::Vec};
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
	/// code. Of several accounts that it may not change the lowest is named. [`Config::OnExecuted`] is
	/// told unless the request was invalid; a call whose changes are not kept has halted for it.
	pub fn execute_confined(
		request: ExecuteRequest,
		may_write: impl Fn(&H160) -> bool,
	) -> Result<ExecutionInfo, ConfinedError> {
		let rules = Rules::new::<T>(ExecuteMode::System, &request);
		let (nonce, address) = (Self::nonce(&request.source), Self::target_address(&request));
		let outcome = match engine::run::<T>(&request, rules) {
			Ok(outcome) => outcome,
			Err(Failure::Halt(halt)) => {
				engine::run_halted::<T>(&request, rules, halt).map_err(ConfinedError::Invalid)?
			}
			Err(Failure::Invalid(error)) => return Err(ConfinedError::Invalid(error)),
		};
		let succeeded = outcome.exit.is_succeed();
		let forbidden = if succeeded { forbidden_change(&outcome, may_write) } else { None };
		let halt = match forbidden {
			Some(_) => Some(ExitError::Other("a change that is not allowed".to_string())),
			None if succeeded => {
				commit::<T>(&outcome, Dust::Refuse).err().map(|error| error.exit_error())
			}
			None => None,
		};
		let mut info = outcome.into_info();
		if let Some(error) = halt {
			// Nothing of it was written.
			let exit = ExitReason::Error(error);
			info = ExecutionInfo { exit, created: None, logs: Vec::new(), ..info };
		}
		for log in &info.logs {
			Self::deposit_event(Event::Log { log: log.clone() });
		}
		let executed = Executed { request, nonce, address, info };
		T::OnExecuted::on_executed(&executed);
		match forbidden {
			Some(address) => Err(ConfinedError::Forbidden(address)),
			None => Ok(executed.info),
		}
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
