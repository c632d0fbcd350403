//! A bounded run with fixed seeds, and that it reaches what there is to reach.

use evm_fuzz::{
	case::Case,
	coverage::Coverage,
	generate,
	session::{self, case_seed, Limits},
};

/// Seeds of the runs, which are as many threads.
const SEEDS: [u64; 2] = [1, 2];

/// Cases for each seed.
const CASES: u64 = 6_000;

fn run(seed: u64) -> Coverage {
	let limits = Limits { cases: Some(CASES), time: None };
	let report = session::run(seed, limits, &|_, _| {}, &mut |_, _| {});
	if let Some(failure) = &report.failure {
		panic!(
			"seed {seed}, case {}: {:#?}\nthe smallest found: {:#?}\n{}",
			failure.case_seed,
			failure.differences,
			failure.minimal_differences,
			serde_json::to_string_pretty(&failure.minimal).unwrap()
		);
	}
	assert_eq!(report.cases, CASES);
	report.coverage
}

#[test]
fn generated_cases_are_the_same_and_reach_everything() {
	let threads = SEEDS.map(|seed| std::thread::spawn(move || run(seed)));
	let mut coverage = Coverage::default();
	for thread in threads {
		match thread.join() {
			Ok(reached) => coverage.merge(reached),
			Err(panic) => std::panic::resume_unwind(panic),
		}
	}
	assert!(coverage.transactions > 20_000, "{}", coverage.transactions);
	assert!(coverage.exits["success"] > 5_000, "{:?}", coverage.exits);
	let missing = coverage.missing();
	assert!(missing.is_empty(), "never reached: {missing:#?}");
}

#[test]
fn missing_names_what_was_not_reached() {
	let missing = Coverage::default().missing();
	let count = |kind: &str| missing[kind].len();
	// All opcodes as of Osaka, INVALID among them.
	assert_eq!(count("opcodes of Osaka"), 150);
	assert_eq!((count("forks"), count("calls"), count("precompiles")), (14, 8, 18));
	let mut one = Coverage::default();
	one.calls.insert("CREATE2".to_string(), 1);
	assert_eq!(one.missing()["calls"].len(), 7);
	assert!(!one.missing()["calls"].contains(&"CREATE2".to_string()));
}

#[test]
fn same_seed_gives_the_same_case() {
	for index in 0..200 {
		let seed = case_seed(7, index);
		let case = generate::case(seed);
		assert_eq!(case, generate::case(seed));
		let json = serde_json::to_string(&case).unwrap();
		assert_eq!(serde_json::from_str::<Case>(&json).unwrap(), case);
	}
	assert_ne!(generate::case(case_seed(7, 0)), generate::case(case_seed(8, 0)));
}
