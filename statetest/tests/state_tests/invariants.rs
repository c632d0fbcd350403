//! What the state root does not show is found in the storage.

use evm_testbed::{
	state::{self, Account, Violation},
	PaddedAddressMapping, Runtime, System,
};
use pallet_evm::{AccountCodesMetadata, AddressMapping};
use sp_core::H160;
use sp_state_machine::BasicExternalities;

const CONTRACT: H160 = H160([0x70; 20]);
const NOBODY: H160 = H160([0x71; 20]);

/// What is found after a change of a storage with a contract of nonce 1, in words.
fn violation(change: impl FnOnce()) -> String {
	BasicExternalities::new_empty().execute_with(|| {
		let account = Account { nonce: 1, balance: 7, code: vec![0], ..Default::default() };
		state::load(CONTRACT, &account).unwrap();
		assert_eq!(state::check(), Ok(()));
		let root = state::read();
		change();
		assert_eq!(state::read(), root, "the state is the same");
		state::check().unwrap_err().to_string()
	})
}

#[test]
fn leaked_reference_fails() {
	let account = PaddedAddressMapping::into_account_id(CONTRACT);
	let found = violation(|| {
		System::inc_sufficients(&account);
	});
	assert!(found.ends_with("holds 3 sufficient references instead of 2"), "{found}");
}

#[test]
fn account_with_nothing_in_it_fails() {
	let account = PaddedAddressMapping::into_account_id(NOBODY);
	let found = violation(|| {
		frame_system::Account::<Runtime>::set(&account, Default::default());
	});
	assert!(found.ends_with("is kept with nothing in it"), "{found}");
}

#[test]
fn wrong_code_metadata_fails() {
	let found = violation(|| {
		AccountCodesMetadata::<Runtime>::mutate(CONTRACT, |metadata| {
			metadata.as_mut().unwrap().size = 2;
		});
	});
	assert_eq!(found, Violation::Evm("code metadata differs from code").to_string());
	let found = violation(|| AccountCodesMetadata::<Runtime>::remove(CONTRACT));
	assert!(found.ends_with("has no metadata"), "{found}");
}
