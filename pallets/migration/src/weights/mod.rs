//! Weights: what each call takes, by what is in it.

pub(crate) mod counts;

use frame_support::{traits::Get, weights::Weight};
use migration_primitives::{
	item::{self, Item},
	limits::MAX_RUN_LOG2,
	map::run_length,
};

pub use counts::{CountedWeight, Counts};

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
	/// A pause, its end, a deadline put off, a call skipped or to be tried again.
	fn pause() -> Weight;
	/// An account agrees to fund a manifest.
	fn consent() -> Weight;
	/// A funding account gets what is left.
	fn return_funds() -> Weight;
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
	/// The weight of a chunk from a scan of its records. A chunk with more accounts or slots than the
	/// chain takes faults at the first that is too many.
	pub(crate) fn chunk_weight(chunk: &[u8]) -> Weight {
		let mut work = ChunkWork::of(chunk);
		work.accounts = work.accounts.min(T::MaxChunkAccounts::get().saturating_add(1));
		work.codes = work.codes.min(work.accounts);
		work.slots = work.slots.min(T::MaxChunkSlots::get().saturating_add(1));
		T::WeightInfo::submit_chunk(work)
	}

	/// The weight of a map chunk from the length of its run.
	pub(crate) fn map_chunk_weight(migration: u32, index: u32) -> Weight {
		let longest = longest_run::<T>();
		let entries = Migrations::<T>::get(migration).map_or(longest, |record| {
			run_length(record.map.count, record.map_run_log2, index).min(longest)
		});
		T::WeightInfo::submit_map_chunk(entries)
	}
}

/// The most entries of a map chunk: more do not fit its bytes, and none with more is authorised.
pub(crate) fn longest_run<T: Config>() -> u32 {
	/// The shortest entry: a source that keeps its address.
	const SHORTEST_ENTRY: u32 = 20 + 1 + 20;
	(1u32 << MAX_RUN_LOG2).min(T::MaxMapChunkBytes::get() / SHORTEST_ENTRY)
}

/// The heaviest chunk that fits the bounds: of as many accounts as are allowed, with slots in the
/// rest of the bytes, or of as many slots, with accounts in the rest. Bytes of code and of account
/// proofs count as if each took all of them.
///
/// One account and one slot more than allowed are counted: a chunk with so many faults there, and
/// the account may be one whose head came with the chunk before.
pub(crate) fn heaviest_chunk<T: Config>() -> Weight {
	/// The shortest head: every integer zero.
	const SHORTEST_HEAD: u32 = 1 + 20 + 1 + 1 + 32 + 32 + 1 + 1 + 1;
	/// The shortest slot: one byte of value.
	const SHORTEST_SLOT: u32 = 1 + 32 + 1;
	/// The shortest code record: one byte of code.
	const SHORTEST_CODE: u32 = 1 + 2 + 1;
	let bytes = T::MaxChunkBytes::get();
	let accounts = |bytes: u32| T::MaxChunkAccounts::get().min(bytes / SHORTEST_HEAD);
	let slots = |bytes: u32| T::MaxChunkSlots::get().min(bytes / SHORTEST_SLOT);
	let weight = |accounts: u32, slots: u32| {
		let accounts = accounts.saturating_add(1);
		T::WeightInfo::submit_chunk(ChunkWork {
			accounts,
			codes: accounts.min((bytes / (SHORTEST_HEAD + SHORTEST_CODE)).saturating_add(1)),
			code_bytes: bytes,
			slots: slots.saturating_add(1),
			proof_bytes: bytes,
		})
	};
	let (most_accounts, most_slots) = (accounts(bytes), slots(bytes));
	let beside_accounts = bytes.saturating_sub(most_accounts.saturating_mul(SHORTEST_HEAD));
	let beside_slots = bytes.saturating_sub(most_slots.saturating_mul(SHORTEST_SLOT));
	weight(most_accounts, slots(beside_accounts)).max(weight(accounts(beside_slots), most_slots))
}
