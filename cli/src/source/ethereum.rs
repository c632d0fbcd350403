//! An Ethereum node's JSON-RPC, as far as a snapshot needs it.

use std::{path::Path, str::FromStr};

use alloy_primitives::{Address, Bytes, B256, U64};
use alloy_rpc_types_eth::{EIP1186AccountProofResponse, Header};
use migration_primitives::{
	hash::keccak256, header::SourceHeader, snapshot::Finality, H160, H256, U256,
};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

use super::{
	rpc::{Call, Rpc},
	stream::PlainUrl,
	AnvilDump, RpcSettings, SourceError,
};

/// Which block is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockSelector {
	/// The last finalised one.
	Finalized,
	/// The last one.
	Latest,
	/// The one of this number.
	Number(u64),
}

impl FromStr for BlockSelector {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		match text {
			"finalized" => Ok(Self::Finalized),
			"latest" => Ok(Self::Latest),
			number => number
				.parse()
				.map(Self::Number)
				.map_err(|_| format!("`{number}` is no block: finalized, latest or a number")),
		}
	}
}

impl std::fmt::Display for BlockSelector {
	fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
		match self {
			Self::Finalized => f.write_str("finalized"),
			Self::Latest => f.write_str("latest"),
			Self::Number(number) => write!(f, "{number}"),
		}
	}
}

impl BlockSelector {
	fn parameter(&self) -> Value {
		match self {
			Self::Finalized => json!("finalized"),
			Self::Latest => json!("latest"),
			Self::Number(number) => json!(format!("{number:#x}")),
		}
	}
}

/// A block whose header was checked against its hash.
#[derive(Clone, Debug)]
pub struct SourceHead {
	/// What the header says.
	pub header: SourceHeader,
	/// The header in RLP, the preimage of the hash.
	pub preimage: Vec<u8>,
	/// How final the block is.
	pub finality: Finality,
	/// Blocks on top of it.
	pub confirmations: u64,
}

/// An account as the node proves it; the proof itself is not verified yet.
#[derive(Clone, Debug)]
pub struct ProvedAccount {
	/// Its nonce.
	pub nonce: u64,
	/// Its balance in wei.
	pub balance: U256,
	/// Keccak-256 of its code.
	pub code_hash: H256,
	/// Root of its storage.
	pub storage_root: H256,
	/// Nodes from the state root to the account.
	pub proof: Vec<Vec<u8>>,
}

/// A connection to an Ethereum node.
#[derive(Debug)]
pub struct EthereumNode {
	rpc: Rpc,
}

impl EthereumNode {
	/// Prepares a connection; nothing is asked yet.
	pub fn new(url: &str, settings: RpcSettings) -> Result<Self, SourceError> {
		Ok(Self { rpc: Rpc::new(url, settings)? })
	}

	/// How it is asked.
	pub fn settings(&self) -> RpcSettings {
		self.rpc.settings
	}

	/// The chain id, which must be `expected` where that is given.
	pub async fn chain_id(&self, expected: Option<u64>) -> Result<u64, SourceError> {
		let found: U64 = self.request("eth_chainId", vec![]).await?;
		let found = found.to::<u64>();
		match expected {
			Some(expected) if expected != found => {
				Err(SourceError::WrongChain { url: self.rpc.url.clone(), expected, found })
			}
			_ => Ok(found),
		}
	}

	/// Name and version of the node's software.
	pub async fn client_version(&self) -> Result<String, SourceError> {
		self.request("web3_clientVersion", vec![]).await
	}

	/// The number of the last block.
	pub async fn latest_number(&self) -> Result<u64, SourceError> {
		let number: U64 = self.request("eth_blockNumber", vec![]).await?;
		Ok(number.to())
	}

	/// The hash of the block of this number now.
	pub async fn block_hash(&self, number: u64) -> Result<Option<H256>, SourceError> {
		let header = self.header(BlockSelector::Number(number)).await?;
		Ok(header.map(|header| H256(header.hash.0)))
	}

	/// Pins a block and checks that its header hashes to its hash.
	pub async fn pin(&self, block: BlockSelector) -> Result<SourceHead, SourceError> {
		let header = self
			.header(block)
			.await?
			.ok_or_else(|| SourceError::NoBlock { block: block.to_string() })?;
		let preimage = alloy_rlp::encode(&header.inner);
		let (expected, found) = (H256(header.hash.0), keccak256(&preimage));
		let number = header.inner.number;
		if expected != found {
			return Err(SourceError::HeaderHash { number, expected, found });
		}
		let finalized = self.header(BlockSelector::Finalized).await;
		let finalized = match finalized {
			Ok(header) => header.map(|header| header.inner.number),
			// A chain that knows no finality.
			Err(SourceError::Refused { .. }) => None,
			Err(error) => return Err(error),
		};
		let finality = match finalized {
			Some(finalized) if number <= finalized => Finality::Finalized,
			_ => Finality::Unfinalized,
		};
		let latest = self.latest_number().await?;
		Ok(SourceHead {
			header: SourceHeader {
				hash: found,
				state_root: H256(header.inner.state_root.0),
				number,
				timestamp: header.inner.timestamp,
			},
			preimage,
			finality,
			confirmations: latest.saturating_sub(number),
		})
	}

	/// The number of the last finalised block; zero where the chain has none.
	pub async fn finalized_number(&self) -> Result<u64, SourceError> {
		let header = self.header(BlockSelector::Finalized).await?;
		Ok(header.map(|header| header.inner.number).unwrap_or_default())
	}

	/// Accounts with their proofs.
	pub async fn proofs(
		&self,
		addresses: &[H160],
		block: u64,
	) -> Result<Vec<ProvedAccount>, SourceError> {
		let calls: Vec<Call> = addresses
			.iter()
			.map(|address| {
				("eth_getProof", vec![hex_address(*address), json!([]), hex_number(block)])
			})
			.collect();
		let answers: Vec<EIP1186AccountProofResponse> = self.rpc.batch(&calls).await?;
		Ok(answers.into_iter().map(ProvedAccount::from).collect())
	}

	/// The code of accounts.
	pub async fn codes(&self, addresses: &[H160], block: u64) -> Result<Vec<Vec<u8>>, SourceError> {
		let calls: Vec<Call> = addresses
			.iter()
			.map(|address| ("eth_getCode", vec![hex_address(*address), hex_number(block)]))
			.collect();
		let codes: Vec<Bytes> = self.rpc.batch(&calls).await?;
		Ok(codes.into_iter().map(|code| code.to_vec()).collect())
	}

	/// Slots of an account.
	pub async fn slots(
		&self,
		address: H160,
		keys: &[H256],
		block: u64,
	) -> Result<Vec<H256>, SourceError> {
		let calls: Vec<Call> = keys
			.iter()
			.map(|key| {
				let params =
					vec![hex_address(address), json!(B256::from(key.0)), hex_number(block)];
				("eth_getStorageAt", params)
			})
			.collect();
		let values: Vec<alloy_primitives::U256> = self.rpc.batch(&calls).await?;
		Ok(values.into_iter().map(|value| H256(value.to_be_bytes())).collect())
	}

	/// The hash of a block, and the hashes of its transactions.
	pub(super) async fn transactions(
		&self,
		number: u64,
	) -> Result<Option<BlockHashes>, SourceError> {
		let params = vec![hex_number(number), json!(false)];
		self.request("eth_getBlockByNumber", params).await
	}

	/// Asks any method.
	pub(super) async fn request<T: DeserializeOwned>(
		&self,
		method: &'static str,
		params: Vec<Value>,
	) -> Result<T, SourceError> {
		self.rpc.request(method, params).await
	}

	/// Asks any methods, with one kind of answer.
	pub(super) async fn batch<T: DeserializeOwned>(
		&self,
		calls: &[Call],
	) -> Result<Vec<T>, SourceError> {
		self.rpc.batch(calls).await
	}

	/// The state of an anvil, which is that of its last block, `number`. Its slots go to a temporary
	/// file in `folder` as they come; an answer that comes encrypted is held in memory before.
	pub async fn anvil_dump(&self, number: u64, folder: &Path) -> Result<AnvilDump, SourceError> {
		const METHOD: &str = "anvil_dumpState";
		let Some(url) = PlainUrl::of(&self.rpc.url) else {
			let packed: Bytes = self.request(METHOD, vec![]).await?;
			let packed: &[u8] = &packed;
			return AnvilDump::read(packed, number, folder);
		};
		let folder = folder.to_owned();
		self.rpc.stream(url, METHOD, move |bytes| AnvilDump::read(bytes, number, &folder)).await
	}

	async fn header(&self, block: BlockSelector) -> Result<Option<Header>, SourceError> {
		self.request("eth_getBlockByNumber", vec![block.parameter(), json!(false)]).await
	}
}

impl From<EIP1186AccountProofResponse> for ProvedAccount {
	fn from(answer: EIP1186AccountProofResponse) -> Self {
		Self {
			nonce: answer.nonce,
			balance: U256::from_big_endian(&answer.balance.to_be_bytes::<32>()),
			code_hash: H256(answer.code_hash.0),
			storage_root: H256(answer.storage_hash.0),
			proof: answer.account_proof.into_iter().map(|node| node.to_vec()).collect(),
		}
	}
}

/// What of a block finds its transactions.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
pub(super) struct BlockHashes {
	/// The block's hash.
	pub(super) hash: B256,
	/// Those of its transactions, in order.
	pub(super) transactions: Vec<B256>,
}

pub(super) fn hex_address(address: H160) -> Value {
	json!(Address::from(address.0))
}

pub(super) fn hex_number(number: u64) -> Value {
	json!(format!("{number:#x}"))
}
