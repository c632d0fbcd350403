//! Addresses that the selected contracts name and that stay behind.

use std::collections::BTreeMap;

use migration_primitives::{
	item::{AccountHead, Item},
	H160, U256,
};

use super::{bytecode, index::SnapshotIndex};

/// Most addresses that are kept.
const MAX_KEPT: usize = 65_536;

/// An address that is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mention {
	/// The first contract, in the order of the snapshot, that names it.
	pub by: H160,
	/// In how many slots and places of code.
	pub times: u64,
	/// Whether code names it.
	pub in_code: bool,
}

/// Collects addresses while a snapshot is read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mentions {
	kept: BTreeMap<H160, Mention>,
	/// Whether there were more than are kept.
	pub more: bool,
}

impl Mentions {
	/// Looks at a record.
	pub fn take(&mut self, head: &AccountHead, item: &Item<'_>) {
		match item {
			Item::Account(_) => {}
			Item::Code(code) => {
				for address in bytecode::addresses(code) {
					self.note(head.address, address, true);
				}
			}
			Item::Slot(slot) => {
				if let Some(address) = address_alone(slot.value.as_bytes()) {
					self.note(head.address, address, false);
				}
			}
		}
	}

	/// The addresses that are not in the snapshot, in ascending order.
	pub fn outside(&self, index: &SnapshotIndex) -> BTreeMap<H160, Mention> {
		let outside =
			self.kept.iter().filter(|(address, _)| !index.accounts().contains_key(address));
		outside.map(|(address, mention)| (*address, *mention)).collect()
	}

	fn note(&mut self, by: H160, address: H160, in_code: bool) {
		if !self.kept.contains_key(&address) && self.kept.len() >= MAX_KEPT {
			self.more = true;
			return;
		}
		let mention = self.kept.entry(address).or_insert(Mention { by, times: 0, in_code });
		mention.times = mention.times.saturating_add(1);
		mention.in_code |= in_code;
	}
}

/// The address in a value that holds nothing else.
///
/// A number below 2^112 is taken for an amount: it would be an address that begins with six zero
/// bytes.
fn address_alone(value: &[u8]) -> Option<H160> {
	let address = super::authority::address(value)?;
	let large = U256::from_big_endian(value) >= U256::one() << 112;
	(large && address != H160::repeat_byte(0xff)).then_some(address)
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::review::fixture::Fixture;
	use migration_primitives::H256;

	#[test]
	fn outside_of_a_snapshot_works() {
		let (contract, other) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let (oracle, token) = (H160::repeat_byte(3), H160::repeat_byte(4));
		let code = [&[0x73][..], token.as_bytes()].concat();
		let slots = [
			(H256::from_low_u64_be(0), H256::from(oracle)),
			(H256::from_low_u64_be(1), H256::from(other)),
			(H256::from_low_u64_be(2), H256::from_low_u64_be(u64::MAX)),
			(H256::from_low_u64_be(3), H256::repeat_byte(9)),
			(H256::from_low_u64_be(4), H256::from(oracle)),
		];
		let mut fixture = Fixture::default();
		fixture.account(contract, 0, &code, slots);
		fixture.contract(other, &[0x00], []);
		let file = fixture.write();
		let mut mentions = Mentions::default();
		let index = SnapshotIndex::read(file.path(), |head, item| mentions.take(head, item))
			.expect("a sound snapshot");
		let expected = BTreeMap::from([
			(oracle, Mention { by: contract, times: 2, in_code: false }),
			(token, Mention { by: contract, times: 1, in_code: true }),
		]);
		assert_eq!(mentions.outside(&index), expected);
		assert!(!mentions.more);
	}
}
