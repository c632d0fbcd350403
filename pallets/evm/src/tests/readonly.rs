//! Calls without effect, and estimates.

use super::{
	assembler::{deploy, op, Code},
	*,
};
use crate::{ExitError, ExitReason};
use frame_support::assert_storage_noop;

fn estimate(request: ExecuteRequest) -> crate::GasEstimate {
	Pallet::<Test>::estimate(request).unwrap()
}

#[test]
fn read_only_call_leaves_no_trace() {
	run(|| {
		let code = Code::new()
			.sstore(1, 1)
			.push(1)
			.push(0)
			.push(0)
			.ops(&[op::LOG1])
			.push(0)
			.push(0)
			.push(0)
			.ops(&[op::CREATE])
			.return_top();
		let contract = install(0xc0, code);
		System::reset_events();
		assert_storage_noop!({
			let mut request = ExecuteRequest::call(alice(), contract, vec![], 0);
			request.value = ETHER.into();
			let info = EVM::read_only_call(request).unwrap();
			assert!(info.exit.is_succeed());
			assert_eq!(info.logs.len(), 1);
			assert_ne!(info.value, vec![0; 32], "the creation happened for the caller");
		});
		assert!(System::events().is_empty());
	});
}

#[test]
fn read_only_call_needs_value_but_no_fee_unless_priced() {
	run(|| {
		let mut request = ExecuteRequest::call(bob(), alice(), vec![], 0);
		request.nonce = Some(77);
		assert!(EVM::read_only_call(request.clone()).is_ok());
		request.value = 1.into();
		let error =
			RunnerError::BalanceLow { address: bob(), balance: 0.into(), required: 1.into() };
		assert_eq!(EVM::read_only_call(request.clone()), Err(error));
		request.value = 0.into();
		request.max_fee_per_gas = Some((GWEI / 2).into());
		let low = EVM::read_only_call(request.clone());
		assert!(matches!(low, Err(RunnerError::GasPriceTooLow { .. })));
		request.max_fee_per_gas = Some(GWEI.into());
		assert!(matches!(EVM::read_only_call(request), Err(RunnerError::BalanceLow { .. })));
	});
}

#[test]
fn read_only_call_with_extreme_numbers_fails_without_a_trap() {
	run(|| {
		for value in [U256::MAX, U256::MAX / 2, U256::from(u128::MAX)] {
			for price in [None, Some(U256::zero()), Some(U256::from(u128::MAX)), Some(U256::MAX)] {
				let request = ExecuteRequest {
					value,
					max_fee_per_gas: price,
					max_priority_fee_per_gas: price,
					gas_limit: u64::MAX,
					..ExecuteRequest::call(alice(), bob(), vec![], 0)
				};
				assert!(EVM::read_only_call(request.clone()).is_err());
				assert!(EVM::estimate_gas(request.clone()).is_err());
				assert!(Pallet::<Test>::validate(&request).is_err());
			}
		}
	});
}

#[test]
fn read_only_call_from_a_contract_or_the_last_nonce_works() {
	run(|| {
		let contract = install(0xc0, [op::STOP]);
		Pallet::<Test>::set_nonce(&contract, u64::MAX).unwrap();
		let request = ExecuteRequest::call(contract, bob(), vec![], 0);
		assert!(EVM::read_only_call(request).unwrap().exit.is_succeed());
	});
}

#[test]
fn gas_of_a_read_only_call_is_capped() {
	run(|| {
		let endless = install(0xc0, [op::JUMPDEST, 0x5f, op::JUMP]);
		for gas_limit in [0, u64::MAX] {
			let request = ExecuteRequest::call(alice(), endless, vec![], gas_limit);
			let info = EVM::read_only_call(request).unwrap();
			assert_eq!(info.exit, ExitReason::Error(ExitError::OutOfGas));
			assert_eq!(info.used_gas, 1 << 24);
		}
	});
}

#[test]
fn estimate_of_a_transfer_is_exact() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 0);
		request.value = 1.into();
		assert_storage_noop!(assert_eq!(estimate(request).gas, 21_000));
	});
}

/// The estimate succeeds, one unit of gas less does not.
#[track_caller]
fn assert_exact(request: ExecuteRequest) -> u64 {
	let gas = estimate(request.clone()).gas;
	let with = |gas_limit| {
		let request = ExecuteRequest { gas_limit, ..request.clone() };
		EVM::read_only_call(request).is_ok_and(|info| info.exit.is_succeed())
	};
	assert!(with(gas) && !with(gas - 1), "estimate {gas}");
	gas
}

#[test]
fn estimates_are_exact() {
	run(|| {
		// A refund: what is needed is more than what is used.
		let clearing = install(0xc0, Code::new().sstore(1, 0));
		Pallet::<Test>::set_storage(&clearing, word(1), word(1));
		let request = ExecuteRequest::call(alice(), clearing, vec![], 0);
		let gas = assert_exact(request.clone());
		assert!(gas > estimate(request).info.used_gas);

		// An inner call that fails if it gets too little, and an outer one that insists.
		let inner = install(0xc1, Code::new().sstore(1, 1));
		let insist =
			Code::new().call(inner, 0).push(0).ops(&[0x14]).push(46).ops(&[0x57, op::STOP]);
		let mut code = insist.build();
		code.resize(46, op::STOP);
		code.extend([op::JUMPDEST, op::INVALID]);
		let outer = install(0xc2, code);
		assert_exact(ExecuteRequest::call(alice(), outer, vec![], 0));

		assert_exact(ExecuteRequest::create(alice(), deploy(&[op::STOP; 100]), 0));
		// The floor of call data (EIP-7623).
		assert_exact(ExecuteRequest::call(alice(), bob(), vec![1; 1_000], 0));
	});
}

#[test]
fn estimate_of_a_revert_gives_its_data() {
	run(|| {
		let code =
			Code::new().push(7).push(0).ops(&[op::MSTORE]).push(32).push(0).ops(&[op::REVERT]);
		let contract = install(0xc0, code);
		let answer = estimate(ExecuteRequest::call(alice(), contract, vec![], 0));
		assert_eq!(answer.info.exit, ExitReason::Revert);
		assert_eq!(answer.info.value, word(7).0.to_vec());
		assert_eq!(answer.gas, 1 << 24);
	});
}

#[test]
fn estimate_is_limited_by_request_and_funds() {
	run_with([(bob(), funded(30_000 * GWEI))], || {
		let mut request = ExecuteRequest::call(bob(), alice(), vec![], 20_000);
		let low = Pallet::<Test>::estimate(request.clone());
		assert!(matches!(low, Err(RunnerError::GasLimitTooLow { .. })));
		request.gas_limit = 0;
		request.max_fee_per_gas = Some(GWEI.into());
		assert_eq!(estimate(request.clone()).gas, 21_000);
		request.max_fee_per_gas = Some((2 * GWEI).into());
		let poor = Pallet::<Test>::estimate(request);
		assert!(matches!(poor, Err(RunnerError::GasLimitTooLow { gas_limit: 15_000, .. })));
	});
}

#[test]
fn pool_accepts_later_nonces_only() {
	run(|| {
		Pallet::<Test>::set_nonce(&alice(), 5).unwrap();
		let with = |nonce| ExecuteRequest {
			nonce: Some(nonce),
			max_fee_per_gas: Some(GWEI.into()),
			..ExecuteRequest::call(alice(), bob(), vec![], 21_000)
		};
		assert_storage_noop!({
			assert_eq!(Pallet::<Test>::validate(&with(5)), Ok(()));
			assert_eq!(Pallet::<Test>::validate(&with(9)), Ok(()));
			assert_eq!(
				Pallet::<Test>::validate(&with(4)),
				Err(RunnerError::NonceTooLow { found: 4, expected: 5 })
			);
			assert_eq!(
				Pallet::<Test>::validate(&with(u64::MAX)),
				Err(RunnerError::NonceOverflow { address: alice() })
			);
		});
	});
}
