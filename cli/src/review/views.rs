//! Asking contracts of a snapshot: their own functions run on the snapshot's own data.
//!
//! Nothing is sent anywhere and nothing is kept. What a contract answers depends on the snapshot and
//! on its block only. Its code is somebody else's: gas, memory and the sum of all gas are bounded.

use std::{collections::BTreeMap, fmt};

use migration_primitives::{
	address::is_system_address, manifest::EvmSpec, snapshot::Scope, H160, H256,
};
use revm::{
	context::{BlockEnv, CfgEnv, TxEnv},
	context_interface::{result::ExecutionResult, DBErrorMarker},
	primitives::{hardfork::SpecId, Address, Bytes, TxKind, B256, U256 as Word},
	state::{AccountInfo, Bytecode},
	Context, Database, ExecuteEvm, MainBuilder, MainContext,
};

use super::index::{IndexError, SnapshotIndex};

/// Most gas of one question.
const GAS: u64 = 5_000_000;
/// Most gas of all questions.
const TOTAL_GAS: u64 = 20_000_000_000;
/// Most memory of one question in bytes.
const MEMORY: u64 = 16 << 20;
/// Most contracts whose code is kept in memory.
const MAX_CODES: usize = 64;
/// Who asks: an address that nobody has.
const CALLER: Address = Address::new([0xfe; 20]);

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
	/// The contract answered.
	Returned {
		/// What it said.
		data: Vec<u8>,
		/// The slots that it read, in their order.
		reads: Vec<Read>,
	},
	/// The contract refused, or has no such function.
	Refused,
	/// The answer depends on an account that is not in the snapshot.
	Outside(H160),
	/// Too much was asked.
	Exhausted,
}

/// A slot that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Read {
	/// The contract.
	pub contract: H160,
	/// The slot.
	pub key: H256,
	/// Its value.
	pub value: H256,
}

/// The block that contracts believe to be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surroundings {
	/// The source's chain id.
	pub chain_id: u64,
	/// The block's number.
	pub number: u64,
	/// Its time in seconds since 1970.
	pub timestamp: u64,
	/// The hard fork.
	pub spec: EvmSpec,
}

/// Asks contracts of a snapshot.
#[derive(Debug)]
pub struct Views<'a> {
	index: &'a mut SnapshotIndex,
	surroundings: Surroundings,
	gas_left: u64,
	codes: BTreeMap<H160, Bytecode>,
}

impl<'a> Views<'a> {
	/// Prepares to ask.
	pub fn new(index: &'a mut SnapshotIndex, surroundings: Surroundings) -> Self {
		Self { index, surroundings, gas_left: TOTAL_GAS, codes: BTreeMap::new() }
	}

	/// The snapshot.
	pub fn index(&mut self) -> &mut SnapshotIndex {
		self.index
	}

	/// Calls a contract with these bytes.
	pub fn ask(&mut self, contract: H160, input: &[u8]) -> Result<Answer, IndexError> {
		if self.gas_left < GAS {
			return Ok(Answer::Exhausted);
		}
		let Surroundings { chain_id, number, timestamp, spec } = self.surroundings;
		let mut cfg = CfgEnv::new_with_spec(spec_id(spec));
		cfg.chain_id = chain_id;
		cfg.tx_gas_limit_cap = Some(u64::MAX);
		cfg.memory_limit = MEMORY;
		cfg.disable_nonce_check = true;
		cfg.disable_eip3607 = true;
		cfg.disable_base_fee = true;
		cfg.disable_fee_charge = true;
		let block = BlockEnv {
			number: Word::from(number),
			timestamp: Word::from(timestamp),
			gas_limit: u64::MAX,
			prevrandao: Some(B256::ZERO),
			..Default::default()
		};
		let transaction = TxEnv {
			caller: CALLER,
			gas_limit: GAS,
			kind: TxKind::Call(Address::new(contract.0)),
			data: Bytes::copy_from_slice(input),
			chain_id: Some(chain_id),
			..Default::default()
		};
		let mut state = State {
			full: self.index.header().scope == Scope::Full,
			index: self.index,
			codes: &mut self.codes,
			reads: Vec::new(),
			outside: None,
		};
		let result = Context::mainnet()
			.with_db(&mut state)
			.with_cfg(cfg)
			.with_block(block)
			.build_mainnet()
			.transact(transaction);
		let State { reads, outside, .. } = state;
		let result = match result {
			Ok(result) => result.result,
			Err(revm::context_interface::result::EVMError::Database(StateError(error))) => {
				return Err(error)
			}
			// A transaction that the rules refuse is none that a contract could answer.
			Err(_) => return Ok(Answer::Refused),
		};
		self.gas_left = self.gas_left.saturating_sub(result.tx_gas_used());
		Ok(match (outside, result) {
			(Some(address), _) => Answer::Outside(address),
			(None, ExecutionResult::Success { output, .. }) => {
				Answer::Returned { data: output.into_data().to_vec(), reads }
			}
			(None, _) => Answer::Refused,
		})
	}
}

fn spec_id(spec: EvmSpec) -> SpecId {
	match spec {
		EvmSpec::London => SpecId::LONDON,
		EvmSpec::Paris => SpecId::MERGE,
		EvmSpec::Shanghai => SpecId::SHANGHAI,
		EvmSpec::Cancun => SpecId::CANCUN,
		EvmSpec::Prague => SpecId::PRAGUE,
		EvmSpec::Osaka => SpecId::OSAKA,
	}
}

/// The snapshot as revm's database.
#[derive(Debug)]
struct State<'a> {
	index: &'a mut SnapshotIndex,
	/// The code that was run last.
	codes: &'a mut BTreeMap<H160, Bytecode>,
	full: bool,
	reads: Vec<Read>,
	/// The first account that was asked for and is not in the snapshot.
	outside: Option<H160>,
}

/// The snapshot cannot be read.
#[derive(Debug)]
struct StateError(IndexError);

impl fmt::Display for StateError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		self.0.fmt(f)
	}
}

impl std::error::Error for StateError {}
impl DBErrorMarker for StateError {}

impl Database for State<'_> {
	type Error = StateError;

	fn basic(&mut self, address: Address) -> Result<Option<AccountInfo>, StateError> {
		let source = H160(address.into_array());
		let Some(place) = self.index.accounts().get(&source) else {
			// The block's author is the zero address here.
			let known = address == CALLER || is_system_address(&source);
			if !known && !self.full {
				self.outside.get_or_insert(source);
			}
			return Ok(None);
		};
		let (info, code_hash) = (place.info, B256::new(place.code_hash.0));
		let code = self.code(source)?;
		Ok(Some(AccountInfo {
			balance: Word::from_be_bytes(info.balance.to_big_endian()),
			nonce: info.nonce,
			code_hash,
			code: Some(code),
			..Default::default()
		}))
	}

	fn code_by_hash(&mut self, _: B256) -> Result<Bytecode, StateError> {
		// Every account comes with its code.
		Ok(Bytecode::default())
	}

	fn storage(&mut self, address: Address, index: Word) -> Result<Word, StateError> {
		let (contract, key) = (H160(address.into_array()), H256(index.to_be_bytes()));
		let value = self.index.slot(contract, key).map_err(StateError)?;
		self.reads.push(Read { contract, key, value });
		Ok(Word::from_be_bytes(value.0))
	}

	fn block_hash(&mut self, _: u64) -> Result<B256, StateError> {
		// No snapshot holds the hashes of earlier blocks.
		Ok(B256::ZERO)
	}
}

impl State<'_> {
	fn code(&mut self, address: H160) -> Result<Bytecode, StateError> {
		if let Some(code) = self.codes.get(&address) {
			return Ok(code.clone());
		}
		let code = Bytes::from(self.index.code(address).map_err(StateError)?);
		// Code can begin like a delegation without being one.
		let code =
			Bytecode::new_raw_checked(code.clone()).unwrap_or_else(|_| Bytecode::new_legacy(code));
		if self.codes.len() >= MAX_CODES {
			self.codes.clear();
		}
		self.codes.insert(address, code.clone());
		Ok(code)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::review::fixture::Fixture;

	const CONTRACT: H160 = H160::repeat_byte(1);
	const LIBRARY: H160 = H160::repeat_byte(2);

	fn ask(fixture: &Fixture) -> Answer {
		let file = fixture.write();
		let mut index = SnapshotIndex::read(file.path(), |_, _| {}).expect("a sound snapshot");
		let surroundings =
			Surroundings { chain_id: 5, number: 7, timestamp: 9, spec: EvmSpec::Osaka };
		Views::new(&mut index, surroundings).ask(CONTRACT, &[]).expect("an answer")
	}

	/// Returns the word on the stack: MSTORE at 0, RETURN of 32 bytes.
	fn returning(code: &[u8]) -> Vec<u8> {
		[code, &[0x60, 0, 0x52, 0x60, 32, 0x60, 0, 0xf3]].concat()
	}

	fn word(number: u64) -> Vec<u8> {
		H256::from_low_u64_be(number).0.to_vec()
	}

	fn reads_slot_3() -> Vec<Read> {
		let [key, value] = [3, 77].map(H256::from_low_u64_be);
		vec![Read { contract: CONTRACT, key, value }]
	}

	#[test]
	fn ask_for_a_slot_works() {
		let mut fixture = Fixture::default();
		// SLOAD of slot 3.
		fixture.contract(CONTRACT, &returning(&[0x60, 3, 0x54]), [(3, 77)]);
		assert_eq!(ask(&fixture), Answer::Returned { data: word(77), reads: reads_slot_3() });
	}

	#[test]
	fn ask_for_the_block_works() {
		// CHAINID * 100 + NUMBER * 10 + TIMESTAMP.
		let code = [0x46, 0x60, 100, 0x02, 0x43, 0x60, 10, 0x02, 0x01, 0x42, 0x01];
		let mut fixture = Fixture::default();
		fixture.contract(CONTRACT, &returning(&code), []);
		assert_eq!(ask(&fixture), Answer::Returned { data: word(579), reads: Vec::new() });
	}

	/// DELEGATECALL of a library, then its answer.
	fn proxy(library: H160) -> Vec<u8> {
		let call = [0x60, 32, 0x60, 0, 0x60, 0, 0x60, 0, 0x73];
		let rest = [0x5a, 0xf4, 0x50, 0x60, 32, 0x60, 0, 0xf3];
		[&call[..], library.as_bytes(), &rest].concat()
	}

	#[test]
	fn ask_through_a_proxy_works() {
		let mut fixture = Fixture::default();
		fixture.contract(CONTRACT, &proxy(LIBRARY), [(3, 77)]);
		fixture.contract(LIBRARY, &returning(&[0x60, 3, 0x54]), [(3, 78)]);
		assert_eq!(ask(&fixture), Answer::Returned { data: word(77), reads: reads_slot_3() });
	}

	#[test]
	fn ask_that_leads_outside_fails() {
		let mut fixture = Fixture::default();
		fixture.contract(CONTRACT, &proxy(LIBRARY), [(3, 77)]);
		assert_eq!(ask(&fixture), Answer::Outside(LIBRARY));
	}

	/// Chains keep contracts of their own at low numbers, which no precompile of Ethereum's has.
	#[test]
	fn ask_for_low_addresses_works_and_of_unknown_ones_fails() {
		let asked = |number| {
			let mut fixture = Fixture::default();
			fixture.contract(CONTRACT, &proxy(H160::from_low_u64_be(number)), []);
			ask(&fixture)
		};
		assert_eq!(asked(4), Answer::Returned { data: word(0), reads: Vec::new() });
		for number in [0x12, 0x1000, 0x1010] {
			assert_eq!(asked(number), Answer::Outside(H160::from_low_u64_be(number)));
		}
	}

	#[test]
	fn ask_that_reverts_or_never_ends_fails() {
		for code in [&[0x60, 0, 0x60, 0, 0xfd][..], &[0x5b, 0x60, 0, 0x56]] {
			let mut fixture = Fixture::default();
			fixture.contract(CONTRACT, code, []);
			assert_eq!(ask(&fixture), Answer::Refused);
		}
	}
}
