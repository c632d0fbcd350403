//! What the transaction pool and a block take, and from whom.

use codec::{Decode, Encode};
use migration_primitives::H256;
use sp_runtime::{
	transaction_validity::{
		InvalidTransaction::{BadProof, Future, Stale, UnknownOrigin},
		TransactionSource::{External, InBlock, Local},
		UnknownTransaction, ValidTransaction,
	},
	BoundedVec, DispatchError,
};

use super::{import::GETTER, *};
use crate::Rejection;

/// Nine chunks and two map chunks.
fn large() -> Bundle {
	let accounts: Vec<_> = (1..=5).map(|byte| contract(byte * 16, &GETTER, 3)).collect();
	let bundle = bundle(&accounts, []);
	assert_eq!((bundle.map_chunks(), bundle.count()), (2, 9));
	bundle
}

fn tag(kind: u8, index: u32) -> Vec<u8> {
	(b"migr", 0u32, kind, index).encode()
}

/// A data chunk with other parts.
fn altered(
	call: &Call<Test>,
	change: impl FnOnce(&mut u32, &mut u32, &mut Vec<u8>, &mut Vec<H256>),
) -> Call<Test> {
	let (mut migration, mut index, mut bytes, mut siblings) = match call.clone() {
		Call::submit_chunk { migration, index, chunk, path } => {
			(migration, index, chunk.into_inner(), path.into_inner())
		}
		Call::submit_map_chunk { migration, index, entries, path } => {
			(migration, index, entries.into_inner(), path.into_inner())
		}
		_ => panic!("not a chunk"),
	};
	change(&mut migration, &mut index, &mut bytes, &mut siblings);
	let path = BoundedVec::truncate_from(siblings);
	match call {
		Call::submit_chunk { .. } => {
			let chunk = BoundedVec::truncate_from(bytes);
			Call::submit_chunk { migration, index, chunk, path }
		}
		_ => {
			let entries = BoundedVec::truncate_from(bytes);
			Call::submit_map_chunk { migration, index, entries, path }
		}
	}
}

#[test]
fn tags_chain_the_chunks_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.propose();
		let expected = |kind, index: u32, cursor: u32| ValidTransaction {
			priority: u64::MAX,
			requires: if index > cursor { vec![tag(kind, index - 1)] } else { vec![] },
			provides: vec![tag(kind, index)],
			longevity: 64,
			propagate: true,
		};
		for index in 0..2 {
			let found = pool(general(bundle.map_chunk(index).into()));
			assert_eq!(found, Ok(expected(0, index, 0)));
		}
		(0..2).for_each(|index| submit(bundle.map_chunk(index)));
		submit(bundle.chunk(0));
		for index in 1..5 {
			let found = pool(general(bundle.chunk(index).into()));
			assert_eq!(found, Ok(expected(1, index, 1)));
		}
	});
}

#[test]
fn chunk_at_the_look_ahead_works_and_beyond_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.load_map();
		assert!(pool(general(bundle.chunk(4).into())).is_ok());
		assert_refused_by(&bundle.chunk(5), External, Future);
		submit(bundle.chunk(0));
		assert!(pool(general(bundle.chunk(5).into())).is_ok());
		assert_refused_by(&bundle.chunk(6), External, Future);
		assert_refused_by(&bundle.chunk(u32::MAX), External, Future);
	});
}

#[test]
fn chunk_in_a_block_that_is_not_the_next_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.propose();
		assert_refused_by(&bundle.map_chunk(1), InBlock, Future);
		(0..2).for_each(|index| submit(bundle.map_chunk(index)));
		assert_refused_by(&bundle.chunk(1), InBlock, Future);
		submit(bundle.chunk(0));
		submit(bundle.chunk(1));
	});
}

#[test]
fn chunk_twice_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.propose();
		submit(bundle.map_chunk(0));
		assert_refused(&bundle.map_chunk(0), Stale);
		submit(bundle.map_chunk(1));
		submit(bundle.chunk(0));
		assert_refused(&bundle.chunk(0), Stale);
		submit(bundle.chunk(1));
		assert_refused(&bundle.chunk(0), Stale);
		assert_refused(&bundle.chunk(1), Stale);
	});
}

#[test]
fn chunk_at_another_stage_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		let (map, data) = (bundle.map_chunk(0), bundle.chunk(0));
		assert_refused(&map, Rejection::UnknownMigration);
		assert_refused(&data, Rejection::UnknownMigration);
		bundle.propose();
		assert_refused(&data, Future);
		submit(map.clone());
		assert_refused(&data, Future);
		submit(bundle.map_chunk(1));
		assert_refused(&bundle.map_chunk(1), Stale);
		(0..bundle.count()).for_each(|index| submit(bundle.chunk(index)));
		assert_refused(&data, Stale);
		assert_refused(&bundle.chunk(8), Stale);
		bundle.activate();
		assert_refused(&map, Stale);
		assert_refused(&data, Stale);
	});
}

#[test]
fn chunk_of_another_place_migration_or_content_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.load_map();
		let right = bundle.chunk(0);
		let other = bundle.chunk(1);
		let wrong: [Call<Test>; 7] = [
			altered(&other, |_, index, _, _| *index = 0),
			altered(&right, |_, _, chunk, _| chunk[0] ^= 1),
			altered(&right, |_, _, chunk, _| chunk.truncate(chunk.len() - 1)),
			altered(&right, |_, _, chunk, _| chunk.push(0)),
			altered(&right, |_, _, chunk, _| chunk.clear()),
			altered(&right, |_, _, _, path| path[0].0[31] ^= 1),
			altered(&right, |_, _, _, path| path.swap(0, 1)),
		];
		wrong.iter().for_each(|call| assert_refused(call, BadProof));
		let unknown = altered(&right, |migration, _, _, _| *migration = 1);
		assert_refused(&unknown, Rejection::UnknownMigration);
		submit(right);
	});
}

#[test]
fn chunk_with_a_path_of_another_length_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.load_map();
		let right = bundle.chunk(0);
		let wrong: [Call<Test>; 4] = [
			altered(&right, |_, _, _, path| path.clear()),
			altered(&right, |_, _, _, path| path.truncate(path.len() - 1)),
			altered(&right, |_, _, _, path| path.push(H256::zero())),
			altered(&right, |_, _, _, path| path.resize(32, H256::zero())),
		];
		wrong.iter().for_each(|call| assert_refused(call, BadProof));
		submit(right);
	});
}

#[test]
fn chunk_of_another_migration_fails() {
	new_test_ext().execute_and_check(|| {
		let first = bundle(&[contract(0xf1, &GETTER, 3)], []);
		first.import();
		first.activate();
		let mut second = large();
		second.migration = 1;
		second.load_map();
		let mut foreign = first.clone();
		foreign.migration = 1;
		assert_refused(&foreign.chunk(0), BadProof);
		assert_refused(&first.chunk(0), Stale);
	});
}

#[test]
fn index_outside_the_tree_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[contract(0x11, &GETTER, 3)], []);
		bundle.propose();
		let entries = bundle.map_chunk(0);
		let empty = altered(&entries, |_, index, bytes, _| {
			*index = 1;
			bytes.clear();
		});
		assert_refused_by(&empty, External, BadProof);
		submit(entries);
		let outside = altered(&bundle.chunk(0), |_, index, _, _| *index = 3);
		assert_refused_by(&outside, External, BadProof);
		assert_refused_by(&outside, Local, BadProof);
	});
}

#[test]
fn map_chunk_of_another_place_or_content_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.propose();
		let right = bundle.map_chunk(0);
		let malformed: [Call<Test>; 4] = [
			altered(&bundle.map_chunk(1), |_, index, _, _| *index = 0),
			altered(&right, |_, _, entries, _| entries.truncate(entries.len() - 1)),
			altered(&right, |_, _, entries, _| entries.push(0)),
			altered(&right, |_, _, entries, _| entries.clear()),
		];
		malformed.iter().for_each(|call| assert_refused(call, Rejection::MalformedMapChunk));
		let wrong: [Call<Test>; 4] = [
			altered(&right, |_, _, entries, _| entries[0] ^= 1),
			altered(&right, |_, _, _, path| path[0].0[0] ^= 1),
			altered(&right, |_, _, _, path| path.clear()),
			altered(&right, |_, _, _, path| path.push(H256::zero())),
		];
		wrong.iter().for_each(|call| assert_refused(call, BadProof));
		submit(right);
	});
}

#[test]
fn chunk_at_the_byte_limit_is_decoded_works_and_above_fails() {
	let encoded = |call: u8, bytes: usize, nodes: usize| {
		(call, 0u32, 0u32, vec![7u8; bytes], vec![H256::zero(); nodes]).encode()
	};
	let decodes = |bytes: Vec<u8>| Call::<Test>::decode(&mut &bytes[..]).is_ok();
	for (call, limit) in [(1, 131_072), (2, 81_920)] {
		assert!(decodes(encoded(call, limit, 32)));
		assert!(!decodes(encoded(call, limit + 1, 32)));
		assert!(!decodes(encoded(call, limit, 33)));
	}
}

#[test]
fn chunk_with_an_origin_fails() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.propose();
		for call in [bundle.map_chunk(0), bundle.chunk(0)] {
			for origin in [RuntimeOrigin::root(), RuntimeOrigin::none(), signed_by("Alice")] {
				let refused = dispatch(call.clone(), origin);
				assert_storage_noop!(assert_eq!(refused, Err(DispatchError::BadOrigin)));
			}
			let unsigned = Extrinsic::new_bare(call.clone().into());
			let error = UnknownTransaction::NoUnsignedValidator.into();
			assert_eq!(pool(unsigned.clone()), Err(error));
			// A block's author may include it, or sign it and pay: nothing happens.
			let before = record(0);
			for extrinsic in [unsigned, signed("Alice", call.into())] {
				assert_eq!(include(extrinsic), Ok(Err(DispatchError::BadOrigin)));
				assert_eq!(record(0), before);
			}
		}
	});
}

#[test]
fn other_calls_without_a_signer_fail() {
	new_test_ext().execute_and_check(|| {
		let bundle = large();
		bundle.import();
		let propose = Call::propose { manifest: Box::new(bundle.manifest.clone()) };
		for call in [propose, bundle.activation(), bundle.release(&[at(0x10)])] {
			let extrinsic = general(call.into());
			let error = UnknownOrigin.into();
			assert_storage_noop!(assert_eq!(include(extrinsic.clone()), Err(error)));
			assert_eq!(pool(extrinsic), Err(error));
		}
	});
}
