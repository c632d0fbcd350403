//! What wallets, indexers and the command line ask the runtime.

// The macro repeats the bounds of the trait's parameters.
#![allow(clippy::multiple_bound_locations)]

use codec::Codec;
use migration_primitives::{
	manifest::Manifest,
	proof::ProofRecord,
	status::{AccountRecord, MigrationRecord, Owed, SourceRecord},
	H160, H256,
};

sp_api::decl_runtime_apis! {
	/// Migrations, the address map in both directions, and the proof-of-existence records.
	#[allow(missing_docs)] // The macro's own items.
	pub trait MigrationRuntimeApi<AccountId: Codec, BlockNumber: Codec> {
		/// The migration that imports now.
		fn active() -> Option<u32>;
		/// The number that the next migration gets.
		fn next_migration() -> u32;
		/// Where a migration stands.
		fn migration(migration: u32) -> Option<MigrationRecord<BlockNumber>>;
		/// The manifest that governance approved.
		fn manifest(migration: u32) -> Option<Manifest<AccountId>>;
		/// The target of a source address, and what became of the account.
		fn target_of(chain_id: u64, source: H160) -> Option<AccountRecord<AccountId>>;
		/// The source that an address of this chain came from.
		fn source_of(target: H160) -> Option<SourceRecord>;
		/// What waits for an account of the source.
		fn owed(migration: u32, source: H160) -> Option<Owed<AccountId>>;
		/// A proof-of-existence record.
		fn proof(digest: H256) -> Option<ProofRecord<BlockNumber>>;
		/// The account that holds the balance and the nonce of an EVM address.
		fn account_id(address: H160) -> AccountId;
	}
}
