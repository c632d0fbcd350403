//! Accounts at the edges of what can be written, from genesis and from outside the engine.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{AddressMapping, Config, GenesisAccount, HostError};
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

/// Every combination of an address that is zero or not, and of nonce, balance, storage and code that are
/// there or not; the largest nonce that can still send, and the largest balance that there can be.
fn combinations() -> impl Iterator<Item = BTreeMap<H160, GenesisAccount>> {
	let storage = BTreeMap::from([(word(0), word(1)), (H256::repeat_byte(0xff), word(2))]);
	(0u32..32).map(move |bits| {
		let has = |bit: u32| bits & (1 << bit) != 0;
		let address = if has(0) { H160::zero() } else { H160::repeat_byte(0x10) };
		let account = GenesisAccount {
			nonce: if has(1) { (u64::MAX - 1).into() } else { 0.into() },
			balance: if has(2) { u128::MAX.into() } else { 0.into() },
			storage: if has(3) { storage.clone() } else { BTreeMap::new() },
			code: if has(4) { vec![op::STOP] } else { vec![] },
		};
		BTreeMap::from([(address, account)])
	})
}

/// An account for each edge beside these.
fn edges() -> BTreeMap<H160, GenesisAccount> {
	let kinds = [
		GenesisAccount { nonce: u64::MAX.into(), ..Default::default() },
		GenesisAccount { code: vec![0xef], ..Default::default() },
		GenesisAccount { nonce: 300.into(), balance: 1.into(), ..Default::default() },
	];
	(0x10..).map(H160::repeat_byte).zip(kinds).collect()
}

fn cases() -> impl Iterator<Item = BTreeMap<H160, GenesisAccount>> {
	combinations().chain([edges()])
}

/// Writes accounts as an import does.
fn write(accounts: &BTreeMap<H160, GenesisAccount>) {
	for (address, account) in accounts {
		if !account.balance.is_zero() {
			mint(*address, account.balance.try_into().unwrap());
		}
		for (key, value) in &account.storage {
			Pallet::<Test>::set_storage(address, *key, *value);
		}
		Pallet::<Test>::set_code(address, account.code.clone()).unwrap();
		Pallet::<Test>::set_nonce(address, account.nonce.try_into().unwrap()).unwrap();
		if !account.storage.is_empty() {
			Pallet::<Test>::mark_bare_storage(address);
		}
	}
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
	assert_eq!(Pallet::<Test>::check_own_state(), Ok(()));
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
	for accounts in cases() {
		build(accounts.clone()).execute_with(|| {
			assert_exact(&accounts);
			touch(&accounts);
			assert_exact(&accounts);
		});
	}
}

#[test]
fn accounts_written_from_outside_are_exact_and_stay_so_when_touched() {
	for accounts in cases() {
		build(BTreeMap::new()).execute_with(|| {
			write(&accounts);
			assert_exact(&accounts);
			touch(&accounts);
			assert_exact(&accounts);
		});
	}
}

/// What cannot be written is refused with the reason, and nothing is written of it.
#[test]
fn code_above_the_limit_from_outside_fails() {
	run(|| {
		let code = vec![op::STOP; 49_153];
		let error = HostError::CodeTooLarge { size: 49_153, limit: 49_152 };
		assert_storage_noop!(assert_eq!(Pallet::<Test>::set_code(&bob(), code), Err(error)));
		assert_ok!(Pallet::<Test>::set_code(&bob(), vec![op::STOP; 49_152]));
		Pallet::<Test>::set_code(&bob(), vec![]).unwrap();
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
		Pallet::<Test>::mark_bare_storage(&bob());
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
		let written: fn() = || Pallet::<Test>::set_nonce(&alice(), 41).unwrap();
		let from_genesis = GenesisAccount { nonce: 41.into(), ..funded(100 * ETHER) };
		assert_nonce_stays(funded(100 * ETHER), written, empty, used);
		assert_nonce_stays(from_genesis, || (), empty, used);
	}
}

/// Frontier holds no reference for a nonce.
#[test]
fn account_that_frontier_wrote_keeps_its_nonce_when_it_is_emptied() {
	let written: fn() = || {
		frame_system::Account::<Test>::mutate(account_id(alice()), |info| info.nonce = 41);
	};
	let by_withdrawal: fn() = || {
		let owner = AccountId32::from([0xa1; 32]);
		assert_ok!(EVM::withdraw(RuntimeOrigin::signed(owner), alice(), balance(alice())));
	};
	assert_nonce_stays(funded(100 * ETHER), written, by_withdrawal, 0);
}

/// An account of nonce 41 is emptied and funded again twice.
#[track_caller]
fn assert_nonce_stays(account: GenesisAccount, write: fn(), empty: fn(), used: u64) {
	run_with([(alice(), account)], || {
		write();
		assert_eq!(nonce(alice()), 41);
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

/// The largest nonce that can send is used up, and the account then cannot send whatever it gets.
#[test]
fn emptied_account_with_the_largest_nonce_keeps_it() {
	let account = GenesisAccount { nonce: (u64::MAX - 1).into(), ..funded(ETHER) };
	run_with([(alice(), account)], || {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 21_000);
		request.value = (ETHER - 21_000 * GWEI).into();
		succeed(request.clone());
		assert_eq!((nonce(alice()), balance(alice())), (u64::MAX, 0));
		mint(alice(), ETHER);
		assert_eq!((nonce(alice()), balance(alice())), (u64::MAX, ETHER));
		let error = RunnerError::NonceOverflow { address: alice() };
		assert_eq!(transact(request), Err(error));
	});
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

/// Before EIP-161 an account can exist with nothing in it. One that destroyed itself does not, though
/// the block's reward touched it.
#[test]
fn destroyed_author_does_not_exist_before_spurious_dragon() {
	Spec::set(crate::EvmSpec::Frontier);
	run(|| {
		let code = Code::new().push_address(bob()).ops(&[op::SELFDESTRUCT]);
		let contract = install(0xaa, code);
		assert_eq!(contract, Author::get());
		succeed(ExecuteRequest::call(alice(), contract, vec![], GAS));
		assert!(!Pallet::<Test>::has_code(&contract));
		let existing: Vec<H160> = crate::EmptyAccounts::<Test>::iter_keys().collect();
		assert_eq!(existing, [bob()]);
	});
	Spec::set(crate::EvmSpec::Osaka);
}

/// Whoever asks for memory that no gas could pay for has run out of gas, and only that frame: the limit
/// of the memory, which the engine looks at first, is of no account there.
#[test]
fn memory_that_no_gas_pays_for_ends_its_frame_alone() {
	for offset in [u64::MAX, 1 << 40, 20 << 20, (20 << 20) - 64] {
		run(|| {
			let greedy = install(0xc1, Code::new().push(1).push(offset).ops(&[op::MSTORE]));
			let code = Code::new().call(greedy, 0).store_top(1).sstore(2, 1);
			let contract = install(0xc0, code);
			succeed(ExecuteRequest::call(
				alice(),
				contract,
				vec![],
				crate::MAX_TRANSACTION_GAS_LIMIT,
			));
			assert_eq!((slot(contract, 1), slot(contract, 2)), (0.into(), 1.into()));
			let info = transact(ExecuteRequest::call(alice(), greedy, vec![], GAS)).unwrap();
			assert_eq!(info.exit, crate::ExitReason::Error(crate::ExitError::OutOfGas));
		});
	}
}

/// Before EIP-150 a call could pass on all gas, so that the gas cap of EIP-7825 does not bound the
/// memory of all frames together. No frame goes on as if it had run out of gas.
#[test]
fn memory_beyond_the_limit_halts_by_name_before_tangerine_whistle() {
	use crate::{EvmSpec, ExitError, ExitReason, MAX_TRANSACTION_GAS_LIMIT};
	// Expands memory by 150 kB, then calls itself with almost all gas.
	let code = Code::new().push(1).push(150_000).ops(&[op::MSTORE]);
	let code = code.push(0).push(0).push(0).push(0).push(0).ops(&[op::ADDRESS]);
	let code = code.push(1_000).ops(&[op::GAS, 0x03, op::CALL]).build();
	let exit = |spec| {
		Spec::set(spec);
		let mut exit = None;
		run(|| {
			let contract = install(0xc0, code.clone());
			let request =
				ExecuteRequest::call(alice(), contract, vec![], MAX_TRANSACTION_GAS_LIMIT);
			exit = Some(transact(request).unwrap().exit);
		});
		Spec::set(EvmSpec::Osaka);
		exit.unwrap()
	};
	for spec in [EvmSpec::Frontier, EvmSpec::Homestead] {
		assert_eq!(exit(spec), ExitReason::Error(ExitError::OutOfMemory), "{spec:?}");
	}
	assert_ne!(exit(EvmSpec::TangerineWhistle), ExitReason::Error(ExitError::OutOfMemory));
}
