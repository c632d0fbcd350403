//! The source's ether on this chain: secured at the proposal, credited at the import, held in an
//! escrow where its owner must wait, returned where it was not used.

use frame_support::{
	pallet_prelude::*,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::Preservation,
	},
};
use migration_primitives::{
	fault::Fault,
	manifest::{BalancePolicy, Manifest},
	map::Target,
	records::Head,
	status::{AccountRecord, Beneficiary, Owed},
	H160, H256, U256,
};
use sp_runtime::traits::AccountIdConversion;

use crate::{stage::RecordOf, Config, Error, EvmHost, Ledger, Pallet};

/// Who is credited.
pub(crate) enum Payee {
	/// The account of an EVM address, at once.
	Evm(H160),
	/// The escrow, for an account that must wait.
	Escrow,
}

impl<T: Config> Pallet<T> {
	/// The account that holds what waits for others, and what a funded migration has not used.
	pub fn escrow(migration: u32) -> T::AccountId {
		T::PalletId::get().into_sub_account_truncating(migration)
	}

	/// Refuses a proposal whose balances could not be credited to the last wei.
	pub(crate) fn secure_balances(
		migration: u32,
		hash: H256,
		manifest: &Manifest<T::AccountId>,
	) -> DispatchResult {
		let total = match &manifest.balances {
			BalancePolicy::Skip => return Ok(()),
			BalancePolicy::Mint { .. } | BalancePolicy::Fund { .. } => {
				Self::wei(manifest.totals.balance).ok_or(Error::<T>::AboveCap)?
			}
		};
		match &manifest.balances {
			BalancePolicy::Skip => {}
			BalancePolicy::Mint { cap } => {
				ensure!(total <= *cap, Error::<T>::AboveCap);
				let issuance: u128 = T::Currency::total_issuance().into();
				issuance.checked_add(total).ok_or(Error::<T>::IssuanceOverflow)?;
			}
			BalancePolicy::Fund { account } => {
				Self::take_funds(migration, hash, account, total)?;
			}
		}
		Ok(())
	}

	/// The wei that the policy brings for a balance on the source: nothing, or at least what an account
	/// must hold. A smaller share could not be handed out, nor returned to who funded it.
	pub(crate) fn share_of(
		policy: &BalancePolicy<T::AccountId>,
		source_address: H160,
		balance: U256,
	) -> Result<u128, Fault> {
		match policy {
			BalancePolicy::Skip => Ok(0),
			BalancePolicy::Mint { .. } | BalancePolicy::Fund { .. } => {
				let least: u128 = T::Currency::minimum_balance().into();
				Self::wei(balance)
					.filter(|share| *share == 0 || *share >= least)
					.ok_or(Fault::Balance { source_address, balance })
			}
		}
	}

	/// Credits `amount` to `payee`, and counts it.
	pub(crate) fn credit(
		migration: u32,
		record: &mut RecordOf<T>,
		policy: &BalancePolicy<T::AccountId>,
		source_address: H160,
		payee: Payee,
		amount: u128,
	) -> Result<(), Fault> {
		if amount == 0 {
			return Ok(());
		}
		let fault = Fault::Balance { source_address, balance: amount.into() };
		let credited = record.progress.credited.checked_add(amount).ok_or(fault)?;
		let escrow = Self::escrow(migration);
		match (policy, payee) {
			(BalancePolicy::Skip, _) => return Err(fault),
			(BalancePolicy::Mint { .. }, Payee::Evm(address)) => {
				T::Currency::mint_into(&T::Evm::account_id(&address), amount.into())
					.map_err(|_| fault)?;
			}
			(BalancePolicy::Mint { .. }, Payee::Escrow) => {
				T::Currency::mint_into(&escrow, amount.into()).map_err(|_| fault)?;
			}
			(BalancePolicy::Fund { .. }, Payee::Evm(address)) => {
				T::Currency::transfer(
					&escrow,
					&T::Evm::account_id(&address),
					amount.into(),
					Preservation::Expendable,
				)
				.map_err(|_| fault)?;
			}
			// It is there already.
			(BalancePolicy::Fund { .. }, Payee::Escrow) => {}
		}
		record.progress.credited = credited;
		Ok(())
	}

	/// Puts an account's share into the escrow and the ledger, until the migration is complete.
	pub(crate) fn hold(
		migration: u32,
		record: &mut RecordOf<T>,
		policy: &BalancePolicy<T::AccountId>,
		head: &Head,
		entry: &AccountRecord<T::AccountId>,
		share: u128,
	) -> Result<(), Fault> {
		let beneficiary = match &entry.target {
			Target::Account(account) => Beneficiary::Account(account.clone()),
			_ => Beneficiary::Evm(entry.address),
		};
		if share == 0 {
			return Ok(());
		}
		Self::credit(migration, record, policy, head.address, Payee::Escrow, share)?;
		let owed = Owed { beneficiary, balance: share, nonce: head.nonce };
		Ledger::<T>::insert(migration, head.address, owed);
		record.progress.waiting = record.progress.waiting.saturating_add(1);
		Ok(())
	}

	/// The sum of what waits in the ledger of a migration.
	pub(crate) fn owed_in_total(migration: u32) -> u128 {
		Ledger::<T>::iter_prefix_values(migration)
			.fold(0u128, |sum, owed| sum.saturating_add(owed.balance))
	}
}
