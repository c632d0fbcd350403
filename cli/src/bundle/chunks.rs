//! Cutting the records of a snapshot into chunks.

use codec::{Decode, Encode};
use migration_primitives::{
	item::Item,
	limits::MAX_CHUNKS,
	merkle::{leaf, Tree},
	H256,
};

use super::BundleError;
use crate::snapshot::Entry;

/// How large a chunk may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkLimits {
	/// Most bytes.
	pub bytes: u32,
	/// Most accounts: heads, and one more where the chunk begins with the code of an account whose head
	/// came before.
	pub accounts: u32,
	/// Most slots.
	pub slots: u32,
}

/// What a chunk holds, counted as the target chain counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct ChunkCount {
	/// Heads, and one more where the chunk begins with the code of an account whose head came before.
	pub(super) accounts: u32,
	/// Slots.
	pub(super) slots: u32,
}

impl ChunkCount {
	/// With the next record.
	pub(super) fn with(self, item: &Item<'_>) -> Self {
		let Self { accounts, slots } = self;
		match item {
			Item::Account(_) => Self { accounts: accounts.saturating_add(1), slots },
			Item::Code(_) => Self { accounts: accounts.max(1), slots },
			Item::Slot(_) => Self { accounts, slots: slots.saturating_add(1) },
		}
	}
}

/// Where a chunk stands in a snapshot file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
pub struct ChunkSpan {
	/// Offset of its first byte.
	pub offset: u64,
	/// Number of bytes.
	pub length: u32,
}

impl ChunkSpan {
	/// Offset behind its last byte.
	pub fn end(&self) -> u64 {
		self.offset.saturating_add(self.length.into())
	}
}

/// Takes the records of a snapshot in order, and cuts whenever the next one does not fit.
#[derive(Debug)]
pub struct Chunker {
	limits: ChunkLimits,
	spans: Vec<ChunkSpan>,
	leaves: Vec<H256>,
	offset: u64,
	bytes: Vec<u8>,
	count: ChunkCount,
}

impl Chunker {
	/// A chunker with these limits.
	pub fn new(limits: ChunkLimits) -> Self {
		Self {
			limits,
			spans: Vec::new(),
			leaves: Vec::new(),
			offset: 0,
			bytes: Vec::new(),
			count: ChunkCount::default(),
		}
	}

	/// Takes the next record.
	pub fn take(&mut self, entry: &Entry<'_>) -> Result<(), BundleError> {
		let (found, limit) = (entry.bytes.len(), self.limits.bytes);
		if found as u64 > u64::from(limit) {
			return Err(BundleError::RecordTooLong { offset: entry.offset, found, limit });
		}
		let bytes = self.bytes.len().saturating_add(found) as u64;
		let count = self.count.with(&entry.item);
		let full = bytes > u64::from(limit)
			|| count.accounts > self.limits.accounts
			|| count.slots > self.limits.slots;
		if full {
			self.cut()?;
		}
		if self.bytes.is_empty() {
			self.offset = entry.offset;
		}
		self.bytes.extend_from_slice(entry.bytes);
		self.count = self.count.with(&entry.item);
		Ok(())
	}

	/// Ends the last chunk: where the chunks stand, and their leaves.
	pub fn finish(mut self) -> Result<(Vec<ChunkSpan>, Vec<H256>), BundleError> {
		self.cut()?;
		Ok((self.spans, self.leaves))
	}

	fn cut(&mut self) -> Result<(), BundleError> {
		if self.bytes.is_empty() {
			return Ok(());
		}
		let too_many = BundleError::TooMany { what: "chunks" };
		let index = u32::try_from(self.spans.len()).unwrap_or(u32::MAX);
		if index >= MAX_CHUNKS {
			return Err(too_many);
		}
		// At most the limit, which is a u32.
		let length = self.bytes.len() as u32;
		self.spans.push(ChunkSpan { offset: self.offset, length });
		self.leaves.push(leaf(Tree::Chunks, index, &self.bytes));
		self.bytes.clear();
		self.count = ChunkCount::default();
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{
		hash::{EMPTY_TRIE_ROOT, KECCAK_EMPTY},
		item::{put_account, put_code, put_slot, AccountHead, Slot},
		H160, U256,
	};

	/// 90 bytes.
	fn head() -> Item<'static> {
		Item::Account(AccountHead {
			address: H160::zero(),
			nonce: 0,
			balance: U256::zero(),
			code_hash: KECCAK_EMPTY,
			storage_root: EMPTY_TRIE_ROOT,
			code_length: 0,
			slot_count: 0,
			proof: Vec::new(),
		})
	}

	/// 13 bytes.
	fn code() -> Item<'static> {
		Item::Code(&[1; 10])
	}

	/// 65 bytes.
	fn slot() -> Item<'static> {
		Item::Slot(Slot { key: H256::zero(), value: H256::repeat_byte(1) })
	}

	fn cut(limits: ChunkLimits, items: &[Item<'_>]) -> Result<Vec<ChunkSpan>, BundleError> {
		let mut chunker = Chunker::new(limits);
		let mut offset = 100;
		for item in items {
			let mut bytes = Vec::new();
			match item {
				Item::Account(head) => put_account(head, &mut bytes),
				Item::Code(code) => put_code(code, &mut bytes),
				Item::Slot(slot) => put_slot(slot, &mut bytes),
			}
			chunker.take(&Entry { offset, bytes: &bytes, item: item.clone() })?;
			offset += bytes.len() as u64;
		}
		chunker.finish().map(|(spans, leaves)| {
			assert_eq!(spans.len(), leaves.len());
			spans
		})
	}

	fn lengths(limits: ChunkLimits, items: &[Item<'_>]) -> Vec<u32> {
		cut(limits, items).expect("chunks").iter().map(|span| span.length).collect()
	}

	#[test]
	fn take_at_the_limits_works() {
		let items = [code(), slot(), slot(), slot(), slot(), slot()];
		let limits = |bytes, slots| ChunkLimits { bytes, accounts: 1, slots };
		let one = cut(limits(338, 5), &items).expect("one chunk");
		assert_eq!(one, [ChunkSpan { offset: 100, length: 338 }]);
		let by_bytes = cut(limits(337, 5), &items).expect("two chunks");
		assert_eq!(by_bytes.len(), 2);
		assert_eq!(lengths(limits(338, 2), &items), [143, 130, 65]);
		let by_slots = cut(limits(338, 2), &items).expect("three chunks");
		assert_eq!(by_slots[1].offset, by_slots[0].end());
	}

	#[test]
	fn take_of_accounts_at_their_limit_works() {
		let items = [head(), code(), slot(), head(), head(), code()];
		let limits = |accounts| ChunkLimits { bytes: 1_000, accounts, slots: 5 };
		assert_eq!(lengths(limits(3), &items), [361]);
		assert_eq!(lengths(limits(2), &items), [258, 103]);
		assert_eq!(lengths(limits(1), &items), [168, 90, 103]);
	}

	#[test]
	fn code_behind_the_head_of_another_chunk_counts_as_an_account_works() {
		let accounts = |items: &[Item<'_>]| {
			items.iter().fold(ChunkCount::default(), |count, item| count.with(item)).accounts
		};
		assert_eq!(accounts(&[head(), code(), head(), code()]), 2);
		assert_eq!(accounts(&[code(), slot(), head(), code()]), 2);
		assert_eq!(accounts(&[slot(), head(), code()]), 1);
		assert_eq!(accounts(&[slot()]), 0);
	}

	#[test]
	fn take_of_a_record_above_the_limit_fails() {
		let result = cut(ChunkLimits { bytes: 64, accounts: 1, slots: 5 }, &[code(), slot()]);
		assert!(matches!(result, Err(BundleError::RecordTooLong { found: 65, limit: 64, .. })));
	}
}
