//! The storage that a migration touches, whole, to compare it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use anyhow::{ensure, Context, Result};
use codec::{DecodeAll, Encode};
use evm_migrate::substrate::Keys;
use migration_primitives::{hash::keccak256, proof::ProofRecord, status::MigrationRecord, H256};
use serde::Deserialize;
use serde_json::json;
use sp_core::crypto::AccountId32;
use sp_crypto_hashing::twox_128;

use crate::rpc::{from_hex, to_hex, Rpc};

/// Keys of one request.
const PAGE: usize = 1_000;

/// Keys and values of the EVM's and the migrations' storage and of all accounts, at one block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
	pairs: BTreeMap<Vec<u8>, Vec<u8>>,
}

#[derive(Deserialize)]
struct ChangeSet {
	changes: Vec<(String, Option<String>)>,
}

impl State {
	/// The storage of the pallets `EVM` and `Migration`, and `System.Account`, at the best block.
	///
	/// Two fields depend on the number of a block and are zero here: the `since` of a migration's
	/// record, and the `block` of a proof-of-existence record.
	pub async fn read(rpc: &Rpc) -> Result<Self> {
		let accounts = item("System", "Account");
		Self::under(rpc, &[pallet("EVM"), pallet("Migration"), accounts]).await
	}

	/// The same without `System.Account`, which every signed transaction changes.
	pub async fn of_pallets(rpc: &Rpc) -> Result<Self> {
		Self::under(rpc, &[pallet("EVM"), pallet("Migration")]).await
	}

	/// The storage of the pallet `EVM` alone.
	pub async fn of_evm(rpc: &Rpc) -> Result<Self> {
		Self::under(rpc, &[pallet("EVM")]).await
	}

	/// It without one account of `System.Account`.
	pub fn without(mut self, account: &AccountId32) -> Self {
		self.pairs.remove(&Keys::account(account));
		self
	}

	/// `System.Account` alone, without one account.
	pub async fn accounts_apart_from(rpc: &Rpc, account: &AccountId32) -> Result<Self> {
		let state = Self::under(rpc, &[item("System", "Account")]).await?;
		Ok(state.only_accounts_apart_from(account))
	}

	/// What is of `System.Account` in it, without one account.
	pub fn only_accounts_apart_from(&self, account: &AccountId32) -> Self {
		let (prefix, left_out) = (item("System", "Account"), Keys::account(account));
		let kept = |key: &Vec<u8>| key.starts_with(&prefix) && *key != left_out;
		let pairs = self.pairs.iter().filter(|(key, _)| kept(key));
		Self { pairs: pairs.map(|(key, value)| (key.clone(), value.clone())).collect() }
	}

	/// Keccak-256 of all keys and values.
	pub fn digest(&self) -> H256 {
		keccak256(&self.pairs.encode())
	}

	/// The number of keys.
	pub fn len(&self) -> usize {
		self.pairs.len()
	}

	/// Whether there is no key.
	pub fn is_empty(&self) -> bool {
		self.pairs.is_empty()
	}

	/// Errs with the keys that differ, if any does.
	pub fn ensure_equal(&self, other: &Self) -> Result<()> {
		const LISTED: usize = 5;
		let keys: BTreeSet<&Vec<u8>> = self.pairs.keys().chain(other.pairs.keys()).collect();
		let differing: Vec<String> = keys
			.into_iter()
			.filter(|key| self.pairs.get(*key) != other.pairs.get(*key))
			.map(|key| {
				let text = |state: &Self| state.pairs.get(key).map(|value| to_hex(value));
				format!("{}: {:?} and {:?}", to_hex(key), text(self), text(other))
			})
			.collect();
		let listed = differing.iter().take(LISTED).cloned().collect::<Vec<_>>().join("\n");
		ensure!(differing.is_empty(), "{} keys differ:\n{listed}", differing.len());
		ensure!(self.digest() == other.digest(), "equal states have different digests");
		Ok(())
	}

	async fn under(rpc: &Rpc, prefixes: &[Vec<u8>]) -> Result<Self> {
		let at: String = rpc.request("chain_getBlockHash", json!([])).await?;
		let mut state = Self::default();
		for prefix in prefixes {
			state.pairs.extend(pairs(rpc, prefix, &at).await?);
		}
		state.forget_block_numbers()?;
		Ok(state)
	}

	fn forget_block_numbers(&mut self) -> Result<()> {
		let (migrations, proofs) = (item("Migration", "Migrations"), item("Migration", "Proofs"));
		for (key, value) in &mut self.pairs {
			if key.starts_with(&migrations) {
				let mut record = MigrationRecord::<u32>::decode_all(&mut value.as_slice())?;
				record.since = 0;
				record.review_since = 0;
				*value = record.encode();
			} else if key.starts_with(&proofs) {
				let mut record = ProofRecord::<u32>::decode_all(&mut value.as_slice())?;
				record.block = 0;
				*value = record.encode();
			}
		}
		Ok(())
	}
}

async fn pairs(rpc: &Rpc, prefix: &[u8], at: &str) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
	let mut pairs = BTreeMap::new();
	let mut start: Option<String> = None;
	loop {
		let params = json!([to_hex(prefix), PAGE, start, at]);
		let keys: Vec<String> = rpc.request("state_getKeysPaged", params).await?;
		let Some(last) = keys.last().cloned() else { return Ok(pairs) };
		let sets: Vec<ChangeSet> = rpc.request("state_queryStorageAt", json!([keys, at])).await?;
		let values: HashMap<String, Option<String>> =
			sets.into_iter().flat_map(|set| set.changes).collect();
		for key in &keys {
			let value = values.get(key).cloned().flatten();
			let value = value.with_context(|| format!("the value of {key}"))?;
			pairs.insert(from_hex(key)?, from_hex(&value)?);
		}
		start = Some(last);
	}
}

/// What all storage of a pallet begins with.
pub fn pallet(pallet: &str) -> Vec<u8> {
	twox_128(pallet.as_bytes()).to_vec()
}

/// What all storage of an item begins with.
pub fn item(pallet: &str, item: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}
