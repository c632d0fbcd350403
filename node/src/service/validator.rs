//! A node of a chain with several validators: Aura makes the blocks, GRANDPA makes them final.

use super::{
	spawn::{network_configuration, spawn, NetworkParts, Running},
	FullBackend, FullClient, FullSelectChain, Partial, ServiceError,
};
use migration_runtime::opaque::Block;
use sc_client_api::BlockBackend;
use sc_consensus::DefaultImportQueue;
use sc_consensus_aura::{ImportQueueParams, SlotProportion, StartAuraParams};
use sc_consensus_grandpa::{
	warp_proof::NetworkProvider, GrandpaBlockImport, GrandpaParams, LinkHalf, SharedVoterState,
	VotingRulesBuilder,
};
use sc_network::{service::traits::NotificationService, Litep2pNetworkBackend, ProtocolName};
use sc_service::{Configuration, TaskManager, WarpSyncConfig};
use sc_telemetry::Telemetry;
use sc_transaction_pool_api::OffchainTransactionPoolFactory;
use sp_consensus_aura::{
	inherents::InherentDataProvider as SlotProvider,
	sr25519::{AuthorityId as AuraId, AuthorityPair as AuraPair},
	SlotDuration,
};
use sp_timestamp::InherentDataProvider as TimestampProvider;
use std::{sync::Arc, time::Duration};

/// A justification is kept at least every so many blocks, for those who synchronise later.
const GRANDPA_JUSTIFICATION_PERIOD: u32 = 512;

/// How long GRANDPA's messages take to reach everybody, at most.
const GRANDPA_GOSSIP_DURATION: Duration = Duration::from_millis(333);

/// The share of a slot in which transactions are put into the block; the rest is for its spreading.
const PROPOSING_SHARE: f32 = 2.0 / 3.0;

/// The client behind GRANDPA's check of authority changes and justifications.
type FullBlockImport = GrandpaBlockImport<FullBackend, Block, FullClient, FullSelectChain>;

/// What blocks pass on their way into the database.
pub(super) struct Import {
	/// Foreign blocks: verified by Aura's rule, then imported.
	pub(super) queue: DefaultImportQueue<Block>,
	/// Own blocks: imported.
	block_import: FullBlockImport,
	/// What the voter is told of imports.
	grandpa_link: LinkHalf<Block, FullClient, FullSelectChain>,
}

/// Makes the import pipeline of a chain with validators.
pub(super) fn import(parts: &Partial, config: &Configuration) -> Result<Import, ServiceError> {
	let (block_import, grandpa_link) = sc_consensus_grandpa::block_import(
		parts.client.clone(),
		GRANDPA_JUSTIFICATION_PERIOD,
		&parts.client,
		parts.select_chain.clone(),
		parts.telemetry_handle(),
	)?;

	let client = parts.client.clone();
	let queue = sc_consensus_aura::import_queue::<AuraPair, _, _, _, _, _>(ImportQueueParams {
		block_import: block_import.clone(),
		justification_import: Some(Box::new(block_import.clone())),
		client: parts.client.clone(),
		create_inherent_data_providers: move |parent, ()| {
			let client = client.clone();
			async move {
				let duration = sc_consensus_aura::standalone::slot_duration_at(&*client, parent)?;
				Ok(slot_and_time(duration))
			}
		},
		spawner: &parts.task_manager.spawn_essential_handle(),
		registry: config.prometheus_registry(),
		check_for_equivocation: Default::default(),
		telemetry: parts.telemetry_handle(),
		compatibility_mode: Default::default(),
	})?;

	Ok(Import { queue, block_import, grandpa_link })
}

/// Starts the node of `config`.
pub(crate) fn start(config: Configuration) -> Result<TaskManager, ServiceError> {
	let parts = super::new_partial(&config)?;
	let Import { queue, block_import, grandpa_link } = import(&parts, &config)?;

	let (mut configuration, metrics) = network_configuration(&config)?;
	let genesis = parts
		.client
		.block_hash(0)?
		.ok_or_else(|| ServiceError::Other("the database has no first block".into()))?;
	let protocol = sc_consensus_grandpa::protocol_standard_name(&genesis, &config.chain_spec);
	let (protocol_config, notifications) =
		sc_consensus_grandpa::grandpa_peers_set_config::<Block, Litep2pNetworkBackend>(
			protocol.clone(),
			metrics.clone(),
			configuration.peer_store_handle(),
		);
	configuration.add_notification_protocol(protocol_config);
	let warp_sync = WarpSyncConfig::WithProvider(Arc::new(NetworkProvider::new(
		parts.backend.clone(),
		grandpa_link.shared_authority_set().clone(),
		Vec::new(),
	)));

	let settings = Settings::new(&config);
	let running = spawn(
		config,
		parts,
		NetworkParts { configuration, metrics, import_queue: queue, warp_sync: Some(warp_sync) },
	)?;

	if settings.role.is_authority() {
		author(&running, &settings, block_import)?;
	}
	if settings.grandpa {
		vote(&running, settings, GrandpaProtocol { link: grandpa_link, protocol, notifications })?;
	}
	Ok(running.task_manager)
}

/// What is still needed of the configuration once the services own it.
struct Settings {
	role: sc_service::Role,
	force_authoring: bool,
	grandpa: bool,
	name: String,
	registry: Option<substrate_prometheus_endpoint::Registry>,
}

impl Settings {
	fn new(config: &Configuration) -> Self {
		Self {
			role: config.role,
			force_authoring: config.force_authoring,
			grandpa: !config.disable_grandpa,
			name: config.network.node_name.clone(),
			registry: config.prometheus_registry().cloned(),
		}
	}
}

/// Makes a block whenever it is this node's turn.
fn author(
	running: &Running,
	settings: &Settings,
	block_import: FullBlockImport,
) -> Result<(), ServiceError> {
	let telemetry = running.telemetry.as_ref().map(Telemetry::handle);
	let proposer_factory = sc_basic_authorship::ProposerFactory::new(
		running.task_manager.spawn_handle(),
		running.client.clone(),
		running.pool.clone(),
		settings.registry.as_ref(),
		telemetry.clone(),
	);
	let slot_duration = sc_consensus_aura::slot_duration::<AuraId, _, _>(&*running.client)?;

	let aura =
		sc_consensus_aura::start_aura::<AuraPair, _, _, _, _, _, _, _, _, _, _>(StartAuraParams {
			slot_duration,
			client: running.client.clone(),
			select_chain: running.select_chain.clone(),
			block_import,
			proposer_factory,
			sync_oracle: running.sync.clone(),
			justification_sync_link: running.sync.clone(),
			create_inherent_data_providers: move |_, ()| async move { Ok(slot_and_time(slot_duration)) },
			force_authoring: settings.force_authoring,
			backoff_authoring_blocks: None::<()>,
			keystore: running.keystore.keystore(),
			block_proposal_slot_portion: SlotProportion::new(PROPOSING_SHARE),
			max_block_proposal_slot_portion: None,
			telemetry,
			compatibility_mode: Default::default(),
		})?;
	running.task_manager.spawn_essential_handle().spawn_blocking(
		"aura",
		Some("block-authoring"),
		aura,
	);
	Ok(())
}

/// GRANDPA's side of the import and of the network.
struct GrandpaProtocol {
	link: LinkHalf<Block, FullClient, FullSelectChain>,
	protocol: ProtocolName,
	notifications: Box<dyn NotificationService>,
}

/// Follows the votes, and votes if this node is a validator.
fn vote(
	running: &Running,
	settings: Settings,
	grandpa: GrandpaProtocol,
) -> Result<(), ServiceError> {
	let telemetry = running.telemetry.as_ref().map(Telemetry::handle);
	let config = sc_consensus_grandpa::Config {
		gossip_duration: GRANDPA_GOSSIP_DURATION,
		justification_generation_period: GRANDPA_JUSTIFICATION_PERIOD,
		observer_enabled: false,
		local_role: settings.role,
		name: Some(settings.name),
		keystore: settings.role.is_authority().then(|| running.keystore.keystore()),
		telemetry: telemetry.clone(),
		protocol_name: grandpa.protocol,
	};
	let voter = sc_consensus_grandpa::run_grandpa_voter(GrandpaParams {
		config,
		link: grandpa.link,
		network: running.network.clone(),
		sync: running.sync.clone(),
		notification_service: grandpa.notifications,
		voting_rule: VotingRulesBuilder::default().build(),
		prometheus_registry: settings.registry,
		shared_voter_state: SharedVoterState::empty(),
		telemetry,
		offchain_tx_pool_factory: OffchainTransactionPoolFactory::new(running.pool.clone()),
	})?;
	running.task_manager.spawn_essential_handle().spawn_blocking("grandpa-voter", None, voter);
	Ok(())
}

/// The current slot and time, as every block states them.
fn slot_and_time(duration: SlotDuration) -> (SlotProvider, TimestampProvider) {
	let time = TimestampProvider::from_system_time();
	(SlotProvider::from_timestamp_and_slot_duration(*time, duration), time)
}
