//! Governance settles collisions.

use frame_support::{assert_noop, assert_ok};
use migration_primitives::{
	manifest::BalancePolicy,
	status::{Beneficiary, CollisionPolicy, Owed},
};
use sp_runtime::DispatchError;

use super::{import::GETTER, *};
use crate::{Error, Ledger};

/// Two collisions and a contract beside.
fn scene() -> Bundle {
	set_code(at(0x11), vec![1]);
	set_bare_slot(at(0x12));
	let accounts = [
		contract(0x11, &GETTER, 3).with_balance(500),
		external(0x12, 3, 70),
		contract(0x13, &GETTER, 1).with_balance(9),
	];
	bundle(&accounts, [])
}

fn resolve(sources: &[H160], policy: CollisionPolicy<AccountId32>) -> Call<Test> {
	let sources = sources.to_vec().try_into().expect("within the bound");
	Call::resolve { migration: 0, sources, policy }
}

#[track_caller]
fn settle(source: H160, policy: CollisionPolicy<AccountId32>) {
	System::reset_events();
	assert_ok!(dispatch(resolve(&[source], policy.clone()), signed_by("Resolver")));
	assert_eq!(events(), vec![Event::CollisionSettled { migration: 0, source, policy }]);
	assert!(matches!(state_of(source), AccountState::Settled(_)));
	check_invariants();
}

#[test]
fn collision_that_is_left_changes_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = scene();
		bundle.import();
		let (before, AccountState::Collided(collision)) = (abort::world(), state_of(at(0x11)))
		else {
			panic!("it did not collide")
		};
		settle(at(0x11), CollisionPolicy::Leave);
		assert_eq!(state_of(at(0x11)), AccountState::Settled(collision));
		assert_eq!((abort::world(), Ledger::<Test>::iter().count()), (before, 0));
		let progress = record(0).progress;
		assert_eq!((progress.collisions, progress.settled, progress.credited), (2, 1, 9));
	});
}

#[test]
fn balance_goes_to_the_target_or_to_somebody_else_works() {
	let fund = BalancePolicy::Fund { account: account("Alice") };
	for policy in [fund, BalancePolicy::Mint { cap: 579 }] {
		new_test_ext().execute_and_check(|| {
			let bundle = scene().policy(policy);
			bundle.import();
			settle(at(0x11), CollisionPolicy::CreditTarget);
			let carol = Beneficiary::Account(account("Carol"));
			settle(at(0x12), CollisionPolicy::Credit(carol.clone()));
			let owed = Owed { beneficiary: carol, balance: 70, nonce: 3 };
			assert_eq!(Ledger::<Test>::get(0, at(0x12)), Some(owed));
			assert_eq!((balance(at(0x11)), record(0).progress.credited), (0, 579));
			assert_eq!(Balances::free_balance(Migration::escrow(0)), 570);

			bundle.activate();
			assert_ok!(dispatch(bundle.release(&[at(0x11), at(0x12)]), signed_by("Bob")));
			assert_eq!(balance(at(0x11)), 500);
			assert_eq!(Balances::free_balance(account("Carol")), 70);
			assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);
			assert_eq!(EVM::account_code(&at(0x11)), vec![1], "what stands there stays");
			assert!(matches!(state_of(at(0x12)), AccountState::Settled(_)));
		});
	}
}

#[test]
fn settled_collisions_are_taken_back_by_an_abort_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = scene();
		let before = abort::world();
		bundle.import();
		settle(at(0x11), CollisionPolicy::CreditTarget);
		settle(at(0x12), CollisionPolicy::Leave);
		assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
		assert_ok!(dispatch(abort::clean_up(&bundle, 1_000), signed_by("Bob")));
		assert_eq!(record(0).stage, Stage::Aborted);
		assert_eq!(abort::world(), before);
	});
}

#[test]
fn collision_is_settled_during_the_import_and_a_pause_but_not_later_works() {
	new_test_ext().execute_and_check(|| {
		let accounts: Vec<_> = (0x11..0x19).map(|byte| contract(byte, &GETTER, 1)).collect();
		accounts.iter().for_each(|account| set_code(account.address, vec![1]));
		let order = in_order(&accounts);
		let records: Vec<_> = order.iter().flat_map(Source::records).collect();
		let bundle = bundle(&accounts, []).cut(&records, 3);
		bundle.load_map();
		submit(bundle.chunk(0));
		submit(bundle.chunk(1));
		settle(order[0].address, CollisionPolicy::Leave);
		let early =
			dispatch(resolve(&[order[2].address], CollisionPolicy::Leave), RuntimeOrigin::root());
		assert_noop!(early, Error::<Test>::NotCollided);
		(2..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		settle(order[1].address, CollisionPolicy::Leave);
		assert_ok!(dispatch(Call::pause { migration: 0 }, RuntimeOrigin::root()));
		settle(order[2].address, CollisionPolicy::Leave);
		assert_ok!(dispatch(Call::resume { migration: 0 }, RuntimeOrigin::root()));
		bundle.activate();
		let late = resolve(&[order[3].address], CollisionPolicy::Leave);
		assert_noop!(dispatch(late, RuntimeOrigin::root()), Error::<Test>::WrongStage);
	});
}

#[test]
fn what_is_no_collision_or_is_settled_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = scene();
		let call = |sources: &[H160]| {
			dispatch(resolve(sources, CollisionPolicy::CreditTarget), RuntimeOrigin::root())
		};
		assert_noop!(call(&[at(0x11)]), Error::<Test>::UnknownMigration);
		bundle.load_map();
		assert_noop!(call(&[at(0x11)]), Error::<Test>::NotCollided);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		for sources in [&[at(0x13)][..], &[at(0x77)], &[at(0x11), at(0x13)], &[at(0x11), at(0x11)]]
		{
			assert_noop!(call(sources), Error::<Test>::NotCollided);
		}
		assert_ok!(call(&[at(0x11), at(0x12)]));
		assert_noop!(call(&[at(0x11)]), Error::<Test>::NotCollided);
	});
}

#[test]
fn settling_by_a_stranger_fails() {
	new_test_ext().execute_and_check(|| {
		scene().import();
		for origin in [signed_by("Alice"), signed_by("Pauser"), RuntimeOrigin::none()] {
			let call = resolve(&[at(0x11)], CollisionPolicy::Leave);
			assert_noop!(dispatch(call, origin), DispatchError::BadOrigin);
		}
	});
}
