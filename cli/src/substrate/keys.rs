//! Storage keys of the target chain.

use sp_crypto_hashing::{blake2_128, twox_128, twox_64};

/// The prefix of a storage item.
pub(super) fn item(pallet: &str, item: &str) -> Vec<u8> {
	[twox_128(pallet.as_bytes()), twox_128(item.as_bytes())].concat()
}

/// Appends a part of a key as `Blake2_128Concat` does.
pub(super) fn blake2_concat(mut key: Vec<u8>, part: &[u8]) -> Vec<u8> {
	key.extend_from_slice(&blake2_128(part));
	key.extend_from_slice(part);
	key
}

/// Appends a part of a key as `Twox64Concat` does.
pub(super) fn twox_concat(mut key: Vec<u8>, part: &[u8]) -> Vec<u8> {
	key.extend_from_slice(&twox_64(part));
	key.extend_from_slice(part);
	key
}
