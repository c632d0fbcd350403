//! The root of a trie whose leaves come in the order of their keys.

use alloc::vec::Vec;

use codec::{Decode, Encode, MaxEncodedLen};
use scale_info::TypeInfo;
use sp_core::{bounded::BoundedVec, ConstU32, H256};

use super::{
	nibble,
	node::{encode_extension, encode_leaf, Branch, Reference},
	KEY_NIBBLES,
};
use crate::hash::{keccak256, EMPTY_TRIE_ROOT};

/// Longest value of a leaf: an account with the largest nonce and balance takes 110 bytes.
pub const MAX_LEAF_VALUE_BYTES: usize = 112;

/// A trie under construction.
///
/// Its state is the last leaf and the branches on the path to it, each with the references to its
/// finished children: for a million leaves with hashed keys about three kilobytes. It is kept between
/// chunks in its SCALE encoding.
#[derive(Clone, Debug, Default, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
pub struct TrieBuilder {
	last: Option<Leaf>,
	branches: BoundedVec<Branch, ConstU32<{ KEY_NIBBLES as u32 }>>,
	/// The node being encoded.
	#[codec(skip)]
	node: Vec<u8>,
}

#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, TypeInfo, MaxEncodedLen)]
struct Leaf {
	key: H256,
	length: u8,
	value: [u8; MAX_LEAF_VALUE_BYTES],
}

impl Leaf {
	fn new(key: H256, bytes: &[u8]) -> Option<Self> {
		let mut value = [0; MAX_LEAF_VALUE_BYTES];
		value.get_mut(..bytes.len())?.copy_from_slice(bytes);
		Some(Self { key, length: bytes.len() as u8, value })
	}

	fn value(&self) -> &[u8] {
		self.value.get(..usize::from(self.length)).unwrap_or(&self.value)
	}
}

/// A leaf whose key is not above the one before it, or whose value is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeafRefused;

impl TrieBuilder {
	/// Adds the leaf after all others.
	pub fn add(&mut self, key: H256, value: &[u8]) -> Result<(), LeafRefused> {
		let leaf = Leaf::new(key, value).ok_or(LeafRefused)?;
		if let Some(last) = self.last.take() {
			if key <= last.key {
				self.last = Some(last);
				return Err(LeafRefused);
			}
			self.settle(&last, common_nibbles(&last.key, &key));
		}
		self.last = Some(leaf);
		Ok(())
	}

	/// The root over all leaves.
	pub fn root(mut self) -> H256 {
		let Some(last) = self.last.take() else { return EMPTY_TRIE_ROOT };
		let mut below: Below = None;
		while let Some(mut branch) = self.branches.pop() {
			let depth = usize::from(branch.depth);
			let child = self.reference(&last, below, depth + 1);
			branch.set(nibble(&last.key, depth), child);
			below = Some(branch);
		}
		self.write(&last, below, 0);
		// A root is referred to by its hash, however short it is.
		keccak256(&self.node)
	}

	/// Puts the last leaf into the branch at `depth`, where the next key leaves its path, and
	/// finishes every branch below.
	fn settle(&mut self, last: &Leaf, depth: usize) {
		let mut below: Below = None;
		while let Some(mut branch) = self.branches.pop() {
			let at = usize::from(branch.depth);
			if at < depth {
				// It goes on; the new one stands below it.
				self.push(branch);
				break;
			}
			let child = self.reference(last, below, at + 1);
			branch.set(nibble(&last.key, at), child);
			if at == depth {
				self.push(branch);
				return;
			}
			below = Some(branch);
		}
		let mut branch = Branch::new(depth);
		let child = self.reference(last, below, depth + 1);
		branch.set(nibble(&last.key, depth), child);
		self.push(branch);
	}

	/// Depths ascend strictly and are below 64, so there is always a place.
	fn push(&mut self, branch: Branch) {
		let _ = self.branches.try_push(branch);
	}

	/// The reference to what stands `below` a branch, from nibble `from` of the key on.
	fn reference(&mut self, last: &Leaf, below: Below, from: usize) -> Reference {
		self.write(last, below, from);
		Reference::to(&self.node)
	}

	fn write(&mut self, last: &Leaf, below: Below, from: usize) {
		match below {
			None => encode_leaf(&last.key, from, last.value(), &mut self.node),
			Some(branch) => {
				branch.encode_to(&mut self.node);
				let depth = usize::from(branch.depth);
				if depth > from {
					let child = Reference::to(&self.node);
					encode_extension(&last.key, from, depth, &child, &mut self.node);
				}
			}
		}
	}
}

/// What stands below a branch on the path of the last leaf: a branch with all of its children, or
/// the leaf itself.
type Below = Option<Branch>;

/// The number of nibbles that two different keys begin with in common.
fn common_nibbles(left: &H256, right: &H256) -> usize {
	let bytes = left.0.iter().zip(&right.0).take_while(|(left, right)| left == right).count();
	let half = bytes * 2 < KEY_NIBBLES && nibble(left, bytes * 2) == nibble(right, bytes * 2);
	bytes * 2 + usize::from(half)
}
