//! The snapshot, and the storage that its import leaves.

use std::collections::BTreeMap;

use anyhow::Result;
use codec::Encode;
use evm_migrate::substrate::Keys;
use migration_primitives::{hash::keccak256, snapshot::Scope, H160};
use migration_tests::{
	rpc::{from_hex, to_hex, Rpc},
	state,
	synthetic::{made_up, Synthetic, SyntheticAccount},
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sp_crypto_hashing::blake2_128;

/// Chain id of the source, which no public network has.
const CHAIN_ID: u64 = 1_000_000;
/// Contracts of the shape with many.
const MANY: u64 = 1_000;
/// Slots that every made-up contract has besides those of its own.
const COMMON_SLOTS: u64 = 2;
/// Keys of one question.
const PAGE: usize = 1_000;

/// How the slots are spread.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Shape {
	/// In one contract.
	OneBig,
	/// In a thousand contracts, each with its own code.
	ManySmall,
}

impl Shape {
	/// In words.
	pub(super) fn name(self) -> &'static str {
		match self {
			Self::OneBig => "one contract",
			Self::ManySmall => "1,000 contracts",
		}
	}

	fn contracts(self) -> u64 {
		match self {
			Self::OneBig => 1,
			Self::ManySmall => MANY,
		}
	}

	/// The source chain with about `slots` slots.
	pub(super) fn source(self, slots: u64) -> Synthetic {
		let contracts = self.contracts();
		// At least one beside the common ones.
		let own = (slots / contracts).saturating_sub(COMMON_SLOTS).max(1);
		let mut chain = Synthetic::new(CHAIN_ID, Scope::Selected);
		for number in 0..contracts {
			chain.contract(made_up(b"contract", number), 0, own);
		}
		chain
	}
}

/// A key of the chain's storage with its value.
pub(super) type Pair = (Vec<u8>, Vec<u8>);

/// What the EVM and the chain's accounts hold of the imported contracts, in the order in which an
/// import writes it: the account, its code, its slots in the order of their hashed keys. The
/// migration's own records are not in it.
pub(super) async fn written(rpc: &Rpc, chain: &Synthetic) -> Result<Vec<Pair>> {
	let at: String = rpc.request("chain_getBlockHash", json!([])).await?;
	let by_hash: BTreeMap<_, _> =
		chain.accounts.iter().map(|entry| (keccak256(entry.0.as_bytes()), entry)).collect();
	let mut pairs = Vec::new();
	for (address, account) in by_hash.into_values() {
		let keys = account_keys(*address);
		let values = values(rpc, &keys, &at).await?;
		anyhow::ensure!(values.len() == keys.len(), "an imported contract has an account and code");
		pairs.extend(keys.into_iter().zip(values));
		let slots = slots(*address, account);
		for page in slots.chunks(PAGE) {
			let keys: Vec<Vec<u8>> = page.iter().map(|(key, _)| key.clone()).collect();
			let found = self::values(rpc, &keys, &at).await?;
			let expected = page.iter().map(|(_, value)| value);
			anyhow::ensure!(found.iter().eq(expected), "the chain has other slots of {address:?}");
		}
		pairs.extend(slots);
	}
	Ok(pairs)
}

fn account_keys(address: H160) -> Vec<Vec<u8>> {
	let reference = [
		state::item("EVM", "NonceReferences"),
		blake2_128(address.as_bytes()).to_vec(),
		address.as_bytes().to_vec(),
	];
	vec![
		Keys::account(&Keys::hashed_account(address)),
		reference.concat(),
		Keys::code(address),
		Keys::code_metadata(address),
	]
}

/// The slots of a contract in the order of their hashed keys.
fn slots(address: H160, account: &SyntheticAccount) -> Vec<Pair> {
	let by_hash: BTreeMap<_, _> =
		account.slots.iter().map(|slot| (keccak256(slot.0.as_bytes()), slot)).collect();
	by_hash.into_values().map(|(key, value)| (Keys::slot(address, *key), value.encode())).collect()
}

#[derive(Deserialize)]
struct ChangeSet {
	changes: Vec<(String, Option<String>)>,
}

/// The values of keys, without those that have none.
async fn values(rpc: &Rpc, keys: &[Vec<u8>], at: &str) -> Result<Vec<Vec<u8>>> {
	let names: Vec<String> = keys.iter().map(|key| to_hex(key)).collect();
	let sets: Vec<ChangeSet> = rpc.request("state_queryStorageAt", json!([names, at])).await?;
	let mut found: BTreeMap<String, String> = sets
		.into_iter()
		.flat_map(|set| set.changes)
		.filter_map(|(key, value)| value.map(|value| (key, value)))
		.collect();
	names.iter().filter_map(|name| found.remove(name)).map(|value| from_hex(&value)).collect()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn source_of_both_shapes_has_its_slots() {
		for (shape, contracts) in [(Shape::OneBig, 1), (Shape::ManySmall, 1_000)] {
			let chain = shape.source(10_000);
			let slots: usize = chain.accounts.values().map(|account| account.slots.len()).sum();
			assert_eq!(chain.accounts.len(), contracts);
			assert_eq!(slots, 10_000);
		}
	}

	#[test]
	fn slots_stand_in_the_order_of_their_hashes() {
		let chain = Shape::OneBig.source(1_000);
		let (address, account) = chain.accounts.iter().next().expect("there is one contract");
		let keys = slots(*address, account);
		let hashes: Vec<_> =
			keys.iter().map(|(key, _)| keccak256(&key[key.len() - 32..])).collect();
		assert!(hashes.is_sorted());
		assert_eq!(keys.len(), 1_000);
	}
}
