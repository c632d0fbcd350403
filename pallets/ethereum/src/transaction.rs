//! From the bytes of `eth_sendRawTransaction` to a request to the EVM with a proven sender.

use alloc::vec::Vec;
use alloy_consensus::{
	transaction::{RlpEcdsaDecodableTx, SignableTransaction},
	EthereumTxEnvelope, Signed, Transaction, TxEip1559, TxEip2930, TxEip4844, TxEip7702, TxLegacy,
};
use alloy_eips::eip2718::{
	Encodable2718, EIP1559_TX_TYPE_ID, EIP2930_TX_TYPE_ID, EIP4844_TX_TYPE_ID, EIP7702_TX_TYPE_ID,
	LEGACY_TX_TYPE_ID,
};
use alloy_eips::eip7702::SignedAuthorization;
use alloy_primitives::{uint, Signature, TxKind, U256 as AlloyU256};
use pallet_evm::{Authorization, ExecuteRequest, ListSizes, Target};
use sp_core::{H160, H256, U256};
use sp_io::{crypto::secp256k1_ecdsa_recover, hashing::keccak_256};

use crate::{error::TransactionError, synthetic};

/// Half of the order of secp256k1, rounded down: the largest `s` that EIP-2 allows.
const HALF_CURVE_ORDER: AlloyU256 =
	uint!(0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0_U256);

/// The first byte from which on a transaction is an RLP list, that is, legacy (EIP-2718).
const FIRST_LIST_BYTE: u8 = 0xc0;

pub(crate) type Envelope = EthereumTxEnvelope<TxEip4844>;

/// An Ethereum transaction whose encoding, chain id and signature have been checked.
///
/// Only [`RecoveredTransaction::recover`] makes one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecoveredTransaction {
	hash: H256,
	transaction_type: u8,
	nonce: u64,
	request: ExecuteRequest,
}

/// Whether a transaction must be bound to the chain (EIP-155).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReplayProtection {
	/// A legacy transaction without chain id, which is valid on every chain, is refused.
	Required,
	/// It is accepted.
	Optional,
}

/// An Ethereum transaction whose encoding and chain id have been checked, and its signature not.
#[derive(Clone, Debug)]
pub struct DecodedTransaction {
	hash: H256,
	transaction_type: u8,
	envelope: Envelope,
}

impl DecodedTransaction {
	/// Decodes an EIP-2718 transaction of type 0 (with EIP-155), 1, 2 or 4.
	///
	/// The cost is linear in the length of `raw`.
	pub fn decode(raw: &[u8], chain_id: u64) -> Result<Self, TransactionError> {
		Self::decode_with(raw, chain_id, ReplayProtection::Required)
	}

	/// As [`DecodedTransaction::decode`], for chains that may take legacy transactions without chain
	/// id.
	pub fn decode_with(
		raw: &[u8],
		chain_id: u64,
		protection: ReplayProtection,
	) -> Result<Self, TransactionError> {
		let envelope = decode(raw)?;
		match envelope.chain_id() {
			None if protection == ReplayProtection::Optional => (),
			None => return Err(TransactionError::MissingChainId),
			Some(found) if found != chain_id => {
				return Err(TransactionError::WrongChainId { expected: chain_id, found })
			}
			Some(_) => (),
		}
		if envelope.authorization_list().is_some_and(|list| list.is_empty()) {
			return Err(TransactionError::EmptyAuthorizationList);
		}
		Ok(Self { hash: keccak_256(raw).into(), transaction_type: first_type_byte(raw), envelope })
	}

	/// What the transaction declares to cost.
	pub fn declared(&self) -> DeclaredCost {
		DeclaredCost::of(&self.envelope)
	}

	/// The EIP-2718 type: 0, 1, 2 or 4.
	pub fn transaction_type(&self) -> u8 {
		self.transaction_type
	}

	/// Call data or init code.
	pub fn input(&self) -> &[u8] {
		self.envelope.input()
	}

	/// Whether a contract is to be created.
	pub fn is_create(&self) -> bool {
		self.envelope.kind().is_create()
	}

	/// Recovers the signer: one public key recovery, and a copy of what the transaction holds.
	pub fn recover(self) -> Result<RecoveredTransaction, TransactionError> {
		let (payload, signature) = signing_parts(&self.envelope)?;
		if is_synthetic(&self.envelope, signature) {
			return Err(TransactionError::Synthetic);
		}
		let signer = recover_signer(&payload, signature)?;
		Ok(RecoveredTransaction {
			hash: self.hash,
			transaction_type: self.transaction_type,
			nonce: self.envelope.nonce(),
			request: request(&self.envelope, signer),
		})
	}
}

impl RecoveredTransaction {
	/// Decodes an EIP-2718 transaction of type 0 (with EIP-155), 1, 2 or 4 and recovers its signer.
	///
	/// The cost is linear in the length of `raw`, plus one public key recovery. The signatures in an
	/// authorization list are left to the EVM.
	pub fn recover(raw: &[u8], chain_id: u64) -> Result<Self, TransactionError> {
		DecodedTransaction::decode(raw, chain_id)?.recover()
	}

	/// Keccak-256 of the bytes: the transaction hash of Ethereum.
	pub fn hash(&self) -> H256 {
		self.hash
	}

	/// Whose key signed the transaction.
	pub fn signer(&self) -> H160 {
		self.request.source
	}

	/// The EIP-2718 type: 0, 1, 2 or 4.
	pub fn transaction_type(&self) -> u8 {
		self.transaction_type
	}

	/// The sender's nonce that the transaction was signed for.
	pub fn nonce(&self) -> u64 {
		self.nonce
	}

	/// What the EVM is asked to do.
	pub fn request(&self) -> &ExecuteRequest {
		&self.request
	}

	/// The parts by value: hash, type and request.
	pub(crate) fn into_parts(self) -> (H256, u8, ExecuteRequest) {
		(self.hash, self.transaction_type, self.request)
	}
}

/// What a transaction declares to cost: all that its weight depends on but the length of its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeclaredCost {
	/// The gas limit.
	pub gas_limit: u64,
	/// The items of access list and authorization list.
	pub lists: ListSizes,
}

impl DeclaredCost {
	/// What the transaction in `raw` declares; `None` if it does not decode.
	///
	/// Neither signature nor canonical encoding are checked: this is for weights, which are needed
	/// before anything else.
	pub fn decode(raw: &[u8]) -> Option<Self> {
		parse(raw).ok().map(|envelope| Self::of(&envelope))
	}

	fn of(envelope: &Envelope) -> Self {
		let access_list = envelope.access_list().map_or(&[][..], |list| &list.0);
		let slots = access_list
			.iter()
			.fold(0u64, |total, item| total.saturating_add(item.storage_keys.len() as u64));
		let authorizations = envelope.authorization_list().map_or(0, |list| list.len() as u64);
		let addresses = access_list.len() as u64;
		Self {
			gas_limit: envelope.gas_limit(),
			lists: ListSizes { addresses, slots, authorizations },
		}
	}
}

fn first_type_byte(raw: &[u8]) -> u8 {
	raw.first().copied().filter(|first| *first < FIRST_LIST_BYTE).unwrap_or(LEGACY_TX_TYPE_ID)
}

/// Decodes every supported type; accepts the one canonical encoding and nothing after it.
pub(crate) fn decode(raw: &[u8]) -> Result<Envelope, TransactionError> {
	let envelope = parse(raw)?;
	if envelope.encode_2718_len() != raw.len() || envelope.encoded_2718() != raw {
		return Err(TransactionError::NotCanonical);
	}
	Ok(envelope)
}

/// Decodes every supported type, in one pass.
fn parse(raw: &[u8]) -> Result<Envelope, TransactionError> {
	let (first, body) = raw.split_first().ok_or(TransactionError::Empty)?;
	Ok(match *first {
		FIRST_LIST_BYTE.. => decode_body::<TxLegacy>(raw)?.into(),
		EIP2930_TX_TYPE_ID => decode_body::<TxEip2930>(body)?.into(),
		EIP1559_TX_TYPE_ID => decode_body::<TxEip1559>(body)?.into(),
		EIP7702_TX_TYPE_ID => decode_body::<TxEip7702>(body)?.into(),
		EIP4844_TX_TYPE_ID => return Err(TransactionError::BlobTransaction),
		found => return Err(TransactionError::UnsupportedType { found }),
	})
}

fn decode_body<Tx: RlpEcdsaDecodableTx>(body: &[u8]) -> Result<Signed<Tx>, TransactionError> {
	let mut rest = body;
	let signed = Signed::rlp_decode(&mut rest).map_err(TransactionError::Malformed)?;
	match rest.len() {
		0 => Ok(signed),
		count => Err(TransactionError::TrailingBytes { count }),
	}
}

/// The bytes whose Keccak-256 was signed, and the signature.
pub(crate) fn signing_parts(
	envelope: &Envelope,
) -> Result<(Vec<u8>, &Signature), TransactionError> {
	match envelope {
		Envelope::Legacy(signed) => Ok((signed.tx().encoded_for_signing(), signed.signature())),
		Envelope::Eip2930(signed) => Ok((signed.tx().encoded_for_signing(), signed.signature())),
		Envelope::Eip1559(signed) => Ok((signed.tx().encoded_for_signing(), signed.signature())),
		Envelope::Eip7702(signed) => Ok((signed.tx().encoded_for_signing(), signed.signature())),
		Envelope::Eip4844(_) => Err(TransactionError::BlobTransaction),
	}
}

/// Whether a transaction has the mark of a call that nobody signed. Other types can have no mark: some
/// contracts are deployed on every chain by legacy transactions whose signatures are as small.
pub(crate) fn is_synthetic(envelope: &Envelope, signature: &Signature) -> bool {
	matches!(envelope, Envelope::Eip1559(_) | Envelope::Eip7702(_)) && synthetic::is_mark(signature)
}

/// Whose key made the signature of `payload`.
pub(crate) fn recover_signer(
	payload: &[u8],
	signature: &Signature,
) -> Result<H160, TransactionError> {
	if signature.s() > HALF_CURVE_ORDER {
		return Err(TransactionError::HighS);
	}
	let mut bytes = [0u8; 65];
	bytes[..32].copy_from_slice(&signature.r().to_be_bytes::<32>());
	bytes[32..64].copy_from_slice(&signature.s().to_be_bytes::<32>());
	bytes[64] = u8::from(signature.v());
	let public_key = secp256k1_ecdsa_recover(&bytes, &keccak_256(payload))
		.map_err(|_| TransactionError::InvalidSignature)?;
	Ok(H160::from_slice(&keccak_256(&public_key)[12..]))
}

fn request(envelope: &Envelope, source: H160) -> ExecuteRequest {
	ExecuteRequest {
		source,
		target: match envelope.kind() {
			TxKind::Create => Target::Create,
			TxKind::Call(to) => Target::Call(H160(to.into_array())),
		},
		input: envelope.input().to_vec(),
		value: to_u256(envelope.value()),
		gas_limit: envelope.gas_limit(),
		max_fee_per_gas: Some(envelope.max_fee_per_gas().into()),
		// The whole gas price of types 0 and 1: all of it above the base fee is tip (EIP-1559).
		max_priority_fee_per_gas: Some(envelope.priority_fee_or_price().into()),
		nonce: Some(envelope.nonce()),
		access_list: envelope
			.access_list()
			.map(|list| {
				list.iter()
					.map(|item| {
						let keys = item.storage_keys.iter().map(|key| H256(key.0)).collect();
						(H160(item.address.into_array()), keys)
					})
					.collect()
			})
			.unwrap_or_default(),
		authorization_list: envelope
			.authorization_list()
			.map(|list| list.iter().map(authorization).collect())
			.unwrap_or_default(),
	}
}

/// Carries over what the EVM can apply. A tuple that no chain can accept (EIP-7702: chain id of 2^64
/// or more, parity above 1) is paid for and skipped, as is one with a high `s`: it becomes one.
fn authorization(signed: &SignedAuthorization) -> Authorization {
	let (chain_id, y_parity, s) = match (signed.inner().chain_id.try_into(), signed.y_parity()) {
		(Ok(chain_id), y_parity @ (0 | 1)) => {
			(chain_id, y_parity == 1, H256(signed.s().to_be_bytes()))
		}
		_ => (0, false, H256::repeat_byte(0xff)),
	};
	Authorization {
		chain_id,
		address: H160(signed.inner().address.into_array()),
		nonce: signed.inner().nonce.into(),
		y_parity,
		r: H256(signed.r().to_be_bytes()),
		s,
	}
}

fn to_u256(value: AlloyU256) -> U256 {
	U256::from_big_endian(&value.to_be_bytes::<32>())
}
