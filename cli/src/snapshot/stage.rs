//! Where the accounts of a source wait, in any order, until they are written in the order of their
//! hashed addresses.
//!
//! Code and slots go to a temporary file as they come; what stays in memory is one run of slots and
//! one of account records. The storage root of an account is computed when it ends and compared
//! with what the source claims.

use std::{
	collections::BTreeMap,
	fs::File,
	io::{self, BufReader, BufWriter, Read, Seek, Write},
	path::{Path, PathBuf},
};

use alloy_primitives::{Bytes, B256, U256 as AlloyU256};
use alloy_trie::{proof::ProofRetainer, HashBuilder, Nibbles, TrieAccount};
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{AccountHead, Slot},
	limits::MAX_CODE_BYTES,
	H160, H256, U256,
};

use super::{hashed_reference_nodes, sort::Sorter, SnapshotError, SnapshotWriter};

/// Hashed key, key and value.
const SLOT_BYTES: usize = 96;
/// Key and value.
const STORED_SLOT_BYTES: usize = 64;
/// See [`Record::to_bytes`].
const RECORD_BYTES: usize = 32 + 20 + 8 + 32 + 32 + 32 + 8 * 4;

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

/// The accounts of a source in the order of a snapshot.
pub struct Staged {
	folder: PathBuf,
	data: File,
	list: File,
	accounts: u64,
	state_root: H256,
	proofs: BTreeMap<H160, Vec<Vec<u8>>>,
}

/// Which accounts of those that wait are written, and with which proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
	/// All, without proofs: together they make the state root.
	Full,
	/// All, with the proofs that the source gave.
	Given,
	/// The targets, with proofs made from all accounts.
	Targets,
}

impl Staged {
	/// The root of the trie of all accounts.
	pub fn state_root(&self) -> H256 {
		self.state_root
	}

	/// The number of all accounts.
	pub fn accounts(&self) -> u64 {
		self.accounts
	}

	/// Writes the accounts as records of a snapshot, and calls `progress` after each.
	pub fn write(
		self,
		choice: Choice,
		writer: &mut SnapshotWriter,
		mut progress: impl FnMut(),
	) -> Result<(), WriteError> {
		let Self { folder, data, list, accounts, mut proofs, .. } = self;
		let failed = |source| StageError::Temporary { folder: folder.clone(), source };
		let mut list = BufReader::with_capacity(1 << 18, list);
		let mut data = BufReader::with_capacity(1 << 16, data);
		list.rewind().map_err(failed)?;
		data.rewind().map_err(failed)?;
		let mut position = 0u64;
		for _ in 0..accounts {
			let mut bytes = [0; RECORD_BYTES];
			list.read_exact(&mut bytes).map_err(failed)?;
			let record = Record::of_bytes(&bytes);
			let proof = proofs.remove(&record.address);
			if choice == Choice::Targets && proof.is_none() {
				continue;
			}
			if position != record.start {
				// Keeps what the buffer holds where the next account is near.
				let distance = i128::from(record.start).saturating_sub(i128::from(position));
				let distance = i64::try_from(distance).unwrap_or(i64::MAX);
				data.seek_relative(distance).map_err(failed)?;
				position = record.start;
			}
			position = position.saturating_add(record.code_length);
			let slot_bytes = record.slot_count.saturating_mul(STORED_SLOT_BYTES as u64);
			// At most `MAX_CODE_BYTES`.
			let mut code = vec![0; record.code_length as usize];
			data.read_exact(&mut code).map_err(failed)?;
			let proof = match choice {
				Choice::Full => Vec::new(),
				Choice::Targets => proof.unwrap_or_default(),
				Choice::Given => {
					data.seek_relative(slot_bytes.cast_signed()).map_err(failed)?;
					let (nodes, length) =
						read_nodes(&mut data, record.proof_count).map_err(failed)?;
					let back = slot_bytes.saturating_add(length).cast_signed();
					data.seek_relative(back.saturating_neg()).map_err(failed)?;
					nodes
				}
			};
			writer.account(record.head(proof))?;
			if !code.is_empty() {
				writer.code(&code)?;
			}
			for _ in 0..record.slot_count {
				let mut stored = [0; STORED_SLOT_BYTES];
				data.read_exact(&mut stored).map_err(failed)?;
				let [key, value] = words(&stored);
				writer.slot(Slot { key, value })?;
			}
			position = position.saturating_add(slot_bytes);
			progress();
		}
		match proofs.into_iter().next().filter(|_| choice == Choice::Targets) {
			Some((address, _)) => Err(StageError::NoAccount { address }.into()),
			None => Ok(()),
		}
	}
}

/// Why what waits cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
	/// What waits.
	#[error(transparent)]
	Stage(#[from] StageError),
	/// The snapshot.
	#[error(transparent)]
	Snapshot(#[from] SnapshotError),
}

/// An account that waits, and where its code, its slots and its proof begin.
struct Record {
	address: H160,
	nonce: u64,
	balance: U256,
	code_hash: H256,
	storage_root: H256,
	code_length: u64,
	slot_count: u64,
	start: u64,
	proof_count: u64,
}

impl Record {
	fn to_bytes(&self) -> [u8; RECORD_BYTES] {
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

	fn of_bytes(bytes: &[u8; RECORD_BYTES]) -> Self {
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
	fn leaf(&self) -> TrieAccount {
		TrieAccount::new(
			self.nonce,
			AlloyU256::from_be_bytes(self.balance.to_big_endian()),
			B256::from(self.storage_root.0),
			B256::from(self.code_hash.0),
		)
	}

	fn head(&self, proof: Vec<Vec<u8>>) -> AccountHead {
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

fn words<const N: usize>(bytes: &[u8]) -> [H256; N] {
	let mut rest = bytes;
	[(); N].map(|()| H256(take(&mut rest)))
}

/// The nodes of a proof, and the bytes that they take.
fn read_nodes(data: &mut impl Read, count: u64) -> io::Result<(Vec<Vec<u8>>, u64)> {
	let mut nodes = Vec::new();
	let mut taken = 0u64;
	for _ in 0..count {
		let mut length = [0; 8];
		data.read_exact(&mut length)?;
		let length = u64::from_be_bytes(length);
		// As long as what was written from memory.
		let mut node = vec![0; length as usize];
		data.read_exact(&mut node)?;
		taken = taken.saturating_add(8).saturating_add(length);
		nodes.push(node);
	}
	Ok((nodes, taken))
}
