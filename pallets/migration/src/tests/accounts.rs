//! Externally owned accounts.

use frame_support::assert_ok;
use migration_primitives::{
	map::Target,
	status::{Beneficiary, Owed, Undo},
};

use super::*;
use crate::Ledger;

/// Lets the user of this chain's EVM send `count` transactions.
fn send_transactions(count: u64) {
	for _ in 0..count {
		succeed(call(user(), at(0xdd), 1));
	}
	assert_eq!(EVM::nonce(&user()), count);
}

#[test]
fn fresh_account_is_written_and_locked_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 5, ETHER)], []);
		bundle.import();
		assert_eq!(balance(at(0x12)), ETHER);
		let request = call(at(0x12), user(), 1);
		let refused = Err(RunnerError::SenderLocked { address: at(0x12) });
		assert_storage_noop!(assert_eq!(transact(request.clone()), refused));
		bundle.activate();
		succeed(ExecuteRequest { nonce: Some(5), ..request });
		assert_eq!(EVM::nonce(&at(0x12)), 6);
	});
}

#[test]
fn account_that_goes_to_an_account_of_this_chain_waits_for_it_works() {
	new_test_ext().execute_and_check(|| {
		let carol = account("Carol");
		let bundle =
			bundle(&[external(0x12, 5, ETHER)], [(at(0x12), Target::Account(carol.clone()))]);
		bundle.import();
		let owed =
			Owed { beneficiary: Beneficiary::Account(carol.clone()), balance: ETHER, nonce: 5 };
		assert_eq!(Ledger::<Test>::get(0, at(0x12)), Some(owed));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), ETHER);
		assert_eq!(Balances::free_balance(&carol), 0);
		assert_eq!(state_of(at(0x12)), AccountState::Waiting);
		assert_eq!((record(0).progress.waiting, record(0).progress.remapped.accounts), (1, 1));

		bundle.activate();
		let release = bundle.release(&[at(0x12)]);
		assert_eq!(include(signed("Bob", release.into())), Ok(Ok(())));
		assert_eq!(state_of(at(0x12)), AccountState::Released);
		assert_eq!((Balances::free_balance(&carol), System::account_nonce(&carol)), (ETHER, 0));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);

		let transfer =
			pallet_balances::Call::transfer_allow_death { dest: account("Bob"), value: ETHER / 2 };
		assert_eq!(include(signed("Carol", transfer.into())), Ok(Ok(())));
		assert_eq!(Balances::free_balance(&carol), ETHER / 2);
	});
}

#[test]
fn account_of_this_chain_uses_its_evm_address_during_the_import_works() {
	new_test_ext().execute_and_check(|| {
		let alice = pallet_evm::truncate(&account("Alice"));
		let deposit =
			pallet_balances::Call::transfer_allow_death { dest: evm_account(alice), value: ETHER };
		assert_eq!(include(signed("Bob", deposit.into())), Ok(Ok(())));
		let bundle =
			bundle(&[external(0x12, 5, 7)], [(at(0x12), Target::Account(account("Alice")))]);
		bundle.import();
		assert!(Migration::is_reserved(&alice) && !Migration::is_locked(&alice));
		let send = pallet_evm::Call::call {
			source: alice,
			target: at(0xdd),
			input: vec![],
			value: 5.into(),
			gas_limit: 21_000,
			max_fee_per_gas: BASE_FEE.into(),
			max_priority_fee_per_gas: None,
			nonce: None,
			access_list: vec![],
			authorization_list: vec![],
		};
		assert_eq!(include(signed("Alice", send.into())), Ok(Ok(())));
		assert_eq!(balance(at(0xdd)), 5);
	});
}

#[test]
fn account_without_balance_to_an_account_of_this_chain_works() {
	new_test_ext().execute_and_check(|| {
		bundle(&[external(0x12, 5, 0)], [(at(0x12), Target::Account(account("Carol")))]).import();
		assert_eq!(state_of(at(0x12)), AccountState::Imported);
		assert_eq!(Ledger::<Test>::iter().count(), 0);
		assert!(!frame_system::Account::<Test>::contains_key(account("Carol")));
	});
}

#[test]
fn account_that_is_alive_waits_and_stays_usable_works() {
	// The nonce of the source is above, equal to and below the one here when the head comes.
	for (nonce, expected) in [(9, 10), (3, 4), (1, 4)] {
		new_test_ext().execute_and_check(|| {
			send_transactions(2);
			let before = balance(user());
			let source = external(0, nonce, ETHER).at(user());
			let bundle = bundle(&[source], []);
			bundle.load_map();
			assert!(!Migration::is_locked(&user()));
			succeed(call(user(), at(0xdd), 1));
			submit(bundle.chunk(0));
			assert!(!Migration::is_locked(&user()));
			assert_eq!(state_of(user()), AccountState::Waiting);
			assert!(entry(user()).surplus < before && entry(user()).surplus > 9 * ETHER);
			// It has the larger nonce at once, and goes on from there.
			assert_eq!(EVM::nonce(&user()), expected - 1);
			succeed(call(user(), at(0xdd), 1));
			assert_eq!(EVM::nonce(&user()), expected);

			bundle.activate();
			let before = balance(user());
			assert_ok!(dispatch(bundle.release(&[user()]), signed_by("Bob")));
			assert_eq!((balance(user()), EVM::nonce(&user())), (before + ETHER, expected));
			succeed(ExecuteRequest { nonce: Some(expected), ..call(user(), at(0xdd), 1) });
		});
	}
}

#[test]
fn account_that_is_alive_with_nothing_to_get_works() {
	new_test_ext().execute_and_check(|| {
		send_transactions(5);
		let before = balance(user());
		bundle(&[external(0, 5, 0).at(user())], []).import();
		assert_eq!(state_of(user()), AccountState::Imported);
		assert_eq!((EVM::nonce(&user()), balance(user())), (5, before));
		assert_eq!(entry(user()).surplus, before);
		assert_eq!(Ledger::<Test>::iter().count(), 0);
	});
}

#[test]
fn account_that_is_alive_by_its_nonce_alone_works() {
	new_test_ext().execute_and_check(|| {
		set_nonce(at(0x12), 3);
		let bundle = bundle(&[external(0x12, 8, 6)], []);
		bundle.import();
		assert_eq!(state_of(at(0x12)), AccountState::Waiting);
		assert_eq!((EVM::nonce(&at(0x12)), balance(at(0x12))), (8, 0));
		assert_eq!(entry(at(0x12)).undo, Undo::Nonce { before: 3, raised: 8 });
		bundle.activate();
		assert_ok!(dispatch(bundle.release(&[at(0x12)]), signed_by("Bob")));
		assert_eq!((EVM::nonce(&at(0x12)), balance(at(0x12))), (8, 6));
	});
}

#[test]
fn transaction_of_the_source_is_no_transaction_here_though_its_sender_was_dusted_works() {
	new_test_ext().execute_and_check(|| {
		// A stranger's one wei keeps the account from being written and locked.
		let holder = at(0x12);
		assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), evm_account(holder), 1));
		let bundle = bundle(&[external(0x12, 40, 0), external(0x13, 2, 3)], []);
		let replay =
			|nonce| transact(ExecuteRequest { nonce: Some(nonce), ..call(holder, at(1), 0) });
		let too_low = |found| Err(RunnerError::NonceTooLow { found, expected: 40 });
		bundle.import();
		for nonce in [0, 39] {
			assert_storage_noop!(assert_eq!(replay(nonce), too_low(nonce)));
		}
		bundle.activate();
		for nonce in [0, 39] {
			assert_storage_noop!(assert_eq!(replay(nonce), too_low(nonce)));
		}
		assert_eq!(state_of(holder), AccountState::Imported);
		assert_eq!(EVM::nonce(&holder), 40);
	});
}

#[test]
fn empty_account_creates_nothing_works() {
	new_test_ext().execute_and_check(|| {
		bundle(&[external(0x12, 0, 0), external(0x13, 1, 0)], []).import();
		assert_eq!(state_of(at(0x12)), AccountState::Empty);
		assert!(!frame_system::Account::<Test>::contains_key(evm_account(at(0x12))));
		assert!(!Migration::is_locked(&at(0x12)));
		assert_eq!(record(0).progress.totals.accounts, 2);
	});
}

#[test]
fn balance_of_precompiles_and_of_the_zero_address_works() {
	new_test_ext().execute_and_check(|| {
		let addresses = [0, 1, 4, 0x11, 0x100].map(H160::from_low_u64_be);
		let accounts = addresses.map(|address| external(0, 0, 11).at(address));
		let bundle = bundle(&accounts, []);
		bundle.load_map();
		// A chain's users need its precompiles while something is imported.
		let identity = H160::from_low_u64_be(4);
		let request = ExecuteRequest::call(user(), identity, vec![1, 2], GAS);
		assert_eq!(succeed(request.clone()).value, vec![1, 2]);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		for address in addresses {
			assert_eq!((balance(address), state_of(address)), (11, AccountState::Imported));
			assert!(!Migration::is_locked(&address));
		}
		assert_eq!(succeed(request).value, vec![1, 2]);
	});
}
