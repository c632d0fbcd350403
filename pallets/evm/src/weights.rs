//! Weights of this pallet's calls, gas excluded.

use frame_support::weights::{constants::RocksDbWeight, Weight};

/// Weights of this pallet's calls, gas excluded.
pub trait WeightInfo {
	/// Weight of `withdraw`.
	fn withdraw() -> Weight;
	/// What an execution costs beside its gas: validation, block environment, fee and commit of the
	/// sender and the author.
	fn execute() -> Weight;
}

/// Provisional: counted reads and writes, with the database weights of RocksDB, not measured.
impl WeightInfo for () {
	/// Reads and writes the accounts of the address and of the receiver.
	fn withdraw() -> Weight {
		Weight::from_parts(50_000_000, 7_000)
			.saturating_add(RocksDbWeight::get().reads_writes(2, 2))
	}

	/// Reads: sender, its code metadata and code, chain id, time, author, base fee, lock of the
	/// sender, nonce reference. Writes: sender, nonce reference, author, total issuance.
	fn execute() -> Weight {
		Weight::from_parts(100_000_000, 20_000)
			.saturating_add(RocksDbWeight::get().reads_writes(9, 4))
	}
}
