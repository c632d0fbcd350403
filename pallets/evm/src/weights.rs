//! Weights of this pallet's calls, gas excluded.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// Weights of this pallet's calls, gas excluded.
pub trait WeightInfo {
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// What an execution costs beside its gas: validation, block environment, fee and commit of the
	/// sender and the author.
	fn execute() -> Weight;
	/// To decode, count and copy so many items of access and authorization lists, and to recover so
	/// many signatures of the latter.
	fn lists(items: u64, recoveries: u64) -> Weight;
}

/// Picoseconds for an item of a list: decoded, counted, copied, put into the set of warm addresses
/// and slots.
const LIST_ITEM: u64 = 2_000_000;
/// Picoseconds to hash a tuple of an authorization list and recover its signer.
const RECOVERY: u64 = 150_000_000;

/// Provisional: counted reads and writes, with the database weights of RocksDB, not measured.
impl WeightInfo for () {
	/// Reads and writes the accounts of the address and of the receiver, and the reference of the nonce;
	/// reads the lock.
	fn withdraw() -> Weight {
		Weight::from_parts(50_000_000, 11_000)
			.saturating_add(RocksDbWeight::get().reads_writes(4, 3))
	}

	/// Reads: sender, its code metadata and code, chain id, time, author, base fee, lock of the
	/// sender, nonce reference, key of the hash. Writes: sender, nonce reference, author, total
	/// issuance, key of the hash.
	fn execute() -> Weight {
		Weight::from_parts(100_000_000, 23_000)
			.saturating_add(RocksDbWeight::get().reads_writes(10, 5))
	}

	/// No reads and writes: gas pays for the accounts in the lists.
	fn lists(items: u64, recoveries: u64) -> Weight {
		Weight::from_parts(LIST_ITEM, 0)
			.saturating_mul(items)
			.saturating_add(Weight::from_parts(RECOVERY, 0).saturating_mul(recoveries))
	}
}
