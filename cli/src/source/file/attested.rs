//! Accounts of a ledger that proves nothing: one JSON object a line, described in `docs/format.md`.

use migration_primitives::{snapshot::Scope, H256};
use serde::{de::DeserializeSeed, Deserialize};

use super::{
	account::{Loader, Name, Names},
	input::Input,
	records::Records,
	FileError,
};
use crate::source::value::Value;

/// What the first line says the format is.
pub(super) const FORMAT: &str = "evm-migrate-attested-1";

/// The first line.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Claims {
	format: String,
	pub(super) chain_id: Value<u64>,
	pub(super) block_number: Value<u64>,
	pub(super) block_hash: Value<H256>,
	scope: ScopeName,
	/// The number of accounts: a file that is cut off at the end of a line is found by it.
	accounts: Value<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ScopeName {
	Selected,
	Full,
}

impl Claims {
	pub(super) fn scope(&self) -> Scope {
		match self.scope {
			ScopeName::Selected => Scope::Selected,
			ScopeName::Full => Scope::Full,
		}
	}
}

/// Reads a file, whose accounts go to the loader.
pub(super) fn read(input: Input, loader: &mut Loader<'_>) -> Result<Claims, FileError> {
	loader.names = Names::Only;
	let mut records = Records::new(input);
	let claims = records.next(|json| {
		let claims = Claims::deserialize(json)?;
		match claims.format == FORMAT {
			true => Ok(claims),
			false => Err(FileError::Format { expected: FORMAT, found: claims.format }),
		}
	})?;
	let claims = claims.ok_or(FileError::Empty)?;
	loop {
		let next = records.next(|json| {
			loader.account(Name::Inside).deserialize(json).map_err(|error| loader.error(error))
		})?;
		if next.is_none() {
			break;
		}
	}
	let (expected, found) = (claims.accounts.0, loader.accounts);
	match expected == found {
		true => Ok(claims),
		false => Err(FileError::Count { expected, found }),
	}
}
