//! What the transaction pool and the block builder are told about an Ethereum transaction.

use alloc::{vec, vec::Vec};
use alloy_eips::eip2718::{EIP1559_TX_TYPE_ID, EIP2930_TX_TYPE_ID, EIP7702_TX_TYPE_ID};
use codec::Encode;
use frame_support::{pallet_prelude::*, traits::Get};
use pallet_evm::{EvmSpec, ExecuteRequest, OnChargeEvmTransaction, OnExecuted};
use sp_core::H160;

use crate::{
	invalid::from_runner, Config, DeclaredCost, DecodedTransaction, InvalidCode, Pallet,
	RecoveredTransaction, ReplayProtection, TransactionError,
};

/// How far above the account's nonce a transaction may be and still enter the pool.
///
/// Geth queues as many per account (`txpool.accountqueue`).
pub const NONCE_LOOK_AHEAD: u64 = 64;

/// For how many blocks the pool keeps a transaction: three hours of six-second blocks, as Geth does
/// (`txpool.lifetime`).
pub const LONGEVITY: u64 = 1_800;

/// The pool's tag of "`signer`'s transaction with this nonce".
pub fn nonce_tag(signer: H160, nonce: u64) -> Vec<u8> {
	(b"eth", signer, nonce).encode()
}

impl<T: Config> Pallet<T> {
	/// The checks of [`crate::Call::transact`] before it is accepted, from cheap to dear: encoding,
	/// chain id, gas limits, whether the gas limit covers what is due before execution (every item
	/// of the lists included), signature, nonce, then what the EVM asks of sender and fees. The
	/// signatures of an authorization list are not looked at.
	///
	/// In a block the nonce must be the account's; in the pool it may be up to
	/// [`NONCE_LOOK_AHEAD`] above, and then requires the one before.
	pub(crate) fn authorize_transact(
		source: TransactionSource,
		raw: &[u8],
	) -> TransactionValidityWithRefund {
		let refused = |error: TransactionError| InvalidTransaction::from(InvalidCode::from(error));
		let decoded = Self::decode(raw).map_err(refused)?;
		let in_block = matches!(source, TransactionSource::InBlock);
		let DeclaredCost { gas_limit, lists } = decoded.declared();
		Self::check_block_gas(gas_limit, in_block)?;
		let (input, is_create) = (decoded.input(), decoded.is_create());
		pallet_evm::Pallet::<T>::ensure_gas_covers(gas_limit, input, is_create, lists)
			.map_err(from_runner)?;
		let transaction = decoded.recover().map_err(refused)?;
		let requires = Self::check_nonce(&transaction, in_block)?;
		let priority = Self::effective_tip(transaction.request());
		let provides = nonce_tag(transaction.signer(), transaction.nonce());
		pallet_evm::Pallet::<T>::validate(transaction.request()).map_err(from_runner)?;
		let validity = ValidTransaction {
			priority,
			requires,
			provides: vec![provides],
			longevity: LONGEVITY,
			propagate: true,
		};
		Ok((validity, Weight::zero()))
	}

	/// Decodes a transaction of a type that the hard fork knows.
	pub(crate) fn decode(raw: &[u8]) -> Result<DecodedTransaction, TransactionError> {
		let protection = if T::AcceptUnprotected::get() {
			ReplayProtection::Optional
		} else {
			ReplayProtection::Required
		};
		let decoded = DecodedTransaction::decode_with(raw, Self::chain_id(), protection)?;
		let found = decoded.transaction_type();
		let since = match found {
			EIP2930_TX_TYPE_ID => EvmSpec::Berlin,
			EIP1559_TX_TYPE_ID => EvmSpec::London,
			EIP7702_TX_TYPE_ID => EvmSpec::Prague,
			_ => EvmSpec::Frontier,
		};
		if <T as pallet_evm::Config>::Spec::get() < since {
			return Err(TransactionError::UnsupportedType { found });
		}
		Ok(decoded)
	}

	/// A limit above the whole block's can never be met; above what is left of this block, later.
	fn check_block_gas(gas_limit: u64, in_block: bool) -> Result<(), InvalidTransaction> {
		let block_limit = T::BlockGasLimit::get();
		if gas_limit > block_limit {
			return Err(InvalidCode::ExceedsBlockGasLimit.into());
		}
		if in_block && gas_limit > Self::gas_left() {
			return Err(InvalidTransaction::ExhaustsResources);
		}
		Ok(())
	}

	/// The tags that the transaction requires by its nonce.
	fn check_nonce(
		transaction: &RecoveredTransaction,
		in_block: bool,
	) -> Result<Vec<Vec<u8>>, InvalidTransaction> {
		let nonce = transaction.nonce();
		// EIP-2681: it could not be counted up.
		if nonce == u64::MAX {
			return Err(InvalidCode::NonceOverflow.into());
		}
		match nonce.checked_sub(pallet_evm::Pallet::<T>::nonce(&transaction.signer())) {
			None => Err(InvalidTransaction::Stale),
			Some(0) => Ok(vec![]),
			Some(ahead) if !in_block && ahead <= NONCE_LOOK_AHEAD => {
				Ok(vec![nonce_tag(transaction.signer(), nonce.saturating_sub(1))])
			}
			Some(_) => Err(InvalidTransaction::Future),
		}
	}

	/// What one gas brings the author at the current base fee, in wei; the pool's priority.
	///
	/// Saturates at `u64::MAX`, 18 ether for one gas. Zero where gas is free: a price that nobody
	/// pays buys no place.
	fn effective_tip(request: &ExecuteRequest) -> TransactionPriority {
		if !<T::OnChargeTransaction as OnChargeEvmTransaction<T>>::charges() {
			return 0;
		}
		let (base_fee, _) = pallet_evm::Pallet::<T>::current_base_fee();
		let max_fee = request.max_fee_per_gas.unwrap_or_default();
		let tip = max_fee
			.saturating_sub(base_fee)
			.min(request.max_priority_fee_per_gas.unwrap_or_default());
		tip.try_into().unwrap_or(TransactionPriority::MAX)
	}
}
