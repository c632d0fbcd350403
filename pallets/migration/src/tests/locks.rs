//! What transactions of the EVM may do with accounts under import.

use frame_support::assert_noop;
use migration_primitives::map::Target;
use pallet_evm::{create2_address, create_address, ExitError, ExitReason};

use super::{import::GETTER, *};

/// Init code of a contract that is a single STOP.
fn init_code() -> Vec<u8> {
	vec![0x60, 0x01, 0x5f, 0xf3]
}

/// The transaction halts, consumes all its gas, and names the locked account.
#[track_caller]
fn assert_halts(request: ExecuteRequest, locked: H160) {
	let (before, nonce) = (balance(request.source), EVM::nonce(&request.source));
	let info = transact(request.clone()).expect("the transaction is valid");
	assert_eq!(info.exit, ExitReason::Error(ExitError::AccountLocked(locked)));
	assert_eq!(info.used_gas, request.gas_limit);
	let fee = u128::from(request.gas_limit) * u128::from(BASE_FEE);
	assert_eq!(balance(request.source), before - fee);
	assert_eq!(EVM::nonce(&request.source), nonce + 1);
	System::assert_last_event(pallet_evm::Event::AccountLocked { address: locked }.into());
}

#[test]
fn transaction_that_touches_an_account_under_import_halts_and_pays_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [contract(0x11, &GETTER, 4), external(0x12, 1, 5)];
		let bundle = bundle(&accounts, []);
		bundle.load_map();
		assert_halts(call(user(), at(0x11), 0), at(0x11));
		assert_halts(call(user(), at(0x12), 1), at(0x12));
		for index in 0..bundle.count() {
			submit(bundle.chunk(index));
			assert_halts(call(user(), at(0x11), 0), at(0x11));
			assert_halts(call(user(), at(0x12), 1), at(0x12));
		}
		assert_eq!(record(0).stage, Stage::Imported);
		bundle.activate();
		let answer = succeed(call(user(), at(0x11), 0)).value;
		assert_eq!(answer, accounts[0].slots[0].value.0.to_vec());
		succeed(call(user(), at(0x12), 1));
		assert_eq!(balance(at(0x12)), 6);
	});
}

#[test]
fn contract_that_calls_an_account_under_import_halts_works() {
	new_test_ext().execute_and_check(|| {
		// CALL to 0x1111..11 with all gas, then STOP, whatever came of it.
		let mut code = vec![0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x73];
		code.extend_from_slice(&[0x11; 20]);
		code.extend_from_slice(&[0x5a, 0xf1, 0x50, 0x00]);
		set_code(at(0xcc), code);
		let bundle = bundle(&[contract(0x11, &GETTER, 4)], []);
		bundle.import();
		assert_halts(call(user(), at(0xcc), 0), at(0x11));
		bundle.activate();
		succeed(call(user(), at(0xcc), 0));
	});
}

#[test]
fn locked_sender_fails_and_pays_nothing() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, ETHER)], []);
		let request = call(at(0x12), user(), 1);
		let refused = Err(RunnerError::SenderLocked { address: at(0x12) });
		bundle.load_map();
		assert_storage_noop!(assert_eq!(transact(request.clone()), refused));
		submit(bundle.chunk(0));
		assert_storage_noop!(assert_eq!(transact(request.clone()), refused));
		assert_eq!(EVM::validate(&request), Err(RunnerError::SenderLocked { address: at(0x12) }));
		bundle.activate();
		succeed(request);
	});
}

#[test]
fn withdrawal_from_a_locked_account_fails() {
	new_test_ext().execute_and_check(|| {
		// The owner of this account of the chain controls an address of its own.
		let address = pallet_evm::truncate(&account("Alice"));
		let bundle = bundle(&[external(0x12, 1, ETHER)], [(at(0x12), Target::Explicit(address))]);
		bundle.import();
		assert!(Migration::is_locked(&address));
		let withdraw = || EVM::withdraw(signed_by("Alice"), address, 1);
		assert_noop!(withdraw(), pallet_evm::Error::<Test>::AccountLocked);
		bundle.activate();
		assert_eq!(withdraw(), Ok(()));
	});
}

#[test]
fn creation_at_a_reserved_target_is_a_collision_works() {
	new_test_ext().execute_and_check(|| {
		let salt = word(5);
		let init_code_hash = sp_io::hashing::keccak_256(&init_code()).into();
		let by_salt = create2_address(&user(), &salt, &init_code_hash);
		let by_nonce = create_address(&user(), 1);
		let accounts = [contract(0x11, &GETTER, 1), contract(0x12, &GETTER, 1)];
		let targets =
			[(at(0x11), Target::Explicit(by_salt)), (at(0x12), Target::Explicit(by_nonce))];
		let bundle = bundle(&accounts, targets);
		bundle.load_map();
		let create2 = ExecuteRequest {
			target: pallet_evm::Target::Create2 { salt },
			..ExecuteRequest::create(user(), init_code(), GAS)
		};
		let collision = ExitReason::Error(ExitError::CreateCollision);
		for request in [create2, ExecuteRequest::create(user(), init_code(), GAS)] {
			let info = transact(request).expect("the transaction is valid");
			assert_eq!((info.exit, info.created), (collision.clone(), None));
		}
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		assert_imported(&accounts[0], by_salt);
		assert_imported(&accounts[1], by_nonce);
	});
}

#[test]
fn creation_at_a_dusted_target_is_a_collision_works() {
	new_test_ext().execute_and_check(|| {
		// Dust keeps the target unlocked until its head comes, but not free.
		let target = create_address(&user(), 0);
		let bundle = bundle(&[contract(0x11, &GETTER, 1)], [(at(0x11), Target::Explicit(target))]);
		let transfer = Balances::transfer_allow_death(signed_by("Bob"), evm_account(target), 9);
		assert_eq!(transfer, Ok(()));
		bundle.load_map();
		assert!(!Migration::is_locked(&target) && Migration::is_reserved(&target));
		let info = transact(ExecuteRequest::create(user(), init_code(), GAS)).expect("valid");
		assert_eq!(info.exit, ExitReason::Error(ExitError::CreateCollision));
		submit(bundle.chunk(0));
		assert!(Migration::is_locked(&target));
		assert_eq!((state_of(at(0x11)), balance(target)), (AccountState::Imported, 9));
	});
}

#[test]
fn lock_and_reservation_end_with_the_activation_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[contract(0x11, &GETTER, 1)], []);
		let state = || (Migration::is_locked(&at(0x11)), Migration::is_reserved(&at(0x11)));
		bundle.propose();
		assert_eq!(state(), (false, false));
		submit(bundle.map_chunk(0));
		assert_eq!(state(), (true, true));
		submit(bundle.chunk(0));
		assert_eq!(state(), (true, true));
		bundle.activate();
		assert_eq!(state(), (false, false));
		assert!(!Migration::is_locked(&at(0x99)) && !Migration::is_reserved(&at(0x99)));
	});
}

#[test]
fn users_that_no_migration_names_go_on_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[contract(0x11, &GETTER, 9)], []);
		bundle.propose();
		let mut sent = 0;
		let mut go_on = || {
			succeed(call(user(), at(0xdd), 1));
			sent += 1;
			assert_eq!(balance(at(0xdd)), sent);
		};
		go_on();
		submit(bundle.map_chunk(0));
		go_on();
		for index in 0..bundle.count() {
			submit(bundle.chunk(index));
			go_on();
		}
	});
}
