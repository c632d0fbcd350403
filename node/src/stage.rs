//! The names of a migration's stages, as RPC and metrics give them.

use migration_primitives::status::Stage;

/// The name of a stage.
pub(crate) fn name(stage: &Stage) -> &'static str {
	match stage {
		Stage::Mapping => "Mapping",
		Stage::Importing => "Importing",
		Stage::Imported => "Imported",
		Stage::Completed => "Completed",
		Stage::Faulted(_) => "Faulted",
		Stage::Paused(_) => "Paused",
		Stage::Aborting => "Aborting",
		Stage::Aborted => "Aborted",
	}
}
