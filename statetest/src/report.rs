//! What a run says at its end.

use crate::{
	list::{SkipList, MAX_SKIPPED_PERCENT},
	run::Summary,
};
use serde::Serialize;
use std::{
	collections::BTreeMap,
	io::{self, Write},
	time::Duration,
};

/// Unlisted cases, and faults of the list, that are named one by one.
const NAMED: usize = 50;

/// The line of JSON at the end of a run.
#[derive(Debug, Serialize)]
struct Line<'a> {
	passed: u64,
	failed: usize,
	skipped: usize,
	/// Skipped cases that the list does not name.
	unlisted: usize,
	skipped_by_reason: BTreeMap<&'static str, u64>,
	/// Cases that the list of skipped ones does not fit; unlisted ones among them, unless allowed.
	list_faults: usize,
	engine: &'a str,
	seconds: f64,
}

/// The line of JSON where the tests could not be run.
#[derive(Debug, Serialize)]
struct ErrorLine<'a> {
	passed: u64,
	failed: u64,
	skipped: u64,
	error: &'a str,
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
	for fault in summary.faults.iter().take(NAMED) {
		writeln!(out, "LIST {fault}")?;
	}
	if summary.faults.len() > NAMED {
		writeln!(out, "LIST and {} more", summary.faults.len().saturating_sub(NAMED))?;
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
	if summary.skips_too_much() {
		writeln!(
			out,
			"TOO MUCH IS SKIPPED: more than {MAX_SKIPPED_PERCENT}% of the cases are not in the list, \
				and no blob transactions"
		)?;
	}
	let covered = list.covered(&summary.seen);
	writeln!(out, "  of the listed archive: {covered} of {} cases", list.cases())?;
	for (time, id) in &summary.slowest {
		writeln!(out, "  {:.2} s: {id}", time.as_secs_f64())?;
	}
	Ok(())
}

/// Says how many cases were skipped that the list does not name, and names the first of them with
/// their reasons.
pub fn write_unlisted(out: &mut dyn Write, summary: &Summary) -> io::Result<()> {
	let count = summary.unlisted.len();
	if count == 0 {
		return Ok(());
	}
	let percent = count as f64 * 100.0 / summary.cases().max(1) as f64;
	writeln!(
		out,
		"NOT TESTED: {count} of {} cases ({percent:.1}%) were skipped, and no list of skipped cases \
			names them:",
		summary.cases()
	)?;
	for (id, reason) in summary.unlisted.iter().take(NAMED) {
		writeln!(out, "  {reason} {id}")?;
	}
	if count > NAMED {
		writeln!(out, "  and {} more", count.saturating_sub(NAMED))?;
	}
	Ok(())
}

/// Writes why the tests could not be run as one line of JSON.
pub fn write_error(out: &mut dyn Write, error: &str) -> io::Result<()> {
	let line = ErrorLine { passed: 0, failed: 0, skipped: 0, error };
	serde_json::to_writer(&mut *out, &line)?;
	writeln!(out)
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
		unlisted: summary.unlisted.len(),
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
