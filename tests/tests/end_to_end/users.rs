//! Users beside an import: what is under import is locked and opens with the activation, nobody stops
//! an import by sending wei to its targets, and who uses an account here goes on.

use std::path::PathBuf;

use anyhow::{ensure, Context, Result};
use codec::{Compact, Encode};
use evm_migrate::{bundle::Bundle, substrate::Keys};
use migration_primitives::{hash::keccak256, snapshot::Scope, H160, H256};
use migration_tests::{
	account::Account,
	bundle::{chunk, map_chunk, pack, start_submit, submit, verify, MINT},
	node::Node,
	session::Session,
	synthetic::{made_up, Synthetic, SyntheticAccount, COUNTER},
	wait::INCLUSION,
	wallet::{balance, nonce, receipt, send_raw, slot, Action, Wallet, GAS_PRICE},
};
use serde_json::json;
use tempfile::TempDir;

const ETHER: u128 = 1_000_000_000_000_000_000;
/// The chain id of the development chain.
const DEVELOPMENT: u64 = 31_337;

async fn prepare(folder: &TempDir, chain: &Synthetic, options: &[&str]) -> Result<PathBuf> {
	let snapshot = folder.path().join("source.snapshot");
	chain.write(&snapshot)?;
	pack(folder.path(), &snapshot, &[], &[&MINT[..], options].concat()).await
}

/// Gives an EVM address wei of Bob's.
async fn fund(session: &Session, address: H160, value: u128) -> Result<()> {
	let call = session.transfer(&Keys::hashed_account(address), value)?;
	session.execute(&Account::bob(), &call).await?.succeeded()?;
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn transaction_that_touches_an_account_under_import_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let (contract, holder) = (made_up(b"contract", 0), Wallet::new(7)?);
	let mut chain = Synthetic::new(1, Scope::Full);
	chain.contract(contract, 5, 10);
	chain.external(holder.address(), 3, ETHER);
	let bundle = prepare(&folder, &chain, &[]).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let (rpc, user) = (&session.rpc, Wallet::new(8)?);
	fund(&session, user.address(), ETHER).await?;
	submit(&node, &bundle, &[]).await?;

	let before = balance(rpc, user.address()).await?;
	let hash = user.send(rpc, &Action::call(contract)).await?;
	let halted = receipt(rpc, &hash, INCLUSION).await?;
	assert_eq!(halted["status"], json!("0x0"), "{halted}");
	let gas = Action::call(contract).gas;
	assert_eq!(halted["gasUsed"], json!(format!("{gas:#x}")), "all gas is consumed");
	let price = halted["effectiveGasPrice"].as_str().unwrap_or_default();
	let price = u128::from_str_radix(price.trim_start_matches("0x"), 16)?;
	assert!(price > 0 && price <= GAS_PRICE);
	assert_eq!(before - balance(rpc, user.address()).await?, u128::from(gas) * price);
	assert_eq!(nonce(rpc, user.address()).await?, 1);
	let block = halted["blockHash"].as_str().context("a block")?;
	let locked = session.events(block).await?;
	let locked = locked.iter().find(|event| event.name == "EVM.AccountLocked");
	assert_eq!(locked.map(|event| event.fields.as_slice()), Some(contract.as_bytes()));
	assert_eq!(slot(rpc, contract, 0).await?, H256::from_low_u64_be(41).0);

	// Its owners cannot act either, by either kind of key.
	let refused = holder.send(rpc, &Action::transfer(user.address(), 1)).await;
	let refused = refused.err().map(|error| error.to_string()).unwrap_or_default();
	assert!(refused.contains("sender is locked by a migration"), "{refused}");

	submit(&node, &bundle, &["--activate", "--release"]).await?;
	verify(&node, &bundle, &[]).await?.expect_code(0)?;
	let hash = user.send(rpc, &Action::call(contract)).await?;
	let done = receipt(rpc, &hash, INCLUSION).await?;
	assert_eq!(done["status"], json!("0x1"), "{done}");
	assert_eq!(slot(rpc, contract, 0).await?, H256::from_low_u64_be(42).0);
	let hash = holder.send(rpc, &Action::transfer(user.address(), 1)).await?;
	assert_eq!(receipt(rpc, &hash, INCLUSION).await?["status"], json!("0x1"));
	assert_eq!(nonce(rpc, holder.address()).await?, 4);
	Ok(())
}

/// Sends one wei to each address, all in one go.
async fn dust(session: &Session, stranger: &Account, targets: &[H160]) -> Result<()> {
	let from = session.rpc.best_number().await?;
	let first = session.nonce(&stranger.id()).await?;
	let mut transactions = Vec::new();
	for (nonce, target) in (first..).zip(targets) {
		let call = session.transfer(&Keys::hashed_account(*target), 1)?;
		let transaction = session.signed(stranger, nonce, &call);
		let answer = session.rpc.submit(&transaction).await?;
		ensure!(answer.is_ok(), "the pool refuses dust: {answer:?}");
		transactions.push(transaction);
	}
	for transaction in transactions {
		session.find(&transaction, from, INCLUSION).await?.succeeded()?;
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dust_at_every_target_and_stage_stops_nothing_works() -> Result<()> {
	const STAGES: u128 = 5;
	let folder = tempfile::tempdir()?;
	let chain = Synthetic::large(1, Scope::Selected, 3, 30, 4);
	let options = ["--map-run-log2", "2", "--chunk-slots", "25"];
	let path = prepare(&folder, &chain, &options).await?;
	let bundle = Bundle::load(&path)?;
	let targets: Vec<H160> = chain.accounts.keys().copied().collect();
	let node = Node::start().await?;
	let session = node.session().await?;
	let (alice, stranger) = (Account::alice(), Account::bob());

	dust(&session, &stranger, &targets[1..]).await?;
	let call = session.call("Migration", "propose", &bundle.manifest)?;
	session.execute(&alice, &session.sudo(&call)?).await?.succeeded()?;
	dust(&session, &stranger, &targets).await?;
	for index in 0..bundle.map_chunk_count() {
		let call = map_chunk(&session, &bundle, 0, index)?;
		session.include(&session.general(&call, 0)?).await?.succeeded()?;
	}
	dust(&session, &stranger, &targets).await?;
	for index in 0..bundle.chunk_count() / 2 {
		let call = chunk(&session, &bundle, 0, index)?;
		session.include(&session.general(&call, 0)?).await?.succeeded()?;
	}
	dust(&session, &stranger, &targets).await?;
	submit(&node, &path, &[]).await?;
	dust(&session, &stranger, &targets).await?;
	verify(&node, &path, &["--before-activate"]).await?.expect_code(0)?;
	submit(&node, &path, &["--activate", "--release"]).await?;
	let verified = verify(&node, &path, &[]).await?.expect_code(0)?;
	assert_eq!(verified.number("mismatches")?, 0);
	// All people were in use, and what was handed out to them is compared like everything else.
	assert_eq!(verified.number("released")?, 4);
	assert_eq!(verified.json["balances_not_compared"]["total"], json!(0));
	let sent = |index: usize| if index == 0 { STAGES - 1 } else { STAGES };
	all_is_there(&session, &chain, sent).await?;

	let robbed = made_up(b"external", 2);
	let who = Keys::hashed_account(robbed);
	let call = session.call("Balances", "force_set_balance", (0u8, who, Compact(0u128)))?;
	session.execute(&alice, &session.sudo(&call)?).await?.succeeded()?;
	let found = verify(&node, &path, &[]).await?.expect_code(1)?;
	assert_eq!(found.number("mismatches")?, 1, "{}", found.json);
	assert_eq!(found.json["differences"][0]["target"], json!(robbed));
	Ok(())
}

/// Every account has what the source has, and on top the wei that were sent to the target of its index.
async fn all_is_there(
	session: &Session,
	chain: &Synthetic,
	sent: impl Fn(usize) -> u128,
) -> Result<()> {
	for (index, (address, account)) in chain.accounts.iter().enumerate() {
		let expected = u128::try_from(account.balance).unwrap_or_default() + sent(index);
		assert_eq!(balance(&session.rpc, *address).await?, expected, "{address:?}");
		assert_eq!(nonce(&session.rpc, *address).await?, account.nonce, "{address:?}");
	}
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dust_before_and_beside_a_submit_stops_nothing_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let chain = Synthetic::large(1, Scope::Selected, 3, 30, 4);
	let options = ["--map-run-log2", "2", "--chunk-slots", "25"];
	let path = prepare(&folder, &chain, &options).await?;
	let targets: Vec<H160> = chain.accounts.keys().copied().collect();
	let node = Node::start().await?;
	let session = node.session().await?;
	let stranger = Account::bob();

	dust(&session, &stranger, &targets).await?;
	let mut rounds = 1;
	let mut submitting = start_submit(&node, &path, &["--in-flight", "1"])?;
	let submitted = loop {
		if let Some(output) = submitting.ended()? {
			break output.expect_code(0)?;
		}
		ensure!(rounds < 500, "the import does not end: {}", submitting.talk()?);
		dust(&session, &stranger, &targets).await?;
		rounds += 1;
	};
	let words = "note: 3 contracts go to targets that hold ether, ";
	assert!(submitted.talk.contains(words), "{}", submitted.talk);
	dust(&session, &stranger, &targets).await?;
	rounds += 1;

	// What contracts got before their head came is surplus, what came later deposits.
	let verified = verify(&node, &path, &["--before-activate"]).await?.expect_code(0)?;
	assert_eq!(verified.number("mismatches")?, 0);
	assert_eq!((verified.number("surplus")?, verified.number("deposits")?), (3, 3));
	let wei = |field: &str| -> Result<u128> { Ok(verified.text(field)?.parse()?) };
	assert_eq!(wei("surplus_wei")? + wei("deposits_wei")?, 3 * rounds);
	assert!(verified.talk.contains("note: 3 accounts have "), "{}", verified.talk);

	submit(&node, &path, &["--activate", "--release"]).await?;
	dust(&session, &stranger, &targets).await?;
	rounds += 1;
	let verified = verify(&node, &path, &[]).await?.expect_code(0)?;
	assert_eq!(verified.number("mismatches")?, 0);
	all_is_there(&session, &chain, |_| rounds).await
}

/// Calls a contract, or an account that has delegated, as a user who pays for it.
async fn call(session: &Session, user: &Wallet, to: H160) -> Result<()> {
	let hash = user.send(&session.rpc, &Action::call(to)).await?;
	let done = receipt(&session.rpc, &hash, INCLUSION).await?;
	ensure!(done["status"] == json!("0x1"), "{done}");
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_of_accounts_in_use_are_their_own_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let (holder, user) = (Wallet::new(9)?, Wallet::new(10)?);
	let shared = made_up(b"shared", 0);
	let mut chain = Synthetic::large(1, Scope::Selected, 2, 5, 2);
	chain.external(holder.address(), 3, ETHER);
	// A contract without storage that has the same code on both chains.
	let account = SyntheticAccount { nonce: 1, code: COUNTER.to_vec(), ..Default::default() };
	chain.accounts.insert(shared, account);
	let bundle = prepare(&folder, &chain, &[]).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let rpc = &session.rpc;
	let metadata = (COUNTER.len() as u64, keccak256(&COUNTER)).encode();
	session.set_storage(&Keys::code(shared), Some(&COUNTER.to_vec().encode())).await?;
	session.set_storage(&Keys::code_metadata(shared), Some(&metadata)).await?;
	fund(&session, user.address(), ETHER).await?;

	// The holder has a smart wallet here, which stores in the holder's account.
	let delegation = holder.delegation(DEVELOPMENT, 0, shared)?;
	let action = Action::call(holder.address());
	let bytes =
		user.eip7702(DEVELOPMENT, nonce(rpc, user.address()).await?, &action, &delegation)?;
	let hash = send_raw(rpc, &bytes).await?.map_err(|refusal| anyhow::anyhow!("{refusal:?}"))?;
	let done = receipt(rpc, &hash, INCLUSION).await?;
	assert_eq!(done["status"], json!("0x1"), "{done}");
	assert_eq!(slot(rpc, holder.address(), 0).await?, H256::from_low_u64_be(1).0);

	submit(&node, &bundle, &[]).await?;
	// Both stay open to their users during the import and the review.
	call(&session, &user, holder.address()).await?;
	call(&session, &user, shared).await?;
	assert_eq!(slot(rpc, holder.address(), 0).await?, H256::from_low_u64_be(2).0);
	let verified = verify(&node, &bundle, &["--before-activate"]).await?.expect_code(0)?;
	assert_eq!((verified.number("mismatches")?, verified.number("slots_in_use")?), (0, 4));
	let notes = verified.json["notes"].as_array().context("notes")?;
	for target in [holder.address(), shared] {
		let of_target = |note: &&serde_json::Value| {
			note["target"] == json!(target) && note["field"] == json!("extra storage")
		};
		assert_eq!(notes.iter().filter(of_target).count(), 2, "{notes:?}");
	}
	assert!(verified.talk.contains("note: 2 accounts in use have 4 slots"), "{}", verified.talk);

	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let verified = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	// A delegation may spend without the holder's nonce.
	assert_eq!(verified.json["balances_not_compared"]["with_code"], json!(1));
	assert_eq!(balance(rpc, holder.address()).await?, ETHER);

	// What is written into the storage of an imported contract is none of it.
	let contract = made_up(b"contract", 0);
	let key = Keys::slot(contract, H256::repeat_byte(0xad));
	session.set_storage(&key, Some(H256::from_low_u64_be(1).as_bytes())).await?;
	let found = verify(&node, &bundle, &[]).await?.expect_code(1)?;
	assert_eq!(found.number("mismatches")?, 1, "{}", found.json);
	assert_eq!(found.json["differences"][0]["target"], json!(contract));
	Ok(())
}
