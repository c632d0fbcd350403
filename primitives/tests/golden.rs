//! Golden vectors: the bytes of a small migration, good and tampered, as `docs/format.md` prints
//! them and `tests/vectors` holds them.
//!
//! `GOLDEN_WRITE=1` writes the files and prints the lines for the document.

#[path = "golden/example.rs"]
mod example;
#[path = "golden/reader.rs"]
mod reader;
#[path = "golden/tampered.rs"]
mod tampered;
#[path = "golden/trie.rs"]
mod trie;

use std::{collections::BTreeMap, fs, path::PathBuf};

use codec::{DecodeAll, Encode};
use migration_primitives::{
	hash::keccak256,
	header,
	item::{self, Item},
	manifest::Manifest,
	map::{decode_run, run_count, run_length},
	merkle, H256,
};

use example::{AccountId, Example, CHILD, RUN_LOG2, TOKEN};

/// Set to write the files instead of comparing with them.
const WRITE: &str = "GOLDEN_WRITE";
/// Begins a block of vectors in the document.
const FENCE: &str = "```vectors";

fn vectors() -> PathBuf {
	PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors")
}

fn text(bytes: impl AsRef<[u8]>) -> String {
	format!("0x{}", hex::encode(bytes))
}

fn nodes(path: &[H256]) -> Vec<u8> {
	path.iter().flat_map(|node| node.0).collect()
}

/// The good files by name.
fn files(example: &Example) -> BTreeMap<String, Vec<u8>> {
	let mut files = BTreeMap::from([
		("block-header".to_owned(), example.block_header.clone()),
		("snapshot".to_owned(), example.snapshot.clone()),
		("manifest".to_owned(), example.manifest.encode()),
	]);
	for (index, chunk) in example.chunks.iter().enumerate() {
		let path = merkle::path(&example.chunk_leaves, index).expect("a chunk");
		files.insert(format!("chunk-{index}"), chunk.clone());
		files.insert(format!("chunk-{index}-path"), nodes(&path));
	}
	for (index, run) in example.runs.iter().enumerate() {
		let path = merkle::path(&example.run_roots, index).expect("a run");
		files.insert(format!("map-run-{index}"), run.clone());
		files.insert(format!("map-run-{index}-path"), nodes(&path));
	}
	files
}

/// What the document prints, in its order.
fn printed(example: &Example) -> Vec<(String, String)> {
	let mut list: Vec<(String, String)> = Vec::new();
	let mut put = |name: &str, value: String| list.push((name.to_owned(), value));
	put("block-header length", example.block_header.len().to_string());
	put("block-hash", text(keccak256(&example.block_header)));
	put("state-root", text(example.state_root));
	for (address, root) in &example.storage_roots {
		put(&format!("storage-root {address:?}"), text(root));
	}
	put("snapshot length", example.snapshot.len().to_string());
	put("snapshot-digest", text(example.snapshot_digest));
	for (index, record) in example.records.iter().enumerate() {
		let (rest, offset) = (record.as_slice(), example.records[..index].concat().len());
		// Proofs are long; their bytes stand in the file.
		let shown = match item::next(&mut &*rest) {
			Ok(Item::Account(head)) => {
				let proof: usize = head.proof.iter().map(|node| node.len() + 3).sum();
				format!("{} + {} bytes of proof", text(&rest[..rest.len() - proof]), proof)
			}
			_ => text(rest),
		};
		put(&format!("record {index} at {offset}"), shown);
	}
	for (index, (chunk, leaf)) in example.chunks.iter().zip(&example.chunk_leaves).enumerate() {
		put(&format!("chunk-{index} length"), chunk.len().to_string());
		put(&format!("chunk-{index} leaf"), text(leaf));
	}
	put("chunks root", text(example.manifest.chunks.root));
	for (index, (entry, leaf)) in example.entries.iter().zip(&example.map_leaves).enumerate() {
		put(&format!("entry {index}"), text(entry.encode()));
		put(&format!("entry {index} leaf"), text(leaf));
	}
	for (index, root) in example.run_roots.iter().enumerate() {
		put(&format!("map-run-{index} root"), text(root));
	}
	put("map root", text(example.manifest.map.root));
	put("manifest length", example.manifest.encoded_size().to_string());
	put("manifest-hash", text(example.manifest.hash()));
	for tampered in tampered::all(example) {
		put(&format!("tampered-{}", tampered.name), tampered.error);
	}
	list
}

/// The lines of the document's blocks of vectors.
fn documented() -> Vec<(String, String)> {
	let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../docs/format.md");
	let document = fs::read_to_string(path).expect("docs/format.md");
	let (mut list, mut inside) = (Vec::new(), false);
	for line in document.lines() {
		match (inside, line) {
			(false, FENCE) => inside = true,
			(true, "```") => inside = false,
			(true, line) => {
				let (name, value) = line.split_once(" = ").expect("NAME = VALUE");
				list.push((name.to_owned(), value.to_owned()));
			}
			_ => {}
		}
	}
	list
}

#[test]
fn files_are_what_is_computed_works() {
	let example = Example::new();
	let mut expected = files(&example);
	for tampered in tampered::all(&example) {
		expected.insert(format!("tampered-{}", tampered.name), tampered.bytes);
	}
	if std::env::var_os(WRITE).is_some() {
		for (name, bytes) in &expected {
			let path = vectors().join(format!("{name}.hex"));
			fs::write(path, format!("{}\n", hex::encode(bytes))).expect("a file is written");
		}
		for (name, value) in printed(&example) {
			println!("{name} = {value}");
		}
	}
	let mut found: BTreeMap<String, Vec<u8>> = BTreeMap::new();
	for entry in fs::read_dir(vectors()).expect("tests/vectors") {
		let path = entry.expect("a file").path();
		let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
		let digits = fs::read_to_string(&path).expect("a text");
		found.insert(name, hex::decode(digits.trim_end()).expect("hexadecimal digits"));
	}
	let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
	assert_eq!(names(&found), names(&expected));
	for (name, bytes) in expected {
		assert_eq!(text(&found[&name]), text(bytes), "{name}");
	}
}

#[test]
fn document_prints_what_is_computed_works() {
	let (documented, computed) = (documented(), printed(&Example::new()));
	for (found, expected) in documented.iter().zip(&computed) {
		assert_eq!(found, expected);
	}
	assert_eq!(documented.len(), computed.len());
}

#[test]
fn snapshot_reads_back_works() {
	let example = Example::new();
	let (header, totals) = reader::read(&example.snapshot).expect("a snapshot");
	assert_eq!(totals, example.manifest.totals);
	assert_eq!(header.block_header, example.block_header);
	// The chunks one after another are the records.
	assert_eq!(example.chunks.concat(), example.records.concat());
	assert_ne!(example.chunks[2].first(), Some(&item::ACCOUNT_TAG));
	let parsed = header::parse(&example.block_header).expect("a header");
	assert_eq!((parsed.state_root, parsed.number), (example.state_root, 42));
}

#[test]
fn manifest_reads_back_and_holds_works() {
	let example = Example::new();
	let bytes = example.manifest.encode();
	let manifest = Manifest::<AccountId>::decode_all(&mut bytes.as_slice()).expect("a manifest");
	assert_eq!(manifest, example.manifest);
	let header = manifest.check().expect("holds").expect("a header");
	assert_eq!(header.state_root, example.state_root);
	assert_eq!(manifest.hash(), keccak256(&bytes));
}

#[test]
fn every_run_leads_to_the_root_of_the_map_works() {
	let example = Example::new();
	let map = example.manifest.map;
	let runs = run_count(map.count, RUN_LOG2);
	assert_eq!(runs as usize, example.runs.len());
	for (index, run) in (0u32..).zip(&example.runs) {
		let length = run_length(map.count, RUN_LOG2, index);
		decode_run::<AccountId>(run, length).expect("a run");
		let path = merkle::path(&example.run_roots, index as usize).expect("a run");
		let start = example.run_roots[index as usize];
		assert_eq!(merkle::root_from_path(start, index, runs, &path), Ok(map.root));
	}
}

#[test]
fn storage_roots_are_those_of_the_heads_works() {
	let example = Example::new();
	let mut rest = &example.records.concat()[..];
	let mut roots = BTreeMap::new();
	while !rest.is_empty() {
		if let Item::Account(head) = item::next(&mut rest).expect("a record") {
			roots.insert(head.address, head.storage_root);
			assert_eq!(keccak256(&head.proof[0]), example.state_root);
		}
	}
	assert_eq!(example.storage_roots, [TOKEN, CHILD].map(|address| (address, roots[&address])));
}
