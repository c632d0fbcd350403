//! Entries of the map for which no account comes, and deployers of other migrations.

use frame_support::assert_ok;
use migration_primitives::{
	map::{MapEntry, Target},
	snapshot::Scope,
};

use super::{import::GETTER, *};
use crate::Sources;

fn entry_to(source: H160, target: H160) -> MapEntry<AccountId32> {
	MapEntry { source, target: Target::Explicit(target), address: target }
}

/// A bundle of one account and these entries beside.
fn with_entries(accounts: &[Source], more: &[MapEntry<AccountId32>]) -> Bundle {
	bundle(accounts, []).with_map(|map| {
		map.extend(more.iter().cloned());
		map.sort_by_key(|entry| entry.source);
	})
}

/// Migration 1.
fn second(accounts: &[Source], targets: &[(H160, H160)]) -> Bundle {
	let targets = targets.iter().map(|(from, to)| (*from, Target::Explicit(*to)));
	Bundle { migration: 1, ..bundle(accounts, targets) }
}

#[test]
fn source_and_target_of_an_entry_without_an_account_are_free_after_the_activation_works() {
	new_test_ext().execute_and_check(|| {
		let unused = [entry_to(at(0x21), at(0x91)), entry_to(at(0x22), at(0x92))];
		let first = with_entries(&[external(0x11, 1, 1)], &unused);
		first.import();
		assert!(Migration::is_reserved(&at(0x91)) && Migration::is_locked(&at(0x91)));
		first.activate();
		assert!(!Migration::is_reserved(&at(0x91)) && !Migration::is_locked(&at(0x91)));
		assert_eq!(state_of(at(0x21)), AccountState::Mapped);

		// The same source to another target, and the target of another source.
		let accounts = [external(0x21, 5, 5), external(0x23, 6, 6)];
		let second = second(&accounts, &[(at(0x21), at(0x92)), (at(0x23), at(0x93))]);
		second.import();
		assert_eq!((entry(at(0x21)).migration, entry(at(0x21)).address), (1, at(0x92)));
		assert_eq!((EVM::nonce(&at(0x92)), balance(at(0x92))), (5, 5));
		assert_eq!(Accounts::<Test>::get(SOURCE, at(0x22)), None, "it lost its target");
		assert_eq!(Sources::<Test>::get(at(0x91)), None, "it lost its source");
		second.activate();
		assert_eq!(entry(at(0x11)).migration, 0, "what came stays");
	});
}

#[test]
fn the_same_entry_again_works() {
	new_test_ext().execute_and_check(|| {
		let first = with_entries(&[external(0x11, 1, 1)], &[entry_to(at(0x21), at(0x91))]);
		first.import();
		first.activate();
		let second = second(&[external(0x21, 5, 5)], &[(at(0x21), at(0x91))]);
		second.import();
		second.activate();
		assert_eq!((entry(at(0x21)).migration, EVM::nonce(&at(0x91))), (1, 5));
	});
}

#[test]
fn account_without_an_entry_takes_one_that_was_unused_in_full_scope_works() {
	new_test_ext().execute_and_check(|| {
		let first = with_entries(&[external(0x11, 1, 1)], &[entry_to(at(0x21), at(0x91))]);
		first.import();
		first.activate();
		let second = second(&[external(0x21, 5, 5)], &[])
			.with_map(|map| map.clear())
			.with(|manifest| manifest.scope = Scope::Full);
		second.import();
		assert_eq!((entry(at(0x21)).migration, entry(at(0x21)).address), (1, at(0x21)));
		assert_eq!(EVM::nonce(&at(0x21)), 5);
	});
}

#[test]
fn entry_of_a_migration_that_goes_on_is_taken_fails() {
	new_test_ext().execute_and_check(|| {
		let twice = [entry_to(at(0x21), at(0x91)), entry_to(at(0x22), at(0x91))];
		let bundle = with_entries(&[external(0x11, 1, 1)], &twice);
		bundle.propose();
		let reason = Fault::TargetTaken { target: at(0x91), by: at(0x21) };
		assert_faults(bundle.map_chunk(0), reason);
	});
}

#[test]
fn abort_frees_entries_without_an_account_works() {
	new_test_ext().execute_and_check(|| {
		let first = with_entries(&[external(0x11, 1, 1)], &[entry_to(at(0x21), at(0x91))]);
		first.import();
		assert_ok!(dispatch(abort::abort(&first), RuntimeOrigin::root()));
		abort::clean_all(&first, 100);
		assert_eq!((Accounts::<Test>::iter().count(), Sources::<Test>::iter().count()), (0, 0));
	});
}

#[test]
fn deployer_of_another_migration_faults_works() {
	for scope in [Scope::Selected, Scope::Full] {
		new_test_ext().execute_and_check(|| {
			let deployer = at(0x21);
			let first = bundle(&[external(0x21, 5, 5)], []);
			first.import();
			first.activate();
			let source = contract(0x31, &GETTER, 1);
			let target = Target::Create { deployer, nonce: 3 };
			let address = migration_primitives::address::create_address(deployer, 3);
			let second = bundle(&[source], [])
				.with(|manifest| manifest.scope = scope)
				.with_map(|map| *map = vec![MapEntry { source: at(0x31), target, address }]);
			let second = Bundle { migration: 1, ..second };
			second.load_map();
			let source_address = at(0x31);
			assert_faults(second.chunk(0), Fault::DeployerUnmapped { source_address, deployer });
		});
	}
}
