//! The part of a block that an import may take.

use sp_runtime::transaction_validity::{InvalidTransaction::ExhaustsResources, TransactionSource};

use super::*;
use crate::Used;

/// Includes chunks until the block has no room, and returns how many it took.
fn fill(bundle: &Bundle, from: u32) -> u32 {
	let mut index = from;
	while index < bundle.count() {
		match include(general(bundle.chunk(index).into())) {
			Ok(result) => assert_eq!(result, Ok(())),
			Err(error) => {
				assert_eq!(error, ExhaustsResources.into());
				break;
			}
		}
		index += 1;
	}
	index - from
}

fn assert_shared(bundle: &Bundle, expected: impl Fn(u32) -> bool) {
	new_test_ext().execute_and_check(|| {
		bundle.load_map();
		next_block();
		let taken = fill(bundle, 0);
		assert!(taken > 1 && expected(taken), "{taken} chunks in one block");
		let (weight, length) = Migration::import_share();
		let used = Used::<Test>::get();
		assert!(used.weight.all_lte(weight) && used.length <= length);

		// It waits in the pool, the rest of the block is the users', and the next takes as many.
		assert_refused_by(&bundle.chunk(taken), TransactionSource::InBlock, ExhaustsResources);
		assert!(pool(general(bundle.chunk(taken).into())).is_ok());
		let remark = frame_system::Call::remark { remark: vec![0; 100_000] };
		assert_eq!(include(signed("Bob", remark.into())), Ok(Ok(())));
		next_block();
		assert_eq!(Used::<Test>::get(), Default::default());
		assert_eq!(fill(bundle, taken), taken);
	});
}

#[test]
fn chunks_take_their_share_of_a_blocks_weight_works() {
	// 1,000 slots weigh over 50 milliseconds.
	let accounts: Vec<_> = (1..=30).map(|byte| contract(byte, &[0x5b], 998)).collect();
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	let bundle = bundle(&accounts, []).cut(&records, 1_000);
	assert_shared(&bundle, |taken| (5..15).contains(&taken));
}

#[test]
fn chunks_take_their_share_of_a_blocks_length_works() {
	// Half of 75% of five mebibytes.
	let code = |byte: u8| [&[byte][..], &[0x5b; 65_000]].concat();
	let accounts: Vec<_> = (1..=64).map(|byte| contract(byte, &code(byte), 0)).collect();
	let records: Vec<_> = in_order(&accounts).iter().flat_map(Source::records).collect();
	let bundle = bundle(&accounts, []).cut(&records, 2);
	assert_shared(&bundle, |taken| taken == 1_966_080 / (65_001 + 4 + 92 + 6 + 32 * 6));
}

#[test]
fn chunks_take_their_share_of_a_blocks_proof_works() {
	limits::become_a_parachain();
	let accounts = [contract(0x11, &[0x5b], 2_998)];
	let records: Vec<_> = accounts.iter().flat_map(Source::records).collect();
	let bundle = bundle(&accounts, []).cut(&records, 300);
	assert_shared(&bundle, |taken| taken == 2);
}

#[test]
fn faulting_chunk_takes_its_share_works() {
	new_test_ext().execute_and_check(|| {
		let bundle = bundle(&[external(0x12, 1, 1)], []).with_chunks(vec![vec![9; 5_000]]);
		bundle.load_map();
		let before = Used::<Test>::get();
		submit(bundle.chunk(0));
		assert_eq!(Used::<Test>::get().length, before.length + 5_000);
		assert!(matches!(record(0).stage, Stage::Faulted(_)));
	});
}
