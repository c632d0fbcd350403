//! What the command line says, and its exit code, where it cannot do its work.

use std::{
	fs,
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	path::Path,
};

use anyhow::{ensure, Result};
use migration_primitives::snapshot::Scope;
use migration_tests::{
	bundle::{pack, start_submit, submit, text, MINT},
	cli,
	node::Node,
	synthetic::Synthetic,
	wait::IMPORT,
};
use serde_json::{json, Value};

const NOBODY: &str = "0x00000000000000000000000000000000000000aa";

/// Runs a command that cannot be done, and looks for words in what it says.
async fn fails(arguments: &[&str], words: &[&str]) -> Result<()> {
	let output = cli::run(arguments).await?;
	let said = &output.talk;
	ensure!(output.code == Some(2), "{arguments:?} ended with {:?}: {said}", output.code);
	for word in words {
		ensure!(said.contains(word), "{arguments:?} said {said}, without {word}");
	}
	let sentence = said.lines().last().unwrap_or_default();
	ensure!(sentence.starts_with("error: "), "{arguments:?} said {said}");
	ensure!(output.json["error"].is_string(), "{arguments:?} printed {}", output.json);
	ensure!(!said.contains("panicked"), "{arguments:?} panicked: {said}");
	Ok(())
}

/// A bundle of a small chain, in the folder.
async fn small_bundle(folder: &Path, chain_id: u64) -> Result<std::path::PathBuf> {
	let folder = folder.join(chain_id.to_string());
	fs::create_dir(&folder)?;
	let snapshot = folder.join("source.snapshot");
	Synthetic::large(chain_id, Scope::Selected, 2, 20, 3).write(&snapshot)?;
	pack(&folder, &snapshot, &[], &MINT).await
}

/// A port on which nobody listens.
fn closed_port() -> Result<u16> {
	Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

/// A server that answers JSON-RPC with what `answer` gives for a method; it ends with the test.
fn serve(answer: fn(&str) -> Option<Value>) -> Result<String> {
	let listener = TcpListener::bind("127.0.0.1:0")?;
	let url = format!("http://{}", listener.local_addr()?);
	std::thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			std::thread::spawn(move || {
				// A client that hangs up is no failure.
				let _ = respond(stream, answer);
			});
		}
	});
	Ok(url)
}

fn respond(stream: TcpStream, answer: fn(&str) -> Option<Value>) -> Result<()> {
	let mut reader = BufReader::new(stream.try_clone()?);
	let mut stream = stream;
	loop {
		let mut length = 0;
		loop {
			let mut line = String::new();
			if reader.read_line(&mut line)? == 0 {
				return Ok(());
			}
			let line = line.trim().to_ascii_lowercase();
			if let Some(value) = line.strip_prefix("content-length:") {
				length = value.trim().parse()?;
			}
			if line.is_empty() {
				break;
			}
		}
		let mut body = vec![0; length];
		reader.read_exact(&mut body)?;
		let request: Value = serde_json::from_slice(&body)?;
		let method = request["method"].as_str().unwrap_or_default();
		let result = match answer(method) {
			Some(result) => json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }),
			None => {
				let error = json!({ "code": -32601, "message": "Method not found" });
				json!({ "jsonrpc": "2.0", "id": request["id"], "error": error })
			}
		}
		.to_string();
		write!(
			stream,
			"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{result}",
			result.len()
		)?;
	}
}

/// A Substrate chain without migrations.
fn other_substrate_chain(method: &str) -> Option<Value> {
	match method {
		"chain_getBlockHash" => Some(json!(format!("0x{}", "11".repeat(32)))),
		"state_getRuntimeVersion" => Some(json!({
			"specName": "elsewhere", "implName": "elsewhere", "authoringVersion": 1,
			"specVersion": 9, "implVersion": 1, "transactionVersion": 2,
			"apis": [["0xdf6acb689907609b", 5]],
		})),
		_ => None,
	}
}

/// An Ethereum node of chain 5.
fn ethereum_node(method: &str) -> Option<Value> {
	match method {
		"eth_chainId" => Some(json!("0x5")),
		_ => None,
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_without_a_node_fail() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = small_bundle(folder.path(), 1).await?;
	let (bundle, port) = (text(&bundle), closed_port()?);
	for scheme in ["ws", "http"] {
		let url = format!("{scheme}://127.0.0.1:{port}");
		let node = ["--node", &url, "--patience", "1"];
		let words = ["cannot be reached", &url];
		for command in [
			["submit", "--bundle", bundle, "--dev-signer", "alice"].as_slice(),
			&["verify", "--bundle", bundle],
			&["lookup", "--target", NOBODY],
			&["status"],
		] {
			fails(&[command, &node].concat(), &words).await?;
		}
	}
	let url = format!("http://127.0.0.1:{port}");
	let file = folder.path().join("snapshot");
	let command = ["snapshot", "--rpc", &url, "--all-accounts", "--output", text(&file)];
	fails(&command, &["cannot be reached", &url]).await?;
	assert!(!file.exists());
	fails(&["status", "--node", "localhost:9944"], &["`localhost:9944` is no address"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_with_a_node_of_another_chain_fail() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = small_bundle(folder.path(), 1).await?;
	let bundle = text(&bundle);
	let (other, ethereum) = (serve(other_substrate_chain)?, serve(ethereum_node)?);
	for command in [
		["submit", "--bundle", bundle, "--dev-signer", "alice"].as_slice(),
		&["verify", "--bundle", bundle],
		&["lookup", "--target", NOBODY],
		&["status"],
	] {
		let command = |url| [command, &["--node", url, "--patience", "1"]].concat();
		fails(&command(&other), &["takes no migrations", "elsewhere", &other]).await?;
		fails(&command(&ethereum), &["Method not found", &ethereum]).await?;
	}
	let file = folder.path().join("snapshot");
	let from = |url| ["snapshot", "--rpc", url, "--all-accounts", "--output", text(&file)];
	let command = [&from(&ethereum)[..], &["--expect-chain-id", "1"]].concat();
	fails(&command, &["chain 5", "chain 1 "]).await?;
	// A Substrate node without Ethereum's methods.
	fails(&from(&other), &["eth_chainId", "Method not found"]).await?;
	assert!(!file.exists());
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_with_a_snapshot_cut_off_fail() -> Result<()> {
	const PARTS: usize = 12;
	let folder = tempfile::tempdir()?;
	let bundle = small_bundle(folder.path(), 1).await?;
	let copy = bundle.join("snapshot.bin");
	let whole = fs::read(&copy)?;
	let map = folder.path().join("map.json");
	let short = folder.path().join("short.snapshot");
	for part in 0..PARTS {
		let length = whole.len() * part / PARTS;
		let end = format!("byte {length}");
		fs::write(&short, &whole[..length])?;
		let plan = ["plan", "--snapshot", text(&short), "--output", text(&map)];
		fails(&plan, &["the snapshot is cut off", &end]).await?;
		assert!(!map.exists());

		fs::write(&copy, &whole[..length])?;
		let node = ["--node", "ws://127.0.0.1:9", "--patience", "0"];
		for command in ["submit", "verify"] {
			let command = [&[command, "--bundle", text(&bundle)], &node[..]].concat();
			fails(&command, &["the snapshot of the bundle is wrong", "cut off", &end]).await?;
		}
	}
	fs::write(&short, [&whole[..], &[0]].concat())?;
	let plan = ["plan", "--snapshot", text(&short), "--output", text(&map)];
	fails(&plan, &["bytes behind the snapshot's end"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_with_other_mistakes_fail() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let (one, two) = (small_bundle(folder.path(), 1).await?, small_bundle(folder.path(), 2).await?);
	let node = Node::start().await?;
	let (ws, one_text) = (node.ws(), text(&one));
	let command = ["submit", "--bundle", one_text, "--node", &ws];
	fails(&command, &["a key is needed to sign"]).await?;
	fails(&[&command[..], &["--dev-signer", "mallory"]].concat(), &["`mallory`"]).await?;
	// Bob is not the sudo key: the chain refuses, and the sentence says so.
	fails(&[&command[..], &["--dev-signer", "bob"]].concat(), &["RequireSudo"]).await?;
	let missing = folder.path().join("missing");
	let command = ["verify", "--bundle", text(&missing), "--node", &ws];
	fails(&command, &["manifest", "missing", "cannot be read"]).await?;
	let snapshot = one.join("snapshot.bin");
	let map = folder.path().join("1/map.json");
	let command =
		["pack", "--snapshot", text(&snapshot), "--map", text(&map), "--output", one_text];
	fails(&command, &["is not empty"]).await?;
	let other = two.join("snapshot.bin");
	let third = folder.path().join("third");
	let command =
		["pack", "--snapshot", text(&other), "--map", text(&map), "--output", text(&third)];
	fails(&command, &["the map is of the snapshot"]).await?;
	assert!(!third.exists());

	// The development chain has the chain id of an anvil.
	let same = small_bundle(folder.path(), 31_337).await?;
	let words = ["the same chain id 31337", "--allow-same-chain-id"];
	let command = ["submit", "--bundle", text(&same), "--node", &ws, "--dev-signer", "alice"];
	fails(&command, &words).await?;
	let (snapshot, map) = (same.join("snapshot.bin"), folder.path().join("same.json"));
	let command = ["plan", "--snapshot", text(&snapshot), "--node", &ws, "--output", text(&map)];
	fails(&command, &words).await?;
	assert!(!map.exists());
	let planned = cli::run(&[&command[..], &["--allow-same-chain-id"]].concat()).await?;
	assert_eq!(planned.expect_code(0)?.json["target_chain_id"], json!(31_337));

	// Not proposed yet, so that nothing matches.
	let output = cli::run(&["verify", "--bundle", one_text, "--node", &ws]).await?;
	let output = output.expect_code(1)?;
	assert_eq!(output.json["differences"][0]["field"], json!("manifest"));
	submit(&node, &one, &[]).await?;
	let output = start_submit(&node, &two, &[])?.wait(IMPORT).await?.expect_code(2)?;
	assert!(output.talk.contains("migration 0"), "{}", output.talk);
	assert!(output.talk.contains("is active on the chain, one at a time"), "{}", output.talk);
	let status = cli::run(&["status", "--node", &ws, "0"]).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"][0]["stage"], json!("Imported"), "{}", status.json);
	fails(&["status", "--node", &ws, "9"], &["the chain has no migration 9"]).await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_with_a_node_of_another_genesis_fail() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = small_bundle(folder.path(), 1).await?;
	let bundle = text(&bundle);
	let node = Node::start().await?;
	let (ws, genesis) = (node.ws(), node.rpc()?.block_hash(0).await?.unwrap_or_default());
	let other = format!("0x{}", "ab".repeat(32));
	for command in [
		["submit", "--bundle", bundle, "--dev-signer", "alice"].as_slice(),
		&["verify", "--bundle", bundle],
		&["lookup", "--target", NOBODY],
		&["status"],
		&["govern", "pause", "--dev-signer", "alice"],
	] {
		let command = [command, &["--node", &ws, "--expect-genesis", &other]].concat();
		fails(&command, &["--expect-genesis", &genesis, &other]).await?;
	}
	let status = ["status", "--node", &ws, "--expect-genesis", &genesis];
	let status = cli::run(&status).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"], json!([]), "nothing was proposed");
	let command = ["submit", "--bundle", bundle, "--dev-signer", "alice", "--node", &ws];
	let command = [&command[..], &["--expect-genesis", &genesis]].concat();
	cli::start(&command)?.wait(IMPORT).await?.expect_code(0)?;
	let verified = ["verify", "--bundle", bundle, "--node", &ws, "--expect-genesis", &genesis];
	cli::run(&verified).await?.expect_code(0)?;
	let word = ["status", "--node", &ws, "--expect-genesis", "12"];
	let refused = cli::run(&word).await?.expect_code(2)?;
	assert!(refused.talk.contains("`12` is no hash"), "{}", refused.talk);
	Ok(())
}
