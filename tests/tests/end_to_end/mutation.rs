//! Whatever is changed on the target or in a bundle, the command line finds it and names it.

use std::{fs, path::Path};

use anyhow::{ensure, Context, Result};
use codec::{Compact, Encode};
use evm_migrate::{
	snapshot::SnapshotReader,
	substrate::{AccountData, Keys},
};
use migration_primitives::{
	item::{AccountHead, Item},
	snapshot::Scope,
	H160, H256,
};
use migration_tests::{
	account::Account,
	bundle::{example, pack, submit, text, verify, MINT},
	cli,
	node::Node,
	random::Random,
	session::Session,
	synthetic::{made_up, Synthetic, COUNTER},
};
use serde_json::{json, Value};

/// Bytes that are flipped in each file.
const FLIPS: u64 = 40;
/// What the verification calls a balance that root wrote.
const WRITTEN: &str = "balance written by root";

/// A change of one value on the chain.
struct Mutation {
	/// The account it is of.
	address: H160,
	/// What the verification calls it.
	field: &'static str,
	/// The slot, where it is one.
	slot: Option<H256>,
	/// Where it stands.
	key: Vec<u8>,
	/// The value to write; none deletes.
	change: fn(Option<Vec<u8>>) -> Option<Vec<u8>>,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_of_a_changed_chain_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = example()?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let [holder, released] = two_holders(&snapshot)?;
	deposit(&session, released, 1).await?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let sound = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	assert_eq!(sound.number("mismatches")?, 0);
	assert_eq!(sound.json["poe_verified"], json!(true));
	assert_eq!(sound.json["balances_not_compared"]["total"], json!(0), "{}", sound.json);
	assert_eq!(sound.json["events"]["blocks_not_read"], json!(0));

	for mutation in mutations(&snapshot)? {
		check(&node, &session, &bundle, &mutation)
			.await
			.with_context(|| format!("{} of {:?}", mutation.field, mutation.address))?;
	}
	verify(&node, &bundle, &[]).await?.expect_code(0)?;

	// A deposit is none of them, unless the operator wants it to be.
	deposit(&session, holder, 3).await?;
	let noted = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	assert_eq!((noted.number("deposits")?, noted.text("deposits_wei")?), (1, "3"));
	let notes = noted.json["notes"].as_array().context("notes")?;
	assert!(notes.iter().any(|note| note["target"] == json!(holder)), "{notes:?}");
	verify(&node, &bundle, &["--allow-deposits"]).await?.expect_code(0)?;
	let strict = verify(&node, &bundle, &["--strict"]).await?.expect_code(1)?;
	assert_eq!(strict.number("mismatches")?, 1, "{}", strict.json);
	assert_eq!(strict.json["differences"][0]["field"], json!("balance"));
	Ok(())
}

/// Sends wei of Bob's to an address of the EVM.
async fn deposit(session: &Session, to: H160, wei: u128) -> Result<()> {
	let call = session.transfer(&Keys::hashed_account(to), wei)?;
	session.execute(&Account::bob(), &call).await?.succeeded()?;
	Ok(())
}

/// A call of `Balances` as root.
async fn force(session: &Session, name: &str, arguments: impl Encode) -> Result<()> {
	let call = session.sudo(&session.call("Balances", name, arguments)?)?;
	session.execute(&Account::alice(), &call).await?.succeeded()?;
	Ok(())
}

async fn set_balance(session: &Session, of: H160, free: u128) -> Result<()> {
	let account = Keys::hashed_account(of);
	force(session, "force_set_balance", (0u8, account, Compact(free))).await
}

async fn free(session: &Session, of: H160) -> Result<u128> {
	let value = session.storage(&Keys::account(&Keys::hashed_account(of))).await?;
	Ok(AccountData::decode(&value.context("the account is there")?)?.free)
}

/// The verification must find one difference, and name the account and what it is.
async fn finds(
	node: &Node,
	bundle: &Path,
	options: &[&str],
	target: H160,
	field: &str,
) -> Result<()> {
	let found = verify(node, bundle, options).await?.expect_code(1)?;
	ensure!(found.number("mismatches")? == 1, "{}", found.json);
	let difference = &found.json["differences"][0];
	ensure!(difference["target"] == json!(target), "{difference}");
	ensure!(difference["field"] == json!(field), "{difference}");
	ensure!(found.talk.contains(&format!("mismatch: {field} of ")), "{}", found.talk);
	ensure!(field != WRITTEN || found.talk.contains("written in block "), "{}", found.talk);
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_of_balances_that_root_changed_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = example()?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let [holder, released] = two_holders(&snapshot)?;
	deposit(&session, released, 1).await?;

	submit(&node, &bundle, &[]).await?;
	check_written(&node, &session, &bundle, &["--before-activate"], holder).await?;
	check_taken(&node, &session, &bundle, &["--before-activate"], holder).await?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	for holder in [holder, released] {
		check_written(&node, &session, &bundle, &[], holder).await?;
	}
	check_taken(&node, &session, &bundle, &[], holder).await?;
	check_taken_after_the_release(&node, &session, &bundle, released).await?;

	// Root has restored both: what comes afterwards is a deposit.
	deposit(&session, holder, 3).await?;
	verify(&node, &bundle, &[]).await?.expect_code(0)?;

	// A balance in storage with the issuance raised beside it is not hidden by that.
	let account = Keys::account(&Keys::hashed_account(holder));
	let raised = raise_balance(session.storage(&account).await?);
	session.set_storage(&account, raised.as_deref()).await?;
	// `AdjustmentDirection::Increase`.
	force(&session, "force_adjust_total_issuance", (0u8, Compact(1u128))).await?;
	finds(&node, &bundle, &[], holder, "balance").await
}

/// Root writes a balance; each time until it is restored it is found.
async fn check_written(
	node: &Node,
	session: &Session,
	bundle: &Path,
	options: &[&str],
	holder: H160,
) -> Result<()> {
	let before = free(session, holder).await?;
	for changed in [before + 5, before - 5, 0] {
		set_balance(session, holder, changed).await?;
		finds(node, bundle, options, holder, WRITTEN).await?;
		set_balance(session, holder, before).await?;
		verify(node, bundle, options).await?.expect_code(0)?;
	}
	Ok(())
}

/// Root takes wei from an account and gives them to Bob.
async fn take(session: &Session, from: H160, wei: u128) -> Result<()> {
	let (from, to) = (Keys::hashed_account(from), Account::bob().id());
	force(session, "force_transfer", (0u8, from, 0u8, to, Compact(wei))).await
}

/// Root takes wei from an account that the import wrote; until they are back it is found.
async fn check_taken(
	node: &Node,
	session: &Session,
	bundle: &Path,
	options: &[&str],
	holder: H160,
) -> Result<()> {
	take(session, holder, 7).await?;
	finds(node, bundle, options, holder, "balance").await?;
	deposit(session, holder, 7).await?;
	verify(node, bundle, options).await?.expect_code(0)?;
	Ok(())
}

/// Root takes wei that were released: who spent them cannot be told, and it is noted with the block. What
/// is missing beyond that is found.
async fn check_taken_after_the_release(
	node: &Node,
	session: &Session,
	bundle: &Path,
	released: H160,
) -> Result<()> {
	take(session, released, 7).await?;
	let noted = verify(node, bundle, &[]).await?.expect_code(0)?;
	let unknown = &noted.json["balances_not_compared"];
	ensure!(unknown["spent_without_a_nonce"] == json!(1), "{unknown}");
	let notes = noted.json["notes"].as_array().context("notes")?;
	let note = notes.iter().find(|note| note["field"] == json!("spent without a nonce"));
	let note = note.context("a note of what was spent")?;
	ensure!(note["target"] == json!(released), "{note}");
	ensure!(note["found"].as_str().is_some_and(|found| found.contains("in block ")), "{note}");

	let account = Keys::account(&Keys::hashed_account(released));
	let value = session.storage(&account).await?;
	session.set_storage(&account, lower_balance(value.clone()).as_deref()).await?;
	finds(node, bundle, &[], released, "balance").await?;
	session.set_storage(&account, value.as_deref()).await?;
	deposit(session, released, 7).await?;
	verify(node, bundle, &[]).await?.expect_code(0)?;
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_of_code_at_an_account_in_use_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 1, 2, 2).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let waiting = made_up(b"external", 1);
	deposit(&session, waiting, 1).await?;
	submit(&node, &bundle, &[]).await?;
	let key = Keys::code(waiting);
	let contract = COUNTER.to_vec().encode();

	session.set_storage(&key, Some(&contract)).await?;
	finds(&node, &bundle, &["--before-activate"], waiting, "code").await?;
	// A delegation is its owner's.
	let delegation = [&[0xefu8, 0x01, 0x00][..], &[7; 20]].concat().encode();
	session.set_storage(&key, Some(&delegation)).await?;
	let noted = verify(&node, &bundle, &["--before-activate"]).await?.expect_code(0)?;
	assert_eq!(noted.number("delegations_of_their_own")?, 1, "{}", noted.json);
	assert_eq!(noted.number("delegations_not_written")?, 0);
	let notes = noted.json["notes"].as_array().context("notes")?;
	let is_of_it =
		|note: &Value| (&note["target"], &note["field"]) == (&json!(waiting), &json!("delegation"));
	assert!(notes.iter().any(is_of_it), "{notes:?}");
	session.set_storage(&key, None).await?;

	// Nor can a contract be created where a nonce was.
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	verify(&node, &bundle, &[]).await?.expect_code(0)?;
	session.set_storage(&key, Some(&contract)).await?;
	finds(&node, &bundle, &[], waiting, "code").await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn verify_at_a_node_that_keeps_few_states_warns_works() -> Result<()> {
	const KEPT: &str = "32";
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 1, 5, 2).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let node = Node::start_with(&["--state-pruning", KEPT]).await?;
	let session = node.session().await?;
	let released = made_up(b"external", 1);
	deposit(&session, released, 1).await?;
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let sound = verify(&node, &bundle, &["--require-events"]).await?.expect_code(0)?;
	assert_eq!(sound.json["events"]["blocks_not_read"], json!(0), "{}", sound.json);

	for _ in 0..KEPT.parse::<u32>()? + 8 {
		deposit(&session, made_up(b"nobody", 0), 1).await?;
	}
	let found = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	let events = &found.json["events"];
	let count = |field: &str| events[field].as_u64().context("a number of blocks");
	assert!(count("blocks_not_read")? > 0, "{events}");
	assert_eq!(count("blocks")? + count("blocks_not_read")?, count("last")? - count("first")? + 1);
	let warning = "warning: the events of ";
	assert!(found.talk.contains(warning), "{}", found.talk);
	assert_eq!(found.json["balances_not_compared"]["release_not_seen"], json!(1));
	assert!(
		found.talk.contains("1 balances not compared: 1 released in no block"),
		"{}",
		found.talk
	);

	let refused = verify(&node, &bundle, &["--require-events"]).await?.expect_code(2)?;
	let words = "--require-events: the events of ";
	assert!(refused.talk.contains(words), "{}", refused.talk);

	// The same where the operator does not want more to be read.
	let found = verify(&node, &bundle, &["--event-blocks", "0"]).await?.expect_code(0)?;
	assert!(found.talk.contains("(--event-blocks)"), "{}", found.talk);
	Ok(())
}

/// Changes one value, verifies, restores it, and verifies again.
async fn check(node: &Node, session: &Session, bundle: &Path, mutation: &Mutation) -> Result<()> {
	let before = session.storage(&mutation.key).await?;
	let changed = (mutation.change)(before.clone());
	ensure!(before != changed, "the mutation changes nothing");
	session.set_storage(&mutation.key, changed.as_deref()).await?;

	let found = verify(node, bundle, &[]).await?.expect_code(1)?;
	assert_eq!(found.number("mismatches")?, 1, "{}", found.json);
	let difference = &found.json["differences"][0];
	assert_eq!(difference["target"], json!(mutation.address), "{difference}");
	assert_eq!(difference["field"], json!(mutation.field), "{difference}");
	assert_eq!(difference["slot"], json!(mutation.slot), "{difference}");
	let named = format!("{:?}", mutation.address);
	assert!(found.talk.contains(mutation.field) && found.talk.contains(&named), "{}", found.talk);

	session.set_storage(&mutation.key, before.as_deref()).await?;
	verify(node, bundle, &[]).await?.expect_code(0)?;
	Ok(())
}

fn mutations(snapshot: &Path) -> Result<Vec<Mutation>> {
	let (contract, slot) = largest_contract(snapshot)?;
	let [holder, released] = two_holders(snapshot)?;
	let account = |address| Keys::account(&Keys::hashed_account(address));
	let added = H256::repeat_byte(0xad);
	let of = |address, field, slot, key, change| Mutation { address, field, slot, key, change };
	Ok(vec![
		of(contract, "storage", Some(slot), Keys::slot(contract, slot), flip_last),
		of(contract, "storage", Some(slot), Keys::slot(contract, slot), delete),
		of(contract, "extra storage", Some(added), Keys::slot(contract, added), add_one),
		of(contract, "nonce", None, account(contract), flip_nonce),
		of(contract, "balance", None, account(contract), raise_balance),
		of(contract, "code", None, Keys::code(contract), flip_last),
		of(contract, "code metadata", None, Keys::code_metadata(contract), flip_last),
		of(holder, "nonce", None, account(holder), flip_nonce),
		of(holder, "balance", None, account(holder), raise_balance),
		of(holder, "balance", None, account(holder), lower_balance),
		of(released, "balance", None, account(released), raise_balance),
		of(released, "balance", None, account(released), lower_balance),
		of(released, "balance", None, account(released), empty_balance),
	])
}

fn flip_last(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
	flip_at(value, |length| length - 1)
}

/// `System.Account` begins with a nonce of eight bytes.
fn flip_nonce(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
	flip_at(value, |_| 0)
}

/// No deposit: nobody has paid it, and it is not in the issuance.
fn raise_balance(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
	change_balance(value, |balance| balance + 1)
}

fn lower_balance(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
	change_balance(value, |balance| balance - 1)
}

fn empty_balance(value: Option<Vec<u8>>) -> Option<Vec<u8>> {
	change_balance(value, |_| 0)
}

/// The free balance stands behind the nonce and three counters of four bytes.
fn change_balance(value: Option<Vec<u8>>, change: fn(u128) -> u128) -> Option<Vec<u8>> {
	const PLACE: std::ops::Range<usize> = 20..36;
	let mut value = value.expect("the value that changes is there");
	let before = <[u8; 16]>::try_from(&value[PLACE]).expect("16 bytes");
	value[PLACE].copy_from_slice(&change(u128::from_le_bytes(before)).to_le_bytes());
	Some(value)
}

fn delete(_: Option<Vec<u8>>) -> Option<Vec<u8>> {
	None
}

fn add_one(_: Option<Vec<u8>>) -> Option<Vec<u8>> {
	Some(H256::from_low_u64_be(1).as_bytes().to_vec())
}

fn flip_at(value: Option<Vec<u8>>, place: fn(usize) -> usize) -> Option<Vec<u8>> {
	let mut value = value.expect("the value that changes is there");
	let place = place(value.len());
	value[place] ^= 1;
	Some(value)
}

/// The contract with the most slots, and its first slot.
fn largest_contract(snapshot: &Path) -> Result<(H160, H256)> {
	let mut reader = SnapshotReader::open(snapshot)?;
	let mut best: Option<(AccountHead, Option<H256>)> = None;
	let mut current = H160::zero();
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head) => {
				current = head.address;
				if best.as_ref().is_none_or(|(best, _)| best.slot_count < head.slot_count) {
					best = Some((head, None));
				}
			}
			Item::Slot(slot) => match &mut best {
				Some((head, key @ None)) if head.address == current => *key = Some(slot.key),
				_ => {}
			},
			Item::Code(_) => {}
		}
	}
	let (head, key) = best.context("the snapshot has accounts")?;
	Ok((head.address, key.context("the contract has slots")?))
}

/// Two accounts without code that have a balance, the first with a nonce.
fn two_holders(snapshot: &Path) -> Result<[H160; 2]> {
	let mut reader = SnapshotReader::open(snapshot)?;
	let mut heads = Vec::new();
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head) if head.code_length == 0 && !head.balance.is_zero() => {
				heads.push(head)
			}
			_ => {}
		}
	}
	let first = heads.iter().find(|head| head.nonce > 0).context("an account with a nonce")?;
	let other = heads.iter().find(|head| head.address != first.address);
	Ok([first.address, other.context("another account")?.address])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn load_of_a_bundle_with_a_flipped_byte_fails() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(31_337, Scope::Selected, 3, 5, 6).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let mut random = Random::new(0xf11b);
	for (name, part) in [
		("snapshot.bin", "snapshot"),
		("map.scale", "map"),
		("manifest.scale", "manifest"),
		("manifest.json", "manifest"),
		("chunks.scale", "chunk"),
	] {
		// Nothing listens there: what is wrong is found before anybody is asked.
		let command =
			["verify", "--bundle", text(&bundle), "--node", "ws://127.0.0.1:9", "--patience", "0"];
		flip(&bundle.join(name), &mut random, part, &command).await?;
	}
	let map = folder.path().join("other.json");
	let command = ["plan", "--snapshot", text(&snapshot), "--output", text(&map)];
	flip(&snapshot, &mut random, "snapshot", &command).await
}

/// Flips single bytes of a file; each time the command must fail and name the part.
async fn flip(path: &Path, random: &mut Random, part: &str, command: &[&str]) -> Result<()> {
	let sound = fs::read(path)?;
	for _ in 0..FLIPS {
		let mut bytes = sound.clone();
		let place = usize::try_from(random.within(0..bytes.len() as u64))?;
		let mask = 1u8 << random.within(0..8);
		bytes[place] ^= mask;
		fs::write(path, &bytes)?;
		let found = cli::run(command).await?;
		let told = found.json["error"].as_str().map(str::to_owned);
		assert_eq!(found.code, Some(2), "byte {place} of {}: {}", path.display(), found.talk);
		let named = told.as_deref().is_some_and(|error| error.contains(part));
		assert!(named, "byte {place} of {}: {told:?}, {}", path.display(), found.talk);
		assert_ne!(found.json["causes"], Value::Null);
	}
	fs::write(path, sound)?;
	Ok(())
}
