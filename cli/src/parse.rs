//! Addresses, hashes and accounts as people write them.

use std::{path::PathBuf, str::FromStr};

use codec::DecodeAll;
use migration_primitives::{manifest::PostImportCall, map::Target, H160, H256};
use sp_core::crypto::{AccountId32, Ss58Codec};

/// Why a text cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ParseError {
	/// Not an Ethereum address.
	#[error("`{0}` is no address: 0x and 40 hexadecimal digits are needed")]
	Address(String),
	/// Not a 32-byte hash.
	#[error("`{0}` is no hash: 0x and 64 hexadecimal digits are needed")]
	Hash(String),
	/// Not an account of the target chain.
	#[error("`{0}` is no account: SS58, or 0x and 64 hexadecimal digits, is needed")]
	Account(String),
	/// Not a target.
	#[error(
		"`{0}` is no target: an address, an account (SS58 or 0x and 64 digits), `preserve`, \
		 `create:DEPLOYER:NONCE` or `create2:DEPLOYER:SALT:INIT_CODE_HASH` is needed"
	)]
	Target(String),
	/// Not a pair.
	#[error("`{0}` is no pair: SOURCE=TARGET is needed")]
	Pair(String),
	/// Not a number.
	#[error("`{0}` is no number")]
	Number(String),
	/// Not a call after the import.
	#[error(
		"`{text}` is no call after the import: {reason}. The SCALE encoding of source and target \
		 address, input and gas limit is needed"
	)]
	Call {
		/// The text, cut off where it is long.
		text: String,
		/// The cause.
		reason: String,
	},
	/// Not a balance policy.
	#[error("`{0}` is no balance policy: `skip`, `mint:CAP` or `fund:ACCOUNT` is needed")]
	Policy(String),
	/// Not what may become of a collision.
	#[error("`{0}` is no policy: `leave`, `credit-target` or `credit:WHO` is needed")]
	CollisionPolicy(String),
}

/// An Ethereum address. Upper and lower case digits are the same: no checksum is asked for.
pub fn address(text: &str) -> Result<H160, ParseError> {
	bytes::<20>(text).map(H160).ok_or_else(|| ParseError::Address(text.to_owned()))
}

/// A 32-byte hash.
pub fn hash(text: &str) -> Result<H256, ParseError> {
	bytes::<32>(text).map(H256).ok_or_else(|| ParseError::Hash(text.to_owned()))
}

/// An account of the target chain.
pub fn account(text: &str) -> Result<AccountId32, ParseError> {
	if let Some(bytes) = bytes::<32>(text) {
		return Ok(AccountId32::new(bytes));
	}
	AccountId32::from_ss58check_with_version(text)
		.map(|(account, _)| account)
		.map_err(|_| ParseError::Account(text.to_owned()))
}

/// A call after the import, as SCALE in hexadecimal digits.
pub fn call(text: &str) -> Result<PostImportCall, ParseError> {
	const SHOWN: usize = 64;
	let error =
		|reason: String| ParseError::Call { text: text.chars().take(SHOWN).collect(), reason };
	let bytes = hex::decode(text.strip_prefix("0x").unwrap_or(text))
		.map_err(|cause| error(cause.to_string()))?;
	PostImportCall::decode_all(&mut bytes.as_slice()).map_err(|cause| error(cause.to_string()))
}

/// Where an account goes.
pub fn target(text: &str) -> Result<Target<AccountId32>, ParseError> {
	let wrong = || ParseError::Target(text.to_owned());
	let parts: Vec<&str> = text.split(':').collect();
	match parts.as_slice() {
		["preserve"] => Ok(Target::Preserve),
		["create", deployer, nonce] => {
			Ok(Target::Create { deployer: address(deployer)?, nonce: number(nonce)? })
		}
		["create2", deployer, salt, init] => Ok(Target::Create2 {
			deployer: address(deployer)?,
			salt: hash(salt)?,
			init_code_hash: hash(init)?,
		}),
		[single] => match address(single) {
			Ok(address) => Ok(Target::Explicit(address)),
			Err(_) => account(single).map(Target::Account).map_err(|_| wrong()),
		},
		_ => Err(wrong()),
	}
}

/// A target, as [`target`] reads it.
pub fn target_text(target: &Target<AccountId32>) -> String {
	match target {
		Target::Preserve => "preserve".to_owned(),
		Target::Create { deployer, nonce } => format!("create:{deployer:?}:{nonce}"),
		Target::Create2 { deployer, salt, init_code_hash } => {
			format!("create2:{deployer:?}:{salt:?}:{init_code_hash:?}")
		}
		Target::Explicit(address) => format!("{address:?}"),
		Target::Account(account) => account_text(account),
	}
}

/// An account in hexadecimal digits, which do not depend on the chain.
pub fn account_text(account: &AccountId32) -> String {
	let bytes: &[u8] = account.as_ref();
	format!("0x{}", hex::encode(bytes))
}

/// `SOURCE=TARGET`.
pub fn remap(text: &str) -> Result<(H160, Target<AccountId32>), ParseError> {
	let (source, to) = text.split_once('=').ok_or_else(|| ParseError::Pair(text.to_owned()))?;
	Ok((address(source)?, target(to)?))
}

/// `SOURCE=DEPLOYER:NONCE`.
pub fn create(text: &str) -> Result<(H160, Target<AccountId32>), ParseError> {
	let (source, to) = text.split_once('=').ok_or_else(|| ParseError::Pair(text.to_owned()))?;
	Ok((address(source)?, target(&format!("create:{to}"))?))
}

/// `ADDRESS=FILE`.
pub fn address_and_file(text: &str) -> Result<(H160, PathBuf), ParseError> {
	let (source, path) = text.split_once('=').ok_or_else(|| ParseError::Pair(text.to_owned()))?;
	Ok((address(source)?, path.into()))
}

/// An unsigned number in decimal digits; `_` may stand between them.
pub fn number<T: FromStr>(text: &str) -> Result<T, ParseError> {
	text.replace('_', "").parse().map_err(|_| ParseError::Number(text.to_owned()))
}

fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
	let digits = text.strip_prefix("0x")?;
	let mut bytes = [0; N];
	hex::decode_to_slice(digits, &mut bytes).ok()?;
	Some(bytes)
}

#[cfg(test)]
mod tests {
	use super::*;

	const ALICE: &str = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY";

	#[test]
	fn call_of_its_bytes_works() {
		let (from, to) = (H160::repeat_byte(1), H160::repeat_byte(2));
		let input = vec![7; 4].try_into().unwrap_or_default();
		let expected = PostImportCall { from, to, input, gas_limit: 100_000 };
		// The length of the data as a compact integer, then the gas in little-endian order.
		let text = format!("{}{}1007070707a086010000000000", "01".repeat(20), "02".repeat(20));
		assert_eq!(call(&text), Ok(expected.clone()));
		assert_eq!(call(&format!("0x{text}")), Ok(expected));
	}

	#[test]
	fn call_of_other_bytes_fails() {
		// 16,385 bytes of data, one more than is allowed.
		let long = format!("{}06000100{}", "01".repeat(40), "00".repeat(16_385 + 8));
		for text in ["", "0x", "zz", "01", &"01".repeat(60), &long] {
			let error = call(text).expect_err("no call").to_string();
			assert!(error.contains("is no call after the import"), "{error}");
			assert!(error.len() < 300, "{error}");
		}
	}

	#[test]
	fn target_of_each_form_works() {
		let deployer = H160::repeat_byte(0x11);
		let text = format!("create:{deployer:?}:7");
		assert_eq!(target(&text), Ok(Target::Create { deployer, nonce: 7 }));
		assert_eq!(target("preserve"), Ok(Target::Preserve));
		let explicit = format!("{deployer:?}");
		assert_eq!(target(&explicit), Ok(Target::Explicit(deployer)));
		let Ok(Target::Account(alice)) = target(ALICE) else { panic!("an account") };
		assert_eq!(target(&account_text(&alice)), Ok(Target::Account(alice)));
	}

	#[test]
	fn target_text_of_each_form_reads_back_works() {
		for target_of in [
			Target::Preserve,
			Target::Create { deployer: H160::repeat_byte(1), nonce: u64::MAX },
			Target::Create2 {
				deployer: H160::repeat_byte(1),
				salt: H256::repeat_byte(2),
				init_code_hash: H256::repeat_byte(3),
			},
			Target::Explicit(H160::repeat_byte(4)),
			Target::Account(AccountId32::new([5; 32])),
		] {
			assert_eq!(target(&target_text(&target_of)), Ok(target_of));
		}
	}

	#[test]
	fn address_of_other_text_fails() {
		for text in ["", "0x", "0x11", "1111111111111111111111111111111111111111", "0xzz"] {
			assert_eq!(address(text), Err(ParseError::Address(text.to_owned())));
		}
		assert_eq!(remap("0x11"), Err(ParseError::Pair("0x11".to_owned())));
	}
}
