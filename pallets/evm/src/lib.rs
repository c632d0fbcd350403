//! # EVM pallet
//!
//! Ethereum's virtual machine as a FRAME pallet: revm on the storage layout of Frontier's pallet of
//! the same name, with its call indices, events and arguments, so that a chain can move between the
//! two without touching state.
//!
//! - Balances and nonces live in `frame_system` through [`AddressMapping`]. An account's EVM balance
//!   is everything it can spend, the existential deposit included.
//! - An account with code holds one `sufficients` reference for it, and one more while its nonce is
//!   above zero ([`NonceReferences`]), so that an emptied account never comes back with nonce 0.
//! - [`Pallet::execute`] is the only way into the engine. The engine works on its own journal, which
//!   is written once, at the end, in order of the addresses, or not at all.
//! - Fees are abstracted by [`FeeCalculator`] and [`OnChargeEvmTransaction`]; without fees: `()`.
//! - [`AccountGuard`] lets another pallet lock and reserve addresses, for instance during an import.
//! - [`OnExecuted`] lets another pallet record what accounts of the chain, and the runtime itself, have
//!   executed, beside Ethereum's transactions.
#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod api;
mod confined;
mod dispatch;
mod engine;
mod error;
mod execute;
mod executed;
mod fees;
mod gas;
mod genesis;
mod guard;
mod invariants;
mod lists;
mod mapping;
#[cfg(test)]
mod mock;
pub mod runtime_api;
mod slot_keys;
mod state;
mod surcharge;
#[cfg(test)]
mod tests;
mod types;
mod weights;

pub use confined::ConfinedError;
pub use error::RunnerError;
pub use executed::{Executed, OnExecuted};
pub use fees::*;
pub use gas::*;
pub use genesis::GenesisError;
pub use guard::AccountGuard;
pub use invariants::StateFault;
pub use lists::{ListSizes, GAS_PER_AUTHORIZATION};
pub use mapping::*;
pub use pallet::*;
pub use state::{create2_address, create_address, is_delegation, KECCAK_EMPTY};
pub use surcharge::MeasuredGasWeightMapping;
pub use types::*;
pub use weights::WeightInfo;

use frame_support::traits::fungible;

/// Balance type of the pallet's currency.
pub type BalanceOf<T> =
	<<T as Config>::Currency as fungible::Inspect<<T as frame_system::Config>::AccountId>>::Balance;

/// Log target of this pallet.
pub(crate) const LOG_TARGET: &str = "runtime::evm";

#[frame_support::pallet]
#[allow(clippy::too_many_arguments)] // The arguments of the calls are Frontier's.
pub mod pallet {
	use super::*;
	use alloc::{collections::BTreeMap, vec::Vec};
	use frame_support::{
		dispatch::DispatchResultWithPostInfo,
		pallet_prelude::*,
		traits::{tokens::Preservation, FindAuthor, Time},
	};
	use frame_system::pallet_prelude::*;
	use sp_core::{H160, H256, U256};

	/// The in-code storage version.
	const STORAGE_VERSION: StorageVersion = StorageVersion::new(0);

	#[pallet::pallet]
	#[pallet::without_storage_info]
	#[pallet::storage_version(STORAGE_VERSION)]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config: frame_system::Config<RuntimeEvent: From<Event<Self>>> {
		/// Gives the account that holds an address's balance and nonce.
		type AddressMapping: AddressMapping<Self::AccountId>;

		/// The token that is ether on this chain, in wei.
		type Currency: fungible::Inspect<Self::AccountId, Balance: Into<u128> + From<u128>>
			+ fungible::Mutate<Self::AccountId>;

		/// Who may call and create as an address.
		type CallOrigin: EnsureAddressOrigin<Self::RuntimeOrigin>;

		/// Who may withdraw from an address, to the account that the check gives.
		type WithdrawOrigin: EnsureAddressOrigin<Self::RuntimeOrigin, Success = Self::AccountId>;

		/// Gives the base fee.
		type FeeCalculator: FeeCalculator;

		/// Whether gas is charged, and who gets what was charged.
		type OnChargeTransaction: OnChargeEvmTransaction<Self>;

		/// Converts between gas and weight.
		type GasWeightMapping: GasWeightMapping;

		/// Weight of one unit of gas, for [`FixedGasWeightMapping`].
		type WeightPerGas: Get<Weight>;

		/// The chain id unless [`pallet::ChainId`] holds another.
		type ChainId: Get<u64>;

		/// The gas limit of a block.
		type BlockGasLimit: Get<u64>;

		/// The gas limit of one transaction (EIP-7825), which bounds the memory that it needs.
		type TransactionGasLimit: Get<Option<u64>>;

		/// The address that the block's author earns for.
		type FindAuthor: FindAuthor<H160>;

		/// The block's time in milliseconds since the epoch.
		type Timestamp: Time<Moment: Into<u64>>;

		/// Gives the hashes of older blocks.
		type BlockHashMapping: BlockHashMapping;

		/// Addresses that transactions must leave alone.
		type AccountGuard: AccountGuard;

		/// Is told of executions that no signed Ethereum transaction asked for.
		type OnExecuted: OnExecuted;

		/// The hard fork whose rules apply.
		type Spec: Get<EvmSpec>;

		/// Largest code in bytes for [`Pallet::set_code`] and genesis. EIP-170 bounds the others.
		type MaxCodeSize: Get<u32>;

		/// Weights of the calls, gas excluded.
		type WeightInfo: WeightInfo;
	}

	/// Code of every account that has some; an EIP-7702 delegation is `0xef0100` and the address.
	#[pallet::storage]
	pub type AccountCodes<T: Config> = StorageMap<_, Blake2_128Concat, H160, Vec<u8>, ValueQuery>;

	/// Size and hash of the code. May be missing for accounts that an older pallet created.
	#[pallet::storage]
	pub type AccountCodesMetadata<T: Config> =
		StorageMap<_, Blake2_128Concat, H160, CodeMetadata, OptionQuery>;

	/// Storage slots as big-endian words. Zero is never stored.
	#[pallet::storage]
	pub type AccountStorages<T: Config> =
		StorageDoubleMap<_, Blake2_128Concat, H160, Blake2_128Concat, H256, H256, ValueQuery>;

	/// Addresses whose account holds a `sufficients` reference because its nonce is above zero.
	#[pallet::storage]
	pub type NonceReferences<T: Config> = StorageMap<_, Blake2_128Concat, H160, (), OptionQuery>;

	/// The key of the hash of the engine's maps in the last execution that was written; see
	/// `engine/hash_key.rs`.
	#[pallet::storage]
	pub type HashKey<T: Config> = StorageValue<_, [u8; 16], ValueQuery>;

	/// Addresses with slots but neither code nor nonce, which only genesis, an import and the rules
	/// before EIP-161 bring about. No contract can be created there (EIP-7610). Looking for a slot
	/// instead would pass over every slot that the block has emptied before, one by one, and the gas
	/// of a creation does not pay for that.
	#[pallet::storage]
	pub type BareStorages<T: Config> = StorageMap<_, Blake2_128Concat, H160, (), OptionQuery>;

	/// Accounts that exist although they are empty, which only the rules before EIP-161 (Spurious
	/// Dragon) know. Later ones neither read nor write it.
	#[pallet::storage]
	pub type EmptyAccounts<T: Config> = StorageMap<_, Blake2_128Concat, H160, (), OptionQuery>;

	/// The chain id, if genesis set one; else [`Config::ChainId`] holds.
	#[pallet::storage]
	pub type ChainId<T: Config> = StorageValue<_, u64, OptionQuery>;

	/// Accounts and chain id at genesis.
	#[pallet::genesis_config]
	#[derive(frame_support::DefaultNoBound)]
	pub struct GenesisConfig<T: Config> {
		/// The accounts. Every nonce and balance is set exactly.
		pub accounts: BTreeMap<H160, GenesisAccount>,
		/// The chain id, if it is not the runtime's.
		pub chain_id: Option<u64>,
		#[serde(skip)]
		#[doc(hidden)]
		pub _marker: PhantomData<T>,
	}

	#[pallet::genesis_build]
	impl<T: Config> BuildGenesisConfig for GenesisConfig<T> {
		fn build(&self) {
			Pallet::<T>::build_genesis(self);
		}
	}

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// A contract wrote a log.
		Log {
			/// The log.
			log: Log,
		},
		/// A call created a contract.
		Created {
			/// The contract.
			address: H160,
		},
		/// A contract was not created, because its init code failed. The sender paid.
		CreatedFailed {
			/// The address it would have had.
			address: H160,
		},
		/// A call succeeded.
		Executed {
			/// The address called.
			address: H160,
		},
		/// A call reverted or halted. The sender paid.
		ExecutedFailed {
			/// The address called.
			address: H160,
		},
		/// A transaction touched a locked account and was halted. The sender paid.
		AccountLocked {
			/// The locked account.
			address: H160,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The sender cannot pay for value and gas. Send less, or fund it.
		BalanceLow,
		/// A price per gas is out of range.
		FeeOverflow,
		/// Value and fee together are out of range.
		PaymentOverflow,
		/// The balance to withdraw is not there, or the receiver cannot hold it.
		WithdrawFailed,
		/// The gas price is below the base fee, or the priority fee above the whole price.
		GasPriceTooLow,
		/// The nonce is not the account's next.
		InvalidNonce,
		/// The gas limit does not cover what is due before execution.
		GasLimitTooLow,
		/// The gas limit is above what the block has left. Call again in a later block, with a limit that
		/// is not above that of a whole block.
		GasLimitExceedsBlockLimit,
		/// Made for another chain.
		InvalidChainId,
		/// The signature does not fit.
		InvalidSignature,
		/// The EVM was entered from within itself.
		Reentrancy,
		/// The sender is a contract (EIP-3607).
		TransactionMustComeFromEOA,
		/// The engine refused for a reason without a name here.
		Undefined,
		/// This origin may not create contracts.
		CreateOriginNotAllowed,
		/// The gas limit is above the cap for one transaction (EIP-7825).
		TransactionGasLimitExceedsCap,
		/// The sender is locked. Wait until that ends.
		SenderLocked,
		/// The account is locked. Wait until that ends.
		AccountLocked,
		/// The init code is longer than EIP-3860 allows.
		InitCodeTooLarge,
		/// The active hard fork does not know this kind of transaction.
		UnsupportedTransaction,
		/// The outcome could not be written to the accounts.
		CommitFailed,
		/// An account would be left with less than the existential deposit, but more than nothing.
		BelowExistentialDeposit,
		/// The runtime's nonce type cannot hold the nonce.
		NonceTooLarge,
		/// The code is above the limit.
		CodeTooLarge,
		/// The account that destroyed itself has too much storage to clear at once.
		StorageTooLarge,
		/// The balance is not below 2^128.
		BalanceTooLarge,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn integrity_test() {
			Self::check_config();
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Moves balance from an address's account to the account that `WithdrawOrigin` gives.
		#[pallet::call_index(0)]
		#[pallet::weight(T::WeightInfo::withdraw())]
		pub fn withdraw(
			origin: OriginFor<T>,
			address: H160,
			value: BalanceOf<T>,
		) -> DispatchResult {
			let destination = T::WithdrawOrigin::ensure_address_origin(&address, origin)?;
			ensure!(!T::AccountGuard::is_locked(&address), Error::<T>::AccountLocked);
			// An account that Frontier wrote has a nonce without a reference, and would lose it.
			Self::hold_nonce(&address);
			let source = T::AddressMapping::into_account_id(address);
			<T::Currency as fungible::Mutate<_>>::transfer(
				&source,
				&destination,
				value,
				Preservation::Expendable,
			)
			.map_err(|_| Error::<T>::WithdrawFailed)?;
			Ok(())
		}

		/// Sends a message call as `source`. One that reverts or halts is `Ok`: its sender has paid.
		#[pallet::call_index(1)]
		#[pallet::weight(Pallet::<T>::dispatch_weight(
			input.len(),
			*gas_limit,
			access_list,
			authorization_list
		))]
		pub fn call(
			origin: OriginFor<T>,
			source: H160,
			target: H160,
			input: Vec<u8>,
			value: U256,
			gas_limit: u64,
			max_fee_per_gas: U256,
			max_priority_fee_per_gas: Option<U256>,
			nonce: Option<U256>,
			access_list: Vec<(H160, Vec<H256>)>,
			authorization_list: Vec<Authorization>,
		) -> DispatchResultWithPostInfo {
			T::CallOrigin::ensure_address_origin(&source, origin)?;
			Self::dispatch(ExecuteRequest {
				source,
				target: Target::Call(target),
				input,
				value,
				gas_limit,
				max_fee_per_gas: Some(max_fee_per_gas),
				max_priority_fee_per_gas,
				nonce: Self::narrow_nonce(nonce)?,
				access_list,
				authorization_list,
			})
		}

		/// Creates a contract as `source`, at the address of sender and nonce.
		#[pallet::call_index(2)]
		#[pallet::weight(Pallet::<T>::dispatch_weight(
			init.len(),
			*gas_limit,
			access_list,
			authorization_list
		))]
		pub fn create(
			origin: OriginFor<T>,
			source: H160,
			init: Vec<u8>,
			value: U256,
			gas_limit: u64,
			max_fee_per_gas: U256,
			max_priority_fee_per_gas: Option<U256>,
			nonce: Option<U256>,
			access_list: Vec<(H160, Vec<H256>)>,
			authorization_list: Vec<Authorization>,
		) -> DispatchResultWithPostInfo {
			T::CallOrigin::ensure_address_origin(&source, origin)?;
			Self::dispatch(ExecuteRequest {
				source,
				target: Target::Create,
				input: init,
				value,
				gas_limit,
				max_fee_per_gas: Some(max_fee_per_gas),
				max_priority_fee_per_gas,
				nonce: Self::narrow_nonce(nonce)?,
				access_list,
				authorization_list,
			})
		}

		/// Creates a contract as `source`, at the address of sender, salt and init code (EIP-1014).
		#[pallet::call_index(3)]
		#[pallet::weight(Pallet::<T>::dispatch_weight(
			init.len(),
			*gas_limit,
			access_list,
			authorization_list
		))]
		pub fn create2(
			origin: OriginFor<T>,
			source: H160,
			init: Vec<u8>,
			salt: H256,
			value: U256,
			gas_limit: u64,
			max_fee_per_gas: U256,
			max_priority_fee_per_gas: Option<U256>,
			nonce: Option<U256>,
			access_list: Vec<(H160, Vec<H256>)>,
			authorization_list: Vec<Authorization>,
		) -> DispatchResultWithPostInfo {
			T::CallOrigin::ensure_address_origin(&source, origin)?;
			Self::dispatch(ExecuteRequest {
				source,
				target: Target::Create2 { salt },
				input: init,
				value,
				gas_limit,
				max_fee_per_gas: Some(max_fee_per_gas),
				max_priority_fee_per_gas,
				nonce: Self::narrow_nonce(nonce)?,
				access_list,
				authorization_list,
			})
		}
	}
}
