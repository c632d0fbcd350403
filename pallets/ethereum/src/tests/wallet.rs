//! Ethereum keys that sign, and transactions to sign.

use alloy_consensus::{
	transaction::RlpEcdsaEncodableTx, SignableTransaction, Signed, TxEip1559, TxEip2930, TxEip7702,
	TxLegacy,
};
use alloy_primitives::{Address, Bytes, Signature, TxKind, U256 as AlloyU256};
use k256::ecdsa::SigningKey;
use sp_core::H160;
use sp_io::hashing::keccak_256;

use crate::mock::{BASE_FEE, CHAIN_ID};

/// An Ethereum key.
pub(crate) struct Wallet(SigningKey);

impl Wallet {
	pub(crate) fn new(seed: u8) -> Self {
		Self(SigningKey::from_bytes(&[seed; 32].into()).unwrap())
	}

	pub(crate) fn address(&self) -> H160 {
		let point = self.0.verifying_key().to_encoded_point(false);
		H160::from_slice(&keccak_256(&point.as_bytes()[1..])[12..])
	}

	pub(crate) fn signature(&self, prehash: &[u8; 32]) -> Signature {
		let (signature, recovery_id) = self.0.sign_prehash_recoverable(prehash).unwrap();
		let bytes = signature.to_bytes();
		Signature::from_bytes_and_parity(&bytes, recovery_id.is_y_odd())
	}

	pub(crate) fn sign<Tx: SignableTransaction<Signature>>(&self, tx: Tx) -> Signed<Tx> {
		let signature = self.signature(&keccak_256(&tx.encoded_for_signing()));
		tx.into_signed(signature)
	}

	/// The EIP-2718 bytes of `tx` with this key's signature.
	pub(crate) fn raw<Tx>(&self, tx: Tx) -> Vec<u8>
	where
		Tx: SignableTransaction<Signature> + RlpEcdsaEncodableTx,
	{
		encode(&self.sign(tx))
	}
}

pub(crate) fn encode<Tx: RlpEcdsaEncodableTx>(signed: &Signed<Tx>) -> Vec<u8> {
	let mut bytes = Vec::new();
	signed.eip2718_encode(&mut bytes);
	bytes
}

pub(crate) fn call(to: H160) -> TxKind {
	TxKind::Call(Address::from(to.0))
}

/// A legacy transaction of 1,000 wei to `to`.
pub(crate) fn legacy(nonce: u64, to: TxKind) -> TxLegacy {
	TxLegacy {
		chain_id: Some(CHAIN_ID),
		nonce,
		gas_price: 2 * BASE_FEE,
		gas_limit: 100_000,
		to,
		value: AlloyU256::from(1_000),
		input: Bytes::new(),
	}
}

pub(crate) fn eip2930(nonce: u64, to: TxKind) -> TxEip2930 {
	TxEip2930 {
		chain_id: CHAIN_ID,
		nonce,
		gas_price: 2 * BASE_FEE,
		gas_limit: 100_000,
		to,
		value: AlloyU256::from(1_000),
		..Default::default()
	}
}

/// With a priority fee of 7 wei.
pub(crate) fn eip1559(nonce: u64, to: TxKind) -> TxEip1559 {
	TxEip1559 {
		chain_id: CHAIN_ID,
		nonce,
		gas_limit: 100_000,
		max_fee_per_gas: 3 * BASE_FEE,
		max_priority_fee_per_gas: 7,
		to,
		value: AlloyU256::from(1_000),
		..Default::default()
	}
}

pub(crate) fn eip7702(nonce: u64, to: H160) -> TxEip7702 {
	TxEip7702 {
		chain_id: CHAIN_ID,
		nonce,
		gas_limit: 100_000,
		max_fee_per_gas: 3 * BASE_FEE,
		max_priority_fee_per_gas: 7,
		to: Address::from(to.0),
		value: AlloyU256::from(1_000),
		..Default::default()
	}
}
