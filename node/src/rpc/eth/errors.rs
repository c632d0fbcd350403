//! What goes wrong, and how Ethereum's clients are told: codes and wording are Geth's.

use super::revert;
use alloy_primitives::Bytes;
use jsonrpsee::types::{
	error::{INTERNAL_ERROR_CODE, INVALID_PARAMS_CODE},
	ErrorObjectOwned,
};
use pallet_evm::{ExitError, RunnerError};
use sp_core::H256;

/// Geth's code for an execution that reverted.
const REVERT_CODE: i32 = 3;

/// The code of most of Geth's errors (EIP-1474: invalid input).
const SERVER_ERROR_CODE: i32 = -32000;

/// The code of a request that is too large (EIP-1474: limit exceeded).
const LIMIT_EXCEEDED_CODE: i32 = -32005;

/// An error of an Ethereum method.
#[derive(Debug, thiserror::Error)]
pub(super) enum EthError {
	/// No such block on the best chain.
	#[error("header not found")]
	BlockNotFound,

	/// No block with this hash.
	#[error("header for hash not found: {0:?}")]
	HashNotFound(H256),

	/// The block is known, but on a fork, and the request insisted on the best chain.
	#[error("hash is not currently canonical: {0:?}")]
	NotCanonical(H256),

	/// The block's state is no longer in the database.
	#[error("the state of block {number} ({hash:?}) is not available: it was pruned, ask an archive node")]
	StatePruned {
		/// The block's hash.
		hash: H256,
		/// The block's number.
		number: u32,
	},

	/// The parameters make no sense.
	#[error("{0}")]
	InvalidParams(String),

	/// The client has installed no such filter, or not polled it for too long.
	#[error("filter not found")]
	FilterNotFound,

	/// The request is larger than this node serves.
	#[error("{what}: {found}, the limit is {limit}")]
	LimitExceeded {
		/// What there is too much of.
		what: &'static str,
		/// How much was asked for.
		found: u64,
		/// How much is served.
		limit: u64,
	},

	/// The execution ran into REVERT with these bytes.
	#[error("{}", revert::message(.0))]
	Reverted(Bytes),

	/// The execution halted.
	#[error("{}", halt_message(.0))]
	Halted(ExitError),

	/// The execution was refused before it began.
	#[error("{0}")]
	Refused(RunnerError),

	/// Not even the highest gas limit that can be paid for is enough.
	#[error("gas required exceeds allowance ({allowance})")]
	GasAllowance {
		/// That limit.
		allowance: u64,
	},

	/// The transaction was refused by the pool.
	#[error("{0}")]
	Rejected(String),

	/// The node, the database or the runtime failed.
	#[error("internal error: {0}")]
	Internal(String),
}

impl EthError {
	/// An internal error from any other.
	pub(super) fn internal(error: impl std::fmt::Display) -> Self {
		Self::Internal(error.to_string())
	}

	fn code(&self) -> i32 {
		match self {
			Self::InvalidParams(_) => INVALID_PARAMS_CODE,
			Self::LimitExceeded { .. } => LIMIT_EXCEEDED_CODE,
			Self::Reverted(_) => REVERT_CODE,
			Self::Internal(_) => INTERNAL_ERROR_CODE,
			Self::BlockNotFound
			| Self::HashNotFound(_)
			| Self::NotCanonical(_)
			| Self::StatePruned { .. }
			| Self::FilterNotFound
			| Self::Halted(_)
			| Self::Refused(_)
			| Self::GasAllowance { .. }
			| Self::Rejected(_) => SERVER_ERROR_CODE,
		}
	}
}

impl From<EthError> for ErrorObjectOwned {
	fn from(error: EthError) -> Self {
		let (code, message) = (error.code(), error.to_string());
		match error {
			EthError::Reverted(data) => Self::owned(code, message, Some(data)),
			_ => Self::owned(code, message, None::<()>),
		}
	}
}

impl From<sp_api::ApiError> for EthError {
	fn from(error: sp_api::ApiError) -> Self {
		Self::internal(error)
	}
}

impl From<sp_blockchain::Error> for EthError {
	fn from(error: sp_blockchain::Error) -> Self {
		Self::internal(error)
	}
}

/// Geth's wording of a halt, where it has one.
fn halt_message(error: &ExitError) -> String {
	match error {
		ExitError::OutOfGas => "out of gas".into(),
		ExitError::StackUnderflow => "stack underflow".into(),
		ExitError::StackOverflow => "stack limit reached".into(),
		ExitError::InvalidJump => "invalid jump destination".into(),
		ExitError::DesignatedInvalid => "invalid opcode: INVALID".into(),
		ExitError::CallTooDeep => "max call depth exceeded".into(),
		ExitError::CreateCollision => "contract address collision".into(),
		ExitError::CreateContractLimit => "max code size exceeded".into(),
		ExitError::InvalidCode(first) => {
			format!("invalid code: must not begin with {first:#04x}")
		}
		ExitError::OutOfOffset => "return data out of bounds".into(),
		ExitError::OutOfFund => "insufficient balance for transfer".into(),
		ExitError::MaxNonce => "nonce uint64 overflow".into(),
		ExitError::AccountLocked(address) => {
			format!("the account {address:?} is locked by a migration")
		}
		ExitError::Other(reason) => reason.clone(),
		other => format!("execution halted: {other:?}"),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn a_revert_has_code_3_and_its_bytes() {
		let error = ErrorObjectOwned::from(EthError::Reverted(Bytes::from(vec![0xab, 0xcd])));
		assert_eq!(error.code(), 3);
		assert_eq!(error.message(), "execution reverted");
		assert_eq!(error.data().map(|data| data.get()), Some("\"0xabcd\""));
	}

	#[test]
	fn an_unknown_block_has_geths_message() {
		let error = ErrorObjectOwned::from(EthError::BlockNotFound);
		assert_eq!((error.code(), error.message()), (-32000, "header not found"));
		assert!(error.data().is_none());
	}

	#[test]
	fn a_limit_names_both_values() {
		let error = EthError::LimitExceeded { what: "blocks of logs", found: 20, limit: 10 };
		assert_eq!(error.to_string(), "blocks of logs: 20, the limit is 10");
		assert_eq!(error.code(), -32005);
	}
}
