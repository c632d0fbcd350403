//! What contracts are called, and who says so.

use std::{
	collections::BTreeMap,
	fs::File,
	io::{self, Read},
	path::{Path, PathBuf},
};

use hex_literal::hex;
use migration_primitives::{H160, H256};
use serde_json::Value;

use crate::parse::{self, ParseError};

/// Largest file of names in bytes.
const MAX_BYTES: u64 = 16 << 20;

/// Contracts whose code is the same wherever they stand, by the hash of the code that their
/// publishers deliver (npm: @uniswap/v2-core 1.0.1, @uniswap/v2-periphery 1.1.0-beta.0,
/// @safe-global/safe-smart-account 1.5.0, @openzeppelin/contracts 5.4.0), and of the contract that
/// anvil and many chains have at 0x4e59b44847b379578588920ca78fbf26c0b4956c.
const KNOWN: [([u8; 32], &str); 13] = [
	(
		hex!("2fa86add0aed31f33a762c9d88e807c475bd51d0f52bd0955754b2608f7e4989"),
		"deterministic deployment proxy",
	),
	(hex!("5b83bdbcc56b2e630f2807bbadd2b0c21619108066b92a58de081261089e9ce5"), "Uniswap V2 pair"),
	(
		hex!("bab145d02e7005f0d84c6c1639d39b799b0ea16df99ebbdaf5a14d9da820b4e0"),
		"Uniswap V2 factory",
	),
	(hex!("e524bd0c25f819b88ff6694c74b8757e843232d912f1d88fc5f924da716e8aaf"), "WETH9"),
	(
		hex!("dda019cbd7c867a533a2a86e5c53434fdc50b13122b5a5ddb4a8df61b31c20f2"),
		"Safe 1.5.0 singleton",
	),
	(
		hex!("180193227186ccb85316c94db1f0d156ed932b14712cfaac78901899178572dc"),
		"Safe 1.5.0 L2 singleton",
	),
	(hex!("4e381985ca68b3e5d27b4425fa581c19cf33146d3f887a3cfca96f55528ea46f"), "Safe 1.5.0 proxy"),
	(
		hex!("967dae4cda22b0c9ef7f31b010bdc1ceb0af9904b0c3dc060b5302e4c18a4529"),
		"Safe 1.5.0 proxy factory",
	),
	(
		hex!("3c6a85bcf7b563daa624b884b4e9a1b9fa5371edde7be945d998071a48f28bbc"),
		"Safe 1.5.0 fallback handler",
	),
	(
		hex!("723742fce45450fd536107c0f0d193518ebed1a1743554907aeba88461e8444c"),
		"OpenZeppelin 5.4.0 ProxyAdmin",
	),
	(
		hex!("38ae15d67aeab6cd05ebe286f55b060fe4d9545ead3df0935f82ebebac76a47b"),
		"OpenZeppelin 5.4.0 UpgradeableBeacon",
	),
	(
		hex!("a0749d6f0ac31264459cf30ac4b08abbf1acc7ec9769db6841756f0599550937"),
		"OpenZeppelin 5.4.0 ERC1967Proxy",
	),
	(
		hex!("5491006193108c6231343ae71c66d39bb1484a60fa3b3803a345907565c39ee9"),
		"OpenZeppelin 5.4.0 TimelockController",
	),
];

/// Why names cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum NamesError {
	/// The file cannot be read.
	#[error("the names in {} cannot be read", path.display())]
	Read {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// The file is too long.
	#[error("the names in {} take more than {MAX_BYTES} bytes", path.display())]
	TooLong {
		/// The file.
		path: PathBuf,
	},
	/// Not JSON.
	#[error("{} is no JSON", path.display())]
	Json {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: serde_json::Error,
	},
	/// JSON of another form.
	#[error(
		"{} holds no names: an object of names by address is needed, or a list `contracts` of \
		 objects with `name` and `address`",
		path.display()
	)]
	Form {
		/// The file.
		path: PathBuf,
	},
	/// Not an address.
	#[error("in {}", path.display())]
	Address {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: ParseError,
	},
	/// Two names of one address.
	#[error("{} has two names for {address:?}", path.display())]
	Twice {
		/// The file.
		path: PathBuf,
		/// The address.
		address: H160,
	},
}

/// Names by address, from whoever made the file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Names(BTreeMap<H160, String>);

impl Names {
	/// Reads a file of names.
	pub fn read(path: &Path) -> Result<Self, NamesError> {
		let error = |source| NamesError::Read { path: path.to_owned(), source };
		let mut bytes = Vec::new();
		let file = File::open(path).map_err(error)?;
		file.take(MAX_BYTES.saturating_add(1)).read_to_end(&mut bytes).map_err(error)?;
		if bytes.len() as u64 > MAX_BYTES {
			return Err(NamesError::TooLong { path: path.to_owned() });
		}
		let value: Value = serde_json::from_slice(&bytes)
			.map_err(|source| NamesError::Json { path: path.to_owned(), source })?;
		Self::from_json(&value, path)
	}

	/// The name of an address.
	pub fn get(&self, address: H160) -> Option<&str> {
		self.0.get(&address).map(String::as_str)
	}

	fn from_json(value: &Value, path: &Path) -> Result<Self, NamesError> {
		let form = || NamesError::Form { path: path.to_owned() };
		let object = value.as_object().ok_or_else(form)?;
		let pairs: Option<Vec<(&str, &str)>> = match object.get("contracts") {
			Some(list) => list.as_array().and_then(|list| {
				list.iter()
					.map(|entry| Some((text(entry, "address")?, text(entry, "name")?)))
					.collect()
			}),
			None => object
				.iter()
				.map(|(address, name)| Some((address.as_str(), name.as_str()?)))
				.collect(),
		};
		let mut names = BTreeMap::new();
		for (address, name) in pairs.ok_or_else(form)? {
			let address = parse::address(address)
				.map_err(|source| NamesError::Address { path: path.to_owned(), source })?;
			if names.insert(address, name.to_owned()).is_some() {
				return Err(NamesError::Twice { path: path.to_owned(), address });
			}
		}
		Ok(Self(names))
	}
}

fn text<'a>(entry: &'a Value, field: &str) -> Option<&'a str> {
	entry.get(field)?.as_str()
}

/// What a contract is called, and who says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Name {
	/// The file of names says so.
	File(String),
	/// Its code is known.
	Code(&'static str),
	/// It says so itself, in bytes of its own choice.
	Own {
		/// What `name()` answers.
		name: Vec<u8>,
		/// What `symbol()` answers.
		symbol: Vec<u8>,
	},
}

/// The bytes of a text, as a contract returns it: a string, or a word that ends with zeros.
pub fn returned_text(data: &[u8]) -> Option<&[u8]> {
	const WORD: usize = 32;
	if data.len() == WORD {
		let end = data.iter().rposition(|byte| *byte != 0)?.saturating_add(1);
		return data.get(..end);
	}
	let number = |at: usize| -> Option<usize> {
		let (zeros, last) = data.get(at..at.checked_add(WORD)?)?.split_at_checked(WORD - 4)?;
		let value = u32::from_be_bytes(last.try_into().ok()?);
		zeros.iter().all(|byte| *byte == 0).then_some(value as usize)
	};
	let start = number(0)?;
	let first = start.checked_add(WORD)?;
	data.get(first..first.checked_add(number(start)?)?)
}

/// What code of this hash is known as.
pub fn known_code(hash: H256) -> Option<&'static str> {
	KNOWN.iter().find(|(known, _)| *known == hash.0).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
	use super::*;
	use serde_json::json;

	fn names(value: &Value) -> Result<Names, NamesError> {
		Names::from_json(value, Path::new("names"))
	}

	#[test]
	fn names_of_both_forms_works() {
		let address = format!("{:?}", H160::repeat_byte(1));
		for value in [
			json!({ address.clone(): "One" }),
			json!({ "contracts": [{ "address": address, "name": "One", "kind": "x" }] }),
		] {
			let names = names(&value).expect("names");
			assert_eq!(names.get(H160::repeat_byte(1)), Some("One"));
			assert_eq!(names.get(H160::repeat_byte(2)), None);
		}
	}

	#[test]
	fn names_of_another_form_fails() {
		let address = format!("{:?}", H160::repeat_byte(1));
		for value in [json!([]), json!({ "contracts": [{ "name": "One" }] }), json!({ address: 1 })]
		{
			assert!(matches!(names(&value), Err(NamesError::Form { .. })), "{value}");
		}
		let twice = json!({ "contracts": [
			{ "address": "0x0101010101010101010101010101010101010101", "name": "One" },
			{ "address": "0x0101010101010101010101010101010101010101", "name": "Two" },
		] });
		assert!(matches!(names(&twice), Err(NamesError::Twice { .. })));
		assert!(matches!(names(&json!({ "0x11": "x" })), Err(NamesError::Address { .. })));
	}

	#[test]
	fn returned_text_of_both_forms_works_and_of_others_fails() {
		let word = |number: u32| [&[0; 28][..], &number.to_be_bytes()].concat();
		let string = [word(32), word(3), b"abc".to_vec(), vec![0; 29]].concat();
		assert_eq!(returned_text(&string), Some(&b"abc"[..]));
		let bytes = [b"MKR".to_vec(), vec![0; 29]].concat();
		assert_eq!(returned_text(&bytes), Some(&b"MKR"[..]));
		assert_eq!(returned_text(&[0; 32]), None);
		assert_eq!(returned_text(&[word(32), word(99), vec![1; 32]].concat()), None);
		assert_eq!(returned_text(&[[0xff; 64].to_vec(), vec![1; 32]].concat()), None);
		assert_eq!(returned_text(&[]), None);
	}

	#[test]
	fn known_code_of_a_uniswap_pair_works() {
		let hash = H256(hex!("5b83bdbcc56b2e630f2807bbadd2b0c21619108066b92a58de081261089e9ce5"));
		assert_eq!(known_code(hash), Some("Uniswap V2 pair"));
		assert_eq!(known_code(H256::zero()), None);
	}
}
