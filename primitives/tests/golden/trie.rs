//! Merkle-Patricia tries, made the long way round: every node from the items below it.

use alloy_rlp::{Encodable, Header};
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT},
	H256,
};

/// A trie over values by their hashed keys.
pub(crate) struct Trie {
	items: Vec<Item>,
}

#[derive(Clone)]
struct Item {
	nibbles: Vec<u8>,
	value: Vec<u8>,
}

impl Trie {
	/// The trie of values by keys, which are hashed here.
	pub(crate) fn new(pairs: impl IntoIterator<Item = (Vec<u8>, Vec<u8>)>) -> Self {
		let items = pairs
			.into_iter()
			.map(|(key, value)| {
				let nibbles = keccak256(&key).0.iter().flat_map(|b| [b >> 4, b & 0x0f]).collect();
				Item { nibbles, value }
			})
			.collect();
		Self { items }
	}

	pub(crate) fn root(&self) -> H256 {
		match self.items.is_empty() {
			true => EMPTY_TRIE_ROOT,
			false => keccak256(&node(&self.items, 0)),
		}
	}

	/// The nodes from the root to a key that is there. All of them are hashed here: no value is
	/// short enough for its leaf to stand inside its parent.
	pub(crate) fn proof(&self, key: &[u8]) -> Vec<Vec<u8>> {
		let nibbles: Vec<u8> = keccak256(key).0.iter().flat_map(|b| [b >> 4, b & 0x0f]).collect();
		let (mut items, mut depth, mut nodes) = (self.items.clone(), 0, Vec::new());
		loop {
			nodes.push(node(&items, depth));
			if items.len() == 1 {
				return nodes;
			}
			let shared = shared_length(&items, depth);
			// A branch follows its extension.
			depth += if shared > 0 { shared } else { 1 };
			items.retain(|item| item.nibbles[..depth] == nibbles[..depth]);
		}
	}
}

/// How many nibbles from `depth` on are the same in all items.
fn shared_length(items: &[Item], depth: usize) -> usize {
	let first = &items[0].nibbles;
	(depth..first.len())
		.take_while(|at| items.iter().all(|item| item.nibbles[*at] == first[*at]))
		.count()
}

/// The RLP of the node over all items, which are the same up to `depth`.
fn node(items: &[Item], depth: usize) -> Vec<u8> {
	if let [item] = items {
		return list(&[bytes(&compact(&item.nibbles[depth..], 2)), bytes(&item.value)]);
	}
	let shared = shared_length(items, depth);
	if shared > 0 {
		let path = compact(&items[0].nibbles[depth..depth + shared], 0);
		return list(&[bytes(&path), reference(&node(items, depth + shared))]);
	}
	let mut fields: Vec<Vec<u8>> = (0..16u8)
		.map(|nibble| {
			let below: Vec<Item> =
				items.iter().filter(|item| item.nibbles[depth] == nibble).cloned().collect();
			match below.is_empty() {
				true => bytes(&[]),
				false => reference(&node(&below, depth + 1)),
			}
		})
		.collect();
	fields.push(bytes(&[]));
	list(&fields)
}

/// The hex prefix of a path (Yellow Paper, appendix C); `flag` is 2 for a leaf, 0 for an extension.
fn compact(nibbles: &[u8], flag: u8) -> Vec<u8> {
	let odd = nibbles.len() % 2 == 1;
	let mut path = match odd {
		true => vec![(flag + 1) << 4 | nibbles[0]],
		false => vec![flag << 4],
	};
	path.extend(nibbles[usize::from(odd)..].chunks(2).map(|pair| pair[0] << 4 | pair[1]));
	path
}

/// A node as it stands in its parent.
fn reference(node: &[u8]) -> Vec<u8> {
	match node.len() < 32 {
		true => node.to_vec(),
		false => bytes(keccak256(node).as_bytes()),
	}
}

/// The RLP of a string of bytes.
pub(crate) fn bytes(payload: &[u8]) -> Vec<u8> {
	let mut out = Vec::new();
	payload.encode(&mut out);
	out
}

/// The RLP of a list of encoded items.
pub(crate) fn list(items: &[Vec<u8>]) -> Vec<u8> {
	let payload = items.concat();
	let mut out = Vec::new();
	Header { list: true, payload_length: payload.len() }.encode(&mut out);
	out.extend_from_slice(&payload);
	out
}
