//! The address map as `plan` writes it and people edit it: JSON.

use std::{collections::BTreeMap, fs, io, path::Path};

use migration_primitives::{map::Target, H160, H256};
use serde::{Deserialize, Serialize};
use sp_core::crypto::AccountId32;

use crate::parse::{self, ParseError};

/// The form of the file.
const VERSION: u32 = 1;

/// An address map of a snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapFile {
	/// The form of the file.
	pub version: u32,
	/// The snapshot it was made for.
	pub source: MapSource,
	/// The entries, in any order.
	pub entries: Vec<MapFileEntry>,
}

/// The snapshot that a map was made for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapSource {
	/// Chain id of the source.
	pub chain_id: u64,
	/// The snapshot's digest.
	pub snapshot_digest: H256,
}

/// One account of the map.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MapFileEntry {
	/// Address on the source.
	pub source: H160,
	/// Its target, as on the command line.
	pub target: String,
	/// The address that the target leads to; for people, and checked where it is there.
	#[serde(default, skip_serializing_if = "Option::is_none")]
	pub address: Option<H160>,
}

/// Why a map cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum MapFileError {
	/// The file cannot be read.
	#[error("the map {path} cannot be read")]
	Read {
		/// The file.
		path: String,
		/// The cause.
		source: io::Error,
	},
	/// Not the JSON of a map.
	#[error("the map {path} is no map")]
	Json {
		/// The file.
		path: String,
		/// The cause.
		source: serde_json::Error,
	},
	/// Another version.
	#[error("the map has version {found}, this program reads {VERSION}")]
	Version {
		/// The version.
		found: u32,
	},
	/// A target that cannot be read.
	#[error("the map's entry of {source_address:?} cannot be read")]
	Target {
		/// The entry.
		source_address: H160,
		/// The cause.
		source: ParseError,
	},
	/// One source twice.
	#[error("the map has two entries of {source_address:?}")]
	Twice {
		/// The entry.
		source_address: H160,
	},
}

impl MapFile {
	/// A map of the snapshot with this digest.
	pub fn new(chain_id: u64, snapshot_digest: H256, entries: Vec<MapFileEntry>) -> Self {
		Self { version: VERSION, source: MapSource { chain_id, snapshot_digest }, entries }
	}

	/// Reads a file.
	pub fn read(path: &Path) -> Result<Self, MapFileError> {
		let name = path.display().to_string();
		let text = fs::read_to_string(path)
			.map_err(|source| MapFileError::Read { path: name.clone(), source })?;
		let map: Self = serde_json::from_str(&text)
			.map_err(|source| MapFileError::Json { path: name, source })?;
		match map.version {
			VERSION => Ok(map),
			found => Err(MapFileError::Version { found }),
		}
	}

	/// The rules by source, and the addresses that the file gives for them.
	#[allow(clippy::type_complexity)] // A pair of maps.
	pub fn rules(
		&self,
	) -> Result<(BTreeMap<H160, Target<AccountId32>>, BTreeMap<H160, H160>), MapFileError> {
		let (mut rules, mut addresses) = (BTreeMap::new(), BTreeMap::new());
		for entry in &self.entries {
			let source_address = entry.source;
			let target = parse::target(&entry.target)
				.map_err(|source| MapFileError::Target { source_address, source })?;
			if rules.insert(source_address, target).is_some() {
				return Err(MapFileError::Twice { source_address });
			}
			addresses.extend(entry.address.map(|address| (source_address, address)));
		}
		Ok((rules, addresses))
	}
}
