//! The calls that governance approved with the manifest.

use frame_support::{assert_noop, assert_ok};
use hex_literal::hex;
use migration_primitives::{
	item::Slot, manifest::PostImportCall, map::Target, status::CallFailure,
};
use sp_runtime::{transaction_validity::InvalidTransaction, DispatchError};

use super::{import::GETTER, *};
use crate::Error;

/// Writes the first word of the data to slot 1 if the owner in slot 0 calls, and reverts otherwise.
const REGISTRY: [u8; 17] = hex!("335f5414600a575f5ffd5b5f3560015500");

/// Where the owner goes.
fn owner() -> H160 {
	at(0x9a)
}

/// A registry of this owner, and the owner, who changes hands.
pub(super) fn accounts() -> Vec<Source> {
	let slots = vec![
		Slot { key: word(0), value: H256::from(owner()) },
		Slot { key: word(1), value: word(5) },
	];
	vec![Source { slots, ..contract(0x11, &REGISTRY, 0) }, external(0x1a, 4, 100)]
}

fn call_of(from: H160, to: H160, input: Vec<u8>) -> PostImportCall {
	let input = input.try_into().expect("the data is short");
	PostImportCall { from, to, input, gas_limit: 100_000 }
}

pub(super) fn point_to(value: u64) -> PostImportCall {
	call_of(at(0x1a), at(0x11), word(value).0.to_vec())
}

/// A bundle of these accounts and calls.
pub(super) fn with_calls(accounts: &[Source], calls: &[PostImportCall]) -> Bundle {
	let hashes: Vec<H256> = calls.iter().map(PostImportCall::hash).collect();
	bundle(accounts, [(at(0x1a), Target::Explicit(owner()))])
		.with(|manifest| manifest.post_import_calls = hashes.try_into().expect("few calls"))
}

pub(super) fn execute(index: u32, call: &PostImportCall) -> Call<Test> {
	Call::execute_call { migration: 0, index, call: Box::new(call.clone()) }
}

fn by_bob(call: Call<Test>) -> Result<(), DispatchError> {
	dispatch(call, signed_by("Bob"))
}

fn slot(address: H160, key: u64) -> H256 {
	EVM::storage_at(address, word(key))
}

/// The call changes nothing but the record, and says why.
#[track_caller]
fn assert_fails(index: u32, call: &PostImportCall, reason: CallFailure) {
	let before = abort::world();
	System::reset_events();
	assert_ok!(by_bob(execute(index, call)));
	assert_eq!(events(), vec![Event::CallFailed { migration: 0, index, reason }]);
	assert_eq!(abort::world(), before);
	assert!(record(0).progress.call_failed);
}

#[test]
fn calls_run_once_each_in_order_as_the_account_at_its_target_works() {
	new_test_ext().execute_and_check(|| {
		let calls = [point_to(6), point_to(7)];
		let bundle = with_calls(&accounts(), &calls);
		bundle.import();
		assert_eq!(slot(at(0x11), 1), word(5));
		assert_noop!(by_bob(execute(1, &calls[1])), Error::<Test>::NotTheNextCall);
		System::reset_events();
		let (nonce, wei) = (EVM::nonce(&owner()), balance(owner()));
		assert_eq!(include(signed("Bob", execute(0, &calls[0]).into())), Ok(Ok(())));
		assert_eq!(slot(at(0x11), 1), word(6));
		assert!(matches!(
			events()[..],
			[Event::CallExecuted { migration: 0, index: 0, used_gas: 21_001..=100_000 }]
		));
		assert_eq!((EVM::nonce(&owner()), balance(owner())), (nonce, wei), "it sent nothing");
		assert_noop!(by_bob(execute(0, &calls[0])), Error::<Test>::NotTheNextCall);
		assert_noop!(by_bob(execute(1, &calls[0])), Error::<Test>::CallNotApproved);
		(0..3).for_each(|_| next_block());
		let activate = || dispatch(bundle.activation(), RuntimeOrigin::root());
		assert_noop!(activate(), Error::<Test>::CallsOutstanding);
		assert_ok!(by_bob(execute(1, &calls[1])));
		assert_eq!(slot(at(0x11), 1), word(7));
		assert_eq!(record(0).progress.calls, 2);
		assert_noop!(by_bob(execute(2, &calls[1])), Error::<Test>::CallNotApproved);
		(0..3).for_each(|_| next_block());
		assert_ok!(activate());
		assert_noop!(by_bob(execute(1, &calls[1])), Error::<Test>::WrongStage);
		assert_noop!(by_bob(execute(2, &calls[1])), Error::<Test>::WrongStage);
	});
}

#[test]
fn call_that_is_not_the_manifests_fails() {
	new_test_ext().execute_and_check(|| {
		let call = point_to(6);
		let bundle = with_calls(&accounts(), std::slice::from_ref(&call));
		assert_noop!(by_bob(execute(0, &call)), Error::<Test>::UnknownMigration);
		bundle.load_map();
		assert_noop!(by_bob(execute(0, &call)), Error::<Test>::WrongStage);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		let changes: [fn(&mut PostImportCall); 4] = [
			|call| call.from = at(0x11),
			|call| call.to = at(0x1a),
			|call| call.input[31] ^= 1,
			|call| call.gas_limit += 1,
		];
		for change in changes {
			let mut other = call.clone();
			change(&mut other);
			assert_noop!(by_bob(execute(0, &other)), Error::<Test>::CallNotApproved);
		}
		assert_noop!(dispatch(execute(0, &call), RuntimeOrigin::none()), DispatchError::BadOrigin);
		assert_ok!(dispatch(Call::pause { migration: 0 }, RuntimeOrigin::root()));
		assert_noop!(by_bob(execute(0, &call)), Error::<Test>::WrongStage);
	});
}

#[test]
fn failed_call_blocks_the_rest_until_governance_skips_it_works() {
	new_test_ext().execute_and_check(|| {
		// Another account of the migration is not the owner.
		let stranger = external(0x1b, 1, 1);
		let calls = [call_of(at(0x1b), at(0x11), vec![]), point_to(9)];
		let bundle = with_calls(&[accounts(), vec![stranger]].concat(), &calls);
		bundle.import();
		assert_fails(0, &calls[0], CallFailure::Reverted);
		(0..3).for_each(|_| next_block());
		for (index, call) in (0..).zip(&calls) {
			assert_noop!(by_bob(execute(index, call)), Error::<Test>::CallNotSettled);
		}
		let activate = || dispatch(bundle.activation(), RuntimeOrigin::root());
		assert_noop!(activate(), Error::<Test>::CallNotSettled);

		let skip = |index| Call::skip_call { migration: 0, index };
		for origin in [signed_by("Bob"), signed_by("Aborter"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(skip(0), origin), DispatchError::BadOrigin);
		}
		let by_resolver = |index| dispatch(skip(index), signed_by("Resolver"));
		assert_noop!(by_resolver(1), Error::<Test>::NotTheNextCall);
		System::reset_events();
		assert_ok!(by_resolver(0));
		assert_eq!(events(), vec![Event::CallSkipped { migration: 0, index: 0 }]);
		assert_noop!(by_resolver(0), Error::<Test>::NotTheNextCall);
		assert_noop!(activate(), Error::<Test>::CallsOutstanding);
		assert_ok!(by_bob(execute(1, &calls[1])));
		assert_eq!(slot(at(0x11), 1), word(9));
		assert_noop!(by_resolver(2), Error::<Test>::NotTheNextCall);
		(0..3).for_each(|_| next_block());
		assert_ok!(activate());
		assert_noop!(by_resolver(2), Error::<Test>::WrongStage);
	});
}

#[test]
fn call_that_cannot_be_executed_is_skipped_works() {
	new_test_ext().execute_and_check(|| {
		// More gas than a block has: its transaction comes into no block.
		let calls = [PostImportCall { gas_limit: 1 << 40, ..point_to(6) }, point_to(7)];
		let bundle = with_calls(&accounts(), &calls);
		bundle.import();
		let exhausts = InvalidTransaction::ExhaustsResources;
		let extrinsic = signed("Bob", execute(0, &calls[0]).into());
		assert_eq!(include(extrinsic), Err(exhausts.into()));
		assert_ok!(dispatch(Call::skip_call { migration: 0, index: 0 }, RuntimeOrigin::root()));
		assert_ok!(by_bob(execute(1, &calls[1])));
		bundle.activate();
		assert_eq!(slot(at(0x11), 1), word(7));
	});
}

#[test]
fn call_that_runs_out_of_gas_or_cannot_begin_fails() {
	for (gas_limit, reason) in [
		(21_600, CallFailure::Halted),
		(1_000, CallFailure::Invalid),
		(u64::MAX, CallFailure::Invalid),
	] {
		new_test_ext().execute_and_check(|| {
			let call = PostImportCall { gas_limit, ..point_to(6) };
			with_calls(&accounts(), std::slice::from_ref(&call)).import();
			assert_fails(0, &call, reason);
		});
	}
}

#[test]
fn call_by_or_of_what_was_not_imported_fails() {
	let collided = contract(0x1c, &GETTER, 2);
	let present = contract(0x1d, &GETTER, 0);
	let own = external(0x1e, 3, 3);
	for (from, to, source_address) in [
		(at(0x77), at(0x11), at(0x77)),
		(at(0x1a), at(0x77), at(0x77)),
		// By their targets they are not known.
		(owner(), at(0x11), owner()),
		(collided.address, at(0x11), collided.address),
		(at(0x1a), collided.address, collided.address),
		(at(0x1a), present.address, present.address),
		(present.address, at(0x11), present.address),
		(at(0x1a), user(), user()),
	] {
		new_test_ext().execute_and_check(|| {
			set_code(collided.address, vec![1]);
			set_code(present.address, GETTER.to_vec());
			let others = vec![collided.clone(), present.clone(), own.clone()];
			let alive = external(0, 1, 1).at(user());
			let all = [accounts(), others, vec![alive]].concat();
			let call = call_of(from, to, vec![]);
			with_calls(&all, std::slice::from_ref(&call)).import();
			assert_fails(0, &call, CallFailure::Unmapped { source_address });
		});
	}
}

/// Calls this address with all gas and this value.
fn calls(address: H160, value: u8) -> Vec<u8> {
	let head = [0x5f, 0x5f, 0x5f, 0x5f, 0x60, value, 0x73];
	[&head[..], address.as_bytes(), &[0x5a, 0xf1, 0x50, 0x00]].concat()
}

/// Increments slot 0.
const COUNTER: [u8; 8] = hex!("5f546001015f5500");

#[test]
fn call_that_would_change_anything_else_fails() {
	let live = at(0xcc);
	// Creates an empty contract.
	let creates = hex!("5f5f5ff05000").to_vec();
	let created = pallet_evm::create_address(&at(0x1c), 1);
	let destroys = [&[0x73][..], at(0xdd).as_bytes(), &[0xff]].concat();
	for (code, wei, address) in [
		// A contract of this chain, wei that leave, one that arrives, a contract that comes into
		// being, and one that gives all it has away.
		(calls(live, 0), 0, live),
		(calls(at(0xdd), 3), 10, at(0x1c)),
		(calls(owner(), 3), 10, at(0x1c)),
		(creates, 0, at(0x1c).min(created)),
		(destroys, 10, at(0x1c)),
	] {
		new_test_ext().execute_and_check(|| {
			set_code(live, COUNTER.to_vec());
			let proxy = contract(0x1c, &code, 1).with_balance(wei);
			let call = call_of(at(0x1a), at(0x1c), vec![]);
			let bundle =
				with_calls(&[accounts(), vec![proxy]].concat(), std::slice::from_ref(&call));
			bundle.import();
			assert_fails(0, &call, CallFailure::Forbidden { address });
		});
	}
}

#[test]
fn call_may_read_this_chains_contracts_and_write_through_imported_ones_works() {
	new_test_ext().execute_and_check(|| {
		let live = at(0xcc);
		set_code(live, GETTER.to_vec());
		EVM::set_storage(&live, word(0), word(1));
		let reads = contract(0x1b, &calls(live, 0), 1);
		let counter = contract(0x1c, &COUNTER, 1);
		let proxy = contract(0x1d, &calls(at(0x1c), 0), 0);
		let calls = [call_of(at(0x1a), at(0x1b), vec![]), call_of(at(0x1a), at(0x1d), vec![])];
		let all = [accounts(), vec![reads, counter.clone(), proxy]].concat();
		with_calls(&all, &calls).import();
		assert_eq!(slot(at(0x1c), 0), counter.slots[0].value);
		for (index, call) in (0..).zip(&calls) {
			assert_ok!(by_bob(execute(index, call)));
		}
		assert!(!record(0).progress.call_failed);
		assert_eq!(slot(at(0x1c), 0), word(2));
	});
}

#[test]
fn abort_takes_back_what_calls_wrote_works() {
	new_test_ext().execute_and_check(|| {
		let before = abort::world();
		// One slot that the source had not, and one that it had.
		let counter = contract(0x1c, &COUNTER, 0);
		let calls = [call_of(at(0x1a), at(0x1c), vec![]), point_to(0)];
		let bundle = with_calls(&[accounts(), vec![counter]].concat(), &calls);
		bundle.import();
		for (index, call) in (0..).zip(&calls) {
			assert_ok!(by_bob(execute(index, call)));
		}
		assert_eq!((slot(at(0x1c), 0), slot(at(0x11), 1)), (word(1), word(0)));
		assert_ok!(dispatch(abort::abort(&bundle), RuntimeOrigin::root()));
		assert_ok!(dispatch(abort::clean_up(&bundle, 1_000), signed_by("Bob")));
		assert_eq!(record(0).stage, Stage::Aborted);
		assert_eq!(abort::world(), before);
	});
}

#[test]
fn call_weighs_its_gas_limit_and_is_charged_what_it_used_works() {
	use sp_runtime::traits::Dispatchable;
	new_test_ext().execute_and_check(|| {
		let call = point_to(6);
		with_calls(&accounts(), std::slice::from_ref(&call)).import();
		let call: RuntimeCall = execute(0, &call).into();
		let declared = frame_support::dispatch::GetDispatchInfo::get_dispatch_info(&call);
		assert!(EVM::execution_weight(100_000).all_lte(declared.call_weight));
		let post = call.dispatch(signed_by("Bob")).expect("it is the next");
		let actual = post.actual_weight.expect("it depends on the gas");
		assert!(actual.ref_time() < declared.call_weight.ref_time());
		assert!(EVM::execution_weight(21_000).all_lte(actual));
	});
}

#[test]
fn call_that_is_executed_late_begins_the_review_anew_works() {
	new_test_ext().execute_and_check(|| {
		let calls = [point_to(6), point_to(7)];
		let bundle = with_calls(&accounts(), &calls);
		bundle.import();
		let imported = record(0).since;
		assert_eq!(record(0).review_since, imported);
		(0..5).for_each(|_| next_block());
		assert_ok!(by_bob(execute(0, &calls[0])));
		next_block();
		assert_ok!(by_bob(execute(1, &calls[1])));
		// The deadline of the review stands.
		let record = record(0);
		assert_eq!((record.since, record.review_since), (imported, imported + 6));
		let activate = || dispatch(bundle.activation(), RuntimeOrigin::root());
		for _ in 0..3 {
			assert_noop!(activate(), Error::<Test>::ReviewNotOver);
			next_block();
		}
		assert_ok!(activate());
	});
}

#[test]
fn call_that_fails_or_is_skipped_changes_nothing_in_the_review_works() {
	new_test_ext().execute_and_check(|| {
		let stranger = external(0x1b, 1, 1);
		let call = call_of(at(0x1b), at(0x11), vec![]);
		let bundle =
			with_calls(&[accounts(), vec![stranger]].concat(), std::slice::from_ref(&call));
		bundle.import();
		(0..3).for_each(|_| next_block());
		assert_fails(0, &call, CallFailure::Reverted);
		assert_ok!(dispatch(Call::skip_call { migration: 0, index: 0 }, RuntimeOrigin::root()));
		assert_eq!(record(0).review_since, record(0).since);
		assert_ok!(dispatch(bundle.activation(), RuntimeOrigin::root()));
	});
}

#[test]
fn call_that_failed_is_tried_again_works() {
	new_test_ext().execute_and_check(|| {
		// Somebody brings it at a moment when it cannot succeed; what it asks changes later.
		let call = point_to(6);
		let bundle = with_calls(&accounts(), std::slice::from_ref(&call));
		bundle.import();
		EVM::set_storage(&at(0x11), word(0), word(1));
		assert_fails(0, &call, CallFailure::Reverted);
		EVM::set_storage(&at(0x11), word(0), H256::from(owner()));
		assert_noop!(by_bob(execute(0, &call)), Error::<Test>::CallNotSettled);

		let retry = |index| Call::retry_call { migration: 0, index };
		for origin in [signed_by("Bob"), signed_by("Aborter"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(retry(0), origin), DispatchError::BadOrigin);
		}
		let by_resolver = |index| dispatch(retry(index), signed_by("Resolver"));
		assert_noop!(by_resolver(1), Error::<Test>::NotTheNextCall);
		System::reset_events();
		assert_ok!(by_resolver(0));
		assert_eq!(events(), vec![Event::CallRetried { migration: 0, index: 0 }]);
		assert_noop!(by_resolver(0), Error::<Test>::NoFailedCall);
		assert_ok!(by_bob(execute(0, &call)));
		assert_eq!((slot(at(0x11), 1), record(0).progress.calls), (word(6), 1));
		// Once it succeeded it never comes again.
		assert_noop!(by_resolver(0), Error::<Test>::NoFailedCall);
		assert_noop!(by_bob(execute(0, &call)), Error::<Test>::NotTheNextCall);
		bundle.activate();
		assert_noop!(by_resolver(0), Error::<Test>::WrongStage);
	});
}

#[test]
fn call_that_fails_again_waits_for_governance_again_works() {
	new_test_ext().execute_and_check(|| {
		let stranger = external(0x1b, 1, 1);
		let call = call_of(at(0x1b), at(0x11), vec![]);
		with_calls(&[accounts(), vec![stranger]].concat(), std::slice::from_ref(&call)).import();
		for _ in 0..3 {
			assert_fails(0, &call, CallFailure::Reverted);
			let retry = Call::retry_call { migration: 0, index: 0 };
			assert_ok!(dispatch(retry, RuntimeOrigin::root()));
		}
	});
}
