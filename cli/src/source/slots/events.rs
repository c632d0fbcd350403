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

/// Blocks in one question at first; hosted nodes allow some thousands.
const FIRST_BLOCKS: u64 = 10_000;
/// Most words of one event that are looked at.
const MAX_EVENT_WORDS: usize = 32;

/// The words of each event: its topics behind the first, and its data.
pub(super) type Events = Vec<Vec<H256>>;

#[derive(Deserialize)]
struct Log {
	topics: Vec<B256>,
	data: Bytes,
}

/// Asks for the events of an account up to block `last`.
pub(super) async fn event_words(
	node: &EthereumNode,
	address: H160,
	last: u64,
) -> Result<Events, SourceError> {
	let (mut events, mut words) = (Events::new(), 0usize);
	let (mut first, mut blocks) = (0u64, FIRST_BLOCKS);
	while first <= last {
		let end = first.saturating_add(blocks.saturating_sub(1)).min(last);
		let filter = json!({
			"address": hex_address(address), "fromBlock": hex_number(first), "toBlock": hex_number(end),
		});
		let logs: Vec<Log> = match node.request("eth_getLogs", vec![filter]).await {
			Ok(logs) => logs,
			// The range, or what it holds, is more than the node allows.
			Err(SourceError::Refused { .. }) if blocks > 1 => {
				blocks = blocks.div_ceil(4);
				continue;
			}
			Err(error) => return Err(error),
		};
		for log in logs {
			let event = words_of(&log);
			words = words.saturating_add(event.len());
			if words > MAX_KEYS {
				return Err(SourceError::TooManyKeys { address, limit: MAX_KEYS });
			}
			events.push(event);
		}
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
	fn words_of_topics_and_data_works() {
		let log = Log {
			topics: [9, 1, 2].map(B256::repeat_byte).to_vec(),
			data: [vec![2; 32], vec![3; 32], vec![4; 31]].concat().into(),
		};
		assert_eq!(words_of(&log), [1, 2, 3].map(H256::repeat_byte));
	}
}
