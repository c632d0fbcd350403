//! Why the source node's answers cannot be used.

use std::{io, path::PathBuf};

use migration_primitives::{H160, H256};

use super::slots::{Means, Tried};

/// Why a source cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
	/// No node answers.
	#[error("the Ethereum node at {url} cannot be reached")]
	Unreachable {
		/// Its address.
		url: String,
		/// The cause.
		source: jsonrpsee_client::core::client::Error,
	},
	/// The node refuses a request.
	#[error("the Ethereum node at {url} refuses {method}: {message} (code {code})")]
	Refused {
		/// Its address.
		url: String,
		/// The method.
		method: String,
		/// The error's code.
		code: i32,
		/// The error's message.
		message: String,
	},
	/// An answer that has not the form it should have.
	#[error("the Ethereum node at {url} gives an answer to {method} that cannot be read")]
	Answer {
		/// Its address.
		url: String,
		/// The method.
		method: String,
		/// The cause.
		source: serde_json::Error,
	},
	/// The node is of another chain.
	#[error("the node at {url} is of chain {found}, chain {expected} is expected")]
	WrongChain {
		/// Its address.
		url: String,
		/// The chain id asked for.
		expected: u64,
		/// The chain id of the node.
		found: u64,
	},
	/// The block does not exist.
	#[error("the node has no block {block}")]
	NoBlock {
		/// The block asked for.
		block: String,
	},
	/// The header that was given does not hash to the block's hash.
	#[error(
		"the header of block {number}, encoded as Ethereum's, hashes to {found:?}, but the node \
		 says {expected:?}: the chain's headers have other fields"
	)]
	HeaderHash {
		/// The block.
		number: u64,
		/// The hash that the node gives.
		expected: H256,
		/// The hash of the header.
		found: H256,
	},
	/// The block is not finalised.
	#[error(
		"block {number} is not finalised, the last finalised block is {finalized}: wait, or say \
		 --allow-unfinalized"
	)]
	Unfinalized {
		/// The block.
		number: u64,
		/// The last finalised block.
		finalized: u64,
	},
	/// The block is not the last one, and the node gives state of the last one only.
	#[error(
		"block {number} ({tag}) is not the last one, {latest}: anvil gives proofs and its state \
		 for the last block only, so say --block latest --allow-unfinalized, or start it with \
		 --slots-in-an-epoch 0"
	)]
	NotLatest {
		/// The block.
		number: u64,
		/// How it was asked for.
		tag: String,
		/// The last block.
		latest: u64,
	},
	/// The block was replaced by another one in the meantime.
	#[error("block {number} was {expected:?} at first and is {found:?} now: take it again")]
	Reorganised {
		/// The block.
		number: u64,
		/// Its hash at first.
		expected: H256,
		/// Its hash at the end, if it still exists.
		found: Option<H256>,
	},
	/// The chain went on while its state was read.
	#[error("the chain went on from block {expected} to {found} meanwhile: take it again")]
	WentOn {
		/// The block.
		expected: u64,
		/// The last block now.
		found: u64,
	},
	/// No means finds the slots that make the storage root.
	#[error(
		"the slots of {address:?} do not make the storage root {expected:?} that block {number} \
		 proves, so nothing is written. Tried: {}. See --slots-from for other means",
		tried_text(tried)
	)]
	StorageRoot {
		/// The account.
		address: H160,
		/// The block.
		number: u64,
		/// The root that the state root proves.
		expected: H256,
		/// What was tried.
		tried: Vec<Tried>,
	},
	/// A slot of which only the hash of the key is known.
	#[error(
		"{means} does not know the key of the slot with the hash {hash:?} of {address:?}: the node \
		 lacks preimages"
	)]
	SlotPreimage {
		/// The means.
		means: Means,
		/// The account.
		address: H160,
		/// Keccak-256 of the key.
		hash: H256,
	},
	/// A slot whose key has another hash than the node says.
	#[error("the node says that slot {key:?} of {address:?} has the hash {expected:?}, it has {found:?}")]
	SlotHash {
		/// The account.
		address: H160,
		/// The slot's key.
		key: H256,
		/// The hash that the node gives.
		expected: H256,
		/// The hash of the key.
		found: H256,
	},
	/// Pages that do not come to an end.
	#[error(
		"the slots of {address:?} do not go on behind {from:?}: the node says {next:?} is next"
	)]
	NoProgress {
		/// The account.
		address: H160,
		/// Where the page began.
		from: H256,
		/// Where the next one begins.
		next: H256,
	},
	/// Too few blocks on top.
	#[error("block {number} has {found} blocks on top of it, {expected} are asked for: wait")]
	Unconfirmed {
		/// The block.
		number: u64,
		/// The number asked for.
		expected: u64,
		/// The number there is.
		found: u64,
	},
	/// A batch with other answers than questions.
	#[error("the Ethereum node at {url} gives {found} answers to {expected} questions")]
	BatchLength {
		/// Its address.
		url: String,
		/// The number of questions.
		expected: usize,
		/// The number of answers.
		found: usize,
	},
	/// Nobody knows which accounts there are.
	#[error(
		"the node does not tell which accounts there are (anvil_dumpState, or debug_accountRange, does), \
		 so --all-accounts is not possible: name them, or take a dump of the node with --from-file"
	)]
	NoAccounts,
	/// Too many keys that may be those of slots.
	#[error("the storage layout of {address:?} gives more than {limit} keys to try")]
	TooManyKeys {
		/// The account.
		address: H160,
		/// The bound.
		limit: u64,
	},
	/// A temporary file.
	#[error("a temporary file in {} cannot be used", folder.display())]
	Temporary {
		/// The folder it is in.
		folder: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// More accounts than are held in memory.
	#[error(
		"the node has more than {limit} accounts: take a dump of it with --from-file, which is read as \
		 a stream"
	)]
	TooManyAccounts {
		/// The bound.
		limit: usize,
	},
	/// An account of which only the hash of the address is known.
	#[error(
		"the node does not know the address of the account with the hash {hash:?}: it lacks preimages \
		 (Geth collects them with --cache.preimages from the genesis on)"
	)]
	AccountPreimage {
		/// Keccak-256 of the address.
		hash: H256,
	},
	/// A page of accounts that is not as documented.
	#[error("the node's list of accounts cannot be used: {reason}")]
	AccountRange {
		/// What is wrong.
		reason: String,
	},
	/// The list of accounts is of another state.
	#[error("the node lists the accounts of the state {found:?}, the block has {expected:?}")]
	AccountRangeRoot {
		/// The block's state root.
		expected: H256,
		/// The list's.
		found: H256,
	},
	/// An answer that is too long.
	#[error("the Ethereum node at {url} answers {method} with more than {limit} bytes")]
	AnswerTooLong {
		/// Its address.
		url: String,
		/// The method.
		method: String,
		/// The most bytes.
		limit: u32,
	},
	/// A storage layout that cannot be used.
	#[error("the storage layout of {address:?} cannot be used: {reason}")]
	Layout {
		/// The account.
		address: H160,
		/// What is wrong.
		reason: String,
	},
	/// The node keeps slots whose value is zero in its storage trie.
	#[error(
		"the node keeps {zeros} slots of value zero in the storage trie of {address:?}, which by \
		 Ethereum's rules holds none, so that no other chain can recompute its state root: load \
		 its state without those slots into another anvil, and mine a block there"
	)]
	ZeroSlots {
		/// The account.
		address: H160,
		/// The number of such slots.
		zeros: u64,
	},
	/// Code of another hash.
	#[error("the code of {address:?} hashes to {found:?}, but the block proves {expected:?}")]
	CodeHash {
		/// The account.
		address: H160,
		/// The hash that the state root proves.
		expected: H256,
		/// The hash of the code.
		found: H256,
	},
	/// Code too long for the format.
	#[error("the code of {address:?} has {found} bytes, at most {limit} can be migrated")]
	CodeTooLong {
		/// The account.
		address: H160,
		/// The length.
		found: usize,
		/// The bound.
		limit: usize,
	},
	/// The account does not exist.
	#[error("account {address:?} does not exist in block {number}")]
	NoAccount {
		/// The account.
		address: H160,
		/// The block.
		number: u64,
	},
	/// The dump of another block.
	#[error("the node's dump is of block {found}, block {expected} was pinned: take it again")]
	DumpBlock {
		/// The block.
		expected: u64,
		/// The block of the dump.
		found: u64,
	},
	/// The dump cannot be parsed.
	#[error("the node's dump cannot be read")]
	Dump(#[source] serde_json::Error),
}

fn tried_text(tried: &[Tried]) -> String {
	match tried {
		[] => "nothing, since the node serves no means".to_owned(),
		_ => tried.iter().map(Tried::to_string).collect::<Vec<_>>().join("; "),
	}
}
