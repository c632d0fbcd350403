//! `eth_getLogs`.

use super::{
	block_id::BlockRef,
	errors::EthError,
	filter::{FilterBlocks, FilterRequest, LogFilter, LogPattern},
	limits::{LOG_BLOCK_RANGE, LOG_DATA_BYTES, LOG_RESULTS},
	records::BlockRecords,
	Eth,
};
use alloy_eips::BlockNumberOrTag;
use alloy_rpc_types_eth::Log;
use sp_blockchain::HeaderBackend;
use std::ops::RangeInclusive;

impl Eth {
	/// The logs that fit the filter, in the order of their emission.
	pub(super) fn logs(&self, request: FilterRequest) -> Result<Vec<Log>, EthError> {
		self.matching_logs(&LogFilter::try_from(request)?)
	}

	/// The logs that fit a checked filter, in the order of their emission.
	pub(super) fn matching_logs(&self, filter: &LogFilter) -> Result<Vec<Log>, EthError> {
		let LogFilter { blocks, pattern } = filter;
		let mut found = FoundLogs::default();
		match *blocks {
			FilterBlocks::At(hash) => {
				let block = self.find_hash(hash)?.ok_or(EthError::HashNotFound(hash))?;
				found.add(self.records(&block)?, pattern)?;
			}
			FilterBlocks::Range(from, to) => {
				for number in self.range(from, to)? {
					// A block can leave the best chain while the range is walked.
					let hash = self.client.hash(number)?.ok_or(EthError::BlockNotFound)?;
					found.add(self.records(&BlockRef { hash, number })?, pattern)?;
				}
			}
		}
		Ok(found.logs)
	}

	/// The existing blocks of a range. Blocks above the best one have no logs yet.
	fn range(
		&self,
		from: BlockNumberOrTag,
		to: BlockNumberOrTag,
	) -> Result<RangeInclusive<u32>, EthError> {
		let info = self.client.info();
		let number = |block| match block {
			BlockNumberOrTag::Number(number) => number,
			BlockNumberOrTag::Earliest => 0,
			BlockNumberOrTag::Finalized | BlockNumberOrTag::Safe => info.finalized_number.into(),
			BlockNumberOrTag::Latest | BlockNumberOrTag::Pending => info.best_number.into(),
		};
		existing_blocks(number(from), number(to), info.best_number)
	}
}

/// The blocks from `from` to `to` that are not above `best`.
fn existing_blocks(from: u64, to: u64, best: u32) -> Result<RangeInclusive<u32>, EthError> {
	if from > to {
		return Err(EthError::InvalidParams(format!("invalid block range params: {from} to {to}")));
	}
	let last = u32::try_from(to).unwrap_or(u32::MAX).min(best);
	let first = match u32::try_from(from) {
		Ok(first) if first <= last => first,
		// An empty range.
		#[allow(clippy::reversed_empty_ranges)]
		_ => return Ok(1..=0),
	};
	let blocks = u64::from(last.saturating_sub(first)).saturating_add(1);
	if blocks > LOG_BLOCK_RANGE {
		return Err(EthError::LimitExceeded {
			what: "blocks in the range of the filter",
			found: blocks,
			limit: LOG_BLOCK_RANGE,
		});
	}
	Ok(first..=last)
}

/// The logs found so far, within the limits.
#[derive(Default)]
pub(super) struct FoundLogs {
	logs: Vec<Log>,
	data_bytes: usize,
}

impl FoundLogs {
	/// Adds the logs of a block that fit, or, where all together exceed a limit, some of them.
	pub(super) fn add(
		&mut self,
		records: BlockRecords,
		pattern: &LogPattern,
	) -> Result<(), EthError> {
		for log in records.logs(pattern) {
			self.data_bytes = self.data_bytes.saturating_add(log.data().data.len());
			if self.logs.len() >= LOG_RESULTS {
				return Err(EthError::LimitExceeded {
					what: "logs that fit the filter, at least",
					found: LOG_RESULTS.saturating_add(1) as u64,
					limit: LOG_RESULTS as u64,
				});
			}
			if self.data_bytes > LOG_DATA_BYTES {
				return Err(EthError::LimitExceeded {
					what: "bytes of data in the logs that fit the filter, at least",
					found: self.data_bytes as u64,
					limit: LOG_DATA_BYTES as u64,
				});
			}
			self.logs.push(log);
		}
		Ok(())
	}

	/// How many there are.
	pub(super) fn len(&self) -> usize {
		self.logs.len()
	}

	/// Keeps the first `len`.
	pub(super) fn truncate(&mut self, len: usize) {
		self.logs.truncate(len);
	}

	/// Says of each that its block has left the best chain.
	pub(super) fn mark_removed(&mut self) {
		for log in &mut self.logs {
			log.removed = true;
		}
	}

	/// The logs, in the order in which they were added.
	pub(super) fn into_logs(self) -> Vec<Log> {
		self.logs
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn existing_blocks_end_at_the_best() {
		assert_eq!(existing_blocks(3, 5, 9).ok(), Some(3..=5));
		assert_eq!(existing_blocks(3, u64::MAX, 9).ok(), Some(3..=9));
		assert_eq!(existing_blocks(9, 9, 9).ok(), Some(9..=9));
	}

	#[test]
	fn existing_blocks_above_the_best_are_none() {
		for from in [10, u64::from(u32::MAX) + 1, u64::MAX] {
			assert_eq!(existing_blocks(from, u64::MAX, 9).map(Iterator::count).ok(), Some(0));
		}
	}

	#[test]
	fn existing_blocks_of_a_reversed_range_fails() {
		assert!(matches!(existing_blocks(5, 4, 9), Err(EthError::InvalidParams(_))));
	}

	#[test]
	fn existing_blocks_above_the_limit_fails() {
		let limit = LOG_BLOCK_RANGE;
		assert!(existing_blocks(1, limit, u32::MAX).is_ok());
		assert!(matches!(
			existing_blocks(0, limit, u32::MAX),
			Err(EthError::LimitExceeded { found, .. }) if found == limit + 1
		));
		// What does not exist is not counted.
		assert!(existing_blocks(0, u64::MAX, 9).is_ok());
	}
}
