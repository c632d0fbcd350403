//! Locked and reserved accounts.

use super::{
	assembler::{deploy, op, Code},
	*,
};
use crate::{create_address, Event, ExecuteMode, ExitError, ExitReason};
use frame_support::assert_storage_noop;

#[track_caller]
fn assert_halted(info: &ExecutionInfo, locked: H160) {
	assert_eq!(info.exit, ExitReason::Error(ExitError::AccountLocked(locked)));
	assert_eq!(info.used_gas, GAS);
	assert!(info.logs.is_empty() && info.value.is_empty() && info.created.is_none());
	assert_eq!(balance(alice()), 100 * ETHER - u128::from(GAS) * GWEI);
	assert_eq!(nonce(alice()), 1);
	System::assert_last_event(Event::AccountLocked { address: locked }.into());
}

#[test]
fn calling_a_locked_account_halts_and_pays() {
	run(|| {
		let contract = install(0xc0, Code::new().sstore(1, 1));
		Locked::set([contract].into());
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.value = ETHER.into();
		let info = transact(request.clone()).unwrap();
		assert_halted(&info, contract);
		assert_eq!((slot(contract, 1), balance(contract)), (0.into(), 0));

		Locked::set(Default::default());
		succeed(request);
		assert_eq!(slot(contract, 1), 1.into());
	});
}

#[test]
fn touching_a_locked_account_from_within_halts_the_whole_transaction() {
	let touching = |locked: H160| {
		[
			Code::new().sstore(1, 1).call(locked, 0).ops(&[op::STOP]),
			Code::new().sstore(1, 1).call(locked, 1).ops(&[op::STOP]),
			Code::new().sstore(1, 1).push_address(locked).ops(&[0x31]),
			Code::new().sstore(1, 1).push_address(locked).ops(&[op::EXTCODEHASH]),
			Code::new().sstore(1, 1).push_address(locked).ops(&[0x3b]),
			Code::new().sstore(1, 1).push_address(locked).ops(&[op::SELFDESTRUCT]),
		]
	};
	let locked = H160::repeat_byte(0x10);
	for code in touching(locked) {
		run_with([(locked, funded(ETHER))], || {
			let contract = install(0xc0, code);
			Locked::set([locked].into());
			let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
			request.value = 1.into();
			let info = transact(request).unwrap();
			assert_halted(&info, locked);
			assert_eq!((slot(contract, 1), balance(locked)), (0.into(), ETHER));
		});
	}
}

#[test]
fn inner_frame_cannot_hide_a_locked_account() {
	run(|| {
		let locked = H160::repeat_byte(0x10);
		let inner = install(0xc1, Code::new().push_address(locked).ops(&[0x31]));
		let contract = install(0xc0, Code::new().call(inner, 0).ops(&[op::POP]).sstore(1, 1));
		Locked::set([locked].into());
		let info = transact(ExecuteRequest::call(alice(), contract, vec![], GAS)).unwrap();
		assert_halted(&info, locked);
	});
}

#[test]
fn creation_that_touches_a_locked_account_uses_the_nonce() {
	run(|| {
		let locked = H160::repeat_byte(0x10);
		Locked::set([locked].into());
		let init = Code::new().push_address(locked).ops(&[0x31]).build();
		let info = transact(ExecuteRequest::create(alice(), init, GAS)).unwrap();
		assert_halted(&info, locked);
	});
}

#[test]
fn access_list_alone_does_not_touch() {
	run(|| {
		let locked = H160::repeat_byte(0x10);
		Locked::set([locked].into());
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
		request.access_list = vec![(locked, vec![word(1)])];
		succeed(request);
	});
}

#[test]
fn locked_sender_is_refused() {
	run(|| {
		let request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		let refused = Err(RunnerError::SenderLocked { address: alice() });
		Locked::set([alice()].into());
		assert_storage_noop!(assert_eq!(transact(request.clone()), refused));
		assert_eq!(Pallet::<Test>::validate(&request), refused.clone().map(|_| ()));
		Locked::set(Default::default());
		succeed(request);
	});
}

#[test]
fn reserved_sender_that_is_not_locked_works() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.max_fee_per_gas = Some(GWEI.into());
		Reserved::set([alice(), bob()].into());
		assert_eq!(Pallet::<Test>::validate(&request), Ok(()));
		succeed(request);
	});
}

#[test]
fn read_only_and_system_calls_ignore_locks() {
	run(|| {
		let contract = install(0xc0, Code::new().push(1).ops(&[op::SLOAD]).return_top());
		let owner = install(0xc1, [op::STOP]);
		Locked::set([contract, owner, alice()].into());
		Pallet::<Test>::set_storage(&contract, word(1), word(6));
		assert_eq!(view(contract, vec![]), word(6).0.to_vec());

		let request = ExecuteRequest::call(owner, contract, vec![], GAS);
		let info = Pallet::<Test>::execute(request, ExecuteMode::System).unwrap();
		assert_eq!(info.value, word(6).0.to_vec());
		assert_eq!(nonce(owner), 1, "a system call uses no nonce");
	});
}

#[test]
fn estimate_respects_locks() {
	run(|| {
		let contract = install(0xc0, [op::STOP]);
		Locked::set([contract].into());
		let request = ExecuteRequest::call(alice(), contract, vec![], 0);
		let estimate = Pallet::<Test>::estimate(request).unwrap();
		let locked = ExitError::AccountLocked(contract);
		assert_eq!(estimate.info.exit, ExitReason::Error(locked));
		let from_locked = ExecuteRequest::call(contract, bob(), vec![], 0);
		let refused = RunnerError::SenderLocked { address: contract };
		assert_eq!(Pallet::<Test>::estimate(from_locked), Err(refused));
	});
}

#[test]
fn creation_at_a_reserved_address_is_a_collision() {
	run(|| {
		let reserved = create_address(&alice(), 0);
		Reserved::set([reserved].into());
		let info = transact(ExecuteRequest::create(alice(), deploy(&[op::STOP]), GAS)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::CreateCollision));
		assert_eq!((info.used_gas, nonce(alice())), (GAS, 1));
		assert_eq!(Pallet::<Test>::account_code(&reserved), Vec::<u8>::new());
		// The next address is free.
		succeed(ExecuteRequest::create(alice(), deploy(&[op::STOP]), GAS));
	});
}

#[test]
fn collision_inside_is_that_frames_alone_even_if_locked() {
	run(|| {
		let code = Code::new().push(0).push(0).push(0).ops(&[op::CREATE]).store_top(1).sstore(2, 8);
		let factory = install(0xf0, code);
		let reserved = create_address(&factory, 1);
		for locked in [vec![], vec![reserved]] {
			let number = nonce(factory);
			Reserved::set([create_address(&factory, number)].into());
			Locked::set(locked.into_iter().collect());
			succeed(ExecuteRequest::call(alice(), factory, vec![], 10 * GAS));
			assert_eq!((slot(factory, 1), slot(factory, 2)), (0.into(), 8.into()));
			assert_eq!(nonce(factory), number + 1);
			Pallet::<Test>::set_nonce(&factory, 1).unwrap();
		}
		Reserved::set(Default::default());
		Locked::set(Default::default());
		succeed(ExecuteRequest::call(alice(), factory, vec![], 10 * GAS));
		assert_eq!(slot(factory, 1), U256::from_big_endian(reserved.as_bytes()));
	});
}
