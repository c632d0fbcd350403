//! What the target chain is, and what of it makes a migration dangerous.

use std::time::Duration;

use anyhow::Result;
use migration_primitives::H256;

use crate::{
	args::TargetArgs,
	substrate::{Chain, Node, SubstrateError},
};

/// How long a node is tried that is asked only for what it is.
const PATIENCE: Duration = Duration::from_secs(30);

/// Source and target have the same chain id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
	"source and target have the same chain id {chain_id}: anybody can send the source's transactions \
	 and deployments to the target again. Give the target a chain id of its own, or say \
	 --allow-same-chain-id"
)]
pub(super) struct SameChainId {
	/// The chain id.
	chain_id: u64,
}

/// What the command knows of the target chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TargetFacts {
	/// Its chain id (EIP-155).
	pub(super) chain_id: Option<u64>,
	/// The least balance of an account, in wei.
	pub(super) existential_deposit: Option<u128>,
}

impl TargetFacts {
	/// What the arguments say, or the node that they name; then also that node's chain and the block at
	/// which it was asked.
	pub(super) async fn from_args(args: &TargetArgs) -> Result<(Self, Option<(Chain, H256)>)> {
		let Some(url) = &args.node else {
			let (chain_id, existential_deposit) =
				(args.target_chain_id, args.target_existential_deposit);
			return Ok((Self { chain_id, existential_deposit }, None));
		};
		let chain = Chain::connect(Node::new(url, PATIENCE)?).await?;
		let at = chain.finalized().await?.hash;
		Ok((Self::read(&chain, at).await?, Some((chain, at))))
	}

	/// What the chain says at a block.
	pub(super) async fn read(chain: &Chain, at: H256) -> Result<Self, SubstrateError> {
		Ok(Self {
			chain_id: chain.evm_chain_id(at).await?,
			existential_deposit: chain.existential_deposit()?,
		})
	}

	/// Refuses a target with the source's chain id, unless that is allowed. What should be said of it
	/// comes back.
	pub(super) fn check_chain_id(
		&self,
		source: u64,
		allowed: bool,
	) -> Result<Option<String>, SameChainId> {
		match self.chain_id {
			Some(chain_id) if chain_id == source && !allowed => Err(SameChainId { chain_id }),
			Some(chain_id) if chain_id == source => Ok(Some(format!(
				"warning: source and target have the same chain id {chain_id}: anybody can send the \
				 source's transactions and deployments to the target again"
			))),
			_ => Ok(None),
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn check_chain_id_of_equal_ids_fails_unless_allowed() {
		let target = |chain_id| TargetFacts { chain_id, existential_deposit: None };
		assert_eq!(target(Some(5)).check_chain_id(5, false), Err(SameChainId { chain_id: 5 }));
		let warning = target(Some(5)).check_chain_id(5, true).expect("allowed");
		assert!(warning.expect("a warning").contains("the same chain id 5"));
		assert_eq!(target(Some(6)).check_chain_id(5, false), Ok(None));
		assert_eq!(target(None).check_chain_id(5, false), Ok(None));
	}
}
