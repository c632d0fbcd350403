//! Raw keys of slots.

use crate::{AccountStorages, Config};
use alloc::vec::Vec;
use frame_support::{
	storage::{generator::StorageDoubleMap, unhashed},
	Blake2_128Concat, StorageHasher,
};
use sp_core::{H160, H256};

/// The slots of one account in [`AccountStorages`]. The names of the pallet and the item and the
/// address are hashed once for all of them: beside hashing them for each, reading a slot is little.
#[derive(Clone, Debug)]
pub(crate) struct AccountSlots {
	/// The key of all slots up to the slot's own hash.
	prefix: Vec<u8>,
}

impl AccountSlots {
	pub(crate) fn new<T: Config>(address: &H160) -> Self {
		Self { prefix: AccountStorages::<T>::storage_double_map_final_key1(address) }
	}

	fn key(&self, slot: &H256) -> Vec<u8> {
		let hashed = Blake2_128Concat::hash(slot.as_bytes());
		[self.prefix.as_slice(), hashed.as_slice()].concat()
	}

	/// The value of a slot; zero if there is none.
	pub(crate) fn get(&self, slot: &H256) -> H256 {
		unhashed::get(&self.key(slot)).unwrap_or_default()
	}

	/// Writes a slot; zero removes it.
	pub(crate) fn set(&self, slot: &H256, value: &H256) {
		let key = self.key(slot);
		if value.is_zero() {
			unhashed::kill(&key);
		} else {
			unhashed::put(&key, value);
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::Test;

	#[test]
	fn keys_are_those_of_the_map_works() {
		sp_io::TestExternalities::default().execute_with(|| {
			let address = H160::repeat_byte(7);
			let slots = AccountSlots::new::<Test>(&address);
			let (slot, value) = (H256::repeat_byte(1), H256::repeat_byte(2));
			assert_eq!(slots.get(&slot), H256::zero());
			slots.set(&slot, &value);
			assert_eq!(AccountStorages::<Test>::get(address, slot), value);
			AccountStorages::<Test>::insert(address, slot, H256::repeat_byte(3));
			assert_eq!(slots.get(&slot), H256::repeat_byte(3));
			slots.set(&slot, &H256::zero());
			assert!(!AccountStorages::<Test>::contains_key(address, slot));
		});
	}
}
