//! The records of the block being built: of Ethereum transactions, and of what else the EVM executes.

use alloc::vec::Vec;
use frame_support::{pallet_prelude::*, traits::Get};
use pallet_evm::{Executed, ExecutionInfo, ListSizes, Log, OnExecuted};
use sp_core::{H160, H256};
use sp_io::hashing::keccak_256;

use crate::{
	synthetic::{self, Place, Synthetic},
	BlockGasUsed, Config, CurrentCount, CurrentTransactions, Event, Pallet, Receipt,
	TransactionIndex, TransactionRecord, WeightInfo,
};

/// What a receipt has beside the outcome.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context {
	/// The EIP-2718 type of the transaction.
	pub(crate) transaction_type: u8,
	/// The gas used by those before it in the block.
	pub(crate) gas_before: u64,
	/// The address that a creation was for.
	pub(crate) contract_address: Option<H160>,
}

impl Context {
	/// The receipt of an outcome with these logs.
	pub(crate) fn receipt(self, info: &ExecutionInfo, logs: Vec<Log>) -> Receipt {
		Receipt {
			transaction_type: self.transaction_type,
			success: info.exit.is_succeed(),
			gas_used: info.used_gas,
			cumulative_gas_used: self.gas_before.saturating_add(info.used_gas),
			effective_gas_price: info.effective_gas_price,
			contract_address: self.contract_address,
			logs,
		}
	}
}

impl<T: Config> Pallet<T> {
	/// Where the next record will stand.
	pub(crate) fn next_place() -> Place {
		Place {
			block: Self::block_number(frame_system::Pallet::<T>::block_number()),
			index: CurrentCount::<T>::get(),
		}
	}

	/// Appends a record. `place` is the next.
	pub(crate) fn record(place: Place, transaction: TransactionRecord, receipt: Receipt) {
		TransactionIndex::<T>::insert(transaction.hash, (place.block, place.index));
		BlockGasUsed::<T>::put(receipt.cumulative_gas_used);
		CurrentTransactions::<T>::append((transaction, receipt));
		CurrentCount::<T>::put(place.index.saturating_add(1));
	}
}

impl<T: Config> OnExecuted for Pallet<T> {
	fn gas_left() -> u64 {
		T::BlockGasLimit::get().saturating_sub(BlockGasUsed::<T>::get())
	}

	fn weight(input_bytes: usize, lists: ListSizes) -> Weight {
		<T as Config>::WeightInfo::record(synthetic::longest(input_bytes, lists))
	}

	fn on_executed(executed: &Executed) {
		let Executed { request, address, info, .. } = executed;
		let place = Self::next_place();
		let Synthetic { transaction_type, raw } =
			synthetic::encode(executed, Self::chain_id(), place);
		let hash = H256(keccak_256(&raw));
		let context = Context {
			transaction_type,
			gas_before: BlockGasUsed::<T>::get(),
			contract_address: request.target.is_create().then_some(*address),
		};
		let receipt = context.receipt(info, info.logs.clone());
		Self::record(place, TransactionRecord { hash, from: request.source, raw }, receipt);
		Self::deposit_event(Event::Recorded { transaction_hash: hash });
	}
}
