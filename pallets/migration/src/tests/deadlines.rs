//! Pauses, and deadlines that let anybody end a migration.

use frame_support::{assert_noop, assert_ok};
use migration_primitives::status::{AbortCause, Course};
use sp_runtime::{
	transaction_validity::{InvalidTransaction, TransactionSource},
	DispatchError,
};

use super::{import::GETTER, *};
use crate::{Error, ReviewBlocks};

fn good() -> Bundle {
	bundle(&[contract(0x11, &GETTER, 4), external(0x12, 2, 9)], [])
}

const PAUSE: Call<Test> = Call::pause { migration: 0 };
const RESUME: Call<Test> = Call::resume { migration: 0 };
const EXPIRE: Call<Test> = Call::expire { migration: 0 };

fn root(call: Call<Test>) -> Result<(), DispatchError> {
	dispatch(call, RuntimeOrigin::root())
}

/// Whatever comes is refused for as long as the pause lasts.
#[track_caller]
fn assert_waits(call: &Call<Test>) {
	assert_refused_by(call, TransactionSource::External, InvalidTransaction::Future);
	assert_refused_by(call, TransactionSource::InBlock, InvalidTransaction::Future);
}

#[test]
fn pause_and_its_end_at_every_stage_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = good();
		bundle.propose();
		let pause = |course: Course| {
			let since = record(0).since;
			System::reset_events();
			assert_ok!(dispatch(PAUSE, signed_by("Pauser")));
			assert_eq!(record(0).stage, Stage::Paused(course));
			assert_noop!(root(PAUSE), Error::<Test>::AlreadyPaused);
			assert_noop!(root(bundle.activation()), Error::<Test>::WrongStage);
			check_invariants();
			assert_eq!((events(), record(0).since), (vec![Event::Paused { migration: 0 }], since));
		};
		let resume = |course: Course| {
			System::reset_events();
			assert_ok!(dispatch(RESUME, signed_by("Resumer")));
			assert_eq!(record(0).stage, course.into());
			assert_noop!(root(RESUME), Error::<Test>::NotPaused);
			assert_eq!(events(), vec![Event::Resumed { migration: 0, stage: course }]);
		};
		pause(Course::Mapping);
		assert_waits(&bundle.map_chunk(0));
		assert_waits(&bundle.chunk(0));
		resume(Course::Mapping);
		submit(bundle.map_chunk(0));
		submit(bundle.chunk(0));
		pause(Course::Importing);
		assert_waits(&bundle.chunk(1));
		assert_refused(&bundle.map_chunk(0), InvalidTransaction::Stale);
		assert!(Migration::is_locked(&at(0x11)));
		resume(Course::Importing);
		(1..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		pause(Course::Imported);
		assert_refused(&bundle.chunk(1), InvalidTransaction::Stale);
		// Looking at it counts.
		(0..3).for_each(|_| next_block());
		resume(Course::Imported);
		assert_ok!(root(bundle.activation()));
		assert_noop!(root(PAUSE), Error::<Test>::WrongStage);
	});
}

#[test]
fn pause_by_a_stranger_or_of_what_is_not_under_way_fails() {
	new_test_ext().execute_and_check(|| {
		assert_noop!(root(PAUSE), Error::<Test>::UnknownMigration);
		assert_noop!(root(RESUME), Error::<Test>::UnknownMigration);
		good().propose();
		assert_noop!(root(RESUME), Error::<Test>::NotPaused);
		for call in [PAUSE, RESUME] {
			for origin in [signed_by("Alice"), signed_by("Aborter"), RuntimeOrigin::none()] {
				assert_noop!(dispatch(call.clone(), origin), DispatchError::BadOrigin);
			}
		}
		// Who may stop it may not let it go on, and the other way round.
		assert_noop!(dispatch(PAUSE, signed_by("Resumer")), DispatchError::BadOrigin);
		assert_ok!(dispatch(PAUSE, signed_by("Pauser")));
		assert_noop!(dispatch(RESUME, signed_by("Pauser")), DispatchError::BadOrigin);
		assert_ok!(root(Call::abort { migration: 0 }));
		assert_noop!(root(PAUSE), Error::<Test>::WrongStage);
	});
}

/// Nobody may end it within the deadline, and anybody afterwards.
#[track_caller]
fn assert_expires_after(blocks: u32) {
	let since = record(0).since;
	while System::block_number() < since + blocks {
		assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::DeadlineNotPassed);
		next_block();
	}
	assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::DeadlineNotPassed);
	next_block();
	assert_noop!(dispatch(EXPIRE, RuntimeOrigin::none()), DispatchError::BadOrigin);
	System::reset_events();
	assert_ok!(dispatch(EXPIRE, signed_by("Bob")));
	assert_eq!(events(), vec![Event::AbortBegun { migration: 0, cause: AbortCause::Deadline }]);
	assert_eq!(record(0).stage, Stage::Aborting);
	assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::AlreadyAborted);
	next_block();
	assert_eq!(record(0).stage, Stage::Aborted);
}

/// A deadline of its own for each stage.
fn with_deadlines() -> Bundle {
	good().with(|manifest| {
		manifest.deadlines.mapping = 3;
		manifest.deadlines.importing = 5;
		manifest.deadlines.review = 8;
	})
}

#[test]
fn mapping_that_outlasts_its_deadline_expires_works() {
	new_test_ext().execute_and_check(|| {
		with_deadlines().propose();
		assert_expires_after(3);
	});
}

#[test]
fn import_that_outlasts_its_deadline_expires_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_deadlines();
		bundle.propose();
		next_block();
		submit(bundle.map_chunk(0));
		next_block();
		submit(bundle.chunk(0));
		assert_expires_after(5);
	});
}

#[test]
fn review_that_outlasts_its_deadline_expires_works() {
	new_test_ext().execute_and_check(|| {
		let before = abort::world();
		with_deadlines().import();
		assert_expires_after(8);
		assert_eq!(abort::world(), before);
	});
}

#[test]
fn pause_does_not_stop_the_clock_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_deadlines();
		bundle.load_map();
		assert_ok!(root(PAUSE));
		assert_expires_after(5);
	});
}

#[test]
fn fault_expires_after_the_time_of_a_review_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_deadlines().with_chunks(vec![vec![0xff], vec![1]]);
		bundle.load_map();
		submit(bundle.chunk(0));
		assert!(matches!(record(0).stage, Stage::Faulted(_)));
		assert_noop!(root(PAUSE), Error::<Test>::WrongStage);
		assert_expires_after(8);
	});
}

#[test]
fn complete_migration_never_expires_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_deadlines();
		assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::UnknownMigration);
		bundle.import();
		bundle.activate();
		(0..20).for_each(|_| next_block());
		assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::AlreadyCompleted);
	});
}

fn extend(blocks: u32) -> Call<Test> {
	Call::extend { migration: 0, blocks }
}

#[test]
fn deadline_that_is_put_off_holds_for_its_stage_alone_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = with_deadlines();
		bundle.propose();
		System::reset_events();
		assert_ok!(root(extend(4)));
		assert_ok!(root(extend(2)));
		let extended = |extended| Event::DeadlineExtended { migration: 0, extended };
		assert_eq!(events(), vec![extended(4), extended(6)]);
		assert_eq!(record(0).extended, 6);
		(0..8).for_each(|_| next_block());
		assert_noop!(dispatch(EXPIRE, signed_by("Bob")), Error::<Test>::DeadlineNotPassed);
		submit(bundle.map_chunk(0));
		// The next stage has its own.
		assert_eq!(record(0).extended, 0);
		assert_expires_after(5);
	});
}

#[test]
fn deadline_that_has_passed_is_put_off_until_somebody_expires_works() {
	for stage in ["importing", "paused", "faulted"] {
		new_test_ext().execute_and_check(|| {
			let bundle = with_deadlines().with_chunks(vec![vec![0xff], vec![1]]);
			bundle.load_map();
			match stage {
				"paused" => {
					assert_ok!(root(PAUSE));
				}
				"faulted" => submit(bundle.chunk(0)),
				_ => {}
			}
			(0..12).for_each(|_| next_block());
			assert_ok!(root(extend(20)));
			assert_expires_after(if stage == "faulted" { 28 } else { 25 });
		});
	}
}

#[test]
fn deadline_is_put_off_by_nothing_too_much_or_too_late_fails() {
	new_test_ext().execute_and_check(|| {
		assert_noop!(root(extend(1)), Error::<Test>::UnknownMigration);
		let bundle = with_deadlines();
		bundle.propose();
		assert_noop!(root(extend(0)), Error::<Test>::InvalidExtension);
		// The deadline of the map is 3.
		assert_noop!(root(extend(u32::MAX - 2)), Error::<Test>::InvalidExtension);
		assert_ok!(root(extend(u32::MAX - 3)));
		assert_noop!(root(extend(1)), Error::<Test>::InvalidExtension);
		for origin in [signed_by("Bob"), signed_by("Pauser"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(extend(1), origin), DispatchError::BadOrigin);
		}
		submit(bundle.map_chunk(0));
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		bundle.activate();
		assert_noop!(root(extend(1)), Error::<Test>::AlreadyCompleted);
	});
	new_test_ext().execute_and_check(|| {
		with_deadlines().propose();
		assert_ok!(root(Call::abort { migration: 0 }));
		assert_noop!(root(extend(1)), Error::<Test>::AlreadyAborted);
	});
}

#[test]
fn review_that_could_not_end_in_time_fails() {
	new_test_ext().execute_and_check(|| {
		let with = |review| {
			let bundle = good().with(|manifest| manifest.deadlines.review = review);
			Call::propose { manifest: Box::new(bundle.manifest) }
		};
		assert_noop!(root(with(3)), Error::<Test>::ReviewTooShort);
		assert_ok!(root(with(4)));
	});
}

#[test]
fn review_of_genesis_counts_instead_of_the_runtimes_works() {
	new_test_ext().execute_and_check(|| {
		assert_eq!(Migration::min_review_blocks(), 3);
		ReviewBlocks::<Test>::put(5);
		assert_eq!(Migration::min_review_blocks(), 5);
		let bundle = good();
		bundle.import();
		for _ in 0..5 {
			assert_noop!(root(bundle.activation()), Error::<Test>::ReviewNotOver);
			next_block();
		}
		assert_ok!(root(bundle.activation()));
	});
	// Clients read it among the constants of the chain.
	new_test_ext().execute_and_check(|| {
		ReviewBlocks::<Test>::put(7);
		assert_eq!(review_constant(), 7);
		ReviewBlocks::<Test>::kill();
		assert_eq!(review_constant(), 3);
	});
}

fn review_constant() -> u32 {
	use codec::Decode;
	let constants = Migration::pallet_constants_metadata();
	let found: Vec<_> =
		constants.iter().filter(|constant| constant.name == "MinReviewBlocks").collect();
	assert_eq!(found.len(), 1);
	u32::decode(&mut &found[0].value[..]).expect("a block number")
}
