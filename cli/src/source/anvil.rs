//! The answer of `anvil_dumpState`: the whole state of an anvil, as gzipped JSON.

use std::{
	collections::{btree_map::Entry, BTreeMap},
	fmt,
	fs::File,
	io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Take, Write},
	path::{Path, PathBuf},
};

use migration_primitives::{hash::keccak256, item::Slot, H160, H256};
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};

use super::{
	file::input::guarded,
	value::{Value, Word},
	Gunzip, SourceError,
};
use crate::snapshot::storage_root_with_zeros;

/// Most bytes of a dump's JSON, which goes by as a stream.
const MAX_DUMP_BYTES: u64 = 1 << 36;
/// Key and value.
const SLOT_BYTES: u64 = 64;
/// About as many slots are sorted at once.
const SORTED_AT_ONCE: u64 = 1 << 17;

/// The slots of an anvil at its last block. They lie in a temporary file; the rest of an account
/// comes with a proof.
#[derive(Debug)]
pub struct AnvilDump {
	folder: PathBuf,
	/// Keys and values, account after account.
	slots: File,
	accounts: BTreeMap<H160, Span>,
}

/// Where the slots of an account lie, in slots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
	first: u64,
	count: u64,
}

impl AnvilDump {
	/// Unpacks and parses a dump of block `number` as it comes. The temporary file is in `folder`.
	pub fn read(packed: impl Read, number: u64, folder: &Path) -> Result<Self, SourceError> {
		let failed = |source| SourceError::Temporary { folder: folder.to_owned(), source };
		let file = tempfile::tempfile_in(folder).map_err(failed)?;
		let mut spool = Spool {
			slots: BufWriter::with_capacity(1 << 18, file),
			written: 0,
			accounts: None,
			number: None,
			error: None,
		};
		let packed = BufReader::with_capacity(1 << 16, packed);
		let bytes = guarded(Gunzip::new(packed, MAX_DUMP_BYTES));
		let mut json = serde_json::Deserializer::from_reader(bytes);
		let parsed = DumpSeed(&mut spool).deserialize(&mut json).and_then(|()| json.end());
		if let Some(error) = spool.error {
			return Err(failed(error));
		}
		parsed.map_err(SourceError::Dump)?;
		let missing = |field: &str| SourceError::Dump(Error::custom(format!("it has no {field}")));
		let found = spool.number.ok_or_else(|| missing("best_block_number"))?;
		let accounts = spool.accounts.ok_or_else(|| missing("accounts"))?;
		if found != number {
			return Err(SourceError::DumpBlock { expected: number, found });
		}
		let slots = spool.slots.into_inner().map_err(|error| failed(error.into_error()))?;
		Ok(Self { folder: folder.to_owned(), slots, accounts })
	}

	/// Every account.
	pub fn addresses(&self) -> impl Iterator<Item = H160> + '_ {
		self.accounts.keys().copied()
	}

	/// The slots of an account. Those of one account are read at a time.
	pub fn slots(&self, address: H160) -> Result<DumpedSlots<'_>, SourceError> {
		let Span { first, count } = self.span(address);
		let mut file = &self.slots;
		let start = SeekFrom::Start(first.saturating_mul(SLOT_BYTES));
		file.seek(start).map_err(|source| self.failed(source))?;
		let slots = BufReader::with_capacity(1 << 16, file.take(count.saturating_mul(SLOT_BYTES)));
		Ok(DumpedSlots { dump: self, slots, left: count })
	}

	/// The number of an account's slots of value zero, if all of its slots, with those, make the
	/// storage root `root`.
	pub fn zeros_of_root(&self, address: H160, root: H256) -> Result<Option<u64>, SourceError> {
		let (mut zeros, mut error) = (0u64, None);
		let parts = self.span(address).count.div_ceil(SORTED_AT_ONCE).max(1);
		let leaves = (0..parts).flat_map(|part| match self.sorted(address, part, parts) {
			Ok(leaves) => leaves,
			Err(cause) => {
				error = Some(cause);
				Vec::new()
			}
		});
		let leaves = leaves.inspect(|(_, value)| {
			zeros = zeros.saturating_add(u64::from(value.is_zero()));
		});
		let found = storage_root_with_zeros(leaves);
		match error {
			Some(error) => Err(error),
			None => Ok((found == Some(root)).then_some(zeros)),
		}
	}

	/// Hashed keys and values of one of several parts of an account's slots, in order. A part holds
	/// the hashes of one range.
	fn sorted(
		&self,
		address: H160,
		part: u64,
		parts: u64,
	) -> Result<Vec<(H256, H256)>, SourceError> {
		let (mut slots, mut leaves) = (self.slots(address)?, Vec::new());
		while let Some(Slot { key, value }) = slots.next_slot()? {
			let hashed = keccak256(key.as_bytes());
			let [high, low, ..] = hashed.0;
			let start = u64::from(u16::from_be_bytes([high, low]));
			if start.saturating_mul(parts) >> 16 == part {
				leaves.push((hashed, value));
			}
		}
		leaves.sort_unstable();
		Ok(leaves)
	}

	fn span(&self, address: H160) -> Span {
		self.accounts.get(&address).copied().unwrap_or_default()
	}

	fn failed(&self, source: io::Error) -> SourceError {
		SourceError::Temporary { folder: self.folder.clone(), source }
	}
}

/// The slots of one account in no order, also those whose value is zero: anvil keeps slots that
/// were cleared.
pub struct DumpedSlots<'a> {
	dump: &'a AnvilDump,
	slots: BufReader<Take<&'a File>>,
	left: u64,
}

impl DumpedSlots<'_> {
	/// The next slot.
	pub fn next_slot(&mut self) -> Result<Option<Slot>, SourceError> {
		let Some(left) = self.left.checked_sub(1) else { return Ok(None) };
		self.left = left;
		let (mut key, mut value) = ([0; 32], [0; 32]);
		let read = self.slots.read_exact(&mut key);
		let read = read.and_then(|()| self.slots.read_exact(&mut value));
		read.map_err(|source| self.dump.failed(source))?;
		Ok(Some(Slot { key: H256(key), value: H256(value) }))
	}
}

/// What was parsed so far.
struct Spool {
	slots: BufWriter<File>,
	written: u64,
	accounts: Option<BTreeMap<H160, Span>>,
	number: Option<u64>,
	/// Why a slot could not be kept: the parser has errors of its own.
	error: Option<io::Error>,
}

impl Spool {
	fn put<E: Error>(&mut self, key: H256, value: H256) -> Result<(), E> {
		let written = self.slots.write_all(key.as_bytes());
		let written = written.and_then(|()| self.slots.write_all(value.as_bytes()));
		self.written = self.written.saturating_add(1);
		written.map_err(|error| {
			let text = error.to_string();
			self.error = Some(error);
			E::custom(text)
		})
	}
}

struct DumpSeed<'a>(&'a mut Spool);

impl<'de> DeserializeSeed<'de> for DumpSeed<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for DumpSeed<'_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("the state of an anvil")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		while let Some(field) = map.next_key::<String>()? {
			match field.as_str() {
				"best_block_number" => {
					let Value(number) = map.next_value()?;
					self.0.number = Some(number);
				}
				"accounts" => map.next_value_seed(AccountsSeed(&mut *self.0))?,
				_ => {
					map.next_value::<IgnoredAny>()?;
				}
			}
		}
		Ok(())
	}
}

/// Takes an object of accounts by address.
struct AccountsSeed<'a>(&'a mut Spool);

impl<'de> DeserializeSeed<'de> for AccountsSeed<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for AccountsSeed<'_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of accounts by address")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		let mut accounts = BTreeMap::new();
		while let Some(Value(address)) = map.next_key::<Value<H160>>()? {
			let first = self.0.written;
			map.next_value_seed(AccountSeed(&mut *self.0))?;
			let span = Span { first, count: self.0.written.saturating_sub(first) };
			match accounts.entry(address) {
				Entry::Vacant(place) => place.insert(span),
				Entry::Occupied(_) => {
					return Err(A::Error::custom(format!("it has account {address:?} twice")));
				}
			};
		}
		self.0.accounts = Some(accounts);
		Ok(())
	}
}

/// Takes the slots of an account.
struct AccountSeed<'a>(&'a mut Spool);

impl<'de> DeserializeSeed<'de> for AccountSeed<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for AccountSeed<'_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an account")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		while let Some(field) = map.next_key::<String>()? {
			match field.as_str() {
				"storage" => map.next_value_seed(SlotsSeed(&mut *self.0))?,
				_ => {
					map.next_value::<IgnoredAny>()?;
				}
			}
		}
		Ok(())
	}
}

/// Takes an object of values by key.
struct SlotsSeed<'a>(&'a mut Spool);

impl<'de> DeserializeSeed<'de> for SlotsSeed<'_> {
	type Value = ();

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
		deserializer.deserialize_map(self)
	}
}

impl<'de> Visitor<'de> for SlotsSeed<'_> {
	type Value = ();

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("an object of slots by key")
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
		while let Some(Value(Word(key))) = map.next_key::<Value<Word>>()? {
			let Value(Word(value)) = map.next_value()?;
			self.0.put(key, value)?;
		}
		Ok(())
	}
}

#[cfg(test)]
#[path = "anvil_tests.rs"]
mod tests;
