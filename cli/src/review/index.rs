//! Looking up accounts, code and slots in a snapshot file, in bounded memory.
//!
//! One reading checks the file and notes where everything stands: every account, and one slot in 128,
//! since slots are in the order of their hashes. What is asked for is then read from the file.

use std::{
	collections::BTreeMap,
	fs::File,
	io::{self, Read, Seek, SeekFrom},
	path::Path,
};

use migration_primitives::{
	hash::keccak256,
	item::{self, AccountHead, Item, ItemError},
	snapshot::SnapshotHeader,
	H160, H256,
};

use crate::{
	plan::AccountInfo,
	snapshot::{SnapshotError, SnapshotReader, Summary},
};

/// Slots between two places that are noted.
const STRIDE: u64 = 128;

/// Why something cannot be looked up.
#[derive(Debug, thiserror::Error)]
pub enum IndexError {
	/// The snapshot is not sound.
	#[error(transparent)]
	Snapshot(#[from] SnapshotError),
	/// The file cannot be read again.
	#[error("the snapshot cannot be read at byte {offset}")]
	Read {
		/// Where.
		offset: u64,
		/// The cause.
		source: io::Error,
	},
	/// The file is not what it was a moment ago.
	#[error("the snapshot changed while it was read, at byte {offset}")]
	Changed {
		/// Where.
		offset: u64,
		/// What is wrong there.
		source: Option<ItemError>,
	},
}

/// Where everything of a snapshot stands.
#[derive(Debug)]
pub struct SnapshotIndex {
	file: File,
	header: SnapshotHeader,
	summary: Summary,
	accounts: BTreeMap<H160, Place>,
}

/// Where an account's records stand.
#[derive(Clone, Debug)]
pub struct Place {
	/// What the account is.
	pub info: AccountInfo,
	/// Keccak-256 of its code.
	pub code_hash: H256,
	code: Option<(u64, usize)>,
	/// Hash and offset of one slot in [`STRIDE`].
	marks: Vec<(H256, u64)>,
	/// Offset behind the last slot.
	end: u64,
}

impl SnapshotIndex {
	/// Reads a snapshot whole. `observe` sees every record, and the head of its account.
	pub fn read(
		path: &Path,
		mut observe: impl FnMut(&AccountHead, &Item<'_>),
	) -> Result<Self, IndexError> {
		let mut reader = SnapshotReader::open(path)?;
		let mut accounts: BTreeMap<H160, Place> = BTreeMap::new();
		let mut open: Option<(AccountHead, Place, u64)> = None;
		while let Some(entry) = reader.next_record()? {
			let end = entry.offset.saturating_add(entry.bytes.len() as u64);
			if let Item::Account(head) = &entry.item {
				accounts.extend(open.take().map(|(head, place, _)| (head.address, place)));
				open = Some((head.clone(), Place::new(head), 0));
			}
			// The reader refuses records without an account.
			let Some((head, place, slots)) = open.as_mut() else { continue };
			observe(head, &entry.item);
			match &entry.item {
				Item::Account(_) => {}
				Item::Code(code) => {
					place.info = AccountInfo::new(head, code);
					place.code = Some((entry.offset, entry.bytes.len()));
				}
				Item::Slot(slot) => {
					if slots.is_multiple_of(STRIDE) {
						place.marks.push((keccak256(slot.key.as_bytes()), entry.offset));
					}
					*slots = slots.saturating_add(1);
					place.end = end;
				}
			}
		}
		accounts.extend(open.map(|(head, place, _)| (head.address, place)));
		let header = reader.header().clone();
		// The loop above ends behind the trailer.
		let summary = reader.read_to_end()?;
		let file = File::open(path)
			.map_err(|source| SnapshotError::Open { path: path.to_owned(), source })?;
		Ok(Self { file, header, summary, accounts })
	}

	/// What stands before the records.
	pub fn header(&self) -> &SnapshotHeader {
		&self.header
	}

	/// What stands behind them.
	pub fn summary(&self) -> &Summary {
		&self.summary
	}

	/// The accounts.
	pub fn accounts(&self) -> &BTreeMap<H160, Place> {
		&self.accounts
	}

	/// An account's code; empty where it has none or is not there.
	pub fn code(&mut self, address: H160) -> Result<Vec<u8>, IndexError> {
		let Some((offset, length)) = self.accounts.get(&address).and_then(|place| place.code)
		else {
			return Ok(Vec::new());
		};
		let bytes = self.bytes(offset, length)?;
		match item::next(&mut bytes.as_slice()) {
			Ok(Item::Code(code)) => Ok(code.to_vec()),
			Ok(_) => Err(IndexError::Changed { offset, source: None }),
			Err(source) => Err(IndexError::Changed { offset, source: Some(source) }),
		}
	}

	/// A slot's value; zero where there is none.
	pub fn slot(&mut self, address: H160, key: H256) -> Result<H256, IndexError> {
		let Some(place) = self.accounts.get(&address) else { return Ok(H256::zero()) };
		let wanted = keccak256(key.as_bytes());
		let next = place.marks.partition_point(|(hash, _)| *hash <= wanted);
		let Some((_, offset)) = next.checked_sub(1).and_then(|index| place.marks.get(index)) else {
			return Ok(H256::zero());
		};
		let (offset, end) =
			(*offset, place.marks.get(next).map_or(place.end, |(_, offset)| *offset));
		// At most the slots between two marks.
		let length = usize::try_from(end.saturating_sub(offset)).unwrap_or_default();
		let bytes = self.bytes(offset, length)?;
		let mut rest = bytes.as_slice();
		while !rest.is_empty() {
			match item::next(&mut rest) {
				Ok(Item::Slot(slot)) if slot.key == key => return Ok(slot.value),
				Ok(Item::Slot(_)) => {}
				Ok(_) => return Err(IndexError::Changed { offset, source: None }),
				Err(source) => return Err(IndexError::Changed { offset, source: Some(source) }),
			}
		}
		Ok(H256::zero())
	}

	fn bytes(&mut self, offset: u64, length: usize) -> Result<Vec<u8>, IndexError> {
		let error = |source| IndexError::Read { offset, source };
		self.file.seek(SeekFrom::Start(offset)).map_err(error)?;
		let mut bytes = vec![0; length];
		self.file.read_exact(&mut bytes).map_err(error)?;
		Ok(bytes)
	}
}

impl Place {
	fn new(head: &AccountHead) -> Self {
		Self {
			info: AccountInfo::new(head, &[]),
			code_hash: head.code_hash,
			code: None,
			marks: Vec::new(),
			end: 0,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::review::fixture::Fixture;

	#[test]
	fn slot_of_a_large_account_works() {
		let (small, large) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let mut fixture = Fixture::default();
		fixture.contract(small, &[0x60, 0x01], [(7, 8)]);
		fixture.contract(large, &[0x60, 0x02], (0..1_000).map(|key| (key, key + 1)));
		let file = fixture.write();
		let mut records = 0;
		let mut index =
			SnapshotIndex::read(file.path(), |_, _| records += 1).expect("a sound snapshot");
		assert_eq!(records, 2 + 2 + 1 + 1_000);
		let word = H256::from_low_u64_be;
		for key in 0..1_000 {
			assert_eq!(index.slot(large, word(key)).expect("a slot"), word(key + 1));
		}
		for (address, key) in [(large, 1_000), (small, 0), (H160::repeat_byte(3), 7)] {
			assert_eq!(index.slot(address, word(key)).expect("no slot"), H256::zero());
		}
		assert_eq!(index.slot(small, word(7)).expect("a slot"), word(8));
		assert_eq!(index.code(large).expect("code"), [0x60, 0x02]);
		assert_eq!(index.code(H160::repeat_byte(3)).expect("no code"), [0u8; 0]);
	}

	#[test]
	fn slot_of_a_file_that_changed_fails() {
		let address = H160::repeat_byte(1);
		let mut fixture = Fixture::default();
		fixture.contract(address, &[0x60, 0x01], [(7, 8)]);
		let file = fixture.write();
		let mut index = SnapshotIndex::read(file.path(), |_, _| {}).expect("a sound snapshot");
		let length = std::fs::metadata(file.path()).expect("the file").len();
		std::fs::write(file.path(), vec![0xff; length as usize]).expect("written");
		let result = index.slot(address, H256::from_low_u64_be(7));
		assert!(matches!(result, Err(IndexError::Changed { .. })), "{result:?}");
	}
}
