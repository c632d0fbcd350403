//! A node that makes the chain alone, for development and for the demonstration.

use super::{
	seal::Sealer,
	spawn::{network_configuration, spawn, NetworkParts},
	Partial, ServiceError,
};
use migration_runtime::opaque::Block;
use sc_consensus::DefaultImportQueue;
use sc_network::config::TransportConfig;
use sc_service::{Configuration, TaskManager};
use std::time::Duration;

/// When the next block is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sealing {
	/// As soon as a transaction is ready, and again until none is left.
	Instant,
	/// At this interval, also without transactions.
	Interval(Duration),
}

/// The queue for blocks without an author's signature.
pub(super) fn import_queue(parts: &Partial, config: &Configuration) -> DefaultImportQueue<Block> {
	sc_consensus_manual_seal::import_queue(
		Box::new(parts.client.clone()),
		&parts.task_manager.spawn_essential_handle(),
		config.prometheus_registry(),
	)
}

/// Starts the node of `config`.
///
/// It has no peers and opens no port for them.
pub(crate) fn start(
	mut config: Configuration,
	sealing: Sealing,
) -> Result<TaskManager, ServiceError> {
	config.network.listen_addresses.clear();
	config.network.boot_nodes.clear();
	config.network.default_peers_set.in_peers = 0;
	config.network.default_peers_set.out_peers = 0;
	config.network.transport =
		TransportConfig::Normal { enable_mdns: false, allow_private_ip: false };

	let parts = super::new_partial(&config)?;
	let import_queue = import_queue(&parts, &config);
	let (configuration, metrics) = network_configuration(&config)?;
	let registry = config.prometheus_registry().cloned();
	let running = spawn(
		config,
		parts,
		NetworkParts { configuration, metrics, import_queue, warp_sync: None },
	)?;

	let sealer = Sealer::new(&running, registry.as_ref())?;
	let spawner = running.task_manager.spawn_essential_handle();
	match sealing {
		Sealing::Instant => {
			spawner.spawn("instant-seal", Some("block-authoring"), sealer.run_instant())
		}
		Sealing::Interval(interval) => {
			spawner.spawn("interval-seal", Some("block-authoring"), sealer.run_interval(interval))
		}
	}
	Ok(running.task_manager)
}
