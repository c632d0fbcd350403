//! When anybody may abort a migration, as `pallet-migration` reckons it.

use migration_primitives::{
	manifest::Deadlines,
	status::{Course, MigrationRecord, Stage},
};

/// The deadline of a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::commands) struct Deadline {
	/// The first block in which anybody may expire the migration.
	pub(in crate::commands) expires_at: u64,
	/// Blocks that must come before that block. None are left where the next block is it, or later.
	pub(in crate::commands) blocks_left: u64,
}

impl Deadline {
	/// The deadline of a migration's stage, seen from a block; `None` where the stage has none.
	pub(in crate::commands) fn new(
		record: &MigrationRecord<u32>,
		deadlines: &Deadlines,
		block: u32,
	) -> Option<Self> {
		let blocks = match record.stage.course() {
			Some(Course::Mapping) => deadlines.mapping,
			Some(Course::Importing) => deadlines.importing,
			Some(Course::Imported) => deadlines.review,
			None if matches!(record.stage, Stage::Faulted(_)) => deadlines.review,
			None => return None,
		};
		// More blocks than the deadline must have passed.
		let blocks = u64::from(blocks).saturating_add(record.extended.into());
		let expires_at = u64::from(record.since).saturating_add(blocks).saturating_add(1);
		let next = u64::from(block).saturating_add(1);
		Some(Self { expires_at, blocks_left: expires_at.saturating_sub(next) })
	}

	/// Whether anybody may expire the migration in the next block.
	pub(in crate::commands) fn has_passed(&self) -> bool {
		self.blocks_left == 0
	}
}

#[cfg(test)]
pub(in crate::commands) mod tests {
	use super::*;
	use migration_primitives::{
		fault::Fault,
		manifest::TreeSummary,
		snapshot::{Scope, Trust},
		H256,
	};

	/// A migration of two map chunks of one entry each and four chunks, at a stage since block 100.
	pub(in crate::commands) fn record(stage: Stage) -> MigrationRecord<u32> {
		let tree = |count| TreeSummary { root: H256::repeat_byte(3), count };
		MigrationRecord {
			manifest: H256::repeat_byte(1),
			source_chain_id: 1,
			state_root: H256::repeat_byte(2),
			scope: Scope::Selected,
			trust: Trust::Proved,
			chunks: tree(4),
			map: tree(2),
			map_run_log2: 0,
			stage,
			since: 100,
			extended: 0,
			review_since: 100,
			progress: Default::default(),
		}
	}

	pub(in crate::commands) const DEADLINES: Deadlines =
		Deadlines { mapping: 10, importing: 20, review: 30 };

	fn expires_at(stage: Stage) -> Option<u64> {
		Deadline::new(&record(stage), &DEADLINES, 0).map(|deadline| deadline.expires_at)
	}

	#[test]
	fn deadline_of_each_stage_works() {
		assert_eq!(expires_at(Stage::Mapping), Some(111));
		assert_eq!(expires_at(Stage::Importing), Some(121));
		assert_eq!(expires_at(Stage::Imported), Some(131));
		assert_eq!(expires_at(Stage::Faulted(Fault::EmptyChunk)), Some(131));
		assert_eq!(expires_at(Stage::Paused(Course::Importing)), Some(121));
		for stage in [Stage::Completed, Stage::Aborting, Stage::Aborted] {
			assert_eq!(expires_at(stage), None);
		}
	}

	#[test]
	fn deadline_that_was_put_off_works() {
		let record = MigrationRecord { extended: 7, ..record(Stage::Mapping) };
		let deadline = Deadline::new(&record, &DEADLINES, 0);
		assert_eq!(deadline.map(|deadline| deadline.expires_at), Some(118));
	}

	#[test]
	fn deadline_passes_with_the_block_before_works() {
		let seen = |block| Deadline::new(&record(Stage::Mapping), &DEADLINES, block);
		assert_eq!(seen(100), Some(Deadline { expires_at: 111, blocks_left: 10 }));
		assert_eq!(seen(109).map(|deadline| deadline.has_passed()), Some(false));
		assert_eq!(seen(110).map(|deadline| deadline.has_passed()), Some(true));
		assert_eq!(seen(u32::MAX).map(|deadline| deadline.blocks_left), Some(0));
	}
}
