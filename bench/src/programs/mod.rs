//! Programs on which EVM engines are measured beside each other: a state, and calls of one sender.

mod artificial;
mod defi;

use std::collections::BTreeMap;

use anyhow::Result;
use evm_testbed::state::Account;
use sp_core::{H160, H256, U256};

/// Who sends every call.
pub const SENDER: H160 = H160([0x5e; 20]);
/// The contract of a program that has one.
const CONTRACT: H160 = H160([0xc0; 20]);
/// A program.
pub struct Program {
	/// Its name.
	pub name: &'static str,
	/// The state before it.
	pub accounts: BTreeMap<H160, Account>,
	/// Its calls, each a transaction.
	pub calls: Vec<Call>,
	/// Gas of each call, more than it takes.
	pub gas_limit: u64,
	/// Whether most of it is what surrounds a transaction, not the engine.
	pub transactions: bool,
}

/// A message call by [`SENDER`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
	/// The contract.
	pub target: H160,
	/// The data.
	pub input: Vec<u8>,
}

impl Program {
	/// The contract, and one call of it.
	fn new(name: &'static str, code: Vec<u8>, input: Vec<u8>) -> Self {
		Self::with_calls(name, code, vec![input])
	}

	/// The contract, and calls of it with these data.
	fn with_calls(name: &'static str, code: Vec<u8>, inputs: Vec<Vec<u8>>) -> Self {
		let accounts = BTreeMap::from([(CONTRACT, contract(code)), (SENDER, sender())]);
		let calls = inputs.into_iter().map(|input| Call { target: CONTRACT, input }).collect();
		Self { name, accounts, calls, gas_limit: GAS, transactions: false }
	}
}

/// Gas of a call: the cap of EIP-7825, which the reference runtime has.
const GAS: u64 = 1 << 24;

/// All programs.
pub fn all() -> Result<Vec<Program>> {
	let mut programs = defi::all()?;
	programs.extend(artificial::all()?);
	Ok(programs)
}

fn contract(code: Vec<u8>) -> Account {
	Account { nonce: 1, code, ..Default::default() }
}

fn sender() -> Account {
	Account { balance: 10u128.pow(30), ..Default::default() }
}

fn word(number: u64) -> H256 {
	H256::from_low_u64_be(number)
}

fn address_word(address: H160) -> H256 {
	address.into()
}

/// The arguments of a call behind the first four bytes of its signature's hash.
fn call_data(signature: &str, arguments: &[H256]) -> Vec<u8> {
	let hash = sp_crypto_hashing::keccak_256(signature.as_bytes());
	let words = arguments.iter().flat_map(|word| word.0);
	hash[..4].iter().copied().chain(words).collect()
}

/// The slot of a key of a Solidity mapping.
fn mapping_slot(key: H256, base: H256) -> H256 {
	sp_crypto_hashing::keccak_256(&[key.0, base.0].concat()).into()
}

/// A number as a word.
fn amount(number: u128) -> H256 {
	H256(U256::from(number).to_big_endian())
}
