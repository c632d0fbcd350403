//! The Ethereum transactions of one block, in the shape of Ethereum's JSON.

use super::{
	block_id::BlockRef,
	convert::{to_address, to_b256, to_price},
	errors::EthError,
	filter::LogPattern,
	Eth,
};
use alloy_consensus::{
	transaction::Recovered, Eip658Value, ReceiptEnvelope, ReceiptWithBloom, TxEnvelope, TxType,
};
use alloy_eips::Decodable2718;
use alloy_primitives::{logs_bloom, Bloom, Log as PrimitiveLog, LogData, B256};
use alloy_rpc_types_eth::{Log, Receipt as ReceiptContent, Transaction, TransactionReceipt};
use pallet_ethereum::{EthereumBlock, EthereumRuntimeApi, Receipt, TransactionRecord};
use sp_api::ProvideRuntimeApi;

/// The Ethereum transactions and receipts of a block.
pub(super) struct BlockRecords {
	/// The block.
	pub(super) block: BlockRef,
	/// What the runtime keeps of it.
	pub(super) content: EthereumBlock,
}

impl Eth {
	/// The Ethereum transactions of `block`.
	///
	/// They are read at the block's own state, or, if that is gone, at the best block's, where the
	/// runtime keeps those of recent blocks.
	pub(super) fn records(&self, block: &BlockRef) -> Result<BlockRecords, EthError> {
		let api = self.client.runtime_api();
		let content = if self.has_state(block) {
			// The first block has none, nor has a block from before the runtime had the pallet.
			api.block(block.hash, block.number)?.unwrap_or_default()
		} else {
			let kept = match self.is_canonical(block)? {
				true => api.block(self.best().hash, block.number)?,
				false => None,
			};
			kept.ok_or(EthError::StatePruned { hash: block.hash, number: block.number })?
		};
		if content.transactions.len() != content.receipts.len() {
			return Err(EthError::Internal(format!(
				"block {} has {} Ethereum transactions and {} receipts",
				block.number,
				content.transactions.len(),
				content.receipts.len(),
			)));
		}
		Ok(BlockRecords { block: *block, content })
	}
}

impl BlockRecords {
	/// The logs that fit the pattern, in the order of their emission.
	pub(super) fn logs<'a>(&'a self, pattern: &'a LogPattern) -> impl Iterator<Item = Log> + 'a {
		let logs = self.pairs().flat_map(|(index, transaction, receipt)| {
			receipt.logs.iter().map(move |log| (index, transaction, log))
		});
		logs.enumerate().filter(|(_, (_, _, log))| pattern.matches(&log.address, &log.topics)).map(
			|(log_index, (index, transaction, log))| {
				self.log(log_index as u64, index, transaction, log)
			},
		)
	}

	/// Every transaction, with its place in the block.
	pub(super) fn transactions(&self) -> Result<Vec<Transaction>, EthError> {
		self.pairs().map(|(index, record, receipt)| self.as_rpc(index, record, receipt)).collect()
	}

	/// The transaction at `index`.
	pub(super) fn transaction(&self, index: u32) -> Result<Option<Transaction>, EthError> {
		self.pairs()
			.find(|(position, ..)| *position == u64::from(index))
			.map(|(index, record, receipt)| self.as_rpc(index, record, receipt))
			.transpose()
	}

	/// Every receipt.
	pub(super) fn receipts(&self) -> Result<Vec<TransactionReceipt>, EthError> {
		let mut logs_before = 0;
		self.pairs()
			.map(|(index, record, receipt)| {
				let first_log = logs_before;
				logs_before += receipt.logs.len() as u64;
				self.receipt(index, first_log, record, receipt)
			})
			.collect()
	}

	/// The bloom of all logs, and the root of the receipts' trie (yellow paper, 4.4.1).
	pub(super) fn bloom_and_receipts_root(&self) -> Result<(Bloom, B256), EthError> {
		let envelopes = self
			.receipts()?
			.into_iter()
			.map(|receipt| receipt.inner.into_primitives_receipt())
			.collect::<Vec<_>>();
		let mut bloom = Bloom::ZERO;
		for envelope in &envelopes {
			bloom.accrue_bloom(envelope.logs_bloom());
		}
		Ok((bloom, alloy_consensus::proofs::calculate_receipt_root(&envelopes)))
	}

	/// Transactions and receipts with their index.
	fn pairs(&self) -> impl Iterator<Item = (u64, &TransactionRecord, &Receipt)> {
		(0..)
			.zip(self.content.transactions.iter().zip(&self.content.receipts))
			.map(|(index, (record, receipt))| (index, record, receipt))
	}

	fn as_rpc(
		&self,
		index: u64,
		record: &TransactionRecord,
		receipt: &Receipt,
	) -> Result<Transaction, EthError> {
		Ok(Transaction {
			inner: Recovered::new_unchecked(decode(&record.raw)?, to_address(record.from)),
			block_hash: Some(to_b256(self.block.hash)),
			block_number: Some(self.block.number.into()),
			transaction_index: Some(index),
			effective_gas_price: Some(to_price(receipt.effective_gas_price)?),
			block_timestamp: None,
		})
	}

	fn receipt(
		&self,
		index: u64,
		first_log: u64,
		record: &TransactionRecord,
		receipt: &Receipt,
	) -> Result<TransactionReceipt, EthError> {
		let logs = (first_log..)
			.zip(&receipt.logs)
			.map(|(log_index, log)| self.log(log_index, index, record, log))
			.collect::<Vec<_>>();
		let logs_bloom = logs_bloom(logs.iter().map(|log| &log.inner));
		let content = ReceiptContent {
			status: Eip658Value::Eip658(receipt.success),
			cumulative_gas_used: receipt.cumulative_gas_used,
			logs,
		};
		let kind = TxType::try_from(receipt.transaction_type).map_err(EthError::internal)?;
		Ok(TransactionReceipt {
			inner: ReceiptEnvelope::from_typed(
				kind,
				ReceiptWithBloom { receipt: content, logs_bloom },
			),
			transaction_hash: to_b256(record.hash),
			transaction_index: Some(index),
			block_hash: Some(to_b256(self.block.hash)),
			block_number: Some(self.block.number.into()),
			gas_used: receipt.gas_used,
			effective_gas_price: to_price(receipt.effective_gas_price)?,
			blob_gas_used: None,
			blob_gas_price: None,
			from: to_address(record.from),
			to: alloy_consensus::Transaction::to(&decode(&record.raw)?),
			contract_address: receipt.contract_address.map(to_address),
		})
	}

	fn log(
		&self,
		log_index: u64,
		transaction_index: u64,
		record: &TransactionRecord,
		log: &pallet_evm::Log,
	) -> Log {
		let topics = log.topics.iter().copied().map(to_b256).collect();
		Log {
			inner: PrimitiveLog {
				address: to_address(log.address),
				data: LogData::new_unchecked(topics, log.data.clone().into()),
			},
			block_hash: Some(to_b256(self.block.hash)),
			block_number: Some(self.block.number.into()),
			block_timestamp: None,
			transaction_hash: Some(to_b256(record.hash)),
			transaction_index: Some(transaction_index),
			log_index: Some(log_index),
			removed: false,
		}
	}
}

/// Decodes a transaction of the chain, or of the pool.
pub(super) fn decode(raw: &[u8]) -> Result<TxEnvelope, EthError> {
	TxEnvelope::decode_2718_exact(raw).map_err(EthError::internal)
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::{H160, H256, U256};

	/// The example of EIP-155: 1 ether with nonce 9 on chain 1.
	const RAW: &str = "f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6\
		b3a76400008025a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d89\
		97f761aecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83";

	fn records() -> BlockRecords {
		let log = |byte| pallet_evm::Log {
			address: H160([byte; 20]),
			topics: vec![H256([byte; 32])],
			data: vec![byte],
		};
		let record = |hash| TransactionRecord {
			hash: H256([hash; 32]),
			from: H160([0xf0; 20]),
			raw: hex::decode(RAW).expect("is hexadecimal"),
		};
		let receipt = |logs, cumulative_gas_used| Receipt {
			transaction_type: 0,
			success: true,
			gas_used: 21_000,
			cumulative_gas_used,
			effective_gas_price: U256::from(7),
			contract_address: None,
			logs,
		};
		BlockRecords {
			block: BlockRef { hash: H256([9; 32]), number: 5 },
			content: EthereumBlock {
				transactions: vec![record(1), record(2)],
				receipts: vec![
					receipt(vec![log(1), log(2)], 21_000),
					receipt(vec![log(1)], 42_000),
				],
				gas_used: 42_000,
				base_fee: U256::one(),
			},
		}
	}

	#[test]
	fn log_index_counts_through_the_block() {
		let records = records();
		let receipts = records.receipts().expect("are receipts");
		let indices = |receipt: &TransactionReceipt| {
			receipt.logs().iter().map(|log| log.log_index).collect::<Vec<_>>()
		};
		assert_eq!(indices(&receipts[0]), [Some(0), Some(1)]);
		assert_eq!(indices(&receipts[1]), [Some(2)]);

		let all = records.logs(&LogPattern::default()).collect::<Vec<_>>();
		assert_eq!(all.len(), 3);
		assert_eq!(all[2], receipts[1].logs()[0]);
		assert_eq!(all[2].transaction_index, Some(1));
	}

	#[test]
	fn receipt_has_every_field_that_clients_need() {
		let receipt = records().receipts().expect("are receipts").remove(0);
		let json = serde_json::to_value(&receipt).expect("is JSON");
		for field in [
			"transactionHash",
			"transactionIndex",
			"blockHash",
			"blockNumber",
			"from",
			"to",
			"contractAddress",
			"cumulativeGasUsed",
			"gasUsed",
			"effectiveGasPrice",
			"logs",
			"logsBloom",
			"status",
			"type",
		] {
			assert!(json.get(field).is_some(), "{field} is missing from {json}");
		}
		assert_eq!(json["effectiveGasPrice"], "0x7");
		assert_eq!(json["to"], "0x3535353535353535353535353535353535353535");
		assert_eq!(json["status"], "0x1");
	}

	#[test]
	fn transaction_has_its_place_and_signer() {
		let transaction = records().transaction(1).expect("decodes").expect("is the second of two");
		let json = serde_json::to_value(&transaction).expect("is JSON");
		assert_eq!(json["transactionIndex"], "0x1");
		assert_eq!(json["nonce"], "0x9");
		assert_eq!(json["gasPrice"], "0x4a817c800");
		assert_eq!(json["from"], "0xf0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0");
		assert!(records().transaction(2).expect("decodes").is_none());
	}

	#[test]
	fn receipts_root_of_no_receipts_is_the_empty_root() {
		let mut empty = records();
		empty.content = EthereumBlock::default();
		let (bloom, root) = empty.bloom_and_receipts_root().expect("has a root");
		assert_eq!(bloom, Bloom::ZERO);
		assert_eq!(root, alloy_consensus::constants::EMPTY_ROOT_HASH);
	}
}
