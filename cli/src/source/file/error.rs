//! Why a file cannot be used as a source.

use std::{io, path::PathBuf};

use migration_primitives::{H160, H256};

use super::{HeaderBytesError, TokenTooLong};
use crate::{snapshot::StageError, source::GzipError};

/// Why a file cannot be used as a source.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
	/// The file cannot be opened.
	#[error("the file {} cannot be opened", path.display())]
	Open {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// Reading failed.
	#[error("reading the file failed")]
	Read(#[source] io::Error),
	/// It is packed, and cannot be unpacked.
	#[error("the file cannot be unpacked")]
	Packing(#[source] GzipError),
	/// A string that is too long.
	#[error(transparent)]
	Token(TokenTooLong),
	/// The file ends too early.
	#[error("the file is cut off: it ends at line {line}, column {column}")]
	Truncated {
		/// Line, from 1.
		line: usize,
		/// Column.
		column: usize,
	},
	/// It is not JSON of the right form.
	#[error("the file has another form than expected: {0}")]
	Json(String),
	/// A record that is wrong.
	#[error("record {number} of the file is wrong")]
	Record {
		/// Its number, from 1; in a file with one record a line, the line.
		number: u64,
		/// The cause.
		source: Box<FileError>,
	},
	/// A first record that is none.
	#[error("the file must begin with the state root, but begins with `{field}`")]
	NotAHead {
		/// The part that is there.
		field: String,
	},
	/// Another number of accounts.
	#[error("the file says that it holds {expected} accounts, and holds {found}")]
	Count {
		/// The number in the file.
		expected: u64,
		/// The number of accounts.
		found: u64,
	},
	/// A part that must be there.
	#[error("the file has no `{field}`")]
	Missing {
		/// The part.
		field: &'static str,
	},
	/// A genesis of another form.
	#[error(
		"the file is a chain specification of Parity or Nethermind; a genesis in the form of Geth's is \
		 needed"
	)]
	Specification,
	/// A part that is there twice.
	#[error("the file has `{field}` twice")]
	Repeated {
		/// The part.
		field: String,
	},
	/// The same of an account.
	#[error("account {account} has no `{field}`")]
	MissingOf {
		/// The account, as the file names it.
		account: String,
		/// The part.
		field: &'static str,
	},
	/// A part of an account that nobody knows.
	#[error("account {account} has `{field}`, which a genesis of Geth does not have")]
	Unknown {
		/// The account, as the file names it.
		account: String,
		/// The part.
		field: String,
	},
	/// An account of which only the hash of the address is known.
	#[error(
		"the file does not know the address of the account with the hash {hash:?}: the node that \
		 wrote it lacks preimages, so run it with --cache.preimages from its first block on"
	)]
	MissingPreimage {
		/// Keccak-256 of the address.
		hash: H256,
	},
	/// An address that has another hash than the file says.
	#[error("account {address:?} has the hash {found:?}, the file says {expected:?}")]
	WrongPreimage {
		/// The address.
		address: H160,
		/// The hash in the file.
		expected: H256,
		/// The hash.
		found: H256,
	},
	/// An account that the file names in two ways.
	#[error("the file calls account {name:?} {address:?} inside")]
	OtherAddress {
		/// The name.
		name: H160,
		/// The address inside.
		address: H160,
	},
	/// Some accounts only.
	#[error("the file holds a part of the state only: it says where the next part begins")]
	Partial,
	/// A file without accounts.
	#[error("the file holds no account")]
	Empty,
	/// The accounts contradict themselves.
	#[error(transparent)]
	Stage(#[from] StageError),
	/// The accounts make another state root.
	#[error(
		"the {accounts} accounts make the state root {found:?}, {who} says {expected:?}{}",
		zeros_text(*zeros)
	)]
	StateRoot {
		/// The number of accounts.
		accounts: u64,
		/// Who says it.
		who: &'static str,
		/// The root that is said.
		expected: H256,
		/// The root of the accounts.
		found: H256,
		/// Slots of value zero in the file, which were left out.
		zeros: u64,
	},
	/// A hard fork whose header is not known here.
	#[error("{fork} is active in the genesis block; how its header looks is not known here")]
	Fork {
		/// The hard fork.
		fork: &'static str,
	},
	/// A number that no header can hold.
	#[error("`{field}` of the genesis is {found}, which no header can hold")]
	HeaderNumber {
		/// The field.
		field: &'static str,
		/// Its value.
		found: String,
	},
	/// A word of the header that does not follow from the rest.
	#[error(
		"`{field}` of the genesis is {expected:?}, the header that follows from the rest of the file \
		 has {}",
		word_text(*found)
	)]
	HeaderWord {
		/// The field.
		field: &'static str,
		/// The word in the file.
		expected: H256,
		/// That of the header, if it has one.
		found: Option<H256>,
	},
	/// A first block that is known to be another.
	#[error(
		"block {number}, made from the file as Geth makes it, has the hash {found:?}, but {who} \
		 {expected:?}{}",
		foreign_text(foreign)
	)]
	GenesisHash {
		/// The block.
		number: u64,
		/// Who knows it, and a verb.
		who: &'static str,
		/// The hash that is known.
		expected: H256,
		/// The hash of the header.
		found: H256,
		/// What may be the cause.
		foreign: Vec<Foreign>,
	},
	/// A first block that may be another.
	#[error(
		"block {number}, made from the file as Geth makes it, has the hash {found:?}, and the chain's \
		 block may be another{}. Say the hash that the chain has with --expect-block-hash",
		foreign_text(foreign)
	)]
	Foreign {
		/// The block.
		number: u64,
		/// The hash of the header.
		found: H256,
		/// The causes.
		foreign: Vec<Foreign>,
	},
	/// A block header that is needed.
	#[error("a {kind} file does not hold the block's header: give it with --header")]
	NoHeader {
		/// The kind of file.
		kind: &'static str,
	},
	/// A header that cannot be read.
	#[error("the block's header in {} cannot be read: {reason}", path.display())]
	Header {
		/// The file.
		path: PathBuf,
		/// What is wrong.
		reason: String,
	},
	/// A header that no snapshot can hold.
	#[error("the file's block cannot be used")]
	BlockHeader(#[source] HeaderBytesError),
	/// A header that hashes to something else.
	#[error("the header of block {number} hashes to {found:?}, its file says {expected:?}")]
	HeaderHash {
		/// The block.
		number: u64,
		/// The hash in the file.
		expected: H256,
		/// The hash of the header.
		found: H256,
	},
	/// The last block is not among the blocks.
	#[error("the file has no block {number}, which it says its state is of")]
	NoBlock {
		/// The block.
		number: u64,
	},
	/// A file that does not say which chain it is of.
	#[error("the file does not say the chain id: give it with --chain-id")]
	NoChainId,
	/// A file of another chain.
	#[error("the file is of chain {found}, chain {expected} is expected")]
	WrongChain {
		/// The chain id asked for.
		expected: u64,
		/// The chain id in the file.
		found: u64,
	},
	/// A version of the format that is not known.
	#[error("the file says format {found}, this program reads {expected}")]
	Format {
		/// What is read.
		expected: &'static str,
		/// What the file says.
		found: String,
	},
	/// A file that can only be vouched for.
	#[error("a file of kind attested proves nothing: say --trust attested")]
	NotProved,
}

/// Something in a genesis file by which the chain's first block may be another than the one that is
/// made of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Foreign {
	/// The part of the file.
	pub field: String,
	/// What it means.
	pub reason: &'static str,
}

impl Foreign {
	/// A field of the file.
	pub(super) fn of_field(field: &str, reason: &'static str) -> Self {
		/// Names may be megabytes long.
		const SHOWN: usize = 80;
		Self { field: field.chars().take(SHOWN).collect(), reason }
	}

	/// A field of its configuration.
	pub(super) fn of_config(field: &str, reason: &'static str) -> Self {
		Self::of_field(&format!("config.{field}"), reason)
	}
}

fn foreign_text(foreign: &[Foreign]) -> String {
	let text = |part: &Foreign| format!("`{}` ({})", part.field, part.reason);
	match foreign {
		[] => String::new(),
		_ => format!(": {}", foreign.iter().map(text).collect::<Vec<_>>().join("; ")),
	}
}

fn word_text(word: Option<H256>) -> String {
	word.map_or_else(|| "none".to_owned(), |word| format!("{word:?}"))
}

fn zeros_text(zeros: u64) -> String {
	match zeros {
		0 => String::new(),
		zeros => format!(
			". {zeros} slots of value zero were left out: by Ethereum's rules a trie holds none, \
			 but anvil keeps those that were cleared. Load its state without them into another \
			 anvil, and mine a block there"
		),
	}
}

impl From<serde_json::Error> for FileError {
	fn from(error: serde_json::Error) -> Self {
		let (line, column) = (error.line(), error.column());
		match error.classify() {
			serde_json::error::Category::Eof => Self::Truncated { line, column },
			serde_json::error::Category::Io => Self::from(io::Error::from(error)),
			_ => Self::Json(error.to_string()),
		}
	}
}

impl From<io::Error> for FileError {
	fn from(error: io::Error) -> Self {
		let error = match error.downcast::<GzipError>() {
			Ok(error) => return Self::Packing(error),
			Err(error) => error,
		};
		match error.downcast::<TokenTooLong>() {
			Ok(error) => Self::Token(error),
			Err(error) => Self::Read(error),
		}
	}
}
