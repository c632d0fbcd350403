//! The heaviest transactions in the Wasm executor, with the memory that the node gives the runtime.
//! None may trap it, each must end as the EVM says, and none may take twice as long as its weight says.
#![allow(clippy::unwrap_used)]

mod signer;

use std::{collections::BTreeMap, sync::LazyLock, time::Duration};

use frame_support::traits::Get;
use migration_bench::{
	attacks::Class,
	chain::{Execution, Machine, Prepared, HEAP_LIMIT},
};
use migration_runtime::{genesis::DEFAULT_CHAIN_ID, Runtime, UNIT};
use migration_tests::wallet::Action;
use pallet_evm::{GenesisAccount, MAX_TRANSACTION_GAS_LIMIT};
use signer::{Signer, Transaction};
use sp_core::{H160, U256};

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new().unwrap());

/// How often a transaction is executed for its shortest time, if it is not below its weight before.
const REPEAT: u32 = 5;
/// How much slower than the machine of the weights a machine of the tests may be. What is priced wrongly is so by
/// more; `scripts/bench.sh gas` measures without this allowance.
const SLOWER: u64 = 2;

/// Bytes of init code (EIP-3860).
const MAX_INIT_CODE: usize = 49_152;
/// Gas of an authorization (EIP-7702).
const GAS_PER_AUTHORIZATION: u64 = 25_000;

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
	let longest = longest();
	let actions = [
		("transfer to an account that is there", Action::transfer(there, 1)),
		("transfer to a new account", Action::transfer(H160::repeat_byte(0x78), 1)),
		("the longest data, zeros", data(0, longest)),
		("the longest data, no zeros", data(0xff, longest)),
	];
	hardly_execute(
		actions.map(|(name, action)| {
			(name, Prepared::new(&MACHINE, accounts.clone(), &action).unwrap())
		}),
	);
}

/// What a transaction brings beside data: init code, and lists.
#[test]
fn transactions_with_the_longest_lists_and_init_code_works() {
	let signer = Signer::new(1);
	let funds = GenesisAccount { balance: U256::from(1_000 * UNIT), ..Default::default() };
	let accounts = BTreeMap::from([(signer.address(), funds)]);
	let there = H160::repeat_byte(0x77);
	let transaction = |gas| Transaction {
		chain_id: DEFAULT_CHAIN_ID,
		to: Some(there),
		input: Vec::new(),
		gas,
		access_list: Vec::new(),
		authorizations: None,
	};
	// EIP-7623: 40 gas for a byte that is not zero, 10 for a zero, which is more than EIP-3860 and the
	// creation take.
	let create = |byte, gas_per_byte: u64| Transaction {
		to: None,
		input: [vec![0], vec![byte; MAX_INIT_CODE - 1]].concat(),
		..transaction(60_000 + gas_per_byte * MAX_INIT_CODE as u64)
	};
	let entry = |number: u64, slots| (H160::from_low_u64_be(1 << 32 | number), slots);
	// In RLP a slot takes 33 bytes, an address without slots 23.
	let (slots, addresses) = (longest() as u64 / 33, longest() as u64 / 23);
	let authorities = (MAX_TRANSACTION_GAS_LIMIT - 21_000) / GAS_PER_AUTHORIZATION;
	let delegate = |number| Signer::new(1_000 + number).authorization(DEFAULT_CHAIN_ID, 0, there);
	let transactions = [
		("the longest init code, zeros", create(0, 10)),
		("the longest init code, destinations of jumps", create(0x5b, 40)),
		(
			"the longest access list, slots",
			Transaction {
				access_list: vec![entry(0, (0..slots).collect())],
				..transaction(21_000 + 2_400 + 1_900 * slots)
			},
		),
		(
			"the longest access list, addresses",
			Transaction {
				access_list: (0..addresses).map(|number| entry(number, Vec::new())).collect(),
				..transaction(21_000 + 2_400 * addresses)
			},
		),
		(
			"the longest authorization list, new accounts",
			Transaction {
				authorizations: Some((0..authorities).map(delegate).collect()),
				..transaction(21_000 + GAS_PER_AUTHORIZATION * authorities)
			},
		),
	];
	hardly_execute(transactions.map(|(name, transaction)| {
		let bytes = signer.sign(&transaction);
		(name, Prepared::with_transaction(&MACHINE, accounts.clone(), bytes).unwrap())
	}));
}

/// The bytes of input or lists with which a transaction is as long as it may be: the rest of it takes less
/// than a kilobyte.
fn longest() -> usize {
	let bytes: u32 = <Runtime as pallet_ethereum::Config>::MaxTransactionBytes::get();
	bytes as usize - 1_024
}

/// Executes transactions that must succeed, and must not take more than they may.
fn hardly_execute<const N: usize>(transactions: [(&str, Prepared); N]) {
	let mut failures = Vec::new();
	for (name, prepared) in transactions {
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
