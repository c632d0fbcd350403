//! The address map: source addresses, ascending, and the target of each.
//!
//! Each entry is one leaf of the map's Merkle tree; a map chunk is an aligned run of `2^k`
//! entries, whose own root stands at level `k` of that tree.

use alloc::vec::Vec;

use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256};

use crate::{
	address::{create2_address, create_address, truncated},
	merkle::{self, Tree},
};

/// Where an account of the source goes.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub enum Target<AccountId> {
	/// It keeps its address.
	Preserve,
	/// A contract gets the address that `CREATE` gives: of the deployer's target and this nonce.
	Create {
		/// The deployer's source address, itself an account of the map.
		deployer: H160,
		/// The deployer's nonce.
		nonce: u64,
	},
	/// A contract gets the address that `CREATE2` gives (EIP-1014).
	Create2 {
		/// The deployer's source address, itself an account of the map.
		deployer: H160,
		/// The salt.
		salt: H256,
		/// Keccak-256 of the init code.
		init_code_hash: H256,
	},
	/// It goes to this address.
	Explicit(H160),
	/// An externally owned account goes to an account of the target chain.
	Account(AccountId),
}

/// One account of the map.
#[derive(
	Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo, MaxEncodedLen,
)]
pub struct MapEntry<AccountId> {
	/// Address on the source.
	pub source: H160,
	/// The rule.
	pub target: Target<AccountId>,
	/// The H160 on the target that the rule leads to. For an account of the target chain it is the
	/// one that account acts as in the EVM.
	pub address: H160,
}

/// Why an entry contradicts its own rule or the map.
#[derive(
	Clone,
	Copy,
	Debug,
	PartialEq,
	Eq,
	thiserror::Error,
	Encode,
	Decode,
	DecodeWithMemTracking,
	TypeInfo,
	MaxEncodedLen,
)]
pub enum MapError {
	/// Bytes that are not an entry.
	#[error("entry {index} of the run cannot be decoded")]
	Undecodable {
		/// Place in the run, from 0.
		index: u32,
	},
	/// Bytes behind the last entry.
	#[error("{bytes} bytes behind the last entry of the run")]
	TrailingBytes {
		/// How many.
		bytes: u32,
	},
	/// The sources are not strictly ascending.
	#[error("source {source_address:?} does not come after {previous:?}")]
	OutOfOrder {
		/// The source before.
		previous: H160,
		/// The source that is not greater.
		source_address: H160,
	},
	/// The address is not what the rule gives.
	#[error("the rule of {source_address:?} gives {expected:?}, the map says {found:?}")]
	WrongAddress {
		/// The account.
		source_address: H160,
		/// What the rule gives.
		expected: H160,
		/// What the entry says.
		found: H160,
	},
}

impl<AccountId: AsRef<[u8]>> Target<AccountId> {
	/// The address that the rule gives for `source`; `deployer_target` is the target of the
	/// deployer of a `Create` or `Create2`, and `None` comes back where it is needed and missing.
	pub fn address(&self, source: H160, deployer_target: Option<H160>) -> Option<H160> {
		match self {
			Target::Preserve => Some(source),
			Target::Create { nonce, .. } => {
				deployer_target.map(|deployer| create_address(deployer, *nonce))
			}
			Target::Create2 { salt, init_code_hash, .. } => {
				deployer_target.map(|deployer| create2_address(deployer, *salt, *init_code_hash))
			}
			Target::Explicit(address) => Some(*address),
			Target::Account(account) => Some(truncated(account.as_ref())),
		}
	}
}

impl<AccountId> Target<AccountId> {
	/// The source address of the deployer whose target the rule needs.
	pub fn deployer(&self) -> Option<H160> {
		match self {
			Target::Create { deployer, .. } | Target::Create2 { deployer, .. } => Some(*deployer),
			Target::Preserve | Target::Explicit(_) | Target::Account(_) => None,
		}
	}
}

impl<AccountId: Encode> MapEntry<AccountId> {
	/// The entry's leaf in the map's tree.
	pub fn leaf(&self, index: u32) -> H256 {
		merkle::leaf(Tree::Map, index, &self.encode())
	}
}

/// The number of entries in run `index` of a map of `entries` entries in runs of `2^run_log2`.
pub fn run_length(entries: u32, run_log2: u8, index: u32) -> u32 {
	let length = 1u64 << run_log2.min(31);
	let start = u64::from(index).saturating_mul(length);
	// At most 2^31.
	u64::from(entries).saturating_sub(start).min(length) as u32
}

/// The number of runs of a map.
pub fn run_count(entries: u32, run_log2: u8) -> u32 {
	entries.div_ceil(1u32 << run_log2.min(31))
}

/// Decodes a run of exactly `count` entries and checks that their sources ascend.
pub fn decode_run<AccountId: Decode>(
	bytes: &[u8],
	count: u32,
) -> Result<Vec<MapEntry<AccountId>>, MapError> {
	let entries = decode_entries::<AccountId>(bytes, count)?;
	for pair in entries.windows(2) {
		if let [previous, entry] = pair {
			check_order(previous.source, entry.source)?;
		}
	}
	Ok(entries)
}

/// Decodes a run of exactly `count` entries in whatever order they are.
pub fn decode_entries<AccountId: Decode>(
	bytes: &[u8],
	count: u32,
) -> Result<Vec<MapEntry<AccountId>>, MapError> {
	let mut rest = bytes;
	let mut entries: Vec<MapEntry<AccountId>> = Vec::new();
	for index in 0..count {
		let entry = MapEntry::<AccountId>::decode(&mut rest)
			.map_err(|_| MapError::Undecodable { index })?;
		entries.push(entry);
	}
	if !rest.is_empty() {
		let bytes = u32::try_from(rest.len()).unwrap_or(u32::MAX);
		return Err(MapError::TrailingBytes { bytes });
	}
	Ok(entries)
}

/// Errs unless `source_address` comes after `previous`.
pub fn check_order(previous: H160, source_address: H160) -> Result<(), MapError> {
	if source_address <= previous {
		return Err(MapError::OutOfOrder { previous, source_address });
	}
	Ok(())
}

/// The root of the run of encoded entries that begins at entry `first`.
pub fn run_root<AccountId: Encode>(entries: &[MapEntry<AccountId>], first: u32) -> H256 {
	let leaves: Vec<H256> =
		(first..).zip(entries).map(|(index, entry)| entry.leaf(index)).collect();
	merkle::root(&leaves)
}

#[cfg(test)]
mod tests {
	use super::*;

	type Entry = MapEntry<[u8; 32]>;

	fn entries(count: u8) -> Vec<Entry> {
		(0..count)
			.map(|byte| Entry {
				source: H160::repeat_byte(byte),
				target: Target::Preserve,
				address: H160::repeat_byte(byte),
			})
			.collect()
	}

	fn encoded(entries: &[Entry]) -> Vec<u8> {
		entries.iter().flat_map(Encode::encode).collect()
	}

	#[test]
	fn run_roots_make_the_root_of_the_map_works() {
		let entries = entries(21);
		let leaves: Vec<H256> =
			(0..).zip(&entries).map(|(index, entry)| entry.leaf(index)).collect();
		let runs: Vec<H256> = (0u32..)
			.zip(entries.chunks(4))
			.map(|(run, entries)| run_root(entries, run * 4))
			.collect();
		assert_eq!(runs.len() as u32, run_count(21, 2));
		assert_eq!(run_length(21, 2, 5), 1);
		assert_eq!(run_length(21, 2, 4), 4);
		assert_eq!(run_length(21, 2, 6), 0);
		assert_eq!(merkle::root(&runs), merkle::root(&leaves));
	}

	#[test]
	fn decode_run_of_a_wrong_count_or_order_fails() {
		let mut list = entries(3);
		assert_eq!(decode_run(&encoded(&list), 3), Ok(list.clone()));
		assert_eq!(
			decode_run::<[u8; 32]>(&encoded(&list), 2),
			Err(MapError::TrailingBytes { bytes: 41 }),
		);
		assert_eq!(
			decode_run::<[u8; 32]>(&encoded(&list), 4),
			Err(MapError::Undecodable { index: 3 }),
		);
		list[2].source = list[1].source;
		assert_eq!(
			decode_run::<[u8; 32]>(&encoded(&list), 3),
			Err(MapError::OutOfOrder { previous: list[1].source, source_address: list[1].source }),
		);
	}

	#[test]
	fn address_of_each_rule_works() {
		let source = H160::repeat_byte(1);
		let other = H160::repeat_byte(2);
		let create = Target::<[u8; 32]>::Create { deployer: other, nonce: 1 };
		assert_eq!(create.address(source, None), None);
		assert_eq!(create.address(source, Some(other)), Some(create_address(other, 1)));
		assert_eq!(Target::<[u8; 32]>::Preserve.address(source, None), Some(source));
		assert_eq!(Target::<[u8; 32]>::Explicit(other).address(source, None), Some(other));
		let account = Target::Account([9u8; 32]).address(source, None);
		assert_eq!(account, Some(H160::repeat_byte(9)));
	}
}
