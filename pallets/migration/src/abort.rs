//! Taking back what an aborted migration brought, over as many blocks as it takes.

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{
	defensive,
	dispatch::DispatchResultWithPostInfo,
	pallet_prelude::*,
	traits::{
		fungible::{Inspect, Mutate},
		tokens::{Fortitude, Precision, Preservation},
	},
	weights::Weight,
};
use migration_primitives::{
	manifest::{BalancePolicy, Manifest},
	status::{AccountRecord, Stage, Undo},
	H160, H256,
};
use scale_info::TypeInfo;

use crate::{
	stage::RecordOf, Accounts, Active, Cleaned, Config, Error, Event, EvmHost, Ledger, Manifests,
	Migrations, Pallet, Proofs, Sources, Used, WeightInfo,
};

/// What one account costs in steps of the clean-up; a slot costs one, and so does looking at an
/// account of another migration.
pub(crate) const STEPS_PER_ACCOUNT: u32 = 16;
/// Most steps at once in `on_idle`: the keys of so many slots are held in memory.
const MAX_IDLE_STEPS: u64 = 50_000;

/// How far the clean-up is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct CleanUp {
	/// The last account of the address map that was looked at, by its address on the source.
	pub last: Option<H160>,
	/// The last slot that was removed of the account after it, if some of its slots are left.
	pub slot: Option<H256>,
	/// Wei that were credited and were not there any more.
	pub missing: u128,
}

impl<T: Config> Pallet<T> {
	pub(crate) fn do_clean_up(migration: u32, limit: u32) -> DispatchResultWithPostInfo {
		let record = Self::at_stage(migration, Stage::Aborting)?;
		ensure!(limit > STEPS_PER_ACCOUNT, Error::<T>::LimitTooSmall);
		let used = Self::take_back(migration, record, limit);
		Ok(Some(T::WeightInfo::clean_up(used)).into())
	}

	/// Goes on with a clean-up in what is left of a block, and of the share that chunks may take.
	pub(crate) fn clean_up_idly(remaining: Weight) -> Weight {
		let looked = T::DbWeight::get().reads(3);
		let Some(left) = remaining.checked_sub(&looked) else { return Weight::zero() };
		let Some(migration) = Active::<T>::get() else { return looked };
		let Ok(record) = Self::at_stage(migration, Stage::Aborting) else { return looked };
		let (share, _) = Self::import_share();
		let left = left.min(share.saturating_sub(Used::<T>::get().weight));
		let base = T::WeightInfo::clean_up(0);
		let step = T::WeightInfo::clean_up(1).saturating_sub(base);
		let steps = left
			.checked_sub(&base)
			.and_then(|left| left.checked_div_per_component(&step))
			.unwrap_or(0)
			.min(MAX_IDLE_STEPS);
		if steps <= STEPS_PER_ACCOUNT.into() {
			return looked;
		}
		let used = Self::take_back(migration, record, steps as u32);
		looked.saturating_add(T::WeightInfo::clean_up(used))
	}

	/// Takes back what at most `limit` steps allow, and ends the migration when nothing is left.
	/// Returns the steps.
	fn take_back(migration: u32, record: RecordOf<T>, limit: u32) -> u32 {
		let Some(manifest) = Manifests::<T>::get(migration) else {
			defensive!("a migration without its manifest");
			return 0;
		};
		let chain_id = record.source_chain_id;
		let mut state = Cleaned::<T>::get();
		let mut left = limit;
		while left >= STEPS_PER_ACCOUNT {
			let next = match state.last {
				Some(last) => Accounts::<T>::iter_prefix_from(
					chain_id,
					Accounts::<T>::hashed_key_for(chain_id, last),
				)
				.next(),
				None => Accounts::<T>::iter_prefix(chain_id).next(),
			};
			let Some((source, entry)) = next else {
				Self::end_abort(migration, record, &manifest, state.missing);
				return limit.saturating_sub(left);
			};
			if entry.migration != migration {
				left = left.saturating_sub(1);
			} else {
				left = left.saturating_sub(STEPS_PER_ACCOUNT);
				if matches!(entry.undo, Undo::Account { .. }) {
					let removal = T::Evm::remove_storage(&entry.address, state.slot, left);
					left = left.saturating_sub(removal.slots);
					state.slot = removal.last;
					if !removal.done {
						break;
					}
				}
				state.slot = None;
				Self::free(migration, &manifest, source, entry, &mut state);
			}
			state.last = Some(source);
		}
		Cleaned::<T>::put(state);
		limit.saturating_sub(left)
	}

	/// Takes back all of an account but its slots, and frees its addresses.
	fn free(
		migration: u32,
		manifest: &Manifest<T::AccountId>,
		source: H160,
		entry: AccountRecord<T::AccountId>,
		state: &mut CleanUp,
	) {
		let missing = match entry.undo {
			Undo::Account { credited } => {
				let emptied = T::Evm::remove_code(&entry.address);
				// Nobody has used it, since it is locked, unless its account has a key of this
				// chain: then it must not begin again where its transactions are valid once more.
				let used = T::Evm::account(&entry.address).nonce != entry.nonce;
				let emptied = match used {
					true => emptied,
					false => emptied.and_then(|()| T::Evm::set_nonce(&entry.address, 0)),
				};
				debug_assert!(emptied.is_ok(), "nothing fits everywhere");
				let account = T::Evm::account_id(&entry.address);
				credited.saturating_sub(Self::collect(migration, manifest, &account, credited))
			}
			Undo::Nonce { before, raised } => {
				// Who has used it since keeps it.
				if T::Evm::account(&entry.address).nonce == raised {
					let restored = T::Evm::set_nonce(&entry.address, before);
					debug_assert!(restored.is_ok(), "the nonce was there before");
				}
				0
			}
			Undo::Nothing => 0,
		};
		let held = Ledger::<T>::take(migration, source).map_or(0, |owed| owed.balance);
		let escrow = Self::escrow(migration);
		let missing = missing
			.saturating_add(held)
			.saturating_sub(Self::collect(migration, manifest, &escrow, held));
		if missing > 0 {
			state.missing = state.missing.saturating_add(missing);
			Self::deposit_event(Event::NotTakenBack { migration, source, balance: missing });
		}
		Sources::<T>::remove(entry.address);
		Accounts::<T>::remove(Self::chain_of(manifest), source);
		Self::deposit_event(Event::AccountRemoved { migration, source, target: entry.address });
	}

	fn chain_of(manifest: &Manifest<T::AccountId>) -> u64 {
		manifest.source.chain_id
	}

	/// Burns what was minted, or brings it back into the escrow. Returns how much was there.
	fn collect(
		migration: u32,
		manifest: &Manifest<T::AccountId>,
		from: &T::AccountId,
		amount: u128,
	) -> u128 {
		if amount == 0 {
			return 0;
		}
		let escrow = Self::escrow(migration);
		match &manifest.balances {
			BalancePolicy::Skip => 0,
			BalancePolicy::Mint { .. } => T::Currency::burn_from(
				from,
				amount.into(),
				Preservation::Expendable,
				Precision::BestEffort,
				Fortitude::Force,
			)
			.map_or(0, Into::into),
			BalancePolicy::Fund { .. } => {
				let available: u128 = T::Currency::reducible_balance(
					from,
					Preservation::Expendable,
					Fortitude::Polite,
				)
				.into();
				let amount = amount.min(available);
				if *from == escrow {
					return amount;
				}
				T::Currency::transfer(from, &escrow, amount.into(), Preservation::Expendable)
					.map_or(0, |_| amount)
			}
		}
	}

	/// Nothing is left: gives a funding account all of it back, and lets another migration begin.
	fn end_abort(
		migration: u32,
		mut record: RecordOf<T>,
		manifest: &Manifest<T::AccountId>,
		missing: u128,
	) {
		if let BalancePolicy::Fund { account } = &manifest.balances {
			let total = Self::wei(manifest.totals.balance).unwrap_or(u128::MAX);
			let balance = total.saturating_sub(missing);
			Self::give_back(migration, account, balance);
		}
		// They vouched for what is here, and it is not here any more.
		let digests =
			[record.manifest, manifest.chunks.root, manifest.snapshot_digest, manifest.map.root];
		for digest in digests {
			if Proofs::<T>::get(digest).is_some_and(|proof| proof.migration == migration) {
				Proofs::<T>::remove(digest);
				Self::deposit_event(Event::ProofRemoved { digest });
			}
		}
		Cleaned::<T>::kill();
		Active::<T>::kill();
		Self::enter(&mut record, Stage::Aborted);
		Migrations::<T>::insert(migration, record);
		Self::deposit_event(Event::Aborted { migration });
	}
}
