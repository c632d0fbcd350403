//! Why a migration cannot be governed so.

use migration_primitives::{status::CallFailure, H160, H256};

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
	#[error("migration {migration} is aborted already ({stage})")]
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
	/// A call that failed before, and stands in the way.
	#[error(
		"call {index} failed before: have it tried again (govern retry-call --index {index}), skip \
		 it (govern skip-call --index {index}), or abort"
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
	/// No call failed.
	#[error("no call after the import of migration {migration} has failed")]
	NoFailedCall {
		/// The migration.
		migration: u32,
	},
	/// Collisions that nobody settled.
	#[error(
		"migration {migration} has {collisions} collisions, of which {settled} {} settled: settle \
		 them (govern resolve --all --policy leave), or abort",
		if *settled == 1 { "is" } else { "are" }
	)]
	CollisionsNotSettled {
		/// The migration.
		migration: u32,
		/// How many.
		collisions: u32,
		/// How many of them are settled.
		settled: u32,
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
