//! The target chain's storage, as far as a migration touches it.

use codec::{Decode, Encode};
use migration_primitives::{H160, H256};
use serde::Deserialize;
use serde_json::json;
use sp_core::crypto::AccountId32;
use sp_crypto_hashing::blake2_256;
use subxt::ext::scale_value::{scale::decode_as_type, At};

use super::{
	keys::{blake2_concat, item, twox_concat},
	Chain, SubstrateError,
};

/// Most keys of one request; the node gives no more.
const PAGE: usize = 1000;
/// Most values of one request: of code, 64 KiB each.
const BATCH: usize = 256;

/// Keys of what a migration writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keys;

impl Keys {
	/// The code of a contract.
	pub fn code(address: H160) -> Vec<u8> {
		blake2_concat(item("EVM", "AccountCodes"), address.as_bytes())
	}

	/// Size and hash of a contract's code.
	pub fn code_metadata(address: H160) -> Vec<u8> {
		blake2_concat(item("EVM", "AccountCodesMetadata"), address.as_bytes())
	}

	/// What all slots of a contract begin with.
	pub fn slots(address: H160) -> Vec<u8> {
		blake2_concat(item("EVM", "AccountStorages"), address.as_bytes())
	}

	/// A slot of a contract.
	pub fn slot(address: H160, key: H256) -> Vec<u8> {
		blake2_concat(Self::slots(address), key.as_bytes())
	}

	/// What all accounts of the chain begin with.
	pub fn accounts() -> Vec<u8> {
		item("System", "Account")
	}

	/// An account of the chain.
	pub fn account(account: &AccountId32) -> Vec<u8> {
		blake2_concat(Self::accounts(), account.as_ref())
	}

	/// The sum of all balances.
	pub fn total_issuance() -> Vec<u8> {
		item("Balances", "TotalIssuance")
	}

	/// The events of a block.
	pub fn events() -> Vec<u8> {
		item("System", "Events")
	}

	/// What all accounts of a source chain begin with.
	pub fn sources(chain_id: u64) -> Vec<u8> {
		twox_concat(item("Migration", "Accounts"), &chain_id.encode())
	}

	/// An account of a source chain.
	pub fn source(chain_id: u64, source: H160) -> Vec<u8> {
		blake2_concat(Self::sources(chain_id), source.as_bytes())
	}

	/// What all targets begin with.
	pub fn targets() -> Vec<u8> {
		item("Migration", "Sources")
	}

	/// The source of a target.
	pub fn target(target: H160) -> Vec<u8> {
		blake2_concat(Self::targets(), target.as_bytes())
	}

	/// What everything that waits in a migration begins with.
	pub fn ledger(migration: u32) -> Vec<u8> {
		twox_concat(item("Migration", "Ledger"), &migration.encode())
	}

	/// What waits for a source.
	pub fn owed(migration: u32, source: H160) -> Vec<u8> {
		blake2_concat(Self::ledger(migration), source.as_bytes())
	}

	/// The manifest that an account agrees to fund.
	pub fn consent(account: &AccountId32) -> Vec<u8> {
		blake2_concat(item("Migration", "Consents"), account.as_ref())
	}

	/// The last 20 bytes of a key.
	pub fn address_in(key: &[u8]) -> Option<H160> {
		key.last_chunk::<20>().map(|bytes| H160(*bytes))
	}

	/// The last 32 bytes of a key.
	pub fn hash_in(key: &[u8]) -> Option<H256> {
		key.last_chunk::<32>().map(|bytes| H256(*bytes))
	}

	/// The account that holds an EVM address's balance under the hashed mapping.
	pub fn hashed_account(address: H160) -> AccountId32 {
		AccountId32::new(blake2_256(&[b"evm:".as_slice(), address.as_bytes()].concat()))
	}
}

/// Nonce and balance of an account of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AccountData {
	/// Its nonce.
	pub nonce: u64,
	/// Its free balance.
	pub free: u128,
	/// Its reserved balance, beside the free one.
	pub reserved: u128,
}

impl AccountData {
	/// Decodes `System.Account`: nonce, three counters, then free, reserved and frozen balance and
	/// flags. Runtimes have nonces of 32 or 64 bits, which the length tells.
	pub fn decode(bytes: &[u8]) -> Result<Self, codec::Error> {
		const BEHIND_NONCE: usize = 3 * 4 + 4 * 16;
		let mut rest = bytes;
		let nonce = match bytes.len().checked_sub(BEHIND_NONCE) {
			Some(4) => u32::decode(&mut rest)?.into(),
			Some(8) => u64::decode(&mut rest)?,
			_ => return Err("neither a nonce of 32 nor of 64 bits".into()),
		};
		let (_, free, reserved) = <([u32; 3], u128, u128)>::decode(&mut rest)?;
		Ok(Self { nonce, free, reserved })
	}
}

#[derive(Deserialize)]
struct ChangeSet {
	changes: Vec<(String, Option<String>)>,
}

impl Chain {
	/// The values of keys at a block, in the order of the keys.
	pub async fn values(
		&self,
		keys: &[Vec<u8>],
		at: H256,
	) -> Result<Vec<Option<Vec<u8>>>, SubstrateError> {
		const METHOD: &str = "state_queryStorageAt";
		let mut values = Vec::with_capacity(keys.len());
		for batch in keys.chunks(BATCH) {
			let texts: Vec<String> = batch.iter().map(|key| hex_text(key)).collect();
			let sets: Vec<ChangeSet> =
				self.node().request(METHOD, vec![json!(texts), json!(at)]).await?;
			let mut changes: std::collections::HashMap<String, Option<String>> =
				sets.into_iter().flat_map(|set| set.changes).collect();
			for text in &texts {
				let value = changes.remove(text).flatten();
				values.push(value.map(|value| self.bytes(METHOD, &value)).transpose()?);
			}
		}
		Ok(values)
	}

	/// The value of a key at a block.
	pub async fn value(&self, key: &[u8], at: H256) -> Result<Option<Vec<u8>>, SubstrateError> {
		const METHOD: &str = "state_getStorage";
		let value: Option<String> =
			self.node().request(METHOD, vec![json!(hex_text(key)), json!(at)]).await?;
		value.map(|value| self.bytes(METHOD, &value)).transpose()
	}

	/// The next keys at a block that begin with `prefix` and come after `start`; none at the end.
	pub async fn keys_after(
		&self,
		prefix: &[u8],
		start: Option<&[u8]>,
		at: H256,
	) -> Result<Vec<Vec<u8>>, SubstrateError> {
		self.some_keys_after(prefix, start, PAGE, at).await
	}

	/// At most `count` of the next keys, which is at most 1,000.
	pub async fn some_keys_after(
		&self,
		prefix: &[u8],
		start: Option<&[u8]>,
		count: usize,
		at: H256,
	) -> Result<Vec<Vec<u8>>, SubstrateError> {
		const METHOD: &str = "state_getKeysPaged";
		let count = count.min(PAGE);
		let params =
			vec![json!(hex_text(prefix)), json!(count), json!(start.map(hex_text)), json!(at)];
		let keys: Vec<String> = self.node().request(METHOD, params).await?;
		keys.iter().map(|key| self.bytes(METHOD, key)).collect()
	}

	/// Slots of the account under import that its head announced and that have not come; `None` where
	/// no account is open, or where the runtime keeps its state in another way.
	pub async fn slots_missing(&self, at: H256) -> Result<Option<u64>, SubstrateError> {
		let pallet = self.metadata().pallet_by_name("Migration");
		let entry = pallet
			.as_ref()
			.and_then(|pallet| pallet.storage())
			.and_then(|storage| storage.entry_by_name("Open"));
		let Some(entry) = entry else { return Ok(None) };
		let Some(bytes) = self.value(&item("Migration", "Open"), at).await? else {
			return Ok(None);
		};
		let types = self.metadata().types();
		let Ok(open) = decode_as_type(&mut bytes.as_slice(), entry.value_ty(), types) else {
			return Ok(None);
		};
		// `Option::Some` has one field without a name.
		let missing = open
			.at("checker")
			.and_then(|checker| checker.at("open"))
			.and_then(|account| account.at(0))
			.and_then(|account| account.at("slots_missing"))
			.and_then(|count| count.as_u128());
		Ok(missing.and_then(|count| u64::try_from(count).ok()))
	}

	/// The bytes of an answer.
	pub(super) fn bytes(&self, method: &str, text: &str) -> Result<Vec<u8>, SubstrateError> {
		hex::decode(text.strip_prefix("0x").unwrap_or(text))
			.map_err(|error| self.node().answer(method, &error.to_string()))
	}
}

/// Bytes as JSON-RPC takes them.
pub(super) fn hex_text(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn decode_of_both_nonces_works() {
		let behind = (([1u32, 0, 1], 77u128, 8u128), [0u128; 2]).encode();
		let short = [5u32.encode(), behind.clone()].concat();
		let long = [(1u64 << 40).encode(), behind].concat();
		let account = |nonce| AccountData { nonce, free: 77, reserved: 8 };
		assert_eq!(AccountData::decode(&short), Ok(account(5)));
		assert_eq!(AccountData::decode(&long), Ok(account(1 << 40)));
		assert!(AccountData::decode(&long[1..]).is_err());
	}

	/// The key of Alice's account on any chain, as explorers show it.
	#[test]
	fn account_of_alice_works() {
		let alice = crate::parse::account("5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY")
			.expect("an account");
		assert_eq!(
			hex::encode(Keys::account(&alice)),
			"26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9de1e86a9a8c739864cf3cc\
			 5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
		);
	}
}
