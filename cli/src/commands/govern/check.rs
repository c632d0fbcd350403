//! What the chain would refuse, found before anything is sent.

use migration_primitives::status::{Course, MigrationRecord, Stage};

use super::error::GovernError;
use crate::{
	args::GovernAction,
	commands::{show, status::Deadline},
};

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
			GovernAction::RetryCall(args) => match record.stage {
				Stage::Imported if !record.progress.call_failed => {
					Err(GovernError::NoFailedCall { migration })
				}
				Stage::Imported => self.check_next(args.index),
				_ => Err(wrong("another try of a call", "Imported")),
			},
			GovernAction::Extend(_) => self.check_abortable(),
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
		let (collisions, settled) = (progress.collisions, progress.settled);
		if settled < collisions {
			return Err(GovernError::CollisionsNotSettled { migration, collisions, settled });
		}
		let block = u64::from(self.record.review_since).saturating_add(self.review.into());
		match u64::from(self.block).saturating_add(1) < block {
			true => Err(GovernError::ReviewNotOver { migration, block }),
			false => Ok(()),
		}
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
		let faulted = Stage::Faulted(Fault::EmptyChunk);
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
			(Stage::Mapping, &["extend", "--blocks", "5"]),
			(faulted, &["extend", "--blocks", "5"]),
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
			(Stage::Imported, &["retry-call", "--index", "0"], "no call after the import"),
			(Stage::Importing, &["retry-call", "--index", "0"], "needs Imported"),
			(Stage::Completed, &["extend", "--blocks", "5"], "is complete"),
			(Stage::Aborting, &["extend", "--blocks", "5"], "is aborted already"),
			(Stage::Imported, &["activate"], "2 calls after the import still to come"),
		] {
			let found = refusal(stage, words);
			assert!(found.contains(expected), "{stage:?} {words:?}: {found}");
		}
	}

	#[test]
	fn check_of_another_try_of_the_call_that_failed_works() {
		let mut failed = subject(Stage::Imported);
		failed.record.progress.call_failed = true;
		assert!(failed.check(&action(&["retry-call", "--index", "0"])).is_ok());
		let other = failed.check(&action(&["retry-call", "--index", "1"]));
		let found = other.expect_err("a refusal").to_string();
		assert!(found.contains("that is 0 of 2"), "{found}");
	}

	#[test]
	fn check_of_the_activation_with_open_collisions_fails() {
		let mut imported = subject(Stage::Imported);
		imported.calls = 0;
		imported.record.progress.collisions = 3;
		imported.record.progress.settled = 1;
		let found = imported.check(&action(&["activate"])).expect_err("a refusal").to_string();
		assert!(found.contains("3 collisions, of which 1 is settled"), "{found}");
		imported.record.progress.settled = 3;
		assert!(imported.check(&action(&["activate"])).is_ok());
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
