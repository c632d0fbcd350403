//! Executions that nobody signed as Ethereum transactions, in the shape of such.
//!
//! A call of `EVM` by an account of the chain, or by the runtime itself, is recorded as a transaction
//! of type 2 (EIP-1559) with the fields of the call, or of type 4 (EIP-7702) where it brought an
//! authorization list. Where a signature would be, it has a mark ([`Place::mark`]), which no key makes
//! and which is not accepted as a signature ([`is_mark`]).

use alloc::vec::Vec;
use alloy_consensus::{transaction::RlpEcdsaEncodableTx, TxEip1559, TxEip7702};
use alloy_eips::{
	eip2718::{EIP1559_TX_TYPE_ID, EIP7702_TX_TYPE_ID},
	eip2930::{AccessList, AccessListItem},
	eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, Signature, TxKind, B256, U256 as AlloyU256};
use pallet_evm::{ExecuteRequest, Executed, ListSizes, Target};
use sp_core::{H160, U256};
use sp_runtime::SaturatedConversion;

/// Bits of an address, and so of the `r` of a mark.
const ADDRESS_BITS: usize = 160;
/// Bits of the `s` of a mark: block and index, plus one.
const PLACE_BITS: usize = 65;

/// More bytes than a synthetic transaction has beside its input and lists.
const FIXED_BYTES: u64 = 256;
/// The most bytes of an item of an access list, its slots apart: two heads and the address.
const ADDRESS_BYTES: u64 = 40;
/// The bytes of a slot in an access list.
const SLOT_BYTES: u64 = 33;
/// The most bytes of a tuple of an authorization list.
const AUTHORIZATION_BYTES: u64 = 128;

/// Where a record stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
	/// The block's number.
	pub(crate) block: u32,
	/// The position in the block.
	pub(crate) index: u32,
}

impl Place {
	/// What stands in the place of the signature: `r` is the sender's address, `s` this place plus one,
	/// the block in the upper 32 bits, the parity is 0. So no two records have the same bytes.
	pub(crate) fn mark(self, from: H160) -> Signature {
		let place = (u128::from(self.block) << 32) | u128::from(self.index);
		let s = AlloyU256::from(place.saturating_add(1));
		Signature::new(AlloyU256::from_be_slice(from.as_bytes()), s, false)
	}
}

/// A synthetic transaction.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Synthetic {
	/// The EIP-2718 type: 2 or 4.
	pub(crate) transaction_type: u8,
	/// The EIP-2718 encoding.
	pub(crate) raw: Vec<u8>,
}

/// Whether the signature of a transaction of type 2 or 4 is in the range of the marks. Of signatures
/// that a key makes it is one in 2^287.
pub(crate) fn is_mark(signature: &Signature) -> bool {
	!signature.v()
		&& signature.r().bit_len() <= ADDRESS_BITS
		&& signature.s().bit_len() <= PLACE_BITS
}

/// The transaction in whose shape an execution is recorded at `place`.
///
/// Its input is as long as that of the call, whatever `MaxTransactionBytes` is. There is no place for
/// the salt of a creation by CREATE2. A price of 2^128 or more, which only a chain without fees lets
/// through, becomes the largest that there is a place for.
pub(crate) fn encode(executed: &Executed, chain_id: u64, place: Place) -> Synthetic {
	let request = &executed.request;
	let mark = place.mark(request.source);
	let plain = TxEip1559 {
		chain_id,
		nonce: executed.nonce,
		gas_limit: request.gas_limit,
		max_fee_per_gas: price(request.max_fee_per_gas),
		max_priority_fee_per_gas: price(request.max_priority_fee_per_gas),
		to: match request.target {
			Target::Call(to) => TxKind::Call(Address::from(to.0)),
			Target::Create | Target::Create2 { .. } => TxKind::Create,
		},
		value: AlloyU256::from_limbs(request.value.0),
		access_list: access_list(request),
		input: request.input.clone().into(),
	};
	match plain.to {
		// The EVM refuses an authorization list in a creation.
		TxKind::Call(to) if !request.authorization_list.is_empty() => {
			let transaction = TxEip7702 {
				chain_id,
				nonce: plain.nonce,
				gas_limit: plain.gas_limit,
				max_fee_per_gas: plain.max_fee_per_gas,
				max_priority_fee_per_gas: plain.max_priority_fee_per_gas,
				to,
				value: plain.value,
				access_list: plain.access_list,
				authorization_list: request.authorization_list.iter().map(authorization).collect(),
				input: plain.input,
			};
			Synthetic {
				transaction_type: EIP7702_TX_TYPE_ID,
				raw: with_signature(&transaction, &mark),
			}
		}
		_ => Synthetic { transaction_type: EIP1559_TX_TYPE_ID, raw: with_signature(&plain, &mark) },
	}
}

/// The most bytes that [`encode`] gives for a request with so many bytes of input and items of lists.
pub(crate) fn longest(input_bytes: usize, lists: ListSizes) -> u32 {
	let ListSizes { addresses, slots, authorizations } = lists;
	FIXED_BYTES
		.saturating_add(input_bytes.saturated_into())
		.saturating_add(addresses.saturating_mul(ADDRESS_BYTES))
		.saturating_add(slots.saturating_mul(SLOT_BYTES))
		.saturating_add(authorizations.saturating_mul(AUTHORIZATION_BYTES))
		.saturated_into()
}

fn with_signature<Tx: RlpEcdsaEncodableTx>(transaction: &Tx, signature: &Signature) -> Vec<u8> {
	let mut raw = Vec::with_capacity(transaction.eip2718_encoded_length(signature));
	transaction.eip2718_encode(signature, &mut raw);
	raw
}

fn price(price: Option<U256>) -> u128 {
	u128::try_from(price.unwrap_or_default()).unwrap_or(u128::MAX)
}

fn access_list(request: &ExecuteRequest) -> AccessList {
	let items = request.access_list.iter().map(|(address, slots)| AccessListItem {
		address: Address::from(address.0),
		storage_keys: slots.iter().map(|slot| B256::from(slot.0)).collect(),
	});
	AccessList(items.collect())
}

fn authorization(item: &pallet_evm::Authorization) -> SignedAuthorization {
	let inner = Authorization {
		chain_id: AlloyU256::from(item.chain_id),
		address: Address::from(item.address.0),
		// The EVM skips this nonce as well, which is the largest that there is a place for.
		nonce: u64::try_from(item.nonce).unwrap_or(u64::MAX),
	};
	let [r, s] = [item.r, item.s].map(|half| AlloyU256::from_be_bytes(half.0));
	SignedAuthorization::new_unchecked(inner, item.y_parity.into(), r, s)
}
