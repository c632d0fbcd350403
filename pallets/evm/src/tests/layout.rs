//! The raw storage keys and values, which must be Frontier's.
//!
//! All keys and values are written out, so that no change of a name, a hasher or a codec passes. They
//! were computed from Frontier's names (pallet `EVM`, its three items, `System.Account`) by XXH64,
//! BLAKE2b and Keccak-256 of another implementation than this chain's.

use super::*;
use crate::AddressMapping;
use codec::Encode;
use hex_literal::hex;
use sp_core::crypto::AccountId32;
use std::collections::BTreeSet;

const ADDRESS: H160 = H160([0x11; 20]);

/// Returns the word in slot 7.
const CODE: [u8; 11] = hex!("60075460005260206000f3");

/// `twox128("EVM") ++ twox128("AccountCodes") ++ blake2_128(ADDRESS) ++ ADDRESS`
const CODE_KEY: [u8; 68] = hex!(
	"1da53b775b270400e7e61ed5cbc5a146ea70f53d5a3306ce02aaf97049cf181a"
	"5579b3d64cf3046ecb711a93878fd5ed1111111111111111111111111111111111111111"
);

/// The compact length and the bytes.
const CODE_VALUE: [u8; 12] = hex!("2c60075460005260206000f3");

/// `twox128("EVM") ++ twox128("AccountCodesMetadata") ++ blake2_128(ADDRESS) ++ ADDRESS`
const METADATA_KEY: [u8; 68] = hex!(
	"1da53b775b270400e7e61ed5cbc5a146cb5f006a99fd48a3b9f7ba4415e5543c"
	"5579b3d64cf3046ecb711a93878fd5ed1111111111111111111111111111111111111111"
);

/// The length, little-endian in 8 bytes, and the Keccak-256.
const METADATA_VALUE: [u8; 40] = hex!(
	"0b00000000000000"
	"607fb5583bb9b41563b8f5302e9b646d58e636b566289762020fb3dff4b6406d"
);

/// `twox128("EVM") ++ twox128("AccountStorages") ++ blake2_128(ADDRESS) ++ ADDRESS ++
/// blake2_128(slot 7) ++ slot 7`
const SLOT_KEY: [u8; 116] = hex!(
	"1da53b775b270400e7e61ed5cbc5a146ab1160471b1418779239ba8e2b847e42"
	"5579b3d64cf3046ecb711a93878fd5ed1111111111111111111111111111111111111111"
	"3638efdded2c824f7302dc7850c5d90e"
	"0000000000000000000000000000000000000000000000000000000000000007"
);

/// The word, big-endian and without a length.
const SLOT_VALUE: [u8; 32] =
	hex!("0000000000000000000000000000000000000000000000000000000000000102");

/// `twox128("System") ++ twox128("Account") ++ blake2_128(account) ++ account`, where the account is
/// the BLAKE2b-256 of `"evm:"` and ADDRESS.
const ACCOUNT_KEY: [u8; 80] = hex!(
	"26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
	"b3daf4d3d14b8e1c431b05909fb41a25"
	"32f955c958e51189a4921aed41ef00818f7368dfaec8d9969f091006f8066228"
);

/// Nonce 3 in 64 bits; consumers 0, providers 1, one sufficient reference for the code; 5 wei free, none
/// reserved or frozen; the flags of the balance.
const ACCOUNT_VALUE: [u8; 84] = hex!(
	"0300000000000000"
	"000000000100000001000000"
	"05000000000000000000000000000000"
	"00000000000000000000000000000000"
	"00000000000000000000000000000000"
	"00000000000000000000000000000080"
);

/// Where `sufficients` are in it.
const SUFFICIENTS: usize = 16;

const DELEGATED: H160 = H160([0x33; 20]);

/// As `CODE_KEY`, of DELEGATED.
const DELEGATION_KEY: [u8; 68] = hex!(
	"1da53b775b270400e7e61ed5cbc5a146ea70f53d5a3306ce02aaf97049cf181a"
	"093b9f75da77df37359916af56e19a823333333333333333333333333333333333333333"
);

/// The compact length and the designator of an EIP-7702 delegation to ADDRESS's neighbour 0x22..22.
const DELEGATION_VALUE: [u8; 24] = hex!("5cef01002222222222222222222222222222222222222222");

/// As `METADATA_KEY`, of DELEGATED.
const DELEGATION_METADATA_KEY: [u8; 68] = hex!(
	"1da53b775b270400e7e61ed5cbc5a146cb5f006a99fd48a3b9f7ba4415e5543c"
	"093b9f75da77df37359916af56e19a823333333333333333333333333333333333333333"
);

const DELEGATION_METADATA_VALUE: [u8; 40] = hex!(
	"1700000000000000"
	"abc66045225106093bac446762639f434af85abf181a5ba905a7696172a161c3"
);

fn raw(key: &[u8]) -> Option<Vec<u8>> {
	sp_io::storage::get(key).map(|value| value.to_vec())
}

fn put(key: &[u8], value: &[u8]) {
	sp_io::storage::set(key, value);
}

/// Runs a test on state of Frontier's, whose accounts hold no reference for their nonces.
fn run_on_frontiers(test: impl FnOnce()) {
	build([(alice(), funded(100 * ETHER))].into()).execute_with(|| {
		test();
		Pallet::<Test>::do_try_state().unwrap();
	});
}

/// What Frontier writes for a contract of nonce 3 with 5 wei and 0x0102 in slot 7.
fn put_contract() {
	put(&CODE_KEY, &CODE_VALUE);
	put(&METADATA_KEY, &METADATA_VALUE);
	put(&SLOT_KEY, &SLOT_VALUE);
	put(&ACCOUNT_KEY, &ACCOUNT_VALUE);
	pallet_balances::TotalIssuance::<Test>::mutate(|issuance| *issuance += 5);
}

#[test]
fn keys_and_values_are_frontiers() {
	run_with([(ADDRESS, funded(5))], || {
		Pallet::<Test>::set_code(&ADDRESS, CODE.to_vec()).unwrap();
		Pallet::<Test>::set_storage(&ADDRESS, word(7), word(0x0102));
		Pallet::<Test>::set_nonce(&ADDRESS, 3).unwrap();
		assert_eq!(raw(&CODE_KEY), Some(CODE_VALUE.to_vec()));
		assert_eq!(raw(&METADATA_KEY), Some(METADATA_VALUE.to_vec()));
		assert_eq!(raw(&SLOT_KEY), Some(SLOT_VALUE.to_vec()));
		// Beside the reference for the code there is one for the nonce, which Frontier does not hold.
		let mut account = ACCOUNT_VALUE;
		account[SUFFICIENTS] += 1;
		assert_eq!(raw(&ACCOUNT_KEY), Some(account.to_vec()));

		Pallet::<Test>::set_code(&DELEGATED, DELEGATION_VALUE[1..].to_vec()).unwrap();
		assert_eq!(raw(&DELEGATION_KEY), Some(DELEGATION_VALUE.to_vec()));
		assert_eq!(raw(&DELEGATION_METADATA_KEY), Some(DELEGATION_METADATA_VALUE.to_vec()));
		Pallet::<Test>::set_code(&DELEGATED, vec![]).unwrap();

		// Nothing stands for zero.
		Pallet::<Test>::set_storage(&ADDRESS, word(7), word(0));
		Pallet::<Test>::set_code(&ADDRESS, vec![]).unwrap();
		for key in [&CODE_KEY[..], &METADATA_KEY, &SLOT_KEY, &DELEGATION_KEY] {
			assert_eq!(raw(key), None);
		}
	});
}

/// The same by transactions: a contract that creates, stores and is paid.
#[test]
fn keys_of_a_transaction_are_frontiers() {
	run_with([(ADDRESS, funded(5))], || {
		Pallet::<Test>::set_nonce(&ADDRESS, 2).unwrap();
		let store = assembler::Code::new().sstore(7, 0x0102).build();
		Pallet::<Test>::set_code(&ADDRESS, store).unwrap();
		let mut request = ExecuteRequest::call(alice(), ADDRESS, vec![], GAS);
		request.value = 9.into();
		succeed(request);
		assert_eq!(raw(&SLOT_KEY), Some(SLOT_VALUE.to_vec()));
		let account = raw(&ACCOUNT_KEY).unwrap();
		assert_eq!((account[0], account[20]), (2, 14));
	});
}

#[test]
fn state_of_frontier_is_read() {
	run_on_frontiers(|| {
		put_contract();
		put(&DELEGATION_KEY, &DELEGATION_VALUE);
		put(&DELEGATION_METADATA_KEY, &DELEGATION_METADATA_VALUE);
		assert_eq!((nonce(ADDRESS), balance(ADDRESS)), (3, 5));
		assert_eq!(Pallet::<Test>::account_code(&ADDRESS), CODE);
		assert_eq!(slot(ADDRESS, 7), 0x0102.into());
		let account = EVM::account(ADDRESS);
		assert_eq!(account.code_hash.as_bytes(), &METADATA_VALUE[8..]);
		assert_eq!((account.nonce, account.balance), (3, 5.into()));
		assert!(crate::is_delegation(&Pallet::<Test>::account_code(&DELEGATED)));
		assert_eq!(EVM::account(DELEGATED).code_hash.as_bytes(), &DELEGATION_METADATA_VALUE[8..]);

		// And by contracts.
		assert_eq!(view(ADDRESS, vec![]), word(0x0102).0.to_vec());
	});
}

/// Frontier fills the metadata in when it is first asked for.
#[test]
fn code_without_metadata_is_read() {
	run_on_frontiers(|| {
		put_contract();
		sp_io::storage::clear(&METADATA_KEY);
		assert_eq!(EVM::account(ADDRESS).code_hash.as_bytes(), &METADATA_VALUE[8..]);
		assert_eq!(view(ADDRESS, vec![]), word(0x0102).0.to_vec());
		assert_eq!(raw(&METADATA_KEY), None);
	});
}

/// An account of Frontier's gets its second reference with its next nonce, and loses nothing until then.
#[test]
fn state_of_frontier_is_written_on() {
	run(|| {
		put_contract();
		// Creates an empty contract, which takes a nonce.
		let code = assembler::Code::new()
			.push(0)
			.push(0)
			.push(0)
			.ops(&[assembler::op::CREATE])
			.sstore(7, 0)
			.build();
		Pallet::<Test>::set_code(&ADDRESS, code).unwrap();
		assert_eq!(raw(&ACCOUNT_KEY), Some(ACCOUNT_VALUE.to_vec()));
		succeed(ExecuteRequest::call(alice(), ADDRESS, vec![], GAS));
		let mut account = ACCOUNT_VALUE;
		account[0] = 4;
		account[SUFFICIENTS] = 2;
		assert_eq!(raw(&ACCOUNT_KEY), Some(account.to_vec()));
		assert_eq!(raw(&SLOT_KEY), None);
	});
}

/// Under the prefix of Frontier's pallet there are its items and those of this one alone.
#[test]
fn nothing_else_is_stored_beside() {
	run(|| {
		install(0xc0, assembler::Code::new().sstore(7, 1).build());
		succeed(ExecuteRequest::call(alice(), H160::repeat_byte(0xc0), vec![], GAS));
		let deploy = assembler::deploy(&[0x00]);
		succeed(ExecuteRequest::create(alice(), deploy, GAS));
		let prefix = &CODE_KEY[..16];
		let mut items = BTreeSet::new();
		let mut key = prefix.to_vec();
		while let Some(next) =
			sp_io::storage::next_key(&key).filter(|next| next.starts_with(prefix))
		{
			items.insert(next[16..32].to_vec());
			key = next;
		}
		let nonce_references = hex!("16341ec5c690f37fa40b84c1f71c6dfb");
		let hash_key = hex!("9620e53714b935f72e425a0ee5094ff5");
		let version = hex!("4e7b9012096b41c4eb3aaf947f6ea429"); // `:__STORAGE_VERSION__:`
		let known = [
			&CODE_KEY[16..32],
			&METADATA_KEY[16..32],
			&SLOT_KEY[16..32],
			&nonce_references,
			&hash_key,
			&version,
		];
		assert_eq!(items, known.map(<[u8]>::to_vec).into());
	});
}

/// The account is the BLAKE2b-256 hash of `"evm:"` and the address.
#[test]
fn account_of_an_address_is_frontiers() {
	let account: AccountId32 = <Test as crate::Config>::AddressMapping::into_account_id(ADDRESS);
	let bytes: &[u8] = account.as_ref();
	assert_eq!(bytes, &ACCOUNT_KEY[48..]);
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
