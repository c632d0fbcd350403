//! Manifests that are taken and those that are refused.

use frame_support::assert_noop;
use hex_literal::hex;
use migration_primitives::{
	hash::keccak256,
	limits::{FORMAT_VERSION, MAX_CHUNKS, MAX_MAP_ENTRIES, MAX_RUN_LOG2},
	manifest::{EvmSpec, Manifest, TreeSummary},
	snapshot::{Scope, Trust},
};
use sp_runtime::DispatchError;

use super::{import::GETTER, *};
use crate::Error;

fn good() -> Bundle {
	bundle(&[contract(0x11, &GETTER, 2)], [])
}

fn propose(bundle: &Bundle) -> Call<Test> {
	Call::propose { manifest: Box::new(bundle.manifest.clone()) }
}

#[track_caller]
fn assert_refused_proposal(bundle: &Bundle, error: Error<Test>) {
	assert_noop!(dispatch(propose(bundle), RuntimeOrigin::root()), error);
}

#[track_caller]
fn assert_change_is_refused(change: impl FnOnce(&mut Manifest<AccountId32>), error: Error<Test>) {
	assert_refused_proposal(&good().with(change), error);
}

/// A header of this number: the first fifteen fields of a block's and an opaque one.
fn header(number: u64) -> Vec<u8> {
	let integer = |value: u64| -> Vec<u8> {
		value.to_be_bytes().iter().copied().skip_while(|byte| *byte == 0).collect()
	};
	let fields: [Vec<u8>; 16] = [
		vec![1; 32],
		vec![2; 32],
		vec![3; 20],
		vec![4; 32],
		vec![5; 32],
		vec![6; 32],
		vec![7; 256],
		vec![],
		integer(number),
		integer(30_000_000),
		integer(21_000),
		integer(1_700_000_000),
		b"extra".to_vec(),
		vec![8; 32],
		vec![0; 8],
		integer(7),
	];
	let string = |bytes: &Vec<u8>| match bytes.len() {
		1 if bytes[0] < 0x80 => bytes.clone(),
		length @ 0..=55 => [&[0x80 + length as u8][..], bytes].concat(),
		length => [&[0xb9, (length >> 8) as u8, length as u8][..], bytes].concat(),
	};
	let payload: Vec<u8> = fields.iter().flat_map(string).collect();
	[&[0xf9, (payload.len() >> 8) as u8, payload.len() as u8][..], &payload].concat()
}

fn with_header(manifest: &mut Manifest<AccountId32>, number: u64) {
	manifest.source.header = header(number).try_into().expect("headers are short");
	manifest.source.hash = keccak256(&header(number));
	manifest.source.number = number;
}

#[test]
fn proposal_with_a_header_takes_its_state_root_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = good().with(|manifest| with_header(manifest, 300));
		bundle.import();
		assert_eq!(
			record(0).state_root,
			H256(hex!("0404040404040404040404040404040404040404040404040404040404040404"))
		);
		assert_eq!(record(0).manifest, bundle.manifest.hash());
	});
}

#[test]
fn header_of_another_hash_or_number_fails() {
	new_test_ext().execute_and_check(|| {
		let refused = |change: fn(&mut Manifest<AccountId32>)| {
			let bundle = good().with(|manifest| with_header(manifest, 300)).with(change);
			assert_refused_proposal(&bundle, Error::InvalidHeader);
		};
		refused(|manifest| manifest.source.hash.0[0] ^= 1);
		refused(|manifest| manifest.source.number = 299);
		refused(|manifest| manifest.source.header[40] ^= 1);
		refused(|manifest| manifest.source.header.truncate(500));
		refused(|manifest| manifest.source.header = vec![0xc0].try_into().expect("short"));
		refused(|manifest| {
			let other = header(301);
			manifest.source.hash = keccak256(&other);
			manifest.source.header = other.try_into().expect("short");
		});
	});
}

#[test]
fn header_above_the_limit_cannot_be_decoded_fails() {
	use codec::{Decode, Encode};
	let manifest = good().manifest;
	let mut bytes = manifest.encode();
	// The empty header stands behind version, chain id, number and hash.
	let place = 2 + 8 + 8 + 32;
	assert_eq!(bytes[place], 0);
	bytes.splice(place..place + 1, vec![0u8; 8_192].encode());
	assert!(Manifest::<AccountId32>::decode(&mut &bytes[..]).is_ok());
	let mut bytes = manifest.encode();
	bytes.splice(place..place + 1, vec![0u8; 8_193].encode());
	assert!(Manifest::<AccountId32>::decode(&mut &bytes[..]).is_err());
}

#[test]
fn proposal_by_a_stranger_fails() {
	new_test_ext().execute_and_check(|| {
		for origin in [signed_by("Alice"), RuntimeOrigin::none()] {
			assert_noop!(dispatch(propose(&good()), origin), DispatchError::BadOrigin);
		}
		let result = include(signed("Alice", propose(&good()).into()));
		assert_eq!(result, Ok(Err(DispatchError::BadOrigin)));
		assert_eq!(crate::NextMigration::<Test>::get(), 0);
	});
}

#[test]
fn number_of_chunks_out_of_bounds_fails() {
	new_test_ext().execute_and_check(|| {
		for count in [0, MAX_CHUNKS + 1, u32::MAX] {
			assert_change_is_refused(|m| m.chunks.count = count, Error::InvalidCount);
		}
		good().with(|manifest| manifest.chunks.count = MAX_CHUNKS).propose();
	});
}

#[test]
fn number_of_map_entries_out_of_bounds_fails() {
	new_test_ext().execute_and_check(|| {
		for count in [0, MAX_MAP_ENTRIES + 1, u32::MAX] {
			assert_change_is_refused(|m| m.map.count = count, Error::InvalidCount);
		}
		let full_without_map = |manifest: &mut Manifest<AccountId32>| {
			manifest.scope = Scope::Full;
			manifest.map = TreeSummary { root: H256::zero(), count: 0 };
		};
		good().with(full_without_map).propose();
	});
}

#[test]
fn other_version_fails() {
	new_test_ext().execute_and_check(|| {
		for version in [0, FORMAT_VERSION + 1, u16::MAX] {
			assert_change_is_refused(|m| m.version = version, Error::UnsupportedVersion);
		}
	});
}

#[test]
fn what_this_chain_does_not_do_yet_fails() {
	new_test_ext().execute_and_check(|| {
		assert_change_is_refused(|m| m.trust = Trust::Proved, Error::InvalidHeader);
		let proved = |manifest: &mut Manifest<AccountId32>| {
			with_header(manifest, 300);
			manifest.trust = Trust::Proved;
		};
		good().with(proved).propose();
	});
}

#[test]
fn manifest_that_contradicts_itself_fails() {
	new_test_ext().execute_and_check(|| {
		let changes: [fn(&mut Manifest<AccountId32>); 6] = [
			|manifest| manifest.map_run_log2 = MAX_RUN_LOG2 + 1,
			|manifest| manifest.deadlines.mapping = 0,
			|manifest| manifest.deadlines.importing = 0,
			|manifest| manifest.deadlines.review = 0,
			|manifest| manifest.totals.accounts = 0,
			|manifest| manifest.totals.contracts = manifest.totals.accounts + 1,
		];
		for change in changes {
			assert_change_is_refused(change, Error::InvalidManifest);
		}
		good().with(|manifest| manifest.map_run_log2 = MAX_RUN_LOG2).propose();
	});
}

#[test]
fn manifest_for_another_hard_fork_fails() {
	new_test_ext().execute_and_check(|| {
		let others =
			[EvmSpec::London, EvmSpec::Paris, EvmSpec::Shanghai, EvmSpec::Cancun, EvmSpec::Prague];
		for other in others {
			assert_change_is_refused(|manifest| manifest.evm_spec = other, Error::OtherEvmSpec);
		}
		// No manifest has a name for the forks before London.
		Spec::set(pallet_evm::EvmSpec::Berlin);
		for spec in others {
			assert_change_is_refused(|manifest| manifest.evm_spec = spec, Error::OtherEvmSpec);
		}
		Spec::set(pallet_evm::EvmSpec::Cancun);
		assert_refused_proposal(&good(), Error::OtherEvmSpec);
		good().with(|manifest| manifest.evm_spec = EvmSpec::Cancun).propose();
	});
}

#[test]
fn second_import_at_once_fails() {
	new_test_ext().execute_and_check(|| {
		let first = good();
		let second = bundle(&[external(0x12, 1, 1)], []);
		first.propose();
		assert_refused_proposal(&second, Error::ImportInProgress);
		(0..first.map_chunks()).for_each(|index| submit(first.map_chunk(index)));
		assert_refused_proposal(&second, Error::ImportInProgress);
		(0..first.count()).for_each(|index| submit(first.chunk(index)));
		assert_refused_proposal(&second, Error::ImportInProgress);
		first.activate();
		second.propose();
	});
}

#[test]
fn same_manifest_twice_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = good();
		bundle.import();
		bundle.activate();
		assert_refused_proposal(&bundle, Error::AlreadyProposed);
	});
}

#[test]
fn number_of_the_last_migration_fails() {
	new_test_ext().execute_and_check(|| {
		crate::NextMigration::<Test>::put(u32::MAX);
		assert_refused_proposal(&good(), Error::InvalidCount);
	});
}
