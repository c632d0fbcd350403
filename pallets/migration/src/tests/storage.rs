//! An import leaves the same storage as the EVM's own writes.

use std::collections::BTreeMap;

use frame_support::{assert_ok, traits::fungible::Mutate};

use super::{import::GETTER, *};

/// All storage of the EVM, and the accounts of the system.
fn evm_storage() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let evm = sp_io::hashing::twox_128(b"EVM");
	let accounts = frame_system::Account::<Test>::final_prefix();
	let mut all = storage();
	all.retain(|key, _| key.starts_with(&evm) || key.starts_with(&accounts));
	all
}

#[test]
fn imported_accounts_are_stored_as_those_written_directly_works() {
	let accounts = [
		contract(0x11, &GETTER, 40).with_balance(ETHER),
		contract(0x12, &[0x5b; 3_000], 0),
		contract(0x13, &[], 3),
		external(0x14, 0, 1),
		external(0x15, u64::MAX - 1, u128::from(u64::MAX) + 1),
		external(0x16, 8, 0),
		external(0x17, 0, 0),
	];
	let mut imported = BTreeMap::new();
	new_test_ext().execute_and_check(|| {
		bundle(&accounts, []).import();
		imported = evm_storage();
	});
	new_test_ext().execute_and_check(|| {
		for account in &accounts {
			set_nonce(account.address, account.nonce);
			set_code(account.address, account.code.clone());
			for slot in &account.slots {
				EVM::set_storage(&account.address, slot.key, slot.value);
			}
			if !account.balance.is_zero() {
				let amount = account.balance.as_u128();
				assert_ok!(Balances::mint_into(&evm_account(account.address), amount));
			}
		}
		assert_eq!(imported, evm_storage());
	});
}
