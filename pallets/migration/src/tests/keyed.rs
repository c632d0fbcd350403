//! A chain whose accounts have the keys of the source: what is credited could be sent without the EVM,
//! whose lock does not hold it.

use frame_support::{assert_noop, assert_ok};
use migration_primitives::{
	item::{is_delegation, Slot},
	manifest::BalancePolicy,
	status::Undo,
};
use sp_runtime::TokenError;

use super::{import::GETTER, *};
use crate::Ledger;

/// The code of an account that delegates to the contract.
fn designator() -> Vec<u8> {
	[&[0xef, 0x01, 0x00][..], &[0x11; 20]].concat()
}

fn stored() -> Vec<Slot> {
	vec![Slot { key: word(1), value: word(5) }, Slot { key: word(2), value: word(6) }]
}

/// Accounts of which somebody has the key, and a contract, of which nobody has.
fn accounts() -> Vec<Source> {
	vec![
		contract(0x11, &GETTER, 2).with_balance(100),
		external(0x12, 7, 1_000),
		Source { code: designator(), ..external(0x13, 3, 50) },
		external(0x14, 2, 0),
		// What was stored through a delegation: one that stands, and one that was reset.
		Source { code: designator(), slots: stored(), ..external(0x15, 4, 70) },
		Source { slots: stored(), ..external(0x16, 2, 80) },
	]
}

fn keyed_ext() -> sp_io::TestExternalities {
	AccountsBeginWithAddresses::set(true);
	new_test_ext()
}

fn policies() -> [BalancePolicy<AccountId32>; 2] {
	[BalancePolicy::Mint { cap: u128::MAX }, BalancePolicy::Fund { account: account("Alice") }]
}

fn transfer(from: H160, amount: u128) -> Result<(), sp_runtime::DispatchError> {
	let origin = RuntimeOrigin::signed(evm_account(from));
	Balances::transfer_allow_death(origin, account("Bob"), amount)
}

#[test]
fn balance_of_an_account_with_a_key_waits_until_the_activation_works() {
	for policy in policies() {
		keyed_ext().execute_and_check(|| {
			let bundle = bundle(&accounts(), []).policy(policy.clone());
			bundle.import();
			for (byte, share) in [(0x12, 1_000), (0x13, 50), (0x15, 70), (0x16, 80)] {
				assert_eq!(state_of(at(byte)), AccountState::Waiting);
				assert_eq!(entry(at(byte)).undo, Undo::Account { credited: 0 });
				assert!(Migration::is_locked(&at(byte)));
				let owed = Ledger::<Test>::get(0, at(byte)).map(|owed| owed.balance);
				assert_eq!((owed, balance(at(byte))), (Some(share), 0));
				assert_noop!(transfer(at(byte), 1), TokenError::FundsUnavailable);
			}
			// All but the balances is written.
			assert_eq!((EVM::nonce(&at(0x12)), EVM::nonce(&at(0x13))), (7, 3));
			assert!(is_delegation(&EVM::account_code(&at(0x13))));
			accounts().iter().for_each(|account| assert_imported(account, account.address));
			assert_eq!(state_of(at(0x14)), AccountState::Imported);
			assert_eq!((state_of(at(0x11)), balance(at(0x11))), (AccountState::Imported, 100));
			assert_eq!(record(0).progress.credited, 1_300);

			bundle.activate();
			let waiting = [0x12, 0x13, 0x15, 0x16].map(at);
			assert_ok!(dispatch(bundle.release(&waiting), signed_by("Bob")));
			assert_eq!(waiting.map(balance), [1_000, 50, 70, 80]);
			assert_ok!(transfer(at(0x12), 1_000));
			assert_eq!(EVM::nonce(&at(0x12)), 7);
		});
	}
}

#[test]
fn abort_takes_everything_back_from_accounts_with_keys_works() {
	for policy in policies() {
		keyed_ext().execute_and_check(|| {
			let bundle = bundle(&accounts(), []).policy(policy.clone());
			let before = abort::world();
			bundle.import();
			assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
			abort::clean_all(&bundle, 40);
			assert_eq!(abort::world(), before);
		});
	}
}

#[test]
fn nonce_that_a_key_used_during_the_import_stays_after_an_abort_works() {
	keyed_ext().execute_and_check(|| {
		let bundle = bundle(&accounts(), []);
		bundle.import();
		System::inc_account_nonce(evm_account(at(0x12)));
		assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
		abort::clean_all(&bundle, 40);
		assert_eq!((EVM::nonce(&at(0x12)), EVM::nonce(&at(0x13))), (8, 0));
	});
}

#[test]
fn accounts_that_are_hashes_of_addresses_have_no_key_works() {
	new_test_ext().execute_and_check(|| {
		bundle(&accounts(), []).import();
		for (byte, share) in [(0x12, 1_000), (0x13, 50), (0x15, 70), (0x16, 80)] {
			assert_eq!((state_of(at(byte)), balance(at(byte))), (AccountState::Imported, share));
		}
		assert_eq!(Ledger::<Test>::iter().count(), 0);
	});
}
