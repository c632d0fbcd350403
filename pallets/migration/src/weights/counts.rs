//! Weights from counted reads and writes, with a generous time for each record. A runtime that has
//! measured more takes the larger of both.
//!
//! A key counts once in a call, however often it is read or written, since what was read before is in
//! memory. What `frame_system` keeps for every block and extrinsic does not count. The tests hold the
//! numbers against what each call does on its worst input.

use core::marker::PhantomData;

use codec::MaxEncodedLen;
use frame_support::{
	traits::Get,
	weights::{RuntimeDbWeight, Weight},
};
use migration_primitives::limits::{MAX_CODE_BYTES, MAX_HEADER_BYTES, MAX_POST_IMPORT_CALLS};

use super::{ChunkWork, WeightInfo};
use crate::{abort::STEPS_PER_ACCOUNT, import::Import};

/// Proof size of one read of a map with a hashed key: the value and the nodes beside its path, five
/// full branches. A branch that keys of one call share counts for each of them: how deep a chain's
/// trie is no weight knows, and what is counted too often is there for paths of more branches.
const PROOF_PER_READ: u64 = 2_600;
/// Keccak-256 through the host, with a wide margin, in picoseconds per byte.
const HASH_TIME_PER_BYTE: u64 = 20_000;
/// The shortest node that another refers to by its hash; a proof ends with the first that is none.
const SHORTEST_NODE: u64 = 32;
/// Bytes hashed for one slot: its key, its leaf, and a fifteenth of the branches of a full trie.
const SLOT_HASHED_BYTES: u64 = 32 + 70 + 40;
/// Decoding, comparing and queueing one record, in picoseconds.
const TIME_PER_RECORD: u64 = 5_000_000;
/// Decoding a value, in picoseconds per byte.
const DECODE_TIME_PER_BYTE: u64 = 2_000;
/// The longest manifest: its header, the hashes of its calls, and everything else.
pub(crate) const MANIFEST_BYTES: u64 =
	MAX_HEADER_BYTES as u64 + MAX_POST_IMPORT_CALLS as u64 * 32 + 512;

/// What a call takes at most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
	/// Keys that are read, and steps of iterations over keys.
	pub reads: u64,
	/// Keys that are written.
	pub writes: u64,
	/// Records that are decoded, compared and queued.
	pub records: u64,
	/// Bytes that are hashed.
	pub bytes: u64,
	/// Bytes of values that are read and decoded, small ones apart.
	pub values: u64,
}

impl Counts {
	/// The weight with the database's times of the runtime `T`.
	pub fn weight<T: frame_system::Config>(self) -> Weight {
		let Self { reads, writes, records, bytes, values } = self;
		let db: RuntimeDbWeight = T::DbWeight::get();
		let time = records
			.saturating_mul(TIME_PER_RECORD)
			.saturating_add(bytes.saturating_mul(HASH_TIME_PER_BYTE))
			.saturating_add(values.saturating_mul(DECODE_TIME_PER_BYTE));
		let proof =
			reads.saturating_add(writes).saturating_mul(PROOF_PER_READ).saturating_add(values);
		Weight::from_parts(time, proof).saturating_add(db.reads_writes(reads, writes))
	}

	/// Without bytes.
	fn of(reads: u64, writes: u64, records: u64) -> Self {
		Self { reads, writes, records, ..Self::default() }
	}

	/// With so many bytes hashed.
	fn hashing(self, bytes: u64) -> Self {
		Self { bytes, ..self }
	}

	/// With large values read.
	fn reading(self, values: u64) -> Self {
		Self { values, ..self }
	}

	/// See [`WeightInfo::propose`].
	pub fn propose() -> Self {
		// Read: `Active`, `ReviewBlocks`, `Proofs`, `NextMigration`, and the issuance, or `Consents`
		// and two accounts. Written: two numbers, proof, record, manifest; `Consents`, two accounts.
		Self::of(8, 8, 16).hashing(u64::from(MAX_HEADER_BYTES) * 2)
	}

	/// See [`WeightInfo::submit_map_chunk`].
	pub fn submit_map_chunk(entries: u32) -> Self {
		let entries = u64::from(entries);
		// Record and use. An entry reads both directions, and its target: metadata, code, account,
		// first slot. One of them may be held by an unused entry of an earlier migration, so a third
		// entry is read, and four are written. Each can only displace two others.
		Self::of(
			entries.saturating_mul(7).saturating_add(2),
			entries.saturating_mul(4).saturating_add(2),
			entries.saturating_mul(2),
		)
	}

	/// See [`WeightInfo::submit_chunk`].
	pub fn submit_chunk(work: ChunkWork) -> Self {
		let ChunkWork { accounts, codes, code_bytes, slots, proof_bytes } = work;
		// Each slot's key is hashed, its leaf, and its share of the branches above.
		let hashed = u64::from(code_bytes)
			.saturating_add(u64::from(slots).saturating_mul(SLOT_HASHED_BYTES))
			.saturating_add(proof_bytes.into());
		let (accounts, codes, slots) = (u64::from(accounts), u64::from(codes), u64::from(slots));
		let records = accounts
			.saturating_mul(8)
			.saturating_add(codes)
			.saturating_add(slots)
			.saturating_add(u64::from(proof_bytes) / SHORTEST_NODE);
		// A head reads its entry and its deployer's, or that of who holds its target unused; the
		// reservation, metadata, code, account, first slot (twice where it has no entry of its own in
		// the map), and the nonce's reference. It writes
		// entry, reservation, account, reference and ledger, and two entries that it displaces.
		// A code is written with its metadata. A slot is one blind write.
		//
		// Every chunk: record, manifest, open account, use, escrow, issuance, the entry of the account
		// that began in a chunk before; the last one: three proofs.
		Self::of(
			accounts.saturating_mul(9).saturating_add(10),
			accounts
				.saturating_mul(7)
				.saturating_add(codes.saturating_mul(2))
				.saturating_add(slots)
				.saturating_add(9),
			records,
		)
		.hashing(hashed)
		.reading(MANIFEST_BYTES.saturating_add(Import::max_encoded_len() as u64))
	}

	/// See [`WeightInfo::authorize_map_chunk`].
	pub fn authorize_map_chunk(bytes: u32, nodes: u32) -> Self {
		let bytes = u64::from(bytes).saturating_add(u64::from(nodes).saturating_mul(65));
		// Each entry is hashed by itself, and as many inner nodes.
		Self::of(2, 0, bytes / 20).hashing(bytes.saturating_mul(4))
	}

	/// See [`WeightInfo::authorize_chunk`].
	pub fn authorize_chunk(bytes: u32, nodes: u32) -> Self {
		let bytes = u64::from(bytes).saturating_add(u64::from(nodes).saturating_mul(65));
		Self::of(2, 0, u64::from(nodes).saturating_add(4)).hashing(bytes)
	}

	/// See [`WeightInfo::activate`].
	pub fn activate() -> Self {
		// Record, manifest, `ReviewBlocks`, two accounts, issuance; the record, the accounts, `Active`
		// and `Unreturned`.
		Self::of(6, 5, 4).reading(MANIFEST_BYTES)
	}

	/// See [`WeightInfo::release`].
	pub fn release(accounts: u32) -> Self {
		let accounts = u64::from(accounts);
		// Record, escrow and issuance; each: ledger, account, entry.
		Self::of(
			accounts.saturating_mul(3).saturating_add(3),
			accounts.saturating_mul(3).saturating_add(1),
			accounts.saturating_mul(2),
		)
	}

	/// See [`WeightInfo::release_skipped`].
	pub fn release_skipped(accounts: u64) -> Self {
		Self::of(accounts, 0, accounts)
	}

	/// See [`WeightInfo::pause`].
	pub fn pause() -> Self {
		// Record and manifest.
		Self::of(2, 1, 2).reading(MANIFEST_BYTES)
	}

	/// See [`WeightInfo::consent`].
	pub fn consent() -> Self {
		Self::of(1, 1, 1)
	}

	/// See [`WeightInfo::return_funds`].
	pub fn return_funds() -> Self {
		// `Unreturned`, manifest, two accounts, issuance.
		Self::of(5, 3, 2).reading(MANIFEST_BYTES)
	}

	/// See [`WeightInfo::abort`].
	pub fn abort() -> Self {
		// Record and manifest; record, open account, clean-up.
		Self::of(2, 3, 4).reading(MANIFEST_BYTES)
	}

	/// See [`WeightInfo::clean_up`].
	pub fn clean_up(steps: u32) -> Self {
		// A slot is one key found and removed. An account of another migration is one key found and
		// its entry read. An account of this one has 16 steps for: its key and entry, its first slot
		// twice, reservation, ledger, code, metadata, system account, nonce reference.
		//
		// Every time: record, manifest, clean-up, escrow, issuance, the last key; at the end: four
		// proofs, the funding account, `Active`, `Unreturned`.
		let code = (MAX_CODE_BYTES as u64).div_ceil(u64::from(STEPS_PER_ACCOUNT));
		let steps = u64::from(steps);
		Self::of(
			steps.saturating_mul(2).saturating_add(11),
			steps.saturating_add(11),
			steps.saturating_add(16),
		)
		.reading(MANIFEST_BYTES.saturating_add(steps.saturating_mul(code)))
	}

	/// See [`WeightInfo::resolve`].
	pub fn resolve(accounts: u32) -> Self {
		let accounts = u64::from(accounts);
		// Record, manifest, escrow, issuance; each: entry, and the ledger written.
		Self::of(
			accounts.saturating_add(4),
			accounts.saturating_mul(2).saturating_add(3),
			accounts.saturating_mul(2),
		)
		.reading(MANIFEST_BYTES)
	}

	/// See [`WeightInfo::execute_call`].
	pub fn execute_call(bytes: u32) -> Self {
		// Record, manifest, both accounts; each account written to is looked up twice more, which is
		// far below what a write costs in gas.
		Self::of(4, 1, 4).hashing(bytes.into()).reading(MANIFEST_BYTES)
	}
}

/// Weights from [`Counts`].
pub struct CountedWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for CountedWeight<T> {
	fn propose() -> Weight {
		Counts::propose().weight::<T>()
	}

	fn submit_map_chunk(entries: u32) -> Weight {
		Counts::submit_map_chunk(entries).weight::<T>()
	}

	fn submit_chunk(work: ChunkWork) -> Weight {
		Counts::submit_chunk(work).weight::<T>()
	}

	fn authorize_map_chunk(bytes: u32, nodes: u32) -> Weight {
		Counts::authorize_map_chunk(bytes, nodes).weight::<T>()
	}

	fn authorize_chunk(bytes: u32, nodes: u32) -> Weight {
		Counts::authorize_chunk(bytes, nodes).weight::<T>()
	}

	fn activate() -> Weight {
		Counts::activate().weight::<T>()
	}

	fn release(accounts: u32) -> Weight {
		Counts::release(accounts).weight::<T>()
	}

	fn release_skipped(accounts: u64) -> Weight {
		Counts::release_skipped(accounts).weight::<T>()
	}

	fn pause() -> Weight {
		Counts::pause().weight::<T>()
	}

	fn consent() -> Weight {
		Counts::consent().weight::<T>()
	}

	fn return_funds() -> Weight {
		Counts::return_funds().weight::<T>()
	}

	fn abort() -> Weight {
		Counts::abort().weight::<T>()
	}

	fn clean_up(steps: u32) -> Weight {
		Counts::clean_up(steps).weight::<T>()
	}

	fn resolve(accounts: u32) -> Weight {
		Counts::resolve(accounts).weight::<T>()
	}

	fn execute_call(bytes: u32) -> Weight {
		Counts::execute_call(bytes).weight::<T>()
	}
}
