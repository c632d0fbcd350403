//! Transactions.

use alloy_primitives::{Address, Bytes, B256, U256};
use pallet_evm::EvmSpec;
use revm::context_interface::transaction::Authorization as Delegation;
use std::collections::BTreeMap;

use super::{
	calls::init_code,
	keys::{key, KEYS},
	operands::address,
	points::ORDER,
	precompiles, World,
};
use crate::{
	case::{Account, Authorization, Transaction, BLOCK_GAS_LIMIT, CHAIN_ID},
	rng::Rng,
};

type Accounts = BTreeMap<Address, Account>;

/// A transaction, mostly valid.
pub(super) fn transaction(world: &World, accounts: &Accounts, rng: &mut Rng) -> Transaction {
	let sender = match rng.weighted(&[97, 1, 2]) {
		0 => *rng.pick(&world.owners),
		1 => *rng.pick(&world.contracts),
		_ => *rng.pick(&world.pool),
	};
	let (to, input) = target(world, rng);
	let (max_fee, max_priority_fee) = price(world, rng);
	let mut transaction = Transaction {
		sender,
		to,
		input,
		value: value(accounts.get(&sender), rng),
		gas_limit: gas_limit(world, rng),
		max_fee,
		max_priority_fee,
		nonce: nonce(accounts.get(&sender), rng),
		access_list: Vec::new(),
		authorizations: Vec::new(),
		// A dispatch does not say whether it was halted for want of memory, which is no difference.
		dispatch: rng.percent(15) && !world.uncapped,
	};
	let lists = if world.fork >= EvmSpec::Berlin { 20 } else { 1 };
	if rng.percent(lists) {
		transaction.access_list = access_list(world, rng);
	}
	let (prague, creates) = (world.fork >= EvmSpec::Prague, transaction.to.is_none());
	if rng.percent(if prague && !creates { 25 } else { 1 }) {
		let items = 1 + rng.below(3);
		transaction.authorizations =
			(0..items).map(|_| authorization(world, accounts, rng)).collect();
		// Only this kind can carry them, and it always has both prices.
		transaction.max_priority_fee = transaction.max_priority_fee.or(Some(transaction.max_fee));
		if transaction.gas_limit < 1 << 23 {
			transaction.gas_limit += 75_000;
		}
	}
	transaction
}

fn target(world: &World, rng: &mut Rng) -> (Option<Address>, Bytes) {
	match rng.weighted(&[65, 13, 10, 12]) {
		0 => (Some(*rng.pick(&world.contracts)), call_data(rng)),
		1 => (None, init_code(world, rng, 0).into()),
		2 => {
			let number = precompiles::number(rng);
			(Some(precompiles::of(number)), precompiles::input(number, rng).into())
		}
		_ => (Some(address(world, rng)), call_data(rng)),
	}
}

fn call_data(rng: &mut Rng) -> Bytes {
	let length = match rng.weighted(&[50, 40, 9, 1]) {
		0 => 0,
		1 => rng.below(100),
		2 => 32 * rng.below(8),
		_ => rng.below(4000),
	};
	let mut data = rng.bytes(length);
	if rng.percent(50) {
		data.iter_mut().filter(|byte| **byte & 1 == 0).for_each(|byte| *byte = 0);
	}
	data.into()
}

fn price(world: &World, rng: &mut Rng) -> (u128, Option<u128>) {
	let base = if world.fork >= EvmSpec::London { u128::from(world.base_fee) } else { 0 };
	let above = *rng.pick(&[0u128, 0, 1, 1_000, 1_000_000_000]);
	let max_fee = match rng.weighted(&[96, 3, 1]) {
		0 => base + above,
		1 => base.saturating_sub(1),
		_ => u128::MAX >> rng.below(40),
	};
	let has_priority = world.fork >= EvmSpec::London && rng.percent(60);
	let priority = match rng.weighted(&[40, 30, 28, 2]) {
		0 => 0,
		1 => max_fee,
		2 => above.min(max_fee) / 2,
		_ => max_fee.saturating_add(1),
	};
	(max_fee, has_priority.then_some(priority))
}

fn value(sender: Option<&Account>, rng: &mut Rng) -> U256 {
	let balance = sender.map(|account| account.balance).unwrap_or_default();
	match rng.weighted(&[500, 450, 20, 20, 5, 5]) {
		0 => U256::ZERO,
		1 => U256::from(rng.between(1, 100_000)),
		2 => balance / U256::from(2),
		3 => balance.saturating_sub(U256::from(rng.between(0, 1 << 50))),
		4 => balance + U256::from(1),
		_ => U256::MAX - U256::from(rng.below(2)),
	}
}

fn gas_limit(world: &World, rng: &mut Rng) -> u64 {
	if world.uncapped && rng.percent(40) {
		return rng.between(1 << 24, BLOCK_GAS_LIMIT + 1);
	}
	match rng.weighted(&[300, 400, 200, 15, 40, 20, 8, 12]) {
		0 => rng.between(21_000, 150_000),
		1 => rng.between(150_000, 1_000_000),
		2 => rng.between(1_000_000, 4_000_000),
		3 => 1 << 24,
		4 => rng.between(20_990, 24_000),
		5 => rng.between(0, 22_000),
		// The pallet is configured with this cap under every hard fork, Ethereum has it in Osaka.
		6 if world.fork >= EvmSpec::Osaka => (1 << 24) + 1 + rng.word() % 1000,
		7 => BLOCK_GAS_LIMIT + 1,
		_ => 500_000,
	}
}

fn nonce(sender: Option<&Account>, rng: &mut Rng) -> Option<u64> {
	let next = sender.map_or(0, |account| account.nonce);
	match rng.weighted(&[94, 2, 2, 2]) {
		0 => None,
		1 => Some(next),
		2 => Some(next.saturating_add(1)),
		_ => Some(next.saturating_sub(1)),
	}
}

fn access_list(world: &World, rng: &mut Rng) -> Vec<(Address, Vec<B256>)> {
	(0..1 + rng.below(3))
		.map(|_| {
			let slots = (0..rng.below(4)).map(|_| B256::with_last_byte(rng.below(5) as u8));
			let slots = slots.collect();
			(address(world, rng), slots)
		})
		.collect()
}

fn authorization(world: &World, accounts: &Accounts, rng: &mut Rng) -> Authorization {
	let signer = key(rng.below(KEYS));
	let nonce = accounts.get(&signer.address).map_or(0, |account| account.nonce);
	let nonce = match rng.weighted(&[55, 30, 10, 5]) {
		0 => nonce,
		1 => nonce.saturating_add(1),
		2 => nonce.saturating_add(2),
		_ => u64::MAX,
	};
	let chain_id = *rng.pick(&[0, CHAIN_ID, CHAIN_ID, CHAIN_ID, CHAIN_ID + 1]);
	let delegate = if rng.percent(15) { Address::ZERO } else { address(world, rng) };
	let delegation = Delegation { chain_id: U256::from(chain_id), address: delegate, nonce };
	let (mut odd_y, mut r, mut s) = signer.sign(delegation.signature_hash());
	match rng.weighted(&[90, 3, 3, 2, 2]) {
		0 => {}
		1 => {
			// EIP-2 forbids the other signature of the same.
			s = ORDER - s;
			odd_y = !odd_y;
		}
		2 => odd_y = !odd_y,
		3 => r = U256::from_be_slice(&rng.bytes(32)),
		_ => s = U256::ZERO,
	}
	Authorization { chain_id, delegate, nonce, odd_y, r, s }
}
