//! Keys that follow from a storage layout of the Solidity compiler (`storageLayout`).
//!
//! Variables, structs, arrays, strings and bytes follow from the layout and from lengths that are
//! asked for. Keys of mappings are words of the events that the account has emitted, topics and
//! words of data, and small numbers. The keys of a mapping inside a mapping are of one event.

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use migration_primitives::{hash::keccak256, H160, H256, U256};
use serde::Deserialize;
use serde_json::Value;

use super::{
	events::{event_words, Events},
	KeyBook, Means,
};
use crate::source::{EthereumNode, SourceError};

/// Slots of EIP-1967: implementation, admin and beacon of a proxy, which no layout lists.
const PROXY_SLOTS: [&str; 3] =
	["eip1967.proxy.implementation", "eip1967.proxy.admin", "eip1967.proxy.beacon"];
/// Namespaces of one slot (ERC-7201) that OpenZeppelin's upgradeable contracts use, which no layout
/// lists either.
const NAMESPACES: [&str; 4] = [
	"openzeppelin.storage.Initializable",
	"openzeppelin.storage.Ownable",
	"openzeppelin.storage.Pausable",
	"openzeppelin.storage.ReentrancyGuard",
];
/// Numbers from 0 that are tried as keys of mappings, which often count something.
const COUNTED_KEYS: u64 = 64;
/// Deepest nesting of types.
const MAX_DEPTH: u8 = 16;
/// Most slots of one array.
const MAX_ARRAY_SLOTS: u64 = 1 << 26;
/// Most keys of one account, and events that are looked at for them.
const MAX_STEPS: u64 = 1 << 27;
/// Most arrays and texts whose lengths are asked for in one round: they are held in memory.
const MAX_LENGTHS: usize = 1 << 18;
/// Lengths that are asked for at once.
const LENGTHS_AT_ONCE: usize = 1_024;

/// A storage layout.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Layout {
	storage: Vec<Member>,
	/// `null` for a contract without variables.
	types: Option<BTreeMap<String, Type>>,
}

/// A variable, or a member of a struct.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Member {
	slot: String,
	#[serde(rename = "type")]
	kind: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Type {
	encoding: Encoding,
	number_of_bytes: String,
	key: Option<String>,
	value: Option<String>,
	base: Option<String>,
	members: Option<Vec<Member>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Encoding {
	Inplace,
	Mapping,
	DynamicArray,
	Bytes,
}

/// Why a layout cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LayoutError {
	/// Not JSON.
	#[error("it is no JSON")]
	Json(#[source] serde_json::Error),
	/// Not a layout.
	#[error("it is neither a storage layout nor an object with a `storageLayout`")]
	Form(#[source] serde_json::Error),
}

/// A place in the storage.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Place<'a> {
	kind: &'a str,
	slot: U256,
	/// The words of the event that are the keys of mappings inside of a mapping.
	event: Option<Arc<[H256]>>,
	depth: u8,
}

impl<'a> Place<'a> {
	/// A place inside of this one.
	fn inside(&self, kind: &'a str, slot: U256) -> Self {
		Self { kind, slot, event: self.event.clone(), depth: self.depth.saturating_add(1) }
	}
}

impl Layout {
	/// Reads a layout, or the layout in a contract's artefact.
	pub fn parse(bytes: &[u8]) -> Result<Self, LayoutError> {
		let mut json: Value = serde_json::from_slice(bytes).map_err(LayoutError::Json)?;
		if let Some(layout) = json.get_mut("storageLayout") {
			json = layout.take();
		}
		serde_json::from_value(json).map_err(LayoutError::Form)
	}

	/// Puts the keys of an account with this layout at the end of block `last` into the book.
	pub async fn collect(
		&self,
		node: &EthereumNode,
		address: H160,
		last: u64,
		book: &mut KeyBook,
	) -> Result<(), SourceError> {
		let events = event_words(node, address, last, book.folder()).await?;
		let mut expansion = Expansion::new(self, address, &events, book);
		for name in PROXY_SLOTS {
			expansion.key(hash_below(name))?;
		}
		for name in NAMESPACES {
			expansion.key(namespace(name))?;
		}
		expansion.variables()?;
		loop {
			let lengths = std::mem::take(&mut expansion.lengths);
			if lengths.is_empty() {
				return Ok(());
			}
			for part in lengths.chunks(LENGTHS_AT_ONCE) {
				let keys: Vec<H256> = part.iter().map(|place| word(place.slot)).collect();
				let values = node.slots(address, &keys, last).await?;
				for (place, value) in part.iter().zip(values) {
					expansion.of_length(place, U256::from_big_endian(value.as_bytes()))?;
				}
			}
		}
	}

	fn kind(&self, address: H160, name: &str) -> Result<&Type, SourceError> {
		let kind = self.types.as_ref().and_then(|types| types.get(name));
		kind.ok_or_else(|| wrong(address, format!("it lacks the type {name}")))
	}
}

struct Expansion<'a> {
	layout: &'a Layout,
	address: H160,
	events: &'a Events,
	book: &'a mut KeyBook,
	steps: u64,
	/// Places whose value says how many slots follow.
	lengths: Vec<Place<'a>>,
}

/// The types of a mapping.
#[derive(Clone, Copy)]
struct Mapping<'a> {
	key: &'a str,
	value: &'a str,
	/// Whether there may be mappings inside.
	nested: bool,
}

impl<'a> Expansion<'a> {
	fn new(layout: &'a Layout, address: H160, events: &'a Events, book: &'a mut KeyBook) -> Self {
		Self { layout, address, events, book, steps: 0, lengths: Vec::new() }
	}

	/// Adds the keys of all variables.
	fn variables(&mut self) -> Result<(), SourceError> {
		let layout: &'a Layout = self.layout;
		for member in &layout.storage {
			let slot = self.offset(member)?;
			self.place(Place { kind: &member.kind, slot, event: None, depth: 0 })?;
		}
		Ok(())
	}

	fn key(&mut self, slot: U256) -> Result<(), SourceError> {
		self.step()?;
		self.book.add(self.address, word(slot), Means::Layout)
	}

	fn step(&mut self) -> Result<(), SourceError> {
		self.steps = self.steps.saturating_add(1);
		match self.steps > MAX_STEPS {
			true => Err(SourceError::TooManyKeys { address: self.address, limit: MAX_STEPS }),
			false => Ok(()),
		}
	}

	fn wrong(&self, reason: impl Into<String>) -> SourceError {
		wrong(self.address, reason.into())
	}

	fn offset(&self, member: &Member) -> Result<U256, SourceError> {
		U256::from_dec_str(&member.slot)
			.map_err(|_| self.wrong(format!("`{}` is no slot", member.slot)))
	}

	/// Adds the keys of a place, and of all inside.
	fn place(&mut self, place: Place<'a>) -> Result<(), SourceError> {
		if place.depth > MAX_DEPTH {
			return Err(self.wrong(format!("its types nest deeper than {MAX_DEPTH}")));
		}
		let layout: &'a Layout = self.layout;
		let kind = layout.kind(self.address, place.kind)?;
		match (kind.encoding, &kind.members, &kind.base) {
			(Encoding::Inplace, Some(members), _) => {
				for member in members {
					let slot = place.slot.overflowing_add(self.offset(member)?).0;
					self.place(place.inside(&member.kind, slot))?;
				}
				Ok(())
			}
			(Encoding::Inplace, None, Some(base)) => {
				let slots = slots_of(kind).ok_or_else(|| self.wrong("an array has no length"))?;
				self.elements(base, &place, place.slot, slots)
			}
			(Encoding::Inplace, None, None) => self.key(place.slot),
			(Encoding::Mapping, ..) => self.mapping(kind, &place),
			(Encoding::DynamicArray | Encoding::Bytes, ..) => {
				self.key(place.slot)?;
				if self.lengths.len() >= MAX_LENGTHS {
					let reason = format!("it has more than {MAX_LENGTHS} arrays and texts");
					return Err(self.wrong(reason));
				}
				self.lengths.push(place);
				Ok(())
			}
		}
	}

	fn mapping(&mut self, kind: &'a Type, place: &Place<'a>) -> Result<(), SourceError> {
		let (Some(key), Some(value)) = (&kind.key, &kind.value) else {
			return Err(self.wrong("a mapping has no types"));
		};
		let inside = self.layout.kind(self.address, value)?;
		let nested = inside.encoding != Encoding::Inplace || inside.members.is_some();
		let mapping = Mapping { key, value, nested };
		let counted = match key.starts_with("t_uint") {
			true => 0..COUNTED_KEYS,
			false => 0..0,
		};
		if let Some(words) = &place.event {
			return self.entries(mapping, place, words, counted);
		}
		let events: &'a Events = self.events;
		let mut events = events.read()?;
		while let Some(words) = events.next_event()? {
			self.step()?;
			// What is not nested gets the numbers once.
			let counted = if nested { counted.clone() } else { 0..0 };
			self.entries(mapping, place, &words, counted)?;
		}
		// Keys that are no words are tried also without events.
		let no_words: Arc<[H256]> = Vec::new().into();
		self.entries(mapping, place, &no_words, counted)
	}

	/// Adds the entries of a mapping whose keys are words of one event, or numbers.
	fn entries(
		&mut self,
		mapping: Mapping<'a>,
		place: &Place<'a>,
		words: &Arc<[H256]>,
		counted: Range<u64>,
	) -> Result<(), SourceError> {
		let keys = words.iter().copied().chain(counted.map(H256::from_low_u64_be));
		for key in keys.filter(|key| may_be_key(mapping.key, key)) {
			let mut preimage = key.as_bytes().to_vec();
			preimage.extend_from_slice(&place.slot.to_big_endian());
			let slot = U256::from_big_endian(keccak256(&preimage).as_bytes());
			let event = mapping.nested.then(|| words.clone());
			self.place(Place { event, ..place.inside(mapping.value, slot) })?;
		}
		Ok(())
	}

	/// Adds the keys that follow from the value of a place which says how many slots there are.
	fn of_length(&mut self, place: &Place<'a>, value: U256) -> Result<(), SourceError> {
		let layout: &'a Layout = self.layout;
		let kind = layout.kind(self.address, place.kind)?;
		let start = U256::from_big_endian(keccak256(&place.slot.to_big_endian()).as_bytes());
		match (kind.encoding, &kind.base) {
			(Encoding::Bytes, _) if value.bit(0) => {
				// A long one: twice its length, and one.
				let slots = (value >> 1usize).div_mod(32.into());
				let slots = slots.0.saturating_add(U256::from(u8::from(!slots.1.is_zero())));
				for index in 0..self.count(slots)? {
					self.key(start.overflowing_add(index.into()).0)?;
				}
				Ok(())
			}
			(Encoding::Bytes, _) => Ok(()),
			(_, Some(base)) => {
				let element = layout.kind(self.address, base)?;
				let bytes = bytes_of(element).ok_or_else(|| self.wrong("a type has no length"))?;
				let slots = match 32u64.checked_div(bytes) {
					Some(packed) if packed > 1 => value.div_mod(packed.into()),
					_ => (value.saturating_mul(bytes.div_ceil(32).into()), U256::zero()),
				};
				let slots = slots.0.saturating_add(U256::from(u8::from(!slots.1.is_zero())));
				let slots = self.count(slots)?;
				self.elements(base, place, start, slots)
			}
			(_, None) => Err(self.wrong("an array has no type")),
		}
	}

	/// Adds the places of an array's elements, which take `slots` slots from `start` on.
	fn elements(
		&mut self,
		base: &'a str,
		place: &Place<'a>,
		start: U256,
		slots: u64,
	) -> Result<(), SourceError> {
		let slots = self.count(slots.into())?;
		let element = self.layout.kind(self.address, base)?;
		let each = slots_of(element).filter(|each| *each > 0);
		let each = each.ok_or_else(|| self.wrong("a type has no length"))?;
		for index in (0..slots).step_by(usize::try_from(each).unwrap_or(usize::MAX)) {
			self.place(place.inside(base, start.overflowing_add(index.into()).0))?;
		}
		Ok(())
	}

	fn count(&self, slots: U256) -> Result<u64, SourceError> {
		match slots <= U256::from(MAX_ARRAY_SLOTS) {
			true => Ok(slots.low_u64()),
			false => {
				let limit = MAX_ARRAY_SLOTS;
				Err(self.wrong(format!("an array or text has {slots} slots, above {limit}")))
			}
		}
	}
}

fn wrong(address: H160, reason: String) -> SourceError {
	SourceError::Layout { address, reason }
}

fn bytes_of(kind: &Type) -> Option<u64> {
	kind.number_of_bytes.parse().ok().filter(|bytes| *bytes > 0)
}

fn slots_of(kind: &Type) -> Option<u64> {
	bytes_of(kind).map(|bytes| bytes.div_ceil(32))
}

/// Whether a word may be a mapping's key of this type. Texts are not found: events hold their
/// hashes.
fn may_be_key(kind: &str, word: &H256) -> bool {
	let zeros = word.0.iter().take_while(|byte| **byte == 0).count();
	match kind {
		"t_address" | "t_address_payable" => zeros >= 12,
		"t_bool" => zeros >= 31,
		"t_string_memory_ptr" | "t_string_storage" | "t_bytes_memory_ptr" | "t_bytes_storage" => {
			false
		}
		kind if kind.starts_with("t_contract") => zeros >= 12,
		kind if kind.starts_with("t_enum") => zeros >= 30,
		_ => true,
	}
}

/// The number below the hash of a name, which no key of a mapping has as its hash.
fn hash_below(name: &str) -> U256 {
	let hash = U256::from_big_endian(keccak256(name.as_bytes()).as_bytes());
	hash.overflowing_sub(U256::one()).0
}

/// The slot of a namespace (ERC-7201).
fn namespace(name: &str) -> U256 {
	let hash = keccak256(word(hash_below(name)).as_bytes());
	U256::from_big_endian(hash.as_bytes()) & !U256::from(0xff)
}

fn word(number: U256) -> H256 {
	H256(number.to_big_endian())
}

#[cfg(test)]
#[path = "layout_tests.rs"]
mod tests;
