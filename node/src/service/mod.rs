//! How the node is put together.
//!
//! [`new_partial`] makes what every command needs; [`validator::start`] adds the network, Aura and
//! GRANDPA; [`dev::start`] adds a sealer that makes blocks alone.

pub(crate) mod dev;
mod executor;
mod progress;
mod seal;
mod spawn;
pub(crate) mod validator;

use migration_runtime::{opaque::Block, RuntimeApi};
use sc_consensus::DefaultImportQueue;
use sc_executor::WasmExecutor;
use sc_service::{Configuration, KeystoreContainer, TaskManager};
use sc_telemetry::{Telemetry, TelemetryHandle, TelemetryWorker};
use sc_transaction_pool::TransactionPoolHandle;
use std::sync::Arc;

/// The error of everything that starts or stops services.
pub(crate) use sc_service::Error as ServiceError;

/// The client: database, executor and chain.
pub(crate) type FullClient =
	sc_service::TFullClient<Block, RuntimeApi, WasmExecutor<sp_io::SubstrateHostFunctions>>;

/// The database behind the client.
pub(crate) type FullBackend = sc_service::TFullBackend<Block>;

/// The transaction pool: of the kind that `--pool-type` says, else for one state with `--dev` and
/// fork-aware without.
pub(crate) type FullPool = TransactionPoolHandle<Block, FullClient>;

/// The fork choice: the longest chain that contains the last final block.
pub(crate) type FullSelectChain = sc_consensus::LongestChain<FullBackend, Block>;

/// Buffered telemetry messages.
const TELEMETRY_BUFFER: usize = 16;

/// How the blocks of a chain are made, and so how they are verified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Authoring {
	/// By Aura's validators, who sign them; final by GRANDPA.
	Validators,
	/// By this node alone, without signature.
	Development,
}

/// What every command that opens the chain needs.
pub(crate) struct Partial {
	/// The chain.
	pub(crate) client: Arc<FullClient>,
	/// Its database.
	pub(crate) backend: Arc<FullBackend>,
	/// Owner of all tasks: they end when it is dropped.
	pub(crate) task_manager: TaskManager,
	/// The node's session keys.
	pub(crate) keystore: KeystoreContainer,
	/// The fork choice.
	pub(crate) select_chain: FullSelectChain,
	/// Transactions that wait.
	pub(crate) pool: Arc<FullPool>,
	/// Where the operator is told about this node, if anywhere.
	pub(crate) telemetry: Option<Telemetry>,
}

impl Partial {
	/// The handle for those who report to telemetry.
	pub(crate) fn telemetry_handle(&self) -> Option<TelemetryHandle> {
		self.telemetry.as_ref().map(Telemetry::handle)
	}

	/// The queue through which foreign blocks are verified and imported.
	pub(crate) fn import_queue(
		&self,
		config: &Configuration,
		authoring: Authoring,
	) -> Result<DefaultImportQueue<Block>, ServiceError> {
		match authoring {
			Authoring::Validators => Ok(validator::import(self, config)?.queue),
			Authoring::Development => Ok(dev::import_queue(self, config)),
		}
	}
}

/// Opens the chain of `config`, making its first block if the database is empty.
pub(crate) fn new_partial(config: &Configuration) -> Result<Partial, ServiceError> {
	let telemetry = config
		.telemetry_endpoints
		.clone()
		.filter(|endpoints| !endpoints.is_empty())
		.map(|endpoints| -> Result<_, sc_telemetry::Error> {
			let worker = TelemetryWorker::new(TELEMETRY_BUFFER)?;
			let telemetry = worker.handle().new_telemetry(endpoints);
			Ok((worker, telemetry))
		})
		.transpose()?;

	let (client, backend, keystore, task_manager) =
		sc_service::new_full_parts::<Block, RuntimeApi, _>(
			config,
			telemetry.as_ref().map(|(_, telemetry)| telemetry.handle()),
			executor::new(&config.executor),
			Vec::new(),
		)?;
	let client = Arc::new(client);

	let telemetry = telemetry.map(|(worker, telemetry)| {
		task_manager.spawn_handle().spawn("telemetry", None, worker.run());
		telemetry
	});

	let pool = sc_transaction_pool::Builder::new(
		task_manager.spawn_essential_handle(),
		client.clone(),
		config.role.is_authority().into(),
	)
	.with_options(config.transaction_pool.clone())
	.with_prometheus(config.prometheus_registry())
	.build();

	Ok(Partial {
		select_chain: FullSelectChain::new(backend.clone()),
		pool: Arc::new(pool),
		client,
		backend,
		task_manager,
		keystore,
		telemetry,
	})
}
