//! Where accounts go: the rules of the map and its two directions.

use hex_literal::hex;
use migration_primitives::{
	address::{create2_address, create_address},
	hash::keccak256,
	map::Target,
	status::SourceRecord,
};

use super::{import::GETTER, *};
use crate::Sources;

fn assert_mapped(source: H160, target: H160, locked: bool) {
	assert_eq!(entry(source).address, target);
	let back = SourceRecord { migration: 0, chain_id: SOURCE, source, locked };
	assert_eq!(Sources::<Test>::get(target), Some(back));
}

#[test]
fn explicit_target_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [contract(0x11, &GETTER, 5), external(0x12, 4, 6)];
		let targets = [(0x11, 0x91), (0x12, 0x92)];
		let bundle =
			bundle(&accounts, targets.map(|(from, to)| (at(from), Target::Explicit(at(to)))));
		bundle.import();
		for (account, (from, to)) in accounts.iter().zip(targets) {
			assert_imported(account, at(to));
			assert_imported(&external(from, 0, 0), at(from));
			assert_mapped(at(from), at(to), true);
			assert_eq!(Sources::<Test>::get(at(from)), None);
		}
		assert_eq!((balance(at(0x92)), balance(at(0x12))), (6, 0));
	});
}

/// The deployer of the test of `create_address`: its contract of nonce 0 on Ethereum.
#[test]
fn create_target_has_the_address_of_ethereums_rule_works() {
	new_test_ext().execute_and_check(|| {
		let deployer = H160(hex!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"));
		let expected = H160(hex!("cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"));
		let source = contract(0x11, &GETTER, 3);
		let accounts = [source.clone(), external(0, 1, 0).at(deployer)];
		bundle(&accounts, [(at(0x11), Target::Create { deployer, nonce: 0 })]).import();
		assert_imported(&source, expected);
		assert_mapped(at(0x11), expected, true);
		assert_eq!(record(0).progress.unchecked_addresses, 0);
	});
}

/// Example 4 of EIP-1014.
#[test]
fn create2_target_has_the_address_of_the_eip_works() {
	new_test_ext().execute_and_check(|| {
		let deployer = H160(hex!("00000000000000000000000000000000deadbeef"));
		let expected = H160(hex!("60f3f640a8508fC6a86d45DF051962668E1e8AC7"));
		let (salt, init_code_hash) = (word(0xcafebabe), keccak256(&hex!("deadbeef")));
		let source = contract(0x11, &GETTER, 3);
		let accounts = [source.clone(), external(0, 1, 0).at(deployer)];
		let target = Target::Create2 { deployer, salt, init_code_hash };
		bundle(&accounts, [(at(0x11), target)]).import();
		assert_imported(&source, expected);
		assert_mapped(at(0x11), expected, true);
	});
}

#[test]
fn created_contract_follows_deployers_that_move_works() {
	new_test_ext().execute_and_check(|| {
		// An account moves; its factory is created anew, and the factory's two children with it.
		let (owner, factory, child, pair) = (at(0x12), at(0x11), at(0x13), at(0x14));
		let accounts = [
			external(0x12, 9, 1),
			contract(0x11, &GETTER, 1),
			contract(0x13, &GETTER, 2),
			contract(0x14, &GETTER, 3),
		];
		let (salt, init_code_hash) = (word(1), keccak256(&[2]));
		let targets = [
			(owner, Target::Explicit(at(0x92))),
			(factory, Target::Create { deployer: owner, nonce: 300 }),
			(child, Target::Create { deployer: factory, nonce: 1 }),
			(pair, Target::Create2 { deployer: factory, salt, init_code_hash }),
		];
		bundle(&accounts, targets).import();
		let new_factory = create_address(at(0x92), 300);
		assert_imported(&accounts[1], new_factory);
		assert_imported(&accounts[2], create_address(new_factory, 1));
		assert_imported(&accounts[3], create2_address(new_factory, salt, init_code_hash));
		assert_eq!(record(0).stage, Stage::Imported);
	});
}

#[test]
fn created_contract_of_an_account_of_this_chain_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [external(0x12, 9, 0), contract(0x11, &GETTER, 1)];
		let targets = [
			(at(0x12), Target::Account(account("Carol"))),
			(at(0x11), Target::Create { deployer: at(0x12), nonce: 2 }),
		];
		bundle(&accounts, targets).import();
		let acts_as = pallet_evm::truncate(&account("Carol"));
		assert_imported(&accounts[1], create_address(acts_as, 2));
		assert_mapped(at(0x12), acts_as, false);
	});
}

#[test]
fn map_over_several_runs_works() {
	for run_log2 in [0, 1, 2, 10] {
		new_test_ext().execute_and_check(|| {
			let accounts: Vec<_> = (1..=9).map(|byte| external(byte * 16, 1, 1)).collect();
			let bundle = bundle(&accounts, []).with(|manifest| manifest.map_run_log2 = run_log2);
			assert_eq!(bundle.map_chunks(), 9u32.div_ceil(1 << run_log2));
			bundle.import();
			accounts.iter().for_each(|account| assert_imported(account, account.address));
		});
	}
}

#[test]
fn target_of_one_source_that_is_another_source_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [contract(0x11, &GETTER, 1), contract(0x12, &[0x5b], 2)];
		let targets =
			[(at(0x11), Target::Explicit(at(0x12))), (at(0x12), Target::Explicit(at(0x11)))];
		bundle(&accounts, targets).import();
		assert_imported(&accounts[0], at(0x12));
		assert_imported(&accounts[1], at(0x11));
	});
}
