//! Why an execution was refused before it began.

use crate::{Config, Error};
use alloc::string::String;
use codec::{Decode, DecodeWithMemTracking, Encode};
use core::fmt;
use scale_info::TypeInfo;
use sp_core::{H160, U256};
use sp_runtime::DispatchError;

/// An invalid request. Nothing was executed, nothing changed, nothing was charged.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode, DecodeWithMemTracking, TypeInfo)]
pub enum RunnerError {
	/// The sender cannot pay for value and gas.
	BalanceLow {
		/// The sender.
		address: H160,
		/// What it has.
		balance: U256,
		/// What it needs.
		required: U256,
	},
	/// A price per gas of 2^128 or more, or a base fee of 2^64 or more.
	FeeOverflow {
		/// The price.
		price: U256,
	},
	/// Value and the price of all gas together exceed 2^256.
	PaymentOverflow,
	/// The price is below the base fee.
	GasPriceTooLow {
		/// The price offered.
		max_fee_per_gas: U256,
		/// The base fee.
		base_fee: U256,
	},
	/// The priority fee is above the whole price.
	PriorityFeeTooHigh {
		/// The price offered.
		max_fee_per_gas: U256,
		/// The priority fee offered.
		max_priority_fee_per_gas: U256,
	},
	/// The nonce was used already.
	NonceTooLow {
		/// The transaction's nonce.
		found: u64,
		/// The account's nonce.
		expected: u64,
	},
	/// There are nonces missing in between.
	NonceTooHigh {
		/// The transaction's nonce.
		found: u64,
		/// The account's nonce.
		expected: u64,
	},
	/// The nonce cannot be increased any more (EIP-2681).
	NonceOverflow {
		/// The sender.
		address: H160,
	},
	/// The gas limit does not cover what is due before execution.
	GasLimitTooLow {
		/// The transaction's limit.
		gas_limit: u64,
		/// The least that is needed.
		required: u64,
	},
	/// The gas limit is above the block's.
	GasLimitExceedsBlockLimit {
		/// The transaction's limit.
		gas_limit: u64,
		/// The block's limit.
		limit: u64,
	},
	/// The gas limit is above the cap for one transaction (EIP-7825).
	GasLimitExceedsCap {
		/// The transaction's limit.
		gas_limit: u64,
		/// The cap.
		cap: u64,
	},
	/// Made for another chain.
	InvalidChainId,
	/// The sender is a contract (EIP-3607).
	TransactionMustComeFromEOA {
		/// The sender.
		address: H160,
	},
	/// The init code is too long (EIP-3860).
	InitCodeTooLarge {
		/// Its length in bytes.
		size: u64,
		/// The limit in bytes.
		limit: u64,
	},
	/// The active hard fork does not know this kind of transaction, or its parts do not fit together.
	UnsupportedTransaction(String),
	/// The sender is locked.
	SenderLocked {
		/// The sender.
		address: H160,
	},
	/// The outcome could not be written.
	CommitFailed(DispatchError),
	/// Anything else, in words.
	Undefined(String),
}

impl RunnerError {
	/// Whether the refusal can come after an execution, whose work then counts. All others are
	/// checks that come first.
	pub(crate) fn may_follow_execution(&self) -> bool {
		matches!(self, Self::CommitFailed(_) | Self::Undefined(_))
	}
}

impl fmt::Display for RunnerError {
	fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
		match self {
			Self::BalanceLow { address, balance, required } => write!(
				f,
				"insufficient funds for gas * price + value: address {address:?} have {balance} want {required}"
			),
			Self::FeeOverflow { price } => write!(f, "gas price {price} is out of range"),
			Self::PaymentOverflow => write!(f, "gas * price + value is out of range"),
			Self::GasPriceTooLow { max_fee_per_gas, base_fee } => write!(
				f,
				"max fee per gas less than block base fee: maxFeePerGas: {max_fee_per_gas}, baseFee: {base_fee}"
			),
			Self::PriorityFeeTooHigh { max_fee_per_gas, max_priority_fee_per_gas } => write!(
				f,
				"max priority fee per gas higher than max fee per gas: maxPriorityFeePerGas: {max_priority_fee_per_gas}, maxFeePerGas: {max_fee_per_gas}"
			),
			Self::NonceTooLow { found, expected } => {
				write!(f, "nonce too low: next nonce {expected}, tx nonce {found}")
			},
			Self::NonceTooHigh { found, expected } => {
				write!(f, "nonce too high: next nonce {expected}, tx nonce {found}")
			},
			Self::NonceOverflow { address } => {
				write!(f, "nonce has max value: address {address:?}")
			},
			Self::GasLimitTooLow { gas_limit, required } => {
				write!(f, "intrinsic gas too low: have {gas_limit}, want {required}")
			},
			Self::GasLimitExceedsBlockLimit { gas_limit, limit } => {
				write!(f, "exceeds block gas limit: have {gas_limit}, limit {limit}")
			},
			Self::GasLimitExceedsCap { gas_limit, cap } => {
				write!(f, "transaction gas limit too high (cap: {cap}, tx: {gas_limit})")
			},
			Self::InvalidChainId => write!(f, "invalid chain id"),
			Self::TransactionMustComeFromEOA { address } => {
				write!(f, "sender not an eoa: address {address:?}")
			},
			Self::InitCodeTooLarge { size, limit } => {
				write!(f, "max initcode size exceeded: code size {size} limit {limit}")
			},
			Self::UnsupportedTransaction(reason) => {
				write!(f, "transaction type not supported: {reason}")
			},
			Self::SenderLocked { address } => {
				write!(f, "the account {address:?} is locked by a migration")
			},
			Self::CommitFailed(error) => write!(f, "the outcome cannot be written: {error:?}"),
			Self::Undefined(reason) => write!(f, "{reason}"),
		}
	}
}

impl core::error::Error for RunnerError {}

impl<T: Config> From<&RunnerError> for Error<T> {
	fn from(error: &RunnerError) -> Self {
		match error {
			RunnerError::BalanceLow { .. } => Self::BalanceLow,
			RunnerError::FeeOverflow { .. } => Self::FeeOverflow,
			RunnerError::PaymentOverflow => Self::PaymentOverflow,
			RunnerError::GasPriceTooLow { .. } | RunnerError::PriorityFeeTooHigh { .. } => {
				Self::GasPriceTooLow
			}
			RunnerError::NonceTooLow { .. }
			| RunnerError::NonceTooHigh { .. }
			| RunnerError::NonceOverflow { .. } => Self::InvalidNonce,
			RunnerError::GasLimitTooLow { .. } => Self::GasLimitTooLow,
			RunnerError::GasLimitExceedsBlockLimit { .. } => Self::GasLimitExceedsBlockLimit,
			RunnerError::GasLimitExceedsCap { .. } => Self::TransactionGasLimitExceedsCap,
			RunnerError::InvalidChainId => Self::InvalidChainId,
			RunnerError::TransactionMustComeFromEOA { .. } => Self::TransactionMustComeFromEOA,
			RunnerError::InitCodeTooLarge { .. } => Self::InitCodeTooLarge,
			RunnerError::UnsupportedTransaction(_) => Self::UnsupportedTransaction,
			RunnerError::SenderLocked { .. } => Self::SenderLocked,
			RunnerError::CommitFailed(_) => Self::CommitFailed,
			RunnerError::Undefined(_) => Self::Undefined,
		}
	}
}

impl<T: Config> From<RunnerError> for Error<T> {
	fn from(error: RunnerError) -> Self {
		(&error).into()
	}
}
