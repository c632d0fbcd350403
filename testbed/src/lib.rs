//! A small runtime around pallet-evm and pallet-ethereum whose hard fork, chain id and block come
//! from storage ([`Environment`]), so that one blob runs every fork from Frontier to Osaka.
//!
//! It exists for Ethereum's state tests and for benchmarks. Accounts are addresses followed by
//! zeros ([`PaddedAddressMapping`]), so that [`state::read`] finds every Ethereum account again by
//! going through the storage.
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
pub mod bench;
mod configs;
mod environment;
mod mapping;
pub mod runtime_api;
pub mod state;
mod transact;

pub use apis::{RuntimeApi, RUNTIME_API_VERSIONS};
pub use environment::{CurrentEnvironment, Environment};
pub use mapping::PaddedAddressMapping;
pub use transact::transact;

// The macro of the runtime names it.
#[cfg(not(feature = "std"))]
use alloc::vec::Vec;

use sp_runtime::{
	generic,
	traits::{BlakeTwo256, IdentityLookup},
	MultiSignature,
};
use sp_version::RuntimeVersion;

/// An account: an address and twelve zeros.
pub type AccountId = sp_core::crypto::AccountId32;
/// Wei.
pub type Balance = u128;
/// A block number.
pub type BlockNumber = u32;
/// A block header.
pub type Header = generic::Header<BlockNumber, BlakeTwo256>;
/// A block.
pub type Block = generic::Block<Header, UncheckedExtrinsic>;
/// The checks of a transaction: authorisation by content alone. A transaction may be as heavy as its
/// gas limit says.
pub type TxExtension = (frame_system::AuthorizeCall<Runtime>,);
/// An extrinsic.
pub type UncheckedExtrinsic =
	generic::UncheckedExtrinsic<AccountId, RuntimeCall, MultiSignature, TxExtension>;
/// Executes blocks.
pub type Executive = frame_executive::Executive<
	Runtime,
	Block,
	frame_system::ChainContext<Runtime>,
	Runtime,
	AllPalletsWithSystem,
>;
type Lookup = IdentityLookup<AccountId>;

/// The version of the runtime.
#[sp_version::runtime_version]
pub const VERSION: RuntimeVersion = RuntimeVersion {
	spec_name: alloc::borrow::Cow::Borrowed("evm-testbed"),
	impl_name: alloc::borrow::Cow::Borrowed("evm-testbed"),
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
	pub type Balances = pallet_balances;
	#[runtime::pallet_index(2)]
	pub type EVM = pallet_evm;
	#[runtime::pallet_index(3)]
	pub type Ethereum = pallet_ethereum;
}
