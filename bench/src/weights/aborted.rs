//! Migrations that are aborted, each of accounts of one kind.

use std::{collections::BTreeMap, path::Path};

use anyhow::Result;
use evm_migrate::bundle::Manifest;
use migration_primitives::{
	hash::keccak256,
	limits::MAX_CODE_BYTES,
	manifest::{BalancePolicy, Deadlines},
	map::Target,
	snapshot::Scope,
};
use migration_tests::{account::Account, synthetic::Synthetic};
use sp_core::crypto::AccountId32;

use super::{
	calls::{Call, Kind},
	largest::largest,
	maker::{addresses, Maker, Plan},
	sources::long_contract,
};

/// Accounts that another migration of the same chain has brought.
const OTHERS: usize = 4_000;
/// Chain ids of the sources, from here on.
const CHAIN_ID: u64 = 1_200_000;
/// The one of migrations that nothing is brought for.
const EMPTY: u64 = CHAIN_ID - 1;
/// The one of two migrations.
const SHARED: u64 = CHAIN_ID - 2;

/// Makes every call of all of them, one in a block.
pub(super) async fn run(maker: &mut Maker<'_>, folder: &Path) -> Result<()> {
	nothing_brought(maker, &folder.join("empty")).await?;
	for (number, (name, plan)) in all().into_iter().enumerate() {
		eprintln!("abort of {name}");
		take_back(maker, &folder.join(number.to_string()), &plan).await?;
	}
	eprintln!("abort among accounts of another migration");
	let people = |kind: &str, count: usize| {
		let mut chain = Synthetic::new(SHARED, Scope::Full);
		external(&mut chain, kind, count);
		plan(chain)
	};
	let bundle = maker.pack(&folder.join("others"), &people("others", OTHERS))?;
	let migration = maker.propose(&bundle.manifest).await?;
	maker.bring(&bundle, migration).await?;
	maker.activate(migration).await?;
	take_back(maker, &folder.join("few"), &people("few", 5)).await
}

/// What an abort and its clean-up take where nothing came.
async fn nothing_brought(maker: &mut Maker<'_>, folder: &Path) -> Result<()> {
	let mut chain = Synthetic::new(EMPTY, Scope::Selected);
	external(&mut chain, "people", 1);
	let small = maker.pack(folder, &plan(chain))?.manifest;
	let abort = Call::new("abort", Kind::Abort);
	for manifest in [small.clone(), largest(&small, &[])?] {
		let migration = maker.propose(&manifest).await?;
		maker.root(abort, migration).await?;
	}
	let deadlines = Deadlines { mapping: 1, ..small.deadlines };
	let migration = maker.propose(&Manifest { deadlines, ..small }).await?;
	maker.nothing().await?;
	maker.nothing().await?;
	maker.user(Call::new("expire", Kind::Abort), migration).await?;
	Ok(())
}

async fn take_back(maker: &mut Maker<'_>, folder: &Path, plan: &Plan) -> Result<()> {
	let bundle = maker.pack(folder, plan)?;
	maker.nothing().await?;
	let migration = maker.propose(&largest(&bundle.manifest, &[])?).await?;
	maker.bring(&bundle, migration).await?;
	maker.take_back(migration, plan.chain.chain_id).await
}

/// What is brought and taken back, by name. Those with more steps than a block has room for need
/// transactions besides.
fn all() -> Vec<(&'static str, Plan)> {
	let mut plans = Vec::new();
	let mut chain_ids = CHAIN_ID..;
	let mut chain = |scope| Synthetic::new(chain_ids.next().unwrap_or(CHAIN_ID), scope);

	for slots in [500, 14_000, 40_000] {
		let mut chain = chain(Scope::Selected);
		contracts(&mut chain, 1, slots);
		plans.push(("slots of one contract", plan(chain)));
	}
	for count in [30, 1_000] {
		let mut chain = chain(Scope::Selected);
		contracts(&mut chain, count, 3);
		plans.push(("short contracts", plan(chain)));
	}
	let mut people = chain(Scope::Full);
	external(&mut people, "people", 1_500);
	plans.push(("heads", plan(people)));

	let mut codes = chain(Scope::Selected);
	for (number, address) in addresses(codes.chain_id, "codes", 24).into_iter().enumerate() {
		codes.accounts.insert(address, long_contract(number as u64, MAX_CODE_BYTES));
	}
	plans.push(("the longest codes", plan(codes)));

	let mut paid = chain(Scope::Selected);
	contracts(&mut paid, 300, 1);
	external(&mut paid, "waiting", 300);
	let waiting = addresses(paid.chain_id, "waiting", 300);
	let account = |address| AccountId32::new(keccak256(address).0);
	let rules = waiting.iter().map(|it| (*it, Target::Account(account(it.as_bytes())))).collect();
	let balances = BalancePolicy::Fund { account: Account::bob().id() };
	plans.push(("balances that were paid and wait", Plan { chain: paid, balances, rules }));
	plans
}

/// Every account keeps its address, and balances are minted.
fn plan(chain: Synthetic) -> Plan {
	let balances = BalancePolicy::Mint { cap: u128::MAX };
	Plan { chain, balances, rules: BTreeMap::new() }
}

fn contracts(chain: &mut Synthetic, count: usize, slots: u64) {
	for address in addresses(chain.chain_id, "contracts", count) {
		chain.contract(address, 9, slots);
	}
}

fn external(chain: &mut Synthetic, kind: &str, count: usize) {
	for address in addresses(chain.chain_id, kind, count) {
		chain.external(address, 3, 11);
	}
}
