//! The state of an anvil, as `anvil --dump-state` writes it: accounts and all blocks.

use std::fmt;

use alloy_consensus::Header;
use serde::{
	de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor},
	Deserialize,
};

use super::{
	account::{put, Loader},
	input::Input,
	FileError,
};

/// What a file says besides its accounts.
#[derive(Default)]
pub(super) struct AnvilState {
	number: Option<u64>,
	last: Option<Header>,
	accounts: bool,
}

impl AnvilState {
	/// Reads a file. Its accounts go to the loader.
	pub(super) fn read(input: Input, loader: &mut Loader<'_>) -> Result<Self, FileError> {
		let mut state = Self::default();
		let mut json = serde_json::Deserializer::from_reader(input);
		let seed = StateSeed { state: &mut state, loader: &mut *loader };
		seed.deserialize(&mut json).map_err(|error| loader.error(error))?;
		json.end()?;
		match state.accounts {
			true => Ok(state),
			false => Err(FileError::Missing { field: "accounts" }),
		}
	}

	/// The number of the block that the state is of.
	pub(super) fn number(&self) -> Result<u64, FileError> {
		self.number.ok_or(FileError::Missing { field: "best_block_number" })
	}

	/// The header of that block.
	pub(super) fn header(&self) -> Result<Header, FileError> {
		let number = self.number()?;
		let last = self.last.as_ref().filter(|header| header.number == number);
		last.cloned().ok_or(FileError::NoBlock { number })
	}
}

struct StateSeed<'l, 'a> {
	state: &'l mut AnvilState,
	loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for StateSeed<'_, '_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for StateSeed<'_, '_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("the state of an anvil")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		let Self { state, loader } = self;
		while let Some(field) = map.next_key::<String>()? {
			let repeated = match field.as_str() {
				"best_block_number" => put(&mut state.number, &mut map)?,
				"accounts" => {
					map.next_value_seed(loader.accounts())?;
					std::mem::replace(&mut state.accounts, true)
				}
				"blocks" => {
					map.next_value_seed(BlocksSeed { last: &mut state.last })?;
					false
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
		Ok(())
	}
}

/// Keeps the header with the largest number.
struct BlocksSeed<'l> {
	last: &'l mut Option<Header>,
}

#[derive(Deserialize)]
struct Block {
	header: Header,
}

impl<'de> DeserializeSeed<'de> for BlocksSeed<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_seq(self)
	}
}

impl<'de> Visitor<'de> for BlocksSeed<'_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("a list of blocks")
	}

	fn visit_seq<A: SeqAccess<'de>>(self, mut blocks: A) -> Result<(), A::Error> {
		while let Some(Block { header }) = blocks.next_element()? {
			if self.last.as_ref().is_none_or(|last| last.number <= header.number) {
				*self.last = Some(header);
			}
		}
		Ok(())
	}
}
