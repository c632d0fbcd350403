//! Merkle trees over chunks and map entries.
//!
//! `leaf = keccak256(0x00 ++ tree ++ index as u32 big-endian ++ payload)`,
//! `node = keccak256(0x01 ++ left ++ right)`, an odd node is promoted unchanged. The number of
//! leaves stands in the manifest, never in a proof.

use alloc::vec::Vec;

use sp_core::H256;

use crate::hash::keccak256;

/// Which tree a leaf belongs to, so that a leaf of one is never a leaf of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Tree {
	/// The chunks of a snapshot.
	Chunks = 1,
	/// The entries of an address map.
	Map = 2,
}

/// Why a path does not lead to a root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
	/// The index is outside the tree.
	#[error("index {index} is outside a tree of {count} nodes")]
	Index {
		/// The index given.
		index: u32,
		/// Nodes on the level.
		count: u32,
	},
	/// The path has another length than the place of the node asks for.
	#[error("a path of {found} nodes, {expected} are needed")]
	Length {
		/// The number of siblings that the place needs.
		expected: u32,
		/// The number given.
		found: u32,
	},
}

/// The hash of one leaf.
pub fn leaf(tree: Tree, index: u32, payload: &[u8]) -> H256 {
	let mut preimage = Vec::with_capacity(payload.len().saturating_add(6));
	preimage.extend_from_slice(&[0x00, tree as u8]);
	preimage.extend_from_slice(&index.to_be_bytes());
	preimage.extend_from_slice(payload);
	keccak256(&preimage)
}

/// The hash of an inner node.
pub fn node(left: H256, right: H256) -> H256 {
	let mut preimage = [0x01u8; 65];
	preimage[1..33].copy_from_slice(left.as_bytes());
	preimage[33..].copy_from_slice(right.as_bytes());
	keccak256(&preimage)
}

/// The level above `level`.
fn parents(level: &[H256]) -> Vec<H256> {
	level
		.chunks(2)
		.map(|pair| match pair {
			[left, right] => node(*left, *right),
			[only] => *only,
			_ => H256::zero(), // `chunks(2)` yields one or two.
		})
		.collect()
}

/// The root of the tree over `leaves`, zero for none.
pub fn root(leaves: &[H256]) -> H256 {
	let mut level = leaves.to_vec();
	while level.len() > 1 {
		level = parents(&level);
	}
	level.first().copied().unwrap_or_default()
}

/// The siblings from the leaf at `index` up to the root; `None` outside the tree.
pub fn path(leaves: &[H256], index: usize) -> Option<Vec<H256>> {
	if index >= leaves.len() {
		return None;
	}
	let (mut level, mut index, mut siblings) = (leaves.to_vec(), index, Vec::new());
	while level.len() > 1 {
		if let Some(sibling) = level.get(index ^ 1) {
			siblings.push(*sibling);
		}
		level = parents(&level);
		index /= 2;
	}
	Some(siblings)
}

/// The number of siblings on the path of the node at `index` among `count`.
pub fn path_length(index: u32, count: u32) -> u32 {
	let (mut index, mut count, mut length) = (index, count, 0u32);
	while count > 1 {
		if index ^ 1 < count {
			length = length.saturating_add(1);
		}
		index /= 2;
		count = count.div_ceil(2);
	}
	length
}

/// The root that `path` leads to from `start`, the node at `index` among `count` on its level.
///
/// The caller compares it with the root it trusts.
pub fn root_from_path(
	start: H256,
	index: u32,
	count: u32,
	path: &[H256],
) -> Result<H256, PathError> {
	if index >= count {
		return Err(PathError::Index { index, count });
	}
	let expected = path_length(index, count);
	if path.len() as u64 != u64::from(expected) {
		let found = u32::try_from(path.len()).unwrap_or(u32::MAX);
		return Err(PathError::Length { expected, found });
	}
	let (mut current, mut index, mut count) = (start, index, count);
	let mut siblings = path.iter();
	while count > 1 {
		if index ^ 1 < count {
			// The length was checked above.
			let sibling = siblings.next().copied().unwrap_or_default();
			current = if index % 2 == 0 { node(current, sibling) } else { node(sibling, current) };
		}
		index /= 2;
		count = count.div_ceil(2);
	}
	Ok(current)
}

#[cfg(test)]
mod tests {
	use super::*;

	fn leaves(count: u32) -> Vec<H256> {
		(0..count).map(|index| leaf(Tree::Chunks, index, &index.to_le_bytes())).collect()
	}

	#[test]
	fn path_of_every_leaf_of_every_small_tree_works() {
		for count in 1..40u32 {
			let leaves = leaves(count);
			for (index, start) in leaves.iter().enumerate() {
				let path = path(&leaves, index).expect("inside");
				let found = root_from_path(*start, index as u32, count, &path);
				assert_eq!(found, Ok(root(&leaves)), "leaf {index} of {count}");
			}
		}
	}

	#[test]
	fn aligned_runs_are_subtrees_works() {
		for count in 1..70u32 {
			let leaves = leaves(count);
			let runs: Vec<H256> = leaves.chunks(8).map(root).collect();
			assert_eq!(root(&runs), root(&leaves), "{count} leaves");
		}
	}

	#[test]
	fn path_of_another_place_or_length_fails() {
		let leaves = leaves(5);
		let right = path(&leaves, 1).expect("inside");
		assert_ne!(root_from_path(leaves[1], 0, 5, &right), Ok(root(&leaves)));
		assert_eq!(
			root_from_path(leaves[1], 1, 5, &right[1..]),
			Err(PathError::Length { expected: 3, found: 2 }),
		);
		assert_eq!(
			root_from_path(leaves[1], 5, 5, &right),
			Err(PathError::Index { index: 5, count: 5 }),
		);
	}

	#[test]
	fn leaf_of_another_tree_differs_works() {
		assert_ne!(leaf(Tree::Chunks, 0, b"x"), leaf(Tree::Map, 0, b"x"));
		assert_ne!(leaf(Tree::Chunks, 0, b"x"), leaf(Tree::Chunks, 1, b"x"));
	}
}
