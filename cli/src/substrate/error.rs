//! Why the target chain's node cannot be used.

use std::time::Duration;

use migration_primitives::H256;

/// The code of an answer that is longer than the node gives (`jsonrpsee`).
const OVERSIZED_RESPONSE: i32 = -32_008;
/// What a node says, in small letters, of a block whose state or header it does not have: the errors
/// `UnknownBlock` of `sp-blockchain` and of `sp-api`.
const STATE_MISSING: [&str; 3] = ["state already discarded", "unknownblock", "unknown block"];

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

/// What the refusal of a request means, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
	/// The node does not have the state of the block.
	StateMissing,
	/// The answer is longer than the node gives.
	AnswerTooBig,
}

impl SubstrateError {
	/// What the node's refusal means; `None` where it is none, or may mean anything.
	pub(crate) fn refusal(&self) -> Option<Refusal> {
		let Self::Refused { code, message, .. } = self else { return None };
		let message = message.to_lowercase();
		match code {
			&OVERSIZED_RESPONSE => Some(Refusal::AnswerTooBig),
			_ if STATE_MISSING.iter().any(|words| message.contains(words)) => {
				Some(Refusal::StateMissing)
			}
			_ => None,
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn refusal_of_what_nodes_say_works() {
		let refusal = |code, message: &str| {
			let (url, method) = (String::new(), "state_getStorage".to_owned());
			SubstrateError::Refused { url, method, code, message: message.to_owned() }.refusal()
		};
		let discarded = "Client error: UnknownBlock: State already discarded for 0x01";
		assert_eq!(refusal(4003, discarded), Some(Refusal::StateMissing));
		let unknown =
			"Client error: Api called for an unknown Block: State already discarded for 0x01";
		assert_eq!(refusal(4003, unknown), Some(Refusal::StateMissing));
		let oversized = "Response is too big: \"Exceeded max limit of 15728640\"";
		assert_eq!(refusal(-32_008, oversized), Some(Refusal::AnswerTooBig));
		for (code, message) in [
			(-32_601, "Method not found"),
			(-32_999, "RPC rate limit exceeded"),
			(4003, "Client error: Database"),
		] {
			assert_eq!(refusal(code, message), None, "{message}");
		}
		let url = String::new();
		assert_eq!(SubstrateError::Url { url }.refusal(), None);
	}
}
