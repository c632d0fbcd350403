//! The chain behind a node: its blocks, its metadata, its runtime APIs.

use std::{ops::RangeInclusive, sync::Arc};

use codec::{Decode, DecodeAll, Encode};
use migration_primitives::{
	proof::ProofRecord,
	status::{AccountRecord, MigrationRecord, Owed, SourceRecord},
	H160, H256,
};
use serde::Deserialize;
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;
use sp_crypto_hashing::blake2_64;
use subxt::metadata::{ArcMetadata, Metadata};

use super::{state::hex_text, Keys, Node, SubstrateError};
use crate::bundle::Manifest;

/// The runtime API of migrations.
const API: &str = "MigrationRuntimeApi";
/// The runtime APIs that tell the EVM's chain id: of `pallet-evm` here, and of Frontier.
const CHAIN_ID_APIS: [&str; 2] = ["EvmRuntimeApi", "EthereumRuntimeRPCApi"];
/// The newest metadata that this program reads.
const METADATA_VERSIONS: [u32; 2] = [16, 15];

/// A block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlockRef {
	/// Its number.
	pub number: u32,
	/// Its hash.
	pub hash: H256,
}

/// A chain that takes migrations.
#[derive(Clone)]
pub struct Chain {
	node: Arc<Node>,
	genesis: H256,
	metadata: ArcMetadata,
	version: RuntimeVersion,
}

/// What a runtime says of itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RuntimeVersion {
	spec_name: String,
	pub(super) spec_version: u32,
	pub(super) transaction_version: u32,
	apis: Vec<(String, u32)>,
}

impl RuntimeVersion {
	/// Whether the runtime has an API.
	fn has(&self, api: &str) -> bool {
		let hash = hex_text(&blake2_64(api.as_bytes()));
		self.apis.iter().any(|(name, _)| *name == hash)
	}
}

#[derive(Deserialize)]
struct Header {
	number: String,
}

#[derive(Deserialize)]
struct SignedBlock {
	block: Block,
}

#[derive(Deserialize)]
struct Block {
	extrinsics: Vec<String>,
}

impl Chain {
	/// Connects, and makes sure that the chain takes migrations.
	pub async fn connect(node: Node) -> Result<Self, SubstrateError> {
		let genesis = node.genesis().await?;
		let version: RuntimeVersion = node.request("state_getRuntimeVersion", vec![]).await?;
		if !version.has(API) {
			let (url, name) = (node.url().to_owned(), version.spec_name.clone());
			return Err(SubstrateError::NoMigrations { url, name, api: API });
		}
		let metadata = Arc::new(metadata(&node, None).await?);
		Ok(Self { node: Arc::new(node), genesis, metadata, version })
	}

	/// The node.
	pub fn node(&self) -> &Node {
		&self.node
	}

	/// The runtime's metadata.
	pub fn metadata(&self) -> &Metadata {
		&self.metadata
	}

	/// The metadata, to keep.
	pub(crate) fn shared_metadata(&self) -> ArcMetadata {
		self.metadata.clone()
	}

	/// The hash of the chain's first block.
	pub fn genesis(&self) -> H256 {
		self.genesis
	}

	pub(super) fn version(&self) -> &RuntimeVersion {
		&self.version
	}

	/// The last finalised block.
	pub async fn finalized(&self) -> Result<BlockRef, SubstrateError> {
		self.head("chain_getFinalizedHead").await
	}

	/// The last block of the best chain.
	pub async fn best(&self) -> Result<BlockRef, SubstrateError> {
		self.head("chain_getBlockHash").await
	}

	/// The block whose hash this method gives. A node that was killed comes back without its last
	/// blocks, maybe between the two questions: it is asked again.
	async fn head(&self, method: &str) -> Result<BlockRef, SubstrateError> {
		loop {
			let generation = self.node.generation();
			let hash: H256 = self.node.request(method, vec![]).await?;
			match self.block(hash).await {
				Err(SubstrateError::Answer { .. }) if self.node.generation() != generation => (),
				result => return result,
			}
		}
	}

	async fn block(&self, hash: H256) -> Result<BlockRef, SubstrateError> {
		const METHOD: &str = "chain_getHeader";
		let header: Option<Header> = self.node.request(METHOD, vec![json!(hash)]).await?;
		let header = header.ok_or_else(|| self.node.answer(METHOD, "there is no such block"))?;
		let digits = header.number.strip_prefix("0x").unwrap_or(&header.number);
		let number = u32::from_str_radix(digits, 16)
			.map_err(|error| self.node.answer(METHOD, &error.to_string()))?;
		Ok(BlockRef { number, hash })
	}

	/// The hash of the block of this number on the best chain.
	pub async fn block_hash(&self, number: u32) -> Result<Option<H256>, SubstrateError> {
		self.node.request("chain_getBlockHash", vec![json!(number)]).await
	}

	/// The hashes of blocks of the best chain, of at most some hundred. Errs where one is not there.
	pub(crate) async fn block_hashes(
		&self,
		numbers: RangeInclusive<u32>,
	) -> Result<Vec<H256>, SubstrateError> {
		const METHOD: &str = "chain_getBlockHash";
		let numbers: Vec<u32> = numbers.collect();
		let hashes: Vec<Option<H256>> = self.node.request(METHOD, vec![json!(numbers)]).await?;
		hashes
			.into_iter()
			.collect::<Option<Vec<H256>>>()
			.filter(|hashes| hashes.len() == numbers.len())
			.ok_or_else(|| self.node.answer(METHOD, "the hash of a block is missing"))
	}

	/// The version of the runtime's code in the state of a block.
	pub(crate) async fn spec_version_at(&self, at: H256) -> Result<u32, SubstrateError> {
		let version: RuntimeVersion =
			self.node.request("state_getRuntimeVersion", vec![json!(at)]).await?;
		Ok(version.spec_version)
	}

	/// The metadata of the runtime in the state of a block.
	pub(crate) async fn metadata_at(&self, at: H256) -> Result<ArcMetadata, SubstrateError> {
		Ok(Arc::new(metadata(&self.node, Some(at)).await?))
	}

	/// The transactions of a block, in hexadecimal digits.
	pub(super) async fn extrinsics(&self, hash: H256) -> Result<Vec<String>, SubstrateError> {
		const METHOD: &str = "chain_getBlock";
		let block: Option<SignedBlock> = self.node.request(METHOD, vec![json!(hash)]).await?;
		let block = block.ok_or_else(|| self.node.answer(METHOD, "there is no such block"))?;
		Ok(block.block.extrinsics)
	}

	/// The first two bytes of a call.
	pub fn call_index(&self, pallet: &str, call: &str) -> Result<[u8; 2], SubstrateError> {
		let missing = || SubstrateError::Metadata { what: format!("call {pallet}.{call}") };
		let found = self.metadata.pallet_by_name(pallet).ok_or_else(missing)?;
		let variant = found.call_variant_by_name(call).ok_or_else(missing)?;
		Ok([found.call_index(), variant.index])
	}

	/// A constant of a pallet.
	pub fn constant<T: Decode>(&self, pallet: &str, name: &str) -> Result<T, SubstrateError> {
		let what = format!("constant {pallet}.{name}");
		let found = self.metadata.pallet_by_name(pallet);
		let value = found
			.as_ref()
			.and_then(|pallet| pallet.constant_by_name(name))
			.ok_or_else(|| SubstrateError::Metadata { what: what.clone() })?;
		T::decode_all(&mut value.value())
			.map_err(|error| self.node.answer(&what, &error.to_string()))
	}

	/// The EVM's chain id (EIP-155); `None` where the runtime does not tell.
	pub async fn evm_chain_id(&self, at: H256) -> Result<Option<u64>, SubstrateError> {
		let Some(api) = CHAIN_ID_APIS.into_iter().find(|api| self.version.has(api)) else {
			return Ok(None);
		};
		call_api(&self.node, &format!("{api}_chain_id"), &[], Some(at)).await.map(Some)
	}

	/// The least balance of an account; `None` where the runtime has no pallet `Balances`.
	pub fn existential_deposit(&self) -> Result<Option<u128>, SubstrateError> {
		match self.metadata.pallet_by_name("Balances") {
			Some(_) => self.constant("Balances", "ExistentialDeposit").map(Some),
			None => Ok(None),
		}
	}

	/// All of the token that there is; `None` where the runtime has no pallet `Balances`.
	pub async fn total_issuance(&self, at: H256) -> Result<Option<u128>, SubstrateError> {
		if self.metadata.pallet_by_name("Balances").is_none() {
			return Ok(None);
		}
		let value = self.value(&Keys::total_issuance(), at).await?;
		let bytes = value.unwrap_or_else(|| 0u128.encode());
		u128::decode_all(&mut bytes.as_slice())
			.map(Some)
			.map_err(|error| self.node.answer("Balances.TotalIssuance", &error.to_string()))
	}

	/// Whether the node calls its chain one for development. Such a chain may make blocks for
	/// transactions only.
	pub async fn is_development(&self) -> Result<bool, SubstrateError> {
		let answer = self.node.try_request::<Value>("system_chainType", vec![]).await?;
		Ok(answer.is_ok_and(|kind| kind == "Development"))
	}

	/// The runtime's name and the version of its code.
	pub fn runtime(&self) -> (&str, u32) {
		(&self.version.spec_name, self.version.spec_version)
	}

	/// Where a migration stands.
	pub async fn migration(
		&self,
		migration: u32,
		at: H256,
	) -> Result<Option<MigrationRecord<u32>>, SubstrateError> {
		self.api("migration", &migration, at).await
	}

	/// The migration that imports now.
	pub async fn active(&self, at: H256) -> Result<Option<u32>, SubstrateError> {
		self.api("active", &(), at).await
	}

	/// The number that the next migration gets.
	pub async fn next_migration(&self, at: H256) -> Result<u32, SubstrateError> {
		self.api("next_migration", &(), at).await
	}

	/// The manifest of a migration.
	pub async fn manifest(
		&self,
		migration: u32,
		at: H256,
	) -> Result<Option<Manifest>, SubstrateError> {
		self.api("manifest", &migration, at).await
	}

	/// What became of an account of the source.
	pub async fn target_of(
		&self,
		chain_id: u64,
		source: H160,
		at: H256,
	) -> Result<Option<AccountRecord<AccountId32>>, SubstrateError> {
		self.api("target_of", &(chain_id, source), at).await
	}

	/// The source of an address of the target chain.
	pub async fn source_of(
		&self,
		target: H160,
		at: H256,
	) -> Result<Option<SourceRecord>, SubstrateError> {
		self.api("source_of", &target, at).await
	}

	/// What waits for an account of the source.
	pub async fn owed(
		&self,
		migration: u32,
		source: H160,
		at: H256,
	) -> Result<Option<Owed<AccountId32>>, SubstrateError> {
		self.api("owed", &(migration, source), at).await
	}

	/// A proof-of-existence record.
	pub async fn proof(
		&self,
		digest: H256,
		at: H256,
	) -> Result<Option<ProofRecord<u32>>, SubstrateError> {
		self.api("proof", &digest, at).await
	}

	/// The account that holds an EVM address's balance and nonce.
	pub async fn account_id(&self, address: H160, at: H256) -> Result<AccountId32, SubstrateError> {
		self.api("account_id", &address, at).await
	}

	async fn api<A: Encode, T: Decode>(
		&self,
		function: &str,
		arguments: &A,
		at: H256,
	) -> Result<T, SubstrateError> {
		call_api(&self.node, &format!("{API}_{function}"), &arguments.encode(), Some(at)).await
	}
}

async fn call_api<T: Decode>(
	node: &Node,
	function: &str,
	arguments: &[u8],
	at: Option<H256>,
) -> Result<T, SubstrateError> {
	let params = vec![json!(function), json!(hex_text(arguments)), json!(at)];
	let text: String = node.request("state_call", params).await?;
	let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(&text))
		.map_err(|error| node.answer(function, &error.to_string()))?;
	T::decode_all(&mut bytes.as_slice()).map_err(|error| node.answer(function, &error.to_string()))
}

/// The metadata of the runtime in the state of a block, or of the best one.
async fn metadata(node: &Node, at: Option<H256>) -> Result<Metadata, SubstrateError> {
	const FUNCTION: &str = "Metadata_metadata_at_version";
	for version in METADATA_VERSIONS {
		let opaque: Option<Vec<u8>> = call_api(node, FUNCTION, &version.encode(), at).await?;
		if let Some(bytes) = opaque {
			return Metadata::decode_from(&bytes)
				.map_err(|error| node.answer(FUNCTION, &error.to_string()));
		}
	}
	Err(node.answer(FUNCTION, "the runtime has metadata of other versions only"))
}
