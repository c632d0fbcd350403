//! `gas`: what the heaviest transactions take in the Wasm executor, beside the weight of their gas.

mod table;

use std::fs;

use anyhow::{ensure, Context, Result};
use migration_bench::{
	attacks::{Attack, Class},
	chain::Machine,
};
use pallet_evm::MAX_TRANSACTION_GAS_LIMIT;
use serde::Serialize;

use crate::{args::GasArgs, stats::median};

/// Time to read a key of the state from a disk, and to write one, in nanoseconds: those that the
/// runtime's database weights say.
const READ: f64 = 8_000.0;
const WRITE: f64 = 50_000.0;

/// What one attack took.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
	/// Its class.
	pub(crate) class: &'static str,
	/// Its name.
	pub(crate) name: String,
	/// Gas that the receipt names.
	pub(crate) gas: u64,
	/// Median of the times in nanoseconds, the state in memory.
	pub(crate) nanoseconds: f64,
	/// The same for one unit of gas.
	pub(crate) nanoseconds_per_gas: f64,
	/// Weight that the chain charged, in nanoseconds.
	pub(crate) declared: f64,
	/// The same for one unit of gas.
	pub(crate) declared_per_gas: f64,
	/// Time beside weight.
	pub(crate) ratio: f64,
	/// Time beside weight if every key that is read or written takes what the database weights say.
	pub(crate) ratio_with_database: f64,
	/// Keys read.
	pub(crate) reads: usize,
	/// Keys written.
	pub(crate) writes: usize,
	/// Bytes of the storage proof.
	pub(crate) proof_bytes: usize,
	/// Bytes allocated at most at once.
	pub(crate) peak_bytes: u32,
	/// Whether it ended as it is to end.
	pub(crate) as_expected: bool,
}

/// Measures, prints, and writes the file. Fails if a transaction traps, ends otherwise than it is to end, or takes longer
/// than its weight says.
pub(crate) fn run(arguments: &GasArgs) -> Result<()> {
	let machine = match &arguments.runtime {
		Some(path) => {
			let code = fs::read(path).with_context(|| format!("{}", path.display()))?;
			Machine::with_code(code)?
		}
		None => Machine::new()?,
	};
	let (mut figures, mut failures) = (Vec::new(), Vec::new());
	for class in Class::ALL {
		for attack in class.attacks()? {
			let name = format!("{}: {}", class.name(), attack.name);
			if arguments.only.as_ref().is_some_and(|only| !name.contains(only)) {
				continue;
			}
			match measure(&machine, &attack, arguments) {
				Ok(measured) => figures.push(measured),
				Err(error) => failures.push(format!("{name}: {error:#}")),
			}
		}
	}
	ensure!(!figures.is_empty(), "nothing was measured");
	figures.sort_by(|a, b| b.ratio.total_cmp(&a.ratio));
	println!("{}", table::table(&figures));
	if let Some(path) = &arguments.json {
		fs::write(path, serde_json::to_string_pretty(&figures)?)
			.with_context(|| format!("{}", path.display()))?;
	}
	failures.extend(figures.iter().filter_map(Figures::failure));
	ensure!(
		failures.is_empty(),
		"{} transactions failed:\n{}",
		failures.len(),
		failures.join("\n")
	);
	Ok(())
}

impl Figures {
	/// What is wrong with it.
	fn failure(&self) -> Option<String> {
		let Self { class, name, ratio, .. } = self;
		if !self.as_expected {
			return Some(format!("{class}: {name}: ended otherwise than the EVM says"));
		}
		(*ratio > 1.0).then(|| format!("{class}: {name}: took {ratio:.2} times what it weighs"))
	}
}

fn measure(machine: &Machine, attack: &Attack, arguments: &GasArgs) -> Result<Figures> {
	let prepared = attack.prepare(machine, arguments.gas)?;
	let recorded = prepared.execute_and_record(machine)?;
	let mut times = Vec::new();
	for _ in 0..arguments.repeat.get() {
		times.push(prepared.execute(machine)?.time.as_nanos() as f64);
	}
	let nanoseconds = median(times).context("no time")?;
	let declared = recorded.weight.ref_time() as f64 / 1_000.0;
	let gas = recorded.gas_used as f64;
	let database = recorded.reads as f64 * READ + recorded.writes as f64 * WRITE;
	Ok(Figures {
		class: attack.class.name(),
		name: attack.name.clone(),
		gas: recorded.gas_used,
		nanoseconds,
		nanoseconds_per_gas: nanoseconds / gas,
		declared,
		declared_per_gas: declared / gas,
		ratio: nanoseconds / declared,
		ratio_with_database: (nanoseconds + database) / declared,
		reads: recorded.reads,
		writes: recorded.writes,
		proof_bytes: recorded.proof_bytes,
		peak_bytes: recorded.peak_bytes,
		as_expected: arguments.gas < MAX_TRANSACTION_GAS_LIMIT || attack.succeeded(&recorded),
	})
}
