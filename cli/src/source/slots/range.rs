//! `debug_storageRangeAt`: slots in the order of their hashed keys, page by page.

use std::collections::BTreeMap;

use alloy_primitives::{B256, U256};
use migration_primitives::{hash::keccak256, item::Slot, H160, H256};
use serde::Deserialize;
use serde_json::json;

use super::Means;
use crate::source::{ethereum::hex_address, EthereumNode, SourceError};

/// Slots in one page.
const PAGE: u32 = 1_024;

/// Reads slots at the end of one block.
///
/// The method gives the state before a transaction of a block. The end of a block is the state
/// before the first transaction of the next one, or, for a block without transactions, before its
/// own end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StorageRange {
	block: H256,
}

/// One page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
	/// Its slots.
	pub slots: Vec<Slot>,
	/// The hashed key that the next page begins with, if there is one.
	pub next: Option<H256>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Answer {
	storage: BTreeMap<B256, Entry>,
	#[serde(default)]
	next_key: Option<U256>,
}

#[derive(Deserialize)]
struct Entry {
	key: Option<U256>,
	value: U256,
}

impl StorageRange {
	/// Finds out at which block to ask for the end of block `number`; `None` where there is none.
	pub async fn of_block(node: &EthereumNode, number: u64) -> Result<Option<Self>, SourceError> {
		match node.transactions(number.saturating_add(1)).await {
			Ok(Some(next)) => return Ok(Some(Self { block: H256(next.hash.0) })),
			// Some nodes refuse to speak of a block that is not there.
			Ok(None) | Err(SourceError::Refused { .. }) => {}
			Err(error) => return Err(error),
		}
		let block = node.transactions(number).await?;
		let block = block.filter(|block| block.transactions.is_empty());
		Ok(block.map(|block| Self { block: H256(block.hash.0) }))
	}

	/// The page from the hashed key `from` on.
	pub async fn page(
		&self,
		node: &EthereumNode,
		address: H160,
		from: H256,
	) -> Result<Page, SourceError> {
		let params = vec![
			json!(B256::from(self.block.0)),
			json!(0),
			hex_address(address),
			json!(B256::from(from.0)),
			json!(PAGE),
		];
		let answer: Answer = node.request("debug_storageRangeAt", params).await?;
		let slots = answer.storage.into_iter().map(|(hash, entry)| slot(address, hash, &entry));
		let slots = slots.collect::<Result<Vec<Slot>, SourceError>>()?;
		let next = answer.next_key.map(|key| H256(key.to_be_bytes()));
		match next {
			Some(next) if next <= from => Err(SourceError::NoProgress { address, from, next }),
			next => Ok(Page { slots, next }),
		}
	}
}

fn slot(address: H160, hash: B256, entry: &Entry) -> Result<Slot, SourceError> {
	let expected = H256(hash.0);
	let key = entry.key.map(|key| H256(key.to_be_bytes())).ok_or(SourceError::SlotPreimage {
		means: Means::Debug,
		address,
		hash: expected,
	})?;
	let found = keccak256(key.as_bytes());
	if found != expected {
		return Err(SourceError::SlotHash { address, key, expected, found });
	}
	Ok(Slot { key, value: H256(entry.value.to_be_bytes()) })
}
