//! Small snapshots for tests.

use std::collections::BTreeMap;

use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	item::{AccountHead, Slot},
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256, U256,
};
use tempfile::NamedTempFile;

use crate::snapshot::{storage_root, SnapshotWriter};

/// The contents of a snapshot.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fixture {
	accounts: BTreeMap<H256, (AccountHead, Vec<u8>, BTreeMap<H256, Slot>)>,
}

impl Fixture {
	/// Adds a contract with slots of small numbers.
	pub(crate) fn contract(
		&mut self,
		address: H160,
		code: &[u8],
		slots: impl IntoIterator<Item = (u64, u64)>,
	) {
		let word = H256::from_low_u64_be;
		let slots = slots.into_iter().map(|(key, value)| (word(key), word(value)));
		self.account(address, 0, code, slots);
	}

	/// Adds an account.
	pub(crate) fn account(
		&mut self,
		address: H160,
		balance: u128,
		code: &[u8],
		slots: impl IntoIterator<Item = (H256, H256)>,
	) {
		let slots: BTreeMap<H256, Slot> = slots
			.into_iter()
			.map(|(key, value)| (keccak256(key.as_bytes()), Slot { key, value }))
			.collect();
		let head = AccountHead {
			address,
			nonce: 1,
			balance: U256::from(balance),
			code_hash: if code.is_empty() { KECCAK_EMPTY } else { keccak256(code) },
			storage_root: storage_root(slots.iter().map(|(hash, slot)| (*hash, slot.value)))
				.expect("slots that differ"),
			code_length: u32::try_from(code.len()).expect("short code"),
			slot_count: slots.len() as u64,
			proof: Vec::new(),
		};
		self.accounts.insert(keccak256(address.as_bytes()), (head, code.to_vec(), slots));
	}

	/// The file.
	pub(crate) fn write(&self) -> NamedTempFile {
		let file = NamedTempFile::new().expect("a file");
		let header = SnapshotHeader {
			chain_id: 5,
			block_number: 7,
			block_hash: H256::repeat_byte(7),
			block_header: Vec::new(),
			confirmations: 0,
			finality: Finality::Unfinalized,
			scope: Scope::Selected,
			trust: Trust::Attested,
		};
		let mut writer = SnapshotWriter::create(file.path(), &header).expect("begun");
		for (head, code, slots) in self.accounts.values() {
			writer.account(head.clone()).expect("an account");
			if !code.is_empty() {
				writer.code(code).expect("code");
			}
			for slot in slots.values() {
				writer.slot(*slot).expect("a slot");
			}
		}
		writer.finish().expect("written");
		file
	}
}
