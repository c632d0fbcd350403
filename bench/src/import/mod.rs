//! `import`: snapshots of several sizes and shapes, each imported, and the same storage written by
//! root and by EVM transactions, in one run on one machine.

mod baseline;
mod case;
mod ethereum;
mod figures;
mod genesis;
mod imported;
mod source;
mod table;

use std::fs;

use anyhow::{ensure, Context, Result};
use serde::Serialize;

use crate::args::ImportArgs;
use case::Case;
use figures::Figures;
use source::Shape;

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Measurements {
	/// Executions of each block behind its times.
	repeat: u32,
	/// One for each size and shape.
	cases: Vec<Case>,
}

/// Runs all sizes and prints the tables. Fails where a block of an import exceeds a limit, or takes more
/// of a processor or of recorded proof than it declares.
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
	let count = |of: fn(&Figures) -> u64| -> u64 {
		measurements.cases.iter().map(|case| of(&case.import.figures)).sum()
	};
	let exceeded = count(|figures| figures.exceeded);
	ensure!(exceeded == 0, "{exceeded} blocks of imports exceed a limit of the runtime");
	let undeclared = count(|figures| figures.undeclared);
	ensure!(
		undeclared == 0,
		"{undeclared} blocks of imports take more time or a longer proof than they declare"
	);
	Ok(())
}
