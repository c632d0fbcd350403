//! Where a migration stands, with what its record does not tell by itself.

use anyhow::Result;
use migration_primitives::{
	manifest::Deadlines,
	map::run_count,
	status::{MigrationRecord, Stage},
};
use serde_json::{json, Value};

use super::{pause::Pause, Deadline};
use crate::{
	commands::show,
	substrate::{BlockRef, Chain},
};

/// What a manifest says of a migration's course. It never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Course {
	/// The longest time of each stage.
	pub(super) deadlines: Deadlines,
	/// Calls after the import.
	pub(super) calls: u32,
}

/// Where a migration stands at a block.
#[derive(Clone, Debug)]
pub(super) struct Standing {
	/// Its number.
	pub(super) number: u32,
	/// Its record.
	pub(super) record: MigrationRecord<u32>,
	/// What its manifest says.
	pub(super) course: Course,
	/// The block.
	pub(super) block: BlockRef,
	/// Slots that are there. A contract's record counts all of its slots from its head on.
	pub(super) slots: u64,
	/// Who paused it, where that is known.
	pub(super) paused: Option<Pause>,
}

/// Everything whose change is worth a line.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Mark {
	record: MigrationRecord<u32>,
	slots: u64,
	may_expire: bool,
}

impl Standing {
	/// Reads it; `None` where the chain has no migration of this number. What was seen before saves
	/// questions.
	pub(super) async fn read(
		chain: &Chain,
		number: u32,
		block: BlockRef,
		before: Option<&Self>,
	) -> Result<Option<Self>> {
		let Some(record) = chain.migration(number, block.hash).await? else { return Ok(None) };
		let course = match before {
			Some(before) => before.course,
			None => {
				let manifest = chain.manifest(number, block.hash).await?;
				let manifest = manifest.ok_or_else(|| {
					anyhow::anyhow!("the chain lacks migration {number}'s manifest")
				})?;
				// At most 64.
				let calls = manifest.post_import_calls.len() as u32;
				Course { deadlines: manifest.deadlines, calls }
			}
		};
		let missing = match record.stage.course() {
			Some(_) => chain.slots_missing(block.hash).await?.unwrap_or_default(),
			None => 0,
		};
		let paused = match (record.stage, before) {
			(Stage::Paused(_), Some(before)) if before.record.stage == record.stage => {
				before.paused
			}
			(Stage::Paused(_), _) => Pause::find(chain, number, block).await?,
			_ => None,
		};
		let slots = record.progress.totals.slots.saturating_sub(missing);
		Ok(Some(Self { number, record, course, block, slots, paused }))
	}

	/// The stage's deadline.
	pub(super) fn deadline(&self) -> Option<Deadline> {
		Deadline::new(&self.record, &self.course.deadlines, self.block.number)
	}

	/// Chunks that are there, and of how many; those of the map included.
	pub(super) fn chunks(&self) -> (u64, u64) {
		let progress = &self.record.progress;
		let map = run_count(self.record.map.count, self.record.map_run_log2);
		let done = u64::from(progress.map_chunks).saturating_add(progress.chunks.into());
		(done, u64::from(map).saturating_add(self.record.chunks.count.into()))
	}

	/// Everything whose change is worth a line.
	pub(super) fn mark(&self) -> Mark {
		let may_expire = self.deadline().is_some_and(|deadline| deadline.has_passed());
		Mark { record: self.record.clone(), slots: self.slots, may_expire }
	}

	/// What is wrong with it, in words.
	pub(super) fn error(&self) -> Option<String> {
		let progress = &self.record.progress;
		match &self.record.stage {
			Stage::Faulted(fault) => Some(match progress.chunks {
				0 if progress.map_entries < self.record.map.count => {
					format!("map chunk {} could not be applied: {fault}", progress.map_chunks)
				}
				chunk => format!("chunk {chunk} could not be applied: {fault}"),
			}),
			Stage::Imported if progress.call_failed => {
				Some(format!("call {} after the import failed", progress.calls))
			}
			_ => None,
		}
	}

	/// The command that leads on, where the migration stands still without one.
	pub(super) fn way_out(&self) -> Option<String> {
		let number = self.number;
		match self.record.stage {
			Stage::Faulted(_) => Some(format!("evm-migrate govern abort {number} --yes")),
			Stage::Paused(_) => Some(format!("evm-migrate govern resume {number}")),
			Stage::Aborting => Some(format!("evm-migrate govern clean-up {number}")),
			Stage::Imported if self.record.progress.call_failed => Some(format!(
				"evm-migrate govern skip-call {number} --index {}",
				self.record.progress.calls
			)),
			_ => None,
		}
	}

	/// For programs.
	pub(super) fn data(&self) -> Value {
		let mut data = show::migration(self.number, &self.record);
		let deadline = self.deadline().map(|deadline| {
			json!({
				"blocks_left": deadline.blocks_left,
				"expires_at": deadline.expires_at,
				"passed": deadline.has_passed(),
			})
		});
		let progress = &self.record.progress;
		show::extend(
			&mut data,
			json!({
				"slots_done": self.slots,
				"calls": { "done": progress.calls, "of": self.course.calls },
				"deadline": deadline,
				"error": self.error(),
				"paused": self.paused.map(|pause| json!({ "block": pause.block, "by": pause.by })),
				"way_out": self.way_out(),
			}),
		);
		data
	}

	/// For people.
	pub(super) fn text(&self) -> String {
		let mut text = show::migration_text(self.number, &self.record);
		if self.course.calls > 0 {
			let done = self.record.progress.calls;
			text.push_str(&format!("\n  calls after the import: {done}/{}", self.course.calls));
		}
		if let Some(Pause { block, by }) = self.paused {
			let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
			text.push_str(&format!("\n  paused in block {block}{by}"));
		}
		if let Some(error) = self.error() {
			text.push_str(&format!("\n  error: {error}"));
		}
		if let Some(Deadline { expires_at, blocks_left }) = self.deadline() {
			let number = self.number;
			text.push_str(&match blocks_left {
				0 => format!(
					"\n  deadline: passed; anybody may end it with evm-migrate govern expire {number}"
				),
				blocks => format!(
					"\n  deadline: {blocks} blocks, then anybody may expire it (from block \
					 {expires_at} on)"
				),
			});
		}
		if let Some(command) = self.way_out() {
			text.push_str(&format!("\n  way out: {command}"));
		}
		text
	}
}

#[cfg(test)]
mod tests {
	use super::{super::deadline::tests, *};
	use migration_primitives::{fault::Fault, status, H256};

	fn standing(stage: Stage) -> Standing {
		Standing {
			number: 7,
			record: tests::record(stage),
			course: Course { deadlines: tests::DEADLINES, calls: 2 },
			block: BlockRef { number: 105, hash: H256::zero() },
			slots: 3,
			paused: None,
		}
	}

	#[test]
	fn way_out_of_stages_that_stand_still_works() {
		for (stage, command) in [
			(Stage::Faulted(Fault::EmptyChunk), Some("govern abort 7 --yes")),
			(Stage::Paused(status::Course::Importing), Some("govern resume 7")),
			(Stage::Aborting, Some("govern clean-up 7")),
			(Stage::Importing, None),
			(Stage::Completed, None),
		] {
			let expected = command.map(|command| format!("evm-migrate {command}"));
			assert_eq!(standing(stage).way_out(), expected, "{stage:?}");
		}
		let mut failed = standing(Stage::Imported);
		failed.record.progress.calls = 1;
		failed.record.progress.call_failed = true;
		let command = "evm-migrate govern skip-call 7 --index 1";
		assert_eq!(failed.way_out().as_deref(), Some(command));
	}

	#[test]
	fn error_names_the_chunk_works() {
		let mut faulted = standing(Stage::Faulted(Fault::EmptyChunk));
		faulted.record.progress.map_chunks = 1;
		faulted.record.progress.map_entries = 1;
		let error = faulted.error().expect("an error");
		assert_eq!(error, "map chunk 1 could not be applied: a chunk without records");
		faulted.record.progress.map_entries = 2;
		let error = faulted.error().expect("an error");
		assert_eq!(error, "chunk 0 could not be applied: a chunk without records");
		assert_eq!(standing(Stage::Importing).error(), None);
	}

	#[test]
	fn data_has_deadline_and_pause_works() {
		let mut paused = standing(Stage::Paused(status::Course::Mapping));
		paused.paused = Some(Pause { block: 104, by: Some("the council") });
		let data = paused.data();
		assert_eq!(data["deadline"], json!({"blocks_left": 5, "expires_at": 111, "passed": false}));
		assert_eq!(data["paused"], json!({"block": 104, "by": "the council"}));
		assert_eq!(data["error"], Value::Null);
		let text = paused.text();
		assert!(text.contains("paused in block 104 by the council"), "{text}");
		assert!(text.contains("deadline: 5 blocks"), "{text}");
	}
}
