//! What stops a migration: a pause, an abort, a deadline.

use frame_support::pallet_prelude::*;
use frame_system::pallet_prelude::BlockNumberFor;
use migration_primitives::{
	manifest::Deadlines,
	status::{AbortCause, Course, Stage},
};
use sp_runtime::traits::Saturating;

use crate::{
	stage::RecordOf, CleanUp, Cleaned, Config, Error, Event, Manifests, Migrations, Open, Pallet,
};

impl<T: Config> Pallet<T> {
	/// The least number of blocks between the last chunk and the activation: genesis's, or the
	/// runtime's.
	pub fn min_review_blocks() -> BlockNumberFor<T> {
		crate::ReviewBlocks::<T>::get().unwrap_or_else(T::MinReviewBlocks::get)
	}

	pub(crate) fn do_pause(migration: u32) -> DispatchResult {
		let mut record = Self::record(migration)?;
		let course = match record.stage {
			Stage::Paused(_) => return Err(Error::<T>::AlreadyPaused.into()),
			stage => stage.course().ok_or(Error::<T>::WrongStage)?,
		};
		record.stage = Stage::Paused(course);
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::Paused { migration });
		Ok(())
	}

	pub(crate) fn do_resume(migration: u32) -> DispatchResult {
		let mut record = Self::record(migration)?;
		let Stage::Paused(course) = record.stage else {
			return Err(Error::<T>::NotPaused.into());
		};
		record.stage = course.into();
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::Resumed { migration, stage: course });
		Ok(())
	}

	pub(crate) fn do_abort(migration: u32) -> DispatchResult {
		let record = Self::record(migration)?;
		Self::ensure_abortable(&record)?;
		Self::begin_abort(migration, record, AbortCause::Governance);
		Ok(())
	}

	pub(crate) fn do_expire(migration: u32) -> DispatchResult {
		let record = Self::record(migration)?;
		Self::ensure_abortable(&record)?;
		let deadline = Self::deadline(migration, &record, record.extended)?;
		let waited = frame_system::Pallet::<T>::block_number().saturating_sub(record.since);
		ensure!(waited > deadline.into(), Error::<T>::DeadlineNotPassed);
		Self::begin_abort(migration, record, AbortCause::Deadline);
		Ok(())
	}

	pub(crate) fn do_extend(migration: u32, blocks: u32) -> DispatchResult {
		let mut record = Self::record(migration)?;
		Self::ensure_abortable(&record)?;
		ensure!(blocks > 0, Error::<T>::InvalidExtension);
		let extended = record.extended.checked_add(blocks).ok_or(Error::<T>::InvalidExtension)?;
		Self::deadline(migration, &record, extended)?;
		record.extended = extended;
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::DeadlineExtended { migration, extended });
		Ok(())
	}

	/// Blocks after the stage's first during which nobody may expire the migration.
	fn deadline(migration: u32, record: &RecordOf<T>, extended: u32) -> Result<u32, Error<T>> {
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		let Deadlines { mapping, importing, review } = manifest.deadlines;
		let deadline = match record.stage.course() {
			Some(Course::Mapping) => mapping,
			Some(Course::Importing) => importing,
			// Governance has as long to look at a fault as at a whole import.
			Some(Course::Imported) | None => review,
		};
		deadline.checked_add(extended).ok_or(Error::<T>::InvalidExtension)
	}

	fn ensure_abortable(record: &RecordOf<T>) -> DispatchResult {
		match record.stage {
			Stage::Completed => Err(Error::<T>::AlreadyCompleted.into()),
			Stage::Aborting | Stage::Aborted => Err(Error::<T>::AlreadyAborted.into()),
			Stage::Mapping
			| Stage::Importing
			| Stage::Imported
			| Stage::Faulted(_)
			| Stage::Paused(_) => Ok(()),
		}
	}

	/// From here on nothing comes in. The migration stays active, so locks and reservations hold,
	/// until everything is taken back.
	fn begin_abort(migration: u32, mut record: RecordOf<T>, cause: AbortCause) {
		Self::enter(&mut record, Stage::Aborting);
		Migrations::<T>::insert(migration, record);
		Open::<T>::kill();
		Cleaned::<T>::put(CleanUp::default());
		Self::deposit_event(Event::AbortBegun { migration, cause });
	}
}
