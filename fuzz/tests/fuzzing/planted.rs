//! Differences that are put there on purpose are found, and made small.

use alloy_primitives::{bytes, Address, U256};
use evm_fuzz::{
	case::{Account, Block, Case, Transaction},
	chain::Tamper,
	check,
	outcome::{Exit, Outcome},
	runtime::{Balances, Runtime, System, EVM},
	session::{self, Limits},
};
use frame_support::traits::fungible::Mutate;
use pallet_evm::{AccountCodesMetadata, ExitError};
use sp_core::{H160, H256};

const SENDER: Address = Address::repeat_byte(0x11);
const CONTRACT: Address = Address::repeat_byte(0xc0);

/// Writes 1 to slot 0, writes a log and returns 32 bytes.
fn contract() -> Account {
	Account {
		nonce: 1,
		balance: U256::from(5),
		code: bytes!("600160005560206000a060206000f3"),
		storage: [(U256::from(9), U256::from(9))].into(),
	}
}

fn case() -> Case {
	let call = Transaction {
		sender: SENDER,
		to: Some(CONTRACT),
		gas_limit: 100_000,
		max_fee: 7,
		max_priority_fee: Some(1),
		..Default::default()
	};
	Case {
		block: Block { number: 1, base_fee: 6, ..Default::default() },
		accounts: [
			(SENDER, Account { balance: U256::from(1 << 30), ..Default::default() }),
			(CONTRACT, contract()),
		]
		.into(),
		transactions: vec![call],
		..Default::default()
	}
}

fn h160(address: Address) -> H160 {
	H160(address.into_array())
}

fn word(value: u64) -> H256 {
	H256::from_low_u64_be(value)
}

/// That a falsification is found and named. The case without it has no difference.
#[track_caller]
fn assert_found(tamper: Tamper<'_>, named: &str) {
	assert_eq!(check(&case(), &|_, _| {}).differences, Vec::<String>::new());
	let found = check(&case(), tamper).differences;
	assert_eq!(found.len(), 1, "{found:?}");
	assert!(found[0].contains(named), "{found:?}");
}

#[test]
fn falsified_outcome_is_found() {
	assert_found(&|_, outcome| outcome.exit = Exit::Revert, "exit");
	assert_found(&|_, outcome| outcome.exit = Exit::Halt(ExitError::OutOfGas), "exit");
	assert_found(&|_, outcome| outcome.exit = Exit::Refused("balance"), "exit");
	assert_found(&|_, outcome| *outcome.gas_used.as_mut().unwrap() += 1, "gas used");
	assert_found(&|_, outcome| *outcome.gas_spent.as_mut().unwrap() -= 1, "gas spent");
	assert_found(&|_, outcome| *outcome.price.as_mut().unwrap() += 1, "price");
	assert_found(&|_, outcome| outcome.output = Some(bytes!("00")), "output");
	assert_found(&|_, outcome| outcome.created = Some(Some(CONTRACT)), "created");
	assert_found(&|_, outcome| outcome.logs.clear(), "logs");
	assert_found(&|_, outcome| outcome.logs[0].address = SENDER, "logs");
}

#[test]
fn falsified_state_is_found() {
	let contract = h160(CONTRACT);
	assert_found(&|_, _| EVM::set_nonce(&contract, 2).unwrap(), "nonce of 0xC0");
	assert_found(&|_, _| EVM::set_storage(&contract, word(0), word(2)), "slot 0x0 of 0xC0");
	assert_found(&|_, _| EVM::set_storage(&contract, word(9), word(0)), "slot 0x9 of 0xC0");
	assert_found(&|_, _| EVM::set_storage(&contract, word(1), word(1)), "slot 0x1 of 0xC0");
	assert_found(&|_, _| EVM::set_code(&contract, vec![]).unwrap(), "code of 0xC0");
	let stranger = H160::repeat_byte(0x77);
	let mint = |address| Balances::mint_into(&address, 1).map(|_| ()).unwrap();
	assert_found(&|_, _| mint(contract), "balance of 0xC0");
	assert_found(&|_, _| mint(stranger), "balance of 0x7777");
	assert_found(&|_, _| EVM::set_nonce(&stranger, 1).unwrap(), "nonce of 0x7777");
	let occupy = |address| {
		EVM::set_storage(&address, word(1), word(1));
		EVM::mark_bare_storage(&address);
	};
	assert_found(&|_, _| occupy(stranger), "slot 0x1 of 0x7777");
}

#[test]
fn broken_invariant_is_found() {
	let forget = |_, _: &mut Outcome| {
		AccountCodesMetadata::<Runtime>::mutate(h160(CONTRACT), |metadata| {
			metadata.as_mut().unwrap().size += 1;
		});
	};
	assert_found(&forget, "the pallet panicked");
}

#[test]
fn leaked_reference_is_found() {
	let leak = |_, _: &mut Outcome| {
		System::inc_sufficients(&h160(CONTRACT));
	};
	assert_found(&leak, "holds 3 sufficient references instead of 2");
	let empty = |_, _: &mut Outcome| {
		frame_system::Account::<Runtime>::set(H160::repeat_byte(0x77), Default::default());
	};
	assert_found(&empty, "is kept with nothing in it");
}

/// A run ends at the first case that differs, and the smallest case that it gives is small.
#[test]
fn planted_difference_ends_a_run_and_is_made_small() {
	let tamper: Tamper<'_> = &|_, outcome| {
		if !outcome.logs.is_empty() {
			outcome.gas_used = outcome.gas_used.map(|gas| gas + 1);
		}
	};
	let limits = Limits { cases: Some(1_000), time: None };
	let report = session::run(5, limits, tamper, &mut |_, _| {});
	let failure = report.failure.unwrap();
	assert!(report.cases < 1_000);
	assert!(failure.differences[0].contains("gas used"), "{:?}", failure.differences);
	assert_eq!(failure.minimal_differences.len(), 1, "{:?}", failure.minimal_differences);
	assert_eq!(check(&failure.minimal, tamper).differences, failure.minimal_differences);
	assert_eq!(check(&failure.minimal, &|_, _| {}).differences, Vec::<String>::new());

	let minimal = &failure.minimal;
	assert_eq!(minimal.transactions.len(), 1, "{minimal:?}");
	assert!(minimal.accounts.len() <= 1, "{minimal:?}");
	let code: usize = minimal.accounts.values().map(|account| account.code.len()).sum();
	assert!(code + minimal.transactions[0].input.len() < 20, "{minimal:?}");
	// The seed alone leads to the same case.
	let again = evm_fuzz::generate::case(failure.case_seed);
	assert_eq!(check(&again, tamper).differences, failure.differences);
}
