//! Bundles that governance approved and that do not fit the map, the sums or this chain.

use std::slice;

use migration_primitives::{
	limits::MAX_CODE_BYTES,
	manifest::Manifest,
	map::{MapError, Target},
	snapshot::Scope,
};

use super::{import::GETTER, *};

/// Loads the map; the last chunk faults.
#[track_caller]
fn assert_last_faults(bundle: Bundle, reason: Fault) {
	new_test_ext().execute_and_check(|| {
		bundle.load_map();
		let last = bundle.count() - 1;
		(0..last).for_each(|index| submit(bundle.chunk(index)));
		assert_faults(bundle.chunk(last), reason);
	});
}

#[test]
fn account_that_the_map_does_not_name_faults_works() {
	let accounts = in_order(&[external(0x11, 1, 1), external(0x12, 1, 1)]);
	let source_address = accounts[1].address;
	let bundle = bundle(&accounts, [])
		.with_map(|entries| entries.retain(|entry| entry.source != source_address));
	assert_last_faults(bundle, Fault::Unmapped { source_address });
}

#[test]
fn created_contract_without_its_deployer_in_the_map_faults_works() {
	let deployer = at(0x77);
	let target = Target::Create { deployer, nonce: 0 };
	let bundle = bundle(&[contract(0x11, &GETTER, 1)], [(at(0x11), target)]);
	assert_last_faults(bundle, Fault::DeployerUnmapped { source_address: at(0x11), deployer });
}

#[test]
fn created_contract_at_another_address_than_its_rules_faults_works() {
	let accounts = [contract(0x11, &GETTER, 1), external(0x12, 5, 0)];
	for target in [
		Target::Create { deployer: at(0x12), nonce: 1 },
		Target::Create2 { deployer: at(0x12), salt: word(1), init_code_hash: word(2) },
	] {
		let bundle = bundle(&accounts, [(at(0x11), target)]);
		let expected = bundle.entries[0].address;
		let bundle = bundle.with_map(|entries| entries[0].address = at(0x99));
		let records: Vec<_> = accounts[0].records();
		let bundle = bundle.cut(&records, 3);
		let wrong = MapError::WrongAddress { source_address: at(0x11), expected, found: at(0x99) };
		assert_last_faults(bundle, Fault::Map(wrong));
	}
}

#[test]
fn created_contract_that_does_not_come_faults_works() {
	let accounts = [contract(0x11, &GETTER, 1), external(0x12, 5, 0)];
	let target = Target::Create { deployer: at(0x12), nonce: 1 };
	let bundle = bundle(&accounts, [(at(0x11), target)]).cut(&accounts[1].records(), 1);
	assert_last_faults(bundle, Fault::UncheckedAddresses { count: 1 });
}

#[test]
fn contract_for_an_account_of_this_chain_faults_works() {
	for source in [contract(0x11, &GETTER, 0), contract(0x11, &[], 1)] {
		let bundle = bundle(&[source], [(at(0x11), Target::Account(account("Carol")))]);
		assert_last_faults(bundle, Fault::ContractToAccount { source_address: at(0x11) });
	}
}

#[test]
fn contract_at_a_precompile_or_at_zero_faults_works() {
	for number in [0, 1, 9, 0x11, 0x100] {
		let target = H160::from_low_u64_be(number);
		for source in [contract(0x11, &GETTER, 0), contract(0x11, &[], 1)] {
			let moved = bundle(slice::from_ref(&source), [(at(0x11), Target::Explicit(target))]);
			let reason = Fault::ReservedAddress { source_address: at(0x11), target };
			assert_last_faults(moved, reason);
			let reason = Fault::ReservedAddress { source_address: target, target };
			assert_last_faults(bundle(&[source.at(target)], []), reason);
		}
	}
}

#[test]
fn contract_beside_the_precompiles_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [0x12, 0xff, 0x101, 1 << 32]
			.map(|number| contract(0, &GETTER, 1).at(H160::from_low_u64_be(number)));
		bundle(&accounts, []).import();
		accounts.iter().for_each(|account| assert_imported(account, account.address));
	});
}

#[test]
fn balance_of_129_bits_faults_works() {
	let balance = U256::from(u128::MAX) + 1;
	let bundle = bundle(&[external(0x11, 1, balance)], [])
		.with(|manifest| manifest.totals.balance = 5.into());
	assert_last_faults(bundle, Fault::Balance { source_address: at(0x11), balance });
}

#[test]
fn code_that_the_evm_refuses_faults_works() {
	let source = |length| contract(0x11, &vec![0x5b; length], 0);
	let bundle_of = |length| bundle(&[source(length)], []);
	assert_last_faults(bundle_of(MAX_CODE_BYTES), Fault::Host { source_address: at(0x11) });
	new_test_ext().execute_and_check(|| {
		bundle_of(MAX_CODE_BYTES - 1).import();
		assert_imported(&source(MAX_CODE_BYTES - 1), at(0x11));
	});
}

#[test]
fn sums_that_are_not_the_manifests_fault_works() {
	let accounts = [contract(0x11, &GETTER, 2), external(0x12, 1, 9), external(0x13, 1, 9)];
	// Three accounts, one contract of eleven bytes with two slots, 18 wei; 9 of one go elsewhere.
	type Change = fn(&mut Manifest<AccountId32>);
	let changes: [(Change, Sum, u64, u64); 11] = [
		(|manifest| manifest.totals.accounts += 1, Sum::Accounts, 4, 3),
		(|manifest| manifest.totals.accounts -= 1, Sum::Accounts, 2, 3),
		(|manifest| manifest.totals.contracts += 1, Sum::Contracts, 2, 1),
		(|manifest| manifest.totals.slots += 1, Sum::Slots, 3, 2),
		(|manifest| manifest.totals.slots -= 1, Sum::Slots, 1, 2),
		(|manifest| manifest.totals.code_bytes += 1, Sum::CodeBytes, 12, 11),
		(|manifest| manifest.totals.code_bytes -= 1, Sum::CodeBytes, 10, 11),
		(|manifest| manifest.totals.balance += 1.into(), Sum::Balance, 19, 18),
		(|manifest| manifest.remapped.accounts += 1, Sum::RemappedAccounts, 2, 1),
		(|manifest| manifest.remapped.accounts -= 1, Sum::RemappedAccounts, 0, 1),
		(|manifest| manifest.remapped.balance += 1.into(), Sum::RemappedBalance, 10, 9),
	];
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	for (change, sum, expected, found) in changes {
		let target = Target::Explicit(at(0x92));
		let bundle = bundle(&accounts, [(at(0x12), target)]).with(change).cut(&records, 100);
		let (expected, found) = (expected.into(), found.into());
		assert_last_faults(bundle, Fault::Totals { sum, expected, found });
	}
}

#[test]
fn source_of_an_earlier_migration_faults_works() {
	new_test_ext().execute_and_check(|| {
		let first = bundle(&[external(0x11, 1, 1)], []);
		first.import();
		first.activate();
		// In `Full` scope it needs no entry in the map.
		let mut second = bundle(&[external(0x11, 2, 2)], [])
			.with_map(|entries| entries.clear())
			.with(|manifest| manifest.scope = Scope::Full);
		second.migration = 1;
		second.propose();
		assert_faults(second.chunk(0), Fault::SourceTaken { source_address: at(0x11) });
	});
}

#[test]
fn preserved_account_whose_address_is_a_target_faults_works() {
	let accounts = in_order(&[external(0x11, 1, 1), external(0x12, 1, 1)]);
	let (first, second) = (accounts[0].address, accounts[1].address);
	let bundle = bundle(&accounts, [(first, Target::Explicit(second))])
		.with(|manifest| manifest.scope = Scope::Full)
		.with_map(|entries| entries.retain(|entry| entry.source == first));
	assert_last_faults(bundle, Fault::TargetTaken { target: second, by: first });
}

#[test]
fn fault_keeps_what_earlier_chunks_brought_works() {
	new_test_ext().execute_and_check(|| {
		let source = contract(0x11, &GETTER, 4);
		let mut records = source.records();
		records[5] = vec![0xff];
		let bundle = bundle(slice::from_ref(&source), []).cut(&records, 3);
		bundle.load_map();
		submit(bundle.chunk(0));
		assert_eq!(EVM::account_code(&at(0x11)), GETTER.to_vec());
		assert_eq!(pallet_evm::AccountStorages::<Test>::iter_prefix(at(0x11)).count(), 1);
		let reason = Fault::Item(migration_primitives::item::ItemError::UnknownTag(0xff));
		// The chunk's own two good slots are gone with it.
		assert_faults(bundle.chunk(1), reason);
		assert_eq!(pallet_evm::AccountStorages::<Test>::iter_prefix(at(0x11)).count(), 1);
		assert_eq!(state_of(at(0x11)), AccountState::Importing);
		// What is half there stays locked, and nothing else begins.
		assert!(Migration::is_locked(&at(0x11)));
		let another = self::bundle(&[external(0x15, 1, 1)], []);
		let propose = Call::propose { manifest: Box::new(another.manifest.clone()) };
		assert_storage_noop!(assert_eq!(
			dispatch(propose, RuntimeOrigin::root()),
			Err(crate::Error::<Test>::ImportInProgress.into())
		));
		assert_storage_noop!(assert_eq!(
			dispatch(bundle.activation(), RuntimeOrigin::root()),
			Err(crate::Error::<Test>::WrongStage.into())
		));
	});
}
