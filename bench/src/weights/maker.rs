//! Makes blocks of one call each on a node.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{bail, Context, Result};
use codec::{DecodeAll, Encode};
use evm_migrate::{
	bundle::{pack, Bundle, ChunkLimits, Manifest, PackOptions},
	plan::resolve,
};
use frame_support::dispatch::{DispatchClass, GetDispatchInfo};
use migration_primitives::{
	limits::MAX_RUN_LOG2,
	manifest::{BalancePolicy, Deadlines, EvmSpec},
	map::Target,
	status::{MigrationRecord, Stage},
	H160, H256,
};
use migration_runtime::{Runtime, RuntimeCall};
use migration_tests::{
	account::Account,
	bundle::{chunk, map_chunk},
	session::{Included, Session},
	synthetic::{made_up, Synthetic},
};
use sp_core::crypto::AccountId32;
use sp_runtime::Perbill;

use super::{
	blocks::{self, Content},
	calls::{Call, Kind},
	steps::steps,
};

/// Longest time of each stage in blocks.
const DEADLINES: Deadlines = Deadlines { mapping: 10_000, importing: 10_000, review: 10_000 };
/// Steps of a small clean-up.
const FEW_STEPS: u32 = 1_000;
/// Blocks after which a clean-up must have ended.
const MOST_BLOCKS: usize = 100;

/// A node, and what its blocks hold.
pub(super) struct Maker<'a> {
	/// The node.
	pub(super) session: &'a Session,
	/// What is measured, by the blocks' numbers.
	pub(super) contents: &'a mut BTreeMap<u32, Content>,
}

/// A source, and what is decided of it.
pub(super) struct Plan {
	/// Its accounts.
	pub(super) chain: Synthetic,
	/// What becomes of balances.
	pub(super) balances: BalancePolicy<AccountId32>,
	/// Where accounts go that do not keep their address.
	pub(super) rules: BTreeMap<H160, Target<AccountId32>>,
}

impl Maker<'_> {
	/// Cuts a source into the largest chunks, in a new folder.
	pub(super) fn pack(&self, folder: &Path, plan: &Plan) -> Result<Bundle> {
		fs::create_dir(folder)?;
		let (snapshot, output) = (folder.join("snapshot"), folder.join("bundle"));
		plan.chain.write(&snapshot)?;
		let options = PackOptions {
			balances: plan.balances.clone(),
			limits: ChunkLimits {
				bytes: self.session.constant("Migration", "MaxChunkBytes")?,
				accounts: self.session.constant("Migration", "MaxChunkAccounts")?,
				slots: self.session.constant("Migration", "MaxChunkSlots")?,
			},
			map_run_log2: MAX_RUN_LOG2,
			deadlines: DEADLINES,
			evm_spec: EvmSpec::Osaka,
			calls: Vec::new(),
			reference: true,
		};
		pack::<anyhow::Error>(&snapshot, &output, options, |facts| {
			Ok(resolve(plan.chain.scope, &facts.accounts, &plan.rules)?)
		})?;
		Ok(Bundle::load(&output)?)
	}

	/// Makes a block of a remark.
	pub(super) async fn nothing(&mut self) -> Result<Included> {
		let remark = self.session.call("System", "remark", Vec::<u8>::new())?;
		let included = self.session.execute(&Account::bob(), &remark).await?.succeeded()?;
		self.contents.insert(included.block, Content::Nothing);
		Ok(included)
	}

	/// Makes a block of a call that anybody may make.
	pub(super) async fn user(&mut self, call: Call, arguments: impl Encode) -> Result<Included> {
		let bytes = self.session.call("Migration", call.name, arguments)?;
		let included = self.session.execute(&Account::bob(), &bytes).await?.succeeded()?;
		self.contents.insert(included.block, Content::Call(call));
		Ok(included)
	}

	/// Makes a block of a call that root makes.
	pub(super) async fn root(&mut self, call: Call, arguments: impl Encode) -> Result<Included> {
		let bytes = self.session.sudo(&self.session.call("Migration", call.name, arguments)?)?;
		let included = self.session.execute(&Account::alice(), &bytes).await?.succeeded()?;
		self.contents.insert(included.block, Content::Call(call));
		Ok(included)
	}

	/// Proposes a manifest, after Bob has agreed to fund it where somebody must. Gives the migration's
	/// number.
	pub(super) async fn propose(&mut self, manifest: &Manifest) -> Result<u32> {
		let consent = Call::new("consent", Kind::Consent);
		if matches!(manifest.balances, BalancePolicy::Fund { .. }) {
			let agreed = Some(manifest.hash());
			self.user(consent, agreed).await?;
			self.user(consent, None::<H256>).await?;
			self.user(consent, agreed).await?;
		}
		let number = self.session.api("MigrationRuntimeApi_next_migration", ()).await?;
		let bytes = manifest.encoded_size() as u64;
		self.root(Call::new("propose", Kind::Propose).units(bytes), manifest).await?;
		Ok(number)
	}

	/// Brings in the map and all chunks of a migration.
	pub(super) async fn bring(&mut self, bundle: &Bundle, migration: u32) -> Result<()> {
		for index in 0..bundle.map_chunk_count() {
			let call = map_chunk(self.session, bundle, migration, index)?;
			self.include(bundle, &call).await?;
		}
		for index in 0..bundle.chunk_count() {
			let call = chunk(self.session, bundle, migration, index)?;
			self.include(bundle, &call).await?;
		}
		match self.stage(migration).await? {
			Stage::Imported => Ok(()),
			stage => bail!("migration {migration} is {stage:?} after its last chunk"),
		}
	}

	async fn include(&mut self, bundle: &Bundle, call: &[u8]) -> Result<()> {
		let transaction = self.session.general(call, 0)?;
		let included = self.session.include(&transaction).await?.succeeded()?;
		let found = blocks::chunk(self.session, bundle, included.block).await?;
		self.contents.insert(included.block, found.context("the block has no chunk")?);
		Ok(())
	}

	/// Hands a migration to its users, whose review has lasted long enough after two blocks.
	pub(super) async fn activate(&mut self, migration: u32) -> Result<()> {
		self.nothing().await?;
		self.nothing().await?;
		self.root(Call::new("activate", Kind::Activate), migration).await?;
		Ok(())
	}

	/// Aborts a migration and cleans up after it: by the blocks themselves, by the largest transactions
	/// and by small ones.
	pub(super) async fn take_back(&mut self, migration: u32, chain_id: u64) -> Result<()> {
		let abort = self.session.sudo(&self.session.call("Migration", "abort", migration)?)?;
		let included = self.session.execute(&Account::alice(), &abort).await?.succeeded()?;
		self.count_steps("abort, on_idle", included.block, chain_id).await?;
		let mut limits = [Some(self.most_steps()?), None, Some(FEW_STEPS)].into_iter().cycle();
		for _ in 0..MOST_BLOCKS {
			if self.stage(migration).await? == Stage::Aborted {
				return Ok(());
			}
			match limits.next().flatten() {
				Some(limit) => {
					let call = self.session.call("Migration", "clean_up", (migration, limit))?;
					let included =
						self.session.execute(&Account::bob(), &call).await?.succeeded()?;
					self.count_steps("clean_up", included.block, chain_id).await?;
				}
				None => {
					let included = self.nothing().await?;
					self.count_steps("on_idle", included.block, chain_id).await?;
				}
			}
		}
		bail!("the clean-up of migration {migration} does not end")
	}

	async fn count_steps(&mut self, name: &'static str, block: u32, chain_id: u64) -> Result<()> {
		let steps = steps(&self.session.rpc, chain_id, block).await?;
		let call = Call::new(name, Kind::CleanUp).units(steps);
		self.contents.insert(block, Content::Call(call));
		Ok(())
	}

	/// The most steps of one transaction, with some room for what its weight has besides.
	fn most_steps(&self) -> Result<u32> {
		let weights = <Runtime as frame_system::Config>::BlockWeights::get();
		let most = weights.get(DispatchClass::Normal).max_extrinsic.context("no limit")?;
		let most = Perbill::from_percent(95).mul_floor(most.ref_time());
		let is_allowed = |steps: u32| -> Result<bool> {
			let bytes = self.session.call("Migration", "clean_up", (0u32, steps))?;
			let call = RuntimeCall::decode_all(&mut bytes.as_slice())?;
			Ok(call.get_dispatch_info().call_weight.ref_time() <= most)
		};
		let (mut allowed, mut refused) = (FEW_STEPS, u32::MAX);
		while refused.saturating_sub(allowed) > 1 {
			let middle = allowed.saturating_add(refused.saturating_sub(allowed) / 2);
			match is_allowed(middle)? {
				true => allowed = middle,
				false => refused = middle,
			}
		}
		Ok(allowed)
	}

	async fn stage(&self, migration: u32) -> Result<Stage> {
		let record: Option<MigrationRecord<u32>> =
			self.session.api("MigrationRuntimeApi_migration", migration).await?;
		Ok(record.context("the migration's record")?.stage)
	}
}

/// Addresses that two sources do not share.
pub(super) fn addresses(chain_id: u64, kind: &str, count: usize) -> Vec<H160> {
	let kind = format!("{kind} of {chain_id}");
	(0..count as u64).map(|number| made_up(kind.as_bytes(), number)).collect()
}
