//! Merkle-Patricia tries of the source: account proofs and the tries' leaves.

use alloy_primitives::{Bytes, B256, U256};
use alloy_trie::{
	proof::{verify_proof, ProofVerificationError},
	HashBuilder, Nibbles, TrieAccount,
};
use migration_primitives::{hash::keccak256, item::AccountHead, H256};

/// Why a proof does not show an account.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
	/// No node at all.
	#[error("there is no proof")]
	Missing,
	/// The nodes do not lead from the state root to the account.
	#[error("the proof does not lead from the state root {state_root:?} to the account: {reason}")]
	Refuted {
		/// The state root.
		state_root: H256,
		/// What the verifier says.
		reason: String,
	},
}

/// Checks that the proof in `head` leads from `state_root` to exactly what `head` says.
pub fn verify_account_proof(state_root: H256, head: &AccountHead) -> Result<(), ProofError> {
	if head.proof.is_empty() {
		return Err(ProofError::Missing);
	}
	let nodes: Vec<Bytes> = head.proof.iter().map(|node| Bytes::copy_from_slice(node)).collect();
	let key = Nibbles::unpack(keccak256(head.address.as_bytes()).0);
	let leaf = alloy_rlp::encode(trie_account(head));
	verify_proof(B256::from(state_root.0), key, Some(leaf), &nodes)
		.map_err(|error| ProofError::Refuted { state_root, reason: reason(error) })
}

/// Alloy's message of a wrong node holds the node.
fn reason(error: ProofVerificationError) -> String {
	match error {
		ProofVerificationError::ValueMismatch { path, .. } => {
			format!("another node or value is expected at the path {path:?}")
		}
		other => other.to_string(),
	}
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
	TrieAccount::new(
		head.nonce,
		U256::from_be_bytes(head.balance.to_big_endian()),
		B256::from(head.storage_root.0),
		B256::from(head.code_hash.0),
	)
}

/// Adds the leaf of an account. `hashed` comes after every key before it, else alloy panics.
pub(super) fn add_account(builder: &mut HashBuilder, hashed: H256, head: &AccountHead) {
	builder.add_leaf(Nibbles::unpack(hashed.0), &alloy_rlp::encode(trie_account(head)));
}

/// Adds the leaf of a slot. `hashed` comes after every key before it, else alloy panics.
pub(super) fn add_slot(builder: &mut HashBuilder, hashed: H256, value: H256) {
	let value = U256::from_be_bytes(value.0);
	builder.add_leaf(Nibbles::unpack(hashed.0), alloy_rlp::encode_fixed_size(&value).as_ref());
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
	let mut builder = HashBuilder::default();
	let mut last: Option<H256> = None;
	for (hashed, value) in slots {
		if last.is_some_and(|last| hashed <= last) {
			return None;
		}
		add_slot(&mut builder, hashed, value);
		last = Some(hashed);
	}
	Some(root(&mut builder))
}

/// The root of what was added.
pub(super) fn root(builder: &mut HashBuilder) -> H256 {
	H256(builder.root().0)
}
