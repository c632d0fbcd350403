//! A node with its runtime's metadata: calls, transactions, events.

use std::{sync::Arc, time::Duration};

use anyhow::{anyhow, bail, Context, Result};
use codec::{Compact, Decode, DecodeAll, Encode};
use evm_migrate::substrate::general_transaction;
use migration_primitives::H256;
use serde_json::{json, Value};
use sp_core::crypto::{AccountId32, Ss58Codec};
use sp_crypto_hashing::{blake2_256, twox_128};
use subxt::{
	config::substrate::SpecVersionForRange,
	error::DispatchError,
	events::Phase,
	metadata::{ArcMetadata, Metadata},
	OfflineClient, SubstrateConfig,
};

use crate::{
	account::Account,
	rpc::{from_hex, to_hex, Rpc},
	wait::{wait_until, INCLUSION},
};

/// The version of metadata that is asked for.
const METADATA_VERSION: u32 = 15;
/// A signed transaction of version 4.
const SIGNED_V4: u8 = 0b1000_0000 | 4;
/// Longer payloads are hashed before they are signed.
const LONGEST_PAYLOAD: usize = 256;

/// A node with its runtime's metadata.
#[derive(Clone)]
pub struct Session {
	/// The node.
	pub rpc: Rpc,
	metadata: ArcMetadata,
	spec_version: u32,
	transaction_version: u32,
	genesis: H256,
}

/// A transaction in a block.
#[derive(Clone, Debug)]
pub struct Included {
	/// The block's number.
	pub block: u32,
	/// The block's hash.
	pub hash: String,
	/// The events of the transaction.
	pub events: Vec<Event>,
	/// Why it failed, if it did; for a call through sudo, why that one failed.
	pub failure: Option<String>,
}

/// An event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
	/// The transaction that it belongs to.
	pub extrinsic: Option<u32>,
	/// The pallet's and the event's name, with a dot between.
	pub name: String,
	/// Its fields.
	pub fields: Vec<u8>,
}

impl Session {
	/// Reads the metadata of the node at an HTTP address.
	pub async fn new(url: &str) -> Result<Self> {
		let rpc = Rpc::new(url)?;
		let version: Value = rpc.request("state_getRuntimeVersion", json!([])).await?;
		let number = |field: &str| -> Result<u32> {
			Ok(u32::try_from(version[field].as_u64().context("a runtime has versions")?)?)
		};
		let params = json!(["Metadata_metadata_at_version", to_hex(&METADATA_VERSION.encode())]);
		let answer = rpc.bytes("state_call", params).await?;
		let opaque = Option::<Vec<u8>>::decode_all(&mut answer.as_slice())?;
		let metadata = Metadata::decode_from(&opaque.context("metadata of that version")?)?;
		Ok(Self {
			spec_version: number("specVersion")?,
			transaction_version: number("transactionVersion")?,
			genesis: rpc.request("chain_getBlockHash", json!([0])).await?,
			metadata: Arc::new(metadata),
			rpc,
		})
	}

	/// The runtime's metadata.
	pub fn metadata(&self) -> &Metadata {
		&self.metadata
	}

	/// A call with its encoded arguments.
	pub fn call(&self, pallet: &str, name: &str, arguments: impl Encode) -> Result<Vec<u8>> {
		let missing = || anyhow!("the runtime has no call {pallet}.{name}");
		let found = self.metadata.pallet_by_name(pallet).ok_or_else(missing)?;
		let call = found.call_variant_by_name(name).ok_or_else(missing)?;
		let mut bytes = vec![found.call_index(), call.index];
		arguments.encode_to(&mut bytes);
		Ok(bytes)
	}

	/// A constant of a pallet.
	pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T> {
		let found = self.metadata.pallet_by_name(pallet);
		let value = found.as_ref().and_then(|pallet| pallet.constant_by_name(name));
		let value = value.with_context(|| format!("the constant {pallet}.{name}"))?;
		Ok(T::decode_all(&mut value.value())?)
	}

	/// A call that root makes.
	pub fn sudo(&self, call: &[u8]) -> Result<Vec<u8>> {
		let mut bytes = self.call("Sudo", "sudo", ())?;
		bytes.extend_from_slice(call);
		Ok(bytes)
	}

	/// A transfer of wei between accounts of the chain.
	pub fn transfer(&self, to: &AccountId32, value: u128) -> Result<Vec<u8>> {
		// `MultiAddress::Id`.
		self.call("Balances", "transfer_allow_death", (0u8, to, Compact(value)))
	}

	/// A transaction without a signer. `variation` gives the same call another hash.
	pub fn general(&self, call: &[u8], variation: u64) -> Result<Vec<u8>> {
		Ok(general_transaction(&self.metadata, call, variation)?)
	}

	/// A transaction of an account, valid for ever.
	pub fn signed(&self, account: &Account, nonce: u64, call: &[u8]) -> Vec<u8> {
		// Era, nonce, tip; the other extensions take no bytes.
		let explicit = (0u8, Compact(nonce), Compact(0u128)).encode();
		// Versions, genesis, and the block at which the era begins.
		let versions = (self.spec_version, self.transaction_version);
		let implicit = (versions, self.genesis, self.genesis).encode();
		let payload = [call, &explicit, &implicit].concat();
		let signature = match payload.len() > LONGEST_PAYLOAD {
			true => account.sign(&blake2_256(&payload)),
			false => account.sign(&payload),
		};
		// `MultiAddress::Id` and `MultiSignature::Sr25519`.
		let mut body = (SIGNED_V4, 0u8, account.id(), 1u8, signature).encode();
		body.extend_from_slice(&explicit);
		body.extend_from_slice(call);
		body.encode()
	}

	/// The nonce of an account's next transaction, those in the pool counted.
	pub async fn nonce(&self, account: &AccountId32) -> Result<u64> {
		self.rpc.request("system_accountNextIndex", json!([account.to_ss58check()])).await
	}

	/// Signs and submits a call and waits until it is in a block, wherever it fails.
	pub async fn execute(&self, account: &Account, call: &[u8]) -> Result<Included> {
		let nonce = self.nonce(&account.id()).await?;
		self.include(&self.signed(account, nonce, call)).await
	}

	/// Submits a transaction and waits until it is in a block, and until the pool knows that block:
	/// it judges what comes next by the state after it.
	pub async fn include(&self, transaction: &[u8]) -> Result<Included> {
		let from = self.rpc.best_number().await?;
		if let Err(refusal) = self.rpc.submit(transaction).await? {
			bail!("the pool refuses the transaction: {refusal:?}");
		}
		let included = self.find(transaction, from, INCLUSION).await?;
		wait_until("the pool's look at the block", INCLUSION, || async move {
			let pending = self.rpc.pending().await?;
			let gone = !pending.iter().any(|other| other == transaction);
			Ok(gone.then_some(()))
		})
		.await?;
		Ok(included)
	}

	/// Waits until a transaction is in a block after `from`.
	pub async fn find(&self, transaction: &[u8], from: u32, timeout: Duration) -> Result<Included> {
		let mut next = from.saturating_add(1);
		loop {
			let number = next;
			let hash =
				wait_until("the transaction's block", timeout, || self.rpc.block_hash(number))
					.await?;
			let extrinsics = self.rpc.extrinsics(&hash).await?;
			if let Some(index) = extrinsics.iter().position(|other| other == transaction) {
				return self.included(number, hash, u32::try_from(index)?).await;
			}
			next = next.saturating_add(1);
		}
	}

	async fn included(&self, block: u32, hash: String, index: u32) -> Result<Included> {
		let mut events = self.events(&hash).await?;
		events.retain(|event| event.extrinsic == Some(index));
		let failure = events.iter().find_map(|event| self.failure(event));
		Ok(Included { block, hash, events, failure })
	}

	/// The events of a block.
	pub async fn events(&self, block: &str) -> Result<Vec<Event>> {
		let key = [twox_128(b"System"), twox_128(b"Events")].concat();
		let value: Option<String> =
			self.rpc.request("state_getStorage", json!([to_hex(&key), block])).await?;
		let bytes = from_hex(&value.unwrap_or_else(|| "00".to_owned()))?;
		let config = SubstrateConfig::builder()
			.set_metadata_for_spec_versions([(0, self.metadata.clone())])
			.set_spec_version_for_block_ranges([SpecVersionForRange {
				block_range: 0..u64::MAX,
				spec_version: 0,
				transaction_version: 0,
			}])
			.build();
		let client = OfflineClient::<SubstrateConfig>::new_with_config(config).at_block(0u64)?;
		let mut events = Vec::new();
		for event in client.events().from_bytes(bytes).iter() {
			let event = event?;
			events.push(Event {
				extrinsic: match event.phase() {
					Phase::ApplyExtrinsic(index) => Some(index),
					_ => None,
				},
				name: format!("{}.{}", event.pallet_name(), event.event_name()),
				fields: event.field_bytes().to_vec(),
			});
		}
		Ok(events)
	}

	fn failure(&self, event: &Event) -> Option<String> {
		let bytes = match (event.name.as_str(), event.fields.split_first()) {
			("System.ExtrinsicFailed", _) => event.fields.as_slice(),
			// `Result<(), DispatchError>`: 1 stands before an error.
			("Sudo.Sudid", Some((1, error))) => error,
			_ => return None,
		};
		let error = DispatchError::decode_from(bytes, self.metadata.clone());
		Some(error.map_or_else(|error| error.to_string(), |error| error.to_string()))
	}

	/// Writes into the chain's storage as root; a value of none deletes.
	pub async fn set_storage(&self, key: &[u8], value: Option<&[u8]>) -> Result<()> {
		let call = match value {
			Some(value) => self.call("System", "set_storage", vec![(key, value)])?,
			None => self.call("System", "kill_storage", vec![key])?,
		};
		self.execute(&Account::alice(), &self.sudo(&call)?).await?.succeeded()?;
		Ok(())
	}

	/// A value of the chain's storage at the best block.
	pub async fn storage(&self, key: &[u8]) -> Result<Option<Vec<u8>>> {
		let value: Option<String> =
			self.rpc.request("state_getStorage", json!([to_hex(key)])).await?;
		value.as_deref().map(from_hex).transpose()
	}

	/// Asks the runtime.
	pub async fn api<T: Decode>(&self, function: &str, arguments: impl Encode) -> Result<T> {
		let params = json!([function, to_hex(&arguments.encode())]);
		let bytes = self.rpc.bytes("state_call", params).await?;
		T::decode_all(&mut bytes.as_slice()).with_context(|| format!("the answer of {function}"))
	}
}

impl Included {
	/// The transaction, which must not have failed.
	pub fn succeeded(self) -> Result<Self> {
		match &self.failure {
			None => Ok(self),
			Some(failure) => bail!("the transaction in block {} failed: {failure}", self.block),
		}
	}

	/// Whether there is an event of this name.
	pub fn has(&self, name: &str) -> bool {
		self.events.iter().any(|event| event.name == name)
	}
}
