//! What pool and block builder are told.

use alloy_primitives::{Bytes, TxKind, U256 as AlloyU256};
use frame_support::{
	assert_noop, assert_storage_noop,
	dispatch::{DispatchClass, Pays},
	pallet_prelude::*,
};
use sp_core::H160;

use super::wallet::{call, eip1559, eip2930, eip7702, legacy, Wallet};
use crate::{
	mock::*, nonce_tag, DeclaredCost, InvalidCode, TransactionError, LONGEVITY, NONCE_LOOK_AHEAD,
};

const TO: H160 = H160::repeat_byte(0x77);

fn invalid(reason: impl Into<InvalidTransaction>) -> TransactionValidityError {
	TransactionValidityError::Invalid(reason.into())
}

/// Refused by the pool and in a block for the same reason, and nothing changes.
#[track_caller]
fn assert_refused(raw: Vec<u8>, reason: impl Into<InvalidTransaction>) {
	let error = invalid(reason);
	assert_storage_noop!(assert_eq!(validate(raw.clone()), Err(error)));
	assert_noop!(apply(raw), error);
}

#[test]
fn validate_next_nonce_works() {
	execute(|| {
		let wallet = Wallet::new(1);
		for raw in [
			wallet.raw(legacy(0, call(TO))),
			wallet.raw(eip2930(0, call(TO))),
			wallet.raw(eip1559(0, call(TO))),
		] {
			assert_storage_noop!(assert!(validate(raw.clone()).is_ok()));
			let validity = validate(raw).unwrap();
			assert_eq!(validity.provides, vec![nonce_tag(wallet.address(), 0)]);
			assert_eq!(validity.requires, Vec::<Vec<u8>>::new());
			assert_eq!(validity.longevity, LONGEVITY);
			assert!(validity.propagate);
		}
	});
}

#[test]
fn validate_priority_is_the_effective_tip() {
	execute(|| {
		let wallet = Wallet::new(1);
		let priority = |raw| validate(raw).unwrap().priority;
		assert_eq!(priority(wallet.raw(eip1559(0, call(TO)))), 7);
		assert_eq!(priority(wallet.raw(legacy(0, call(TO)))), BASE_FEE as u64);
		// The tip is what the maximum leaves above the base fee.
		let mut tx = eip1559(0, call(TO));
		tx.max_fee_per_gas = BASE_FEE + 3;
		assert_eq!(priority(wallet.raw(tx)), 3);
		// Above 64 bits it saturates.
		fund(wallet.address(), u128::MAX / 2);
		let mut tx = eip1559(0, call(TO));
		tx.max_fee_per_gas = 1 << 100;
		tx.max_priority_fee_per_gas = 1 << 100;
		assert_eq!(priority(wallet.raw(tx)), u64::MAX);
	});
}

#[test]
fn validate_without_fees_gives_no_priority() {
	execute(|| {
		GasIsFree::set(true);
		let wallet = Wallet::new(1);
		assert_eq!(validate(wallet.raw(eip1559(0, call(TO)))).unwrap().priority, 0);
		let mut tx = legacy(0, call(TO));
		tx.gas_price = 0;
		assert_eq!(validate(wallet.raw(tx)).unwrap().priority, 0);
	});
}

#[test]
fn validate_later_nonce_requires_the_one_before() {
	execute(|| {
		let wallet = Wallet::new(1);
		for nonce in [1, 2, NONCE_LOOK_AHEAD] {
			let raw = wallet.raw(eip1559(nonce, call(TO)));
			let validity = validate(raw.clone()).unwrap();
			assert_eq!(validity.provides, vec![nonce_tag(wallet.address(), nonce)]);
			assert_eq!(validity.requires, vec![nonce_tag(wallet.address(), nonce - 1)]);
			// In a block only the exact nonce will do.
			assert_noop!(apply(raw), invalid(InvalidTransaction::Future));
		}
	});
}

#[test]
fn validate_nonce_beyond_look_ahead_fails() {
	execute(|| {
		let raw = Wallet::new(1).raw(eip1559(NONCE_LOOK_AHEAD + 1, call(TO)));
		assert_refused(raw, InvalidTransaction::Future);
	});
}

#[test]
fn validate_used_nonce_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let raw = wallet.raw(eip1559(0, call(TO)));
		apply_ok(raw.clone());
		// The same transaction again, and another with its nonce.
		assert_refused(raw, InvalidTransaction::Stale);
		assert_refused(wallet.raw(legacy(0, call(TO))), InvalidTransaction::Stale);
	});
}

#[test]
fn validate_largest_nonce_fails() {
	execute(|| {
		let raw = Wallet::new(1).raw(eip1559(u64::MAX, call(TO)));
		assert_refused(raw, InvalidCode::NonceOverflow);
	});
}

#[test]
fn validate_insufficient_funds_fails() {
	execute(|| {
		let wallet = Wallet::new(3);
		let tx = eip1559(0, call(TO));
		let needed = 100_000 * tx.max_fee_per_gas + 1_000;
		fund(wallet.address(), needed - 1);
		assert_refused(wallet.raw(tx.clone()), InvalidTransaction::Payment);
		fund(wallet.address(), 1);
		assert!(validate(wallet.raw(tx)).is_ok());
	});
}

#[test]
fn validate_unknown_sender_fails() {
	execute(|| {
		let raw = Wallet::new(9).raw(eip1559(0, call(TO)));
		assert_refused(raw, InvalidTransaction::Payment);
	});
}

#[test]
fn validate_value_beyond_balances_fails() {
	execute(|| {
		let mut tx = legacy(0, call(TO));
		tx.value = AlloyU256::MAX;
		let error = validate(Wallet::new(1).raw(tx)).unwrap_err();
		let expected = [InvalidCode::FeeOverflow.into(), InvalidTransaction::Payment];
		assert!(expected.map(invalid).contains(&error), "{error:?}");
	});
}

#[test]
fn validate_fee_below_base_fee_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = eip1559(0, call(TO));
		tx.max_fee_per_gas = BASE_FEE - 1;
		assert_refused(wallet.raw(tx.clone()), InvalidCode::FeeBelowBaseFee);
		tx.max_fee_per_gas = BASE_FEE;
		assert_eq!(validate(wallet.raw(tx)).unwrap().priority, 0);
		let mut tx = legacy(0, call(TO));
		tx.gas_price = BASE_FEE - 1;
		assert_refused(wallet.raw(tx), InvalidCode::FeeBelowBaseFee);
	});
}

#[test]
fn validate_tip_above_fee_fails() {
	execute(|| {
		let mut tx = eip1559(0, call(TO));
		tx.max_priority_fee_per_gas = tx.max_fee_per_gas + 1;
		assert_refused(Wallet::new(1).raw(tx), InvalidCode::TipAboveFee);
	});
}

#[test]
fn validate_intrinsic_gas_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = eip1559(0, call(TO));
		tx.gas_limit = 20_999;
		assert_refused(wallet.raw(tx.clone()), InvalidCode::IntrinsicGasTooLow);
		tx.gas_limit = 21_000;
		assert!(validate(wallet.raw(tx.clone())).is_ok());
		// EIP-7623: 40 gas for a byte of data that is not zero, whatever the execution takes.
		tx.input = Bytes::from(vec![1; 100]);
		tx.gas_limit = 24_999;
		assert_refused(wallet.raw(tx.clone()), InvalidCode::IntrinsicGasTooLow);
		tx.gas_limit = 25_000;
		assert!(validate(wallet.raw(tx)).is_ok());
	});
}

#[test]
fn validate_gas_limits_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		fund(wallet.address(), FUNDS);
		let mut tx = eip1559(0, call(TO));
		tx.max_fee_per_gas = BASE_FEE;
		tx.max_priority_fee_per_gas = 0;
		tx.gas_limit = 1 << 24;
		assert!(validate(wallet.raw(tx.clone())).is_ok());
		tx.gas_limit += 1;
		assert_refused(wallet.raw(tx.clone()), InvalidCode::ExceedsTransactionGasLimit);
		tx.gas_limit = BlockGasLimit::get() + 1;
		assert_refused(wallet.raw(tx.clone()), InvalidCode::ExceedsBlockGasLimit);
		tx.gas_limit = u64::MAX;
		assert_refused(wallet.raw(tx), InvalidCode::ExceedsBlockGasLimit);
	});
}

#[test]
fn apply_when_block_is_full_waits_for_the_next() {
	execute(|| {
		BlockGasLimit::set(120_999);
		let wallet = Wallet::new(1);
		apply_ok(wallet.raw(eip1559(0, call(TO))));
		// 21,000 of 120,999 are used: 99,999 are left, 100,000 asked for.
		let raw = wallet.raw(eip1559(1, call(TO)));
		assert_noop!(apply(raw.clone()), invalid(InvalidTransaction::ExhaustsResources));
		// The pool keeps it.
		assert!(validate(raw.clone()).is_ok());
		next_block();
		apply_ok(raw);
	});
}

#[test]
fn validate_sender_with_code_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		EVM::set_code(&wallet.address(), vec![0]).unwrap();
		assert_refused(wallet.raw(eip1559(0, call(TO))), InvalidCode::SenderHasCode);
	});
}

#[test]
fn validate_locked_sender_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let raw = wallet.raw(eip1559(0, call(TO)));
		Locked::set(vec![wallet.address()]);
		assert_refused(raw.clone(), InvalidCode::SenderLocked);
		Locked::set(vec![]);
		assert!(validate(raw).is_ok());
	});
}

#[test]
fn validate_init_code_too_large_fails() {
	execute(|| {
		// EIP-3860: 49,152 bytes, more than this runtime's limit for a transaction; so the bytes are
		// given to the check itself.
		let mut tx = eip1559(0, TxKind::Create);
		tx.gas_limit = 5_000_000;
		tx.max_fee_per_gas = BASE_FEE;
		tx.input = Bytes::from(vec![0; 49_153]);
		let raw = Wallet::new(1).raw(tx);
		let answer = Ethereum::authorize_transact(TransactionSource::External, &raw);
		assert_eq!(answer.unwrap_err(), invalid(InvalidCode::InitCodeTooLarge));
	});
}

#[test]
fn validate_bad_bytes_fails() {
	execute(|| {
		let wallet = Wallet::new(1);
		let raw = wallet.raw(eip1559(0, call(TO)));
		assert_refused(vec![], InvalidCode::Malformed);
		assert_refused([&raw[..], &[0]].concat(), InvalidCode::Malformed);
		assert_refused(raw[..raw.len() - 1].to_vec(), InvalidCode::Malformed);
		assert_refused([&[3], &raw[1..]].concat(), InvalidCode::BlobTransaction);
		assert_refused([&[5], &raw[1..]].concat(), InvalidCode::UnsupportedType);
		let mut tx = eip1559(0, call(TO));
		tx.chain_id += 1;
		assert_refused(wallet.raw(tx), InvalidCode::WrongChainId);
		let mut tx = legacy(0, call(TO));
		tx.chain_id = None;
		assert_refused(wallet.raw(tx), InvalidCode::MissingChainId);
	});
}

#[test]
fn convert_call_at_the_size_limit_works_and_above_fails() {
	execute(|| {
		let limit = MAX_BYTES as usize;
		assert!(Ethereum::convert_call(vec![0; limit]).is_ok());
		assert_eq!(
			Ethereum::convert_call(vec![0; limit + 1]).unwrap_err(),
			TransactionError::TooLarge { limit: MAX_BYTES, found: limit + 1 }
		);
		// Nor does an extrinsic with more bytes decode.
		let call = RuntimeCall::from(Ethereum::convert_call(vec![0; limit]).unwrap());
		let mut encoded = call.encode();
		assert_eq!(encoded.len(), 2 + 2 + limit);
		encoded.splice(2..4, codec::Compact(MAX_BYTES + 1).encode());
		encoded.push(0);
		assert!(RuntimeCall::decode(&mut &encoded[..]).is_err());
	});
}

#[test]
fn dispatch_info_charges_gas_but_no_fee() {
	execute(|| {
		let raw = Wallet::new(1).raw(eip1559(0, call(TO)));
		let (_, info, _) = checked(raw.clone());
		assert_eq!(info.pays_fee, Pays::No);
		assert_eq!(info.class, DispatchClass::Normal);
		let declared = DeclaredCost { gas_limit: 100_000, ..Default::default() };
		assert_eq!(info.call_weight, Ethereum::weight_with_gas(raw.len(), 100_000, declared));
		assert!(info.call_weight.ref_time() > 100_000 * 20_000);
		assert!(info.extension_weight.ref_time() > 0);

		let post = apply(raw.clone()).unwrap().unwrap();
		let spent = Ethereum::weight_with_gas(raw.len(), 21_000, declared);
		assert_eq!(post.actual_weight, Some(spent + info.extension_weight));
		assert_eq!(post.pays_fee, Pays::No);
	});
}

#[test]
fn transact_by_other_origins_fails() {
	execute(|| {
		let raw = Wallet::new(1).raw(eip1559(0, call(TO)));
		let bytes: crate::RawTransaction<Test> = raw.try_into().unwrap();
		let origins = [
			RuntimeOrigin::none(),
			RuntimeOrigin::root(),
			RuntimeOrigin::signed(account(Wallet::new(1).address())),
		];
		for origin in origins {
			assert_noop!(
				Ethereum::transact(origin, bytes.clone()),
				sp_runtime::DispatchError::BadOrigin
			);
		}
	});
}

#[test]
fn invalid_codes_are_stable_and_named() {
	let codes: Vec<u8> = InvalidCode::ALL.iter().map(|code| *code as u8).collect();
	assert_eq!(codes, (1..=18).collect::<Vec<u8>>());
	for code in InvalidCode::ALL {
		assert_eq!(InvalidCode::try_from(code as u8), Ok(code));
		assert_eq!(crate::rejection_message(&code.into()), Some(code.message()));
	}
	assert_eq!(InvalidCode::try_from(0), Err(crate::UnknownCode(0)));
	assert_eq!(InvalidCode::try_from(19), Err(crate::UnknownCode(19)));
	assert_eq!(crate::rejection_message(&InvalidTransaction::Stale), Some("nonce too low"));
	assert_eq!(crate::rejection_message(&InvalidTransaction::BadProof), None);
}

#[test]
fn validate_type_before_its_hard_fork_fails() {
	use pallet_evm::EvmSpec;

	execute(|| {
		let wallet = Wallet::new(1);
		let mut delegation = eip7702(0, TO);
		delegation.authorization_list = vec![super::lists::senseless()];
		delegation.gas_limit = 200_000;
		let types = [
			(wallet.raw(eip2930(0, call(TO))), EvmSpec::Istanbul, EvmSpec::Berlin),
			(wallet.raw(eip1559(0, call(TO))), EvmSpec::Berlin, EvmSpec::London),
			(wallet.raw(delegation), EvmSpec::Cancun, EvmSpec::Prague),
		];
		for (raw, before, since) in types {
			Spec::set(before);
			assert_refused(raw.clone(), InvalidCode::UnsupportedType);
			Spec::set(since);
			assert!(validate(raw).is_ok(), "{since:?}");
		}
	});
}

#[test]
fn validate_legacy_without_chain_id_is_a_choice_of_the_chain() {
	execute(|| {
		let wallet = Wallet::new(1);
		let mut tx = legacy(0, call(TO));
		tx.chain_id = None;
		let raw = wallet.raw(tx);
		assert_refused(raw.clone(), InvalidCode::MissingChainId);
		AcceptUnprotected::set(true);
		assert!(validate(raw.clone()).is_ok());
		apply_ok(raw);
		assert_eq!((nonce(wallet.address()), balance(TO)), (1, 1_000));
		// Another chain's id is still another chain's.
		let mut tx = legacy(1, call(TO));
		tx.chain_id = Some(CHAIN_ID + 1);
		assert_refused(wallet.raw(tx), InvalidCode::WrongChainId);
	});
}
