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

/// A contract with so many slots that destroys itself.
fn install_suicidal(byte: u8, slots: u64) -> H160 {
	let contract = install(byte, suicidal());
	for key in 1..=slots {
		Pallet::<Test>::set_storage(&contract, word(key), word(1));
	}
	contract
}

/// The slots of all contracts that a transaction destroys are counted together.
#[test]
fn contracts_with_too_much_storage_together_halt_before_cancun() {
	for slots in [[128, 128], [256, 0], [0, 256], [128, 129], [256, 1], [1, 256]] {
		run(|| {
			Spec::set(EvmSpec::Shanghai);
			let first = install_suicidal(0xc1, slots[0]);
			let second = install_suicidal(0xc2, slots[1]);
			let code = Code::new().call(first, 0).ops(&[op::POP]).call(second, 0);
			let contract = install(0xc0, code);
			let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
			let left = crate::AccountStorages::<Test>::iter().count() as u64;
			let kept = [first, second].map(|address| Pallet::<Test>::has_code(&address));
			if slots[0] + slots[1] <= 256 {
				assert_eq!(info.exit, ExitReason::Succeed, "{slots:?}");
				assert_eq!((left, kept), (0, [false; 2]), "{slots:?}");
			} else {
				let error = ExitError::StorageTooLarge(second);
				assert_eq!(info.exit, ExitReason::Error(error), "{slots:?}");
				assert_eq!(info.used_gas, GAS, "{slots:?}");
				assert_eq!((left, kept), (slots[0] + slots[1], [true; 2]), "{slots:?}");
			}
		});
	}
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
