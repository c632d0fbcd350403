//! The records of a snapshot: account heads, code and slots, one after another.
//!
//! A chunk is a run of whole records, cut at any record, so that the chunks of a migration one
//! after another are the records of its snapshot. The first byte tells the kind: `1..=32` a slot
//! (and the length of its value), `0x41` an account head, `0x43` code, `0x54` the trailer, which
//! stands only in files. There is one encoding of a record.

use alloc::vec::Vec;

use sp_core::{H160, H256, U256};

use crate::{
	limits::{MAX_CODE_BYTES, MAX_PROOF_NODES, MAX_PROOF_NODE_BYTES},
	minimal,
};

/// First byte of an account head.
pub const ACCOUNT_TAG: u8 = 0x41;
/// First byte of a code record.
pub const CODE_TAG: u8 = 0x43;
/// First byte of a file's trailer.
pub const TRAILER_TAG: u8 = 0x54;

/// What a snapshot says of an account before its code and its slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountHead {
	/// The address on the source.
	pub address: H160,
	/// The nonce on the source.
	pub nonce: u64,
	/// The balance on the source in wei.
	pub balance: U256,
	/// Keccak-256 of the code.
	pub code_hash: H256,
	/// Root of the account's storage trie.
	pub storage_root: H256,
	/// Length of the code in bytes; a code record follows where it is not 0.
	pub code_length: u32,
	/// Number of slots; as many slot records follow.
	pub slot_count: u64,
	/// Nodes of the account's proof, root first; empty where the scope needs none.
	pub proof: Vec<Vec<u8>>,
}

/// One record, as an unverified claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Item<'a> {
	/// A new account begins.
	Account(AccountHead),
	/// The code of the account that began last.
	Code(&'a [u8]),
	/// A slot of the account that began last.
	Slot(Slot),
}

/// A storage slot whose value is not zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
	/// The slot's key, not hashed.
	pub key: H256,
	/// Its value as a big-endian word.
	pub value: H256,
}

/// Why bytes are not a record.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	thiserror::Error,
	codec::Encode,
	codec::Decode,
	codec::DecodeWithMemTracking,
	scale_info::TypeInfo,
	codec::MaxEncodedLen,
)]
pub enum ItemError {
	/// The bytes end inside the record.
	#[error("the bytes end inside a record")]
	Truncated,
	/// No record begins with this byte.
	#[error("no record begins with the byte {0:#04x}")]
	UnknownTag(u8),
	/// An integer with a leading zero or of too many bytes.
	#[error("an integer is not in its shortest form or too large")]
	Integer,
	/// A slot whose value is zero or not in its shortest form.
	#[error("the value of a slot is zero or not in its shortest form")]
	SlotValue,
	/// Code longer than `MAX_CODE_BYTES`.
	#[error("code of {length} bytes, at most {limit} are allowed")]
	CodeTooLong {
		/// The length declared.
		length: u32,
		/// The bound.
		limit: u32,
	},
	/// A code record without code.
	#[error("a code record without code")]
	EmptyCode,
	/// A proof with too many nodes or too long a node.
	#[error("an account proof with too many nodes or too long a node")]
	ProofTooLarge,
}

/// First bytes of the code that an account with a key has after it delegated to another (EIP-7702);
/// the address of that one follows.
const DELEGATION_PREFIX: [u8; 3] = [0xef, 0x01, 0x00];

/// Whether code is the designator of an EIP-7702 delegation. An account with such code and without
/// slots is an externally owned one.
pub fn is_delegation(code: &[u8]) -> bool {
	code.len() == DELEGATION_PREFIX.len() + 20 && code.starts_with(&DELEGATION_PREFIX)
}

/// Takes the next record off `bytes`. On an error `bytes` stays as it was.
pub fn next<'a>(bytes: &mut &'a [u8]) -> Result<Item<'a>, ItemError> {
	let mut reader = Reader { rest: bytes };
	let item = match reader.byte()? {
		length @ 1..=32 => Item::Slot(reader.slot(length)?),
		ACCOUNT_TAG => Item::Account(reader.account_head()?),
		CODE_TAG => Item::Code(reader.code()?),
		tag => return Err(ItemError::UnknownTag(tag)),
	};
	*bytes = reader.rest;
	Ok(item)
}

/// Appends an account head.
///
/// The caller keeps to the bounds of [`crate::limits`]; a reader refuses what does not.
pub fn put_account(head: &AccountHead, out: &mut Vec<u8>) {
	out.push(ACCOUNT_TAG);
	out.extend_from_slice(head.address.as_bytes());
	minimal::put_u64(head.nonce, out);
	minimal::put_u256(head.balance, out);
	out.extend_from_slice(head.code_hash.as_bytes());
	out.extend_from_slice(head.storage_root.as_bytes());
	minimal::put_u64(head.code_length.into(), out);
	minimal::put_u64(head.slot_count, out);
	minimal::put_u64(head.proof.len() as u64, out);
	for node in &head.proof {
		minimal::put_u64(node.len() as u64, out);
		out.extend_from_slice(node);
	}
}

/// Appends a code record.
pub fn put_code(code: &[u8], out: &mut Vec<u8>) {
	out.push(CODE_TAG);
	minimal::put_u64(code.len() as u64, out);
	out.extend_from_slice(code);
}

/// Appends a slot record. The value is not zero: a zero slot does not exist.
pub fn put_slot(slot: &Slot, out: &mut Vec<u8>) {
	let value = minimal::significant(slot.value.as_bytes());
	// At most 32 bytes.
	out.push(value.len() as u8);
	out.extend_from_slice(slot.key.as_bytes());
	out.extend_from_slice(value);
}

struct Reader<'a> {
	rest: &'a [u8],
}

impl<'a> Reader<'a> {
	fn take(&mut self, length: usize) -> Result<&'a [u8], ItemError> {
		if length > self.rest.len() {
			return Err(ItemError::Truncated);
		}
		let (taken, rest) = self.rest.split_at(length);
		self.rest = rest;
		Ok(taken)
	}

	fn byte(&mut self) -> Result<u8, ItemError> {
		self.take(1)?.first().copied().ok_or(ItemError::Truncated)
	}

	fn h256(&mut self) -> Result<H256, ItemError> {
		Ok(H256::from_slice(self.take(32)?))
	}

	fn integer(&mut self, longest: u8) -> Result<&'a [u8], ItemError> {
		let length = self.byte()?;
		if length > longest {
			return Err(ItemError::Integer);
		}
		let bytes = self.take(length.into())?;
		match bytes.first() {
			Some(0) => Err(ItemError::Integer),
			_ => Ok(bytes),
		}
	}

	fn u64(&mut self, longest: u8) -> Result<u64, ItemError> {
		let bytes = self.integer(longest.min(8))?;
		Ok(bytes.iter().fold(0u64, |value, byte| (value << 8) | u64::from(*byte)))
	}

	/// Four bytes at most, so it always fits.
	fn u32(&mut self) -> Result<u32, ItemError> {
		u32::try_from(self.u64(4)?).map_err(|_| ItemError::Integer)
	}

	fn slot(&mut self, length: u8) -> Result<Slot, ItemError> {
		let key = self.h256()?;
		let bytes = self.take(length.into())?;
		if bytes.first() == Some(&0) {
			return Err(ItemError::SlotValue);
		}
		let mut value = H256::zero();
		for (to, from) in value.0.iter_mut().rev().zip(bytes.iter().rev()) {
			*to = *from;
		}
		Ok(Slot { key, value })
	}

	fn account_head(&mut self) -> Result<AccountHead, ItemError> {
		let address = H160::from_slice(self.take(20)?);
		let nonce = self.u64(8)?;
		let balance = U256::from_big_endian(self.integer(32)?);
		let code_hash = self.h256()?;
		let storage_root = self.h256()?;
		let code_length = self.u32()?;
		check_code_length(code_length)?;
		let slot_count = self.u64(8)?;
		let proof = self.proof()?;
		Ok(AccountHead {
			address,
			nonce,
			balance,
			code_hash,
			storage_root,
			code_length,
			slot_count,
			proof,
		})
	}

	fn proof(&mut self) -> Result<Vec<Vec<u8>>, ItemError> {
		let count = self.u64(2)?;
		if count > MAX_PROOF_NODES as u64 {
			return Err(ItemError::ProofTooLarge);
		}
		let mut nodes = Vec::new();
		for _ in 0..count {
			let length = self.u64(2)?;
			if length > MAX_PROOF_NODE_BYTES as u64 {
				return Err(ItemError::ProofTooLarge);
			}
			nodes.push(self.take(length as usize)?.to_vec());
		}
		Ok(nodes)
	}

	fn code(&mut self) -> Result<&'a [u8], ItemError> {
		let length = self.u32()?;
		check_code_length(length)?;
		if length == 0 {
			return Err(ItemError::EmptyCode);
		}
		self.take(length as usize)
	}
}

fn check_code_length(length: u32) -> Result<(), ItemError> {
	let limit = MAX_CODE_BYTES as u32;
	if length > limit {
		return Err(ItemError::CodeTooLong { length, limit });
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::hash::{EMPTY_TRIE_ROOT, KECCAK_EMPTY};
	use alloc::{vec, vec::Vec};

	fn head() -> AccountHead {
		AccountHead {
			address: H160::repeat_byte(0x11),
			nonce: 300,
			balance: U256::from(1u64) << 64,
			code_hash: KECCAK_EMPTY,
			storage_root: EMPTY_TRIE_ROOT,
			code_length: 0,
			slot_count: 2,
			proof: vec![vec![1, 2, 3], vec![4]],
		}
	}

	fn records() -> Vec<u8> {
		let mut bytes = Vec::new();
		put_account(&head(), &mut bytes);
		put_code(&[0x60, 0x00], &mut bytes);
		put_slot(&Slot { key: H256::zero(), value: H256::from_low_u64_be(0x0102) }, &mut bytes);
		put_slot(&Slot { key: H256::repeat_byte(9), value: H256::repeat_byte(0xff) }, &mut bytes);
		bytes
	}

	#[test]
	fn next_of_what_was_put_works() {
		let bytes = records();
		let mut rest = bytes.as_slice();
		assert_eq!(next(&mut rest), Ok(Item::Account(head())));
		assert_eq!(next(&mut rest), Ok(Item::Code(&[0x60, 0x00])));
		let slot = Slot { key: H256::zero(), value: H256::from_low_u64_be(0x0102) };
		assert_eq!(next(&mut rest), Ok(Item::Slot(slot)));
		let slot = Slot { key: H256::repeat_byte(9), value: H256::repeat_byte(0xff) };
		assert_eq!(next(&mut rest), Ok(Item::Slot(slot)));
		assert!(rest.is_empty());
	}

	#[test]
	fn next_of_a_truncated_record_fails_and_takes_nothing() {
		let mut account = Vec::new();
		put_account(&head(), &mut account);
		for length in 0..account.len() {
			let mut rest = &account[..length];
			assert_eq!(next(&mut rest), Err(ItemError::Truncated), "first {length} bytes");
			assert_eq!(rest.len(), length);
		}
	}

	#[test]
	fn next_of_numbers_that_are_not_shortest_fails() {
		let mut slot = vec![2];
		slot.extend_from_slice(&[0; 32]);
		slot.extend_from_slice(&[0, 1]);
		assert_eq!(next(&mut slot.as_slice()), Err(ItemError::SlotValue));
		assert_eq!(next(&mut [0u8; 40].as_slice()), Err(ItemError::UnknownTag(0)));
		assert_eq!(next(&mut [CODE_TAG, 2, 0, 1, 7].as_slice()), Err(ItemError::Integer));
		assert_eq!(next(&mut [CODE_TAG, 0].as_slice()), Err(ItemError::EmptyCode));
	}

	#[test]
	fn next_of_code_at_the_limit_works_and_above_fails() {
		let mut bytes = Vec::new();
		put_code(&vec![1; MAX_CODE_BYTES], &mut bytes);
		assert_eq!(next(&mut bytes.as_slice()), Ok(Item::Code(&vec![1; MAX_CODE_BYTES])));
		let mut bytes = Vec::new();
		put_code(&vec![1; MAX_CODE_BYTES + 1], &mut bytes);
		assert_eq!(
			next(&mut bytes.as_slice()),
			Err(ItemError::CodeTooLong { length: 65_537, limit: 65_536 }),
		);
	}

	#[test]
	fn next_of_a_declared_length_far_beyond_the_bytes_fails() {
		// A proof that declares 65,535 nodes: refused before anything is allocated for them.
		let mut bytes = Vec::new();
		put_account(&AccountHead { proof: Vec::new(), ..head() }, &mut bytes);
		bytes.pop();
		bytes.extend_from_slice(&[2, 0xff, 0xff]);
		assert_eq!(next(&mut bytes.as_slice()), Err(ItemError::ProofTooLarge));
	}
}
