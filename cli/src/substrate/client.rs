//! JSON-RPC that survives a node's restart.

use std::{
	sync::atomic::{AtomicBool, AtomicU64, Ordering},
	time::{Duration, Instant},
};

use jsonrpsee_client::{
	core::client::{ClientT, Error},
	http_client::{HttpClient, HttpClientBuilder},
	ws_client::{WsClient, WsClientBuilder},
};
use migration_primitives::H256;
use serde::de::DeserializeOwned;
use serde_json::{json, Value};
use tokio::sync::{OnceCell, RwLock};

use super::SubstrateError;

/// The longest time for one answer.
const TIMEOUT: Duration = Duration::from_secs(60);
/// The longest message in bytes: a block of chunks in hexadecimal digits.
const MAX_MESSAGE_BYTES: u32 = 64 << 20;
/// How long a node is tried that has never answered.
const FIRST_PATIENCE: Duration = Duration::from_secs(5);
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// A node of the target chain. Lost connections are made anew.
#[derive(Debug)]
pub struct Node {
	url: String,
	patience: Duration,
	connection: RwLock<Option<Connection>>,
	generation: AtomicU64,
	contacted: AtomicBool,
	genesis: OnceCell<H256>,
}

#[derive(Debug)]
enum Connection {
	Ws(WsClient),
	Http(HttpClient),
}

/// A refusal of the node, for callers that know its meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RpcFailure {
	/// The error's code.
	pub code: i32,
	/// The error's message and data.
	pub message: String,
}

impl Node {
	/// A node at `url`. A request waits at most `patience` for a node that answered before.
	pub fn new(url: &str, patience: Duration) -> Result<Self, SubstrateError> {
		let schemes = ["ws://", "wss://", "http://", "https://"];
		if !schemes.iter().any(|scheme| url.starts_with(scheme)) {
			return Err(SubstrateError::Url { url: url.to_owned() });
		}
		Ok(Self {
			url: url.to_owned(),
			patience,
			connection: RwLock::new(None),
			generation: AtomicU64::new(0),
			contacted: AtomicBool::new(false),
			genesis: OnceCell::new(),
		})
	}

	/// Its address.
	pub fn url(&self) -> &str {
		&self.url
	}

	/// How many connections were made. Where it grows, the node may have lost its pool.
	pub fn generation(&self) -> u64 {
		self.generation.load(Ordering::Relaxed)
	}

	/// The hash of the chain's first block.
	pub async fn genesis(&self) -> Result<H256, SubstrateError> {
		if let Some(hash) = self.genesis.get() {
			return Ok(*hash);
		}
		// Connecting asks for it.
		let hash: Option<H256> = self.request("chain_getBlockHash", vec![json!(0)]).await?;
		hash.ok_or_else(|| self.answer("chain_getBlockHash", "there is no block 0"))
	}

	/// Errs with [`SubstrateError::UnexpectedGenesis`] unless the chain's first block has this hash.
	pub async fn ensure_genesis(&self, expected: H256) -> Result<(), SubstrateError> {
		let found = self.genesis().await?;
		match found == expected {
			true => Ok(()),
			false => {
				let url = self.url.clone();
				Err(SubstrateError::UnexpectedGenesis { url, expected, found })
			}
		}
	}

	/// A request. A refusal is an error.
	pub async fn request<T: DeserializeOwned>(
		&self,
		method: &str,
		params: Vec<Value>,
	) -> Result<T, SubstrateError> {
		self.try_request(method, params).await?.map_err(|RpcFailure { code, message }| {
			SubstrateError::Refused {
				url: self.url.clone(),
				method: method.to_owned(),
				code,
				message,
			}
		})
	}

	/// A request whose refusal the caller looks at.
	pub async fn try_request<T: DeserializeOwned>(
		&self,
		method: &str,
		params: Vec<Value>,
	) -> Result<Result<T, RpcFailure>, SubstrateError> {
		let started = Instant::now();
		let mut pause = SHORTEST_PAUSE;
		loop {
			let generation = self.generation();
			match self.attempt(method, &params).await {
				Ok(value) => return Ok(Ok(value)),
				Err(Error::Call(error)) => {
					let data = error.data().map(|data| format!(": {}", data.get()));
					return Ok(Err(RpcFailure {
						code: error.code(),
						message: format!("{}{}", error.message(), data.unwrap_or_default()),
					}));
				}
				Err(Error::ParseError(error)) => {
					return Err(self.answer(method, &error.to_string()))
				}
				Err(Error::Custom(genesis)) if self.is_other_chain(&genesis).is_some() => {
					let expected = self.genesis.get().copied().unwrap_or_default();
					let found = self.is_other_chain(&genesis).unwrap_or_default();
					return Err(SubstrateError::OtherChain {
						url: self.url.clone(),
						expected,
						found,
					});
				}
				Err(source) => {
					tracing::debug!(%source, method, "the node does not answer");
					self.disconnect(generation).await;
					let patience = match self.contacted.load(Ordering::Relaxed) {
						true => self.patience,
						false => self.patience.min(FIRST_PATIENCE),
					};
					if started.elapsed() >= patience {
						let url = self.url.clone();
						return Err(SubstrateError::Unreachable { url, patience, source });
					}
					tokio::time::sleep(pause).await;
					pause = pause.saturating_mul(2).min(LONGEST_PAUSE);
				}
			}
		}
	}

	/// An answer that cannot be read.
	pub(crate) fn answer(&self, method: &str, reason: &str) -> SubstrateError {
		SubstrateError::Answer {
			url: self.url.clone(),
			method: method.to_owned(),
			reason: reason.to_owned(),
		}
	}

	async fn attempt<T: DeserializeOwned>(
		&self,
		method: &str,
		params: &[Value],
	) -> Result<T, Error> {
		loop {
			if let Some(connection) = self.connection.read().await.as_ref() {
				return connection.request(method, params).await;
			}
			let mut slot = self.connection.write().await;
			if slot.is_none() {
				*slot = Some(self.connect().await?);
				self.contacted.store(true, Ordering::Relaxed);
				self.generation.fetch_add(1, Ordering::Relaxed);
			}
		}
	}

	/// Connects, and makes sure that it is the same chain as before.
	async fn connect(&self) -> Result<Connection, Error> {
		let connection = match self.url.starts_with("http") {
			true => Connection::Http(
				HttpClientBuilder::default()
					.request_timeout(TIMEOUT)
					.max_request_size(MAX_MESSAGE_BYTES)
					.max_response_size(MAX_MESSAGE_BYTES)
					.build(&self.url)?,
			),
			false => Connection::Ws(
				WsClientBuilder::default()
					.request_timeout(TIMEOUT)
					.connection_timeout(FIRST_PATIENCE)
					.max_request_size(MAX_MESSAGE_BYTES)
					.max_response_size(MAX_MESSAGE_BYTES)
					.build(&self.url)
					.await?,
			),
		};
		let found: H256 = connection.request("chain_getBlockHash", &[json!(0)]).await?;
		let expected = self.genesis.get_or_init(|| async { found }).await;
		match *expected == found {
			true => Ok(connection),
			false => Err(Error::Custom(format!("{OTHER_CHAIN}{found:?}"))),
		}
	}

	async fn disconnect(&self, generation: u64) {
		let mut slot = self.connection.write().await;
		if self.generation() == generation {
			*slot = None;
		}
	}

	fn is_other_chain(&self, message: &str) -> Option<H256> {
		message.strip_prefix(OTHER_CHAIN).and_then(|hash| hash.parse().ok())
	}
}

/// Marks the error of a node that came back as another chain.
const OTHER_CHAIN: &str = "genesis ";

impl Connection {
	async fn request<T: DeserializeOwned>(
		&self,
		method: &str,
		params: &[Value],
	) -> Result<T, Error> {
		match self {
			Self::Ws(client) => client.request(method, params).await,
			Self::Http(client) => client.request(method, params).await,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[tokio::test]
	async fn request_of_an_unreachable_node_fails() {
		// Nothing listens on the discard port of this host.
		let node = Node::new("ws://127.0.0.1:9", Duration::ZERO).expect("an address");
		let result: Result<Value, _> = node.request("system_chain", vec![]).await;
		assert!(matches!(result, Err(SubstrateError::Unreachable { .. })), "{result:?}");
	}

	#[test]
	fn new_of_another_scheme_fails() {
		let result = Node::new("localhost:9944", Duration::ZERO);
		assert!(matches!(result, Err(SubstrateError::Url { .. })));
	}
}
