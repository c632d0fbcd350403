//! What the configuration of a chain says of its first header.

use std::fmt;

use migration_primitives::U256;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use serde_json::Value as Json;

use super::{
	account::{put, Loader},
	error::Foreign,
	FileError,
};

/// Why no header of AuRa is made.
pub(super) const AURA: &str = "headers of AuRa have a step and a signature where Ethereum's have \
	mix hash and nonce, and cannot be proved here";
/// Why none of Avalanche's is made.
pub(super) const AVALANCHE: &str = "headers of Avalanche's chains have fields of their own";
const IBFT: &str = "its hash leaves out the seals in the extra data, and a part of their list";
const SEALED: &str = "its hash leaves out the seals in the extra data, which has some";
/// Why none of XDC is made.
pub(super) const XDC: &str = "its headers have three fields more";
const ARBITRUM: &str = "ArbOS makes accounts that are not in the file";
/// Why none of Scroll is made.
pub(super) const ZKTRIE: &str = "its state root is that of another kind of trie";
const PARLIA: &str = "its first base fee is not Ethereum's";
const BERACHAIN: &str = "its headers have the key of a proposer";
const LATER_OP: &str = "how the first header of this hard fork looks is not known here";

/// Engines whose first header is another than Ethereum's, by their names in lower case.
const ENGINES: [(&str, &str); 8] = [
	("aura", AURA),
	("authorityround", AURA),
	("ibft2", IBFT),
	("xdpos", XDC),
	("posv", XDC),
	("apricotphase1blocktimestamp", AVALANCHE),
	("subnetevmtimestamp", AVALANCHE),
	("feeconfig", AVALANCHE),
];

/// What of a chain's configuration decides on the form of the first header.
#[derive(Debug, Default)]
pub(super) struct Config {
	pub(super) chain_id: Option<u64>,
	london_block: Option<U256>,
	shanghai_block: Option<U256>,
	cancun_block: Option<U256>,
	shanghai_time: Option<u64>,
	cancun_time: Option<u64>,
	prague_time: Option<u64>,
	amsterdam_time: Option<u64>,
	verkle_time: Option<u64>,
	ubt_time: Option<u64>,
	isthmus_time: Option<u64>,
	jovian_time: Option<u64>,
	interop_time: Option<u64>,
	prague1_time: Option<u64>,
	verkle_at_genesis: bool,
	bor: bool,
	optimism: bool,
	parlia: bool,
	/// An engine of sealed extra data, as the file names it.
	sealed: Option<String>,
	foreign: Vec<Foreign>,
}

/// The hard forks that are active in the first block, as far as its header shows them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Forks {
	/// London, which is asked for at block 0 whatever the number is.
	pub(super) london: bool,
	pub(super) shanghai: bool,
	pub(super) cancun: bool,
	/// Prague with its requests, which Bor has not.
	pub(super) prague: bool,
	/// OP's Isthmus, whose root of withdrawals is a storage root.
	pub(super) isthmus: bool,
}

impl Forks {
	/// None, and one more each time.
	pub(super) const STEPS: [Self; 5] = [
		Self { london: false, shanghai: false, cancun: false, prague: false, isthmus: false },
		Self { london: true, shanghai: false, cancun: false, prague: false, isthmus: false },
		Self { london: true, shanghai: true, cancun: false, prague: false, isthmus: false },
		Self { london: true, shanghai: true, cancun: true, prague: false, isthmus: false },
		Self { london: true, shanghai: true, cancun: true, prague: true, isthmus: false },
	];
}

impl Config {
	/// The hard forks of a first block.
	pub(super) fn forks(&self, number: u64, time: u64) -> Result<Forks, FileError> {
		let london = |at: u64| self.london_block.is_some_and(|block| block <= at.into());
		let reached = |fork: Option<u64>| london(number) && fork.is_some_and(|at| at <= time);
		// Bor goes by numbers of blocks.
		let passed =
			|fork: Option<U256>| london(number) && fork.is_some_and(|at| at <= number.into());
		for (fork, active) in [
			("Amsterdam", reached(self.amsterdam_time)),
			("Verkle", reached(self.verkle_time) || self.verkle_at_genesis),
			("UBT", reached(self.ubt_time)),
		] {
			if active {
				return Err(FileError::Fork { fork });
			}
		}
		let (shanghai, cancun) = match self.bor {
			true => (passed(self.shanghai_block), passed(self.cancun_block)),
			false => (reached(self.shanghai_time), reached(self.cancun_time)),
		};
		Ok(Forks {
			london: london(0),
			shanghai,
			cancun,
			prague: reached(self.prague_time) && !self.bor,
			isthmus: reached(self.isthmus_time) && self.optimism,
		})
	}

	/// By what the first header may be another than Ethereum's.
	pub(super) fn foreign(&self, time: u64, forks: Forks, extra_data: &[u8]) -> Vec<Foreign> {
		/// The ends of extra data without seals: round 0, or an empty seal of the proposer, and an
		/// empty list of seals. Such a hash leaves nothing out.
		const UNSEALED: [u8; 2] = [0x80, 0xc0];
		let reached = |fork: Option<u64>| fork.is_some_and(|at| at <= time);
		let mut foreign = self.foreign.clone();
		let mut add = |field: &str, reason| foreign.push(Foreign::of_config(field, reason));
		if let Some(engine) = self.sealed.as_deref().filter(|_| !extra_data.ends_with(&UNSEALED)) {
			add(engine, SEALED);
		}
		if self.parlia && forks.london {
			add("parlia", PARLIA);
		}
		if reached(self.prague1_time) {
			add("berachain.prague1", BERACHAIN);
		}
		for (field, fork) in [("jovianTime", self.jovian_time), ("interopTime", self.interop_time)]
		{
			if self.optimism && reached(fork) {
				add(field, LATER_OP);
			}
		}
		foreign
	}

	/// Takes a part that is no number, by its name in lower case and as the file has it.
	fn other<'de, A: MapAccess<'de>>(
		&mut self,
		name: &str,
		field: &str,
		map: &mut A,
	) -> Result<(), A::Error> {
		match name {
			"bor" => self.bor |= present(map)?,
			"optimism" => self.optimism |= present(map)?,
			"parlia" => self.parlia |= present(map)?,
			"istanbul" | "ibft" | "qbft" => {
				if present(map)? {
					self.sealed = Some(field.to_owned());
				}
			}
			"enableverkleatgenesis" | "enableubtatgenesis" => {
				self.verkle_at_genesis |= map.next_value::<Json>()? == Json::Bool(true);
			}
			"scroll" | "morph" => {
				if is_true(part(&map.next_value()?, "useZktrie")) {
					self.foreign.push(Foreign::of_config(field, ZKTRIE));
				}
			}
			"arbitrum" => {
				if is_true(part(&map.next_value()?, "EnableArbOS")) {
					self.foreign.push(Foreign::of_config(field, ARBITRUM));
				}
			}
			"berachain" => {
				let json: Json = map.next_value()?;
				let time = part(&json, "prague1").and_then(|fork| part(fork, "time"));
				self.prague1_time = time.and_then(Json::as_u64);
			}
			_ => {
				let engine = ENGINES.iter().find(|(engine, _)| *engine == name);
				if let (Some((_, reason)), true) = (engine, present(map)?) {
					self.foreign.push(Foreign::of_config(field, reason));
				}
			}
		}
		Ok(())
	}
}

/// Takes a configuration; `None` for `null`.
pub(super) struct ConfigSeed<'l, 'a> {
	pub(super) loader: &'l mut Loader<'a>,
}

impl<'de> DeserializeSeed<'de> for ConfigSeed<'_, '_> {
	type Value = Option<Config>;

	fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
		deserializer.deserialize_any(self)
	}
}

impl<'de> Visitor<'de> for ConfigSeed<'_, '_> {
	type Value = Option<Config>;

	fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		f.write_str("the configuration of a chain")
	}

	fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
		Ok(None)
	}

	fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
		let mut config = Config::default();
		while let Some(field) = map.next_key::<String>()? {
			// As Go's parser, which takes names in any case.
			let repeated = match field.to_ascii_lowercase().as_str() {
				"chainid" => put(&mut config.chain_id, &mut map)?,
				"londonblock" => put(&mut config.london_block, &mut map)?,
				"shanghaiblock" => put(&mut config.shanghai_block, &mut map)?,
				"cancunblock" => put(&mut config.cancun_block, &mut map)?,
				"shanghaitime" => put(&mut config.shanghai_time, &mut map)?,
				"cancuntime" => put(&mut config.cancun_time, &mut map)?,
				"praguetime" => put(&mut config.prague_time, &mut map)?,
				"amsterdamtime" => put(&mut config.amsterdam_time, &mut map)?,
				"verkletime" => put(&mut config.verkle_time, &mut map)?,
				"ubttime" => put(&mut config.ubt_time, &mut map)?,
				"isthmustime" => put(&mut config.isthmus_time, &mut map)?,
				"joviantime" => put(&mut config.jovian_time, &mut map)?,
				"interoptime" => put(&mut config.interop_time, &mut map)?,
				name => {
					config.other(name, &field, &mut map)?;
					false
				}
			};
			if repeated {
				let field = format!("config.{field}");
				return Err(self.loader.fail(FileError::Repeated { field }));
			}
		}
		Ok(Some(config))
	}
}

/// Whether a part is there: it is passed over.
pub(super) fn present<'de, A: MapAccess<'de>>(map: &mut A) -> Result<bool, A::Error> {
	Ok(map.next_value::<Option<IgnoredAny>>()?.is_some())
}

fn part<'v>(json: &'v Json, name: &str) -> Option<&'v Json> {
	let mut parts = json.as_object()?.iter();
	parts.find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, part)| part)
}

fn is_true(json: Option<&Json>) -> bool {
	json.and_then(Json::as_bool).unwrap_or_default()
}
