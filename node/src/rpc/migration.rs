//! Migrations and the address map for wallets, indexers and people: the `migration_` methods.
//!
//! All answers are of the best block. Addresses and digests are hexadecimal with `0x`; amounts are
//! decimal strings of wei, since they exceed what JSON numbers hold.

use crate::{service::FullClient, stage};
use codec::Encode;
use jsonrpsee::{
	core::{async_trait, RpcResult},
	proc_macros::rpc,
	types::ErrorObjectOwned,
};
use migration_primitives::{
	manifest::Manifest,
	map::Target,
	proof::{ProofKind, ProofRecord},
	snapshot::{Scope, Trust},
	status::{AccountRecord, AccountState, MigrationRecord, SourceRecord, Stage},
	H160, H256,
};
use migration_runtime::{opaque::Block, AccountId, BlockNumber, Hash};
use pallet_migration::runtime_api::MigrationRuntimeApi;
use serde::Serialize;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;

/// JSON-RPC's code for an error inside the server.
const INTERNAL_ERROR: i32 = -32603;

/// The methods.
#[rpc(server, namespace = "migration")]
pub(crate) trait MigrationApi {
	/// The migration of this number, or the one that imports now; `null` if there is none.
	#[method(name = "status")]
	fn status(&self, migration: Option<u32>) -> RpcResult<Option<StatusView>>;

	/// Where an account of the source went; `null` if it was not migrated.
	#[method(name = "targetOf")]
	fn target_of(&self, chain_id: u64, source: H160) -> RpcResult<Option<TargetView>>;

	/// Where an address of this chain came from; `null` if it was not migrated.
	#[method(name = "sourceOf")]
	fn source_of(&self, target: H160) -> RpcResult<Option<SourceView>>;

	/// The proof-of-existence record of a digest; `null` if there is none.
	#[method(name = "proof")]
	fn proof(&self, digest: H256) -> RpcResult<Option<ProofView>>;

	/// The SCALE encoding of the manifest that governance approved; its Keccak-256 is its hash.
	#[method(name = "manifest")]
	fn manifest(&self, migration: u32) -> RpcResult<Option<String>>;
}

/// Where a migration stands.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StatusView {
	migration: u32,
	manifest: H256,
	source_chain_id: u64,
	state_root: H256,
	scope: Scope,
	trust: Trust,
	stage: &'static str,
	fault: Option<String>,
	since: BlockNumber,
	map_chunks: [u32; 2],
	chunks: [u32; 2],
	accounts: u64,
	contracts: u64,
	slots: u64,
	waiting: u32,
	collisions: u32,
	credited: String,
}

/// Where an account of the source went.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TargetView {
	migration: u32,
	address: H160,
	account: Option<AccountId>,
	rule: &'static str,
	state: &'static str,
	nonce: u64,
	balance: String,
	code_hash: H256,
	storage_root: H256,
	slots: u64,
	surplus: String,
}

/// Where an address of this chain came from.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct SourceView {
	migration: u32,
	chain_id: u64,
	source: H160,
	locked: bool,
}

/// A proof-of-existence record.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ProofView {
	kind: ProofKind,
	migration: u32,
	source_chain_id: u64,
	source_block: u64,
	source_hash: H256,
	trust: Trust,
	manifest: H256,
	block: BlockNumber,
}

/// Answers from the runtime at the best block.
pub(crate) struct MigrationRpc {
	client: Arc<FullClient>,
}

impl MigrationRpc {
	/// Methods on `client`'s chain.
	pub(crate) fn new(client: Arc<FullClient>) -> Self {
		Self { client }
	}

	fn best(&self) -> Hash {
		self.client.info().best_hash
	}
}

#[async_trait]
impl MigrationApiServer for MigrationRpc {
	fn status(&self, migration: Option<u32>) -> RpcResult<Option<StatusView>> {
		let (api, best) = (self.client.runtime_api(), self.best());
		let number = match migration {
			Some(number) => Some(number),
			None => MigrationRuntimeApi::<Block, AccountId, BlockNumber>::active(&*api, best)
				.map_err(internal)?,
		};
		let Some(number) = number else { return Ok(None) };
		let record: Option<MigrationRecord<BlockNumber>> =
			MigrationRuntimeApi::<Block, AccountId, BlockNumber>::migration(&*api, best, number)
				.map_err(internal)?;
		Ok(record.map(|record| StatusView::new(number, record)))
	}

	fn target_of(&self, chain_id: u64, source: H160) -> RpcResult<Option<TargetView>> {
		let record: Option<AccountRecord<AccountId>> =
			MigrationRuntimeApi::<Block, AccountId, BlockNumber>::target_of(
				&*self.client.runtime_api(),
				self.best(),
				chain_id,
				source,
			)
			.map_err(internal)?;
		Ok(record.map(TargetView::from))
	}

	fn source_of(&self, target: H160) -> RpcResult<Option<SourceView>> {
		let record = MigrationRuntimeApi::<Block, AccountId, BlockNumber>::source_of(
			&*self.client.runtime_api(),
			self.best(),
			target,
		)
		.map_err(internal)?;
		Ok(record.map(SourceView::from))
	}

	fn proof(&self, digest: H256) -> RpcResult<Option<ProofView>> {
		let record: Option<ProofRecord<BlockNumber>> =
			MigrationRuntimeApi::<Block, AccountId, BlockNumber>::proof(
				&*self.client.runtime_api(),
				self.best(),
				digest,
			)
			.map_err(internal)?;
		Ok(record.map(ProofView::from))
	}

	fn manifest(&self, migration: u32) -> RpcResult<Option<String>> {
		let manifest: Option<Manifest<AccountId>> =
			MigrationRuntimeApi::<Block, AccountId, BlockNumber>::manifest(
				&*self.client.runtime_api(),
				self.best(),
				migration,
			)
			.map_err(internal)?;
		Ok(manifest.map(|manifest| format!("0x{}", hex::encode(manifest.encode()))))
	}
}

impl StatusView {
	fn new(migration: u32, record: MigrationRecord<BlockNumber>) -> Self {
		let map_chunks =
			migration_primitives::map::run_count(record.map.count, record.map_run_log2);
		let fault = match &record.stage {
			Stage::Faulted(fault) => Some(fault.to_string()),
			_ => None,
		};
		let progress = record.progress;
		Self {
			migration,
			manifest: record.manifest,
			source_chain_id: record.source_chain_id,
			state_root: record.state_root,
			scope: record.scope,
			trust: record.trust,
			stage: stage::name(&record.stage),
			fault,
			since: record.since,
			map_chunks: [progress.map_chunks, map_chunks],
			chunks: [progress.chunks, record.chunks.count],
			accounts: progress.totals.accounts,
			contracts: progress.totals.contracts,
			slots: progress.totals.slots,
			waiting: progress.waiting,
			collisions: progress.collisions,
			credited: progress.credited.to_string(),
		}
	}
}

impl From<AccountRecord<AccountId>> for TargetView {
	fn from(record: AccountRecord<AccountId>) -> Self {
		let (rule, account) = match record.target {
			Target::Preserve => ("Preserve", None),
			Target::Create { .. } => ("Create", None),
			Target::Create2 { .. } => ("Create2", None),
			Target::Explicit(_) => ("Explicit", None),
			Target::Account(account) => ("Account", Some(account)),
		};
		let state = match record.state {
			AccountState::Mapped => "Mapped",
			AccountState::Importing => "Importing",
			AccountState::Imported => "Imported",
			AccountState::Waiting => "Waiting",
			AccountState::Released => "Released",
			AccountState::AlreadyPresent => "AlreadyPresent",
			AccountState::Empty => "Empty",
			AccountState::Collided(_) => "Collided",
			AccountState::Settled(_) => "Settled",
		};
		Self {
			migration: record.migration,
			address: record.address,
			account,
			rule,
			state,
			nonce: record.nonce,
			balance: record.balance.to_string(),
			code_hash: record.code_hash,
			storage_root: record.storage_root,
			slots: record.slots,
			surplus: record.surplus.to_string(),
		}
	}
}

impl From<SourceRecord> for SourceView {
	fn from(record: SourceRecord) -> Self {
		let SourceRecord { migration, chain_id, source, locked } = record;
		Self { migration, chain_id, source, locked }
	}
}

impl From<ProofRecord<BlockNumber>> for ProofView {
	fn from(record: ProofRecord<BlockNumber>) -> Self {
		Self {
			kind: record.kind,
			migration: record.migration,
			source_chain_id: record.source_chain_id,
			source_block: record.source_block,
			source_hash: record.source_hash,
			trust: record.trust,
			manifest: record.manifest,
			block: record.block,
		}
	}
}

fn internal(error: ApiError) -> ErrorObjectOwned {
	ErrorObjectOwned::owned(
		INTERNAL_ERROR,
		format!("the runtime did not answer: {error}"),
		None::<()>,
	)
}
