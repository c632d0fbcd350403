//! Bytes of storage proof, where they are counted.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{ExitError, ExitReason};

/// Bytes for a key.
const KEY: u64 = 2_600;
/// Bytes for an account.
const ACCOUNT: u64 = 7 * KEY;
/// A contract that reads two slots and the size of another's code, each twice.
const GAS_NEEDED: u64 = 21_000 + 2 * (2_100 + 100 + 2 * 5) + 2_600 + 100 + 2 * 5;

fn reader() -> H160 {
	let other = install(0xc1, vec![op::STOP; 1_000]);
	let read = |code: Code, key| code.push(key).ops(&[op::SLOAD, op::POP]);
	let size = |code: Code| code.push_address(other).ops(&[op::EXTCODESIZE, op::POP]);
	let code = [1, 2, 1, 2].into_iter().fold(Code::new(), read);
	install(0xc0, size(size(code)))
}

fn call(gas: u64) -> ExecuteRequest {
	ExecuteRequest::call(alice(), H160::repeat_byte(0xc0), vec![], gas)
}

#[test]
fn each_key_counts_once_works() {
	run(|| {
		let contract = reader();
		let code_bytes = Pallet::<Test>::account_code_metadata(&contract).unwrap().size;
		ProofPerGas::set(Some(1_000));
		let info = succeed(call(GAS));
		assert_eq!(info.used_gas, GAS_NEEDED);
		let accounts = [alice(), contract, H160::repeat_byte(0xc1)];
		let codes = 2 * KEY + code_bytes + 1_000;
		let expected = accounts.len() as u64 * ACCOUNT + codes + 2 * (KEY + 32);
		assert_eq!(info.surcharge.proof_size(), expected);
		ProofPerGas::set(None);
		assert_eq!(succeed(call(GAS)).surcharge.proof_size(), 0);
	});
}

#[test]
fn more_than_the_gas_limit_pays_for_fails_and_is_paid() {
	run(|| {
		reader();
		ProofPerGas::set(Some(1));
		let info = transact(call(GAS_NEEDED)).unwrap();
		let limit = GAS_NEEDED;
		assert_eq!(info.exit, ExitReason::Error(ExitError::ProofTooLarge { limit }));
		assert_eq!((info.used_gas, info.surcharge.proof_size()), (GAS_NEEDED, limit));
		assert_eq!(nonce(alice()), 1);
		assert_eq!(balance(alice()), 100 * ETHER - u128::from(GAS_NEEDED) * GWEI);
	});
}

#[test]
fn estimate_pays_for_the_proof_works() {
	run(|| {
		reader();
		ProofPerGas::set(Some(1));
		let estimate = Pallet::<Test>::estimate(call(0)).unwrap();
		assert!(estimate.info.exit.is_succeed());
		assert_eq!(estimate.gas, estimate.info.surcharge.proof_size());
		assert_eq!(succeed(call(estimate.gas)).used_gas, GAS_NEEDED);
	});
}

#[test]
fn limit_below_what_the_sender_needs_fails_in_the_pool_and_is_paid_in_a_block() {
	run(|| {
		ProofPerGas::set(Some(0));
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
		request.max_fee_per_gas = Some(GWEI.into());
		assert!(matches!(Pallet::<Test>::validate(&request), Err(RunnerError::Undefined(_))));
		let info = transact(request).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::ProofTooLarge { limit: 0 }));
		assert_eq!((info.used_gas, nonce(alice())), (GAS, 1));
	});
}
