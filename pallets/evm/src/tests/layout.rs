//! The raw storage keys and values, which must be Frontier's.

use super::*;
use codec::Encode;
use hex_literal::hex;

const ADDRESS: H160 = H160([0x11; 20]);

/// `twox128("EVM")`
const PALLET: [u8; 16] = hex!("1da53b775b270400e7e61ed5cbc5a146");

/// `blake2_128(ADDRESS) ++ ADDRESS`
const HASHED_ADDRESS: [u8; 36] =
	hex!("5579b3d64cf3046ecb711a93878fd5ed1111111111111111111111111111111111111111");

/// `blake2_128(slot 7) ++ slot 7`
const HASHED_SLOT: [u8; 48] = hex!(
	"3638efdded2c824f7302dc7850c5d90e"
	"0000000000000000000000000000000000000000000000000000000000000007"
);

fn raw(parts: &[&[u8]]) -> Option<Vec<u8>> {
	sp_io::storage::get(&parts.concat()).map(|value| value.to_vec())
}

#[test]
fn keys_and_values_are_frontiers() {
	run(|| {
		let code = vec![0x60, 0x01, 0x00];
		Pallet::<Test>::set_code(&ADDRESS, code.clone()).unwrap();
		Pallet::<Test>::set_storage(&ADDRESS, word(7), word(0x0102));

		let codes = hex!("ea70f53d5a3306ce02aaf97049cf181a");
		assert_eq!(raw(&[&PALLET, &codes, &HASHED_ADDRESS]), Some(code.encode()));

		let metadata = hex!("cb5f006a99fd48a3b9f7ba4415e5543c");
		let value = (3u64, sp_io::hashing::keccak_256(&code)).encode();
		assert_eq!(raw(&[&PALLET, &metadata, &HASHED_ADDRESS]), Some(value));

		let storages = hex!("ab1160471b1418779239ba8e2b847e42");
		let value = word(0x0102).0.to_vec();
		assert_eq!(raw(&[&PALLET, &storages, &HASHED_ADDRESS, &HASHED_SLOT]), Some(value));
	});
}

/// The account is the BLAKE2b-256 hash of `"evm:"` and the address, in `System.Account`.
#[test]
fn nonce_and_balance_are_the_systems() {
	run_with([(ADDRESS, funded(5))], || {
		Pallet::<Test>::set_nonce(&ADDRESS, 3).unwrap();
		let account = hex!("32f955c958e51189a4921aed41ef00818f7368dfaec8d9969f091006f8066228");
		let key = [
			&hex!("26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9")[..],
			&sp_io::hashing::blake2_128(&account),
			&account,
		];
		let value = raw(&key).unwrap();
		// nonce, consumers, providers, sufficients, free balance
		assert_eq!(value[..8], 3u64.to_le_bytes());
		assert_eq!(value[16..20], 1u32.to_le_bytes());
		assert_eq!(value[20..36], 5u128.to_le_bytes());
	});
}

#[test]
fn calls_have_frontiers_indices() {
	let withdraw = crate::Call::<Test>::withdraw { address: ADDRESS, value: 1 };
	assert_eq!(withdraw.encode()[0], 0);
	let call = crate::Call::<Test>::call {
		source: ADDRESS,
		target: ADDRESS,
		input: vec![1],
		value: 2.into(),
		gas_limit: 3,
		max_fee_per_gas: 4.into(),
		max_priority_fee_per_gas: None,
		nonce: Some(5.into()),
		access_list: vec![],
		authorization_list: vec![],
	};
	let expected = [
		&[1u8][..],
		ADDRESS.as_bytes(),
		ADDRESS.as_bytes(),
		&[4, 1],
		&U256::from(2).encode(),
		&3u64.to_le_bytes(),
		&U256::from(4).encode(),
		&[0],
		&Some(U256::from(5)).encode(),
		&[0],
		&[0],
	]
	.concat();
	assert_eq!(call.encode(), expected);
}

#[test]
fn errors_and_events_have_frontiers_indices() {
	use crate::{Error, Event};
	let index = |error: Error<Test>| error.encode()[0];
	assert_eq!(index(Error::BalanceLow), 0);
	assert_eq!(index(Error::WithdrawFailed), 3);
	assert_eq!(index(Error::InvalidNonce), 5);
	assert_eq!(index(Error::TransactionMustComeFromEOA), 11);
	assert_eq!(index(Error::TransactionGasLimitExceedsCap), 14);
	let index = |event: Event<Test>| event.encode()[0];
	assert_eq!(index(Event::Created { address: ADDRESS }), 1);
	assert_eq!(index(Event::ExecutedFailed { address: ADDRESS }), 4);
	assert_eq!(index(Event::AccountLocked { address: ADDRESS }), 5);
}
