//! EIP-7702: what authorizations write.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{is_delegation, AddressMapping, Authorization, ExitError, ExitReason, Target};
use codec::Encode;
use hex_literal::hex;
use revm::{
	context_interface::transaction::Authorization as Delegation,
	primitives::{Address, U256 as Word},
};
use sp_core::{ecdsa, Pair};

/// Signed with the key `0x4c0883a6...2318` over chain id 42, the address below and nonce 0.
pub(super) fn authorization() -> Authorization {
	Authorization {
		chain_id: CHAIN_ID,
		address: H160(hex!("0000000000000000000000000000000000000abc")),
		nonce: 0.into(),
		y_parity: false,
		r: H256(hex!("4942062f3320355435e3ea1da0c16aed5366257285d02f6ee79cb23d6b7e7afa")),
		s: H256(hex!("1e9f3269f935219810ef45eed9d3c7df31d7387b33a0696f46916a95fea6fc04")),
	}
}

pub(super) fn authority() -> H160 {
	H160(hex!("2c7536e3605d9c16a7a3d7b1898e529396a65c23"))
}

/// An account with a key of its own.
pub(super) struct Signer(ecdsa::Pair);

impl Signer {
	pub(super) fn new() -> Self {
		Self(ecdsa::Pair::from_seed(&[7; 32]))
	}

	pub(super) fn address(&self) -> H160 {
		let message = [1; 32];
		let signature = self.0.sign_prehashed(&message);
		let public = sp_io::crypto::secp256k1_ecdsa_recover(&signature.0, &message).ok().unwrap();
		H160::from_slice(&sp_io::hashing::keccak_256(&public)[12..])
	}

	/// Delegates to `address`.
	pub(super) fn authorize(&self, address: H160, nonce: u64) -> Authorization {
		let delegation =
			Delegation { chain_id: Word::from(CHAIN_ID), address: Address::new(address.0), nonce };
		let signature = self.0.sign_prehashed(&delegation.signature_hash().0).0;
		Authorization {
			chain_id: CHAIN_ID,
			address,
			nonce: nonce.into(),
			y_parity: signature[64] == 1,
			r: H256::from_slice(&signature[..32]),
			s: H256::from_slice(&signature[32..64]),
		}
	}
}

pub(super) fn designator(address: H160) -> Vec<u8> {
	[&[0xef, 0x01, 0x00][..], address.as_bytes()].concat()
}

fn references(address: H160) -> u32 {
	System::sufficients(&<Test as crate::Config>::AddressMapping::into_account_id(address))
}

/// What is stored of a delegation: code, metadata, one reference for the nonce.
#[track_caller]
pub(super) fn assert_delegates(address: H160, target: H160, expected_nonce: u64) {
	let code = designator(target);
	assert_eq!(crate::AccountCodes::<Test>::get(address), code);
	let metadata = crate::AccountCodesMetadata::<Test>::get(address).unwrap();
	assert_eq!(metadata, crate::CodeMetadata::from_code(&code));
	assert_eq!((nonce(address), references(address)), (expected_nonce, 1));
}

/// Nothing is stored of a delegation.
#[track_caller]
pub(super) fn assert_delegates_not(address: H160, expected_nonce: u64) {
	assert!(!crate::AccountCodes::<Test>::contains_key(address));
	assert!(!crate::AccountCodesMetadata::<Test>::contains_key(address));
	assert_eq!((nonce(address), references(address)), (expected_nonce, 1));
}

pub(super) fn delegate(item: Authorization, target: H160) -> ExecuteRequest {
	ExecuteRequest {
		authorization_list: vec![item],
		..ExecuteRequest::call(alice(), target, vec![], GAS)
	}
}

#[test]
fn delegation_is_set_and_runs_the_code() {
	run(|| {
		let code = Code::new().sstore(1, 5).build();
		Pallet::<Test>::set_code(&authorization().address, code).unwrap();
		succeed(delegate(authorization(), authority()));
		let stored = Pallet::<Test>::account_code(&authority());
		assert!(is_delegation(&stored));
		assert_eq!(stored[3..], authorization().address.0);
		assert_eq!(Pallet::<Test>::account_code_metadata(&authority()).unwrap().size, 23);
		assert_eq!(nonce(authority()), 1);
		assert_eq!(slot(authority(), 1), 5.into());
		let account = <Test as crate::Config>::AddressMapping::into_account_id(authority());
		assert_eq!(System::sufficients(&account), 1, "for the nonce, none for a delegation");
	});
}

#[test]
fn delegated_account_still_sends_transactions() {
	run_with([(authority(), funded(ETHER))], || {
		succeed(delegate(authorization(), bob()));
		succeed(ExecuteRequest::call(authority(), bob(), vec![], 21_000));
		assert_eq!(nonce(authority()), 2);
	});
}

#[test]
fn delegation_is_replaced_and_cleared_and_storage_stays() {
	run(|| {
		let (signer, account) = (Signer::new(), Signer::new().address());
		let [first, second] =
			[1, 2].map(|value| install(0xc0 + value as u8, Code::new().sstore(value, value)));
		succeed(delegate(signer.authorize(first, 0), account));
		assert_delegates(account, first, 1);
		succeed(delegate(signer.authorize(second, 1), account));
		assert_delegates(account, second, 2);
		assert_eq!((slot(account, 1), slot(account, 2)), (1.into(), 2.into()));

		succeed(delegate(signer.authorize(H160::zero(), 2), account));
		assert_delegates_not(account, 3);
		assert_eq!((slot(account, 1), slot(account, 2)), (1.into(), 2.into()));
		// Both at once: what comes last stands.
		let mut request = delegate(signer.authorize(first, 3), account);
		request.authorization_list.push(signer.authorize(H160::zero(), 4));
		succeed(request);
		assert_delegates_not(account, 5);
		// Clearing what is clear counts as well.
		succeed(delegate(signer.authorize(H160::zero(), 5), account));
		assert_delegates_not(account, 6);
	});
}

#[test]
fn delegation_outlives_spending_funding_and_calls() {
	let account = Signer::new().address();
	run_with([(account, funded(ETHER))], || {
		let target = install(0xc0, Code::new().sstore(1, 1));
		succeed(delegate(Signer::new().authorize(target, 0), bob()));
		// All of it.
		let mut request = ExecuteRequest::call(account, bob(), vec![], 21_000);
		request.value = (ETHER - 21_000 * GWEI).into();
		succeed(request);
		assert_eq!(balance(account), 0);
		assert_delegates(account, target, 2);
		let mut request = ExecuteRequest::call(alice(), account, vec![], GAS);
		request.value = ETHER.into();
		succeed(request);
		assert_eq!((balance(account), slot(account, 1)), (ETHER, 1.into()));
		assert_delegates(account, target, 2);
	});
}

#[test]
fn delegation_stays_when_the_call_reverts_or_halts() {
	run(|| {
		let (signer, account) = (Signer::new(), Signer::new().address());
		let reverts = install(0xc0, Code::new().sstore(1, 1).push(0).push(0).ops(&[op::REVERT]));
		let halts = install(0xc1, [op::INVALID]);
		for (nonce, target) in [(0, reverts), (1, halts)] {
			let info = transact(delegate(signer.authorize(target, nonce), account)).unwrap();
			assert!(!info.exit.is_succeed());
			assert_delegates(account, target, nonce + 1);
			assert_eq!(slot(account, 1), 0.into());
		}
	});
}

#[test]
fn sender_delegates_itself() {
	let account = Signer::new().address();
	run_with([(account, funded(ETHER))], || {
		let target = install(0xc0, Code::new().sstore(1, 1));
		// The sender's nonce is used before the list is looked at.
		let request = ExecuteRequest {
			source: account,
			..delegate(Signer::new().authorize(target, 1), account)
		};
		succeed(request);
		assert_delegates(account, target, 2);
		assert_eq!(slot(account, 1), 1.into());
	});
}

#[test]
fn contract_delegates_nothing() {
	run(|| {
		let account = Signer::new().address();
		Pallet::<Test>::set_code(&account, vec![op::STOP]).unwrap();
		succeed(delegate(Signer::new().authorize(bob(), 0), bob()));
		assert_eq!(Pallet::<Test>::account_code(&account), vec![op::STOP]);
		assert_eq!((nonce(account), references(account)), (0, 1));
	});
}

#[test]
fn invalid_authorizations_are_skipped() {
	let wrong_chain = Authorization { chain_id: 1, ..authorization() };
	let wrong_nonce = Authorization { nonce: 1.into(), ..authorization() };
	let wide_nonce = Authorization { nonce: U256::MAX, ..authorization() };
	let other_signer = Authorization { y_parity: true, ..authorization() };
	let order = U256::from_big_endian(&hex!(
		"fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"
	));
	let high = order - U256::from_big_endian(authorization().s.as_bytes());
	let high_s = Authorization { s: H256(high.to_big_endian()), y_parity: true, ..authorization() };
	for item in [wrong_chain, wrong_nonce, wide_nonce, other_signer, high_s] {
		run(|| {
			succeed(delegate(item, bob()));
			assert_eq!(Pallet::<Test>::account_code(&authority()), Vec::<u8>::new());
			assert_eq!(nonce(authority()), 0);
		});
	}
}

#[test]
fn locked_authority_halts_the_transaction() {
	run(|| {
		Locked::set([authority()].into());
		let info = transact(delegate(authorization(), bob())).unwrap();
		let locked = ExitError::AccountLocked(authority());
		assert_eq!(info.exit, ExitReason::Error(locked));
		assert_eq!((nonce(authority()), nonce(alice())), (0, 1));
	});
}

#[test]
fn authorization_list_in_a_creation_fails() {
	run(|| {
		let mut request = delegate(authorization(), bob());
		request.target = Target::Create;
		request.input = vec![op::STOP];
		assert!(matches!(transact(request), Err(RunnerError::UnsupportedTransaction(_))));
	});
}

#[test]
fn authorization_list_before_prague_fails() {
	run(|| {
		Spec::set(crate::EvmSpec::Cancun);
		let result = transact(delegate(authorization(), bob()));
		assert!(matches!(result, Err(RunnerError::UnsupportedTransaction(_))));
	});
}

/// Chain id, address and nonce, then parity and the two halves of the signature.
#[test]
fn encoding_is_that_of_the_ethereum_crate() {
	let item = authorization();
	let expected = [
		&CHAIN_ID.to_le_bytes()[..],
		item.address.as_bytes(),
		&[0; 32],
		&[0],
		item.r.as_bytes(),
		item.s.as_bytes(),
	]
	.concat();
	assert_eq!(item.encode(), expected);
}
