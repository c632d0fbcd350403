//! Access lists and authorization lists: gas is known to pay for them before anything is done.

use super::{
	delegation::{authority, authorization},
	*,
};
use crate::{Authorization, Error, EvmSpec, GAS_PER_AUTHORIZATION};
use frame_support::{assert_noop, assert_storage_noop};

/// A call of alice with an authorization list and exactly the gas limit that it needs.
fn request(tuples: usize) -> ExecuteRequest {
	let gas_limit = 21_000 + GAS_PER_AUTHORIZATION * tuples as u64;
	ExecuteRequest {
		max_fee_per_gas: Some(GWEI.into()),
		authorization_list: vec![authorization(); tuples],
		..ExecuteRequest::call(alice(), bob(), vec![], gas_limit)
	}
}

/// Refused in every mode and by the pool, without a signature recovered.
#[track_caller]
fn assert_refused_unrecovered(request: &ExecuteRequest, error: &RunnerError) {
	Recoveries::set(0);
	for mode in [
		ExecuteMode::Transaction,
		ExecuteMode::Dispatch,
		ExecuteMode::ReadOnly,
		ExecuteMode::System,
	] {
		let result = Pallet::<Test>::execute(request.clone(), mode);
		assert_eq!(result.as_ref(), Err(error), "{mode:?}");
	}
	assert_eq!(Pallet::<Test>::validate(request).as_ref(), Err(error));
	assert_eq!(Recoveries::get(), 0);
}

#[test]
fn ten_thousand_tuples_without_gas_are_refused_unrecovered() {
	run(|| {
		let request = ExecuteRequest { gas_limit: 0, ..request(10_000) };
		let required = 21_000 + 10_000 * 25_000;
		let error = RunnerError::GasLimitTooLow { gas_limit: 0, required };
		assert_storage_noop!(assert_refused_unrecovered(&request, &error));
		let call = |tuples: Vec<Authorization>| {
			EVM::call(
				RuntimeOrigin::root(),
				alice(),
				bob(),
				vec![],
				0.into(),
				0,
				GWEI.into(),
				None,
				None,
				vec![],
				tuples,
			)
		};
		assert_noop!(
			call(request.authorization_list).map_err(|error| error.error),
			Error::<Test>::GasLimitTooLow
		);
		assert_eq!(Recoveries::get(), 0);
	});
}

#[test]
fn list_beyond_the_cap_is_refused_unrecovered() {
	run(|| {
		let gas_limit = 21_000 + 10_000 * GAS_PER_AUTHORIZATION;
		let error = RunnerError::GasLimitExceedsCap { gas_limit, cap: 1 << 24 };
		assert_storage_noop!(assert_refused_unrecovered(&request(10_000), &error));
		TransactionGasLimit::set(None);
		let error = RunnerError::GasLimitExceedsBlockLimit { gas_limit, limit: 60_000_000 };
		assert_storage_noop!(assert_refused_unrecovered(&request(10_000), &error));
	});
}

#[test]
fn authorization_list_that_the_gas_limit_covers_works_and_one_gas_less_fails() {
	run(|| {
		let short = ExecuteRequest { gas_limit: 21_000 + 10 * 25_000 - 1, ..request(10) };
		let error = RunnerError::GasLimitTooLow { gas_limit: 270_999, required: 271_000 };
		assert_storage_noop!(assert_refused_unrecovered(&short, &error));
		succeed(request(10));
		assert_eq!(Recoveries::get(), 10);
		assert_eq!(nonce(authority()), 1, "the first is applied, the others have a used nonce");
	});
}

#[test]
fn access_list_that_the_gas_limit_covers_works_and_one_gas_less_fails() {
	run(|| {
		let list = vec![(bob(), vec![word(1); 3]), (alice(), vec![])];
		let gas_limit = 21_000 + 2 * 2_400 + 3 * 1_900;
		let request = ExecuteRequest { gas_limit, access_list: list, ..request(0) };
		let short = ExecuteRequest { gas_limit: gas_limit - 1, ..request.clone() };
		let error = RunnerError::GasLimitTooLow { gas_limit: gas_limit - 1, required: gas_limit };
		assert_storage_noop!(assert_refused_unrecovered(&short, &error));
		assert_eq!(succeed(request).used_gas, gas_limit);
		let long = vec![(bob(), vec![word(1); 100_000])];
		let short = ExecuteRequest { access_list: long, ..short };
		let required = 21_000 + 2_400 + 100_000 * 1_900;
		let error = RunnerError::GasLimitTooLow { gas_limit: gas_limit - 1, required };
		assert_storage_noop!(assert_refused_unrecovered(&short, &error));
	});
}

#[test]
fn refusals_for_other_reasons_recover_nothing() {
	let cases = [
		ExecuteRequest { value: (100 * ETHER).into(), ..request(5) },
		ExecuteRequest { nonce: Some(7), ..request(5) },
		ExecuteRequest { max_fee_per_gas: Some(1.into()), ..request(5) },
		ExecuteRequest { source: H160::repeat_byte(0xc0), ..request(5) },
		ExecuteRequest { source: H160::repeat_byte(0x10), ..request(5) },
	];
	run(|| {
		install(0xc0, [0]);
		Locked::set([H160::repeat_byte(0x10)].into());
		for request in cases {
			assert_storage_noop!(assert!(transact(request).is_err()));
			assert_eq!(Recoveries::get(), 0);
		}
	});
}

#[test]
fn pool_recovers_nothing() {
	run(|| {
		Pallet::<Test>::validate(&request(100)).unwrap();
		assert_eq!(Recoveries::get(), 0);
	});
}

#[test]
fn tuples_that_are_skipped_anyway_are_not_recovered() {
	let skipped = [
		Authorization { chain_id: 1, ..authorization() },
		Authorization { nonce: u64::MAX.into(), ..authorization() },
		Authorization { nonce: U256::MAX, ..authorization() },
		Authorization { s: H256::repeat_byte(0xff), ..authorization() },
	];
	run(|| {
		succeed(ExecuteRequest { authorization_list: skipped.to_vec(), ..request(4) });
		assert_eq!((Recoveries::get(), nonce(authority())), (0, 0));
	});
}

#[test]
fn lists_before_their_hard_fork_fail() {
	let tuples = request(1);
	let access = ExecuteRequest { access_list: vec![(bob(), vec![])], ..request(1) };
	let access = ExecuteRequest { authorization_list: vec![], ..access };
	run(|| {
		for (spec, request) in [(EvmSpec::Cancun, tuples), (EvmSpec::Istanbul, access)] {
			Spec::set(spec);
			let result = transact(request);
			assert!(matches!(result, Err(RunnerError::UnsupportedTransaction(_))), "{result:?}");
		}
		assert_eq!(Recoveries::get(), 0);
	});
}
