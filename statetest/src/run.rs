//! Runs many cases at once.

use crate::{
	case::{function_of, Case},
	engine::Engine,
	execute::{execute, Failure, Verdict},
	fixture,
	list::{ListFault, SkipList, MAX_SKIPPED_PERCENT},
	skip::Reason,
	source::{self, SourceError, TestFile},
};
use pallet_evm::EvmSpec;
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
/// Cases of which any share may be skipped: some files hold nothing else.
const SMALL_RUN: u64 = 100;

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
	/// Only this hard fork.
	pub fork: Option<EvmSpec>,
	/// Only this part.
	pub shard: Option<Shard>,
	/// Whether the time of precompiles is bounded, as by the reference runtime.
	pub bounds_precompiles: bool,
}

impl Selection {
	fn is_of_fork(&self, case: &Case<'_>) -> bool {
		self.fork.is_none_or(|fork| case.spec() == Some(fork))
	}

	fn is_of_shard(&self, case: &Case<'_>) -> bool {
		self.shard.is_none_or(|Shard { index, count }| case.part(count).saturating_add(1) == index)
	}
}

/// How many cases a path holds. A file that cannot be read counts as one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Found {
	/// All of them.
	pub cases: u64,
	/// Those of the selected hard fork.
	pub of_fork: u64,
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
	/// Those of them that the list does not name.
	pub unlisted: BTreeMap<String, Reason>,
	/// Where the list and the skipped cases do not agree.
	pub faults: Vec<ListFault>,
	/// The cases seen, by test function.
	pub seen: BTreeMap<String, BTreeSet<String>>,
	/// What each path holds, in their order.
	pub found: Vec<Found>,
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

	/// Whether so many cases were skipped that nobody has looked at, that the others say little of all.
	/// Blob transactions do not count: the first byte of a case shows one, and whole folders hold
	/// nothing else.
	pub fn skips_too_much(&self) -> bool {
		let skipped = self.unlisted.values().filter(|reason| **reason != Reason::BlobTransaction);
		let skipped = skipped.count() as u64;
		self.cases() > SMALL_RUN
			&& skipped.saturating_mul(100) > self.cases().saturating_mul(MAX_SKIPPED_PERCENT)
	}

	/// Whether no case failed, the list agrees, and not too much was skipped.
	pub fn is_good(&self) -> bool {
		self.failed.is_empty() && self.faults.is_empty() && !self.skips_too_much()
	}

	fn add(&mut self, id: String, verdict: Verdict, time: Duration, list: &SkipList) {
		self.seen.entry(function_of(&id).to_owned()).or_default().insert(id.clone());
		let reason = if let Verdict::Skipped(reason) = &verdict { Some(*reason) } else { None };
		self.faults.extend(list.check(&id, reason));
		match verdict {
			Verdict::Passed => self.passed = self.passed.saturating_add(1),
			Verdict::Skipped(reason) => {
				if !list.names(&id) {
					self.unlisted.insert(id.clone(), reason);
				}
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
	let (sender, receiver) = mpsc::sync_channel::<(usize, TestFile)>(QUEUE);
	let receiver = Mutex::new(receiver);
	let found = vec![Found::default(); paths.len()];
	let summary = Mutex::new((Summary { found, ..Default::default() }, Instant::now()));
	let work = || loop {
		let next = receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
		let Ok((path, file)) = next else { break };
		let found = run_file(&file, selection, engine, &mut |id, verdict, time| {
			let verdict = judge(verdict, &id, list);
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
		let mut guard = summary.lock().unwrap_or_else(PoisonError::into_inner);
		if let Some(of_path) = guard.0.found.get_mut(path) {
			of_path.cases = of_path.cases.saturating_add(found.cases);
			of_path.of_fork = of_path.of_fork.saturating_add(found.of_fork);
		}
	};
	let read = thread::scope(|scope| {
		for _ in 0..threads {
			scope.spawn(work);
		}
		let result = paths.iter().enumerate().try_for_each(|(index, path)| {
			source::read(path, &mut |file| sender.send((index, file)).is_ok())
		});
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

/// How much memory a case needs shows only when it is executed, and too little of it may be a fault of the
/// pallet: such a case is skipped if it is listed, and fails if not.
fn judge(verdict: Verdict, id: &str, list: &SkipList) -> Verdict {
	match verdict {
		Verdict::Skipped(Reason::Memory) if !list.names(id) => {
			Verdict::Failed(Failure::OutOfMemory)
		}
		other => other,
	}
}

fn run_file(
	file: &TestFile,
	selection: &Selection,
	engine: &Engine,
	sink: &mut dyn FnMut(String, Verdict, Duration),
) -> Found {
	let fixture = match fixture::parse(&file.bytes) {
		Ok(fixture) => fixture,
		Err(error) => {
			let failure = Failure::Malformed(error.to_string());
			sink(file.name.clone(), Verdict::Failed(failure), Duration::ZERO);
			return Found { cases: 1, of_fork: 1 };
		}
	};
	let mut found = Found::default();
	for case in Case::all(&file.stem, &fixture) {
		found.cases = found.cases.saturating_add(1);
		if !selection.is_of_fork(&case) {
			continue;
		}
		found.of_fork = found.of_fork.saturating_add(1);
		if selection.is_of_shard(&case) {
			let start = Instant::now();
			let verdict = execute(&case, engine, selection.bounds_precompiles);
			sink(case.id, verdict, start.elapsed());
		}
	}
	found
}
