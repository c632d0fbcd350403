//! What the records of a snapshot must be, one after another.

use alloy_trie::HashBuilder;
use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	item::{AccountHead, Item, Slot},
	snapshot::{Scope, Totals},
	H160, H256, U256,
};

use super::trie::{self, verify_account_proof, ProofError};

/// Why a record contradicts those before it, or the source block.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
	/// An account that is not after the one before it.
	#[error("account {address:?} is out of order or there twice")]
	AccountOrder {
		/// The account.
		address: H160,
	},
	/// A slot that is not after the one before it.
	#[error("slot {key:?} of {address:?} is out of order or there twice")]
	SlotOrder {
		/// The account.
		address: H160,
		/// The slot's key.
		key: H256,
	},
	/// Code or a slot where none may stand.
	#[error("{what} stands where an account must begin, behind {address:?}")]
	Unexpected {
		/// What it is.
		what: &'static str,
		/// The account that began last.
		address: H160,
	},
	/// An account ends too early.
	#[error("account {address:?} ends with {slots} slots missing (code missing: {code})")]
	Incomplete {
		/// The account.
		address: H160,
		/// Slots that did not come.
		slots: u64,
		/// Whether its code did not come.
		code: bool,
	},
	/// Code of another hash than the head says.
	#[error("the code of {address:?} hashes to {found:?}, its head says {expected:?}")]
	CodeHash {
		/// The account.
		address: H160,
		/// The hash in the head.
		expected: H256,
		/// The hash of the code.
		found: H256,
	},
	/// Code of another length than the head says.
	#[error("the code of {address:?} has {found} bytes, its head says {expected}")]
	CodeLength {
		/// The account.
		address: H160,
		/// The length in the head.
		expected: u32,
		/// The length of the code.
		found: usize,
	},
	/// The slots do not make the storage root.
	#[error(
		"the {slots} slots of {address:?} make the root {found:?}, its head says {expected:?}"
	)]
	StorageRoot {
		/// The account.
		address: H160,
		/// The number of slots.
		slots: u64,
		/// The root in the head.
		expected: H256,
		/// The root of the slots.
		found: H256,
	},
	/// An account whose proof does not hold.
	#[error("account {address:?} is not proved")]
	Proof {
		/// The account.
		address: H160,
		/// The cause.
		source: ProofError,
	},
	/// The accounts do not make the state root.
	#[error("the {accounts} accounts make the state root {found:?}, the block has {expected:?}")]
	StateRoot {
		/// The number of accounts.
		accounts: u64,
		/// The root in the block's header.
		expected: H256,
		/// The root of the accounts.
		found: H256,
	},
	/// A sum that does not fit.
	#[error("the sums overflow at account {address:?}")]
	Overflow {
		/// The account.
		address: H160,
	},
}

/// Takes the records one after another and refuses the first that is wrong.
pub struct Checker {
	scope: Scope,
	state_root: Option<H256>,
	open: Option<Open>,
	last_account: Option<H256>,
	totals: Totals,
	accounts: HashBuilder,
}

struct Open {
	address: H160,
	code_hash: H256,
	code_length: u32,
	storage_root: H256,
	code_missing: bool,
	slots: u64,
	slots_missing: u64,
	last_slot: Option<H256>,
	storage: HashBuilder,
}

impl Checker {
	/// A checker for records of this scope. Without a state root (a source that has none) the
	/// accounts' proofs and the state root are not checked.
	pub fn new(scope: Scope, state_root: Option<H256>) -> Self {
		Self {
			scope,
			state_root,
			open: None,
			last_account: None,
			totals: Totals::default(),
			accounts: HashBuilder::default(),
		}
	}

	/// Takes the next record.
	pub fn take(&mut self, item: &Item<'_>) -> Result<(), RecordError> {
		match item {
			Item::Account(head) => self.account(head),
			Item::Code(code) => self.code(code),
			Item::Slot(slot) => self.slot(slot),
		}
	}

	/// Ends the last account and gives the sums.
	pub fn finish(&mut self) -> Result<Totals, RecordError> {
		self.close()?;
		if let (Scope::Full, Some(expected)) = (self.scope, self.state_root) {
			let found = trie::root(&mut self.accounts);
			if found != expected {
				let accounts = self.totals.accounts;
				return Err(RecordError::StateRoot { accounts, expected, found });
			}
		}
		Ok(self.totals)
	}

	fn account(&mut self, head: &AccountHead) -> Result<(), RecordError> {
		self.close()?;
		let address = head.address;
		let hashed = keccak256(address.as_bytes());
		if self.last_account.is_some_and(|last| hashed <= last) {
			return Err(RecordError::AccountOrder { address });
		}
		self.last_account = Some(hashed);
		if (head.code_length == 0) != (head.code_hash == KECCAK_EMPTY) {
			return Err(RecordError::CodeHash {
				address,
				expected: head.code_hash,
				found: KECCAK_EMPTY,
			});
		}
		match (self.scope, self.state_root) {
			(Scope::Selected, Some(root)) => verify_account_proof(root, head)
				.map_err(|source| RecordError::Proof { address, source })?,
			(Scope::Full, Some(_)) => trie::add_account(&mut self.accounts, hashed, head),
			(_, None) => {}
		}
		self.totals = add(self.totals, head).ok_or(RecordError::Overflow { address })?;
		self.open = Some(Open {
			address,
			code_hash: head.code_hash,
			code_length: head.code_length,
			storage_root: head.storage_root,
			code_missing: head.code_length > 0,
			slots: head.slot_count,
			slots_missing: head.slot_count,
			last_slot: None,
			storage: HashBuilder::default(),
		});
		Ok(())
	}

	fn code(&mut self, code: &[u8]) -> Result<(), RecordError> {
		let open = match self.open.as_mut() {
			Some(open) if open.code_missing => open,
			open => return Err(unexpected("code", open)),
		};
		let address = open.address;
		if code.len() as u64 != u64::from(open.code_length) {
			let (expected, found) = (open.code_length, code.len());
			return Err(RecordError::CodeLength { address, expected, found });
		}
		let found = keccak256(code);
		if found != open.code_hash {
			return Err(RecordError::CodeHash { address, expected: open.code_hash, found });
		}
		open.code_missing = false;
		Ok(())
	}

	fn slot(&mut self, slot: &Slot) -> Result<(), RecordError> {
		let open = match self.open.as_mut() {
			Some(open) if !open.code_missing && open.slots_missing > 0 => open,
			open => return Err(unexpected("a slot", open)),
		};
		let hashed = keccak256(slot.key.as_bytes());
		if open.last_slot.is_some_and(|last| hashed <= last) {
			return Err(RecordError::SlotOrder { address: open.address, key: slot.key });
		}
		open.last_slot = Some(hashed);
		open.slots_missing = open.slots_missing.saturating_sub(1);
		trie::add_slot(&mut open.storage, hashed, slot.value);
		Ok(())
	}

	/// Ends the account that began last.
	fn close(&mut self) -> Result<(), RecordError> {
		let Some(mut open) = self.open.take() else { return Ok(()) };
		let address = open.address;
		if open.code_missing || open.slots_missing > 0 {
			return Err(RecordError::Incomplete {
				address,
				slots: open.slots_missing,
				code: open.code_missing,
			});
		}
		let (expected, found) = (open.storage_root, trie::root(&mut open.storage));
		if expected != found {
			return Err(RecordError::StorageRoot { address, slots: open.slots, expected, found });
		}
		Ok(())
	}
}

fn unexpected(what: &'static str, open: Option<&mut Open>) -> RecordError {
	RecordError::Unexpected { what, address: open.map(|open| open.address).unwrap_or_default() }
}

fn add(totals: Totals, head: &AccountHead) -> Option<Totals> {
	let contract = u64::from(head.code_length > 0);
	let balance: U256 = totals.balance.checked_add(head.balance)?;
	Some(Totals {
		accounts: totals.accounts.checked_add(1)?,
		contracts: totals.contracts.checked_add(contract)?,
		slots: totals.slots.checked_add(head.slot_count)?,
		code_bytes: totals.code_bytes.checked_add(head.code_length.into())?,
		balance,
	})
}
