//! Ethereum keys.

use std::time::Duration;

use alloy_consensus::{SignableTransaction, TxEip1559, TxEip7702, TxLegacy};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256};
use alloy_rlp::{encode_list, Decodable, Encodable};
use anyhow::{Context, Result};
use k256::ecdsa::SigningKey;
use migration_primitives::{hash::keccak256, H160};
use serde_json::{json, Value};

use crate::{
	rpc::{to_hex, Refusal, Rpc},
	wait::wait_until,
};

/// Wei per gas that every transaction offers; the chain's base fee is one gwei.
pub const GAS_PRICE: u128 = 2_000_000_000;
/// What an authorization begins with before it is signed (EIP-7702).
const MAGIC: u8 = 0x05;

/// An Ethereum key.
#[derive(Clone, Debug)]
pub struct Wallet {
	key: SigningKey,
}

/// An account's consent to run the code of a contract as its own: a signed authorization in RLP
/// (EIP-7702).
#[derive(Clone, Debug)]
pub struct Delegation(Vec<u8>);

/// What a transaction does.
#[derive(Clone, Debug)]
pub struct Action {
	/// Whom it calls.
	pub to: H160,
	/// Wei that it brings.
	pub value: u128,
	/// The call's data.
	pub input: Vec<u8>,
	/// The most gas.
	pub gas: u64,
}

impl Action {
	/// Brings wei to an address.
	pub fn transfer(to: H160, value: u128) -> Self {
		Self { to, value, input: Vec::new(), gas: 21_000 }
	}

	/// Calls a contract without data.
	pub fn call(to: H160) -> Self {
		Self { to, value: 0, input: Vec::new(), gas: 200_000 }
	}
}

impl Wallet {
	/// The key of a number.
	pub fn new(number: u64) -> Result<Self> {
		let secret = keccak256(&[b"test wallet ".as_slice(), &number.to_be_bytes()].concat());
		Ok(Self { key: SigningKey::from_slice(secret.as_bytes())? })
	}

	/// Its address.
	pub fn address(&self) -> H160 {
		let point = self.key.verifying_key().to_encoded_point(false);
		let hash = keccak256(&point.as_bytes()[1..]);
		H160::from_slice(&hash.as_bytes()[12..])
	}

	/// A legacy transaction (EIP-155) in its bytes.
	pub fn legacy(&self, chain_id: u64, nonce: u64, action: &Action) -> Result<Vec<u8>> {
		let transaction = TxLegacy {
			chain_id: Some(chain_id),
			nonce,
			gas_price: GAS_PRICE,
			gas_limit: action.gas,
			to: TxKind::Call(Address::from(action.to.0)),
			value: U256::from(action.value),
			input: Bytes::from(action.input.clone()),
		};
		let mut bytes = Vec::new();
		let signature = self.sign(&transaction.encoded_for_signing())?;
		transaction.into_signed(signature).eip2718_encode(&mut bytes);
		Ok(bytes)
	}

	/// An EIP-1559 transaction in its bytes.
	pub fn eip1559(&self, chain_id: u64, nonce: u64, action: &Action) -> Result<Vec<u8>> {
		let transaction = TxEip1559 {
			chain_id,
			nonce,
			gas_limit: action.gas,
			max_fee_per_gas: GAS_PRICE,
			max_priority_fee_per_gas: 0,
			to: TxKind::Call(Address::from(action.to.0)),
			value: U256::from(action.value),
			input: Bytes::from(action.input.clone()),
			..Default::default()
		};
		let mut bytes = Vec::new();
		let signature = self.sign(&transaction.encoded_for_signing())?;
		transaction.into_signed(signature).eip2718_encode(&mut bytes);
		Ok(bytes)
	}

	/// The account's delegation to a contract, which holds while `nonce` is the account's.
	pub fn delegation(&self, chain_id: u64, nonce: u64, contract: H160) -> Result<Delegation> {
		let (chain_id, contract) = (U256::from(chain_id), Address::from(contract.0));
		let message = [&[MAGIC][..], &rlp(&[&chain_id, &contract, &nonce])].concat();
		let signature = self.sign(&message)?;
		let (parity, r, s) = (signature.v(), signature.r(), signature.s());
		Ok(Delegation(rlp(&[&chain_id, &contract, &nonce, &parity, &r, &s])))
	}

	/// An EIP-7702 transaction, which brings the delegation of an account, in its bytes.
	pub fn eip7702(
		&self,
		chain_id: u64,
		nonce: u64,
		action: &Action,
		delegation: &Delegation,
	) -> Result<Vec<u8>> {
		let transaction = TxEip7702 {
			chain_id,
			nonce,
			gas_limit: action.gas,
			max_fee_per_gas: GAS_PRICE,
			max_priority_fee_per_gas: 0,
			to: Address::from(action.to.0),
			value: U256::from(action.value),
			input: Bytes::from(action.input.clone()),
			authorization_list: vec![Decodable::decode(&mut delegation.0.as_slice())?],
			..Default::default()
		};
		let mut bytes = Vec::new();
		let signature = self.sign(&transaction.encoded_for_signing())?;
		transaction.into_signed(signature).eip2718_encode(&mut bytes);
		Ok(bytes)
	}

	/// Signs and sends with the account's next nonce; gives the transaction's hash.
	pub async fn send(&self, rpc: &Rpc, action: &Action) -> Result<String> {
		let chain_id = u64::try_from(rpc.quantity("eth_chainId", json!([])).await?)?;
		let nonce = nonce(rpc, self.address()).await?;
		let refused = |refusal: Refusal| anyhow::anyhow!("{refusal:?}");
		send_raw(rpc, &self.eip1559(chain_id, nonce, action)?).await?.map_err(refused)
	}

	fn sign(&self, message: &[u8]) -> Result<Signature> {
		let (signature, recovery) =
			self.key.sign_prehash_recoverable(keccak256(message).as_bytes())?;
		Ok(Signature::from_bytes_and_parity(&signature.to_bytes(), recovery.is_y_odd()))
	}
}

fn rlp(fields: &[&dyn Encodable]) -> Vec<u8> {
	let mut bytes = Vec::new();
	encode_list::<_, dyn Encodable>(fields, &mut bytes);
	bytes
}

/// Gives a transaction's bytes to the node.
pub async fn send_raw(rpc: &Rpc, bytes: &[u8]) -> Result<Result<String, Refusal>> {
	rpc.try_request("eth_sendRawTransaction", json!([to_hex(bytes)])).await
}

/// The receipt of a transaction, when it is in a block.
pub async fn receipt(rpc: &Rpc, hash: &str, timeout: Duration) -> Result<Value> {
	wait_until("the receipt", timeout, || async {
		let receipt: Option<Value> =
			rpc.request("eth_getTransactionReceipt", json!([hash])).await?;
		Ok(receipt)
	})
	.await
	.with_context(|| format!("of {hash}"))
}

/// The nonce of an address's next transaction, those in the pool counted.
pub async fn nonce(rpc: &Rpc, address: H160) -> Result<u64> {
	let params = json!([address, "pending"]);
	Ok(u64::try_from(rpc.quantity("eth_getTransactionCount", params).await?)?)
}

/// The balance of an address in wei.
pub async fn balance(rpc: &Rpc, address: H160) -> Result<u128> {
	rpc.quantity("eth_getBalance", json!([address, "latest"])).await
}

/// A word of a contract's storage.
pub async fn slot(rpc: &Rpc, address: H160, key: u64) -> Result<Vec<u8>> {
	rpc.bytes("eth_getStorageAt", json!([address, format!("{key:#x}"), "latest"])).await
}
