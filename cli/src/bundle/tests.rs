//! Packing, loading, and damaged bundles.

use std::{
	fs,
	path::{Path, PathBuf},
};

use codec::Encode;
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{AccountHead, Slot},
	manifest::{BalancePolicy, Deadlines, EvmSpec},
	map::{decode_run, run_length, run_root, Target},
	merkle::{leaf, root_from_path, Tree},
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256, U256,
};
use sp_core::crypto::AccountId32;
use tempfile::TempDir;

use super::*;
use crate::{
	plan::resolve,
	snapshot::{storage_root, SnapshotWriter},
};

const LIMITS: ChunkLimits = ChunkLimits { bytes: 400, accounts: 2, slots: 7 };
const CODE: &[u8] = &[0x60, 0x00, 0x60, 0x00, 0xfd];

fn write_snapshot(path: &Path) {
	let header = SnapshotHeader {
		chain_id: 31_337,
		block_number: 7,
		block_hash: H256::repeat_byte(7),
		block_header: Vec::new(),
		confirmations: 0,
		finality: Finality::Unfinalized,
		scope: Scope::Selected,
		trust: Trust::Attested,
	};
	let mut writer = SnapshotWriter::create(path, &header).expect("begun");
	let mut addresses: Vec<H160> = (1..14u8).map(H160::repeat_byte).collect();
	addresses.sort_by_key(|address| keccak256(address.as_bytes()));
	let mut slots: Vec<Slot> = (0..10u64)
		.map(|key| Slot { key: H256::from_low_u64_be(key), value: H256::repeat_byte(1) })
		.collect();
	slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
	let leaves = slots.iter().map(|slot| (keccak256(slot.key.as_bytes()), slot.value));
	let root = storage_root(leaves).expect("in order");
	for address in addresses {
		let contract = address.0[0] % 2 == 0;
		writer
			.account(AccountHead {
				address,
				nonce: 1,
				balance: U256::from(5),
				code_hash: if contract { keccak256(CODE) } else { KECCAK_EMPTY },
				storage_root: if contract { root } else { EMPTY_TRIE_ROOT },
				code_length: if contract { CODE.len() as u32 } else { 0 },
				slot_count: if contract { 10 } else { 0 },
				proof: Vec::new(),
			})
			.expect("an account");
		if contract {
			writer.code(CODE).expect("code");
			slots.iter().for_each(|slot| writer.slot(*slot).expect("a slot"));
		}
	}
	writer.finish().expect("written");
}

fn options(reference: bool) -> PackOptions {
	PackOptions {
		balances: BalancePolicy::Mint { cap: 1_000 },
		limits: LIMITS,
		map_run_log2: 2,
		deadlines: Deadlines { mapping: 1, importing: 2, review: 3 },
		evm_spec: EvmSpec::Osaka,
		calls: Vec::new(),
		reference,
	}
}

fn entries(facts: &SnapshotFacts) -> Result<Vec<MapEntry>, BundleError> {
	let rules = [
		(H160::repeat_byte(1), Target::Explicit(H160::repeat_byte(0xee))),
		(H160::repeat_byte(3), Target::Account(AccountId32::new([0xab; 32]))),
		(H160::repeat_byte(2), Target::Create { deployer: H160::repeat_byte(1), nonce: 5 }),
	];
	Ok(resolve(facts.header.scope, &facts.accounts, &rules.into()).expect("a map"))
}

struct Made {
	_directory: TempDir,
	bundle: PathBuf,
	manifest: Manifest,
}

fn make(reference: bool) -> Made {
	let directory = TempDir::new().expect("a directory");
	let snapshot = directory.path().join("snapshot");
	let bundle = directory.path().join("bundle");
	write_snapshot(&snapshot);
	let manifest = pack(&snapshot, &bundle, options(reference), entries).expect("packed");
	Made { _directory: directory, bundle, manifest }
}

#[test]
fn load_of_what_was_packed_works() {
	for reference in [false, true] {
		let made = make(reference);
		let bundle = Bundle::load(&made.bundle).expect("loaded");
		assert_eq!(bundle.manifest, made.manifest);
		assert_eq!(bundle.manifest_hash, made.manifest.hash());
		assert_eq!(made.manifest.remapped.accounts, 2);
		assert_eq!(made.manifest.remapped.balance, U256::from(10));
		assert!(bundle.chunk_count() > 5);
		// Slots of a value of 32 bytes have 65 bytes: six of them fit.
		assert_eq!((bundle.largest.accounts, bundle.largest.slots), (2, 6));
		assert!(bundle.largest.bytes <= LIMITS.bytes);
		for index in 0..bundle.chunk_count() {
			let (chunk, path) = bundle.chunk(index).expect("a chunk");
			let start = leaf(Tree::Chunks, index, &chunk);
			let root = root_from_path(start, index, bundle.chunk_count(), &path);
			assert_eq!(root, Ok(made.manifest.chunks.root));
		}
		assert_eq!(bundle.map_chunk_count(), 4);
		for index in 0..bundle.map_chunk_count() {
			let (bytes, path) = bundle.map_chunk(index);
			let run: Vec<MapEntry> = decode_run(&bytes, run_length(13, 2, index)).expect("a run");
			let start = run_root(&run, index * 4);
			let root = root_from_path(start, index, bundle.map_chunk_count(), &path);
			assert_eq!(root, Ok(made.manifest.map.root));
		}
	}
}

#[test]
fn load_with_one_bit_flipped_anywhere_fails_and_names_the_part() {
	let made = make(false);
	for (name, part) in [
		(MANIFEST, "manifest"),
		(MANIFEST_JSON, "manifest"),
		(MAP, "map"),
		(SNAPSHOT, "snapshot"),
		(CHUNKS, "chunk"),
	] {
		let path = made.bundle.join(name);
		let bytes = fs::read(&path).expect("the file");
		for position in 0..bytes.len() {
			let mut damaged = bytes.clone();
			damaged[position] ^= 4;
			fs::write(&path, damaged).expect("written");
			let error = Bundle::load(&made.bundle).expect_err(name).to_string();
			assert!(error.contains(part), "byte {position} of {name}: {error}");
		}
		fs::write(&path, bytes).expect("written");
	}
	Bundle::load(&made.bundle).expect("whole again");
}

#[test]
fn load_of_a_bundle_with_a_file_missing_fails_and_names_it() {
	let made = make(false);
	for name in [MANIFEST, MANIFEST_JSON, MAP, SNAPSHOT, CHUNKS] {
		let path = made.bundle.join(name);
		let bytes = fs::read(&path).expect("the file");
		fs::remove_file(&path).expect("removed");
		let error = Bundle::load(&made.bundle).expect_err(name).to_string();
		assert!(error.contains(name), "{error}");
		fs::write(&path, bytes).expect("written");
	}
}

#[test]
fn pack_above_the_cap_or_into_a_full_directory_fails() {
	let directory = TempDir::new().expect("a directory");
	let snapshot = directory.path().join("snapshot");
	write_snapshot(&snapshot);
	let bundle = directory.path().join("bundle");
	let low = PackOptions { balances: BalancePolicy::Mint { cap: 64 }, ..options(false) };
	let result = pack(&snapshot, &bundle, low, entries);
	assert!(matches!(result, Err(BundleError::Manifest(_))), "{result:?}");
	assert!(!bundle.exists());
	let result = pack(&snapshot, directory.path(), options(false), entries);
	assert!(matches!(result, Err(BundleError::NotEmpty { .. })), "{result:?}");
}

#[test]
fn load_of_a_map_with_another_address_fails() {
	let made = make(false);
	let mut bundle = Bundle::load(&made.bundle).expect("loaded");
	bundle.entries[0].address = H160::repeat_byte(0xdd);
	let bytes: Vec<u8> = bundle.entries.iter().flat_map(Encode::encode).collect();
	fs::write(made.bundle.join(MAP), bytes).expect("written");
	assert!(matches!(Bundle::load(&made.bundle), Err(BundleError::Map(_))));
}
