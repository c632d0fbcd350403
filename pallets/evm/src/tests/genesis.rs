//! Genesis accounts and parameters.

use super::{assembler::op, *};
use crate::{GenesisAccount, KECCAK_EMPTY};
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
		assert_eq!(EVM::chain_id(), 31_337);
		let contract = install(0xc0, assembler::Code::new().ops(&[op::CHAINID]).return_top());
		assert_eq!(view(contract, vec![]), word(31_337).0.to_vec());
	});
}
