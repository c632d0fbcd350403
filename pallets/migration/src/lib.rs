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
//!
//! Until then governance may pause the migration, and abort it; after the deadline of its stage
//! anybody may ([`Call::expire`]). An abort takes back all that was written and credited, over as many
//! blocks as it takes, when blocks have room and by [`Call::clean_up`].
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod abort;
mod authorize;
mod balances;
mod calls;
mod evm;
mod funds;
mod governance;
mod host;
mod import;
mod mapping;
mod release;
mod resolve;
pub mod runtime_api;
mod stage;
mod try_state;
pub mod weights;

#[cfg(test)]
mod mock;
#[cfg(test)]
mod tests;

pub use abort::CleanUp;
pub use authorize::Rejection;
pub use evm::PalletEvm;
pub use host::{EvmHost, HostAccount, HostCall, HostCallResult, HostError, HostRemoval};
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
	use frame_support::{
		dispatch::DispatchResultWithPostInfo, pallet_prelude::*, traits::fungible, PalletId,
	};
	use frame_system::{ensure_authorized, pallet_prelude::*};
	use migration_primitives::{
		fault::Fault,
		limits::MAX_MERKLE_PATH,
		manifest::{Manifest, ManifestError, PostImportCall},
		proof::{ProofKind, ProofRecord},
		status::{
			AbortCause, AccountRecord, AccountState, CallFailure, CollisionPolicy, Course,
			MigrationRecord, Owed, SourceRecord, Stage,
		},
		H160, H256, U256,
	};
	use sp_runtime::Perbill;

	/// The manifest of a migration into this chain.
	pub type ManifestOf<T> = Manifest<<T as frame_system::Config>::AccountId>;
	/// The siblings of a Merkle path.
	pub type MerklePath = BoundedVec<H256, ConstU32<MAX_MERKLE_PATH>>;
	/// The most accounts that one call releases or settles.
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

		/// Who may propose a manifest, and put off the deadlines in it.
		type ProposeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may stop a migration for a while.
		type PauseOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may let a paused migration go on.
		type ResumeOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may abort a migration that is not complete.
		type AbortOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may settle collisions, and have a call after the import tried again or skipped.
		type ResolveOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may hand an imported migration to its users.
		type ActivateOrigin: EnsureOrigin<Self::RuntimeOrigin>;

		/// Who may agree that an account funds a migration, and for which account. Of an account
		/// without a key, such as a treasury's, it is those who spend from it.
		type FundOrigin: EnsureOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;

		/// Gives the escrow account of each migration.
		#[pallet::constant]
		type PalletId: Get<PalletId>;

		/// The most bytes of a chunk.
		#[pallet::constant]
		type MaxChunkBytes: Get<u32>;

		/// The most accounts of a chunk: heads, and one more where it begins with the code of an
		/// account whose head came before. They are the dearest records, in time and in proof size.
		#[pallet::constant]
		type MaxChunkAccounts: Get<u32>;

		/// The most slots of a chunk.
		#[pallet::constant]
		type MaxChunkSlots: Get<u32>;

		/// The most bytes of a map chunk. An entry has 41 at least.
		#[pallet::constant]
		type MaxMapChunkBytes: Get<u32>;

		/// How many chunks above the cursor wait in the transaction pool.
		#[pallet::constant]
		type LookAhead: Get<u32>;

		/// The least number of blocks between the last chunk and the activation, unless genesis set
		/// another. Clients read the constant `MinReviewBlocks`, which is the one that holds.
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

	/// What the next records of the active migration are held against.
	#[pallet::storage]
	pub type Open<T: Config> = StorageValue<_, import::Import, OptionQuery>;

	/// How far the clean-up of the migration is that is being aborted.
	#[pallet::storage]
	pub type Cleaned<T: Config> = StorageValue<_, CleanUp, ValueQuery>;

	/// The least number of blocks of a review, where genesis set it.
	#[pallet::storage]
	pub type ReviewBlocks<T: Config> = StorageValue<_, BlockNumberFor<T>, OptionQuery>;

	/// What chunks have taken of the block being built.
	#[pallet::storage]
	pub type Used<T: Config> = StorageValue<_, authorize::BlockUse, ValueQuery>;

	/// The manifest, by its hash, that an account agrees to fund. The proposal uses it up.
	#[pallet::storage]
	pub type Consents<T: Config> = StorageMap<_, Blake2_128Concat, T::AccountId, H256, OptionQuery>;

	/// Wei in the escrow of a migration that has ended, which its funding account could not take.
	#[pallet::storage]
	pub type Unreturned<T: Config> = StorageMap<_, Twox64Concat, u32, u128, OptionQuery>;

	/// What a chain may choose at its beginning.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The least number of blocks of a review, if it is not the runtime's: for test chains.
		pub min_review_blocks: Option<BlockNumberFor<T>>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			ReviewBlocks::<T>::set(self.min_review_blocks);
		}
	}

	#[pallet::extra_constants]
	impl<T: Config> Pallet<T> {
		/// The least number of blocks between the last chunk and the activation.
		#[pallet::constant_name(MinReviewBlocks)]
		fn review_blocks() -> BlockNumberFor<T> {
			Self::min_review_blocks()
		}
	}

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
		/// What waited for an account could not be handed out, and goes on waiting.
		ReleaseFailed {
			/// The migration.
			migration: u32,
			/// The account's address on the source.
			source: H160,
			/// What the currency says.
			reason: DispatchError,
		},
		/// The migration was stopped for a while.
		Paused {
			/// The migration.
			migration: u32,
		},
		/// The migration goes on.
		Resumed {
			/// The migration.
			migration: u32,
			/// Where it goes on.
			stage: Course,
		},
		/// What the migration brought is taken back from here on.
		AbortBegun {
			/// The migration.
			migration: u32,
			/// Why.
			cause: AbortCause,
		},
		/// What an aborted migration wrote for an account is gone, and its addresses are free.
		AccountRemoved {
			/// The migration.
			migration: u32,
			/// Its address on the source.
			source: H160,
			/// Its address here.
			target: H160,
		},
		/// An aborted migration gave an account more than was still there.
		NotTakenBack {
			/// The migration.
			migration: u32,
			/// The account's address on the source.
			source: H160,
			/// What is missing, in wei.
			balance: u128,
		},
		/// The funding account of a migration could not be paid what is left; the escrow keeps it
		/// until somebody calls `return_funds`.
		FundsNotReturned {
			/// The migration.
			migration: u32,
			/// What it should get, in wei.
			balance: u128,
			/// What the currency says.
			reason: DispatchError,
		},
		/// The funding account of a migration was paid what was left, after it could not be before.
		FundsReturned {
			/// The migration.
			migration: u32,
			/// What it got, in wei.
			balance: u128,
		},
		/// An account agrees to fund a manifest.
		ConsentGiven {
			/// The account.
			account: T::AccountId,
			/// Keccak-256 of the manifest.
			manifest: H256,
		},
		/// An account does not agree any more.
		ConsentWithdrawn {
			/// The account.
			account: T::AccountId,
		},
		/// Governance put off the deadline of the stage.
		DeadlineExtended {
			/// The migration.
			migration: u32,
			/// Blocks beyond the manifest's, all extensions of this stage together.
			extended: u32,
		},
		/// A record of an aborted migration was taken back.
		ProofRemoved {
			/// The digest.
			digest: H256,
		},
		/// Nothing is left of the migration; another may begin.
		Aborted {
			/// The migration.
			migration: u32,
		},
		/// Governance decided what becomes of an account whose target was occupied.
		CollisionSettled {
			/// The migration.
			migration: u32,
			/// The account's address on the source.
			source: H160,
			/// What it decided.
			policy: CollisionPolicy<T::AccountId>,
		},
		/// A call after the import was executed.
		CallExecuted {
			/// The migration.
			migration: u32,
			/// Its place in the manifest.
			index: u32,
			/// The gas that it took.
			used_gas: u64,
		},
		/// A call after the import changed nothing. Governance has it tried again, skips it, or
		/// aborts.
		CallFailed {
			/// The migration.
			migration: u32,
			/// Its place in the manifest.
			index: u32,
			/// Why.
			reason: CallFailure,
		},
		/// A call after the import that failed may be tried again.
		CallRetried {
			/// The migration.
			migration: u32,
			/// Its place in the manifest.
			index: u32,
		},
		/// Governance went on without a call after the import.
		CallSkipped {
			/// The migration.
			migration: u32,
			/// Its place in the manifest.
			index: u32,
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
		/// Another migration is importing, or being aborted. Wait until it has ended.
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
		/// The deadline of the review would come before its least number of blocks is over. Give the
		/// review more time.
		ReviewTooShort,
		/// The manifest is for another hard fork than this chain's EVM follows. Try the contracts under
		/// that one's rules, and make the manifest anew with `evm-migrate pack --evm-spec`.
		OtherEvmSpec,
		/// The balances are above the policy's cap.
		AboveCap,
		/// The token's issuance would reach 2^128.
		IssuanceOverflow,
		/// The funding account cannot pay the balances.
		InsufficientFunds,
		/// The funding account is the escrow of a migration, which holds what waits for others.
		FundedByEscrow,
		/// The funding account has not agreed to this manifest. See `consent`.
		FundingNotAgreed,
		/// The account has agreed to nothing.
		NoConsent,
		/// Nothing is left to return to the funding account.
		NothingToReturn,
		/// A share cannot be credited: it is below the existential deposit, or the sum or the
		/// issuance would reach 2^128.
		NotCreditable,
		/// No block is added to the deadline, or more than it can count.
		InvalidExtension,
		/// A manifest with the same hash was proposed before.
		AlreadyProposed,
		/// The migration is at another stage.
		WrongStage,
		/// The blocks of the review have not passed since the import's end or the last call after
		/// it.
		ReviewNotOver,
		/// Nothing waits for any of these accounts.
		NothingOwed,
		/// The migration is paused already.
		AlreadyPaused,
		/// The migration is not paused.
		NotPaused,
		/// The migration is complete. Nothing takes it back any more.
		AlreadyCompleted,
		/// The migration is being aborted, or was.
		AlreadyAborted,
		/// The deadline of the migration's stage has not passed.
		DeadlineNotPassed,
		/// Fewer steps than one account takes. Allow more.
		LimitTooSmall,
		/// One of these accounts is none of this migration whose target was occupied, or is settled.
		NotCollided,
		/// Not all accounts whose target was occupied are settled: the record holds how many there
		/// are (`collisions`) and how many are settled. See `resolve`.
		CollisionsNotSettled,
		/// Calls after the import are still to come. Execute them first.
		CallsOutstanding,
		/// A call after the import failed. Have it tried again, skip it, or abort.
		CallNotSettled,
		/// No call after the import has failed.
		NoFailedCall,
		/// The calls after the import come in the order of the manifest.
		NotTheNextCall,
		/// This is not the call that the manifest holds at this place.
		CallNotApproved,
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

		fn on_idle(_: BlockNumberFor<T>, remaining: Weight) -> Weight {
			Self::clean_up_idly(remaining)
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
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_release(migration, &sources)
		}

		/// Stops a migration for a while. The deadline of its stage stands.
		#[pallet::call_index(5)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn pause(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			T::PauseOrigin::ensure_origin(origin)?;
			Self::do_pause(migration)
		}

		/// Lets a paused migration go on.
		#[pallet::call_index(6)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn resume(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			T::ResumeOrigin::ensure_origin(origin)?;
			Self::do_resume(migration)
		}

		/// Begins to take back all that a migration brought. Not possible once it is complete.
		#[pallet::call_index(7)]
		#[pallet::weight(T::WeightInfo::abort())]
		pub fn abort(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			T::AbortOrigin::ensure_origin(origin)?;
			Self::do_abort(migration)
		}

		/// Aborts a migration whose stage has outlasted its deadline. Anybody may call it.
		#[pallet::call_index(8)]
		#[pallet::weight(T::WeightInfo::abort())]
		pub fn expire(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_expire(migration)
		}

		/// Goes on with the clean-up of an aborted migration: `limit` steps, of which an account takes
		/// 16 and a slot one. Anybody may call it; blocks with room do it by themselves.
		#[pallet::call_index(9)]
		#[pallet::weight(T::WeightInfo::clean_up(*limit))]
		pub fn clean_up(
			origin: OriginFor<T>,
			migration: u32,
			limit: u32,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_clean_up(migration, limit)
		}

		/// Decides what becomes of accounts whose target was occupied, before the activation. What
		/// stands there stays.
		#[pallet::call_index(10)]
		#[pallet::weight(T::WeightInfo::resolve(sources.len() as u32))]
		pub fn resolve(
			origin: OriginFor<T>,
			migration: u32,
			sources: BoundedVec<H160, ReleaseLimit>,
			policy: CollisionPolicy<T::AccountId>,
		) -> DispatchResult {
			T::ResolveOrigin::ensure_origin(origin)?;
			Self::do_resolve(migration, &sources, &policy)
		}

		/// Executes the next of the calls whose hashes stand in the manifest. Anybody may call it, and
		/// pays for its weight.
		#[pallet::call_index(11)]
		#[pallet::weight(Pallet::<T>::post_import_call_weight(call))]
		pub fn execute_call(
			origin: OriginFor<T>,
			migration: u32,
			index: u32,
			call: Box<PostImportCall>,
		) -> DispatchResultWithPostInfo {
			ensure_signed(origin)?;
			Self::do_execute_call(migration, index, *call)
		}

		/// Goes on without the next call after the import, because it failed or cannot be executed.
		#[pallet::call_index(12)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn skip_call(origin: OriginFor<T>, migration: u32, index: u32) -> DispatchResult {
			T::ResolveOrigin::ensure_origin(origin)?;
			Self::do_skip_call(migration, index)
		}

		/// Lets the next call after the import, which failed, be executed once more.
		#[pallet::call_index(13)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn retry_call(origin: OriginFor<T>, migration: u32, index: u32) -> DispatchResult {
			T::ResolveOrigin::ensure_origin(origin)?;
			Self::do_retry_call(migration, index)
		}

		/// Puts off the deadline of a migration's stage by `blocks`; the next stage has its own.
		#[pallet::call_index(14)]
		#[pallet::weight(T::WeightInfo::pause())]
		pub fn extend(origin: OriginFor<T>, migration: u32, blocks: u32) -> DispatchResult {
			T::ProposeOrigin::ensure_origin(origin)?;
			Self::do_extend(migration, blocks)
		}

		/// Agrees that the origin's account funds the manifest of this hash, instead of any other
		/// before; or, without a hash, takes the consent back.
		#[pallet::call_index(15)]
		#[pallet::weight(T::WeightInfo::consent())]
		pub fn consent(origin: OriginFor<T>, manifest: Option<H256>) -> DispatchResult {
			let account = T::FundOrigin::ensure_origin(origin)?;
			Self::do_consent(account, manifest)
		}

		/// Pays the funding account of a migration that has ended what it could not take then. Anybody
		/// may call it.
		#[pallet::call_index(16)]
		#[pallet::weight(T::WeightInfo::return_funds())]
		pub fn return_funds(origin: OriginFor<T>, migration: u32) -> DispatchResult {
			ensure_signed(origin)?;
			Self::do_return_funds(migration)
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

		/// The record of the migration.
		pub(crate) fn record(
			migration: u32,
		) -> Result<MigrationRecord<BlockNumberFor<T>>, Error<T>> {
			Migrations::<T>::get(migration).ok_or(Error::<T>::UnknownMigration)
		}

		/// The record of the migration, if it is at `stage`.
		pub(crate) fn at_stage(
			migration: u32,
			stage: Stage,
		) -> Result<MigrationRecord<BlockNumberFor<T>>, Error<T>> {
			let record = Self::record(migration)?;
			ensure!(record.stage == stage, Error::<T>::WrongStage);
			Ok(record)
		}
	}
}
