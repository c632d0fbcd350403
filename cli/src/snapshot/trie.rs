//! Merkle-Patricia tries of the source, as snapshots need them.

use migration_primitives::{
	item::AccountHead,
	trie::{put_slot_value, verify_account, ProofError, TrieAccount, TrieBuilder},
	H256,
};

/// Checks that the proof in `head` leads from `state_root` to exactly what `head` says.
pub fn verify_account_proof(state_root: H256, head: &AccountHead) -> Result<(), ProofError> {
	verify_account(state_root, head.address, &trie_account(head), &head.proof)
}

/// The nodes of a proof that their parents refer to by hash, which a proof of the snapshot consists
/// of: an answer of `eth_getProof` may repeat nodes that stand inside their parents.
pub fn hashed_reference_nodes(nodes: Vec<Vec<u8>>) -> Vec<Vec<u8>> {
	nodes
		.into_iter()
		.enumerate()
		.filter(|(index, node)| *index == 0 || node.len() >= 32)
		.map(|(_, node)| node)
		.collect()
}

/// The leaf of the state trie that `head` describes.
pub(super) fn trie_account(head: &AccountHead) -> TrieAccount {
	let AccountHead { nonce, balance, storage_root, code_hash, .. } = *head;
	TrieAccount { nonce, balance, storage_root, code_hash }
}

/// The root of a storage trie over `slots`, whose hashed keys ascend strictly and whose values are
/// not zero; `None` where they do not.
pub fn storage_root(slots: impl IntoIterator<Item = (H256, H256)>) -> Option<H256> {
	let mut zero = false;
	let slots = slots.into_iter().inspect(|(_, value)| zero |= value.is_zero());
	let root = storage_root_with_zeros(slots);
	root.filter(|_| !zero)
}

/// The same with values that may be zero, for sources whose tries are not Ethereum's.
pub fn storage_root_with_zeros(slots: impl IntoIterator<Item = (H256, H256)>) -> Option<H256> {
	let mut builder = TrieBuilder::default();
	let mut leaf = Vec::new();
	for (hashed, value) in slots {
		leaf.clear();
		put_slot_value(&value, &mut leaf);
		builder.add(hashed, &leaf).ok()?;
	}
	Some(builder.root())
}
