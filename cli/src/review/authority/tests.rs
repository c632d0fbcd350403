//! The standard slots, and powers of small contracts.

use super::*;
use crate::review::{fixture::Fixture, index::SnapshotIndex, views::Surroundings};
use migration_primitives::manifest::EvmSpec;

#[test]
fn standard_slots_are_those_of_the_eips_works() {
	let [implementation, admin, beacon, proxiable, ..] = standard_slots().map(|slot| slot.1);
	let text = |slot: H256| format!("{slot:?}");
	assert_eq!(
		[text(implementation), text(admin), text(beacon), text(proxiable)],
		[
			"0x360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc",
			"0xb53127684a568b3173ae13b9f8a6016e243e63b6e8ee1178d6a717850b5d6103",
			"0xa3f0ad74e5423aebfd80d3ef4346578335a9a72aeaee59ff6cb3582b35133d50",
			"0xc5f16f0fcc639fa48a6947836d9850f504798523bf8c9a3a87d5876cf622bcf7",
		]
	);
}

#[test]
fn addresses_of_an_array_works_and_of_a_lying_one_fails() {
	let word = |number: u64| H256::from_low_u64_be(number).0;
	let array = [word(32), word(2), word(7), word(8)].concat();
	let expected = vec![H160::from_low_u64_be(7), H160::from_low_u64_be(8)];
	assert_eq!(addresses(&array, 0), Some(expected));
	assert_eq!(addresses(&[word(32), word(3), word(7), word(8)].concat(), 0), None);
	assert_eq!(addresses(&[word(32), [0xff; 32]].concat(), 0), None);
	assert_eq!(addresses(&[[0xff; 32], word(0)].concat(), 0), None);
	assert_eq!(addresses(&[word(32), word(1), [1; 32]].concat(), 0), None);
	assert_eq!(addresses(&[], 0), None);
}

fn find_in(fixture: &Fixture) -> Authority {
	let file = fixture.write();
	let mut index = SnapshotIndex::read(file.path(), |_, _| {}).expect("a sound snapshot");
	let candidates = index.accounts().keys().copied().collect();
	let surroundings = Surroundings { chain_id: 5, number: 7, timestamp: 9, spec: EvmSpec::Osaka };
	find(&mut Views::new(&mut index, surroundings), &candidates).expect("powers")
}

#[test]
fn find_of_a_proxy_whose_code_is_elsewhere_works() {
	let (proxy, implementation, admin) =
		(H160::repeat_byte(1), H160::repeat_byte(2), H160::repeat_byte(3));
	let slots = [
		(eip1967("eip1967.proxy.implementation"), H256::from(implementation)),
		(eip1967("eip1967.proxy.admin"), H256::from(admin)),
	];
	let mut fixture = Fixture::default();
	fixture.account(proxy, 0, &[0x00], slots);
	let authority = find_in(&fixture);
	let powers: Vec<(&str, H160)> =
		authority.powers.iter().map(|power| (power.power.as_str(), power.holder)).collect();
	assert_eq!(powers, [("code that runs", implementation), ("proxy admin", admin)]);
	let [unknown] = authority.unknown.as_slice() else { panic!("one: {authority:?}") };
	assert!(unknown.what.contains(&format!("{implementation:?}, which is not in the snapshot")));
}

#[test]
fn find_of_an_owner_in_a_packed_slot_works() {
	let (contract, owner) = (H160::repeat_byte(1), H160::repeat_byte(7));
	// owner(): slot 5 without its lowest byte, and without anything above 20 bytes; anything else
	// is refused. CALLDATALOAD(0) >> 224 == selector, else REVERT.
	let code = [
		&[0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c, 0x63][..],
		&selector("owner()"),
		&[0x14, 0x60, 0x15, 0x57, 0x60, 0x00, 0x60, 0x00, 0xfd, 0x00, 0x5b],
		&[0x60, 0x05, 0x54, 0x60, 0x08, 0x1c, 0x73],
		&[0xff; 20],
		&[0x16, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3],
	]
	.concat();
	let mut word = H256::repeat_byte(0xee);
	word.0[11..31].copy_from_slice(owner.as_bytes());
	let mut fixture = Fixture::default();
	fixture.account(contract, 0, &code, [(H256::from_low_u64_be(5), word)]);
	let authority = find_in(&fixture);
	let [power] = authority.powers.as_slice() else { panic!("one: {authority:?}") };
	assert_eq!((power.power.as_str(), power.holder), ("owner()", owner));
	assert_eq!(power.how, format!("asked; slot 5 of {contract:?}"));
	assert!(authority.unknown.is_empty(), "{authority:?}");
}

#[test]
fn find_of_contracts_without_powers_works() {
	let (plain, codeless) = (H160::repeat_byte(1), H160::repeat_byte(2));
	let mut fixture = Fixture::default();
	fixture.contract(plain, &[0x60, 0x00, 0x60, 0x00, 0xf3], []);
	fixture.contract(codeless, &[], [(1, 2)]);
	let authority = find_in(&fixture);
	assert_eq!((authority.powers.len(), authority.none), (0, vec![plain]));
	let [unknown] = authority.unknown.as_slice() else { panic!("one") };
	assert_eq!(
		(unknown.contract, unknown.what.as_str()),
		(codeless, "it has storage without code")
	);
}

/// A contract that says that everybody has every role cannot fill the page, or the memory.
#[test]
fn find_of_a_contract_that_lies_is_bounded_works() {
	let liar = H160::repeat_byte(1);
	// hasRole() returns 1, and anything else is refused.
	let mut code = [
		&[0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c, 0x63][..],
		&selector("hasRole(bytes32,address)"),
		&[0x14, 0x60, 0x15, 0x57, 0x60, 0x00, 0x60, 0x00, 0xfd, 0x00, 0x5b],
		&[0x60, 0x01, 0x60, 0x00, 0x52, 0x60, 0x20, 0x60, 0x00, 0xf3],
	]
	.concat();
	// Behind the end, forty words that may be roles.
	for role in 1..=40u8 {
		code.push(0x7f);
		code.extend_from_slice(&[role; 32]);
	}
	let mut fixture = Fixture::default();
	fixture.contract(liar, &code, []);
	for person in 0..60u8 {
		fixture.account(H160::repeat_byte(person.wrapping_add(100)), 1, &[], []);
	}
	let authority = find_in(&fixture);
	assert_eq!(authority.powers.len(), 1_000);
	assert!(authority.unknown.iter().any(|unknown| unknown.what == "more than 1000 powers"));
}
