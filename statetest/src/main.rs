//! `evm-statetest`: Ethereum's official state tests through FRAME.

use clap::Parser;
use evm_statetest::{
	args::Args,
	case::{fork_named, fork_names},
	engine::{Engine, EngineError},
	list::{self, ListError, SkipList, ARCHIVE},
	report,
	run::{run, Selection, Summary},
	source::SourceError,
};
use pallet_evm::EvmSpec;
use std::{
	env, fs,
	io::{self, Write},
	path::{Path, PathBuf},
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
	#[error("there is no hard fork {name}; there are {}", fork_names())]
	UnknownFork { name: String },
	#[error("{path}: there is no case in it")]
	Empty { path: PathBuf },
	#[error("there is no case to run")]
	Nothing,
}

fn main() -> ExitCode {
	let args = match Args::try_parse() {
		Ok(args) => args,
		Err(error) => return refused(&error),
	};
	match try_main(&args) {
		Ok(true) => ExitCode::SUCCESS,
		Ok(false) => ExitCode::from(1),
		Err(error) => could_not_run(&error.to_string(), args.json),
	}
}

fn try_main(args: &Args) -> Result<bool, Error> {
	let fork = args.fork.as_deref().map(find_fork).transpose()?;
	let list = match (&args.write_lists, &args.skips) {
		(Some(_), _) => SkipList::recording(),
		(None, Some(file)) => SkipList::parse(&fs::read_to_string(file)?, ARCHIVE)?,
		(None, None) => SkipList::committed()?,
	};
	let list = if args.allow_unlisted { list.allowing_unlisted() } else { list };
	let engine = if args.wasm { Engine::wasm()? } else { Engine::Native };
	let selection =
		Selection { fork, shard: args.shard, bounds_precompiles: args.bound_precompiles };
	let start = Instant::now();
	let summary = run(&args.paths, &selection, &engine, &list, &say)?;
	let time = start.elapsed();
	check_paths(args, &summary)?;
	if let Some(folder) = &args.write_lists {
		write_lists(folder, &summary)?;
	}
	let mut out = io::stdout().lock();
	report::write_text(&mut out, &summary, &list, engine.name(), time)?;
	out.flush()?;
	report::write_unlisted(&mut io::stderr().lock(), &summary)?;
	if args.json {
		report::write_json(&mut out, &summary, engine.name(), time)?;
	}
	out.flush()?;
	Ok(summary.is_good())
}

fn find_fork(name: &str) -> Result<EvmSpec, Error> {
	fork_named(name).ok_or_else(|| Error::UnknownFork { name: name.to_owned() })
}

/// Every path must hold cases, and one of them a case that is run.
fn check_paths(args: &Args, summary: &Summary) -> Result<(), Error> {
	for (path, found) in args.paths.iter().zip(&summary.found) {
		if found.cases == 0 {
			return Err(Error::Empty { path: path.clone() });
		}
		if let (0, Some(fork)) = (found.of_fork, &args.fork) {
			say(&format!("{}: there is no case of {fork} in it", path.display()));
		}
	}
	if summary.cases() == 0 {
		return Err(Error::Nothing);
	}
	Ok(())
}

fn write_lists(folder: &Path, summary: &Summary) -> io::Result<()> {
	let (skipped, archive) = list::write(&summary.skipped, &summary.seen);
	fs::create_dir_all(folder)?;
	fs::write(folder.join("skipped.txt"), skipped)?;
	fs::write(folder.join("archive.txt"), archive)
}

/// The arguments are wrong, or ask for help alone.
fn refused(error: &clap::Error) -> ExitCode {
	let text = error.to_string();
	if !error.use_stderr() {
		let _ = error.print();
		return ExitCode::SUCCESS;
	}
	let wants_json = env::args_os().any(|argument| argument == "--json");
	could_not_run(text.trim_end().trim_start_matches("error: "), wants_json)
}

fn could_not_run(error: &str, wants_json: bool) -> ExitCode {
	say(&format!("evm-statetest: {error}"));
	if wants_json {
		// If nobody listens, the exit code tells.
		let _ = report::write_error(&mut io::stdout().lock(), error);
	}
	ExitCode::from(2)
}

/// Talk goes to standard error. If nobody listens, the run goes on.
fn say(line: &str) {
	let _ = writeln!(io::stderr().lock(), "{line}");
}
