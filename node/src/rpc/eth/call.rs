//! `eth_call` and `eth_estimateGas`.

use super::{
	block_id::BlockRef,
	convert::{from_u256, to_h160, to_h256},
	errors::EthError,
	limits::CALL_GAS,
	Eth,
};
use alloy_eips::{eip7702::SignedAuthorization, BlockId};
use alloy_primitives::{Bytes, TxKind};
use alloy_rpc_types_eth::TransactionRequest;
use pallet_evm::{
	runtime_api::EvmRuntimeApi, Authorization, ExecuteRequest, ExecutionInfo, ExitError,
	ExitReason, Target,
};
use sp_core::{H256, U256};

impl Eth {
	/// Executes the request on the block's state and returns its output.
	pub(super) fn execute(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
	) -> Result<Bytes, EthError> {
		let block = self.resolve(block)?;
		let gas_limit = gas_limit(&request)?;
		let request = execute_request(request, self.chain_id(&block)?, gas_limit)?;
		let info =
			self.runtime_at(&block)?.call(block.hash, request)?.map_err(EthError::Refused)?;
		output(info)
	}

	/// The smallest gas limit with which the request succeeds on the block's state.
	pub(super) fn estimate(
		&self,
		request: TransactionRequest,
		block: Option<BlockId>,
	) -> Result<u64, EthError> {
		let block = self.resolve(block)?;
		let api = self.runtime_at(&block)?;
		let limit = gas_limit(&request)?.min(api.block_gas_limit(block.hash)?);
		let mut request = execute_request(request, self.chain_id(&block)?, limit)?;
		request.gas_limit = self.affordable_gas(&block, &request)?;
		let allowance = request.gas_limit;
		if allowance == 0 {
			return Err(EthError::GasAllowance { allowance });
		}

		let estimate = api.estimate_gas(block.hash, request)?.map_err(EthError::Refused)?;
		match estimate.info.exit {
			ExitReason::Error(ExitError::OutOfGas) => Err(EthError::GasAllowance { allowance }),
			_ => output(estimate.info).map(|_| estimate.gas),
		}
	}

	fn chain_id(&self, block: &BlockRef) -> Result<u64, EthError> {
		Ok(self.runtime_at(block)?.chain_id(block.hash)?)
	}

	/// The request's gas limit, or what the sender can pay for if that is less and a price is given.
	fn affordable_gas(&self, block: &BlockRef, request: &ExecuteRequest) -> Result<u64, EthError> {
		let Some(price) = request.max_fee_per_gas.filter(|price| !price.is_zero()) else {
			return Ok(request.gas_limit);
		};
		let balance = self.runtime_at(block)?.account(block.hash, request.source)?.balance;
		let left = balance.checked_sub(request.value).ok_or_else(|| {
			EthError::Rejected(format!(
				"insufficient funds for transfer: have {balance}, want {}",
				request.value
			))
		})?;
		let affordable = left.checked_div(price).unwrap_or_default();
		Ok(u64::try_from(affordable).unwrap_or(u64::MAX).min(request.gas_limit))
	}
}

/// The request's gas limit, or the node's own if it has none or a higher one: wallets ask with a
/// share of the block's limit, which no transaction may have (EIP-7825), and want to know what their
/// transaction needs.
///
/// Zero is refused here, because to the runtime it means its own cap.
fn gas_limit(request: &TransactionRequest) -> Result<u64, EthError> {
	match request.gas {
		None => Ok(CALL_GAS),
		Some(0) => Err(EthError::GasAllowance { allowance: 0 }),
		Some(gas) => Ok(gas.min(CALL_GAS)),
	}
}

/// Returns the output, or why there is none.
fn output(info: ExecutionInfo) -> Result<Bytes, EthError> {
	match info.exit {
		ExitReason::Succeed => Ok(info.value.into()),
		ExitReason::Revert => Err(EthError::Reverted(info.value.into())),
		ExitReason::Error(error) => Err(EthError::Halted(error)),
		ExitReason::Fatal => Err(EthError::Internal("the EVM failed".into())),
	}
}

/// Translates a request, refusing what contradicts itself and what the chain does not have.
fn execute_request(
	request: TransactionRequest,
	chain_id: u64,
	gas_limit: u64,
) -> Result<ExecuteRequest, EthError> {
	if request.blob_versioned_hashes.is_some()
		|| request.max_fee_per_blob_gas.is_some()
		|| request.sidecar.is_some()
	{
		return Err(EthError::InvalidParams("blob transactions are not supported".into()));
	}
	if let Some(found) = request.chain_id.filter(|found| *found != chain_id) {
		return Err(EthError::InvalidParams(format!(
			"chainId does not match node's (have={found}, want={chain_id})"
		)));
	}
	let (max_fee_per_gas, max_priority_fee_per_gas) = fees(&request)?;
	let input = input(&request)?;
	let access_list = request
		.access_list
		.map(|list| list.0)
		.unwrap_or_default()
		.into_iter()
		.map(|item| {
			let keys = item.storage_keys.into_iter().map(to_h256).collect();
			(to_h160(item.address), keys)
		})
		.collect();
	Ok(ExecuteRequest {
		source: request.from.map(to_h160).unwrap_or_default(),
		target: match request.to {
			Some(TxKind::Call(to)) => Target::Call(to_h160(to)),
			Some(TxKind::Create) | None => Target::Create,
		},
		input,
		value: request.value.map(from_u256).unwrap_or_default(),
		gas_limit,
		max_fee_per_gas,
		max_priority_fee_per_gas,
		nonce: request.nonce,
		access_list,
		authorization_list: request
			.authorization_list
			.unwrap_or_default()
			.iter()
			.map(authorization)
			.collect::<Result<_, _>>()?,
	})
}

/// The call data, under either of its two names.
fn input(request: &TransactionRequest) -> Result<Vec<u8>, EthError> {
	match (&request.input.input, &request.input.data) {
		(Some(input), Some(data)) if input != data => Err(EthError::InvalidParams(
			"both \"data\" and \"input\" are set and not equal. Please use \"input\" to pass \
			 transaction call data"
				.into(),
		)),
		(Some(bytes), _) | (None, Some(bytes)) => Ok(bytes.to_vec()),
		(None, None) => Ok(Vec::new()),
	}
}

/// The largest price and priority fee. A price of zero is no price, as in Geth.
fn fees(request: &TransactionRequest) -> Result<(Option<U256>, Option<U256>), EthError> {
	let (price, max_fee, tip) =
		(request.gas_price, request.max_fee_per_gas, request.max_priority_fee_per_gas);
	if price.is_some() && (max_fee.is_some() || tip.is_some()) {
		return Err(EthError::InvalidParams(
			"both gasPrice and (maxFeePerGas or maxPriorityFeePerGas) specified".into(),
		));
	}
	if let Some(price) = price {
		let price = (price > 0).then(|| price.into());
		return Ok((price, price));
	}
	if let (Some(max_fee), Some(tip)) = (max_fee, tip) {
		if tip > max_fee {
			return Err(EthError::InvalidParams(format!(
				"maxFeePerGas ({max_fee}) < maxPriorityFeePerGas ({tip})"
			)));
		}
	}
	let max_fee = max_fee.filter(|fee| *fee > 0).map(U256::from);
	Ok((max_fee, tip.filter(|_| max_fee.is_some()).map(U256::from)))
}

/// Fails for a tuple that no transaction could make use of (EIP-7702).
fn authorization(signed: &SignedAuthorization) -> Result<Authorization, EthError> {
	let chain_id = u64::try_from(signed.chain_id).map_err(|_| {
		EthError::InvalidParams(format!("authorization for the chain id {}", signed.chain_id))
	})?;
	let y_parity = match signed.y_parity() {
		0 => false,
		1 => true,
		parity => {
			return Err(EthError::InvalidParams(format!("authorization with yParity {parity}")));
		}
	};
	Ok(Authorization {
		chain_id,
		address: to_h160(signed.address),
		nonce: signed.nonce.into(),
		y_parity,
		r: H256(signed.r().to_be_bytes()),
		s: H256(signed.s().to_be_bytes()),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H160;

	fn parse(json: serde_json::Value) -> Result<ExecuteRequest, EthError> {
		let request = serde_json::from_value::<TransactionRequest>(json)
			.map_err(|error| EthError::InvalidParams(error.to_string()))?;
		let gas_limit = gas_limit(&request)?;
		execute_request(request, 42, gas_limit)
	}

	fn parsed(json: serde_json::Value) -> ExecuteRequest {
		parse(json).expect("is a request")
	}

	#[test]
	fn call_without_anything_else_has_defaults() {
		let to = H160([7; 20]);
		let request = parsed(serde_json::json!({ "to": to }));
		assert_eq!(request, ExecuteRequest::call(H160::zero(), to, vec![], CALL_GAS));
	}

	#[test]
	fn call_without_recipient_is_a_creation() {
		let request = parsed(serde_json::json!({ "data": "0x6001" }));
		assert_eq!(request, ExecuteRequest::create(H160::zero(), vec![0x60, 1], CALL_GAS));
		assert_eq!(parsed(serde_json::json!({ "to": null })).target, Target::Create);
	}

	#[test]
	fn data_and_input_may_both_stand_if_equal() {
		assert_eq!(parsed(serde_json::json!({ "data": "0x01", "input": "0x01" })).input, [1]);
		assert_eq!(parsed(serde_json::json!({ "input": "0x02" })).input, [2]);
		assert!(parse(serde_json::json!({ "data": "0x01", "input": "0x02" })).is_err());
	}

	#[test]
	fn gas_is_at_most_that_of_a_transaction() {
		assert_eq!(parsed(serde_json::json!({ "gas": "0xffffff" })).gas_limit, CALL_GAS - 1);
		assert_eq!(parsed(serde_json::json!({ "gas": "0x1000000" })).gas_limit, CALL_GAS);
		// 19/20 of a block, as MetaMask asks.
		assert_eq!(parsed(serde_json::json!({ "gas": "0x365c040" })).gas_limit, CALL_GAS);
		assert!(matches!(
			parse(serde_json::json!({ "gas": "0x0" })),
			Err(EthError::GasAllowance { allowance: 0 })
		));
	}

	#[test]
	fn fees_of_both_kinds_are_understood() {
		let fees = |json| {
			let request = parsed(json);
			(request.max_fee_per_gas, request.max_priority_fee_per_gas)
		};
		let (five, two) = (Some(U256::from(5)), Some(U256::from(2)));
		assert_eq!(fees(serde_json::json!({})), (None, None));
		assert_eq!(fees(serde_json::json!({ "gasPrice": "0x5" })), (five, five));
		assert_eq!(fees(serde_json::json!({ "gasPrice": "0x0" })), (None, None));
		assert_eq!(
			fees(serde_json::json!({ "maxFeePerGas": "0x5", "maxPriorityFeePerGas": "0x2" })),
			(five, two)
		);
		assert_eq!(
			fees(serde_json::json!({ "maxFeePerGas": "0x0", "maxPriorityFeePerGas": "0x0" })),
			(None, None)
		);
	}

	#[test]
	fn contradictions_fail() {
		for json in [
			serde_json::json!({ "gasPrice": "0x5", "maxFeePerGas": "0x5" }),
			serde_json::json!({ "maxFeePerGas": "0x1", "maxPriorityFeePerGas": "0x2" }),
			serde_json::json!({ "chainId": "0x1" }),
			serde_json::json!({ "blobVersionedHashes": [H256::zero()] }),
			serde_json::json!({ "maxFeePerBlobGas": "0x1" }),
		] {
			assert!(parse(json.clone()).is_err(), "{json}");
		}
		assert!(parse(serde_json::json!({ "chainId": "0x2a" })).is_ok());
	}

	#[test]
	fn access_list_is_kept() {
		let (address, key) = (H160([1; 20]), H256([2; 32]));
		let request = parsed(serde_json::json!({
			"accessList": [{ "address": address, "storageKeys": [key] }]
		}));
		assert_eq!(request.access_list, [(address, vec![key])]);
	}
}
