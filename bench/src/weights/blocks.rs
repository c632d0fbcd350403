//! Blocks of one chunk each, on a real chain.

use std::{collections::BTreeMap, path::Path};

use anyhow::{ensure, Context, Result};
use codec::DecodeAll;
use evm_migrate::bundle::Bundle;
use migration_primitives::map::run_length;
use migration_tests::{bundle::text, node::Node, session::Session};

use super::{calls::Call, sources::Source, units::ChunkUnits};
use crate::memory;

/// What a block holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Content {
	/// One chunk.
	Chunk(ChunkUnits),
	/// One map chunk of so many entries.
	Map(u64),
	/// One call of another kind, or none where the block itself cleans up.
	Call(Call),
	/// A remark.
	Nothing,
}

/// Imports a snapshot chunk by chunk, each in a block of its own, and hands it to its users, so that
/// the next can follow. Adds what the blocks hold to `blocks`.
pub(super) async fn import(
	node: &Node,
	session: &Session,
	source: &Source,
	folder: &Path,
	blocks: &mut BTreeMap<u32, Content>,
) -> Result<()> {
	let (snapshot, map, bundle) =
		(folder.join("snapshot"), folder.join("map.json"), folder.join("bundle"));
	source.chain.write(&snapshot)?;
	let (snapshot, map, bundle) = (text(&snapshot), text(&map), text(&bundle));
	let plan = ["plan", "--snapshot", snapshot, "--output", map];
	memory::run(&[&plan[..], source.plan].concat()).await?;
	let pack = ["pack", "--snapshot", snapshot, "--map", map, "--output", bundle];
	memory::run(&[&pack[..], source.pack].concat()).await?;

	let first = session.rpc.best_number().await?.saturating_add(1);
	let ws = node.ws();
	let submit = ["submit", "--bundle", bundle, "--node", &ws, "--dev-signer", "alice"];
	let submit = [&submit[..], &["--in-flight", "1", "--activate"]].concat();
	memory::run(&submit).await?;
	let last = session.rpc.best_number().await?;

	let bundle = Bundle::load(Path::new(bundle))?;
	for number in first..=last {
		blocks.extend(chunk(session, &bundle, number).await?.map(|found| (number, found)));
	}
	Ok(())
}

/// The chunk in a block, if there is one.
pub(super) async fn chunk(
	session: &Session,
	bundle: &Bundle,
	number: u32,
) -> Result<Option<Content>> {
	let hash = session.rpc.block_hash(number).await?.context("a block of the past")?;
	let mut found = Vec::new();
	for event in session.events(&hash).await? {
		ensure!(event.name != "Migration.Faulted", "the migration is faulted");
		let fields = &mut event.fields.as_slice();
		match event.name.as_str() {
			"Migration.ChunkApplied" => {
				let (_, index) = <(u32, u32)>::decode_all(fields)?;
				found.push(Content::Chunk(ChunkUnits::of(&bundle.chunk(index)?.0)?));
			}
			"Migration.MapChunkApplied" => {
				let (_, index, entries) = <(u32, u32, u32)>::decode_all(fields)?;
				let manifest = &bundle.manifest;
				let expected = run_length(manifest.map.count, manifest.map_run_log2, index);
				ensure!(entries == expected, "a map chunk of {entries} entries, not {expected}");
				found.push(Content::Map(entries.into()));
			}
			_ => {}
		}
	}
	ensure!(found.len() <= 1, "block {number} has {} chunks", found.len());
	Ok(found.pop())
}
