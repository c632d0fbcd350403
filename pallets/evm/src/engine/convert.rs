//! Between revm's types and the pallet's.

use crate::{Config, ExecuteRequest, ExitError, Log, Pallet, RunnerError};
use alloc::format;
use revm::{
	context::result::{HaltReason, InvalidTransaction},
	primitives::{Address, B256, U256 as Word},
};
use sp_core::{Get, H160, H256, U256};

pub(super) fn to_address(address: H160) -> Address {
	Address::new(address.0)
}

pub(super) fn from_address(address: Address) -> H160 {
	H160(address.into_array())
}

pub(super) fn to_word(value: U256) -> Word {
	Word::from_limbs(value.0)
}

pub(super) fn from_word(value: Word) -> U256 {
	U256(*value.as_limbs())
}

pub(super) fn to_hash(hash: H256) -> B256 {
	B256::new(hash.0)
}

pub(super) fn word_to_hash(value: Word) -> H256 {
	H256(value.to_be_bytes())
}

pub(super) fn hash_to_word(value: H256) -> Word {
	Word::from_be_bytes(value.0)
}

pub(super) fn from_log(log: revm::primitives::Log) -> Log {
	Log {
		address: from_address(log.address),
		topics: log.data.topics().iter().map(|topic| H256(topic.0)).collect(),
		data: log.data.data.to_vec(),
	}
}

/// The halt reason in the terms of Frontier's engine.
pub(super) fn exit_error(reason: HaltReason) -> ExitError {
	match reason {
		HaltReason::OutOfGas(_) => ExitError::OutOfGas,
		HaltReason::InvalidFEOpcode => ExitError::DesignatedInvalid,
		HaltReason::InvalidJump => ExitError::InvalidJump,
		HaltReason::StackUnderflow => ExitError::StackUnderflow,
		HaltReason::StackOverflow => ExitError::StackOverflow,
		HaltReason::OutOfOffset => ExitError::OutOfOffset,
		HaltReason::CreateCollision => ExitError::CreateCollision,
		HaltReason::NonceOverflow => ExitError::MaxNonce,
		HaltReason::CreateContractSizeLimit | HaltReason::CreateInitCodeSizeLimit => {
			ExitError::CreateContractLimit
		}
		HaltReason::CreateContractStartingWithEF => ExitError::InvalidCode(0xef),
		HaltReason::OutOfFunds | HaltReason::OverflowPayment => ExitError::OutOfFund,
		HaltReason::CallTooDeep => ExitError::CallTooDeep,
		other => ExitError::Other(format!("{other}")),
	}
}

/// The validation error with the values that it is about.
pub(super) fn invalid_transaction<T: Config>(
	error: InvalidTransaction,
	request: &ExecuteRequest,
) -> RunnerError {
	use InvalidTransaction as Invalid;

	let address = request.source;
	let max_fee_per_gas = request.max_fee_per_gas.unwrap_or_default();
	let gas_limit = request.gas_limit;
	match error {
		Invalid::PriorityFeeGreaterThanMaxFee => RunnerError::PriorityFeeTooHigh {
			max_fee_per_gas,
			max_priority_fee_per_gas: request.max_priority_fee_per_gas.unwrap_or_default(),
		},
		Invalid::GasPriceLessThanBasefee => RunnerError::GasPriceTooLow {
			max_fee_per_gas,
			base_fee: Pallet::<T>::current_base_fee().0,
		},
		Invalid::CallerGasLimitMoreThanBlock => {
			RunnerError::GasLimitExceedsBlockLimit { gas_limit, limit: T::BlockGasLimit::get() }
		}
		Invalid::TxGasLimitGreaterThanCap { gas_limit, cap } => {
			RunnerError::GasLimitExceedsCap { gas_limit, cap }
		}
		Invalid::CallGasCostMoreThanGasLimit { initial_gas, gas_limit } => {
			RunnerError::GasLimitTooLow { gas_limit, required: initial_gas }
		}
		Invalid::GasFloorMoreThanGasLimit { gas_floor, gas_limit } => {
			RunnerError::GasLimitTooLow { gas_limit, required: gas_floor }
		}
		Invalid::RejectCallerWithCode => RunnerError::TransactionMustComeFromEOA { address },
		Invalid::LackOfFundForMaxFee { fee, balance } => RunnerError::BalanceLow {
			address,
			balance: from_word(*balance),
			required: from_word(*fee),
		},
		Invalid::OverflowPaymentInTransaction => RunnerError::PaymentOverflow,
		Invalid::NonceOverflowInTransaction => RunnerError::NonceOverflow { address },
		Invalid::NonceTooHigh { tx, state } => {
			RunnerError::NonceTooHigh { found: tx, expected: state }
		}
		Invalid::NonceTooLow { tx, state } => {
			RunnerError::NonceTooLow { found: tx, expected: state }
		}
		Invalid::CreateInitCodeSizeLimit => RunnerError::InitCodeTooLarge {
			size: request.input.len() as u64,
			limit: revm::primitives::eip3860::MAX_INITCODE_SIZE as u64,
		},
		Invalid::InvalidChainId | Invalid::MissingChainId => RunnerError::InvalidChainId,
		Invalid::AccessListNotSupported
		| Invalid::AuthorizationListNotSupported
		| Invalid::AuthorizationListInvalidFields
		| Invalid::EmptyAuthorizationList
		| Invalid::Eip2930NotSupported
		| Invalid::Eip1559NotSupported
		| Invalid::Eip7702NotSupported => RunnerError::UnsupportedTransaction(format!("{error}")),
		other => RunnerError::Undefined(format!("{other}")),
	}
}
