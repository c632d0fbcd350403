//! The rules of the first hard forks, which know empty accounts.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{EmptyAccounts, EvmSpec};

/// Gas of a CALL that creates its recipient, beyond one that does not.
const NEW_ACCOUNT_GAS: u64 = 25_000;

fn exists(address: H160) -> bool {
	EmptyAccounts::<Test>::contains_key(address)
}

#[test]
fn touched_empty_account_exists_before_spurious_dragon() {
	run(|| {
		Spec::set(EvmSpec::TangerineWhistle);
		BaseFee::set(1);
		succeed(ExecuteRequest::call(alice(), bob(), vec![], GAS));
		assert!(exists(bob()));
		// It exists for the next transaction too, and is paid for once.
		let address = H160::repeat_byte(0xe0);
		let contract = install(0xc0, Code::new().call(address, 0).ops(&[op::POP]));
		let first = succeed(ExecuteRequest::call(alice(), contract, vec![], GAS)).used_gas;
		assert!(exists(address));
		let second = succeed(ExecuteRequest::call(alice(), contract, vec![], GAS)).used_gas;
		assert_eq!(first - second, NEW_ACCOUNT_GAS);
	});
}

#[test]
fn account_with_balance_is_no_empty_one() {
	run(|| {
		Spec::set(EvmSpec::Homestead);
		succeed(ExecuteRequest::call(alice(), bob(), vec![], GAS));
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
		request.value = 1.into();
		succeed(request);
		assert!(!exists(bob()));
		assert_eq!(balance(bob()), 1);
	});
}

#[test]
fn destroyed_account_does_not_exist() {
	run(|| {
		Spec::set(EvmSpec::Homestead);
		let code = Code::new().push_address(bob()).ops(&[op::SELFDESTRUCT]);
		let contract = install(0xc0, code);
		succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		assert!(!exists(contract));
		assert!(exists(bob()), "it was given nothing, but touched");
	});
}

#[test]
fn author_who_is_paid_nothing_exists() {
	run(|| {
		Spec::set(EvmSpec::Frontier);
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
		request.max_fee_per_gas = Some(U256::zero());
		succeed(request);
		assert!(exists(Author::get()));
	});
}

#[test]
fn later_rules_know_no_empty_account() {
	run(|| {
		Spec::set(EvmSpec::SpuriousDragon);
		succeed(ExecuteRequest::call(alice(), bob(), vec![], GAS));
		assert!(!exists(bob()));
		// What was there under older rules does not count.
		EmptyAccounts::<Test>::insert(bob(), ());
		let contract = install(0xc0, Code::new().call(bob(), 1).ops(&[op::POP]));
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.value = 1.into();
		let first = succeed(request.clone()).used_gas;
		assert_eq!(first - succeed(request).used_gas, NEW_ACCOUNT_GAS);
	});
}
