//! From the records of a snapshot to questions.

use std::fs::File;

use anyhow::Result;
use migration_primitives::{
	item::{AccountHead, Item, Slot},
	H160,
};

use super::{account::AccountJob, extra::Checksum, slots::SlotJob, Context};
use crate::snapshot::SnapshotReader;

/// Slots of one question.
const SLOTS: usize = 256;

/// One question to the chain.
pub(super) enum Job {
	/// Everything of an account but its slots.
	Account(Box<AccountJob>),
	/// Some slots.
	Slots(SlotJob),
	/// All slots of the account were asked for.
	End {
		/// The account on the source.
		source: H160,
		/// Its slots.
		slots: Checksum,
	},
}

/// Turns the records of a snapshot into questions.
pub(super) struct Jobs<'a> {
	reader: SnapshotReader<File>,
	context: &'a Context<'a>,
	open: Option<OpenAccount>,
	slots: Vec<Slot>,
}

struct OpenAccount {
	source: H160,
	target: H160,
	head: Option<Box<AccountHead>>,
	slots_missing: u64,
	checksum: Checksum,
}

impl<'a> Jobs<'a> {
	/// The questions of a bundle's snapshot.
	pub(super) fn new(context: &'a Context<'a>) -> Result<Self> {
		Ok(Self { reader: context.bundle.reader()?, context, open: None, slots: Vec::new() })
	}

	/// The next question; none at the snapshot's end.
	pub(super) fn next_job(&mut self) -> Result<Option<Job>> {
		loop {
			if let Some(job) = self.ready() {
				return Ok(Some(job));
			}
			let Some(entry) = self.reader.next_record()? else { return Ok(None) };
			match (entry.item, self.open.as_mut()) {
				(Item::Account(head), _) => {
					let source = head.address;
					let open = OpenAccount {
						source,
						target: self.context.bundle.target(source).1,
						slots_missing: head.slot_count,
						checksum: Checksum::default(),
						head: None,
					};
					if head.code_length == 0 {
						self.open = Some(open);
						return Ok(Some(account_job(head, Vec::new())));
					}
					self.open = Some(OpenAccount { head: Some(Box::new(head)), ..open });
				}
				(Item::Code(code), Some(open)) => {
					if let Some(head) = open.head.take() {
						return Ok(Some(account_job(*head, code.to_vec())));
					}
				}
				(Item::Slot(slot), Some(open)) => {
					open.slots_missing = open.slots_missing.saturating_sub(1);
					open.checksum.add(slot.key.as_bytes());
					self.slots.push(slot);
				}
				// The reader refuses records without an account.
				(Item::Code(_) | Item::Slot(_), None) => {}
			}
		}
	}

	/// A question that needs no further record.
	fn ready(&mut self) -> Option<Job> {
		let open = self.open.as_ref().filter(|open| open.head.is_none())?;
		let complete = open.slots_missing == 0;
		if self.slots.len() >= SLOTS || (complete && !self.slots.is_empty()) {
			let slots = std::mem::take(&mut self.slots);
			return Some(Job::Slots(SlotJob { source: open.source, target: open.target, slots }));
		}
		if !complete {
			return None;
		}
		let open = self.open.take()?;
		Some(Job::End { source: open.source, slots: open.checksum })
	}
}

fn account_job(head: AccountHead, code: Vec<u8>) -> Job {
	Job::Account(Box::new(AccountJob { head, code }))
}
