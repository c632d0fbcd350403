//! What differs.

use std::fmt::{Debug, Display};

use migration_primitives::{H160, H256};
use serde_json::{json, Value};

use super::unknown::Unknowns;
use crate::{commands::show, console::Outcome};

/// One difference between the bundle and the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
	/// The account on the source; none for what is not of one account.
	pub(super) source: Option<H160>,
	/// The account on the target.
	pub(super) target: Option<H160>,
	/// What differs.
	pub(super) field: &'static str,
	/// The slot's key.
	pub(super) slot: Option<H256>,
	/// What the bundle says.
	pub(super) expected: String,
	/// What the chain has.
	pub(super) found: String,
}

/// Everything that differs.
#[derive(Debug)]
pub(super) struct Findings {
	limit: usize,
	count: u64,
	list: Vec<Mismatch>,
	notes: Vec<Mismatch>,
	sums: Vec<String>,
	warnings: Vec<String>,
	unknowns: Option<Unknowns>,
}

impl Mismatch {
	/// A difference in the migration as a whole.
	pub(super) fn of_migration(
		field: &'static str,
		expected: impl Debug,
		found: impl Display,
	) -> Self {
		Self {
			source: None,
			target: None,
			field,
			slot: None,
			expected: format!("{expected:?}"),
			found: found.to_string(),
		}
	}

	/// A difference in an account.
	pub(super) fn of_account(
		(source, target): (H160, H160),
		field: &'static str,
		expected: impl Display,
		found: impl Display,
	) -> Self {
		Self {
			source: Some(source),
			target: Some(target),
			field,
			slot: None,
			expected: expected.to_string(),
			found: found.to_string(),
		}
	}

	/// The same, in a slot.
	pub(super) fn at_slot(self, key: H256) -> Self {
		Self { slot: Some(key), ..self }
	}

	fn data(&self) -> Value {
		json!({
			"source": self.source,
			"target": self.target,
			"field": self.field,
			"slot": self.slot,
			"expected": self.expected,
			"found": self.found,
		})
	}

	fn text(&self) -> String {
		let source = self.source.map(|source| format!(" of {source:?}")).unwrap_or_default();
		let target = self.target.map(|target| format!(" at {target:?}")).unwrap_or_default();
		let slot = self.slot.map(|key| format!(" {key:?}")).unwrap_or_default();
		let Self { field, expected, found, .. } = self;
		format!("{field}{slot}{source}{target}: expected {expected}, found {found}")
	}
}

impl Findings {
	/// Lists at most `limit` differences, counts all.
	pub(super) fn new(limit: usize) -> Self {
		Self {
			limit,
			count: 0,
			list: Vec::new(),
			notes: Vec::new(),
			sums: Vec::new(),
			warnings: Vec::new(),
			unknowns: None,
		}
	}

	/// Adds a difference.
	pub(super) fn add(&mut self, mismatch: Mismatch) {
		self.count = self.count.saturating_add(1);
		if self.list.len() < self.limit {
			self.list.push(mismatch);
		}
	}

	/// Adds differences.
	pub(super) fn extend(&mut self, mismatches: Vec<Mismatch>) {
		for mismatch in mismatches {
			self.add(mismatch);
		}
	}

	/// Adds `count` differences of one kind, of which `list` has the first.
	pub(super) fn add_counted(&mut self, count: u64, list: Vec<Mismatch>) {
		self.count = self.count.saturating_add(count);
		let room = self.limit.saturating_sub(self.list.len());
		self.list.extend(list.into_iter().take(room));
	}

	/// Adds what is worth knowing of many accounts together, in words.
	pub(super) fn sum_up(&mut self, words: String) {
		self.sums.push(words);
	}

	/// Adds what could not be looked at, in words.
	pub(super) fn warn(&mut self, words: String) {
		self.warnings.push(words);
	}

	/// Says how many balances could not be compared.
	pub(super) fn leave_out(&mut self, unknowns: Unknowns) {
		self.unknowns = Some(unknowns);
	}

	/// Adds what is worth knowing, but no mismatch.
	pub(super) fn note(&mut self, notes: Vec<Mismatch>) {
		let room = self.limit.saturating_sub(self.notes.len());
		self.notes.extend(notes.into_iter().take(room));
	}

	/// The result of the command.
	pub(super) fn outcome(self, mut data: Value) -> Outcome {
		let list: Vec<Value> = self.list.iter().map(Mismatch::data).collect();
		let notes: Vec<Value> = self.notes.iter().map(Mismatch::data).collect();
		show::extend(
			&mut data,
			json!({
				"mismatches": self.count,
				"differences": list,
				"notes": notes,
				"warnings": self.warnings,
				"balances_not_compared": self.unknowns.as_ref().map(Unknowns::data),
			}),
		);
		let mut lines: Vec<String> = Vec::new();
		lines.extend(self.notes.iter().map(|note| format!("note: {}", note.text())));
		lines.extend(self.list.iter().map(|entry| format!("mismatch: {}", entry.text())));
		lines.extend(self.sums.iter().map(|sum| format!("note: {sum}")));
		lines.extend(self.warnings.iter().map(|warning| format!("warning: {warning}")));
		if self.count > self.list.len() as u64 {
			lines.push(format!("of {} mismatches the first {}", self.count, self.list.len()));
		}
		let number = |name: &str| data.get(name).and_then(Value::as_u64).unwrap_or_default();
		let unknowns = self.unknowns.map(|unknowns| format!("; {unknowns}")).unwrap_or_default();
		lines.push(format!(
			"{} mismatches in {} accounts, {} contracts, {} slots; proof of existence {}{unknowns}",
			self.count,
			number("accounts"),
			number("contracts"),
			number("slots"),
			match data.get("poe_verified").and_then(Value::as_bool) {
				Some(true) => "verified",
				_ => "not verified",
			},
		));
		Outcome { data, text: lines.join("\n"), matched: self.count == 0 }
	}
}
