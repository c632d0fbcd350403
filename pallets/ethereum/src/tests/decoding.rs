//! From bytes to a transaction with a signer.

use alloy_consensus::{transaction::RlpEcdsaEncodableTx, SignableTransaction, Signed};
use alloy_eips::{
	eip2930::{AccessList, AccessListItem},
	eip7702::{Authorization as AlloyAuthorization, SignedAuthorization},
};
use alloy_primitives::{uint, Address, Signature, TxKind, B256, U256 as AlloyU256};
use hex_literal::hex;
use pallet_evm::Target;
use sp_core::{H160, H256, U256};
use sp_io::hashing::keccak_256;

use super::wallet::{call, eip1559, eip2930, eip7702, encode, legacy, Wallet};
use crate::{
	mock::{BASE_FEE, CHAIN_ID},
	DeclaredCost, RecoveredTransaction, TransactionError,
};

const TO: H160 = H160::repeat_byte(0x77);
const CURVE_ORDER: AlloyU256 =
	uint!(0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141_U256);

fn recover(raw: &[u8]) -> Result<RecoveredTransaction, TransactionError> {
	RecoveredTransaction::recover(raw, CHAIN_ID)
}

#[test]
fn recover_example_of_eip155_works() {
	// The worked example in EIP-155: nonce 9, 20 gwei, 21000 gas, 1 ether, private key 0x46...46.
	let raw = hex!(
		"f86c098504a817c800825208943535353535353535353535353535353535353535880de0b6b3a764000080"
		"25a028ef61340bd939bc2195fe537567866003e1a15d3c71ff63e1590620aa636276a067cbe9d8997f761a"
		"ecb703304b3800ccf555c9f3dc64214b297fb1966a3b6d83"
	);
	let transaction = RecoveredTransaction::recover(&raw, 1).unwrap();
	assert_eq!(transaction.signer(), H160(hex!("9d8a62f656a8d1615c1294fd71e9cfb3e4855a4f")));
	assert_eq!(
		transaction.hash(),
		H256(hex!("33469b22e9f636356c4160a87eb19df52b7412e8eac32a4a55ffe88ea8350788"))
	);
	assert_eq!(transaction.nonce(), 9);
	assert_eq!(transaction.request().target, Target::Call(H160::repeat_byte(0x35)));
	assert_eq!(transaction.request().value, U256::from(1_000_000_000_000_000_000u64));
}

#[test]
fn recover_each_type_works() {
	let wallet = Wallet::new(1);
	for (transaction_type, raw) in [
		(0, wallet.raw(legacy(5, call(TO)))),
		(1, wallet.raw(eip2930(5, call(TO)))),
		(2, wallet.raw(eip1559(5, call(TO)))),
	] {
		let transaction = recover(&raw).unwrap();
		assert_eq!(transaction.transaction_type(), transaction_type);
		assert_eq!(transaction.signer(), wallet.address());
		assert_eq!(transaction.nonce(), 5);
		assert_eq!(transaction.hash(), H256(keccak_256(&raw)));
		let declared = DeclaredCost { gas_limit: 100_000, ..Default::default() };
		assert_eq!(DeclaredCost::decode(&raw), Some(declared));
		let request = transaction.request();
		assert_eq!(request.source, wallet.address());
		assert_eq!(request.target, Target::Call(TO));
		assert_eq!(request.value, U256::from(1_000));
		assert_eq!(request.gas_limit, 100_000);
		assert_eq!(request.nonce, Some(5));
		let (max_fee, max_priority_fee) =
			if transaction_type == 2 { (3 * BASE_FEE, 7) } else { (2 * BASE_FEE, 2 * BASE_FEE) };
		assert_eq!(request.max_fee_per_gas, Some(max_fee.into()));
		assert_eq!(request.max_priority_fee_per_gas, Some(max_priority_fee.into()));
	}
}

#[test]
fn recover_creation_works() {
	let transaction = recover(&Wallet::new(1).raw(eip1559(0, TxKind::Create))).unwrap();
	assert_eq!(transaction.request().target, Target::Create);
}

#[test]
fn recover_access_list_works() {
	let mut tx = eip2930(0, call(TO));
	tx.access_list = AccessList(vec![AccessListItem {
		address: Address::repeat_byte(3),
		storage_keys: vec![B256::repeat_byte(4), B256::repeat_byte(5)],
	}]);
	let transaction = recover(&Wallet::new(1).raw(tx)).unwrap();
	assert_eq!(
		transaction.request().access_list,
		vec![(H160::repeat_byte(3), vec![H256::repeat_byte(4), H256::repeat_byte(5)])]
	);
}

#[test]
fn recover_authorization_list_works() {
	let (wallet, authority) = (Wallet::new(1), Wallet::new(2));
	let authorization = AlloyAuthorization {
		chain_id: AlloyU256::from(CHAIN_ID),
		address: Address::repeat_byte(9),
		nonce: 4,
	};
	let signature = authority.signature(&authorization.signature_hash().0);
	let mut tx = eip7702(0, TO);
	tx.authorization_list = vec![authorization.into_signed(signature)];
	let transaction = recover(&wallet.raw(tx)).unwrap();
	assert_eq!(transaction.transaction_type(), 4);
	let [authorization] = &transaction.request().authorization_list[..] else { panic!() };
	assert_eq!(authorization.chain_id, CHAIN_ID);
	assert_eq!(authorization.address, H160::repeat_byte(9));
	assert_eq!(authorization.nonce, U256::from(4));
	assert_eq!(authorization.y_parity, signature.v());
	assert_eq!(authorization.r, H256(signature.r().to_be_bytes()));
	assert_eq!(authorization.s, H256(signature.s().to_be_bytes()));
}

#[test]
fn recover_senseless_authorization_is_one_that_is_skipped() {
	let wallet = Wallet::new(1);
	let inner = |chain_id| AlloyAuthorization { chain_id, address: Address::ZERO, nonce: 0 };
	let one = AlloyU256::from(1);
	let mut tx = eip7702(0, TO);
	tx.authorization_list = vec![
		SignedAuthorization::new_unchecked(inner(one), 2, one, one),
		SignedAuthorization::new_unchecked(inner(AlloyU256::MAX), 0, one, one),
	];
	let transaction = recover(&wallet.raw(tx)).unwrap();
	let authorizations = &transaction.request().authorization_list;
	assert_eq!(authorizations.len(), 2);
	assert!(authorizations.iter().all(|item| item.s == H256::repeat_byte(0xff)));
}

#[test]
fn recover_empty_authorization_list_fails() {
	let raw = Wallet::new(1).raw(eip7702(0, TO));
	assert_eq!(recover(&raw), Err(TransactionError::EmptyAuthorizationList));
}

#[test]
fn recover_wrong_chain_id_fails() {
	let wallet = Wallet::new(1);
	let expected = TransactionError::WrongChainId { expected: CHAIN_ID, found: CHAIN_ID + 1 };
	let mut tx = legacy(0, call(TO));
	tx.chain_id = Some(CHAIN_ID + 1);
	assert_eq!(recover(&wallet.raw(tx)), Err(expected.clone()));
	let mut tx = eip1559(0, call(TO));
	tx.chain_id = CHAIN_ID + 1;
	assert_eq!(recover(&wallet.raw(tx)), Err(expected));
}

#[test]
fn recover_legacy_without_chain_id_fails() {
	let mut tx = legacy(0, call(TO));
	tx.chain_id = None;
	assert_eq!(recover(&Wallet::new(1).raw(tx)), Err(TransactionError::MissingChainId));
}

#[test]
fn recover_high_s_fails() {
	// The twin of a valid signature: the same signer, but another transaction hash.
	let (tx, signature, _) = Wallet::new(1).sign(eip1559(0, call(TO))).into_parts();
	let twin = Signature::new(signature.r(), CURVE_ORDER - signature.s(), !signature.v());
	assert_eq!(recover(&encode(&tx.into_signed(twin))), Err(TransactionError::HighS));
}

#[test]
fn recover_senseless_signature_fails() {
	let one = AlloyU256::from(1);
	for (r, s) in [(AlloyU256::ZERO, one), (one, AlloyU256::ZERO), (CURVE_ORDER, one)] {
		let signed = eip1559(0, call(TO)).into_signed(Signature::new(r, s, true));
		assert_eq!(recover(&encode(&signed)), Err(TransactionError::InvalidSignature));
	}
}

#[test]
fn recover_altered_content_names_another_signer() {
	let wallet = Wallet::new(1);
	let (mut tx, signature, _) = wallet.sign(eip1559(0, call(TO))).into_parts();
	tx.value += AlloyU256::from(1);
	let transaction = recover(&encode(&tx.into_signed(signature)));
	assert_ne!(transaction.map(|transaction| transaction.signer()), Ok(wallet.address()));
}

#[test]
fn recover_trailing_bytes_fails() {
	let wallet = Wallet::new(1);
	for mut raw in [wallet.raw(legacy(0, call(TO))), wallet.raw(eip1559(0, call(TO)))] {
		raw.extend([0, 1]);
		assert_eq!(recover(&raw), Err(TransactionError::TrailingBytes { count: 2 }));
		assert_eq!(DeclaredCost::decode(&raw), None);
	}
}

#[test]
fn recover_truncated_fails() {
	let wallet = Wallet::new(1);
	for raw in [wallet.raw(legacy(0, call(TO))), wallet.raw(eip1559(0, call(TO)))] {
		for length in 1..raw.len() {
			assert!(
				matches!(recover(&raw[..length]), Err(TransactionError::Malformed(_))),
				"{length} bytes"
			);
		}
	}
	assert_eq!(recover(&[]), Err(TransactionError::Empty));
}

#[test]
fn recover_every_flipped_byte_is_refused_or_another_transaction() {
	let wallet = Wallet::new(1);
	let raw = wallet.raw(eip1559(0, call(TO)));
	for position in 0..raw.len() {
		for bit in 0..8 {
			let mut altered = raw.clone();
			altered[position] ^= 1 << bit;
			if let Ok(transaction) = recover(&altered) {
				assert_ne!(transaction.signer(), wallet.address(), "byte {position} bit {bit}");
			}
		}
	}
}

#[test]
fn recover_unsupported_types_fails() {
	let signed = Wallet::new(1).sign(eip1559(0, call(TO)));
	let with_type = |transaction_type| {
		let mut raw = Vec::new();
		signed.eip2718_encode_with_type(transaction_type, &mut raw);
		raw
	};
	assert_eq!(recover(&with_type(3)), Err(TransactionError::BlobTransaction));
	for found in [0x00, 0x05, 0x7f, 0x80, 0xb8, 0xbf] {
		assert_eq!(recover(&with_type(found)), Err(TransactionError::UnsupportedType { found }));
	}
}

#[test]
fn recover_list_of_wrong_length_fails() {
	// A field too few: the signature is missing.
	let tx = eip1559(0, call(TO));
	let mut raw = vec![2];
	tx.rlp_encode(&mut raw);
	assert!(matches!(recover(&raw), Err(TransactionError::Malformed(_))));

	// A field too many, inside the list.
	let signed: Signed<_> = Wallet::new(1).sign(tx);
	let mut fields = encode(&signed)[1..].to_vec();
	assert_eq!(fields[0], 0xf8);
	fields[1] += 1;
	fields.push(0x80);
	let raw = [&[2u8][..], &fields[..]].concat();
	assert!(matches!(recover(&raw), Err(TransactionError::Malformed(_))));
}
