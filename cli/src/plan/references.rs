//! Which contracts still name an address that changes.
//!
//! An address may stand in a storage value, alone or packed beside other fields; in the key of a
//! mapping, where only its hash with the mapping's slot is stored; or in the code, as PUSH data or
//! as an EIP-7702 delegation. Mapping keys are searched for slots 0 to 63, in Solidity's and in
//! Vyper's order, and one level of nesting (as an ERC-20's allowances) for Solidity's.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use migration_primitives::{
	hash::keccak256,
	item::{AccountHead, Item, Slot},
	H160, H256,
};

/// The slots of mappings that are searched.
const BASE_SLOTS: u64 = 64;
/// Most hashes that the search makes and keeps.
const MAX_HASHES: u64 = 4 << 20;
/// Most places that are listed of one kind for one contract; all are counted.
const MAX_LISTED: usize = 16;
const PUSH1: u8 = 0x60;
const PUSH32: u8 = 0x7f;

/// The places where one contract names addresses that change.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reference {
	/// The addresses.
	pub addresses: BTreeSet<H160>,
	/// Slots whose value holds one.
	pub values: u64,
	/// Some of those slots.
	pub value_slots: Vec<H256>,
	/// Slots of mappings whose key is one.
	pub keys: u64,
	/// Some of those slots.
	pub key_slots: Vec<H256>,
	/// Places in the code.
	pub code: u64,
	/// Some of those places: offsets of their first bytes.
	pub code_offsets: Vec<usize>,
}

/// How far mapping keys were searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Searched {
	/// Mappings and mappings of mappings.
	Nested,
	/// Mappings only: too many addresses.
	Single,
	/// Not at all: too many addresses.
	Nothing,
}

/// Takes the records of a snapshot and collects references.
#[derive(Debug)]
pub struct References {
	changed: HashSet<[u8; 20]>,
	keys: HashMap<H256, H160>,
	/// How far mapping keys are searched.
	pub searched: Searched,
	/// The contracts that have references.
	pub found: BTreeMap<H160, Reference>,
}

impl References {
	/// Prepares a search for `changed` addresses among `accounts`.
	pub fn new(changed: &BTreeSet<H160>, accounts: &[H160]) -> Self {
		let (keys, searched) = mapping_keys(changed, accounts);
		Self {
			changed: changed.iter().map(|address| address.0).collect(),
			keys,
			searched,
			found: BTreeMap::new(),
		}
	}

	/// Looks at a record.
	pub fn take(&mut self, head: &AccountHead, item: &Item<'_>) {
		match item {
			Item::Account(_) => {}
			Item::Code(code) => self.code(head, code),
			Item::Slot(slot) => self.slot(head, slot),
		}
	}

	/// Looks at the code of a contract.
	pub fn code(&mut self, head: &AccountHead, code: &[u8]) {
		if self.changed.is_empty() {
			return;
		}
		let mut places: BTreeMap<usize, H160> = BTreeMap::new();
		for (offset, window) in code.windows(20).enumerate() {
			places.extend(self.changed(window).map(|address| (offset, address)));
		}
		// A constant that begins with zeros is pushed without them.
		for (offset, data) in pushes(code) {
			let mut word = [0u8; 20];
			if let Some(to) = 20usize.checked_sub(data.len()).and_then(|from| word.get_mut(from..))
			{
				to.copy_from_slice(data);
				places.extend(self.changed(&word).map(|address| (offset, address)));
			}
		}
		for (offset, address) in places {
			let reference = self.found.entry(head.address).or_default();
			reference.addresses.insert(address);
			reference.code = reference.code.saturating_add(1);
			list(&mut reference.code_offsets, offset);
		}
	}

	/// Looks at a slot of a contract.
	pub fn slot(&mut self, head: &AccountHead, slot: &Slot) {
		let named: Vec<H160> =
			slot.value.0.windows(20).filter_map(|window| self.changed(window)).collect();
		if !named.is_empty() {
			let reference = self.found.entry(head.address).or_default();
			reference.addresses.extend(named);
			reference.values = reference.values.saturating_add(1);
			list(&mut reference.value_slots, slot.key);
		}
		if let Some(address) = self.keys.get(&slot.key) {
			let reference = self.found.entry(head.address).or_default();
			reference.addresses.insert(*address);
			reference.keys = reference.keys.saturating_add(1);
			list(&mut reference.key_slots, slot.key);
		}
	}

	fn changed(&self, window: &[u8]) -> Option<H160> {
		let bytes: [u8; 20] = window.try_into().ok()?;
		self.changed.contains(&bytes).then_some(H160(bytes))
	}
}

fn list<T>(places: &mut Vec<T>, place: T) {
	if places.len() < MAX_LISTED {
		places.push(place);
	}
}

/// The data of every PUSH instruction and where it stands. Data that the code's end cuts off is
/// left out.
pub(crate) fn pushes(code: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
	let mut position = 0usize;
	std::iter::from_fn(move || loop {
		let opcode = *code.get(position)?;
		position = position.saturating_add(1);
		if (PUSH1..=PUSH32).contains(&opcode) {
			let start = position;
			let length = usize::from(opcode.saturating_sub(PUSH1)).saturating_add(1);
			position = start.saturating_add(length);
			return code.get(start..position).map(|data| (start, data));
		}
	})
}

/// The slots of mappings that have a changed address as a key.
fn mapping_keys(changed: &BTreeSet<H160>, accounts: &[H160]) -> (HashMap<H256, H160>, Searched) {
	let mut keys = HashMap::new();
	let single = (changed.len() as u64).saturating_mul(BASE_SLOTS);
	let nested = single.saturating_mul(accounts.len() as u64).saturating_mul(2);
	if single.saturating_mul(2) > MAX_HASHES {
		return (keys, Searched::Nothing);
	}
	let search_nested = nested <= MAX_HASHES;
	for base in 0..BASE_SLOTS {
		let slot = H256::from_low_u64_be(base);
		for address in changed {
			let inner = hash_of(word(*address), slot);
			keys.insert(inner, *address);
			keys.insert(hash_of(slot, word(*address)), *address);
			if search_nested {
				for other in accounts {
					keys.insert(hash_of(word(*other), inner), *address);
				}
			}
		}
		if search_nested {
			for other in accounts {
				let inner = hash_of(word(*other), slot);
				for address in changed {
					keys.insert(hash_of(word(*address), inner), *address);
				}
			}
		}
	}
	(keys, if search_nested { Searched::Nested } else { Searched::Single })
}

fn word(address: H160) -> H256 {
	H256::from(address)
}

fn hash_of(first: H256, second: H256) -> H256 {
	let mut preimage = [0u8; 64];
	let (left, right) = preimage.split_at_mut(32);
	left.copy_from_slice(first.as_bytes());
	right.copy_from_slice(second.as_bytes());
	keccak256(&preimage)
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::U256;

	const CONTRACT: H160 = H160::repeat_byte(0xcc);

	fn head() -> AccountHead {
		AccountHead {
			address: CONTRACT,
			nonce: 1,
			balance: U256::zero(),
			code_hash: H256::zero(),
			storage_root: H256::zero(),
			code_length: 0,
			slot_count: 0,
			proof: Vec::new(),
		}
	}

	fn search(changed: H160) -> References {
		References::new(&BTreeSet::from([changed]), &[changed, H160::repeat_byte(2)])
	}

	#[test]
	fn slot_with_a_packed_address_or_a_mapping_key_works() {
		let owner = H160::repeat_byte(1);
		let mut references = search(owner);
		let mut value = H256::zero();
		value.0[4..24].copy_from_slice(owner.as_bytes());
		references.slot(&head(), &Slot { key: H256::zero(), value });
		// balances[owner] at slot 3, and allowances[other][owner] at slot 4.
		let balance = hash_of(word(owner), H256::from_low_u64_be(3));
		references.slot(&head(), &Slot { key: balance, value: H256::repeat_byte(7) });
		let inner = hash_of(word(H160::repeat_byte(2)), H256::from_low_u64_be(4));
		let allowance = hash_of(word(owner), inner);
		references.slot(&head(), &Slot { key: allowance, value: H256::repeat_byte(7) });
		references.slot(&head(), &Slot { key: H256::repeat_byte(8), value: H256::repeat_byte(7) });
		let found = references.found.remove(&CONTRACT).expect("references");
		assert_eq!((found.values, found.keys, found.code), (1, 2, 0));
		assert_eq!(found.value_slots, [H256::zero()]);
		assert_eq!(found.key_slots, [balance, allowance]);
		assert_eq!(found.addresses, BTreeSet::from([owner]));
	}

	#[test]
	fn code_with_a_pushed_address_works() {
		let mut owner = H160::repeat_byte(1);
		owner.0[0] = 0;
		let mut references = search(owner);
		// PUSH19 without the leading zero, then PUSH20 with it.
		let mut code = vec![PUSH1 + 18];
		code.extend_from_slice(&owner.0[1..]);
		code.push(PUSH1 + 19);
		code.extend_from_slice(&owner.0);
		references.code(&head(), &code);
		assert_eq!(references.found[&CONTRACT].code_offsets, [1, 21]);
	}

	#[test]
	fn search_of_too_many_addresses_is_bounded_works() {
		let many: BTreeSet<H160> = (0..40_000u64).map(H160::from_low_u64_be).collect();
		let references = References::new(&many, &[]);
		assert_eq!(references.searched, Searched::Nothing);
		let some: BTreeSet<H160> = (0..1_000u64).map(H160::from_low_u64_be).collect();
		let accounts: Vec<H160> = some.iter().copied().collect();
		assert_eq!(References::new(&some, &accounts).searched, Searched::Single);
	}
}
