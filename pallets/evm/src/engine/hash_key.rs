//! The key of the hash of the engine's maps.
//!
//! The engine keeps accounts and slots in hash maps, under keys that contracts choose. Who could
//! foresee the hash would bring keys that all collide, and a transaction of seconds would become one of
//! minutes. A runtime has no secrets, but nobody can choose keys for a hash that depends on the choice
//! itself: the key of the hash is made of the whole request, of the key before, and of the block before.
//! So it depends on the transaction that deploys a contract with prepared keys, in whatever block it is.

use crate::{Config, ExecuteRequest, HashKey};
use codec::Encode;
use sp_io::hashing::blake2_128;

/// The key for the maps of this execution.
fn key<T: Config>(request: &ExecuteRequest) -> [u8; 16] {
	let parent = frame_system::Pallet::<T>::parent_hash();
	(HashKey::<T>::get(), parent, request).using_encoded(blake2_128)
}

/// Sets the key for the maps that are made from now on.
pub(super) fn set<T: Config>(request: &ExecuteRequest) {
	alloy_primitives::map::set_key(key::<T>(request));
}

/// Has all later keys depend on this request, whose outcome is written.
pub(crate) fn note<T: Config>(request: &ExecuteRequest) {
	HashKey::<T>::put(key::<T>(request));
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::Test;
	use core::hash::BuildHasher;
	use revm::primitives::U256 as Word;
	use sp_core::H160;

	/// The hash of a slot in a map of the engine's that is made now.
	fn hash() -> u64 {
		revm::state::EvmStorage::default().hasher().hash_one(Word::ONE)
	}

	#[test]
	fn hash_depends_on_every_request_before() {
		sp_io::TestExternalities::default().execute_with(|| {
			let request =
				|gas| ExecuteRequest::call(H160::zero(), H160::zero(), vec![1, 2, 3], gas);
			let last = |before: &[u64]| {
				HashKey::<Test>::kill();
				before.iter().for_each(|gas| note::<Test>(&request(*gas)));
				set::<Test>(&request(7));
				hash()
			};
			let mut hashes = [last(&[]), last(&[1]), last(&[2]), last(&[1, 2]), last(&[2, 1])];
			assert_eq!(hashes[3], last(&[1, 2]));
			hashes.sort_unstable();
			assert!(hashes.windows(2).all(|pair| pair[0] != pair[1]));
		});
	}

	#[test]
	fn hash_depends_on_request_and_parent_block() {
		let mut ext = sp_io::TestExternalities::default();
		ext.execute_with(|| {
			let request =
				|gas| ExecuteRequest::call(H160::zero(), H160::zero(), vec![1, 2, 3], gas);
			let mut hashes = vec![];
			for number in [1, 2] {
				let parent = sp_core::H256::repeat_byte(number);
				frame_system::Pallet::<Test>::initialize(
					&number.into(),
					&parent,
					&Default::default(),
				);
				for gas in [21_000, 21_001] {
					set::<Test>(&request(gas));
					hashes.push(hash());
				}
			}
			hashes.sort_unstable();
			hashes.dedup();
			assert_eq!(hashes.len(), 4);
		});
	}
}
