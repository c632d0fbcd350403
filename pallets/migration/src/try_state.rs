//! Invariants over all storage of this pallet.

use frame_support::{ensure, traits::fungible::Inspect};
use migration_primitives::status::{AccountState, Course, Stage, Undo};
use sp_runtime::TryRuntimeError;

use crate::{
	stage::RecordOf, Accounts, Active, Cleaned, Config, EvmHost, Ledger, Manifests, Migrations,
	NextMigration, Open, Pallet, Proofs, Sources, Unreturned,
};

/// Sums over the entries of one migration in the address map.
#[derive(Default)]
struct Sums {
	entries: u32,
	credited: u128,
	collided: u32,
	settled: u32,
}

impl<T: Config> Pallet<T> {
	/// Checks every invariant.
	///
	/// - The active migration exists and has not ended, and no other has a stage but an end; what is
	///   kept between chunks and of a clean-up belongs to it.
	/// - Cursors and counts stay within the manifest's.
	/// - The two directions of the address map mirror each other.
	/// - The escrow of each migration covers its ledger, whose length is what the record says, and
	///   what is to be returned to the funding account.
	/// - What accounts were credited is still theirs while they are locked, and the sum with the
	///   ledger is what the record says.
	/// - Nothing is left of an aborted migration.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		Self::try_active()?;
		let next = NextMigration::<T>::get();
		for (migration, record) in Migrations::<T>::iter() {
			ensure!(migration < next, "a migration beyond the next number");
			ensure!(
				record.stage.is_final() != (Active::<T>::get() == Some(migration)),
				"a migration that has ended is active, or one that has not is not"
			);
			Self::try_migration(migration, &record)?;
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
			if let (Undo::Account { credited }, true) = (entry.undo, back.locked) {
				ensure!(
					Active::<T>::get() != Some(entry.migration)
						|| T::Evm::account(&entry.address).balance >= credited,
					"a locked account has less than it was credited"
				);
			}
		}
		Ok(())
	}

	fn try_active() -> Result<(), TryRuntimeError> {
		let stage = match Active::<T>::get() {
			Some(active) => {
				let record =
					Migrations::<T>::get(active).ok_or("the active migration is unknown")?;
				Some(record.stage)
			}
			None => None,
		};
		ensure!(
			!Open::<T>::exists()
				|| stage.is_some_and(|stage| matches!(stage, Stage::Faulted(_))
					|| stage.course() == Some(Course::Importing)),
			"an open account outside of the import",
		);
		ensure!(
			Cleaned::<T>::exists() == (stage == Some(Stage::Aborting)),
			"a clean-up without an abort, or an abort without it",
		);
		Ok(())
	}

	fn try_migration(migration: u32, record: &RecordOf<T>) -> Result<(), TryRuntimeError> {
		let manifest = Manifests::<T>::get(migration).ok_or("a migration without a manifest")?;
		let progress = &record.progress;
		ensure!(progress.chunks <= record.chunks.count, "more chunks than in the manifest");
		ensure!(progress.map_entries <= record.map.count, "more entries than in the manifest");
		ensure!(progress.settled <= progress.collisions, "more collisions settled than there are");
		let calls = manifest.post_import_calls.len();
		ensure!(
			progress.calls as usize <= calls
				&& (!progress.call_failed || (progress.calls as usize) < calls),
			"more calls than in the manifest"
		);
		let escrow: u128 = T::Currency::balance(&Self::escrow(migration)).into();
		let owed = Self::owed_in_total(migration);
		let unreturned = Unreturned::<T>::get(migration);
		ensure!(
			unreturned.is_none() || record.stage.is_final(),
			"funds to be returned before the migration has ended"
		);
		ensure!(
			escrow >= owed.saturating_add(unreturned.unwrap_or_default()),
			"the escrow does not cover the ledger and what is to be returned"
		);
		let waiting = Ledger::<T>::iter_key_prefix(migration).count();
		let mut sums = Sums::default();
		for entry in Accounts::<T>::iter_prefix_values(record.source_chain_id) {
			if entry.migration == migration {
				sums.add(&entry.state, &entry.undo);
			}
		}
		match record.stage {
			Stage::Completed | Stage::Aborting => {
				ensure!(waiting <= progress.waiting as usize, "more ledger entries than waited")
			}
			Stage::Aborted => {
				ensure!(waiting == 0 && sums.entries == 0, "an aborted migration left accounts");
				ensure!(
					!Proofs::<T>::iter_values().any(|proof| proof.migration == migration),
					"an aborted migration left a proof"
				);
			}
			Stage::Mapping
			| Stage::Importing
			| Stage::Imported
			| Stage::Faulted(_)
			| Stage::Paused(_) => {
				ensure!(
					waiting == progress.waiting as usize,
					"the ledger's length is not the record's"
				);
				ensure!(
					sums.credited.checked_add(owed) == Some(progress.credited),
					"the accounts and the ledger have not what was credited"
				);
				ensure!(
					sums.settled == progress.settled
						&& sums.collided <= progress.collisions.saturating_sub(progress.settled),
					"the collisions are not the record's"
				);
			}
		}
		Ok(())
	}
}

impl Sums {
	fn add(&mut self, state: &AccountState, undo: &Undo) {
		self.entries = self.entries.saturating_add(1);
		if let Undo::Account { credited } = undo {
			self.credited = self.credited.saturating_add(*credited);
		}
		match state {
			AccountState::Collided(_) => self.collided = self.collided.saturating_add(1),
			AccountState::Settled(_) => self.settled = self.settled.saturating_add(1),
			_ => {}
		}
	}
}
