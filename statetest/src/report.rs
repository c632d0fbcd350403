//! What a run says at its end.

use crate::{list::SkipList, run::Summary};
use serde::Serialize;
use std::{
	collections::BTreeMap,
	io::{self, Write},
	time::Duration,
};

/// The line of JSON at the end of a run.
#[derive(Debug, Serialize)]
struct Line<'a> {
	passed: u64,
	failed: usize,
	skipped: usize,
	skipped_by_reason: BTreeMap<&'static str, u64>,
	/// Cases that the list of skipped ones does not fit.
	list_faults: usize,
	engine: &'a str,
	seconds: f64,
}

/// Writes the result for people.
pub fn write_text(
	out: &mut dyn Write,
	summary: &Summary,
	list: &SkipList,
	engine: &str,
	time: Duration,
) -> io::Result<()> {
	for failed in &summary.failed {
		writeln!(out, "FAILED {}\n  {}", failed.id, failed.reason)?;
	}
	for fault in &summary.faults {
		writeln!(out, "LIST {fault}")?;
	}
	writeln!(
		out,
		"{engine}: {} passed, {} failed, {} skipped, {:.1} s",
		summary.passed,
		summary.failed.len(),
		summary.skipped.len(),
		time.as_secs_f64()
	)?;
	for (reason, count) in summary.by_reason() {
		writeln!(out, "  skipped, {reason}: {count}")?;
	}
	let covered = list.covered(&summary.seen);
	writeln!(out, "  of the listed archive: {covered} of {} cases", list.cases())?;
	for (time, id) in &summary.slowest {
		writeln!(out, "  {:.2} s: {id}", time.as_secs_f64())?;
	}
	Ok(())
}

/// Writes the result as one line of JSON.
pub fn write_json(
	out: &mut dyn Write,
	summary: &Summary,
	engine: &str,
	time: Duration,
) -> io::Result<()> {
	let line = Line {
		passed: summary.passed,
		failed: summary.failed.len(),
		skipped: summary.skipped.len(),
		skipped_by_reason: summary
			.by_reason()
			.into_iter()
			.map(|(reason, count)| (reason.name(), count))
			.collect(),
		list_faults: summary.faults.len(),
		engine,
		seconds: time.as_secs_f64(),
	};
	serde_json::to_writer(&mut *out, &line)?;
	writeln!(out)
}
