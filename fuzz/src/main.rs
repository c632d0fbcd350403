//! `evm-fuzz`: compares the pallet with plain revm on generated cases.

use anyhow::{bail, Context, Result};
use clap::Parser;
use evm_fuzz::{
	case::Case,
	chain::Tamper,
	check,
	coverage::{Counts, Coverage},
	generate,
	session::{self, Failure, Limits, Report},
};
use std::{
	io::Write,
	path::PathBuf,
	process::ExitCode,
	time::{Duration, Instant},
};

/// Compares pallet-evm with plain revm on generated cases.
///
/// Ends with 0 if all are the same, 1 if one differs, 2 if it could not run. Without a limit it goes
/// on until a case differs.
#[derive(Parser)]
#[command(name = "evm-fuzz", version)]
struct Args {
	/// Seed of the run; the same seed gives the same cases
	#[arg(long, default_value_t = 1)]
	seed: u64,
	/// Cases to compare
	#[arg(long)]
	cases: Option<u64>,
	/// Seconds to compare for
	#[arg(long)]
	seconds: Option<u64>,
	/// One case alone, by its own seed
	#[arg(long, value_name = "SEED", conflicts_with_all = ["cases", "seconds"])]
	case_seed: Option<u64>,
	/// One case alone, from a JSON file
	#[arg(long, value_name = "FILE", conflicts_with_all = ["cases", "seconds", "case_seed"])]
	replay: Option<PathBuf>,
	/// Print the report as JSON
	#[arg(long)]
	json: bool,
}

/// Nothing is falsified.
const HONEST: Tamper<'static> = &|_, _| {};

fn main() -> ExitCode {
	match run(&Args::parse()) {
		Ok(true) => ExitCode::SUCCESS,
		Ok(false) => ExitCode::from(1),
		Err(error) => {
			eprintln!("error: {error:#}");
			ExitCode::from(2)
		}
	}
}

/// Whether all cases were the same.
fn run(args: &Args) -> Result<bool> {
	let mut out = std::io::stdout().lock();
	let report = if let Some(path) = &args.replay {
		let text = std::fs::read_to_string(path)
			.with_context(|| format!("{} cannot be read", path.display()))?;
		let case: Case = serde_json::from_str(&text)
			.with_context(|| format!("{} holds no case", path.display()))?;
		if case.accounts.values().map(|account| account.balance).any(|b| b.bit_len() > 128) {
			bail!("{}: a balance is not below 2^128", path.display());
		}
		one(0, case)
	} else if let Some(seed) = args.case_seed {
		one(seed, generate::case(seed))
	} else {
		let limits = Limits { cases: args.cases, time: args.seconds.map(Duration::from_secs) };
		let mut told = Instant::now();
		session::run(args.seed, limits, HONEST, &mut |cases, coverage| {
			if told.elapsed() > Duration::from_secs(10) {
				told = Instant::now();
				eprintln!("{cases} cases, {} transactions", coverage.transactions);
			}
		})
	};
	if args.json {
		serde_json::to_writer_pretty(&mut out, &report)?;
		writeln!(out)?;
	} else {
		print(&mut out, &report)?;
	}
	Ok(report.failure.is_none())
}

fn one(seed: u64, case: Case) -> Report {
	let start = Instant::now();
	let verdict = check(&case, HONEST);
	let differs = !verdict.differences.is_empty();
	let failure = differs.then(|| session::failure(seed, case, verdict.differences, HONEST));
	let seconds = start.elapsed().as_secs_f64();
	Report { seed, cases: 1, seconds, coverage: verdict.coverage, failure }
}

fn print(out: &mut impl Write, report: &Report) -> Result<()> {
	let Report { seed, cases, seconds, coverage, failure } = report;
	writeln!(
		out,
		"seed {seed}: {cases} cases with {} transactions in {seconds:.1} s",
		coverage.transactions
	)?;
	print_coverage(out, coverage)?;
	if let Some(failure) = failure {
		print_failure(out, failure)?;
	} else {
		writeln!(out, "no difference")?;
	}
	Ok(())
}

fn print_coverage(out: &mut impl Write, coverage: &Coverage) -> Result<()> {
	let all: [(&str, &Counts); 11] = [
		("hard forks", &coverage.forks),
		("kinds", &coverage.kinds),
		("exits", &coverage.exits),
		("refused for", &coverage.refusals),
		("frames by call", &coverage.calls),
		("frames by depth", &coverage.depths),
		("frames by result", &coverage.results),
		("precompiles", &coverage.precompiles),
		("failed precompiles", &coverage.failed_precompiles),
		("opcodes, all hard forks", &coverage.opcodes),
		("opcodes, Osaka", &coverage.opcodes_of_osaka),
	];
	for (name, counts) in all {
		let counts: Vec<String> =
			counts.iter().map(|(name, count)| format!("{} {count}", name.trim())).collect();
		writeln!(out, "{name}: {}", counts.join(", "))?;
	}
	writeln!(out, "halted for want of memory: {}", coverage.out_of_memory)?;
	for (kind, names) in coverage.missing() {
		writeln!(out, "never reached, {kind}: {}", names.join(", "))?;
	}
	Ok(())
}

fn print_failure(out: &mut impl Write, failure: &Failure) -> Result<()> {
	writeln!(out, "DIFFERENCE in the case with seed {}", failure.case_seed)?;
	for difference in &failure.differences {
		writeln!(out, "  {difference}")?;
	}
	writeln!(out, "the smallest case found, for --replay:")?;
	serde_json::to_writer_pretty(&mut *out, &failure.minimal)?;
	writeln!(out)?;
	for difference in &failure.minimal_differences {
		writeln!(out, "  {difference}")?;
	}
	Ok(())
}
