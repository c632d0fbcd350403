//! When the accounts of a snapshot came.

use std::collections::BTreeMap;

use migration_primitives::{hash::keccak256, H160, H256};

/// The blocks in which accounts came. They come in the order of their addresses' hashes, so that the
/// first and the last of each block tell of all.
#[derive(Debug, Default)]
pub(super) struct Imports {
	/// The block in which the map was complete.
	mapped: u32,
	/// By the hash of the last account that was complete in a block: that of the first, and the block.
	blocks: BTreeMap<H256, (H256, u32)>,
}

impl Imports {
	/// Notes the block in which the map was complete.
	pub(super) fn note_map(&mut self, block: u32) {
		self.mapped = block;
	}

	/// Notes the first and the last account that were complete in a block.
	pub(super) fn note(&mut self, block: u32, first: H160, last: H160) {
		self.blocks.insert(hash(last), (hash(first), block));
	}

	/// A block before which an account had not begun to come: the one in which the account before it was
	/// complete, or the map; 0 where neither is known.
	pub(super) fn not_before(&self, source: H160) -> u32 {
		let place = hash(source);
		match self.blocks.range(place..).next() {
			// The one before it was complete in the same block.
			Some((_, (first, block))) if *first < place => *block,
			Some(_) => {
				let before = self.blocks.range(..place).next_back();
				before.map_or(self.mapped, |(_, (_, block))| *block)
			}
			None => 0,
		}
	}
}

fn hash(address: H160) -> H256 {
	keccak256(address.as_bytes())
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn not_before_of_each_account_works() {
		let mut accounts: Vec<H160> = (1..=5).map(H160::repeat_byte).collect();
		accounts.sort_by_key(|account| hash(*account));
		let mut imports = Imports::default();
		assert_eq!(imports.not_before(accounts[0]), 0);
		imports.note(30, accounts[2], accounts[3]);
		imports.note(20, accounts[0], accounts[1]);
		imports.note_map(10);
		let found: Vec<u32> = accounts.iter().map(|account| imports.not_before(*account)).collect();
		// The last one is not complete.
		assert_eq!(found, [10, 20, 20, 30, 0]);
	}
}
