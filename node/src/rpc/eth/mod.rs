//! Ethereum JSON-RPC, answered from the runtime's APIs at the block that is asked about.
//!
//! `latest` and `pending` are the best block, `safe` and `finalized` the last final one. Nothing is
//! indexed by the node: transactions and receipts are what the runtime keeps of recent blocks, and
//! on an archive node what it kept at any block.

mod api;
mod block_id;
mod blocks;
mod call;
mod changes;
mod convert;
mod errors;
mod fees;
mod filter;
mod filter_store;
mod limits;
mod logs;
mod records;
mod revert;
mod server;
mod state;
mod submit;
mod transactions;

use super::{FullDeps, SyncProbe};
use crate::service::{FullBackend, FullClient, FullPool};
use api::{EthApiServer, NetApiServer, Web3ApiServer};
use filter_store::FilterStore;
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// What the Ethereum methods work on.
#[derive(Clone)]
struct Eth {
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
	pool: Arc<FullPool>,
	sync: SyncProbe,
	/// What clients poll for changes.
	filters: Arc<FilterStore>,
	/// The best block when the node started, for `eth_syncing`.
	starting_block: u32,
}

/// The methods of the namespaces `eth`, `net` and `web3`.
pub(super) fn module(deps: FullDeps) -> Result<RpcModule<()>, RegisterMethodError> {
	let eth = Eth {
		starting_block: deps.client.info().best_number,
		client: deps.client,
		backend: deps.backend,
		pool: deps.pool,
		sync: deps.sync,
		filters: Arc::default(),
	};
	let mut module = RpcModule::new(());
	module.merge(EthApiServer::into_rpc(eth.clone()))?;
	module.merge(NetApiServer::into_rpc(eth.clone()))?;
	module.merge(Web3ApiServer::into_rpc(eth))?;
	Ok(module)
}
