//! The heaviest transactions in the Wasm executor, with the memory that the node gives the runtime.
//! None may trap it, each must end as the EVM says, and none may take longer than its weight says.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use frame_support::traits::Get;
use migration_bench::{
	attacks::Class,
	chain::{Execution, Machine, Prepared, HEAP_LIMIT},
};
use migration_runtime::Runtime;
use migration_tests::wallet::Action;
use pallet_evm::{GenesisAccount, MAX_TRANSACTION_GAS_LIMIT};
use sp_core::{H160, U256};

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new().unwrap());

/// How often a transaction is executed for its shortest time, if it is not below its weight before.
const REPEAT: u32 = 5;
/// How much slower than the machine of the weights a machine of the tests may be. What is priced wrongly is so by
/// more; `scripts/bench.sh gas` measures without this allowance.
const SLOWER: u64 = 2;

/// What an execution may take of the host at once: a quarter of the heap stays free.
const MEMORY_LIMIT: u32 = HEAP_LIMIT / 4 * 3;

fn run(class: Class) {
	let mut failures = Vec::new();
	for attack in class.attacks().unwrap() {
		let prepared = attack.prepare(&MACHINE, MAX_TRANSACTION_GAS_LIMIT).unwrap();
		match prepared.execute_and_record(&MACHINE) {
			Ok(execution) => {
				if !attack.succeeded(&execution) {
					failures.push(format!("{}: ended otherwise: {execution:?}", attack.name));
				}
				failures.extend(excess(&attack.name, &prepared, &execution));
			}
			Err(error) => failures.push(format!("{}: {error:#}", attack.name)),
		}
	}
	assert!(failures.is_empty(), "{}", failures.join("\n"));
}

/// What the execution takes more of than it may.
fn excess(name: &str, prepared: &Prepared, execution: &Execution) -> Vec<String> {
	let mut found = Vec::new();
	if execution.peak_bytes > MEMORY_LIMIT {
		found.push(format!("{name}: too much memory: {execution:?}"));
	}
	let weight = Duration::from_nanos(execution.weight.ref_time() / 1_000 * SLOWER);
	if !(0..REPEAT).any(|_| prepared.execute(&MACHINE).unwrap().time <= weight) {
		found.push(format!("{name}: takes longer than it weighs: {execution:?}"));
	}
	if execution.proof_bytes as u64 > execution.weight.proof_size() {
		found.push(format!("{name}: weighs too little proof: {execution:?}"));
	}
	found
}

/// What surrounds the execution: signature, fee, records, bytes.
#[test]
fn transactions_that_hardly_execute_works() {
	let wealthy = GenesisAccount { balance: U256::from(1u64 << 40), ..Default::default() };
	let there = H160::repeat_byte(0x77);
	let accounts = BTreeMap::from([(there, wealthy)]);
	// EIP-7623: 40 gas for a byte that is not zero.
	let data = |byte, length: usize| Action {
		to: there,
		value: 0,
		input: vec![byte; length],
		gas: 21_000 + 40 * length as u64,
	};
	// The rest of the transaction takes less than a kilobyte.
	let bytes: u32 = <Runtime as pallet_ethereum::Config>::MaxTransactionBytes::get();
	let longest = bytes as usize - 1_024;
	let actions = [
		("transfer to an account that is there", Action::transfer(there, 1)),
		("transfer to a new account", Action::transfer(H160::repeat_byte(0x78), 1)),
		("the longest data, zeros", data(0, longest)),
		("the longest data, no zeros", data(0xff, longest)),
	];
	let mut failures = Vec::new();
	for (name, action) in actions {
		let prepared = Prepared::new(&MACHINE, accounts.clone(), &action).unwrap();
		let execution = prepared.execute_and_record(&MACHINE).unwrap();
		assert!(execution.exit.is_succeed(), "{name}: {execution:?}");
		failures.extend(excess(name, &prepared, &execution));
	}
	assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn opcodes_for_all_gas_works() {
	run(Class::Opcodes);
}

#[test]
fn hashing_for_all_gas_works() {
	run(Class::Hashing);
}

#[test]
fn storage_for_all_gas_works() {
	run(Class::Storage);
}

#[test]
fn logs_for_all_gas_works() {
	run(Class::Logs);
}

#[test]
fn calls_for_all_gas_works() {
	run(Class::Calls);
}

#[test]
fn memory_for_all_gas_works() {
	run(Class::Memory);
}

#[test]
fn precompiles_for_all_gas_works() {
	run(Class::Precompiles);
}
