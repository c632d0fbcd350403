//! The methods, by name and parameters, as the execution API's specification has them.

use super::{changes::FilterChanges, errors::EthError, filter::FilterRequest, state::StorageSlot};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, Bytes, B256, U128, U256, U64};
use alloy_rpc_types_eth::{
	Block, FeeHistory, Log, SyncStatus, Transaction, TransactionReceipt, TransactionRequest,
};
use jsonrpsee::proc_macros::rpc;
use serde_json::Value;

/// The `eth_` methods. Those that call into the runtime run on the pool of blocking threads.
#[rpc(server, namespace = "eth")]
pub(super) trait EthApi {
	/// The chain id (EIP-155).
	#[method(name = "chainId", blocking)]
	fn chain_id(&self) -> Result<U64, EthError>;

	/// The number of the best block.
	#[method(name = "blockNumber")]
	fn block_number(&self) -> Result<U64, EthError>;

	/// `false`, or how far the node is.
	#[method(name = "syncing")]
	async fn syncing(&self) -> Result<SyncStatus, EthError>;

	/// The accounts that the node signs for: none.
	#[method(name = "accounts")]
	fn accounts(&self) -> Result<Vec<Address>, EthError>;

	/// A balance in wei.
	#[method(name = "getBalance", blocking)]
	fn get_balance(&self, address: Address, block: Option<BlockId>) -> Result<U256, EthError>;

	/// The number of transactions sent; with `pending`, including those in the pool.
	#[method(name = "getTransactionCount", blocking)]
	fn get_transaction_count(
		&self,
		address: Address,
		block: Option<BlockId>,
	) -> Result<U64, EthError>;

	/// A contract's code.
	#[method(name = "getCode", blocking)]
	fn get_code(&self, address: Address, block: Option<BlockId>) -> Result<Bytes, EthError>;

	/// The value of a storage slot.
	#[method(name = "getStorageAt", blocking)]
	fn get_storage_at(
		&self,
		address: Address,
		slot: StorageSlot,
		block: Option<BlockId>,
	) -> Result<B256, EthError>;

	/// Executes without effect. Overrides are refused.
	#[method(name = "call", blocking)]
	fn call(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
		state_overrides: Option<Value>,
		block_overrides: Option<Value>,
	) -> Result<Bytes, EthError>;

	/// The gas that a transaction needs. Overrides are refused.
	#[method(name = "estimateGas", blocking)]
	fn estimate_gas(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
		state_overrides: Option<Value>,
		block_overrides: Option<Value>,
	) -> Result<U64, EthError>;

	/// A price for a legacy transaction, in wei per gas.
	#[method(name = "gasPrice", blocking)]
	fn gas_price(&self) -> Result<U128, EthError>;

	/// A tip for an EIP-1559 transaction, in wei per gas.
	#[method(name = "maxPriorityFeePerGas", blocking)]
	fn max_priority_fee_per_gas(&self) -> Result<U128, EthError>;

	/// Base fees, fullness and tips of recent blocks.
	#[method(name = "feeHistory", blocking)]
	fn fee_history(
		&self,
		block_count: U64,
		newest_block: BlockNumberOrTag,
		reward_percentiles: Option<Vec<f64>>,
	) -> Result<FeeHistory, EthError>;

	/// A block of the best chain.
	#[method(name = "getBlockByNumber", blocking)]
	fn get_block_by_number(
		&self,
		block: BlockNumberOrTag,
		full: bool,
	) -> Result<Option<Block>, EthError>;

	/// A block of any fork.
	#[method(name = "getBlockByHash", blocking)]
	fn get_block_by_hash(&self, hash: B256, full: bool) -> Result<Option<Block>, EthError>;

	/// How many transactions a block of the best chain has.
	#[method(name = "getBlockTransactionCountByNumber", blocking)]
	fn get_block_transaction_count_by_number(
		&self,
		block: BlockNumberOrTag,
	) -> Result<Option<U64>, EthError>;

	/// How many transactions a block of any fork has.
	#[method(name = "getBlockTransactionCountByHash", blocking)]
	fn get_block_transaction_count_by_hash(&self, hash: B256) -> Result<Option<U64>, EthError>;

	/// The receipts of a block.
	#[method(name = "getBlockReceipts", blocking)]
	fn get_block_receipts(
		&self,
		block: BlockId,
	) -> Result<Option<Vec<TransactionReceipt>>, EthError>;

	/// Submits a signed transaction.
	#[method(name = "sendRawTransaction")]
	async fn send_raw_transaction(&self, raw: Bytes) -> Result<B256, EthError>;

	/// A transaction of a recent block, or of the pool.
	#[method(name = "getTransactionByHash", blocking)]
	fn get_transaction_by_hash(&self, hash: B256) -> Result<Option<Transaction>, EthError>;

	/// The transaction at a place in a block of the best chain.
	#[method(name = "getTransactionByBlockNumberAndIndex", blocking)]
	fn get_transaction_by_block_number_and_index(
		&self,
		block: BlockNumberOrTag,
		index: U64,
	) -> Result<Option<Transaction>, EthError>;

	/// The transaction at a place in a block of any fork.
	#[method(name = "getTransactionByBlockHashAndIndex", blocking)]
	fn get_transaction_by_block_hash_and_index(
		&self,
		hash: B256,
		index: U64,
	) -> Result<Option<Transaction>, EthError>;

	/// The receipt of a transaction of a recent block.
	#[method(name = "getTransactionReceipt", blocking)]
	fn get_transaction_receipt(&self, hash: B256) -> Result<Option<TransactionReceipt>, EthError>;

	/// The logs that fit a filter.
	#[method(name = "getLogs", blocking)]
	fn get_logs(&self, filter: FilterRequest) -> Result<Vec<Log>, EthError>;

	/// Installs a filter for logs, and gives its id.
	#[method(name = "newFilter")]
	fn new_filter(&self, filter: FilterRequest) -> Result<U64, EthError>;

	/// Installs a filter for blocks, and gives its id.
	#[method(name = "newBlockFilter")]
	fn new_block_filter(&self) -> Result<U64, EthError>;

	/// What happened since a filter was polled the last time.
	#[method(name = "getFilterChanges", blocking)]
	fn get_filter_changes(&self, id: U64) -> Result<FilterChanges, EthError>;

	/// The logs that fit an installed filter.
	#[method(name = "getFilterLogs", blocking)]
	fn get_filter_logs(&self, id: U64) -> Result<Vec<Log>, EthError>;

	/// Removes a filter.
	#[method(name = "uninstallFilter")]
	fn uninstall_filter(&self, id: U64) -> Result<bool, EthError>;
}

/// The `net_` methods.
#[rpc(server, namespace = "net")]
pub(super) trait NetApi {
	/// The chain id in decimal digits.
	#[method(name = "version", blocking)]
	fn version(&self) -> Result<String, EthError>;
}

/// The `web3_` methods.
#[rpc(server, namespace = "web3")]
pub(super) trait Web3Api {
	/// The node's name and version.
	#[method(name = "clientVersion")]
	fn client_version(&self) -> Result<String, EthError>;
}
