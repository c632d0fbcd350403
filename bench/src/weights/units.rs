//! What a chunk holds, in the units that its weight is a function of.

use anyhow::Result;
use migration_primitives::item::{self, Item};
use serde::Serialize;

/// The records of a chunk.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub(super) struct ChunkUnits {
	/// Slots.
	pub(super) slots: u64,
	/// Heads.
	pub(super) accounts: u64,
	/// Bytes of account proofs.
	pub(super) proof_bytes: u64,
	/// Code records.
	pub(super) codes: u64,
	/// Bytes of code.
	pub(super) code_bytes: u64,
}

/// The number of units of the model: one for every chunk, and each of the above.
pub(super) const UNITS: usize = 6;

impl ChunkUnits {
	/// Counts the records of a chunk.
	pub(super) fn of(mut chunk: &[u8]) -> Result<Self> {
		let mut units = Self::default();
		while !chunk.is_empty() {
			match item::next(&mut chunk)? {
				Item::Account(head) => {
					units.accounts += 1;
					units.proof_bytes +=
						head.proof.iter().map(|node| node.len() as u64).sum::<u64>();
				}
				Item::Code(code) => {
					units.codes += 1;
					units.code_bytes += code.len() as u64;
				}
				Item::Slot(_) => units.slots += 1,
			}
		}
		Ok(units)
	}

	/// All records.
	pub(super) fn records(self) -> u64 {
		self.slots.saturating_add(self.accounts).saturating_add(self.codes)
	}

	/// For the model.
	pub(super) fn row(self) -> [f64; UNITS] {
		let Self { slots, accounts, proof_bytes, codes, code_bytes } = self;
		[1, slots, accounts, proof_bytes, codes, code_bytes].map(|count| count as f64)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{
		item::{put_account, put_code, put_slot, AccountHead, Slot},
		H160, H256,
	};

	#[test]
	fn of_a_chunk_counts_every_kind() -> Result<()> {
		let mut chunk = Vec::new();
		let head = AccountHead {
			address: H160::zero(),
			nonce: 1,
			balance: 0.into(),
			code_hash: H256::zero(),
			storage_root: H256::zero(),
			code_length: 3,
			slot_count: 2,
			proof: vec![vec![1; 40], vec![2; 50]],
		};
		put_account(&head, &mut chunk);
		put_code(&[1, 2, 3], &mut chunk);
		for number in 1..=2 {
			let word = H256::from_low_u64_be(number);
			put_slot(&Slot { key: word, value: word }, &mut chunk);
		}
		let expected =
			ChunkUnits { slots: 2, accounts: 1, proof_bytes: 90, codes: 1, code_bytes: 3 };
		assert_eq!(ChunkUnits::of(&chunk)?, expected);
		assert_eq!(expected.row(), [1.0, 2.0, 1.0, 90.0, 1.0, 3.0]);
		Ok(())
	}
}
