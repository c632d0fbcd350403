//! Which refusal of the runtime each exception of the tests is.

use pallet_ethereum::InvalidCode;
use sp_runtime::transaction_validity::{InvalidTransaction, TransactionValidityError};

/// Why the exceptions of a case say nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RefusalError {
	/// An exception that nothing is known about.
	#[error("the exception {0} is not known")]
	UnknownException(String),
	/// The transaction was refused for another reason.
	#[error("refused as {found}, the case names {expected}")]
	Mismatch {
		/// The exceptions of the case.
		expected: String,
		/// The refusal.
		found: String,
	},
}

/// Checks a refusal against the exceptions of a case, any of which will do.
pub fn check(exceptions: &str, refusal: &TransactionValidityError) -> Result<(), RefusalError> {
	let mut unknown = None;
	for exception in exceptions.split('|') {
		match expected(exception) {
			Ok(kinds) if kinds.contains(refusal) => return Ok(()),
			Ok(_) => (),
			Err(error) => unknown = Some(error),
		}
	}
	if let Some(error) = unknown {
		return Err(error);
	}
	Err(RefusalError::Mismatch { expected: exceptions.to_owned(), found: describe(refusal) })
}

/// A refusal in words.
pub fn describe(refusal: &TransactionValidityError) -> String {
	match refusal {
		TransactionValidityError::Invalid(InvalidTransaction::Custom(code)) => {
			match InvalidCode::try_from(*code) {
				Ok(code) => format!("{code:?}"),
				Err(_) => format!("{refusal:?}"),
			}
		}
		_ => format!("{refusal:?}"),
	}
}

/// The refusals that stand for an exception.
fn expected(exception: &str) -> Result<Vec<TransactionValidityError>, RefusalError> {
	let name = exception.strip_prefix("TransactionException.").unwrap_or(exception);
	let code = |code: InvalidCode| InvalidTransaction::from(code);
	let refusals = match name {
		// What costs 2^256 wei or more, nobody can pay.
		"INSUFFICIENT_ACCOUNT_FUNDS" => {
			vec![InvalidTransaction::Payment, code(InvalidCode::FeeOverflow)]
		}
		"NONCE_MISMATCH_TOO_LOW" => vec![InvalidTransaction::Stale],
		"NONCE_MISMATCH_TOO_HIGH" => vec![InvalidTransaction::Future],
		"NONCE_IS_MAX" | "NONCE_OVERFLOW" => vec![code(InvalidCode::NonceOverflow)],
		"NONCE_TOO_BIG" => vec![code(InvalidCode::NonceOverflow), code(InvalidCode::Malformed)],
		"INTRINSIC_GAS_TOO_LOW" | "INTRINSIC_GAS_BELOW_FLOOR_GAS_COST" => {
			vec![code(InvalidCode::IntrinsicGasTooLow)]
		}
		"GAS_ALLOWANCE_EXCEEDED" => vec![code(InvalidCode::ExceedsBlockGasLimit)],
		"GAS_LIMIT_EXCEEDS_MAXIMUM" => vec![code(InvalidCode::ExceedsTransactionGasLimit)],
		"INSUFFICIENT_MAX_FEE_PER_GAS" => vec![code(InvalidCode::FeeBelowBaseFee)],
		"PRIORITY_GREATER_THAN_MAX_FEE_PER_GAS" => vec![code(InvalidCode::TipAboveFee)],
		"GASLIMIT_PRICE_PRODUCT_OVERFLOW"
		| "GASPRICE_OVERFLOW"
		| "PRIORITY_OVERFLOW"
		| "VALUE_OVERFLOW"
		| "GASLIMIT_OVERFLOW" => vec![code(InvalidCode::FeeOverflow), code(InvalidCode::Malformed)],
		"SENDER_NOT_EOA" => vec![code(InvalidCode::SenderHasCode)],
		"INITCODE_SIZE_EXCEEDED" => vec![code(InvalidCode::InitCodeTooLarge)],
		"INVALID_CHAINID" => vec![code(InvalidCode::WrongChainId)],
		"INVALID_SIGNATURE_VRS" | "EC_RECOVERY_FAIL" => {
			vec![code(InvalidCode::InvalidSignature), code(InvalidCode::Malformed)]
		}
		"TYPE_NOT_SUPPORTED" => vec![code(InvalidCode::UnsupportedType)],
		"TYPE_1_TX_PRE_FORK" | "TYPE_2_TX_PRE_FORK" | "TYPE_4_TX_PRE_FORK" => {
			vec![code(InvalidCode::UnsupportedType)]
		}
		"TYPE_3_TX_PRE_FORK" => vec![code(InvalidCode::BlobTransaction)],
		// The encoding has no place for it: the recipient is an address.
		"TYPE_4_TX_CONTRACT_CREATION" => vec![code(InvalidCode::Malformed)],
		"TYPE_4_EMPTY_AUTHORIZATION_LIST" => vec![code(InvalidCode::EmptyAuthorizationList)],
		"TYPE_4_INVALID_AUTHORIZATION_FORMAT" => vec![code(InvalidCode::Malformed)],
		"ADDRESS_TOO_SHORT" | "ADDRESS_TOO_LONG" => vec![code(InvalidCode::Malformed)],
		_ if name.starts_with("RLP_") => vec![code(InvalidCode::Malformed)],
		_ => return Err(RefusalError::UnknownException(name.to_owned())),
	};
	Ok(refusals.into_iter().map(Into::into).collect())
}
