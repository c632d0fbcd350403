//! What a node of the source chain says of a bundle.

use std::collections::BTreeMap;

use anyhow::Result;
use migration_primitives::{item::is_delegation, H160};

use crate::{
	bundle::Manifest,
	console::Console,
	review::{Kind, Mention, SourceSays},
	source::{EthereumNode, RpcSettings, SourceError},
};

/// Most addresses that stay behind for which a node of the source is asked.
const MAX_ASKED: usize = 2_048;
/// Addresses of one request.
const BATCH: usize = 128;

/// Asks a node of the source for its block, whether that is final, and which of the addresses outside
/// are contracts.
pub(super) async fn ask(
	url: &str,
	manifest: &Manifest,
	outside: &mut BTreeMap<H160, (Mention, Kind)>,
	console: &Console,
) -> Result<SourceSays> {
	let node = EthereumNode::new(url, RpcSettings::default())?;
	let number = manifest.source.number;
	let mut says = SourceSays {
		chain_id: node.chain_id(None).await?,
		block_hash: node.block_hash(number).await?,
		finalized: None,
	};
	if says.block_hash != Some(manifest.source.hash) {
		// Of another chain, or another branch: what it says of accounts is of no use.
		return Ok(says);
	}
	says.finalized = finalized(&node).await?;
	let asked: Vec<H160> = outside.keys().copied().take(MAX_ASKED).collect();
	if outside.len() > asked.len() {
		console.say(format!("{} addresses are not asked for", outside.len() - asked.len()));
	}
	for batch in asked.chunks(BATCH) {
		let codes = node.codes(batch, number).await?;
		anyhow::ensure!(codes.len() == batch.len(), "the node left out answers to eth_getCode");
		for (address, code) in batch.iter().zip(codes) {
			let contract = !code.is_empty() && !is_delegation(&code);
			if let Some((_, kind)) = outside.get_mut(address) {
				*kind = if contract { Kind::Contract } else { Kind::Account };
			}
		}
	}
	Ok(says)
}

/// The number of the last block that the node calls finalised, if it calls any.
async fn finalized(node: &EthereumNode) -> Result<Option<u64>> {
	match node.finalized_number().await {
		// Zero stands for none.
		Ok(number) => Ok(Some(number).filter(|number| *number > 0)),
		// A chain that knows no finality.
		Err(SourceError::Refused { .. }) => Ok(None),
		Err(error) => Err(error.into()),
	}
}
