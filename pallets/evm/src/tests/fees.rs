//! Who pays what to whom.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{EvmSpec, ExecuteMode};
use frame_support::assert_ok;

#[test]
fn base_fee_is_burnt_and_the_tip_goes_to_the_author() {
	run(|| {
		let issuance = Balances::total_issuance();
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 50_000);
		request.max_fee_per_gas = Some((10 * GWEI).into());
		request.max_priority_fee_per_gas = Some((2 * GWEI).into());
		let info = succeed(request);
		assert_eq!(info.effective_gas_price, (3 * GWEI).into());
		assert_eq!(balance(alice()), 100 * ETHER - 21_000 * 3 * GWEI);
		assert_eq!(balance(Author::get()), 21_000 * 2 * GWEI);
		assert_eq!(Balances::total_issuance(), issuance - 21_000 * GWEI);
	});
}

#[test]
fn whole_gas_limit_must_be_affordable() {
	run_with([(bob(), funded(50_000 * GWEI))], || {
		let mut request = ExecuteRequest::call(bob(), alice(), vec![], 50_000);
		request.value = 1.into();
		let error = RunnerError::BalanceLow {
			address: bob(),
			balance: (50_000 * GWEI).into(),
			required: (50_000 * GWEI + 1).into(),
		};
		assert_eq!(transact(request.clone()), Err(error));
		request.value = 0.into();
		succeed(request);
		assert_eq!(balance(bob()), 29_000 * GWEI);
	});
}

#[test]
fn legacy_price_is_paid_in_full() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.max_fee_per_gas = Some((5 * GWEI).into());
		request.max_priority_fee_per_gas = Some((5 * GWEI).into());
		assert_eq!(succeed(request).effective_gas_price, (5 * GWEI).into());
		assert_eq!(balance(Author::get()), 21_000 * 4 * GWEI);
	});
}

#[test]
fn author_is_paid_even_when_it_is_the_sender_or_locked() {
	run(|| {
		let send = || {
			let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
			request.max_fee_per_gas = Some((2 * GWEI).into());
			request.max_priority_fee_per_gas = Some(GWEI.into());
			succeed(request);
		};
		Author::set(alice());
		send();
		assert_eq!(balance(alice()), 100 * ETHER - 21_000 * GWEI);
		Author::set(H160::repeat_byte(0xab));
		Locked::set([Author::get()].into());
		send();
		assert_eq!(balance(Author::get()), 21_000 * GWEI);
	});
}

/// On Ethereum the author is paid first, and what a destroyed account has is gone.
#[test]
fn tip_of_an_author_who_is_destroyed_is_burnt() {
	run(|| {
		Spec::set(EvmSpec::Shanghai);
		let issuance = Balances::total_issuance();
		let contract = install(0xc0, Code::new().push_address(bob()).ops(&[op::SELFDESTRUCT]));
		Author::set(contract);
		let mut request = ExecuteRequest::call(alice(), contract, vec![], GAS);
		request.max_fee_per_gas = Some((3 * GWEI).into());
		request.max_priority_fee_per_gas = Some((2 * GWEI).into());
		let info = succeed(request);
		assert_eq!(balance(contract), 0);
		assert_eq!(Balances::total_issuance(), issuance - u128::from(info.used_gas) * 3 * GWEI);
	});
}

#[test]
fn runtime_without_fees_works() {
	run(|| {
		ChargesFees::set(false);
		let code = Code::new().ops(&[op::GASPRICE, op::BASEFEE, op::ADD]).return_top();
		let contract = install(0xc0, code);
		let poor = H160::repeat_byte(0x99);
		for price in [None, Some(0.into()), Some((7 * GWEI).into()), Some(U256::MAX)] {
			let request = ExecuteRequest {
				max_fee_per_gas: price,
				max_priority_fee_per_gas: price,
				..ExecuteRequest::call(poor, contract, vec![], GAS)
			};
			assert_ok!(Pallet::<Test>::validate(&request));
			let info = Pallet::<Test>::execute(request, ExecuteMode::Transaction).unwrap();
			assert_eq!(info.value, vec![0; 32], "GASPRICE and BASEFEE are zero");
			assert_eq!(info.effective_gas_price, 0.into());
		}
		assert_eq!((balance(poor), nonce(poor)), (0, 4));
		assert_eq!(balance(Author::get()), 0);
		assert_eq!(Pallet::<Test>::base_fee(), 0.into());
		// The value must still be there.
		let mut request = ExecuteRequest::call(poor, contract, vec![], GAS);
		request.value = 1.into();
		assert!(matches!(transact(request), Err(RunnerError::BalanceLow { .. })));
	});
}

#[test]
fn base_fee_beyond_64_bits_does_not_exist() {
	run(|| {
		BaseFee::set(u64::MAX);
		let request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		assert!(matches!(transact(request), Err(RunnerError::BalanceLow { .. })));
	});
}

#[test]
fn hard_forks_before_london_have_no_base_fee() {
	for spec in [EvmSpec::Frontier, EvmSpec::Byzantium, EvmSpec::Istanbul, EvmSpec::Berlin] {
		run(|| {
			Spec::set(spec);
			let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
			request.max_fee_per_gas = Some((2 * GWEI).into());
			assert_eq!(succeed(request).effective_gas_price, (2 * GWEI).into());
			assert_eq!(balance(Author::get()), 21_000 * 2 * GWEI);
		});
	}
}

#[test]
fn every_hard_fork_runs_a_transfer() {
	for spec in [
		EvmSpec::Homestead,
		EvmSpec::TangerineWhistle,
		EvmSpec::SpuriousDragon,
		EvmSpec::Petersburg,
		EvmSpec::London,
		EvmSpec::Paris,
		EvmSpec::Shanghai,
		EvmSpec::Cancun,
		EvmSpec::Prague,
		EvmSpec::Osaka,
	] {
		run(|| {
			Spec::set(spec);
			let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
			request.value = 1.into();
			succeed(request);
			assert_eq!(balance(bob()), 1);
		});
	}
}
