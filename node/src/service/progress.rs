//! Metrics of migrations for Prometheus, as of the best block.
//!
//! One migration is shown: the one that is under way, or the last one where none is. Its number is
//! the label `migration`, so that the series of an earlier one end when the next begins; there are
//! never more than about a dozen.

use super::{FullClient, ServiceError};
use crate::stage;
use futures::{FutureExt, StreamExt};
use migration_primitives::{
	map::run_count,
	status::{MigrationRecord, Stage},
};
use migration_runtime::{opaque::Block, AccountId, BlockNumber, Hash};
use pallet_migration::runtime_api::MigrationRuntimeApi;
use sc_client_api::BlockchainEvents;
use sc_service::SpawnTaskHandle;
use sp_api::{ApiError, ProvideRuntimeApi};
use sp_blockchain::HeaderBackend;
use std::sync::Arc;
use substrate_prometheus_endpoint::{
	register, Gauge, GaugeVec, Opts, PrometheusError, Registry, U64,
};

/// The log target.
const LOG_TARGET: &str = "migration-metrics";

/// Registers the metrics and keeps them up to date while the node runs.
pub(super) fn spawn(
	spawner: &SpawnTaskHandle,
	client: Arc<FullClient>,
	registry: &Registry,
) -> Result<(), ServiceError> {
	let metrics = Metrics::register(registry)?;
	spawner.spawn("migration-metrics", None, follow(client, metrics));
	Ok(())
}

/// Updates the metrics after each new best block, once for blocks that come together.
async fn follow(client: Arc<FullClient>, metrics: Metrics) {
	let mut imported = client.import_notification_stream().fuse();
	let mut best = Some(client.info().best_hash);
	loop {
		if let Some(best) = best.take() {
			match look(&client, best) {
				Ok(view) => metrics.show(view.as_ref()),
				Err(error) => log::warn!(target: LOG_TARGET, "not updated at {best:?}: {error}"),
			}
		}
		let Some(mut block) = imported.next().await else { return };
		loop {
			if block.is_new_best {
				best = Some(block.hash);
			}
			match imported.next().now_or_never().flatten() {
				Some(later) => block = later,
				None => break,
			}
		}
	}
}

/// The migration to show.
struct View {
	/// Its number.
	migration: u32,
	/// Whether it is under way.
	active: bool,
	/// Where it stands.
	record: MigrationRecord<BlockNumber>,
}

fn look(client: &FullClient, best: Hash) -> Result<Option<View>, ApiError> {
	let api = client.runtime_api();
	let active = MigrationRuntimeApi::<Block, AccountId, BlockNumber>::active(&*api, best)?;
	let shown = match active {
		Some(migration) => Some(migration),
		None => MigrationRuntimeApi::<Block, AccountId, BlockNumber>::next_migration(&*api, best)?
			.checked_sub(1),
	};
	let Some(migration) = shown else { return Ok(None) };
	let record: Option<MigrationRecord<BlockNumber>> =
		MigrationRuntimeApi::<Block, AccountId, BlockNumber>::migration(&*api, best, migration)?;
	Ok(record.map(|record| View { migration, active: active.is_some(), record }))
}

/// The metrics; the registry adds the label `chain` to all.
struct Metrics {
	active: Gauge<U64>,
	stage: GaugeVec<U64>,
	stage_since: GaugeVec<U64>,
	faulted: GaugeVec<U64>,
	chunks_applied: GaugeVec<U64>,
	chunks: GaugeVec<U64>,
	accounts: GaugeVec<U64>,
	contracts: GaugeVec<U64>,
	slots: GaugeVec<U64>,
	waiting: GaugeVec<U64>,
	collisions: GaugeVec<U64>,
}

impl Metrics {
	fn register(registry: &Registry) -> Result<Self, PrometheusError> {
		let vec = |name: &str, help: &str, more: &[&str]| -> Result<_, PrometheusError> {
			let labels = [&["migration"], more].concat();
			register(GaugeVec::new(Opts::new(name, help), &labels)?, registry)
		};
		Ok(Self {
			active: register(
				Gauge::new("migration_active", "1 while a migration is under way, else 0")?,
				registry,
			)?,
			stage: vec("migration_stage", "1 for the stage the migration is at", &["stage"])?,
			stage_since: vec(
				"migration_stage_since_block",
				"Number of the block in which the stage began",
				&[],
			)?,
			faulted: vec("migration_faulted", "1 if the migration is faulted, else 0", &[])?,
			chunks_applied: vec(
				"migration_chunks_applied",
				"Chunks that the chain has taken, by kind: map or data",
				&["kind"],
			)?,
			chunks: vec(
				"migration_chunks",
				"Chunks of the whole migration, by kind: map or data",
				&["kind"],
			)?,
			accounts: vec("migration_accounts", "Accounts that the chain has taken", &[])?,
			contracts: vec("migration_contracts", "Contracts among these accounts", &[])?,
			slots: vec("migration_slots", "Storage slots of these accounts", &[])?,
			waiting: vec(
				"migration_waiting_accounts",
				"Accounts whose share waits in the ledger",
				&[],
			)?,
			collisions: vec("migration_collisions", "Accounts whose target was occupied", &[])?,
		})
	}

	/// Shows one migration, or none, and forgets any other.
	fn show(&self, view: Option<&View>) {
		let vecs = [
			&self.stage,
			&self.stage_since,
			&self.faulted,
			&self.chunks_applied,
			&self.chunks,
			&self.accounts,
			&self.contracts,
			&self.slots,
			&self.waiting,
			&self.collisions,
		];
		for vec in vecs {
			vec.reset();
		}
		let Some(View { migration, active, record }) = view else {
			self.active.set(0);
			return;
		};
		self.active.set(u64::from(*active));
		let migration = migration.to_string();
		let set = |vec: &GaugeVec<U64>, value: u64| {
			vec.with_label_values(&[&migration]).set(value);
		};
		let set_kind = |vec: &GaugeVec<U64>, kind: &str, value: u32| {
			vec.with_label_values(&[&migration, kind]).set(value.into());
		};
		self.stage.with_label_values(&[&migration, stage::name(&record.stage)]).set(1);
		let progress = &record.progress;
		set(&self.stage_since, record.since.into());
		set(&self.faulted, u64::from(matches!(record.stage, Stage::Faulted(_))));
		set_kind(&self.chunks_applied, "map", progress.map_chunks);
		set_kind(&self.chunks_applied, "data", progress.chunks);
		set_kind(&self.chunks, "map", run_count(record.map.count, record.map_run_log2));
		set_kind(&self.chunks, "data", record.chunks.count);
		set(&self.accounts, progress.totals.accounts);
		set(&self.contracts, progress.totals.contracts);
		set(&self.slots, progress.totals.slots);
		set(&self.waiting, progress.waiting.into());
		set(&self.collisions, progress.collisions.into());
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{
		fault::Fault,
		manifest::TreeSummary,
		snapshot::{Scope, Trust},
		status::Progress,
		H256,
	};

	fn view(migration: u32, stage: Stage) -> View {
		let tree = |count| TreeSummary { root: H256::zero(), count };
		let mut progress = Progress { map_chunks: 2, chunks: 5, ..Progress::default() };
		progress.totals.slots = 77;
		progress.collisions = 3;
		let record = MigrationRecord {
			manifest: H256::zero(),
			source_chain_id: 1,
			state_root: H256::zero(),
			scope: Scope::Selected,
			trust: Trust::Proved,
			chunks: tree(9),
			map: tree(1_000),
			map_run_log2: 8,
			stage,
			since: 12,
			extended: 0,
			review_since: 12,
			progress,
		};
		View { migration, active: true, record }
	}

	/// The series with their values, as Prometheus reads them.
	fn text(registry: &Registry) -> Vec<String> {
		let families = registry.gather();
		let text = substrate_prometheus_endpoint::prometheus::TextEncoder::new()
			.encode_to_string(&families)
			.expect("metrics are text");
		text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
	}

	#[test]
	fn show_of_a_migration_works() -> Result<(), PrometheusError> {
		let registry = Registry::new();
		let metrics = Metrics::register(&registry)?;
		metrics.show(Some(&view(4, Stage::Importing)));
		assert_eq!(
			text(&registry),
			[
				r#"migration_accounts{migration="4"} 0"#,
				"migration_active 1",
				r#"migration_chunks{kind="data",migration="4"} 9"#,
				r#"migration_chunks{kind="map",migration="4"} 4"#,
				r#"migration_chunks_applied{kind="data",migration="4"} 5"#,
				r#"migration_chunks_applied{kind="map",migration="4"} 2"#,
				r#"migration_collisions{migration="4"} 3"#,
				r#"migration_contracts{migration="4"} 0"#,
				r#"migration_faulted{migration="4"} 0"#,
				r#"migration_slots{migration="4"} 77"#,
				r#"migration_stage{migration="4",stage="Importing"} 1"#,
				r#"migration_stage_since_block{migration="4"} 12"#,
				r#"migration_waiting_accounts{migration="4"} 0"#,
			]
		);
		Ok(())
	}

	#[test]
	fn show_of_another_migration_forgets_the_first() -> Result<(), PrometheusError> {
		let registry = Registry::new();
		let metrics = Metrics::register(&registry)?;
		metrics.show(Some(&view(0, Stage::Importing)));
		metrics.show(Some(&view(1, Stage::Faulted(Fault::EmptyChunk))));
		let lines = text(&registry);
		assert!(lines.contains(&r#"migration_faulted{migration="1"} 1"#.to_owned()));
		assert!(lines.contains(&r#"migration_stage{migration="1",stage="Faulted"} 1"#.to_owned()));
		assert!(!lines.iter().any(|line| line.contains(r#"migration="0""#)));
		metrics.show(None);
		assert_eq!(text(&registry), ["migration_active 0"]);
		Ok(())
	}
}
