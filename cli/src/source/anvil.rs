//! The answer of `anvil_dumpState`: the whole state of an anvil, as gzipped JSON.

use std::{collections::BTreeMap, io::BufReader};

use alloy_primitives::{Address, B256, U256};
use migration_primitives::{hash::keccak256, item::Slot, H160, H256};
use serde::Deserialize;

use super::{Gunzip, SourceError};

/// Most bytes of a dump's JSON. Anvil holds all of it in memory too.
const MAX_DUMP_BYTES: u64 = 4 << 30;

/// The state of an anvil at its last block.
#[derive(Debug, Deserialize)]
pub struct AnvilDump {
	best_block_number: Number,
	accounts: BTreeMap<Address, DumpedAccount>,
}

/// An account of a dump. Only its storage is taken from here: the rest comes with a proof.
#[derive(Debug, Deserialize)]
pub struct DumpedAccount {
	#[serde(default)]
	storage: BTreeMap<U256, U256>,
}

/// Anvil has written numbers both ways.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Number {
	Plain(u64),
	Quantity(U256),
}

impl AnvilDump {
	/// Unpacks and parses a dump of block `number`.
	pub fn parse(packed: &[u8], number: u64) -> Result<Self, SourceError> {
		let json = BufReader::new(Gunzip::new(packed, MAX_DUMP_BYTES));
		let dump: Self = serde_json::from_reader(json).map_err(SourceError::Dump)?;
		let found = match dump.best_block_number {
			Number::Plain(number) => number,
			Number::Quantity(number) => number.saturating_to(),
		};
		if found != number {
			return Err(SourceError::DumpBlock { expected: number, found });
		}
		Ok(dump)
	}

	/// Every account.
	pub fn addresses(&self) -> impl Iterator<Item = H160> + '_ {
		self.accounts.keys().map(|address| H160(address.0 .0))
	}

	/// The slots of an account that are not zero, with their hashed keys, in ascending order of
	/// those.
	pub fn slots(&self, address: H160) -> Vec<(H256, Slot)> {
		let mut slots = self.all_slots(address);
		slots.retain(|(_, slot)| !slot.value.is_zero());
		slots
	}

	/// The same, with those whose value is zero. Anvil keeps slots that were cleared in its tries.
	pub fn all_slots(&self, address: H160) -> Vec<(H256, Slot)> {
		let storage = self.accounts.get(&Address::from(address.0)).map(|account| &account.storage);
		let mut slots: Vec<(H256, Slot)> = storage
			.into_iter()
			.flatten()
			.map(|(key, value)| {
				let key = H256(B256::from(*key).0);
				(keccak256(key.as_bytes()), Slot { key, value: H256(B256::from(*value).0) })
			})
			.collect();
		slots.sort_unstable_by_key(|(hashed, _)| *hashed);
		slots
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn slots_of_a_dump_are_sorted_and_without_zeros_works() {
		let dump: AnvilDump = serde_json::from_str(
			r#"{"best_block_number": "0x7", "block": {}, "accounts": {
				"0x1111111111111111111111111111111111111111": {
					"nonce": 1, "balance": "0x0", "code": "0x",
					"storage": {"0x0": "0x5", "0x1": "0x0",
						"0x0000000000000000000000000000000000000000000000000000000000000002": "0x6"}
				}
			}}"#,
		)
		.expect("a dump");
		let slots = dump.slots(H160::repeat_byte(0x11));
		let values: Vec<u64> = slots.iter().map(|(_, slot)| slot.value.to_low_u64_be()).collect();
		// keccak256(0) is 0x290d…, keccak256(2) is 0x4057….
		assert_eq!(values, [5, 6]);
		assert!(dump.slots(H160::zero()).is_empty());
	}
}
