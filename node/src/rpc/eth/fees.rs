//! Prices: what blocks asked for, and what to offer.

use super::{
	block_id::BlockRef,
	convert::{to_base_fee, to_price},
	errors::EthError,
	limits::{
		FEE_HISTORY_BLOCKS, FEE_HISTORY_PERCENTILES, TIP_SAMPLES_PER_BLOCK, TIP_SAMPLE_BLOCKS,
	},
	Eth,
};
use alloy_eips::BlockNumberOrTag;
use alloy_rpc_types_eth::{FeeHistory, TxGasAndReward};
use pallet_ethereum::{EthereumBlock, Receipt};
use pallet_evm::runtime_api::EvmRuntimeApi;
use sp_blockchain::HeaderBackend;

/// The share of sampled tips that lie below the suggestion, in percent, as Geth (`gpo.percentile`).
const TIP_PERCENTILE: usize = 60;

impl Eth {
	/// The base fee of the next block plus the suggested tip: a price for a legacy transaction.
	pub(super) fn suggested_price(&self) -> Result<u128, EthError> {
		let base_fee = self.base_fee(&self.best())?;
		Ok(u128::from(base_fee).saturating_add(self.suggested_tip()?))
	}

	/// A tip that gets into a block: a percentile of the lowest tips in recent blocks; zero if
	/// nobody tipped, for then a block is not full.
	pub(super) fn suggested_tip(&self) -> Result<u128, EthError> {
		let best = self.best();
		let first = best.number.saturating_sub(TIP_SAMPLE_BLOCKS.saturating_sub(1)).max(1);
		let mut tips = Vec::new();
		for number in first..=best.number {
			let hash = self.client.hash(number)?.ok_or(EthError::BlockNotFound)?;
			let content = self.records(&BlockRef { hash, number })?.content;
			let mut lowest = tips_of(&content)?.map(|tip| tip.reward).collect::<Vec<_>>();
			lowest.sort_unstable();
			tips.extend(lowest.into_iter().take(TIP_SAMPLES_PER_BLOCK));
		}
		Ok(percentile_of_samples(tips))
	}

	/// Base fees, fullness and tips of the `count` blocks up to `newest`.
	///
	/// As the specification allows, fewer blocks are returned than asked for if the chain has fewer
	/// or if there are more than the node's limit; `oldestBlock` says where they start.
	pub(super) fn fees_of_blocks(
		&self,
		count: u64,
		newest: BlockNumberOrTag,
		percentiles: Option<Vec<f64>>,
	) -> Result<FeeHistory, EthError> {
		let percentiles = percentiles.unwrap_or_default();
		check_percentiles(&percentiles)?;
		let head = self.best().number;
		let newest = self.find_number(newest)?.ok_or_else(|| {
			// Tags always name a block.
			let requested = newest.as_number().unwrap_or_default();
			EthError::Rejected(format!(
				"request beyond head block: requested {requested}, head {head}"
			))
		})?;
		let count = count.min(FEE_HISTORY_BLOCKS).min(u64::from(newest.number).saturating_add(1));
		if count == 0 {
			return Ok(FeeHistory::default());
		}
		let oldest = u64::from(newest.number).saturating_add(1).saturating_sub(count);

		let mut history = FeeHistory {
			oldest_block: oldest,
			reward: (!percentiles.is_empty()).then(Vec::new),
			..Default::default()
		};
		for number in oldest..=newest.number.into() {
			let block = self.find_number(number.into())?.ok_or(EthError::BlockNotFound)?;
			let content = self.records(&block)?.content;
			let limit = self.runtime_at(&block)?.block_gas_limit(block.hash)?;
			history.base_fee_per_gas.push(self.base_fee(&block)?.into());
			history.gas_used_ratio.push(ratio(content.gas_used, limit));
			if let Some(rewards) = &mut history.reward {
				rewards.push(rewards_at(&percentiles, content.gas_used, &content)?);
			}
		}
		// The base fee that the block after the newest starts with.
		history.base_fee_per_gas.push(self.base_fee(&newest)?.into());
		Ok(history)
	}

	fn base_fee(&self, block: &BlockRef) -> Result<u64, EthError> {
		to_base_fee(self.runtime_at(block)?.base_fee(block.hash)?)
	}
}

/// Each at least zero, at most a hundred, none below the one before.
fn check_percentiles(percentiles: &[f64]) -> Result<(), EthError> {
	if percentiles.len() > FEE_HISTORY_PERCENTILES {
		return Err(EthError::LimitExceeded {
			what: "reward percentiles",
			found: percentiles.len() as u64,
			limit: FEE_HISTORY_PERCENTILES as u64,
		});
	}
	let mut before = 0.0;
	for percentile in percentiles {
		if !(before..=100.0).contains(percentile) {
			return Err(EthError::InvalidParams(format!(
				"invalid reward percentile: {percentile}"
			)));
		}
		before = *percentile;
	}
	Ok(())
}

fn ratio(gas_used: u64, limit: u64) -> f64 {
	if limit == 0 {
		return 0.0;
	}
	gas_used as f64 / limit as f64
}

/// Gas and tip of every transaction.
fn tips_of(content: &EthereumBlock) -> Result<impl Iterator<Item = TxGasAndReward> + '_, EthError> {
	let base_fee = to_price(content.base_fee)?;
	let prices = content
		.receipts
		.iter()
		.map(|receipt: &Receipt| Ok((receipt.gas_used, to_price(receipt.effective_gas_price)?)))
		.collect::<Result<Vec<_>, EthError>>()?;
	Ok(prices.into_iter().map(move |(gas_used, price)| TxGasAndReward {
		gas_used,
		reward: price.saturating_sub(base_fee),
	}))
}

/// For each percentile the tip of the transaction at which that share of the gas is used, cheapest
/// first; zeros for a block without transactions.
fn rewards_at(
	percentiles: &[f64],
	gas_used: u64,
	content: &EthereumBlock,
) -> Result<Vec<u128>, EthError> {
	let mut tips = tips_of(content)?.collect::<Vec<_>>();
	tips.sort_unstable();
	Ok(percentiles
		.iter()
		.map(|percentile| {
			let threshold = (gas_used as f64 * percentile / 100.0) as u64;
			let mut sum = 0u64;
			tips.iter()
				.find(|tip| {
					sum = sum.saturating_add(tip.gas_used);
					sum >= threshold
				})
				.or(tips.last())
				.map_or(0, |tip| tip.reward)
		})
		.collect())
}

/// The tip below which [`TIP_PERCENTILE`] of the samples lie.
fn percentile_of_samples(mut tips: Vec<u128>) -> u128 {
	tips.sort_unstable();
	let index = tips.len().saturating_sub(1).saturating_mul(TIP_PERCENTILE) / 100;
	tips.get(index).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::U256;

	fn block(base_fee: u64, transactions: &[(u64, u64)]) -> EthereumBlock {
		let receipts = transactions
			.iter()
			.map(|(gas_used, price)| Receipt {
				transaction_type: 2,
				success: true,
				gas_used: *gas_used,
				cumulative_gas_used: 0,
				effective_gas_price: U256::from(*price),
				contract_address: None,
				logs: vec![],
			})
			.collect();
		EthereumBlock {
			transactions: vec![],
			receipts,
			gas_used: transactions.iter().map(|(gas, _)| gas).sum(),
			base_fee: U256::from(base_fee),
		}
	}

	#[test]
	fn rewards_are_weighted_by_gas() {
		let block = block(10, &[(60, 15), (40, 12)]);
		// Cheapest first: tip 2 for 40 gas, then tip 5 for 60.
		let rewards = rewards_at(&[0.0, 40.0, 41.0, 100.0], 100, &block).expect("fit");
		assert_eq!(rewards, [2, 2, 5, 5]);
	}

	#[test]
	fn rewards_of_an_empty_block_are_zero() {
		assert_eq!(rewards_at(&[25.0, 75.0], 0, &block(10, &[])).expect("fit"), [0, 0]);
	}

	#[test]
	fn rewards_of_a_price_above_128_bits_fails() {
		let mut block = block(10, &[(1, 12)]);
		block.receipts[0].effective_gas_price = U256::MAX;
		assert!(matches!(rewards_at(&[50.0], 1, &block), Err(EthError::Internal(_))));
	}

	#[test]
	fn percentiles_ascend_within_bounds() {
		assert!(check_percentiles(&[]).is_ok());
		assert!(check_percentiles(&[0.0, 50.0, 50.0, 100.0]).is_ok());
		for bad in [&[50.0, 49.0][..], &[-1.0], &[100.1], &[f64::NAN], &[f64::INFINITY]] {
			assert!(matches!(check_percentiles(bad), Err(EthError::InvalidParams(_))), "{bad:?}");
		}
	}

	#[test]
	fn percentiles_above_the_limit_fails() {
		assert!(check_percentiles(&[1.0; FEE_HISTORY_PERCENTILES]).is_ok());
		assert!(matches!(
			check_percentiles(&[1.0; FEE_HISTORY_PERCENTILES + 1]),
			Err(EthError::LimitExceeded { .. })
		));
	}

	#[test]
	fn suggestion_is_the_sixtieth_percentile() {
		assert_eq!(percentile_of_samples(vec![]), 0);
		assert_eq!(percentile_of_samples(vec![7]), 7);
		assert_eq!(percentile_of_samples((0..=10).rev().collect()), 6);
	}
}
