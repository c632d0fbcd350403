//! Governance beside sudo: the call that is printed for a referendum, and motions of the council.

use std::{fs, time::Duration};

use anyhow::{ensure, Context, Result};
use codec::{Compact, DecodeAll};
use evm_migrate::bundle::{Bundle, Manifest};
use migration_primitives::{hash::keccak256, snapshot::Scope, H256};
use migration_tests::{
	account::Account,
	bundle::{pack, start_submit, submit, text, verify, MINT},
	cli,
	node::Node,
	session::Session,
	synthetic::Synthetic,
	wait::{wait_until, IMPORT, INCLUSION},
};
use serde_json::json;
use sp_crypto_hashing::{blake2_256, twox_128};
use subxt::ext::scale_value::scale::decode_as_type;
use tempfile::TempDir;

/// A bundle of a small chain.
async fn bundle(folder: &TempDir) -> Result<std::path::PathBuf> {
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 2, 20, 3).write(&snapshot)?;
	pack(folder.path(), &snapshot, &[], &MINT).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn printed_call_proposes_the_manifest_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let path = bundle(&folder).await?;
	let bundle = Bundle::load(&path)?;
	let node = Node::start().await?;
	let session = node.session().await?;

	let printed = start_submit(&node, &path, &["--propose-with", "print"])?;
	let printed = printed.wait(IMPORT).await?.expect_code(0)?;
	let digits = printed.json["call"].as_str().context("a call")?;
	let call = hex::decode(digits.trim_start_matches("0x"))?;
	assert_eq!(printed.json["call_length"], json!(call.len()));
	let hash = format!("0x{}", hex::encode(blake2_256(&call)));
	assert_eq!(printed.json["call_hash"], json!(hash));
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"], json!([]), "nothing was sent");

	// The page for the council has the same call beside it, and the hash of the manifest's file.
	let page = folder.path().join("review");
	let command = ["review", text(&path), "--node", &node.ws(), "--output", text(&page)];
	let reviewed = cli::run(&command).await?.expect_code(0)?;
	assert_eq!(fs::read_to_string(page.join("proposal.hex"))?.trim_end(), digits);
	let file = keccak256(&fs::read(path.join("manifest.scale"))?);
	assert_eq!(reviewed.json["manifest_hash"], json!(file));
	assert_eq!(reviewed.json["call_hash"], json!(hash));
	decodes_to_the_manifest(&session, &call, &bundle.manifest)?;

	// Whoever may propose brings the very bytes.
	session.execute(&Account::alice(), &session.sudo(&call)?).await?.succeeded()?;
	submit(&node, &path, &["--propose-with", "wait"]).await?;
	verify(&node, &path, &["--before-activate"]).await?.expect_code(0)?;
	let record: Option<Manifest> = session.api("MigrationRuntimeApi_manifest", 0u32).await?;
	assert_eq!(record.map(|manifest| manifest.hash()), Some(bundle.manifest_hash));
	Ok(())
}

/// Decodes the call as a wallet does, by the chain's metadata alone.
fn decodes_to_the_manifest(session: &Session, call: &[u8], manifest: &Manifest) -> Result<()> {
	let metadata = session.metadata();
	let mut rest = call;
	let kind = metadata.outer_enums().call_enum_ty();
	let decoded = decode_as_type(&mut rest, kind, metadata.types())?.to_string();
	ensure!(rest.is_empty(), "{} bytes behind the call", rest.len());
	let source = &manifest.source;
	for words in [
		"Migration".to_owned(),
		"propose".to_owned(),
		format!("chain_id: {}", source.chain_id),
		format!("number: {}", source.number),
		format!("count: {}", manifest.chunks.count),
		format!("accounts: {}", manifest.totals.accounts),
		format!("slots: {}", manifest.totals.slots),
		format!("review: {}", manifest.deadlines.review),
	] {
		ensure!(decoded.contains(&words), "{decoded} lacks `{words}`");
	}
	assert_eq!(Manifest::decode_all(&mut call.get(2..).context("a call")?)?, *manifest);
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn motion_of_the_council_proposes_the_manifest_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let path = bundle(&folder).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let mut call = session.call("Migration", "propose", ())?;
	call.extend_from_slice(&fs::read(path.join("manifest.scale"))?);
	let motion = H256(blake2_256(&call));

	let council = ["--propose-with", "council", "--council-threshold", "2"];
	let mut running = start_submit(&node, &path, &council)?;
	let key = [twox_128(b"Council"), twox_128(b"Proposals")].concat();
	wait_until("the motion", INCLUSION, || async {
		let Some(motions) = session.storage(&key).await? else { return Ok(None) };
		let made = Vec::<H256>::decode_all(&mut motions.as_slice())?;
		Ok(made.contains(&motion).then_some(()))
	})
	.await?;
	ensure!(running.ended()?.is_none(), "the command waits for the votes");
	let again = start_submit(&node, &path, &council)?;
	// Not Alice: both commands sign as her.
	for member in [Account::bob(), Account::new("//Charlie")?] {
		let vote = session.call("Council", "vote", (motion, Compact(0u32), true))?;
		session.execute(&member, &vote).await?.succeeded()?;
	}
	let weight = (Compact(10_000_000_000u64), Compact(1_000_000u64));
	let length = Compact(u32::try_from(call.len())?);
	let close = session.call("Council", "close", (motion, Compact(0u32), weight, length))?;
	session.execute(&Account::bob(), &close).await?.succeeded()?;
	running.wait(IMPORT).await?.expect_code(0)?;
	// The second command found the motion made, and helped to bring the chunks.
	again.wait(IMPORT + Duration::from_secs(30)).await?.expect_code(0)?;
	verify(&node, &path, &["--before-activate"]).await?.expect_code(0)?;
	Ok(())
}
