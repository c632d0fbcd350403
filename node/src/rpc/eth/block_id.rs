//! Which block a request is about.

use super::{errors::EthError, Eth};
use alloy_eips::{BlockId, BlockNumberOrTag};
use sc_client_api::Backend;
use sp_blockchain::HeaderBackend;
use sp_core::H256;

/// A block that the node knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BlockRef {
	/// Its hash.
	pub(super) hash: H256,
	/// Its number.
	pub(super) number: u32,
}

/// How a request names a block, with Ethereum's tags translated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Selector {
	/// The best block. `pending` is this one: the node builds no block before it is sealed.
	Best,
	/// The last final block.
	Finalized,
	/// By number on the best chain.
	Number(u64),
	/// By hash, on any fork unless `canonical`.
	Hash { hash: H256, canonical: bool },
}

impl From<BlockNumberOrTag> for Selector {
	fn from(block: BlockNumberOrTag) -> Self {
		match block {
			BlockNumberOrTag::Latest | BlockNumberOrTag::Pending => Self::Best,
			BlockNumberOrTag::Finalized | BlockNumberOrTag::Safe => Self::Finalized,
			BlockNumberOrTag::Earliest => Self::Number(0),
			BlockNumberOrTag::Number(number) => Self::Number(number),
		}
	}
}

impl From<BlockId> for Selector {
	fn from(block: BlockId) -> Self {
		match block {
			BlockId::Number(number) => number.into(),
			BlockId::Hash(hash) => Self::Hash {
				hash: H256(hash.block_hash.0),
				canonical: hash.require_canonical.unwrap_or(false),
			},
		}
	}
}

impl Eth {
	/// The best block.
	pub(super) fn best(&self) -> BlockRef {
		let info = self.client.info();
		BlockRef { hash: info.best_hash, number: info.best_number }
	}

	/// The block with this number or tag, if the node knows one.
	pub(super) fn find_number(
		&self,
		block: BlockNumberOrTag,
	) -> Result<Option<BlockRef>, EthError> {
		self.find(block.into())
	}

	/// The block with this hash on any fork, if the node knows one.
	pub(super) fn find_hash(&self, hash: H256) -> Result<Option<BlockRef>, EthError> {
		self.find(Selector::Hash { hash, canonical: false })
	}

	/// The block with this identifier, if the node knows one.
	pub(super) fn find_id(&self, block: BlockId) -> Result<Option<BlockRef>, EthError> {
		self.find(block.into())
	}

	/// The block that a request about state means; the best one if it names none.
	pub(super) fn resolve(&self, block: Option<BlockId>) -> Result<BlockRef, EthError> {
		let selector = block.map_or(Selector::Best, Selector::from);
		self.find(selector)?.ok_or(match selector {
			Selector::Hash { hash, .. } => EthError::HashNotFound(hash),
			_ => EthError::BlockNotFound,
		})
	}

	/// Whether the block is on the best chain.
	pub(super) fn is_canonical(&self, block: &BlockRef) -> Result<bool, EthError> {
		Ok(self.client.hash(block.number)? == Some(block.hash))
	}

	/// Whether the block's state is still in the database.
	pub(super) fn has_state(&self, block: &BlockRef) -> bool {
		self.backend.have_state_at(block.hash, block.number)
	}

	/// Fails with a clear message if the block's state is gone.
	pub(super) fn ensure_state(&self, block: &BlockRef) -> Result<(), EthError> {
		match self.has_state(block) {
			true => Ok(()),
			false => Err(EthError::StatePruned { hash: block.hash, number: block.number }),
		}
	}

	fn find(&self, selector: Selector) -> Result<Option<BlockRef>, EthError> {
		let number = match selector {
			Selector::Best => return Ok(Some(self.best())),
			Selector::Finalized => {
				let info = self.client.info();
				let (hash, number) = (info.finalized_hash, info.finalized_number);
				return Ok(Some(BlockRef { hash, number }));
			}
			Selector::Hash { hash, canonical } => {
				let Some(number) = self.client.number(hash)? else { return Ok(None) };
				let block = BlockRef { hash, number };
				if canonical && !self.is_canonical(&block)? {
					return Err(EthError::NotCanonical(hash));
				}
				return Ok(Some(block));
			}
			Selector::Number(number) => number,
		};
		// Block numbers of this chain have 32 bits: there is no block above.
		let Ok(number) = u32::try_from(number) else { return Ok(None) };
		Ok(self.client.hash(number)?.map(|hash| BlockRef { hash, number }))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	const HASH: &str = "0x00000000000000000000000000000000000000000000000000000000000000aa";

	fn parse(json: &str) -> Result<Selector, serde_json::Error> {
		serde_json::from_str::<BlockId>(json).map(Selector::from)
	}

	fn parsed(json: &str) -> Selector {
		parse(json).expect("is a block identifier")
	}

	#[test]
	fn tags_are_understood() {
		assert_eq!(parsed("\"latest\""), Selector::Best);
		assert_eq!(parsed("\"pending\""), Selector::Best);
		assert_eq!(parsed("\"finalized\""), Selector::Finalized);
		assert_eq!(parsed("\"safe\""), Selector::Finalized);
		assert_eq!(parsed("\"earliest\""), Selector::Number(0));
	}

	#[test]
	fn numbers_are_understood() {
		assert_eq!(parsed("\"0x0\""), Selector::Number(0));
		assert_eq!(parsed("\"0x1b4\""), Selector::Number(436));
		assert_eq!(parsed("\"0xffffffffffffffff\""), Selector::Number(u64::MAX));
		assert_eq!(parsed("{\"blockNumber\":\"0x1b4\"}"), Selector::Number(436));
		assert_eq!(parsed("{\"blockNumber\":\"latest\"}"), Selector::Best);
	}

	#[test]
	fn hashes_are_understood() {
		let hash = H256::from_low_u64_be(0xaa);
		assert_eq!(parsed(&format!("\"{HASH}\"")), Selector::Hash { hash, canonical: false });
		assert_eq!(
			parsed(&format!("{{\"blockHash\":\"{HASH}\"}}")),
			Selector::Hash { hash, canonical: false }
		);
		assert_eq!(
			parsed(&format!("{{\"blockHash\":\"{HASH}\",\"requireCanonical\":true}}")),
			Selector::Hash { hash, canonical: true }
		);
	}

	#[test]
	fn nonsense_fails() {
		for json in [
			"\"newest\"",
			"\"12\"",
			"\"0x10000000000000000\"",
			"{}",
			"{\"blockNumber\":\"0x1\",\"requireCanonical\":true}",
			"{\"blockNumber\":\"0x1\",\"blockHash\":\"0x00\"}",
			"[]",
		] {
			assert!(parse(json).is_err(), "{json}");
		}
	}
}
