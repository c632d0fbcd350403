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
	/// Most slots.
	pub slots: u32,
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
	slots: u32,
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
			slots: 0,
		}
	}

	/// Takes the next record.
	pub fn take(&mut self, entry: &Entry<'_>) -> Result<(), BundleError> {
		let (found, limit) = (entry.bytes.len(), self.limits.bytes);
		if found as u64 > u64::from(limit) {
			return Err(BundleError::RecordTooLong { offset: entry.offset, found, limit });
		}
		let slots = u32::from(matches!(entry.item, Item::Slot(_)));
		let bytes = self.bytes.len().saturating_add(found) as u64;
		let full = bytes > u64::from(limit) || self.slots.saturating_add(slots) > self.limits.slots;
		if full {
			self.cut()?;
		}
		if self.bytes.is_empty() {
			self.offset = entry.offset;
		}
		self.bytes.extend_from_slice(entry.bytes);
		self.slots = self.slots.saturating_add(slots);
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
		self.slots = 0;
		Ok(())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::item::{put_code, put_slot, Slot};

	fn cut(limits: ChunkLimits) -> Result<Vec<ChunkSpan>, BundleError> {
		let mut chunker = Chunker::new(limits);
		let mut offset = 100;
		let slot = Slot { key: H256::zero(), value: H256::repeat_byte(1) };
		for index in 0..6u8 {
			let mut bytes = Vec::new();
			// Code of 10 bytes in 13, slots in 65.
			let item = match index {
				0 => {
					put_code(&[1; 10], &mut bytes);
					Item::Code(&[1; 10])
				}
				_ => {
					put_slot(&slot, &mut bytes);
					Item::Slot(slot)
				}
			};
			chunker.take(&Entry { offset, bytes: &bytes, item })?;
			offset += bytes.len() as u64;
		}
		chunker.finish().map(|(spans, leaves)| {
			assert_eq!(spans.len(), leaves.len());
			spans
		})
	}

	#[test]
	fn take_at_the_limits_works() {
		let one = cut(ChunkLimits { bytes: 338, slots: 5 }).expect("one chunk");
		assert_eq!(one, [ChunkSpan { offset: 100, length: 338 }]);
		let by_bytes = cut(ChunkLimits { bytes: 337, slots: 5 }).expect("two chunks");
		assert_eq!(by_bytes.len(), 2);
		let by_slots = cut(ChunkLimits { bytes: 338, slots: 2 }).expect("three chunks");
		let lengths: Vec<u32> = by_slots.iter().map(|span| span.length).collect();
		assert_eq!(lengths, [143, 130, 65]);
		assert_eq!(by_slots[1].offset, by_slots[0].end());
	}

	#[test]
	fn take_of_a_record_above_the_limit_fails() {
		let result = cut(ChunkLimits { bytes: 64, slots: 5 });
		assert!(matches!(result, Err(BundleError::RecordTooLong { found: 65, limit: 64, .. })));
	}
}
