//! An anvil that speaks as a Geth of its accounts.
//!
//! No Geth is on npm: the shape of `debug_accountRange` is that of its documentation and of its
//! `state.Dump`. Proofs, code and slots behind it are anvil's own.

use std::{collections::BTreeMap, io::Read};

use migration_primitives::{hash::keccak256, H256};
use serde_json::{json, Map, Value};

use super::node::{answer, call, serve};

/// A node in front of the anvil at `url`, which gives `page` accounts at once. Of the account with the
/// hash `unknown` it lacks the preimage.
pub(crate) fn geth(url: &str, page: usize, unknown: Option<H256>) -> String {
	let node = url.to_owned();
	serve(move |request| {
		let result = match request["method"].as_str() {
			Some("web3_clientVersion") => json!("Geth/v1.16.5-stable/linux-amd64/go1.25.1"),
			Some("debug_accountRange") => account_range(&node, &request["params"], page, unknown),
			_ => return Some(answer(&node, request)),
		};
		Some(json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }))
	})
}

fn account_range(node: &str, params: &Value, page: usize, unknown: Option<H256>) -> Value {
	let block = call(node, "eth_getBlockByHash", json!([params[0], false])).expect("the block");
	assert_eq!(params[2], json!(256), "no more than Geth gives");
	assert_eq!((&params[3], &params[4]), (&json!(true), &json!(true)), "no code, no storage");
	assert_eq!(params[5], json!(true), "also accounts without preimages");
	let start = params[1].as_str().expect("a hash").to_owned();
	let all = accounts(node);
	let mut rest = all.range(start..);
	let mut shown = Map::new();
	for (hash, account) in rest.by_ref().take(page) {
		let known = unknown.is_none_or(|unknown| format!("{unknown:?}") != *hash);
		let mut entry = json!({
			"balance": "1", "nonce": 1, "root": hash, "codeHash": hash, "key": hash,
		});
		if known {
			entry["address"] = json!(account);
		}
		let name = if known { account.clone() } else { format!("pre({hash})") };
		shown.insert(name, entry);
	}
	let root = block["stateRoot"].as_str().expect("a root");
	let mut dump = json!({ "root": root.trim_start_matches("0x"), "accounts": shown });
	if let Some((next, _)) = rest.next() {
		let bytes = hex::decode(next.trim_start_matches("0x")).expect("digits");
		dump["next"] = json!(base64(&bytes));
	}
	dump
}

/// The anvil's accounts by the hashes of their addresses.
fn accounts(node: &str) -> BTreeMap<String, String> {
	let packed = call(node, "anvil_dumpState", json!([])).expect("the state");
	let packed = hex::decode(&packed.as_str().expect("digits")[2..]).expect("digits");
	let mut text = Vec::new();
	let mut unpacked = evm_migrate::source::Gunzip::new(packed.as_slice(), 1 << 30);
	unpacked.read_to_end(&mut text).expect("unpacked");
	let dump: Value = serde_json::from_slice(&text).expect("JSON");
	let accounts = dump["accounts"].as_object().expect("accounts");
	let by_hash = accounts.keys().map(|address| {
		let bytes = hex::decode(&address[2..]).expect("an address");
		(format!("{:?}", keccak256(&bytes)), address.clone())
	});
	by_hash.collect()
}

/// RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
	const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	let mut text = String::new();
	for part in bytes.chunks(3) {
		let mut whole = [0; 3];
		whole[..part.len()].copy_from_slice(part);
		let bits = u32::from_be_bytes([0, whole[0], whole[1], whole[2]]);
		for place in 0..4usize {
			let digit = (bits >> (18 - 6 * place)) & 63;
			text.push(if place > part.len() { '=' } else { DIGITS[digit as usize].into() });
		}
	}
	text
}
