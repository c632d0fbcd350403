//! What stands at targets before a migration is proposed, and calls after the import that the bundle
//! brings.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use codec::Encode;
use evm_migrate::substrate::Keys;
use migration_primitives::{manifest::PostImportCall, snapshot::Scope, H160, U256};
use migration_tests::{
	account::Account,
	bundle::{pack, start_submit, submit, text, verify, MINT},
	cli,
	node::Node,
	session::Session,
	synthetic::{made_up, Synthetic},
	wait::IMPORT,
};
use serde_json::json;

const ETHER: u128 = 1_000_000_000_000_000_000;
/// The chain id of the development chain.
const DEVELOPMENT: u64 = 31_337;

fn contract(number: u64) -> H160 {
	made_up(b"contract", number)
}

fn person(number: u64) -> H160 {
	made_up(b"external", number)
}

/// Sends ether to an address of the EVM.
async fn fund(session: &Session, address: H160) -> Result<()> {
	let call = session.transfer(&Keys::hashed_account(address), ETHER)?;
	session.execute(&Account::bob(), &call).await?.succeeded()?;
	Ok(())
}

async fn nothing_was_proposed(node: &Node) -> Result<()> {
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"], json!([]), "nothing was proposed");
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contract_that_takes_over_ether_needs_consent_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 3, 10, 3).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	// A person's ether is hers on both sides; a contract's target is somebody else's.
	fund(&session, contract(1)).await?;
	fund(&session, person(1)).await?;
	let listed = format!(
		"{:?} -> {:?}: no code, nonce 0, no storage, {ETHER} wei",
		contract(1),
		contract(1)
	);

	let (ws, map) = (node.ws(), folder.path().join("looked.json"));
	let plan = ["plan", "--snapshot", text(&snapshot), "--node", &ws, "--output", text(&map)];
	let planned = cli::run(&plan).await?.expect_code(0)?;
	let found = &planned.json["targets_with_balance"];
	assert_eq!(found.as_array().map(Vec::len), Some(1), "{found}");
	assert_eq!(found[0]["target"], json!(contract(1)));
	assert_eq!((&found[0]["balance"], &found[0]["nonce"]), (&json!(ETHER.to_string()), &json!(0)));
	assert_eq!(planned.json["occupied_targets"], json!([]));
	assert!(planned.talk.contains(&format!("warning: {listed}")), "{}", planned.talk);
	let reviewed = cli::run(&["review", text(&bundle), "--node", &ws]).await?.expect_code(0)?;
	let warnings = reviewed.json["warnings"].to_string();
	assert!(warnings.contains(&format!("what its target holds: {listed}")), "{warnings}");

	for how in [&[][..], &["--propose-with", "print"]] {
		let refused = start_submit(&node, &bundle, how)?.wait(IMPORT).await?.expect_code(2)?;
		assert!(refused.talk.contains(&format!("holds ether: {listed}")), "{}", refused.talk);
		let words = "1 contracts go to targets that hold ether";
		assert!(refused.talk.contains(words), "{}", refused.talk);
		assert!(refused.talk.contains("--allow-occupied-balances"), "{}", refused.talk);
	}
	nothing_was_proposed(&node).await?;

	// Allowed, the contract is there with the ether on top of its own.
	let allowed = ["--allow-occupied-balances", "--activate", "--release"];
	submit(&node, &bundle, &allowed).await?;
	verify(&node, &bundle, &["--allow-deposits"]).await?.expect_code(0)?;
	let balance = session.rpc.quantity("eth_getBalance", json!([contract(1), "latest"])).await?;
	assert_eq!(balance, ETHER + 1);
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contracts_of_a_whole_chain_without_an_entry_are_warned_of_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	let map = folder.path().join("map.json");
	let fixed = ["plan", "--snapshot", text(&snapshot), "--output", text(&map)];
	let unnamed = |output: &cli::Output| -> Result<usize> {
		let list = output.json["contracts_without_entry"].as_array();
		Ok(list.context("a list of contracts")?.len())
	};
	for (scope, more, count) in [
		(Scope::Full, &[][..], 3),
		(Scope::Full, &["--all-entries"][..], 0),
		(Scope::Selected, &[][..], 0),
	] {
		Synthetic::large(1, scope, 3, 2, 2).write(&snapshot)?;
		let planned = cli::run(&[&fixed[..], more].concat()).await?.expect_code(0)?;
		assert_eq!(unnamed(&planned)?, count, "{scope:?} {more:?}");
		let words = "warning: 3 contracts have no entry in the map";
		assert_eq!(planned.talk.contains(words), count > 0, "{}", planned.talk);
	}

	Synthetic::large(1, Scope::Full, 3, 2, 2).write(&snapshot)?;
	let bundle = pack(folder.path(), &snapshot, &[], &MINT).await?;
	let reviewed = cli::run(&["review", text(&bundle)]).await?.expect_code(0)?;
	let warnings = reviewed.json["warnings"].to_string();
	assert!(warnings.contains("Contracts have no entry in the map: 3."), "{warnings}");
	assert!(warnings.contains("--all-entries"), "{warnings}");
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn contract_at_a_reserved_address_is_refused_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	let mut chain = Synthetic::large(1, Scope::Selected, 1, 3, 1);
	let (reserved, zero) = (H160::from_low_u64_be(0x100), H160::zero());
	chain.contract(reserved, 0, 3);
	// A balance may be anywhere.
	chain.external(zero, 0, 5);
	chain.write(&snapshot)?;
	let (map, bundle) = (folder.path().join("map.json"), folder.path().join("bundle"));
	let plan = ["plan", "--snapshot", text(&snapshot), "--output", text(&map)];
	let planned = cli::run(&plan).await?.expect_code(1)?;
	let expected = json!([{ "source": reserved, "target": reserved }]);
	assert_eq!(planned.json["reserved_targets"], expected);
	let fixed = ["pack", "--snapshot", text(&snapshot), "--map", text(&map)];
	let fixed = [&fixed[..], &["--output", text(&bundle)], &MINT].concat();
	cli::run(&fixed).await?.expect_code(0)?;
	let node = Node::start().await?;
	let refused = start_submit(&node, &bundle, &[])?.wait(IMPORT).await?.expect_code(2)?;
	let words = format!("code or storage of {reserved:?} would stand at {reserved:?}");
	assert!(refused.talk.contains(&words), "{}", refused.talk);
	nothing_was_proposed(&node).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn submit_that_waits_needs_no_consent_to_what_others_propose_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(DEVELOPMENT, Scope::Selected, 2, 10, 3).write(&snapshot)?;
	let allowed = ["--allow-same-chain-id"];
	let bundle = pack(folder.path(), &snapshot, &allowed, &MINT).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	fund(&session, contract(0)).await?;
	// `--allow-same-chain-id` is not among these words.
	let ws = node.ws();
	let waits = ["submit", "--bundle", text(&bundle), "--node", &ws, "--propose-with", "wait"];
	let mut waiting = cli::start(&[&waits[..], &["--stall", "200"]].concat())?;
	let told = |running: &cli::Running| -> Result<bool> {
		let talk = running.talk()?;
		Ok(talk.contains("the same chain id 31337") && talk.contains("holds ether"))
	};
	migration_tests::wait::wait_until("the warnings", IMPORT, || {
		let told = told(&waiting);
		async move { Ok(told?.then_some(())) }
	})
	.await?;
	assert!(waiting.ended()?.is_none(), "it waits for a proposal");
	let proposes = ["--allow-same-chain-id", "--allow-occupied-balances"];
	let command = ["submit", "--bundle", text(&bundle), "--node", &ws, "--dev-signer", "alice"];
	cli::start(&[&command[..], &proposes].concat())?.wait(IMPORT).await?.expect_code(0)?;
	waiting.wait(IMPORT).await?.expect_code(0)?;
	verify(&node, &bundle, &["--before-activate", "--allow-deposits"]).await?.expect_code(0)?;
	Ok(())
}

/// Packs a snapshot with calls after the import.
async fn pack_calls(folder: &Path, calls: &[PostImportCall]) -> Result<std::path::PathBuf> {
	let snapshot = folder.join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 2, 10, 3).write(&snapshot)?;
	let digits: Vec<String> =
		calls.iter().map(|call| format!("0x{}", hex::encode(call.encode()))).collect();
	let options = digits.iter().flat_map(|digits| ["--call", digits.as_str()]);
	pack(folder, &snapshot, &[], &MINT.into_iter().chain(options).collect::<Vec<_>>()).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_of_the_bundle_are_executed_after_the_import_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let call = |from: H160, to: H160| PostImportCall {
		from,
		to,
		input: vec![0xab; 4].try_into().unwrap_or_default(),
		gas_limit: 100_000,
	};
	// The counters add one and keep who called last.
	let calls = [call(person(1), contract(0)), call(contract(1), contract(0))];
	let bundle = pack_calls(folder.path(), &calls).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	submit(&node, &bundle, &[]).await?;
	// Until they are executed the state is the source's.
	verify(&node, &bundle, &["--before-activate"]).await?.expect_code(0)?;
	let ws = node.ws();
	let early = ["govern", "activate", "--node", &ws, "--dev-signer", "alice"];
	let early = cli::run(&early).await?.expect_code(2)?;
	assert!(early.talk.contains("2 calls after the import still to come"), "{}", early.talk);

	let early =
		start_submit(&node, &bundle, &["--activate"])?.wait(IMPORT).await?.expect_code(2)?;
	assert!(early.talk.contains("`evm-migrate govern call 0 --calls FILE`"), "{}", early.talk);

	let list = bundle.join("calls.json");
	let execute = ["govern", "call", "--calls", text(&list), "--node", &ws];
	let execute = [&execute[..], &["--dev-signer", "ferdie"]].concat();
	let done = cli::run(&execute).await?.expect_code(0)?;
	assert_eq!(done.number("executed")?, 2);
	let slot = |number: &'static str| {
		let rpc = &session.rpc;
		async move { rpc.bytes("eth_getStorageAt", json!([contract(0), number, "latest"])).await }
	};
	assert_eq!(U256::from_big_endian(&slot("0x0").await?), U256::from(43), "from 41 on");
	let last = slot("0x1").await?;
	assert_eq!(last.get(12..).context("a word")?, contract(1).as_bytes());

	submit(&node, &bundle, &["--activate", "--release"]).await?;

	// A list that was changed since is refused before anything is asked of the chain.
	let changed = fs::read_to_string(&list)?.replacen("abababab", "abababac", 1);
	fs::write(&list, changed)?;
	let again = start_submit(&node, &bundle, &[])?.wait(IMPORT).await?.expect_code(2)?;
	assert!(again.talk.contains("call 0 hashes to"), "{}", again.talk);
	Ok(())
}
