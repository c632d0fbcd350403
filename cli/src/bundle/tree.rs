//! A Merkle tree with all its levels in memory, for many paths.

use migration_primitives::{merkle::node, H256};

/// The levels of a tree, leaves first.
#[derive(Clone, Debug)]
pub struct MerkleTree {
	levels: Vec<Vec<H256>>,
}

impl MerkleTree {
	/// The tree over `leaves`.
	pub fn new(leaves: Vec<H256>) -> Self {
		let mut levels = vec![leaves];
		while let Some(level) = levels.last().filter(|level| level.len() > 1) {
			let parents = level
				.chunks(2)
				.map(|pair| match pair {
					[left, right] => node(*left, *right),
					[only] => *only,
					_ => H256::zero(), // `chunks(2)` yields one or two.
				})
				.collect();
			levels.push(parents);
		}
		Self { levels }
	}

	/// The root; zero for no leaves.
	pub fn root(&self) -> H256 {
		self.levels.last().and_then(|level| level.first()).copied().unwrap_or_default()
	}

	/// The number of leaves.
	pub fn count(&self) -> usize {
		self.levels.first().map(Vec::len).unwrap_or_default()
	}

	/// The leaf at `index`.
	pub fn leaf(&self, index: u32) -> Option<H256> {
		self.levels.first().and_then(|leaves| leaves.get(index as usize)).copied()
	}

	/// The siblings of the leaf at `index`, from below.
	pub fn path(&self, index: u32) -> Vec<H256> {
		self.path_from_level(0, index)
	}

	/// The siblings of the node at `index` on the level of runs of `2^log2` leaves, from below.
	pub fn path_from_level(&self, log2: u8, index: u32) -> Vec<H256> {
		let mut index = index as usize;
		let mut path = Vec::new();
		for level in self.levels.iter().skip(log2.into()) {
			if level.len() > 1 {
				path.extend(level.get(index ^ 1));
			}
			index /= 2;
		}
		path
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::merkle::{self, leaf, root_from_path, Tree};

	fn leaves(count: u32) -> Vec<H256> {
		(0..count).map(|index| leaf(Tree::Map, index, &index.to_le_bytes())).collect()
	}

	#[test]
	fn path_of_every_leaf_works() {
		for count in 1..40u32 {
			let leaves = leaves(count);
			let tree = MerkleTree::new(leaves.clone());
			assert_eq!(tree.root(), merkle::root(&leaves));
			for index in 0..count {
				let path = tree.path(index);
				let found = root_from_path(leaves[index as usize], index, count, &path);
				assert_eq!(found, Ok(tree.root()), "leaf {index} of {count}");
			}
		}
	}

	#[test]
	fn path_from_level_of_every_run_works() {
		for count in 1..40u32 {
			for log2 in 0..4u8 {
				let leaves = leaves(count);
				let tree = MerkleTree::new(leaves.clone());
				let runs: Vec<H256> = leaves.chunks(1 << log2).map(merkle::root).collect();
				for (index, run) in runs.iter().enumerate() {
					let path = tree.path_from_level(log2, index as u32);
					let found = root_from_path(*run, index as u32, runs.len() as u32, &path);
					assert_eq!(found, Ok(tree.root()), "run {index} of 2^{log2} of {count}");
				}
			}
		}
	}
}
