//! The calls after the import: a list for people, of which the manifest holds the hashes.

use std::{
	fs::{self, File},
	io::{self, Read},
	path::{Path, PathBuf},
};

use migration_primitives::{
	limits::{MAX_POST_IMPORT_CALLS, MAX_POST_IMPORT_INPUT},
	manifest::PostImportCall,
	H160, H256,
};
use serde::{Deserialize, Serialize};

use crate::parse::{self, ParseError};

/// The longest file: the most calls with the longest input in hexadecimal digits, and their names.
const MAX_FILE_BYTES: u64 = 4 << 20;
/// The gas that every transaction takes (Yellow Paper, appendix G, `G_transaction`).
const LEAST_GAS: u64 = 21_000;

/// Why a list of calls cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CallsError {
	/// The file cannot be read.
	#[error("the calls in {} cannot be read", path.display())]
	Read {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// The file is too long.
	#[error("{} is longer than {limit} bytes, which calls never are", path.display())]
	FileTooLong {
		/// The file.
		path: PathBuf,
		/// The most bytes.
		limit: u64,
	},
	/// Not a list of calls.
	#[error("the calls in {} cannot be read", path.display())]
	Json {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: serde_json::Error,
	},
	/// Not an address.
	#[error("call {index}")]
	Address {
		/// Its place.
		index: usize,
		/// The cause.
		source: ParseError,
	},
	/// Not hexadecimal digits.
	#[error("the input of call {index} is no hexadecimal number")]
	Digits {
		/// Its place.
		index: usize,
		/// The cause.
		source: hex::FromHexError,
	},
	/// Call data that is too long.
	#[error("the input of call {index} has {found} bytes, at most {limit} are allowed")]
	Input {
		/// Its place.
		index: usize,
		/// Its length.
		found: usize,
		/// The most bytes.
		limit: u32,
	},
	/// More calls than a manifest holds.
	#[error("{found} calls after the import, at most {limit} are allowed")]
	Count {
		/// How many.
		found: usize,
		/// The most.
		limit: u32,
	},
	/// Less gas than any transaction takes.
	#[error("call {index} may use {found} gas, every transaction takes {least}")]
	Gas {
		/// Its place.
		index: usize,
		/// Its limit.
		found: u64,
		/// The least.
		least: u64,
	},
	/// An account that is not migrated: the chain would let the call fail.
	#[error("call {index} names {address:?}, which is not in the snapshot")]
	NotInSnapshot {
		/// Its place.
		index: usize,
		/// The account.
		address: H160,
	},
	/// The manifest has another number of calls.
	#[error("there are {found} calls, the manifest approves {expected}")]
	OtherCount {
		/// In the manifest.
		expected: usize,
		/// In the list.
		found: usize,
	},
	/// A call that is not the manifest's.
	#[error("call {index} hashes to {found:?}, the manifest approves {expected:?}")]
	Differs {
		/// Its place.
		index: usize,
		/// The hash in the manifest.
		expected: H256,
		/// The hash of the call.
		found: H256,
	},
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct CallInFile {
	from: String,
	to: String,
	input: String,
	gas_limit: u64,
}

/// Reads a JSON list of calls.
pub fn read_calls(path: &Path) -> Result<Vec<PostImportCall>, CallsError> {
	let unreadable = |source| CallsError::Read { path: path.to_owned(), source };
	let mut text = String::new();
	let file = File::open(path).map_err(unreadable)?;
	file.take(MAX_FILE_BYTES.saturating_add(1)).read_to_string(&mut text).map_err(unreadable)?;
	if text.len() as u64 > MAX_FILE_BYTES {
		return Err(CallsError::FileTooLong { path: path.to_owned(), limit: MAX_FILE_BYTES });
	}
	let list: Vec<CallInFile> = serde_json::from_str(&text)
		.map_err(|source| CallsError::Json { path: path.to_owned(), source })?;
	list.into_iter().enumerate().map(|(index, call)| convert(index, &call)).collect()
}

/// Writes a JSON list of calls.
pub(super) fn write_calls(path: &Path, calls: &[PostImportCall]) -> io::Result<()> {
	let list: Vec<CallInFile> = calls
		.iter()
		.map(|call| CallInFile {
			from: format!("{:?}", call.from),
			to: format!("{:?}", call.to),
			input: format!("0x{}", hex::encode(&call.input)),
			gas_limit: call.gas_limit,
		})
		.collect();
	fs::write(path, format!("{}\n", serde_json::to_string_pretty(&list)?))
}

fn convert(index: usize, call: &CallInFile) -> Result<PostImportCall, CallsError> {
	let input = hex::decode(call.input.strip_prefix("0x").unwrap_or(&call.input))
		.map_err(|source| CallsError::Digits { index, source })?;
	let (found, limit) = (input.len(), MAX_POST_IMPORT_INPUT);
	let address =
		|text: &str| parse::address(text).map_err(|source| CallsError::Address { index, source });
	Ok(PostImportCall {
		from: address(&call.from)?,
		to: address(&call.to)?,
		input: input.try_into().map_err(|_| CallsError::Input { index, found, limit })?,
		gas_limit: call.gas_limit,
	})
}

/// Reads the calls of a bundle, which must be the approved ones. Where none are approved no file is
/// looked for.
pub(super) fn load_calls(
	path: &Path,
	approved: &[H256],
) -> Result<Vec<PostImportCall>, CallsError> {
	if approved.is_empty() {
		return Ok(Vec::new());
	}
	let calls = read_calls(path)?;
	check_approved(approved, &calls)?;
	Ok(calls)
}

/// Refuses calls that could never succeed: too many, with too little gas, or of accounts that are not
/// migrated.
pub(super) fn check_calls(
	calls: &[PostImportCall],
	is_migrated: impl Fn(H160) -> bool,
) -> Result<(), CallsError> {
	if calls.len() > MAX_POST_IMPORT_CALLS as usize {
		return Err(CallsError::Count { found: calls.len(), limit: MAX_POST_IMPORT_CALLS });
	}
	for (index, call) in calls.iter().enumerate() {
		if call.gas_limit < LEAST_GAS {
			let found = call.gas_limit;
			return Err(CallsError::Gas { index, found, least: LEAST_GAS });
		}
		let missing = [call.from, call.to].into_iter().find(|address| !is_migrated(*address));
		if let Some(address) = missing {
			return Err(CallsError::NotInSnapshot { index, address });
		}
	}
	Ok(())
}

/// Refuses calls that are not those of a manifest, in its order.
pub fn check_approved(approved: &[H256], calls: &[PostImportCall]) -> Result<(), CallsError> {
	let (expected, found) = (approved.len(), calls.len());
	if expected != found {
		return Err(CallsError::OtherCount { expected, found });
	}
	for (index, (expected, call)) in approved.iter().zip(calls).enumerate() {
		let (expected, found) = (*expected, call.hash());
		if expected != found {
			return Err(CallsError::Differs { index, expected, found });
		}
	}
	Ok(())
}

#[cfg(test)]
mod tests {
	use super::*;

	fn file(text: &str) -> Result<Vec<PostImportCall>, CallsError> {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("calls.json");
		fs::write(&path, text).expect("written");
		read_calls(&path)
	}

	fn call(gas_limit: u64) -> PostImportCall {
		let input = vec![1, 2].try_into().unwrap_or_default();
		PostImportCall { from: H160::repeat_byte(1), to: H160::repeat_byte(2), input, gas_limit }
	}

	#[test]
	fn read_of_what_was_written_works() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("calls.json");
		let calls = [call(21_000), call(u64::MAX)];
		write_calls(&path, &calls).expect("written");
		assert_eq!(read_calls(&path).expect("calls"), calls);
	}

	#[test]
	fn read_of_a_list_by_hand_works() {
		let (from, to) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let calls = file(&format!(
			r#"[{{"from": "{from:?}", "to": "{to:?}", "input": "0102", "gas_limit": 5}}]"#
		));
		assert_eq!(calls.expect("calls"), [call(5)]);
	}

	#[test]
	fn read_of_what_is_no_call_fails() {
		let address = H160::repeat_byte(1);
		let long = "00".repeat(MAX_POST_IMPORT_INPUT as usize + 1);
		let with_input = |input: &str| {
			format!(
				r#"[{{"from": "{address:?}", "to": "{address:?}", "input": "{input}", "gas_limit": 5}}]"#
			)
		};
		for (text, words) in [
			("{}".to_owned(), "cannot be read"),
			(r#"[{"from": "0x1", "to": "0x1", "input": "", "gas_limit": 5}]"#.to_owned(), "call 0"),
			(with_input("zz"), "no hexadecimal number"),
			(with_input(&long), "has 16385 bytes, at most 16384"),
			(format!("[{}]", " ".repeat(MAX_FILE_BYTES as usize)), "is longer than 4194304 bytes"),
		] {
			let error = file(&text).expect_err("no calls").to_string();
			assert!(error.contains(words), "{error}");
		}
	}

	#[test]
	fn check_calls_at_each_limit_works() {
		let all = |_| true;
		let most = vec![call(LEAST_GAS); MAX_POST_IMPORT_CALLS as usize];
		assert!(check_calls(&most, all).is_ok());
		let error = check_calls(&[&most[..], &[call(LEAST_GAS)]].concat(), all);
		assert!(matches!(error, Err(CallsError::Count { found: 65, limit: 64 })), "{error:?}");
		let error = check_calls(&[call(LEAST_GAS), call(LEAST_GAS - 1)], all);
		assert!(matches!(error, Err(CallsError::Gas { index: 1, found: 20_999, .. })), "{error:?}");
		let error = check_calls(&[call(LEAST_GAS)], |address| address == H160::repeat_byte(1));
		let Err(CallsError::NotInSnapshot { index: 0, address }) = error else {
			panic!("{error:?}");
		};
		assert_eq!(address, H160::repeat_byte(2));
	}

	#[test]
	fn check_approved_of_another_order_fails() {
		let calls = [call(30_000), call(40_000)];
		let hashes = calls.each_ref().map(PostImportCall::hash);
		assert!(check_approved(&hashes, &calls).is_ok());
		let error = check_approved(&hashes, &calls[..1]);
		let other = matches!(error, Err(CallsError::OtherCount { expected: 2, found: 1 }));
		assert!(other, "{error:?}");
		let swapped = [calls[1].clone(), calls[0].clone()];
		let error = check_approved(&hashes, &swapped);
		assert!(matches!(error, Err(CallsError::Differs { index: 0, .. })), "{error:?}");
	}
}
