//! Whatever is changed on the target or in a bundle, the command line finds it and names it.

use std::{fs, path::Path};

use anyhow::{ensure, Context, Result};
use evm_migrate::{snapshot::SnapshotReader, substrate::Keys};
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
	synthetic::Synthetic,
};
use serde_json::{json, Value};

/// Bytes that are flipped in each file.
const FLIPS: u64 = 40;

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
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let sound = verify(&node, &bundle, &[]).await?.expect_code(0)?;
	assert_eq!(sound.number("mismatches")?, 0);
	assert_eq!(sound.json["poe_verified"], json!(true));

	let session = node.session().await?;
	for mutation in mutations(&snapshot)? {
		check(&node, &session, &bundle, &mutation)
			.await
			.with_context(|| format!("{} of {:?}", mutation.field, mutation.address))?;
	}
	verify(&node, &bundle, &[]).await?.expect_code(0)?;

	// A deposit is none of them, unless the operator wants it to be.
	let holder = first_holder(&snapshot)?;
	let call = session.transfer(&Keys::hashed_account(holder), 3)?;
	session.execute(&Account::bob(), &call).await?.succeeded()?;
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
	let holder = first_holder(snapshot)?;
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

/// An account without code that has a nonce and a balance.
fn first_holder(snapshot: &Path) -> Result<H160> {
	let mut reader = SnapshotReader::open(snapshot)?;
	while let Some(entry) = reader.next_record()? {
		match entry.item {
			Item::Account(head)
				if head.code_length == 0 && head.nonce > 0 && !head.balance.is_zero() =>
			{
				return Ok(head.address)
			}
			_ => {}
		}
	}
	anyhow::bail!("the snapshot has no such account")
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
