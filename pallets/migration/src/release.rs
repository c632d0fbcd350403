//! Handing out what waited for accounts that were in use during the import.

use frame_support::{
	dispatch::DispatchResultWithPostInfo,
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{fungible::Mutate, tokens::Preservation},
};
use migration_primitives::{
	status::{AccountState, Beneficiary, Owed, Stage},
	H160,
};

use crate::{Accounts, Config, Error, Event, EvmHost, Ledger, Pallet, WeightInfo};

impl<T: Config> Pallet<T> {
	/// Pays every entry by itself: one that cannot be paid stays, and stops no other.
	pub(crate) fn do_release(migration: u32, sources: &[H160]) -> DispatchResultWithPostInfo {
		let record = Self::at_stage(migration, Stage::Completed)?;
		let mut tried = 0u32;
		for source in sources {
			let Some(owed) = Ledger::<T>::get(migration, source) else { continue };
			tried = tried.saturating_add(1);
			let balance = owed.balance;
			let paid = with_storage_layer(|| {
				Self::pay_owed(migration, record.source_chain_id, source, owed)
			});
			Self::deposit_event(match paid {
				Ok(()) => Event::Released { migration, source: *source, balance },
				Err(reason) => Event::ReleaseFailed { migration, source: *source, reason },
			});
		}
		ensure!(tried > 0 || sources.is_empty(), Error::<T>::NothingOwed);
		let skipped = (sources.len() as u64).saturating_sub(tried.into());
		let weight =
			T::WeightInfo::release(tried).saturating_add(T::WeightInfo::release_skipped(skipped));
		Ok(Some(weight).into())
	}

	fn pay_owed(
		migration: u32,
		chain_id: u64,
		source: &H160,
		owed: Owed<T::AccountId>,
	) -> DispatchResult {
		let account = match owed.beneficiary {
			Beneficiary::Account(account) => account,
			Beneficiary::Evm(address) => T::Evm::account_id(&address),
		};
		T::Currency::transfer(
			&Self::escrow(migration),
			&account,
			owed.balance.into(),
			Preservation::Expendable,
		)?;
		Ledger::<T>::remove(migration, source);
		Accounts::<T>::mutate(chain_id, source, |entry| {
			if let Some(entry) = entry.as_mut().filter(|e| e.state == AccountState::Waiting) {
				entry.state = AccountState::Released;
			}
		});
		Ok(())
	}
}
