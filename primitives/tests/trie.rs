//! Streamed roots and account proofs against another implementation: alloy's.

use alloy_primitives::B256;
use alloy_trie::{proof::ProofRetainer, HashBuilder, Nibbles};
use codec::{Decode, Encode};
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	trie::{verify_account, ProofError, TrieAccount, TrieBuilder},
	H160, H256, U256,
};

type Leaf = (H256, Vec<u8>);

fn alloys_root(leaves: &[Leaf]) -> H256 {
	let mut builder = HashBuilder::default();
	for (key, value) in leaves {
		builder.add_leaf(Nibbles::unpack(key.0), value);
	}
	H256(builder.root().0)
}

fn streamed_root(leaves: &[Leaf]) -> H256 {
	let mut builder = TrieBuilder::default();
	for (number, (key, value)) in leaves.iter().enumerate() {
		builder.add(*key, value).expect("in order");
		// As between two chunks.
		if number % 7 == 3 {
			let bytes = builder.encode();
			builder = TrieBuilder::decode(&mut bytes.as_slice()).expect("its own bytes");
		}
	}
	builder.root()
}

fn hashed(seed: u64) -> H256 {
	keccak256(&seed.to_be_bytes())
}

fn assert_same(mut leaves: Vec<Leaf>) {
	leaves.sort();
	leaves.dedup_by_key(|(key, _)| *key);
	assert_eq!(streamed_root(&leaves), alloys_root(&leaves), "{leaves:?}");
}

#[test]
fn root_of_nothing_works() {
	assert_eq!(TrieBuilder::default().root(), EMPTY_TRIE_ROOT);
}

#[test]
fn root_of_hashed_keys_works() {
	for count in (0..40).chain([257, 4_000]) {
		let value = |number: u64| hashed(number).0[..1 + (number % 32) as usize].to_vec();
		assert_same((0..count).map(|number| (hashed(number), value(number))).collect());
	}
}

#[test]
fn root_of_keys_with_long_common_beginnings_works() {
	// Keys that part at every nibble, with values so short that deep nodes stand in their parents.
	for round in 0..400u64 {
		let random = hashed(round);
		let base = hashed(round / 3);
		let leaves = (0..1 + u64::from(random.0[0] % 24)).map(|number| {
			let change = hashed(round * 1_000 + number);
			let mut key = base;
			let at = 31 - usize::from(change.0[0] % 32).min(usize::from(change.0[4] % 32));
			key.0[at] = match change.0[1] % 3 {
				0 => key.0[at] ^ (change.0[2] & 0x0f),
				1 => key.0[at] ^ (change.0[2] & 0xf0),
				_ => change.0[2],
			};
			let length = if change.0[3] % 2 == 0 { 1 } else { 33 };
			(key, vec![1 + change.0[5] % 0x70; length])
		});
		assert_same(leaves.collect());
	}
}

#[test]
fn leaf_out_of_order_or_twice_or_too_long_fails() {
	let mut builder = TrieBuilder::default();
	let (low, high) = (H256::repeat_byte(1), H256::repeat_byte(2));
	builder.add(high, &[1]).expect("the first");
	let before = builder.clone();
	assert!(builder.add(high, &[1]).is_err());
	assert!(builder.add(low, &[1]).is_err());
	assert!(builder.add(H256::repeat_byte(3), &[1; 113]).is_err());
	assert_eq!(builder, before);
	builder.add(H256::repeat_byte(3), &[1; 112]).expect("in order, and just short enough");
}

fn account(number: u64) -> (H160, TrieAccount) {
	let address = H160::from_slice(&hashed(number).0[..20]);
	let balance = match number % 3 {
		0 => U256::zero(),
		1 => U256::from(number) << 70,
		_ => U256::MAX,
	};
	let nonce = if number % 5 == 0 { u64::MAX } else { number };
	(
		address,
		TrieAccount { nonce, balance, storage_root: EMPTY_TRIE_ROOT, code_hash: KECCAK_EMPTY },
	)
}

/// The state root of accounts, and the proof of one of them, both by alloy.
fn proof(count: u64, of: H160) -> (H256, Vec<Vec<u8>>) {
	let mut leaves: Vec<Leaf> = (0..count)
		.map(|number| {
			let (address, account) = account(number);
			let mut leaf = vec![];
			account.put(&mut leaf);
			(keccak256(address.as_bytes()), leaf)
		})
		.collect();
	leaves.sort();
	let target = Nibbles::unpack(keccak256(of.as_bytes()).0);
	let mut builder = HashBuilder::default().with_proof_retainer(ProofRetainer::new(vec![target]));
	for (key, value) in &leaves {
		builder.add_leaf(Nibbles::unpack(key.0), value);
	}
	let root: B256 = builder.root();
	let nodes = builder.take_proof_nodes().into_nodes_sorted();
	(H256(root.0), nodes.into_iter().map(|(_, node)| node.to_vec()).collect())
}

#[test]
fn proof_of_every_account_works() {
	for count in [1, 2, 17, 300] {
		for number in 0..count {
			let (address, account) = account(number);
			let (root, nodes) = proof(count, address);
			assert_eq!(verify_account(root, address, &account, &nodes), Ok(()));
		}
	}
}

#[test]
fn proof_of_something_else_fails() {
	let (address, right) = account(7);
	let (root, nodes) = proof(300, address);
	let check = |root, address, account: &TrieAccount, nodes: &[Vec<u8>]| {
		verify_account(root, address, account, nodes).expect_err("no proof")
	};

	let none: [Vec<u8>; 0] = [];
	assert_eq!(check(root, address, &right, &none), ProofError::Missing);
	let wrong = [
		TrieAccount { nonce: right.nonce + 1, ..right },
		TrieAccount { balance: right.balance + 1, ..right },
		TrieAccount { storage_root: KECCAK_EMPTY, ..right },
		TrieAccount { code_hash: EMPTY_TRIE_ROOT, ..right },
	];
	for account in wrong {
		assert_eq!(check(root, address, &account, &nodes), ProofError::Differs);
	}
	let nodes_count = nodes.len() as u8;
	let cut = &nodes[..nodes.len() - 1];
	let truncated = ProofError::Truncated { nodes: nodes_count - 1 };
	assert_eq!(check(root, address, &right, cut), truncated);
	let longer = [&nodes[..], &nodes[..1]].concat();
	assert_eq!(
		check(root, address, &right, &longer),
		ProofError::TooLong { leaf: nodes_count - 1 }
	);
	let (foreign, _) = account(8);
	assert!(matches!(check(root, foreign, &right, &nodes), ProofError::WrongNode { .. }));
	assert!(matches!(
		check(KECCAK_EMPTY, address, &right, &nodes),
		ProofError::WrongNode { index: 0, .. }
	));
	let nobody = (0..)
		.map(|n| account(1_000 + n).0)
		.find(|a| matches!(check(root, *a, &right, &proof(300, *a).1), ProofError::Absent { .. }));
	assert!(nobody.is_some());
}

#[test]
fn every_flipped_bit_of_a_proof_is_found_works() {
	let (address, account) = account(3);
	let (root, nodes) = proof(40, address);
	for index in 0..nodes.len() {
		for bit in 0..nodes[index].len() * 8 {
			let mut changed = nodes.clone();
			changed[index][bit / 8] ^= 1 << (bit % 8);
			let error = verify_account(root, address, &account, &changed);
			let at = index as u8;
			assert!(matches!(error, Err(ProofError::WrongNode { index, .. }) if index == at));
		}
	}
}

#[test]
fn node_that_hashes_right_and_is_none_fails() {
	let (address, account) = account(3);
	let long_list = [vec![0xd2], vec![0x80; 18]].concat();
	// An extension over nothing, a leaf whose path is too short, a branch of 18, flags unknown.
	let extension = [vec![0xc0 + 34, 0x00, 0xa0], vec![7; 32]].concat();
	let nodes: [&[u8]; 7] =
		[&[], &[0x80], &[0xc0], &[0xc2, 0x20, 0x80], &long_list, &extension, &[0xc2, 0x40, 0x80]];
	for node in nodes {
		let found = verify_account(keccak256(node), address, &account, &[node]);
		assert_eq!(found, Err(ProofError::NotANode { index: 0 }), "{node:?}");
	}
}
