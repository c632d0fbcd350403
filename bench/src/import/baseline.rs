//! The same keys and values written by root, without any check: what the storage alone costs.

use std::collections::BTreeMap;

use anyhow::{ensure, Result};
use codec::{Compact, Encode};
use evm_migrate::substrate::Keys;
use migration_tests::{account::Account, session::Session};

use super::source::Pair;

/// Picoseconds that each batch declares: root says it, and it bounds nothing that is measured.
const DECLARED: u64 = 1_000_000_000_000;

/// Writes `pairs` in order by batches of `System.set_storage`, one in a block, each as many pairs as
/// fit into `block_bytes`. Gives the slots that each block wrote.
pub(super) async fn write(
	session: &Session,
	pairs: &[Pair],
	block_bytes: u64,
) -> Result<BTreeMap<u32, u64>> {
	let alice = Account::alice();
	let mut nonce = session.nonce(&alice.id()).await?;
	let mut blocks = BTreeMap::new();
	for batch in batches(pairs, block_bytes) {
		let call = session.call("System", "set_storage", batch)?;
		let mut sudo = session.call("Sudo", "sudo_unchecked_weight", ())?;
		sudo.extend_from_slice(&call);
		sudo.extend_from_slice(&(Compact(DECLARED), Compact(0u64)).encode());
		let included = session.include(&session.signed(&alice, nonce, &sudo)).await?.succeeded()?;
		ensure!(included.has("Sudo.Sudid"), "a batch was not made by root");
		nonce = nonce.saturating_add(1);
		let slots = batch.iter().filter(|(key, _)| is_slot(key)).count();
		blocks.insert(included.block, slots as u64);
	}
	Ok(blocks)
}

/// Cuts `pairs` so that each batch has at least one, and not more than `bytes` where it has more.
fn batches(pairs: &[Pair], bytes: u64) -> Vec<&[Pair]> {
	let mut batches = Vec::new();
	let (mut start, mut size) = (0, 0u64);
	for (index, pair) in pairs.iter().enumerate() {
		let length = pair.encoded_size() as u64;
		if index > start && size.saturating_add(length) > bytes {
			batches.push(&pairs[start..index]);
			(start, size) = (index, 0);
		}
		size = size.saturating_add(length);
	}
	if start < pairs.len() {
		batches.push(&pairs[start..]);
	}
	batches
}

fn is_slot(key: &[u8]) -> bool {
	/// Prefix of the item, of which there is one for all contracts.
	const PREFIX: usize = 32;
	let slots = Keys::slots(Default::default());
	key.starts_with(&slots[..PREFIX])
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::{H160, H256};

	#[test]
	fn batches_keep_order_and_size() {
		let pair = |length: usize| (vec![0; length], vec![1]);
		let pairs = [pair(10), pair(20), pair(30), pair(200), pair(5)];
		// One byte for the length of the key, one for that of the value.
		let lengths = |bytes| batches(&pairs, bytes).iter().map(|batch| batch.len()).collect();
		let (exact, below): (Vec<_>, Vec<_>) = (lengths(13 + 23), lengths(13 + 22));
		assert_eq!(exact, [2, 1, 1, 1]);
		assert_eq!(below, [1, 1, 1, 1, 1]);
		assert!(batches(&[], 10).is_empty());
	}

	#[test]
	fn is_slot_of_other_items_fails() {
		let address = H160::repeat_byte(3);
		assert!(is_slot(&Keys::slot(address, H256::zero())));
		assert!(!is_slot(&Keys::code(address)));
		assert!(!is_slot(&Keys::account(&Keys::hashed_account(address))));
	}
}
