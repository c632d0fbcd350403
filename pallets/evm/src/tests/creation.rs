//! Creation of contracts.

use super::{
	assembler::{deploy, op, Code},
	*,
};
use crate::{
	create2_address, create_address, AddressMapping, Event, ExitError, ExitReason, Target,
};
use frame_support::assert_ok;

#[test]
fn create_works() {
	run(|| {
		let info = succeed(ExecuteRequest::create(alice(), deploy(&[op::STOP]), GAS));
		let address = create_address(&alice(), 0);
		assert_eq!(info.created, Some(address));
		assert_eq!(Pallet::<Test>::account_code(&address), vec![op::STOP]);
		assert_eq!((nonce(address), nonce(alice())), (1, 1));
		let account = <Test as crate::Config>::AddressMapping::into_account_id(address);
		// One for the code, one for the nonce.
		assert_eq!(System::sufficients(&account), 2);
	});
}

#[test]
fn create2_works_at_top_level() {
	run(|| {
		let init = deploy(&[op::STOP]);
		let request = ExecuteRequest {
			target: Target::Create2 { salt: word(9) },
			..ExecuteRequest::create(alice(), init.clone(), GAS)
		};
		let hash = sp_io::hashing::keccak_256(&init).into();
		let address = create2_address(&alice(), &word(9), &hash);
		assert_eq!(Pallet::<Test>::target_address(&request), address);
		assert_eq!(succeed(request.clone()).created, Some(address));
		assert_eq!(Pallet::<Test>::account_code(&address), vec![op::STOP]);

		let again = transact(request).unwrap();
		assert_eq!(again.exit, ExitReason::Error(ExitError::CreateCollision));
		assert_eq!(nonce(alice()), 2);
	});
}

#[test]
fn contract_creates_contracts_with_value() {
	run(|| {
		// Creates an empty contract with 3 wei, by nonce and by salt.
		let code = Code::new()
			.push(0)
			.push(0)
			.push(3)
			.ops(&[op::CREATE])
			.store_top(1)
			.push(77)
			.push(0)
			.push(0)
			.push(3)
			.ops(&[op::CREATE2])
			.store_top(2);
		let factory = install(0xf0, code);
		let mut request = ExecuteRequest::call(alice(), factory, vec![], GAS);
		request.value = 6.into();
		succeed(request);
		let first = create_address(&factory, 1);
		let second = create2_address(&factory, &word(77), &crate::KECCAK_EMPTY);
		assert_eq!(slot(factory, 1), U256::from_big_endian(first.as_bytes()));
		assert_eq!(slot(factory, 2), U256::from_big_endian(second.as_bytes()));
		assert_eq!((balance(first), balance(second)), (3, 3));
		assert_eq!((nonce(first), nonce(second), nonce(factory)), (1, 1, 3));
	});
}

#[test]
fn code_beyond_the_limits_fails() {
	run(|| {
		let reverting = Code::new().push(0).push(0).ops(&[op::REVERT]).build();
		let starting_with_ef = deploy(&[0xef]);
		let too_long = Code::new().push(24_577).push(0).ops(&[op::RETURN]).build();
		let longest = Code::new().push(24_576).push(0).ops(&[op::RETURN]).build();
		let create = |init| transact(ExecuteRequest::create(alice(), init, 10_000_000)).unwrap();
		assert_eq!(create(reverting).exit, ExitReason::Revert);
		let invalid = ExitReason::Error(ExitError::InvalidCode(0xef));
		assert_eq!(create(starting_with_ef).exit, invalid);
		let limit = ExitReason::Error(ExitError::CreateContractLimit);
		assert_eq!(create(too_long).exit, limit);
		assert_eq!(create(longest).exit, ExitReason::Succeed);
		assert_eq!(crate::AccountCodes::<Test>::iter().count(), 1);
		assert_eq!(nonce(alice()), 4);
	});
}

#[test]
fn address_with_storage_but_no_code_is_a_collision() {
	run(|| {
		let address = create_address(&alice(), 0);
		Pallet::<Test>::set_storage(&address, word(1), word(1));
		Pallet::<Test>::mark_bare_storage(&address);
		let info = transact(ExecuteRequest::create(alice(), deploy(&[op::STOP]), GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::CreateCollision));
		assert_eq!((info.used_gas, nonce(alice())), (GAS, 1));
		assert_eq!(slot(address, 1), 1.into());
	});
}

#[test]
fn address_with_balance_is_no_collision() {
	let address = create_address(&alice(), 0);
	run_with([(address, funded(5))], || {
		succeed(ExecuteRequest::create(alice(), deploy(&[op::STOP]), GAS));
		assert_eq!(balance(address), 5);
	});
}

#[test]
fn create_dispatchables_work() {
	run(|| {
		let init = deploy(&[op::STOP]);
		assert_ok!(EVM::create(
			RuntimeOrigin::root(),
			alice(),
			init.clone(),
			0.into(),
			GAS,
			GWEI.into(),
			None,
			Some(0.into()),
			vec![],
			vec![],
		));
		let first = create_address(&alice(), 0);
		System::assert_last_event(Event::Created { address: first }.into());

		let hash = sp_io::hashing::keccak_256(&init).into();
		let second = create2_address(&alice(), &word(1), &hash);
		let create2 = || {
			EVM::create2(
				RuntimeOrigin::root(),
				alice(),
				init.clone(),
				word(1),
				0.into(),
				GAS,
				GWEI.into(),
				None,
				None,
				vec![],
				vec![],
			)
		};
		assert_ok!(create2());
		System::assert_last_event(Event::Created { address: second }.into());
		assert_ok!(create2());
		System::assert_last_event(Event::CreatedFailed { address: second }.into());
	});
}

#[test]
fn nonce_is_exact_up_to_its_maximum() {
	run(|| {
		Pallet::<Test>::set_nonce(&alice(), u64::MAX - 1).unwrap();
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.nonce = Some(u64::MAX - 1);
		succeed(request.clone());
		assert_eq!(nonce(alice()), u64::MAX);
		request.nonce = Some(u64::MAX);
		assert_eq!(transact(request), Err(RunnerError::NonceOverflow { address: alice() }));

		// A contract with the last nonce cannot create any more.
		let factory =
			install(0xf0, Code::new().push(0).push(0).push(0).ops(&[op::CREATE]).return_top());
		Pallet::<Test>::set_nonce(&factory, u64::MAX).unwrap();
		assert_eq!(view(factory, vec![]), vec![0; 32]);
	});
}
