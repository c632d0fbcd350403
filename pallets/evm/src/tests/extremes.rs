//! Accounts at the edges of what can be written, from genesis and from outside the engine.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{AddressMapping, Config, GenesisAccount};
use frame_support::{
	assert_ok, assert_storage_noop,
	traits::{fungible::Mutate, tokens::Preservation},
};
use sp_core::crypto::AccountId32;
use sp_runtime::{ArithmeticError, DispatchError};
use std::collections::BTreeMap;

fn account_id(address: H160) -> AccountId32 {
	<Test as Config>::AddressMapping::into_account_id(address)
}

fn mint(address: H160, amount: u128) {
	Balances::mint_into(&account_id(address), amount).unwrap();
}

/// An account for each edge.
fn edges() -> BTreeMap<H160, GenesisAccount> {
	let storage = BTreeMap::from([(word(0), word(1)), (H256::repeat_byte(0xff), word(2))]);
	let kinds = [
		GenesisAccount { nonce: (u64::MAX - 1).into(), ..Default::default() },
		GenesisAccount { nonce: u64::MAX.into(), ..Default::default() },
		GenesisAccount { storage: storage.clone(), ..Default::default() },
		GenesisAccount { code: vec![op::STOP], ..Default::default() },
		GenesisAccount { code: vec![0xef], ..Default::default() },
	];
	let mut accounts: BTreeMap<H160, GenesisAccount> =
		(0x10..).map(H160::repeat_byte).zip(kinds).collect();
	let everything = GenesisAccount {
		nonce: 300.into(),
		balance: u128::MAX.into(),
		storage,
		code: vec![op::STOP],
	};
	accounts.insert(H160::zero(), everything);
	accounts
}

#[track_caller]
fn assert_exact(accounts: &BTreeMap<H160, GenesisAccount>) {
	for (address, account) in accounts {
		assert_eq!(U256::from(nonce(*address)), account.nonce, "{address:?}");
		assert_eq!(Pallet::<Test>::balance(address), account.balance, "{address:?}");
		assert_eq!(Pallet::<Test>::account_code(address), account.code, "{address:?}");
		let storage: BTreeMap<H256, H256> =
			crate::AccountStorages::<Test>::iter_prefix(address).collect();
		assert_eq!(storage, account.storage, "{address:?}");
	}
	check_invariants();
}

/// A call without value touches an account, which for Ethereum may remove an empty one (EIP-161).
fn touch(accounts: &BTreeMap<H160, GenesisAccount>) {
	ChargesFees::set(false);
	for address in accounts.keys() {
		let request = ExecuteRequest::call(bob(), *address, vec![], GAS);
		transact(request).unwrap();
	}
}

#[test]
fn genesis_accounts_are_exact_and_stay_so_when_touched() {
	build(edges()).execute_with(|| {
		assert_exact(&edges());
		touch(&edges());
		assert_exact(&edges());
	});
}

#[test]
fn accounts_written_from_outside_are_exact_and_stay_so_when_touched() {
	build(BTreeMap::new()).execute_with(|| {
		for (address, account) in edges() {
			if !account.balance.is_zero() {
				mint(address, account.balance.try_into().unwrap());
			}
			for (key, value) in account.storage {
				Pallet::<Test>::set_storage(&address, key, value);
			}
			Pallet::<Test>::set_code(&address, account.code).unwrap();
			Pallet::<Test>::set_nonce(&address, account.nonce.try_into().unwrap()).unwrap();
		}
		assert_exact(&edges());
		touch(&edges());
		assert_exact(&edges());
	});
}

#[test]
fn nonce_below_the_largest_sends_once_more() {
	run(|| {
		Pallet::<Test>::set_nonce(&alice(), u64::MAX - 1).unwrap();
		let request = |nonce| {
			let call = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
			let request = ExecuteRequest { value: 1.into(), nonce, ..call };
			ExecuteRequest { max_fee_per_gas: Some(GWEI.into()), ..request }
		};
		succeed(request(Some(u64::MAX - 1)));
		assert_eq!((nonce(alice()), balance(bob())), (u64::MAX, 1));
		let error = RunnerError::NonceOverflow { address: alice() };
		for nonce in [None, Some(u64::MAX)] {
			assert_storage_noop!(assert_eq!(transact(request(nonce)), Err(error.clone())));
			assert_eq!(Pallet::<Test>::validate(&request(nonce)), Err(error.clone()));
		}
	});
}

#[test]
fn whole_issuance_in_one_account_can_be_spent_and_not_added_to() {
	build(BTreeMap::from([(bob(), funded(u128::MAX))])).execute_with(|| {
		let refused = Balances::mint_into(&account_id(bob()), 1);
		assert_eq!(refused, Err(DispatchError::Arithmetic(ArithmeticError::Overflow)));
		let fee = 21_000 * GWEI;
		let mut request = ExecuteRequest::call(bob(), alice(), vec![], 21_000);
		request.value = (u128::MAX - fee).into();
		succeed(request);
		assert_eq!((balance(bob()), balance(alice())), (0, u128::MAX - fee));
		check_invariants();
	});
}

#[test]
fn value_of_more_than_128_bits_fails() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = U256::one() << 128;
		let error = RunnerError::BalanceLow {
			address: alice(),
			balance: (100 * ETHER).into(),
			required: (U256::one() << 128) + 21_000 * GWEI,
		};
		assert_storage_noop!(assert_eq!(transact(request), Err(error)));
	});
}

/// EIP-7610: the address of such an account cannot be created at, but receives and calls nothing.
#[test]
fn storage_without_code_receives_and_is_kept() {
	run(|| {
		Pallet::<Test>::set_storage(&bob(), word(1), word(9));
		let mut request = ExecuteRequest::call(alice(), bob(), vec![1], GAS);
		request.value = 5.into();
		succeed(request);
		assert_eq!((balance(bob()), slot(bob(), 1)), (5, 9.into()));
		assert_eq!(EVM::account(bob()).code_hash, crate::KECCAK_EMPTY);
	});
}

#[test]
fn zero_address_receives_and_runs_its_code() {
	run(|| {
		Pallet::<Test>::set_code(&H160::zero(), Code::new().sstore(1, 1).into()).unwrap();
		let mut request = ExecuteRequest::call(alice(), H160::zero(), vec![], GAS);
		request.value = 5.into();
		succeed(request);
		assert_eq!((balance(H160::zero()), slot(H160::zero(), 1)), (5, 1.into()));
	});
}

/// However an account is emptied: a transaction with its old nonce must never be valid again.
#[test]
fn emptied_account_that_is_funded_again_keeps_its_nonce() {
	let by_transaction: fn() = || {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = (balance(alice()) - 21_000 * GWEI).into();
		succeed(request);
	};
	let by_withdrawal: fn() = || {
		let owner = AccountId32::from([0xa1; 32]);
		assert_ok!(EVM::withdraw(RuntimeOrigin::signed(owner), alice(), balance(alice())));
	};
	let by_the_runtime: fn() = || {
		let (from, to) = (account_id(alice()), account_id(bob()));
		let all = balance(alice());
		let preservation = Preservation::Expendable;
		assert_ok!(<Balances as Mutate<_>>::transfer(&from, &to, all, preservation));
	};
	for (empty, used) in [(by_transaction, 1), (by_withdrawal, 0), (by_the_runtime, 0)] {
		run(|| {
			Pallet::<Test>::set_nonce(&alice(), 41).unwrap();
			for _ in 0..2 {
				empty();
				assert_eq!(balance(alice()), 0);
				mint(alice(), ETHER);
			}
			let expected = 41 + 2 * used;
			assert_eq!((nonce(alice()), balance(alice())), (expected, ETHER));
			let replayed = ExecuteRequest {
				nonce: Some(expected - 1),
				..ExecuteRequest::call(alice(), bob(), vec![], 21_000)
			};
			let found = expected - 1;
			assert_eq!(transact(replayed), Err(RunnerError::NonceTooLow { found, expected }));
		});
	}
}

#[test]
fn emptied_contract_keeps_everything_else() {
	let contract = H160::repeat_byte(0xc0);
	run_with([(contract, funded(ETHER))], || {
		let code = Code::new().sstore(1, 1).push(0).push(0).push(0).push(0).push(ETHER as u64);
		let code = code.push_address(bob()).ops(&[op::GAS, op::CALL]);
		install(0xc0, code.clone());
		succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		assert_eq!((balance(contract), balance(bob())), (0, ETHER));
		mint(contract, 3);
		assert_eq!((nonce(contract), balance(contract)), (1, 3));
		assert_eq!(Pallet::<Test>::account_code(&contract), code.build());
		assert_eq!(slot(contract, 1), 1.into());
	});
}
