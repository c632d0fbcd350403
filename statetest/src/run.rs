//! Runs many cases at once.

use crate::{
	case::{function_of, Case},
	engine::Engine,
	execute::{execute, Verdict},
	fixture,
	list::{ListFault, SkipList},
	skip::Reason,
	source::{self, SourceError, TestFile},
};
use std::{
	collections::{BTreeMap, BTreeSet},
	path::PathBuf,
	sync::{mpsc, Mutex, PoisonError},
	thread,
	time::{Duration, Instant},
};

/// Files that wait for a thread.
const QUEUE: usize = 4;
/// Time between two lines of progress.
const PROGRESS: Duration = Duration::from_secs(5);
/// The slowest cases that are remembered.
const SLOWEST: usize = 5;

/// A fixed part of all cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
	/// Which part, from 1.
	pub index: u64,
	/// How many parts there are.
	pub count: u64,
}

/// Which cases are run.
#[derive(Clone, Debug, Default)]
pub struct Selection {
	/// Only this hard fork, by its name in the files.
	pub fork: Option<String>,
	/// Only this part.
	pub shard: Option<Shard>,
	/// Whether the time of precompiles is bounded, as by the reference runtime.
	pub bounds_precompiles: bool,
}

impl Selection {
	fn includes(&self, case: &Case<'_>) -> bool {
		self.fork.as_deref().is_none_or(|fork| fork == case.fork)
			&& self
				.shard
				.is_none_or(|Shard { index, count }| case.part(count).saturating_add(1) == index)
	}
}

/// A failed case, or a file that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
	/// The case's id, or the file's name.
	pub id: String,
	/// What is not as it must be.
	pub reason: String,
}

/// What became of all cases.
#[derive(Clone, Debug, Default)]
pub struct Summary {
	/// Cases in which everything was as it must be.
	pub passed: u64,
	/// Cases, and files that cannot be read, in which something was not; sorted.
	pub failed: Vec<Failed>,
	/// Skipped cases and why.
	pub skipped: BTreeMap<String, Reason>,
	/// Where the list and the skipped cases do not agree.
	pub faults: Vec<ListFault>,
	/// The cases seen, by test function.
	pub seen: BTreeMap<String, BTreeSet<String>>,
	/// The slowest cases, the slowest first.
	pub slowest: Vec<(Duration, String)>,
}

impl Summary {
	/// Cases that were seen.
	pub fn cases(&self) -> u64 {
		self.passed
			.saturating_add(self.failed.len() as u64)
			.saturating_add(self.skipped.len() as u64)
	}

	/// Skipped cases by reason.
	pub fn by_reason(&self) -> BTreeMap<Reason, u64> {
		let mut counts = BTreeMap::new();
		for reason in self.skipped.values() {
			let count: &mut u64 = counts.entry(*reason).or_default();
			*count = count.saturating_add(1);
		}
		counts
	}

	/// Whether no case failed and the list agrees.
	pub fn is_good(&self) -> bool {
		self.failed.is_empty() && self.faults.is_empty()
	}

	fn add(&mut self, id: String, verdict: Verdict, time: Duration, list: &SkipList) {
		self.seen.entry(function_of(&id).to_owned()).or_default().insert(id.clone());
		let reason = if let Verdict::Skipped(reason) = &verdict { Some(*reason) } else { None };
		self.faults.extend(list.check(&id, reason));
		match verdict {
			Verdict::Passed => self.passed = self.passed.saturating_add(1),
			Verdict::Skipped(reason) => {
				self.skipped.insert(id, reason);
				return;
			}
			Verdict::Failed(failure) => {
				self.failed.push(Failed { id: id.clone(), reason: failure.to_string() });
			}
		}
		self.slowest.push((time, id));
		self.slowest.sort_by(|a, b| b.cmp(a));
		self.slowest.truncate(SLOWEST);
	}
}

/// Runs the selected cases of all paths on all processors. `progress` gets a line now and then, and
/// one for each failure.
pub fn run(
	paths: &[PathBuf],
	selection: &Selection,
	engine: &Engine,
	list: &SkipList,
	progress: &(dyn Fn(&str) + Sync),
) -> Result<Summary, SourceError> {
	let threads = thread::available_parallelism().map_or(1, usize::from);
	let (sender, receiver) = mpsc::sync_channel::<TestFile>(QUEUE);
	let receiver = Mutex::new(receiver);
	let summary = Mutex::new((Summary::default(), Instant::now()));
	let work = || loop {
		let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
		let Ok(file) = next else { break };
		run_file(&file, selection, engine, &mut |id, verdict, time| {
			let mut guard = summary.lock().unwrap_or_else(PoisonError::into_inner);
			let (summary, last) = &mut *guard;
			if let Verdict::Failed(failure) = &verdict {
				progress(&format!("FAILED {id}\n  {failure}"));
			}
			summary.add(id, verdict, time, list);
			if last.elapsed() >= PROGRESS {
				*last = Instant::now();
				progress(&format!("{} cases, {} failed", summary.cases(), summary.failed.len()));
			}
		});
	};
	let read = thread::scope(|scope| {
		for _ in 0..threads {
			scope.spawn(work);
		}
		let result = paths
			.iter()
			.try_for_each(|path| source::read(path, &mut |file| sender.send(file).is_ok()));
		drop(sender);
		result
	});
	read?;
	let (mut summary, _) = summary.into_inner().unwrap_or_else(PoisonError::into_inner);
	summary.failed.sort_by(|a, b| a.id.cmp(&b.id));
	let missing = list.missing(&summary.seen);
	summary.faults.extend(missing);
	Ok(summary)
}

fn run_file(
	file: &TestFile,
	selection: &Selection,
	engine: &Engine,
	sink: &mut dyn FnMut(String, Verdict, Duration),
) {
	let fixture = match fixture::parse(&file.bytes) {
		Ok(fixture) => fixture,
		Err(error) => {
			let failure = crate::execute::Failure::Malformed(error.to_string());
			sink(file.name.clone(), Verdict::Failed(failure), Duration::ZERO);
			return;
		}
	};
	for case in Case::all(&file.stem, &fixture) {
		if selection.includes(&case) {
			let start = Instant::now();
			let verdict = execute(&case, engine, selection.bounds_precompiles);
			sink(case.id, verdict, start.elapsed());
		}
	}
}
