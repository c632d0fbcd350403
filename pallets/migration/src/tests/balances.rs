//! The balance policies.

use frame_support::{
	assert_noop, assert_ok,
	traits::fungible::{Inspect, Mutate},
};
use migration_primitives::{manifest::BalancePolicy, map::Target};

use super::{import::GETTER, *};
use crate::{Error, Ledger};

fn propose(bundle: &Bundle) -> Call<Test> {
	Call::propose { manifest: Box::new(bundle.manifest.clone()) }
}

/// A contract, a fresh account, one alive, one for an account of this chain, and a collision.
fn accounts() -> (Vec<Source>, Vec<(H160, Target<AccountId32>)>) {
	set_code(at(0x15), vec![1]);
	let accounts = vec![
		contract(0x11, &GETTER, 1).with_balance(1),
		external(0x12, 2, 20),
		external(0, 3, 300).at(user()),
		external(0x14, 4, 4_000),
		contract(0x15, &GETTER, 2).with_balance(50_000),
	];
	(accounts, vec![(at(0x14), Target::Account(account("Carol")))])
}

#[test]
fn skip_leaves_all_balances_behind_works() {
	new_test_ext().execute_and_check(|| {
		let (accounts, targets) = accounts();
		let bundle = bundle(&accounts, targets).policy(BalancePolicy::Skip);
		let issuance = Balances::total_issuance();
		bundle.import();
		assert_eq!(Balances::total_issuance(), issuance);
		assert_eq!(record(0).progress.credited, 0);
		assert_eq!((balance(at(0x11)), balance(at(0x12))), (0, 0));
		assert_imported(&accounts[0], at(0x11));
		assert_imported(&accounts[1], at(0x12));
		// The nonce does not wait, and there is no balance that would.
		assert_eq!(Ledger::<Test>::iter().count(), 0);
		assert_eq!((EVM::nonce(&user()), state_of(user())), (3, AccountState::Imported));
		assert_eq!(state_of(at(0x14)), AccountState::Imported);
		bundle.activate();
		let release = dispatch(bundle.release(&[user()]), signed_by("Bob"));
		assert_eq!(release, Err(Error::<Test>::NothingOwed.into()));
		assert_eq!(EVM::nonce(&user()), 3);
	});
}

#[test]
fn skip_of_balances_beyond_any_issuance_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [external(0x12, 1, U256::MAX - 1), external(0x13, 0, 1)];
		bundle(&accounts, []).policy(BalancePolicy::Skip).import();
		assert_eq!(record(0).stage, Stage::Imported);
		assert_eq!(record(0).progress.totals.balance, U256::MAX);
		assert_eq!(entry(at(0x12)).balance, U256::MAX - 1);
	});
}

/// What Geth makes of `--dev`: a wei for each precompile, and all others for the faucet. Their sum is
/// 2^256.
#[test]
fn skip_of_the_balances_of_geth_in_development_mode_works() {
	new_test_ext().execute_and_check(|| {
		let faucet = U256::MAX - U256::from(8);
		let precompiles = (1..=9).map(|number| external(0, 0, 1).at(H160::from_low_u64_be(number)));
		let accounts: Vec<Source> = precompiles.chain([external(0x12, 0, faucet)]).collect();
		bundle(&accounts, []).policy(BalancePolicy::Skip).import();
		assert_eq!(record(0).stage, Stage::Imported);
		assert_eq!(record(0).progress.totals.balance, U256::MAX);
		assert_eq!(entry(at(0x12)).balance, faucet);
	});
}

#[test]
fn sums_of_balances_end_at_the_largest_number_works() {
	let accounts = [external(0x11, 1, U256::MAX), external(0x12, 1, U256::MAX)];
	let targets = [0x11, 0x12].map(|byte| (at(byte), Target::Explicit(at(byte + 0x20))));
	new_test_ext().execute_and_check(|| {
		bundle(&accounts, targets.clone()).policy(BalancePolicy::Skip).import();
		let progress = record(0).progress;
		assert_eq!((progress.totals.balance, progress.remapped.balance), (U256::MAX, U256::MAX));
	});
	// Nothing of such a sum could be brought.
	for policy in
		[BalancePolicy::Mint { cap: u128::MAX }, BalancePolicy::Fund { account: account("Alice") }]
	{
		new_test_ext().execute_and_check(|| {
			let bundle = bundle(&accounts, targets.clone()).policy(policy.clone());
			bundle.agree();
			let call = propose(&bundle);
			assert_noop!(dispatch(call, RuntimeOrigin::root()), Error::<Test>::AboveCap);
		});
	}
}

#[test]
fn mint_issues_what_was_credited_works() {
	new_test_ext().execute_and_check(|| {
		let (accounts, targets) = accounts();
		let bundle = bundle(&accounts, targets).policy(BalancePolicy::Mint { cap: 54_321 });
		let (issuance, users) = (Balances::total_issuance(), balance(user()));
		bundle.import();
		assert_eq!(record(0).progress.credited, 4_321, "all but the collision");
		assert_eq!(Balances::total_issuance(), issuance + 4_321);
		assert_eq!((balance(at(0x11)), balance(at(0x12)), balance(user())), (1, 20, users));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 4_300);
		bundle.activate();
		assert_ok!(dispatch(bundle.release(&[user(), at(0x14)]), signed_by("Bob")));
		assert_eq!(balance(user()), users + 300);
		assert_eq!(Balances::free_balance(account("Carol")), 4_000);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);
		assert_eq!(Balances::total_issuance(), issuance + 4_321);
	});
}

#[test]
fn mint_at_the_cap_works_and_above_fails() {
	let with_cap =
		|cap| bundle(&[external(0x12, 1, 1_000)], []).policy(BalancePolicy::Mint { cap });
	new_test_ext().execute_and_check(|| {
		let call = propose(&with_cap(999));
		assert_noop!(dispatch(call, RuntimeOrigin::root()), Error::<Test>::AboveCap);
		with_cap(1_000).import();
		assert_eq!(balance(at(0x12)), 1_000);
	});
}

#[test]
fn mint_of_a_balance_of_129_bits_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, U256::from(u128::MAX) + 1)], []);
		let call = propose(&bundle);
		assert_noop!(dispatch(call, RuntimeOrigin::root()), Error::<Test>::AboveCap);
	});
}

#[test]
fn mint_up_to_the_largest_issuance_works_and_beyond_fails() {
	new_test_ext().execute_and_check(|| {
		let left = u128::MAX - Balances::total_issuance();
		let too_much = bundle(&[external(0x12, 1, left), external(0x13, 1, 1)], []);
		let call = propose(&too_much);
		assert_noop!(dispatch(call, RuntimeOrigin::root()), Error::<Test>::IssuanceOverflow);
		bundle(&[external(0x12, 1, left - 1), external(0x13, 1, 1)], []).import();
		assert_eq!(balance(at(0x12)), left - 1);
		assert_eq!(Balances::total_issuance(), u128::MAX);
	});
}

#[test]
fn mint_after_the_issuance_grew_meanwhile_faults_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1_000)], []);
		bundle.load_map();
		let left = u128::MAX - Balances::total_issuance();
		assert_ok!(Balances::mint_into(&account("Bob"), left - 999));
		let reason = Fault::Balance { source_address: at(0x12), balance: 1_000.into() };
		assert_faults(bundle.chunk(0), reason);
	});
}

#[test]
fn fund_pays_from_the_account_and_returns_the_rest_works() {
	new_test_ext().execute_and_check(|| {
		let (accounts, targets) = accounts();
		let fund = BalancePolicy::Fund { account: account("Alice") };
		let bundle = bundle(&accounts, targets).policy(fund);
		let (issuance, users) = (Balances::total_issuance(), balance(user()));
		bundle.propose();
		assert_eq!(Balances::free_balance(account("Alice")), 1_000 * ETHER - 54_321);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 54_321);
		submit(bundle.map_chunk(0));
		submit(bundle.map_chunk(1));
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		assert_eq!((balance(at(0x11)), balance(at(0x12)), balance(user())), (1, 20, users));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 54_300);
		bundle.activate();
		// The collision's share is the funding account's again.
		assert_eq!(Balances::free_balance(account("Alice")), 1_000 * ETHER - 4_321);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 4_300);
		assert_ok!(dispatch(bundle.release(&[user(), at(0x14)]), signed_by("Bob")));
		assert_eq!(balance(user()), users + 300);
		assert_eq!(Balances::free_balance(account("Carol")), 4_000);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 0);
		assert_eq!(Balances::total_issuance(), issuance);
	});
}

#[test]
fn fund_from_an_account_with_exactly_enough_works_and_less_fails() {
	new_test_ext().execute_and_check(|| {
		// The account stays alive: the existential deposit is not for spending.
		let most = 1_000 * ETHER - Balances::minimum_balance();
		let fund = BalancePolicy::Fund { account: account("Alice") };
		let with = |balance: u128| bundle(&[external(0x12, 1, balance)], []).policy(fund.clone());
		let too_much = with(most + 1);
		too_much.agree();
		let call = propose(&too_much);
		assert_noop!(dispatch(call, RuntimeOrigin::root()), Error::<Test>::InsufficientFunds);
		with(most).import();
		assert_eq!((balance(at(0x12)), Balances::free_balance(account("Alice"))), (most, 1));
	});
}

#[test]
fn fund_of_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let fund = BalancePolicy::Fund { account: account("Nobody") };
		let bundle = bundle(&[external(0x12, 1, 0)], []).policy(fund);
		bundle.import();
		bundle.activate();
		assert_eq!(record(0).stage, Stage::Completed);
	});
}

#[test]
fn dust_in_the_escrow_changes_no_share_works() {
	new_test_ext().execute_and_check(|| {
		let fund = BalancePolicy::Fund { account: account("Alice") };
		let bundle = bundle(&[external(0, 3, 300).at(user())], []).policy(fund);
		assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), Migration::escrow(0), 77));
		bundle.import();
		bundle.activate();
		assert_eq!(Balances::free_balance(account("Alice")), 1_000 * ETHER - 300);
		assert_ok!(dispatch(bundle.release(&[user()]), signed_by("Bob")));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 77);
	});
}

#[test]
fn bundle_that_holds_more_than_the_manifest_says_faults_before_it_is_paid_works() {
	// What waits for one account is never paid to another, and nothing is issued beyond the cap.
	for policy in
		[BalancePolicy::Fund { account: account("Alice") }, BalancePolicy::Mint { cap: 1_000 }]
	{
		new_test_ext().execute_and_check(|| {
			let accounts = [external(0, 3, 600).at(user()), external(0x12, 1, 600)];
			let bundle = bundle(&accounts, [])
				.policy(policy)
				.with(|manifest| manifest.totals.balance = 1_000.into());
			let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
			let bundle = bundle.cut(&records, 1);
			bundle.load_map();
			submit(bundle.chunk(0));
			let (expected, found) = (1_000.into(), 1_200.into());
			assert_faults(bundle.chunk(1), Fault::Totals { sum: Sum::Balance, expected, found });
			assert_eq!(record(0).progress.credited, 600);
		});
	}
}

#[test]
fn fund_from_an_escrow_fails() {
	new_test_ext().execute_and_check(|| {
		for number in [0, 1, 7] {
			let account = Migration::escrow(number);
			let policy = BalancePolicy::Fund { account };
			let bundle = bundle(&[external(0x12, 1, 1)], []).policy(policy);
			let call = crate::Call::propose { manifest: Box::new(bundle.manifest) };
			let refused = dispatch(call, RuntimeOrigin::root());
			frame_support::assert_noop!(refused, crate::Error::<Test>::FundedByEscrow);
		}
	});
}
