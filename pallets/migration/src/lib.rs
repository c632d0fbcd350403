//! # Migration pallet
//!
//! Takes Ethereum contracts, with code, storage, balances and nonces, into a running chain.
//!
//! Governance approves the hash of a manifest ([`Call::propose`]). Everything else is authorised by
//! its content: a chunk whose Merkle path leads to the manifest's root may be submitted by anybody,
//! free of fee, in order ([`Call::submit_map_chunk`], [`Call::submit_chunk`]). The runtime needs
//! `frame_system::AuthorizeCall` as the first of its transaction extensions.
//!
//! After authorisation a chunk never returns an error, since an error would roll back and the free
//! transaction could be included again and again. It either advances the cursor, or sets the
//! migration to [`Stage::Faulted`] with the typed reason; nothing of the faulting chunk is kept.
//!
//! The EVM is reached through one trait, [`EvmHost`]; [`PalletEvm`] implements it for `pallet-evm`.
//! Accounts under import are locked for EVM transactions until [`Call::activate`].
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod authorize;
mod balances;
mod evm;
mod host;
mod import;
mod mapping;
mod release;
pub mod runtime_api;
mod stage;
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use authorize::Rejection;
pub use evm::PalletEvm;
pub use host::{EvmHost, HostAccount, HostError};
pub use migration_primitives as primitives;
pub use pallet::*;
pub use weights::WeightInfo;

/// Log target of this pallet.
pub(crate) const LOG_TARGET: &str = "runtime::migration";

// The pallet macro generates items without documentation and public items in private modules.
#[allow(missing_docs, unreachable_pub)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::boxed::Box;
	use frame_support::{pallet_prelude::*, traits::fungible, PalletId};
	use frame_system::{ensure_authorized, pallet_prelude::*};
	use migration_primitives::{
		fault::Fault,
		limits::MAX_MERKLE_PATH,
		manifest::{Manifest, ManifestError},
		proof::{ProofKind, ProofRecord},
		status::{AccountRecord, AccountState, MigrationRecord, Owed, SourceRecord, Stage},
		H160, H256, U256,
	};
	use sp_runtime::Perbill;

	/// The manifest of a migration into this chain.
	pub type ManifestOf<T> = Manifest<<T as frame_system::Config>::AccountId>;
	/// The siblings of a Merkle path.
	pub type MerklePath = BoundedVec<H256, ConstU32<MAX_MERKLE_PATH>>;
	/// The most ledger entries that one call releases.
	pub type ReleaseLimit = ConstU32<256>;

	const STORAGE_VERSION: StorageVersion = StorageVersion::new(1);

	#[pallet::pallet]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		frame_system::Config<RuntimeEvent: From<Event<Self>>, AccountId: AsRef<[u8]>>
	{
		/// The token that the source's ether becomes, in wei.
		type Currency: fungible::Inspect<Self::AccountId, Balance: Into<u128> + From<u128>>
			+ fungible::Mutate<Self::AccountId>;

		/// The EVM that the contracts live in afterwards.
		type Evm: EvmHost<Self::AccountId>;

		/// Who may propose a manifest.
		type ProposeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may hand an imported migration to its users.
		type ActivateOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Gives the escrow account of each migration.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The most bytes of a chunk.
		#[pallet::constant]
		type MaxChunkBytes: Get<u32>;

		/// The most slots of a chunk.
		#[pallet::constant]
		type MaxChunkSlots: Get<u32>;

		/// The most bytes of a map chunk.
		#[pallet::constant]
		type MaxMapChunkBytes: Get<u32>;

		/// How many chunks above the cursor wait in the transaction pool.
		#[pallet::constant]
		type LookAhead: Get<u32>;

		/// The least number of blocks between the last chunk and the activation.
		#[pallet::constant]
		type MinReviewBlocks: Get<BlockNumberFor<Self>>;

		/// The part of a block's weight and length that chunks may take.
		#[pallet::constant]
		type MaxImportShare: Get<Perbill>;

		/// Weights of the calls.
		type WeightInfo: WeightInfo;
	}

	/// The number of the next migration.
	#[pallet::storage]
	pub type NextMigration<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The migration that imports now.
	#[pallet::storage]
	pub type Active<T: Config> = StorageValue<_, u32, OptionQuery>;

	/// The manifests, as governance approved them.
	#[pallet::storage]
	pub type Manifests<T: Config> =
		StorageMap<_, Twox64Concat, u32, Manifest<T::AccountId>, OptionQuery>;

	/// Where each migration stands.
	#[pallet::storage]
	pub type Migrations<T: Config> =
		StorageMap<_, Twox64Concat, u32, MigrationRecord<BlockNumberFor<T>>, OptionQuery>;

	/// The address map, and what became of each account: by chain id and address of the source.
	#[pallet::storage]
	pub type Accounts<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u64,
		Blake2_128Concat,
		H160,
		AccountRecord<T::AccountId>,
		OptionQuery,
	>;

	/// The address map backwards: by address on this chain.
	#[pallet::storage]
	pub type Sources<T: Config> = StorageMap<_, Blake2_128Concat, H160, SourceRecord, OptionQuery>;

	/// What waits for accounts until their migration is complete: by migration and source address.
	#[pallet::storage]
	pub type Ledger<T: Config> = StorageDoubleMap<
		_,
		Twox64Concat,
		u32,
		Blake2_128Concat,
		H160,
		Owed<T::AccountId>,
		OptionQuery,
	>;

	/// The proof-of-existence records: by digest.
	#[pallet::storage]
	pub type Proofs<T: Config> =
		StorageMap<_, Blake2_128Concat, H256, ProofRecord<BlockNumberFor<T>>, OptionQuery>;

	/// The account whose records are coming in.
	#[pallet::storage]
	pub type Open<T: Config> = StorageValue<_, import::OpenAccount, OptionQuery>;

	/// What chunks have taken of the block being built.
	#[pallet::storage]
	pub type Used<T: Config> = StorageValue<_, authorize::BlockUse, ValueQuery>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(super) fn deposit_event)]
	pub enum Event<T: Config> {
		/// Governance approved a manifest.
		Proposed {
			/// The migration.
			migration: u32,
			/// Keccak-256 of the manifest.
			manifest: H256,
		},
		/// A run of the address map was loaded, and its targets are reserved.
		MapChunkApplied {
			/// The migration.
			migration: u32,
			/// The chunk.
			index: u32,
			/// The number of entries.
			entries: u32,
		},
		/// The whole address map is loaded.
		Mapped {
			/// The migration.
			migration: u32,
		},
		/// A chunk was applied.
		ChunkApplied {
			/// The migration.
			migration: u32,
			/// The chunk.
			index: u32,
		},
		/// An account of the source is complete.
		AccountImported {
			/// The migration.
			migration: u32,
			/// Its address on the source.
			source: H160,
			/// Its address here.
			target: H160,
			/// Its code hash on the source, which is the one here.
			code_hash: H256,
			/// Its number of slots.
			slots: u64,
			/// What became of it.
			state: AccountState,
		},
		/// All data is here, locked for users until the activation.
		Imported {
			/// The migration.
			migration: u32,
		},
		/// A digest was recorded for good.
		ProofRecorded {
			/// The digest.
			digest: H256,
			/// What it is of.
			kind: ProofKind,
		},
		/// The accounts were handed to their users.
		Completed {
			/// The migration.
			migration: u32,
		},
		/// What waited for an account was handed out.
		Released {
			/// The migration.
			migration: u32,
			/// The account's address on the source.
			source: H160,
			/// Wei from the escrow.
			balance: u128,
		},
		/// A chunk that governance approved could not be applied; nothing of it was kept.
		Faulted {
			/// The migration.
			migration: u32,
			/// The chunk.
			index: u32,
			/// Why.
			reason: Fault,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// Another migration is importing. Wait until it is complete.
		ImportInProgress,
		/// There is no migration of that number.
		UnknownMigration,
		/// The manifest contradicts itself; the event of the attempt names how. Make it anew with
		/// `evm-migrate pack`.
		InvalidManifest,
		/// The format version is not this chain's.
		UnsupportedVersion,
		/// The number of chunks or map entries is zero or too large.
		InvalidCount,
		/// The block header does not hash to the block hash, or has another number.
		InvalidHeader,
		/// This chain does not check data against a state root yet. Propose with the trust
		/// `Attested`.
		ProvedNotSupported,
		/// This chain runs no calls after an import yet. Propose without them.
		PostImportCallsNotSupported,
		/// The balances are above the policy's cap.
		AboveCap,
		/// The token's issuance would reach 2^128.
		IssuanceOverflow,
		/// The funding account cannot pay the balances.
		InsufficientFunds,
		/// A manifest with the same hash was proposed before.
		AlreadyProposed,
		/// The migration is at another stage.
		WrongStage,
		/// The blocks of the review have not passed.
		ReviewNotOver,
		/// Nothing waits for this account.
		NothingOwed,
		/// The escrow or the EVM refused to hand out what waits.
		ReleaseFailed,
	}

	impl<T> From<ManifestError> for Error<T> {
		fn from(error: ManifestError) -> Self {
			match error {
				ManifestError::Version { .. } => Error::UnsupportedVersion,
				ManifestError::HeaderMissing
				| ManifestError::Header
				| ManifestError::BlockHash { .. }
				| ManifestError::BlockNumber { .. } => Error::InvalidHeader,
				ManifestError::ChunkCount { .. } | ManifestError::MapCount { .. } => {
					Error::InvalidCount
				}
				ManifestError::Cap { .. } => Error::AboveCap,
				ManifestError::MapRun { .. }
				| ManifestError::Deadline
				| ManifestError::Totals { .. } => Error::InvalidManifest,
			}
		}
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(_: BlockNumberFor<T>) -> Weight {
			// `on_finalize` below.
			T::DbWeight::get().writes(1)
		}

		fn on_finalize(_: BlockNumberFor<T>) {
			Used::<T>::kill();
		}

		fn integrity_test() {
			Self::check_limits();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Approves a manifest, and begins to import it.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::propose())]
		pub fn propose(
			origin: OriginFor<T>,
			manifest: Box<Manifest<T::AccountId>>,
		) -> DispatchResult {
			T::ProposeOrigin::ensure_origin(origin)?;
			Self::do_propose(*manifest)
		}

		/// Loads one run of the address map and reserves its targets.
		///
		/// Authorised by content; `path` leads from the run's own root to the manifest's.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::map_chunk_weight(*migration, *index))]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_map_chunk(entries.len() as u32, path.len() as u32)
		)]
		#[pallet::authorize(|source, migration, index, entries, path| {
			Pallet::<T>::authorize_map_chunk(source, *migration, *index, entries, path)
		})]
		pub fn submit_map_chunk(
			origin: OriginFor<T>,
			migration: u32,
			index: u32,
			entries: BoundedVec<u8, T::MaxMapChunkBytes>,
			path: MerklePath,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::note_use(
				Self::whole_map_chunk_weight(migration, index, &entries, &path),
				authorize::payload_length(&entries, &path),
			);
			Self::do_submit_map_chunk(migration, index, &entries);
			Ok(())
		}

		/// Applies one chunk of the snapshot.
		///
		/// Authorised by content; `path` leads from the chunk's leaf to the manifest's root.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::chunk_weight(chunk))]
		#[pallet::weight_of_authorize(
			T::WeightInfo::authorize_chunk(chunk.len() as u32, path.len() as u32)
		)]
		#[pallet::authorize(|source, migration, index, chunk, path| {
			Pallet::<T>::authorize_chunk(source, *migration, *index, chunk, path)
		})]
		pub fn submit_chunk(
			origin: OriginFor<T>,
			migration: u32,
			index: u32,
			chunk: BoundedVec<u8, T::MaxChunkBytes>,
			path: MerklePath,
		) -> DispatchResult {
			ensure_authorized(origin)?;
			Self::note_use(
				Self::whole_chunk_weight(&chunk, &path),
				authorize::payload_length(&chunk, &path),
			);
			Self::do_submit_chunk(migration, index, &chunk);
			Ok(())
		}

		/// Hands an imported migration to its users, for good.
		#[pallet::call_index(3)]
		#[pallet::weight(T::WeightInfo::activate())]
		pub fn activate(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			T::ActivateOrigin::ensure_origin(origin)?;
			Self::do_activate(migration)
		}

		/// Hands out what waits for these accounts of a complete migration. Anybody may call it.
		#[pallet::call_index(4)]
		#[pallet::weight(T::WeightInfo::release(sources.len() as u32))]
		pub fn release(
			origin: OriginFor<T>,
			migration: u32,
			sources: BoundedVec<H160, ReleaseLimit>,
		) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_release(migration, &sources)
		}
	}

	impl<T: Config> Pallet<T> {
		/// Whether EVM transactions that touch `address` halt now.
		pub fn is_locked(address: &H160) -> bool {
			let Some(active) = Active::<T>::get() else { return false };
			Sources::<T>::get(address).is_some_and(|s| s.locked && s.migration == active)
		}

		/// Whether no contract can be created at `address` now.
		pub fn is_reserved(address: &H160) -> bool {
			let Some(active) = Active::<T>::get() else { return false };
			Sources::<T>::get(address).is_some_and(|s| s.migration == active)
		}

		/// Wei of a source account that this chain can count.
		pub(crate) fn wei(balance: U256) -> Option<u128> {
			u128::try_from(balance).ok()
		}

		/// The stage of the migration, with its record, if it is at `stage`.
		pub(crate) fn at_stage(
			migration: u32,
			stage: Stage,
		) -> Result<MigrationRecord<BlockNumberFor<T>>, Error<T>> {
			let record = Migrations::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)?;
			ensure!(record.stage == stage, Error::<T>::WrongStage);
			Ok(record)
		}
	}
}
