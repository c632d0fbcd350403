//! How long blocks are kept, and the removal of old ones.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{pallet_prelude::*, traits::Get};
use pallet_evm::EvmSpec;
use sp_core::H256;
use sp_runtime::SaturatedConversion;

use crate::{
	BlockGasUsed, BlockRecord, BlockRecords, Blocks, Config, CurrentCount, CurrentTransactions,
	EthereumBlock, OldestBlock, Pallet, TransactionIndex, WeightInfo,
};

/// The most blocks removed at the start of one. More than one, so that a runtime upgrade that lowers
/// `ReceiptRetention` is caught up with.
pub(crate) const MAX_BLOCKS_PRUNED: u32 = 2;

/// Gas of the cheapest transaction. Since London no more is refunded than what is refunded for has cost.
const TRANSACTION_GAS: u64 = 21_000;
/// Gas of the cheapest byte that a transaction adds to its record beside the fixed fields: a zero in its
/// data. A byte of a log takes 8 gas, one of an access list 57, one of an authorization list 195.
const BYTE_GAS: u64 = 4;
/// More bytes than hash, sender, receipt and the fixed fields of a transaction take.
const RECORD_BYTES: u32 = 512;

/// What is removed together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
	/// Blocks.
	pub blocks: u32,
	/// Transactions in them.
	pub transactions: u32,
	/// Bytes that the blocks took in storage.
	pub bytes: u64,
}

impl<T: Config> Pallet<T> {
	/// Moves the block's transactions to where they are kept.
	pub(crate) fn close_block(now: u32) {
		let (transactions, receipts): (Vec<_>, _) =
			CurrentTransactions::<T>::take().into_iter().unzip();
		CurrentCount::<T>::kill();
		let hashes: Vec<H256> = transactions.iter().map(|transaction| transaction.hash).collect();
		let gas_used = BlockGasUsed::<T>::take();
		let (base_fee, _) = pallet_evm::Pallet::<T>::current_base_fee();
		let block = EthereumBlock { transactions, receipts, gas_used, base_fee };
		if !hashes.is_empty() {
			let bytes = block.encoded_size().saturated_into();
			BlockRecords::<T>::insert(now, BlockRecord { bytes, hashes });
		}
		Blocks::<T>::insert(now, block);
		if !OldestBlock::<T>::exists() {
			OldestBlock::<T>::put(now);
		}
	}

	/// Removes what is older than the retention, at most [`MAX_BLOCKS_PRUNED`] blocks of it, and gives
	/// the weight of what was there to remove.
	///
	/// What is recorded of a block is bounded by its gas limit, wherever it came from: calls of `EVM` are
	/// held to that limit as well. `integrity_test` checks that two full blocks are not too heavy. Calls
	/// of the runtime itself can add to that, but no user decides which, and how many, there are.
	pub(crate) fn prune(now: u32) -> Weight {
		let keep_from = now.saturating_sub(T::ReceiptRetention::get());
		let mut removed = Removed::default();
		if let Some(oldest) = OldestBlock::<T>::get() {
			let end = keep_from.min(oldest.saturating_add(MAX_BLOCKS_PRUNED));
			for number in oldest..end {
				Self::remove_block(number, &mut removed);
			}
			if end > oldest {
				OldestBlock::<T>::put(end);
			}
		}
		<T as Config>::WeightInfo::on_initialize(removed)
	}

	/// Removes a block without reading it: [`BlockRecords`] says what belongs to it.
	fn remove_block(number: u32, removed: &mut Removed) {
		Blocks::<T>::remove(number);
		let BlockRecord { bytes, hashes } = BlockRecords::<T>::take(number).unwrap_or_default();
		for (index, hash) in hashes.iter().enumerate() {
			// An account removed from the EVM starts anew at nonce 0, and its transactions with it:
			// then the entry belongs to the later one.
			let position = (number, index.saturated_into());
			if TransactionIndex::<T>::get(hash) == Some(position) {
				TransactionIndex::<T>::remove(hash);
			}
		}
		removed.blocks = removed.blocks.saturating_add(1);
		removed.transactions = removed.transactions.saturating_add(hashes.len().saturated_into());
		removed.bytes = removed.bytes.saturating_add(bytes.into());
	}

	/// The most that is removed at the start of a block.
	fn largest_removal() -> Removed {
		// The block's limit is one of gas after refunds, and before London up to half was given back
		// (EIP-3529).
		let refunded = if T::Spec::get() < EvmSpec::London { 2 } else { 1 };
		let gas = T::BlockGasLimit::get().saturating_mul(refunded);
		let transactions: u32 = (gas / TRANSACTION_GAS).saturated_into();
		// Not by the block's length: a call may come from the storage, such as a motion of a council.
		let bytes = (gas / BYTE_GAS)
			.saturating_add(u64::from(transactions).saturating_mul(RECORD_BYTES.into()));
		Removed {
			blocks: MAX_BLOCKS_PRUNED,
			transactions: transactions.saturating_mul(MAX_BLOCKS_PRUNED),
			bytes: bytes.saturating_mul(MAX_BLOCKS_PRUNED.into()),
		}
	}

	/// Removal happens beside the users' transactions, in what they leave of a block.
	///
	/// # Panics
	/// If the heaviest removal needs more.
	pub(crate) fn check_removal() {
		let weights = T::BlockWeights::get();
		let Some(normal) = weights.get(DispatchClass::Normal).max_total else { return };
		let left = weights.max_block.saturating_sub(normal);
		let heaviest = <T as Config>::WeightInfo::on_initialize(Self::largest_removal());
		assert!(
			heaviest.all_lte(left),
			"the heaviest removal of old blocks weighs {heaviest}, a block has {left} for it"
		);
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::{BlockGasLimit, Spec, Test};

	/// Refunds before London let a block hold twice as much.
	#[test]
	fn largest_removal_before_london_counts_gas_before_refunds() {
		BlockGasLimit::set(42_000);
		let removals = [EvmSpec::Berlin, EvmSpec::London, EvmSpec::Osaka].map(|spec| {
			Spec::set(spec);
			Pallet::<Test>::largest_removal()
		});
		Spec::set(EvmSpec::Osaka);
		BlockGasLimit::set(30_000_000);
		// Two blocks of so many transactions, with a byte for every four gas.
		let full = |transactions: u32, gas: u64| Removed {
			blocks: 2,
			transactions: 2 * transactions,
			bytes: 2 * (gas / 4 + 512 * u64::from(transactions)),
		};
		assert_eq!(removals, [full(4, 84_000), full(2, 42_000), full(2, 42_000)]);
	}
}
