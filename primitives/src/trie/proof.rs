//! Proofs that an account stands in a state trie.

use alloc::vec::Vec;

use alloy_rlp::Header;
use codec::{Decode, DecodeWithMemTracking, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{H160, H256};

use super::{nibble, node::DecodedPath, TrieAccount, KEY_NIBBLES};
use crate::hash::keccak256;

/// Why nodes do not prove an account.
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
pub enum ProofError {
	/// No nodes.
	#[error("there is no proof")]
	Missing,
	/// The nodes end before the account.
	#[error("the proof ends after {nodes} nodes, before the account")]
	Truncated {
		/// How many there are.
		nodes: u8,
	},
	/// Nodes behind the account.
	#[error("the proof goes on behind the account, which is node {leaf}")]
	TooLong {
		/// The index of the account's node.
		leaf: u8,
	},
	/// A node that is not the one that its parent, or the state root, refers to.
	#[error("node {index} of the proof hashes to {found:?}, {expected:?} is expected")]
	WrongNode {
		/// Its index, from the root on.
		index: u8,
		/// The hash that the state root or the parent gives.
		expected: H256,
		/// Its hash.
		found: H256,
	},
	/// Bytes that are no node of a state trie.
	#[error("node {index} of the proof is no node of a state trie")]
	NotANode {
		/// Its index, from the root on.
		index: u8,
	},
	/// The path leads to another account, or to none: this one does not exist.
	#[error("the proof shows at node {index} that the account does not exist")]
	Absent {
		/// The index of the node at which the paths part.
		index: u8,
	},
	/// The account exists with another nonce, balance, storage root or code hash.
	#[error("the proof is of the account with another nonce, balance, storage root or code hash")]
	Differs,
}

/// Errs unless `nodes` lead from `state_root` to exactly this account at `address`.
///
/// The nodes are those that their parents refer to by hash, the root first. An account's leaf has
/// more than 32 bytes, and so has every node above one: none stands inside its parent.
pub fn verify_account<Node: AsRef<[u8]>>(
	state_root: H256,
	address: H160,
	account: &TrieAccount,
	nodes: &[Node],
) -> Result<(), ProofError> {
	if nodes.is_empty() {
		return Err(ProofError::Missing);
	}
	let key = keccak256(address.as_bytes());
	let (mut expected, mut depth) = (state_root, 0);
	for (index, node) in (0u8..).zip(nodes) {
		let node = node.as_ref();
		let found = keccak256(node);
		if found != expected {
			return Err(ProofError::WrongNode { index, expected, found });
		}
		match step(node, &key, depth).ok_or(ProofError::NotANode { index })? {
			Step::Absent => return Err(ProofError::Absent { index }),
			Step::Down { to, length } => {
				expected = to;
				depth += length;
			}
			Step::Leaf(value) => {
				if usize::from(index) + 1 != nodes.len() {
					return Err(ProofError::TooLong { leaf: index });
				}
				let mut wanted = Vec::with_capacity(super::MAX_LEAF_VALUE_BYTES);
				account.put(&mut wanted);
				return if value == wanted { Ok(()) } else { Err(ProofError::Differs) };
			}
		}
	}
	// A proof has at most `MAX_PROOF_NODES` nodes.
	Err(ProofError::Truncated { nodes: nodes.len() as u8 })
}

/// Where a node leads.
enum Step<'a> {
	/// To another node, over so many nibbles.
	Down { to: H256, length: usize },
	/// To the account's value.
	Leaf(&'a [u8]),
	/// Away from the key.
	Absent,
}

/// Looks for the way of `key` in a node below `depth` nibbles. `None` where it is no node.
fn step<'a>(node: &'a [u8], key: &H256, depth: usize) -> Option<Step<'a>> {
	let mut items: [&[u8]; 17] = [&[]; 17];
	let mut rest = node;
	let mut payload = Header::decode_bytes(&mut rest, true).ok().filter(|_| rest.is_empty())?;
	let mut count = 0;
	while !payload.is_empty() {
		*items.get_mut(count)? = Header::decode_bytes(&mut payload, false).ok()?;
		count += 1;
	}
	let [first, second, ..] = items;
	match count {
		17 if depth < KEY_NIBBLES => {
			let child = items.get(usize::from(nibble(key, depth)))?;
			if child.is_empty() {
				return Some(Step::Absent);
			}
			Some(Step::Down { to: hash(child)?, length: 1 })
		}
		2 => {
			let path = DecodedPath::new(first)?;
			let length = path.length();
			if depth + length > KEY_NIBBLES || path.leaf != (depth + length == KEY_NIBBLES) {
				return None;
			}
			if !path.matches(key, depth) {
				return Some(Step::Absent);
			}
			match path.leaf {
				true => Some(Step::Leaf(second)),
				// An extension over no nibbles would be a second encoding of its child.
				false if length == 0 => None,
				false => Some(Step::Down { to: hash(second)?, length }),
			}
		}
		_ => None,
	}
}

fn hash(bytes: &[u8]) -> Option<H256> {
	<[u8; 32]>::try_from(bytes).ok().map(H256)
}
