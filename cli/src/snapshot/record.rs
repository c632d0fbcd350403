//! How an account waits in a temporary file.

use alloy_primitives::{B256, U256 as AlloyU256};
use alloy_trie::TrieAccount;
use migration_primitives::{hash::keccak256, item::AccountHead, H160, H256, U256};

/// See [`Record::to_bytes`].
pub(super) const RECORD_BYTES: usize = 32 + 20 + 8 + 32 + 32 + 32 + 8 * 4;

/// An account that waits, and where its code, its slots and its proof begin.
pub(super) struct Record {
	pub(super) address: H160,
	pub(super) nonce: u64,
	pub(super) balance: U256,
	pub(super) code_hash: H256,
	pub(super) storage_root: H256,
	pub(super) code_length: u64,
	pub(super) slot_count: u64,
	pub(super) start: u64,
	pub(super) proof_count: u64,
}

impl Record {
	pub(super) fn to_bytes(&self) -> [u8; RECORD_BYTES] {
		let mut bytes = [0; RECORD_BYTES];
		let hashed = keccak256(self.address.as_bytes());
		let fields: [&[u8]; 10] = [
			hashed.as_bytes(),
			self.address.as_bytes(),
			&self.nonce.to_be_bytes(),
			&self.balance.to_big_endian(),
			self.code_hash.as_bytes(),
			self.storage_root.as_bytes(),
			&self.code_length.to_be_bytes(),
			&self.slot_count.to_be_bytes(),
			&self.start.to_be_bytes(),
			&self.proof_count.to_be_bytes(),
		];
		for (to, from) in bytes.iter_mut().zip(fields.into_iter().flatten()) {
			*to = *from;
		}
		bytes
	}

	pub(super) fn of_bytes(bytes: &[u8; RECORD_BYTES]) -> Self {
		let mut rest = bytes.get(32..).unwrap_or_default();
		Self {
			address: H160(take(&mut rest)),
			nonce: u64::from_be_bytes(take(&mut rest)),
			balance: U256::from_big_endian(&take::<32>(&mut rest)),
			code_hash: H256(take(&mut rest)),
			storage_root: H256(take(&mut rest)),
			code_length: u64::from_be_bytes(take(&mut rest)),
			slot_count: u64::from_be_bytes(take(&mut rest)),
			start: u64::from_be_bytes(take(&mut rest)),
			proof_count: u64::from_be_bytes(take(&mut rest)),
		}
	}

	/// The leaf of the state trie.
	pub(super) fn leaf(&self) -> TrieAccount {
		TrieAccount::new(
			self.nonce,
			AlloyU256::from_be_bytes(self.balance.to_big_endian()),
			B256::from(self.storage_root.0),
			B256::from(self.code_hash.0),
		)
	}

	pub(super) fn head(&self, proof: Vec<Vec<u8>>) -> AccountHead {
		AccountHead {
			address: self.address,
			nonce: self.nonce,
			balance: self.balance,
			code_hash: self.code_hash,
			storage_root: self.storage_root,
			// At most `MAX_CODE_BYTES`.
			code_length: self.code_length as u32,
			slot_count: self.slot_count,
			proof,
		}
	}
}

fn take<const N: usize>(rest: &mut &[u8]) -> [u8; N] {
	let mut array = [0; N];
	if let Some((taken, behind)) = rest.split_at_checked(N) {
		array.copy_from_slice(taken);
		*rest = behind;
	}
	array
}

/// The words one after another.
pub(super) fn words<const N: usize>(bytes: &[u8]) -> [H256; N] {
	let mut rest = bytes;
	[(); N].map(|()| H256(take(&mut rest)))
}
