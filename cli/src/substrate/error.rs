//! Why the target chain's node cannot be used.

use std::time::Duration;

use migration_primitives::H256;

/// Why a request of the target chain failed.
#[derive(Debug, thiserror::Error)]
pub enum SubstrateError {
	/// Not the address of a node.
	#[error("`{url}` is no address of a node: ws://, wss://, http:// or https:// is needed")]
	Url {
		/// The text.
		url: String,
	},
	/// No node answers, for as long as the operator is patient.
	#[error("the node at {url} cannot be reached, for {} seconds now", patience.as_secs())]
	Unreachable {
		/// Its address.
		url: String,
		/// How long it was tried.
		patience: Duration,
		/// The last cause.
		source: jsonrpsee_client::core::client::Error,
	},
	/// The node refuses a request.
	#[error("the node at {url} refuses {method}: {message} (code {code})")]
	Refused {
		/// Its address.
		url: String,
		/// The method.
		method: String,
		/// The error's code.
		code: i32,
		/// The error's message and data.
		message: String,
	},
	/// An answer that cannot be read.
	#[error("the node at {url} gives an answer to {method} that cannot be read: {reason}")]
	Answer {
		/// Its address.
		url: String,
		/// The method, or what was decoded.
		method: String,
		/// The cause.
		reason: String,
	},
	/// The chain has no pallet for migrations.
	#[error("the chain at {url} ({name}) takes no migrations: its runtime lacks {api}")]
	NoMigrations {
		/// The node's address.
		url: String,
		/// The runtime's name.
		name: String,
		/// The runtime API.
		api: &'static str,
	},
	/// The node restarted as another chain.
	#[error("the node at {url} has the genesis {found:?}, it had {expected:?} before")]
	OtherChain {
		/// Its address.
		url: String,
		/// The genesis hash before.
		expected: H256,
		/// The genesis hash now.
		found: H256,
	},
	/// The node is of another chain than the operator means.
	#[error("the node at {url} has the genesis {found:?}, --expect-genesis says {expected:?}")]
	UnexpectedGenesis {
		/// Its address.
		url: String,
		/// The genesis hash of the chain that the operator means.
		expected: H256,
		/// The genesis hash of the node's chain.
		found: H256,
	},
	/// Something that the runtime's metadata does not have.
	#[error("the chain's runtime has no {what}")]
	Metadata {
		/// What is missing.
		what: String,
	},
	/// A transaction extension that this program does not know.
	#[error("the chain's transactions carry `{identifier}`, which this program cannot fill in")]
	Extension {
		/// The extension.
		identifier: String,
	},
	/// A signed transaction that did not come into a block.
	#[error("the transaction {call} ({hash:?}) came into no block up to {block}")]
	NotIncluded {
		/// What it calls.
		call: String,
		/// Its hash.
		hash: H256,
		/// The last block that could have it.
		block: u32,
	},
	/// A signed transaction that failed.
	#[error("the transaction {call} failed in block {block}: {reason}")]
	Failed {
		/// What it calls.
		call: String,
		/// The block.
		block: u32,
		/// The dispatch error.
		reason: String,
	},
	/// No block came for too long.
	#[error("the chain made no block for {} seconds", after.as_secs())]
	NoBlocks {
		/// How long it was waited.
		after: Duration,
	},
}
