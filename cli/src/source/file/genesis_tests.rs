//! Genesis files in the forms of several chains: the header that follows, and what is refused.
//!
//! The expected headers are written down field by field, from go-ethereum's `Genesis.ToBlock`.

use alloy_consensus::{constants::EMPTY_WITHDRAWALS, Header};
use alloy_primitives::B256;
use hex_literal::hex;
use serde_json::{json, Value as Json};

use super::{tests::Source, *};

const PERSON: &str = "0x2222222222222222222222222222222222222222";
/// OP's contract whose storage root stands in headers.
const MESSAGE_PASSER: &str = "0x4200000000000000000000000000000000000016";
/// Keccak-256 of the RLP of nothing.
const EMPTY_ROOT: [u8; 32] =
	hex!("56e81f171bcc55a6ff8345e692c0f86e5b48e01b996cadc001622fb5e363b421");
/// SHA-256 of nothing.
const NO_REQUESTS: [u8; 32] =
	hex!("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");

/// A genesis with this configuration, at the time 100.
fn genesis(config: Json) -> Json {
	json!({
		"config": config, "difficulty": "0x1", "gasLimit": "0x1c9c380", "timestamp": "0x64",
		"extraData": "0x", "alloc": { PERSON: { "balance": "5" } },
	})
}

fn with(mut genesis: Json, field: &str, value: Json) -> Json {
	genesis[field] = value;
	genesis
}

fn source(genesis: &Json) -> Source {
	Source::new(FileKind::GethGenesis, genesis.to_string().as_bytes())
}

/// The hash of the block that is made of a genesis.
fn made(genesis: &Json) -> H256 {
	source(genesis).read().expect("a state").header.block_hash
}

fn refused(genesis: &Json) -> FileError {
	source(genesis).error()
}

/// The header of [`genesis`] before London.
fn header(genesis: &Json) -> Header {
	let state = source(genesis).read().expect("a state");
	Header {
		state_root: B256::from(state.state_root.0),
		difficulty: alloy_primitives::U256::from(1),
		gas_limit: 30_000_000,
		timestamp: 100,
		..Header::default()
	}
}

fn hash(header: &Header) -> H256 {
	H256(header.hash_slow().0)
}

#[test]
fn fields_of_hard_forks_in_the_first_block_works() {
	let times = ["shanghaiTime", "cancunTime", "pragueTime", "osakaTime", "bpo1Time"];
	let config = |forks: usize, time: u64| {
		let mut config = json!({
			"chainId": 1337, "londonBlock": 0, "terminalTotalDifficulty": 0,
			"terminalTotalDifficultyPassed": true, "ethash": {},
		});
		for name in &times[..forks] {
			config[*name] = json!(time);
		}
		genesis(config)
	};
	let frontier = genesis(json!({ "chainId": 1337 }));
	let mut expected = header(&frontier);
	assert_eq!(made(&frontier), hash(&expected), "Frontier");
	expected.base_fee_per_gas = Some(1_000_000_000);
	let london = hash(&expected);
	assert_eq!(made(&config(0, 0)), london, "London");
	for (forks, name) in (1..).zip(times) {
		match name {
			"shanghaiTime" => expected.withdrawals_root = Some(EMPTY_WITHDRAWALS),
			"cancunTime" => {
				expected.blob_gas_used = Some(0);
				expected.excess_blob_gas = Some(0);
				expected.parent_beacon_block_root = Some(B256::ZERO);
			}
			"pragueTime" => expected.requests_hash = Some(NO_REQUESTS.into()),
			_ => {}
		}
		for time in [0, 100] {
			assert_eq!(made(&config(forks, time)), hash(&expected), "{name} at {time}");
		}
		assert_eq!(made(&config(forks, 101)), london, "{name} after the first block");
	}
}

#[test]
fn header_fields_of_a_file_works() {
	let config = json!({ "chainId": 1337, "londonBlock": 0, "shanghaiTime": 0, "cancunTime": 0 });
	let file = genesis(config);
	let mut expected = header(&file);
	expected.withdrawals_root = Some(EMPTY_WITHDRAWALS);
	expected.parent_beacon_block_root = Some(B256::ZERO);
	expected.base_fee_per_gas = Some(7);
	expected.blob_gas_used = Some(131_072);
	expected.excess_blob_gas = Some(262_144);
	expected.nonce = 0x1234u64.to_be_bytes().into();
	expected.mix_hash = B256::repeat_byte(3);
	expected.parent_hash = B256::repeat_byte(4);
	expected.beneficiary = [5; 20].into();
	expected.extra_data = vec![6; 97].into();
	expected.gas_used = 9;
	let mut file = file;
	for (field, value) in [
		("baseFeePerGas", json!(7)),
		("blobGasUsed", json!("0x20000")),
		("excessBlobGas", json!("262144")),
		("nonce", json!("0x1234")),
		("mixhash", json!(B256::repeat_byte(3))),
		("parentHash", json!(B256::repeat_byte(4))),
		("Coinbase", json!(format!("0x{}", "05".repeat(20)))),
		("extraData", json!(format!("0x{}", "06".repeat(97)))),
		("gasUsed", json!("0x9")),
		("number", json!(null)),
	] {
		file = with(file, field, value);
	}
	file = with(file, "timestamp", json!(100));
	assert_eq!(made(&file), hash(&expected));
	// All that a file may say besides.
	for (field, value) in [
		("hash", json!(hash(&expected))),
		("stateRoot", json!(expected.state_root)),
		("withdrawalsRoot", json!(EMPTY_ROOT.map(|byte| format!("{byte:02x}")).concat())),
		("parentBeaconBlockRoot", json!(B256::ZERO)),
		("requestsHash", json!(null)),
		("transactionsRoot", json!(expected.transactions_root)),
		("logsBloom", json!(format!("0x{}", "00".repeat(256)))),
		("comment", json!({ "any": ["thing"] })),
		("_note", json!("text")),
	] {
		file = with(file, field, value);
	}
	assert_eq!(made(&file), hash(&expected));
}

#[test]
fn words_that_do_not_follow_from_the_file_fail() {
	let london = genesis(json!({ "chainId": 1337, "londonBlock": 0 }));
	let wrong = H256::repeat_byte(0x11);
	for (field, value) in [
		("withdrawalsRoot", json!(H256(EMPTY_ROOT))),
		("requestsHash", json!(H256(NO_REQUESTS))),
		("parentBeaconBlockRoot", json!(H256::zero())),
		("transactionsRoot", json!(wrong)),
	] {
		let error = refused(&with(london.clone(), field, value));
		assert!(matches!(error, FileError::HeaderWord { field: f, .. } if f == field), "{error:?}");
	}
	let cancun = json!({ "chainId": 7, "londonBlock": 0, "shanghaiTime": 0, "cancunTime": 0 });
	let error = refused(&with(genesis(cancun), "parentBeaconBlockRoot", json!(wrong)));
	assert!(matches!(error, FileError::HeaderWord { found: Some(zero), .. } if zero.is_zero()));
	let found = made(&london);
	let error = refused(&with(london.clone(), "hash", json!(wrong)));
	let FileError::GenesisHash { expected, found: f, foreign, .. } = error else {
		panic!("{error:?}")
	};
	assert_eq!((expected, f, foreign), (wrong, found, Vec::new()));
	let error = refused(&with(london, "stateHash", json!(wrong)));
	assert!(matches!(error, FileError::StateRoot { who: "the file", .. }), "{error:?}");
}

#[test]
fn headers_of_other_chains_fail_unless_their_hash_is_known() {
	let vanity = "00".repeat(32);
	for (field, config, more) in [
		("config.aura", json!({ "aura": { "stepDuration": 5 } }), None),
		("config.authorityRound", json!({ "authorityRound": {} }), None),
		("config.ibft2", json!({ "ibft2": { "epochlength": 30_000 } }), None),
		(
			"config.qbft",
			json!({ "qbft": {} }),
			Some(("extraData", json!(format!("0x{vanity}c1c0")))),
		),
		("config.XDPoS", json!({ "XDPoS": {} }), None),
		("config.posv", json!({ "posv": {} }), None),
		("config.feeConfig", json!({ "feeConfig": { "gasLimit": 8_000_000 } }), None),
		("config.apricotPhase1BlockTimestamp", json!({ "apricotPhase1BlockTimestamp": 0 }), None),
		("config.arbitrum", json!({ "arbitrum": { "EnableArbOS": true } }), None),
		("config.scroll", json!({ "scroll": { "useZktrie": true } }), None),
		("config.parlia", json!({ "parlia": {}, "londonBlock": 0 }), None),
		("config.berachain.prague1", json!({ "berachain": { "prague1": { "time": 100 } } }), None),
		("config.jovianTime", json!({ "optimism": {}, "jovianTime": 0, "londonBlock": 0 }), None),
		("seal", json!({}), Some(("seal", json!({ "authorityRound": { "step": "0x0" } })))),
		("auRaSeal", json!({}), Some(("auRaSeal", json!("0x00")))),
		("extDataHash", json!({}), Some(("extDataHash", json!(H256::zero())))),
		("blockGasCost", json!({}), Some(("blockGasCost", json!("0x0")))),
		("validators", json!({}), Some(("validators", json!([])))),
		("excessBlobGas", json!({}), Some(("excessBlobGas", json!("0x0")))),
		("logsBloom", json!({}), Some(("logsBloom", json!("0x01")))),
	] {
		let mut file = genesis(config);
		file["config"]["chainId"] = json!(1337);
		if let Some((name, value)) = more {
			file = with(file, name, value);
		}
		let error = refused(&file);
		let FileError::Foreign { found, foreign, .. } = &error else {
			panic!("{field}: {error:?}")
		};
		let fields: Vec<&str> = foreign.iter().map(|part| part.field.as_str()).collect();
		assert_eq!(fields, [field]);
		assert!(error.to_string().contains(&format!(": `{field}` (")), "{error}");
		// The same header, and somebody who knows its hash.
		let mut known = source(&file);
		known.request.block_hash = Some(*found);
		assert_eq!(known.read().expect("a state").header.block_hash, *found, "{field}");
		assert_eq!(made(&with(file.clone(), "hash", json!(found))), *found, "{field}");
		known.request.block_hash = Some(H256::repeat_byte(0x11));
		let error = known.error();
		assert!(
			matches!(&error, FileError::GenesisHash { foreign: f, .. } if f == foreign),
			"{error:?}"
		);
	}
}

/// AvalancheGo's genesis of a local network: nothing but its chain id tells of another header.
#[test]
fn genesis_of_a_local_avalanche_fails_unless_its_hash_is_known() {
	let config = json!({
		"chainId": 43_112, "homesteadBlock": 0, "daoForkBlock": 0, "daoForkSupport": true,
		"eip150Block": 0, "eip155Block": 0, "eip158Block": 0, "byzantiumBlock": 0,
		"constantinopleBlock": 0, "petersburgBlock": 0, "istanbulBlock": 0, "muirGlacierBlock": 0,
	});
	let file = with(genesis(config), "extraData", json!("0x00"));
	let error = refused(&file);
	let FileError::Foreign { found, foreign, .. } = error else { panic!("{error:?}") };
	assert_eq!(foreign.iter().map(|part| part.field.as_str()).collect::<Vec<_>>(), ["chainId"]);
	let mut known = source(&file);
	known.request.block_hash = Some(found);
	let state = known.read().expect("a state");
	assert_eq!((state.header.chain_id, state.hash_confirmed_by), (43_112, ConfirmedBy::Flag));
}

#[test]
fn hash_of_a_first_block_is_confirmed_by_somebody_or_nobody_works() {
	let file = genesis(json!({ "chainId": 1337 }));
	let confirmed_by = |source: &Source| source.read().expect("a state").hash_confirmed_by;
	assert_eq!(confirmed_by(&source(&file)), ConfirmedBy::Nobody);
	let hash = made(&file);
	let said = with(file.clone(), "hash", json!(hash));
	assert_eq!(confirmed_by(&source(&said)), ConfirmedBy::File);
	let mut flag = source(&said);
	flag.request.block_hash = Some(hash);
	assert_eq!(confirmed_by(&flag), ConfirmedBy::Flag);
}

/// Geth refuses such an account.
#[test]
fn account_without_a_balance_has_none_as_besu_reads_it_works() {
	let with_alloc = |account: Json| {
		let file = genesis(json!({ "chainId": 1337 }));
		source(&with(file, "alloc", json!({ PERSON: account }))).read().expect("a state")
	};
	let expected = with_alloc(json!({ "balance": "0", "nonce": "0x1" })).state_root;
	assert_eq!(with_alloc(json!({ "nonce": "0x1" })).state_root, expected);
	assert_eq!(with_alloc(json!({ "nonce": "0x1", "balance": null })).state_root, expected);
}

#[test]
fn chains_with_ordinary_first_headers_works() {
	let sealed = format!("0x{}f8c080c0", "00".repeat(32));
	for config in [
		json!({ "clique": { "period": 15, "epoch": 30_000 } }),
		json!({ "bor": { "sprint": { "0": 64 } }, "londonBlock": 23_850_000u64, "pragueTime": 0 }),
		json!({ "parlia": {}, "londonBlock": 31_302_048u64 }),
		json!({ "qbft": { "epochlength": 30_000 } }),
		json!({ "istanbul": { "epoch": 30_000 }, "arbitrum": { "EnableArbOS": false } }),
		json!({ "scroll": { "useZktrie": false }, "shanghaiBlock": 0, "londonBlock": 5 }),
		json!({ "berachain": { "prague1": { "time": 101 } }, "aura": null, "verkleTime": null }),
		json!({ "optimism": { "eip1559Elasticity": 6 }, "bedrockBlock": 0, "isthmusTime": 101 }),
		json!({ "chainID": "1337", "SHANGHAITIME": 0, "enableVerkleAtGenesis": false }),
	] {
		let mut file = genesis(json!({ "chainId": 1337 }));
		let mut expected = header(&file);
		expected.extra_data = hex::decode(&sealed[2..]).expect("digits").into();
		file["extraData"] = json!(sealed);
		file["config"] = config;
		let mut source = source(&file);
		source.request.chain_id = Some(1337);
		let state = source.read().unwrap_or_else(|error| panic!("{file}: {error}"));
		assert_eq!(state.header.block_hash, hash(&expected), "{file}");
	}
}

#[test]
fn bor_goes_by_block_numbers_works() {
	let config = json!({
		"chainId": 1337, "bor": {}, "londonBlock": 0, "shanghaiBlock": 0, "cancunBlock": 0,
		"pragueBlock": 0, "pragueTime": 0,
	});
	let file = genesis(config);
	let mut expected = header(&file);
	expected.base_fee_per_gas = Some(1_000_000_000);
	expected.withdrawals_root = Some(EMPTY_WITHDRAWALS);
	expected.blob_gas_used = Some(0);
	expected.excess_blob_gas = Some(0);
	expected.parent_beacon_block_root = Some(B256::ZERO);
	assert_eq!(made(&file), hash(&expected));
}

#[test]
fn isthmus_has_a_storage_root_for_withdrawals_works() {
	let config = json!({
		"chainId": 1337, "optimism": {}, "londonBlock": 0, "shanghaiTime": 0, "isthmusTime": 0,
	});
	let mut file = genesis(config);
	let mut expected = header(&file);
	expected.base_fee_per_gas = Some(1_000_000_000);
	expected.withdrawals_root = Some(EMPTY_WITHDRAWALS);
	assert_eq!(made(&file), hash(&expected), "without the contract");
	let slot = (H256::zero(), H256::from_low_u64_be(5));
	let hashed = migration_primitives::hash::keccak256(slot.0.as_bytes());
	let root = crate::snapshot::storage_root([(hashed, slot.1)]).expect("a root");
	file["alloc"][MESSAGE_PASSER] =
		json!({ "balance": "0", "code": "0x00", "storage": { "": "05" } });
	let mut expected = header(&file);
	expected.base_fee_per_gas = Some(1_000_000_000);
	expected.withdrawals_root = Some(root.0.into());
	assert_eq!(made(&file), hash(&expected), "with the contract");
	file["config"].as_object_mut().expect("an object").remove("optimism");
	expected.withdrawals_root = Some(EMPTY_WITHDRAWALS);
	assert_eq!(made(&file), hash(&expected), "on another chain");
}

#[test]
fn accounts_as_geth_takes_them_works() {
	let file = genesis(json!({ "chainId": 1337 }));
	let expected = source(&with(
		file.clone(),
		"alloc",
		json!({
			PERSON: {
				"balance": "1000000000000000000000", "nonce": "0x1", "code": "0x00",
				"storage": { "0x00": "0x05" },
			},
		}),
	));
	let expected = expected.read().expect("a state").state_root;
	// A number that no 64 bits hold, names in any case, no digits for zero, no slot of value zero.
	let alloc = r#"{ "2222222222222222222222222222222222222222": {
		"Balance": 1000000000000000000000, "NONCE": 1, "Code": "0x00",
		"storage": { "0x": "0x05", "0x01": "0x", "02": "" } } }"#;
	let text = file.to_string();
	let text = text.replace(&file["alloc"].to_string(), alloc);
	assert!(text.contains("Balance"), "{text}");
	let source = Source::new(FileKind::GethGenesis, text.as_bytes());
	assert_eq!(source.read().expect("a state").state_root, expected);
	for (number, words) in [("1e21", "number `1e"), ("-1", "-1"), ("1.0", "number `1.0`")] {
		let text = text.replace("1000000000000000000000", number);
		let error = Source::new(FileKind::GethGenesis, text.as_bytes()).error().to_string();
		assert!(error.contains(words) && error.contains("below 2^256"), "{error}");
	}
	let twice = text.replace("\"NONCE\": 1", "\"balance\": 1");
	let error = Source::new(FileKind::GethGenesis, twice.as_bytes()).error();
	assert!(matches!(&error, FileError::Repeated { field } if field == "balance"), "{error:?}");
}

#[test]
fn parts_that_are_there_twice_fail() {
	let text = genesis(json!({ "chainId": 1337, "londonBlock": 0 })).to_string();
	for (from, to, field) in [
		("\"londonBlock\"", "\"chainid\"", "config.chainid"),
		("\"extraData\":\"0x\"", "\"GASLIMIT\":\"0x1\"", "gasLimit"),
		("\"extraData\":\"0x\"", "\"Alloc\":{}", "alloc"),
	] {
		let text = text.replace(from, to);
		let error = Source::new(FileKind::GethGenesis, text.as_bytes()).error();
		let FileError::Repeated { field: found } = &error else { panic!("{error:?}") };
		assert!(found.eq_ignore_ascii_case(field), "{found}");
	}
}

#[test]
fn genesis_inside_of_another_object_works() {
	let file = genesis(json!({ "chainId": 1337 }));
	assert_eq!(made(&json!({ "genesis": file })), made(&file));
	let parity = json!({
		"name": "A chain", "engine": { "authorityRound": {} }, "params": {},
		"genesis": { "seal": {}, "difficulty": "0x1", "gasLimit": "0x1" }, "accounts": {},
	});
	assert!(matches!(refused(&parity), FileError::Specification));
	assert!(matches!(refused(&json!({})), FileError::Missing { field: "alloc" }));
}

#[test]
fn first_block_of_a_public_network_must_be_its_own() {
	for (chain_id, reason) in [
		(1, ""),
		(17_000, ""),
		(100, ": `chainId` (headers of AuRa"),
		(534_352, ": `chainId` (its state root"),
	] {
		let file = genesis(json!({ "chainId": chain_id }));
		let error = refused(&file);
		let FileError::GenesisHash { found, expected, .. } = error else { panic!("{error:?}") };
		assert_eq!(Some(expected), networks::genesis_hash(chain_id));
		assert!(error.to_string().contains("the public network of this chain id has"), "{error}");
		assert!(error.to_string().contains(reason), "{error}");
		// A file of another block, or whoever means another chain.
		let other = json!({ "chainId": chain_id, "londonBlock": 0 });
		let state = source(&with(genesis(other), "number", json!("0x1"))).read().expect("a state");
		assert_eq!(state.header.block_number, 1);
		let mut meant = source(&file);
		meant.request.block_hash = Some(found);
		assert_eq!(meant.read().expect("a state").header.chain_id, chain_id);
	}
	// The chain id beside the file counts, too.
	let mut named = source(&genesis(json!({})));
	named.request.chain_id = Some(5);
	assert!(matches!(named.error(), FileError::GenesisHash { .. }));
}

#[test]
fn genesis_of_ethereum_without_a_configuration_is_known_by_its_hash_works() {
	let Some(folder) = tests::vectors() else { return };
	let mut file = Source::new(FileKind::GethGenesis, b"");
	file.request.file.path = folder.join("ethereum-mainnet-genesis.json");
	for (chain_id, expected) in [(None, 1), (Some(1), 1), (Some(61), 61)] {
		file.request.chain_id = chain_id;
		assert_eq!(file.read().expect("a state").header.chain_id, expected);
	}
	file.request.chain_id = Some(1337);
	assert!(matches!(file.error(), FileError::WrongChain { expected: 1337, found: 1 }));
	file.request.chain_id = Some(5);
	assert!(matches!(file.error(), FileError::GenesisHash { .. }));
}

/// Sepolia's first accounts, by their balances.
const SEPOLIA: [(&str, &[&str]); 4] = [
	(
		"1000000000000000000000000",
		&[
			"a2a6d93439144ffe4d27c9e088dcd8b783946263",
			"bc11295936aa79d594139de1b2e12629414f3bdb",
			"7cf5b79bfe291a67ab02b393e456ccc4c266f753",
			"aaec86394441f915bce3e6ab399977e9906f3b69",
			"f47cae1cf79ca6758bfc787dbd21e6bdbe7112b8",
			"d7eddb78ed295b3c9629240e8924fb8d8874ddd8",
			"8b7f0977bb4f0fbe7076fa22bc24aca043583f5e",
			"e2e2659028143784d557bcec6ff3a0721048880a",
			"d9a5179f091d85051d3c982785efd1455cec8699",
			"beef32ca5b9a198d27b4e02f4c70439fe60356cf",
		],
	),
	("10000000000000000000000000", &["0000006916a87b82333f4245046623b23794c65c"]),
	(
		"100000000000000000000000000",
		&[
			"b21c33de1fab3fa15499c62b59fe0cc3250020d1",
			"10f5d45854e038071485ac9e402308cf80d2d2fe",
			"d7d76c58b3a519e9fa6cc4d22dc017259bc49f1e",
		],
	),
	("1000000000000000000", &["799d329e5f583419167cd722962485926e338f4a"]),
];

#[test]
fn genesis_of_sepolia_with_and_without_its_configuration_works() {
	let accounts = SEPOLIA.iter().flat_map(|(balance, addresses)| {
		addresses.iter().map(move |address| ((*address).to_owned(), json!({ "balance": balance })))
	});
	let mut file = json!({
		"config": { "chainId": 11_155_111, "londonBlock": 0, "shanghaiTime": 1_677_557_088, "ethash": {} },
		"nonce": "0x00", "timestamp": "0x6159af19", "gasLimit": "0x1c9c380", "difficulty": "0x20000",
		"extraData": format!("0x{}", hex::encode("Sepolia, Athens, Attica, Greece!")),
		"alloc": Json::Object(accounts.collect()), "number": "0x0", "gasUsed": "0x0",
	});
	let root = hex!("5eb6e371a698b8d68f665192350ffcecbbbf322916f4b51bd79bb6887da3f494");
	let hash = hex!("25a5cc106eea7138acab33231d7160d69cb777ee0c2c553fcddf5138993e6dd9");
	let state = source(&file).read().expect("a state");
	assert_eq!((state.state_root, state.header.block_hash), (H256(root), H256(hash)));
	assert_eq!(state.hash_confirmed_by, ConfirmedBy::PublicNetwork);
	file.as_object_mut().expect("an object").remove("config");
	for (chain_id, expected) in [(None, 11_155_111), (Some(11_155_111), 11_155_111)] {
		let mut bare = source(&file);
		bare.request.chain_id = chain_id;
		let header = bare.read().expect("a state").header;
		assert_eq!((header.block_hash, header.chain_id), (H256(hash), expected));
	}
	// The hash tells the hard forks, also of a chain that is not public.
	let cancun = with(with(file, "blobGasUsed", json!("0x1")), "timestamp", json!("0x1"));
	assert!(matches!(refused(&cancun), FileError::NoChainId));
	let mut known = source(&cancun);
	let times = json!({ "chainId": 1337, "londonBlock": 0, "shanghaiTime": 0, "cancunTime": 0 });
	known.request.chain_id = Some(1337);
	known.request.block_hash = Some(made(&with(cancun.clone(), "config", times)));
	let header = known.read().expect("a state").header;
	assert_eq!((Some(header.block_hash), header.chain_id), (known.request.block_hash, 1337));
}
