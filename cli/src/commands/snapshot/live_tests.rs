//! A node whose chain changes while its state is read.

use std::sync::atomic::{AtomicBool, Ordering};

use alloy_consensus::Header;
use alloy_primitives::Bytes;
use clap::Parser;
use migration_primitives::{
	hash::{keccak256, EMPTY_TRIE_ROOT},
	trie::TrieAccount,
};
use tempfile::TempDir;

use super::*;
use crate::{
	args::{Args, Command},
	source::fixture::{gzip, serve},
};

/// The one account of the chain.
const PERSON: H160 = H160::repeat_byte(0x22);
const NUMBER: u64 = 7;

fn account() -> TrieAccount {
	TrieAccount {
		nonce: 1,
		balance: 5.into(),
		storage_root: EMPTY_TRIE_ROOT,
		code_hash: KECCAK_EMPTY,
	}
}

/// The leaf of the account, which is all there is of the trie.
fn leaf() -> Vec<u8> {
	// A leaf with an even number of nibbles (yellow paper, appendix C).
	let path = [&[0x20u8][..], keccak256(PERSON.as_bytes()).as_bytes()].concat();
	let mut value = Vec::new();
	account().put(&mut value);
	alloy_rlp::encode(vec![Bytes::from(path), Bytes::from(value)])
}

/// The block that is taken; `extra` tells it from others with the same state.
fn block(extra: u8) -> Header {
	Header {
		number: NUMBER,
		state_root: keccak256(&leaf()).0.into(),
		extra_data: vec![extra].into(),
		..Header::default()
	}
}

fn hash(header: &Header) -> H256 {
	H256(header.hash_slow().0)
}

/// What a node says of its chain at one moment.
struct Moment {
	/// The block of this number.
	block: Option<Header>,
	/// The number of the last block.
	last: u64,
}

/// Serves one moment until an account was asked for, and then the other.
fn serve_moments(version: &'static str, before: Moment, after: Moment) -> String {
	let changed = AtomicBool::new(false);
	serve(move |request| {
		let now = if changed.load(Ordering::SeqCst) { &after } else { &before };
		let first = &request["params"][0];
		match request["method"].as_str().expect("a method") {
			"eth_chainId" => Ok(json!("0x539")),
			"web3_clientVersion" => Ok(json!(version)),
			"eth_blockNumber" => Ok(json!(format!("{:#x}", now.last))),
			"eth_getBlockByNumber" if *first == json!("finalized") => Err(-32_000),
			"eth_getBlockByNumber" => {
				let asked = *first == json!("latest") || *first == json!(format!("{NUMBER:#x}"));
				let block = now.block.as_ref().filter(|_| asked);
				Ok(block.map_or(Value::Null, |block| {
					let mut answer = serde_json::to_value(block).expect("JSON");
					answer["hash"] = json!(hash(block));
					answer["transactions"] = json!([]);
					answer
				}))
			}
			"eth_getProof" => {
				changed.store(true, Ordering::SeqCst);
				let account = account();
				Ok(json!({
					"address": PERSON, "nonce": "0x1", "balance": "0x5",
					"codeHash": account.code_hash, "storageHash": account.storage_root,
					"accountProof": [format!("0x{}", hex::encode(leaf()))], "storageProof": [],
				}))
			}
			"anvil_dumpState" => {
				let accounts = json!({ format!("{PERSON:?}"): { "nonce": 1, "storage": {} } });
				let dump = json!({ "best_block_number": NUMBER, "accounts": accounts });
				Ok(json!(format!("0x{}", hex::encode(gzip(dump.to_string().as_bytes())))))
			}
			_ => Err(-32_601),
		}
	})
}

async fn take(url: &str, block: &str, folder: &TempDir) -> Result<Outcome> {
	let (output, person) = (folder.path().join("snapshot"), format!("{PERSON:?}"));
	let output = output.to_str().expect("UTF-8");
	let words = ["evm-migrate", "snapshot", "--rpc", url, "--account", &person, "--block", block];
	let more = ["--allow-unfinalized", "--retries", "0", "--output", output];
	let args = Args::try_parse_from([&words[..], &more[..]].concat()).expect("arguments");
	let Command::Snapshot(args) = args.command else { panic!("another command") };
	run(url, &args, &Console::new(true)).await
}

async fn error_of(url: &str, block: &str, folder: &TempDir) -> SourceError {
	let error = take(url, block, folder).await.expect_err("no snapshot");
	assert!(!folder.path().join("snapshot").exists());
	error.downcast().expect("an error of the source")
}

fn standing(extra: u8) -> Moment {
	Moment { block: Some(block(extra)), last: NUMBER }
}

#[tokio::test]
async fn snapshot_of_a_chain_that_stands_still_works() {
	for (version, block) in [("geth", "7"), ("anvil/v1", "latest")] {
		let folder = TempDir::new().expect("a folder");
		let url = serve_moments(version, standing(1), standing(1));
		let outcome = take(&url, block, &folder).await.expect("a snapshot");
		assert_eq!((&outcome.data["accounts"], &outcome.data["block"]), (&json!(1), &json!(7)));
	}
}

#[tokio::test]
async fn block_that_is_replaced_while_its_state_is_read_fails() {
	let replaced = Moment { block: Some(block(2)), last: NUMBER };
	let gone = Moment { block: None, last: NUMBER - 1 };
	for (after, hash_after) in [(replaced, Some(hash(&block(2)))), (gone, None)] {
		let folder = TempDir::new().expect("a folder");
		let url = serve_moments("geth", standing(1), after);
		let error = error_of(&url, "7", &folder).await;
		let SourceError::Reorganised { number, expected, found } = error else {
			panic!("{error:?}")
		};
		assert_eq!((number, expected, found), (NUMBER, hash(&block(1)), hash_after));
	}
}

#[tokio::test]
async fn run_that_goes_on_with_a_replaced_block_fails() {
	let folder = TempDir::new().expect("a folder");
	let url = serve_moments("geth", standing(1), standing(2));
	error_of(&url, "7", &folder).await;
	// What was read of the first block is there, and the second one is not taken for it.
	let error = error_of(&url, "7", &folder).await;
	let expected = (hash(&block(1)), Some(hash(&block(2))));
	assert!(
		matches!(error, SourceError::Reorganised { expected: e, found: f, .. } if (e, f) == expected),
		"{error:?}"
	);
	// The chain is back at the first block.
	let url = serve_moments("geth", standing(1), standing(1));
	let outcome = take(&url, "7", &folder).await.expect("a snapshot");
	assert_eq!(outcome.data["block_hash"], json!(hash(&block(1))));
}

#[tokio::test]
async fn chain_of_an_anvil_that_goes_on_fails() {
	let folder = TempDir::new().expect("a folder");
	let after = Moment { block: Some(block(1)), last: NUMBER + 1 };
	let url = serve_moments("anvil/v1", standing(1), after);
	let error = error_of(&url, "latest", &folder).await;
	assert!(matches!(error, SourceError::WentOn { expected: 7, found: 8 }), "{error:?}");
	// Where the state is not that of the last block, that is no matter.
	let folder = TempDir::new().expect("a folder");
	let after = Moment { block: Some(block(1)), last: NUMBER + 1 };
	let url = serve_moments("geth", standing(1), after);
	take(&url, "7", &folder).await.expect("a snapshot");
}
