//! Maps that governance approved and that contradict themselves or this chain's.

use migration_primitives::map::{MapError, Target};

use super::{import::GETTER, *};

fn accounts() -> Vec<Source> {
	(1..=6).map(|byte| external(byte * 16, 1, 1)).collect()
}

/// Run `index` of the map faults, and those before it do not.
#[track_caller]
fn assert_run_faults(bundle: &Bundle, index: u32, reason: Fault) {
	new_test_ext().execute_and_check(|| {
		bundle.propose();
		(0..index).for_each(|index| submit(bundle.map_chunk(index)));
		assert_faults(bundle.map_chunk(index), reason);
	});
}

#[test]
fn sources_out_of_order_fault_works() {
	let out_of_order = |previous: u8, source: u8| {
		Fault::Map(MapError::OutOfOrder { previous: at(previous), source_address: at(source) })
	};
	// Inside a run and from one run to the next.
	let swapped = bundle(&accounts(), []).with_map(|entries| entries.swap(1, 2));
	assert_run_faults(&swapped, 0, out_of_order(0x30, 0x20));
	let swapped = bundle(&accounts(), []).with_map(|entries| entries.swap(3, 4));
	assert_run_faults(&swapped, 1, out_of_order(0x50, 0x40));
	let twice = bundle(&accounts(), []).with_map(|entries| entries[2] = entries[1].clone());
	assert_run_faults(&twice, 0, out_of_order(0x20, 0x20));
	let twice = bundle(&accounts(), []).with_map(|entries| entries[4] = entries[3].clone());
	assert_run_faults(&twice, 1, out_of_order(0x40, 0x40));
}

#[test]
fn address_that_its_rule_does_not_give_faults_works() {
	let carol = pallet_evm::truncate(&account("Carol"));
	for (target, expected) in [
		(Target::Preserve, at(0x10)),
		(Target::Explicit(at(0x91)), at(0x91)),
		(Target::Account(account("Carol")), carol),
	] {
		let wrong = bundle(&accounts(), [(at(0x10), target)])
			.with_map(|entries| entries[0].address = at(0x99));
		let reason = MapError::WrongAddress { source_address: at(0x10), expected, found: at(0x99) };
		assert_run_faults(&wrong, 0, Fault::Map(reason));
	}
}

#[test]
fn two_sources_of_one_target_fault_works() {
	let taken = |target, by| Fault::TargetTaken { target, by };
	let both = [0x10, 0x20].map(|byte| (at(byte), Target::Explicit(at(0x99))));
	assert_run_faults(&bundle(&accounts(), both), 0, taken(at(0x99), at(0x10)));
	let onto = bundle(&accounts(), [(at(0x60), Target::Explicit(at(0x20)))]);
	assert_run_faults(&onto, 1, taken(at(0x20), at(0x20)));
}

#[test]
fn two_accounts_of_this_chain_with_one_evm_address_fault_works() {
	let (one, mut other) = ([7u8; 32], [7u8; 32]);
	other[31] = 8;
	let targets = [(0x10, one), (0x20, other)]
		.map(|(byte, account)| (at(byte), Target::Account(AccountId32::new(account))));
	let reason = Fault::TargetTaken { target: at(7), by: at(0x10) };
	assert_run_faults(&bundle(&accounts(), targets), 0, reason);
}

#[test]
fn source_or_target_of_an_earlier_migration_faults_works() {
	for (source, target, reason) in [
		(0x11, 0x12, Fault::SourceTaken { source_address: at(0x11) }),
		(0x12, 0x91, Fault::TargetTaken { target: at(0x91), by: at(0x11) }),
	] {
		new_test_ext().execute_and_check(|| {
			let first =
				bundle(&[contract(0x11, &GETTER, 1)], [(at(0x11), Target::Explicit(at(0x91)))]);
			first.import();
			first.activate();
			let again = external(source, 5, 5);
			let mut second = bundle(&[again], [(at(source), Target::Explicit(at(target)))]);
			second.migration = 1;
			second.propose();
			assert_faults(second.map_chunk(0), reason);
		});
	}
}

#[test]
fn same_address_of_another_source_chain_works() {
	new_test_ext().execute_and_check(|| {
		let first = bundle(&[external(0x11, 1, 1)], []);
		first.import();
		first.activate();
		let target = Target::Explicit(at(0x91));
		let mut second = bundle(&[external(0x11, 2, 2)], [(at(0x11), target)])
			.with(|manifest| manifest.source.chain_id = 10);
		second.migration = 1;
		second.import();
		assert_eq!((balance(at(0x11)), balance(at(0x91))), (1, 2));
		let other = Accounts::<Test>::get(10, at(0x11)).expect("it is mapped");
		assert_eq!((other.address, entry(at(0x11)).address), (at(0x91), at(0x11)));
	});
}

#[test]
fn fault_of_a_later_run_keeps_the_earlier_works() {
	new_test_ext().execute_and_check(|| {
		let wrong = bundle(&accounts(), []).with_map(|entries| entries[5].address = at(0x99));
		wrong.propose();
		submit(wrong.map_chunk(0));
		let reason = MapError::WrongAddress {
			source_address: at(0x60),
			expected: at(0x60),
			found: at(0x99),
		};
		assert_faults(wrong.map_chunk(1), Fault::Map(reason));
		assert_eq!(Accounts::<Test>::iter().count(), 4);
		assert_refused(&wrong.chunk(0), crate::Rejection::Faulted);
	});
}
