//! The node's own RPC methods, served on the port of Substrate's.

mod eth;
mod migration;

use crate::service::{FullBackend, FullClient, FullPool};
use futures::future::BoxFuture;
use jsonrpsee::{core::RegisterMethodError, RpcModule};
use migration::{MigrationApiServer, MigrationRpc};
use pallet_transaction_payment_rpc::{TransactionPayment, TransactionPaymentApiServer};
use sp_consensus::SyncOracle;
use std::sync::Arc;
use substrate_frame_rpc_system::{System, SystemApiServer};

/// What the methods work on.
pub(crate) struct FullDeps {
	/// The chain.
	pub(crate) client: Arc<FullClient>,
	/// Its database, which knows whose states are kept.
	pub(crate) backend: Arc<FullBackend>,
	/// Transactions that wait.
	pub(crate) pool: Arc<FullPool>,
	/// The state of the download of blocks.
	pub(crate) sync: SyncProbe,
}

/// Asks how far the download of blocks is.
#[derive(Clone)]
pub(crate) struct SyncProbe {
	/// Says whether the node is far behind.
	pub(crate) oracle: Arc<dyn SyncOracle + Send + Sync>,
	/// The highest block that a peer has announced.
	pub(crate) best_seen: Arc<dyn Fn() -> BoxFuture<'static, Option<u32>> + Send + Sync>,
}

/// Makes the module with every method of the node's own.
///
/// # Errors
///
/// Fails if two parts define a method of the same name.
pub(crate) fn create_full(deps: FullDeps) -> Result<RpcModule<()>, RegisterMethodError> {
	let mut module = RpcModule::new(());
	module.merge(System::new(deps.client.clone(), deps.pool.clone()).into_rpc())?;
	module.merge(TransactionPayment::new(deps.client.clone()).into_rpc())?;
	module.merge(MigrationRpc::new(deps.client.clone()).into_rpc())?;
	module.merge(eth::module(deps)?)?;
	Ok(module)
}
