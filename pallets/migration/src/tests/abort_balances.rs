//! What an abort does with wei and nonces that are not as the import left them.

use std::collections::BTreeMap;

use frame_support::assert_ok;
use migration_primitives::manifest::BalancePolicy;

use super::{
	abort::{abort, clean_all, clean_up, policies, scene, world},
	*,
};

#[test]
fn deposits_to_accounts_under_import_stay_works() {
	for policy in policies() {
		let targets = [at(0x11), at(0x12), at(0x15), at(0x96), user()];
		let deposit = || {
			for target in targets {
				let to = evm_account(target);
				assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), to, 13));
			}
			let escrow = Migration::escrow(0);
			assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), escrow, 13));
		};
		let mut expected = BTreeMap::new();
		new_test_ext().execute_and_check(|| {
			scene();
			deposit();
			deposit();
			expected = world();
		});
		new_test_ext().execute_and_check(|| {
			let bundle = scene().policy(policy.clone());
			bundle.load_map();
			(0..7).for_each(|index| submit(bundle.chunk(index)));
			deposit();
			(7..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
			deposit();
			assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
			clean_all(&bundle, 60);
			// Only the order in which the accounts came to exist could differ, and nothing stores it.
			assert_eq!(world(), expected, "{policy:?}");
		});
	}
}

#[test]
fn nonce_of_an_account_that_was_used_since_stays_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [external(0, 30, 300).at(user()), external(0x1c, 9, 8)];
		set_nonce(at(0x1c), 3);
		let bundle = bundle(&accounts, []);
		bundle.import();
		assert_eq!((EVM::nonce(&user()), EVM::nonce(&at(0x1c))), (30, 9));
		succeed(ExecuteRequest { nonce: Some(30), ..call(user(), at(0xdd), 1) });
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		clean_all(&bundle, 100);
		assert_eq!((EVM::nonce(&user()), EVM::nonce(&at(0x1c))), (31, 3));
	});
}

#[test]
fn what_is_not_there_any_more_is_named_and_stops_nothing_works() {
	for policy in policies().into_iter().take(2) {
		new_test_ext().execute_and_check(|| {
			let funded = policy != BalancePolicy::Mint { cap: u128::MAX };
			let bundle =
				bundle(&[external(0x12, 1, 100), external(0x13, 1, 50)], []).policy(policy.clone());
			let (alice, issuance) =
				(Balances::free_balance(account("Alice")), Balances::total_issuance());
			bundle.import();
			// Only the chain's root can take from a locked account.
			let thief = Balances::force_transfer(
				RuntimeOrigin::root(),
				evm_account(at(0x12)),
				account("Bob"),
				30,
			);
			assert_ok!(thief);
			assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
			System::reset_events();
			assert_ok!(dispatch(clean_up(&bundle, 100), signed_by("Bob")));
			let missing = Event::NotTakenBack { migration: 0, source: at(0x12), balance: 30 };
			assert_eq!(events().iter().filter(|event| **event == missing).count(), 1);
			assert_eq!(record(0).stage, Stage::Aborted);
			assert_eq!((balance(at(0x12)), balance(at(0x13))), (0, 0));
			assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);
			let lost = |funded: bool| if funded { 30 } else { 0 };
			assert_eq!(Balances::free_balance(account("Alice")), alice - lost(funded));
			assert_eq!(Balances::total_issuance(), issuance + lost(!funded));
		});
	}
}

#[test]
fn funding_account_that_cannot_be_paid_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 100)], [])
			.policy(BalancePolicy::Fund { account: account("Alice") });
		bundle.import();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		// Its balance could not be written down.
		pallet_balances::InactiveIssuance::<Test>::kill();
		frame_system::Account::<Test>::mutate(account("Alice"), |info| {
			info.data.free = u128::MAX;
		});
		System::reset_events();
		assert_ok!(dispatch(clean_up(&bundle, 100), signed_by("Bob")));
		let not_returned = |event: &Event<Test>| {
			matches!(event, Event::FundsNotReturned { migration: 0, balance: 100, .. })
		};
		assert_eq!(events().iter().filter(|event| not_returned(event)).count(), 1);
		assert_eq!(record(0).stage, Stage::Aborted);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 100);
		// The balance that cannot be is this test's own.
		let rest = Balances::total_issuance()
			- frame_system::Account::<Test>::iter()
				.filter(|(who, _)| *who != account("Alice"))
				.map(|(_, info)| info.data.free)
				.sum::<u128>();
		frame_system::Account::<Test>::mutate(account("Alice"), |info| info.data.free = rest);
	});
}
