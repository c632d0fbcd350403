//! What happened to balances since the migration was proposed, as the events of the blocks tell.
//!
//! Where root writes a balance, `Balances.BalanceSet` says so. What else credits an account without a
//! transfer tells of no tampering: `Minted` is every payment of the EVM, the import itself and a chain's
//! rewards, `Deposit` a refund of fees, `Restored` the other side of `Suspended`. Where root changed the
//! issuance (`TotalIssuanceForced`) it is taken as it was before, since it could hide a balance that was
//! written into storage.
//!
//! Blocks are read from the last to the first, since a node that does not keep all states keeps the last
//! ones. Those that were not read are counted, with the reason.

use std::{
	collections::{BTreeMap, HashMap},
	pin::pin,
};

use anyhow::Result;
use codec::{Decode, Error as CodecError};
use futures::{stream, StreamExt};
use migration_primitives::{status::CollisionPolicy, H160, H256};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;
use subxt::events::Phase;

use super::blocks::{Block, Runtime};
use crate::{
	console::Console,
	substrate::{AccountData, Chain, Event, Keys, SubstrateError},
};

/// Blocks whose hashes are asked for at once.
const WINDOW: u32 = 256;
/// Blocks whose events are asked for at once.
const PARALLEL: usize = 16;

/// Which events are looked for, and where.
#[derive(Clone, Debug)]
pub(super) struct Span {
	/// The migration.
	pub(super) migration: u32,
	/// The account that holds what waits.
	pub(super) escrow: AccountId32,
	/// The block of the proposal, where it was recorded.
	pub(super) proposal: Option<u32>,
	/// The block in which the migration's stage began.
	pub(super) since: u32,
	/// The block of the activation, once there is one.
	pub(super) activation: Option<u32>,
	/// The block at which the chain is compared.
	pub(super) head: u32,
	/// Most blocks after the activation.
	pub(super) limit: u32,
}

/// What the events tell.
#[derive(Debug, Default)]
pub(super) struct History {
	first: u32,
	last: u32,
	/// Blocks that were read.
	read: u64,
	unread: BTreeMap<Why, Unread>,
	/// Whether the block of the proposal has it, once it was read.
	proposed: Option<bool>,
	writes: BTreeMap<AccountId32, Write>,
	releases: HashMap<H160, Release>,
	/// The blocks before those with releases.
	parents: HashMap<u32, H256>,
	/// Collisions that governance settled: whether their balances go to somebody.
	settled: HashMap<H160, bool>,
	raised: u128,
	lowered: u128,
}

/// What root wrote as a balance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Write {
	/// The block of the first time.
	pub(super) first: u32,
	/// The block of the last time.
	pub(super) last: u32,
	/// The free balance in wei, written the last time.
	pub(super) free: u128,
}

/// What was handed out for an account of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Release {
	/// The block of the first time; there should be no other.
	pub(super) block: u32,
	/// Wei.
	pub(super) balance: u128,
	/// Who got them, where the transfer stands beside it.
	pub(super) beneficiary: Option<AccountId32>,
}

/// Why events are not known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
	/// The node does not have the blocks' states.
	NotKept,
	/// They are not what the runtime's metadata says.
	Unreadable,
	/// They come too long after the activation.
	BeyondLimit,
}

/// Blocks whose events are not known.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Unread {
	count: u64,
	first: u32,
	last: u32,
	/// What was said of the first of them that was asked for.
	detail: String,
}

impl History {
	/// Reads the events of the blocks from the proposal on.
	pub(super) async fn read(chain: &Chain, span: &Span, console: &Console) -> Result<Self> {
		let last = match span.activation {
			Some(block) => span.head.min(block.saturating_add(span.limit)),
			None => span.head,
		};
		let first = span.proposal.unwrap_or(span.since).clamp(1, last.max(1));
		let mut history = Self { first, last, ..Self::default() };
		if last < span.head {
			let beyond = (last.saturating_add(1), span.head);
			history.skip(Why::BeyondLimit, beyond, span.limit.to_string());
		}
		let bar =
			console.progress(u64::from(last.saturating_sub(first)).saturating_add(1), "blocks");
		let mut runtime = Runtime::of(chain);
		let mut end = last;
		loop {
			let start = end.saturating_sub(WINDOW.saturating_sub(1)).max(first);
			let blocks = runtime.blocks(chain, start, end).await?;
			let answers = stream::iter(blocks.into_iter().rev()).map(|block| async move {
				let events = chain.events_by(block.hash, block.metadata.clone()).await;
				(block, events)
			});
			let mut answers = pin!(answers.buffered(PARALLEL));
			// Why the first block of the window could not be had, if it could not.
			let mut gone = None;
			while let Some((block, events)) = answers.next().await {
				gone = history.note(span, &block, events)?;
				bar.inc(1);
			}
			match gone {
				_ if start == first => break,
				// Older states are gone too.
				Some(detail) => {
					history.skip(Why::NotKept, (first, start.saturating_sub(1)), detail);
					break;
				}
				None => end = start.saturating_sub(1),
			}
		}
		bar.finish_and_clear();
		Ok(history)
	}

	/// Notes the events of a block, or that they are not known. Gives why where the node does not have
	/// the block's state.
	fn note(
		&mut self,
		span: &Span,
		block: &Block,
		events: Result<Vec<Event>, SubstrateError>,
	) -> Result<Option<String>, SubstrateError> {
		let at = (block.number, block.number);
		match events {
			Ok(events) => {
				if let Err(error) = self.take(span, block.number, block.parent, &events) {
					self.skip(Why::Unreadable, at, error.to_string());
				}
				Ok(None)
			}
			Err(SubstrateError::Refused { message, .. }) => {
				self.skip(Why::NotKept, at, message.clone());
				Ok(Some(message))
			}
			Err(SubstrateError::Answer { reason, .. }) => {
				self.skip(Why::Unreadable, at, reason);
				Ok(None)
			}
			Err(error) => Err(error),
		}
	}

	/// Takes the events of a block.
	fn take(
		&mut self,
		span: &Span,
		block: u32,
		parent: H256,
		events: &[Event],
	) -> Result<(), CodecError> {
		let mut transfer: Option<(Phase, AccountId32)> = None;
		let mut proposed = false;
		for event in events {
			let fields = &mut event.fields.as_slice();
			match (event.pallet.as_str(), event.name.as_str()) {
				("Balances", "BalanceSet") => {
					let (who, free): (AccountId32, u128) = Decode::decode(fields)?;
					self.note_write(who, block, free);
				}
				("Balances", "TotalIssuanceForced") => {
					let (old, new): (u128, u128) = Decode::decode(fields)?;
					self.raised = self.raised.saturating_add(new.saturating_sub(old));
					self.lowered = self.lowered.saturating_add(old.saturating_sub(new));
				}
				("Balances", "Transfer") => {
					let (from, to): (AccountId32, AccountId32) = Decode::decode(fields)?;
					transfer = (from == span.escrow).then_some((event.phase, to));
				}
				("Migration", "Released") => {
					let (migration, source, balance): (u32, H160, u128) = Decode::decode(fields)?;
					let beside = transfer.take().filter(|(phase, _)| *phase == event.phase);
					if migration == span.migration {
						let beneficiary = beside.map(|(_, to)| to);
						self.note_release(source, Release { block, balance, beneficiary }, parent);
					}
				}
				("Migration", "CollisionSettled") => {
					let (migration, source, policy): (u32, H160, CollisionPolicy<AccountId32>) =
						Decode::decode(fields)?;
					if migration == span.migration {
						self.settled.insert(source, policy != CollisionPolicy::Leave);
					}
				}
				("Migration", "Proposed") => {
					let migration: u32 = Decode::decode(fields)?;
					proposed |= migration == span.migration;
				}
				_ => {}
			}
		}
		self.read = self.read.saturating_add(1);
		if span.proposal == Some(block) {
			self.proposed = Some(proposed);
		}
		Ok(())
	}

	/// Notes a write; those of one block come in their order, blocks in any.
	fn note_write(&mut self, who: AccountId32, block: u32, free: u128) {
		let write = self.writes.entry(who).or_insert(Write { first: block, last: block, free });
		write.first = write.first.min(block);
		if block >= write.last {
			write.last = block;
			write.free = free;
		}
	}

	fn note_release(&mut self, source: H160, release: Release, parent: H256) {
		self.parents.insert(release.block, parent);
		match self.releases.get_mut(&source) {
			Some(known) => {
				known.block = known.block.min(release.block);
				known.balance = known.balance.saturating_add(release.balance);
			}
			None => {
				self.releases.insert(source, release);
			}
		}
	}

	fn skip(&mut self, why: Why, (first, last): (u32, u32), detail: String) {
		let unread = self.unread.entry(why).or_insert(Unread { count: 0, first, last, detail });
		let count = u64::from(last.saturating_sub(first)).saturating_add(1);
		unread.count = unread.count.saturating_add(count);
		unread.first = unread.first.min(first);
		unread.last = unread.last.max(last);
	}

	/// What root wrote as an account's balance.
	pub(super) fn write(&self, who: &AccountId32) -> Option<Write> {
		self.writes.get(who).copied()
	}

	/// What was handed out for an account of the source.
	pub(super) fn release(&self, source: H160) -> Option<&Release> {
		self.releases.get(&source)
	}

	/// Whether the balance of a settled collision went to somebody; none where no event tells.
	pub(super) fn settled(&self, source: H160) -> Option<bool> {
		self.settled.get(&source).copied()
	}

	/// Wei by which root raised the issuance, all changes together.
	pub(super) fn issuance_raised(&self) -> u128 {
		self.raised.saturating_sub(self.lowered)
	}

	/// Whether all blocks from `block` on were read.
	pub(super) fn covers(&self, block: u32) -> bool {
		self.unread.values().all(|unread| unread.last < block)
	}

	/// The block that should have the proposal, and has not.
	pub(super) fn not_proposed(&self) -> Option<u32> {
		(self.proposed == Some(false)).then_some(self.first)
	}

	/// An account before the block of a release; none where the node does not have that state.
	pub(super) async fn before(
		&self,
		chain: &Chain,
		release: &Release,
		account: &AccountId32,
	) -> Result<Option<AccountData>> {
		let Some(parent) = self.parents.get(&release.block) else { return Ok(None) };
		match chain.value(&Keys::account(account), *parent).await {
			Ok(Some(bytes)) => Ok(Some(AccountData::decode(&bytes)?)),
			Ok(None) => Ok(Some(AccountData::default())),
			Err(SubstrateError::Refused { .. }) => Ok(None),
			Err(error) => Err(error.into()),
		}
	}

	/// What was read, as JSON.
	pub(super) fn data(&self) -> Value {
		let unread =
			self.unread.values().fold(0u64, |sum, unread| sum.saturating_add(unread.count));
		json!({
			"first": self.first,
			"last": self.last,
			"blocks": self.read,
			"blocks_not_read": unread,
		})
	}

	/// What was not read, in words.
	pub(super) fn warnings(&self) -> Vec<String> {
		let warning = |(why, unread): (&Why, &Unread)| {
			let Unread { count, first, last, detail } = unread;
			let reason = match why {
				Why::NotKept => format!("the node does not have their states ({detail})"),
				Why::Unreadable => format!("they cannot be read ({detail})"),
				Why::BeyondLimit => {
					format!("they are more than {detail} after the activation (--event-blocks)")
				}
			};
			format!(
				"the events of {count} blocks, of those from {first} to {last}, are not known: {reason}. \
				 Balances that root wrote there are not noticed"
			)
		};
		self.unread.iter().map(warning).collect()
	}
}

#[cfg(test)]
mod tests;
