//! A genesis file of Geth: accounts (`alloc`), and the fields of block 0.
//!
//! The header is made as `Genesis.ToBlock` of go-ethereum makes it: fields of later hard forks stand
//! in it where the file's configuration has them active in block 0. Chains whose headers are others
//! use files of the same form; what tells them apart must be settled by a hash of the block.

use std::fmt;

use alloy_consensus::{
	constants::{EMPTY_OMMER_ROOT_HASH, EMPTY_RECEIPTS, EMPTY_TRANSACTIONS, EMPTY_WITHDRAWALS},
	Header,
};
use alloy_primitives::{Address, B256, B64, U256 as AlloyU256};
use hex_literal::hex;
use migration_primitives::{header::SourceHeader, H160, H256, U256};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{
	account::{put, Loader, Names, Watched},
	config::{present, Config, ConfigSeed, Forks, AURA, AVALANCHE},
	error::Foreign,
	header::BlockHeader,
	input::Input,
	networks, ConfirmedBy, FileError, FileRequest,
};

/// The gas limit where a genesis says 0 (go-ethereum, `params.GenesisGasLimit`).
const DEFAULT_GAS_LIMIT: u64 = 4_712_388;
/// The first base fee of EIP-1559 in wei.
const FIRST_BASE_FEE: u64 = 1_000_000_000;
/// The root of no requests (EIP-7685): SHA-256 of nothing.
const NO_REQUESTS: [u8; 32] =
	hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
/// OP's predeployed contract whose storage root is the root of withdrawals since Isthmus.
const MESSAGE_PASSER: H160 = H160(hex!("4200000000000000000000000000000000000016"));
/// Most reasons for doubt that are kept.
const MAX_FOREIGN: usize = 8;

/// A word of a header, by its name.
type NamedWord = (&'static str, fn(&Header) -> Option<B256>);

/// Words of the header that follow from the rest of a file; a file that says them is compared.
const DERIVED: [NamedWord; 6] = [
	("withdrawalsRoot", |header: &Header| header.withdrawals_root),
	("requestsHash", |header: &Header| header.requests_hash),
	("parentBeaconBlockRoot", |header: &Header| header.parent_beacon_block_root),
	("transactionsRoot", |header: &Header| Some(header.transactions_root)),
	("receiptsRoot", |header: &Header| Some(header.receipts_root)),
	("sha3Uncles", |header: &Header| Some(header.ommers_hash)),
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
	/// What some files say of the block although Geth does not read it.
	hash: Option<H256>,
	pub(super) state_root: Option<H256>,
	derived: [Option<H256>; DERIVED.len()],
	bloom: Option<Vec<u8>>,
	foreign: Vec<Foreign>,
	alloc: bool,
	/// Whether it looks like a file of Parity.
	specification: bool,
	message_passer: Option<H256>,
}

/// What is known of a block from elsewhere.
#[derive(Clone, Copy)]
pub(super) struct Expected<'a> {
	pub(super) request: &'a FileRequest,
	/// The header beside the file.
	pub(super) given: Option<&'a BlockHeader>,
}

impl Genesis {
	/// Reads a file. Its accounts go to the loader.
	pub(super) fn read(input: Input, loader: &mut Loader<'_>) -> Result<Self, FileError> {
		loader.names = Names::OnlyInAnyCase;
		// As Besu reads it. Geth refuses it.
		loader.without_balance = true;
		loader.watched = Some(Watched { address: MESSAGE_PASSER, storage_root: None });
		let mut genesis = Self::default();
		let mut json = serde_json::Deserializer::from_reader(input);
		let seed = GenesisSeed { genesis: &mut genesis, loader: &mut *loader };
		seed.deserialize(&mut json).map_err(|error| loader.error(error))?;
		json.end()?;
		genesis.message_passer = loader.watched.and_then(|watched| watched.storage_root);
		match (genesis.alloc, genesis.specification) {
			(true, _) => Ok(genesis),
			(false, true) => Err(FileError::Specification),
			(false, false) => Err(FileError::Missing { field: "alloc" }),
		}
	}

	/// The header of the block with this state root.
	///
	/// Some files are passed on without their configuration. Then the hard forks are those that make
	/// a block which is known, else none.
	pub(super) fn header(
		&self,
		state_root: H256,
		expected: Expected<'_>,
	) -> Result<Header, FileError> {
		let mut header = self.header_after(self.forks()?, state_root)?;
		if self.config.is_none() {
			for forks in Forks::STEPS {
				let other = self.header_after(forks, state_root)?;
				if self.is_known(H256(other.hash_slow().0), expected) {
					header = other;
					break;
				}
			}
		}
		self.compare(&header)?;
		Ok(header)
	}

	fn header_after(&self, forks: Forks, state_root: H256) -> Result<Header, FileError> {
		let base_fee = match self.base_fee {
			Some(fee) => Some(u64::try_from(fee).map_err(|_| FileError::HeaderNumber {
				field: "baseFeePerGas",
				found: fee.to_string(),
			})?),
			None => forks.london.then_some(FIRST_BASE_FEE),
		};
		let withdrawals_root = match (forks.isthmus, self.message_passer) {
			(true, Some(root)) => Some(b256(root)),
			(true, None) => Some(EMPTY_WITHDRAWALS),
			(false, _) => forks.shanghai.then_some(EMPTY_WITHDRAWALS),
		};
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
			number: self.number(),
			gas_limit: if gas_limit == 0 { DEFAULT_GAS_LIMIT } else { gas_limit },
			gas_used: self.gas_used.unwrap_or_default(),
			timestamp: self.time(),
			extra_data: self.extra_data.clone().unwrap_or_default().into(),
			mix_hash: b256(self.mix_hash.unwrap_or_default()),
			nonce: B64::from(self.nonce.unwrap_or_default().to_be_bytes()),
			base_fee_per_gas: base_fee,
			withdrawals_root,
			blob_gas_used: forks.cancun.then(|| self.blob_gas_used.unwrap_or_default()),
			excess_blob_gas: forks.cancun.then(|| self.excess_blob_gas.unwrap_or_default()),
			parent_beacon_block_root: forks.cancun.then_some(B256::ZERO),
			requests_hash: forks.prague.then_some(B256::from(NO_REQUESTS)),
			..Header::default()
		})
	}

	/// Holds the header against every hash of it that is known. Where none is, nothing in the file may
	/// tell of a header that is made in another way. Gives the first who knows the hash.
	pub(super) fn confirm(
		&self,
		header: &SourceHeader,
		expected: Expected<'_>,
	) -> Result<ConfirmedBy, FileError> {
		let Expected { request, given } = expected;
		let (number, found) = (header.number, header.hash);
		let mut foreign = self.foreign()?;
		let chain_id = self.config.as_ref().and_then(|config| config.chain_id);
		let chain_id = chain_id.or(request.chain_id).filter(|_| number == 0);
		if let Some(reason) = chain_id.and_then(networks::foreign) {
			foreign.push(Foreign::of_field("chainId", reason));
		}
		let known = match (request.block_hash, chain_id) {
			// Whoever names the hash knows which chain is meant.
			(Some(_), _) => None,
			(None, Some(chain_id)) => networks::genesis_hash(chain_id),
			(None, None) => networks::chain_of(found, None).map(|_| found),
		};
		let beside = given.map(|given| given.header.hash);
		let said = [
			("--expect-block-hash says", request.block_hash, ConfirmedBy::Flag),
			("its file says", self.hash, ConfirmedBy::File),
			("the header beside the file has", beside, ConfirmedBy::File),
			("the public network of this chain id has", known, ConfirmedBy::PublicNetwork),
		];
		for (who, expected, _) in said {
			if let Some(expected) = expected.filter(|expected| *expected != found) {
				return Err(FileError::GenesisHash { number, who, expected, found, foreign });
			}
		}
		match said.iter().find(|(_, expected, _)| expected.is_some()) {
			Some((.., confirmed_by)) => Ok(*confirmed_by),
			None if foreign.is_empty() => Ok(ConfirmedBy::Nobody),
			None => Err(FileError::Foreign { number, found, foreign }),
		}
	}

	/// Whether somebody says that the block has this hash.
	fn is_known(&self, hash: H256, expected: Expected<'_>) -> bool {
		let Expected { request, given } = expected;
		let said = [request.block_hash, self.hash, given.map(|given| given.header.hash)];
		let public = match request.chain_id {
			Some(chain_id) => networks::genesis_hash(chain_id) == Some(hash),
			None => networks::chain_of(hash, None).is_some(),
		};
		public || said.contains(&Some(hash))
	}

	/// The chain id: what the configuration says, or what everybody knows of this block.
	pub(super) fn chain_id(&self, block_hash: H256, expected: Option<u64>) -> Option<u64> {
		let said = self.config.as_ref().and_then(|config| config.chain_id);
		said.or_else(|| networks::chain_of(block_hash, expected))
	}

	fn number(&self) -> u64 {
		self.number.unwrap_or_default()
	}

	fn time(&self) -> u64 {
		self.timestamp.unwrap_or_default()
	}

	fn forks(&self) -> Result<Forks, FileError> {
		match &self.config {
			Some(config) => config.forks(self.number(), self.time()),
			None => Ok(Forks::default()),
		}
	}

	/// By what the block may be another than the one that is made here.
	fn foreign(&self) -> Result<Vec<Foreign>, FileError> {
		let forks = self.forks()?;
		let mut foreign = self.foreign.clone();
		if let Some(config) = &self.config {
			let extra_data = self.extra_data.as_deref().unwrap_or_default();
			foreign.extend(config.foreign(self.time(), forks, extra_data));
		}
		if self.excess_blob_gas.is_some() && !forks.cancun {
			let reason = "before Cancun some versions of Geth put it into the header";
			foreign.push(Foreign::of_field("excessBlobGas", reason));
		}
		if self.bloom.iter().flatten().any(|byte| *byte != 0) {
			foreign.push(Foreign::of_field("logsBloom", "a first block has no logs"));
		}
		Ok(foreign)
	}

	/// What the file says of the header must be what follows from the rest.
	fn compare(&self, header: &Header) -> Result<(), FileError> {
		for ((field, of), said) in DERIVED.into_iter().zip(self.derived) {
			let found = of(header).map(|word| H256(word.0));
			if let Some(expected) = said.filter(|said| Some(*said) != found) {
				return Err(FileError::HeaderWord { field, expected, found });
			}
		}
		Ok(())
	}

	/// Takes a field that Geth does not know, or passes over it; says whether it was there before.
	fn other<'de, A: MapAccess<'de>>(
		&mut self,
		field: &str,
		map: &mut A,
	) -> Result<bool, A::Error> {
		let mut derived = DERIVED.iter().zip(&mut self.derived);
		let found = derived.find(|((name, _), _)| name.eq_ignore_ascii_case(field));
		if let Some((_, said)) = found {
			return put(said, map);
		}
		let reason = match field.to_ascii_lowercase().as_str() {
			"seal" | "auraseal" | "aurastep" => AURA,
			"extdatahash" | "extdatagasused" | "blockgascost" => AVALANCHE,
			name if is_remark(name) => {
				map.next_value::<IgnoredAny>()?;
				return Ok(false);
			}
			_ => "a genesis of Geth does not have it",
		};
		if present(map)? && self.foreign.len() < MAX_FOREIGN {
			self.foreign.push(Foreign::of_field(field, reason));
		}
		Ok(false)
	}
}

/// Whether a field, in lower case, is meant for people.
fn is_remark(field: &str) -> bool {
	matches!(field, "comment" | "description" | "name") || field.starts_with(['_', '$'])
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
				"config" => match map.next_value_seed(ConfigSeed { loader: &mut *loader })? {
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
				"hash" => put(&mut genesis.hash, &mut map)?,
				// The second is how op-geth names it.
				"stateroot" | "statehash" => put(&mut genesis.state_root, &mut map)?,
				"logsbloom" => put(&mut genesis.bloom, &mut map)?,
				"alloc" => {
					map.next_value_seed(loader.accounts())?;
					std::mem::replace(&mut genesis.alloc, true)
				}
				// Some tools wrap a genesis. Parity's file has the header in a part of this name.
				"genesis" => {
					let (genesis, loader) = (&mut *genesis, &mut *loader);
					map.next_value_seed(GenesisSeed { genesis, loader })?;
					false
				}
				"engine" | "accounts" => {
					genesis.specification = true;
					genesis.other(&field, &mut map)?
				}
				_ => genesis.other(&field, &mut map)?,
			};
			if repeated {
				return Err(loader.fail(FileError::Repeated { field }));
			}
		}
		Ok(())
	}
}
