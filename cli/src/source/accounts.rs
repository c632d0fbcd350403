//! `debug_accountRange` of Geth: every account of a block, page by page in the order of the hashes of
//! their addresses.

use std::collections::BTreeMap;

use alloy_primitives::B256;
use migration_primitives::{hash::keccak256, header::SourceHeader, H160, H256};
use serde::Deserialize;
use serde_json::json;

use super::{EthereumNode, SourceError};
use crate::parse;

/// Accounts in one page: the most that Geth gives.
const PAGE: u32 = 256;
/// Most accounts, since their addresses are held in memory.
const MAX_ACCOUNTS: usize = 1 << 22;

/// A page, as Geth's `state.Dump`.
#[derive(Deserialize)]
struct Page {
	/// The state root, in hexadecimal digits without 0x.
	root: Option<String>,
	/// By address, or by `pre(HASH)` where the address is not known.
	accounts: BTreeMap<String, Entry>,
	/// The hash that the next page begins with, in base64.
	next: Option<String>,
}

#[derive(Deserialize)]
struct Entry {
	/// Keccak-256 of the address.
	key: Option<B256>,
}

/// The address of every account of a block; `None` where the node does not serve the method.
///
/// That none is missing, the state root proves in the end.
pub async fn account_range(
	node: &EthereumNode,
	block: &SourceHeader,
) -> Result<Option<Vec<H160>>, SourceError> {
	/// JSON-RPC's code of a method that a node does not serve.
	const METHOD_NOT_FOUND: i32 = -32_601;
	let (mut addresses, mut from) = (Vec::new(), H256::zero());
	loop {
		// Without code and storage, and with the accounts whose address is not known: else they would be
		// left out in silence.
		let params = vec![
			json!(block.hash),
			json!(from),
			json!(PAGE),
			json!(true),
			json!(true),
			json!(true),
		];
		let page: Page = match node.request("debug_accountRange", params).await {
			Ok(page) => page,
			Err(SourceError::Refused { code: METHOD_NOT_FOUND, .. }) if from.is_zero() => {
				return Ok(None)
			}
			Err(error) => return Err(error),
		};
		check_root(&page, block.state_root)?;
		for (name, entry) in &page.accounts {
			addresses.push(address(name, entry)?);
		}
		if addresses.len() > MAX_ACCOUNTS {
			return Err(SourceError::TooManyAccounts { limit: MAX_ACCOUNTS });
		}
		let Some(next) = page.next.as_deref().map(position).transpose()? else {
			return Ok(Some(addresses));
		};
		if next <= from || page.accounts.is_empty() {
			let reason = format!("it does not go on behind {from:?}: {next:?} is said to be next");
			return Err(SourceError::AccountRange { reason });
		}
		from = next;
	}
}

fn check_root(page: &Page, expected: H256) -> Result<(), SourceError> {
	let Some(text) = &page.root else { return Ok(()) };
	let digits = text.strip_prefix("0x").unwrap_or(text);
	let found = parse::hash(&format!("0x{digits}"))
		.map_err(|error| SourceError::AccountRange { reason: error.to_string() })?;
	match found == expected {
		true => Ok(()),
		false => Err(SourceError::AccountRangeRoot { expected, found }),
	}
}

fn address(name: &str, entry: &Entry) -> Result<H160, SourceError> {
	if let Some(hash) = name.strip_prefix("pre(").and_then(|rest| rest.strip_suffix(')')) {
		let hash = parse::hash(hash)
			.map_err(|error| SourceError::AccountRange { reason: error.to_string() })?;
		return Err(SourceError::AccountPreimage { hash });
	}
	let address = parse::address(name)
		.map_err(|error| SourceError::AccountRange { reason: error.to_string() })?;
	let hashed = keccak256(address.as_bytes());
	match entry.key.filter(|key| key.0 != hashed.0) {
		None => Ok(address),
		Some(key) => {
			let reason = format!("{address:?} hashes to {hashed:?}, not to {key:?}");
			Err(SourceError::AccountRange { reason })
		}
	}
}

/// Where the next page begins: 32 bytes, as Go writes bytes into JSON (RFC 4648, section 4).
fn position(text: &str) -> Result<H256, SourceError> {
	let wrong = || {
		let text: String = text.chars().take(64).collect();
		let reason = format!("`{text}` is no position: 32 bytes in base64 are needed");
		SourceError::AccountRange { reason }
	};
	let digits = text.strip_suffix('=').filter(|digits| digits.len() == 43).ok_or_else(wrong)?;
	let (mut bytes, mut bits, mut count) = (Vec::with_capacity(32), 0u32, 0u32);
	for digit in digits.bytes() {
		let value = match digit {
			b'A'..=b'Z' => digit - b'A',
			b'a'..=b'z' => digit - b'a' + 26,
			b'0'..=b'9' => digit - b'0' + 52,
			b'+' => 62,
			b'/' => 63,
			_ => return Err(wrong()),
		};
		// At most 6 bits are left over, so that none is lost.
		bits = (bits << 6) | u32::from(value);
		count += 6;
		if count >= 8 {
			count -= 8;
			bytes.push((bits >> count) as u8);
			bits &= (1 << count) - 1;
		}
	}
	// 43 digits are 32 bytes and two bits.
	match bits == 0 && bytes.len() == 32 {
		true => Ok(H256::from_slice(&bytes)),
		false => Err(wrong()),
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::source::{fixture::serve, RpcSettings};
	use serde_json::Value;

	const HASH: H256 = H256::repeat_byte(0xaa);
	const ROOT: H256 = H256::repeat_byte(0xbb);

	/// Keccak-256 in base64, made by hand.
	const NEXT: &str = "gAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAE=";

	fn next() -> H256 {
		let mut next = H256::from_low_u64_be(1);
		next.0[0] = 0x80;
		next
	}

	fn entry(address: H160) -> (String, Value) {
		let hash = keccak256(address.as_bytes());
		let value = json!({
			"balance": "5", "nonce": 1, "root": HASH, "codeHash": HASH, "address": address, "key": hash,
		});
		(format!("{address:?}"), value)
	}

	fn page(accounts: Vec<(String, Value)>, next: Option<&str>) -> Value {
		let accounts: serde_json::Map<String, Value> = accounts.into_iter().collect();
		let mut page = json!({ "root": format!("{ROOT:?}")[2..], "accounts": accounts });
		if let Some(next) = next {
			page["next"] = json!(next);
		}
		page
	}

	async fn ask(
		answer: impl Fn(&Value) -> Result<Value, i32> + Send + Sync + 'static,
	) -> Result<Option<Vec<H160>>, SourceError> {
		let node = EthereumNode::new(&serve(answer), RpcSettings::default()).expect("prepared");
		let block = SourceHeader { hash: HASH, state_root: ROOT, number: 7, timestamp: 0 };
		account_range(&node, &block).await
	}

	#[tokio::test]
	async fn account_range_of_two_pages_works() {
		let (first, second) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let found = ask(move |request| {
			assert_eq!(request["method"], json!("debug_accountRange"));
			let from = request["params"][1].clone();
			let rest = json!([HASH, from, 256, true, true, true]);
			assert_eq!(request["params"], rest);
			Ok(match from == json!(H256::zero()) {
				true => page(vec![entry(first)], Some(NEXT)),
				false => {
					assert_eq!(from, json!(next()));
					page(vec![entry(second)], None)
				}
			})
		});
		assert_eq!(found.await.expect("accounts"), Some(vec![first, second]));
	}

	#[tokio::test]
	async fn account_range_of_a_node_without_it_works() {
		assert_eq!(ask(|_| Err(-32_601)).await.expect("no accounts"), None);
		let error = ask(|_| Err(-32_000)).await.expect_err("another refusal");
		assert!(matches!(error, SourceError::Refused { code: -32_000, .. }), "{error}");
	}

	#[tokio::test]
	async fn account_range_without_a_preimage_fails() {
		let hash = H256::repeat_byte(7);
		let known = entry(H160::repeat_byte(1));
		let error = ask(move |_| {
			let unknown = (format!("pre({hash:?})"), json!({ "balance": "5", "key": hash }));
			Ok(page(vec![known.clone(), unknown], None))
		});
		let error = error.await.expect_err("a missing preimage");
		assert!(matches!(error, SourceError::AccountPreimage { hash: found } if found == hash));
		assert!(error.to_string().contains(&format!("{hash:?}")), "{error}");
	}

	#[tokio::test]
	async fn account_range_of_wrong_pages_fails() {
		let address = H160::repeat_byte(1);
		let wrong_key = (format!("{address:?}"), json!({ "key": HASH }));
		for (answer, words) in [
			(page(vec![wrong_key], None), "hashes to"),
			(page(vec![("0x01".to_owned(), json!({}))], None), "is no address"),
			(page(vec![("pre(0x01)".to_owned(), json!({}))], None), "is no hash"),
			(page(vec![entry(address)], Some("AA==")), "is no position"),
			// The second page says the same again.
			(page(vec![entry(address)], Some(NEXT)), "does not go on behind 0x80"),
			(page(vec![], Some(NEXT)), "does not go on behind 0x00"),
			(json!({ "root": "12", "accounts": {} }), "is no hash"),
			(
				json!({ "root": format!("{HASH:?}"), "accounts": {} }),
				"lists the accounts of the state",
			),
			(json!([]), "cannot be read"),
		] {
			let error = ask(move |_| Ok(answer.clone())).await.expect_err("a wrong page");
			assert!(error.to_string().contains(words), "{error}");
		}
	}

	#[test]
	fn position_of_other_text_fails() {
		assert_eq!(position(NEXT).expect("a position"), next());
		let last = format!("{}8=", "/".repeat(42));
		assert_eq!(position(&last).expect("a position"), H256::repeat_byte(0xff));
		let bits_left = format!("{}9=", "/".repeat(42));
		for text in ["", "=", "AAAA", &"A".repeat(44), &"A".repeat(43), &bits_left, &"-".repeat(44)]
		{
			assert!(position(text).is_err(), "{text}");
		}
	}
}
