//! Message calls.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{Error, Event, ExitError, ExitReason, Target};
use frame_support::{assert_noop, assert_ok, assert_storage_noop};
use sp_runtime::DispatchError;

#[test]
fn transfer_of_value_works() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = ETHER.into();
		request.nonce = Some(0);
		let info = succeed(request);
		assert_eq!(info.used_gas, 21_000);
		assert_eq!(balance(bob()), ETHER);
		assert_eq!(balance(alice()), 99 * ETHER - 21_000 * GWEI);
		assert_eq!((nonce(alice()), nonce(bob())), (1, 0));
	});
}

#[test]
fn whole_balance_can_be_sent_and_the_nonce_survives() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = (100 * ETHER - 21_000 * GWEI).into();
		succeed(request);
		assert_eq!((balance(alice()), nonce(alice())), (0, 1));

		let replayed = ExecuteRequest {
			nonce: Some(0),
			..ExecuteRequest::call(alice(), bob(), vec![], 21_000)
		};
		assert_eq!(transact(replayed), Err(RunnerError::NonceTooLow { found: 0, expected: 1 }));
	});
}

#[test]
fn storage_is_written_and_zero_removes_it() {
	run(|| {
		let code = Code::new().push(0).ops(&[op::CALLDATALOAD]).store_top(7).ops(&[op::STOP]);
		let contract = install(0xc0, code);
		let mut call = ExecuteRequest::call(alice(), contract, word(5).0.to_vec(), GAS);
		succeed(call.clone());
		assert_eq!(slot(contract, 7), 5.into());
		assert_eq!(crate::AccountStorages::<Test>::iter().count(), 1);

		call.input = word(0).0.to_vec();
		let info = succeed(call);
		assert_eq!(crate::AccountStorages::<Test>::iter().count(), 0);
		// 21000 + 32 zero bytes + PUSH1 CALLDATALOAD PUSH1 SSTORE STOP, refund of a fifth
		let spent = 21_000 + 32 * 4 + 3 + 3 + 3 + 5_000;
		assert_eq!(info.used_gas, spent - 4_800);
	});
}

#[test]
fn revert_gives_its_data_and_undoes_everything() {
	run(|| {
		let code = Code::new().sstore(1, 1).push(0xbeef).push(0).ops(&[op::MSTORE]);
		let contract = install(0xc0, code.push(32).push(0).ops(&[op::REVERT]));
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.value = 5.into();
		let info = transact(request).unwrap();
		assert_eq!(info.exit, ExitReason::Revert);
		assert_eq!(info.value, word(0xbeef).0.to_vec());
		assert!(info.used_gas < GAS);
		assert_eq!((slot(contract, 1), balance(contract)), (0.into(), 0));
		assert_eq!(balance(alice()), 100 * ETHER - u128::from(info.used_gas) * GWEI);
		assert_eq!(nonce(alice()), 1);
	});
}

#[test]
fn halt_consumes_all_gas() {
	run(|| {
		let contract = install(0xc0, [op::INVALID]);
		let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::DesignatedInvalid));
		assert_eq!(info.used_gas, GAS);
		assert_eq!(balance(alice()), 100 * ETHER - u128::from(GAS) * GWEI);
	});
}

#[test]
fn inner_revert_undoes_the_inner_frame_only() {
	run(|| {
		let inner = install(0xc1, Code::new().sstore(1, 1).push(0).push(0).ops(&[op::REVERT]));
		let outer = install(0xc0, Code::new().call(inner, 0).store_top(2).sstore(3, 9));
		succeed(ExecuteRequest::call(alice(), outer, vec![], GAS));
		assert_eq!(slot(inner, 1), 0.into());
		assert_eq!((slot(outer, 2), slot(outer, 3)), (0.into(), 9.into()));
	});
}

#[test]
fn logs_become_events_in_order() {
	run(|| {
		let code = Code::new()
			.push(0x77)
			.push(0)
			.ops(&[op::MSTORE])
			.push(1)
			.push(32)
			.push(0)
			.ops(&[op::LOG1])
			.push(2)
			.push(0)
			.push(0)
			.ops(&[op::LOG1]);
		let contract = install(0xc0, code);
		let info = succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		let logs: Vec<crate::Log> = System::events()
			.into_iter()
			.filter_map(|record| match record.event {
				RuntimeEvent::EVM(Event::Log { log }) => Some(log),
				_ => None,
			})
			.collect();
		assert_eq!(logs, info.logs);
		assert_eq!(logs.len(), 2);
		assert_eq!((logs[0].address, logs[0].topics.clone()), (contract, vec![word(1)]));
		assert_eq!((logs[0].data.clone(), logs[1].data.len()), (word(0x77).0.to_vec(), 0));
	});
}

#[test]
fn environment_is_the_chains() {
	run(|| {
		let ask = |code: u8| {
			let contract = install(0xc0, Code::new().ops(&[code]).return_top());
			let mut request = ExecuteRequest::call(alice(), contract, vec![], 100_000);
			request.max_fee_per_gas = Some((3 * GWEI).into());
			request.max_priority_fee_per_gas = Some(GWEI.into());
			U256::from_big_endian(&succeed(request).value)
		};
		assert_eq!(ask(op::CHAINID), CHAIN_ID.into());
		assert_eq!(ask(op::TIMESTAMP), TIMESTAMP.into());
		assert_eq!(ask(op::NUMBER), 1.into());
		assert_eq!(ask(op::BASEFEE), GWEI.into());
		assert_eq!(ask(op::GASPRICE), (2 * GWEI).into());
		assert_eq!(ask(op::GASLIMIT), 60_000_000.into());
		assert_eq!(ask(op::COINBASE), U256::from_big_endian(&address_word(Author::get())));
		assert_eq!(ask(op::ORIGIN), U256::from_big_endian(&address_word(alice())));
		assert_eq!(ask(op::CALLVALUE), 0.into());
		assert_ne!(ask(op::PREVRANDAO), 0.into());
	});
}

#[test]
fn blockhash_is_the_systems() {
	run(|| {
		let hash = H256::repeat_byte(0x33);
		frame_system::BlockHash::<Test>::insert(5, hash);
		System::set_block_number(8);
		let code = Code::new().push(0).ops(&[op::CALLDATALOAD, op::BLOCKHASH]).return_top();
		let contract = install(0xc0, code);
		assert_eq!(view(contract, word(5).0.to_vec()), hash.0.to_vec());
		assert_eq!(view(contract, word(8).0.to_vec()), vec![0; 32]);
	});
}

#[test]
fn hash_of_an_absent_account_is_zero() {
	run(|| {
		let code = Code::new().push(0).ops(&[op::CALLDATALOAD, op::EXTCODEHASH]).return_top();
		let contract = install(0xc0, code);
		assert_eq!(view(contract, address_word(bob()).to_vec()), vec![0; 32]);
		let of_alice = view(contract, address_word(alice()).to_vec());
		assert_eq!(of_alice, crate::KECCAK_EMPTY.0.to_vec());
		let own = view(contract, address_word(contract).to_vec());
		assert_eq!(own, Pallet::<Test>::account_code_hash(&contract).0.to_vec());
	});
}

#[test]
fn keccak_instruction_works() {
	run(|| {
		let code = Code::new().copy_input().ops(&[op::CALLDATASIZE]).push(0);
		let contract = install(0xc0, code.ops(&[op::KECCAK256]).return_top());
		for input in [vec![], b"abc".to_vec(), vec![7u8; 64], vec![9u8; 1000]] {
			let expected = sp_io::hashing::keccak_256(&input).to_vec();
			assert_eq!(view(contract, input), expected);
		}
		let huge = Code::new().push(u64::MAX).push(0).ops(&[op::KECCAK256]).return_top();
		let contract = install(0xc0, huge);
		let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::OutOfGas));
		let contract = install(0xc0, [op::KECCAK256]);
		let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::StackUnderflow));
	});
}

#[test]
fn invalid_requests_change_nothing() {
	let request = || ExecuteRequest {
		max_fee_per_gas: Some(GWEI.into()),
		nonce: Some(0),
		..ExecuteRequest::call(alice(), bob(), vec![], 21_000)
	};
	let gas_price_low = ExecuteRequest { max_fee_per_gas: Some((GWEI - 1).into()), ..request() };
	let tip_above_price =
		ExecuteRequest { max_priority_fee_per_gas: Some((2 * GWEI).into()), ..request() };
	let poor = ExecuteRequest { value: (100 * ETHER).into(), ..request() };
	let cases = [
		(
			gas_price_low,
			RunnerError::GasPriceTooLow {
				max_fee_per_gas: (GWEI - 1).into(),
				base_fee: GWEI.into(),
			},
		),
		(
			tip_above_price,
			RunnerError::PriorityFeeTooHigh {
				max_fee_per_gas: GWEI.into(),
				max_priority_fee_per_gas: (2 * GWEI).into(),
			},
		),
		(
			poor,
			RunnerError::BalanceLow {
				address: alice(),
				balance: (100 * ETHER).into(),
				required: (100 * ETHER + 21_000 * GWEI).into(),
			},
		),
		(ExecuteRequest { value: U256::MAX, ..request() }, RunnerError::PaymentOverflow),
		(
			ExecuteRequest { max_fee_per_gas: Some(u128::MAX.into()), ..request() },
			RunnerError::PaymentOverflow,
		),
		(
			ExecuteRequest { max_fee_per_gas: Some(U256::MAX), ..request() },
			RunnerError::FeeOverflow { price: U256::MAX },
		),
		(
			ExecuteRequest { nonce: Some(1), ..request() },
			RunnerError::NonceTooHigh { found: 1, expected: 0 },
		),
		(
			ExecuteRequest { gas_limit: 20_999, ..request() },
			RunnerError::GasLimitTooLow { gas_limit: 20_999, required: 21_000 },
		),
		(
			ExecuteRequest { gas_limit: (1 << 24) + 1, ..request() },
			RunnerError::GasLimitExceedsCap { gas_limit: (1 << 24) + 1, cap: 1 << 24 },
		),
		(
			ExecuteRequest {
				target: Target::Create,
				input: vec![0; 49_153],
				gas_limit: 10_000_000,
				..request()
			},
			RunnerError::InitCodeTooLarge { size: 49_153, limit: 49_152 },
		),
	];
	run(|| {
		for (request, error) in cases {
			assert_storage_noop!(assert_eq!(transact(request.clone()), Err(error.clone())));
			if !matches!(error, RunnerError::NonceTooHigh { .. }) {
				assert_eq!(Pallet::<Test>::validate(&request), Err(error));
			} else {
				assert_ok!(Pallet::<Test>::validate(&request));
			}
		}
		TransactionGasLimit::set(None);
		let above_block = ExecuteRequest { gas_limit: 60_000_001, ..request() };
		let error =
			RunnerError::GasLimitExceedsBlockLimit { gas_limit: 60_000_001, limit: 60_000_000 };
		assert_storage_noop!(assert_eq!(transact(above_block), Err(error)));
	});
}

#[test]
fn sender_with_code_fails() {
	run(|| {
		let contract = install(0xc0, [op::STOP]);
		let request = ExecuteRequest::call(contract, bob(), vec![], 21_000);
		let error = RunnerError::TransactionMustComeFromEOA { address: contract };
		assert_storage_noop!(assert_eq!(transact(request), Err(error)));
	});
}

#[test]
fn call_dispatchable_works() {
	run(|| {
		let contract = install(0xc0, Code::new().sstore(1, 1));
		let call = |origin, target| {
			EVM::call(
				origin,
				alice(),
				target,
				vec![],
				0.into(),
				GAS,
				GWEI.into(),
				None,
				None,
				vec![],
				vec![],
			)
		};
		let post = call(RuntimeOrigin::root(), contract).unwrap();
		let weight = post.actual_weight.unwrap();
		assert!(weight.ref_time() < EVM::execution_weight(GAS).ref_time());
		System::assert_last_event(Event::Executed { address: contract }.into());
		assert_eq!(slot(contract, 1), 1.into());

		let failing = install(0xc1, [op::INVALID]);
		assert_ok!(call(RuntimeOrigin::root(), failing));
		System::assert_last_event(Event::ExecutedFailed { address: failing }.into());

		assert_noop!(
			call(RuntimeOrigin::signed([1; 32].into()), contract).map_err(|e| e.error),
			DispatchError::BadOrigin
		);
		assert_noop!(
			EVM::call(
				RuntimeOrigin::root(),
				alice(),
				bob(),
				vec![],
				0.into(),
				21_000,
				GWEI.into(),
				None,
				Some(U256::MAX),
				vec![],
				vec![],
			)
			.map_err(|e| e.error),
			Error::<Test>::InvalidNonce
		);
	});
}

#[test]
fn withdraw_works() {
	run(|| {
		let owner = sp_core::crypto::AccountId32::from([0xa1; 32]);
		assert_ok!(EVM::withdraw(RuntimeOrigin::signed(owner.clone()), alice(), ETHER));
		assert_eq!(Balances::free_balance(&owner), ETHER);
		assert_eq!(balance(alice()), 99 * ETHER);
		assert_noop!(
			EVM::withdraw(RuntimeOrigin::signed(owner.clone()), bob(), ETHER),
			DispatchError::BadOrigin
		);
		assert_noop!(
			EVM::withdraw(RuntimeOrigin::signed(owner.clone()), alice(), 100 * ETHER),
			Error::<Test>::WithdrawFailed
		);
		Locked::set([alice()].into());
		assert_noop!(
			EVM::withdraw(RuntimeOrigin::signed(owner), alice(), 1),
			Error::<Test>::AccountLocked
		);
	});
}
