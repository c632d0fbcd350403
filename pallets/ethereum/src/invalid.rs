//! Why the transaction pool refuses a transaction, as a code that crosses the runtime's border.

use pallet_evm::RunnerError;
use sp_runtime::transaction_validity::InvalidTransaction;

use crate::error::TransactionError;

/// The code inside `InvalidTransaction::Custom` for reasons that Substrate has no word for.
///
/// The reasons it has are used as they are: `Stale` and `Future` for the nonce, `Payment` for the
/// balance, `ExhaustsResources` for a block that is too full already. [`rejection_message`] knows
/// both kinds. The numbers are part of the node's interface and never change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum InvalidCode {
	/// Not an Ethereum transaction in its canonical encoding.
	Malformed = 1,
	/// A transaction type that this chain does not execute, or parts that do not fit together.
	UnsupportedType = 2,
	/// A blob transaction (EIP-4844).
	BlobTransaction = 3,
	/// A legacy transaction without chain id (before EIP-155).
	MissingChainId = 4,
	/// Signed for another chain.
	WrongChainId = 5,
	/// No signer can be recovered, `s` is too high (EIP-2), or it is a record that nobody signed.
	InvalidSignature = 6,
	/// A type 4 transaction with an empty authorisation list (EIP-7702).
	EmptyAuthorizationList = 7,
	/// The gas limit does not cover what is due before execution.
	IntrinsicGasTooLow = 8,
	/// The gas limit is above the limit of every block.
	ExceedsBlockGasLimit = 9,
	/// The gas limit is above the cap for one transaction (EIP-7825).
	ExceedsTransactionGasLimit = 10,
	/// The price offered is below the base fee.
	FeeBelowBaseFee = 11,
	/// The priority fee is above the whole price.
	TipAboveFee = 12,
	/// A price, or price times gas plus value, is out of range.
	FeeOverflow = 13,
	/// The nonce cannot be counted up any more (EIP-2681).
	NonceOverflow = 14,
	/// The sender is a contract (EIP-3607).
	SenderHasCode = 15,
	/// The sender is locked or reserved, as accounts under import are.
	SenderLocked = 16,
	/// The init code is too long (EIP-3860).
	InitCodeTooLarge = 17,
	/// The EVM refused for a reason that has no code of its own.
	Refused = 18,
}

/// A code that this version does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownCode(
	/// The code.
	pub u8,
);

impl InvalidCode {
	/// Every code, in ascending order.
	pub const ALL: [Self; 18] = [
		Self::Malformed,
		Self::UnsupportedType,
		Self::BlobTransaction,
		Self::MissingChainId,
		Self::WrongChainId,
		Self::InvalidSignature,
		Self::EmptyAuthorizationList,
		Self::IntrinsicGasTooLow,
		Self::ExceedsBlockGasLimit,
		Self::ExceedsTransactionGasLimit,
		Self::FeeBelowBaseFee,
		Self::TipAboveFee,
		Self::FeeOverflow,
		Self::NonceOverflow,
		Self::SenderHasCode,
		Self::SenderLocked,
		Self::InitCodeTooLarge,
		Self::Refused,
	];

	/// The reason in the words of Geth, which wallets and libraries recognise.
	pub fn message(self) -> &'static str {
		match self {
			Self::Malformed => "rlp: malformed transaction",
			Self::UnsupportedType => "transaction type not supported",
			Self::BlobTransaction => "transaction type not supported: blob transaction",
			Self::MissingChainId => "only replay-protected (EIP-155) transactions allowed over RPC",
			Self::WrongChainId => "invalid chain id for signer",
			Self::InvalidSignature => "invalid sender",
			Self::EmptyAuthorizationList => "EIP-7702 transaction with empty auth list",
			Self::IntrinsicGasTooLow => "intrinsic gas too low",
			Self::ExceedsBlockGasLimit => "exceeds block gas limit",
			Self::ExceedsTransactionGasLimit => "transaction gas limit too high",
			Self::FeeBelowBaseFee => "max fee per gas less than block base fee",
			Self::TipAboveFee => "max priority fee per gas higher than max fee per gas",
			Self::FeeOverflow => "max fee per gas higher than 2^256-1",
			Self::NonceOverflow => "nonce has max value",
			Self::SenderHasCode => "sender not an eoa",
			Self::SenderLocked => "sender is locked by a migration",
			Self::InitCodeTooLarge => "max initcode size exceeded",
			Self::Refused => "transaction refused by the EVM",
		}
	}
}

impl TryFrom<u8> for InvalidCode {
	type Error = UnknownCode;

	fn try_from(code: u8) -> Result<Self, UnknownCode> {
		Self::ALL.into_iter().find(|known| *known as u8 == code).ok_or(UnknownCode(code))
	}
}

impl From<InvalidCode> for InvalidTransaction {
	fn from(code: InvalidCode) -> Self {
		Self::Custom(code as u8)
	}
}

impl From<TransactionError> for InvalidCode {
	fn from(error: TransactionError) -> Self {
		match error {
			TransactionError::Empty
			| TransactionError::TooLarge { .. }
			| TransactionError::Malformed(_)
			| TransactionError::TrailingBytes { .. }
			| TransactionError::NotCanonical => Self::Malformed,
			TransactionError::UnsupportedType { .. } => Self::UnsupportedType,
			TransactionError::BlobTransaction => Self::BlobTransaction,
			TransactionError::MissingChainId => Self::MissingChainId,
			TransactionError::WrongChainId { .. } => Self::WrongChainId,
			TransactionError::EmptyAuthorizationList => Self::EmptyAuthorizationList,
			TransactionError::HighS
			| TransactionError::InvalidSignature
			| TransactionError::Synthetic => Self::InvalidSignature,
		}
	}
}

/// What the EVM's refusal means to the pool.
pub(crate) fn from_runner(error: RunnerError) -> InvalidTransaction {
	match error {
		RunnerError::BalanceLow { .. } => InvalidTransaction::Payment,
		RunnerError::NonceTooLow { .. } => InvalidTransaction::Stale,
		RunnerError::NonceTooHigh { .. } => InvalidTransaction::Future,
		RunnerError::FeeOverflow { .. } | RunnerError::PaymentOverflow => {
			InvalidCode::FeeOverflow.into()
		}
		RunnerError::GasPriceTooLow { .. } => InvalidCode::FeeBelowBaseFee.into(),
		RunnerError::PriorityFeeTooHigh { .. } => InvalidCode::TipAboveFee.into(),
		RunnerError::NonceOverflow { .. } => InvalidCode::NonceOverflow.into(),
		RunnerError::GasLimitTooLow { .. } => InvalidCode::IntrinsicGasTooLow.into(),
		RunnerError::GasLimitExceedsBlockLimit { .. } => InvalidCode::ExceedsBlockGasLimit.into(),
		RunnerError::GasLimitExceedsCap { .. } => InvalidCode::ExceedsTransactionGasLimit.into(),
		RunnerError::InvalidChainId => InvalidCode::WrongChainId.into(),
		RunnerError::TransactionMustComeFromEOA { .. } => InvalidCode::SenderHasCode.into(),
		RunnerError::InitCodeTooLarge { .. } => InvalidCode::InitCodeTooLarge.into(),
		RunnerError::UnsupportedTransaction(_) => InvalidCode::UnsupportedType.into(),
		RunnerError::SenderLocked { .. } => InvalidCode::SenderLocked.into(),
		RunnerError::CommitFailed(_) | RunnerError::Undefined(_) => InvalidCode::Refused.into(),
	}
}

/// A refusal of the pool in the words of Geth; `None` for one that no Ethereum transaction of this
/// pallet gets.
pub fn rejection_message(invalid: &InvalidTransaction) -> Option<&'static str> {
	match invalid {
		InvalidTransaction::Stale => Some("nonce too low"),
		InvalidTransaction::Future => Some("nonce too high"),
		InvalidTransaction::Payment => Some("insufficient funds for gas * price + value"),
		InvalidTransaction::ExhaustsResources => Some("exceeds block gas limit"),
		InvalidTransaction::Custom(code) => InvalidCode::try_from(*code).ok().map(|c| c.message()),
		_ => None,
	}
}
