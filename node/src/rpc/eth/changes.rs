//! `eth_newFilter`, `eth_newBlockFilter` and the methods that poll them.

use super::{
	block_id::BlockRef,
	convert::to_b256,
	errors::EthError,
	filter::{FilterRequest, LogFilter},
	filter_store::{FilterSubject, InstalledFilter},
	limits::LOG_BLOCK_RANGE,
	logs::FoundLogs,
	Eth,
};
use alloy_primitives::B256;
use alloy_rpc_types_eth::Log;
use migration_runtime::opaque::Block;
use serde::Serialize;
use sp_blockchain::{tree_route, HashAndNumber, TreeRoute};
use std::time::Instant;

/// What is new since the last poll.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(super) enum FilterChanges {
	/// Hashes of blocks.
	Hashes(Vec<B256>),
	/// Logs; those of blocks that left the best chain are marked as removed.
	Logs(Vec<Log>),
}

impl Eth {
	/// Installs a filter for logs of blocks that come from now on, and gives its id.
	pub(super) fn install_log_filter(&self, request: FilterRequest) -> Result<u64, EthError> {
		let filter = LogFilter::try_from(request)?;
		filter.blocks.check_pollable()?;
		self.install_filter(FilterSubject::Logs(filter))
	}

	/// Installs a filter for blocks that come from now on, and gives its id.
	pub(super) fn install_block_filter(&self) -> Result<u64, EthError> {
		self.install_filter(FilterSubject::Blocks)
	}

	/// Removes a filter, and says whether there was one.
	pub(super) fn uninstall(&self, id: u64) -> Result<bool, EthError> {
		self.filters.uninstall(id, Instant::now())
	}

	/// What happened since the last poll, or since the filter was installed.
	///
	/// It is as much as one answer may hold; the rest comes with the next poll.
	pub(super) fn filter_changes(&self, id: u64) -> Result<FilterChanges, EthError> {
		let filter = self.filters.poll(id, Instant::now())?;
		let mut filter = filter.lock().map_err(EthError::internal)?;
		let route = tree_route::<Block, _>(&*self.client, filter.reported.hash, self.best().hash)?;
		let (changes, reported) = match &filter.subject {
			FilterSubject::Blocks => block_changes(&route),
			FilterSubject::Logs(logs) => self.log_changes(logs, &route)?,
		};
		filter.reported = reported;
		Ok(changes)
	}

	/// All logs that fit an installed filter, whether reported or not.
	pub(super) fn filter_logs(&self, id: u64) -> Result<Vec<Log>, EthError> {
		let filter = self.filters.poll(id, Instant::now())?;
		let subject = filter.lock().map_err(EthError::internal)?.subject.clone();
		match subject {
			FilterSubject::Logs(filter) => self.matching_logs(&filter),
			// Geth's answer to a filter of blocks.
			FilterSubject::Blocks => Err(EthError::FilterNotFound),
		}
	}

	fn install_filter(&self, subject: FilterSubject) -> Result<u64, EthError> {
		let filter = InstalledFilter { subject, reported: self.best() };
		self.filters.install(filter, Instant::now())
	}

	/// The logs along the route, and the block up to which they go.
	fn log_changes(
		&self,
		filter: &LogFilter,
		route: &TreeRoute<Block>,
	) -> Result<(FilterChanges, BlockRef), EthError> {
		let mut found = FoundLogs::default();
		for block in route.retracted().iter().map(block_ref) {
			match self.records(&block) {
				Ok(records) if filter.blocks.contains(block.number) => {
					found.add(records, &filter.pattern)?;
				}
				// Outside the range; or off the chain for so long that the state is gone.
				Ok(_) | Err(EthError::StatePruned { .. }) => {}
				Err(error) => return Err(error),
			}
		}
		found.mark_removed();

		let mut reported = block_ref(route.common_block());
		for (_, block) in (0..LOG_BLOCK_RANGE).zip(route.enacted().iter().map(block_ref)) {
			if filter.blocks.contains(block.number) {
				let before = found.len();
				match found.add(self.records(&block)?, &filter.pattern) {
					Ok(()) => {}
					Err(EthError::LimitExceeded { .. }) if before > 0 => {
						found.truncate(before);
						break;
					}
					Err(error) => return Err(error),
				}
			}
			reported = block;
		}
		Ok((FilterChanges::Logs(found.into_logs()), reported))
	}
}

/// The new blocks of the route, and the last of them.
fn block_changes(route: &TreeRoute<Block>) -> (FilterChanges, BlockRef) {
	let mut reported = block_ref(route.common_block());
	let mut hashes = Vec::new();
	for (_, block) in (0..LOG_BLOCK_RANGE).zip(route.enacted().iter().map(block_ref)) {
		hashes.push(to_b256(block.hash));
		reported = block;
	}
	(FilterChanges::Hashes(hashes), reported)
}

fn block_ref(block: &HashAndNumber<Block>) -> BlockRef {
	BlockRef { hash: block.hash, number: block.number }
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;

	fn block(hash: u8, number: u32) -> HashAndNumber<Block> {
		HashAndNumber { hash: H256([hash; 32]), number }
	}

	fn route(blocks: Vec<HashAndNumber<Block>>, pivot: usize) -> TreeRoute<Block> {
		TreeRoute::new(blocks, pivot).expect("has a pivot")
	}

	#[test]
	fn changes_of_blocks_are_those_that_joined_the_best_chain() {
		let route = route(vec![block(9, 6), block(4, 5), block(5, 6), block(6, 7)], 1);
		let expected = FilterChanges::Hashes(vec![B256::from([5; 32]), B256::from([6; 32])]);
		let last = BlockRef { hash: H256([6; 32]), number: 7 };
		assert_eq!(block_changes(&route), (expected, last));
	}

	#[test]
	fn changes_without_a_new_block_are_none() {
		let same = BlockRef { hash: H256([4; 32]), number: 5 };
		assert_eq!(
			block_changes(&route(vec![block(4, 5)], 0)),
			(FilterChanges::Hashes(vec![]), same)
		);
	}

	#[test]
	fn changes_are_a_plain_list() {
		let json = serde_json::to_value(FilterChanges::Hashes(vec![])).expect("is JSON");
		assert_eq!(json, serde_json::json!([]));
		let json = serde_json::to_value(FilterChanges::Logs(vec![])).expect("is JSON");
		assert_eq!(json, serde_json::json!([]));
	}
}
