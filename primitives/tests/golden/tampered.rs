//! The good vectors with one thing wrong each, and what a reader must say.

use codec::{DecodeAll, Encode};
use migration_primitives::{
	hash::keccak256,
	item::{self, Slot, ACCOUNT_TAG, CODE_TAG},
	manifest::Manifest,
	map::decode_run,
	merkle::{self, Tree},
	H256,
};

use crate::{
	example::{AccountId, Example},
	reader,
};

/// A vector that must be refused.
pub(crate) struct Tampered {
	/// The file's name without its ending.
	pub(crate) name: &'static str,
	/// Its bytes.
	pub(crate) bytes: Vec<u8>,
	/// What the code here says of it.
	pub(crate) error: String,
}

/// All of them.
pub(crate) fn all(example: &Example) -> Vec<Tampered> {
	let mut list = records(example);
	list.extend(chunks(example));
	list.extend(maps(example));
	list.extend(manifests(example));
	list.extend(snapshots(example));
	list
}

fn record(name: &'static str, bytes: Vec<u8>) -> Tampered {
	let error = item::next(&mut bytes.as_slice()).expect_err(name);
	Tampered { name, bytes, error: format!("{error:?}") }
}

fn records(example: &Example) -> Vec<Tampered> {
	let head = example.records[0].clone();
	let slot = |length: u8, value: &[u8]| [&[length], [0; 32].as_slice(), value].concat();
	let mut nonce_with_a_zero = vec![ACCOUNT_TAG];
	nonce_with_a_zero.extend_from_slice(&[0x11; 20]);
	nonce_with_a_zero.extend_from_slice(&[2, 0, 7]);
	// Up to the number of proof nodes; then 66 of them.
	let mut proof = head[..21].to_vec();
	proof.extend_from_slice(&[0, 0]);
	proof.extend_from_slice(&[0; 64]);
	proof.extend_from_slice(&[0, 0, 1, 66]);
	vec![
		record("record-unknown-tag", slot(0, &[])),
		record("record-truncated", head[..head.len() - 1].to_vec()),
		record("record-nonce-with-a-zero", nonce_with_a_zero),
		record(
			"record-nonce-of-nine-bytes",
			[&[ACCOUNT_TAG][..], &[0x11; 20], &[9], &[1; 9]].concat(),
		),
		record("record-66-proof-nodes", proof),
		record("record-slot-zero", slot(1, &[0])),
		record("record-slot-with-a-zero", slot(2, &[0, 7])),
		record("record-code-empty", vec![CODE_TAG, 0]),
		record("record-code-too-long", vec![CODE_TAG, 3, 1, 0, 1]),
	]
}

fn chunks(example: &Example) -> Vec<Tampered> {
	let manifest = &example.manifest;
	let path = merkle::path(&example.chunk_leaves, 1).expect("a chunk");
	let error = |index: u32, bytes: &[u8], path: &[H256]| {
		let leaf = merkle::leaf(Tree::Chunks, index, bytes);
		match merkle::root_from_path(leaf, index, manifest.chunks.count, path) {
			Ok(root) if root == manifest.chunks.root => panic!("it is the chunk"),
			Ok(_) => "another root".to_owned(),
			Err(error) => format!("{error:?}"),
		}
	};
	let mut flipped = example.chunks[1].clone();
	let last = flipped.len() - 1;
	flipped[last] ^= 1;
	let path_bytes = |path: &[H256]| path.iter().flat_map(|node| node.0).collect::<Vec<u8>>();
	vec![
		Tampered { name: "chunk-1-last-byte", error: error(1, &flipped, &path), bytes: flipped },
		Tampered {
			name: "chunk-1-path-too-short",
			error: error(1, &example.chunks[1], &path[1..]),
			bytes: path_bytes(&path[1..]),
		},
		Tampered {
			name: "chunk-1-path-at-index-3",
			error: error(3, &example.chunks[1], &path),
			bytes: path_bytes(&path),
		},
	]
}

fn maps(example: &Example) -> Vec<Tampered> {
	let map = |name, bytes: Vec<u8>| {
		let error = decode_run::<AccountId>(&bytes, 2).expect_err(name);
		Tampered { name, bytes, error: format!("{error:?}") }
	};
	let [first, second] = [0, 1].map(|index: usize| example.entries[index].encode());
	let mut unknown_rule = first.clone();
	unknown_rule[20] = 5;
	vec![
		map("map-run-0-swapped", [second.clone(), first.clone()].concat()),
		map("map-run-0-trailing-byte", [example.runs[0].as_slice(), &[0]].concat()),
		map("map-run-0-one-entry", first.clone()),
		map("map-run-0-unknown-rule", [unknown_rule, second].concat()),
	]
}

fn manifests(example: &Example) -> Vec<Tampered> {
	let decoded = |name, bytes: Vec<u8>| {
		let error = match Manifest::<AccountId>::decode_all(&mut bytes.as_slice()) {
			Ok(manifest) => format!("{:?}", manifest.check().expect_err(name)),
			Err(_) => "undecodable".to_owned(),
		};
		Tampered { name, bytes, error }
	};
	let changed = |name, change: fn(&mut Manifest<AccountId>)| {
		let mut manifest = example.manifest.clone();
		change(&mut manifest);
		decoded(name, manifest.encode())
	};
	let good = example.manifest.encode();
	vec![
		changed("manifest-version", |manifest| manifest.version = 2),
		changed("manifest-no-chunks", |manifest| manifest.chunks.count = 0),
		changed("manifest-too-many-chunks", |manifest| manifest.chunks.count = u32::MAX),
		changed("manifest-no-map", |manifest| manifest.map.count = 0),
		changed("manifest-block-hash", |manifest| manifest.source.hash.0[31] ^= 1),
		changed("manifest-block-number", |manifest| manifest.source.number = 43),
		changed("manifest-deadline", |manifest| manifest.deadlines.review = 0),
		decoded("manifest-truncated", good[..good.len() - 1].to_vec()),
		decoded("manifest-trailing-byte", [good.as_slice(), &[0]].concat()),
	]
}

fn snapshots(example: &Example) -> Vec<Tampered> {
	let snapshot = |name, bytes: Vec<u8>| {
		let error = format!("{:?}", reader::read(&bytes).expect_err(name));
		Tampered { name, bytes, error }
	};
	let good = &example.snapshot;
	let with = |place: usize, byte: u8| {
		let mut bytes = good.clone();
		bytes[place] = byte;
		bytes
	};
	// A slot more than the trailer says, under a digest that is right.
	let (records, trailer) = good.split_at(good.len() - 97);
	let mut one_more = records.to_vec();
	item::put_slot(&Slot { key: H256::zero(), value: H256::repeat_byte(1) }, &mut one_more);
	one_more.extend_from_slice(&trailer[..65]);
	let digest = keccak256(&one_more);
	one_more.extend_from_slice(digest.as_bytes());
	vec![
		snapshot("snapshot-magic", with(7, 1)),
		snapshot("snapshot-version", with(9, 2)),
		snapshot("snapshot-last-slot", with(good.len() - 98, 0xfe)),
		snapshot("snapshot-totals", one_more),
		snapshot("snapshot-cut-off", records.to_vec()),
		snapshot("snapshot-trailing-byte", [good.as_slice(), &[0]].concat()),
	]
}
