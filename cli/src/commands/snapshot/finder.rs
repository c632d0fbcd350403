//! Finds the slots of one account after another, by the means that the arguments allow, until the
//! storage root holds.

use std::collections::BTreeMap;

use anyhow::Result;
use codec::{Decode, Encode};
use migration_primitives::{hash::EMPTY_TRIE_ROOT, item::Slot, H160, H256};

use crate::{
	snapshot::{Claim, Journal, JournalError, StageError},
	source::{
		slots::{KeyBook, Layout, Means, StorageRange, Tried},
		AnvilDump, EthereumNode, SourceError,
	},
};

/// Keys whose values are asked for before they are taken.
const KEYS_AT_ONCE: usize = 1_024;

/// The means that there are for one run.
pub(super) struct Finder<'a> {
	pub(super) node: &'a EthereumNode,
	pub(super) number: u64,
	/// In the order in which they are tried; those that find keys are tried together.
	pub(super) order: Vec<Means>,
	pub(super) range: Option<StorageRange>,
	pub(super) dump: Option<&'a AnvilDump>,
	pub(super) book: KeyBook,
	pub(super) layouts: BTreeMap<H160, Layout>,
}

/// How many slots each means found for an account, as the work file keeps it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode)]
pub(super) struct Note(Vec<(u8, u64)>);

impl Note {
	fn of(found: &[(Means, u64)]) -> Self {
		Self(found.iter().map(|(means, slots)| (means.index(), *slots)).collect())
	}

	/// The means and their slots.
	pub(super) fn found(&self) -> impl Iterator<Item = (Means, u64)> + '_ {
		self.0.iter().filter_map(|(index, slots)| Some((Means::of_index(*index)?, *slots)))
	}
}

/// One thing to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Attempt {
	Range(StorageRange),
	Dump,
	Keys,
}

impl Finder<'_> {
	/// Ends an account in the journal with slots that make its storage root. Its keys are dropped then.
	pub(super) async fn account(
		&mut self,
		journal: &mut Journal,
		claim: &Claim,
		code: &[u8],
		cursor: Option<H256>,
	) -> Result<Note> {
		let note = self.find(journal, claim, code, cursor).await?;
		self.book.forget(claim.address);
		Ok(note)
	}

	async fn find(
		&mut self,
		journal: &mut Journal,
		claim: &Claim,
		code: &[u8],
		mut cursor: Option<H256>,
	) -> Result<Note> {
		let address = claim.address;
		let expected = claim.storage_root.unwrap_or(EMPTY_TRIE_ROOT);
		if expected == EMPTY_TRIE_ROOT {
			let note = Note::default();
			journal.code(code.to_vec());
			journal.end_account(claim.clone(), note.encode())?;
			return Ok(note);
		}
		let mut tried = Vec::new();
		for attempt in self.attempts() {
			let found = match attempt {
				Attempt::Range(range) => {
					let cursor = cursor.take();
					match self.range(journal, &range, address, cursor).await {
						Ok(found) => found,
						Err(error) => {
							tried.push(self.refused(error)?);
							journal.drop_account()?;
							continue;
						}
					}
				}
				_ => {
					if cursor.take().is_some() {
						journal.drop_account()?;
					}
					match attempt {
						Attempt::Keys => self.keys(journal, address).await?,
						_ => self.dumped(journal, address)?,
					}
				}
			};
			journal.code(code.to_vec());
			let note = Note::of(&found);
			match journal.end_account(claim.clone(), note.encode()) {
				Ok((_, slots)) => return Ok(self.counted(note, slots)),
				Err(JournalError::Stage(StageError::StorageRoot { found: root, .. })) => {
					tried.push(Tried::Found { means: found, root });
				}
				Err(error) => return Err(error.into()),
			}
			journal.drop_account()?;
			if attempt == Attempt::Dump {
				self.check_zeros(address, expected)?;
			}
		}
		Err(SourceError::StorageRoot { address, number: self.number, expected, tried }.into())
	}

	/// One means that was interrupted only knows the slots since.
	fn counted(&self, note: Note, slots: u64) -> Note {
		match note.0.as_slice() {
			[(means, _)] => Note(vec![(*means, slots)]),
			_ => note,
		}
	}

	fn attempts(&self) -> Vec<Attempt> {
		let mut attempts = Vec::new();
		for means in &self.order {
			let attempt = match means {
				Means::Debug => self.range.map(Attempt::Range),
				Means::Anvil => self.dump.map(|_| Attempt::Dump),
				Means::Traces | Means::Layout | Means::List => Some(Attempt::Keys),
			};
			attempts.extend(attempt.filter(|attempt| !attempts.contains(attempt)));
		}
		attempts
	}

	/// What of an error of `debug_storageRangeAt` is no reason to stop.
	fn refused(&mut self, error: anyhow::Error) -> Result<Tried> {
		let means = Means::Debug;
		match error.downcast::<SourceError>()? {
			SourceError::Refused { message, code, .. } => {
				if code == METHOD_NOT_FOUND {
					self.range = None;
				}
				Ok(Tried::Refused { means, reason: message })
			}
			error @ SourceError::SlotPreimage { .. } => {
				Ok(Tried::Refused { means, reason: error.to_string() })
			}
			error => Err(error.into()),
		}
	}

	async fn range(
		&self,
		journal: &mut Journal,
		range: &StorageRange,
		address: H160,
		cursor: Option<H256>,
	) -> Result<Vec<(Means, u64)>> {
		let (mut from, mut slots) = (cursor.unwrap_or_default(), 0u64);
		loop {
			let page = range.page(self.node, address, from).await?;
			for slot in page.slots {
				slots = slots.saturating_add(1);
				journal.slot(slot)?;
			}
			let Some(next) = page.next else { return Ok(vec![(Means::Debug, slots)]) };
			journal.cursor(address, next)?;
			from = next;
		}
	}

	fn dumped(&self, journal: &mut Journal, address: H160) -> Result<Vec<(Means, u64)>> {
		let mut found = 0u64;
		if let Some(dump) = self.dump {
			let mut slots = dump.slots(address)?;
			while let Some(slot) = slots.next_slot()? {
				if !slot.value.is_zero() {
					found = found.saturating_add(1);
					journal.slot(slot)?;
				}
			}
		}
		Ok(vec![(Means::Anvil, found)])
	}

	/// Anvil keeps slots that were cleared in its tries.
	fn check_zeros(&self, address: H160, expected: H256) -> Result<(), SourceError> {
		let Some(dump) = self.dump else { return Ok(()) };
		match dump.zeros_of_root(address, expected)? {
			Some(zeros) => Err(SourceError::ZeroSlots { address, zeros }),
			None => Ok(()),
		}
	}

	async fn keys(&mut self, journal: &mut Journal, address: H160) -> Result<Vec<(Means, u64)>> {
		if self.order.contains(&Means::Layout) {
			if let Some(layout) = self.layouts.get(&address) {
				layout.collect(self.node, address, self.number, &mut self.book).await?;
			}
		}
		let mut found: BTreeMap<Means, u64> =
			self.order.iter().filter(|means| means.finds_keys()).map(|means| (*means, 0)).collect();
		let mut all = self.book.of(address)?;
		loop {
			let mut keys = Vec::with_capacity(KEYS_AT_ONCE);
			while let Some((key, means)) = all.next_key()? {
				keys.push((key, means));
				if keys.len() >= KEYS_AT_ONCE {
					break;
				}
			}
			if keys.is_empty() {
				return Ok(found.into_iter().collect());
			}
			let only: Vec<H256> = keys.iter().map(|(key, _)| *key).collect();
			let values = self.node.slots(address, &only, self.number).await?;
			for ((key, means), value) in keys.into_iter().zip(values) {
				if !value.is_zero() {
					let count = found.entry(means).or_default();
					*count = count.saturating_add(1);
					journal.slot(Slot { key, value })?;
				}
			}
		}
	}
}

/// JSON-RPC's code of a method that a node does not serve.
const METHOD_NOT_FOUND: i32 = -32_601;
