//! An abort takes back all that a migration brought, and nothing else.

use std::collections::BTreeMap;

use frame_support::{assert_noop, assert_ok, traits::Hooks, weights::Weight};
use migration_primitives::{
	item::ItemError,
	manifest::BalancePolicy,
	map::Target,
	snapshot::Scope,
	status::{AbortCause, Course},
};
use sp_runtime::DispatchError;

use super::{import::GETTER, *};
use crate::{abort::STEPS_PER_ACCOUNT, Active, Cleaned, Error, Open};

/// All storage that a migration could have changed, and that is not its own.
pub(super) fn world() -> BTreeMap<Vec<u8>, Vec<u8>> {
	let prefixes: Vec<Vec<u8>> = ["EVM", "Balances"]
		.iter()
		.map(|name| sp_io::hashing::twox_128(name.as_bytes()).to_vec())
		.chain([frame_system::Account::<Test>::final_prefix().to_vec()])
		.collect();
	let mut all = storage();
	all.retain(|key, _| prefixes.iter().any(|prefix| key.starts_with(prefix)));
	all
}

/// What this pallet keeps of a migration that has ended: its number, record and manifest.
pub(super) fn assert_nothing_is_left() {
	let kept = [
		crate::NextMigration::<Test>::hashed_key().to_vec(),
		Migrations::<Test>::final_prefix().to_vec(),
		crate::Manifests::<Test>::final_prefix().to_vec(),
		crate::Used::<Test>::hashed_key().to_vec(),
	];
	let ours = sp_io::hashing::twox_128(b"Migration");
	for key in storage().keys().filter(|key| key.starts_with(&ours)) {
		let version = key.ends_with(&sp_io::hashing::twox_128(b":__STORAGE_VERSION__:"));
		let known = version || kept.iter().any(|prefix| key.starts_with(prefix));
		assert!(known, "{} is left", sp_core::bytes::to_hex(key, true));
	}
}

/// One account of every kind, and what must stand on this chain before.
pub(super) fn scene() -> Bundle {
	let multicall = at(0x1a);
	set_code(multicall, GETTER.to_vec());
	set_nonce(multicall, 1);
	set_code(at(0x1b), vec![1]);
	EVM::set_storage(&at(0x1b), word(1), word(7));
	set_nonce(at(0x1c), 3);
	let dusted = Balances::transfer_allow_death(signed_by("Bob"), evm_account(at(0x12)), 9);
	assert_ok!(dusted);
	let accounts = [
		contract(0x11, &GETTER, 7).with_balance(100),
		contract(0x12, &[0x5b; 3_000], 2).with_balance(50),
		contract(0x13, &[], 3),
		contract(0x14, &GETTER, 1),
		external(0x15, 6, 1_000),
		external(0x16, 0, 5),
		external(0x17, 3, 0),
		external(0x18, 3, 60),
		external(0x19, 0, 0),
		// Those that stand here already: the same code, a collision, one alive by its nonce, a user.
		contract(0x1a, &GETTER, 0).with_balance(4),
		contract(0x1b, &GETTER, 2).with_balance(70),
		external(0x1c, 9, 8),
		external(0, 30, 300).at(user()),
		external(0, 0, 11).at(H160::from_low_u64_be(4)),
	];
	let targets = [
		(at(0x14), Target::Create { deployer: at(0x15), nonce: 2 }),
		(at(0x16), Target::Explicit(at(0x96))),
		(at(0x18), Target::Account(account("Carol"))),
	];
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	bundle(&accounts, targets).cut(&records, 1)
}

/// The same with every account of the source: only what changes has an entry in the map.
fn full_scene() -> Bundle {
	scene()
		.with_map(|map| map.retain(|entry| entry.target != Target::Preserve))
		.with(|manifest| manifest.scope = Scope::Full)
}

pub(super) fn policies() -> [BalancePolicy<AccountId32>; 3] {
	let fund = BalancePolicy::Fund { account: account("Alice") };
	[BalancePolicy::Mint { cap: u128::MAX }, fund, BalancePolicy::Skip]
}

pub(super) fn abort(bundle: &Bundle) -> Call<Test> {
	Call::abort { migration: bundle.migration }
}

pub(super) fn clean_up(bundle: &Bundle, limit: u32) -> Call<Test> {
	Call::clean_up { migration: bundle.migration, limit }
}

/// Takes back everything in steps of `limit`.
#[track_caller]
pub(super) fn clean_all(bundle: &Bundle, limit: u32) {
	for _ in 0..10_000 {
		if record(bundle.migration).stage == Stage::Aborted {
			return;
		}
		check_invariants();
		assert_ok!(dispatch(clean_up(bundle, limit), signed_by("Bob")));
	}
	panic!("the clean-up does not end");
}

/// Everything that a relayer brings, in order.
fn all_chunks(bundle: &Bundle) -> Vec<Call<Test>> {
	let maps = (0..bundle.map_chunks()).map(|index| bundle.map_chunk(index));
	maps.chain((0..bundle.count()).map(|index| bundle.chunk(index))).collect()
}

#[test]
fn abort_after_every_chunk_leaves_the_storage_of_before_works() {
	abort_after_every_chunk(scene);
}

#[test]
fn abort_after_every_chunk_in_full_scope_leaves_the_storage_of_before_works() {
	abort_after_every_chunk(full_scene);
}

/// Users' accounts and their nonces are among what is compared.
fn abort_after_every_chunk(scene: fn() -> Bundle) {
	for policy in policies() {
		let count = new_test_ext().execute_with(|| all_chunks(&scene()).len());
		let mut seen = BTreeMap::new();
		for taken in 0..=count {
			new_test_ext().execute_and_check(|| {
				let bundle = scene().policy(policy.clone());
				let before = world();
				bundle.propose();
				all_chunks(&bundle).into_iter().take(taken).for_each(submit);
				let stage = record(0).stage;
				*seen.entry(format!("{stage:?}")).or_insert(0) += 1;
				if taken == count {
					assert_ne!(world(), before, "the import wrote something");
					assert_eq!((EVM::nonce(&user()), EVM::nonce(&at(0x1c))), (30, 9));
				}
				assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
				assert_eq!(Active::<Test>::get(), Some(0));
				// As many steps at once as there are chunks taken, so that every cut is met.
				clean_all(&bundle, STEPS_PER_ACCOUNT + 1 + (taken as u32 % 40));
				assert_eq!(world(), before, "{policy:?}, {taken} chunks");
				assert_nothing_is_left();
				assert_eq!((Active::<Test>::get(), record(0).stage), (None, Stage::Aborted));
			});
		}
		assert_eq!(seen.keys().collect::<Vec<_>>(), ["Imported", "Importing", "Mapping"]);
	}
}

#[test]
fn abort_of_a_migration_that_is_paused_at_any_stage_leaves_the_storage_of_before_works() {
	let (maps, chunks) = new_test_ext().execute_with(|| (scene().map_chunks(), scene().count()));
	// The map in part, chunks in part, and all of them.
	for (course, taken) in [
		(Course::Mapping, maps - 1),
		(Course::Importing, maps + 9),
		(Course::Imported, maps + chunks),
	] {
		new_test_ext().execute_and_check(|| {
			let bundle = scene();
			let before = world();
			bundle.propose();
			all_chunks(&bundle).into_iter().take(taken as usize).for_each(submit);
			assert_ok!(dispatch(Call::pause { migration: 0 }, RuntimeOrigin::root()));
			assert_eq!(record(0).stage, Stage::Paused(course));
			assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
			clean_all(&bundle, 40);
			assert_eq!(world(), before);
			assert_nothing_is_left();
		});
	}
}

#[test]
fn abort_of_a_faulted_migration_leaves_the_storage_of_before_works() {
	new_test_ext().execute_and_check(|| {
		let mut bundle = scene();
		let before = world();
		let last = bundle.chunks.len() - 1;
		let mut chunks = std::mem::take(&mut bundle.chunks);
		chunks[last] = vec![0xff];
		let bundle = bundle.with_chunks(chunks);
		bundle.load_map();
		(0..last as u32).for_each(|index| submit(bundle.chunk(index)));
		assert_faults(bundle.chunk(last as u32), Fault::Item(ItemError::UnknownTag(0xff)));
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		clean_all(&bundle, 100);
		assert_eq!(world(), before);
		assert_nothing_is_left();
	});
}

#[test]
fn abort_and_its_clean_up_deposit_their_events_works() {
	new_test_ext().execute_and_check(|| {
		let source = contract(0x11, &GETTER, 30).with_balance(5);
		let bundle = bundle(std::slice::from_ref(&source), []);
		bundle.import();
		System::reset_events();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		let begun = Event::AbortBegun { migration: 0, cause: AbortCause::Governance };
		assert_eq!(events(), vec![begun.clone()]);
		assert_ok!(dispatch(clean_up(&bundle, 20), signed_by("Bob")));
		assert_eq!(events(), vec![begun.clone()], "26 slots are left");
		assert_ok!(dispatch(clean_up(&bundle, 100), signed_by("Bob")));
		let manifest = &bundle.manifest;
		let expected = vec![
			begun,
			Event::AccountRemoved { migration: 0, source: at(0x11), target: at(0x11) },
			Event::ProofRemoved { digest: manifest.hash() },
			Event::ProofRemoved { digest: manifest.chunks.root },
			Event::ProofRemoved { digest: manifest.snapshot_digest },
			Event::ProofRemoved { digest: manifest.map.root },
			Event::Aborted { migration: 0 },
		];
		assert_eq!(events(), expected);
	});
}

#[test]
fn account_stays_locked_until_it_is_gone_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[contract(0x11, &GETTER, 60)], []);
		bundle.import();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		let slots = || pallet_evm::AccountStorages::<Test>::iter_prefix(at(0x11)).count();
		let mut left = slots();
		for _ in 0..2 {
			assert_ok!(dispatch(clean_up(&bundle, 40), signed_by("Bob")));
			assert!(slots() < left && slots() > 0);
			left = slots();
			assert!(Migration::is_locked(&at(0x11)) && Migration::is_reserved(&at(0x11)));
			let another = self::bundle(&[external(0x15, 1, 1)], []);
			let propose = Call::propose { manifest: Box::new(another.manifest.clone()) };
			let result = dispatch(propose, RuntimeOrigin::root());
			assert_noop!(result, Error::<Test>::ImportInProgress);
		}
		clean_all(&bundle, 100);
		assert!(!Migration::is_locked(&at(0x11)) && !Migration::is_reserved(&at(0x11)));
		assert_eq!(slots(), 0);
	});
}

#[test]
fn clean_up_when_blocks_have_room_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = scene();
		let before = world();
		bundle.import();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		next_block();
		assert_eq!(record(0).stage, Stage::Aborted);
		assert_eq!(world(), before);
	});
}

#[test]
fn clean_up_in_a_block_keeps_to_the_weight_that_is_left_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[contract(0x11, &GETTER, 300), contract(0x12, &GETTER, 300)], [])
			.with(|manifest| manifest.deadlines.review = 1_000);
		bundle.import();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		let slots = || pallet_evm::AccountStorages::<Test>::iter().count();
		type Weights = <Test as crate::Config>::WeightInfo;
		use crate::WeightInfo;
		let reads = <Test as frame_system::Config>::DbWeight::get().reads(3);
		// Too little for one account.
		for steps in [0, STEPS_PER_ACCOUNT] {
			let left = reads.saturating_add(Weights::clean_up(steps));
			let before = storage();
			assert!(Migration::on_idle(1, left).all_lte(left));
			assert_eq!(storage(), before);
		}
		assert_eq!(Migration::on_idle(1, Weight::zero()), Weight::zero());
		let left = reads.saturating_add(Weights::clean_up(100));
		let mut seen = vec![slots()];
		while slots() > 0 {
			assert!(Migration::on_idle(1, left).all_lte(left));
			assert!(seen.last().is_some_and(|last| last - slots() <= 100));
			seen.push(slots());
			assert!(seen.len() < 20, "{seen:?}");
		}
		assert!(seen.len() > 6, "{seen:?}");
	});
}

#[test]
fn clean_up_passes_over_accounts_of_other_migrations_works() {
	new_test_ext().execute_and_check(|| {
		let kept: Vec<_> = (0x20..0x60).map(|byte| external(byte, 1, 1)).collect();
		let first = bundle(&kept, []);
		first.import();
		first.activate();
		let before = world();
		let mut second = bundle(&[contract(0x11, &GETTER, 5), external(0x12, 1, 7)], []);
		second.migration = 1;
		second.import();
		assert_ok!(dispatch(abort(&second), RuntimeOrigin::root()));
		clean_all(&second, STEPS_PER_ACCOUNT + 1);
		assert_eq!(world(), before);
		for account in &kept {
			assert_eq!(entry(account.address).migration, 0);
		}
		assert_eq!(Accounts::<Test>::iter().count(), kept.len());
	});
}

#[test]
fn same_manifest_after_an_abort_works() {
	new_test_ext().execute_and_check(|| {
		let mut bundle = scene();
		bundle.import();
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		clean_all(&bundle, 1_000);
		bundle.migration = 1;
		bundle.import();
		bundle.activate();
		assert_eq!((record(0).stage, record(1).stage), (Stage::Aborted, Stage::Completed));
		assert_imported(&contract(0x11, &GETTER, 7), at(0x11));
		let proof = crate::Proofs::<Test>::get(bundle.manifest.hash()).expect("it is recorded");
		assert_eq!(proof.migration, 1);
	});
}

#[test]
fn abort_of_a_complete_or_aborted_migration_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1)], []);
		let aborted = || dispatch(abort(&bundle), RuntimeOrigin::root());
		assert_noop!(aborted(), Error::<Test>::UnknownMigration);
		bundle.import();
		bundle.activate();
		assert_noop!(aborted(), Error::<Test>::AlreadyCompleted);
		let mut second = self::bundle(&[external(0x13, 1, 1)], []);
		second.migration = 1;
		second.propose();
		assert_ok!(dispatch(abort(&second), RuntimeOrigin::root()));
		let again = || dispatch(abort(&second), RuntimeOrigin::root());
		assert_noop!(again(), Error::<Test>::AlreadyAborted);
		clean_all(&second, 100);
		assert_noop!(again(), Error::<Test>::AlreadyAborted);
	});
}

#[test]
fn abort_by_a_stranger_fails_and_by_its_origin_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1)], []);
		bundle.import();
		for origin in [signed_by("Alice"), signed_by("Pauser"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(abort(&bundle), origin), DispatchError::BadOrigin);
		}
		assert_ok!(dispatch(abort(&bundle), signed_by("Aborter")));
	});
}

#[test]
fn clean_up_without_an_abort_or_of_too_few_steps_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1)], []);
		let clean = |limit| dispatch(clean_up(&bundle, limit), signed_by("Bob"));
		assert_noop!(clean(100), Error::<Test>::UnknownMigration);
		bundle.import();
		assert_noop!(clean(100), Error::<Test>::WrongStage);
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		assert!(Cleaned::<Test>::exists() && !Open::<Test>::exists());
		assert_noop!(clean(STEPS_PER_ACCOUNT), Error::<Test>::LimitTooSmall);
		let call = clean_up(&bundle, 100);
		assert_noop!(dispatch(call.clone(), RuntimeOrigin::none()), DispatchError::BadOrigin);
		assert_ok!(clean(STEPS_PER_ACCOUNT + 1));
		assert_ok!(clean(STEPS_PER_ACCOUNT + 1));
		assert_noop!(clean(100), Error::<Test>::WrongStage);
	});
}

#[test]
fn chunks_of_an_aborted_migration_fail() {
	new_test_ext().execute_and_check(|| {
		let bundle = scene();
		bundle.propose();
		submit(bundle.map_chunk(0));
		assert_ok!(dispatch(abort(&bundle), RuntimeOrigin::root()));
		for _ in 0..2 {
			assert_refused(&bundle.map_chunk(1), crate::Rejection::Aborted);
			assert_refused(&bundle.chunk(0), crate::Rejection::Aborted);
			clean_all(&bundle, 100);
		}
	});
}
