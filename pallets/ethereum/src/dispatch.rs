//! Execution of a transaction, the record of a block, and the removal of old ones.

use alloc::vec::Vec;
use frame_support::{dispatch::PostDispatchInfo, pallet_prelude::*, traits::Get};
use frame_system::pallet_prelude::BlockNumberFor;
use pallet_evm::{EvmSpec, ExecuteMode, ExecutionInfo};
use sp_core::{H160, H256};
use sp_runtime::{
	traits::{Bounded, UniqueSaturatedInto},
	SaturatedConversion,
};

use crate::{
	declared_gas_limit, BlockGasUsed, Blocks, Call, Config, CurrentTransactions, Error,
	EthereumBlock, Event, OldestBlock, Pallet, RawTransaction, Receipt, RecoveredTransaction,
	TransactionError, TransactionIndex, TransactionRecord, WeightInfo,
};

/// The most blocks removed at the start of one. More than one, so that a runtime upgrade that lowers
/// `ReceiptRetention` is caught up with.
pub(crate) const MAX_BLOCKS_PRUNED: u32 = 2;

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
	/// Bytes that do not decode have no gas limit, and authorisation refuses them.
	pub(crate) fn call_weight(raw: &[u8]) -> Weight {
		Self::weight_with_gas(raw.len(), declared_gas_limit(raw).unwrap_or(0))
	}

	pub(crate) fn weight_with_gas(bytes: usize, gas: u64) -> Weight {
		<T as Config>::WeightInfo::transact(bytes.saturated_into())
			.saturating_add(pallet_evm::Pallet::<T>::execution_weight(gas))
	}

	pub(crate) fn do_transact(raw: Vec<u8>) -> DispatchResultWithPostInfo {
		let transaction =
			RecoveredTransaction::recover(&raw, Self::chain_id()).map_err(|error| {
				log::error!(target: "runtime::ethereum", "dispatched without authorisation: {error}");
				Error::<T>::InvalidTransaction
			})?;
		let from = transaction.signer();
		let bytes = raw.len();
		let (hash, transaction_type, request) = transaction.into_parts();
		let gas_limit = request.gas_limit;
		// Of a creation, the address that follows from sender and nonce.
		let to = pallet_evm::Pallet::<T>::target_address(&request);
		let contract_address = request.target.is_create().then_some(to);

		let gas_before = BlockGasUsed::<T>::get();
		ensure!(
			gas_limit <= T::BlockGasLimit::get().saturating_sub(gas_before),
			Error::<T>::BlockGasLimitReached
		);
		let info = pallet_evm::Pallet::<T>::execute(request, ExecuteMode::Transaction)
			.map_err(pallet_evm::Error::<T>::from)?;

		let (used_gas, exit_reason) = (info.used_gas, info.exit.clone());
		let record = TransactionRecord { hash, from, raw };
		let receipt = receipt(info, transaction_type, gas_before, contract_address);
		Self::record(record, receipt);
		Self::deposit_event(Event::Executed { from, to, transaction_hash: hash, exit_reason });

		let spent = Self::gas_before_refund(used_gas).min(gas_limit);
		Ok(PostDispatchInfo {
			actual_weight: Some(Self::weight_with_gas(bytes, spent)),
			pays_fee: Pays::No,
		})
	}

	/// The most gas that can have been spent if `used_gas` is left after the refund, which lowers
	/// what is paid and not the work: up to a fifth of it since London (EIP-3529), half before.
	fn gas_before_refund(used_gas: u64) -> u64 {
		let divisor = if T::Spec::get() >= EvmSpec::London { 4 } else { 1 };
		used_gas.saturating_add(used_gas.div_ceil(divisor))
	}

	fn record(transaction: TransactionRecord, receipt: Receipt) {
		let block = Self::block_number(frame_system::Pallet::<T>::block_number());
		let index: u32 = CurrentTransactions::<T>::decode_len().unwrap_or(0).saturated_into();
		TransactionIndex::<T>::insert(transaction.hash, (block, index));
		BlockGasUsed::<T>::put(receipt.cumulative_gas_used);
		CurrentTransactions::<T>::append((transaction, receipt));
	}

	/// Moves the block's transactions to where they are kept.
	pub(crate) fn close_block(now: u32) {
		let (transactions, receipts) = CurrentTransactions::<T>::take().into_iter().unzip();
		let gas_used = BlockGasUsed::<T>::take();
		let (base_fee, _) = pallet_evm::Pallet::<T>::current_base_fee();
		Blocks::<T>::insert(now, EthereumBlock { transactions, receipts, gas_used, base_fee });
		if !OldestBlock::<T>::exists() {
			OldestBlock::<T>::put(now);
		}
	}

	/// Removes what is older than the retention, at most [`MAX_BLOCKS_PRUNED`] blocks of it.
	///
	/// The number of transactions in a block is bounded by its gas limit.
	pub(crate) fn prune(now: u32) -> Weight {
		let keep_from = now.saturating_sub(T::ReceiptRetention::get());
		let (mut blocks, mut transactions) = (0u32, 0u32);
		if let Some(oldest) = OldestBlock::<T>::get() {
			let end = keep_from.min(oldest.saturating_add(MAX_BLOCKS_PRUNED));
			for number in oldest..end {
				blocks = blocks.saturating_add(1);
				transactions = transactions.saturating_add(Self::remove_block(number));
			}
			if end > oldest {
				OldestBlock::<T>::put(end);
			}
		}
		<T as Config>::WeightInfo::on_initialize(blocks, transactions)
	}

	/// Returns how many transactions it had.
	fn remove_block(number: u32) -> u32 {
		let Some(block) = Blocks::<T>::take(number) else { return 0 };
		for (index, transaction) in block.transactions.iter().enumerate() {
			// An account removed from the EVM starts anew at nonce 0, and its transactions with it:
			// then the entry belongs to the later one.
			let position = (number, index.saturated_into());
			if TransactionIndex::<T>::get(transaction.hash) == Some(position) {
				TransactionIndex::<T>::remove(transaction.hash);
			}
		}
		block.transactions.len().saturated_into()
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
		let heaviest = Self::weight_with_gas(bytes.saturated_into(), gas)
			.saturating_add(<T as Config>::WeightInfo::authorize(bytes));
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
	}
}

fn receipt(
	info: ExecutionInfo,
	transaction_type: u8,
	gas_before: u64,
	contract_address: Option<H160>,
) -> Receipt {
	Receipt {
		transaction_type,
		success: info.exit.is_succeed(),
		gas_used: info.used_gas,
		cumulative_gas_used: gas_before.saturating_add(info.used_gas),
		effective_gas_price: info.effective_gas_price,
		contract_address,
		logs: info.logs,
	}
}
