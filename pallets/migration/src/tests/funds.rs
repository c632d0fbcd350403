//! The account that funds a migration: its consent, and what it gets back.

use frame_support::{assert_noop, assert_ok, traits::fungible::Mutate};
use migration_primitives::manifest::BalancePolicy;
use sp_runtime::DispatchError;

use super::{import::GETTER, *};
use crate::{Consents, Error, Unreturned};

fn funded_by(account: AccountId32, balance: u128) -> Bundle {
	bundle(&[external(0x12, 1, balance)], []).policy(BalancePolicy::Fund { account })
}

fn propose(bundle: &Bundle) -> Result<(), DispatchError> {
	dispatch(Call::propose { manifest: Box::new(bundle.manifest.clone()) }, RuntimeOrigin::root())
}

fn consent(to: Option<&Bundle>) -> Call<Test> {
	Call::consent { manifest: to.map(|bundle| bundle.manifest.hash()) }
}

#[test]
fn funding_by_who_has_not_agreed_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = funded_by(account("Alice"), 500);
		let refused = || {
			assert_noop!(propose(&bundle), Error::<Test>::FundingNotAgreed);
		};
		refused();
		// Another's consent, and the consent to another manifest.
		assert_ok!(dispatch(consent(Some(&bundle)), signed_by("Bob")));
		refused();
		assert_ok!(dispatch(consent(Some(&funded_by(account("Alice"), 501))), signed_by("Alice")));
		refused();
		// Root is not every account.
		assert_ok!(dispatch(consent(Some(&bundle)), RuntimeOrigin::root()));
		refused();
		assert_noop!(
			dispatch(consent(Some(&bundle)), RuntimeOrigin::none()),
			DispatchError::BadOrigin
		);
		assert_eq!(Balances::free_balance(account("Alice")), 1_000 * ETHER);
	});
}

#[test]
fn consent_is_used_up_by_the_proposal_works() {
	new_test_ext().execute_and_check(|| {
		let alice = account("Alice");
		let mut bundle = funded_by(alice.clone(), 500);
		System::reset_events();
		assert_ok!(dispatch(consent(Some(&bundle)), signed_by("Alice")));
		let manifest = bundle.manifest.hash();
		assert_eq!(events(), vec![Event::ConsentGiven { account: alice.clone(), manifest }]);
		assert_ok!(propose(&bundle));
		assert_eq!(Balances::free_balance(&alice), 1_000 * ETHER - 500);
		assert_eq!(Consents::<Test>::get(&alice), None);
		assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
		abort::clean_all(&bundle, 100);
		assert_eq!(Balances::free_balance(&alice), 1_000 * ETHER);
		// The same manifest again asks again.
		bundle.migration = 1;
		assert_noop!(propose(&bundle), Error::<Test>::FundingNotAgreed);
	});
}

#[test]
fn consent_that_is_withdrawn_or_replaced_does_not_hold_works() {
	new_test_ext().execute_and_check(|| {
		let (alice, bundle) = (account("Alice"), funded_by(account("Alice"), 500));
		assert_noop!(dispatch(consent(None), signed_by("Alice")), Error::<Test>::NoConsent);
		assert_ok!(dispatch(consent(Some(&bundle)), signed_by("Alice")));
		System::reset_events();
		assert_ok!(dispatch(consent(None), signed_by("Alice")));
		assert_eq!(events(), vec![Event::ConsentWithdrawn { account: alice.clone() }]);
		assert_noop!(propose(&bundle), Error::<Test>::FundingNotAgreed);
		assert_ok!(dispatch(consent(Some(&bundle)), signed_by("Alice")));
		let other = funded_by(alice, 7);
		assert_ok!(dispatch(consent(Some(&other)), signed_by("Alice")));
		assert_noop!(propose(&bundle), Error::<Test>::FundingNotAgreed);
		assert_ok!(propose(&other));
	});
}

#[test]
fn consent_of_who_spends_from_an_account_without_a_key_works() {
	new_test_ext().execute_and_check(|| {
		let treasury = TreasuryAccount::get();
		assert_ok!(Balances::mint_into(&treasury, 1_000));
		let bundle = funded_by(treasury.clone(), 500);
		assert_noop!(propose(&bundle), Error::<Test>::FundingNotAgreed);
		assert_ok!(dispatch(consent(Some(&bundle)), RuntimeOrigin::root()));
		assert_ok!(propose(&bundle));
		assert_eq!(Balances::free_balance(&treasury), 500);
	});
}

/// A funded migration one of whose accounts, with 130 wei, collides.
fn with_remainder() -> Bundle {
	let accounts = [external(0x12, 1, 500), contract(0x13, &GETTER, 1).with_balance(130)];
	set_code(at(0x13), vec![1]);
	let bundle = bundle(&accounts, []).policy(BalancePolicy::Fund { account: account("Alice") });
	bundle.import();
	bundle.leave_collisions();
	assert_eq!(record(0).progress.credited, 500);
	bundle
}

/// Sets what Alice has, so that nothing more can be written down. Returns what she had.
fn set_alice(free: u128) -> u128 {
	frame_system::Account::<Test>::mutate(account("Alice"), |info| {
		core::mem::replace(&mut info.data.free, free)
	})
}

/// 100 wei is the least that an account may hold.
fn with_deposit() -> sp_io::TestExternalities {
	ExistentialDeposit::set(100);
	new_test_ext()
}

#[test]
fn remainder_goes_to_a_funding_account_that_was_emptied_works() {
	with_deposit().execute_and_check(|| {
		let bundle = with_remainder();
		let all = Balances::free_balance(account("Alice"));
		assert_ok!(Balances::transfer_allow_death(signed_by("Alice"), account("Bob"), all));
		bundle.activate();
		assert_eq!(Balances::free_balance(account("Alice")), 130);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);
		assert_eq!(Unreturned::<Test>::get(0), None);
	});
}

#[test]
fn remainder_that_cannot_be_returned_stops_no_activation_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_remainder();
		(0..3).for_each(|_| next_block());
		let before = set_alice(u128::MAX);
		assert_ok!(dispatch(bundle.activation(), RuntimeOrigin::root()));
		let found = events();
		let [Event::FundsNotReturned { migration: 0, balance: 130, .. }, Event::Completed { .. }] =
			found[..]
		else {
			panic!("{found:?}")
		};
		assert_eq!((record(0).stage, balance(at(0x12))), (Stage::Completed, 500));
		assert_eq!(Unreturned::<Test>::get(0), Some(130));
		let escrow = Migration::escrow(0);

		let again = || dispatch(Call::return_funds { migration: 0 }, signed_by("Bob"));
		assert_noop!(again(), sp_runtime::ArithmeticError::Overflow);
		set_alice(before);
		assert_eq!(Balances::free_balance(&escrow), 130);
		check_invariants();
		let stranger = dispatch(Call::return_funds { migration: 0 }, RuntimeOrigin::none());
		assert_noop!(stranger, DispatchError::BadOrigin);
		System::reset_events();
		assert_ok!(again());
		assert_eq!(events(), vec![Event::FundsReturned { migration: 0, balance: 130 }]);
		assert_eq!(Balances::free_balance(account("Alice")), before + 130);
		assert_eq!(Balances::free_balance(&escrow), 0);
		assert_noop!(again(), Error::<Test>::NothingToReturn);
	});
}

#[test]
fn funds_of_an_abort_that_could_not_be_returned_are_returned_later_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_remainder();
		assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
		let before = set_alice(u128::MAX);
		assert_ok!(dispatch(abort::clean_up(&bundle, 1_000), signed_by("Bob")));
		assert_eq!((record(0).stage, Unreturned::<Test>::get(0)), (Stage::Aborted, Some(630)));
		set_alice(before);
		assert_ok!(dispatch(Call::return_funds { migration: 0 }, signed_by("Bob")));
		assert_eq!(Balances::free_balance(account("Alice")), before + 630);
	});
}

#[test]
fn return_of_what_was_returned_or_never_funded_fails() {
	new_test_ext().execute_and_check(|| {
		let again = || dispatch(Call::return_funds { migration: 0 }, signed_by("Bob"));
		assert_noop!(again(), Error::<Test>::NothingToReturn);
		let bundle = with_remainder();
		assert_noop!(again(), Error::<Test>::NothingToReturn);
		bundle.activate();
		assert_noop!(again(), Error::<Test>::NothingToReturn);
	});
}

#[test]
fn share_below_the_existential_deposit_faults_works() {
	// Wherever it goes: to the account, the escrow, or nowhere.
	let alive = |balance| external(0, 3, balance).at(user());
	let fresh = |balance| external(0x12, 3, balance);
	let collided = |balance| contract(0x13, &GETTER, 0).with_balance(balance);
	let kinds: [&dyn Fn(u128) -> Source; 3] = [&alive, &fresh, &collided];
	for kind in kinds {
		with_deposit().execute_and_check(|| {
			set_code(at(0x13), vec![1]);
			let bundle = bundle(&[kind(99)], []);
			bundle.load_map();
			let reason = Fault::Balance { source_address: kind(99).address, balance: 99.into() };
			assert_faults(bundle.chunk(0), reason);
		});
		with_deposit().execute_and_check(|| {
			set_code(at(0x13), vec![1]);
			bundle(&[kind(100)], []).import();
			assert_eq!(record(0).stage, Stage::Imported);
		});
	}
}
