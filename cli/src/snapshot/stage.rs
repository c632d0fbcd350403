//! Where the accounts of a source wait, in any order, until they are written in the order of their
//! hashed addresses.
//!
//! Code and slots go to a temporary file as they come; what stays in memory is one run of slots and
//! one of account records. The storage root of an account is computed when it ends and compared
//! with what the source claims.

use std::{
	fs::File,
	io::{self, BufWriter, Write},
	path::{Path, PathBuf},
};

use alloy_primitives::{Bytes, U256 as AlloyU256};
use alloy_trie::{proof::ProofRetainer, HashBuilder, Nibbles};
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::Slot,
	limits::MAX_CODE_BYTES,
	H160, H256, U256,
};

use super::{
	hashed_reference_nodes,
	record::{words, Record, RECORD_BYTES},
	sort::Sorter,
	Staged,
};

/// Hashed key, key and value.
const SLOT_BYTES: usize = 96;

/// Why the accounts of a source contradict themselves or each other, or cannot be kept.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
	/// A temporary file.
	#[error("a temporary file in {} cannot be used", folder.display())]
	Temporary {
		/// The folder it is in.
		folder: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// An account that is there twice.
	#[error("the source has account {address:?} twice")]
	DuplicateAccount {
		/// The account.
		address: H160,
	},
	/// A slot that is there twice.
	#[error("the source has slot {key:?} of account {address:?} twice")]
	DuplicateSlot {
		/// The account.
		address: H160,
		/// The slot's key.
		key: H256,
	},
	/// Code of another hash than the source says.
	#[error("the code of {address:?} hashes to {found:?}, the source says {expected:?}")]
	CodeHash {
		/// The account.
		address: H160,
		/// The hash in the source.
		expected: H256,
		/// The hash of the code.
		found: H256,
	},
	/// Code too long for the format.
	#[error("the code of {address:?} has {found} bytes, at most {limit} can be migrated")]
	CodeTooLong {
		/// The account.
		address: H160,
		/// The length.
		found: usize,
		/// The bound.
		limit: usize,
	},
	/// The slots do not make the storage root.
	#[error(
		"the {slots} slots of {address:?} make the storage root {found:?}, the source says \
		 {expected:?}: slots are missing or wrong"
	)]
	StorageRoot {
		/// The account.
		address: H160,
		/// The number of slots that are not zero.
		slots: u64,
		/// The root in the source.
		expected: H256,
		/// The root of the slots.
		found: H256,
	},
	/// An account that is to be written, and is not there.
	#[error("account {address:?} is not in the source")]
	NoAccount {
		/// The account.
		address: H160,
	},
}

/// What a source says of an account besides its code and its slots.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
	/// The address.
	pub address: H160,
	/// The nonce.
	pub nonce: u64,
	/// The balance in wei.
	pub balance: U256,
	/// Keccak-256 of the code, where the source says it.
	pub code_hash: Option<H256>,
	/// Root of the storage, where the source says it.
	pub storage_root: Option<H256>,
	/// Nodes from the state root to the account, where the source gives them.
	pub proof: Vec<Vec<u8>>,
}

/// Takes accounts in any order: code and slots of one account, then [`Stage::end_account`].
pub struct Stage {
	folder: PathBuf,
	data: BufWriter<File>,
	length: u64,
	accounts: Sorter<RECORD_BYTES>,
	code: Vec<u8>,
	slots: Option<Sorter<SLOT_BYTES>>,
	zeros: u64,
}

impl Stage {
	/// Temporary files stand in `folder`.
	pub fn new(folder: &Path) -> Result<Self, StageError> {
		let failed = |source| StageError::Temporary { folder: folder.to_owned(), source };
		Ok(Self {
			data: BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(folder).map_err(failed)?),
			folder: folder.to_owned(),
			length: 0,
			accounts: Sorter::new(folder),
			code: Vec::new(),
			slots: None,
			zeros: 0,
		})
	}

	/// The code of the account that ends next.
	pub fn code(&mut self, code: Vec<u8>) {
		self.code = code;
	}

	/// A slot of the account that ends next. One whose value is zero does not exist.
	pub fn slot(&mut self, slot: Slot) -> Result<(), StageError> {
		if slot.value.is_zero() {
			self.zeros = self.zeros.saturating_add(1);
			return Ok(());
		}
		let mut record = [0; SLOT_BYTES];
		let hashed = keccak256(slot.key.as_bytes());
		for (to, from) in record.chunks_exact_mut(32).zip([hashed, slot.key, slot.value]) {
			to.copy_from_slice(from.as_bytes());
		}
		let folder = &self.folder;
		let sorter = self.slots.get_or_insert_with(|| Sorter::new(folder));
		sorter.push(record).map_err(|source| self.failed(source))
	}

	/// Slots of value zero that came so far, which were left out.
	pub fn zeros(&self) -> u64 {
		self.zeros
	}

	/// Forgets code and slots of the account that would end next.
	pub fn drop_account(&mut self) {
		self.code = Vec::new();
		self.slots = None;
	}

	/// Ends the account that the code and the slots since the last one belong to. Gives its storage
	/// root and the number of its slots.
	pub fn end_account(&mut self, claim: Claim) -> Result<(H256, u64), StageError> {
		let address = claim.address;
		let code = std::mem::take(&mut self.code);
		if code.len() > MAX_CODE_BYTES {
			let (found, limit) = (code.len(), MAX_CODE_BYTES);
			return Err(StageError::CodeTooLong { address, found, limit });
		}
		let code_hash = if code.is_empty() { KECCAK_EMPTY } else { keccak256(&code) };
		if let Some(expected) = claim.code_hash.filter(|expected| *expected != code_hash) {
			return Err(StageError::CodeHash { address, expected, found: code_hash });
		}
		let start = self.length;
		self.put(&code)?;
		let (storage_root, slot_count) = self.put_slots(address)?;
		if let Some(expected) = claim.storage_root.filter(|expected| *expected != storage_root) {
			let slots = slot_count;
			return Err(StageError::StorageRoot { address, slots, expected, found: storage_root });
		}
		let proof_count = claim.proof.len() as u64;
		for node in &claim.proof {
			self.put(&(node.len() as u64).to_be_bytes())?;
			self.put(node)?;
		}
		let record = Record {
			address,
			nonce: claim.nonce,
			balance: claim.balance,
			code_hash,
			storage_root,
			code_length: code.len() as u64,
			slot_count,
			start,
			proof_count,
		};
		self.accounts.push(record.to_bytes()).map_err(|source| self.failed(source))?;
		Ok((storage_root, slot_count))
	}

	/// Sorts the accounts. `targets` are those whose proofs are to be made from all others.
	pub fn finish(mut self, targets: &[H160]) -> Result<Staged, StageError> {
		let folder = self.folder.clone();
		let failed = |source| StageError::Temporary { folder: folder.clone(), source };
		self.data.flush().map_err(failed)?;
		let data = self.data.into_inner().map_err(|error| failed(error.into_error()))?;
		let mut sorted = self.accounts.finish().map_err(failed)?;
		let list = tempfile::tempfile_in(&folder).map_err(failed)?;
		let mut list = BufWriter::with_capacity(1 << 18, list);
		let keys = targets.iter().map(|target| Nibbles::unpack(keccak256(target.as_bytes()).0));
		let retainer = ProofRetainer::new(keys.collect());
		let mut trie = HashBuilder::default().with_proof_retainer(retainer);
		let mut last: Option<H160> = None;
		let mut accounts = 0u64;
		while let Some(bytes) = sorted.next().map_err(failed)? {
			let record = Record::of_bytes(&bytes);
			let address = record.address;
			if last == Some(address) {
				return Err(StageError::DuplicateAccount { address });
			}
			last = Some(address);
			let key = Nibbles::unpack(keccak256(address.as_bytes()).0);
			trie.add_leaf(key, &alloy_rlp::encode(record.leaf()));
			list.write_all(&bytes).map_err(failed)?;
			accounts = accounts.saturating_add(1);
		}
		let state_root = H256(trie.root().0);
		let nodes = trie.take_proof_nodes();
		let proofs = targets
			.iter()
			.map(|target| {
				let key = Nibbles::unpack(keccak256(target.as_bytes()).0);
				let path = nodes.matching_nodes_sorted(&key).into_iter();
				let path = path.map(|(_, node): (Nibbles, Bytes)| node.to_vec()).collect();
				(*target, hashed_reference_nodes(path))
			})
			.collect();
		let list = list.into_inner().map_err(|error| failed(error.into_error()))?;
		Ok(Staged { folder, data, list, accounts, state_root, proofs })
	}

	fn put_slots(&mut self, address: H160) -> Result<(H256, u64), StageError> {
		let Some(sorter) = self.slots.take() else { return Ok((EMPTY_TRIE_ROOT, 0)) };
		let mut sorted = sorter.finish().map_err(|source| self.failed(source))?;
		let mut trie = HashBuilder::default();
		let mut last: Option<H256> = None;
		let mut count = 0u64;
		while let Some(record) = sorted.next().map_err(|source| self.failed(source))? {
			let [hashed, key, value] = words(&record);
			if last == Some(hashed) {
				return Err(StageError::DuplicateSlot { address, key });
			}
			last = Some(hashed);
			let word = AlloyU256::from_be_bytes(value.0);
			trie.add_leaf(Nibbles::unpack(hashed.0), alloy_rlp::encode_fixed_size(&word).as_ref());
			self.put(key.as_bytes())?;
			self.put(value.as_bytes())?;
			count = count.saturating_add(1);
		}
		Ok((H256(trie.root().0), count))
	}

	fn put(&mut self, bytes: &[u8]) -> Result<(), StageError> {
		self.length = self.length.saturating_add(bytes.len() as u64);
		self.data.write_all(bytes).map_err(|source| self.failed(source))
	}

	fn failed(&self, source: io::Error) -> StageError {
		StageError::Temporary { folder: self.folder.clone(), source }
	}
}
