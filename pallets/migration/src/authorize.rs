//! Which chunks may enter the pool and a block: authorisation by content.

use codec::{Decode, Encode, MaxEncodedLen};
use frame_support::{pallet_prelude::*, weights::Weight};
use frame_system::pallet_prelude::BlockNumberFor;
use migration_primitives::{
	map::{decode_entries, run_length, run_root},
	merkle::{self, Tree},
	status::{Course, MigrationRecord, Stage},
	H256,
};
use scale_info::TypeInfo;
use sp_runtime::transaction_validity::{
	InvalidTransaction, TransactionPriority, TransactionSource, TransactionValidityError,
	ValidTransaction,
};

use crate::{Config, Migrations, Pallet, Used, WeightInfo};

/// Blocks for which an authorised chunk stays valid in the pool.
const LONGEVITY: u64 = 64;

/// Chunks come first into a block, as far as their share of it goes: else whoever fills blocks with
/// cheap transactions holds an import up until it expires. What governs the chain has room of its own.
const PRIORITY: TransactionPriority = TransactionPriority::MAX;

/// Why a chunk is refused, where `InvalidTransaction` has no word of its own: the number of an
/// `InvalidTransaction::Custom`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Rejection {
	/// There is no migration of that number.
	UnknownMigration = 1,
	/// The migration is faulted and takes no more chunks.
	Faulted = 2,
	/// A run of the map that cannot be decoded into its number of entries.
	MalformedMapChunk = 3,
	/// The migration is being aborted, or was.
	Aborted = 4,
}

impl From<Rejection> for TransactionValidityError {
	fn from(rejection: Rejection) -> Self {
		InvalidTransaction::Custom(rejection as u8).into()
	}
}

/// What chunks have taken of a block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct BlockUse {
	/// Weight, authorisation included; its proof size with their bytes, which a block carries too.
	pub weight: Weight,
	/// Bytes of their payloads and paths.
	pub length: u32,
}

/// The two kinds of chunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode)]
pub(crate) enum Kind {
	Map,
	Data,
}

/// Where a chunk stands relative to the cursor.
struct Place {
	migration: u32,
	index: u32,
	cursor: u32,
}

type Authorisation = Result<(ValidTransaction, Weight), TransactionValidityError>;

impl<T: Config> Pallet<T> {
	/// Authorises a map chunk by the path from the root of its entries.
	pub(crate) fn authorize_map_chunk(
		source: TransactionSource,
		migration: u32,
		index: u32,
		entries: &[u8],
		path: &[H256],
	) -> Authorisation {
		let record = Migrations::<T>::get(migration).ok_or(Rejection::UnknownMigration)?;
		match record.stage {
			Stage::Mapping => {}
			Stage::Paused(Course::Mapping) => return Err(InvalidTransaction::Future.into()),
			Stage::Importing | Stage::Imported | Stage::Paused(_) | Stage::Completed => {
				return Err(InvalidTransaction::Stale.into())
			}
			Stage::Faulted(_) => return Err(Rejection::Faulted.into()),
			Stage::Aborting | Stage::Aborted => return Err(Rejection::Aborted.into()),
		}
		let place = Place { migration, index, cursor: record.progress.map_chunks };
		Self::check_place(source, &place)?;
		let length = run_length(record.map.count, record.map_run_log2, index);
		// Their order is the manifest's fault, not the relayer's: it is checked when they are applied.
		let run = decode_entries::<T::AccountId>(entries, length)
			.map_err(|_| Rejection::MalformedMapChunk)?;
		let first = index.saturating_mul(1u32 << record.map_run_log2.min(31));
		let runs = Self::run_count(&record);
		check_path(run_root(&run, first), &place, runs, path, record.map.root)?;
		let weight = Self::whole_map_chunk_weight(migration, index, entries, path);
		Self::check_share(source, weight, payload_length(entries, path))?;
		Ok((valid(Kind::Map, &place), Weight::zero()))
	}

	/// Authorises a chunk by the path from its leaf.
	pub(crate) fn authorize_chunk(
		source: TransactionSource,
		migration: u32,
		index: u32,
		chunk: &[u8],
		path: &[H256],
	) -> Authorisation {
		let record = Migrations::<T>::get(migration).ok_or(Rejection::UnknownMigration)?;
		match record.stage {
			Stage::Importing => {}
			Stage::Mapping | Stage::Paused(Course::Mapping | Course::Importing) => {
				return Err(InvalidTransaction::Future.into())
			}
			Stage::Imported | Stage::Paused(Course::Imported) | Stage::Completed => {
				return Err(InvalidTransaction::Stale.into())
			}
			Stage::Faulted(_) => return Err(Rejection::Faulted.into()),
			Stage::Aborting | Stage::Aborted => return Err(Rejection::Aborted.into()),
		}
		let place = Place { migration, index, cursor: record.progress.chunks };
		Self::check_place(source, &place)?;
		let leaf = merkle::leaf(Tree::Chunks, index, chunk);
		check_path(leaf, &place, record.chunks.count, path, record.chunks.root)?;
		Self::check_share(
			source,
			Self::whole_chunk_weight(chunk, path),
			payload_length(chunk, path),
		)?;
		Ok((valid(Kind::Data, &place), Weight::zero()))
	}

	/// The weight of a map chunk with its authorisation and, as `CheckWeight` counts them, its bytes.
	pub(crate) fn whole_map_chunk_weight(
		migration: u32,
		index: u32,
		entries: &[u8],
		path: &[H256],
	) -> Weight {
		let (bytes, nodes) = (entries.len() as u32, path.len() as u32);
		Self::map_chunk_weight(migration, index)
			.saturating_add(T::WeightInfo::authorize_map_chunk(bytes, nodes))
			.saturating_add_proof_size(payload_length(entries, path) as u64)
	}

	/// The weight of a chunk with its authorisation and, as `CheckWeight` counts them, its bytes.
	pub(crate) fn whole_chunk_weight(chunk: &[u8], path: &[H256]) -> Weight {
		Self::chunk_weight(chunk)
			.saturating_add(T::WeightInfo::authorize_chunk(chunk.len() as u32, path.len() as u32))
			.saturating_add_proof_size(payload_length(chunk, path) as u64)
	}

	/// The number of map chunks.
	pub(crate) fn run_count(record: &MigrationRecord<BlockNumberFor<T>>) -> u32 {
		migration_primitives::map::run_count(record.map.count, record.map_run_log2)
	}

	/// In a block only the next chunk; in the pool also those of the look-ahead.
	fn check_place(
		source: TransactionSource,
		place: &Place,
	) -> Result<(), TransactionValidityError> {
		if place.index < place.cursor {
			return Err(InvalidTransaction::Stale.into());
		}
		let ahead = place.index.saturating_sub(place.cursor);
		let allowed = match source {
			TransactionSource::InBlock => 0,
			TransactionSource::Local | TransactionSource::External => T::LookAhead::get(),
		};
		ensure!(ahead <= allowed, InvalidTransaction::Future);
		Ok(())
	}

	/// Leaves the rest of the block to users.
	fn check_share(
		source: TransactionSource,
		weight: Weight,
		length: usize,
	) -> Result<(), TransactionValidityError> {
		if source != TransactionSource::InBlock {
			return Ok(());
		}
		let used = Used::<T>::get();
		let length = u32::try_from(length).unwrap_or(u32::MAX);
		let (max_weight, max_length) = Self::import_share();
		let fits = used.weight.saturating_add(weight).all_lte(max_weight)
			&& used.length.saturating_add(length) <= max_length;
		ensure!(fits, InvalidTransaction::ExhaustsResources);
		Ok(())
	}

	/// Counts an applied chunk towards the share of the block.
	pub(crate) fn note_use(weight: Weight, length: usize) {
		let length = u32::try_from(length).unwrap_or(u32::MAX);
		Used::<T>::mutate(|used| {
			used.weight = used.weight.saturating_add(weight);
			used.length = used.length.saturating_add(length);
		});
	}
}

/// Bytes that a chunk takes of a block's length, its few fixed ones apart.
pub(crate) fn payload_length(payload: &[u8], path: &[H256]) -> usize {
	payload.len().saturating_add(path.len().saturating_mul(32))
}

fn check_path(
	start: H256,
	place: &Place,
	count: u32,
	path: &[H256],
	root: H256,
) -> Result<(), TransactionValidityError> {
	match merkle::root_from_path(start, place.index, count, path) {
		Ok(found) if found == root => Ok(()),
		Ok(_) | Err(_) => Err(InvalidTransaction::BadProof.into()),
	}
}

fn valid(kind: Kind, place: &Place) -> ValidTransaction {
	let tag = |index: u32| (b"migr", place.migration, kind, index).encode();
	let requires = match place.index.checked_sub(1) {
		Some(previous) if place.index > place.cursor => alloc::vec![tag(previous)],
		_ => alloc::vec![],
	};
	ValidTransaction {
		priority: PRIORITY,
		requires,
		provides: alloc::vec![tag(place.index)],
		longevity: LONGEVITY,
		propagate: true,
	}
}
