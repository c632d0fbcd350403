//! The course of an import when all is well.

use std::slice;

use hex_literal::hex;
use migration_primitives::{
	hash::keccak256,
	proof::{ProofKind, ProofRecord},
	snapshot::{Scope, Trust},
	status::Progress,
};

use super::*;
use crate::{Active, Manifests, NextMigration, Open, Proofs};

/// Returns slot 0.
pub(super) const GETTER: [u8; 11] = hex!("60005460005260206000f3");

#[test]
fn import_of_one_contract_deposits_every_event_works() {
	new_test_ext().execute_and_check(|| {
		let source = contract(0x11, &GETTER, 2);
		let bundle = bundle(slice::from_ref(&source), []);
		assert_eq!((bundle.map_chunks(), bundle.count()), (1, 2));
		bundle.import();

		let (migration, manifest) = (0, bundle.manifest.hash());
		let code_hash = keccak256(&GETTER);
		let expected = vec![
			Event::Proposed { migration, manifest },
			Event::ProofRecorded { digest: manifest, kind: ProofKind::Manifest },
			Event::MapChunkApplied { migration, index: 0, entries: 1 },
			Event::Mapped { migration },
			Event::ChunkApplied { migration, index: 0 },
			Event::ChunkApplied { migration, index: 1 },
			Event::AccountImported {
				migration,
				source: source.address,
				target: source.address,
				code_hash,
				slots: 2,
				state: AccountState::Imported,
			},
			Event::Imported { migration },
			Event::ProofRecorded { digest: bundle.manifest.chunks.root, kind: ProofKind::Chunks },
			Event::ProofRecorded {
				digest: bundle.manifest.snapshot_digest,
				kind: ProofKind::Snapshot,
			},
			Event::ProofRecorded { digest: bundle.manifest.map.root, kind: ProofKind::AddressMap },
		];
		assert_eq!(events(), expected);
		assert_imported(&source, source.address);

		bundle.activate();
		assert_eq!(events(), vec![Event::Completed { migration }]);
	});
}

#[test]
fn import_cut_at_every_record_works() {
	let accounts = [
		contract(0x11, &GETTER, 10),
		contract(0x12, &[0x5b; 24_576], 0),
		contract(0x13, &[], 4),
		external(0x14, 7, 5),
		contract(0x15, &GETTER, 1).with_balance(3),
	];
	let records: usize = accounts.iter().map(|account| account.records().len()).sum();
	for size in 1..=records {
		new_test_ext().execute_and_check(|| {
			let all: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
			let bundle = bundle(&accounts, []).cut(&all, size);
			assert_eq!(bundle.count() as usize, records.div_ceil(size));
			bundle.import();
			for account in &accounts {
				assert_imported(account, account.address);
				assert_eq!(state_of(account.address), AccountState::Imported);
				assert_eq!(U256::from(balance(account.address)), account.balance);
			}
			assert_eq!(record(0).stage, Stage::Imported);
			assert!(!Open::<Test>::exists());
		});
	}
}

#[test]
fn import_keeps_the_largest_nonces_and_balances_exactly_works() {
	new_test_ext().execute_and_check(|| {
		let wide = U256::from(3) << 64;
		let accounts = [
			external(0x21, 0, 1),
			external(0x22, 101, 0),
			external(0x23, 0, wide),
			external(0x24, u64::MAX - 1, U256::from(1) << 100),
			external(0x25, u64::MAX, 9),
			contract(0x26, &GETTER, 1).with_balance(wide + 1),
		];
		bundle(&accounts, []).import();
		for account in &accounts {
			assert_imported(account, account.address);
			assert_eq!(EVM::balance(&account.address), account.balance);
			let entry = entry(account.address);
			assert_eq!((entry.nonce, entry.balance), (account.nonce, account.balance));
			assert_eq!(entry.state, AccountState::Imported);
		}
	});
}

#[test]
fn record_of_an_import_counts_everything_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [contract(0x11, &GETTER, 4), external(0x12, 1, 70), external(0x13, 1, 5)];
		let bundle =
			bundle(&accounts, [(at(0x12), migration_primitives::map::Target::Explicit(at(0x99)))]);
		bundle.propose();
		assert_eq!((Active::<Test>::get(), NextMigration::<Test>::get()), (Some(0), 1));
		assert_eq!(Manifests::<Test>::get(0), Some(bundle.manifest.clone()));
		assert_eq!((record(0).stage, record(0).since), (Stage::Mapping, 1));
		next_block();
		submit(bundle.map_chunk(0));
		assert_eq!((record(0).stage, record(0).since), (Stage::Importing, 2));
		next_block();
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		let found = record(0);
		assert_eq!((found.stage, found.since), (Stage::Imported, 3));
		let expected = Progress {
			map_chunks: 1,
			map_entries: 3,
			last_map_source: Some(at(0x13)),
			chunks: bundle.count(),
			totals: bundle.manifest.totals,
			remapped: bundle.manifest.remapped,
			credited: 75,
			waiting: 0,
			collisions: 0,
			settled: 0,
			calls: 0,
			call_failed: false,
			unchecked_addresses: 0,
		};
		assert_eq!(found.progress, expected);
		assert_eq!((found.progress.remapped.accounts, found.progress.totals.slots), (1, 4));
	});
}

#[test]
fn proofs_of_manifest_chunks_snapshot_and_map_are_recorded_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1)], []);
		bundle.load_map();
		let (manifest, map) = (bundle.manifest.hash(), bundle.manifest.map.root);
		let (chunks, snapshot) = (bundle.manifest.chunks.root, bundle.manifest.snapshot_digest);
		let proof = |kind, block| ProofRecord {
			kind,
			migration: 0,
			source_chain_id: SOURCE,
			source_block: 100,
			source_hash: bundle.manifest.source.hash,
			trust: Trust::Attested,
			manifest,
			block,
		};
		assert_eq!(Proofs::<Test>::get(manifest), Some(proof(ProofKind::Manifest, 1)));
		assert_eq!(Proofs::<Test>::iter().count(), 1, "the others exist once everything does");
		next_block();
		submit(bundle.chunk(0));
		assert_eq!(Proofs::<Test>::get(chunks), Some(proof(ProofKind::Chunks, 2)));
		assert_eq!(Proofs::<Test>::get(snapshot), Some(proof(ProofKind::Snapshot, 2)));
		assert_eq!(Proofs::<Test>::get(map), Some(proof(ProofKind::AddressMap, 2)));
	});
}

#[test]
fn second_migration_after_the_first_works() {
	new_test_ext().execute_and_check(|| {
		let first = bundle(&[contract(0x11, &GETTER, 3)], []);
		first.import();
		first.activate();
		let source = contract(0x12, &GETTER, 3);
		let mut second = bundle(slice::from_ref(&source), []);
		second.migration = 1;
		second.import();
		assert_imported(&source, source.address);
		assert!(Migration::is_locked(&at(0x12)) && !Migration::is_locked(&at(0x11)));
		second.activate();
		assert_eq!((record(0).stage, record(1).stage), (Stage::Completed, Stage::Completed));
		assert_eq!((Active::<Test>::get(), NextMigration::<Test>::get()), (None, 2));
	});
}

#[test]
fn full_scope_preserves_what_the_map_does_not_name_works() {
	new_test_ext().execute_and_check(|| {
		let accounts = [contract(0x11, &GETTER, 3), external(0x12, 3, 8), external(0x13, 0, 0)];
		let bundle = bundle(&accounts, [])
			.with_map(|entries| entries.clear())
			.with(|manifest| manifest.scope = Scope::Full);
		bundle.propose();
		assert_eq!(record(0).stage, Stage::Importing);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		assert_eq!(record(0).stage, Stage::Imported);
		assert_imported(&accounts[0], at(0x11));
		assert_imported(&accounts[1], at(0x12));
		assert_eq!(state_of(at(0x13)), AccountState::Empty);
		assert_eq!(crate::Sources::<Test>::iter().count(), 3);
	});
}

#[test]
fn imported_contract_answers_read_only_calls_before_the_activation_works() {
	new_test_ext().execute_and_check(|| {
		let source = contract(0x11, &GETTER, 1);
		bundle(slice::from_ref(&source), []).import();
		let request = ExecuteRequest::call(user(), source.address, vec![], GAS);
		let answer = EVM::execute(request, ExecuteMode::ReadOnly).expect("the call is valid");
		assert_eq!(answer.value, source.slots[0].value.0.to_vec());
	});
}
