//! Keys seen in traces of the chain's transactions.
//!
//! The prestate tracer lists, for every account, the slots that a transaction read or wrote. A node
//! without it gives one entry for each instruction; then every key is tried for every account that
//! is named in the same transaction. Slots that no transaction touched, such as those of a genesis,
//! are not found.

use std::collections::{BTreeMap, BTreeSet};

use alloy_primitives::{Address, B256};
use migration_primitives::{H160, H256};
use serde::Deserialize;
use serde_json::{json, Value};

use super::{KeyBook, Means};
use crate::source::{ethereum::BlockHashes, rpc::Call, EthereumNode, SourceError};

/// The prestate of one transaction, by account.
type Prestate = BTreeMap<Address, Touched>;

#[derive(Deserialize)]
struct Touched {
	#[serde(default)]
	storage: BTreeMap<B256, Value>,
}

/// The answer of the tracer that lists instructions.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Steps {
	struct_logs: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
	op: String,
	#[serde(default)]
	stack: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Parties {
	to: Option<Address>,
	contract_address: Option<Address>,
}

/// Traces the transactions of the blocks from `first` to `last`, and puts the keys of accounts that
/// are `wanted` into the book. `progress` is called after each block.
pub async fn collect(
	node: &EthereumNode,
	first: u64,
	last: u64,
	wanted: &BTreeSet<H160>,
	book: &mut KeyBook,
	mut progress: impl FnMut(),
) -> Result<(), SourceError> {
	let mut prestate = None;
	for number in first..=last {
		let block = node.transactions(number).await?;
		let block: BlockHashes =
			block.ok_or_else(|| SourceError::NoBlock { block: number.to_string() })?;
		for transactions in block.transactions.chunks(node.settings().batch.max(1)) {
			if prestate.is_none() {
				prestate = Some(serves_prestate(node, transactions).await?);
			}
			match prestate {
				Some(true) => by_prestate(node, transactions, wanted, book).await?,
				_ => {
					for transaction in transactions {
						by_steps(node, *transaction, wanted, book).await?;
					}
				}
			}
		}
		progress();
	}
	Ok(())
}

fn prestate_call(transaction: B256) -> Call {
	("debug_traceTransaction", vec![json!(transaction), json!({ "tracer": "prestateTracer" })])
}

/// Whether the node knows the prestate tracer: some give another kind of trace instead.
async fn serves_prestate(node: &EthereumNode, transactions: &[B256]) -> Result<bool, SourceError> {
	let Some((method, params)) = transactions.first().map(|hash| prestate_call(*hash)) else {
		return Ok(false);
	};
	match node.request::<Prestate>(method, params).await {
		Ok(_) => Ok(true),
		Err(SourceError::Answer { .. } | SourceError::Refused { .. }) => Ok(false),
		Err(error) => Err(error),
	}
}

async fn by_prestate(
	node: &EthereumNode,
	transactions: &[B256],
	wanted: &BTreeSet<H160>,
	book: &mut KeyBook,
) -> Result<(), SourceError> {
	let calls: Vec<Call> = transactions.iter().map(|hash| prestate_call(*hash)).collect();
	for prestate in node.batch::<Prestate>(&calls).await? {
		for (address, touched) in prestate {
			let address = H160(address.0 .0);
			if wanted.contains(&address) {
				for key in touched.storage.into_keys() {
					book.add(address, H256(key.0), Means::Traces)?;
				}
			}
		}
	}
	Ok(())
}

async fn by_steps(
	node: &EthereumNode,
	transaction: B256,
	wanted: &BTreeSet<H160>,
	book: &mut KeyBook,
) -> Result<(), SourceError> {
	let parties: Parties =
		node.request("eth_getTransactionReceipt", vec![json!(transaction)]).await?;
	let options = json!({ "disableMemory": true, "disableStorage": true });
	let params = vec![json!(transaction), options];
	let steps: Steps = node.request("debug_traceTransaction", params).await?;
	let mut named: BTreeSet<H160> = [parties.to, parties.contract_address]
		.into_iter()
		.flatten()
		.map(|a| H160(a.0 .0))
		.collect();
	let mut keys = BTreeSet::new();
	for step in &steps.struct_logs {
		let stack = step.stack.as_deref().unwrap_or_default();
		// After a creation, and before a call, the account's address is a word on the stack.
		named.extend(stack.iter().filter_map(|word| address(word)));
		if matches!(step.op.as_str(), "SLOAD" | "SSTORE") {
			keys.extend(stack.last().and_then(|word| parse_word(word)));
		}
	}
	for address in named.intersection(wanted) {
		for key in &keys {
			book.add(*address, *key, Means::Traces)?;
		}
	}
	Ok(())
}

/// A word of a stack, which nodes write with or without 0x and leading zeros.
fn parse_word(text: &str) -> Option<H256> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let mut word = [0; 32];
	let padded = format!("{digits:0>64}");
	hex::decode_to_slice(&padded, &mut word).ok()?;
	Some(H256(word))
}

/// The address that a word of a stack may be.
fn address(text: &str) -> Option<H160> {
	let word = parse_word(text)?;
	let (zeros, address) = word.0.split_at(12);
	zeros.iter().all(|byte| *byte == 0).then(|| H160::from_slice(address))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn words_of_stacks_works() {
		assert_eq!(parse_word("0x5"), Some(H256::from_low_u64_be(5)));
		assert_eq!(parse_word(&format!("{:0>64}", "5")), Some(H256::from_low_u64_be(5)));
		assert_eq!(parse_word(&"0".repeat(65)), None);
		assert_eq!(parse_word("0xg"), None);
		assert_eq!(address("0x05"), Some(H160::from_low_u64_be(5)));
		assert_eq!(address(&format!("0x01{}", "0".repeat(40))), None);
	}
}
