//! The methods' implementation: parameters in, results out.

use super::{
	api::{EthApiServer, NetApiServer, Web3ApiServer},
	changes::FilterChanges,
	convert::{to_b256, to_h256},
	errors::EthError,
	filter::FilterRequest,
	state::StorageSlot,
	Eth,
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, Bytes, B256, U128, U256, U64};
use alloy_rpc_types_eth::{
	Block, FeeHistory, Log, SyncInfo, SyncStatus, Transaction, TransactionReceipt,
	TransactionRequest,
};
use jsonrpsee::core::async_trait;
use serde_json::Value;

/// The node's name in `web3_clientVersion`: name/version/platform, as Geth composes it.
const CLIENT_VERSION: &str =
	concat!("migration-node/v", env!("SUBSTRATE_CLI_IMPL_VERSION"), "/rust");

#[async_trait]
impl EthApiServer for Eth {
	fn chain_id(&self) -> Result<U64, EthError> {
		self.chain_id_at_best().map(U64::from)
	}

	fn block_number(&self) -> Result<U64, EthError> {
		Ok(U64::from(self.best().number))
	}

	async fn syncing(&self) -> Result<SyncStatus, EthError> {
		if !self.sync.oracle.is_major_syncing() {
			return Ok(SyncStatus::None);
		}
		let current = self.best().number;
		let highest = (self.sync.best_seen)().await.unwrap_or(current);
		Ok(SyncStatus::Info(Box::new(SyncInfo {
			starting_block: U256::from(self.starting_block),
			current_block: U256::from(current),
			highest_block: U256::from(highest),
			..Default::default()
		})))
	}

	fn accounts(&self) -> Result<Vec<Address>, EthError> {
		Ok(Vec::new())
	}

	fn get_balance(&self, address: Address, block: Option<BlockId>) -> Result<U256, EthError> {
		self.balance(address, block)
	}

	fn get_transaction_count(
		&self,
		address: Address,
		block: Option<BlockId>,
	) -> Result<U64, EthError> {
		self.transaction_count(address, block).map(U64::from)
	}

	fn get_code(&self, address: Address, block: Option<BlockId>) -> Result<Bytes, EthError> {
		self.code(address, block)
	}

	fn get_storage_at(
		&self,
		address: Address,
		slot: StorageSlot,
		block: Option<BlockId>,
	) -> Result<B256, EthError> {
		self.storage(address, slot, block)
	}

	fn call(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
		state_overrides: Option<Value>,
		block_overrides: Option<Value>,
	) -> Result<Bytes, EthError> {
		refuse_overrides([state_overrides, block_overrides])?;
		self.execute(request, block)
	}

	fn estimate_gas(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
		state_overrides: Option<Value>,
		block_overrides: Option<Value>,
	) -> Result<U64, EthError> {
		refuse_overrides([state_overrides, block_overrides])?;
		self.estimate(request, block).map(U64::from)
	}

	fn gas_price(&self) -> Result<U128, EthError> {
		self.suggested_price().map(U128::from)
	}

	fn max_priority_fee_per_gas(&self) -> Result<U128, EthError> {
		self.suggested_tip().map(U128::from)
	}

	fn fee_history(
		&self,
		block_count: U64,
		newest_block: BlockNumberOrTag,
		reward_percentiles: Option<Vec<f64>>,
	) -> Result<FeeHistory, EthError> {
		self.fees_of_blocks(block_count.to(), newest_block, reward_percentiles)
	}

	fn get_block_by_number(
		&self,
		block: BlockNumberOrTag,
		full: bool,
	) -> Result<Option<Block>, EthError> {
		self.block_by_number(block, full.into())
	}

	fn get_block_by_hash(&self, hash: B256, full: bool) -> Result<Option<Block>, EthError> {
		self.block_by_hash(to_h256(hash), full.into())
	}

	fn get_block_transaction_count_by_number(
		&self,
		block: BlockNumberOrTag,
	) -> Result<Option<U64>, EthError> {
		Ok(self.transactions_in(block.into())?.map(U64::from))
	}

	fn get_block_transaction_count_by_hash(&self, hash: B256) -> Result<Option<U64>, EthError> {
		Ok(self.transactions_in(hash.into())?.map(U64::from))
	}

	fn get_block_receipts(
		&self,
		block: BlockId,
	) -> Result<Option<Vec<TransactionReceipt>>, EthError> {
		self.block_receipts(block)
	}

	async fn send_raw_transaction(&self, raw: Bytes) -> Result<B256, EthError> {
		self.send_raw(raw.to_vec()).await.map(to_b256)
	}

	fn get_transaction_by_hash(&self, hash: B256) -> Result<Option<Transaction>, EthError> {
		self.transaction_by_hash(to_h256(hash))
	}

	fn get_transaction_by_block_number_and_index(
		&self,
		block: BlockNumberOrTag,
		index: U64,
	) -> Result<Option<Transaction>, EthError> {
		self.transaction_in(block.into(), index.to())
	}

	fn get_transaction_by_block_hash_and_index(
		&self,
		hash: B256,
		index: U64,
	) -> Result<Option<Transaction>, EthError> {
		self.transaction_in(hash.into(), index.to())
	}

	fn get_transaction_receipt(&self, hash: B256) -> Result<Option<TransactionReceipt>, EthError> {
		self.receipt_by_hash(to_h256(hash))
	}

	fn get_logs(&self, filter: FilterRequest) -> Result<Vec<Log>, EthError> {
		self.logs(filter)
	}

	fn new_filter(&self, filter: FilterRequest) -> Result<U64, EthError> {
		self.install_log_filter(filter).map(U64::from)
	}

	fn new_block_filter(&self) -> Result<U64, EthError> {
		self.install_block_filter().map(U64::from)
	}

	fn get_filter_changes(&self, id: U64) -> Result<FilterChanges, EthError> {
		self.filter_changes(id.to())
	}

	fn get_filter_logs(&self, id: U64) -> Result<Vec<Log>, EthError> {
		self.filter_logs(id.to())
	}

	fn uninstall_filter(&self, id: U64) -> Result<bool, EthError> {
		self.uninstall(id.to())
	}
}

impl NetApiServer for Eth {
	fn version(&self) -> Result<String, EthError> {
		self.chain_id_at_best().map(|id| id.to_string())
	}
}

impl Web3ApiServer for Eth {
	fn client_version(&self) -> Result<String, EthError> {
		Ok(CLIENT_VERSION.into())
	}
}

/// Fails if a client asks for a changed state or block: a result without the change would be wrong.
fn refuse_overrides(overrides: [Option<Value>; 2]) -> Result<(), EthError> {
	let asked = |value: &Value| match value {
		Value::Null => false,
		Value::Object(fields) => !fields.is_empty(),
		_ => true,
	};
	if overrides.iter().flatten().any(asked) {
		return Err(EthError::InvalidParams("overrides are not supported".into()));
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	#[test]
	fn empty_overrides_are_accepted() {
		assert!(refuse_overrides([None, None]).is_ok());
		assert!(refuse_overrides([Some(json!(null)), Some(json!({}))]).is_ok());
	}

	#[test]
	fn overrides_fail() {
		let address = "0x0000000000000000000000000000000000000001";
		assert!(refuse_overrides([Some(json!({ address: { "balance": "0x1" } })), None]).is_err());
		assert!(refuse_overrides([None, Some(json!({ "number": "0x1" }))]).is_err());
		assert!(refuse_overrides([Some(json!("latest")), None]).is_err());
	}

	#[test]
	fn block_count_is_a_quantity_or_a_number() {
		for json in [json!("0x400"), json!(1024)] {
			let count: U64 = serde_json::from_value(json).expect("is a count");
			assert_eq!(count.to::<u64>(), 1024);
		}
	}

	#[test]
	fn quantities_have_no_leading_zeros() {
		assert_eq!(json!(U64::from(0)), json!("0x0"));
		assert_eq!(json!(U128::from(1_000_000_000)), json!("0x3b9aca00"));
	}
}
