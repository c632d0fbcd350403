//! From a snapshot to a bundle and onto a chain, by the command line.

use std::path::{Path, PathBuf};

use anyhow::{ensure, Context, Result};
use evm_migrate::bundle::Bundle;
use migration_primitives::H256;

use crate::{
	cli::{self, Output, Running},
	node::Node,
	session::Session,
	wait::IMPORT,
};

/// Mints whatever a test's source chain has.
pub const MINT: [&str; 2] = ["--policy", "mint:340282366920938463463374607431768211455"];

/// The recorded snapshot of a real chain.
pub fn example() -> Result<PathBuf> {
	let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("the workspace's root")?;
	let path = root.join("examples/anvil-defi/example.snapshot");
	ensure!(path.is_file(), "{} is missing; scripts/record-example.sh makes it", path.display());
	Ok(path)
}

/// Plans and packs a snapshot, with further arguments of the two commands. The bundle is a new
/// folder in `folder`.
pub async fn pack(folder: &Path, snapshot: &Path, plan: &[&str], pack: &[&str]) -> Result<PathBuf> {
	let map = folder.join("map.json");
	let bundle = folder.join("bundle");
	let (snapshot, map, output) = (text(snapshot), text(&map), text(&bundle));
	let fixed = ["plan", "--snapshot", snapshot, "--output", map];
	cli::run(&[&fixed, plan].concat()).await?.expect_code(0)?;
	let fixed = ["pack", "--snapshot", snapshot, "--map", map, "--output", output];
	cli::run(&[&fixed, pack].concat()).await?.expect_code(0)?;
	Ok(bundle)
}

/// Begins to submit a bundle as Alice, the sudo key. The development chain has the chain id of an
/// anvil, which is allowed.
pub fn start_submit(node: &Node, bundle: &Path, arguments: &[&str]) -> Result<Running> {
	let ws = node.ws();
	let bundle = text(bundle);
	let fixed = ["submit", "--bundle", bundle, "--node", &ws, "--dev-signer", "alice"];
	let fixed = [&fixed[..], &["--allow-same-chain-id"]].concat();
	cli::start(&[&fixed, arguments].concat())
}

/// Submits a bundle; the command must succeed.
pub async fn submit(node: &Node, bundle: &Path, arguments: &[&str]) -> Result<Output> {
	start_submit(node, bundle, arguments)?.wait(IMPORT).await?.expect_code(0)
}

/// Verifies a bundle.
pub async fn verify(node: &Node, bundle: &Path, arguments: &[&str]) -> Result<Output> {
	let ws = node.ws();
	let fixed = ["verify", "--bundle", text(bundle), "--node", &ws];
	cli::run(&[&fixed, arguments].concat()).await
}

/// The call of a map chunk.
pub fn map_chunk(
	session: &Session,
	bundle: &Bundle,
	migration: u32,
	index: u32,
) -> Result<Vec<u8>> {
	let (entries, path) = bundle.map_chunk(index);
	map_chunk_of(session, migration, index, &entries, &path)
}

/// The call of a chunk.
pub fn chunk(session: &Session, bundle: &Bundle, migration: u32, index: u32) -> Result<Vec<u8>> {
	let (bytes, path) = bundle.chunk(index)?;
	chunk_of(session, migration, index, &bytes, &path)
}

/// The call of any map chunk.
pub fn map_chunk_of(
	session: &Session,
	migration: u32,
	index: u32,
	entries: &[u8],
	path: &[H256],
) -> Result<Vec<u8>> {
	session.call("Migration", "submit_map_chunk", (migration, index, entries, path))
}

/// The call of any chunk.
pub fn chunk_of(
	session: &Session,
	migration: u32,
	index: u32,
	bytes: &[u8],
	path: &[H256],
) -> Result<Vec<u8>> {
	session.call("Migration", "submit_chunk", (migration, index, bytes, path))
}

/// A path as an argument. Those of tests are all Unicode.
pub fn text(path: &Path) -> &str {
	path.to_str().expect("the path is Unicode")
}
