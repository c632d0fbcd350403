//! Chunks that governance approved although they are wrong: the chain takes nothing of them, says
//! why, and stays usable. And a target that is occupied, which stops nothing.

use anyhow::{Context, Result};
use evm_migrate::bundle::Bundle;
use migration_primitives::{
	address::{create_address, truncated},
	hash::{keccak256, EMPTY_TRIE_ROOT, KECCAK_EMPTY},
	item::{put_account, put_code, put_slot, AccountHead, Slot},
	snapshot::Scope,
	status::{AccountRecord, AccountState},
	H160, H256, U256,
};
use migration_tests::{
	account::Account,
	bundle::{pack, start_submit, submit, verify, MINT},
	cli,
	fault::fault,
	node::Node,
	rpc::to_hex,
	session::Session,
	state::{item, State},
	synthetic::{made_up, Synthetic, COUNTER},
	wait::IMPORT,
};
use serde_json::json;
use sp_core::crypto::AccountId32;

const ETHER: u128 = 1_000_000_000_000_000_000;

/// A chunk whose contents are wrong.
struct Wrong {
	what: &'static str,
	bytes: Vec<u8>,
	/// Words of the reason that the chain gives.
	reason: &'static str,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn chunk_that_was_approved_but_is_wrong_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Full, 3, 10, 3).write(&snapshot)?;
	let bundle = Bundle::load(&pack(folder.path(), &snapshot, &[], &MINT).await?)?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let before = State::read(&session.rpc).await?;
	for (migration, wrong) in (0u32..).zip(wrong_chunks()) {
		let Wrong { what, bytes, reason } = wrong;
		let found =
			fault(&session, &bundle, &bundle.manifest, migration, &bytes).await.context(what)?;
		let words = found.to_string();
		assert!(words.contains(reason), "{what}: {words}, expected {reason}");
		// Governance leads out of a fault by an abort. The sudo key's short way touches nothing else.
		session.set_storage(&item("Migration", "Active"), None).await?;
	}
	// Nothing was written: the EVM is empty, and all accounts but that of the sudo key are as before.
	assert!(session.rpc.bytes("eth_getCode", json!([made_up(b"contract", 0)])).await?.is_empty());
	let evm = item("EVM", "AccountStorages");
	let keys: Vec<String> =
		session.rpc.request("state_getKeysPaged", json!([to_hex(&evm), 10])).await?;
	assert_eq!(keys, Vec::<String>::new());
	let accounts = State::accounts_apart_from(&session.rpc, &Account::alice().id()).await?;
	accounts.ensure_equal(&before.only_accounts_apart_from(&Account::alice().id()))?;
	Ok(())
}

fn head(address: H160) -> AccountHead {
	AccountHead {
		address,
		nonce: 1,
		balance: U256::zero(),
		code_hash: KECCAK_EMPTY,
		storage_root: EMPTY_TRIE_ROOT,
		code_length: 0,
		slot_count: 0,
		proof: Vec::new(),
	}
}

fn contract(address: H160, slots: u64) -> AccountHead {
	AccountHead {
		code_hash: keccak256(&COUNTER),
		storage_root: H256::repeat_byte(1),
		code_length: COUNTER.len() as u32,
		slot_count: slots,
		..head(address)
	}
}

fn records(put: impl FnOnce(&mut Vec<u8>)) -> Vec<u8> {
	let mut bytes = Vec::new();
	put(&mut bytes);
	bytes
}

/// Two slots in the order of their keys' hashes.
fn two_slots() -> [Slot; 2] {
	let slot = |number| Slot { key: H256::from_low_u64_be(number), value: H256::repeat_byte(1) };
	let mut slots = [slot(1), slot(2)];
	slots.sort_by_key(|slot| keccak256(slot.key.as_bytes()));
	slots
}

fn wrong_chunks() -> Vec<Wrong> {
	let (one, [low, high]) = (made_up(b"one", 0), two_slots());
	let begin = |out: &mut Vec<u8>, slots| {
		put_account(&contract(one, slots), out);
		put_code(&COUNTER, out);
	};
	let wrong = |what, reason, bytes| Wrong { what, bytes, reason };
	let long = AccountHead { code_length: 65_537, ..contract(one, 0) };
	let rich = AccountHead { balance: U256::MAX, ..head(one) };
	let other_code = AccountHead { code_hash: keccak256(&[1]), ..contract(one, 2) };
	vec![
		wrong(
			"an account twice",
			"out of order or there twice",
			records(|out| {
				put_account(&head(one), out);
				put_account(&head(one), out);
			}),
		),
		wrong(
			"slots out of order",
			"out of order or there twice",
			records(|out| {
				begin(out, 2);
				put_slot(&high, out);
				put_slot(&low, out);
			}),
		),
		wrong(
			"a slot twice",
			"out of order or there twice",
			records(|out| {
				begin(out, 2);
				put_slot(&low, out);
				put_slot(&low, out);
			}),
		),
		wrong(
			"a zero-valued slot",
			"zero or not in its shortest form",
			records(|out| {
				begin(out, 1);
				out.push(1);
				out.extend_from_slice(&[0; 33]);
			}),
		),
		wrong(
			"too few slots",
			"slots missing",
			records(|out| {
				begin(out, 2);
				put_slot(&low, out);
			}),
		),
		wrong(
			"code above the limit",
			"code of 65537 bytes",
			records(|out| put_account(&long, out)),
		),
		wrong(
			"other code than its hash",
			"hashes to",
			records(|out| {
				put_account(&other_code, out);
				put_code(&COUNTER, out);
			}),
		),
		wrong("a balance of no token", "does not fit", records(|out| put_account(&rich, out))),
		wrong(
			"a balance beyond the totals",
			"differ from the manifest's totals",
			records(|out| {
				put_account(&AccountHead { balance: U256::from(1u128 << 100), ..head(one) }, out);
			}),
		),
		wrong(
			"trailing bytes",
			"no record begins with the byte",
			records(|out| {
				put_account(&head(one), out);
				out.push(0xff);
			}),
		),
		wrong(
			"a record cut off",
			"end inside a record",
			records(|out| {
				put_account(&head(one), out);
				out.pop();
			}),
		),
		wrong("an empty chunk", "without records", Vec::new()),
	]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn import_to_an_occupied_target_is_listed_works() -> Result<()> {
	let node = Node::start().await?;
	let session = node.session().await?;
	let bob = Account::bob();
	let creator = truncated(bob.id().as_ref());
	let occupied = create_address(creator, 0);
	occupy(&session, &bob, creator).await?;

	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	let chain = Synthetic::large(1, Scope::Selected, 3, 10, 3);
	chain.write(&snapshot)?;
	let source = made_up(b"contract", 1);
	let remap = format!("{source:?}={occupied:?}");
	let bundle = pack(folder.path(), &snapshot, &["--remap", &remap], &MINT).await?;
	let refused = start_submit(&node, &bundle, &[])?.wait(IMPORT).await?.expect_code(2)?;
	let listed = format!("occupied: {source:?} -> {occupied:?}: code 0x");
	assert!(refused.talk.contains(&listed), "{}", refused.talk);
	assert!(refused.talk.contains("1 targets are occupied"), "{}", refused.talk);
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"], json!([]), "nothing was proposed");

	// Proposed all the same, it is not activated without a further word.
	submit(&node, &bundle, &["--allow-collisions"]).await?;
	let refused = start_submit(&node, &bundle, &["--activate"])?;
	let refused = refused.wait(IMPORT).await?.expect_code(2)?;
	assert!(refused.talk.contains("migration 0 has 1 collisions"), "{}", refused.talk);
	submit(&node, &bundle, &["--allow-collisions", "--activate", "--release"]).await?;

	let found = verify(&node, &bundle, &["--list", "1000"]).await?.expect_code(1)?;
	let differences = found.json["differences"].as_array().cloned().unwrap_or_default();
	assert!(!differences.is_empty());
	for difference in &differences {
		assert_eq!(difference["source"], json!(source), "only the collision differs");
		assert_eq!(difference["target"], json!(occupied));
	}
	assert!(differences.iter().any(|difference| difference["field"] == json!("state")));
	let record: Option<AccountRecord<AccountId32>> =
		session.api("MigrationRuntimeApi_target_of", (1u64, source)).await?;
	let state = record.map(|record| record.state);
	assert!(matches!(state, Some(AccountState::Settled(_))), "{state:?}");
	// What was there stays as it was.
	let code = session.rpc.bytes("eth_getCode", json!([occupied, "latest"])).await?;
	assert_eq!(code, COUNTER);
	Ok(())
}

/// Creates a contract on the target.
async fn occupy(session: &Session, by: &Account, creator: H160) -> Result<()> {
	let deposit =
		session.transfer(&evm_migrate::substrate::Keys::hashed_account(creator), ETHER)?;
	session.execute(by, &deposit).await?.succeeded()?;
	// Copies what stands behind it into memory and returns it.
	let length = COUNTER.len() as u8;
	let copy = [0x60, length, 0x60, 12, 0x60, 0, 0x39, 0x60, length, 0x60, 0, 0xf3];
	let (init, value, gas) = ([&copy[..], &COUNTER].concat(), U256::zero(), 500_000u64);
	let (price, none) = (U256::from(2_000_000_000u64), None::<U256>);
	let lists = (Vec::<(H160, Vec<H256>)>::new(), Vec::<u8>::new());
	let call =
		session.call("EVM", "create", (creator, init, value, gas, price, none, none, lists))?;
	let included = session.execute(by, &call).await?.succeeded()?;
	assert!(included.has("EVM.Created"), "{:?}", included.events);
	Ok(())
}
