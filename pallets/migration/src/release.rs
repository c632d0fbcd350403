//! Handing out what waited for accounts that were in use during the import.

use frame_support::{
	pallet_prelude::*,
	traits::{fungible::Mutate, tokens::Preservation},
};
use migration_primitives::{
	status::{AccountState, Beneficiary, Stage},
	H160,
};

use crate::{Accounts, Config, Error, Event, EvmHost, Ledger, Pallet};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_release(migration: u32, sources: &[H160]) -> DispatchResult {
		let record = Self::at_stage(migration, Stage::Completed)?;
		for source in sources {
			let owed = Ledger::<T>::take(migration, source).ok_or(Error::<T>::NothingOwed)?;
			let account = match &owed.beneficiary {
				Beneficiary::Account(account) => account.clone(),
				Beneficiary::Evm(address) => {
					let nonce = T::Evm::account(address).nonce;
					if owed.nonce > nonce {
						T::Evm::set_nonce(address, owed.nonce)
							.map_err(|_| Error::<T>::ReleaseFailed)?;
					}
					T::Evm::account_id(address)
				}
			};
			if owed.balance > 0 {
				T::Currency::transfer(
					&Self::escrow(migration),
					&account,
					owed.balance.into(),
					Preservation::Expendable,
				)
				.map_err(|_| Error::<T>::ReleaseFailed)?;
			}
			Accounts::<T>::mutate(record.source_chain_id, source, |entry| {
				if let Some(entry) = entry {
					entry.state = AccountState::Released;
				}
			});
			Self::deposit_event(Event::Released {
				migration,
				source: *source,
				balance: owed.balance,
			});
		}
		Ok(())
	}
}
