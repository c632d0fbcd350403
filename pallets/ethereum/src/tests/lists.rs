//! Access lists and authorization lists: what they weigh, and that gas pays for them.

use alloy_eips::{
	eip2930::{AccessList, AccessListItem},
	eip7702::{Authorization, SignedAuthorization},
};
use alloy_primitives::{Address, Signature, B256, U256 as AlloyU256};
use frame_support::{
	assert_storage_noop,
	pallet_prelude::{InvalidTransaction, TransactionSource},
};
use pallet_evm::{ListSizes, GAS_PER_AUTHORIZATION};
use sp_core::H160;

use super::wallet::{call, eip1559, eip7702, encode, Wallet};
use crate::{mock::*, DeclaredCost, InvalidCode};
use alloy_consensus::SignableTransaction;

const TO: H160 = H160::repeat_byte(0x77);

/// A tuple that nobody signed.
pub(super) fn senseless() -> SignedAuthorization {
	let inner = Authorization { chain_id: AlloyU256::ZERO, address: Address::ZERO, nonce: 0 };
	SignedAuthorization::new_unchecked(inner, 0, AlloyU256::ZERO, AlloyU256::ZERO)
}

fn refusal(raw: &[u8]) -> InvalidTransaction {
	let answer = Ethereum::authorize_transact(TransactionSource::External, raw);
	match answer.unwrap_err() {
		frame_support::pallet_prelude::TransactionValidityError::Invalid(reason) => reason,
		other => panic!("{other:?}"),
	}
}

/// The signature is senseless as well: nothing is recovered before gas is known to pay for it.
#[test]
fn long_list_without_gas_is_refused_before_any_signature() {
	execute(|| {
		let mut tx = eip7702(0, TO);
		tx.gas_limit = 0;
		tx.authorization_list = vec![senseless(); 10_000];
		let zero = Signature::new(AlloyU256::ZERO, AlloyU256::ZERO, false);
		let raw = encode(&tx.into_signed(zero));
		assert_storage_noop!(assert_eq!(refusal(&raw), InvalidCode::IntrinsicGasTooLow.into()));
		// Its weight is that of bytes and items, not of signatures.
		let lists = ListSizes { authorizations: 10_000, ..Default::default() };
		let declared = DeclaredCost { gas_limit: 0, lists };
		assert_eq!(DeclaredCost::decode(&raw), Some(declared));
		assert_eq!(Ethereum::call_weight(&raw), Ethereum::weight_with_gas(raw.len(), 0, declared));
	});
}

#[test]
fn list_that_the_gas_limit_covers_works_and_one_gas_less_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = eip7702(0, TO);
		tx.authorization_list = vec![senseless(); 4];
		tx.gas_limit = 21_000 + 4 * GAS_PER_AUTHORIZATION;
		assert!(validate(wallet.raw(tx.clone())).is_ok());
		tx.gas_limit -= 1;
		assert_eq!(refusal(&wallet.raw(tx)), InvalidCode::IntrinsicGasTooLow.into());

		let mut tx = eip1559(0, call(TO));
		let storage_keys = vec![B256::ZERO; 3];
		let item = AccessListItem { address: Address::ZERO, storage_keys };
		tx.access_list = AccessList(vec![item; 2]);
		tx.gas_limit = 21_000 + 2 * 2_400 + 6 * 1_900;
		assert!(validate(wallet.raw(tx.clone())).is_ok());
		tx.gas_limit -= 1;
		assert_eq!(refusal(&wallet.raw(tx)), InvalidCode::IntrinsicGasTooLow.into());
	});
}

#[test]
fn weights_count_the_items() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = eip7702(0, TO);
		let storage_keys = vec![B256::ZERO; 3];
		tx.access_list = AccessList(vec![
			AccessListItem { address: Address::ZERO, storage_keys },
			AccessListItem::default(),
		]);
		tx.authorization_list = vec![senseless(); 3];
		let raw = wallet.raw(tx);
		let lists = ListSizes { addresses: 2, slots: 3, authorizations: 3 };
		let declared = DeclaredCost { gas_limit: 100_000, lists };
		let (_, info, _) = checked(raw.clone());
		let without = DeclaredCost { gas_limit: 100_000, ..Default::default() };
		// Eight items and three signatures to recover in the dispatch, eight items before.
		let (item, recovery) = (2_000_000, 150_000_000);
		let plain = Ethereum::weight_with_gas(raw.len(), 100_000, without).ref_time();
		assert_eq!(info.call_weight, Ethereum::weight_with_gas(raw.len(), 100_000, declared));
		assert_eq!(info.call_weight.ref_time(), plain + 8 * item + 3 * recovery);
		let same_length = Ethereum::authorize_weight(&vec![0xff; raw.len()]).ref_time();
		let authorize = Ethereum::authorize_weight(&raw).ref_time();
		assert_eq!(authorize, same_length + 8 * item);
		assert!(info.extension_weight.ref_time() >= authorize);
	});
}
