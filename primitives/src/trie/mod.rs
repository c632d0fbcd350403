//! Merkle-Patricia tries of the source: streamed roots and proofs of accounts.
//!
//! Keys are Keccak-256 hashes, so that every key has 64 nibbles and no node but a leaf has a value.

mod builder;
mod node;
mod proof;

pub use builder::{LeafRefused, TrieBuilder, MAX_LEAF_VALUE_BYTES};
pub use proof::{verify_account, ProofError};

use alloc::vec::Vec;

use alloy_rlp::{BufMut, Header};
use sp_core::{H256, U256};

use crate::minimal;

/// Nibbles of a key.
const KEY_NIBBLES: usize = 64;

/// What the state trie's leaf of an account holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TrieAccount {
	/// Nonce.
	pub nonce: u64,
	/// Balance in wei.
	pub balance: U256,
	/// Root of the storage trie.
	pub storage_root: H256,
	/// Keccak-256 of the code.
	pub code_hash: H256,
}

impl TrieAccount {
	/// Appends the leaf's value: RLP of the list of the four fields.
	pub fn put(&self, out: &mut Vec<u8>) {
		let (nonce, balance) = (self.nonce.to_be_bytes(), self.balance.to_big_endian());
		let (nonce, balance) = (minimal::significant(&nonce), minimal::significant(&balance));
		let payload_length = string_length(nonce) + string_length(balance) + 33 + 33;
		Header { list: true, payload_length }.encode(out);
		put_string(nonce, out);
		put_string(balance, out);
		put_string(self.storage_root.as_bytes(), out);
		put_string(self.code_hash.as_bytes(), out);
	}
}

/// Appends the value of a slot's leaf: RLP of the integer.
pub fn put_slot_value(value: &H256, out: &mut dyn BufMut) {
	put_string(minimal::significant(value.as_bytes()), out);
}

/// Appends an RLP string.
fn put_string(bytes: &[u8], out: &mut dyn BufMut) {
	if !is_own_encoding(bytes) {
		Header { list: false, payload_length: bytes.len() }.encode(out);
	}
	out.put_slice(bytes);
}

/// Length of an RLP string below 65,536 bytes.
fn string_length(bytes: &[u8]) -> usize {
	let header = match bytes.len() {
		_ if is_own_encoding(bytes) => 0,
		..=55 => 1,
		56..=255 => 2,
		_ => 3,
	};
	header + bytes.len()
}

/// Whether the bytes are one small byte, which RLP writes without a header.
fn is_own_encoding(bytes: &[u8]) -> bool {
	matches!(bytes, [byte] if *byte < 0x80)
}

/// The nibble of `key` at `index`, below 64.
fn nibble(key: &H256, index: usize) -> u8 {
	let byte = key.0.get(index / 2).copied().unwrap_or_default();
	if index.is_multiple_of(2) {
		byte >> 4
	} else {
		byte & 0x0f
	}
}
