//! Questions to a node.

use anyhow::{bail, Context, Result};
use jsonrpsee_client::{
	core::client::{ClientT, Error},
	http_client::{HttpClient, HttpClientBuilder},
};
use serde::de::DeserializeOwned;
use serde_json::{json, Value};

/// The largest message in bytes.
const MAX_MESSAGE: u32 = 64 << 20;

/// The JSON-RPC of a node.
#[derive(Clone, Debug)]
pub struct Rpc {
	client: HttpClient,
}

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
	/// The error's code.
	pub code: i32,
	/// Its message.
	pub message: String,
	/// Its data; empty where it has none.
	pub data: String,
}

impl Rpc {
	/// The node at an HTTP address.
	pub fn new(url: &str) -> Result<Self> {
		let client = HttpClientBuilder::default()
			.max_request_size(MAX_MESSAGE)
			.max_response_size(MAX_MESSAGE)
			.build(url)?;
		Ok(Self { client })
	}

	/// A question. `params` is a JSON array. A refusal is an error.
	pub async fn request<T: DeserializeOwned>(&self, method: &str, params: Value) -> Result<T> {
		match self.try_request(method, params).await? {
			Ok(answer) => Ok(answer),
			Err(refusal) => bail!("{method} was refused: {refusal:?}"),
		}
	}

	/// A question whose refusal the caller looks at.
	pub async fn try_request<T: DeserializeOwned>(
		&self,
		method: &str,
		params: Value,
	) -> Result<Result<T, Refusal>> {
		let params = params.as_array().cloned().context("parameters are a JSON array")?;
		match self.client.request(method, params).await {
			Ok(answer) => Ok(Ok(answer)),
			Err(Error::Call(error)) => Ok(Err(Refusal {
				code: error.code(),
				message: error.message().to_owned(),
				data: error.data().map(|data| data.get().to_owned()).unwrap_or_default(),
			})),
			Err(error) => Err(error).with_context(|| format!("{method} was not answered")),
		}
	}

	/// A question whose answer is a number in hexadecimal digits.
	pub async fn quantity(&self, method: &str, params: Value) -> Result<u128> {
		let text: String = self.request(method, params).await?;
		let digits = text.strip_prefix("0x").unwrap_or(&text);
		u128::from_str_radix(digits, 16).with_context(|| format!("{method} answers {text}"))
	}

	/// A question whose answer are bytes in hexadecimal digits.
	pub async fn bytes(&self, method: &str, params: Value) -> Result<Vec<u8>> {
		let text: String = self.request(method, params).await?;
		from_hex(&text)
	}

	/// The number of the best block.
	pub async fn best_number(&self) -> Result<u32> {
		let number = self.quantity("eth_blockNumber", json!([])).await?;
		Ok(u32::try_from(number)?)
	}

	/// The hash of a block of the best chain; none where there is no such block yet.
	pub async fn block_hash(&self, number: u32) -> Result<Option<String>> {
		self.request("chain_getBlockHash", json!([number])).await
	}

	/// The transactions of a block.
	pub async fn extrinsics(&self, hash: &str) -> Result<Vec<Vec<u8>>> {
		let block: Value = self.request("chain_getBlock", json!([hash])).await?;
		let list = block["block"]["extrinsics"].as_array().context("a block has transactions")?;
		list.iter().map(|text| from_hex(text.as_str().unwrap_or_default())).collect()
	}

	/// The transactions that are ready in the pool.
	pub async fn pending(&self) -> Result<Vec<Vec<u8>>> {
		let list: Vec<String> = self.request("author_pendingExtrinsics", json!([])).await?;
		list.iter().map(|text| from_hex(text)).collect()
	}

	/// Gives a transaction to the pool.
	pub async fn submit(&self, transaction: &[u8]) -> Result<Result<String, Refusal>> {
		self.try_request("author_submitExtrinsic", json!([to_hex(transaction)])).await
	}
}

/// Bytes in hexadecimal digits, as JSON-RPC has them.
pub fn to_hex(bytes: &[u8]) -> String {
	format!("0x{}", hex::encode(bytes))
}

/// The bytes behind hexadecimal digits.
pub fn from_hex(text: &str) -> Result<Vec<u8>> {
	let digits = text.strip_prefix("0x").unwrap_or(text);
	hex::decode(digits).with_context(|| format!("{text} is no hexadecimal number"))
}
