//! Signed Ethereum transactions and their receipts on top of pallet-evm.
//!
//! [`Call::transact`] carries the EIP-2718 bytes that a wallet gives to `eth_sendRawTransaction`,
//! in a general transaction without a Substrate signer. The call is authorised by its content: by
//! the secp256k1 signature inside the bytes, the nonce and what the sender can pay
//! (`#[pallet::authorize]`), so the runtime needs `frame_system::AuthorizeCall` in its transaction
//! extensions. The sender pays gas as in Ethereum and no Substrate fee.
//!
//! Supported are legacy transactions, EIP-2930, EIP-1559 and EIP-7702, each from its hard fork on.
//! Legacy transactions need a chain id (EIP-155) unless `AcceptUnprotected` says otherwise.
//!
//! What else the EVM executes, calls of `EVM` by accounts of the chain and those of the runtime itself,
//! is recorded among the block's transactions, as synthetic ones that nobody signed, so that whoever
//! reads blocks, receipts and logs misses nothing. For that [`Pallet`] is the EVM's
//! [`pallet_evm::OnExecuted`].
//!
//! The transactions of the last `ReceiptRetention` blocks are kept with their receipts. How much is
//! kept of one block is bounded by its gas limit: at least 21,000 gas for a transaction, 4 for a byte
//! of its data, 375 for a log and 8 for a byte of that. The values are therefore not bounded once more
//! by their types. Beyond that limit are calls of the runtime itself alone.

#![cfg_attr(not(feature = "std"), no_std)]

extern crate alloc;

mod block;
mod dispatch;
mod error;
mod invalid;
mod recording;
mod retention;
mod runtime_api;
mod synthetic;
mod transaction;
mod try_state;
mod validity;
pub mod weights;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod mock;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

pub use block::{BlockRecord, EthereumBlock, Receipt, TransactionRecord};
pub use error::TransactionError;
pub use invalid::{rejection_message, InvalidCode, UnknownCode};
pub use pallet::*;
pub use retention::Removed;
pub use runtime_api::*;
pub use transaction::{DeclaredCost, DecodedTransaction, RecoveredTransaction, ReplayProtection};
pub use validity::{nonce_tag, LONGEVITY, NONCE_LOOK_AHEAD};
pub use weights::WeightInfo;

// The pallet macro generates items without documentation and public items in private modules.
#[allow(missing_docs, unreachable_pub)]
#[frame_support::pallet]
pub mod pallet {
	use super::*;
	use alloc::vec::Vec;
	use frame_support::pallet_prelude::*;
	use frame_system::pallet_prelude::*;
	use pallet_evm::ExitReason;
	use sp_core::{H160, H256};

	/// The bytes of a transaction, within the chain's limit.
	pub type RawTransaction<T> = BoundedVec<u8, <T as Config>::MaxTransactionBytes>;

	#[pallet::pallet]
	#[pallet::without_storage_info]
	pub struct Pallet<T>(_);

	#[pallet::config]
	pub trait Config:
		pallet_evm::Config + frame_system::Config<RuntimeEvent: From<Event<Self>>>
	{
		/// The most bytes of a signed transaction. Geth's limit is 128 KiB.
		#[pallet::constant]
		type MaxTransactionBytes: Get<u32>;

		/// For how many blocks after its own a transaction and its receipt are kept, at least 1. All
		/// of it is state. With less than the pool's [`LONGEVITY`], a wallet cannot tell a transaction
		/// that was executed from one that the pool has dropped.
		#[pallet::constant]
		type ReceiptRetention: Get<u32>;

		/// Whether legacy transactions without chain id (before EIP-155) are accepted. They are valid on
		/// every chain, which the deployers of some contracts make use of to give them the same address
		/// everywhere, and attackers to repeat what was meant for another chain.
		#[pallet::constant]
		type AcceptUnprotected: Get<bool>;

		/// The weights of everything but the EVM's execution.
		type WeightInfo: WeightInfo;
	}

	/// The transactions executed so far in the block being built; taken at its end.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type CurrentTransactions<T: Config> =
		StorageValue<_, Vec<(TransactionRecord, Receipt)>, ValueQuery>;

	/// The number of [`CurrentTransactions`]: to count them there is to copy all of them. Taken at the block's
	/// end.
	#[pallet::storage]
	pub type CurrentCount<T: Config> = StorageValue<_, u32, ValueQuery>;

	/// The gas used so far by [`CurrentTransactions`]; taken at the block's end.
	#[pallet::storage]
	pub type BlockGasUsed<T: Config> = StorageValue<_, u64, ValueQuery>;

	/// The Ethereum transactions and receipts of recent blocks, by block number.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type Blocks<T: Config> = StorageMap<_, Twox64Concat, u32, EthereumBlock>;

	/// Size and transaction hashes of the blocks in [`Blocks`] that have transactions.
	#[pallet::storage]
	#[pallet::unbounded]
	pub type BlockRecords<T: Config> = StorageMap<_, Twox64Concat, u32, BlockRecord>;

	/// Transaction hash to block number and position in the block, for what [`Blocks`] keeps and
	/// the block being built.
	#[pallet::storage]
	pub type TransactionIndex<T: Config> = StorageMap<_, Blake2_128Concat, H256, (u32, u32)>;

	/// The block that is removed next: no key of [`Blocks`] is below it. `None` before the first
	/// block with this pallet.
	#[pallet::storage]
	pub type OldestBlock<T: Config> = StorageValue<_, u32>;

	#[pallet::event]
	#[pallet::generate_deposit(pub(crate) fn deposit_event)]
	pub enum Event<T: Config> {
		/// An Ethereum transaction was executed; it may have reverted or halted.
		Executed {
			/// Whose key signed it.
			from: H160,
			/// The account called, or the address that a creation was for.
			to: H160,
			/// Keccak-256 of its bytes.
			transaction_hash: H256,
			/// How the execution ended.
			exit_reason: ExitReason,
		},
		/// A call that nobody signed as an Ethereum transaction stands among the block's transactions.
		Recorded {
			/// The hash under which it is found.
			transaction_hash: H256,
		},
	}

	#[pallet::error]
	pub enum Error<T> {
		/// The bytes are not a transaction of this chain. Authorisation refuses such a call, so a
		/// dispatch with this error came around it.
		InvalidTransaction,
		/// The block's gas limit does not leave enough for the transaction. Submit it in a later
		/// block.
		BlockGasLimitReached,
	}

	#[pallet::hooks]
	impl<T: Config> Hooks<BlockNumberFor<T>> for Pallet<T> {
		fn on_initialize(now: BlockNumberFor<T>) -> Weight {
			Self::prune(Self::block_number(now))
		}

		fn on_finalize(now: BlockNumberFor<T>) {
			Self::close_block(Self::block_number(now))
		}

		fn integrity_test() {
			Self::check_config()
		}

		#[cfg(feature = "try-runtime")]
		fn try_state(_: BlockNumberFor<T>) -> Result<(), sp_runtime::TryRuntimeError> {
			Self::do_try_state()
		}
	}

	#[pallet::call]
	impl<T: Config> Pallet<T> {
		/// Executes a signed Ethereum transaction.
		///
		/// `transaction` is its EIP-2718 encoding. The origin is the one that authorisation by
		/// content gives; no signed, root or bare origin can call this. The signer is recovered
		/// again here, so that the dispatch relies on nothing but its argument.
		///
		/// Reverting and halting executions are recorded and return `Ok`: the sender has paid. An
		/// `Err` means that the EVM refused the transaction altogether, which authorisation in the
		/// same block has excluded; then nothing is recorded.
		#[pallet::call_index(0)]
		#[pallet::weight((
			Pallet::<T>::call_weight(transaction),
			DispatchClass::Normal,
			Pays::No
		))]
		#[pallet::authorize(|source, transaction| Self::authorize_transact(source, transaction))]
		#[pallet::weight_of_authorize(Pallet::<T>::authorize_weight(transaction))]
		pub fn transact(
			origin: OriginFor<T>,
			transaction: RawTransaction<T>,
		) -> DispatchResultWithPostInfo {
			frame_system::ensure_authorized(origin)?;
			Self::do_transact(transaction.into_inner())
		}
	}
}
