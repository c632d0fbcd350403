//! The reference runtime: a small Aura and GRANDPA chain with an EVM, Ethereum transactions and
//! migrations.
//!
//! 32-byte accounts, EVM addresses mapped by hash, nonces of 64 bits, 18 decimals, an existential
//! deposit of one wei.
#![cfg_attr(not(feature = "std"), no_std)]
#![recursion_limit = "256"]
// The FRAME macros generate items without documentation.
#![allow(missing_docs)]

#[cfg(feature = "std")]
include!(concat!(env!("OUT_DIR"), "/wasm_binary.rs"));

extern crate alloc;
// Linked for its global allocator.
extern crate runtime_allocator as _;

mod apis;
mod configs;
mod era;
mod fees;
pub mod genesis;
mod weights;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};
pub use era::{CheckEra, MORTAL_WITHOUT_SIGNER};

use alloc::vec::Vec;

use sp_runtime::{
	generic, impl_opaque_keys,
	traits::{BlakeTwo256, IdentifyAccount, Verify},
	MultiAddress, MultiSignature,
};
use sp_version::RuntimeVersion;

/// A signature of any kind of Substrate key.
pub type Signature = MultiSignature;
/// A 32-byte account.
pub type AccountId = <<Signature as Verify>::Signer as IdentifyAccount>::AccountId;
/// Wei.
pub type Balance = u128;
/// An account's nonce: 64 bits, as in Ethereum.
pub type Nonce = u64;
/// A block hash.
pub type Hash = sp_core::H256;
/// A block number.
pub type BlockNumber = u32;
/// An address in an extrinsic.
pub type Address = MultiAddress<AccountId, ()>;
/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// The checks of a transaction, in order. Authorisation by content comes first.
pub type TxExtension = (
	frame_system::AuthorizeCall<Runtime>,
	frame_system::CheckNonZeroSender<Runtime>,
	frame_system::CheckSpecVersion<Runtime>,
	frame_system::CheckTxVersion<Runtime>,
	frame_system::CheckGenesis<Runtime>,
	CheckEra,
	frame_system::CheckNonce<Runtime>,
	frame_system::CheckWeight<Runtime>,
	pallet_transaction_payment::ChargeTransactionPayment<Runtime>,
	frame_system::WeightReclaim<Runtime>,
);
/// An extrinsic.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<Address, RuntimeCall, Signature, TxExtension>;
/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;

/// Time of a slot in milliseconds.
pub const MILLISECONDS_PER_SLOT: u64 = 6_000;
/// Blocks whose hashes the chain keeps, and the longest life of a mortal transaction.
pub const BLOCK_HASH_COUNT: BlockNumber = 2_400;
/// One unit of the token in wei.
pub const UNIT: Balance = 1_000_000_000_000_000_000;
/// The least that an account may hold.
pub const EXISTENTIAL_DEPOSIT: Balance = 1;

/// Types for a node that need not know this runtime's calls.
pub mod opaque {
	use super::*;

	/// An extrinsic as bytes.
	pub use sp_runtime::OpaqueExtrinsic as UncheckedExtrinsic;
	/// A block header.
	pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
	/// A block of opaque extrinsics.
	pub type Block = generic::Block<Header, UncheckedExtrinsic>;
	/// A block's number or hash.
	pub type BlockId = generic::BlockId<Block>;

	impl_opaque_keys! {
		pub struct SessionKeys {
			pub aura: Aura,
			pub grandpa: Grandpa,
		}
	}
}

#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("evm-migration"),
	impl_name: alloc::borrow::Cow::Borrowed("evm-migration"),
	authoring_version: 1,
	spec_version: 1,
	impl_version: 1,
	apis: apis::RUNTIME_API_VERSIONS,
	transaction_version: 1,
	system_version: 1,
};

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask,
		RuntimeViewFunction
	)]
	pub struct Runtime;

	#[runtime::pallet_index(0)]
	pub type System = frame_system;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp;
	#[runtime::pallet_index(2)]
	pub type Aura = pallet_aura;
	#[runtime::pallet_index(3)]
	pub type Grandpa = pallet_grandpa;
	#[runtime::pallet_index(4)]
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(5)]
	pub type TransactionPayment = pallet_transaction_payment;
	#[runtime::pallet_index(6)]
	pub type Sudo = pallet_sudo;
	#[runtime::pallet_index(7)]
	pub type Council = pallet_collective<Instance1>;
	#[runtime::pallet_index(10)]
	pub type EVM = pallet_evm;
	#[runtime::pallet_index(11)]
	pub type Ethereum = pallet_ethereum;
	#[runtime::pallet_index(12)]
	pub type Migration = pallet_migration;
}

/// The transaction that carries a call which is authorised by its content.
pub fn general_transaction(call: RuntimeCall) -> UncheckedExtrinsic {
	let extension: TxExtension = (
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckSpecVersion::new(),
		frame_system::CheckTxVersion::new(),
		frame_system::CheckGenesis::new(),
		CheckEra::from(generic::Era::Immortal),
		frame_system::CheckNonce::from(0),
		frame_system::CheckWeight::new(),
		pallet_transaction_payment::ChargeTransactionPayment::from(0),
		frame_system::WeightReclaim::new(),
	);
	UncheckedExtrinsic::new_transaction(call, extension)
}
