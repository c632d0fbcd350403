//! Applying the records of a chunk: heads, code and slots.

use alloc::vec::Vec;
use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::traits::Get;
use migration_primitives::{
	fault::Fault,
	hash::KECCAK_EMPTY,
	item::{self, Item},
	manifest::Manifest,
	map::{MapEntry, Target},
	records::{CheckedCode, CheckedHead, CheckedSlot, Checker, Head},
	snapshot::{Scope, Trust},
	status::{AccountRecord, AccountState, Collision, Undo},
	H160,
};
use scale_info::TypeInfo;

use crate::{
	balances::Payee, stage::RecordOf, Accounts, Config, Event, EvmHost, HostAccount, Manifests,
	Open, Pallet, Sources,
};

/// The snapshot's records so far: all that is kept of them between chunks.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct Import {
	/// What the next records are held against.
	checker: Checker,
	/// The account that they belong to, once it is known where it goes.
	placed: Option<Placed>,
}

/// Where an account went whose slots are coming in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
struct Placed {
	/// Its address here.
	address: H160,
	/// Whether its slots are written; else they are only checked.
	write: bool,
	/// What it will be when it is complete.
	outcome: AccountState,
}

impl Import {
	fn new<T: Config>(record: &RecordOf<T>) -> Self {
		let state_root = match record.trust {
			Trust::Proved => Some(record.state_root),
			Trust::Attested => None,
		};
		Self { checker: Checker::new(record.scope, state_root), placed: None }
	}
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
			return Err(Fault::ManifestMissing);
		};
		let mut import = Open::<T>::get().unwrap_or_else(|| Import::new::<T>(record));
		let (mut rest, mut accounts, mut slots) = (chunk, 0u32, 0u32);
		// Of the account that is open; at most `MaxChunkSlots`.
		let mut checked: Vec<CheckedSlot> = Vec::new();
		while !rest.is_empty() {
			match item::next(&mut rest).map_err(Fault::Item)? {
				Item::Account(claim) => {
					accounts = accounts.saturating_add(1);
					let limit = T::MaxChunkAccounts::get();
					if accounts > limit {
						return Err(Fault::TooManyAccounts { found: accounts, limit });
					}
					Self::write_slots(&import, &mut checked);
					Self::close(migration, record, &mut import)?;
					let head = import.checker.head(&claim)?;
					// Its code tells whether an account with code is a contract.
					if head.code_length == 0 {
						import.placed =
							Some(Self::place(migration, record, &manifest, head, None)?);
					}
				}
				Item::Code(claim) => {
					// Where its head came with the chunk before, its account is placed here.
					accounts = accounts.max(1);
					let (head, code) = import.checker.code(claim)?;
					import.placed =
						Some(Self::place(migration, record, &manifest, head, Some(code))?);
				}
				Item::Slot(claim) => {
					slots = slots.saturating_add(1);
					let limit = T::MaxChunkSlots::get();
					if slots > limit {
						return Err(Fault::TooManySlots { found: slots, limit });
					}
					let slot = import.checker.slot(claim)?;
					if import.placed.is_some_and(|placed| placed.write) {
						checked.push(slot);
					}
				}
			}
		}
		Self::write_slots(&import, &mut checked);
		Open::<T>::put(import);
		Ok(())
	}

	/// Writes the slots that were checked, and leaves none.
	fn write_slots(import: &Import, checked: &mut Vec<CheckedSlot>) {
		if let Some(placed) = import.placed.filter(|_| !checked.is_empty()) {
			T::Evm::set_storage(&placed.address, checked);
		}
		checked.clear();
	}

	/// All chunks are in: completes the last account, and holds all of them against the source's
	/// state root where they come without proofs of their own.
	pub(crate) fn end_records(migration: u32, record: &mut RecordOf<T>) -> Result<(), Fault> {
		let mut import = Open::<T>::take().unwrap_or_else(|| Import::new::<T>(record));
		Self::close(migration, record, &mut import)?;
		import.checker.finish()
	}

	/// Completes the account that began last, if there is one.
	fn close(migration: u32, record: &RecordOf<T>, import: &mut Import) -> Result<(), Fault> {
		let Some(account) = import.checker.end_account()? else { return Ok(()) };
		let Some(placed) = import.placed.take() else {
			frame_support::defensive!("a complete account that was placed nowhere");
			return Err(Fault::Unexpected { source_address: account.address });
		};
		Accounts::<T>::mutate(record.source_chain_id, account.address, |entry| {
			if let Some(entry) = entry {
				entry.state = placed.outcome;
			}
		});
		Self::deposit_event(Event::AccountImported {
			migration,
			source: account.address,
			target: placed.address,
			code_hash: account.code_hash,
			slots: account.slot_count,
			state: placed.outcome,
		});
		Ok(())
	}

	/// Finds the target of an account, and writes all but its slots.
	fn place(
		migration: u32,
		record: &mut RecordOf<T>,
		manifest: &Manifest<T::AccountId>,
		head: CheckedHead,
		code: Option<CheckedCode<'_>>,
	) -> Result<Placed, Fault> {
		let policy = &manifest.balances;
		let mut entry = Self::entry_of(migration, record, &head)?;
		// An account that delegates to a contract (EIP-7702) has a key.
		let is_delegation = code.is_some_and(|code| code.is_delegation());
		let is_contract = (code.is_some() && !is_delegation) || head.slot_count > 0;
		let share = Self::share_of(policy, head.address, head.balance)?;
		let found = T::Evm::account(&entry.address);

		let placement = if is_contract {
			Self::place_contract(&head, &entry, &found)?
		} else {
			Self::place_external(&head, &entry, &found, share)
		};
		// Nobody has a key of an address with code, unless that is a delegation.
		let is_keyed = || (code.is_none() || is_delegation) && T::Evm::has_key(&entry.address);
		let placement = match placement {
			// The lock is the EVM's: it does not hold what a key of this chain can send.
			Placement::Write if share > 0 && is_keyed() => Placement::WriteAndWait,
			placement => placement,
		};
		let write = || {
			if head.slot_count > 0 && head.nonce == 0 && code.is_none() {
				T::Evm::mark_bare_storage(&entry.address);
			}
			T::Evm::set_nonce(&entry.address, head.nonce)
				.and_then(|()| match code {
					Some(code) => T::Evm::set_code(&entry.address, code),
					None => Ok(()),
				})
				.map_err(|_| Fault::Host { source_address: head.address })
		};
		entry.undo = match placement {
			Placement::Write => {
				write()?;
				let payee = Payee::Evm(entry.address);
				Self::credit(migration, record, policy, head.address, payee, share)?;
				Undo::Account { credited: share }
			}
			Placement::WriteAndWait => {
				write()?;
				Self::hold(migration, record, policy, &head, &entry, share)?;
				Undo::Account { credited: 0 }
			}
			Placement::Wait | Placement::Nothing => {
				Self::hold(migration, record, policy, &head, &entry, share)?;
				Self::raise_nonce(&head, &entry, &found)?
			}
			Placement::AlreadyPresent => {
				Self::hold(migration, record, policy, &head, &entry, share)?;
				// What it creates next must not meet what it created on the source.
				Self::raise_nonce(&head, &entry, &found)?
			}
			Placement::Collision(_) => {
				record.progress.collisions = record.progress.collisions.saturating_add(1);
				Undo::Nothing
			}
			Placement::Empty => Undo::Nothing,
		};
		// A contract is locked, whoever sent dust to its target. What was alive before is not, and
		// precompiles serve everybody.
		let locked = placement.is_written() && !T::Evm::is_system_address(&entry.address);
		Sources::<T>::mutate(entry.address, |source| {
			if let Some(source) = source {
				source.locked = locked;
			}
		});

		Self::count(record, &head, &entry.target, is_contract);
		// Known at the end only otherwise, when more was handed out than approved.
		record.progress.check_within(manifest)?;
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
		Ok(Placed { address, write: placement.is_written(), outcome: placement.outcome() })
	}

	/// The map's entry of the account, with the address of a created contract recomputed.
	fn entry_of(
		migration: u32,
		record: &mut RecordOf<T>,
		head: &Head,
	) -> Result<AccountRecord<T::AccountId>, Fault> {
		let (chain_id, source) = (record.source_chain_id, head.address);
		let known = Accounts::<T>::get(chain_id, source);
		let Some(entry) = known.filter(|entry| !Self::is_unused(entry, migration)) else {
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
				(Some(deployer), _) if deployer.migration == migration => Some(deployer.address),
				// What another migration made of it is none of this map's.
				(Some(_), _) => None,
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
		head: &Head,
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
		head: &Head,
		entry: &AccountRecord<T::AccountId>,
		found: &HostAccount,
		share: u128,
	) -> Placement {
		if head.nonce == 0 && head.balance.is_zero() && head.code_length == 0 {
			return Placement::Empty;
		}
		if matches!(entry.target, Target::Account(_)) {
			// A Substrate account's own nonce is never written.
			return if share > 0 { Placement::Wait } else { Placement::Nothing };
		}
		// A delegation, and what was stored through it, belong to an account with a key.
		let has_contract = found.code_hash != KECCAK_EMPTY || found.has_storage;
		if has_contract && !found.is_delegated {
			return Placement::Collision(collision(found));
		}
		let fresh = found.nonce == 0 && found.balance == 0;
		match (fresh, share > 0) {
			(true, _) => Placement::Write,
			(false, true) => Placement::Wait,
			(false, false) => Placement::Nothing,
		}
	}

	/// Gives an account of the EVM that is alive here the larger of the two nonces at once: were it
	/// to wait as the balance does, transactions of the source could be replayed meanwhile.
	fn raise_nonce(
		head: &Head,
		entry: &AccountRecord<T::AccountId>,
		found: &HostAccount,
	) -> Result<Undo, Fault> {
		if matches!(entry.target, Target::Account(_)) || head.nonce <= found.nonce {
			return Ok(Undo::Nothing);
		}
		T::Evm::set_nonce(&entry.address, head.nonce)
			.map_err(|_| Fault::Host { source_address: head.address })?;
		Ok(Undo::Nonce { before: found.nonce, raised: head.nonce })
	}

	/// Adds an account to the sums. Those of balances end at the largest number, which a manifest has
	/// only where none of them is brought.
	fn count(
		record: &mut RecordOf<T>,
		head: &Head,
		target: &Target<T::AccountId>,
		is_contract: bool,
	) {
		let totals = &mut record.progress.totals;
		totals.accounts = totals.accounts.saturating_add(1);
		totals.contracts = totals.contracts.saturating_add(u64::from(head.code_length > 0));
		totals.slots = totals.slots.saturating_add(head.slot_count);
		totals.code_bytes = totals.code_bytes.saturating_add(head.code_length.into());
		totals.balance = totals.balance.saturating_add(head.balance);
		if !is_contract && *target != Target::Preserve {
			let remapped = &mut record.progress.remapped;
			remapped.accounts = remapped.accounts.saturating_add(1);
			remapped.balance = remapped.balance.saturating_add(head.balance);
		}
	}
}

/// What happens to an account of the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Placement {
	/// It is written.
	Write,
	/// It is written, but for its balance, which waits in the ledger.
	WriteAndWait,
	/// Its balance waits in the ledger.
	Wait,
	/// It is alive, or an account of this chain, and there is no balance to give it.
	Nothing,
	/// It does not exist (EIP-161).
	Empty,
	/// The same code is there; only its balance is brought, and waits in the ledger.
	AlreadyPresent,
	/// The target is occupied.
	Collision(Collision),
}

impl Placement {
	/// Whether the account is written where nothing was.
	fn is_written(self) -> bool {
		matches!(self, Placement::Write | Placement::WriteAndWait)
	}

	fn outcome(self) -> AccountState {
		match self {
			Placement::Write | Placement::Nothing => AccountState::Imported,
			Placement::Wait | Placement::WriteAndWait => AccountState::Waiting,
			Placement::Empty => AccountState::Empty,
			Placement::AlreadyPresent => AccountState::AlreadyPresent,
			Placement::Collision(collision) => AccountState::Collided(collision),
		}
	}
}

fn collision(found: &HostAccount) -> Collision {
	Collision { code_hash: found.code_hash, nonce: found.nonce, storage: found.has_storage }
}
