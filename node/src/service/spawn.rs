//! The network, and the tasks and the RPC server that stand on it.

use super::{progress, FullBackend, FullClient, FullPool, FullSelectChain, Partial, ServiceError};
use crate::rpc::{self, SyncProbe};
use futures::FutureExt;
use migration_runtime::opaque::Block;
use sc_consensus::DefaultImportQueue;
use sc_network::{
	config::{FullNetworkConfiguration, NetworkBackendType},
	service::{traits::NetworkService, NotificationMetrics},
	Litep2pNetworkBackend, NetworkBackend,
};
use sc_network_sync::SyncingService;
use sc_service::{
	BuildNetworkParams, Configuration, KeystoreContainer, SpawnTasksParams, TaskManager,
	WarpSyncConfig,
};
use sc_telemetry::Telemetry;
use sp_core::{traits::SpawnNamed, H256};
use std::sync::Arc;

/// The network's configuration, for the one backend the node is built with.
pub(super) type NetworkConfiguration = FullNetworkConfiguration<Block, H256, Litep2pNetworkBackend>;

/// How the node takes part in the network.
pub(super) struct NetworkParts {
	/// Addresses, peers and protocols.
	pub(super) configuration: NetworkConfiguration,
	/// The metrics that the protocols report to.
	pub(super) metrics: NotificationMetrics,
	/// Where foreign blocks go.
	pub(super) import_queue: DefaultImportQueue<Block>,
	/// Proofs for those who join by the final state alone.
	pub(super) warp_sync: Option<WarpSyncConfig<Block>>,
}

/// A node that runs, but makes no blocks yet.
pub(super) struct Running {
	/// The chain.
	pub(super) client: Arc<FullClient>,
	/// The owner of all tasks.
	pub(super) task_manager: TaskManager,
	/// The node's session keys.
	pub(super) keystore: KeystoreContainer,
	/// The fork choice.
	pub(super) select_chain: FullSelectChain,
	/// Transactions that wait.
	pub(super) pool: Arc<FullPool>,
	/// Where the operator is told about this node, if anywhere.
	pub(super) telemetry: Option<Telemetry>,
	/// The connections.
	pub(super) network: Arc<dyn NetworkService>,
	/// The download of blocks.
	pub(super) sync: Arc<SyncingService<Block>>,
}

/// The network's configuration by `config`, and its metrics.
///
/// `libp2p` is refused rather than replaced: an operator who asks for it has a reason.
pub(super) fn network_configuration(
	config: &Configuration,
) -> Result<(NetworkConfiguration, NotificationMetrics), ServiceError> {
	let registry = config.prometheus_registry();
	match config.network.network_backend {
		NetworkBackendType::Litep2p => Ok((
			FullNetworkConfiguration::new(&config.network, registry.cloned()),
			<Litep2pNetworkBackend as NetworkBackend<Block, H256>>::register_notification_metrics(
				registry,
			),
		)),
		NetworkBackendType::Libp2p => Err(ServiceError::Other(
			"the network backend libp2p was asked for, but this node has litep2p only".into(),
		)),
	}
}

/// Starts the network, the pool's maintenance, the informant and the RPC server.
pub(super) fn spawn(
	config: Configuration,
	parts: Partial,
	network_parts: NetworkParts,
) -> Result<Running, ServiceError> {
	let Partial { client, backend, mut task_manager, keystore, select_chain, pool, mut telemetry } =
		parts;

	let (network, system_rpc_tx, tx_handler_controller, sync, _bitswap) =
		sc_service::build_network(BuildNetworkParams {
			config: &config,
			net_config: network_parts.configuration,
			client: client.clone(),
			transaction_pool: pool.clone(),
			spawn_handle: task_manager.spawn_handle(),
			spawn_essential_handle: task_manager.spawn_essential_handle(),
			import_queue: network_parts.import_queue,
			block_announce_validator_builder: None,
			warp_sync_config: network_parts.warp_sync,
			block_relay: None,
			metrics: network_parts.metrics,
			gap_sync_body_policy: None,
		})?;

	let registry = config.prometheus_registry().cloned();
	sc_service::spawn_tasks(SpawnTasksParams {
		config,
		client: client.clone(),
		backend: backend.clone(),
		task_manager: &mut task_manager,
		keystore: keystore.keystore(),
		transaction_pool: pool.clone(),
		rpc_builder: rpc_builder(client.clone(), backend, pool.clone(), sync.clone()),
		network: network.clone(),
		system_rpc_tx,
		tx_handler_controller,
		sync_service: sync.clone(),
		telemetry: telemetry.as_mut(),
		tracing_execute_block: None,
	})?;

	if let Some(registry) = registry {
		progress::spawn(&task_manager.spawn_handle(), client.clone(), &registry)?;
	}
	Ok(Running { client, task_manager, keystore, select_chain, pool, telemetry, network, sync })
}

/// What adds the node's own methods to the RPC server.
type RpcBuilder =
	Box<dyn Fn(Arc<dyn SpawnNamed>) -> Result<jsonrpsee::RpcModule<()>, ServiceError>>;

fn rpc_builder(
	client: Arc<FullClient>,
	backend: Arc<FullBackend>,
	pool: Arc<FullPool>,
	sync: Arc<SyncingService<Block>>,
) -> RpcBuilder {
	Box::new(move |_| {
		let best_seen = {
			let sync = sync.clone();
			move || {
				let sync = sync.clone();
				async move { sync.status().await.ok().and_then(|status| status.best_seen_block) }
					.boxed()
			}
		};
		rpc::create_full(rpc::FullDeps {
			client: client.clone(),
			backend: backend.clone(),
			pool: pool.clone(),
			sync: SyncProbe { oracle: sync.clone(), best_seen: Arc::new(best_seen) },
		})
		.map_err(|error| ServiceError::Application(error.into()))
	})
}
