//! One account of a file, field by field, in any order.

use std::fmt;

use migration_primitives::{hash::keccak256, item::Slot, H160, H256, U256};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{
	value::{Text, Value},
	FileError,
};
use crate::snapshot::{Claim, Stage};

/// Takes the accounts of a file into a [`Stage`].
///
/// A parser of JSON has errors of its own; the typed one is kept here.
pub(super) struct Loader<'a> {
	pub(super) stage: &'a mut Stage,
	/// Refuses fields that are not known.
	pub(super) strict: bool,
	pub(super) accounts: u64,
	pub(super) progress: &'a mut dyn FnMut(),
	error: Option<FileError>,
}

/// How a file names an account before it describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Name {
	/// Not at all: the address is inside.
	Inside,
	/// By its address.
	Address(H160),
	/// By the hash of its address, as Geth does without a preimage.
	Hash(H256),
}

impl Text for Name {
	const EXPECTED: &'static str = "an address of 40 hexadecimal digits";

	fn of_text(text: &str) -> Option<Self> {
		let hash = text.strip_prefix("pre(").and_then(|rest| rest.strip_suffix(')'));
		match hash {
			Some(hash) => H256::of_text(hash).map(Self::Hash),
			None => H160::of_text(text).map(Self::Address),
		}
	}
}

impl fmt::Display for Name {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Inside => f.write_str("without an address"),
			Self::Address(address) => write!(f, "{address:?}"),
			Self::Hash(hash) => write!(f, "with the hash {hash:?}"),
		}
	}
}

impl<'a> Loader<'a> {
	pub(super) fn new(stage: &'a mut Stage, progress: &'a mut dyn FnMut()) -> Self {
		Self { stage, strict: false, accounts: 0, progress, error: None }
	}

	/// The typed error, if there is one, behind what a parser says.
	pub(super) fn error(&mut self, error: serde_json::Error) -> FileError {
		self.error.take().unwrap_or_else(|| error.into())
	}

	/// Keeps a typed error, and gives the parser one of its own.
	pub(super) fn fail<E: Error>(&mut self, error: impl Into<FileError>) -> E {
		let error = error.into();
		let text = error.to_string();
		self.error = Some(error);
		E::custom(text)
	}

	/// Takes one account.
	pub(super) fn account(&mut self, name: Name) -> AccountSeed<'_, 'a> {
		AccountSeed { loader: self, name }
	}

	/// Takes an object of accounts by name.
	pub(super) fn accounts(&mut self) -> AccountsSeed<'_, 'a> {
		AccountsSeed { loader: self }
	}

	fn end(&mut self, fields: Fields) -> Result<(), FileError> {
		let named = match fields.name {
			Name::Address(name) => match fields.address {
				Some(address) if address != name => {
					return Err(FileError::OtherAddress { name, address });
				}
				_ => Some(name),
			},
			_ => fields.address,
		};
		let hash = match fields.name {
			Name::Hash(hash) => Some(hash),
			_ => fields.hash,
		};
		let address = match (named, hash) {
			(Some(address), _) => address,
			(None, Some(hash)) => return Err(FileError::MissingPreimage { hash }),
			(None, None) => {
				let account = fields.name.to_string();
				return Err(FileError::MissingOf { account, field: "address" });
			}
		};
		let found = keccak256(address.as_bytes());
		if let Some(expected) = hash.filter(|expected| *expected != found) {
			return Err(FileError::WrongPreimage { address, expected, found });
		}
		if fields.balance.is_none() {
			let account = format!("{address:?}");
			return Err(FileError::MissingOf { account, field: "balance" });
		}
		self.stage.end_account(Claim {
			address,
			nonce: fields.nonce.unwrap_or_default(),
			balance: fields.balance.unwrap_or_default(),
			code_hash: fields.code_hash,
			storage_root: fields.storage_root,
			proof: Vec::new(),
		})?;
		self.accounts = self.accounts.saturating_add(1);
		(self.progress)();
		Ok(())
	}
}

/// What was read of an account besides code and slots.
struct Fields {
	name: Name,
	address: Option<H160>,
	hash: Option<H256>,
	nonce: Option<u64>,
	balance: Option<U256>,
	code_hash: Option<H256>,
	storage_root: Option<H256>,
	code: bool,
	storage: bool,
}

pub(super) struct AccountsSeed<'l, 'a> {
	loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for AccountsSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for AccountsSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of accounts by address")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		while let Some(Value(name)) = map.next_key::<Value<Name>>()? {
			map.next_value_seed(self.loader.account(name))?;
		}
		Ok(())
	}
}

pub(super) struct AccountSeed<'l, 'a> {
	loader: &'l mut Loader<'a>,
	name: Name,
}

impl<'de> DeserializeSeed<'de> for AccountSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for AccountSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an account")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		let Self { loader, name } = self;
		let mut fields = Fields {
			name,
			address: None,
			hash: None,
			nonce: None,
			balance: None,
			code_hash: None,
			storage_root: None,
			code: false,
			storage: false,
		};
		loader.stage.drop_account();
		while let Some(field) = map.next_key::<String>()? {
			let repeated = match field.as_str() {
				"address" => put(&mut fields.address, &mut map)?,
				"key" => put(&mut fields.hash, &mut map)?,
				"nonce" => put(&mut fields.nonce, &mut map)?,
				"balance" => put(&mut fields.balance, &mut map)?,
				"codeHash" => put(&mut fields.code_hash, &mut map)?,
				"root" => put(&mut fields.storage_root, &mut map)?,
				"code" => {
					let code = map.next_value::<Option<Value<Vec<u8>>>>()?;
					loader.stage.code(code.map(|code| code.0).unwrap_or_default());
					std::mem::replace(&mut fields.code, true)
				}
				"storage" => {
					map.next_value_seed(SlotsSeed { loader: &mut *loader })?;
					std::mem::replace(&mut fields.storage, true)
				}
				// Keys of accounts, which some files of test networks hold, and remarks.
				"secretKey" | "privateKey" | "comment" => {
					map.next_value::<IgnoredAny>()?;
					false
				}
				_ if loader.strict => {
					let account = fields.name.to_string();
					return Err(loader.fail(FileError::Unknown { account, field }));
				}
				_ => {
					map.next_value::<IgnoredAny>()?;
					false
				}
			};
			if repeated {
				return Err(loader.fail(FileError::Repeated { field }));
			}
		}
		loader.end(fields).map_err(|error| loader.fail(error))
	}
}

/// Reads a field; says whether it was there before.
pub(super) fn put<'de, T: Text, A: MapAccess<'de>>(
	field: &mut Option<T>,
	map: &mut A,
) -> Result<bool, A::Error> {
	let Some(Value(value)) = map.next_value::<Option<Value<T>>>()? else { return Ok(false) };
	Ok(field.replace(value).is_some())
}

/// Takes the slots of an account: an object of values by key.
struct SlotsSeed<'l, 'a> {
	loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for SlotsSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_any(self)
	}
}

impl<'de> Visitor<'de> for SlotsSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of slots by key")
	}

	/// `null`: no storage.
	fn visit_unit<E: Error>(self) -> Result<(), E> {
		Ok(())
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		while let Some(Value(key)) = map.next_key::<Value<H256>>()? {
			let Value(value) = map.next_value::<Value<H256>>()?;
			self.loader.stage.slot(Slot { key, value }).map_err(|error| self.loader.fail(error))?;
		}
		Ok(())
	}
}
