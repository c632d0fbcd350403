//! `eth_sendRawTransaction`.

use super::{convert::to_u256, errors::EthError, limits::RAW_TRANSACTION_BYTES, Eth};
use alloy_primitives::U256;
use pallet_ethereum::{rejection_message, EthereumRuntimeApi};
use pallet_evm::{runtime_api::EvmRuntimeApi, AccountView, ExecuteRequest};
use sc_transaction_pool_api::{
	error::{Error as PoolError, IntoPoolError},
	TransactionPool, TransactionSource,
};
use sp_api::ProvideRuntimeApi;
use sp_core::{H160, H256};
use sp_io::hashing::keccak_256;
use sp_runtime::transaction_validity::InvalidTransaction;

/// Geth's answer to a transaction that it has.
const ALREADY_KNOWN: &str = "already known";

impl Eth {
	/// Gives a signed transaction to the pool and returns its hash.
	///
	/// Whether it is valid is for the runtime to say; the node adds the values to the reason.
	pub(super) async fn send_raw(&self, raw: Vec<u8>) -> Result<H256, EthError> {
		let best = self.best();
		let extrinsic = match raw.len() {
			..=RAW_TRANSACTION_BYTES => {
				self.client.runtime_api().convert_transaction(best.hash, raw.clone())?
			}
			_ => None,
		}
		.ok_or_else(|| {
			EthError::Rejected(format!(
				"oversized data: transaction size {}, limit {RAW_TRANSACTION_BYTES}",
				raw.len()
			))
		})?;
		let hash = H256(keccak_256(&raw));
		match self.pool.submit_one(best.hash, TransactionSource::External, extrinsic).await {
			Ok(_) => Ok(hash),
			Err(error) => Err(match error.into_pool_error() {
				Ok(PoolError::InvalidTransaction(reason)) => self.explain(reason, &raw),
				Ok(PoolError::TemporarilyBanned) => self.explain_ban(&raw),
				// Somebody has brought the same transaction in another extrinsic.
				Ok(PoolError::TooLowPriority { .. }) if self.waiting_bytes(hash).is_some() => {
					EthError::Rejected(ALREADY_KNOWN.into())
				}
				Ok(error) => EthError::Rejected(pool_message(&error)),
				Err(error) => EthError::internal(error),
			}),
		}
	}

	/// The runtime's reason in Geth's words, with the values behind it.
	fn explain(&self, reason: InvalidTransaction, raw: &[u8]) -> EthError {
		let message = rejection_message(&reason).unwrap_or_else(|| reason.into());
		match self.details(&reason, raw) {
			Ok(Some(details)) => EthError::Rejected(format!("{message}: {details}")),
			Ok(None) => EthError::Rejected(message.into()),
			Err(error) => error,
		}
	}

	/// The pool bans what it found invalid a short time ago, an included transaction for instance.
	fn explain_ban(&self, raw: &[u8]) -> EthError {
		match self.is_stale(raw) {
			Ok(true) => self.explain(InvalidTransaction::Stale, raw),
			Ok(false) => EthError::Rejected(pool_message(&PoolError::TemporarilyBanned)),
			Err(error) => error,
		}
	}

	/// Whether the sender's nonce has passed that of the transaction.
	fn is_stale(&self, raw: &[u8]) -> Result<bool, EthError> {
		let Ok(transaction) = self.recover(raw)? else { return Ok(false) };
		Ok(transaction.nonce() < self.account_at_best(transaction.signer())?.nonce)
	}

	fn details(&self, reason: &InvalidTransaction, raw: &[u8]) -> Result<Option<String>, EthError> {
		let transaction = match self.recover(raw)? {
			Ok(transaction) => transaction,
			Err(error) => return Ok(Some(error.to_string())),
		};
		Ok(match reason {
			InvalidTransaction::Stale | InvalidTransaction::Future => {
				let expected = self.account_at_best(transaction.signer())?.nonce;
				Some(format!("next nonce {expected}, tx nonce {}", transaction.nonce()))
			}
			InvalidTransaction::Payment => {
				let account = self.account_at_best(transaction.signer())?;
				payment_details(&account, transaction.request())
			}
			_ => None,
		})
	}

	fn account_at_best(&self, address: H160) -> Result<AccountView, EthError> {
		let best = self.best();
		Ok(self.runtime_at(&best)?.account(best.hash, address)?)
	}
}

/// Balance, cost and difference. `None` if the balance covers the cost: then it has changed since.
fn payment_details(account: &AccountView, request: &ExecuteRequest) -> Option<String> {
	let balance = to_u256(account.balance);
	let price = to_u256(request.max_fee_per_gas.unwrap_or_default());
	let cost =
		U256::from(request.gas_limit).saturating_mul(price).saturating_add(to_u256(request.value));
	let overshot = cost.checked_sub(balance).filter(|overshot| !overshot.is_zero())?;
	Some(format!("balance {balance}, tx cost {cost}, overshot {overshot}"))
}

/// The pool's own reasons, in Geth's words where it has them.
fn pool_message(error: &PoolError) -> String {
	match error {
		PoolError::AlreadyImported(_) => ALREADY_KNOWN.into(),
		PoolError::TooLowPriority { .. } => "replacement transaction underpriced".into(),
		PoolError::ImmediatelyDropped => "txpool is full".into(),
		PoolError::TemporarilyBanned => {
			"transaction was invalid a short time ago and is banned for a while".into()
		}
		other => other.to_string(),
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	fn account(balance: u64) -> AccountView {
		AccountView { nonce: 0, balance: balance.into(), code_hash: H256::zero() }
	}

	#[test]
	fn payment_details_have_the_three_values() {
		let mut request = ExecuteRequest::call(H160::zero(), H160::zero(), vec![], 21_000);
		request.max_fee_per_gas = Some(10.into());
		request.value = 5.into();
		assert_eq!(
			payment_details(&account(100), &request).as_deref(),
			Some("balance 100, tx cost 210005, overshot 209905")
		);
		assert_eq!(payment_details(&account(210_005), &request), None);
	}

	#[test]
	fn payment_details_of_an_immense_price_saturate() {
		let mut request = ExecuteRequest::call(H160::zero(), H160::zero(), vec![], u64::MAX);
		request.max_fee_per_gas = Some(sp_core::U256::MAX);
		request.value = sp_core::U256::MAX;
		let details = payment_details(&account(0), &request).expect("does not suffice");
		assert!(details.contains(&U256::MAX.to_string()));
	}

	#[test]
	fn pool_messages_are_geths() {
		assert_eq!(pool_message(&PoolError::AlreadyImported(Box::new(()))), "already known");
		assert_eq!(
			pool_message(&PoolError::TooLowPriority { old: 2, new: 1 }),
			"replacement transaction underpriced"
		);
	}
}
