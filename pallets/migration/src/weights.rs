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
}

impl ChunkWork {
	/// Counts the records up to the first that cannot be read, or that is code without a head of its
	/// own: there the chunk ends in a fault.
	pub fn of(chunk: &[u8]) -> Self {
		let (mut rest, mut work) = (chunk, Self::default());
		while !rest.is_empty() {
			match item::next(&mut rest) {
				Ok(Item::Account(_)) => work.accounts = work.accounts.saturating_add(1),
				Ok(Item::Code(code)) => {
					work.codes = work.codes.saturating_add(1);
					if work.codes > work.accounts.saturating_add(1) {
						break;
					}
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
/// Decoding, comparing and queueing one record, in picoseconds.
const TIME_PER_RECORD: u64 = 5_000_000;

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
		let ChunkWork { accounts, codes, code_bytes, slots } = work;
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
			accounts.saturating_mul(8).saturating_add(codes).saturating_add(slots),
			u64::from(code_bytes).saturating_add(slots.saturating_mul(32)),
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
}
