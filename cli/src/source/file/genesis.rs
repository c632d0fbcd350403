//! A genesis file of Geth: accounts (`alloc`), and the fields of block 0.
//!
//! The header is made as `Genesis.ToBlock` of go-ethereum makes it: fields of later hard forks stand
//! in it where the file's configuration has them active in block 0.

use std::fmt;

use alloy_consensus::{
	constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_RECEIPTS, EMPTY_TRANSACTIONS, EMPTY_WITHDRAWALS},
	Header,
};
use alloy_primitives::{Address, B256, B64, U256 as AlloyU256};
use migration_primitives::{H160, H256, U256};
use serde::{
	de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor},
	Deserialize,
};

use super::{
	account::{put, Loader},
	input::Input,
	value::Value,
	FileError,
};

/// The gas limit where a genesis says 0 (go-ethereum, `params.GenesisGasLimit`).
const DEFAULT_GAS_LIMIT: u64 = 4_712_388;
/// The first base fee of EIP-1559 in wei.
const FIRST_BASE_FEE: u64 = 1_000_000_000;
/// The root of no requests (EIP-7685): SHA-256 of nothing.
const NO_REQUESTS: [u8; 32] = [
	0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
	0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
];
/// Block 0 of Ethereum's main network, whose file is often passed on without its configuration.
const MAINNET: [u8; 32] = [
	0xd4, 0xe5, 0x67, 0x40, 0xf8, 0x76, 0xae, 0xf8, 0xc0, 0x10, 0xb8, 0x6a, 0x40, 0xd5, 0xf5, 0x67,
	0x45, 0xa1, 0x18, 0xd0, 0x90, 0x6a, 0x34, 0xe6, 0x9a, 0xec, 0x8c, 0x0d, 0xb1, 0xcb, 0x8f, 0xa3,
];

/// What a genesis file says besides its accounts.
#[derive(Debug, Default)]
pub(super) struct Genesis {
	config: Option<Config>,
	nonce: Option<u64>,
	timestamp: Option<u64>,
	extra_data: Option<Vec<u8>>,
	gas_limit: Option<u64>,
	difficulty: Option<U256>,
	mix_hash: Option<H256>,
	coinbase: Option<H160>,
	number: Option<u64>,
	gas_used: Option<u64>,
	parent_hash: Option<H256>,
	base_fee: Option<U256>,
	excess_blob_gas: Option<u64>,
	blob_gas_used: Option<u64>,
	/// Geth does not know this field; some files say what their accounts make.
	pub(super) state_root: Option<H256>,
	alloc: bool,
}

/// What of a chain's configuration decides on the form of the first header.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Config {
	chain_id: Option<Value<u64>>,
	london_block: Option<Value<U256>>,
	shanghai_time: Option<Value<u64>>,
	cancun_time: Option<Value<u64>>,
	prague_time: Option<Value<u64>>,
	amsterdam_time: Option<Value<u64>>,
	verkle_time: Option<Value<u64>>,
	isthmus_time: Option<Value<u64>>,
}

impl Genesis {
	/// Reads a file. Its accounts go to the loader.
	pub(super) fn read(input: Input, loader: &mut Loader<'_>) -> Result<Self, FileError> {
		loader.strict = true;
		let mut genesis = Self::default();
		let mut json = serde_json::Deserializer::from_reader(input);
		let seed = GenesisSeed { genesis: &mut genesis, loader: &mut *loader };
		seed.deserialize(&mut json).map_err(|error| loader.error(error))?;
		json.end()?;
		match genesis.alloc {
			true => Ok(genesis),
			false => Err(FileError::Missing { field: "alloc" }),
		}
	}

	/// The header of the block with this state root.
	pub(super) fn header(&self, state_root: H256) -> Result<Header, FileError> {
		let time = self.timestamp.unwrap_or_default();
		let number = self.number.unwrap_or_default();
		let none = Config::default();
		let config = self.config.as_ref().unwrap_or(&none);
		let london = |at: u64| config.london_block.is_some_and(|block| block.0 <= at.into());
		let later =
			|fork: Option<Value<u64>>| london(number) && fork.is_some_and(|at| at.0 <= time);
		for (fork, at) in [
			("Amsterdam", config.amsterdam_time),
			("Verkle", config.verkle_time),
			("Isthmus", config.isthmus_time),
		] {
			if later(at) {
				return Err(FileError::Fork { fork });
			}
		}
		let base_fee = match self.base_fee {
			Some(fee) => Some(u64::try_from(fee).map_err(|_| FileError::HeaderNumber {
				field: "baseFeePerGas",
				found: fee.to_string(),
			})?),
			None => london(0).then_some(FIRST_BASE_FEE),
		};
		let (shanghai, cancun) = (later(config.shanghai_time), later(config.cancun_time));
		let difficulty = self.difficulty.ok_or(FileError::Missing { field: "difficulty" })?;
		let gas_limit = self.gas_limit.ok_or(FileError::Missing { field: "gasLimit" })?;
		Ok(Header {
			parent_hash: b256(self.parent_hash.unwrap_or_default()),
			ommers_hash: EMPTY_OMMER_ROOT_HASH,
			beneficiary: Address::from(self.coinbase.unwrap_or_default().0),
			state_root: b256(state_root),
			transactions_root: EMPTY_TRANSACTIONS,
			receipts_root: EMPTY_RECEIPTS,
			difficulty: AlloyU256::from_be_bytes(difficulty.to_big_endian()),
			number,
			gas_limit: if gas_limit == 0 { DEFAULT_GAS_LIMIT } else { gas_limit },
			gas_used: self.gas_used.unwrap_or_default(),
			timestamp: time,
			extra_data: self.extra_data.clone().unwrap_or_default().into(),
			mix_hash: b256(self.mix_hash.unwrap_or_default()),
			nonce: B64::from(self.nonce.unwrap_or_default().to_be_bytes()),
			base_fee_per_gas: base_fee,
			withdrawals_root: shanghai.then_some(EMPTY_WITHDRAWALS),
			blob_gas_used: cancun.then(|| self.blob_gas_used.unwrap_or_default()),
			excess_blob_gas: cancun.then(|| self.excess_blob_gas.unwrap_or_default()),
			parent_beacon_block_root: cancun.then_some(B256::ZERO),
			requests_hash: later(config.prague_time).then_some(B256::from(NO_REQUESTS)),
			..Header::default()
		})
	}

	/// The chain id: what the configuration says, or what everybody knows of this block.
	pub(super) fn chain_id(&self, block_hash: H256) -> Option<u64> {
		match self.config.as_ref().and_then(|config| config.chain_id) {
			Some(id) => Some(id.0),
			None => (block_hash == H256(MAINNET)).then_some(1),
		}
	}
}

fn b256(hash: H256) -> B256 {
	B256::from(hash.0)
}

struct GenesisSeed<'l, 'a> {
	genesis: &'l mut Genesis,
	loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for GenesisSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for GenesisSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("a genesis")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		let Self { genesis, loader } = self;
		while let Some(field) = map.next_key::<String>()? {
			// As Go's parser, which takes names in any case: `mixhash` is common.
			let repeated = match field.to_ascii_lowercase().as_str() {
				"config" => match map.next_value::<Option<Config>>()? {
					Some(config) => genesis.config.replace(config).is_some(),
					None => false,
				},
				"nonce" => put(&mut genesis.nonce, &mut map)?,
				"timestamp" => put(&mut genesis.timestamp, &mut map)?,
				"extradata" => put(&mut genesis.extra_data, &mut map)?,
				"gaslimit" => put(&mut genesis.gas_limit, &mut map)?,
				"difficulty" => put(&mut genesis.difficulty, &mut map)?,
				"mixhash" => put(&mut genesis.mix_hash, &mut map)?,
				"coinbase" => put(&mut genesis.coinbase, &mut map)?,
				"number" => put(&mut genesis.number, &mut map)?,
				"gasused" => put(&mut genesis.gas_used, &mut map)?,
				"parenthash" => put(&mut genesis.parent_hash, &mut map)?,
				"basefeepergas" => put(&mut genesis.base_fee, &mut map)?,
				"excessblobgas" => put(&mut genesis.excess_blob_gas, &mut map)?,
				"blobgasused" => put(&mut genesis.blob_gas_used, &mut map)?,
				"stateroot" => put(&mut genesis.state_root, &mut map)?,
				"alloc" => {
					map.next_value_seed(loader.accounts())?;
					std::mem::replace(&mut genesis.alloc, true)
				}
				_ => {
					map.next_value::<IgnoredAny>()?;
					false
				}
			};
			if repeated {
				return Err(loader.fail(FileError::Repeated { field }));
			}
		}
		Ok(())
	}
}
