//! Flow control of chunks.
//!
//! Chunks go out in order; from the finalised cursor on, a bounded number is on its way. What was
//! applied is read from storage at the best and at the finalised block, never from the status of
//! transactions. A pool may refuse, drop, evict or ban a chunk at any time: then it is given
//! again, under another hash if its hash is banned.

use std::{
	collections::HashMap,
	time::{Duration, Instant},
};

use anyhow::Result;
use codec::Encode;
use migration_primitives::status::{Course, MigrationRecord, Stage};

use super::{check_fault, progress::Progress, SubmitError};
use crate::{
	args::SubmitArgs,
	bundle::Bundle,
	console::Console,
	substrate::{general_transaction, Chain, RpcFailure},
};

const POLL: Duration = Duration::from_millis(150);
/// After this time a chunk is given again, in case the pool lost it.
const RESEND: Duration = Duration::from_secs(30);
/// After this time a chunk is given again that the pool could not take.
const RETRY: Duration = Duration::from_secs(1);
/// After this time without progress the next chunk is given again under another hash. A pool that
/// learns of a chunk and of the block with the one before it at the same time may keep the chunk
/// waiting for that one for ever, and refuse the same hash as known. Where it has the chunk ready, it
/// refuses the other hash for its priority, which costs nothing.
const OVERDUE: Duration = Duration::from_secs(3);

/// After this time a refusal for good is believed. The pool checks a chunk against a block of its own,
/// which may be one behind the best block, or of a fork: what it calls forged there can be right.
const DOUBT: Duration = Duration::from_secs(15);

/// Codes of `author_submitExtrinsic` (sc-rpc-api).
mod code {
	pub(super) const INVALID: i32 = 1010;
	pub(super) const UNKNOWN_VALIDITY: i32 = 1011;
	pub(super) const TEMPORARILY_BANNED: i32 = 1012;
	pub(super) const ALREADY_IMPORTED: i32 = 1013;
	pub(super) const TOO_LOW_PRIORITY: i32 = 1014;
	pub(super) const CYCLE_DETECTED: i32 = 1015;
	pub(super) const IMMEDIATELY_DROPPED: i32 = 1016;
}

/// What the pool did with a chunk.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Answer {
	/// It has it.
	Taken,
	/// It does not take this hash now; another one may pass.
	Banned,
	/// It does not take it now: the next block, or the one that the pool has not seen yet, may change
	/// that.
	Later(String),
	/// It will never take it, as far as the pool sees the chain.
	Never(RpcFailure),
}

/// Brings all chunks onto the chain and waits until the import is finalised.
pub(super) async fn bring_in(
	chain: &Chain,
	bundle: &Bundle,
	migration: u32,
	args: &SubmitArgs,
	console: &Console,
) -> Result<()> {
	let total = u64::from(bundle.map_chunk_count()).saturating_add(bundle.chunk_count().into());
	let bar = console.progress(total, "chunks");
	let mut flow = Flow {
		chain,
		bundle,
		migration,
		sent: HashMap::new(),
		last: "nothing was submitted yet".to_owned(),
	};
	let stall = Duration::from_secs(args.stall);
	let mut progress = Progress::new((0, 0), Instant::now());
	loop {
		let (finalized, best) = (chain.finalized().await?, chain.best().await?);
		let finalized = chain.migration(migration, finalized.hash).await?;
		let best = chain.migration(migration, best.hash).await?;
		if let Some(record) = &finalized {
			check_fault(migration, record)?;
			if matches!(record.stage, Stage::Imported | Stage::Completed) {
				bar.finish_and_clear();
				return Ok(());
			}
		}
		let (low, high) = (flow.cursor(finalized.as_ref()), flow.cursor(best.as_ref()));
		bar.set_position(high);
		bar.set_message(best.as_ref().map(|record| stage_word(&record.stage)).unwrap_or_default());
		// What governance stopped goes on when governance lets it.
		let paused = best.as_ref().is_some_and(|record| matches!(record.stage, Stage::Paused(_)));
		progress.look((low, high), Instant::now());
		if paused {
			progress.excuse(Instant::now());
		}
		let end = low.saturating_add(args.in_flight.into()).min(flow.limit(best.as_ref()));
		flow.send(high, end, progress.idle(Instant::now()) > OVERDUE).await?;
		if progress.idle(Instant::now()) > stall {
			let (what, last) = (flow.name(high), flow.last.clone());
			return Err(SubmitError::Stalled { what, seconds: args.stall, last }.into());
		}
		tokio::time::sleep(POLL).await;
	}
}

struct Flow<'a> {
	chain: &'a Chain,
	bundle: &'a Bundle,
	migration: u32,
	sent: HashMap<u64, Sent>,
	/// What the node said last.
	last: String,
}

/// A chunk that was given to the node. Chunks are numbered through: first the map's.
struct Sent {
	at: Instant,
	generation: u64,
	variation: u64,
	taken: bool,
	/// Since when it is refused for good.
	refused: Option<Instant>,
}

/// What to do with a chunk now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Turn {
	/// Give it to the node, under this variation of its hash.
	Give(u64),
	/// The node has it: go on to the next one.
	Skip,
	/// The node could not take it a moment ago, and those behind it need it.
	Stop,
}

impl Flow<'_> {
	fn map_chunks(&self) -> u64 {
		self.bundle.map_chunk_count().into()
	}

	/// The next chunk.
	fn cursor(&self, record: Option<&MigrationRecord<u32>>) -> u64 {
		let Some(record) = record else { return 0 };
		let chunks = self.map_chunks().saturating_add(record.progress.chunks.into());
		match record.stage.course() {
			Some(Course::Mapping) => record.progress.map_chunks.into(),
			_ => chunks,
		}
	}

	/// Chunks from here on are not taken yet.
	fn limit(&self, record: Option<&MigrationRecord<u32>>) -> u64 {
		match record.map(|record| record.stage) {
			Some(Stage::Mapping) => self.map_chunks(),
			Some(Stage::Importing) => {
				self.map_chunks().saturating_add(self.bundle.chunk_count().into())
			}
			_ => 0,
		}
	}

	fn name(&self, position: u64) -> String {
		match position.checked_sub(self.map_chunks()) {
			Some(index) => format!("chunk {index} of {}", self.bundle.chunk_count()),
			None => format!("map chunk {position} of {}", self.map_chunks()),
		}
	}

	/// Gives the chunks from `start` to `end` to the node, unless it has them. `overdue` tells whether
	/// the one at `start` should have been applied by now.
	async fn send(&mut self, start: u64, end: u64, overdue: bool) -> Result<()> {
		self.sent.retain(|position, _| *position >= start);
		for position in start..end {
			let generation = self.chain.node().generation();
			let overdue = overdue && position == start;
			let variation = match turn(self.sent.get(&position), generation, overdue) {
				Turn::Give(variation) => variation,
				Turn::Skip => continue,
				Turn::Stop => break,
			};
			let (answer, variation) = self.give(position, variation).await?;
			let at = Instant::now();
			let before = self.sent.get(&position).and_then(|sent| sent.refused);
			let (taken, refused) = match answer {
				Answer::Taken => (true, None),
				Answer::Banned => (false, before),
				Answer::Later(message) => {
					self.last = message;
					(false, None)
				}
				Answer::Never(RpcFailure { code, message }) => {
					if is_certain(before, at) {
						let what = self.name(position);
						return Err(SubmitError::Refused { what, code, message }.into());
					}
					self.last = message;
					(false, before.or(Some(at)))
				}
			};
			self.sent.insert(position, Sent { at, generation, variation, taken, refused });
			if !taken {
				break;
			}
		}
		Ok(())
	}

	/// Gives a chunk, under other hashes while the node bans them.
	async fn give(&mut self, position: u64, variation: u64) -> Result<(Answer, u64)> {
		const VARIATIONS: u64 = 8;
		let call = self.call(position)?;
		let mut current = variation;
		loop {
			let bytes = general_transaction(self.chain.metadata(), &call, current)?;
			let answer = match self.chain.submit(&bytes).await? {
				Ok(_) => Answer::Taken,
				Err(failure) => judge(failure),
			};
			tracing::debug!(position, current, ?answer, "submitted");
			match answer {
				Answer::Banned if current.saturating_sub(variation) < VARIATIONS => {
					self.last = "its hash is banned for a while".to_owned();
					current = current.saturating_add(1);
				}
				answer => return Ok((answer, current)),
			}
		}
	}

	fn call(&self, position: u64) -> Result<Vec<u8>> {
		let map_chunks = self.map_chunks();
		let (name, index, payload, path) = match position.checked_sub(map_chunks) {
			Some(index) => {
				// Both counts are 32-bit numbers.
				let index = index as u32;
				let (chunk, path) = self.bundle.chunk(index)?;
				("submit_chunk", index, chunk, path)
			}
			None => {
				let index = position as u32;
				let (entries, path) = self.bundle.map_chunk(index);
				("submit_map_chunk", index, entries, path)
			}
		};
		let mut call = self.chain.call_index("Migration", name)?.to_vec();
		(self.migration, index, payload, path).encode_to(&mut call);
		Ok(call)
	}
}

fn turn(sent: Option<&Sent>, generation: u64, overdue: bool) -> Turn {
	let Some(sent) = sent else { return Turn::Give(0) };
	let age = sent.at.elapsed();
	if sent.taken && overdue && age > OVERDUE {
		return Turn::Give(sent.variation.saturating_add(1));
	}
	let patience = if sent.taken { RESEND } else { RETRY };
	match sent.generation == generation && age < patience {
		true if sent.taken => Turn::Skip,
		true => Turn::Stop,
		false => Turn::Give(sent.variation),
	}
}

/// Whether a refusal for good has lasted long enough.
fn is_certain(refused: Option<Instant>, now: Instant) -> bool {
	refused.is_some_and(|since| now.saturating_duration_since(since) >= DOUBT)
}

fn judge(failure: RpcFailure) -> Answer {
	match failure.code {
		code::ALREADY_IMPORTED | code::TOO_LOW_PRIORITY => Answer::Taken,
		code::TEMPORARILY_BANNED => Answer::Banned,
		code::UNKNOWN_VALIDITY | code::CYCLE_DETECTED | code::IMMEDIATELY_DROPPED => {
			Answer::Later(failure.message)
		}
		code::INVALID => judge_invalid(failure),
		// Whatever else goes wrong in a node may be right later; the stall has its limit.
		_ => Answer::Later(failure.message),
	}
}

/// The SDK tells the kinds of invalid transactions in words only, and the pallet's own by the number
/// of its `Rejection`.
///
/// What the pool says of the migration itself is never the last word: right after the proposal its
/// block may be the one before, in which there is no such migration (1). That a migration is faulted
/// (2) or aborted (4) the finalised record tells, with the reason. All of it is waited for as long as
/// `--stall` allows.
fn judge_invalid(failure: RpcFailure) -> Answer {
	const BAD_PROOF: &str = "bad signature";
	/// `Rejection::MalformedMapChunk` of the pallet.
	const MALFORMED: &str = "Custom error: 3";
	match [BAD_PROOF, MALFORMED].iter().any(|words| failure.message.contains(words)) {
		true => Answer::Never(failure),
		// Stale, future, without room, or of a migration that the pool does not see: the cursor tells.
		false => Answer::Later(failure.message),
	}
}

fn stage_word(stage: &Stage) -> &'static str {
	match stage {
		Stage::Mapping => "mapping",
		Stage::Importing => "importing",
		Stage::Imported => "imported",
		Stage::Completed => "completed",
		Stage::Faulted(_) => "faulted",
		Stage::Paused(_) => "paused",
		Stage::Aborting => "aborting",
		Stage::Aborted => "aborted",
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn judged(code: i32, message: &str) -> Answer {
		judge(RpcFailure { code, message: message.to_owned() })
	}

	#[test]
	fn judge_of_what_passes_by_itself_works() {
		assert_eq!(judged(1013, "Transaction Already Imported"), Answer::Taken);
		assert_eq!(judged(1014, "Priority is too low"), Answer::Taken);
		assert_eq!(judged(1012, "temporarily banned"), Answer::Banned);
		for (code, message) in [
			(1010, "Invalid Transaction: \"Transaction is outdated\""),
			(1010, "Invalid Transaction: \"Transaction will be valid in the future\""),
			// The pool's block is behind the proposal's; the finalised record tells of the others.
			(1010, "Invalid Transaction: \"Custom error: 1\""),
			(1010, "Invalid Transaction: \"Custom error: 2\""),
			(1010, "Invalid Transaction: \"Custom error: 4\""),
			(1016, "Immediately Dropped"),
			(-32000, "anything"),
		] {
			assert_eq!(judged(code, message), Answer::Later(message.to_owned()));
		}
	}

	#[test]
	fn turn_of_what_was_given_before_works() {
		let now = Instant::now();
		let ago = |seconds| now.checked_sub(Duration::from_secs(seconds)).expect("a time");
		let sent = |seconds, taken| Sent {
			at: ago(seconds),
			generation: 1,
			variation: 4,
			taken,
			refused: None,
		};
		assert_eq!(turn(None, 1, true), Turn::Give(0));
		assert_eq!(turn(Some(&sent(0, true)), 1, true), Turn::Skip);
		assert_eq!(turn(Some(&sent(10, true)), 1, false), Turn::Skip);
		assert_eq!(turn(Some(&sent(10, true)), 1, true), Turn::Give(5));
		assert_eq!(turn(Some(&sent(40, true)), 1, false), Turn::Give(4));
		assert_eq!(turn(Some(&sent(0, true)), 2, false), Turn::Give(4));
		assert_eq!(turn(Some(&sent(0, false)), 1, true), Turn::Stop);
		assert_eq!(turn(Some(&sent(10, false)), 1, true), Turn::Give(4));
	}

	#[test]
	fn judge_of_a_wrong_proof_fails() {
		let message = "Invalid Transaction: \"Transaction has a bad signature\"";
		assert!(matches!(judged(1010, message), Answer::Never(_)));
		let message = "Invalid Transaction: \"Custom error: 3\"";
		assert!(matches!(judged(1010, message), Answer::Never(_)));
	}

	#[test]
	fn is_certain_of_a_refusal_that_lasts_works() {
		let since = Instant::now();
		let after = |time| since.checked_add(time).expect("a time");
		assert!(!is_certain(None, after(DOUBT)), "the first time");
		assert!(!is_certain(Some(since), after(DOUBT - Duration::from_millis(1))));
		assert!(is_certain(Some(since), after(DOUBT)));
	}
}
