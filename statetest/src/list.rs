//! The committed lists: what the archive of official tests holds, and which of it is skipped.

use crate::{case::function_of, skip::Reason};
use std::{
	collections::{BTreeMap, BTreeSet},
	fmt::Write,
};

/// The skipped cases of the archive, with their reasons.
pub const SKIPPED: &str = include_str!("../skipped.txt");
/// The test functions of the archive, with the number of cases of each.
pub const ARCHIVE: &str = include_str!("../archive.txt");
/// The most that may be skipped of the archive, in percent.
pub const MAX_SKIPPED_PERCENT: u64 = 5;

/// Why a list cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListError {
	/// A line is not a word, a space and the rest.
	#[error("line {line} is not of the form {form}")]
	Line {
		/// The line, from 1.
		line: usize,
		/// The form.
		form: &'static str,
	},
	/// Something stands twice.
	#[error("{0} stands twice")]
	Duplicate(String),
	/// A case whose test function is not in the archive.
	#[error("the archive does not hold the listed case {0}")]
	NotInArchive(String),
	/// Too much is skipped.
	#[error("{skipped} of {cases} cases are skipped, more than {MAX_SKIPPED_PERCENT}%")]
	TooMany {
		/// The listed cases.
		skipped: u64,
		/// The cases of the archive.
		cases: u64,
	},
}

/// What is expected to be skipped.
#[derive(Clone, Debug, Default)]
pub struct SkipList {
	skipped: BTreeMap<String, Reason>,
	archive: BTreeMap<String, u64>,
	unlisted: Unlisted,
}

/// What a skipped case is that the list does not name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Unlisted {
	/// A fault.
	#[default]
	Fault,
	/// Counted and named.
	Allowed,
	/// What the run looks for: it writes the list.
	Recorded,
}

/// A skip that the list does not explain, or an explanation without a skip.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ListFault {
	/// A listed case was executed.
	#[error("{0} is listed as skipped, but can be represented")]
	NotSkipped(String),
	/// A case was skipped and is not listed.
	#[error("{id} is skipped ({reason}) and not listed")]
	NotListed {
		/// The case.
		id: String,
		/// Why it was skipped.
		reason: Reason,
	},
	/// A listed case was skipped for another reason.
	#[error("{id} is skipped ({found}) and listed as {listed}")]
	OtherReason {
		/// The case.
		id: String,
		/// The reason in the list.
		listed: Reason,
		/// The reason found.
		found: Reason,
	},
	/// A listed case is not among the cases of its test function.
	#[error("{0} is listed, and there is no such case")]
	Missing(String),
}

impl SkipList {
	/// The list of a run that writes lists: it knows no archive, and every case may be skipped.
	pub fn recording() -> Self {
		Self { unlisted: Unlisted::Recorded, ..Self::default() }
	}

	/// The same list, for tests that it was not made for: skipped cases that it does not name are no
	/// fault.
	pub fn allowing_unlisted(self) -> Self {
		Self { unlisted: Unlisted::Allowed, ..self }
	}

	/// The committed lists.
	pub fn committed() -> Result<Self, ListError> {
		Self::parse(SKIPPED, ARCHIVE)
	}

	/// Reads lists of lines `REASON ID` and `CASES FUNCTION`. Empty lines and lines that begin with
	/// `#` are comments.
	pub fn parse(skipped: &str, archive: &str) -> Result<Self, ListError> {
		let mut list = Self::default();
		for (line, count, function) in lines(archive, "CASES FUNCTION")? {
			let form = "CASES FUNCTION";
			let count = count.parse().map_err(|_| ListError::Line { line, form })?;
			if list.archive.insert(function.to_owned(), count).is_some() {
				return Err(ListError::Duplicate(function.to_owned()));
			}
		}
		for (line, reason, id) in lines(skipped, "REASON ID")? {
			let form = "REASON ID";
			let reason = Reason::from_name(reason).ok_or(ListError::Line { line, form })?;
			if !list.is_of_archive(id) {
				return Err(ListError::NotInArchive(id.to_owned()));
			}
			if list.skipped.insert(id.to_owned(), reason).is_some() {
				return Err(ListError::Duplicate(id.to_owned()));
			}
		}
		let (skipped, cases) = (list.skipped.len() as u64, list.cases());
		if skipped.saturating_mul(100) > cases.saturating_mul(MAX_SKIPPED_PERCENT) {
			return Err(ListError::TooMany { skipped, cases });
		}
		Ok(list)
	}

	/// The cases of the archive.
	pub fn cases(&self) -> u64 {
		self.archive.values().fold(0, |total, count| total.saturating_add(*count))
	}

	/// The listed cases.
	pub fn skipped(&self) -> usize {
		self.skipped.len()
	}

	/// Whether the list says that the case is skipped, for whatever reason.
	pub fn names(&self, id: &str) -> bool {
		self.unlisted == Unlisted::Recorded || self.skipped.contains_key(id)
	}

	/// Whether the archive holds the case's test function.
	fn is_of_archive(&self, id: &str) -> bool {
		self.archive.contains_key(function_of(id))
	}

	/// Compares the list with what became of a case: `None` for one that was executed.
	pub fn check(&self, id: &str, skipped: Option<Reason>) -> Option<ListFault> {
		match (self.skipped.get(id), skipped) {
			(None, None) => None,
			(Some(_), None) => Some(ListFault::NotSkipped(id.to_owned())),
			(Some(listed), Some(found)) if *listed == found => None,
			(Some(listed), Some(found)) => {
				Some(ListFault::OtherReason { id: id.to_owned(), listed: *listed, found })
			}
			(None, Some(reason)) => (self.unlisted == Unlisted::Fault)
				.then(|| ListFault::NotListed { id: id.to_owned(), reason }),
		}
	}

	/// The listed cases that are not in `seen`, although as many cases of their test function were
	/// seen as the archive holds.
	pub fn missing(&self, seen: &BTreeMap<String, BTreeSet<String>>) -> Vec<ListFault> {
		let complete = |id: &str| {
			let function = function_of(id);
			seen.get(function)
				.filter(|cases| self.archive.get(function) == Some(&(cases.len() as u64)))
		};
		self.skipped
			.keys()
			.filter(|id| complete(id).is_some_and(|cases| !cases.contains(*id)))
			.map(|id| ListFault::Missing(id.clone()))
			.collect()
	}

	/// How many cases of the archive are among those seen.
	pub fn covered(&self, seen: &BTreeMap<String, BTreeSet<String>>) -> u64 {
		seen.iter()
			.filter(|(function, _)| self.archive.contains_key(*function))
			.fold(0, |total, (_, cases)| total.saturating_add(cases.len() as u64))
	}
}

/// The lists of a run over an archive, in the form that [`SkipList::parse`] reads.
pub fn write(
	skipped: &BTreeMap<String, Reason>,
	seen: &BTreeMap<String, BTreeSet<String>>,
) -> (String, String) {
	let (mut list, mut archive) = (String::new(), String::new());
	for (id, reason) in skipped {
		// Writing to a string does not fail.
		let _ = writeln!(list, "{reason} {id}");
	}
	for (function, cases) in seen {
		let _ = writeln!(archive, "{} {function}", cases.len());
	}
	(list, archive)
}

fn lines<'a>(
	text: &'a str,
	form: &'static str,
) -> Result<Vec<(usize, &'a str, &'a str)>, ListError> {
	text.lines()
		.enumerate()
		.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
		.map(|(index, line)| {
			let number = index.saturating_add(1);
			let (first, rest) =
				line.split_once(' ').ok_or(ListError::Line { line: number, form })?;
			Ok((number, first, rest))
		})
		.collect()
}
