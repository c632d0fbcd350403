//! Words of the events that an account has emitted.

use alloy_primitives::{Bytes, B256};
use migration_primitives::{H160, H256};
use serde::Deserialize;
use serde_json::json;

use super::MAX_KEYS;
use crate::source::{
	ethereum::{hex_address, hex_number},
	EthereumNode, SourceError,
};

/// Most blocks in one question, and their number at first; hosted nodes allow some thousands.
const MOST_BLOCKS: u64 = 10_000;
/// Questions that are answered before the next one is for more blocks.
const CALM: u32 = 8;
/// Most words of one event that are looked at.
const MAX_EVENT_WORDS: usize = 32;

/// The words of each event: its topics behind the first, and its data.
pub(super) type Events = Vec<Vec<H256>>;

#[derive(Deserialize)]
struct Log {
	topics: Vec<B256>,
	data: Bytes,
}

/// How many blocks a question is for: a quarter after a refusal, since one part of a chain may have
/// many events, and twice as many after some answers, since the next part may have few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
	blocks: u64,
	/// Answers since it changed.
	calm: u32,
}

impl Default for Window {
	fn default() -> Self {
		Self { blocks: MOST_BLOCKS, calm: 0 }
	}
}

impl Window {
	fn shrink(&mut self) {
		*self = Self { blocks: self.blocks.div_ceil(4), calm: 0 };
	}

	fn grow(&mut self) {
		self.calm = self.calm.saturating_add(1);
		if self.calm >= CALM {
			*self = Self { blocks: self.blocks.saturating_mul(2).min(MOST_BLOCKS), calm: 0 };
		}
	}
}

/// Asks for the events of an account up to block `last`.
pub(super) async fn event_words(
	node: &EthereumNode,
	address: H160,
	last: u64,
) -> Result<Events, SourceError> {
	let (mut events, mut words) = (Events::new(), 0usize);
	let (mut first, mut window) = (0u64, Window::default());
	while first <= last {
		let end = first.saturating_add(window.blocks.saturating_sub(1)).min(last);
		let filter = json!({
			"address": hex_address(address), "fromBlock": hex_number(first), "toBlock": hex_number(end),
		});
		let logs: Vec<Log> = match node.request("eth_getLogs", vec![filter]).await {
			Ok(logs) => logs,
			// The range, or what it holds, is more than the node allows.
			Err(SourceError::Refused { .. } | SourceError::AnswerTooLong { .. })
				if window.blocks > 1 =>
			{
				window.shrink();
				continue;
			}
			Err(error) => return Err(error),
		};
		for log in logs {
			let event = words_of(&log);
			if event.is_empty() {
				continue;
			}
			words = words.saturating_add(event.len());
			if words > MAX_KEYS {
				return Err(SourceError::TooManyKeys { address, limit: MAX_KEYS });
			}
			events.push(event);
		}
		window.grow();
		first = end.saturating_add(1);
	}
	// One without words, so that keys which are no words are tried also without events.
	events.push(Vec::new());
	events.sort_unstable();
	events.dedup();
	Ok(events)
}

fn words_of(log: &Log) -> Vec<H256> {
	let topics = log.topics.iter().skip(1).map(|topic| H256(topic.0));
	let data = log.data.chunks_exact(32).map(H256::from_slice);
	let mut words: Vec<H256> = topics.chain(data).take(MAX_EVENT_WORDS).collect();
	words.sort_unstable();
	words.dedup();
	words
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn window_shrinks_and_grows_back_works() {
		let mut window = Window::default();
		for expected in [2_500, 625, 157, 40, 10, 3, 1, 1] {
			window.shrink();
			assert_eq!(window.blocks, expected);
		}
		let mut seen = Vec::new();
		for _ in 0..CALM * 15 {
			window.grow();
			if seen.last() != Some(&window.blocks) {
				seen.push(window.blocks);
			}
		}
		let doubled = (0..14).map(|times| 1u64 << times);
		assert_eq!(seen, doubled.chain([MOST_BLOCKS]).collect::<Vec<_>>());
		// A refusal on the way begins the count anew.
		(0..CALM - 1).for_each(|_| window.grow());
		window.shrink();
		window.grow();
		assert_eq!(window, Window { blocks: 2_500, calm: 1 });
	}

	#[test]
	fn words_of_topics_and_data_works() {
		let log = Log {
			topics: [9, 1, 2].map(B256::repeat_byte).to_vec(),
			data: [vec![2; 32], vec![3; 32], vec![4; 31]].concat().into(),
		};
		assert_eq!(words_of(&log), [1, 2, 3].map(H256::repeat_byte));
	}
}
