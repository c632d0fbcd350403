//! Blocks whose events are not known, and why.

use std::collections::BTreeMap;

/// Blocks that are named one by one.
const NAMED: usize = 10;

/// Why events are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Why {
	/// The node does not have the blocks' states.
	NotKept,
	/// They are not what the runtime's metadata says.
	Unreadable,
	/// They are longer than an answer of the node may be.
	TooBig,
	/// They come too long after the activation.
	BeyondLimit,
}

/// The blocks whose events are not known.
#[derive(Debug, Default)]
pub(super) struct UnreadBlocks(BTreeMap<Why, Unread>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Unread {
	count: u64,
	first: u32,
	last: u32,
	/// The first of them that were asked for.
	named: Vec<u32>,
	/// What was said of the first of them that was asked for.
	detail: String,
}

/// Why the operator's wish that all events be known is not met (`--require-events`).
#[derive(Debug, thiserror::Error)]
pub(super) enum EventsMissing {
	/// Nothing tells where the events begin.
	#[error("--require-events: the block of the proposal is not on record")]
	Proposal,
	/// Some blocks were not read.
	#[error("--require-events: {words}. Ask a node that keeps all states")]
	Blocks {
		/// How many, which, and why.
		words: String,
	},
}

impl UnreadBlocks {
	/// Notes the blocks from `first` to `last`.
	pub(super) fn skip(&mut self, why: Why, (first, last): (u32, u32), detail: String) {
		let new = Unread { count: 0, first, last, named: Vec::new(), detail };
		let unread = self.0.entry(why).or_insert(new);
		let count = u64::from(last.saturating_sub(first)).saturating_add(1);
		unread.count = unread.count.saturating_add(count);
		unread.first = unread.first.min(first);
		unread.last = unread.last.max(last);
		let room = NAMED.saturating_sub(unread.named.len());
		unread.named.extend((first..=last).take(room));
	}

	/// How many.
	pub(super) fn count(&self) -> u64 {
		self.0.values().fold(0, |sum, unread| sum.saturating_add(unread.count))
	}

	/// Whether none is `block` or after it.
	pub(super) fn all_before(&self, block: u32) -> bool {
		self.0.values().all(|unread| unread.last < block)
	}

	/// Errs with the first kind of which some are at or before `block`.
	pub(super) fn ensure_all_after(&self, block: u32) -> Result<(), EventsMissing> {
		match self.0.iter().find(|(_, unread)| unread.first <= block) {
			Some((why, unread)) => Err(EventsMissing::Blocks { words: unread.words(*why) }),
			None => Ok(()),
		}
	}

	/// Each kind in words.
	pub(super) fn words(&self) -> impl Iterator<Item = String> + '_ {
		self.0.iter().map(|(why, unread)| unread.words(*why))
	}
}

impl Unread {
	fn words(&self, why: Why) -> String {
		let Self { count, first, last, named, detail } = self;
		let reason = match why {
			Why::NotKept => format!("the node does not have their states ({detail})"),
			Why::Unreadable => format!("they cannot be read ({detail})"),
			Why::TooBig => {
				let more = if *count > named.len() as u64 { ", ..." } else { "" };
				let named: Vec<String> = named.iter().map(u32::to_string).collect();
				format!("the node's answer is too big ({detail}): {}{more}", named.join(", "))
			}
			Why::BeyondLimit => {
				format!("they are more than {detail} after the activation (--event-blocks)")
			}
		};
		format!(
			"the events of {count} blocks, of those from {first} to {last}, are not known: {reason}"
		)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn ensure_all_after_names_what_is_missing_works() {
		let mut unread = UnreadBlocks::default();
		unread.skip(Why::BeyondLimit, (30, 40), "9".to_owned());
		assert!(unread.ensure_all_after(29).is_ok());
		unread.skip(Why::TooBig, (17, 17), "too big".to_owned());
		unread.skip(Why::TooBig, (12, 12), "bigger".to_owned());
		assert!(unread.ensure_all_after(11).is_ok());
		let error = unread.ensure_all_after(12).expect_err("a block is missing").to_string();
		assert!(error.starts_with("--require-events: the events of 2 blocks,"), "{error}");
		assert!(error.contains("(too big): 17, 12."), "{error}");
		assert_eq!(unread.count(), 13);
	}
}
