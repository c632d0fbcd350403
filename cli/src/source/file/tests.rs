//! Files of every kind: one small state written in each of their forms, and what must be refused.

use std::{fs, path::Path};

use hex_literal::hex;
use migration_primitives::{hash::keccak256, U256};
use serde_json::{json, Value as Json};
use tempfile::TempDir;

use super::*;
use crate::{
	snapshot::{SnapshotReader, SnapshotWriter, StageError, Summary},
	source::fixture::gzip,
};

const CONTRACT: &str = "0x1111111111111111111111111111111111111111";
const PERSON: &str = "0x2222222222222222222222222222222222222222";

/// Two accounts, as a genesis has them.
fn alloc() -> Json {
	json!({
		CONTRACT: {
			"balance": "0x0", "nonce": "0x1", "code": "0x60005460005260206000f3",
			"storage": {
				"0x00": "0x05",
				"0x0000000000000000000000000000000000000000000000000000000000000001": "0x00",
				"0x0000000000000000000000000000000000000000000000000000000000000002":
					"0x00000000000000000000000000000000000000000000000000000000000000ff",
			},
		},
		&PERSON[2..]: { "balance": "1000000000000000000" },
	})
}

fn genesis(alloc: Json) -> Json {
	json!({
		"config": { "chainId": 1337, "londonBlock": 0, "terminalTotalDifficulty": 0 },
		"alloc": alloc, "difficulty": "0x1", "gasLimit": "0x1c9c380", "timestamp": "0x5",
	})
}

pub(super) struct Source {
	folder: TempDir,
	pub(super) request: FileRequest,
}

impl Source {
	pub(super) fn new(kind: FileKind, content: &[u8]) -> Self {
		let folder = TempDir::new().expect("a folder");
		let path = folder.path().join("source");
		fs::write(&path, content).expect("written");
		let request = FileRequest {
			file: FileSource { kind, path },
			header: None,
			chain_id: None,
			block_hash: None,
			trust: Trust::Proved,
			finality: Finality::Unfinalized,
			confirmations: 0,
			targets: Vec::new(),
		};
		Self { folder, request }
	}

	fn genesis(alloc: Json) -> Self {
		Self::new(FileKind::GethGenesis, genesis(alloc).to_string().as_bytes())
	}

	pub(super) fn read(&self) -> Result<FileState, FileError> {
		read(&self.request, self.folder.path(), &mut || {})
	}

	/// The error, from within the record that it is in.
	pub(super) fn error(&self) -> FileError {
		match self.read().err().expect("an error") {
			FileError::Record { source, .. } => *source,
			error => error,
		}
	}

	/// Writes the snapshot and reads it back.
	fn snapshot(&self) -> (SnapshotHeader, Summary, Vec<u8>) {
		let state = self.read().expect("read");
		let path = self.folder.path().join("snapshot");
		let mut writer = SnapshotWriter::create(&path, &state.header).expect("begun");
		state.staged.write(state.choice, &mut writer, || {}).expect("written");
		writer.finish().expect("finished");
		let reader = SnapshotReader::open(&path).expect("opened");
		let summary = reader.read_to_end().expect("sound");
		(state.header, summary, fs::read(&path).expect("the file"))
	}
}

/// The header and its state root of the small state.
fn small() -> (SnapshotHeader, H256) {
	let state = Source::genesis(alloc()).read().expect("read");
	(state.header, state.state_root)
}

/// The accounts as Geth dumps them, without `root` at the front.
fn dumped() -> Vec<Json> {
	let account = |address: &str| {
		let hash = keccak256(H160::of_str(address).as_bytes());
		json!({ "address": address, "key": hash })
	};
	let mut contract = account(CONTRACT);
	let code = hex!("60005460005260206000f3");
	let storage = json!({
		"0x0000000000000000000000000000000000000000000000000000000000000000": "05",
		"0x0000000000000000000000000000000000000000000000000000000000000002": "ff",
	});
	for (field, value) in [
		("balance", json!("0")),
		("nonce", json!(1)),
		("codeHash", json!(keccak256(&code))),
		("code", json!(format!("0x{}", hex::encode(code)))),
		("storage", storage),
	] {
		contract[field] = value;
	}
	let mut person = account(PERSON);
	person["balance"] = json!("1000000000000000000");
	person["nonce"] = json!(0);
	vec![contract, person]
}

trait OfStr {
	fn of_str(text: &str) -> Self;
}

impl OfStr for H160 {
	fn of_str(text: &str) -> Self {
		crate::parse::address(text).expect("an address")
	}
}

fn lines(first: Json, rest: Vec<Json>) -> Vec<u8> {
	let all: Vec<String> = [vec![first], rest].concat().iter().map(Json::to_string).collect();
	(all.join("\n") + "\n").into_bytes()
}

/// A source that needs the block's header beside it.
fn with_header(kind: FileKind, content: &[u8]) -> Source {
	let mut source = Source::new(kind, content);
	let path = source.folder.path().join("header");
	fs::write(&path, format!("0x{}\n", hex::encode(small().0.block_header))).expect("written");
	source.request.header = Some(path);
	source.request.chain_id = Some(1337);
	source
}

fn dump(accounts: Vec<Json>) -> Source {
	let root = json!({ "root": small().1 });
	with_header(FileKind::GethDump, &lines(root, accounts))
}

#[test]
fn genesis_with_a_later_fork_works() {
	let (header, _) = small();
	assert_eq!((header.chain_id, header.block_number), (1337, 0));
	assert_eq!((header.scope, header.finality), (Scope::Full, Finality::Finalized));
	let (_, summary, _) = Source::genesis(alloc()).snapshot();
	// The slot of value zero does not exist.
	assert_eq!((summary.totals.accounts, summary.totals.slots), (2, 2));
}

#[test]
fn one_state_in_every_form_gives_the_same_bytes_works() {
	let (_, _, expected) = Source::genesis(alloc()).snapshot();
	let root = small().1;
	let mut other_order = dumped();
	other_order.reverse();
	let named = dumped().into_iter().map(|account| {
		let name = account["address"].as_str().expect("an address").to_owned();
		(name, account)
	});
	let object = json!({ "root": format!("{root:x}"), "accounts": Json::Object(named.collect()) });
	let header = alloy_header(&small().0.block_header);
	let anvil = json!({
		"block": {}, "best_block_number": 0, "blocks": [{ "header": header }],
		"accounts": {
			CONTRACT: {
				"nonce": 1, "balance": "0x0", "code": "0x60005460005260206000f3",
				"storage": { "0x0": "0x5", "0x2": "0xff" },
			},
			PERSON: { "nonce": 0, "balance": "0xde0b6b3a7640000", "code": "0x", "storage": {} },
		},
	});
	let mut anvil = Source::new(FileKind::AnvilState, anvil.to_string().as_bytes());
	anvil.request.chain_id = Some(1337);
	for source in [
		dump(dumped()),
		dump(other_order.clone()),
		with_header(FileKind::GethDump, object.to_string().as_bytes()),
		with_header(FileKind::RethState, &lines(json!({ "root": root }), other_order)),
		anvil,
	] {
		let kind = source.request.file.kind;
		assert_eq!(source.snapshot().2, expected, "{kind:?}");
	}
}

fn alloy_header(preimage: &[u8]) -> Json {
	let header: alloy_consensus::Header =
		alloy_rlp::Decodable::decode(&mut &*preimage).expect("a header");
	serde_json::to_value(header).expect("JSON")
}

#[test]
fn some_accounts_of_a_file_are_proved_works() {
	let mut source = dump(dumped());
	source.request.targets = vec![H160::of_str(PERSON)];
	let (header, summary, _) = source.snapshot();
	assert_eq!((header.scope, summary.totals.accounts), (Scope::Selected, 1));
	source.request.targets.push(H160::zero());
	let state = source.read().expect("read");
	let path = source.folder.path().join("other");
	let mut writer = SnapshotWriter::create(&path, &state.header).expect("begun");
	let error = state.staged.write(state.choice, &mut writer, || {}).err().expect("an error");
	assert_eq!(error.to_string(), format!("account {:?} is not in the source", H160::zero()));
}

#[test]
fn gzip_of_a_file_gives_the_same_works() {
	let packed = gzip(genesis(alloc()).to_string().as_bytes());
	let (_, _, expected) = Source::genesis(alloc()).snapshot();
	assert_eq!(Source::new(FileKind::GethGenesis, &packed).snapshot().2, expected);
	let cut = &packed[..packed.len() - 100];
	let error = Source::new(FileKind::GethGenesis, cut).error();
	assert!(matches!(error, FileError::Packing(_)), "{error:?}");
}

#[test]
fn truncated_file_fails_at_every_length() {
	let content = genesis(alloc()).to_string();
	for length in 0..content.len() {
		let error = Source::new(FileKind::GethGenesis, &content.as_bytes()[..length]).error();
		assert!(matches!(error, FileError::Truncated { .. }), "{length}: {error:?}");
	}
	let longer = Source::new(FileKind::GethGenesis, (content + "}").as_bytes()).error();
	assert!(matches!(longer, FileError::Json(_)), "{longer:?}");
	// A file of lines that ends between two accounts makes another state root.
	let mut accounts = dumped();
	accounts.pop();
	let error = dump(accounts).error();
	assert!(
		matches!(error, FileError::StateRoot { accounts: 1, who: "the file", .. }),
		"{error:?}"
	);
	assert!(matches!(dump(Vec::new()).error(), FileError::Empty));
}

#[test]
fn duplicate_account_or_slot_fails() {
	let twice = [dumped(), vec![dumped().remove(0)]].concat();
	let address = H160::of_str(CONTRACT);
	let error = dump(twice).error();
	assert!(
		matches!(error, FileError::Stage(StageError::DuplicateAccount { address: a }) if a == address),
		"{error:?}"
	);
	let text = genesis(alloc()).to_string().replace("\"0x00\":", "\"0x02\":");
	let error = Source::new(FileKind::GethGenesis, text.as_bytes()).error();
	assert!(
		matches!(
			error,
			FileError::Stage(StageError::DuplicateSlot { address: a, key })
				if a == address && key == H256::from_low_u64_be(2)
		),
		"{error:?}"
	);
	let text = genesis(alloc()).to_string().replace("\"nonce\":", "\"balance\":");
	let error = Source::new(FileKind::GethGenesis, text.as_bytes()).error();
	assert!(matches!(&error, FileError::Repeated { field } if field == "balance"), "{error:?}");
}

#[test]
fn wrong_or_missing_preimage_fails() {
	let hash = keccak256(H160::of_str(PERSON).as_bytes());
	let mut accounts = dumped();
	accounts[1].as_object_mut().expect("an object").remove("address");
	let error = dump(accounts).error();
	assert!(matches!(error, FileError::MissingPreimage { hash: h } if h == hash), "{error:?}");
	let mut accounts = dumped();
	accounts[1]["address"] = json!(CONTRACT);
	let error = dump(accounts).error();
	assert!(
		matches!(error, FileError::WrongPreimage { expected, .. } if expected == hash),
		"{error:?}"
	);
	let object = json!({
		"root": small().1, "accounts": { format!("pre({hash:?})"): { "balance": "1" } },
	});
	let error = with_header(FileKind::GethDump, object.to_string().as_bytes()).error();
	assert!(matches!(error, FileError::MissingPreimage { hash: h } if h == hash), "{error:?}");
}

#[test]
fn wrong_code_slots_or_root_fails() {
	let mut accounts = dumped();
	accounts[0]["code"] = json!("0x00");
	let error = dump(accounts).error();
	assert!(matches!(error, FileError::Stage(StageError::CodeHash { .. })), "{error:?}");
	let mut accounts = dumped();
	accounts[0]["root"] = json!(H256::repeat_byte(1));
	let error = dump(accounts).error();
	assert!(
		matches!(error, FileError::Stage(StageError::StorageRoot { slots: 2, .. })),
		"{error:?}"
	);
	let mut accounts = dumped();
	accounts[0]["nonce"] = json!(2);
	let error = dump(accounts).error();
	assert!(matches!(error, FileError::StateRoot { accounts: 2, .. }), "{error:?}");
	let mut other = genesis(alloc());
	other["stateRoot"] = json!(H256::repeat_byte(1));
	let error = Source::new(FileKind::GethGenesis, other.to_string().as_bytes()).error();
	assert!(matches!(error, FileError::StateRoot { who: "the file", .. }), "{error:?}");
}

#[test]
fn absurd_numbers_and_fields_fail() {
	for (field, value) in [
		("nonce", json!("0x10000000000000000")),
		("nonce", json!(-1)),
		("nonce", json!(1.5)),
		("balance", json!(format!("0x1{}", "0".repeat(64)))),
		("balance", json!("1e18")),
		("code", json!("0x123")),
		("storage", json!({ "0x00": format!("0x{}", "11".repeat(33)) })),
		("storage", json!([1, 2])),
	] {
		let mut alloc = alloc();
		alloc[CONTRACT][field] = value;
		let error = Source::genesis(alloc).error();
		assert!(matches!(error, FileError::Json(_)), "{field}: {error:?}");
	}
	let mut long = alloc();
	long[CONTRACT]["code"] = json!(format!("0x{}", "00".repeat(65_537)));
	let error = Source::genesis(long).error();
	assert!(
		matches!(error, FileError::Stage(StageError::CodeTooLong { found: 65_537, .. })),
		"{error:?}"
	);
	let mut endless = alloc();
	endless[CONTRACT]["code"] = json!(format!("0x{}", "0".repeat(9 << 20)));
	let error = Source::genesis(endless).error();
	assert!(matches!(error, FileError::Token(_)), "{error:?}");
	let mut unknown = alloc();
	unknown[CONTRACT]["constructor"] = json!("0x00");
	let error = Source::genesis(unknown).error();
	assert!(
		matches!(&error, FileError::Unknown { field, .. } if field == "constructor"),
		"{error:?}"
	);
	let deep = format!("{{\"alloc\": {}", "[".repeat(10_000));
	let error = Source::new(FileKind::GethGenesis, deep.as_bytes()).error();
	assert!(matches!(error, FileError::Json(_)), "{error:?}");
}

#[test]
fn genesis_of_an_unknown_fork_or_without_a_chain_id_fails() {
	let mut later = genesis(alloc());
	later["config"]["amsterdamTime"] = json!(0);
	let error = Source::new(FileKind::GethGenesis, later.to_string().as_bytes()).error();
	assert!(matches!(error, FileError::Fork { fork: "Amsterdam" }), "{error:?}");
	let mut nameless = genesis(alloc());
	nameless.as_object_mut().expect("an object").remove("config");
	let error = Source::new(FileKind::GethGenesis, nameless.to_string().as_bytes()).error();
	assert!(matches!(error, FileError::NoChainId), "{error:?}");
	let mut other = Source::genesis(alloc());
	other.request.chain_id = Some(1);
	assert!(matches!(other.error(), FileError::WrongChain { expected: 1, found: 1337 }));
}

#[test]
fn dump_without_a_header_or_of_another_block_fails() {
	let mut source = dump(dumped());
	let path = source.request.header.take();
	assert!(matches!(source.error(), FileError::NoHeader { kind: "geth-dump" }));
	let other = Source::genesis(json!({ PERSON: { "balance": "1" } })).read().expect("read").header;
	let path = path.expect("a path");
	fs::write(&path, &other.block_header).expect("written");
	source.request.header = Some(path.clone());
	let error = source.error();
	assert!(matches!(error, FileError::StateRoot { who: "the block's header", .. }), "{error:?}");
	let mut answer = alloy_header(&small().0.block_header);
	answer["hash"] = json!(small().0.block_hash);
	fs::write(&path, json!({ "jsonrpc": "2.0", "result": answer }).to_string()).expect("written");
	assert_eq!(source.read().expect("read").header, small().0);
	answer["hash"] = json!(H256::repeat_byte(1));
	fs::write(&path, answer.to_string()).expect("written");
	assert!(matches!(source.error(), FileError::HeaderHash { number: 0, .. }));
}

fn attested(accounts: u64, list: Vec<Json>) -> Source {
	let claims = json!({
		"format": attested::FORMAT, "chainId": 7, "blockNumber": 42,
		"blockHash": H256::repeat_byte(9), "scope": "full", "accounts": accounts,
	});
	let mut source = Source::new(FileKind::Attested, &lines(claims, list));
	source.request.trust = Trust::Attested;
	source
}

fn attested_accounts() -> Vec<Json> {
	vec![
		json!({ "address": CONTRACT, "nonce": 1, "balance": "0", "code": "0x00",
			"storage": { "0x00": "0x05" } }),
		json!({ "address": PERSON, "balance": "5" }),
	]
}

/// What Geth makes of `--dev`: a wei for each precompile, and all others for the faucet. Their sum is
/// 2^256.
#[test]
fn genesis_of_geth_in_development_mode_works() {
	let faucet = (U256::MAX - U256::from(8)).to_string();
	let mut alloc = json!({ PERSON: { "balance": faucet } });
	for number in 1..=9u64 {
		let address = format!("{:?}", H160::from_low_u64_be(number));
		alloc[address.as_str()] = json!({ "balance": "1" });
	}
	let (_, summary, _) = Source::genesis(alloc).snapshot();
	assert_eq!((summary.totals.accounts, summary.totals.balance), (10, U256::MAX));
}

#[test]
fn attested_file_works() {
	let (header, summary, _) = attested(2, attested_accounts()).snapshot();
	assert_eq!((header.chain_id, header.block_number), (7, 42));
	assert_eq!((header.block_hash, header.block_header.len()), (H256::repeat_byte(9), 0));
	assert_eq!((header.scope, header.trust), (Scope::Full, Trust::Attested));
	assert_eq!((summary.totals.accounts, summary.totals.slots), (2, 1));
}

#[test]
fn attested_file_that_is_cut_off_or_claims_proof_fails() {
	let error = attested(3, attested_accounts()).error();
	assert!(matches!(error, FileError::Count { expected: 3, found: 2 }), "{error:?}");
	let mut source = attested(2, attested_accounts());
	source.request.trust = Trust::Proved;
	assert!(matches!(source.error(), FileError::NotProved));
	let mut unknown = attested_accounts();
	unknown[1]["Nonce"] = json!(1);
	assert!(matches!(attested(2, unknown).error(), FileError::Unknown { .. }));
	let mut without = attested_accounts();
	without[1].as_object_mut().expect("an object").remove("balance");
	let error = attested(2, without).error();
	assert!(matches!(error, FileError::MissingOf { field: "balance", .. }), "{error:?}");
	let other = Source {
		request: FileRequest { trust: Trust::Attested, ..source.request.clone() },
		folder: source.folder,
	};
	fs::write(&other.request.file.path, "{\"format\": \"another\"}").expect("written");
	assert!(matches!(other.error(), FileError::Json(_)));
}

/// The folder of public genesis files, where the machine has it.
pub(super) fn vectors() -> Option<PathBuf> {
	let folder = std::env::var_os("MIGRATION_VECTORS").map(PathBuf::from);
	if folder.is_none() {
		eprintln!("skipped: MIGRATION_VECTORS does not name the folder of genesis files");
	}
	folder
}

fn public_genesis(folder: &Path, name: &str) -> (SnapshotHeader, Summary, H256) {
	let mut source = Source::new(FileKind::GethGenesis, b"");
	source.request.file.path = folder.join(name);
	let root = source.read().expect("read").state_root;
	let (header, summary, _) = source.snapshot();
	(header, summary, root)
}

#[test]
fn genesis_of_ethereum_works() {
	let Some(folder) = vectors() else { return };
	let (header, summary, root) = public_genesis(&folder, "ethereum-mainnet-genesis.json");
	assert_eq!(
		root,
		H256(hex!("d7f8974fb5ac78d9ac099b9ad5018bedc2ce0a72dad1827a1709da30580f0544"))
	);
	let hash = hex!("d4e56740f876aef8c010b86a40d5f56745a118d0906a34e69aec8c0db1cb8fa3");
	assert_eq!((header.block_hash, header.chain_id), (H256(hash), 1));
	assert_eq!((summary.totals.accounts, summary.totals.contracts), (8_893, 0));
}

#[test]
fn genesis_of_hoodi_works() {
	let Some(folder) = vectors() else { return };
	let (header, summary, root) = public_genesis(&folder, "hoodi-genesis.json");
	assert_eq!(
		root,
		H256(hex!("da87d7f5f91c51508791bbcbd4aa5baf04917830b86985eeb9ad3d5bfb657576"))
	);
	let hash = hex!("bbe312868b376a3001692a646dd2d7d1e4406380dfd86b98aa8a34d1557c971b");
	assert_eq!((header.block_hash, header.chain_id), (H256(hash), 560_048));
	let totals = summary.totals;
	assert_eq!((totals.accounts, totals.contracts, totals.slots), (335, 5, 33));
}
