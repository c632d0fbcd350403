//! EIP-7702.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{is_delegation, AddressMapping, Authorization, ExitError, ExitReason, Target};
use codec::Encode;
use hex_literal::hex;

/// Signed with the key `0x4c0883a6...2318` over chain id 42, the address below and nonce 0.
fn authorization() -> Authorization {
	Authorization {
		chain_id: CHAIN_ID,
		address: H160(hex!("0000000000000000000000000000000000000abc")),
		nonce: 0.into(),
		y_parity: false,
		r: H256(hex!("4942062f3320355435e3ea1da0c16aed5366257285d02f6ee79cb23d6b7e7afa")),
		s: H256(hex!("1e9f3269f935219810ef45eed9d3c7df31d7387b33a0696f46916a95fea6fc04")),
	}
}

fn authority() -> H160 {
	H160(hex!("2c7536e3605d9c16a7a3d7b1898e529396a65c23"))
}

fn delegate(item: Authorization, target: H160) -> ExecuteRequest {
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
