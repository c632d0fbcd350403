//! Targets where something stands already.

use std::slice;

use frame_support::{assert_ok, BoundedVec};
use migration_primitives::{
	hash::{keccak256, KECCAK_EMPTY},
	map::Target,
	status::CollisionPolicy,
};

use super::{import::GETTER, *};

/// Imports a contract and an account to an occupied target, and another contract beside.
fn assert_collides(source: Source, occupy: impl Fn(H160), code_hash: H256, nonce: u64, slot: bool) {
	new_test_ext().execute_and_check(|| {
		let target = source.address;
		occupy(target);
		let beside = contract(0x44, &GETTER, 2);
		let bundle = bundle(&[source.clone(), beside.clone()], []);
		bundle.load_map();
		let before = evm_state(target);
		System::reset_events();
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));

		let state = AccountState::Collided(Collision { code_hash, nonce, storage: slot });
		assert_eq!(state_of(target), state);
		let event = Event::AccountImported {
			migration: 0,
			source: target,
			target,
			code_hash: source.head().code_hash,
			slots: source.slots.len() as u64,
			state,
		};
		assert_eq!(events().iter().filter(|found| **found == event).count(), 1);
		assert_eq!(evm_state(target), before, "nothing was written");
		assert!(!Migration::is_locked(&target));
		assert_imported(&beside, beside.address);
		let record = record(0);
		assert_eq!((record.stage, record.progress.collisions), (Stage::Imported, 1));
		assert_eq!(record.progress.credited, 0);
	});
}

type EvmState = (u64, u128, Vec<u8>, Vec<(H256, H256)>);

fn evm_state(address: H160) -> EvmState {
	let slots = pallet_evm::AccountStorages::<Test>::iter_prefix(address).collect();
	(EVM::nonce(&address), balance(address), EVM::account_code(&address), slots)
}

#[test]
fn contract_collides_with_other_code_works() {
	let source = contract(0x11, &GETTER, 3).with_balance(5);
	let occupy = |target: H160| set_code(target, vec![1]);
	assert_collides(source, occupy, keccak256(&[1]), 0, false);
}

#[test]
fn contract_collides_with_storage_works() {
	let source = contract(0x11, &GETTER, 3).with_balance(5);
	let occupy = set_bare_slot;
	assert_collides(source, occupy, KECCAK_EMPTY, 0, true);
}

#[test]
fn contract_collides_with_a_nonce_works() {
	let source = contract(0x11, &GETTER, 3).with_balance(5);
	let occupy = |target: H160| set_nonce(target, 7);
	assert_collides(source, occupy, KECCAK_EMPTY, 7, false);
}

#[test]
fn contract_with_slots_collides_with_its_own_code_works() {
	let source = contract(0x11, &GETTER, 3);
	let occupy = |target: H160| set_code(target, GETTER.to_vec());
	assert_collides(source, occupy, keccak256(&GETTER), 0, false);
}

#[test]
fn contract_without_slots_collides_with_its_code_that_has_some_works() {
	let occupy = |target: H160| {
		set_code(target, GETTER.to_vec());
		EVM::set_storage(&target, word(1), word(1));
	};
	assert_collides(contract(0x11, &GETTER, 0), occupy, keccak256(&GETTER), 0, true);
}

#[test]
fn storage_without_code_collides_with_an_account_works() {
	let occupy = |target: H160| set_nonce(target, 1);
	assert_collides(contract(0x11, &[], 2), occupy, KECCAK_EMPTY, 1, false);
}

#[test]
fn external_account_collides_with_code_and_with_storage_works() {
	let source = external(0x11, 3, 9);
	let occupy = |target: H160| set_code(target, vec![1]);
	assert_collides(source.clone(), occupy, keccak256(&[1]), 0, false);
	let occupy = set_bare_slot;
	assert_collides(source, occupy, KECCAK_EMPTY, 0, true);
}

#[test]
fn code_that_is_there_already_is_kept_and_gets_its_balance_works() {
	new_test_ext().execute_and_check(|| {
		let multicall = at(0x91);
		set_code(multicall, GETTER.to_vec());
		set_nonce(multicall, 1);
		let source = Source { nonce: 9, ..contract(0x11, &GETTER, 0).with_balance(5) };
		let beside = contract(0x12, &GETTER, 1);
		let bundle = bundle(&[source, beside.clone()], [(at(0x11), Target::Explicit(multicall))]);
		bundle.import();
		assert_eq!(state_of(at(0x11)), AccountState::AlreadyPresent);
		// Else what it creates next would meet what it created on the source.
		assert_eq!(EVM::nonce(&multicall), 9);
		// Its users could spend what it is given before anybody looked at the import.
		assert_eq!((balance(multicall), record(0).progress.credited), (0, 5));
		assert_eq!(Balances::free_balance(Migration::escrow(0)), 5);
		assert_eq!(Migration::waiting(0), vec![at(0x11)]);
		assert_eq!((record(0).stage, record(0).progress.collisions), (Stage::Imported, 0));
		assert_imported(&beside, beside.address);
		// It belongs to this chain's users, who need not wait.
		succeed(call(user(), multicall, 1));
		bundle.activate();
		assert_ok!(dispatch(bundle.release(&[at(0x11)]), signed_by("Bob")));
		assert_eq!((balance(multicall), state_of(at(0x11))), (6, AccountState::AlreadyPresent));
	});
}

#[test]
fn code_that_is_there_already_is_checked_all_the_same_works() {
	new_test_ext().execute_and_check(|| {
		set_code(at(0x11), GETTER.to_vec());
		let source = contract(0x11, &GETTER, 0);
		let records = [head_record(&source.head()), code_record(&[0x5b; 11])];
		let bundle = bundle(slice::from_ref(&source), []).cut(&records, 2);
		bundle.load_map();
		let reason = Fault::CodeHash {
			source_address: source.address,
			expected: keccak256(&GETTER),
			found: keccak256(&[0x5b; 11]),
		};
		assert_faults(bundle.chunk(0), reason);
	});
}

#[test]
fn activation_with_collisions_that_nobody_settled_fails() {
	new_test_ext().execute_and_check(|| {
		let accounts: Vec<_> = (0x11..0x14).map(|byte| contract(byte, &GETTER, 1)).collect();
		accounts.iter().for_each(|account| set_code(account.address, vec![1]));
		let bundle = bundle(&accounts, []);
		bundle.import();
		(0..3).for_each(|_| next_block());
		let activate = || dispatch(bundle.activation(), RuntimeOrigin::root());
		for settled in 0..3 {
			let progress = record(0).progress;
			assert_eq!((progress.collisions, progress.settled), (3, settled));
			frame_support::assert_noop!(activate(), crate::Error::<Test>::CollisionsNotSettled);
			let sources = BoundedVec::truncate_from(vec![accounts[settled as usize].address]);
			let policy = CollisionPolicy::Leave;
			let call = Call::resolve { migration: 0, sources, policy };
			assert_ok!(dispatch(call, RuntimeOrigin::root()));
		}
		assert_ok!(activate());
		assert_eq!(record(0).stage, Stage::Completed);
	});
}
