//! Genesis accounts and parameters.

use super::{assembler::op, *};
use crate::{genesis::GenesisError, GenesisAccount, KECCAK_EMPTY};
use sp_runtime::{ArithmeticError, TokenError};
use std::collections::BTreeMap;

fn start(account: GenesisAccount) -> sp_io::TestExternalities {
	build(BTreeMap::from([(bob(), account)]))
}

#[test]
fn extreme_nonce_and_balance_are_exact() {
	let account = GenesisAccount {
		nonce: (u64::MAX - 1).into(),
		balance: u128::MAX.into(),
		storage: [(word(1), word(2)), (word(3), word(0))].into(),
		code: vec![op::STOP],
	};
	start(account).execute_with(|| {
		assert_eq!((nonce(bob()), balance(bob())), (u64::MAX - 1, u128::MAX));
		assert_eq!(slot(bob(), 1), 2.into());
		assert_eq!(crate::AccountStorages::<Test>::iter().count(), 1);
		check_invariants();
	});
}

#[test]
fn account_without_balance_keeps_its_nonce() {
	start(GenesisAccount { nonce: 150.into(), ..Default::default() }).execute_with(|| {
		assert_eq!((nonce(bob()), balance(bob())), (150, 0));
		assert_eq!(EVM::account(bob()).code_hash, KECCAK_EMPTY);
		check_invariants();
	});
}

fn check(accounts: BTreeMap<H160, GenesisAccount>) -> Result<(), GenesisError> {
	EVMConfig { accounts, ..Default::default() }.check()
}

fn check_one(account: GenesisAccount) -> Result<(), GenesisError> {
	check([(bob(), account)].into())
}

#[test]
fn check_of_the_largest_that_fits_works() {
	assert_eq!(check(BTreeMap::new()), Ok(()));
	let largest = GenesisAccount {
		nonce: u64::MAX.into(),
		balance: u128::MAX.into(),
		storage: [(word(1), word(2))].into(),
		code: vec![0; 49_152],
	};
	assert_eq!(check_one(largest), Ok(()));
}

#[test]
fn check_of_a_nonce_of_65_bits_fails() {
	let nonce = U256::one() << 64;
	let found = check_one(GenesisAccount { nonce, ..Default::default() });
	assert_eq!(found, Err(GenesisError::NonceOutOfRange { address: bob(), nonce }));
}

#[test]
fn check_of_a_balance_of_129_bits_fails() {
	let balance = U256::one() << 128;
	let found = check_one(GenesisAccount { balance, ..Default::default() });
	assert_eq!(found, Err(GenesisError::BalanceOutOfRange { address: bob(), balance }));
}

#[test]
fn check_of_code_above_the_limit_fails() {
	let found = check_one(GenesisAccount { code: vec![0; 49_153], ..Default::default() });
	let error = GenesisError::CodeTooLarge { address: bob(), size: 49_153, limit: 49_152 };
	assert_eq!(found, Err(error));
}

#[test]
fn check_of_an_issuance_above_128_bits_fails() {
	let error = ArithmeticError::Overflow.into();
	assert_eq!(
		check([(alice(), funded(u128::MAX)), (bob(), funded(1))].into()),
		Err(GenesisError::NotIssued { address: bob(), balance: 1, error })
	);
	assert_eq!(check([(alice(), funded(u128::MAX - 1)), (bob(), funded(1))].into()), Ok(()));
}

#[test]
fn check_of_a_balance_below_the_existential_deposit_fails() {
	ExistentialDeposit::set(10);
	let found = [0, 9, 10].map(|balance| check_one(funded(balance)));
	ExistentialDeposit::set(1);
	let error = TokenError::BelowMinimum.into();
	let refused = GenesisError::NotIssued { address: bob(), balance: 9, error };
	assert_eq!(found, [Ok(()), Err(refused), Ok(())]);
}

/// The words of the panics are those of the errors.
#[test]
fn error_names_account_and_values() {
	let error = check_one(GenesisAccount { nonce: U256::one() << 64, ..Default::default() });
	assert_eq!(
		error.unwrap_err().to_string(),
		"genesis account 0xb0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0: nonce 18446744073709551616 \
			is not below 2^64"
	);
}

#[test]
#[should_panic(expected = "nonce 18446744073709551616 is not below 2^64")]
fn nonce_of_65_bits_panics() {
	start(GenesisAccount { nonce: U256::one() << 64, ..Default::default() });
}

#[test]
#[should_panic(expected = "balance 340282366920938463463374607431768211456 is not below 2^128")]
fn balance_of_129_bits_panics() {
	start(GenesisAccount { balance: U256::one() << 128, ..Default::default() });
}

#[test]
#[should_panic(expected = "balance 1 cannot be issued")]
fn issuance_above_128_bits_panics() {
	build(BTreeMap::from([(alice(), funded(u128::MAX)), (bob(), funded(1))]));
}

#[test]
#[should_panic(expected = "code of 49153 bytes is above the limit of 49152 bytes")]
fn code_above_the_limit_panics() {
	start(GenesisAccount { code: vec![0; 49_153], ..Default::default() });
}

#[test]
fn chain_id_comes_from_genesis_or_the_runtime() {
	use sp_runtime::BuildStorage;
	run(|| assert_eq!(EVM::chain_id(), CHAIN_ID));
	let config = RuntimeGenesisConfig {
		evm: EVMConfig { chain_id: Some(31_337), ..Default::default() },
		..Default::default()
	};
	let mut externalities: sp_io::TestExternalities = config.build_storage().unwrap().into();
	externalities.execute_with(|| {
		check_invariants();
		assert_eq!(EVM::chain_id(), 31_337);
		let contract = install(0xc0, assembler::Code::new().ops(&[op::CHAINID]).return_top());
		assert_eq!(view(contract, vec![]), word(31_337).0.to_vec());
	});
}
