//! What becomes of accounts whose target was occupied.

use frame_support::pallet_prelude::*;
use migration_primitives::{
	status::{AccountState, Beneficiary, CollisionPolicy, Course, Owed},
	H160,
};

use crate::{
	balances::Payee, Accounts, Config, Error, Event, Ledger, Manifests, Migrations, Pallet,
};

impl<T: Config> Pallet<T> {
	/// Settles collisions by one policy, all or none. A balance goes through the ledger like every
	/// other that waits.
	pub(crate) fn do_resolve(
		migration: u32,
		sources: &[H160],
		policy: &CollisionPolicy<T::AccountId>,
	) -> DispatchResult {
		let mut record = Self::record(migration)?;
		let open = matches!(record.stage.course(), Some(Course::Importing | Course::Imported));
		ensure!(open, Error::<T>::WrongStage);
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		for source in sources {
			let chain_id = record.source_chain_id;
			let mut entry = Accounts::<T>::get(chain_id, source).ok_or(Error::<T>::NotCollided)?;
			let AccountState::Collided(collision) = entry.state else {
				return Err(Error::<T>::NotCollided.into());
			};
			ensure!(entry.migration == migration, Error::<T>::NotCollided);
			let beneficiary = match policy {
				CollisionPolicy::Leave => None,
				CollisionPolicy::CreditTarget => Some(Beneficiary::Evm(entry.address)),
				CollisionPolicy::Credit(beneficiary) => Some(beneficiary.clone()),
			};
			let share = Self::share_of(&manifest.balances, *source, entry.balance)
				.map_err(|_| Error::<T>::NotCreditable)?;
			if let Some(beneficiary) = beneficiary.filter(|_| share > 0) {
				let balances = &manifest.balances;
				Self::credit(migration, &mut record, balances, *source, Payee::Escrow, share)
					.map_err(|_| Error::<T>::NotCreditable)?;
				let owed = Owed { beneficiary, balance: share, nonce: entry.nonce };
				Ledger::<T>::insert(migration, source, owed);
				record.progress.waiting = record.progress.waiting.saturating_add(1);
			}
			record.progress.settled = record.progress.settled.saturating_add(1);
			entry.state = AccountState::Settled(collision);
			Accounts::<T>::insert(chain_id, source, entry);
			Self::deposit_event(Event::CollisionSettled {
				migration,
				source: *source,
				policy: policy.clone(),
			});
		}
		Migrations::<T>::insert(migration, record);
		Ok(())
	}
}
