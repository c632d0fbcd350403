//! The import itself, by the command line.

use std::{collections::BTreeMap, fs, path::Path, time::Instant};

use anyhow::{ensure, Context, Result};
use codec::DecodeAll;
use evm_migrate::bundle::Bundle;
use migration_primitives::item::{self, Item};
use migration_tests::{bundle::text, node::Node, session::Session, synthetic::Synthetic};
use serde::Serialize;

use super::{
	figures::{join, Figures, Measured},
	genesis,
	source::{self, Pair},
};
use crate::{
	args::ImportArgs,
	measure::{measure, spread},
	memory,
};

/// Chunks on their way at once: as many as the chain looks ahead.
const IN_FLIGHT: &str = "64";

/// What an import cost.
#[derive(Debug, Serialize)]
pub(super) struct Imported {
	/// Blocks with chunks of slots.
	pub(super) blocks: usize,
	/// Seconds from the proposal to the last chunk, block times included.
	pub(super) seconds: f64,
	/// Peak memory of the node in bytes, before `verify` asks it for everything.
	pub(super) node_memory: u64,
	/// Peak memory of each command in bytes.
	pub(super) command_memory: BTreeMap<&'static str, u64>,
	/// The figures.
	pub(super) figures: Figures,
	/// The blocks behind them.
	pub(super) measured: Vec<Measured>,
}

/// Imports `chain` into a new node. Gives also what the import left in the chain's storage.
pub(super) async fn run(
	chain: &Synthetic,
	folder: &Path,
	arguments: &ImportArgs,
) -> Result<(Imported, Vec<Pair>)> {
	let (snapshot, map, bundle) =
		(folder.join("snapshot"), folder.join("map.json"), folder.join("bundle"));
	let (snapshot, map, bundle) = (text(&snapshot), text(&map), text(&bundle));
	let mut command_memory = BTreeMap::new();
	let (file, addresses) = (folder.join("genesis.json"), folder.join("addresses"));
	genesis::write(chain, &file)?;
	genesis::write_addresses(chain, &addresses)?;
	let source = format!("geth-genesis:{}", text(&file));
	let take = ["snapshot", "--from-file", &source, "--output", snapshot];
	let take = [&take[..], &["--accounts-file", text(&addresses)]].concat();
	command_memory.insert("snapshot", memory::run(&take).await?.1);
	fs::remove_file(&file)?;
	let plan = ["plan", "--snapshot", snapshot, "--output", map];
	command_memory.insert("plan", memory::run(&plan).await?.1);
	let pack = ["pack", "--reference", "--snapshot", snapshot, "--map", map, "--output", bundle];
	command_memory.insert("pack", memory::run(&pack).await?.1);

	let mut node = Node::start_with(&["--block-time", &arguments.block_time.to_string()]).await?;
	let session = node.session().await?;
	let ws = node.ws();
	command_memory.insert("review", memory::run(&["review", bundle, "--node", &ws]).await?.1);
	let (first, started) = (session.rpc.best_number().await?, Instant::now());
	let submit = ["submit", "--bundle", bundle, "--node", &ws, "--dev-signer", "alice"];
	let submit = [&submit[..], &["--in-flight", IN_FLIGHT]].concat();
	command_memory.insert("submit", memory::run(&submit).await?.1);
	let seconds = started.elapsed().as_secs_f64();
	let last = session.rpc.best_number().await?;

	let slots = slots_by_block(&session, &Bundle::load(Path::new(bundle))?, first, last).await?;
	let expected: usize = chain.accounts.values().map(|account| account.slots.len()).sum();
	let found: u64 = slots.values().sum();
	ensure!(found == expected as u64, "{found} slots are in blocks, the snapshot has {expected}");
	let pairs = source::written(&session.rpc, chain).await?;
	let node_memory = memory::peak(node.process_id())?.context("the node runs")?;
	let verify = ["verify", "--bundle", bundle, "--node", &ws];
	command_memory.insert("verify", memory::run(&verify).await?.1);
	node.stop().await?;
	eprintln!("            {} blocks in {seconds:.1} s; executing them again", slots.len());

	let blocks: Vec<u32> = slots.keys().copied().collect();
	let blocks = spread(&blocks, arguments.blocks);
	let measured = join(&measure(&node.chain(), &blocks, arguments.repeat)?, &slots);
	let imported = Imported {
		blocks: slots.len(),
		seconds,
		node_memory,
		command_memory,
		figures: Figures::of(&measured)?,
		measured,
	};
	Ok((imported, pairs))
}

/// The slots that each block from `first` to `last` wrote, by its events; blocks with none are not
/// in it.
async fn slots_by_block(
	session: &Session,
	bundle: &Bundle,
	first: u32,
	last: u32,
) -> Result<BTreeMap<u32, u64>> {
	let mut slots = BTreeMap::new();
	for number in first..=last {
		let hash = session.rpc.block_hash(number).await?.context("a block of the past")?;
		let mut found = 0u64;
		for event in session.events(&hash).await? {
			ensure!(event.name != "Migration.Faulted", "the migration is faulted");
			if event.name == "Migration.ChunkApplied" {
				let (_, index) = <(u32, u32)>::decode_all(&mut event.fields.as_slice())?;
				found = found.saturating_add(slots_of(&bundle.chunk(index)?.0)?);
			}
		}
		if found > 0 {
			slots.insert(number, found);
		}
	}
	Ok(slots)
}

fn slots_of(mut chunk: &[u8]) -> Result<u64> {
	let mut slots = 0u64;
	while !chunk.is_empty() {
		if let Item::Slot(_) = item::next(&mut chunk)? {
			slots = slots.saturating_add(1);
		}
	}
	Ok(slots)
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{item::Slot, H256};

	#[test]
	fn slots_of_a_chunk_works() -> Result<()> {
		let mut chunk = Vec::new();
		item::put_code(&[1, 2, 3], &mut chunk);
		for number in 1..=3 {
			let word = H256::from_low_u64_be(number);
			item::put_slot(&Slot { key: word, value: word }, &mut chunk);
		}
		assert_eq!(slots_of(&chunk)?, 3);
		assert!(slots_of(&chunk[..chunk.len() - 1]).is_err());
		Ok(())
	}
}
