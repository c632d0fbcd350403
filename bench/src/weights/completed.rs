//! Migrations that come to their end: collisions, calls after the import, activation, release.

use std::{collections::BTreeMap, path::Path};

use anyhow::{anyhow, ensure, Result};
use codec::Encode;
use evm_migrate::substrate::Keys;
use frame_support::PalletId;
use migration_bench::assembler::assemble;
use migration_primitives::{
	hash::keccak256,
	limits::{MAX_POST_IMPORT_CALLS, MAX_POST_IMPORT_INPUT},
	manifest::{BalancePolicy, PostImportCall},
	map::Target,
	snapshot::Scope,
	status::{Beneficiary, CollisionPolicy},
	H160, H256,
};
use migration_tests::{
	account::Account,
	state,
	synthetic::{Synthetic, SyntheticAccount},
};
use sp_core::crypto::AccountId32;
use sp_crypto_hashing::twox_64;
use sp_runtime::traits::AccountIdConversion;

use super::{
	calls::{Call, Kind},
	largest::largest,
	maker::{addresses, Maker, Plan},
};

/// Accounts of a call, up to the most that one takes.
const COUNTS: [usize; 5] = [1, 4, 16, 64, 256];
/// Accounts of a release for which nothing waits, beside one that is paid.
const SKIPPED: [usize; 2] = [63, 255];
/// Externally owned accounts whose balances wait: for each of the above.
const WAITING: usize = 343;
/// Contracts whose targets are occupied: for each count, and one that is left behind.
const COLLIDED: usize = 342;
/// Contracts that one call writes to.
const WRITTEN: usize = 300;
/// Bytes of data of calls after the import.
const INPUTS: [usize; 4] = [0, 1_024, 4_096, MAX_POST_IMPORT_INPUT as usize];
/// Gas of calls that do nothing: for the most data.
const INPUT_GAS: u64 = 1_000_000;
/// Gas of the call that writes.
const WRITING_GAS: u64 = 10_000_000;
/// Gas that is gone before the first instruction.
const NO_GAS: u64 = 21_000;
/// The code of what stands at a target before.
const OCCUPANT: [u8; 2] = [0x5f, 0x00];
/// Wei that a funding account could not be paid.
const UNRETURNED: u128 = 1_000_000_000;

/// What two of these migrations differ in.
pub(super) struct Completed {
	/// Chain id of the source.
	pub(super) chain_id: u64,
	/// What becomes of balances; Bob is who funds.
	pub(super) balances: BalancePolicy<AccountId32>,
	/// What becomes of accounts whose target is occupied.
	pub(super) collisions: CollisionPolicy<AccountId32>,
}

/// One whose balances are minted, and one whose balances are paid.
pub(super) fn all() -> [Completed; 2] {
	let account = AccountId32::new(keccak256(b"beneficiary").0);
	[
		Completed {
			chain_id: 1_100_000,
			balances: BalancePolicy::Mint { cap: u128::MAX },
			collisions: CollisionPolicy::Credit(Beneficiary::Account(account)),
		},
		Completed {
			chain_id: 1_100_001,
			balances: BalancePolicy::Fund { account: Account::bob().id() },
			collisions: CollisionPolicy::CreditTarget,
		},
	]
}

impl Completed {
	/// Makes every call of it, one in a block.
	pub(super) async fn run(&self, maker: &mut Maker<'_>, folder: &Path) -> Result<()> {
		let bundle = maker.pack(folder, &self.plan()?)?;
		let calls = self.calls()?;
		let manifest = largest(&bundle.manifest, &calls)?;
		self.occupy(maker).await?;
		maker.nothing().await?;
		let migration = maker.propose(&manifest).await?;
		maker.root(Call::new("pause", Kind::Pause), migration).await?;
		maker.root(Call::new("resume", Kind::Pause), migration).await?;
		maker.root(Call::new("extend", Kind::Pause), (migration, 10u32)).await?;
		maker.bring(&bundle, migration).await?;
		self.resolve(maker, migration).await?;
		execute(maker, migration, &calls).await?;
		maker.activate(migration).await?;
		self.release(maker, migration).await?;
		if matches!(self.balances, BalancePolicy::Fund { .. }) {
			return_funds(maker, migration).await?;
		}
		maker.nothing().await?;
		Ok(())
	}

	fn addresses(&self, kind: &str, count: usize) -> Vec<H160> {
		addresses(self.chain_id, kind, count)
	}

	fn waiting(&self) -> Vec<H160> {
		self.addresses("waiting", WAITING)
	}

	fn collided(&self) -> Vec<H160> {
		self.addresses("collided", COLLIDED)
	}

	fn written(&self) -> Vec<H160> {
		self.addresses("written", WRITTEN)
	}

	/// Who calls, a contract that does nothing, and one that calls all contracts of its data.
	fn callers(&self) -> [H160; 3] {
		["caller", "stop", "fan"].map(|kind| self.addresses(kind, 1).pop().unwrap_or_default())
	}

	fn plan(&self) -> Result<Plan> {
		let mut chain = Synthetic::new(self.chain_id, Scope::Selected);
		let mut rules = BTreeMap::new();
		for address in self.waiting() {
			chain.external(address, 1, 5);
			let account = AccountId32::new(keccak256(address.as_bytes()).0);
			rules.insert(address, Target::Account(account));
		}
		for address in self.collided() {
			chain.contract(address, 7, 0);
		}
		for address in self.written() {
			chain.contract(address, 0, 0);
		}
		let [caller, stop, fan] = self.callers();
		chain.external(caller, 1, 1);
		let contract = |code| SyntheticAccount { nonce: 1, code, ..Default::default() };
		chain.accounts.insert(stop, contract(assemble("STOP")?));
		let code = assemble(
			"PUSH0 JUMPDEST CALLDATASIZE DUP2 LT ISZERO PUSH1 25 JUMPI
			PUSH0 PUSH0 PUSH0 PUSH0 PUSH0 DUP6 CALLDATALOAD GAS CALL POP
			PUSH1 32 ADD PUSH1 1 JUMP JUMPDEST STOP",
		)?;
		chain.accounts.insert(fan, contract(code));
		Ok(Plan { chain, balances: self.balances.clone(), rules })
	}

	/// The calls after the import that are executed; the last one fails.
	fn calls(&self) -> Result<Vec<PostImportCall>> {
		let [from, stop, fan] = self.callers();
		let call = |to, input: Vec<u8>, gas_limit| -> Result<PostImportCall> {
			let input = input.try_into().map_err(|_| anyhow!("the data of a call is too long"))?;
			Ok(PostImportCall { from, to, input, gas_limit })
		};
		let written = self.written();
		let words = written.iter().flat_map(|address| H256::from(*address).0).collect();
		let mut calls = Vec::new();
		for length in INPUTS {
			calls.push(call(stop, vec![0xff; length], INPUT_GAS)?);
		}
		calls.push(call(fan, words, WRITING_GAS)?);
		calls.push(call(written[0], Vec::new(), NO_GAS)?);
		Ok(calls)
	}

	/// Puts another contract at each target that is to be occupied.
	async fn occupy(&self, maker: &Maker<'_>) -> Result<()> {
		let metadata = (OCCUPANT.len() as u64, keccak256(&OCCUPANT)).encode();
		let pairs: Vec<(Vec<u8>, Vec<u8>)> = self
			.collided()
			.into_iter()
			.flat_map(|address| {
				[
					(Keys::code(address), OCCUPANT.to_vec().encode()),
					(Keys::code_metadata(address), metadata.clone()),
				]
			})
			.collect();
		let call = maker.session.call("System", "set_storage", pairs)?;
		let call = maker.session.sudo(&call)?;
		maker.session.execute(&Account::alice(), &call).await?.succeeded()?;
		Ok(())
	}

	async fn resolve(&self, maker: &mut Maker<'_>, migration: u32) -> Result<()> {
		let call = |count: usize| Call::new("resolve", Kind::Resolve).units(count as u64);
		let collided = self.collided();
		let mut rest = collided.as_slice();
		for count in COUNTS {
			let (now, later) = rest.split_at(count);
			maker.root(call(count), (migration, now, &self.collisions)).await?;
			rest = later;
		}
		let leave = CollisionPolicy::<AccountId32>::Leave;
		maker.root(call(rest.len()), (migration, rest, leave)).await?;
		Ok(())
	}

	async fn release(&self, maker: &mut Maker<'_>, migration: u32) -> Result<()> {
		let call = |count: usize| Call::new("release", Kind::Release).units(count as u64);
		let (waiting, collided) = (self.waiting(), self.collided());
		let unknown = self.addresses("unknown", SKIPPED.into_iter().max().unwrap_or_default());
		let mut rest = collided.as_slice();
		for count in COUNTS {
			let (now, later) = rest.split_at(count);
			maker.user(call(count), (migration, now)).await?;
			rest = later;
		}
		rest = waiting.as_slice();
		for count in COUNTS {
			let (now, later) = rest.split_at(count);
			maker.user(call(count), (migration, now)).await?;
			rest = later;
		}
		for (skipped, paid) in SKIPPED.into_iter().zip(rest) {
			let sources = [&[*paid][..], &unknown[..skipped]].concat();
			let call = call(1).skipping(skipped as u64);
			let included = maker.user(call, (migration, sources)).await?;
			ensure!(included.has("Migration.Released"), "nothing waited for {paid:?}");
		}
		Ok(())
	}
}

/// Executes the calls after the import, has the last one, which fails, tried again, and skips it and
/// those that nobody knows.
async fn execute(maker: &mut Maker<'_>, migration: u32, calls: &[PostImportCall]) -> Result<()> {
	for (index, call) in (0u32..).zip(calls) {
		// What the others take is the engine's time.
		let measured = match call.gas_limit == INPUT_GAS {
			true => Call::new("execute_call", Kind::ExecuteCall),
			false => Call::held("execute_call"),
		};
		let measured = measured.units(call.input.len() as u64);
		let included = maker.user(measured, (migration, index, call)).await?;
		let succeeds = call.gas_limit > NO_GAS;
		ensure!(
			included.has("Migration.CallExecuted") == succeeds,
			"call {index} ended otherwise: {:?}",
			included.events
		);
	}
	let failed = (calls.len() as u32).saturating_sub(1);
	maker.root(Call::new("retry_call", Kind::Pause), (migration, failed)).await?;
	for index in failed..MAX_POST_IMPORT_CALLS {
		maker.root(Call::new("skip_call", Kind::Pause), (migration, index)).await?;
	}
	Ok(())
}

/// Pays who funded a migration what he could not be paid, which the chain is made to believe.
async fn return_funds(maker: &mut Maker<'_>, migration: u32) -> Result<()> {
	let session = maker.session;
	let pallet: PalletId = session.constant("Migration", "PalletId")?;
	let escrow: AccountId32 = pallet.into_sub_account_truncating(migration);
	let deposit = session.transfer(&escrow, UNRETURNED)?;
	session.execute(&Account::bob(), &deposit).await?.succeeded()?;
	let number = migration.encode();
	let key = [state::item("Migration", "Unreturned"), twox_64(&number).to_vec(), number].concat();
	session.set_storage(&key, Some(&UNRETURNED.encode())).await?;
	maker.user(Call::new("return_funds", Kind::ReturnFunds), migration).await?;
	Ok(())
}
