//! Contracts as people deploy them, from the example's chain.

use std::collections::BTreeMap;

use super::{
	address_word, amount, artificial::counted, call_data, mapping_slot, sender, word, Call,
	Program, CONTRACT, SENDER,
};
use anyhow::{ensure, Context, Result};
use evm_testbed::state::Account;
use flate2::read::GzDecoder;
use serde::Deserialize;
use serde_json::Value;
use sp_core::{H160, H256, U256};

const STATE: &[u8] = include_bytes!("../../../examples/anvil-defi/anvil-state.json.gz");
const CONTRACTS: &str = include_str!("../../../examples/anvil-defi/contracts.json");
/// Transfers and swaps.
const TRANSFERS: u32 = 200;
const SWAPS: u32 = 50;
/// The mappings of balances and allowances in OpenZeppelin's ERC-20.
const BALANCES: u64 = 0;
const ALLOWANCES: u64 = 1;
/// What the sender has of the token.
const TOKENS: u128 = 10u128.pow(24);

#[derive(Deserialize)]
struct State {
	accounts: BTreeMap<H160, Entry>,
}

#[derive(Deserialize)]
struct Entry {
	nonce: u64,
	balance: U256,
	code: String,
	storage: BTreeMap<H256, H256>,
}

pub(super) fn all() -> Result<Vec<Program>> {
	let contracts: Value = serde_json::from_str(CONTRACTS)?;
	let named = |name: &str| -> Result<H160> {
		let all = contracts["contracts"].as_array().context("contracts")?;
		let found = all.iter().find(|contract| contract["name"] == name);
		Ok(serde_json::from_value(found.with_context(|| name.to_string())?["address"].clone())?)
	};
	let (alder, birch) = (named("AlderToken")?, named("BirchToken")?);
	let router = named("UniswapV2Router02")?;

	let mut accounts = accounts()?;
	let token = accounts.get_mut(&alder).context("the token")?;
	for owner in [SENDER, CONTRACT] {
		let owner = address_word(owner);
		token.storage.insert(mapping_slot(owner, word(BALANCES)), amount(TOKENS));
		let allowances = mapping_slot(owner, word(ALLOWANCES));
		let allowance = mapping_slot(address_word(router), allowances);
		token.storage.insert(allowance, H256::repeat_byte(0xff));
	}
	accounts.insert(SENDER, sender());

	let first = H160::from_low_u64_be(0x1000_0000);
	let transfer =
		|to: H160| call_data("transfer(address,uint256)", &[address_word(to), amount(1_000)]);
	let swap = call_data(
		"swapExactTokensForTokens(uint256,uint256,address[],address,uint256)",
		&[
			amount(10u128.pow(18)),
			word(0),
			word(160),
			address_word(CONTRACT),
			H256::repeat_byte(0xff),
			word(2),
			address_word(alder),
			address_word(birch),
		],
	);
	let single = (0..TRANSFERS).map(|number| {
		let to = H160::from_low_u64_be(first.to_low_u64_be() + u64::from(number));
		Call { target: alder, input: transfer(to) }
	});
	Ok(vec![
		repeated("ERC-20 transfers", &accounts, alder, TRANSFERS, transfer(first))?,
		repeated("Uniswap V2 swaps", &accounts, router, SWAPS, swap)?,
		Program {
			name: "single transfers",
			accounts,
			calls: single.collect(),
			gas_limit: 100_000,
			transactions: true,
		},
	])
}

/// One transaction that makes a call again and again, each time with a first argument higher by one,
/// and returns how many of them succeeded.
fn repeated(
	name: &'static str,
	accounts: &BTreeMap<H160, Account>,
	target: H160,
	times: u32,
	input: Vec<u8>,
) -> Result<Program> {
	let setup = "CALLDATASIZE PUSH 0 PUSH 0 CALLDATACOPY PUSH 0";
	let body = format!(
		"SWAP1 PUSH 32 PUSH 512 CALLDATASIZE PUSH 0 PUSH 0 PUSH {target:#x} GAS CALL ADD \
		 PUSH 1 PUSH 4 MLOAD ADD PUSH 4 MSTORE SWAP1"
	);
	let program = Program::new(name, counted(setup, times, &body)?, input);
	let mut accounts = accounts.clone();
	accounts.extend(program.accounts);
	Ok(Program { accounts, ..program })
}

/// The accounts of the example's chain.
fn accounts() -> Result<BTreeMap<H160, Account>> {
	let state: State = serde_json::from_reader(GzDecoder::new(STATE))?;
	state.accounts.into_iter().map(|(address, entry)| Ok((address, entry.account()?))).collect()
}

impl Entry {
	fn account(self) -> Result<Account> {
		ensure!(self.balance.bits() <= 128, "a balance of {}", self.balance);
		Ok(Account {
			nonce: self.nonce,
			balance: self.balance.low_u128(),
			code: hex::decode(self.code.trim_start_matches("0x"))?,
			storage: self.storage,
		})
	}
}
