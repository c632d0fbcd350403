//! Why bytes are not an Ethereum transaction of this chain.

use core::fmt;

/// The reason why bytes were refused before anything of the chain's state was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransactionError {
	/// No bytes at all.
	Empty,
	/// Longer than the pallet's `MaxTransactionBytes`.
	TooLarge {
		/// The most bytes accepted.
		limit: u32,
		/// The bytes given.
		found: usize,
	},
	/// A transaction type (EIP-2718) other than 0, 1, 2 and 4, or one that the hard fork does not know
	/// yet.
	UnsupportedType {
		/// The first byte.
		found: u8,
	},
	/// A blob transaction (EIP-4844); this chain stores no blobs.
	BlobTransaction,
	/// Not the RLP that the transaction's type prescribes.
	Malformed(alloy_rlp::Error),
	/// Bytes after the end of the transaction.
	TrailingBytes {
		/// How many.
		count: usize,
	},
	/// RLP that decodes, but is not the one canonical encoding of its content.
	NotCanonical,
	/// A legacy transaction without chain id (before EIP-155): it could be replayed from any chain.
	MissingChainId,
	/// Signed for another chain.
	WrongChainId {
		/// The chain id of this chain.
		expected: u64,
		/// The chain id in the transaction.
		found: u64,
	},
	/// A type 4 transaction (EIP-7702) with an empty authorisation list.
	EmptyAuthorizationList,
	/// The signature's `s` is above half of the curve's order (EIP-2).
	HighS,
	/// No public key can be recovered from the signature.
	InvalidSignature,
	/// What stands in the place of the signature is the mark of a call that nobody signed.
	Synthetic,
}

impl fmt::Display for TransactionError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::Empty => write!(f, "empty transaction"),
			Self::TooLarge { limit, found } => {
				write!(f, "transaction of {found} bytes, the limit is {limit}")
			}
			Self::UnsupportedType { found } => {
				write!(f, "unsupported transaction type {found:#04x}")
			}
			Self::BlobTransaction => write!(f, "blob transactions are not supported"),
			Self::Malformed(error) => write!(f, "malformed transaction: {error}"),
			Self::TrailingBytes { count } => write!(f, "{count} bytes after the transaction"),
			Self::NotCanonical => write!(f, "not the canonical encoding of the transaction"),
			Self::MissingChainId => write!(f, "legacy transaction without chain id (EIP-155)"),
			Self::WrongChainId { expected, found } => {
				write!(f, "chain id {found}, this chain's is {expected}")
			}
			Self::EmptyAuthorizationList => write!(f, "empty authorization list (EIP-7702)"),
			Self::HighS => write!(f, "signature with a high s value (EIP-2)"),
			Self::InvalidSignature => write!(f, "no signer can be recovered from the signature"),
			Self::Synthetic => write!(f, "the record of a call that nobody signed"),
		}
	}
}

impl core::error::Error for TransactionError {}
