//! Many cases in a row.

use serde::Serialize;
use std::time::{Duration, Instant};

use crate::{
	case::Case, chain::Tamper, check, coverage::Coverage, generate, rng::Rng, shrink::shrink,
};

/// Cases that the search for a smaller one may try.
const SHRINK_ATTEMPTS: u32 = 20_000;

/// When to stop. Without either it goes on until a difference is found.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
	/// After this many cases.
	pub cases: Option<u64>,
	/// After this time.
	pub time: Option<Duration>,
}

/// What a run found.
#[derive(Debug, Serialize)]
pub struct Report {
	/// The seed of the run.
	pub seed: u64,
	/// Cases that were compared.
	pub cases: u64,
	/// How long it took in seconds.
	pub seconds: f64,
	/// What they reached.
	pub coverage: Coverage,
	/// The case that differed, which ended the run.
	pub failure: Option<Failure>,
}

/// A case in which the two sides differ.
#[derive(Debug, Serialize)]
pub struct Failure {
	/// The seed of the case.
	pub case_seed: u64,
	/// How they differ.
	pub differences: Vec<String>,
	/// A smaller case in which they differ.
	pub minimal: Case,
	/// How they differ there.
	pub minimal_differences: Vec<String>,
}

/// The seed of the case of this number in the run with `seed`.
pub fn case_seed(seed: u64, index: u64) -> u64 {
	Rng::new(seed ^ Rng::new(index).word()).word()
}

/// Compares cases until a limit is reached or one differs. `progress` is told how many were, and what
/// they reached, after each; `tamper` is as in [`check`].
pub fn run(
	seed: u64,
	limits: Limits,
	tamper: Tamper<'_>,
	progress: &mut dyn FnMut(u64, &Coverage),
) -> Report {
	let start = Instant::now();
	let mut report =
		Report { seed, cases: 0, seconds: 0.0, coverage: Coverage::default(), failure: None };
	while limits.cases.is_none_or(|cases| report.cases < cases)
		&& limits.time.is_none_or(|time| start.elapsed() < time)
		&& report.failure.is_none()
	{
		let case_seed = case_seed(seed, report.cases);
		let case = generate::case(case_seed);
		let verdict = check(&case, tamper);
		report.cases += 1;
		report.coverage.merge(verdict.coverage);
		if !verdict.differences.is_empty() {
			report.failure = Some(failure(case_seed, case, verdict.differences, tamper));
		}
		progress(report.cases, &report.coverage);
	}
	report.seconds = start.elapsed().as_secs_f64();
	report
}

/// Looks for the smallest case that differs, beginning with this one.
pub fn failure(
	case_seed: u64,
	case: Case,
	differences: Vec<String>,
	tamper: Tamper<'_>,
) -> Failure {
	let differs = |case: &Case| !check(case, tamper).differences.is_empty();
	let minimal = shrink(case, SHRINK_ATTEMPTS, &differs);
	let minimal_differences = check(&minimal, tamper).differences;
	Failure { case_seed, differences, minimal, minimal_differences }
}
