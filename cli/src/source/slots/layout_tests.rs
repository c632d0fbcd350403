//! Keys of a small layout.

use std::collections::BTreeSet;

use tempfile::TempDir;

use super::{super::events::EventWriter, *};
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

/// The keys of the variables, with these words of events.
fn keys(layout: &Layout, events: &[Vec<H256>]) -> Result<BTreeSet<H256>, SourceError> {
	let (address, folder) = (H160::repeat_byte(1), TempDir::new().expect("a folder"));
	let mut book = KeyBook::new(folder.path());
	let mut writer = EventWriter::new(folder.path())?;
	for words in events {
		writer.add(words)?;
	}
	let events = writer.finish()?;
	let mut expansion = Expansion::new(layout, address, &events, &mut book);
	expansion.variables()?;
	assert!(expansion.lengths.is_empty());
	let (mut keys, mut found) = (book.of(address)?, BTreeSet::new());
	while let Some((key, means)) = keys.next_key()? {
		assert_eq!(means, Means::Layout);
		found.insert(key);
	}
	Ok(found)
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
	let keys = keys(&layout, &[vec![a, b], vec![c]]).expect("keys");
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
	assert_eq!(keys(&layout, &[vec![H256::repeat_byte(1)]]).expect("keys").len(), 5);
}

#[tokio::test]
async fn layout_that_makes_no_sense_fails() {
	assert!(matches!(Layout::parse(b"{"), Err(LayoutError::Json(_))));
	assert!(matches!(Layout::parse(b"{}"), Err(LayoutError::Form(_))));
	let text = LAYOUT.replace("\"base\": \"t_uint64\"", "\"base\": \"t_none\"");
	let layout = Layout::parse(text.as_bytes()).expect("a layout");
	let node = EthereumNode::new("http://127.0.0.1:9", RpcSettings::default()).expect("a node");
	let folder = TempDir::new().expect("a folder");
	let result = layout.collect(&node, H160::zero(), 0, &mut KeyBook::new(folder.path())).await;
	assert!(matches!(result, Err(SourceError::Unreachable { .. })));
	let error = keys(&layout, &[]).expect_err("a type that is not there");
	assert!(error.to_string().contains("it lacks the type t_none"), "{error}");
	let recursive = text.replace("\"t_uint64\": {", "\"t_none\": {").replace(
		"\"encoding\": \"inplace\", \"label\": \"uint64\"",
		"\"encoding\": \"inplace\", \"base\": \"t_none\"",
	);
	let layout = Layout::parse(recursive.as_bytes()).expect("a layout");
	let error = keys(&layout, &[]).expect_err("a type that contains itself");
	assert!(error.to_string().contains("nest deeper than 16"), "{error}");
}

#[test]
fn numbers_as_keys_of_mappings_works() {
	let text = LAYOUT.replace("\"key\": \"t_address\"", "\"key\": \"t_uint256\"");
	let layout = Layout::parse(text.as_bytes()).expect("a layout");
	let word_of = H256::repeat_byte(7);
	let keys = keys(&layout, &[vec![word_of]]).expect("keys");
	let number = |number: u64| H256::from_low_u64_be(number);
	for key in [number(0), number(63), word_of] {
		assert!(keys.contains(&word(mapped(key, 1.into()))), "{key:?}");
		// Also with the words of the event, in either place.
		assert!(keys.contains(&word(mapped(word_of, mapped(key, 2.into())))), "{key:?}");
		assert!(keys.contains(&word(mapped(key, mapped(word_of, 2.into())))), "{key:?}");
	}
	assert!(keys.contains(&word(mapped(number(5), mapped(number(6), 2.into())))));
	assert!(!keys.contains(&word(mapped(number(64), 1.into()))));
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
