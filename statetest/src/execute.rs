//! Executes a case and compares what followed.

use crate::{
	case::Case,
	diff::differences,
	engine::{Engine, EngineError},
	refusal::{self, RefusalError},
	root::{logs_hash, state_root},
	skip::Reason,
};
use alloy_eips::eip4844::fake_exponential;
use alloy_primitives::{B256, U256};
use evm_testbed::{
	state::{self, Account},
	CurrentEnvironment, Environment, Runtime, RuntimeEvent, System,
};
use pallet_evm::{EvmSpec, ExitError, ExitReason, Log};
use sp_core::{H160, H256};
use sp_state_machine::BasicExternalities;
use std::collections::BTreeMap;

/// How fast the price of blob gas follows the excess (EIP-4844, and EIP-7691 since Prague).
const BLOB_FRACTION_CANCUN: u128 = 3_338_477;
const BLOB_FRACTION_PRAGUE: u128 = 5_007_716;

/// What became of a case.
#[derive(Debug)]
pub enum Verdict {
	/// Everything is as it must be.
	Passed,
	/// Not executed, since the chain cannot represent it.
	Skipped(Reason),
	/// Something is not.
	Failed(Failure),
}

/// What is not as it must be.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
	/// Not a file of state tests.
	#[error("not a file of state tests: {0}")]
	Malformed(String),
	/// A hard fork that nothing is known about.
	#[error("the hard fork is not known")]
	UnknownFork,
	/// A value does not fit where it must.
	#[error("{0} is out of range")]
	OutOfRange(&'static str),
	/// The accounts cannot be written.
	#[error("the account {address} cannot be written: {reason}")]
	Load {
		/// The account.
		address: H160,
		/// Why not.
		reason: String,
	},
	/// The storage afterwards is no Ethereum state.
	#[error("the storage is no Ethereum state: {0}")]
	Read(String),
	/// The runtime gave no result.
	#[error(transparent)]
	Engine(#[from] EngineError),
	/// A valid transaction was refused.
	#[error("refused as {0}")]
	Refused(String),
	/// An invalid transaction was accepted.
	#[error("accepted, the case names {0}")]
	Accepted(String),
	/// An invalid transaction was refused for another reason.
	#[error(transparent)]
	Refusal(#[from] RefusalError),
	/// It was authorised, and its dispatch failed.
	#[error("authorised, and then not executed: {0}")]
	Dispatch(String),
	/// Receipts, events and what was executed do not agree.
	#[error("{0}")]
	Records(&'static str),
	/// The pallet had not enough memory for the case, and no list excuses that.
	#[error("halted with OutOfMemory, and not listed as skipped for memory")]
	OutOfMemory,
	/// The storage does not keep an invariant of the pallets.
	#[error("the storage afterwards: {0}")]
	Invariant(String),
	/// Other logs.
	#[error("the hash of {count} logs is {found}, expected {expected}")]
	Logs {
		/// How many there are.
		count: usize,
		/// Their hash.
		found: B256,
		/// The right one.
		expected: B256,
	},
	/// Another state.
	#[error("the state root is {found}, expected {expected}{}", lines(differences))]
	State {
		/// Its root.
		found: B256,
		/// The right one.
		expected: B256,
		/// What differs, if the file has the state.
		differences: Vec<String>,
	},
}

fn lines(differences: &[String]) -> String {
	differences.iter().map(|line| format!("\n    {line}")).collect()
}

/// Runs a case, with the time of precompiles bounded or not.
pub fn execute(case: &Case<'_>, engine: &Engine, bounds_precompiles: bool) -> Verdict {
	let Some(spec) = case.spec() else { return Verdict::Failed(Failure::UnknownFork) };
	if let Some(reason) = Reason::of(case, spec) {
		return Verdict::Skipped(reason);
	}
	let load = || {
		let environment = Environment { bounds_precompiles, ..environment(case, spec)? };
		load(case, &environment)
	};
	check(case, spec, engine, load).unwrap_or_else(Verdict::Failed)
}

fn check(
	case: &Case<'_>,
	spec: EvmSpec,
	engine: &Engine,
	load: impl FnOnce() -> Result<(), Failure>,
) -> Result<Verdict, Failure> {
	let mut storage = BasicExternalities::new_empty();
	storage.execute_with(load)?;
	let result = engine.transact(&mut storage, case.transaction.to_vec())?;
	let mut out_of_memory = false;
	let logs = match (result, case.expected.exception) {
		(Err(refusal), Some(exceptions)) => {
			refusal::check(exceptions, &refusal)?;
			Vec::new()
		}
		(Err(refusal), None) => return Err(Failure::Refused(refusal::describe(&refusal))),
		(Ok(_), Some(exceptions)) => return Err(Failure::Accepted(exceptions.to_owned())),
		(Ok(Err(error)), None) => return Err(Failure::Dispatch(format!("{error:?}"))),
		(Ok(Ok(())), None) => {
			let record = storage.execute_with(Record::read)?;
			// Where the cap of EIP-7825 holds, no memory is too small.
			out_of_memory =
				spec < EvmSpec::Osaka && record.exit == ExitReason::Error(ExitError::OutOfMemory);
			record.logs
		}
	};
	if !out_of_memory {
		let accounts = storage
			.execute_with(state::read)
			.map_err(|error| Failure::Read(format!("{error:?}")))?;
		compare(case, &accounts, &logs)?;
	}
	storage.execute_with(state::check).map_err(|broken| Failure::Invariant(broken.to_string()))?;
	Ok(if out_of_memory { Verdict::Skipped(Reason::Memory) } else { Verdict::Passed })
}

fn compare(
	case: &Case<'_>,
	accounts: &BTreeMap<H160, Account>,
	logs: &[Log],
) -> Result<(), Failure> {
	let expected = &case.expected;
	let found = state_root(accounts);
	if found != expected.state_root {
		let differences =
			expected.state.map(|state| differences(state, accounts)).unwrap_or_default();
		return Err(Failure::State { found, expected: expected.state_root, differences });
	}
	let found = logs_hash(logs);
	if found != expected.logs_hash {
		let expected = expected.logs_hash;
		return Err(Failure::Logs { count: logs.len(), found, expected });
	}
	Ok(())
}

/// Writes block and accounts to the storage.
fn load(case: &Case<'_>, environment: &Environment) -> Result<(), Failure> {
	CurrentEnvironment::set(environment);
	for (address, account) in case.pre {
		let address = H160(address.into_array());
		let storage = account
			.storage
			.iter()
			.filter(|(_, value)| !value.is_zero())
			.map(|(slot, value)| (hash(*slot), hash(*value)))
			.collect();
		let account = Account {
			nonce: narrow(account.nonce, "a nonce")?,
			balance: account.balance.try_into().map_err(|_| Failure::OutOfRange("a balance"))?,
			code: account.code.to_vec(),
			storage,
		};
		state::load(address, &account)
			.map_err(|reason| Failure::Load { address, reason: format!("{reason:?}") })?;
	}
	Ok(())
}

fn environment(case: &Case<'_>, spec: EvmSpec) -> Result<Environment, Failure> {
	let env = case.env;
	let fraction =
		if spec >= EvmSpec::Prague { BLOB_FRACTION_PRAGUE } else { BLOB_FRACTION_CANCUN };
	let excess: u64 =
		narrow(env.current_excess_blob_gas.unwrap_or_default(), "the excess blob gas")?;
	let number: u64 = narrow(env.current_number, "the block's number")?;
	Ok(Environment {
		spec,
		chain_id: narrow(case.chain_id, "the chain id")?,
		coinbase: H160(env.current_coinbase.into_array()),
		number: number.try_into().map_err(|_| Failure::OutOfRange("the block's number"))?,
		timestamp: narrow(env.current_timestamp, "the block's time")?,
		gas_limit: narrow(env.current_gas_limit, "the block's gas limit")?,
		base_fee: narrow(env.current_base_fee.unwrap_or_default(), "the base fee")?,
		difficulty: sp_core::U256::from_big_endian(&env.current_difficulty.to_be_bytes::<32>()),
		prevrandao: hash(env.current_random.unwrap_or_default()),
		blob_base_fee: fake_exponential(1, u128::from(excess), fraction),
		bounds_precompiles: false,
	})
}

/// What the runtime recorded of the execution.
struct Record {
	exit: ExitReason,
	logs: Vec<Log>,
}

impl Record {
	/// Reads receipt and events, which must agree.
	fn read() -> Result<Self, Failure> {
		let mut records = pallet_ethereum::CurrentTransactions::<Runtime>::get();
		let (Some((_, receipt)), true) = (records.pop(), records.is_empty()) else {
			return Err(Failure::Records("there is not exactly one receipt"));
		};
		let mut logs = Vec::new();
		let mut exits = Vec::new();
		for record in System::read_events_no_consensus() {
			match record.event {
				RuntimeEvent::EVM(pallet_evm::Event::Log { log }) => logs.push(log),
				RuntimeEvent::Ethereum(pallet_ethereum::Event::Executed {
					exit_reason, ..
				}) => exits.push(exit_reason),
				_ => (),
			}
		}
		let (Some(exit), true) = (exits.pop(), exits.is_empty()) else {
			return Err(Failure::Records("there is not exactly one event of an execution"));
		};
		if logs != receipt.logs {
			return Err(Failure::Records("the logs of events and receipt differ"));
		}
		if receipt.success != exit.is_succeed() {
			return Err(Failure::Records("the status of event and receipt differs"));
		}
		Ok(Self { exit, logs })
	}
}

fn hash(value: U256) -> H256 {
	H256(value.to_be_bytes())
}

fn narrow(value: U256, what: &'static str) -> Result<u64, Failure> {
	value.try_into().map_err(|_| Failure::OutOfRange(what))
}
