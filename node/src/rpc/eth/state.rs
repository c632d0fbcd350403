//! Accounts as they stood at a block.

use super::{
	block_id::BlockRef,
	convert::{to_b256, to_h160, to_u256},
	errors::EthError,
	Eth,
};
use alloy_eips::{BlockId, BlockNumberOrTag};
use alloy_primitives::{Address, Bytes, B256, U256};
use migration_runtime::opaque::Block;
use pallet_ethereum::nonce_tag;
use pallet_evm::runtime_api::EvmRuntimeApi;
use sc_transaction_pool_api::{InPoolTransaction, TransactionPool};
use serde::{Deserialize, Deserializer};
use sp_api::ProvideRuntimeApi;
use sp_core::{H160, H256};
use std::collections::HashSet;

/// The runtime's functions at a block whose state is there.
pub(super) type RuntimeAt<'a> =
	sp_api::ApiRef<'a, <crate::service::FullClient as ProvideRuntimeApi<Block>>::Api>;

impl Eth {
	/// The runtime's functions, for calls at `block`.
	pub(super) fn runtime_at(&self, block: &BlockRef) -> Result<RuntimeAt<'_>, EthError> {
		self.ensure_state(block)?;
		Ok(self.client.runtime_api())
	}

	/// The chain id, as the best block has it.
	pub(super) fn chain_id_at_best(&self) -> Result<u64, EthError> {
		let best = self.best();
		Ok(self.runtime_at(&best)?.chain_id(best.hash)?)
	}

	/// The balance in wei.
	pub(super) fn balance(
		&self,
		address: Address,
		block: Option<BlockId>,
	) -> Result<U256, EthError> {
		let block = self.resolve(block)?;
		let account = self.runtime_at(&block)?.account(block.hash, to_h160(address))?;
		Ok(to_u256(account.balance))
	}

	/// The number of transactions sent; for `pending` including those that the pool has ready.
	pub(super) fn transaction_count(
		&self,
		address: Address,
		block: Option<BlockId>,
	) -> Result<u64, EthError> {
		let pending = matches!(block, Some(BlockId::Number(BlockNumberOrTag::Pending)));
		let block = self.resolve(block)?;
		let account = to_h160(address);
		let nonce = self.runtime_at(&block)?.account(block.hash, account)?.nonce;
		Ok(if pending { self.next_nonce(account, nonce) } else { nonce })
	}

	/// The code, empty if there is none.
	pub(super) fn code(&self, address: Address, block: Option<BlockId>) -> Result<Bytes, EthError> {
		let block = self.resolve(block)?;
		Ok(self.runtime_at(&block)?.code(block.hash, to_h160(address))?.into())
	}

	/// The value of a storage slot.
	pub(super) fn storage(
		&self,
		address: Address,
		slot: StorageSlot,
		block: Option<BlockId>,
	) -> Result<B256, EthError> {
		let block = self.resolve(block)?;
		let api = self.runtime_at(&block)?;
		Ok(to_b256(api.storage_at(block.hash, to_h160(address), slot.0)?))
	}

	/// The first nonce from `nonce` on that no ready transaction of the pool has.
	fn next_nonce(&self, account: H160, nonce: u64) -> u64 {
		let taken =
			self.pool.ready().flat_map(|ready| ready.provides().to_vec()).collect::<HashSet<_>>();
		first_free_nonce(nonce, |nonce| taken.contains(&nonce_tag(account, nonce)))
	}
}

fn first_free_nonce(nonce: u64, taken: impl Fn(u64) -> bool) -> u64 {
	(nonce..u64::MAX).find(|nonce| !taken(*nonce)).unwrap_or(u64::MAX)
}

/// The key of a storage slot: a quantity (`0x0`) or up to 32 bytes, as Geth takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct StorageSlot(H256);

impl<'de> Deserialize<'de> for StorageSlot {
	fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
		let text = String::deserialize(deserializer)?;
		parse_slot(&text).map_err(serde::de::Error::custom)
	}
}

/// Reads at most 64 hexadecimal digits after `0x`, the last digit being the lowest.
fn parse_slot(text: &str) -> Result<StorageSlot, String> {
	let digits = text
		.strip_prefix("0x")
		.or_else(|| text.strip_prefix("0X"))
		.ok_or("a storage key starts with 0x")?;
	if digits.is_empty() || digits.len() > 64 {
		return Err(format!("a storage key has 1 to 64 digits, this one {}", digits.len()));
	}
	let mut key = [0; 32];
	hex::decode_to_slice(format!("{digits:0>64}"), &mut key)
		.map_err(|error| format!("storage key: {error}"))?;
	Ok(StorageSlot(H256(key)))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn slot_as_quantity_or_bytes_is_the_same() {
		let expected = Ok(StorageSlot(H256::from_low_u64_be(0x10a)));
		assert_eq!(parse_slot("0x10a"), expected);
		assert_eq!(parse_slot("0x010A"), expected);
		assert_eq!(parse_slot(&format!("0x{:0>64}", "10a")), expected);
		assert_eq!(parse_slot(&format!("0x{}", "f".repeat(64))), Ok(StorageSlot(H256([0xff; 32]))));
	}

	#[test]
	fn slot_of_another_form_fails() {
		for text in ["", "0x", "10", "0xg0", "0x-1", "0xäöü"] {
			assert!(parse_slot(text).is_err(), "{text}");
		}
		assert!(parse_slot(&format!("0x{:0>65}", "1")).is_err());
	}

	#[test]
	fn next_nonce_follows_the_pool_without_gaps() {
		let taken = |nonces: &'static [u64]| move |nonce| nonces.contains(&nonce);
		assert_eq!(first_free_nonce(5, taken(&[])), 5);
		assert_eq!(first_free_nonce(5, taken(&[5, 6, 8])), 7);
		assert_eq!(first_free_nonce(5, taken(&[4, 6])), 5);
		assert_eq!(first_free_nonce(u64::MAX - 1, taken(&[u64::MAX - 1])), u64::MAX);
	}
}
