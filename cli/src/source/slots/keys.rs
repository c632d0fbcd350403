//! Keys that may be those of slots, by account and by the means that found them first.

use std::collections::BTreeMap;

use migration_primitives::{H160, H256};

use super::Means;
use crate::source::SourceError;

/// Most keys that are tried for one account, since they are held in memory.
pub const MAX_KEYS: usize = 1 << 20;

/// Keys to try.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KeyBook {
	accounts: BTreeMap<H160, BTreeMap<H256, Means>>,
}

impl KeyBook {
	/// Adds a key, unless another means found it before.
	pub fn add(&mut self, address: H160, key: H256, means: Means) -> Result<(), SourceError> {
		let keys = self.accounts.entry(address).or_default();
		keys.entry(key).or_insert(means);
		match keys.len() > MAX_KEYS {
			true => Err(SourceError::TooManyKeys { address, limit: MAX_KEYS }),
			false => Ok(()),
		}
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
}
