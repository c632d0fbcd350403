//! Chunks that governance approved and whose records cannot be.

use std::slice;

use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{AccountHead, ItemError, Slot},
	limits::MAX_CODE_BYTES,
	manifest::BalancePolicy,
	snapshot::Totals,
};

use super::{import::GETTER, *};

/// Approves chunks of these records for these accounts, whatever the sums are.
fn approved(accounts: &[Source], chunks: &[Vec<Vec<u8>>]) -> Bundle {
	let most = Totals {
		accounts: u64::MAX,
		contracts: u64::MAX,
		slots: u64::MAX,
		code_bytes: u64::MAX,
		balance: U256::MAX,
	};
	bundle(accounts, [])
		.policy(BalancePolicy::Skip)
		.with(|manifest| manifest.totals = most)
		.with_chunks(chunks.iter().map(|records| records.concat()).collect())
}

/// The last of these chunks faults.
#[track_caller]
fn assert_last_faults(accounts: &[Source], chunks: &[Vec<Vec<u8>>], reason: Fault) {
	let bundle = approved(accounts, chunks);
	new_test_ext().execute_and_check(|| {
		bundle.load_map();
		let last = bundle.count() - 1;
		(0..last).for_each(|index| submit(bundle.chunk(index)));
		assert_faults(bundle.chunk(last), reason);
	});
}

/// A chunk of these records faults, alone, and behind another that it continues.
#[track_caller]
fn assert_record_faults(source: &Source, records: Vec<Vec<u8>>, reason: Fault) {
	let accounts = [source.clone()];
	assert_last_faults(&accounts, slice::from_ref(&records), reason);
	let (last, first) = records.split_last().expect("there is a record");
	if !first.is_empty() {
		assert_last_faults(&accounts, &[first.to_vec(), vec![last.clone()]], reason);
	}
}

fn source() -> Source {
	contract(0x11, &GETTER, 4)
}

const ADDRESS: H160 = H160([0x11; 20]);

#[test]
fn chunk_without_records_faults_works() {
	assert_last_faults(&[source()], &[vec![]], Fault::EmptyChunk);
	assert_last_faults(&[source()], &[source().records(), vec![]], Fault::EmptyChunk);
}

#[test]
fn record_cut_off_in_the_middle_faults_works() {
	for mut records in [source().records(), source().records()[..1].to_vec()] {
		let last = records.last_mut().expect("there is one");
		last.pop();
		assert_record_faults(&source(), records, Fault::Item(ItemError::Truncated));
	}
}

#[test]
fn trailing_bytes_fault_works() {
	let mut records = source().records();
	records.push(vec![0xff]);
	assert_record_faults(&source(), records, Fault::Item(ItemError::UnknownTag(0xff)));
}

#[test]
fn slot_of_value_zero_faults_works() {
	let mut records = source().records();
	*records.last_mut().expect("there is one") =
		slot_record(&Slot { key: word(3), value: H256::zero() });
	assert_record_faults(&source(), records.clone(), Fault::Item(ItemError::UnknownTag(0)));
	let padded = [&[2][..], word(3).as_bytes(), &[0, 1]].concat();
	*records.last_mut().expect("there is one") = padded;
	assert_record_faults(&source(), records, Fault::Item(ItemError::SlotValue));
}

#[test]
fn integer_that_is_not_shortest_faults_works() {
	let mut head = head_record(&external(0x11, 1, 0).head());
	head.splice(21..23, [2, 0, 1]);
	assert_record_faults(&source(), vec![head], Fault::Item(ItemError::Integer));
}

#[test]
fn code_above_the_limit_faults_works() {
	let limit = MAX_CODE_BYTES as u32;
	let head = AccountHead { code_length: limit + 1, ..source().head() };
	let reason = Fault::Item(ItemError::CodeTooLong { length: limit + 1, limit });
	assert_record_faults(&source(), vec![head_record(&head)], reason);
	let records = vec![head_record(&source().head()), code_record(&vec![0x5b; 65_537])];
	assert_record_faults(&source(), records, reason);
}

#[test]
fn code_without_code_faults_works() {
	let records = vec![head_record(&source().head()), code_record(&[])];
	assert_record_faults(&source(), records, Fault::Item(ItemError::EmptyCode));
}

#[test]
fn proof_beyond_the_limits_faults_works() {
	for proof in [vec![vec![1]; 66], vec![vec![1; 577]]] {
		let head = AccountHead { proof, ..source().head() };
		let reason = Fault::Item(ItemError::ProofTooLarge);
		assert_record_faults(&source(), vec![head_record(&head)], reason);
	}
}

#[test]
fn account_twice_or_out_of_order_faults_works() {
	let accounts = in_order(&[external(0x11, 1, 1), external(0x12, 1, 1)]);
	let heads: Vec<_> = accounts.iter().map(|account| head_record(&account.head())).collect();
	let twice = Fault::AccountOrder { source_address: accounts[0].address };
	assert_last_faults(&accounts, &[vec![heads[0].clone(), heads[0].clone()]], twice);
	assert_last_faults(&accounts, &[vec![heads[0].clone()], vec![heads[0].clone()]], twice);
	assert_last_faults(&accounts, &[vec![heads[1].clone(), heads[0].clone()]], twice);
	assert_last_faults(&accounts, &[vec![heads[1].clone()], vec![heads[0].clone()]], twice);
}

#[test]
fn slot_twice_or_out_of_order_faults_works() {
	let records = source().records();
	let key = |record: &[u8]| H256::from_slice(&record[1..33]);
	let mut twice = records[..5].to_vec();
	twice.push(records[4].clone());
	let reason = Fault::SlotOrder { source_address: ADDRESS, key: key(&records[4]) };
	assert_record_faults(&source(), twice, reason);
	let mut swapped = records[..4].to_vec();
	swapped.swap(2, 3);
	let reason = Fault::SlotOrder { source_address: ADDRESS, key: key(&records[2]) };
	assert_record_faults(&source(), swapped, reason);
}

#[test]
fn record_without_an_account_faults_works() {
	let records = source().records();
	let reason = Fault::Unexpected { source_address: H160::zero() };
	assert_record_faults(&source(), vec![records[1].clone()], reason);
	assert_record_faults(&source(), vec![records[2].clone()], reason);
}

#[test]
fn record_that_the_head_did_not_announce_faults_works() {
	let records = source().records();
	let reason = Fault::Unexpected { source_address: ADDRESS };
	// A slot before the code, the code twice, one slot more.
	assert_record_faults(&source(), vec![records[0].clone(), records[2].clone()], reason);
	let twice = vec![records[0].clone(), records[1].clone(), records[1].clone()];
	assert_record_faults(&source(), twice, reason);
	let mut more = records.clone();
	let far = (4..).map(word).find(|key| {
		let last = H256::from_slice(&records[5][1..33]);
		keccak256(key.as_bytes()) > keccak256(last.as_bytes())
	});
	more.push(slot_record(&Slot { key: far.expect("there is one"), value: word(1) }));
	assert_record_faults(&source(), more, reason);
	// Code and slots of an account without any.
	let plain = head_record(&external(0x11, 1, 1).head());
	assert_record_faults(&source(), vec![plain.clone(), records[1].clone()], reason);
	assert_record_faults(&source(), vec![plain, records[2].clone()], reason);
}

#[test]
fn account_that_ends_too_early_faults_works() {
	let accounts = in_order(&[contract(0x11, &GETTER, 4), contract(0x12, &GETTER, 4)]);
	let (records, next) = (accounts[0].records(), accounts[1].records()[0].clone());
	let source_address = accounts[0].address;
	for (length, slots, code) in [(1, 4, true), (2, 4, false), (5, 1, false)] {
		let reason = Fault::Incomplete { source_address, slots, code };
		let mut cut = records[..length].to_vec();
		assert_last_faults(&accounts[..1], slice::from_ref(&cut), reason);
		cut.push(next.clone());
		assert_last_faults(&accounts, slice::from_ref(&cut), reason);
	}
}

#[test]
fn code_that_is_not_the_heads_faults_works() {
	let head = source().head();
	let other = [0x5b; GETTER.len()];
	let reason = Fault::CodeHash {
		source_address: ADDRESS,
		expected: keccak256(&GETTER),
		found: keccak256(&other),
	};
	assert_record_faults(&source(), vec![head_record(&head), code_record(&other)], reason);
	let reason = Fault::CodeLength { source_address: ADDRESS, expected: 11, found: 10 };
	assert_record_faults(&source(), vec![head_record(&head), code_record(&GETTER[1..])], reason);
}

#[test]
fn head_that_contradicts_itself_faults_works() {
	let head = source().head();
	let wrong_code =
		|expected| Fault::CodeHash { source_address: ADDRESS, expected, found: KECCAK_EMPTY };
	let no_length = AccountHead { code_length: 0, ..head.clone() };
	assert_record_faults(&source(), vec![head_record(&no_length)], wrong_code(head.code_hash));
	let no_hash = AccountHead { code_hash: KECCAK_EMPTY, ..head.clone() };
	assert_record_faults(&source(), vec![head_record(&no_hash)], wrong_code(KECCAK_EMPTY));

	let wrong_root = |slots, root| Fault::StorageRoot { source_address: ADDRESS, slots, root };
	let no_slots = AccountHead { slot_count: 0, ..head.clone() };
	let reason = wrong_root(0, head.storage_root);
	assert_record_faults(&source(), vec![head_record(&no_slots)], reason);
	let no_root = AccountHead { storage_root: EMPTY_TRIE_ROOT, ..head };
	let reason = wrong_root(4, EMPTY_TRIE_ROOT);
	assert_record_faults(&source(), vec![head_record(&no_root)], reason);
}

#[test]
fn accounts_at_the_chunks_limit_work_and_above_fault() {
	let accounts = in_order(&[0x11, 0x12, 0x13].map(|byte| contract(byte, &GETTER, 2)));
	let records: Vec<_> = accounts.iter().flat_map(Source::records).collect();
	// All in one chunk; and the first head before it, so that its account is placed with its code.
	for before in [0, 1] {
		let chunks = [records[..before].to_vec(), records[before..].to_vec()];
		for limit in [2, 3] {
			new_test_ext().execute_and_check(|| {
				MaxChunkAccounts::set(limit);
				let bundle = approved(&accounts, &chunks[1 - before..]).with(|manifest| {
					manifest.totals = bundle(&accounts, []).manifest.totals;
				});
				bundle.load_map();
				let last = bundle.count() - 1;
				(0..last).for_each(|index| submit(bundle.chunk(index)));
				if limit == 2 {
					assert_faults(bundle.chunk(last), Fault::TooManyAccounts { found: 3, limit });
				} else {
					submit(bundle.chunk(last));
					accounts.iter().for_each(|account| assert_imported(account, account.address));
				}
			});
		}
	}
}

#[test]
fn slots_at_the_chunks_limit_work_and_above_fault() {
	let account = contract(0x11, &GETTER, 21);
	let records = account.records();
	for limit in [20, 21] {
		new_test_ext().execute_and_check(|| {
			MaxChunkSlots::set(limit);
			let bundle =
				approved(slice::from_ref(&account), slice::from_ref(&records)).with(|manifest| {
					manifest.totals = bundle(slice::from_ref(&account), []).manifest.totals
				});
			bundle.load_map();
			if limit == 20 {
				assert_faults(bundle.chunk(0), Fault::TooManySlots { found: 21, limit });
			} else {
				submit(bundle.chunk(0));
				assert_imported(&account, account.address);
			}
		});
	}
}
