//! Existential deposits above one wei.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{ExitError, ExitReason};

const DEPOSIT: u128 = 1_000;

fn run_with_deposit(test: impl FnOnce()) {
	ExistentialDeposit::set(DEPOSIT);
	run(test);
	ExistentialDeposit::set(1);
}

fn send(value: u128) -> ExitReason {
	let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
	request.value = value.into();
	let before = (balance(alice()), nonce(alice()));
	let info = transact(request).unwrap();
	if !info.exit.is_succeed() {
		assert_eq!(info.used_gas, 21_000);
		assert_eq!(nonce(alice()), before.1 + 1);
		assert_eq!(balance(alice()), before.0 - 21_000 * GWEI);
	}
	info.exit
}

#[test]
fn receiver_below_the_deposit_halts_the_transaction() {
	run_with_deposit(|| {
		let below = ExitError::BelowExistentialDeposit(bob());
		assert_eq!(send(DEPOSIT - 1), ExitReason::Error(below));
		assert_eq!(balance(bob()), 0);
		assert_eq!(send(DEPOSIT), ExitReason::Succeed);
		assert_eq!(balance(bob()), DEPOSIT);
		assert_eq!(send(1), ExitReason::Succeed);
	});
}

#[test]
fn sender_below_the_deposit_halts_the_transaction() {
	run_with_deposit(|| {
		let fee = 21_000 * GWEI;
		let below = ExitError::BelowExistentialDeposit(alice());
		assert_eq!(send(100 * ETHER - fee - (DEPOSIT - 1)), ExitReason::Error(below));
		assert_eq!(balance(bob()), 0);
		let rest = balance(alice());
		assert_eq!(send(rest - fee - DEPOSIT), ExitReason::Succeed);
		assert_eq!(balance(alice()), DEPOSIT);
	});
}

#[test]
fn sender_may_be_emptied() {
	run_with_deposit(|| {
		assert_eq!(send(100 * ETHER - 21_000 * GWEI), ExitReason::Succeed);
		assert_eq!((balance(alice()), nonce(alice())), (0, 1));
	});
}

#[test]
fn inner_transfer_below_the_deposit_halts_without_partial_writes() {
	run_with_deposit(|| {
		let contract = install(0xc0, Code::new().sstore(1, 1).call(bob(), 5).ops(&[op::STOP]));
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.value = (2 * DEPOSIT).into();
		let info = transact(request).unwrap();
		let below = ExitError::BelowExistentialDeposit(bob());
		assert_eq!(info.exit, ExitReason::Error(below));
		assert_eq!((slot(contract, 1), balance(contract)), (0.into(), 0));
		assert!(info.logs.is_empty());
	});
}

#[test]
fn fee_alone_may_leave_dust_which_is_lost() {
	run_with_deposit(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = (100 * ETHER - 2 * 21_000 * GWEI - 1).into();
		succeed(request);
		assert_eq!(balance(alice()), 21_000 * GWEI + 1);
		let info = transact(ExecuteRequest::call(alice(), bob(), vec![], 21_000)).unwrap();
		let below = ExitError::BelowExistentialDeposit(alice());
		assert_eq!(info.exit, ExitReason::Error(below));
		assert_eq!((balance(alice()), nonce(alice())), (0, 2));
	});
}

/// A reserve needs the account, so one wei must stay.
#[test]
fn reserved_balance_is_not_the_evms() {
	use crate::AddressMapping;
	use frame_support::traits::ReservableCurrency;
	run(|| {
		let account = <Test as crate::Config>::AddressMapping::into_account_id(alice());
		Balances::reserve(&account, 40 * ETHER).unwrap();
		assert_eq!(balance(alice()), 60 * ETHER - 1);
		let all = balance(alice()) - 21_000 * GWEI;
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = (all + 1).into();
		assert!(matches!(transact(request.clone()), Err(RunnerError::BalanceLow { .. })));
		request.value = all.into();
		succeed(request);
		assert_eq!((balance(alice()), balance(bob())), (0, all));
		assert_eq!(Balances::reserved_balance(&account), 40 * ETHER);
	});
}
