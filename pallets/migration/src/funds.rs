//! The account that funds a migration: it agrees, it pays, and it gets back what is left.

use frame_support::{
	pallet_prelude::*,
	storage::with_storage_layer,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Preservation},
	},
	PalletId,
};
use migration_primitives::{
	manifest::{BalancePolicy, Manifest},
	H256,
};
use sp_runtime::traits::AccountIdConversion;

use crate::{stage::RecordOf, Config, Consents, Error, Event, Manifests, Pallet, Unreturned};

impl<T: Config> Pallet<T> {
	pub(crate) fn do_consent(account: T::AccountId, manifest: Option<H256>) -> DispatchResult {
		match manifest {
			Some(manifest) => {
				Consents::<T>::insert(&account, manifest);
				Self::deposit_event(Event::ConsentGiven { account, manifest });
			}
			None => {
				Consents::<T>::take(&account).ok_or(Error::<T>::NoConsent)?;
				Self::deposit_event(Event::ConsentWithdrawn { account });
			}
		}
		Ok(())
	}

	/// Moves what a migration will hand out into its escrow, from an account that agreed to this
	/// very manifest.
	pub(crate) fn take_funds(
		migration: u32,
		manifest: H256,
		account: &T::AccountId,
		total: u128,
	) -> DispatchResult {
		let escrow = PalletId::try_from_sub_account::<u32>(account);
		let is_ours = escrow.is_some_and(|(pallet, _)| pallet == T::PalletId::get());
		ensure!(!is_ours, Error::<T>::FundedByEscrow);
		if total == 0 {
			return Ok(());
		}
		ensure!(Consents::<T>::get(account) == Some(manifest), Error::<T>::FundingNotAgreed);
		Consents::<T>::remove(account);
		let available: u128 =
			T::Currency::reducible_balance(account, Preservation::Preserve, Fortitude::Polite)
				.into();
		ensure!(available >= total, Error::<T>::InsufficientFunds);
		T::Currency::transfer(
			account,
			&Self::escrow(migration),
			total.into(),
			Preservation::Preserve,
		)
		.map_err(|_| Error::<T>::InsufficientFunds)?;
		Ok(())
	}

	/// Gives a funding account back what no account of the source took.
	pub(crate) fn return_unused_funds(
		migration: u32,
		record: &RecordOf<T>,
		manifest: &Manifest<T::AccountId>,
	) {
		if let BalancePolicy::Fund { account } = &manifest.balances {
			let total = Self::wei(manifest.totals.balance).unwrap_or(u128::MAX);
			let unused = total.saturating_sub(record.progress.credited);
			Self::give_back(migration, account, unused);
		}
	}

	/// Pays a funding account from the escrow. What it cannot take stops nothing: it stays there for
	/// a later try.
	pub(crate) fn give_back(migration: u32, account: &T::AccountId, balance: u128) {
		if balance == 0 {
			return;
		}
		if let Err(reason) = with_storage_layer(|| Self::pay_back(migration, account, balance)) {
			Unreturned::<T>::insert(migration, balance);
			Self::deposit_event(Event::FundsNotReturned { migration, balance, reason });
		}
	}

	pub(crate) fn do_return_funds(migration: u32) -> DispatchResult {
		let balance = Unreturned::<T>::take(migration).ok_or(Error::<T>::NothingToReturn)?;
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		let BalancePolicy::Fund { account } = &manifest.balances else {
			return Err(Error::<T>::NothingToReturn.into());
		};
		Self::pay_back(migration, account, balance)?;
		Self::deposit_event(Event::FundsReturned { migration, balance });
		Ok(())
	}

	fn pay_back(migration: u32, account: &T::AccountId, balance: u128) -> DispatchResult {
		T::Currency::transfer(
			&Self::escrow(migration),
			account,
			balance.into(),
			Preservation::Expendable,
		)?;
		Ok(())
	}
}
