//! The source block's header, given as the preimage of the block hash.
//!
//! Only the first fifteen fields, which every Ethereum-like header has, are looked at; later ones
//! are opaque, so that headers of every hard fork, of Clique and of OP-style chains pass. AuRa's do
//! not: they have a step and a signature where these have mix hash and nonce.

use alloy_rlp::Header as RlpHeader;
use sp_core::H256;

use crate::hash::keccak256;

/// The exact or, for integers, largest length in bytes of each leading field.
const FIELDS: [Field; 15] = [
	Field::Exact(32),   // parentHash
	Field::Exact(32),   // sha3Uncles
	Field::Exact(20),   // miner
	Field::Exact(32),   // stateRoot
	Field::Exact(32),   // transactionsRoot
	Field::Exact(32),   // receiptsRoot
	Field::Exact(256),  // logsBloom
	Field::Integer(32), // difficulty
	Field::Integer(8),  // number
	Field::Integer(8),  // gasLimit
	Field::Integer(8),  // gasUsed
	Field::Integer(8),  // timestamp
	Field::Any,         // extraData
	Field::Exact(32),   // mixHash
	Field::Exact(8),    // nonce
];

enum Field {
	Exact(usize),
	Integer(usize),
	Any,
}

/// What the header says, after its bytes were parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SourceHeader {
	/// Keccak-256 of the whole preimage: the block hash.
	pub hash: H256,
	/// Root of the state trie after the block.
	pub state_root: H256,
	/// Block number.
	pub number: u64,
	/// Seconds since 1970.
	pub timestamp: u64,
}

/// Why bytes are not a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
	/// Not one RLP list that spans all bytes.
	#[error("the header is not one RLP list that spans all of its bytes")]
	NotAList,
	/// Fewer fields than Ethereum's first header had.
	#[error("the header has {found} fields, at least 15 are needed")]
	TooFewFields {
		/// The number of fields.
		found: u32,
	},
	/// A field that is not the RLP of its kind.
	#[error("field {index} of the header has a wrong form or length")]
	Field {
		/// Position, from 0.
		index: u32,
	},
}

/// Parses the RLP of a block header.
pub fn parse(preimage: &[u8]) -> Result<SourceHeader, HeaderError> {
	let mut rest = preimage;
	let list = RlpHeader::decode(&mut rest).map_err(|_| HeaderError::NotAList)?;
	if !list.list || list.payload_length != rest.len() {
		return Err(HeaderError::NotAList);
	}
	let mut header = SourceHeader {
		hash: keccak256(preimage),
		state_root: H256::zero(),
		number: 0,
		timestamp: 0,
	};
	let mut index = 0u32;
	while !rest.is_empty() {
		let item = next_item(&mut rest).ok_or(HeaderError::Field { index })?;
		if let Some(field) = FIELDS.get(index as usize) {
			let bytes = field.check(&item).ok_or(HeaderError::Field { index })?;
			match index {
				3 => header.state_root = H256::from_slice(bytes),
				8 => header.number = integer(bytes),
				11 => header.timestamp = integer(bytes),
				_ => {}
			}
		}
		index = index.saturating_add(1);
	}
	if (index as usize) < FIELDS.len() {
		return Err(HeaderError::TooFewFields { found: index });
	}
	Ok(header)
}

struct Item<'a> {
	list: bool,
	payload: &'a [u8],
}

fn next_item<'a>(rest: &mut &'a [u8]) -> Option<Item<'a>> {
	let head = RlpHeader::decode(rest).ok()?;
	if head.payload_length > rest.len() {
		return None;
	}
	let (payload, behind) = rest.split_at(head.payload_length);
	*rest = behind;
	Some(Item { list: head.list, payload })
}

impl Field {
	fn check<'a>(&self, item: &Item<'a>) -> Option<&'a [u8]> {
		let length = item.payload.len();
		let fits = match self {
			Field::Exact(expected) => length == *expected,
			Field::Integer(longest) => length <= *longest && item.payload.first() != Some(&0),
			Field::Any => true,
		};
		(fits && !item.list).then_some(item.payload)
	}
}

/// At most eight bytes, by the field's kind.
fn integer(bytes: &[u8]) -> u64 {
	bytes.iter().fold(0u64, |value, byte| (value << 8) | u64::from(*byte))
}

#[cfg(test)]
mod tests {
	use super::*;
	use alloc::vec::Vec;
	use hex_literal::hex;

	/// The header of Ethereum's block 0, field by field as any explorer shows it.
	pub(crate) fn mainnet_genesis() -> Vec<u8> {
		let mut payload = Vec::new();
		let mut put = |bytes: &[u8]| alloy_rlp::Encodable::encode(bytes, &mut payload);
		put(&[0; 32]);
		put(&hex!("1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347"));
		put(&[0; 20]);
		put(&hex!("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"));
		put(&hex!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"));
		put(&hex!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421"));
		put(&[0; 256]);
		put(&hex!("0400000000"));
		put(&[]);
		put(&hex!("1388"));
		put(&[]);
		put(&[]);
		put(&hex!("11bbe8db4e347b4e8c937c1c8370e4b5ed33adb3db69cbdb7a38e1e50b1b82fa"));
		put(&[0; 32]);
		put(&hex!("0000000000000042"));
		let mut header = Vec::new();
		RlpHeader { list: true, payload_length: payload.len() }.encode(&mut header);
		header.extend_from_slice(&payload);
		header
	}

	#[test]
	fn parse_of_mainnet_genesis_works() {
		let header = parse(&mainnet_genesis()).expect("a header");
		assert_eq!(
			header.hash,
			H256(hex!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3")),
		);
		assert_eq!(
			header.state_root,
			H256(hex!("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544")),
		);
		assert_eq!((header.number, header.timestamp), (0, 0));
	}

	#[test]
	fn parse_of_truncated_extended_or_other_bytes_fails() {
		let header = mainnet_genesis();
		for length in 0..header.len() {
			assert!(parse(&header[..length]).is_err(), "first {length} bytes");
		}
		let mut extended = header.clone();
		extended.push(0);
		assert_eq!(parse(&extended), Err(HeaderError::NotAList));
		assert_eq!(parse(&[0xc1, 0x80]), Err(HeaderError::Field { index: 0 }));
		assert_eq!(parse(&[0xc0]), Err(HeaderError::TooFewFields { found: 0 }));
	}

	#[test]
	fn parse_of_a_header_of_aura_fails() {
		let header = mainnet_genesis();
		let mut rest = header.as_slice();
		RlpHeader::decode(&mut rest).expect("a list");
		// Without mix hash (33 bytes) and nonce (9 bytes).
		let mut payload = rest[..rest.len() - 42].to_vec();
		alloy_rlp::Encodable::encode(&0u64, &mut payload);
		alloy_rlp::Encodable::encode(&[0u8; 65][..], &mut payload);
		let mut aura = Vec::new();
		RlpHeader { list: true, payload_length: payload.len() }.encode(&mut aura);
		aura.extend_from_slice(&payload);
		assert_eq!(parse(&aura), Err(HeaderError::Field { index: 13 }));
	}
}
