//! Invariants of the pallet's storage.

use alloc::vec::Vec;
use codec::Encode;
use frame_support::{ensure, traits::Get};
use sp_core::{H160, H256};
use sp_io::hashing::keccak_256;
use sp_runtime::{SaturatedConversion, TryRuntimeError};

use crate::{
	synthetic::Place,
	transaction::{decode, is_synthetic, recover_signer, signing_parts},
	BlockGasUsed, BlockRecord, BlockRecords, Blocks, Config, CurrentCount, CurrentTransactions,
	EthereumBlock, OldestBlock, Pallet, Receipt, TransactionError, TransactionIndex,
	TransactionRecord,
};

impl<T: Config> Pallet<T> {
	/// Checks that
	/// - each entry of [`TransactionIndex`] names a record with its hash, and each record has one;
	/// - hashes are those of the bytes, and senders those who signed them or who the mark of a synthetic
	///   transaction names;
	/// - receipts go with transactions, gas adds up and is within the limit of the block being built;
	/// - each block with transactions has a record of their hashes and its size, and no other has;
	/// - no block is kept below [`OldestBlock`] or above the current number.
	pub fn do_try_state() -> Result<(), TryRuntimeError> {
		let now = Self::block_number(frame_system::Pallet::<T>::block_number());
		let oldest = OldestBlock::<T>::get();
		for (number, block) in Blocks::<T>::iter() {
			ensure!(oldest.is_some_and(|oldest| number >= oldest), "a block outlived its removal");
			ensure!(number <= now, "a block from the future");
			ensure!(block.transactions.len() == block.receipts.len(), "a receipt is missing");
			Self::check_record(number, &block)?;
			Self::check_transactions(
				number,
				block.transactions.iter().zip(&block.receipts),
				block.gas_used,
			)?;
		}
		ensure!(
			BlockRecords::<T>::iter_keys().all(Blocks::<T>::contains_key),
			"a record outlived its block"
		);
		let current = CurrentTransactions::<T>::get();
		ensure!(
			current.len() == CurrentCount::<T>::get() as usize,
			"the count of the block's transactions is another"
		);
		// Calls of the runtime itself pay nothing, and are not held to the limit.
		let all_pay = current.iter().all(|(_, receipt)| !receipt.effective_gas_price.is_zero());
		ensure!(
			!all_pay || BlockGasUsed::<T>::get() <= T::BlockGasLimit::get(),
			"more gas used than a block may"
		);
		Self::check_transactions(
			now,
			current.iter().map(|(transaction, receipt)| (transaction, receipt)),
			BlockGasUsed::<T>::get(),
		)?;
		for (hash, (number, index)) in TransactionIndex::<T>::iter() {
			ensure!(
				Self::hash_at(now, number, index) == Some(hash),
				"an index entry names no record with its hash"
			);
		}
		Ok(())
	}

	fn check_record(number: u32, block: &EthereumBlock) -> Result<(), TryRuntimeError> {
		let hashes: Vec<H256> =
			block.transactions.iter().map(|transaction| transaction.hash).collect();
		let expected = (!hashes.is_empty())
			.then(|| BlockRecord { bytes: block.encoded_size().saturated_into(), hashes });
		ensure!(BlockRecords::<T>::get(number) == expected, "a block's record is not its own");
		Ok(())
	}

	fn check_transactions<'a>(
		block: u32,
		entries: impl Iterator<Item = (&'a TransactionRecord, &'a Receipt)>,
		gas_used: u64,
	) -> Result<(), TryRuntimeError> {
		let mut total = 0u64;
		for (index, (transaction, receipt)) in (0u32..).zip(entries) {
			ensure!(
				transaction.hash == H256(keccak_256(&transaction.raw)),
				"a transaction hash is not that of its bytes"
			);
			ensure!(
				recorded_sender(&transaction.raw, Place { block, index }) == Ok(transaction.from),
				"a sender neither signed its transaction nor is named by its mark"
			);
			ensure!(
				TransactionIndex::<T>::contains_key(transaction.hash),
				"a record without index entry"
			);
			total = total.saturating_add(receipt.gas_used);
			ensure!(receipt.cumulative_gas_used == total, "cumulative gas is not the sum");
			ensure!(receipt.success || receipt.logs.is_empty(), "a failed transaction with logs");
		}
		ensure!(total == gas_used, "the block's gas is not the sum of its receipts'");
		Ok(())
	}

	/// The hash of the transaction at `index` of block `number`, which may be the one being built.
	fn hash_at(now: u32, number: u32, index: u32) -> Option<H256> {
		let index = usize::try_from(index).ok()?;
		match Blocks::<T>::get(number) {
			Some(block) => block.transactions.get(index).map(|transaction| transaction.hash),
			None if number == now => {
				CurrentTransactions::<T>::get().get(index).map(|(transaction, _)| transaction.hash)
			}
			None => None,
		}
	}
}

/// The sender of a recorded transaction: who signed it or, of a synthetic one at its own place, who its
/// mark names.
pub(crate) fn recorded_sender(raw: &[u8], place: Place) -> Result<H160, TransactionError> {
	let envelope = decode(raw)?;
	let (payload, signature) = signing_parts(&envelope)?;
	if !is_synthetic(&envelope, signature) {
		return recover_signer(&payload, signature);
	}
	let sender = H160::from_slice(&signature.r().to_be_bytes::<32>()[12..]);
	if *signature == place.mark(sender) {
		Ok(sender)
	} else {
		Err(TransactionError::Synthetic)
	}
}
