//! Applying the records of a chunk: heads, code and slots.

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{ensure, traits::Get};
use migration_primitives::{
	fault::Fault,
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{self, AccountHead, Item, Slot},
	manifest::BalancePolicy,
	map::{MapEntry, Target},
	snapshot::Scope,
	status::{AccountRecord, AccountState, Beneficiary, Collision, Owed},
	H160, H256, U256,
};
use scale_info::TypeInfo;

use crate::{
	balances::Payee, stage::RecordOf, Accounts, Config, Event, EvmHost, HostAccount, Ledger,
	Manifests, Open, Pallet, Sources,
};

/// The account whose records are coming in: all that is kept of it between chunks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct OpenAccount {
	/// Its address on the source.
	pub source: H160,
	/// Its address here.
	pub address: H160,
	/// Whether its records are written; else they are only checked.
	pub write: bool,
	/// Length of its code, from its head.
	pub code_length: u32,
	/// Its code hash, from its head.
	pub code_hash: H256,
	/// Whether its code is still to come.
	pub code_missing: bool,
	/// Slots still to come.
	pub slots_missing: u64,
	/// Slots declared by its head.
	pub slots: u64,
	/// `keccak256(key)` of its last slot.
	pub last_slot: Option<H256>,
	/// What it will be when it is complete.
	pub outcome: AccountState,
}

impl<T: Config> Pallet<T> {
	/// Checks and writes every record of one chunk.
	pub(crate) fn apply_chunk(
		migration: u32,
		record: &mut RecordOf<T>,
		chunk: &[u8],
	) -> Result<(), Fault> {
		if chunk.is_empty() {
			return Err(Fault::EmptyChunk);
		}
		let Some(manifest) = Manifests::<T>::get(migration) else {
			frame_support::defensive!("a migration without its manifest");
			return Err(Fault::Totals);
		};
		let (mut rest, mut slots, mut open) = (chunk, 0u32, Open::<T>::get());
		while !rest.is_empty() {
			match item::next(&mut rest).map_err(Fault::Item)? {
				Item::Account(head) => {
					Self::close(migration, record, open.take())?;
					open = Some(Self::open_account(migration, record, &manifest.balances, head)?);
					// Known at the end only otherwise, when more was handed out than approved.
					ensure!(record.progress.is_within(&manifest), Fault::Totals);
				}
				Item::Code(code) => Self::apply_code(open.as_mut(), code)?,
				Item::Slot(slot) => {
					slots = slots.saturating_add(1);
					let limit = T::MaxChunkSlots::get();
					if slots > limit {
						return Err(Fault::TooManySlots { found: slots, limit });
					}
					Self::apply_slot(open.as_mut(), slot)?;
				}
			}
		}
		Open::<T>::set(open);
		Ok(())
	}

	/// Completes the account that began last, if there is one.
	pub(crate) fn close_account(migration: u32, record: &mut RecordOf<T>) -> Result<(), Fault> {
		Self::close(migration, record, Open::<T>::take())
	}

	fn close(
		migration: u32,
		record: &mut RecordOf<T>,
		open: Option<OpenAccount>,
	) -> Result<(), Fault> {
		let Some(open) = open else { return Ok(()) };
		if open.code_missing || open.slots_missing > 0 {
			return Err(Fault::Incomplete {
				source_address: open.source,
				slots: open.slots_missing,
				code: open.code_missing,
			});
		}
		Accounts::<T>::mutate(record.source_chain_id, open.source, |entry| {
			if let Some(entry) = entry {
				entry.state = open.outcome;
			}
		});
		Self::deposit_event(Event::AccountImported {
			migration,
			source: open.source,
			target: open.address,
			code_hash: open.code_hash,
			slots: open.slots,
			state: open.outcome,
		});
		Ok(())
	}

	/// A head: checks it, finds its target, and writes all that needs neither code nor slots.
	fn open_account(
		migration: u32,
		record: &mut RecordOf<T>,
		policy: &BalancePolicy<T::AccountId>,
		head: AccountHead,
	) -> Result<OpenAccount, Fault> {
		Self::check_head(record, &head)?;
		let mut entry = Self::entry_of(migration, record, &head)?;
		let is_contract = head.code_length > 0 || head.slot_count > 0;
		let share = Self::share_of(policy, head.address, head.balance)?;
		let found = T::Evm::account(&entry.address);

		let placement = if is_contract {
			Self::place_contract(&head, &entry, &found)?
		} else {
			Self::place_external(&head, &entry, &found, share)
		};
		match placement {
			Placement::Write | Placement::AlreadyPresent => {
				if placement == Placement::Write {
					T::Evm::set_nonce(&entry.address, head.nonce)
						.map_err(|_| Fault::Host { source_address: head.address })?;
				}
				let payee = Payee::Evm(entry.address);
				Self::credit(migration, record, policy, head.address, payee, share)?;
			}
			Placement::Wait => {
				Self::credit(migration, record, policy, head.address, Payee::Escrow, share)?;
				let beneficiary = match &entry.target {
					Target::Account(account) => Beneficiary::Account(account.clone()),
					_ => Beneficiary::Evm(entry.address),
				};
				let owed = Owed { beneficiary, balance: share, nonce: head.nonce };
				Ledger::<T>::insert(migration, head.address, owed);
				record.progress.waiting = record.progress.waiting.saturating_add(1);
			}
			Placement::Collision(_) => {
				record.progress.collisions = record.progress.collisions.saturating_add(1);
			}
			Placement::Nothing | Placement::Empty => {}
		}
		// A contract is locked, whoever sent dust to its target. What was alive before is not, and
		// precompiles serve everybody.
		let locked = placement == Placement::Write && !T::Evm::is_system_address(&entry.address);
		Sources::<T>::mutate(entry.address, |source| {
			if let Some(source) = source {
				source.locked = locked;
			}
		});

		Self::count(record, &head, &entry.target, is_contract)?;
		entry.state = AccountState::Importing;
		entry.nonce = head.nonce;
		entry.balance = head.balance;
		entry.code_hash = head.code_hash;
		entry.storage_root = head.storage_root;
		entry.slots = head.slot_count;
		if !matches!(entry.target, Target::Account(_)) {
			entry.surplus = found.balance;
		}
		let address = entry.address;
		Accounts::<T>::insert(record.source_chain_id, head.address, entry);
		Ok(OpenAccount {
			source: head.address,
			address,
			write: placement == Placement::Write,
			code_length: head.code_length,
			code_hash: head.code_hash,
			code_missing: head.code_length > 0,
			slots_missing: head.slot_count,
			slots: head.slot_count,
			last_slot: None,
			outcome: placement.outcome(),
		})
	}

	/// What a head alone must satisfy.
	fn check_head(record: &mut RecordOf<T>, head: &AccountHead) -> Result<(), Fault> {
		let source_address = head.address;
		let place = keccak256(source_address.as_bytes());
		if record.progress.last_account.is_some_and(|last| place <= last) {
			return Err(Fault::AccountOrder { source_address });
		}
		record.progress.last_account = Some(place);
		if (head.code_length == 0) != (head.code_hash == KECCAK_EMPTY) {
			return Err(Fault::CodeHash {
				source_address,
				expected: head.code_hash,
				found: KECCAK_EMPTY,
			});
		}
		if (head.slot_count == 0) != (head.storage_root == EMPTY_TRIE_ROOT) {
			return Err(Fault::StorageRoot {
				source_address,
				slots: head.slot_count,
				root: head.storage_root,
			});
		}
		Ok(())
	}

	/// The map's entry of the account, with the address of a created contract recomputed.
	fn entry_of(
		migration: u32,
		record: &mut RecordOf<T>,
		head: &AccountHead,
	) -> Result<AccountRecord<T::AccountId>, Fault> {
		let (chain_id, source) = (record.source_chain_id, head.address);
		let Some(entry) = Accounts::<T>::get(chain_id, source) else {
			return match record.scope {
				Scope::Selected => Err(Fault::Unmapped { source_address: source }),
				Scope::Full => {
					let entry = MapEntry { source, target: Target::Preserve, address: source };
					Self::load_entry(migration, chain_id, entry)
				}
			};
		};
		if entry.migration != migration || entry.state != AccountState::Mapped {
			return Err(Fault::SourceTaken { source_address: source });
		}
		if let Some(deployer) = entry.target.deployer() {
			let deployer_target = match (Accounts::<T>::get(chain_id, deployer), record.scope) {
				(Some(deployer), _) => Some(deployer.address),
				(None, Scope::Full) => Some(deployer),
				(None, Scope::Selected) => None,
			};
			Self::check_address(&entry.target, source, entry.address, deployer_target)?;
			record.progress.unchecked_addresses =
				record.progress.unchecked_addresses.saturating_sub(1);
		}
		Ok(entry)
	}

	/// Where an account with code or storage goes.
	fn place_contract(
		head: &AccountHead,
		entry: &AccountRecord<T::AccountId>,
		found: &HostAccount,
	) -> Result<Placement, Fault> {
		let source_address = head.address;
		if matches!(entry.target, Target::Account(_)) {
			return Err(Fault::ContractToAccount { source_address });
		}
		if T::Evm::is_system_address(&entry.address) {
			return Err(Fault::ReservedAddress { source_address, target: entry.address });
		}
		let same_code = found.code_hash == head.code_hash && head.code_length > 0;
		if same_code && head.slot_count == 0 && !found.has_storage {
			return Ok(Placement::AlreadyPresent);
		}
		let occupied = found.code_hash != KECCAK_EMPTY || found.has_storage || found.nonce > 0;
		Ok(if occupied { Placement::Collision(collision(found)) } else { Placement::Write })
	}

	/// Where an account without code and storage goes.
	fn place_external(
		head: &AccountHead,
		entry: &AccountRecord<T::AccountId>,
		found: &HostAccount,
		share: u128,
	) -> Placement {
		if head.nonce == 0 && head.balance.is_zero() {
			return Placement::Empty;
		}
		if matches!(entry.target, Target::Account(_)) {
			// A Substrate account's own nonce is never written.
			return if share > 0 { Placement::Wait } else { Placement::Nothing };
		}
		if found.code_hash != KECCAK_EMPTY || found.has_storage {
			return Placement::Collision(collision(found));
		}
		if found.nonce == 0 && found.balance == 0 {
			return Placement::Write;
		}
		if share > 0 || head.nonce > found.nonce {
			Placement::Wait
		} else {
			Placement::Nothing
		}
	}

	/// Adds an account to the sums.
	fn count(
		record: &mut RecordOf<T>,
		head: &AccountHead,
		target: &Target<T::AccountId>,
		is_contract: bool,
	) -> Result<(), Fault> {
		let fault = Fault::Balance { source_address: head.address, balance: head.balance };
		let add = |sum: U256| sum.checked_add(head.balance).ok_or(fault);
		let totals = &mut record.progress.totals;
		totals.accounts = totals.accounts.saturating_add(1);
		totals.contracts = totals.contracts.saturating_add(u64::from(head.code_length > 0));
		totals.slots = totals.slots.saturating_add(head.slot_count);
		totals.code_bytes = totals.code_bytes.saturating_add(head.code_length.into());
		totals.balance = add(totals.balance)?;
		if !is_contract && *target != Target::Preserve {
			let remapped = &mut record.progress.remapped;
			remapped.accounts = remapped.accounts.saturating_add(1);
			remapped.balance = add(remapped.balance)?;
		}
		Ok(())
	}

	fn apply_code(open: Option<&mut OpenAccount>, code: &[u8]) -> Result<(), Fault> {
		let Some(open) = open else {
			return Err(Fault::Unexpected { source_address: H160::zero() });
		};
		let source_address = open.source;
		ensure!(open.code_missing, Fault::Unexpected { source_address });
		let found = u32::try_from(code.len()).unwrap_or(u32::MAX);
		if found != open.code_length {
			return Err(Fault::CodeLength { source_address, expected: open.code_length, found });
		}
		let found = keccak256(code);
		if found != open.code_hash {
			return Err(Fault::CodeHash { source_address, expected: open.code_hash, found });
		}
		if open.write {
			T::Evm::set_code(&open.address, code.to_vec())
				.map_err(|_| Fault::Host { source_address })?;
		}
		open.code_missing = false;
		Ok(())
	}

	fn apply_slot(open: Option<&mut OpenAccount>, slot: Slot) -> Result<(), Fault> {
		let Some(open) = open else {
			return Err(Fault::Unexpected { source_address: H160::zero() });
		};
		let source_address = open.source;
		if open.code_missing || open.slots_missing == 0 {
			return Err(Fault::Unexpected { source_address });
		}
		let place = keccak256(slot.key.as_bytes());
		if open.last_slot.is_some_and(|last| place <= last) {
			return Err(Fault::SlotOrder { source_address, key: slot.key });
		}
		if open.write {
			T::Evm::set_storage(&open.address, slot.key, slot.value);
		}
		open.last_slot = Some(place);
		open.slots_missing = open.slots_missing.saturating_sub(1);
		Ok(())
	}
}

/// What happens to an account of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placement {
	/// It is written.
	Write,
	/// What it gets waits in the ledger.
	Wait,
	/// There is nothing to give it.
	Nothing,
	/// It does not exist (EIP-161).
	Empty,
	/// The same code is there; only its balance is credited.
	AlreadyPresent,
	/// The target is occupied.
	Collision(Collision),
}

impl Placement {
	fn outcome(self) -> AccountState {
		match self {
			Placement::Write | Placement::Nothing => AccountState::Imported,
			Placement::Wait => AccountState::Waiting,
			Placement::Empty => AccountState::Empty,
			Placement::AlreadyPresent => AccountState::AlreadyPresent,
			Placement::Collision(collision) => AccountState::Collided(collision),
		}
	}
}

fn collision(found: &HostAccount) -> Collision {
	Collision { code_hash: found.code_hash, nonce: found.nonce, storage: found.has_storage }
}
