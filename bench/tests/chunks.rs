//! An import in the Wasm executor takes memory of one chunk, and no more the farther it is: each chunk is
//! applied to a block by itself, and whole blocks are executed.
//!
//! Memory is what the host has given the runtime: the call's argument, pieces of a mebibyte that the
//! runtime's allocator keeps until the call ends, and values of the storage while they are handed over.
#![allow(clippy::unwrap_used)]

use std::{collections::BTreeMap, sync::LazyLock};

use codec::{Compact, Decode, DecodeAll, Encode};
use evm_migrate::{
	bundle::{pack, Bundle, ChunkLimits, Manifest, PackOptions},
	plan::resolve,
};
use frame_support::{StorageHasher, Twox64Concat};
use migration_bench::chain::{Answer, Machine};
use migration_primitives::{
	hash::keccak256,
	limits::{MAX_CODE_BYTES, MAX_RUN_LOG2},
	manifest::{BalancePolicy, Deadlines, EvmSpec},
	snapshot::Scope,
	status::{MigrationRecord, Stage},
	H256,
};
use migration_runtime::{
	general_transaction, AuraConfig, Hash, Header, Migration, RuntimeCall, RuntimeGenesisConfig,
	RuntimeOrigin, UncheckedExtrinsic, MILLISECONDS_PER_SLOT,
};
use migration_tests::{
	state,
	synthetic::{made_up, Synthetic, SyntheticAccount},
};
use sp_core::Blake2Hasher;
use sp_keyring::Sr25519Keyring;
use sp_runtime::{
	traits::Header as _,
	transaction_validity::{InvalidTransaction, TransactionValidityError},
	ApplyExtrinsicResult, BuildStorage, Digest, DigestItem, StateVersion,
};
use sp_state_machine::{Backend, BasicExternalities, InMemoryBackend, OverlayedChanges};

type State = InMemoryBackend<Blake2Hasher>;
type Overlay = OverlayedChanges<Blake2Hasher>;

/// The most bytes, accounts and slots of a chunk that the reference runtime takes.
const CHUNK_BYTES: u32 = 81_920;
const CHUNK_ACCOUNTS: u32 = 900;
const CHUNK_SLOTS: u32 = 2_000;
/// Longest time of each stage in blocks.
const DEADLINES: Deadlines = Deadlines { mapping: 100_000, importing: 100_000, review: 100_000 };

/// The numbers of the pallet and of its calls in the reference runtime.
const MIGRATION: u8 = 12;
const SUBMIT_MAP_CHUNK: u8 = 1;
const SUBMIT_CHUNK: u8 = 2;

/// A piece that the runtime's allocator takes from the host.
const PIECE: u32 = 1 << 20;
/// What any call takes: two pieces, and small values.
const CONSTANT: u32 = 2 * PIECE + (1 << 18);
/// Times that the bytes of a chunk are in memory at once, as transaction, records and slots.
const TIMES_CHUNK: u32 = 16;
/// Times that the bytes of a whole block are: as the argument, rounded up to a power of two, and its
/// transactions.
const TIMES_BLOCK: u32 = 4;
/// What a later chunk may take more than the first: that both may fall on different sides of a piece.
const TOLERANCE: u32 = PIECE + (1 << 14);
/// Chunks of the long import at least.
const MANY: usize = 20;

static MACHINE: LazyLock<Machine> = LazyLock::new(|| Machine::new().unwrap());

/// What a chunk took.
#[derive(Clone, Copy, Debug)]
struct Applied {
	is_map: bool,
	bytes: u32,
	peak: u32,
}

/// What an import took.
#[derive(Debug, Default)]
struct Taken {
	chunks: Vec<Applied>,
	/// Bytes and peak of each block with the bytes of its longest chunk.
	blocks: Vec<(u32, u32, u32)>,
}

/// A chain to which a migration was proposed in its first state.
struct Chain {
	state: State,
	parent: Hash,
	number: u32,
}

/// A block that is being made.
struct Building {
	overlay: Overlay,
	extrinsics: Vec<Vec<u8>>,
}

impl Chain {
	fn new(manifest: &Manifest) -> Self {
		let config = RuntimeGenesisConfig {
			aura: AuraConfig { authorities: vec![Sr25519Keyring::Alice.public().into()] },
			..Default::default()
		};
		let mut storage = config.build_storage().unwrap();
		BasicExternalities::execute_with_storage(&mut storage, || {
			Migration::propose(RuntimeOrigin::root(), Box::new(manifest.clone())).unwrap();
		});
		let state = State::from((storage, StateVersion::V1));
		Self { state, parent: Hash::default(), number: 0 }
	}

	/// Begins a block with the time in it.
	fn begin(&self) -> Building {
		let number = self.number + 1;
		let slot = u64::from(number);
		let digest = Digest { logs: vec![DigestItem::PreRuntime(*b"aura", slot.encode())] };
		let header = Header::new(number, Hash::default(), Hash::default(), self.parent, digest);
		let mut building = Building { overlay: Overlay::default(), extrinsics: Vec::new() };
		let begun = header.encode();
		MACHINE.call(&mut building.overlay, &self.state, "Core_initialize_block", &begun).unwrap();
		let now = slot * MILLISECONDS_PER_SLOT;
		let time = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
		let inherent = UncheckedExtrinsic::new_bare(time).encode();
		assert!(self.apply(&mut building, inherent).is_some());
		building
	}

	/// Applies a transaction as an author does; none where the block has no room for it.
	fn apply(&self, building: &mut Building, extrinsic: Vec<u8>) -> Option<Answer> {
		let mut overlay = building.overlay.clone();
		let answer = MACHINE
			.call(&mut overlay, &self.state, "BlockBuilder_apply_extrinsic", &extrinsic)
			.unwrap();
		match ApplyExtrinsicResult::decode_all(&mut answer.output.as_slice()).unwrap() {
			Ok(Ok(())) => {}
			Err(TransactionValidityError::Invalid(InvalidTransaction::ExhaustsResources)) => {
				return None;
			}
			other => panic!("{other:?}"),
		}
		building.overlay = overlay;
		building.extrinsics.push(extrinsic);
		Some(answer)
	}

	/// Ends a block, and executes it whole as every other node does. Gives its bytes too.
	fn end(&mut self, building: Building) -> (u32, Answer) {
		let Building { mut overlay, extrinsics } = building;
		let ended =
			MACHINE.call(&mut overlay, &self.state, "BlockBuilder_finalize_block", &[]).unwrap();
		let header = Header::decode(&mut ended.output.as_slice()).unwrap();
		let mut block = ended.output;
		Compact(extrinsics.len() as u32).encode_to(&mut block);
		extrinsics.iter().for_each(|extrinsic| block.extend(extrinsic));

		let mut overlay = Overlay::default();
		let answer = MACHINE.call(&mut overlay, &self.state, "Core_execute_block", &block).unwrap();
		let changes = overlay.drain_storage_changes(&self.state, StateVersion::V1).unwrap();
		self.state.apply_transaction(changes.transaction_storage_root, changes.transaction);
		self.parent = header.hash();
		self.number += 1;
		(block.len() as u32, answer)
	}

	fn stage(&self) -> Stage {
		let prefix = state::item("Migration", "Migrations");
		let key = [prefix, Twox64Concat::hash(&0u32.encode())].concat();
		let value = self.state.storage(&key).unwrap().unwrap();
		MigrationRecord::<u32>::decode_all(&mut value.as_slice()).unwrap().stage
	}
}

/// A chunk in its transaction.
fn transaction(call: u8, index: u32, payload: &[u8], path: &[H256]) -> Vec<u8> {
	let mut bytes = vec![MIGRATION, call];
	(0u32, index, payload, path).encode_to(&mut bytes);
	general_transaction(RuntimeCall::decode_all(&mut bytes.as_slice()).unwrap()).encode()
}

/// Brings all accounts of a source into a chain, with as many chunks in a block as fit.
fn import(source: &Synthetic) -> Taken {
	let folder = tempfile::tempdir().unwrap();
	let (snapshot, output) = (folder.path().join("snapshot"), folder.path().join("bundle"));
	source.write(&snapshot).unwrap();
	let options = PackOptions {
		balances: BalancePolicy::Mint { cap: u128::MAX },
		limits: ChunkLimits { bytes: CHUNK_BYTES, accounts: CHUNK_ACCOUNTS, slots: CHUNK_SLOTS },
		map_run_log2: MAX_RUN_LOG2,
		deadlines: DEADLINES,
		evm_spec: EvmSpec::Osaka,
		calls: Vec::new(),
		reference: true,
	};
	pack::<anyhow::Error>(&snapshot, &output, options, |facts| {
		Ok(resolve(source.scope, &facts.accounts, &BTreeMap::new())?)
	})
	.unwrap();
	let bundle = Bundle::load(&output).unwrap();
	let maps = (0..bundle.map_chunk_count()).map(|index| {
		let (entries, path) = bundle.map_chunk(index);
		(true, entries.len(), transaction(SUBMIT_MAP_CHUNK, index, &entries, &path))
	});
	let chunks = (0..bundle.chunk_count()).map(|index| {
		let (chunk, path) = bundle.chunk(index).unwrap();
		(false, chunk.len(), transaction(SUBMIT_CHUNK, index, &chunk, &path))
	});
	let mut waiting = maps.chain(chunks).peekable();

	let mut chain = Chain::new(&bundle.manifest);
	let mut taken = Taken::default();
	while waiting.peek().is_some() {
		let mut building = chain.begin();
		let mut longest = 0;
		while let Some((is_map, bytes, transaction)) = waiting.peek() {
			let Some(answer) = chain.apply(&mut building, transaction.clone()) else { break };
			let bytes = *bytes as u32;
			longest = bytes.max(longest);
			taken.chunks.push(Applied { is_map: *is_map, bytes, peak: answer.peak_bytes });
			waiting.next();
		}
		assert!(longest > 0, "a chunk fits into no block");
		let (bytes, answer) = chain.end(building);
		taken.blocks.push((bytes, answer.peak_bytes, longest));
	}
	assert_eq!(chain.stage(), Stage::Imported);
	taken
}

/// No chunk takes more than a constant and a multiple of its bytes, and no block more than that for its
/// longest chunk and a multiple of its own bytes.
fn assert_bounded(name: &str, taken: &Taken) {
	for (kind, is_map) in [("map chunks", true), ("chunks", false)] {
		let of_kind = || taken.chunks.iter().filter(|chunk| chunk.is_map == is_map);
		let longest = of_kind().map(|chunk| chunk.bytes).max().unwrap_or_default();
		let peak = of_kind().map(|chunk| chunk.peak).max().unwrap_or_default();
		eprintln!(
			"{name}: {} {kind} of up to {longest} bytes take up to {peak}",
			of_kind().count()
		);
	}
	let (bytes, peak, _) = taken.blocks.iter().max_by_key(|(_, peak, _)| *peak).unwrap();
	eprintln!("{name}: {} blocks, one of {bytes} bytes takes most: {peak}", taken.blocks.len());
	for chunk in &taken.chunks {
		assert!(chunk.peak <= CONSTANT + TIMES_CHUNK * chunk.bytes, "{name}: {chunk:?}");
	}
	for (bytes, peak, longest) in &taken.blocks {
		let limit = CONSTANT + TIMES_CHUNK * longest + TIMES_BLOCK * bytes;
		assert!(*peak <= limit, "{name}: a block of {bytes} bytes takes {peak}, not {limit}");
	}
}

/// The chunks that are not the map's.
fn chunks(taken: &Taken) -> Vec<Applied> {
	taken.chunks.iter().filter(|chunk| !chunk.is_map).copied().collect()
}

fn external(scope: Scope, count: u64) -> Synthetic {
	let mut source = Synthetic::new(1, scope);
	for number in 0..count {
		source.external(made_up(b"external", number), number, u128::from(number) + 1);
	}
	source
}

#[test]
fn largest_chunk_is_the_runtimes_works() {
	let decoded = |bytes: u32| {
		let mut call = vec![MIGRATION, SUBMIT_CHUNK];
		(0u32, 0u32, vec![0u8; bytes as usize], Vec::<H256>::new()).encode_to(&mut call);
		RuntimeCall::decode_all(&mut call.as_slice())
	};
	assert!(decoded(CHUNK_BYTES).is_ok());
	assert!(decoded(CHUNK_BYTES + 1).is_err());
}

#[test]
fn slots_of_one_contract_take_as_much_at_the_end_as_at_the_beginning_works() {
	let mut source = Synthetic::new(1, Scope::Selected);
	source.contract(made_up(b"contract", 0), 1, 50_000);
	let taken = import(&source);
	assert_bounded("slots", &taken);
	let chunks = chunks(&taken);
	assert!(chunks.len() >= MANY, "{} chunks", chunks.len());
	// The last one is shorter.
	let full = &chunks[..chunks.len() - 1];
	assert!(full.iter().all(|chunk| chunk.bytes > CHUNK_BYTES / 100 * 99), "{full:?}");
	let first = full[0];
	for (index, chunk) in full.iter().enumerate() {
		assert!(chunk.peak <= first.peak + TOLERANCE, "chunk {index}: {chunk:?}, {first:?}");
	}
	let last = full.len() - 1;
	eprintln!("slots: chunk 0 takes {}, chunk {last} {}", first.peak, full[last].peak);
	let (begin, end) = (taken.blocks[0], taken.blocks[taken.blocks.len() - 2]);
	assert!(end.1 <= begin.1 + TOLERANCE, "the first block: {begin:?}, the last full one: {end:?}");
}

#[test]
fn most_slots_of_a_chunk_take_memory_of_a_chunk_works() {
	let mut source = Synthetic::new(1, Scope::Selected);
	let value = H256::from_low_u64_be(7);
	let slots = (0..5 * u64::from(CHUNK_SLOTS)).map(|key| (H256::from_low_u64_be(key), value));
	let contract =
		SyntheticAccount { nonce: 1, code: vec![0], slots: slots.collect(), ..Default::default() };
	source.accounts.insert(made_up(b"contract", 0), contract);
	let taken = import(&source);
	assert_bounded("short slots", &taken);
	assert_eq!(chunks(&taken).len(), 5);
}

#[test]
fn heads_with_proofs_take_memory_of_a_chunk_works() {
	let taken = import(&external(Scope::Selected, 1_100));
	assert_bounded("heads with proofs", &taken);
	assert!(chunks(&taken).len() >= 10, "{taken:?}");
}

#[test]
fn heads_without_proofs_take_memory_of_a_chunk_works() {
	let taken = import(&external(Scope::Full, 3_000));
	assert_bounded("heads", &taken);
	assert!(chunks(&taken).len() >= 3, "{taken:?}");
}

#[test]
fn longest_codes_take_memory_of_a_chunk_works() {
	let mut source = Synthetic::new(1, Scope::Selected);
	for number in 0..8u64 {
		let word = keccak256(&number.to_be_bytes());
		let code = word.as_bytes().repeat(MAX_CODE_BYTES / word.0.len());
		let contract = SyntheticAccount { nonce: 1, code, ..Default::default() };
		source.accounts.insert(made_up(b"contract", number), contract);
	}
	let taken = import(&source);
	assert_bounded("codes", &taken);
	let longest = chunks(&taken).iter().map(|chunk| chunk.bytes).max();
	assert!(longest > Some(MAX_CODE_BYTES as u32), "{taken:?}");
	assert_eq!(chunks(&taken).len(), 8);
}
