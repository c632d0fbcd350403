//! `import`: snapshots of several sizes and shapes, each imported, and the same storage written by
//! root and by EVM transactions, in one run on one machine.

mod baseline;
mod case;
mod ethereum;
mod figures;
mod imported;
mod source;
mod table;

use std::fs;

use anyhow::{ensure, Context, Result};
use serde::Serialize;

use crate::args::ImportArgs;
use case::Case;
use source::Shape;

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Measurements {
	/// Executions of each block behind its times.
	repeat: u32,
	/// One for each size and shape.
	cases: Vec<Case>,
}

/// Runs all sizes and prints the tables. Fails where a block of an import exceeds a limit.
pub(crate) async fn run(arguments: &ImportArgs) -> Result<()> {
	let mut cases = Vec::new();
	for slots in &arguments.slots {
		for shape in [Shape::OneBig, Shape::ManySmall] {
			eprintln!("{slots} slots, {}", shape.name());
			let case = case::run(shape, *slots, arguments)
				.await
				.with_context(|| format!("{slots} slots, {}", shape.name()))?;
			table::print(&case);
			cases.push(case);
		}
	}
	table::print_growth(&cases);
	let measurements = Measurements { repeat: arguments.repeat.get(), cases };
	if let Some(path) = &arguments.json {
		fs::write(path, serde_json::to_string_pretty(&measurements)?)
			.with_context(|| format!("{} cannot be written", path.display()))?;
	}
	let exceeded: u64 = measurements.cases.iter().map(|case| case.import.figures.exceeded).sum();
	ensure!(exceeded == 0, "{exceeded} blocks of imports exceed a limit of the runtime");
	Ok(())
}
