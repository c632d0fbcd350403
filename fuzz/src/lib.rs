//! Differential fuzzing of `pallet-evm` against plain revm.
//!
//! A [`case`] is a state, a block and some transactions. [`generate`] makes one from a seed, [`chain`]
//! executes it through the pallet on FRAME's storage, [`plain`] by revm on its own database in memory.
//! [`check`] compares outcome, gas, logs and the complete state after each transaction; [`shrink`] makes
//! a case that differs small enough to read, and [`coverage`] tells what all of them reached.

pub mod case;
pub mod chain;
pub mod coverage;
pub mod generate;
pub mod outcome;
pub mod plain;
pub mod rng;
#[allow(missing_docs)] // What the macros of FRAME write has none.
pub mod runtime;
pub mod session;
pub mod shrink;

use std::{
	any::Any,
	panic::{catch_unwind, AssertUnwindSafe},
};

use case::Case;
use coverage::Coverage;

/// What comparing a case gave.
#[derive(Debug)]
pub struct Verdict {
	/// Everything in which the sides differ, in words. Empty if nothing.
	pub differences: Vec<String>,
	/// What the case reached.
	pub coverage: Coverage,
}

/// Executes a case on both sides and compares. A side that panics differs. `tamper` can falsify the
/// pallet's side after each transaction, to see that this is found.
pub fn check(case: &Case, tamper: chain::Tamper<'_>) -> Verdict {
	let plain = catch_unwind(AssertUnwindSafe(|| plain::run(case)));
	let pallet = catch_unwind(AssertUnwindSafe(|| chain::run(case, tamper)));
	match (plain, pallet) {
		(Ok((plain, mut coverage)), Ok(pallet)) => {
			let abandoned = pallet.iter().filter(|step| step.outcome.is_out_of_memory());
			coverage.out_of_memory += abandoned.count() as u64;
			Verdict {
				differences: outcome::differences(case.memory_may_end(), &plain, &pallet),
				coverage,
			}
		}
		(plain, pallet) => {
			let sides = [("plain revm", plain.err()), ("the pallet", pallet.err())];
			let panics = sides.into_iter().filter_map(|(side, panic)| Some((side, panic?)));
			let differences =
				panics.map(|(side, panic)| format!("{side} panicked: {}", message(&*panic)));
			Verdict { differences: differences.collect(), coverage: Coverage::default() }
		}
	}
}

fn message(panic: &(dyn Any + Send)) -> String {
	if let Some(text) = panic.downcast_ref::<&str>() {
		(*text).to_string()
	} else if let Some(text) = panic.downcast_ref::<String>() {
		text.clone()
	} else {
		"without a message".to_string()
	}
}
