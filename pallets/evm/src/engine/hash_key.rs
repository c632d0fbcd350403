//! The key of the hash of the engine's maps.
//!
//! The engine keeps accounts and slots in hash maps, under keys that contracts choose. Who could
//! foresee the hash would bring keys that all collide, and a transaction of seconds would become one of
//! minutes. A runtime has no secrets, but nobody can choose keys for a hash that depends on the choice:
//! the key of the hash is made of the whole request, and of the block before, which nobody knows when
//! contracts with prepared keys are deployed.

use crate::{Config, ExecuteRequest};
use codec::Encode;
use sp_io::hashing::blake2_128;

/// Sets the key for the maps of this execution.
pub(super) fn set<T: Config>(request: &ExecuteRequest) {
	let parent = frame_system::Pallet::<T>::parent_hash();
	alloy_primitives::map::set_key((parent, request).using_encoded(blake2_128));
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
