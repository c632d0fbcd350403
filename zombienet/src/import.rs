//! A migration into a network by several relayers at once, and its progress.

use std::{path::Path, time::Duration};

use anyhow::{bail, ensure, Context, Result};
use evm_migrate::bundle::Bundle;
use migration_primitives::H256;
use migration_tests::{
	bundle::text,
	cli::{self, Running},
	state::State,
	wait::{wait_until, COMMAND},
};
use serde_json::{json, Value};

use crate::{network::Network, validator::Validator};

/// The number of the first migration of a chain.
pub const MIGRATION: u32 = 0;

/// Until the next chunks are in, blocks of validators that do not run included.
const PROGRESS: Duration = Duration::from_secs(300);
/// Until a relayer ends after the last chunk.
const END: Duration = Duration::from_secs(900);
/// Until all validators have the same final block.
const AGREEMENT: Duration = Duration::from_secs(180);

/// What the one who proposes does besides relaying.
const PROPOSES: [&str; 4] = ["--dev-signer", "alice", "--activate", "--release"];
/// What all others do.
const WAITS: [&str; 2] = ["--propose-with", "wait"];
/// The most chunks that a relayer has on their way: those of a fork never become final.
const MANY: [&str; 2] = ["--in-flight", "64"];

/// A migration that is on its way.
pub struct Import<'a> {
	bundle: &'a Path,
	total: u64,
	relayers: Vec<(String, Running)>,
}

impl<'a> Import<'a> {
	/// Begins with one relayer, which also proposes and activates as Alice, the sudo key.
	pub fn start(bundle: &'a Path, at: &Validator) -> Result<Self> {
		let loaded = Bundle::load(bundle)?;
		let total = u64::from(loaded.map_chunk_count()).saturating_add(loaded.chunk_count().into());
		let mut import = Self { bundle, total, relayers: Vec::new() };
		import.add(at, &PROPOSES)?;
		Ok(import)
	}

	/// Adds a relayer that only submits chunks.
	pub fn add_relayer(&mut self, at: &Validator) -> Result<()> {
		self.add(at, &WAITS)
	}

	/// Adds a relayer that goes on for a while where no block becomes final.
	pub fn add_relayer_of_a_fork(&mut self, at: &Validator) -> Result<()> {
		self.add(at, &[&WAITS[..], &MANY].concat())
	}

	fn add(&mut self, at: &Validator, arguments: &[&str]) -> Result<()> {
		let ws = at.ws();
		// The example's anvil has the chain id of the target.
		let fixed =
			["submit", "--bundle", text(self.bundle), "--node", &ws, "--allow-same-chain-id"];
		let running = cli::start(&[&fixed, arguments].concat())?;
		self.relayers.push((at.name().to_owned(), running));
		Ok(())
	}

	/// Waits until a share of the chunks is on a validator's best chain. No relayer may end before.
	pub async fn wait_for(&mut self, at: &Validator, percent: u64) -> Result<()> {
		let wanted = self.total.saturating_mul(percent) / 100;
		let waited = wait_until("the import's progress", PROGRESS, || {
			let ended = self.ended();
			let applied = applied(at);
			async move {
				ended?;
				let applied = applied.await?;
				Ok((applied >= wanted).then_some(applied))
			}
		});
		let applied = waited.await.with_context(|| format!("to chunk {wanted}"))?;
		println!("{applied} of {} chunks are in", self.total);
		Ok(())
	}

	/// The number of chunks, map chunks counted.
	pub fn total(&self) -> u64 {
		self.total
	}

	fn ended(&mut self) -> Result<()> {
		for (name, relayer) in &mut self.relayers {
			if let Some(output) = relayer.ended()? {
				bail!("the relayer at {name} ended before: {output:?}");
			}
		}
		Ok(())
	}

	/// Waits until all relayers are done; none may have failed.
	pub async fn finish(self) -> Result<()> {
		for (name, relayer) in self.relayers {
			let output =
				relayer.wait(END).await.with_context(|| format!("the relayer at {name}"))?;
			output.expect_code(0).with_context(|| format!("the relayer at {name}"))?;
		}
		Ok(())
	}
}

/// The chunks on a validator's best chain, map chunks counted.
pub async fn applied(at: &Validator) -> Result<u64> {
	let status: Option<Value> = at.rpc()?.request("migration_status", json!([MIGRATION])).await?;
	let done = |status: &Value, name: &str| status[name][0].as_u64().unwrap_or_default();
	Ok(status
		.map_or(0, |status| done(&status, "mapChunks").saturating_add(done(&status, "chunks"))))
}

/// Checks that all validators finalise the same blocks, that their states are equal to `expected`,
/// and that each has everything that is in the bundle.
pub async fn check_agreement(network: &Network, bundle: &Path, expected: &State) -> Result<()> {
	let validators = network.validators();
	let first = validators.first().context("a network has validators")?;
	let number = first.best().await?.number;
	for validator in validators {
		validator.wait_for_final(number, AGREEMENT).await?;
	}
	let block = first.at(number).await?.context("a final block")?;
	let root = first.state_root(&block).await?;
	for validator in validators {
		let name = validator.name();
		let own = validator.at(number).await?.context("a final block")?;
		ensure!(own == block, "{name} has {own:?}, the others have {block:?}");
		let own = validator.state_root(&block).await?;
		ensure!(own == root, "{name} has the state root {own}, the others have {root}");
		let state = State::of_pallets(&validator.rpc()?).await?;
		expected.ensure_equal(&state).with_context(|| format!("the state of {name}"))?;
		let ws = validator.ws();
		let verify = ["verify", "--bundle", text(bundle), "--node", &ws];
		cli::start(&verify)?.wait(COMMAND).await?.expect_code(0)?;
	}
	let digest: H256 = expected.digest();
	println!("block {number} {} is final for all, state root {root}", block.hash);
	println!("{} keys, digest {digest:?}, with all of them", expected.len());
	Ok(())
}
