//! Blocks in the shape of Ethereum's.
//!
//! A block's hash is Substrate's: BLAKE2b-256 of the SCALE encoding of Substrate's header. It is
//! *not* the Keccak-256 of the header fields given here, and cannot be: parts of Substrate's header
//! have no place among them. So that parent hashes, receipts and logs agree with each other and with
//! Substrate's RPC, the one hash is used everywhere. `stateRoot` and `transactionsRoot` are likewise
//! Substrate's own roots (of all state, and of all extrinsics); `receiptsRoot` and `logsBloom` follow
//! Ethereum's rule from the block's Ethereum receipts.

use super::{
	block_id::BlockRef,
	convert::{to_address, to_b256, to_base_fee},
	errors::EthError,
	records::BlockRecords,
	Eth,
};
use alloy_consensus::constants::EMPTY_OMMER_ROOT_HASH;
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{B256, U256};
use alloy_rpc_types_eth::{Block, BlockTransactions, Header, Transaction, TransactionReceipt};
use codec::Encode;
use pallet_evm::runtime_api::EvmRuntimeApi;
use sc_client_api::BlockBackend;
use sp_core::H256;

/// How a block's transactions are given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TransactionDetail {
	/// As hashes.
	Hashes,
	/// In full.
	Full,
}

impl From<bool> for TransactionDetail {
	fn from(full: bool) -> Self {
		match full {
			true => Self::Full,
			false => Self::Hashes,
		}
	}
}

impl Eth {
	/// The block with this number or tag. `pending` is the best block, as it is for state.
	pub(super) fn block_by_number(
		&self,
		block: BlockNumberOrTag,
		detail: TransactionDetail,
	) -> Result<Option<Block>, EthError> {
		self.find_number(block)?.map(|block| self.block(&block, detail)).transpose()
	}

	/// The block with this hash, on any fork.
	pub(super) fn block_by_hash(
		&self,
		hash: H256,
		detail: TransactionDetail,
	) -> Result<Option<Block>, EthError> {
		self.find_hash(hash)?.map(|block| self.block(&block, detail)).transpose()
	}

	/// The receipts of a block.
	pub(super) fn block_receipts(
		&self,
		block: BlockId,
	) -> Result<Option<Vec<TransactionReceipt>>, EthError> {
		self.find_id(block)?.map(|block| self.records(&block)?.receipts()).transpose()
	}

	/// How many Ethereum transactions a block has.
	pub(super) fn transactions_in(&self, block: BlockId) -> Result<Option<u64>, EthError> {
		let Some(block) = self.find_id(block)? else { return Ok(None) };
		Ok(Some(self.records(&block)?.content.transactions.len() as u64))
	}

	/// The Ethereum transaction at a place in a block.
	pub(super) fn transaction_in(
		&self,
		block: BlockId,
		index: u64,
	) -> Result<Option<Transaction>, EthError> {
		let Some(block) = self.find_id(block)? else { return Ok(None) };
		let Ok(index) = u32::try_from(index) else { return Ok(None) };
		self.records(&block)?.transaction(index)
	}

	fn block(&self, block: &BlockRef, detail: TransactionDetail) -> Result<Block, EthError> {
		let records = self.records(block)?;
		let transactions = match detail {
			TransactionDetail::Full => BlockTransactions::Full(records.transactions()?),
			TransactionDetail::Hashes => BlockTransactions::Hashes(
				records.content.transactions.iter().map(|record| to_b256(record.hash)).collect(),
			),
		};
		Ok(Block::new(self.header(block, &records)?, transactions))
	}

	fn header(&self, block: &BlockRef, records: &BlockRecords) -> Result<Header, EthError> {
		let header = self.client.header(block.hash)?.ok_or(EthError::HashNotFound(block.hash))?;
		let body = self.client.block_body(block.hash)?.unwrap_or_default();
		let size = header.encoded_size().saturating_add(body.encoded_size());
		let api = self.runtime_at(block)?;
		let (logs_bloom, receipts_root) = records.bloom_and_receipts_root()?;
		let inner = alloy_consensus::Header {
			parent_hash: to_b256(header.parent_hash),
			ommers_hash: EMPTY_OMMER_ROOT_HASH,
			beneficiary: to_address(api.author(block.hash)?),
			state_root: to_b256(header.state_root),
			transactions_root: to_b256(header.extrinsics_root),
			receipts_root,
			logs_bloom,
			number: block.number.into(),
			gas_limit: api.block_gas_limit(block.hash)?,
			gas_used: records.content.gas_used,
			timestamp: api.block_timestamp(block.hash)?,
			base_fee_per_gas: Some(to_base_fee(api.base_fee(block.hash)?)?),
			// Proof of work and of stake leave nothing here, and no fork adds a field.
			difficulty: U256::ZERO,
			mix_hash: B256::ZERO,
			..Default::default()
		};
		Ok(Header {
			hash: to_b256(block.hash),
			inner,
			total_difficulty: None,
			size: Some(U256::from(size)),
		})
	}
}
