//! Why a migration cannot be governed so.

use migration_primitives::{
	status::{CallFailure, Course, MigrationRecord, Stage},
	H160, H256,
};

use crate::{
	args::GovernAction,
	commands::{show, status::Deadline},
};

/// Why a command of `govern` is refused before anything is sent.
#[derive(Debug, thiserror::Error)]
pub(super) enum GovernError {
	/// No migration is named, and none is active.
	#[error("no migration is active on the chain: name one by its number")]
	NoneActive,
	/// There is no migration of this number.
	#[error("the chain has no migration {migration}; the next one gets the number {next}")]
	Unknown {
		/// The number.
		migration: u32,
		/// The next number.
		next: u32,
	},
	/// It is at another stage.
	#[error("migration {migration} is {stage}: {action} needs {needed}")]
	WrongStage {
		/// The migration.
		migration: u32,
		/// Its stage.
		stage: String,
		/// What was to be done.
		action: &'static str,
		/// The stages at which it can be done.
		needed: &'static str,
	},
	/// It is complete.
	#[error("migration {migration} is complete: nothing takes it back any more")]
	Completed {
		/// The migration.
		migration: u32,
	},
	/// It is being aborted, or was.
	#[error(
		"migration {migration} is aborted already ({stage}); govern clean-up takes back the rest"
	)]
	AlreadyAborted {
		/// The migration.
		migration: u32,
		/// Its stage.
		stage: String,
	},
	/// Its stage has time left.
	#[error(
		"the deadline of migration {migration} has not passed: anybody may expire it from block \
		 {expires_at} on, which {blocks_left} blocks precede"
	)]
	DeadlineNotPassed {
		/// The migration.
		migration: u32,
		/// The first block in which anybody may.
		expires_at: u64,
		/// Blocks that must come before it.
		blocks_left: u64,
	},
	/// An abort must be meant.
	#[error(
		"an abort takes back all that migration {migration} brought ({chunks} chunks, {accounts} \
		 accounts), and cannot be undone: say --yes"
	)]
	NotConfirmed {
		/// The migration.
		migration: u32,
		/// Chunks that are there.
		chunks: u32,
		/// Accounts that are there.
		accounts: u64,
	},
	/// A motion needs to know how many must agree.
	#[error("--council-threshold is needed to make a motion in the council")]
	NoThreshold,
	/// The council votes on it.
	#[error("the council has the motion {motion:?} already: its members vote on it")]
	MotionExists {
		/// The call's hash.
		motion: H256,
	},
	/// An account that collided with nothing, or is settled.
	#[error(
		"{account:?} is no collision of migration {migration} that is to be settled: it is {state}"
	)]
	NotCollided {
		/// The account on the source.
		account: H160,
		/// The migration.
		migration: u32,
		/// What became of it.
		state: String,
	},
	/// Nothing to settle.
	#[error("migration {migration} has no collisions that are to be settled")]
	NoCollisions {
		/// The migration.
		migration: u32,
	},
	/// A list of calls that is not the manifest's.
	#[error(
		"the file has {found} calls, the manifest of migration {migration} approves {expected}"
	)]
	CallCount {
		/// The migration.
		migration: u32,
		/// In the manifest.
		expected: usize,
		/// In the file.
		found: usize,
	},
	/// A call that is not the manifest's.
	#[error("call {index} of the file hashes to {found:?}, the manifest approves {expected:?}")]
	CallDiffers {
		/// Its place.
		index: u32,
		/// The hash in the manifest.
		expected: H256,
		/// The hash of the file's call.
		found: H256,
	},
	/// Call data that is too long.
	#[error("the input of call {index} has {found} bytes, at most {limit} are allowed")]
	CallInput {
		/// Its place.
		index: usize,
		/// Its length.
		found: usize,
		/// The most bytes.
		limit: u32,
	},
	/// A call that failed before, and stands in the way.
	#[error(
		"call {index} failed before and is not tried again: skip it (govern skip-call --index \
		 {index}), or abort"
	)]
	CallFailedBefore {
		/// Its place.
		index: u32,
	},
	/// Not the next call.
	#[error(
		"call {index} is not the next one of migration {migration}: that is {next} of {count}"
	)]
	NotTheNextCall {
		/// The migration.
		migration: u32,
		/// The place that was named.
		index: u32,
		/// The next one's.
		next: u32,
		/// How many there are.
		count: usize,
	},
	/// Calls that are still to come.
	#[error("migration {migration} has {left} calls after the import still to come: execute or skip them")]
	CallsOutstanding {
		/// The migration.
		migration: u32,
		/// How many.
		left: usize,
	},
	/// The review has not lasted long enough.
	#[error(
		"the review of migration {migration} is not over: it can be activated from block {block} on"
	)]
	ReviewNotOver {
		/// The migration.
		migration: u32,
		/// The first block in which it can.
		block: u64,
	},
}

/// What an action is judged by.
pub(super) struct Subject {
	/// The migration.
	pub(super) migration: u32,
	/// Its record.
	pub(super) record: MigrationRecord<u32>,
	/// The stage's deadline.
	pub(super) deadline: Option<Deadline>,
	/// Calls of the manifest.
	pub(super) calls: usize,
	/// The shortest review in blocks.
	pub(super) review: u32,
	/// The best block.
	pub(super) block: u32,
}

impl Subject {
	/// Refuses what the chain would refuse, and an abort that is not confirmed.
	pub(super) fn check(&self, action: &GovernAction) -> Result<(), GovernError> {
		let (migration, record) = (self.migration, &self.record);
		let wrong = |action, needed| GovernError::WrongStage {
			migration,
			stage: show::stage(&record.stage),
			action,
			needed,
		};
		let running = "Mapping, Importing or Imported";
		match action {
			GovernAction::Pause(_) => match record.stage {
				Stage::Mapping | Stage::Importing | Stage::Imported => Ok(()),
				_ => Err(wrong("a pause", running)),
			},
			GovernAction::Resume(_) => match record.stage {
				Stage::Paused(_) => Ok(()),
				_ => Err(wrong("a resumption", "Paused")),
			},
			GovernAction::Abort(args) => {
				self.check_abortable()?;
				let (chunks, accounts) = (record.progress.chunks, record.progress.totals.accounts);
				match args.yes {
					true => Ok(()),
					false => Err(GovernError::NotConfirmed { migration, chunks, accounts }),
				}
			}
			GovernAction::Expire(_) => {
				self.check_abortable()?;
				match self.deadline.filter(|deadline| !deadline.has_passed()) {
					Some(Deadline { expires_at, blocks_left }) => {
						Err(GovernError::DeadlineNotPassed { migration, expires_at, blocks_left })
					}
					None => Ok(()),
				}
			}
			GovernAction::CleanUp(_) => match record.stage {
				// A clean-up that has ended is no mistake.
				Stage::Aborting | Stage::Aborted => Ok(()),
				_ => Err(wrong("a clean-up", "Aborting")),
			},
			GovernAction::Resolve(_) => match record.stage.course() {
				Some(Course::Importing | Course::Imported) => Ok(()),
				_ => Err(wrong("settling collisions", "Importing or Imported, paused or not")),
			},
			GovernAction::Call(_) => match record.stage {
				Stage::Imported if record.progress.call_failed => {
					Err(GovernError::CallFailedBefore { index: record.progress.calls })
				}
				Stage::Imported => Ok(()),
				_ => Err(wrong("a call after the import", "Imported")),
			},
			GovernAction::SkipCall(args) => match record.stage {
				Stage::Imported => self.check_next(args.index),
				_ => Err(wrong("skipping a call", "Imported")),
			},
			GovernAction::Activate(_) => match record.stage {
				Stage::Imported => self.check_ready(),
				_ => Err(wrong("the activation", "Imported")),
			},
		}
	}

	fn check_abortable(&self) -> Result<(), GovernError> {
		let migration = self.migration;
		match self.record.stage {
			Stage::Completed => Err(GovernError::Completed { migration }),
			Stage::Aborting | Stage::Aborted => {
				let stage = show::stage(&self.record.stage);
				Err(GovernError::AlreadyAborted { migration, stage })
			}
			_ => Ok(()),
		}
	}

	fn check_next(&self, index: u32) -> Result<(), GovernError> {
		let (migration, next, count) = (self.migration, self.record.progress.calls, self.calls);
		match index == next && (index as usize) < count {
			true => Ok(()),
			false => Err(GovernError::NotTheNextCall { migration, index, next, count }),
		}
	}

	fn check_ready(&self) -> Result<(), GovernError> {
		let migration = self.migration;
		let progress = &self.record.progress;
		if progress.call_failed {
			return Err(GovernError::CallFailedBefore { index: progress.calls });
		}
		let left = self.calls.saturating_sub(progress.calls as usize);
		if left > 0 {
			return Err(GovernError::CallsOutstanding { migration, left });
		}
		let block = u64::from(self.record.since).saturating_add(self.review.into());
		match u64::from(self.block).saturating_add(1) < block {
			true => Err(GovernError::ReviewNotOver { migration, block }),
			false => Ok(()),
		}
	}
}

/// Why a call changed nothing.
pub(super) fn failure_text(failure: &CallFailure) -> String {
	match failure {
		CallFailure::Unmapped { source_address } => {
			format!("{source_address:?} is no account of this migration that may call or be called")
		}
		CallFailure::Invalid => {
			"the EVM refused to begin: the gas limit is out of range".to_owned()
		}
		CallFailure::Reverted => "the contract reverted".to_owned(),
		CallFailure::Halted => "it ran out of gas, or met an invalid instruction".to_owned(),
		CallFailure::Forbidden { address } => format!(
			"it would have changed {address:?}, which is beside the storage of imported contracts"
		),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::{args::Args, commands::status::tests};
	use clap::Parser;
	use migration_primitives::fault::Fault;

	fn action(words: &[&str]) -> GovernAction {
		let fixed = ["evm-migrate", "govern"];
		let line = [&fixed, words, &["--node", "ws://127.0.0.1:9"]].concat();
		match Args::try_parse_from(line).expect("arguments").command {
			crate::args::Command::Govern(action) => action,
			other => panic!("{other:?}"),
		}
	}

	/// At a stage since block 100, whose deadlines are 10, 20 and 30 blocks; seen from block 105.
	fn subject(stage: Stage) -> Subject {
		let record = tests::record(stage);
		let deadline = Deadline::new(&record, &tests::DEADLINES, 105);
		Subject { migration: 7, record, deadline, calls: 2, review: 4, block: 105 }
	}

	fn refusal(stage: Stage, words: &[&str]) -> String {
		subject(stage).check(&action(words)).expect_err("a refusal").to_string()
	}

	#[test]
	fn check_of_what_the_chain_takes_works() {
		let paused = Stage::Paused(Course::Imported);
		let faulted = Stage::Faulted(Fault::Totals);
		let resolve = ["resolve", "--all", "--policy", "leave"].as_slice();
		for (stage, words) in [
			(Stage::Mapping, ["pause"].as_slice()),
			(Stage::Imported, &["pause"]),
			(paused, &["resume"]),
			(faulted, &["abort", "--yes"]),
			(paused, &["abort", "--yes"]),
			(Stage::Aborting, &["clean-up"]),
			(Stage::Aborted, &["clean-up"]),
			(Stage::Importing, resolve),
			(paused, resolve),
			(Stage::Imported, &["call", "--calls", "x"]),
			(Stage::Imported, &["skip-call", "--index", "0"]),
		] {
			let result = subject(stage).check(&action(words));
			assert!(result.is_ok(), "{stage:?} {words:?}: {result:?}");
		}
	}

	#[test]
	fn check_of_the_wrong_stage_fails() {
		let paused = Stage::Paused(Course::Mapping);
		let resolve = ["resolve", "--all", "--policy", "leave"].as_slice();
		for (stage, words, expected) in [
			(paused, ["pause"].as_slice(), "is Paused: Mapping: a pause needs"),
			(Stage::Mapping, &["resume"], "is Mapping: a resumption needs Paused"),
			(Stage::Completed, &["abort", "--yes"], "is complete"),
			(Stage::Aborting, &["abort", "--yes"], "is aborted already (Aborting)"),
			(Stage::Completed, &["expire"], "is complete"),
			(Stage::Importing, &["clean-up"], "a clean-up needs Aborting"),
			(paused, resolve, "settling collisions needs"),
			(Stage::Importing, &["call", "--calls", "x"], "needs Imported"),
			(Stage::Imported, &["skip-call", "--index", "1"], "that is 0 of 2"),
			(Stage::Imported, &["activate"], "2 calls after the import still to come"),
		] {
			let found = refusal(stage, words);
			assert!(found.contains(expected), "{stage:?} {words:?}: {found}");
		}
	}

	#[test]
	fn check_of_an_abort_without_yes_fails() {
		let found = refusal(Stage::Importing, &["abort"]);
		assert!(found.ends_with("cannot be undone: say --yes"), "{found}");
	}

	#[test]
	fn check_of_expiry_at_the_deadline_works() {
		let found = refusal(Stage::Mapping, &["expire"]);
		assert!(found.contains("from block 111 on, which 5 blocks precede"), "{found}");
		let mut late = subject(Stage::Mapping);
		late.deadline = Deadline::new(&late.record, &tests::DEADLINES, 110);
		assert!(late.check(&action(&["expire"])).is_ok());
	}

	#[test]
	fn check_of_the_activation_waits_for_the_review_works() {
		let mut imported = subject(Stage::Imported);
		imported.calls = 0;
		assert!(imported.check(&action(&["activate"])).is_ok());
		imported.review = 7;
		let found = imported.check(&action(&["activate"])).expect_err("a refusal").to_string();
		assert!(found.contains("from block 107 on"), "{found}");
		imported.record.progress.call_failed = true;
		let found = imported.check(&action(&["activate"])).expect_err("a refusal").to_string();
		assert!(found.contains("call 0 failed before"), "{found}");
	}
}
