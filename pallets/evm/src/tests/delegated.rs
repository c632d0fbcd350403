//! EIP-7702: accounts that have delegated, as senders and as others see them.

use super::{
	assembler::{op, Code},
	delegation::*,
	*,
};
use crate::{is_delegation, ExitError, ExitReason};
use frame_support::assert_ok;

/// EIP-3607 holds for code, not for delegations: also through the call of a Substrate origin, and for
/// a delegation that came with an import.
#[test]
fn delegated_account_sends_from_a_substrate_origin() {
	let account = Signer::new().address();
	run_with([(account, funded(ETHER))], || {
		let target = install(0xc0, Code::new().sstore(1, 1));
		Pallet::<Test>::set_nonce(&account, 7).unwrap();
		Pallet::<Test>::set_code(&account, designator(target)).unwrap();
		let send = |to, authorizations| {
			EVM::call(
				RuntimeOrigin::root(),
				account,
				to,
				vec![],
				5.into(),
				GAS,
				GWEI.into(),
				None,
				None,
				vec![],
				authorizations,
			)
		};
		assert_ok!(send(bob(), vec![]));
		assert_eq!((balance(bob()), slot(account, 1)), (5, 0.into()));
		assert_ok!(send(account, vec![]));
		assert_eq!(slot(account, 1), 1.into());
		assert_delegates(account, target, 9);
		// The sender's nonce is 10 by then.
		assert_ok!(send(bob(), vec![Signer::new().authorize(H160::zero(), 10)]));
		assert_delegates_not(account, 11);
		assert_ok!(EVM::create(
			RuntimeOrigin::root(),
			account,
			super::assembler::deploy(&[op::STOP]),
			0.into(),
			GAS,
			GWEI.into(),
			None,
			None,
			vec![],
			vec![],
		));
		let created = crate::create_address(&account, 11);
		assert_eq!(Pallet::<Test>::account_code(&created), vec![op::STOP]);
	});
}

#[test]
fn code_that_only_looks_like_a_delegation_cannot_send() {
	let delegation = designator(bob());
	let longer = [&delegation[..], &[0]].concat();
	let other_version = [&[0xef, 0x01, 0x01][..], &delegation[3..]].concat();
	for code in [delegation[..22].to_vec(), longer, other_version] {
		assert!(!is_delegation(&code));
		run(|| {
			Pallet::<Test>::set_code(&alice(), code).unwrap();
			let result = transact(ExecuteRequest::call(alice(), bob(), vec![], 21_000));
			let error = RunnerError::TransactionMustComeFromEOA { address: alice() };
			assert_eq!(result, Err(error));
		});
	}
	assert!(is_delegation(&delegation));
}

#[test]
fn designator_is_what_other_contracts_see() {
	run(|| {
		let account = Signer::new().address();
		let target = install(0xc0, Code::new().ops(&[op::CODESIZE]).return_top());
		succeed(delegate(Signer::new().authorize(target, 0), bob()));
		let ask = |code: u8| {
			let code = Code::new().push_address(account).ops(&[code]).return_top();
			view(install(0xc1, code), vec![])
		};
		assert_eq!(ask(op::EXTCODESIZE), word(23).0.to_vec());
		let hash = sp_io::hashing::keccak_256(&designator(target)).to_vec();
		assert_eq!(ask(op::EXTCODEHASH), hash);
		let copy = Code::new()
			.push(32)
			.push(0)
			.push(0)
			.push_address(account)
			.ops(&[op::EXTCODECOPY])
			.push(32)
			.push(0)
			.ops(&[op::RETURN]);
		let expected = [&designator(target)[..], &[0; 9]].concat();
		assert_eq!(view(install(0xc2, copy), vec![]), expected);
		// What runs is the target's code, and it sees itself.
		let size = Pallet::<Test>::account_code(&target).len() as u64;
		assert_eq!(view(account, vec![]), word(size).0.to_vec());
	});
}

#[test]
fn delegation_is_followed_once() {
	run(|| {
		let code = Code::new().sstore(1, 1);
		let contract = install(0xc0, code);
		let middle = H160::repeat_byte(0xc1);
		Pallet::<Test>::set_nonce(&middle, 1).unwrap();
		Pallet::<Test>::set_code(&middle, designator(contract)).unwrap();
		let account = Signer::new().address();
		let info = transact(delegate(Signer::new().authorize(middle, 0), account)).unwrap();
		assert!(matches!(info.exit, ExitReason::Error(_)), "0xef is no instruction");
		assert_delegates(account, middle, 1);
		assert_eq!((slot(account, 1), slot(middle, 1)), (0.into(), 0.into()));
		succeed(ExecuteRequest::call(alice(), middle, vec![], GAS));
		assert_eq!((slot(middle, 1), slot(contract, 1)), (1.into(), 0.into()));
	});
}

/// A delegation to a precompile runs empty code (EIP-7702).
#[test]
fn delegation_to_a_precompile_does_nothing() {
	run(|| {
		let account = Signer::new().address();
		let identity = H160::from_low_u64_be(4);
		let mut request = delegate(Signer::new().authorize(identity, 0), account);
		request.input = vec![1, 2, 3];
		assert_eq!(succeed(request).value, Vec::<u8>::new());
		assert_delegates(account, identity, 1);
	});
}

#[test]
fn delegation_to_a_locked_account_halts_the_call() {
	run(|| {
		let target = install(0xc0, [op::STOP]);
		let account = Signer::new().address();
		succeed(delegate(Signer::new().authorize(target, 0), bob()));
		Locked::set([target].into());
		let info = transact(ExecuteRequest::call(alice(), account, vec![], GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::AccountLocked(target)));
		assert_delegates(account, target, 1);
	});
}
