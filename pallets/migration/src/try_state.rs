//! Invariants over all storage of this pallet.

use frame_support::{ensure, traits::fungible::Inspect};
use migration_primitives::status::Stage;
use sp_runtime::TryRuntimeError;

use crate::{Accounts, Active, Config, Ledger, Migrations, NextMigration, Open, Pallet, Sources};

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	///
	/// - The active migration exists and is not complete; an open account belongs to it.
	/// - Cursors and counts stay within the manifest's.
	/// - The two directions of the address map mirror each other.
	/// - The escrow of each migration covers its ledger, whose length is what the record says.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		if let Some(active) = Active::<T>::get() {
			let record = Migrations::<T>::get(active).ok_or("the active migration is unknown")?;
			ensure!(record.stage != Stage::Completed, "a complete migration is active");
		}
		if Open::<T>::exists() {
			let active = Active::<T>::get().ok_or("an open account without an active migration")?;
			let record = Migrations::<T>::get(active).ok_or("the active migration is unknown")?;
			ensure!(
				matches!(record.stage, Stage::Importing | Stage::Faulted(_)),
				"an open account outside of the import",
			);
		}
		let next = NextMigration::<T>::get();
		for (migration, record) in Migrations::<T>::iter() {
			ensure!(migration < next, "a migration beyond the next number");
			let progress = &record.progress;
			ensure!(progress.chunks <= record.chunks.count, "more chunks than in the manifest");
			ensure!(progress.map_entries <= record.map.count, "more entries than in the manifest");
			let escrow: u128 = T::Currency::balance(&Self::escrow(migration)).into();
			ensure!(
				escrow >= Self::owed_in_total(migration),
				"the escrow does not cover the ledger"
			);
			let waiting = Ledger::<T>::iter_key_prefix(migration).count();
			match record.stage {
				Stage::Completed => {
					ensure!(waiting <= progress.waiting as usize, "more ledger entries than waited")
				}
				_ => ensure!(
					waiting == progress.waiting as usize,
					"the ledger's length is not the record's"
				),
			}
		}
		for (target, source) in Sources::<T>::iter() {
			let entry = Accounts::<T>::get(source.chain_id, source.source)
				.ok_or("a target without its source")?;
			ensure!(entry.address == target, "a target whose source goes elsewhere");
			ensure!(entry.migration == source.migration, "two migrations in one entry");
		}
		for (chain_id, source, entry) in Accounts::<T>::iter() {
			let back = Sources::<T>::get(entry.address).ok_or("a source without its target")?;
			ensure!(
				back.source == source && back.chain_id == chain_id,
				"a target of another source"
			);
		}
		Ok(())
	}
}
