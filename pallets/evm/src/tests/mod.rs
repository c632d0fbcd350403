//! Tests of the pallet with real bytecode.
#![allow(clippy::unwrap_used)] // A test ends where it fails.

mod ancient;
mod assembler;
mod calls;
mod confined;
mod creation;
mod delegated;
mod delegation;
mod existential;
mod extremes;
mod fees;
mod genesis;
mod guard;
mod host;
mod identity;
mod layout;
mod lists;
mod memory;
mod precompiles;
mod proof;
mod pure;
mod readonly;
mod selfdestruct;
mod solidity;
mod weight;

use crate::{mock::*, ExecuteMode, ExecuteRequest, ExecutionInfo, Pallet, RunnerError};
use sp_core::{H160, H256, U256};

/// Enough for every test that does not say otherwise.
const GAS: u64 = 1_000_000;

/// A transaction at the base fee.
fn transact(mut request: ExecuteRequest) -> Result<ExecutionInfo, RunnerError> {
	if request.max_fee_per_gas.is_none() {
		request.max_fee_per_gas = Some(BaseFee::get().into());
	}
	Pallet::<Test>::execute(request, ExecuteMode::Transaction)
}

/// A successful transaction.
#[track_caller]
fn succeed(request: ExecuteRequest) -> ExecutionInfo {
	let info = transact(request).expect("the transaction is valid");
	assert!(info.exit.is_succeed(), "{:?}", info.exit);
	info
}

/// A read-only call.
#[track_caller]
fn view(target: H160, input: Vec<u8>) -> Vec<u8> {
	let request = ExecuteRequest::call(alice(), target, input, GAS);
	let info = Pallet::<Test>::execute(request, ExecuteMode::ReadOnly).expect("the call is valid");
	assert!(info.exit.is_succeed(), "{:?}", info.exit);
	info.value
}

/// Puts a contract in place and gives its address.
fn install(byte: u8, code: impl Into<Vec<u8>>) -> H160 {
	let address = H160::repeat_byte(byte);
	Pallet::<Test>::set_code(&address, code.into()).expect("the code fits");
	Pallet::<Test>::set_nonce(&address, 1).expect("the nonce fits");
	address
}

fn balance(address: H160) -> u128 {
	Pallet::<Test>::balance(&address).try_into().expect("balances have 128 bits")
}

fn nonce(address: H160) -> u64 {
	Pallet::<Test>::nonce(&address)
}

fn slot(address: H160, key: u64) -> U256 {
	U256::from_big_endian(Pallet::<Test>::storage_at(address, word(key)).as_bytes())
}

fn word(value: u64) -> H256 {
	H256::from_low_u64_be(value)
}

fn address_word(address: H160) -> [u8; 32] {
	let mut bytes = [0u8; 32];
	bytes[12..].copy_from_slice(address.as_bytes());
	bytes
}
