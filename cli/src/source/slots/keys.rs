//! Keys that may be those of slots, by account and by the means that found them first.

use std::collections::{btree_map::Entry, BTreeMap};

use migration_primitives::{H160, H256};

use super::Means;
use crate::source::SourceError;

/// Most keys that are tried for one account, since they are held in memory.
pub const MAX_KEYS: usize = 1 << 20;

/// Most keys of all accounts together: about 200 MB of memory.
const MAX_KEYS_IN_ALL: usize = 1 << 22;

/// Keys to try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyBook {
	accounts: BTreeMap<H160, BTreeMap<H256, Means>>,
	/// How many there are.
	count: usize,
	/// How many there may be.
	limit: usize,
}

impl Default for KeyBook {
	fn default() -> Self {
		Self { accounts: BTreeMap::new(), count: 0, limit: MAX_KEYS_IN_ALL }
	}
}

impl KeyBook {
	/// Adds a key, unless another means found it before.
	pub fn add(&mut self, address: H160, key: H256, means: Means) -> Result<(), SourceError> {
		let keys = self.accounts.entry(address).or_default();
		let Entry::Vacant(place) = keys.entry(key) else { return Ok(()) };
		if self.count >= self.limit {
			return Err(SourceError::TooManyKeysInAll { limit: self.limit });
		}
		place.insert(means);
		self.count = self.count.saturating_add(1);
		match keys.len() > MAX_KEYS {
			true => Err(SourceError::TooManyKeys { address, limit: MAX_KEYS }),
			false => Ok(()),
		}
	}

	/// Drops the keys of an account that has its slots.
	pub fn forget(&mut self, address: H160) {
		let keys = self.accounts.remove(&address).unwrap_or_default();
		self.count = self.count.saturating_sub(keys.len());
	}

	/// The keys of an account, in ascending order, and who found them.
	pub fn of(&self, address: H160) -> impl Iterator<Item = (H256, Means)> + '_ {
		let keys = self.accounts.get(&address).into_iter().flatten();
		keys.map(|(key, means)| (*key, *means))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn first_means_of_a_key_stays_works() {
		let (address, key) = (H160::repeat_byte(1), H256::repeat_byte(3));
		let mut book = KeyBook::default();
		book.add(address, key, Means::List).expect("added");
		book.add(address, key, Means::Traces).expect("added");
		assert_eq!(book.of(address).collect::<Vec<_>>(), [(key, Means::List)]);
		assert_eq!(book.of(H160::zero()).count(), 0);
	}

	#[test]
	fn keys_of_all_accounts_together_are_bounded_works() {
		let mut book = KeyBook { limit: 4, ..KeyBook::default() };
		let address = H160::from_low_u64_be;
		let mut add =
			|account, key| book.add(address(account), H256::from_low_u64_be(key), Means::List);
		for (account, key) in [(1, 1), (1, 2), (2, 1), (3, 1), (3, 1)] {
			add(account, key).expect("no more than four");
		}
		let error = add(4, 1).expect_err("the fifth");
		assert!(matches!(error, SourceError::TooManyKeysInAll { limit: 4 }), "{error}");
		// An account that is done makes room.
		book.forget(address(1));
		book.forget(address(1));
		for key in [1, 2] {
			book.add(address(4), H256::from_low_u64_be(key), Means::List).expect("room");
		}
		assert!(book.add(address(5), H256::zero(), Means::List).is_err());
		assert_eq!(book.of(address(1)).count(), 0);
	}
}
