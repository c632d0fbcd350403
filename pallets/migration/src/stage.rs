//! The course of a migration: proposal, chunks one after another, activation.

use alloc::vec::Vec;

use frame_support::{
	defensive,
	pallet_prelude::*,
	storage::{transactional::with_transaction_unchecked, TransactionOutcome},
	weights::Weight,
};
use frame_system::pallet_prelude::BlockNumberFor;
use migration_primitives::{
	fault::Fault,
	manifest::Manifest,
	proof::{ProofKind, ProofRecord},
	status::{MigrationRecord, Progress, Stage},
	H256,
};

use crate::{
	authorize::Kind, Active, Config, Error, Event, EvmHost, Manifests, Migrations, NextMigration,
	Pallet, Proofs, LOG_TARGET,
};

/// The record of a migration into the chain of `T`.
pub(crate) type RecordOf<T> = MigrationRecord<BlockNumberFor<T>>;

impl<T: Config> Pallet<T> {
	pub(crate) fn do_propose(manifest: Manifest<T::AccountId>) -> DispatchResult {
		ensure!(Active::<T>::get().is_none(), Error::<T>::ImportInProgress);
		let header = manifest.check().map_err(|error| {
			log::info!(target: LOG_TARGET, "manifest refused: {error}");
			Error::<T>::from(error)
		})?;
		ensure!(
			BlockNumberFor::<T>::from(manifest.deadlines.review) > Self::min_review_blocks(),
			Error::<T>::ReviewTooShort
		);
		ensure!(T::Evm::evm_spec() == Some(manifest.evm_spec), Error::<T>::OtherEvmSpec);
		let hash = manifest.hash();
		ensure!(!Proofs::<T>::contains_key(hash), Error::<T>::AlreadyProposed);
		let migration = NextMigration::<T>::get();
		let next = migration.checked_add(1).ok_or(Error::<T>::InvalidCount)?;
		Self::secure_balances(migration, hash, &manifest)?;

		let stage = if manifest.map.count == 0 { Stage::Importing } else { Stage::Mapping };
		let now = frame_system::Pallet::<T>::block_number();
		let record = MigrationRecord {
			manifest: hash,
			source_chain_id: manifest.source.chain_id,
			state_root: header.map(|header| header.state_root).unwrap_or_default(),
			scope: manifest.scope,
			trust: manifest.trust,
			chunks: manifest.chunks,
			map: manifest.map,
			map_run_log2: manifest.map_run_log2,
			stage,
			since: now,
			extended: 0,
			review_since: now,
			progress: Progress::default(),
		};
		NextMigration::<T>::put(next);
		Active::<T>::put(migration);
		Self::deposit_event(Event::Proposed { migration, manifest: hash });
		Self::record_proof(&manifest, migration, hash, ProofKind::Manifest, hash);
		Migrations::<T>::insert(migration, record);
		Manifests::<T>::insert(migration, manifest);
		Ok(())
	}

	pub(crate) fn do_submit_map_chunk(migration: u32, index: u32, entries: &[u8]) {
		Self::advance(migration, index, Kind::Map, |record| {
			let count = Self::apply_map_chunk(migration, record, index, entries)?;
			Self::deposit_event(Event::MapChunkApplied { migration, index, entries: count });
			record.progress.map_chunks = index.saturating_add(1);
			if record.progress.map_chunks == Self::run_count(record) {
				Self::enter(record, Stage::Importing);
				Self::deposit_event(Event::Mapped { migration });
			}
			Ok(())
		});
	}

	pub(crate) fn do_submit_chunk(migration: u32, index: u32, chunk: &[u8]) {
		Self::advance(migration, index, Kind::Data, |record| {
			Self::apply_chunk(migration, record, chunk)?;
			Self::deposit_event(Event::ChunkApplied { migration, index });
			record.progress.chunks = index.saturating_add(1);
			if record.progress.chunks == record.chunks.count {
				Self::finish_import(migration, record)?;
			}
			Ok(())
		});
	}

	/// Applies one authorised chunk in a storage layer of its own: it advances the migration, or
	/// faults it and leaves nothing else behind.
	fn advance(
		migration: u32,
		index: u32,
		kind: Kind,
		apply: impl FnOnce(&mut RecordOf<T>) -> Result<(), Fault>,
	) {
		let Some(record) = Migrations::<T>::get(migration) else {
			defensive!("an authorised chunk of a migration that does not exist");
			return;
		};
		let expected = match kind {
			Kind::Map => (Stage::Mapping, record.progress.map_chunks),
			Kind::Data => (Stage::Importing, record.progress.chunks),
		};
		if expected != (record.stage, index) {
			defensive!("an authorised chunk that is not the next one");
			return;
		}
		let applied = with_transaction_unchecked(|| {
			let mut changed = record.clone();
			match apply(&mut changed) {
				Ok(()) => {
					Migrations::<T>::insert(migration, changed);
					TransactionOutcome::Commit(Ok(()))
				}
				Err(fault) => TransactionOutcome::Rollback(Err(fault)),
			}
		});
		if let Err(reason) = applied {
			let mut record = record;
			Self::enter(&mut record, Stage::Faulted(reason));
			Migrations::<T>::insert(migration, record);
			Self::deposit_event(Event::Faulted { migration, index, reason });
			log::warn!(target: LOG_TARGET, "migration {migration} faulted at chunk {index}: {reason}");
		}
	}

	/// All chunks are in: the sums must be the manifest's, and the digests are recorded.
	fn finish_import(migration: u32, record: &mut RecordOf<T>) -> Result<(), Fault> {
		Self::end_records(migration, record)?;
		let Some(manifest) = Manifests::<T>::get(migration) else {
			defensive!("a migration without its manifest");
			return Err(Fault::ManifestMissing);
		};
		let progress = &record.progress;
		if progress.unchecked_addresses != 0 {
			return Err(Fault::UncheckedAddresses { count: progress.unchecked_addresses });
		}
		progress.check_complete(&manifest)?;
		Self::enter(record, Stage::Imported);
		Self::deposit_event(Event::Imported { migration });
		let hash = record.manifest;
		let (chunks, snapshot) = (manifest.chunks.root, manifest.snapshot_digest);
		Self::record_proof(&manifest, migration, hash, ProofKind::Chunks, chunks);
		Self::record_proof(&manifest, migration, hash, ProofKind::Snapshot, snapshot);
		// In `Full` scope the map may be empty: everything keeps its address.
		if manifest.map.count > 0 {
			Self::record_proof(
				&manifest,
				migration,
				hash,
				ProofKind::AddressMap,
				manifest.map.root,
			);
		}
		Ok(())
	}

	/// Records a digest, unless an earlier migration already did: the first record stands.
	fn record_proof(
		manifest: &Manifest<T::AccountId>,
		migration: u32,
		manifest_hash: H256,
		kind: ProofKind,
		digest: H256,
	) {
		if Proofs::<T>::contains_key(digest) {
			return;
		}
		Proofs::<T>::insert(
			digest,
			ProofRecord {
				kind,
				migration,
				source_chain_id: manifest.source.chain_id,
				source_block: manifest.source.number,
				source_hash: manifest.source.hash,
				trust: kind.trust(manifest.trust),
				manifest: manifest_hash,
				block: frame_system::Pallet::<T>::block_number(),
			},
		);
		Self::deposit_event(Event::ProofRecorded { digest, kind });
	}

	pub(crate) fn do_activate(migration: u32) -> DispatchResult {
		let mut record = Self::at_stage(migration, Stage::Imported)?;
		let now = frame_system::Pallet::<T>::block_number();
		let waited = sp_runtime::traits::Saturating::saturating_sub(now, record.review_since);
		ensure!(waited >= Self::min_review_blocks(), Error::<T>::ReviewNotOver);
		let manifest = Manifests::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
		ensure!(!record.progress.call_failed, Error::<T>::CallNotSettled);
		let calls = manifest.post_import_calls.len();
		ensure!(record.progress.calls as usize == calls, Error::<T>::CallsOutstanding);
		let settled = record.progress.settled == record.progress.collisions;
		ensure!(settled, Error::<T>::CollisionsNotSettled);
		Self::return_unused_funds(migration, &record, &manifest);
		Self::enter(&mut record, Stage::Completed);
		Migrations::<T>::insert(migration, record);
		// Locks and reservations hold for the active migration only.
		Active::<T>::kill();
		Self::deposit_event(Event::Completed { migration });
		Ok(())
	}

	pub(crate) fn enter(record: &mut RecordOf<T>, stage: Stage) {
		let now = frame_system::Pallet::<T>::block_number();
		record.stage = stage;
		record.since = now;
		record.extended = 0;
		record.review_since = now;
	}

	/// The most that chunks may take of a block: its weight and its length in bytes.
	pub(crate) fn import_share() -> (Weight, u32) {
		let share = T::MaxImportShare::get();
		let weights = T::BlockWeights::get();
		let normal = weights.get(frame_support::dispatch::DispatchClass::Normal);
		let weight = normal.max_total.unwrap_or(weights.max_block);
		let length = *T::BlockLength::get().max.get(frame_support::dispatch::DispatchClass::Normal);
		(
			Weight::from_parts(
				share.mul_floor(weight.ref_time()),
				share.mul_floor(weight.proof_size()),
			),
			share.mul_floor(length),
		)
	}

	/// The heaviest legal chunk, authorisation included, fits into an extrinsic and into the share
	/// of a block.
	pub(crate) fn check_limits() {
		use crate::{
			weights::{heaviest_chunk, longest_run},
			WeightInfo,
		};
		use migration_primitives::{limits::*, map::MapEntry};

		let (bytes, map_bytes) = (T::MaxChunkBytes::get(), T::MaxMapChunkBytes::get());
		let code = MAX_CODE_BYTES as u32;
		assert!(
			bytes > code.saturating_add(64),
			"MaxChunkBytes {bytes} must exceed the longest code, {code}, and its head",
		);
		let (accounts, slots) = (T::MaxChunkAccounts::get(), T::MaxChunkSlots::get());
		assert!(accounts > 0 && slots > 0, "a chunk must take an account, and a slot");
		let entry = MapEntry::<T::AccountId>::max_encoded_len();
		assert!(
			map_bytes as usize >= entry,
			"MaxMapChunkBytes {map_bytes} must take the longest entry, {entry}",
		);
		let (share, length) = Self::import_share();
		let path = MAX_MERKLE_PATH;
		let payload = |bytes: u32| bytes.saturating_add(path.saturating_mul(32));
		let longest = payload(bytes.max(map_bytes));
		assert!(longest <= length, "a chunk of {longest} bytes exceeds the share of {length}");
		let chunk = heaviest_chunk::<T>()
			.saturating_add(T::WeightInfo::authorize_chunk(bytes, path))
			.saturating_add_proof_size(payload(bytes).into());
		assert!(chunk.all_lte(share), "the heaviest chunk {chunk:?} exceeds the share {share:?}");
		let map = T::WeightInfo::submit_map_chunk(longest_run::<T>())
			.saturating_add(T::WeightInfo::authorize_map_chunk(map_bytes, path))
			.saturating_add_proof_size(payload(map_bytes).into());
		assert!(map.all_lte(share), "the heaviest map chunk {map:?} exceeds the share {share:?}");
		let step = T::WeightInfo::clean_up(crate::abort::STEPS_PER_ACCOUNT.saturating_add(1));
		assert!(step.all_lte(share), "a clean-up's step {step:?} exceeds the share {share:?}");
		let weights = T::BlockWeights::get();
		let normal = weights.get(frame_support::dispatch::DispatchClass::Normal);
		if let Some(extrinsic) = normal.max_extrinsic {
			assert!(
				chunk.all_lte(extrinsic) && map.all_lte(extrinsic),
				"a chunk exceeds an extrinsic"
			);
		}
	}

	/// The sources of a migration's ledger; for tests and inspection.
	pub fn waiting(migration: u32) -> Vec<migration_primitives::H160> {
		crate::Ledger::<T>::iter_key_prefix(migration).collect()
	}
}
