//! The pallet's storage as revm's database.

use super::{
	convert::{from_address, hash_to_word, to_hash, to_word, word_to_hash},
	memory::{ACCOUNT_SHARE, MAX_LOADED},
};
use crate::{
	slot_keys::AccountSlots, AccountCodes, AccountCodesMetadata, AccountGuard, BlockHashMapping,
	CodeMetadata, Config, EmptyAccounts, EvmSpec, Pallet,
};
use alloc::collections::BTreeMap;
use core::{fmt, marker::PhantomData};
use revm::{
	context_interface::DBErrorMarker,
	primitives::{Address, Bytes, B256, U256 as Word},
	state::{AccountInfo, Bytecode},
	Database,
};
use sp_core::{Get, H160};

/// Bytes of code that one execution may read, each code counted once. Gas does not bound them: 2,600
/// of it read 24 KiB, so that 2^24 would fill the memory of the Wasm executor.
const MAX_CODE_READ: usize = 16 << 20;

/// Bytes of storage proof for a key that is read first: five full branches of sixteen hashes of 32
/// bytes, which are those of a map of a million keys.
const KEY_PROOF: u64 = 5 * 16 * 32 + 40;
/// Keys of an account: its nonce and balance, the metadata of its code, its lock and reservation, the
/// marks of empty accounts and bare storage, the reference of its nonce.
const ACCOUNT_KEYS: u64 = 7;

/// Reads accounts, code and storage. Nothing is written through it.
pub(crate) struct FrameDatabase<T> {
	/// Whether touching a locked account is an error.
	enforce_locks: bool,
	/// Owners of the code hashes seen, since code is stored by address, and the bytes of the code.
	owners: BTreeMap<B256, (H160, u64)>,
	/// Codes read, which many accounts can share.
	codes: BTreeMap<B256, Bytecode>,
	/// Bytes of all of them.
	code_read: usize,
	/// Accounts and slots that the engine holds in memory, in slots.
	loaded: u64,
	/// The slots of the accounts whose slots were read.
	slots: BTreeMap<H160, AccountSlots>,
	/// Hashes of older blocks read: reading them again costs no more gas than an addition or two.
	block_hashes: BTreeMap<u64, B256>,
	/// Bytes of storage proof for what was read.
	proof: u64,
	/// How many they may be, if they are counted.
	proof_limit: Option<u64>,
	_config: PhantomData<T>,
}

impl<T> FrameDatabase<T> {
	pub(super) fn new(enforce_locks: bool, proof_limit: Option<u64>) -> Self {
		Self {
			enforce_locks,
			owners: BTreeMap::new(),
			codes: BTreeMap::new(),
			code_read: 0,
			loaded: 0,
			slots: BTreeMap::new(),
			block_hashes: BTreeMap::new(),
			proof: 0,
			proof_limit,
			_config: PhantomData,
		}
	}

	/// Bytes of storage proof for what was read, at most the limit; zero if they are not counted.
	pub(super) fn proof(&self) -> u64 {
		self.proof_limit.map_or(0, |limit| self.proof.min(limit))
	}

	/// Size and hash of a code. Frontier fills the metadata in lazily: without it the code is read.
	fn code_metadata(&mut self, address: &H160) -> Result<Option<CodeMetadata>, DatabaseError>
	where
		T: Config,
	{
		if let Some(metadata) = AccountCodesMetadata::<T>::get(address) {
			return Ok(Some(metadata));
		}
		let code = AccountCodes::<T>::get(address);
		if code.is_empty() {
			return Ok(None);
		}
		self.count(1, code.len() as u64)?;
		self.count_code(code.len())?;
		Ok(Some(CodeMetadata::from_code(&code)))
	}

	/// Counts bytes of code that are read.
	fn count_code(&mut self, bytes: usize) -> Result<(), DatabaseError> {
		self.code_read = self.code_read.saturating_add(bytes);
		if self.code_read > MAX_CODE_READ {
			return Err(DatabaseError::TooMuchCode { limit: MAX_CODE_READ as u64 });
		}
		Ok(())
	}

	/// Counts an account that the engine is about to hold in memory; see `memory.rs`.
	fn count_account(&mut self) -> Result<(), DatabaseError> {
		self.loaded = self.loaded.saturating_add(ACCOUNT_SHARE);
		if self.loaded > MAX_LOADED {
			return Err(DatabaseError::OutOfMemory);
		}
		Ok(())
	}

	/// Whether the engine may hold one more slot in memory.
	pub(super) fn may_load_slot(&self) -> bool {
		self.loaded < MAX_LOADED
	}

	/// Counts a slot that the engine holds in memory.
	pub(super) fn count_slot(&mut self) {
		self.loaded = self.loaded.saturating_add(1);
	}

	/// Counts no more: what is left to do is paid for with every execution.
	pub(super) fn stop_counting(&mut self) {
		self.proof_limit = None;
	}

	/// Counts keys that are read first, with so many bytes of values, before they are read. The
	/// journal and the maps here ask for each key once.
	fn count(&mut self, keys: u64, bytes: u64) -> Result<(), DatabaseError> {
		let bytes = keys.saturating_mul(KEY_PROOF).saturating_add(bytes);
		self.proof = self.proof.saturating_add(bytes);
		match self.proof_limit {
			Some(limit) if self.proof > limit => Err(DatabaseError::ProofTooLarge { limit }),
			_ => Ok(()),
		}
	}
}

impl<T> fmt::Debug for FrameDatabase<T> {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.debug_struct("FrameDatabase").field("enforce_locks", &self.enforce_locks).finish()
	}
}

/// Why a read was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DatabaseError {
	/// The account is locked.
	Locked(H160),
	/// The execution reads more code than it may.
	TooMuchCode {
		/// The limit in bytes.
		limit: u64,
	},
	/// The execution needs a larger storage proof than its gas limit pays for.
	ProofTooLarge {
		/// The limit in bytes.
		limit: u64,
	},
	/// The execution needs more memory than it may have.
	OutOfMemory,
}

impl fmt::Display for DatabaseError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Locked(address) => write!(f, "the account {address:?} is locked"),
			Self::OutOfMemory => write!(f, "more memory than an execution may have"),
			Self::ProofTooLarge { limit } => write!(f, "more than {limit} bytes of proof"),
			Self::TooMuchCode { limit } => write!(f, "more than {limit} bytes of code"),
		}
	}
}

impl core::error::Error for DatabaseError {}
impl DBErrorMarker for DatabaseError {}

impl<T: Config> Database for FrameDatabase<T> {
	type Error = DatabaseError;

	/// The journal asks here once for every account before anything of it is used, its storage
	/// included, so this is where locks are enforced.
	fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, DatabaseError> {
		let address = from_address(address);
		self.count_account()?;
		self.count(ACCOUNT_KEYS, 0)?;
		if self.enforce_locks && T::AccountGuard::is_locked(&address) {
			return Err(DatabaseError::Locked(address));
		}
		let nonce = Pallet::<T>::nonce(&address);
		let balance = Pallet::<T>::balance(&address);
		let metadata = self.code_metadata(&address)?;
		let mut info = AccountInfo { nonce, balance: to_word(balance), ..Default::default() };
		if let Some(metadata) = metadata {
			info.code_hash = to_hash(metadata.hash);
			info.code = None;
			self.owners.insert(info.code_hash, (address, metadata.size));
		} else if nonce == 0 && balance.is_zero() {
			// Does not exist, unless the rules are older than EIP-161.
			let exists = T::Spec::get() < EvmSpec::SpuriousDragon
				&& EmptyAccounts::<T>::contains_key(address);
			return Ok(exists.then_some(info));
		}
		Ok(Some(info))
	}

	fn code_by_hash(&mut self, code_hash: B256) -> Result<Bytecode, DatabaseError> {
		if let Some(code) = self.codes.get(&code_hash) {
			return Ok(code.clone());
		}
		let Some((owner, size)) = self.owners.get(&code_hash).copied() else {
			return Ok(Bytecode::default());
		};
		self.count(1, size)?;
		let code = Bytes::from(AccountCodes::<T>::get(owner));
		self.count_code(code.len())?;
		// Imported code can start like a delegation without being one.
		let code =
			Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
		self.codes.insert(code_hash, code.clone());
		Ok(code)
	}

	fn storage(&mut self, address: Address, index: Word) -> Result<Word, DatabaseError> {
		self.count(1, 32)?;
		let address = from_address(address);
		let slots = self.slots.entry(address).or_insert_with(|| AccountSlots::new::<T>(&address));
		Ok(hash_to_word(slots.get(&word_to_hash(index))))
	}

	fn block_hash(&mut self, number: u64) -> Result<B256, DatabaseError> {
		if let Some(hash) = self.block_hashes.get(&number) {
			return Ok(*hash);
		}
		self.count(1, 32)?;
		let hash = to_hash(T::BlockHashMapping::block_hash(number));
		self.block_hashes.insert(number, hash);
		Ok(hash)
	}
}
