//! The JSON of a file of state tests.

use alloy_primitives::{Address, Bytes, B256, U256};
use serde::Deserialize;
use std::collections::BTreeMap;

/// A file: tests by name.
pub type Fixture = BTreeMap<String, Test>;

/// Accounts by address.
pub type Accounts = BTreeMap<Address, Account>;

/// One test: a state, a block and transactions, with what follows under each hard fork.
#[derive(Clone, Debug, Deserialize)]
pub struct Test {
	/// The chain.
	#[serde(default)]
	pub config: Config,
	/// The block.
	pub env: Environment,
	/// The accounts before.
	pub pre: Accounts,
	/// What follows, by the hard fork's name.
	pub post: BTreeMap<String, Vec<Post>>,
}

/// The chain.
#[derive(Clone, Debug, Deserialize)]
pub struct Config {
	/// The chain id.
	pub chainid: U256,
}

/// Mainnet, which older files do not mention.
impl Default for Config {
	fn default() -> Self {
		Self { chainid: U256::from(1) }
	}
}

/// The block that the transaction is in.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Environment {
	/// Who gets the tips.
	pub current_coinbase: Address,
	/// The gas limit.
	pub current_gas_limit: U256,
	/// The number.
	pub current_number: U256,
	/// Seconds since the epoch.
	pub current_timestamp: U256,
	/// DIFFICULTY before Paris.
	#[serde(default)]
	pub current_difficulty: U256,
	/// PREVRANDAO since Paris.
	#[serde(default)]
	pub current_random: Option<U256>,
	/// The base fee since London.
	#[serde(default)]
	pub current_base_fee: Option<U256>,
	/// What the price of blob gas follows from, since Cancun.
	#[serde(default)]
	pub current_excess_blob_gas: Option<U256>,
}

/// An account.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
	/// The balance in wei.
	pub balance: U256,
	/// The code.
	pub code: Bytes,
	/// The nonce.
	pub nonce: U256,
	/// The storage.
	pub storage: BTreeMap<U256, U256>,
}

/// What follows from one of the transactions.
#[derive(Clone, Debug, Deserialize)]
pub struct Post {
	/// Which of the values of the transaction's template are taken.
	pub indexes: Indexes,
	/// The state root.
	pub hash: B256,
	/// Keccak-256 of the RLP of the logs.
	pub logs: B256,
	/// The signed transaction.
	pub txbytes: Bytes,
	/// Why the transaction is invalid, if it is: names of exceptions, any of which will do.
	#[serde(default, rename = "expectException")]
	pub expect_exception: Option<String>,
	/// The accounts after, where the file has them.
	#[serde(default)]
	pub state: Option<Accounts>,
}

/// Positions in the lists of the transaction's template.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Indexes {
	/// Of the data.
	pub data: usize,
	/// Of the gas limit.
	pub gas: usize,
	/// Of the value.
	pub value: usize,
}

/// Reads a file.
pub fn parse(bytes: &[u8]) -> Result<Fixture, serde_json::Error> {
	serde_json::from_slice(bytes)
}
