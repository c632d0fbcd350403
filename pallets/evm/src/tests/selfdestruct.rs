//! SELFDESTRUCT before and after EIP-6780.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{create_address, AddressMapping, EvmSpec, ExitError, ExitReason};

fn suicidal() -> Code {
	Code::new().push_address(bob()).ops(&[op::SELFDESTRUCT])
}

#[test]
fn only_the_balance_goes_since_cancun() {
	run(|| {
		let contract = install(0xc0, suicidal());
		Pallet::<Test>::set_storage(&contract, word(1), word(1));
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.value = 7.into();
		succeed(request);
		assert_eq!((balance(contract), balance(bob())), (0, 7));
		assert!(Pallet::<Test>::has_code(&contract));
		assert_eq!((slot(contract, 1), nonce(contract)), (1.into(), 1));
	});
}

#[test]
fn contract_created_in_the_same_transaction_goes_entirely() {
	let address = create_address(&alice(), 0);
	run_with([(address, funded(5))], || {
		let init = Code::new().sstore(1, 1).push_address(bob()).ops(&[op::SELFDESTRUCT]).build();
		let mut request = ExecuteRequest::create(alice(), init, GAS);
		request.value = 2.into();
		succeed(request);
		assert_eq!((balance(address), balance(bob())), (0, 7));
		assert!(!Pallet::<Test>::has_code(&address));
		assert_eq!((slot(address, 1), nonce(address)), (0.into(), 0));
		let account = <Test as crate::Config>::AddressMapping::into_account_id(address);
		assert!(!frame_system::Account::<Test>::contains_key(account));
	});
}

#[test]
fn balance_sent_to_itself_in_the_creating_transaction_is_burnt() {
	run(|| {
		let issuance = Balances::total_issuance();
		let init = Code::new().ops(&[op::ADDRESS, op::SELFDESTRUCT]).build();
		let mut request = ExecuteRequest::create(alice(), init, GAS);
		request.value = ETHER.into();
		let fee = u128::from(succeed(request).used_gas) * GWEI;
		assert_eq!(Balances::total_issuance(), issuance - ETHER - fee);
	});
}

#[test]
fn whole_contract_goes_before_cancun() {
	run(|| {
		Spec::set(EvmSpec::Shanghai);
		let contract = install(0xc0, suicidal());
		for key in 1..=256 {
			Pallet::<Test>::set_storage(&contract, word(key), word(1));
		}
		succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		assert!(!Pallet::<Test>::has_code(&contract) && !Pallet::<Test>::has_storage(&contract));
		assert_eq!(nonce(contract), 0);
	});
}

#[test]
fn contract_with_too_much_storage_halts_before_cancun() {
	run(|| {
		Spec::set(EvmSpec::Shanghai);
		let contract = install(0xc0, suicidal());
		for key in 1..=257 {
			Pallet::<Test>::set_storage(&contract, word(key), word(1));
		}
		let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::StorageTooLarge(contract)));
		assert_eq!(info.used_gas, GAS);
		assert_eq!(crate::AccountStorages::<Test>::iter().count(), 257, "nothing is half done");
	});
}
