//! Makes cases from seeds.
//!
//! Most of what it makes is meant to get far: code whose stack is deep enough, calls of contracts that
//! are there, inputs that precompiles accept. A share of everything is wrong on purpose.

mod asm;
mod calls;
mod keys;
mod operands;
mod points;
mod precompiles;
mod program;
mod templates;
mod transactions;

use alloy_primitives::{Address, Bytes, B256, U256};
use pallet_evm::EvmSpec;
use std::collections::BTreeMap;

use crate::{
	case::{Account, Block, Case},
	coverage::FORKS,
	rng::Rng,
};
use keys::{key, KEYS};
use program::program;

/// The highest balance but one account's: 2^90 wei.
const RICH: u128 = 1 << 90;

/// Who and what a case is about.
struct World {
	fork: EvmSpec,
	uncapped: bool,
	base_fee: u64,
	/// Addresses with a known private key.
	owners: Vec<Address>,
	/// Addresses with code.
	contracts: Vec<Address>,
	/// All addresses that are worth calling.
	pool: Vec<Address>,
}

/// The case that follows from a seed.
pub fn case(seed: u64) -> Case {
	let rng = &mut Rng::new(seed);
	let fork = if rng.percent(40) { EvmSpec::Osaka } else { *rng.pick(&FORKS) };
	let world = world(fork, rng);
	let block = block(&world, rng);
	let accounts = accounts(&world, rng);
	let count = 1 + rng.weighted(&[4, 3, 2, 1, 1]);
	let transactions =
		(0..count).map(|_| transactions::transaction(&world, &accounts, rng)).collect();
	Case { fork, uncapped: world.uncapped, block, accounts, transactions }
}

fn world(fork: EvmSpec, rng: &mut Rng) -> World {
	let owners: Vec<Address> = (0..KEYS).map(|index| key(index).address).collect();
	let contracts: Vec<Address> =
		(0..3 + rng.below(4) as u8).map(|index| Address::repeat_byte(0xc0 + index)).collect();
	let mut pool: Vec<Address> = [&owners[..], &contracts[..], &contracts[..]].concat();
	// What creations by contracts and by owners give, so that they are called before and after.
	pool.extend(contracts.iter().map(|address| address.create(1)));
	pool.push(owners[0].create(0));
	pool.extend([Address::ZERO, Address::repeat_byte(0xee), Address::repeat_byte(0xaa)]);
	for _ in 0..3 {
		pool.push(precompiles::address(rng));
	}
	let base_fee = *rng.pick(&[0, 1, 7, 1_000_000_000, 1_000_000_000_000]);
	World { fork, uncapped: rng.percent(2), base_fee, owners, contracts, pool }
}

fn block(world: &World, rng: &mut Rng) -> Block {
	let coinbase = Address::repeat_byte(0xaa);
	Block {
		number: *rng.pick(&[1, 2, 255, 256, 257, 1000, u32::MAX]),
		timestamp: rng.between(1, 1 << 40),
		coinbase: if rng.percent(70) { coinbase } else { *rng.pick(&world.pool) },
		base_fee: world.base_fee,
		parent_hash: B256::from(U256::from(rng.word())),
	}
}

fn accounts(world: &World, rng: &mut Rng) -> BTreeMap<Address, Account> {
	let mut accounts = BTreeMap::new();
	for owner in &world.owners {
		let balance = match rng.weighted(&[92, 3, 5]) {
			0 => U256::from(RICH),
			1 => U256::from(rng.between(0, 1_000_000)),
			_ => U256::from(rng.word()) << 8,
		};
		let nonce = match rng.weighted(&[60, 38, 2]) {
			0 => 0,
			1 => rng.between(1, 300),
			_ => u64::MAX - rng.between(0, 2),
		};
		let delegates = world.fork >= EvmSpec::Prague && rng.percent(20);
		let code = if delegates { delegation(*rng.pick(&world.pool)) } else { Bytes::new() };
		let nonce = if delegates { nonce.max(1) } else { nonce };
		let storage = if delegates { storage(rng) } else { BTreeMap::new() };
		accounts.insert(*owner, Account { nonce, balance, code, storage });
	}
	for contract in &world.contracts {
		let nonce = match rng.weighted(&[90, 5, 5]) {
			0 => 1,
			1 => 0,
			_ => u64::MAX - rng.between(0, 3),
		};
		let balance = if rng.percent(60) { rng.between(1, 100_000) } else { 0 };
		let code = program(world, rng, 0).into();
		let balance = U256::from(balance);
		accounts.insert(*contract, Account { nonce, balance, code, storage: storage(rng) });
	}
	for address in &world.pool {
		if rng.percent(15) && !accounts.contains_key(address) {
			accounts.insert(*address, odd_account(world, *address, rng));
		}
	}
	if rng.percent(3) {
		let richest = Account { balance: U256::from(1u128 << 126), ..Default::default() };
		accounts.insert(Address::repeat_byte(0xdd), richest);
	}
	if world.fork >= EvmSpec::SpuriousDragon {
		accounts.retain(|_, account| !account.is_nothing());
	}
	accounts
}

/// What is rare, or cannot come about by transactions at all.
fn odd_account(world: &World, address: Address, rng: &mut Rng) -> Account {
	let mut account = Account::default();
	match rng.weighted(&[50, 20, 15, 15]) {
		0 => account.balance = U256::from(rng.between(1, 1000)),
		1 => account.nonce = rng.between(1, 5),
		2 => {
			account.code = program(world, rng, 2).into();
			account.nonce = rng.between(0, 2);
		}
		// Storage alone, or nothing. At the address of a creation the former is EIP-7610, which plain
		// revm does not have.
		_ if !is_created(world, address) => account.storage = storage(rng),
		_ => account.balance = U256::from(1),
	}
	account
}

fn is_created(world: &World, address: Address) -> bool {
	world
		.contracts
		.iter()
		.chain(&world.owners)
		.any(|by| by.create(1) == address || by.create(0) == address)
}

fn delegation(to: Address) -> Bytes {
	[&[0xef, 0x01, 0x00], to.as_slice()].concat().into()
}

fn storage(rng: &mut Rng) -> BTreeMap<U256, U256> {
	let count = rng.weighted(&[40, 30, 20, 10]);
	(0..count)
		.map(|_| {
			let key = if rng.percent(90) { U256::from(rng.below(5)) } else { U256::MAX };
			let value = if rng.percent(80) { rng.between(1, 4) } else { rng.word() | 1 };
			(key, U256::from(value))
		})
		.collect()
}
