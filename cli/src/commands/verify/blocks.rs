//! Blocks whose events are to be read, each with the metadata of the runtime that made it.

use migration_primitives::H256;
use subxt::metadata::ArcMetadata;

use crate::substrate::{Chain, Refusal, SubstrateError};

/// A block that is to be read.
pub(super) struct Block {
	/// Its number.
	pub(super) number: u32,
	/// Its hash.
	pub(super) hash: H256,
	/// The hash of the block before it.
	pub(super) parent: H256,
	/// The metadata of the runtime that made it.
	pub(super) metadata: ArcMetadata,
}

/// The runtime that made the blocks below which is read.
pub(super) struct Runtime {
	version: u32,
	metadata: ArcMetadata,
}

impl Runtime {
	/// The one that the chain has.
	pub(super) fn of(chain: &Chain) -> Self {
		Self { version: chain.runtime().1, metadata: chain.shared_metadata() }
	}

	/// The blocks from `start` to `end`. Each is read by the runtime that stands in the state before it,
	/// as far as the node has that, else by the one of the block after it.
	pub(super) async fn blocks(
		&mut self,
		chain: &Chain,
		start: u32,
		end: u32,
	) -> Result<Vec<Block>, SubstrateError> {
		let hashes = chain.block_hashes(start.saturating_sub(1)..=end).await?;
		let mut blocks = Vec::with_capacity(hashes.len());
		let Some(oldest) = hashes.first() else { return Ok(blocks) };
		// Where the node does not have that state, it may have those of some blocks after it.
		let mut upgraded = match kept(chain.spec_version_at(*oldest).await)? {
			Some(version) => version != self.version,
			None => true,
		};
		let pairs: Vec<(u32, &[H256])> = (start..=end).zip(hashes.windows(2)).collect();
		for (number, pair) in pairs.into_iter().rev() {
			let [parent, hash] = pair else { continue };
			if upgraded {
				upgraded = self.go_back_to(chain, *parent).await?;
			}
			let metadata = self.metadata.clone();
			blocks.push(Block { number, hash: *hash, parent: *parent, metadata });
		}
		blocks.reverse();
		Ok(blocks)
	}

	/// Takes the runtime in a state, if it is another one. Gives whether the node has that state, without
	/// which it has none of those before.
	async fn go_back_to(&mut self, chain: &Chain, state: H256) -> Result<bool, SubstrateError> {
		let Some(version) = kept(chain.spec_version_at(state).await)? else { return Ok(false) };
		if version != self.version {
			let Some(metadata) = kept(chain.metadata_at(state).await)? else { return Ok(false) };
			*self = Self { version, metadata };
		}
		Ok(true)
	}
}

/// What a state tells; none where the node does not have that state.
fn kept<T>(answer: Result<T, SubstrateError>) -> Result<Option<T>, SubstrateError> {
	match answer {
		Ok(value) => Ok(Some(value)),
		Err(error) if error.refusal() == Some(Refusal::StateMissing) => Ok(None),
		Err(error) => Err(error),
	}
}
