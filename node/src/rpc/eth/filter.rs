//! The filter of `eth_getLogs`.

use super::{
	errors::EthError,
	limits::{LOG_ALTERNATIVES, LOG_TOPICS},
};
use alloy_eips::BlockNumberOrTag;
use alloy_primitives::B256;
use serde::Deserialize;
use sp_core::{H160, H256};

/// The filter as it stands in the request.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct FilterRequest {
	/// First block of the range; the best one if missing.
	from_block: Option<BlockNumberOrTag>,
	/// Last block of the range; the best one if missing.
	to_block: Option<BlockNumberOrTag>,
	/// The one block to look at, instead of a range (EIP-234).
	block_hash: Option<B256>,
	/// The emitting contracts; all if missing.
	address: Option<OneOrMany<H160>>,
	/// For each position the topics that fit.
	topics: Option<Vec<Option<OneOrMany<Option<H256>>>>>,
}

/// A value, or a list of values any of which fits.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
	One(T),
	Many(Vec<T>),
}

impl<T> OneOrMany<T> {
	fn into_vec(self) -> Vec<T> {
		match self {
			Self::One(value) => vec![value],
			Self::Many(values) => values,
		}
	}
}

/// A checked filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LogFilter {
	/// Where to look.
	pub(super) blocks: FilterBlocks,
	/// What to look for.
	pub(super) pattern: LogPattern,
}

/// Where a filter looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FilterBlocks {
	/// From the first to the last, both included.
	Range(BlockNumberOrTag, BlockNumberOrTag),
	/// In this block alone.
	At(H256),
}

impl FilterBlocks {
	/// Fails for what cannot be polled: a block, and a range that ends where the final block is.
	pub(super) fn check_pollable(&self) -> Result<(), EthError> {
		use BlockNumberOrTag::{Finalized, Safe};
		match self {
			Self::At(_) => Err(EthError::InvalidParams(
				"a filter of one block has no changes: use eth_getLogs".into(),
			)),
			Self::Range(Finalized | Safe, _) | Self::Range(_, Finalized | Safe) => {
				Err(EthError::InvalidParams("invalid block range params".into()))
			}
			Self::Range(BlockNumberOrTag::Number(from), BlockNumberOrTag::Number(to))
				if from > to =>
			{
				Err(EthError::InvalidParams(format!("invalid block range params: {from} to {to}")))
			}
			Self::Range(..) => Ok(()),
		}
	}

	/// Whether a block that comes after the filter was installed is in its range.
	///
	/// The tags say nothing about it, apart from `earliest`, which is block 0.
	pub(super) fn contains(&self, number: u32) -> bool {
		let Self::Range(from, to) = self else { return false };
		let number = u64::from(number);
		let bound = |block: &BlockNumberOrTag| match block {
			BlockNumberOrTag::Number(number) => Some(*number),
			BlockNumberOrTag::Earliest => Some(0),
			_ => None,
		};
		bound(from).is_none_or(|from| from <= number) && bound(to).is_none_or(|to| number <= to)
	}
}

/// What a filter looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LogPattern {
	/// The emitting contract is one of these; any, if there are none.
	addresses: Vec<H160>,
	/// One entry for each position. The topic there is one of these; any, if there are none.
	topics: Vec<Vec<H256>>,
}

impl LogPattern {
	/// Whether a log fits.
	///
	/// A log with fewer topics than the pattern has positions does not, even where those positions
	/// take any topic (JSON-RPC specification, `eth_newFilter`; Geth, `filterLogs`).
	pub(super) fn matches(&self, address: &H160, topics: &[H256]) -> bool {
		(self.addresses.is_empty() || self.addresses.contains(address))
			&& self.topics.len() <= topics.len()
			&& self
				.topics
				.iter()
				.zip(topics)
				.all(|(accepted, topic)| accepted.is_empty() || accepted.contains(topic))
	}
}

impl TryFrom<FilterRequest> for LogFilter {
	type Error = EthError;

	fn try_from(request: FilterRequest) -> Result<Self, EthError> {
		let blocks =
			match (request.block_hash, request.from_block, request.to_block) {
				(None, from, to) => {
					FilterBlocks::Range(from.unwrap_or_default(), to.unwrap_or_default())
				}
				(Some(hash), None, None) => FilterBlocks::At(H256(hash.0)),
				(Some(_), _, _) => return Err(EthError::InvalidParams(
					"cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other"
						.into(),
				)),
			};
		if let FilterBlocks::Range(BlockNumberOrTag::Pending, _)
		| FilterBlocks::Range(_, BlockNumberOrTag::Pending) = blocks
		{
			return Err(EthError::InvalidParams("pending logs are not supported".into()));
		}

		let addresses = request.address.map(OneOrMany::into_vec).unwrap_or_default();
		check_limit("addresses in the filter", addresses.len(), LOG_ALTERNATIVES)?;
		let positions = request.topics.unwrap_or_default();
		check_limit("topic positions in the filter", positions.len(), LOG_TOPICS)?;
		let topics = positions.into_iter().map(alternatives).collect::<Result<_, _>>()?;
		Ok(Self { blocks, pattern: LogPattern { addresses, topics } })
	}
}

/// The topics that fit one position. `null`, alone or in a list, fits every topic.
fn alternatives(position: Option<OneOrMany<Option<H256>>>) -> Result<Vec<H256>, EthError> {
	let values = position.map(OneOrMany::into_vec).unwrap_or_default();
	check_limit("alternatives of a topic in the filter", values.len(), LOG_ALTERNATIVES)?;
	Ok(values.into_iter().collect::<Option<_>>().unwrap_or_default())
}

fn check_limit(what: &'static str, found: usize, limit: usize) -> Result<(), EthError> {
	if found > limit {
		return Err(EthError::LimitExceeded { what, found: found as u64, limit: limit as u64 });
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	const A: H160 = H160([0xaa; 20]);
	const B: H160 = H160([0xbb; 20]);
	const T1: H256 = H256([1; 32]);
	const T2: H256 = H256([2; 32]);
	const T3: H256 = H256([3; 32]);

	fn filter(json: serde_json::Value) -> Result<LogFilter, EthError> {
		let request = serde_json::from_value::<FilterRequest>(json)
			.map_err(|error| EthError::InvalidParams(error.to_string()))?;
		LogFilter::try_from(request)
	}

	fn pattern(json: serde_json::Value) -> LogPattern {
		filter(json).expect("is a filter").pattern
	}

	#[test]
	fn empty_filter_matches_every_log() {
		for json in [
			serde_json::json!({}),
			serde_json::json!({ "topics": [] }),
			serde_json::json!({ "address": [], "topics": null }),
		] {
			let pattern = pattern(json);
			assert!(pattern.matches(&A, &[]));
			assert!(pattern.matches(&B, &[T1, T2]));
		}
	}

	#[test]
	fn address_matches_the_one_or_any_of_the_list() {
		let one = pattern(serde_json::json!({ "address": A }));
		assert!(one.matches(&A, &[]));
		assert!(!one.matches(&B, &[]));
		let two = pattern(serde_json::json!({ "address": [A, B] }));
		assert!(two.matches(&A, &[]) && two.matches(&B, &[]));
		assert!(!two.matches(&H160::zero(), &[]));
	}

	// The examples of the JSON-RPC specification.
	#[test]
	fn topics_match_by_position() {
		let first = pattern(serde_json::json!({ "topics": [T1] }));
		assert!(first.matches(&A, &[T1]));
		assert!(first.matches(&A, &[T1, T2]));
		assert!(!first.matches(&A, &[T2, T1]));
		assert!(!first.matches(&A, &[]));

		let second = pattern(serde_json::json!({ "topics": [null, T2] }));
		assert!(second.matches(&A, &[T1, T2]));
		assert!(second.matches(&A, &[T3, T2, T1]));
		assert!(!second.matches(&A, &[T2]));
		assert!(!second.matches(&A, &[T2, T1]));

		let both = pattern(serde_json::json!({ "topics": [T1, T2] }));
		assert!(both.matches(&A, &[T1, T2]));
		assert!(!both.matches(&A, &[T1, T3]));

		let lists = pattern(serde_json::json!({ "topics": [[T1, T2], [T1, T2]] }));
		assert!(lists.matches(&A, &[T2, T1]));
		assert!(!lists.matches(&A, &[T2, T3]));
	}

	#[test]
	fn null_positions_ask_for_that_many_topics() {
		let pattern = pattern(serde_json::json!({ "topics": [null, null] }));
		assert!(pattern.matches(&A, &[T1, T2]));
		assert!(pattern.matches(&A, &[T1, T2, T3]));
		assert!(!pattern.matches(&A, &[T1]));
		assert!(!pattern.matches(&A, &[]));
	}

	#[test]
	fn null_or_nothing_in_a_list_matches_any_topic() {
		for json in [
			serde_json::json!({ "topics": [[null, T1]] }),
			serde_json::json!({ "topics": [[]] }),
			serde_json::json!({ "topics": [null] }),
		] {
			let pattern = pattern(json);
			assert!(pattern.matches(&A, &[T3]));
			assert!(!pattern.matches(&A, &[]));
		}
	}

	#[test]
	fn blocks_are_a_range_or_a_hash() {
		use BlockNumberOrTag::{Earliest, Latest, Number};
		let blocks = |json| filter(json).expect("is a filter").blocks;
		assert_eq!(blocks(serde_json::json!({})), FilterBlocks::Range(Latest, Latest));
		assert_eq!(
			blocks(serde_json::json!({ "fromBlock": "earliest", "toBlock": "0x10" })),
			FilterBlocks::Range(Earliest, Number(16))
		);
		assert_eq!(blocks(serde_json::json!({ "blockHash": T1 })), FilterBlocks::At(T1));
	}

	#[test]
	fn hash_with_range_fails() {
		assert!(filter(serde_json::json!({ "blockHash": T1, "fromBlock": "0x1" })).is_err());
		assert!(filter(serde_json::json!({ "blockHash": T1, "toBlock": "latest" })).is_err());
	}

	#[test]
	fn a_range_of_numbers_and_of_new_blocks_can_be_polled() {
		let contains = |json, number| {
			let blocks = filter(json).expect("is a filter").blocks;
			blocks.check_pollable().expect("can be polled");
			blocks.contains(number)
		};
		assert!(contains(serde_json::json!({}), 7));
		assert!(contains(serde_json::json!({ "fromBlock": "earliest", "toBlock": "latest" }), 7));
		assert!(contains(serde_json::json!({ "fromBlock": "0x7", "toBlock": "0x7" }), 7));
		assert!(!contains(serde_json::json!({ "fromBlock": "0x8" }), 7));
		assert!(!contains(serde_json::json!({ "toBlock": "0x6" }), 7));
		assert!(!contains(serde_json::json!({ "toBlock": "earliest" }), 7));
	}

	#[test]
	fn a_block_and_a_final_range_cannot_be_polled() {
		for json in [
			serde_json::json!({ "blockHash": T1 }),
			serde_json::json!({ "fromBlock": "finalized" }),
			serde_json::json!({ "toBlock": "safe" }),
			serde_json::json!({ "fromBlock": "0x2", "toBlock": "0x1" }),
		] {
			let blocks = filter(json.clone()).expect("is a filter").blocks;
			assert!(matches!(blocks.check_pollable(), Err(EthError::InvalidParams(_))), "{json}");
		}
	}

	#[test]
	fn pending_fails() {
		assert!(filter(serde_json::json!({ "fromBlock": "pending" })).is_err());
		assert!(filter(serde_json::json!({ "toBlock": "pending" })).is_err());
	}

	#[test]
	fn limits_hold() {
		assert!(filter(serde_json::json!({ "topics": [null, null, null, null] })).is_ok());
		assert!(filter(serde_json::json!({ "topics": [null, null, null, null, null] })).is_err());
		assert!(filter(serde_json::json!({ "address": vec![A; LOG_ALTERNATIVES] })).is_ok());
		assert!(filter(serde_json::json!({ "address": vec![A; LOG_ALTERNATIVES + 1] })).is_err());
		assert!(filter(serde_json::json!({ "topics": [vec![T1; LOG_ALTERNATIVES]] })).is_ok());
		assert!(filter(serde_json::json!({ "topics": [vec![T1; LOG_ALTERNATIVES + 1]] })).is_err());
	}

	#[test]
	fn malformed_parts_fail() {
		for json in [
			serde_json::json!({ "adress": A }),
			serde_json::json!({ "address": "0x12" }),
			serde_json::json!({ "topics": ["0x12"] }),
			serde_json::json!({ "topics": [[[T1]]] }),
			serde_json::json!({ "fromBlock": 12 }),
		] {
			assert!(filter(json.clone()).is_err(), "{json}");
		}
	}
}
