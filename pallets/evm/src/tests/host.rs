//! State written from outside the engine.

use super::*;
use crate::{
	invariants::StateFault, AddressMapping, Config, EvmSpec, HostError, Removal, KECCAK_EMPTY,
};
use frame_support::assert_storage_noop;
use sp_core::crypto::AccountId32;

fn references(address: H160) -> u32 {
	System::sufficients(&<Test as Config>::AddressMapping::into_account_id(address))
}

/// That a change behind the pallet's back is found. Without it there is nothing to find.
#[track_caller]
fn assert_fault(
	change: impl FnOnce(&AccountId32),
	fault: impl FnOnce(AccountId32) -> StateFault<AccountId32>,
) {
	run_with([(bob(), funded(9))], || {
		install(0xc0, [1, 2]);
		let account = <Test as Config>::AddressMapping::into_account_id(bob());
		assert_eq!(Pallet::<Test>::check_own_state(), Ok(()));
		change(&account);
		assert_eq!(Pallet::<Test>::check_own_state(), Err(fault(account)));
	});
}

#[test]
fn leaked_reference_fails() {
	assert_fault(
		|account| {
			System::inc_sufficients(account);
		},
		|account| StateFault::Sufficients { account, expected: 0, found: 1 },
	);
	assert_fault(
		|account| {
			System::inc_providers(account);
		},
		|account| StateFault::Providers { account, expected: 1, found: 2 },
	);
}

#[test]
fn nonce_without_reference_fails() {
	assert_fault(
		|account| System::inc_account_nonce(account),
		|account| StateFault::NonceNotHeld { account },
	);
}

#[test]
fn account_with_nothing_in_it_fails() {
	let nobody = AccountId32::from([7; 32]);
	assert_fault(
		|_| frame_system::Account::<Test>::set(&nobody, Default::default()),
		|_| StateFault::Empty { account: nobody.clone() },
	);
}

#[test]
fn code_without_metadata_of_ones_own_fails() {
	let address = H160::repeat_byte(0xc0);
	assert_fault(
		|_| crate::AccountCodesMetadata::<Test>::remove(address),
		|_| StateFault::MetadataMissing { address },
	);
}

#[test]
fn account_noted_as_empty_with_a_balance_fails() {
	Spec::set(EvmSpec::Homestead);
	assert_fault(
		|_| crate::EmptyAccounts::<Test>::insert(bob(), ()),
		|_| StateFault::NotEmpty { address: bob() },
	);
	Spec::set(EvmSpec::Osaka);
}

#[test]
fn references_follow_code_and_nonce() {
	run(|| {
		Pallet::<Test>::set_nonce(&bob(), 0).unwrap();
		assert_eq!(references(bob()), 0);
		Pallet::<Test>::set_nonce(&bob(), 5).unwrap();
		Pallet::<Test>::set_nonce(&bob(), 9).unwrap();
		assert_eq!((references(bob()), nonce(bob())), (1, 9));
		Pallet::<Test>::set_code(&bob(), vec![1]).unwrap();
		Pallet::<Test>::set_code(&bob(), vec![1, 2]).unwrap();
		assert_eq!(references(bob()), 2);
		assert_eq!(Pallet::<Test>::account_code_metadata(&bob()).unwrap().size, 2);
		Pallet::<Test>::set_code(&bob(), vec![]).unwrap();
		assert_eq!(references(bob()), 1);
		assert_eq!(Pallet::<Test>::account_code_hash(&bob()), KECCAK_EMPTY);
		Pallet::<Test>::set_nonce(&bob(), 0).unwrap();
		assert_eq!(references(bob()), 0);
	});
}

#[test]
fn slots_are_removed_one_part_after_the_other() {
	run(|| {
		let contract = install(0xc0, vec![0]);
		let beside = install(0xc1, vec![0]);
		for key in 1..=7 {
			Pallet::<Test>::set_storage(&contract, word(key), word(key));
			Pallet::<Test>::set_storage(&beside, word(key), word(key));
		}
		let left = || crate::AccountStorages::<Test>::iter_key_prefix(contract).count();
		let none = Pallet::<Test>::remove_storage(&contract, None, 0);
		assert_eq!((none.removed, none.last, none.done, left()), (0, None, false, 7));
		let mut part = Pallet::<Test>::remove_storage(&contract, None, 3);
		assert_eq!((part.removed, part.done, left()), (3, false, 4));
		part = Pallet::<Test>::remove_storage(&contract, part.last, 4);
		assert_eq!((part.removed, part.done, left()), (4, false, 0));
		let end = Pallet::<Test>::remove_storage(&contract, part.last, 4);
		assert_eq!((end.removed, end.last, end.done), (0, part.last, true));
		assert_eq!(crate::AccountStorages::<Test>::iter_key_prefix(beside).count(), 7);
		assert!(Pallet::<Test>::has_code(&contract));
	});
}

#[test]
fn delegation_holds_no_code_reference() {
	run(|| {
		let delegation = [&[0xef, 0x01, 0x00][..], &[7; 20]].concat();
		Pallet::<Test>::set_nonce(&bob(), 1).unwrap();
		Pallet::<Test>::set_code(&bob(), delegation.clone()).unwrap();
		assert_eq!(references(bob()), 1);
		Pallet::<Test>::set_code(&bob(), vec![1]).unwrap();
		assert_eq!(references(bob()), 2);
		Pallet::<Test>::set_code(&bob(), delegation).unwrap();
		assert_eq!(references(bob()), 1);
	});
}

#[test]
fn code_at_the_limit_works_and_above_fails() {
	run(|| {
		Pallet::<Test>::set_code(&bob(), vec![0; 49_152]).unwrap();
		assert_storage_noop!(assert_eq!(
			Pallet::<Test>::set_code(&alice(), vec![0; 49_153]),
			Err(HostError::CodeTooLarge { size: 49_153, limit: 49_152 })
		));
	});
}

#[test]
fn imported_code_that_looks_like_a_delegation_does_not_trap() {
	run(|| {
		for code in [vec![0xef, 0x01], [&[0xef, 0x01, 0x01][..], &[0; 20]].concat()] {
			let contract = install(0xc0, code);
			let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
			assert!(!info.exit.is_succeed());
		}
	});
}

#[test]
fn removal_is_bounded_and_leaves_nothing() {
	run_with([(bob(), funded(9))], || {
		let digest = || {
			System::reset_events();
			sp_io::storage::root(Default::default())
		};
		let before = digest();
		Pallet::<Test>::set_nonce(&bob(), 3).unwrap();
		Pallet::<Test>::set_code(&bob(), vec![1, 2, 3]).unwrap();
		for key in 1..=25 {
			Pallet::<Test>::set_storage(&bob(), word(key), word(key));
		}
		let remove = || Pallet::<Test>::remove_account(&bob(), 10);
		assert_eq!(remove(), Removal { removed: 10, done: false });
		assert_eq!(Pallet::<Test>::account_code(&bob()).len(), 3);
		assert_eq!(remove(), Removal { removed: 10, done: false });
		assert_eq!(remove(), Removal { removed: 5, done: true });
		assert_eq!(remove(), Removal { removed: 0, done: true });
		assert_eq!((balance(bob()), nonce(bob()), references(bob())), (9, 0, 0));
		assert_eq!(digest(), before, "byte for byte");
	});
}

#[test]
fn removal_with_exactly_the_limit_is_done() {
	run(|| {
		Pallet::<Test>::set_storage(&bob(), word(1), word(1));
		Pallet::<Test>::set_storage(&bob(), word(2), word(1));
		let removal = Pallet::<Test>::remove_account(&bob(), 2);
		assert_eq!(removal, Removal { removed: 2, done: true });
		let nothing = Pallet::<Test>::remove_account(&bob(), 0);
		assert_eq!(nothing, Removal { removed: 0, done: true });
	});
}

#[test]
fn removal_without_balance_reaps_the_account() {
	run(|| {
		install(0xc0, [1, 2]);
		Pallet::<Test>::remove_account(&H160::repeat_byte(0xc0), 1);
		let account = <Test as Config>::AddressMapping::into_account_id(H160::repeat_byte(0xc0));
		assert!(!frame_system::Account::<Test>::contains_key(&account));
	});
}

#[test]
fn metadata_that_frontier_left_out_is_computed() {
	run(|| {
		let contract = install(0xc0, assembler::Code::new().push(6).return_top());
		let hash = Pallet::<Test>::account_code_hash(&contract);
		crate::AccountCodesMetadata::<Test>::remove(contract);
		assert_eq!(Pallet::<Test>::account_code_hash(&contract), hash);
		assert_eq!(view(contract, vec![]), word(6).0.to_vec());
	});
}
