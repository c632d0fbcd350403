//! What happened to balances since the migration was proposed, as the events of the blocks tell.
//!
//! Where root writes a balance, `Balances.BalanceSet` says so. What else credits an account without a
//! transfer tells of no tampering: `Minted` is every payment of the EVM, the import itself and a chain's
//! rewards, `Deposit` a refund of fees, `Restored` the other side of `Suspended`. Where root changed the
//! issuance (`TotalIssuanceForced`) it is taken as it was before, since it could hide a balance that was
//! written into storage.
//!
//! What is debited from accounts since the activation is told by `Transfer`, `Withdraw`, `Burned` and their
//! like, and who signed by `TransactionFeePaid`.
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

use super::{
	blocks::{Block, Runtime},
	imports::Imports,
	spending::{Spending, Spendings},
	unread::{EventsMissing, UnreadBlocks, Why},
};
use crate::{
	console::Console,
	substrate::{AccountData, Chain, Event, Keys, Refusal, SubstrateError},
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
	unread: UnreadBlocks,
	/// Whether the block of the proposal has it, once it was read.
	proposed: Option<bool>,
	/// The blocks in which root wrote balances, and what it wrote: of one block in their order.
	writes: BTreeMap<AccountId32, Vec<(u32, u128)>>,
	imports: Imports,
	spendings: Spendings,
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
			history.unread.skip(Why::BeyondLimit, beyond, span.limit.to_string());
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
					let older = (first, start.saturating_sub(1));
					history.unread.skip(Why::NotKept, older, detail);
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
		let error = match events {
			Ok(events) => {
				if let Err(error) = self.take(span, block.number, block.parent, &events) {
					self.unread.skip(Why::Unreadable, at, error.to_string());
				}
				return Ok(None);
			}
			Err(error) => error,
		};
		let unreadable = matches!(error, SubstrateError::Answer { .. });
		let why = match error.refusal() {
			Some(Refusal::StateMissing) => Why::NotKept,
			Some(Refusal::AnswerTooBig) => Why::TooBig,
			None if unreadable => Why::Unreadable,
			None => return Err(error),
		};
		let detail = match error {
			SubstrateError::Refused { message, .. } => message,
			SubstrateError::Answer { reason, .. } => reason,
			other => other.to_string(),
		};
		self.unread.skip(why, at, detail.clone());
		Ok((why == Why::NotKept).then_some(detail))
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
		let mut imported: Option<(H160, H160)> = None;
		let mut proposed = false;
		let is_open = span.activation.is_some_and(|activation| block >= activation);
		for event in events {
			if is_open {
				self.spendings.take(block, event, &span.escrow)?;
			}
			let fields = &mut event.fields.as_slice();
			match (event.pallet.as_str(), event.name.as_str()) {
				("Balances", "BalanceSet") => {
					let (who, free): (AccountId32, u128) = Decode::decode(fields)?;
					self.writes.entry(who).or_default().push((block, free));
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
				("Migration", "AccountImported") => {
					let (migration, source): (u32, H160) = Decode::decode(fields)?;
					if migration == span.migration {
						imported = Some((imported.map_or(source, |(first, _)| first), source));
					}
				}
				("Migration", "Mapped") => {
					let migration: u32 = Decode::decode(fields)?;
					if migration == span.migration {
						self.imports.note_map(block);
					}
				}
				("Migration", "Proposed") => {
					let migration: u32 = Decode::decode(fields)?;
					proposed |= migration == span.migration;
				}
				_ => {}
			}
		}
		if let Some((first, last)) = imported {
			self.imports.note(block, first, last);
		}
		self.read = self.read.saturating_add(1);
		if span.proposal == Some(block) {
			self.proposed = Some(proposed);
		}
		Ok(())
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

	/// What root wrote as an account's balance in the block `since` or later.
	pub(super) fn write(&self, who: &AccountId32, since: u32) -> Option<Write> {
		let mut found: Option<Write> = None;
		for &(block, free) in self.writes.get(who)?.iter().filter(|(block, _)| *block >= since) {
			let write = found.get_or_insert(Write { first: block, last: block, free });
			write.first = write.first.min(block);
			// Those of one block come in their order, blocks in any.
			if block >= write.last {
				write.last = block;
				write.free = free;
			}
		}
		found
	}

	/// A block before which an account of the source had not begun to come; 0 where that is not known.
	pub(super) fn not_before(&self, source: H160) -> u32 {
		self.imports.not_before(source)
	}

	/// What left an account since the activation.
	pub(super) fn spending(&self, who: &AccountId32) -> Spending {
		self.spendings.of(who)
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
		self.unread.all_before(block)
	}

	/// Errs unless all events from the proposal to the activation, or to the head before it, are known.
	pub(super) fn ensure_known(&self, span: &Span) -> Result<(), EventsMissing> {
		span.proposal.ok_or(EventsMissing::Proposal)?;
		self.unread.ensure_all_after(span.activation.unwrap_or(span.head))
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
			Err(error) if error.refusal() == Some(Refusal::StateMissing) => Ok(None),
			Err(error) => Err(error.into()),
		}
	}

	/// What was read, as JSON.
	pub(super) fn data(&self) -> Value {
		json!({
			"first": self.first,
			"last": self.last,
			"blocks": self.read,
			"blocks_not_read": self.unread.count(),
		})
	}

	/// What was not read, in words.
	pub(super) fn warnings(&self) -> Vec<String> {
		let warning = |words: String| {
			format!("{words}. What root wrote and holders spent there is not noticed")
		};
		self.unread.words().map(warning).collect()
	}
}

#[cfg(test)]
mod tests;
