//! Keys of a small layout.

use super::*;
use crate::source::RpcSettings;

const LAYOUT: &str = r#"{ "storageLayout": {
	"storage": [
		{ "label": "a", "offset": 0, "slot": "0", "type": "t_uint128" },
		{ "label": "b", "offset": 0, "slot": "1", "type": "t_mapping(t_address,t_uint256)" },
		{ "label": "c", "offset": 0, "slot": "2",
			"type": "t_mapping(t_address,t_mapping(t_address,t_uint256))" },
		{ "label": "d", "offset": 0, "slot": "3", "type": "t_struct(S)1_storage" },
		{ "label": "e", "offset": 0, "slot": "5", "type": "t_array(t_uint64)6_storage" }
	],
	"types": {
		"t_address": { "encoding": "inplace", "label": "address", "numberOfBytes": "20" },
		"t_uint64": { "encoding": "inplace", "label": "uint64", "numberOfBytes": "8" },
		"t_uint128": { "encoding": "inplace", "label": "uint128", "numberOfBytes": "16" },
		"t_uint256": { "encoding": "inplace", "label": "uint256", "numberOfBytes": "32" },
		"t_mapping(t_address,t_uint256)": { "encoding": "mapping", "key": "t_address",
			"numberOfBytes": "32", "value": "t_uint256", "label": "" },
		"t_mapping(t_address,t_mapping(t_address,t_uint256))": { "encoding": "mapping",
			"key": "t_address", "numberOfBytes": "32", "label": "",
			"value": "t_mapping(t_address,t_uint256)" },
		"t_struct(S)1_storage": { "encoding": "inplace", "numberOfBytes": "64", "members": [
			{ "label": "x", "offset": 0, "slot": "0", "type": "t_uint256" },
			{ "label": "y", "offset": 0, "slot": "1", "type": "t_uint256" } ] },
		"t_array(t_uint64)6_storage": { "encoding": "inplace", "base": "t_uint64",
			"numberOfBytes": "64" }
	} } }"#;

fn keys(layout: &Layout, events: &Events) -> BTreeSet<H256> {
	let address = H160::repeat_byte(1);
	let mut book = KeyBook::default();
	let mut expansion = Expansion {
		layout,
		address,
		events,
		book: &mut book,
		seen: BTreeSet::new(),
		places: Vec::new(),
		lengths: Vec::new(),
	};
	for member in &layout.storage {
		expansion.member(member, U256::zero(), None, 0).expect("a member");
	}
	while let Some(place) = expansion.places.pop() {
		expansion.expand(&place).expect("expanded");
	}
	assert!(expansion.lengths.is_empty());
	book.of(address).map(|(key, _)| key).collect()
}

fn mapped(key: H256, slot: U256) -> U256 {
	let preimage = [key.as_bytes(), &slot.to_big_endian()].concat();
	U256::from_big_endian(keccak256(&preimage).as_bytes())
}

#[test]
fn keys_of_variables_mappings_structs_and_arrays_works() {
	let layout = Layout::parse(LAYOUT.as_bytes()).expect("a layout");
	let (a, b, c) = (1u64, 2, 3);
	let [a, b, c] = [a, b, c].map(H256::from_low_u64_be);
	let events = vec![vec![a, b], vec![c]];
	let keys = keys(&layout, &events);
	let mut expected: BTreeSet<H256> = [0u64, 3, 4, 5, 6].map(H256::from_low_u64_be).into();
	for key in [a, b, c] {
		expected.insert(word(mapped(key, 1.into())));
	}
	// Pairs of one event only.
	for (outer, inner) in [(a, a), (a, b), (b, a), (b, b), (c, c)] {
		expected.insert(word(mapped(inner, mapped(outer, 2.into()))));
	}
	assert_eq!(keys, expected);
}

#[test]
fn keys_of_words_that_are_no_address_are_left_out_works() {
	let layout = Layout::parse(LAYOUT.as_bytes()).expect("a layout");
	assert_eq!(keys(&layout, &vec![vec![H256::repeat_byte(1)]]).len(), 5);
}

#[tokio::test]
async fn layout_that_makes_no_sense_fails() {
	assert!(matches!(Layout::parse(b"{"), Err(LayoutError::Json(_))));
	assert!(matches!(Layout::parse(b"{}"), Err(LayoutError::Form(_))));
	let text = LAYOUT.replace("\"base\": \"t_uint64\"", "\"base\": \"t_none\"");
	let layout = Layout::parse(text.as_bytes()).expect("a layout");
	let node = EthereumNode::new("http://127.0.0.1:9", RpcSettings::default()).expect("a node");
	let result = layout.collect(&node, H160::zero(), 0, &mut KeyBook::default()).await;
	assert!(matches!(result, Err(SourceError::Unreachable { .. })));
	let recursive = text.replace("\"t_uint64\": {", "\"t_none\": {").replace(
		"\"encoding\": \"inplace\", \"label\": \"uint64\"",
		"\"encoding\": \"inplace\", \"base\": \"t_none\"",
	);
	let layout = Layout::parse(recursive.as_bytes()).expect("a layout");
	let mut book = KeyBook::default();
	let mut expansion = Expansion {
		layout: &layout,
		address: H160::zero(),
		events: &Vec::new(),
		book: &mut book,
		seen: BTreeSet::new(),
		places: Vec::new(),
		lengths: Vec::new(),
	};
	// A type that contains itself ends, since a place is taken once.
	for member in &layout.storage {
		expansion.member(member, U256::zero(), None, 0).expect("a member");
	}
	while let Some(place) = expansion.places.pop() {
		expansion.expand(&place).expect("expanded");
	}
}

#[test]
fn slots_of_standards_works() {
	use hex_literal::hex;
	// As EIP-1967 and OpenZeppelin's sources have them.
	let implementation = hex!("360894a13ba1a3210667c828492db98dca3e2076cc3735a920a3ca505d382bbc");
	assert_eq!(word(hash_below(PROXY_SLOTS[0])), H256(implementation));
	let initializable = hex!("f0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00");
	assert_eq!(word(namespace(NAMESPACES[0])), H256(initializable));
}
