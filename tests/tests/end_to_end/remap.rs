//! Accounts that change hands, and contracts that get the address of Ethereum's rule: their owners
//! spend and act with real signatures, and the map resolves both ways wherever it is asked.

use std::path::PathBuf;

use alloy_primitives::Address;
use anyhow::{Context, Result};
use evm_migrate::{parse::account_text, substrate::Keys};
use migration_primitives::{
	address::truncated,
	map::Target,
	snapshot::Scope,
	status::{AccountRecord, AccountState, Beneficiary, Owed, SourceRecord},
	H160, H256, U256,
};
use migration_tests::{
	account::Account,
	bundle::{pack, submit, verify, MINT},
	cli,
	node::Node,
	session::Session,
	synthetic::{made_up, Synthetic},
	wait::INCLUSION,
	wallet::{balance, nonce, receipt, slot, Action, Wallet},
};
use serde_json::{json, Value};
use sp_core::crypto::AccountId32;
use tempfile::TempDir;

const CHAIN: u64 = 1;
const ETHER: u128 = 1_000_000_000_000_000_000;
/// The nonce that created the contract which is placed by Ethereum's rule.
const CREATED_AT: u64 = 3;

/// A source chain whose accounts take every rule.
struct Scene {
	/// An account that goes to another address.
	mover: Wallet,
	/// The key of that address.
	moved: Wallet,
	/// An account that goes to an account of the target chain.
	testator: Wallet,
	/// The key of that account.
	heir: Account,
	/// An account that keeps its address.
	keeper: Wallet,
	/// A contract that keeps its address.
	contract: H160,
	/// A contract of [`Self::mover`], at the address that `CREATE` gave it.
	created: H160,
	/// A contract that goes to an address of choice.
	chosen: H160,
}

impl Scene {
	fn new() -> Result<Self> {
		let mover = Wallet::new(1)?;
		Ok(Self {
			created: created_by(mover.address()),
			mover,
			moved: Wallet::new(2)?,
			testator: Wallet::new(3)?,
			heir: Account::new("//Heir")?,
			keeper: Wallet::new(4)?,
			contract: made_up(b"kept", 0),
			chosen: made_up(b"chosen", 0),
		})
	}

	fn snapshot(&self, folder: &TempDir) -> Result<PathBuf> {
		let mut chain = Synthetic::new(CHAIN, Scope::Full);
		chain.external(self.mover.address(), 5, 3 * ETHER);
		chain.external(self.testator.address(), 2, 7 * ETHER);
		chain.external(self.keeper.address(), 9, ETHER);
		chain.contract(self.contract, 11, 4);
		chain.contract(self.created, 12, 4);
		chain.contract(self.chosen, 0, 4);
		let path = folder.path().join("source.snapshot");
		chain.write(&path)?;
		Ok(path)
	}

	/// Source, target and rule of every account.
	fn map(&self) -> Vec<(H160, H160, Target<AccountId32>)> {
		let explicit = |source, target| (source, target, Target::Explicit(target));
		let preserved = |source| (source, source, Target::Preserve);
		let deployer = self.mover.address();
		vec![
			explicit(deployer, self.moved.address()),
			explicit(self.chosen, made_up(b"choice", 0)),
			preserved(self.keeper.address()),
			preserved(self.contract),
			(
				self.created,
				created_by(self.moved.address()),
				Target::Create { deployer, nonce: CREATED_AT },
			),
			(
				self.testator.address(),
				truncated(self.heir.id().as_ref()),
				Target::Account(self.heir.id()),
			),
		]
	}

	fn plan(&self) -> Vec<String> {
		let deployer = self.mover.address();
		vec![
			format!("--remap={deployer:?}={:?}", self.moved.address()),
			format!("--remap={:?}={:?}", self.chosen, made_up(b"choice", 0)),
			format!("--remap={:?}={}", self.testator.address(), account_text(&self.heir.id())),
			format!("--create={:?}={deployer:?}:{CREATED_AT}", self.created),
		]
	}
}

/// The address that Ethereum gives, by an implementation that is not ours.
fn created_by(deployer: H160) -> H160 {
	H160(Address::from(deployer.0).create(CREATED_AT).into_array())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn spending_by_remapped_owners_works() -> Result<()> {
	let scene = Scene::new()?;
	let folder = tempfile::tempdir()?;
	let snapshot = scene.snapshot(&folder)?;
	let plan = scene.plan();
	let plan: Vec<&str> = plan.iter().map(String::as_str).collect();
	let bundle = pack(folder.path(), &snapshot, &plan, &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;

	submit(&node, &bundle, &[]).await?;
	verify(&node, &bundle, &["--before-activate"]).await?.expect_code(0)?;
	check_what_waits(&session, &scene).await?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let verified = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	// Also what the heir got is compared.
	assert_eq!(verified.number("released")?, 1);
	assert_eq!(verified.json["balances_not_compared"]["total"], json!(0), "{}", verified.json);
	check_map(&node, &session, &scene).await?;

	spend_with_an_ethereum_key(&session, &scene).await?;
	spend_with_a_substrate_key(&session, &scene).await?;
	act_in_the_evm(&session, &scene).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_after_spending_without_a_nonce_works() -> Result<()> {
	let (testator, heir) = (made_up(b"testator", 0), Account::new("//Fresh heir")?);
	// Bob's address in the EVM, whose wei he withdraws by his Substrate key.
	let bob = Account::bob();
	let address = truncated(bob.id().as_ref());
	let mut chain = Synthetic::new(CHAIN, Scope::Full);
	chain.external(testator, 2, 7 * ETHER);
	chain.external(address, 3, ETHER);
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	chain.write(&snapshot)?;
	let rule = format!("--remap={testator:?}={}", account_text(&heir.id()));
	let bundle = pack(folder.path(), &snapshot, &[&rule], &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let dust = session.transfer(&Keys::hashed_account(address), 1)?;
	session.execute(&bob, &dust).await?.succeeded()?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let verified = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	assert_eq!(verified.number("released")?, 2);
	assert_eq!(verified.json["balances_not_compared"]["total"], json!(0), "{}", verified.json);

	// The heir leaves nothing, not even its nonce.
	let receiver = Account::new("//Receiver")?.id();
	let everything = session.call("Balances", "transfer_all", (0u8, &receiver, false))?;
	session.execute(&heir, &everything).await?.succeeded()?;
	assert_eq!(session.storage(&Keys::account(&heir.id())).await?, None);
	let withdrawal = session.call("EVM", "withdraw", (address, ETHER))?;
	session.execute(&bob, &withdrawal).await?.succeeded()?;
	assert_eq!(balance(&session.rpc, address).await?, 1);

	let verified = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	assert_eq!(verified.number("mismatches")?, 0);
	let unknown = &verified.json["balances_not_compared"];
	assert_eq!(unknown["total"], json!(2), "{unknown}");
	assert_eq!(unknown["used_since_release"], json!(1), "{unknown}");
	assert_eq!(unknown["spent_without_a_nonce"], json!(1), "{unknown}");
	let notes = verified.json["notes"].as_array().context("notes")?;
	let is_of_it = |note: &Value| {
		(&note["target"], &note["field"]) == (&json!(address), &json!("spent without a nonce"))
	};
	assert!(notes.iter().any(is_of_it), "{notes:?}");
	Ok(())
}

/// Before the activation the heir's share stands in the ledger, and the heir has nothing.
async fn check_what_waits(session: &Session, scene: &Scene) -> Result<()> {
	let source = scene.testator.address();
	let owed: Option<Owed<AccountId32>> =
		session.api("MigrationRuntimeApi_owed", (0u32, source)).await?;
	let beneficiary = Beneficiary::Account(scene.heir.id());
	assert_eq!(owed, Some(Owed { beneficiary, balance: 7 * ETHER, nonce: 2 }));
	assert_eq!(session.storage(&Keys::account(&scene.heir.id())).await?, None);
	Ok(())
}

/// The map by command line, runtime API and RPC, in both directions.
async fn check_map(node: &Node, session: &Session, scene: &Scene) -> Result<()> {
	for (source, target, rule) in scene.map() {
		let record: Option<AccountRecord<AccountId32>> =
			session.api("MigrationRuntimeApi_target_of", (CHAIN, source)).await?;
		let record = record.with_context(|| format!("the record of {source:?}"))?;
		assert_eq!((record.address, &record.target), (target, &rule), "{source:?}");
		let back: Option<SourceRecord> =
			session.api("MigrationRuntimeApi_source_of", target).await?;
		let back = back.with_context(|| format!("the source of {target:?}"))?;
		assert_eq!((back.chain_id, back.source), (CHAIN, source));

		let answer: Value =
			session.rpc.request("migration_targetOf", json!([CHAIN, source])).await?;
		assert_eq!(answer["address"], json!(target), "{answer}");
		let answer: Value = session.rpc.request("migration_sourceOf", json!([target])).await?;
		assert_eq!(answer["source"], json!(source), "{answer}");
		assert_eq!(answer["chainId"], json!(CHAIN), "{answer}");

		let (ws, chain, text) = (node.ws(), CHAIN.to_string(), format!("{source:?}"));
		let found = cli::run(&["lookup", "--node", &ws, "--chain-id", &chain, &text]).await?;
		assert_eq!(found.expect_code(0)?.json["target"], json!(target));
		let text = format!("{target:?}");
		let found = cli::run(&["lookup", "--node", &ws, "--target", &text]).await?;
		assert_eq!(found.expect_code(0)?.json["source"], json!(source));
	}
	let nobody = format!("{:?}", made_up(b"nobody", 0));
	for argument in [["--chain-id", "1", &nobody].as_slice(), &["--target", &nobody]] {
		let ws = node.ws();
		let found = cli::run(&[&["lookup", "--node", &ws], argument].concat()).await?;
		assert_eq!(found.expect_code(1)?.json["found"], json!(false));
	}
	for method in ["migration_targetOf", "migration_sourceOf"] {
		let params =
			if method.ends_with("targetOf") { json!([1, nobody]) } else { json!([nobody]) };
		assert_eq!(session.rpc.request::<Value>(method, params).await?, Value::Null);
	}
	Ok(())
}

async fn spend_with_an_ethereum_key(session: &Session, scene: &Scene) -> Result<()> {
	let (rpc, owner) = (&session.rpc, &scene.moved);
	assert_eq!(balance(rpc, owner.address()).await?, 3 * ETHER);
	assert_eq!(nonce(rpc, owner.address()).await?, 5);
	assert_eq!(balance(rpc, scene.mover.address()).await?, 0);
	let receiver = made_up(b"receiver", 0);
	let hash = owner.send(rpc, &Action::transfer(receiver, ETHER)).await?;
	let receipt = receipt(rpc, &hash, INCLUSION).await?;
	assert_eq!(receipt["status"], json!("0x1"), "{receipt}");
	assert_eq!(balance(rpc, receiver).await?, ETHER);
	assert_eq!(nonce(rpc, owner.address()).await?, 6);
	let gas = 21_000 * 1_000_000_000u128;
	assert_eq!(balance(rpc, owner.address()).await?, 2 * ETHER - gas);
	// The key of the old address has nothing to spend.
	let refused = scene.mover.send(rpc, &Action::transfer(receiver, 1)).await;
	assert!(refused.is_err_and(|error| error.to_string().contains("insufficient funds")));
	Ok(())
}

async fn spend_with_a_substrate_key(session: &Session, scene: &Scene) -> Result<()> {
	let heir = &scene.heir;
	let before = free(session, &heir.id()).await?;
	assert_eq!(before, 7 * ETHER);
	let receiver = Account::new("//Receiver")?.id();
	let call = session.transfer(&receiver, ETHER)?;
	session.execute(heir, &call).await?.succeeded()?;
	assert_eq!(free(session, &receiver).await?, ETHER);
	let fee = before - ETHER - free(session, &heir.id()).await?;
	assert!(fee > 0 && fee < ETHER, "a fee of {fee} wei");
	// What was released is released once.
	let record: Option<AccountRecord<AccountId32>> =
		session.api("MigrationRuntimeApi_target_of", (CHAIN, scene.testator.address())).await?;
	assert_eq!(record.map(|record| record.state), Some(AccountState::Released));
	let again = session.call("Migration", "release", (0u32, vec![scene.testator.address()]))?;
	let failure = session.execute(heir, &again).await?.failure;
	assert!(failure.is_some_and(|failure| failure.contains("NothingOwed")));
	Ok(())
}

/// The heir acts in the EVM as the first 20 bytes of its account, which `plan` gave as its address.
async fn act_in_the_evm(session: &Session, scene: &Scene) -> Result<()> {
	let (heir, rpc) = (&scene.heir, &session.rpc);
	let address = truncated(heir.id().as_ref());
	let deposit = session.transfer(&Keys::hashed_account(address), ETHER)?;
	session.execute(heir, &deposit).await?.succeeded()?;
	assert_eq!(balance(rpc, address).await?, ETHER);
	for contract in [scene.contract, created_by(scene.moved.address()), made_up(b"choice", 0)] {
		let call = evm_call(session, address, contract)?;
		let included = session.execute(heir, &call).await?.succeeded()?;
		assert!(included.has("EVM.Executed"), "{:?}", included.events);
		assert_eq!(slot(rpc, contract, 0).await?, H256::from_low_u64_be(42).0);
		assert_eq!(slot(rpc, contract, 1).await?[12..], address.0);
	}
	// Nobody else acts as that address.
	let call = evm_call(session, address, scene.contract)?;
	let failure = session.execute(&Account::bob(), &call).await?.failure;
	assert!(failure.is_some_and(|failure| failure.to_lowercase().contains("origin")));
	assert_eq!(slot(rpc, scene.contract, 0).await?, H256::from_low_u64_be(42).0);
	Ok(())
}

fn evm_call(session: &Session, source: H160, target: H160) -> Result<Vec<u8>> {
	let (input, value, gas) = (Vec::<u8>::new(), U256::zero(), 200_000u64);
	let (price, none) = (U256::from(2_000_000_000u64), None::<U256>);
	let lists = (Vec::<(H160, Vec<H256>)>::new(), Vec::<u8>::new());
	session.call("EVM", "call", (source, target, input, value, gas, price, none, none, lists))
}

async fn free(session: &Session, account: &AccountId32) -> Result<u128> {
	let value = session.storage(&Keys::account(account)).await?;
	let data =
		value.map(|bytes| evm_migrate::substrate::AccountData::decode(&bytes)).transpose()?;
	Ok(data.map(|data| data.free).unwrap_or_default())
}
