//! Sealing: blocks made by this node alone, final at once.

use super::{spawn::Running, FullClient, FullPool, FullSelectChain, ServiceError};
use futures::{
	channel::oneshot,
	future::{ready, Ready},
	FutureExt, StreamExt,
};
use migration_runtime::{opaque::Block, Hash};
use sc_basic_authorship::ProposerFactory;
use sc_consensus_manual_seal::{
	consensus::aura::AuraConsensusDataProvider, seal_block, Error as SealError, SealBlockParams,
};
use sc_transaction_pool_api::TransactionPool;
use sp_consensus_aura::{
	sr25519::{AuthorityId, AuthoritySignature},
	Slot, SlotDuration,
};
use sp_timestamp::{InherentDataProvider, Timestamp};
use std::{sync::Arc, time::Duration};
use substrate_prometheus_endpoint::Registry;
use tokio::time::{interval, MissedTickBehavior};

/// How long the pool may take to learn of a new block before it is asked all the same.
const POOL_UPDATE_TIMEOUT: Duration = Duration::from_secs(2);

/// How often the instant sealer looks at the pool without being told.
///
/// The pool reports transactions when they come in. One that becomes ready later (the pool promotes
/// it when a block is final, say) is found by looking.
const POOL_LOOK_INTERVAL: Duration = Duration::from_secs(1);

/// The log target.
const LOG_TARGET: &str = "seal";

/// Makes blocks on the best chain.
pub(super) struct Sealer {
	client: Arc<FullClient>,
	pool: Arc<FullPool>,
	select_chain: FullSelectChain,
	proposer: ProposerFactory<FullPool, FullClient>,
	slot_duration: SlotDuration,
}

impl Sealer {
	/// A sealer for the node that runs.
	pub(super) fn new(
		running: &Running,
		registry: Option<&Registry>,
	) -> Result<Self, ServiceError> {
		let client = running.client.clone();
		Ok(Self {
			slot_duration: sc_consensus_aura::slot_duration::<AuthorityId, _, _>(&*client)?,
			pool: running.pool.clone(),
			select_chain: running.select_chain.clone(),
			proposer: ProposerFactory::new(
				running.task_manager.spawn_handle(),
				client.clone(),
				running.pool.clone(),
				registry,
				None,
			),
			client,
		})
	}

	/// Seals whenever a transaction is ready, until none that fits is left.
	pub(super) async fn run_instant(mut self) {
		let mut imported = self.pool.import_notification_stream().fuse();
		let mut look = interval(POOL_LOOK_INTERVAL);
		look.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			tokio::select! {
				notification = imported.next() => {
					if notification.is_none() {
						break;
					}
					// The block takes every ready transaction: one for all notifications so far.
					while let Some(Some(_)) = imported.next().now_or_never() {}
				}
				_ = look.tick() => (),
			}
			self.seal_all_ready().await;
		}
	}

	/// Seals at every tick.
	pub(super) async fn run_interval(mut self, period: Duration) {
		let mut ticks = interval(period);
		ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
		loop {
			ticks.tick().await;
			if let Err(error) = self.seal(Emptiness::Allowed).await {
				log::error!(target: LOG_TARGET, "no block was made: {error}");
			}
		}
	}

	/// Seals block after block until no ready transaction is left, or none fits into a block.
	async fn seal_all_ready(&mut self) {
		while self.pool.status().ready > 0 {
			match self.seal(Emptiness::Refused).await {
				// Until the pool has seen the block, it still counts what the block included.
				Ok(block) => {
					let _seen = self.pool.ready_at_with_timeout(block, POOL_UPDATE_TIMEOUT).await;
				}
				Err(SealError::EmptyTransactionPool) => break,
				Err(error) => {
					log::error!(target: LOG_TARGET, "no block was made: {error}");
					break;
				}
			}
		}
	}

	/// Makes, imports and finalises one block on the best one.
	async fn seal(&mut self, emptiness: Emptiness) -> Result<Hash, SealError> {
		let (sender, receiver) = oneshot::channel();
		let slot_duration = self.slot_duration;
		let inherents = inherents(self.client.clone(), slot_duration);
		seal_block(SealBlockParams {
			create_empty: emptiness == Emptiness::Allowed,
			finalize: true,
			parent_hash: None,
			sender: Some(sender),
			pool: self.pool.clone(),
			client: self.client.clone(),
			env: &mut self.proposer,
			select_chain: &self.select_chain,
			consensus_data_provider: Some(
				&AuraConsensusDataProvider::<Block>::new_with_slot_duration(slot_duration),
			),
			block_import: &mut self.client.clone(),
			create_inherent_data_providers: &inherents,
		})
		.await;
		receiver.await?.map(|created| created.hash)
	}
}

/// Whether a block may be without transactions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Emptiness {
	Allowed,
	Refused,
}

/// The error type of those who provide inherent data.
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Provides every block with its time.
fn inherents(
	client: Arc<FullClient>,
	slot_duration: SlotDuration,
) -> impl Fn(Hash, ()) -> Ready<Result<InherentDataProvider, BoxError>> + Send + Sync {
	move |parent, ()| {
		ready(block_time(&client, parent, slot_duration).map(InherentDataProvider::new))
	}
}

/// The time that the block on `parent` states.
fn block_time(
	client: &FullClient,
	parent: Hash,
	slot_duration: SlotDuration,
) -> Result<Timestamp, BoxError> {
	let header = client.header(parent)?.ok_or("the parent block is not in the database")?;
	let parent_slot = sc_consensus_aura::find_pre_digest::<Block, AuthoritySignature>(&header)?;
	Ok(next_time(parent_slot, Timestamp::current(), slot_duration)?)
}

/// The beginning of the current slot, or of the slot after the parent's if that is later.
///
/// Aura allows one block a slot, so a chain that makes blocks faster than its slots runs ahead of
/// the wall clock; it never falls behind it by more than a slot. The time depends on nothing but the
/// parent and the clock, so that a restart goes on where the chain stands.
fn next_time(
	parent_slot: Slot,
	now: Timestamp,
	slot_duration: SlotDuration,
) -> Result<Timestamp, TimeOverflow> {
	let slot = Slot::from_timestamp(now, slot_duration).max(parent_slot.saturating_add(1u64));
	slot.timestamp(slot_duration).ok_or(TimeOverflow { slot })
}

/// The time of a slot does not fit into 64 bits of milliseconds.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("the time of slot {slot} is beyond 2^64 milliseconds")]
struct TimeOverflow {
	slot: Slot,
}

#[cfg(test)]
mod tests {
	use super::*;

	const SLOT: SlotDuration = SlotDuration::from_millis(6000);

	#[test]
	fn next_time_after_a_pause_is_the_current_slot() {
		let time = next_time(Slot::from(3), Timestamp::new(61_234), SLOT);
		assert_eq!(time, Ok(Timestamp::new(60_000)));
	}

	#[test]
	fn next_time_within_the_parents_slot_is_the_slot_after_it() {
		let time = next_time(Slot::from(10), Timestamp::new(61_234), SLOT);
		assert_eq!(time, Ok(Timestamp::new(66_000)));
	}

	#[test]
	fn next_time_of_a_chain_that_runs_ahead_is_the_slot_after_the_parents() {
		let time = next_time(Slot::from(500), Timestamp::new(61_234), SLOT);
		assert_eq!(time, Ok(Timestamp::new(501 * 6000)));
	}

	#[test]
	fn next_time_beyond_the_range_fails() {
		let slot = Slot::from(u64::MAX - 1);
		assert_eq!(
			next_time(slot, Timestamp::new(0), SLOT),
			Err(TimeOverflow { slot: Slot::from(u64::MAX) })
		);
	}
}
