//! Transactions that are as heavy as a limit of 2^24 gas lets them be.
//!
//! Each spends all of that on one kind of work. They are run in two ways: a test runs each of them
//! in the Wasm executor and asserts that the runtime survives it within its memory, and
//! `migration-bench gas` holds the time against the weight that the chain charges.

mod calls;
mod hashing;
mod logs;
mod memory;
mod opcodes;
mod precompiles;
mod storage;

use std::collections::BTreeMap;

use anyhow::{ensure, Result};
use pallet_evm::{ExitReason, GenesisAccount, MAX_TRANSACTION_GAS_LIMIT};
use sp_core::{H160, U256};

use crate::chain::{Accounts, Block, Execution, Machine, Prepared};
use migration_tests::wallet::Action;

/// The contract that the transaction calls.
pub const ATTACKER: H160 = H160([0xaa; 20]);
/// The contract of the second attack in a block.
const SECOND_ATTACKER: H160 = H160([0xab; 20]);
/// A contract whose code is data for the attacker.
const DATA: H160 = H160([0xda; 20]);
/// What an attack has to spend at least, of the limit.
const SPENT: u64 = MAX_TRANSACTION_GAS_LIMIT / 100 * 97;

/// What an attack is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
	/// Instructions that work on the stack alone, and on the environment.
	Opcodes,
	/// Hashes by the instruction.
	Hashing,
	/// Persistent and transient storage.
	Storage,
	/// Logs.
	Logs,
	/// Calls, creations, destruction, and other accounts' balances and code.
	Calls,
	/// Memory, as much of it as there can be at once.
	Memory,
	/// Precompiled contracts.
	Precompiles,
}

impl Class {
	/// All of them.
	pub const ALL: [Self; 7] = [
		Self::Opcodes,
		Self::Hashing,
		Self::Storage,
		Self::Logs,
		Self::Calls,
		Self::Memory,
		Self::Precompiles,
	];

	/// Its name.
	pub fn name(self) -> &'static str {
		match self {
			Self::Opcodes => "opcodes",
			Self::Hashing => "hashing",
			Self::Storage => "storage",
			Self::Logs => "logs",
			Self::Calls => "calls",
			Self::Memory => "memory",
			Self::Precompiles => "precompiles",
		}
	}

	/// Its attacks.
	pub fn attacks(self) -> Result<Vec<Attack>> {
		match self {
			Self::Opcodes => opcodes::all(),
			Self::Hashing => hashing::all(),
			Self::Storage => storage::all(),
			Self::Logs => logs::all(),
			Self::Calls => calls::all(),
			Self::Memory => memory::all(),
			Self::Precompiles => precompiles::all(),
		}
	}
}

/// How an attack ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
	/// It goes on until there is no gas.
	OutOfGas,
	/// It stops when hardly any gas is left, so that what it did is written.
	Succeed,
	/// It reverts when hardly any gas is left.
	Revert,
	/// It reads more code than one transaction may.
	TooMuchCode,
}

/// A transaction with a limit of 2^24 gas, and the chain that it is sent to.
pub struct Attack {
	/// Its name.
	pub name: String,
	/// What it is about.
	pub class: Class,
	/// How it ends.
	pub end: End,
	accounts: Box<dyn Fn() -> Accounts + Send + Sync>,
	input: Vec<u8>,
	/// What it has to spend at least, unless it spends all.
	least: u64,
}

impl Attack {
	fn new(class: Class, name: impl Into<String>, end: End, code: Vec<u8>) -> Self {
		Self::with_accounts(class, name, end, move || {
			BTreeMap::from([(ATTACKER, contract(code.clone()))])
		})
	}

	/// The accounts are made when they are needed: some attacks need a hundred megabytes of them.
	fn with_accounts(
		class: Class,
		name: impl Into<String>,
		end: End,
		accounts: impl Fn() -> Accounts + Send + Sync + 'static,
	) -> Self {
		let accounts = Box::new(accounts);
		Self { name: name.into(), class, end, accounts, input: Vec::new(), least: SPENT }
	}

	/// A fifth of the gas is given back (EIP-3529).
	fn refunded(self) -> Self {
		Self { least: SPENT / 5 * 4, ..self }
	}

	fn with_input(self, input: Vec<u8>) -> Self {
		Self { input, ..self }
	}

	/// The chain, and the transaction with that gas limit.
	pub fn prepare(&self, machine: &Machine, gas: u64) -> Result<Prepared> {
		let action = Action { to: ATTACKER, value: 0, input: self.input.clone(), gas };
		Prepared::new(machine, (self.accounts)(), &action)
	}

	/// A block of this attack and then another, each with that gas limit.
	pub fn block_with(&self, next: &Self, machine: &Machine, gas: u64) -> Result<Block> {
		let mut accounts = (self.accounts)();
		let first = Action { to: ATTACKER, value: 0, input: self.input.clone(), gas };
		let second = Action { to: SECOND_ATTACKER, value: 0, input: next.input.clone(), gas };
		for (address, account) in (next.accounts)() {
			let address = if address == ATTACKER { SECOND_ATTACKER } else { address };
			if let Some(other) = accounts.insert(address, account.clone()) {
				ensure!(other == account, "both attacks need {address:?}");
			}
		}
		Block::build(machine, accounts, &[first, second])
	}

	/// Whether the execution with 2^24 gas is the one that the attack is for: all gas spent, on what
	/// it names.
	pub fn succeeded(&self, execution: &Execution) -> bool {
		use pallet_evm::ExitError;
		let full = execution.gas_used == MAX_TRANSACTION_GAS_LIMIT;
		match (&execution.exit, self.end) {
			(ExitReason::Error(ExitError::OutOfGas), End::OutOfGas) => full,
			(ExitReason::Succeed, End::Succeed) | (ExitReason::Revert, End::Revert) => {
				execution.gas_used >= self.least
			}
			(ExitReason::Error(ExitError::TooMuchCode { .. }), End::TooMuchCode) => full,
			// The time of precompiles is bounded beside the gas.
			(ExitReason::Error(ExitError::Other(_)), End::OutOfGas) => {
				full && self.class == Class::Precompiles
			}
			_ => false,
		}
	}
}

/// A contract with enough balance for what it sends.
fn contract(code: Vec<u8>) -> GenesisAccount {
	GenesisAccount { code, balance: U256::from(1u64 << 40), ..Default::default() }
}
