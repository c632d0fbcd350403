//! Execution of a signed transaction.

use alloc::vec::Vec;
use frame_support::{dispatch::PostDispatchInfo, pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_evm::{ExecuteMode, ListSizes, OnExecuted, GAS_PER_AUTHORIZATION};
use sp_core::H256;
use sp_runtime::{
	traits::{Bounded, UniqueSaturatedInto},
	SaturatedConversion,
};

use crate::{
	recording::Context, BlockGasUsed, Blocks, Call, Config, DeclaredCost, DecodedTransaction,
	Error, EthereumBlock, Event, Pallet, RawTransaction, TransactionError, TransactionIndex,
	TransactionRecord, WeightInfo,
};

/// The fewest bytes that a tuple of an authorization list takes: the list's head, chain id, address,
/// nonce, parity and the two halves of the signature.
const MIN_AUTHORIZATION_BYTES: u32 = 27;
/// The fewest bytes that an item of an access list takes: the item's head, the address and the head of
/// an empty list. A slot takes 33.
const MIN_ACCESS_BYTES: u32 = 23;

impl<T: Config> Pallet<T> {
	/// The call that carries these EIP-2718 bytes.
	///
	/// Only the length is checked; the rest is up to the transaction pool.
	pub fn convert_call(raw: Vec<u8>) -> Result<Call<T>, TransactionError> {
		let transaction = RawTransaction::<T>::try_from(raw).map_err(|raw| {
			TransactionError::TooLarge { limit: T::MaxTransactionBytes::get(), found: raw.len() }
		})?;
		Ok(Call::transact { transaction })
	}

	/// The Ethereum transactions and receipts of block `number`, while they are kept.
	pub fn block(number: u32) -> Option<EthereumBlock> {
		Blocks::<T>::get(number)
	}

	/// The block and the position in it of the transaction with this hash, while it is kept.
	pub fn transaction_index(hash: H256) -> Option<(u32, u32)> {
		TransactionIndex::<T>::get(hash)
	}

	/// The chain id that transactions must be signed for.
	pub(crate) fn chain_id() -> u64 {
		pallet_evm::Pallet::<T>::chain_id()
	}

	/// Block numbers are `u32`, which `integrity_test` checks.
	pub(crate) fn block_number(number: BlockNumberFor<T>) -> u32 {
		number.unique_saturated_into()
	}

	/// The weight of [`Call::transact`] if all of the gas limit is used.
	///
	/// Bytes that do not decode declare nothing, and authorisation refuses them.
	pub(crate) fn call_weight(raw: &[u8]) -> Weight {
		let declared = DeclaredCost::decode(raw).unwrap_or_default();
		let gas_limit = declared.gas_limit;
		Self::weight_with_gas(raw.len(), gas_limit, declared)
			.saturating_add(pallet_evm::Pallet::<T>::surcharge_limit(gas_limit))
	}

	/// The weight of [`Call::transact`] with so many bytes if `spent_gas` is spent.
	pub(crate) fn weight_with_gas(bytes: usize, spent_gas: u64, declared: DeclaredCost) -> Weight {
		let DeclaredCost { gas_limit, lists } = declared;
		<T as Config>::WeightInfo::transact(bytes.saturated_into())
			.saturating_add(pallet_evm::Pallet::<T>::execution_weight(spent_gas))
			.saturating_add(pallet_evm::Pallet::<T>::lists_weight(gas_limit, lists))
	}

	/// The weight of authorising [`Call::transact`]. The signatures of an authorization list are not
	/// recovered by it.
	pub(crate) fn authorize_weight(raw: &[u8]) -> Weight {
		let lists = DeclaredCost::decode(raw).unwrap_or_default().lists;
		Self::authorize_weight_of(raw.len(), lists)
	}

	fn authorize_weight_of(bytes: usize, lists: ListSizes) -> Weight {
		<T as Config>::WeightInfo::authorize(bytes.saturated_into())
			.saturating_add(pallet_evm::Pallet::<T>::lists_weight(0, lists))
	}

	pub(crate) fn do_transact(raw: Vec<u8>) -> DispatchResultWithPostInfo {
		let transaction =
			Self::decode(&raw).and_then(DecodedTransaction::recover).map_err(|error| {
				log::error!(target: "runtime::ethereum", "dispatched without authorisation: {error}");
				Error::<T>::InvalidTransaction
			})?;
		let from = transaction.signer();
		let bytes = raw.len();
		let (hash, transaction_type, request) = transaction.into_parts();
		let gas_limit = request.gas_limit;
		let declared = DeclaredCost { gas_limit, lists: request.list_sizes() };
		// Of a creation, the address that follows from sender and nonce.
		let to = pallet_evm::Pallet::<T>::target_address(&request);
		let contract_address = request.target.is_create().then_some(to);

		ensure!(gas_limit <= Self::gas_left(), Error::<T>::BlockGasLimitReached);
		let mut info = pallet_evm::Pallet::<T>::execute(request, ExecuteMode::Transaction)
			.map_err(pallet_evm::Error::<T>::from)?;

		let gas_before = BlockGasUsed::<T>::get();
		let context = Context { transaction_type, gas_before, contract_address };
		let logs = core::mem::take(&mut info.logs);
		let receipt = context.receipt(&info, logs);
		Self::record(Self::next_place(), TransactionRecord { hash, from, raw }, receipt);
		let (spent_gas, surcharge, exit_reason) = (info.spent_gas, info.surcharge, info.exit);
		Self::deposit_event(Event::Executed { from, to, transaction_hash: hash, exit_reason });

		Ok(PostDispatchInfo {
			actual_weight: Some(
				Self::weight_with_gas(bytes, spent_gas, declared).saturating_add(surcharge),
			),
			pays_fee: Pays::No,
		})
	}

	/// The assumptions about the runtime that cannot be types.
	pub(crate) fn check_config() {
		assert!(
			TryInto::<u32>::try_into(BlockNumberFor::<T>::max_value()).is_ok(),
			"block numbers must fit u32"
		);
		assert!(T::ReceiptRetention::get() > 0, "ReceiptRetention must be at least 1");
		let bytes = T::MaxTransactionBytes::get();
		let gas = pallet_evm::Pallet::<T>::gas_cap();
		let heaviest = Self::heaviest_transaction(bytes, gas);
		let weights = T::BlockWeights::get();
		if let Some(limit) = weights.get(DispatchClass::Normal).max_extrinsic {
			assert!(
				heaviest.all_lte(limit),
				"the heaviest Ethereum transaction weighs {heaviest}, an extrinsic may {limit}"
			);
		}
		assert!(
			bytes < *T::BlockLength::get().max.get(DispatchClass::Normal),
			"MaxTransactionBytes must fit a block"
		);
		Self::check_removal();
	}

	/// The weight of the heaviest transaction, authorisation included: one whose gas limit covers as
	/// many items of lists as its bytes can hold.
	fn heaviest_transaction(bytes: u32, gas_limit: u64) -> Weight {
		let authorizations = (gas_limit / GAS_PER_AUTHORIZATION)
			.min(u64::from(bytes.div_ceil(MIN_AUTHORIZATION_BYTES)));
		let addresses = u64::from(bytes.div_ceil(MIN_ACCESS_BYTES));
		let lists = ListSizes { addresses, slots: 0, authorizations };
		Self::weight_with_gas(bytes.saturated_into(), gas_limit, DeclaredCost { gas_limit, lists })
			.saturating_add(pallet_evm::Pallet::<T>::surcharge_limit(gas_limit))
			.saturating_add(Self::authorize_weight_of(bytes.saturated_into(), lists))
	}
}
