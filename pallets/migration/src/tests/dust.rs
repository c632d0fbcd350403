//! A stranger who sends dust everywhere stops nothing.

use frame_support::assert_ok;
use migration_primitives::{
	address::create_address,
	item::{ACCOUNT_TAG, CODE_TAG},
	map::Target,
};

use super::{import::GETTER, *};

/// What the stranger sends to one target at a time.
const DUST: u128 = 3;

struct Scene {
	bundle: Bundle,
	/// Sources with their targets.
	targets: Vec<(Source, H160)>,
}

/// Contracts by every rule, fresh accounts, an empty one and one for an account of this chain.
fn scene() -> Scene {
	let accounts = [
		contract(0x11, &GETTER, 5).with_balance(100),
		contract(0x12, &GETTER, 0),
		contract(0x13, &[], 2),
		contract(0x14, &GETTER, 2).with_balance(7),
		external(0x15, 6, 1_000),
		external(0x16, 0, 5),
		external(0x17, 3, 0),
		external(0x18, 3, 50),
		external(0x19, 0, 0),
	];
	let targets = [
		(at(0x12), Target::Explicit(at(0x92))),
		(at(0x14), Target::Create { deployer: at(0x15), nonce: 2 }),
		(at(0x16), Target::Explicit(at(0x96))),
		(at(0x18), Target::Account(account("Carol"))),
	];
	let bundle = bundle(&accounts, targets);
	let target_of = |source: H160| {
		let entry = bundle.entries.iter().find(|entry| entry.source == source);
		entry.expect("it is in the map").address
	};
	assert_eq!(target_of(at(0x14)), create_address(at(0x15), 2));
	let targets = accounts.iter().map(|a| (a.clone(), target_of(a.address))).collect();
	Scene { bundle, targets }
}

impl Scene {
	fn dust(&self) {
		for (_, target) in &self.targets {
			let to = evm_account(*target);
			assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), to, DUST));
		}
		let escrow = Migration::escrow(0);
		assert_ok!(Balances::transfer_allow_death(signed_by("Bob"), escrow, DUST));
	}

	/// All is there, with `sent` times the dust on top, `before` of which came before it was placed.
	fn assert_imported(&self, sent: u128, before: impl Fn(H160) -> u128) {
		self.bundle.activate();
		let waiting = Migration::waiting(0);
		assert_ok!(dispatch(self.bundle.release(&waiting), signed_by("Bob")));
		for (source, target) in &self.targets {
			let address = source.address;
			if address == at(0x18) {
				assert_eq!(Balances::free_balance(account("Carol")), 50);
				assert_eq!((balance(*target), entry(address).surplus), (sent * DUST, 0));
				continue;
			}
			assert_imported(source, *target);
			assert_eq!(U256::from(balance(*target)), source.balance + sent * DUST);
			assert_eq!(entry(address).surplus, before(address), "surplus of {address:?}");
		}
		assert_eq!(record(0).progress.collisions, 0);
		assert_eq!(Balances::free_balance(Migration::escrow(0)), sent * DUST);
	}
}

#[test]
fn dust_before_the_proposal_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let scene = scene();
		scene.dust();
		scene.bundle.import();
		scene.assert_imported(1, |_| DUST);
	});
}

#[test]
fn dust_after_the_proposal_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let scene = scene();
		scene.bundle.propose();
		scene.dust();
		(0..scene.bundle.map_chunks()).for_each(|index| submit(scene.bundle.map_chunk(index)));
		(0..scene.bundle.count()).for_each(|index| submit(scene.bundle.chunk(index)));
		scene.assert_imported(1, |_| DUST);
	});
}

#[test]
fn dust_after_the_mapping_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let scene = scene();
		scene.bundle.load_map();
		scene.dust();
		(0..scene.bundle.count()).for_each(|index| submit(scene.bundle.chunk(index)));
		scene.assert_imported(1, |_| DUST);
	});
}

#[test]
fn dust_between_all_chunks_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let scene = scene();
		let records: Vec<_> =
			in_order(&scene.targets.iter().map(|t| t.0.clone()).collect::<Vec<_>>())
				.iter()
				.flat_map(|source| source.records().into_iter().map(|r| (source.address, r)))
				.collect();
		let bytes: Vec<_> = records.iter().map(|(_, record)| record.clone()).collect();
		let scene = Scene { bundle: scene.bundle.clone().cut(&bytes, 1), ..scene };
		scene.bundle.load_map();
		for index in 0..scene.bundle.count() {
			scene.dust();
			submit(scene.bundle.chunk(index));
		}
		let before = |address: H160| {
			// An account is placed when its code is there.
			let place = records.iter().rposition(|(source, record)| {
				*source == address && matches!(record[0], ACCOUNT_TAG | CODE_TAG)
			});
			(place.expect("it has a head") as u128 + 1) * DUST
		};
		scene.assert_imported(records.len() as u128, before);
	});
}

#[test]
fn dust_after_the_import_stops_nothing_works() {
	new_test_ext().execute_and_check(|| {
		let scene = scene();
		scene.bundle.import();
		scene.dust();
		scene.assert_imported(1, |_| 0);
	});
}
