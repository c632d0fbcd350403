//! The heaviest transactions in the Wasm executor, with the memory that the node gives the runtime.
//! None may trap it, and each must end as the EVM says.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use migration_bench::{
	attacks::Class,
	chain::{Machine, HEAP_LIMIT},
};
use pallet_evm::MAX_TRANSACTION_GAS_LIMIT;

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new().unwrap());

/// What an execution may take of the host at once: a quarter of the heap stays free.
const MEMORY_LIMIT: u32 = HEAP_LIMIT / 4 * 3;

fn run(class: Class) {
	let mut failures = Vec::new();
	for attack in class.attacks().unwrap() {
		let prepared = attack.prepare(&MACHINE, MAX_TRANSACTION_GAS_LIMIT).unwrap();
		let execution = match prepared.execute_and_record(&MACHINE) {
			Ok(execution) => execution,
			Err(error) => {
				failures.push(format!("{}: {error:#}", attack.name));
				continue;
			}
		};
		if !attack.succeeded(&execution) || execution.peak_bytes > MEMORY_LIMIT {
			failures.push(format!("{}: {execution:?}", attack.name));
		}
		if execution.proof_bytes as u64 > execution.weight.proof_size() {
			failures.push(format!("{}: weighs too little proof: {execution:?}", attack.name));
		}
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
