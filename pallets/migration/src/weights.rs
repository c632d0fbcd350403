//! Weights. Provisional: counted reads and writes and a generous time for each, until benchmarks on
//! the built runtime replace them.

use core::marker::PhantomData;

use frame_support::{
	traits::Get,
	weights::{RuntimeDbWeight, Weight},
};
use migration_primitives::{
	item::{self, Item},
	limits::MAX_RUN_LOG2,
	map::run_length,
};

use crate::{Config, Migrations, Pallet};

/// Weights of the calls.
pub trait WeightInfo {
	/// A manifest.
	fn propose() -> Weight;
	/// A run of `entries` map entries.
	fn submit_map_chunk(entries: u32) -> Weight;
	/// A chunk with these records.
	fn submit_chunk(work: ChunkWork) -> Weight;
	/// Hashing `bytes` of entries and a path of `nodes`.
	fn authorize_map_chunk(bytes: u32, nodes: u32) -> Weight;
	/// Hashing `bytes` of a chunk and a path of `nodes`.
	fn authorize_chunk(bytes: u32, nodes: u32) -> Weight;
	/// The end of a migration.
	fn activate() -> Weight;
	/// Handing out `accounts` ledger entries.
	fn release(accounts: u32) -> Weight;
	/// Finding out that nothing waits for `accounts`.
	fn release_skipped(accounts: u64) -> Weight;
	/// A pause, its end, or a call skipped.
	fn pause() -> Weight;
	/// The beginning of an abort.
	fn abort() -> Weight;
	/// A clean-up of so many steps, and the end of the migration.
	fn clean_up(steps: u32) -> Weight;
	/// Settling so many collisions.
	fn resolve(accounts: u32) -> Weight;
	/// A call after the import with so many bytes of data, its gas apart.
	fn execute_call(bytes: u32) -> Weight;
}

/// The records of a chunk, counted before any of them is applied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ChunkWork {
	/// Heads.
	pub accounts: u32,
	/// Code records.
	pub codes: u32,
	/// Bytes of code.
	pub code_bytes: u32,
	/// Slots.
	pub slots: u32,
	/// Bytes of account proofs.
	pub proof_bytes: u32,
}

impl ChunkWork {
	/// Counts the records up to the first that cannot be read, or that is code without a head of its
	/// own: there the chunk ends in a fault.
	///
	/// Code whose head came with the chunk before counts as an account too, which is placed here.
	pub fn of(chunk: &[u8]) -> Self {
		let (mut rest, mut work) = (chunk, Self::default());
		// At the beginning for an account whose head came before.
		let mut code_may_come = true;
		while !rest.is_empty() {
			match item::next(&mut rest) {
				Ok(Item::Account(head)) => {
					code_may_come = true;
					work.accounts = work.accounts.saturating_add(1);
					let bytes = head.proof.iter().map(|node| node.len() as u32).sum();
					work.proof_bytes = work.proof_bytes.saturating_add(bytes);
				}
				Ok(Item::Code(code)) => {
					if !core::mem::take(&mut code_may_come) {
						break;
					}
					work.codes = work.codes.saturating_add(1);
					work.accounts = work.accounts.max(1);
					work.code_bytes = work.code_bytes.saturating_add(code.len() as u32);
				}
				Ok(Item::Slot(_)) => work.slots = work.slots.saturating_add(1),
				Err(_) => break,
			}
		}
		work
	}
}

impl<T: Config> Pallet<T> {
	/// The weight of a chunk from a scan of its records. A chunk with more slots than the chain
	/// takes stops at the limit, so it weighs no more than one that keeps to it.
	pub(crate) fn chunk_weight(chunk: &[u8]) -> Weight {
		let mut work = ChunkWork::of(chunk);
		work.slots = work.slots.min(T::MaxChunkSlots::get().saturating_add(1));
		T::WeightInfo::submit_chunk(work)
	}

	/// The weight of a map chunk from the length of its run.
	pub(crate) fn map_chunk_weight(migration: u32, index: u32) -> Weight {
		let entries = Migrations::<T>::get(migration).map_or(1u32 << MAX_RUN_LOG2, |record| {
			run_length(record.map.count, record.map_run_log2, index)
		});
		T::WeightInfo::submit_map_chunk(entries)
	}
}

/// The heaviest chunk that fits the bounds: of heads alone, of as many slots as are allowed with
/// heads in the rest of the bytes, or of code.
pub(crate) fn heaviest_chunk<T: Config>() -> Weight {
	/// The shortest head: every integer zero.
	const SHORTEST_HEAD: u32 = 1 + 20 + 1 + 1 + 32 + 32 + 1 + 1 + 1;
	/// The shortest slot: one byte of value.
	const SHORTEST_SLOT: u32 = 1 + 32 + 1;
	/// The shortest code record: one byte of code.
	const SHORTEST_CODE: u32 = 1 + 2 + 1;
	let bytes = T::MaxChunkBytes::get();
	let heads = |bytes: u32, slots: u32| ChunkWork {
		accounts: bytes / SHORTEST_HEAD,
		codes: bytes / (SHORTEST_HEAD + SHORTEST_CODE),
		code_bytes: bytes,
		slots,
		proof_bytes: bytes,
	};
	let slots = T::MaxChunkSlots::get().min(bytes / SHORTEST_SLOT);
	let rest = bytes.saturating_sub(slots.saturating_mul(SHORTEST_SLOT));
	T::WeightInfo::submit_chunk(heads(bytes, 0))
		.max(T::WeightInfo::submit_chunk(heads(rest, slots)))
}

/// Provisional weights from counted reads and writes.
pub struct CountedWeight<T>(PhantomData<T>);

/// Proof size of one read of a map with a hashed key: the value and the nodes beside its path.
const PROOF_PER_READ: u64 = 2_600;
/// Keccak-256 through the host, with a wide margin, in picoseconds per byte.
const HASH_TIME_PER_BYTE: u64 = 20_000;
/// The shortest node that another refers to by its hash; a proof ends with the first that is none.
const SHORTEST_NODE: u64 = 32;
/// Bytes hashed for one slot: its key, its leaf, and a fifteenth of the branches of a full trie.
const SLOT_HASHED_BYTES: u64 = 32 + 70 + 40;
/// Decoding, comparing and queueing one record, in picoseconds.
const TIME_PER_RECORD: u64 = 5_000_000;

/// Proof size of the longest code, which is read when it is removed.
const CODE_PROOF: u64 = migration_primitives::limits::MAX_CODE_BYTES as u64;

fn counted<T: frame_system::Config>(reads: u64, writes: u64, records: u64, bytes: u64) -> Weight {
	let db: RuntimeDbWeight = T::DbWeight::get();
	let time = records
		.saturating_mul(TIME_PER_RECORD)
		.saturating_add(bytes.saturating_mul(HASH_TIME_PER_BYTE));
	let proof = reads.saturating_add(writes).saturating_mul(PROOF_PER_READ);
	Weight::from_parts(time, proof).saturating_add(db.reads_writes(reads, writes))
}

impl<T: frame_system::Config> WeightInfo for CountedWeight<T> {
	fn propose() -> Weight {
		// Active, NextMigration, issuance or two accounts, proof; the same and two records written.
		counted::<T>(8, 8, 16, u64::from(migration_primitives::limits::MAX_HEADER_BYTES) * 2)
	}

	fn submit_map_chunk(entries: u32) -> Weight {
		// Each: both directions read and written; metadata, account and first slot of the target.
		let entries = u64::from(entries);
		counted::<T>(
			entries.saturating_mul(5).saturating_add(3),
			entries.saturating_mul(2).saturating_add(4),
			entries.saturating_mul(2),
			0,
		)
	}

	fn submit_chunk(work: ChunkWork) -> Weight {
		let ChunkWork { accounts, codes, code_bytes, slots, proof_bytes } = work;
		// Each slot's key is hashed, its leaf, and its share of the branches above.
		let hashed = u64::from(code_bytes)
			.saturating_add(u64::from(slots).saturating_mul(SLOT_HASHED_BYTES))
			.saturating_add(proof_bytes.into());
		let (accounts, codes, slots) = (u64::from(accounts), u64::from(codes), u64::from(slots));
		// A head: entry, deployer's entry, reservation, metadata, account, first slot, nonce
		// reference, escrow, issuance; written: entry twice, reservation, account, reference,
		// ledger, escrow, issuance, event.
		let reads = accounts.saturating_mul(10).saturating_add(codes.saturating_mul(2));
		// A slot is one blind write; its key's path still enters a proof.
		let writes = accounts
			.saturating_mul(9)
			.saturating_add(codes.saturating_mul(3))
			.saturating_add(slots);
		counted::<T>(
			reads.saturating_add(5),
			writes.saturating_add(6),
			accounts
				.saturating_mul(8)
				.saturating_add(codes)
				.saturating_add(slots)
				.saturating_add(u64::from(proof_bytes) / SHORTEST_NODE),
			hashed,
		)
	}

	fn authorize_map_chunk(bytes: u32, nodes: u32) -> Weight {
		let bytes = u64::from(bytes).saturating_add(u64::from(nodes).saturating_mul(65));
		// Each entry is hashed by itself, and as many inner nodes.
		counted::<T>(2, 1, bytes / 20, bytes.saturating_mul(4))
	}

	fn authorize_chunk(bytes: u32, nodes: u32) -> Weight {
		let bytes = u64::from(bytes).saturating_add(u64::from(nodes).saturating_mul(65));
		counted::<T>(2, 1, u64::from(nodes).saturating_add(4), bytes)
	}

	fn activate() -> Weight {
		counted::<T>(5, 5, 4, 0)
	}

	fn release(accounts: u32) -> Weight {
		let accounts = u64::from(accounts);
		counted::<T>(
			accounts.saturating_mul(5).saturating_add(2),
			accounts.saturating_mul(5),
			accounts.saturating_mul(2),
			0,
		)
	}

	fn release_skipped(accounts: u64) -> Weight {
		counted::<T>(accounts, 0, accounts, 0)
	}

	fn pause() -> Weight {
		counted::<T>(2, 2, 2, u64::from(migration_primitives::limits::MAX_HEADER_BYTES))
	}

	fn abort() -> Weight {
		// Record and manifest; record, open account, clean-up and event.
		counted::<T>(2, 4, 4, u64::from(migration_primitives::limits::MAX_HEADER_BYTES))
	}

	fn clean_up(steps: u32) -> Weight {
		// A slot is one key looked up and one removed. An account has 16 steps for: its entry in the
		// map twice, reservation, ledger, code, metadata, first slot, nonce reference, system
		// account, escrow, issuance, events. Of the code up to 64 kB enter a proof.
		let code = CODE_PROOF.div_ceil(u64::from(crate::abort::STEPS_PER_ACCOUNT));
		let steps = u64::from(steps);
		counted::<T>(
			steps.saturating_add(8),
			steps.saturating_add(10),
			steps.saturating_add(16),
			u64::from(migration_primitives::limits::MAX_HEADER_BYTES),
		)
		.saturating_add(Weight::from_parts(0, steps.saturating_mul(code)))
	}

	fn resolve(accounts: u32) -> Weight {
		let accounts = u64::from(accounts);
		counted::<T>(
			accounts.saturating_mul(4).saturating_add(2),
			accounts.saturating_mul(5).saturating_add(1),
			accounts.saturating_mul(2),
			u64::from(migration_primitives::limits::MAX_HEADER_BYTES),
		)
	}

	fn execute_call(bytes: u32) -> Weight {
		// Record, manifest, both accounts; each account written to is looked up twice more, which is
		// far below what a write costs in gas.
		counted::<T>(
			4,
			3,
			4,
			u64::from(bytes)
				.saturating_add(u64::from(migration_primitives::limits::MAX_HEADER_BYTES)),
		)
	}
}
