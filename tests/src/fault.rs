//! Chunks that a running node has to find wrong although their hash was approved.

use anyhow::{bail, ensure, Context, Result};
use evm_migrate::bundle::{Bundle, Manifest};
use migration_primitives::{
	fault::Fault,
	manifest::TreeSummary,
	merkle::{leaf, Tree},
	status::{MigrationRecord, Stage},
};
use serde_json::{json, Value};

use crate::{
	account::Account,
	bundle::{chunk_of, map_chunk},
	session::Session,
};

/// Proposes a migration by this manifest, but of this one chunk, behind the bundle's map, submits all of it,
/// and gives the reason of the fault. Nothing of the chunk counts, and it cannot be included again.
pub async fn fault(
	session: &Session,
	bundle: &Bundle,
	manifest: &Manifest,
	migration: u32,
	bytes: &[u8],
) -> Result<Fault> {
	let root = leaf(Tree::Chunks, 0, bytes);
	let manifest = Manifest { chunks: TreeSummary { root, count: 1 }, ..manifest.clone() };
	let call = session.call("Migration", "propose", &manifest)?;
	session.execute(&Account::alice(), &session.sudo(&call)?).await?.succeeded()?;
	for index in 0..bundle.map_chunk_count() {
		let chunk = map_chunk(session, bundle, migration, index)?;
		session.include(&session.general(&chunk, 0)?).await?.succeeded()?;
	}
	let chunk = chunk_of(session, migration, 0, bytes, &[])?;
	let included = session.include(&session.general(&chunk, 0)?).await?.succeeded()?;
	ensure!(included.has("Migration.Faulted"), "{:?}", included.events);

	let record = record(session, migration).await?;
	let Stage::Faulted(reason) = record.stage else { bail!("stage {:?}", record.stage) };
	let progress = record.progress;
	ensure!(progress.chunks == 0 && progress.totals == Default::default(), "{progress:?}");
	let status: Value = session.rpc.request("migration_status", json!([migration])).await?;
	ensure!(status["fault"] == json!(reason.to_string()), "{status}");

	let again = session.rpc.submit(&session.general(&chunk, 1)?).await?;
	let refusal = again.err().context("a faulted migration takes no chunk")?;
	ensure!(refusal.code == 1010 && refusal.data.contains("Custom error: 2"), "{refusal:?}");
	Ok(reason)
}

/// Aborts a migration as the sudo key, and cleans up until nothing of it is left.
pub async fn abort(session: &Session, migration: u32) -> Result<()> {
	let alice = Account::alice();
	let call = session.call("Migration", "abort", migration)?;
	session.execute(&alice, &session.sudo(&call)?).await?.succeeded()?;
	// Blocks with room clean up by themselves.
	for _ in 0..100 {
		if record(session, migration).await?.stage == Stage::Aborted {
			return Ok(());
		}
		let call = session.call("System", "remark", Vec::<u8>::new())?;
		session.execute(&alice, &call).await?.succeeded()?;
	}
	bail!("the clean-up of migration {migration} does not end")
}

async fn record(session: &Session, migration: u32) -> Result<MigrationRecord<u32>> {
	let record: Option<MigrationRecord<u32>> =
		session.api("MigrationRuntimeApi_migration", migration).await?;
	record.context("the migration's record")
}
