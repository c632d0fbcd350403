//! Transactions and receipts by their hash.

use super::{
	block_id::BlockRef,
	convert::to_address,
	errors::EthError,
	records::{decode, BlockRecords},
	Eth,
};
use alloy_consensus::{transaction::Recovered, Transaction as _};
use alloy_rpc_types_eth::{Transaction, TransactionReceipt};
use codec::{Decode, Encode};
use frame_support::traits::Get;
use migration_runtime::{opaque::Block, Runtime, RuntimeCall, UncheckedExtrinsic};
use pallet_ethereum::{
	DecodedTransaction, EthereumRuntimeApi, RecoveredTransaction, ReplayProtection,
	TransactionError,
};
use sc_transaction_pool_api::{InPoolTransaction, TransactionPool};
use sp_blockchain::HeaderBackend;
use sp_core::H256;
use sp_io::hashing::keccak_256;
use sp_runtime::traits::Block as BlockT;

impl Eth {
	/// The transaction with this hash: in a recent block, or waiting in the pool.
	pub(super) fn transaction_by_hash(&self, hash: H256) -> Result<Option<Transaction>, EthError> {
		match self.included(hash)? {
			Some((records, index)) => records.transaction(index),
			None => self.waiting(hash),
		}
	}

	/// The receipt of the transaction with this hash, if it is in a recent block.
	pub(super) fn receipt_by_hash(
		&self,
		hash: H256,
	) -> Result<Option<TransactionReceipt>, EthError> {
		let Some((records, index)) = self.included(hash)? else { return Ok(None) };
		Ok(records.receipts()?.into_iter().nth(index as usize))
	}

	/// The block of the best chain with this transaction, and the transaction's place in it.
	fn included(&self, hash: H256) -> Result<Option<(BlockRecords, u32)>, EthError> {
		let best = self.best();
		let position = self.runtime_at(&best)?.transaction_index(best.hash, hash)?;
		let Some((number, index)) = position else { return Ok(None) };
		// The best chain can change between the reads. Then the block at this height is another, and
		// the transaction is not in a block again.
		let Some(block_hash) = self.client.hash(number)? else { return Ok(None) };
		let records = self.records(&BlockRef { hash: block_hash, number })?;
		let found = records.content.transactions.get(index as usize);
		let same = found.is_some_and(|record| record.hash == hash);
		Ok(same.then_some((records, index)))
	}

	/// The transaction with this hash, if it waits in the pool.
	fn waiting(&self, hash: H256) -> Result<Option<Transaction>, EthError> {
		let Some(raw) = self.waiting_bytes(hash) else { return Ok(None) };
		let signer = self.recover(&raw)?.map_err(EthError::internal)?.signer();
		let envelope = decode(&raw)?;
		let price = envelope.max_fee_per_gas();
		Ok(Some(Transaction {
			inner: Recovered::new_unchecked(envelope, to_address(signer)),
			block_hash: None,
			block_number: None,
			transaction_index: None,
			effective_gas_price: Some(price),
			block_timestamp: None,
		}))
	}

	/// Decodes a transaction as the chain does, and recovers its signer.
	pub(super) fn recover(
		&self,
		raw: &[u8],
	) -> Result<Result<RecoveredTransaction, TransactionError>, EthError> {
		let unprotected: bool = <Runtime as pallet_ethereum::Config>::AcceptUnprotected::get();
		let protection =
			if unprotected { ReplayProtection::Optional } else { ReplayProtection::Required };
		let decoded = DecodedTransaction::decode_with(raw, self.chain_id_at_best()?, protection);
		Ok(decoded.and_then(DecodedTransaction::recover))
	}

	/// The bytes of the Ethereum transaction with this hash, if it waits in the pool, whatever the
	/// extrinsic has beside it.
	pub(super) fn waiting_bytes(&self, hash: H256) -> Option<Vec<u8>> {
		let is_asked = |raw: &Vec<u8>| H256(keccak_256(raw)) == hash;
		let mut ready = self.pool.ready().filter_map(|waiting| raw_transaction(waiting.data()));
		ready.find(is_asked).or_else(|| {
			let futures = self.pool.futures();
			futures.iter().filter_map(|waiting| raw_transaction(waiting.data())).find(is_asked)
		})
	}
}

/// The Ethereum transaction that an extrinsic carries, if it does.
fn raw_transaction(extrinsic: &<Block as BlockT>::Extrinsic) -> Option<Vec<u8>> {
	let extrinsic = UncheckedExtrinsic::decode(&mut &extrinsic.encode()[..]).ok()?;
	match extrinsic.function {
		RuntimeCall::Ethereum(pallet_ethereum::Call::transact { transaction }) => {
			Some(transaction.into_inner())
		}
		_ => None,
	}
}
