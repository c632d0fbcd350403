//! The state as `geth dump` and `geth snapshot dump` write it, in one object or in one a line, and
//! as `reth init-state` reads it.
//!
//! All of them begin with the state root. They do not hold the block's header.

use std::fmt;

use migration_primitives::H256;
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::{
	account::{put, Loader, Name},
	input::Input,
	records::Records,
	FileError,
};

/// Reads a file, whose accounts go to the loader, and gives the state root that it says.
pub(super) fn read(input: Input, loader: &mut Loader<'_>) -> Result<H256, FileError> {
	let mut records = Records::new(input);
	let mut head = Head::default();
	let first = records.next(|json| {
		let seed = HeadSeed { head: &mut head, loader: &mut *loader };
		seed.deserialize(json).map_err(|error| loader.error(error))
	})?;
	if first.is_none() {
		return Err(FileError::Empty);
	}
	let root = head.root.ok_or(FileError::Missing { field: "root" })?;
	loop {
		let next = records.next(|json| {
			if head.accounts {
				return Err(FileError::Json("something stands behind its end".to_owned()));
			}
			loader.account(Name::Inside).deserialize(json).map_err(|error| loader.error(error))
		})?;
		if next.is_none() {
			return Ok(root);
		}
	}
}

/// The one object of a dump, or the first line of one.
#[derive(Default)]
struct Head {
	root: Option<H256>,
	accounts: bool,
}

struct HeadSeed<'l, 'a> {
	head: &'l mut Head,
	loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for HeadSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for HeadSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object with the state root")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		let Self { head, loader } = self;
		while let Some(field) = map.next_key::<String>()? {
			let repeated = match field.as_str() {
				"root" => put(&mut head.root, &mut map)?,
				"accounts" => {
					map.next_value_seed(loader.accounts())?;
					std::mem::replace(&mut head.accounts, true)
				}
				"next" if map.next_value::<Option<IgnoredAny>>()?.is_some() => {
					return Err(loader.fail(FileError::Partial));
				}
				"next" => false,
				_ => return Err(loader.fail(FileError::NotAHead { field })),
			};
			if repeated {
				return Err(loader.fail(FileError::Repeated { field }));
			}
		}
		Ok(())
	}
}
