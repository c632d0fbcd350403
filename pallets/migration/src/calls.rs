//! The calls that governance approved with the manifest: after the import, once, each as an account
//! of the source.

use frame_support::{dispatch::DispatchResultWithPostInfo, pallet_prelude::*};
use migration_primitives::{
	manifest::PostImportCall,
	status::{AccountRecord, AccountState, CallFailure, Stage, Undo},
	H160,
};

use crate::{
	stage::RecordOf, Accounts, Config, Error, Event, EvmHost, HostCall, HostCallResult, Manifests,
	Migrations, Pallet, Sources, WeightInfo,
};

impl<T: Config> Pallet<T> {
	/// The weight of a call, however it ends.
	pub(crate) fn post_import_call_weight(call: &PostImportCall) -> Weight {
		T::WeightInfo::execute_call(call.input.len() as u32)
			.saturating_add(T::Evm::call_weight(call.gas_limit))
	}

	/// Executes the next call. It never comes a second time, unless it failed and governance has it
	/// tried again.
	pub(crate) fn do_execute_call(
		migration: u32,
		index: u32,
		call: PostImportCall,
	) -> DispatchResultWithPostInfo {
		let mut record = Self::at_stage(migration, Stage::Imported)?;
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		ensure!(!record.progress.call_failed, Error::<T>::CallNotSettled);
		ensure!(index == record.progress.calls, Error::<T>::NotTheNextCall);
		let approved = manifest.post_import_calls.get(index as usize);
		ensure!(approved == Some(&call.hash()), Error::<T>::CallNotApproved);

		let length = call.input.len() as u32;
		let HostCallResult { used_gas, result } = Self::call_as_imported(migration, &record, call);
		match result {
			Ok(()) => {
				record.progress.calls = index.saturating_add(1);
				// Who has looked before has not seen what it changed.
				record.review_since = frame_system::Pallet::<T>::block_number();
				Self::deposit_event(Event::CallExecuted { migration, index, used_gas });
			}
			Err(reason) => {
				record.progress.call_failed = true;
				Self::deposit_event(Event::CallFailed { migration, index, reason });
			}
		}
		Migrations::<T>::insert(migration, record);
		let weight =
			T::WeightInfo::execute_call(length).saturating_add(T::Evm::call_weight(used_gas));
		Ok(Some(weight).into())
	}

	pub(crate) fn do_skip_call(migration: u32, index: u32) -> DispatchResult {
		let mut record = Self::at_stage(migration, Stage::Imported)?;
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		let calls = manifest.post_import_calls.len();
		let progress = &mut record.progress;
		let is_next = index == progress.calls && (index as usize) < calls;
		ensure!(is_next, Error::<T>::NotTheNextCall);
		progress.call_failed = false;
		progress.calls = index.saturating_add(1);
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::CallSkipped { migration, index });
		Ok(())
	}

	pub(crate) fn do_retry_call(migration: u32, index: u32) -> DispatchResult {
		let mut record = Self::at_stage(migration, Stage::Imported)?;
		ensure!(record.progress.call_failed, Error::<T>::NoFailedCall);
		ensure!(index == record.progress.calls, Error::<T>::NotTheNextCall);
		record.progress.call_failed = false;
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::CallRetried { migration, index });
		Ok(())
	}

	/// The only place where anything acts as an imported account before its owner does.
	fn call_as_imported(
		migration: u32,
		record: &RecordOf<T>,
		call: PostImportCall,
	) -> HostCallResult {
		let PostImportCall { from, to, input, gas_limit } = call;
		let entry = |source: H160| {
			Accounts::<T>::get(record.source_chain_id, source)
				.filter(|entry| entry.migration == migration)
		};
		let unmapped = |source_address| HostCallResult {
			used_gas: 0,
			result: Err(CallFailure::Unmapped { source_address }),
		};
		let Some(caller) = entry(from).filter(may_call) else { return unmapped(from) };
		let Some(called) = entry(to).filter(is_written) else {
			return unmapped(to);
		};
		let call =
			HostCall { from: caller.address, to: called.address, input: input.into(), gas_limit };
		// Written by this migration, so an abort takes the whole account back.
		let may_write = |address: &H160| {
			Sources::<T>::get(address)
				.and_then(|source| entry(source.source))
				.is_some_and(|entry| entry.address == *address && is_written(&entry))
		};
		T::Evm::call(call, may_write)
	}
}

/// What stands at the address of a collided account is not of this migration.
fn may_call<AccountId>(entry: &AccountRecord<AccountId>) -> bool {
	matches!(entry.state, AccountState::Imported | AccountState::Waiting | AccountState::Empty)
}

fn is_written<AccountId>(entry: &AccountRecord<AccountId>) -> bool {
	matches!(entry.undo, Undo::Account { .. })
}
