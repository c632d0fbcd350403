//! Files of nodes and ledgers as sources of a snapshot.
//!
//! They are read as a stream, in any order of accounts and slots; what is written does not depend
//! on it.

mod account;
mod anvil;
mod attested;
mod config;
mod dump;
mod error;
mod genesis;
#[cfg(test)]
mod genesis_tests;
mod header;
pub(super) mod input;
mod networks;
mod records;
#[cfg(test)]
mod tests;

use std::{
	path::{Path, PathBuf},
	str::FromStr,
};

use migration_primitives::{
	snapshot::{Finality, Scope, SnapshotHeader, Trust},
	H160, H256,
};

pub use error::{FileError, Foreign};
pub use header::HeaderBytesError;
pub use input::TokenTooLong;

use account::Loader;
use anvil::AnvilState;
use genesis::{Expected, Genesis};
use header::BlockHeader;

use crate::snapshot::{Choice, Stage, Staged};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
	/// A genesis of Geth (JSON with `alloc`).
	GethGenesis,
	/// What `geth dump` or `geth snapshot dump` writes (JSON, or one object a line).
	GethDump,
	/// What `reth init-state` reads (one object a line).
	RethState,
	/// What `anvil --dump-state` writes.
	AnvilState,
	/// Accounts of a ledger that proves nothing (one object a line; `docs/format.md`).
	Attested,
}

impl FileKind {
	/// Every kind and its name.
	pub const NAMES: [(&'static str, Self); 5] = [
		("geth-genesis", Self::GethGenesis),
		("geth-dump", Self::GethDump),
		("reth-state", Self::RethState),
		("anvil-state", Self::AnvilState),
		("attested", Self::Attested),
	];

	/// Its name.
	pub fn name(&self) -> &'static str {
		Self::NAMES.iter().find(|(_, kind)| kind == self).map(|(name, _)| *name).unwrap_or_default()
	}
}

/// A file and its kind, written `KIND:PATH`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileSource {
	/// What it is.
	pub kind: FileKind,
	/// Where it is.
	pub path: PathBuf,
}

impl FromStr for FileSource {
	type Err = String;

	fn from_str(text: &str) -> Result<Self, String> {
		let kinds = || FileKind::NAMES.map(|(name, _)| name).join(", ");
		let (name, path) = text
			.split_once(':')
			.ok_or_else(|| format!("KIND:PATH is needed; KIND: {}", kinds()))?;
		let kind = FileKind::NAMES.iter().find(|(known, _)| *known == name);
		let (_, kind) = kind.ok_or_else(|| format!("`{name}` is none of {}", kinds()))?;
		match path {
			"" => Err("the path is missing".to_owned()),
			path => Ok(Self { kind: *kind, path: path.into() }),
		}
	}
}

/// What is wanted of a file.
#[derive(Clone, Debug)]
pub struct FileRequest {
	/// The file.
	pub file: FileSource,
	/// The file with the block's header, for kinds that do not hold it.
	pub header: Option<PathBuf>,
	/// The chain id, which must be the file's where that says one.
	pub chain_id: Option<u64>,
	/// The hash that the block of a genesis must have. It also settles what the file leaves open.
	pub block_hash: Option<H256>,
	/// What binds the accounts to the source.
	pub trust: Trust,
	/// How final the block is, on the operator's word; block 0 is final by itself.
	pub finality: Finality,
	/// Blocks on top of it, on the operator's word.
	pub confirmations: u64,
	/// The accounts to take, with proofs made from all; none for all.
	pub targets: Vec<H160>,
}

/// The accounts of a file, ready to be written.
pub struct FileState {
	/// The header of the snapshot.
	pub header: SnapshotHeader,
	/// The state root that the accounts make.
	pub state_root: H256,
	/// The accounts.
	pub staged: Staged,
	/// Which of them are to be written.
	pub choice: Choice,
	/// Who says which hash the block has.
	pub hash_confirmed_by: ConfirmedBy,
}

/// Who says that the block of a file has the hash that it was found to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfirmedBy {
	/// The operator, by `--expect-block-hash`.
	Flag,
	/// The file, or the one with the header beside it.
	File,
	/// The public network of this chain id, whose block 0 is known.
	PublicNetwork,
	/// Nobody: the hash is that of the header that follows from the file.
	Nobody,
}

impl ConfirmedBy {
	/// In words.
	pub fn name(&self) -> &'static str {
		match self {
			Self::Flag => "flag",
			Self::File => "file",
			Self::PublicNetwork => "public network",
			Self::Nobody => "nobody",
		}
	}
}

/// What a file says of its block.
struct Block {
	chain_id: Option<u64>,
	header: Option<BlockHeader>,
	number: u64,
	hash: H256,
	scope: Scope,
	confirmed_by: ConfirmedBy,
}

impl Block {
	fn of_header(chain_id: Option<u64>, header: BlockHeader, confirmed_by: ConfirmedBy) -> Self {
		let (number, hash) = (header.header.number, header.header.hash);
		Self { chain_id, header: Some(header), number, hash, scope: Scope::Full, confirmed_by }
	}
}

/// Reads a file; temporary files stand in `folder`. `progress` is called after each account.
pub fn read(
	request: &FileRequest,
	folder: &Path,
	progress: &mut dyn FnMut(),
) -> Result<FileState, FileError> {
	let kind = request.file.kind;
	if kind == FileKind::Attested && request.trust == Trust::Proved {
		return Err(FileError::NotProved);
	}
	// Before hours are spent on accounts.
	let given = request.header.as_deref().map(BlockHeader::read).transpose()?;
	if given.is_none() && matches!(kind, FileKind::GethDump | FileKind::RethState) {
		return Err(FileError::NoHeader { kind: kind.name() });
	}
	let input = input::open(&request.file.path)?;
	let mut stage = Stage::new(folder)?;
	let mut loader = Loader::new(&mut stage, progress);
	let said = Said::read(kind, input, &mut loader)?;
	if loader.accounts == 0 {
		return Err(FileError::Empty);
	}
	let zeros = stage.zeros();
	let staged = stage.finish(&request.targets)?;
	let state_root = staged.state_root();
	let check = |who: &'static str, expected: H256| match expected == state_root {
		true => Ok(()),
		false => {
			let (accounts, found) = (staged.accounts(), state_root);
			Err(FileError::StateRoot { accounts, who, expected, found, zeros })
		}
	};
	let block = said.block(given, request, state_root, check)?;
	if let Some(header) = &block.header {
		check("the block's header", header.header.state_root)?;
	}
	let chain_id = match (request.chain_id, block.chain_id) {
		(Some(expected), Some(found)) if expected != found => {
			return Err(FileError::WrongChain { expected, found });
		}
		(given, said) => said.or(given).ok_or(FileError::NoChainId)?,
	};
	let selected = !request.targets.is_empty();
	let header = SnapshotHeader {
		chain_id,
		block_number: block.number,
		block_hash: block.hash,
		block_header: block.header.map(|header| header.preimage).unwrap_or_default(),
		confirmations: request.confirmations,
		// Nothing can take the first block back.
		finality: if block.number == 0 { Finality::Finalized } else { request.finality },
		scope: if selected { Scope::Selected } else { block.scope },
		trust: request.trust,
	};
	let choice = if selected { Choice::Targets } else { Choice::Full };
	// The operator's word is held against the hash, whatever else is known.
	let hash_confirmed_by = match request.block_hash {
		Some(expected) if expected == header.block_hash => ConfirmedBy::Flag,
		_ => block.confirmed_by,
	};
	Ok(FileState { header, state_root, staged, choice, hash_confirmed_by })
}

/// What a file says besides its accounts.
#[allow(clippy::large_enum_variant)] // There is one of it.
enum Said {
	Genesis(Genesis),
	Root(H256),
	Anvil(AnvilState),
	Claims(attested::Claims),
}

impl Said {
	fn read(
		kind: FileKind,
		input: input::Input,
		loader: &mut Loader<'_>,
	) -> Result<Self, FileError> {
		match kind {
			FileKind::GethGenesis => Genesis::read(input, loader).map(Self::Genesis),
			FileKind::GethDump | FileKind::RethState => dump::read(input, loader).map(Self::Root),
			FileKind::AnvilState => AnvilState::read(input, loader).map(Self::Anvil),
			FileKind::Attested => attested::read(input, loader).map(Self::Claims),
		}
	}

	/// The block, whose header may be `given` beside the file.
	fn block(
		self,
		given: Option<BlockHeader>,
		request: &FileRequest,
		state_root: H256,
		check: impl Fn(&'static str, H256) -> Result<(), FileError>,
	) -> Result<Block, FileError> {
		match self {
			Self::Genesis(genesis) => {
				if let Some(expected) = genesis.state_root {
					check("the file", expected)?;
				}
				let expected = Expected { request, given: given.as_ref() };
				let header = BlockHeader::encode(&genesis.header(state_root, expected)?, None)?;
				let confirmed_by = genesis.confirm(&header.header, expected)?;
				let chain_id = genesis.chain_id(header.header.hash, request.chain_id);
				Ok(Block::of_header(chain_id, header, confirmed_by))
			}
			Self::Root(root) => {
				check("the file", root)?;
				let header = given.ok_or(FileError::NoHeader { kind: "dump" })?;
				let confirmed_by = header.confirmed_by();
				Ok(Block::of_header(None, header, confirmed_by))
			}
			Self::Anvil(state) => {
				let header = match given {
					Some(given) if given.header.number != state.number()? => {
						return Err(FileError::NoBlock { number: state.number()? });
					}
					Some(given) => given,
					None => BlockHeader::encode(&state.header()?, None)?,
				};
				let confirmed_by = header.confirmed_by();
				Ok(Block::of_header(None, header, confirmed_by))
			}
			Self::Claims(claims) => Ok(Block {
				chain_id: Some(claims.chain_id.0),
				header: None,
				number: claims.block_number.0,
				hash: claims.block_hash.0,
				scope: claims.scope(),
				confirmed_by: ConfirmedBy::File,
			}),
		}
	}
}
