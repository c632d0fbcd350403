//! Why the source node's answers cannot be used.

use migration_primitives::{H160, H256};

use super::GzipError;

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
	/// The slots found do not make the storage root.
	#[error(
		"the {slots} slots found for {address:?} make the storage root {found:?}, but the block \
		 proves {expected:?}: slots are missing or wrong"
	)]
	StorageRoot {
		/// The account.
		address: H160,
		/// The number of slots found.
		slots: usize,
		/// The root that the state root proves.
		expected: H256,
		/// The root of the slots.
		found: H256,
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
		zeros: usize,
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
	/// The dump cannot be unpacked.
	#[error("the node's dump cannot be unpacked")]
	DumpPacking(#[from] GzipError),
	/// The dump cannot be parsed.
	#[error("the node's dump cannot be read")]
	Dump(#[source] serde_json::Error),
}
