//! `evm`: programs on engines beside each other.

mod report;

use std::fs;

use anyhow::{ensure, Context, Result};
use migration_bench::{
	engines::{Engine, Frontier, KeyedRevm, PalletNative, PalletWasm, PlainRevm, Run},
	programs::{self, Program},
};
use serde::Serialize;

use crate::{args::EvmArgs, stats::median};

/// How many engines are measured.
pub(crate) const ENGINES: usize = 5;

/// What one program took on each engine.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
	/// The program.
	pub(crate) program: &'static str,
	/// Whether most of it is what surrounds a transaction. Such programs are not in the means: plain
	/// revm and `evm` 0.43 have no part of a chain around them.
	pub(crate) transactions: bool,
	/// Gas of all calls.
	pub(crate) gas: u64,
	/// Median of the times in milliseconds, in the order of [`run`]'s engines.
	pub(crate) milliseconds: [f64; ENGINES],
}

/// Measures, prints, and writes the file.
pub(crate) fn run(arguments: &EvmArgs) -> Result<()> {
	let (plain, keyed, native) = (PlainRevm::new(&arguments.revm), KeyedRevm, PalletNative);
	let wasm = PalletWasm::new()?;
	let frontier = Frontier::new(&arguments.frontier)?;
	let engines: [&dyn Engine; ENGINES] = [&plain, &keyed, &native, &wasm, &frontier];
	let mut figures = Vec::new();
	for program in programs::all()? {
		if arguments.only.as_ref().is_some_and(|only| !program.name.contains(only)) {
			continue;
		}
		figures.push(measure(&engines, &program, arguments.repeat.get())?);
	}
	ensure!(!figures.is_empty(), "nothing was measured");
	let names = engines.map(|engine| engine.name());
	println!("{}", report::table(names, &figures));
	if let Some(path) = &arguments.json {
		fs::write(path, report::json(names, &figures)?)
			.with_context(|| format!("{}", path.display()))?;
	}
	Ok(())
}

/// The engines take turns, so that what else the machine does falls on all of them.
fn measure(engines: &[&dyn Engine; ENGINES], program: &Program, repeat: u32) -> Result<Figures> {
	let name = program.name;
	let mut prepared = Vec::new();
	for engine in engines {
		prepared.push(engine.prepare(program)?);
	}
	let mut times = [const { Vec::new() }; ENGINES];
	let mut expected: Option<Run> = None;
	// The first round fills caches and is not counted.
	for round in 0..=repeat {
		for ((engine, prepared), times) in engines.iter().zip(&mut prepared).zip(&mut times) {
			let run = prepared.run().with_context(|| format!("{name} on {}", engine.name()))?;
			let first = expected.get_or_insert_with(|| run.clone());
			check(first, &run).with_context(|| format!("{name} on {}", engine.name()))?;
			if round > 0 {
				times.push(run.time.as_secs_f64() * 1_000.0);
			}
		}
	}
	let gas = expected.iter().flat_map(|run| &run.outcomes).map(|one| one.used_gas).sum();
	let mut milliseconds = [0.0; ENGINES];
	for (milliseconds, times) in milliseconds.iter_mut().zip(times) {
		*milliseconds = median(times).context("no time")?;
	}
	Ok(Figures { program: name, transactions: program.transactions, gas, milliseconds })
}

/// Every engine must do the same work: every call succeeds, with the same output and gas.
fn check(expected: &Run, found: &Run) -> Result<()> {
	ensure!(expected.outcomes.len() == found.outcomes.len(), "not every call was run");
	for (index, (expected, found)) in expected.outcomes.iter().zip(&found.outcomes).enumerate() {
		ensure!(found.succeeded, "call {index} failed: {found:?}");
		ensure!(expected == found, "call {index}: expected {expected:?}, found {found:?}");
	}
	Ok(())
}
