//! Accounts at the edges of what a source can have: each comes over exactly, or is refused with the reason.

use frame_support::traits::{
	fungible::Mutate,
	tokens::{Fortitude, Precision, Preservation},
};
use migration_primitives::item::Slot;

use super::*;

/// The largest nonce that can still send.
const NONCE: u64 = u64::MAX - 1;

/// Every combination of an address that is zero or not, and of nonce, balance, storage and code that are
/// there or not.
fn combinations() -> impl Iterator<Item = Source> {
	(0u32..32).map(|bits| {
		let has = |bit: u32| bits & (1 << bit) != 0;
		let slots = [(word(0), word(1)), (H256::repeat_byte(0xff), word(2))];
		Source {
			address: if has(0) { H160::zero() } else { at(0x10) },
			nonce: if has(1) { NONCE } else { 0 },
			balance: if has(2) { u128::MAX.into() } else { 0.into() },
			slots: if has(3) {
				slots.map(|(key, value)| Slot { key, value }).into()
			} else {
				vec![]
			},
			code: if has(4) { vec![0x00] } else { vec![] },
		}
	})
}

/// All in one chunk.
fn single(source: &Source) -> Bundle {
	bundle(std::slice::from_ref(source), []).cut(&source.records(), 10)
}

/// There can be 2^128 - 1 wei in one account only if there are none elsewhere.
fn burn_everything() {
	for holder in [account("Alice"), account("Bob"), evm_account(user())] {
		let all = Balances::free_balance(&holder);
		Balances::burn_from(
			&holder,
			all,
			Preservation::Expendable,
			Precision::Exact,
			Fortitude::Force,
		)
		.expect("it has that");
	}
	assert_eq!(Balances::total_issuance(), 0);
}

#[track_caller]
fn assert_exact(source: &Source) {
	assert_imported(source, source.address);
	assert_eq!(EVM::balance(&source.address), source.balance, "{source:?}");
}

/// A call without value and fee, which for Ethereum may remove an empty account (EIP-161).
fn touch(address: H160) {
	let request = ExecuteRequest::call(user(), address, vec![], GAS);
	EVM::execute(request, ExecuteMode::System).expect("the call is valid");
}

#[test]
fn combination_of_extremes_is_exact_or_refused_works() {
	let (mut exact, mut refused) = (0, 0);
	for source in combinations() {
		new_test_ext().execute_and_check(|| {
			burn_everything();
			let bundle = single(&source);
			bundle.load_map();
			let address = source.address;
			if address.is_zero() && !(source.code.is_empty() && source.slots.is_empty()) {
				refused += 1;
				let reason = Fault::ReservedAddress { source_address: address, target: address };
				assert_faults(bundle.chunk(0), reason);
				return;
			}
			exact += 1;
			submit(bundle.chunk(0));
			let is_nothing = source.nonce == 0
				&& source.balance.is_zero()
				&& source.code.is_empty()
				&& source.slots.is_empty();
			let state = if is_nothing { AccountState::Empty } else { AccountState::Imported };
			assert_eq!(state_of(address), state, "{source:?}");
			assert_exact(&source);
			touch(address);
			assert_exact(&source);
			bundle.activate();
			touch(address);
			assert_exact(&source);
		});
	}
	assert_eq!((exact, refused), (20, 12));
}

/// One wei more than can be issued is refused before anything is written.
#[test]
fn largest_balance_beside_others_fails() {
	new_test_ext().execute_and_check(|| {
		let source = external(0x10, NONCE, u128::MAX);
		let manifest = Box::new(single(&source).manifest);
		assert_storage_noop!(assert_eq!(
			dispatch(Call::propose { manifest }, RuntimeOrigin::root()),
			Err(crate::Error::<Test>::IssuanceOverflow.into())
		));
	});
}

/// However an imported account is emptied: a transaction with its old nonce is never valid again.
#[test]
fn imported_account_that_is_emptied_and_funded_again_keeps_its_nonce_works() {
	let by_transaction: fn() = || {
		let all = balance(at(0x12)) - 21_000 * u128::from(BASE_FEE);
		succeed(ExecuteRequest { gas_limit: 21_000, ..call(at(0x12), user(), all) });
	};
	let by_the_runtime: fn() = || {
		let (from, to) = (evm_account(at(0x12)), account("Bob"));
		let all = balance(at(0x12));
		<Balances as Mutate<_>>::transfer(&from, &to, all, Preservation::Expendable)
			.expect("it has that");
	};
	for (empty, used) in [(by_transaction, 1), (by_the_runtime, 0)] {
		for before in [ETHER, 0] {
			new_test_ext().execute_and_check(|| {
				let bundle = bundle(&[external(0x12, 41, before)], []);
				bundle.import();
				bundle.activate();
				let mut expected = 41;
				for _ in 0..2 {
					if balance(at(0x12)) > 0 {
						empty();
						expected += used;
					}
					assert_eq!((EVM::nonce(&at(0x12)), balance(at(0x12))), (expected, 0));
					Balances::mint_into(&evm_account(at(0x12)), ETHER).expect("it fits");
				}
				assert_eq!((EVM::nonce(&at(0x12)), balance(at(0x12))), (expected, ETHER));
				let found = expected - 1;
				let replayed = ExecuteRequest { nonce: Some(found), ..call(at(0x12), user(), 1) };
				let error = RunnerError::NonceTooLow { found, expected };
				assert_storage_noop!(assert_eq!(transact(replayed), Err(error)));
			});
		}
	}
}

/// The largest nonce that can send sends once, also when it was imported.
#[test]
fn imported_account_with_the_largest_nonce_sends_once_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, NONCE, ETHER)], []);
		bundle.import();
		bundle.activate();
		let request = ExecuteRequest { nonce: Some(NONCE), ..call(at(0x12), user(), 1) };
		succeed(request.clone());
		assert_eq!(EVM::nonce(&at(0x12)), u64::MAX);
		let error = RunnerError::NonceOverflow { address: at(0x12) };
		let again = ExecuteRequest { nonce: None, ..request };
		assert_storage_noop!(assert_eq!(transact(again), Err(error)));
	});
}
