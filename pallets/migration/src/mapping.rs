//! Loading the address map: both directions, and the reservation of every target.

use migration_primitives::{
	fault::Fault,
	hash::KECCAK_EMPTY,
	map::{check_order, decode_run, run_length, MapEntry, MapError, Target},
	status::{AccountRecord, AccountState, SourceRecord, Undo},
	H160, H256, U256,
};

use crate::{stage::RecordOf, Accounts, Config, EvmHost, Pallet, Sources};

impl<T: Config> Pallet<T> {
	/// Loads one run of the map. Returns the number of its entries.
	pub(crate) fn apply_map_chunk(
		migration: u32,
		record: &mut RecordOf<T>,
		index: u32,
		bytes: &[u8],
	) -> Result<u32, Fault> {
		let count = run_length(record.map.count, record.map_run_log2, index);
		let entries = decode_run::<T::AccountId>(bytes, count).map_err(Fault::Map)?;
		for entry in entries {
			if let Some(previous) = record.progress.last_map_source {
				check_order(previous, entry.source).map_err(Fault::Map)?;
			}
			record.progress.last_map_source = Some(entry.source);
			record.progress.map_entries = record.progress.map_entries.saturating_add(1);
			if entry.target.deployer().is_some() {
				// Checked when the account's head comes: by then every deployer is loaded.
				record.progress.unchecked_addresses =
					record.progress.unchecked_addresses.saturating_add(1);
			} else {
				Self::check_address(&entry.target, entry.source, entry.address, None)?;
			}
			Self::load_entry(migration, record.source_chain_id, entry)?;
		}
		Ok(count)
	}

	/// Writes both directions of one entry and reserves its target.
	///
	/// A target that is alive stays usable, so that an import does not stop a running chain's users,
	/// and so do precompiles. A contract's is locked when its head comes, whoever sent dust there.
	pub(crate) fn load_entry(
		migration: u32,
		chain_id: u64,
		entry: MapEntry<T::AccountId>,
	) -> Result<AccountRecord<T::AccountId>, Fault> {
		let MapEntry { source, target, address } = entry;
		if let Some(earlier) = Accounts::<T>::get(chain_id, source) {
			if !Self::is_unused(&earlier, migration) {
				return Err(Fault::SourceTaken { source_address: source });
			}
			Sources::<T>::remove(earlier.address);
		}
		if let Some(taken) = Sources::<T>::get(address) {
			let holder = Accounts::<T>::get(taken.chain_id, taken.source);
			if !holder.is_some_and(|holder| Self::is_unused(&holder, migration)) {
				return Err(Fault::TargetTaken { target: address, by: taken.source });
			}
			Accounts::<T>::remove(taken.chain_id, taken.source);
		}
		let found = T::Evm::account(&address);
		let alive = found.nonce > 0
			|| found.balance > 0
			|| found.has_storage
			|| found.code_hash != KECCAK_EMPTY;
		let locked =
			!alive && !T::Evm::is_system_address(&address) && !matches!(target, Target::Account(_));
		Sources::<T>::insert(address, SourceRecord { migration, chain_id, source, locked });
		let record = AccountRecord {
			migration,
			target,
			address,
			state: AccountState::Mapped,
			nonce: 0,
			balance: U256::zero(),
			code_hash: H256::zero(),
			storage_root: H256::zero(),
			slots: 0,
			surplus: 0,
			undo: Undo::Nothing,
		};
		Accounts::<T>::insert(chain_id, source, &record);
		Ok(record)
	}

	/// Whether an entry is of the map of an earlier migration and no account came for it: then it
	/// holds nothing, and its source and its target are free. An abort leaves no entries, so that
	/// migration is complete.
	pub(crate) fn is_unused(entry: &AccountRecord<T::AccountId>, migration: u32) -> bool {
		entry.state == AccountState::Mapped && entry.migration != migration
	}

	/// Errs unless the rule gives the address.
	pub(crate) fn check_address(
		target: &Target<T::AccountId>,
		source: H160,
		found: H160,
		deployer: Option<H160>,
	) -> Result<(), Fault> {
		match target.address(source, deployer) {
			Some(expected) if expected == found => Ok(()),
			Some(expected) => {
				Err(Fault::Map(MapError::WrongAddress { source_address: source, expected, found }))
			}
			None => Err(Fault::DeployerUnmapped {
				source_address: source,
				deployer: target.deployer().unwrap_or_default(),
			}),
		}
	}
}
