//! One account of a file, field by field, in any order.

use std::fmt;

use migration_primitives::{hash::keccak256, item::Slot, H160, H256, U256};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::FileError;
use crate::{
	snapshot::{Claim, Stage},
	source::value::{Text, Value, Word},
};

/// The fields of an account, and what some files add to it: keys of accounts of test networks, and
/// remarks.
const FIELDS: [&str; 11] = [
	"address",
	"key",
	"nonce",
	"balance",
	"codeHash",
	"root",
	"code",
	"storage",
	"secretKey",
	"privateKey",
	"comment",
];

/// Which names of an account's fields are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Names {
	/// Those that are known. Others are passed over.
	Known,
	/// Those that are known, and no others.
	Only,
	/// The same in any case, as Go's parser takes them.
	OnlyInAnyCase,
}

impl Names {
	fn find(&self, field: &str) -> Option<&'static str> {
		let same = |known: &&&str| match self {
			Self::OnlyInAnyCase => known.eq_ignore_ascii_case(field),
			_ => **known == field,
		};
		FIELDS.iter().find(same).copied()
	}
}

/// Takes the accounts of a file into a [`Stage`].
///
/// A parser of JSON has errors of its own; the typed one is kept here.
pub(super) struct Loader<'a> {
	pub(super) stage: &'a mut Stage,
	pub(super) names: Names,
	pub(super) accounts: u64,
	/// Whether an account without a balance has none, and is not refused.
	pub(super) without_balance: bool,
	/// An account whose storage root is to be kept.
	pub(super) watched: Option<Watched>,
	pub(super) progress: &'a mut dyn FnMut(),
	error: Option<FileError>,
}

/// An account and the root of its storage, once it was there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Watched {
	pub(super) address: H160,
	pub(super) storage_root: Option<H256>,
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
		Self {
			stage,
			names: Names::Known,
			accounts: 0,
			without_balance: false,
			watched: None,
			progress,
			error: None,
		}
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
		if fields.balance.is_none() && !self.without_balance {
			let account = format!("{address:?}");
			return Err(FileError::MissingOf { account, field: "balance" });
		}
		let (storage_root, _) = self.stage.end_account(Claim {
			address,
			nonce: fields.nonce.unwrap_or_default(),
			balance: fields.balance.unwrap_or_default(),
			code_hash: fields.code_hash,
			storage_root: fields.storage_root,
			proof: Vec::new(),
		})?;
		if let Some(watched) = self.watched.as_mut().filter(|watched| watched.address == address) {
			watched.storage_root = Some(storage_root);
		}
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
			let repeated = match loader.names.find(&field) {
				Some("address") => put(&mut fields.address, &mut map)?,
				Some("key") => put(&mut fields.hash, &mut map)?,
				Some("nonce") => put(&mut fields.nonce, &mut map)?,
				Some("balance") => put(&mut fields.balance, &mut map)?,
				Some("codeHash") => put(&mut fields.code_hash, &mut map)?,
				Some("root") => put(&mut fields.storage_root, &mut map)?,
				Some("code") => {
					let code = map.next_value::<Option<Value<Vec<u8>>>>()?;
					loader.stage.code(code.map(|code| code.0).unwrap_or_default());
					std::mem::replace(&mut fields.code, true)
				}
				Some("storage") => {
					map.next_value_seed(SlotsSeed { loader: &mut *loader })?;
					std::mem::replace(&mut fields.storage, true)
				}
				None if loader.names != Names::Known => {
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
		while let Some(Value(Word(key))) = map.next_key::<Value<Word>>()? {
			let Value(Word(value)) = map.next_value::<Value<Word>>()?;
			self.loader.stage.slot(Slot { key, value }).map_err(|error| self.loader.fail(error))?;
		}
		Ok(())
	}
}
