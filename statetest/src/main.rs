//! `evm-statetest`: Ethereum's official state tests through FRAME.

use clap::Parser;
use evm_statetest::{
	args::Args,
	engine::{Engine, EngineError},
	list::{self, ListError, SkipList, ARCHIVE},
	report,
	run::{run, Selection},
	source::SourceError,
};
use std::{
	fs,
	io::{self, Write},
	path::Path,
	process::ExitCode,
	time::Instant,
};

/// Why the tests could not be run.
#[derive(Debug, thiserror::Error)]
enum Error {
	#[error(transparent)]
	Source(#[from] SourceError),
	#[error(transparent)]
	Engine(#[from] EngineError),
	#[error("the list of skipped cases: {0}")]
	List(#[from] ListError),
	#[error(transparent)]
	Io(#[from] io::Error),
	#[error("there is no case to run")]
	Nothing,
}

fn main() -> ExitCode {
	match try_main(&Args::parse()) {
		Ok(true) => ExitCode::SUCCESS,
		Ok(false) => ExitCode::from(1),
		Err(error) => {
			say(&format!("evm-statetest: {error}"));
			ExitCode::from(2)
		}
	}
}

fn try_main(args: &Args) -> Result<bool, Error> {
	let list = match (&args.write_lists, &args.skips) {
		(Some(_), _) => SkipList::default(),
		(None, Some(file)) => SkipList::parse(&fs::read_to_string(file)?, ARCHIVE)?,
		(None, None) => SkipList::committed()?,
	};
	let engine = if args.wasm { Engine::wasm()? } else { Engine::Native };
	let selection = Selection {
		fork: args.fork.clone(),
		shard: args.shard,
		bounds_precompiles: args.bound_precompiles,
	};
	let start = Instant::now();
	let summary = run(&args.paths, &selection, &engine, &list, &say)?;
	let time = start.elapsed();
	if summary.cases() == 0 {
		return Err(Error::Nothing);
	}
	if let Some(folder) = &args.write_lists {
		write_lists(folder, &summary)?;
	}
	let mut out = io::stdout().lock();
	report::write_text(&mut out, &summary, &list, engine.name(), time)?;
	if args.json {
		report::write_json(&mut out, &summary, engine.name(), time)?;
	}
	out.flush()?;
	Ok(summary.is_good())
}

fn write_lists(folder: &Path, summary: &evm_statetest::run::Summary) -> io::Result<()> {
	let (skipped, archive) = list::write(&summary.skipped, &summary.seen);
	fs::create_dir_all(folder)?;
	fs::write(folder.join("skipped.txt"), skipped)?;
	fs::write(folder.join("archive.txt"), archive)
}

/// Talk goes to standard error. If nobody listens, the run goes on.
fn say(line: &str) {
	let _ = writeln!(io::stderr().lock(), "{line}");
}
