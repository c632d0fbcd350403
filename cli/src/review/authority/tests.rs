//! Powers of small contracts.

use hex_literal::hex;
use migration_primitives::manifest::EvmSpec;

use super::*;
use crate::review::{
	fixture::Fixture, index::SnapshotIndex, proxies::eip1967, views::Surroundings,
};

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
	let expected = [("code that runs", implementation), ("proxy admin", admin)];
	assert_eq!(powers(&authority), expected);
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
	assert_eq!(power.how, "asked");
	assert!(authority.unknown.is_empty(), "{authority:?}");
}

#[test]
fn how_names_the_last_slot_that_holds_the_answer_works() {
	let (contract, answer) = (H160::repeat_byte(1), H160::repeat_byte(7));
	let read = |key, value| Read { contract, key: H256::from_low_u64_be(key), value };
	let mut beside = H256::from(answer);
	beside.0[0] = 1;
	let reads = [read(4, answer.into()), read(5, beside), read(6, H256::repeat_byte(9))];
	assert_eq!(how(answer, &reads), format!("asked; slot 5 of {contract:?}"));
	assert_eq!(how(answer, &reads[2..]), "asked");
	assert_eq!(how(answer, &[]), "asked; no slot was read");
}

/// Code that answers these functions with these bytes and refuses all others.
fn answering(answers: &[(&str, Vec<u8>)]) -> Vec<u8> {
	const CASE: usize = 11;
	const ANSWER: usize = 16;
	let place = |number: usize| u16::try_from(number).expect("short code").to_be_bytes();
	// CALLDATALOAD(0) >> 224
	let mut code = vec![0x60, 0x00, 0x35, 0x60, 0xe0, 0x1c];
	let first = code.len() + answers.len() * CASE + 5;
	for (index, (function, _)) in answers.iter().enumerate() {
		code.extend([0x80, 0x63]);
		code.extend(selector(function));
		code.extend([0x14, 0x61]);
		code.extend(place(first + index * ANSWER));
		code.push(0x57);
	}
	code.extend([0x60, 0x00, 0x60, 0x00, 0xfd]);
	let mut data = first + answers.len() * ANSWER;
	for (_, answer) in answers {
		let length = place(answer.len());
		// CODECOPY to 0, and RETURN.
		code.extend([&[0x5b, 0x61][..], &length, &[0x61], &place(data)].concat());
		code.extend([&[0x60, 0x00, 0x39, 0x61][..], &length, &[0x60, 0x00, 0xf3]].concat());
		data += answer.len();
	}
	code.extend(answers.iter().flat_map(|(_, answer)| answer));
	code
}

fn word(number: u64) -> Vec<u8> {
	H256::from_low_u64_be(number).0.to_vec()
}

/// An array of addresses, as Solidity returns it.
fn array(members: &[H160]) -> Vec<u8> {
	let members = members.iter().map(|member| H256::from(*member).0.to_vec());
	[word(32), word(members.len() as u64), members.collect::<Vec<_>>().concat()].concat()
}

fn powers(authority: &Authority) -> Vec<(&str, H160)> {
	authority.powers.iter().map(|power| (power.power.as_str(), power.holder)).collect()
}

#[test]
fn find_of_owners_that_sign_together_works() {
	let (wallet, owners) = (H160::repeat_byte(1), [7, 8].map(H160::repeat_byte));
	let list = ("getOwners()", array(&owners));
	for (answers, power, unknown) in [
		(vec![list.clone(), ("required()", word(2))], "multisig owner, 2 of 2 must sign", None),
		(vec![list.clone()], "one of its owners", Some("how many of its owners must sign")),
		(
			vec![list, ("getThreshold()", word(1))],
			"Safe owner, 1 of 2 must sign",
			Some("the modules of the Safe"),
		),
	] {
		let mut fixture = Fixture::default();
		fixture.contract(wallet, &answering(&answers), []);
		let authority = find_in(&fixture);
		assert_eq!(powers(&authority), owners.map(|owner| (power, owner)));
		let found = authority.unknown.first().map(|unknown| unknown.what.as_str());
		assert_eq!((found, authority.unknown.len()), (unknown, usize::from(unknown.is_some())));
	}
}

/// The functions of a diamond are those of its facets.
#[test]
fn find_of_a_diamond_works() {
	let (diamond, facet, absent) =
		(H160::repeat_byte(1), H160::repeat_byte(2), H160::repeat_byte(3));
	let facets = array(&[diamond, facet, absent]);
	let mut fixture = Fixture::default();
	fixture.contract(diamond, &answering(&[("facetAddresses()", facets)]), []);
	fixture.contract(facet, &answering(&[("wards(address)", word(1))]), []);
	let authority = find_in(&fixture);
	let runs = "code that runs (facet)";
	assert_eq!(powers(&authority), [(runs, facet), (runs, absent)]);
	let unknown: Vec<(H160, &str)> =
		authority.unknown.iter().map(|unknown| (unknown.contract, unknown.what.as_str())).collect();
	let [(first, missing), lists @ ..] = unknown.as_slice() else { panic!("three: {unknown:?}") };
	assert_eq!(*first, diamond);
	assert!(missing.contains(&format!("{absent:?}, which is not in the snapshot")), "{missing}");
	let list = "it has a list of its own, which the page does not open: wards(address)";
	assert_eq!(lists, [(diamond, list), (facet, list)]);
	assert!(authority.none.is_empty());
}

#[test]
fn find_of_an_access_manager_works() {
	let (manager, person) = (H160::repeat_byte(1), H160::repeat_byte(7));
	let is_member = [word(1), word(0)].concat();
	let mut fixture = Fixture::default();
	fixture.contract(manager, &answering(&[("hasRole(uint64,address)", is_member)]), []);
	fixture.account(person, 1, &[], []);
	let authority = find_in(&fixture);
	let power = "role ADMIN_ROLE of an access manager";
	assert_eq!(powers(&authority), [(power, manager), (power, person)]);
	let [unknown] = authority.unknown.as_slice() else { panic!("one: {authority:?}") };
	assert!(unknown.what.contains("an access manager does not list them"), "{unknown:?}");
}

/// What cannot be known is no sign that there is nothing.
#[test]
fn find_of_a_contract_that_leads_outside_works() {
	let (proxy, outside) = (H160::repeat_byte(1), H160::repeat_byte(2));
	let (before, behind) = (hex!("363d3d373d3d3d363d73"), hex!("5af43d82803e903d91602b57fd5bf3"));
	let mut fixture = Fixture::default();
	fixture.contract(proxy, &[&before[..], outside.as_bytes(), &behind].concat(), []);
	let authority = find_in(&fixture);
	assert_eq!(powers(&authority), [("code that runs (minimal proxy)", outside)]);
	let [_, blanks] = authority.unknown.as_slice() else { panic!("two: {authority:?}") };
	let why = format!(": the answer depends on {outside:?}, which is not in the snapshot");
	let functions = blanks.what.strip_suffix(&why).expect("the reason");
	for function in ["facetAddresses()", "owner()", "defaultAdmin()", "getOwners()", "hasRole()"] {
		assert!(functions.split(", ").any(|known| known == function), "{function}: {functions}");
	}
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
