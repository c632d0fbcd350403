//! Weights of everything in the pallet but the EVM's execution, which gas pays for.
//!
//! Provisional: reads and writes are counted by hand, computation is estimated from above.

use core::marker::PhantomData;
use frame_support::{traits::Get, weights::Weight};

use crate::Removed;

/// The weight functions of the pallet.
pub trait WeightInfo {
	/// To decode a transaction of so many bytes, recover its signer and check it against the state;
	/// the items of its lists apart.
	fn authorize(bytes: u32) -> Weight;
	/// To decode and recover it once more, and to record it, its receipt and its index, the move
	/// into `Blocks` at the block's end included. Without the EVM's execution.
	fn transact(bytes: u32) -> Weight;
	/// To make a transaction of at most so many bytes of an execution that nobody signed, and to record
	/// it as [`WeightInfo::transact`] does.
	fn record(bytes: u32) -> Weight;
	/// The work at a block's start and end that does not depend on its transactions, and the
	/// removal of old blocks.
	fn on_initialize(removed: Removed) -> Weight;
}

/// Picoseconds to recover a public key.
const RECOVERY: u64 = 150_000_000;
/// Picoseconds for each byte: canonical decoding (two copies) and two Keccak-256 digests.
const DECODE_BYTE: u64 = 60_000;
/// Picoseconds for each byte of a transaction that is made: a copy, the encoding and a Keccak-256
/// digest.
const ENCODE_BYTE: u64 = 40_000;
/// Picoseconds for each byte of a record: encoded, decoded and encoded again.
const RECORD_BYTE: u64 = 20_000;
/// Picoseconds to remove an entry, the database apart.
const REMOVAL: u64 = 5_000_000;
/// Picoseconds for each byte of a value that is removed unread.
const REMOVED_BYTE: u64 = 1_000;
/// Picoseconds for what is neither of these, such as events and encoding of keys.
const OVERHEAD: u64 = 50_000_000;

/// Hand-counted weights with the runtime's database costs.
pub struct SubstrateWeight<T>(PhantomData<T>);

impl<T: frame_system::Config> WeightInfo for SubstrateWeight<T> {
	// Reads: chain id, gas used in the block, base fee, the account, its code and code metadata,
	// lock and reservation.
	fn authorize(bytes: u32) -> Weight {
		Weight::from_parts(RECOVERY + OVERHEAD, 8 * 2_560)
			.saturating_add(Weight::from_parts(DECODE_BYTE, 0).saturating_mul(bytes.into()))
			.saturating_add(T::DbWeight::get().reads(8))
	}

	// Reads: chain id, gas used, count of the current list. Writes: gas used, the list, its count, the index.
	fn transact(bytes: u32) -> Weight {
		Weight::from_parts(RECOVERY + OVERHEAD, 5 * 2_560)
			.saturating_add(
				Weight::from_parts(DECODE_BYTE + RECORD_BYTE, 0).saturating_mul(bytes.into()),
			)
			.saturating_add(T::DbWeight::get().reads_writes(3, 4))
	}

	// Reads: chain id, gas used, count of the current list. Writes: gas used, the list, its count, the index.
	fn record(bytes: u32) -> Weight {
		Weight::from_parts(OVERHEAD, 5 * 2_560)
			.saturating_add(
				Weight::from_parts(ENCODE_BYTE + RECORD_BYTE, 0).saturating_mul(bytes.into()),
			)
			.saturating_add(T::DbWeight::get().reads_writes(3, 4))
	}

	// Reads: oldest block, list, gas used, base fee. Writes: list, its count, gas used, oldest block, block,
	// its record. For each block removed: its record read, block and record written. For each
	// transaction in it: its index entry read and written, its hash read with the record. The
	// blocks themselves are not read, but the database has to drop their bytes.
	fn on_initialize(removed: Removed) -> Weight {
		let Removed { blocks, transactions, bytes } = removed;
		let database = T::DbWeight::get();
		Weight::from_parts(OVERHEAD, 6 * 2_560)
			.saturating_add(database.reads_writes(4, 6))
			.saturating_add(
				database
					.reads_writes(1, 2)
					.saturating_add(Weight::from_parts(REMOVAL, 2 * 2_560))
					.saturating_mul(blocks.into()),
			)
			.saturating_add(
				database
					.reads_writes(1, 1)
					.saturating_add(Weight::from_parts(REMOVAL, 2_560 + 32))
					.saturating_mul(transactions.into()),
			)
			.saturating_add(Weight::from_parts(REMOVED_BYTE, 0).saturating_mul(bytes))
	}
}

impl WeightInfo for () {
	fn authorize(_: u32) -> Weight {
		Weight::zero()
	}

	fn transact(_: u32) -> Weight {
		Weight::zero()
	}

	fn record(_: u32) -> Weight {
		Weight::zero()
	}

	fn on_initialize(_: Removed) -> Weight {
		Weight::zero()
	}
}
