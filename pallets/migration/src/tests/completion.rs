//! The review, the activation and the release.

use frame_support::{assert_noop, assert_ok, weights::Weight};
use migration_primitives::map::Target;
use sp_runtime::{traits::Dispatchable, DispatchError};

use super::{import::GETTER, *};
use crate::{Active, Error, Ledger};

fn root() -> RuntimeOrigin {
	RuntimeOrigin::root()
}

/// Two accounts that wait and one that does not.
fn waiting() -> Bundle {
	let accounts =
		[external(0, 9, 300).at(user()), external(0x14, 4, 4_000), contract(0x11, &GETTER, 1)];
	bundle(&accounts, [(at(0x14), Target::Account(account("Carol")))])
}

#[test]
fn activation_before_the_review_ends_fails_and_at_its_end_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		for _ in 0..3 {
			assert_noop!(dispatch(bundle.activation(), root()), Error::<Test>::ReviewNotOver);
			next_block();
		}
		System::reset_events();
		assert_ok!(dispatch(bundle.activation(), root()));
		assert_eq!(events(), vec![Event::Completed { migration: 0 }]);
		assert_eq!(record(0).stage, Stage::Completed);
		assert_eq!((record(0).since, Active::<Test>::get()), (4, None));
	});
}

#[test]
fn activation_twice_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		bundle.activate();
		assert_noop!(dispatch(bundle.activation(), root()), Error::<Test>::WrongStage);
	});
}

#[test]
fn activation_by_a_stranger_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		(0..3).for_each(|_| next_block());
		for origin in [signed_by("Alice"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(bundle.activation(), origin), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn activation_before_everything_is_there_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		assert_noop!(dispatch(bundle.activation(), root()), Error::<Test>::UnknownMigration);
		bundle.propose();
		(0..9).for_each(|_| next_block());
		assert_noop!(dispatch(bundle.activation(), root()), Error::<Test>::WrongStage);
		submit(bundle.map_chunk(0));
		(0..9).for_each(|_| next_block());
		assert_noop!(dispatch(bundle.activation(), root()), Error::<Test>::WrongStage);
	});
}

#[test]
fn release_deposits_its_events_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		bundle.activate();
		System::reset_events();
		assert_ok!(dispatch(bundle.release(&[user(), at(0x14)]), signed_by("Bob")));
		let released = |source, balance| Event::Released { migration: 0, source, balance };
		assert_eq!(events(), vec![released(user(), 300), released(at(0x14), 4_000)]);
		assert_eq!(state_of(user()), AccountState::Released);
		assert_eq!(state_of(at(0x14)), AccountState::Released);
		assert_eq!(Ledger::<Test>::iter().count(), 0);
		assert!(Migration::waiting(0).is_empty());
	});
}

#[test]
fn release_before_the_completion_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		let release = || dispatch(bundle.release(&[user()]), signed_by("Bob"));
		assert_noop!(release(), Error::<Test>::UnknownMigration);
		bundle.load_map();
		assert_noop!(release(), Error::<Test>::WrongStage);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		assert_noop!(release(), Error::<Test>::WrongStage);
		bundle.activate();
		assert_ok!(release());
	});
}

#[test]
fn release_of_nothing_at_all_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		bundle.activate();
		let release = |sources: &[H160]| dispatch(bundle.release(sources), signed_by("Bob"));
		for sources in [&[at(0x11)][..], &[at(0x77)], &[at(0x77), at(0x11)]] {
			assert_noop!(release(sources), Error::<Test>::NothingOwed);
		}
		assert_ok!(release(&[]));
		assert_ok!(release(&[user()]));
		assert_noop!(release(&[user()]), Error::<Test>::NothingOwed);
		assert_ok!(release(&[at(0x14)]));
	});
}

/// The weight that a release is charged, and its result.
fn release_weight(bundle: &Bundle, sources: &[H160]) -> Weight {
	let call: RuntimeCall = bundle.release(sources).into();
	let post = call.dispatch(signed_by("Bob")).expect("something is owed");
	post.actual_weight.expect("it depends on what waits")
}

#[test]
fn release_passes_over_those_for_whom_nothing_waits_works() {
	use crate::WeightInfo;
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		bundle.activate();
		let users = balance(user());
		System::reset_events();
		// One that nobody knows, one twice, and one that has nothing to get.
		let weight = release_weight(&bundle, &[at(0x77), user(), user(), at(0x11)]);
		let released = Event::Released { migration: 0, source: user(), balance: 300 };
		assert_eq!(events(), vec![released]);
		assert_eq!(balance(user()), users + 300);
		assert_eq!(Migration::waiting(0), vec![at(0x14)]);
		type Weights = <Test as crate::Config>::WeightInfo;
		assert_eq!(weight, Weights::release(1).saturating_add(Weights::release_skipped(3)));
		assert!(weight.all_lt(Weights::release(4)));
	});
}

#[test]
fn release_that_fails_for_one_keeps_its_entry_and_pays_the_others_works() {
	new_test_ext().execute_and_check(|| {
		// Three accounts wait; what the escrow has left does not suffice for the one in the middle.
		let accounts = [external(0, 9, 300).at(user()), external(0x14, 4, 4_000)];
		let third = external(0x15, 1, 50);
		let to = |name| Target::Account(account(name));
		let bundle = bundle(
			&[&accounts[..], &[third]].concat(),
			[(at(0x14), to("Carol")), (at(0x15), to("Dave"))],
		);
		bundle.import();
		bundle.activate();
		let escrow = Migration::escrow(0);
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), escrow.clone(), 3_999));
		System::reset_events();
		let sources = [user(), at(0x14), at(0x15)];
		assert_ok!(dispatch(bundle.release(&sources), signed_by("Bob")));
		let reason = sp_runtime::TokenError::FundsUnavailable.into();
		let released = |source, balance| Event::Released { migration: 0, source, balance };
		let failed = Event::ReleaseFailed { migration: 0, source: at(0x14), reason };
		let expected = vec![released(user(), 300), failed, released(at(0x15), 50)];
		assert_eq!(events(), expected);
		assert_eq!(Migration::waiting(0), vec![at(0x14)]);
		assert_eq!(state_of(at(0x14)), AccountState::Waiting);
		assert_eq!(Balances::free_balance(account("Carol")), 0);

		// When the cause is gone it is paid.
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), escrow, 4_000));
		assert_ok!(dispatch(bundle.release(&sources), signed_by("Bob")));
		assert_eq!(Balances::free_balance(account("Carol")), 4_000);
		assert!(Migration::waiting(0).is_empty());
	});
}

#[test]
fn release_without_a_signer_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = waiting();
		bundle.import();
		bundle.activate();
		for origin in [root(), RuntimeOrigin::none()] {
			let call = bundle.release(&[user()]);
			assert_noop!(dispatch(call, origin), DispatchError::BadOrigin);
		}
	});
}

#[test]
fn release_of_a_full_batch_works() {
	new_test_ext().execute_and_check(|| {
		let address = |number: u64| H160::from_low_u64_be(0x1000 + number);
		let accounts: Vec<_> = (0..257).map(|n| external(0, n + 2, 10).at(address(n))).collect();
		accounts.iter().for_each(|account| set_nonce(account.address, 1));
		let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
		let bundle =
			bundle(&accounts, []).cut(&records, 100).with(|manifest| manifest.map_run_log2 = 6);
		bundle.import();
		bundle.activate();
		let all: Vec<_> = (0..256).map(address).collect();
		assert_ok!(dispatch(bundle.release(&all), signed_by("Bob")));
		assert_eq!(Migration::waiting(0), vec![address(256)]);
		assert_eq!((EVM::nonce(&address(9)), balance(address(9))), (11, 10));
	});
}
