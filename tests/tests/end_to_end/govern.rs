//! What stops a migration and takes it back, by the command line: pause, abort, expiry, clean-up,
//! collisions, calls after the import. And watching it.

use std::{
	fs,
	path::{Path, PathBuf},
	process::{Command, Stdio},
	time::Duration,
};

use anyhow::{Context, Result};
use evm_migrate::{
	bundle::{Bundle, Manifest},
	substrate::Keys,
};
use migration_primitives::{
	address::{create_address, truncated},
	manifest::{PostImportCall, TreeSummary},
	merkle::{leaf, Tree},
	snapshot::Scope,
	H160, H256, U256,
};
use migration_tests::{
	account::Account,
	binaries,
	bundle::{chunk, chunk_of, map_chunk, pack, start_submit, submit, text, verify, MINT},
	cli::{self, Output},
	node::Node,
	rpc::to_hex,
	session::{Included, Session},
	state::State,
	synthetic::{made_up, Synthetic},
	wait::{wait_until, COMMAND, IMPORT, INCLUSION},
};
use serde_json::{json, Value};

/// Longest time of the stages of a test of expiry, in blocks.
const MAPPING_BLOCKS: &str = "6";
const ETHER: u128 = 1_000_000_000_000_000_000;

/// Runs `govern`.
async fn govern(node: &Node, arguments: &[&str]) -> Result<Output> {
	let ws = node.ws();
	cli::run(&[&["govern"], arguments, &["--node", &ws]].concat()).await
}

/// Proposes a manifest as root.
async fn propose(session: &Session, manifest: &Manifest) -> Result<()> {
	let call = session.call("Migration", "propose", manifest)?;
	session.execute(&Account::alice(), &session.sudo(&call)?).await?.succeeded()?;
	Ok(())
}

/// Brings the whole map and the first chunks.
async fn bring(session: &Session, bundle: &Bundle, migration: u32, chunks: u32) -> Result<()> {
	for index in 0..bundle.map_chunk_count() {
		let call = map_chunk(session, bundle, migration, index)?;
		include(session, &call).await?;
	}
	for index in 0..chunks {
		let call = chunk(session, bundle, migration, index)?;
		include(session, &call).await?;
	}
	Ok(())
}

/// Brings a chunk into a block. The pool may learn of the block before it a moment later.
async fn include(session: &Session, call: &[u8]) -> Result<Included> {
	let from = session.rpc.best_number().await?;
	let mut variation = 0;
	let transaction = wait_until("the pool's consent", INCLUSION, || {
		variation += 1;
		let transaction = session.general(call, variation);
		async move {
			let transaction = transaction?;
			let taken = session.rpc.submit(&transaction).await?;
			Ok(taken.is_ok().then_some(transaction))
		}
	})
	.await?;
	session.find(&transaction, from, INCLUSION).await?.succeeded()
}

/// A bundle of two contracts and some people.
async fn bundle(folder: &Path, slots: u64, options: &[&str]) -> Result<PathBuf> {
	let snapshot = folder.join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 2, slots, 5).write(&snapshot)?;
	pack(folder, &snapshot, &[], &[&MINT[..], options].concat()).await
}

/// What the pool says of a chunk that it refuses.
async fn refusal(session: &Session, call: &[u8]) -> Result<String> {
	match session.rpc.submit(&session.general(call, 9)?).await? {
		Ok(hash) => anyhow::bail!("the pool took {hash}"),
		Err(refusal) => Ok(refusal.data),
	}
}

async fn stage(node: &Node) -> Result<Value> {
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	Ok(status.json["migrations"][0].clone())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn migration_that_was_paused_and_aborted_begins_again_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let path = bundle(folder.path(), 8_000, &[]).await?;
	let bundle = Bundle::load(&path)?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let before = State::of_evm(&session.rpc).await?;
	let accounts = State::accounts_apart_from(&session.rpc, &Account::alice().id()).await?;
	propose(&session, &bundle.manifest).await?;
	let watch = Watch::start(&node, folder.path())?;

	govern(&node, &["pause", "--dev-signer", "alice"]).await?.expect_code(0)?;
	let refused = refusal(&session, &map_chunk(&session, &bundle, 0, 0)?).await?;
	assert!(refused.contains("will be valid in the future"), "{refused}");
	watch.await_stage("Paused: Mapping").await?;
	let paused = stage(&node).await?;
	assert_eq!(paused["stage"], json!("Paused: Mapping"));
	assert_eq!(paused["paused"]["by"], json!("the sudo key"));
	assert_eq!(paused["way_out"], json!("evm-migrate govern resume 0"));
	let again = govern(&node, &["pause", "0", "--dev-signer", "alice"]).await?.expect_code(2)?;
	assert!(again.talk.contains("migration 0 is Paused: Mapping: a pause needs"), "{}", again.talk);

	// What one of the three members of the council may not do alone they are told in words.
	let council = ["--with", "council", "--council-threshold", "1", "--dev-signer", "bob"];
	for action in [&["resume", "0"][..], &["abort", "--yes"]] {
		let refused = govern(&node, &[action, &council[..]].concat()).await?.expect_code(2)?;
		assert!(refused.talk.contains("Bad origin"), "{}", refused.talk);
	}
	let resume = ["resume", "0", "--dev-signer", "alice"];
	let resumed = govern(&node, &resume).await?.expect_code(0)?;
	assert_eq!(resumed.text("stage")?, "Mapping");
	// One of them is enough to stop it, and executes that at once.
	let paused = govern(&node, &[&["pause", "0"], &council[..]].concat()).await?.expect_code(0)?;
	assert_eq!(paused.text("stage")?, "Paused: Mapping");
	govern(&node, &resume).await?.expect_code(0)?;

	bring(&session, &bundle, 0, bundle.chunk_count() - 1).await?;
	watch.await_stage("Importing").await?;
	let refused = govern(&node, &["abort", "--dev-signer", "alice"]).await?.expect_code(2)?;
	assert!(refused.talk.contains("cannot be undone: say --yes"), "{}", refused.talk);
	let printed = govern(&node, &["abort", "--with", "print", "--yes"]).await?.expect_code(0)?;
	let call = session.call("Migration", "abort", 0u32)?;
	assert_eq!(printed.json["sent"][0]["call"], json!(to_hex(&call)));
	assert_eq!(stage(&node).await?["stage"], json!("Importing"), "nothing was sent");

	govern(&node, &["abort", "0", "--yes", "--dev-signer", "alice"]).await?.expect_code(0)?;
	let refused =
		refusal(&session, &chunk(&session, &bundle, 0, bundle.chunk_count() - 1)?).await?;
	assert!(refused.contains("Custom error: 4"), "{refused}");
	let cleaned = govern(&node, &["clean-up", "0", "--dev-signer", "bob"]).await?.expect_code(0)?;
	assert_eq!(cleaned.text("stage")?, "Aborted");
	State::of_evm(&session.rpc).await?.ensure_equal(&before)?;
	// Alice and Bob have paid fees, and nobody else anything.
	let found = State::accounts_apart_from(&session.rpc, &Account::alice().id()).await?;
	let without_bob = |state: &State| state.only_accounts_apart_from(&Account::bob().id());
	without_bob(&found).ensure_equal(&without_bob(&accounts))?;

	let (code, lines) = watch.end().await?;
	assert_eq!((code, lines.last().map(|line| &line["stage"])), (Some(0), Some(&json!("Aborted"))));

	// The very same bundle, as the next number.
	submit(&node, &path, &[]).await?;
	let verified = verify(&node, &path, &["--before-activate"]).await?.expect_code(0)?;
	assert_eq!(verified.json["differences"], json!([]));
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	let stages: Vec<&Value> =
		(0..2).map(|index| &status.json["migrations"][index]["stage"]).collect();
	assert_eq!(stages, [&json!("Aborted"), &json!("Imported")]);
	Ok(())
}

/// `status --watch --json` beside a test.
struct Watch {
	child: std::process::Child,
	stdout: PathBuf,
}

impl Watch {
	fn start(node: &Node, folder: &Path) -> Result<Self> {
		let stdout = folder.join("watch.jsonl");
		let child = Command::new(binaries::evm_migrate())
			.args(["--json", "status", "--watch", "--every", "1", "--node", &node.ws()])
			.stdin(Stdio::null())
			.stdout(Stdio::from(fs::File::create(&stdout)?))
			.stderr(Stdio::null())
			.spawn()?;
		Ok(Self { child, stdout })
	}

	/// The objects that it printed so far: one on a line.
	fn lines(&self) -> Result<Vec<Value>> {
		let text = fs::read_to_string(&self.stdout)?;
		// The last line may be written in part.
		let whole = text.rfind('\n').map_or("", |end| &text[..end]);
		whole.lines().map(|line| Ok(serde_json::from_str(line)?)).collect()
	}

	/// Waits until it has told of a stage.
	async fn await_stage(&self, stage: &str) -> Result<()> {
		wait_until("a line of status --watch", COMMAND, || async {
			let told = self.lines()?.iter().any(|line| line["stage"] == json!(stage));
			Ok(told.then_some(()))
		})
		.await
	}

	/// Waits until it has ended; gives its exit code and all that it printed.
	async fn end(mut self) -> Result<(Option<i32>, Vec<Value>)> {
		let child = &mut self.child;
		let status = wait_until("the end of status --watch", COMMAND, || {
			let ended = child.try_wait();
			async move { Ok(ended?) }
		})
		.await?;
		Ok((status.code(), self.lines()?))
	}
}

impl Drop for Watch {
	fn drop(&mut self) {
		// It may have ended already.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn expiry_by_a_stranger_after_the_deadline_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = bundle(folder.path(), 20, &["--deadline-mapping", MAPPING_BLOCKS]).await?;
	let bundle = Bundle::load(&bundle)?;
	let mut node = Node::start().await?;
	let session = node.session().await?;
	propose(&session, &bundle.manifest).await?;

	let early = govern(&node, &["expire", "--dev-signer", "ferdie"]).await?.expect_code(2)?;
	assert!(early.talk.contains("has not passed: anybody may expire it from block"), "{early:?}");
	let before = stage(&node).await?["deadline"]["expires_at"].as_u64().context("a deadline")?;
	let extend = ["extend", "0", "--blocks", "2", "--dev-signer", "alice"];
	govern(&node, &extend).await?.expect_code(0)?;
	let deadline = stage(&node).await?["deadline"].clone();
	assert_eq!(deadline["expires_at"], json!(before + 2), "{deadline}");
	let left = deadline["blocks_left"].as_u64().context("blocks left")?;
	assert!(left > 0 && deadline["passed"] == json!(false), "{deadline}");

	// Who watches a node that goes away for longer than the patience is told so.
	let ws = node.ws();
	let watch = ["status", "--watch", "--node", &ws, "--patience", "2", "--every", "1"];
	let watch = cli::start(&watch)?;
	tokio::time::sleep(Duration::from_secs(2)).await;
	node.kill()?;
	let lost = watch.wait(COMMAND).await?.expect_code(2)?;
	assert!(lost.talk.contains("cannot be reached"), "{}", lost.talk);
	node.start_again().await?;

	for _ in 0..left {
		let remark = session.call("System", "remark", Vec::<u8>::new())?;
		session.execute(&Account::bob(), &remark).await?.succeeded()?;
	}
	assert_eq!(stage(&node).await?["deadline"]["passed"], json!(true));
	govern(&node, &["expire", "0", "--dev-signer", "ferdie"]).await?.expect_code(0)?;
	let cleaned = govern(&node, &["clean-up", "0", "--dev-signer", "ferdie"]).await?;
	assert_eq!(cleaned.expect_code(0)?.text("stage")?, "Aborted");
	let again = govern(&node, &["expire", "0", "--dev-signer", "ferdie"]).await?.expect_code(2)?;
	assert!(again.talk.contains("is aborted already (Aborted)"), "{}", again.talk);
	let none = govern(&node, &["pause", "--dev-signer", "alice"]).await?.expect_code(2)?;
	assert!(none.talk.contains("no migration is active"), "{}", none.talk);
	let unknown = govern(&node, &["pause", "3", "--dev-signer", "alice"]).await?.expect_code(2)?;
	assert!(unknown.talk.contains("the chain has no migration 3"), "{}", unknown.talk);
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn watch_of_a_faulted_migration_names_the_way_out_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = Bundle::load(&bundle(folder.path(), 20, &[]).await?)?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let root = leaf(Tree::Chunks, 0, &[0xff]);
	let manifest = Manifest { chunks: TreeSummary { root, count: 1 }, ..bundle.manifest.clone() };
	propose(&session, &manifest).await?;
	bring(&session, &bundle, 0, 0).await?;
	let wrong = chunk_of(&session, 0, 0, &[0xff], &[])?;
	let included = include(&session, &wrong).await?;
	assert!(included.has("Migration.Faulted"), "{:?}", included.events);

	let command = ["status", "--watch", "--node", &node.ws()];
	let seen = cli::run(&command).await?.expect_code(1)?;
	let error = seen.text("error")?;
	assert!(error.starts_with("chunk 0 could not be applied: record: "), "{error}");
	assert_eq!(seen.text("way_out")?, "evm-migrate govern abort 0 --yes");
	assert!(seen.talk.contains("way out: evm-migrate govern abort 0 --yes"), "{}", seen.talk);

	govern(&node, &["abort", "0", "--yes", "--dev-signer", "alice"]).await?.expect_code(0)?;
	govern(&node, &["clean-up", "0", "--dev-signer", "bob"]).await?.expect_code(0)?;
	let seen = cli::run(&command).await?.expect_code(0)?;
	assert_eq!(seen.text("stage")?, "Aborted");
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_after_the_import_in_their_order_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let bundle = Bundle::load(&bundle(folder.path(), 20, &[]).await?)?;
	let node = Node::start().await?;
	let session = node.session().await?;
	let (person, contract) = (made_up(b"external", 1), made_up(b"contract", 0));
	let call = |to: H160| PostImportCall {
		from: person,
		to,
		input: Default::default(),
		gas_limit: 100_000,
	};
	let calls = [call(contract), call(H160::repeat_byte(0x77))];
	let hashes = calls.iter().map(PostImportCall::hash).collect::<Vec<_>>();
	let post_import_calls = hashes.try_into().map_err(|_| anyhow::anyhow!("too many calls"))?;
	propose(&session, &Manifest { post_import_calls, ..bundle.manifest.clone() }).await?;
	bring(&session, &bundle, 0, bundle.chunk_count()).await?;

	let file = folder.path().join("calls.json");
	let write = |calls: &[PostImportCall]| -> Result<()> {
		let list: Vec<Value> = calls
			.iter()
			.map(|call| {
				let input = to_hex(&call.input);
				json!({"from": call.from, "to": call.to, "input": input, "gas_limit": call.gas_limit})
			})
			.collect();
		Ok(fs::write(&file, json!(list).to_string())?)
	};
	let execute = ["call", "--calls", text(&file), "--dev-signer", "ferdie"];
	write(&[calls[1].clone(), calls[0].clone()])?;
	let refused = govern(&node, &execute).await?.expect_code(2)?;
	assert!(refused.talk.contains("call 0 hashes to"), "{}", refused.talk);
	write(&calls[..1])?;
	let refused = govern(&node, &execute).await?.expect_code(2)?;
	assert!(
		refused.talk.contains("there are 1 calls, the manifest approves 2"),
		"{}",
		refused.talk
	);

	write(&calls)?;
	let done = govern(&node, &execute).await?.expect_code(1)?;
	assert_eq!((done.number("executed")?, &done.json["failed"]["index"]), (1, &json!(1)));
	assert!(done.text("stage")? == "Imported", "{}", done.json);
	// The counter stood at 41.
	let slot = session.rpc.bytes("eth_getStorageAt", json!([contract, "0x0", "latest"])).await?;
	assert_eq!(U256::from_big_endian(&slot), U256::from(42));
	let failed = stage(&node).await?;
	assert_eq!(failed["way_out"], json!("evm-migrate govern skip-call 0 --index 1"));
	let early = govern(&node, &["activate", "--dev-signer", "alice"]).await?.expect_code(2)?;
	assert!(early.talk.contains("call 1 failed before"), "{}", early.talk);

	let retry = ["retry-call", "0", "--dev-signer", "alice", "--index"];
	let wrong = govern(&node, &[&retry[..], &["0"]].concat()).await?.expect_code(2)?;
	assert!(wrong.talk.contains("that is 1 of 2"), "{}", wrong.talk);
	govern(&node, &[&retry[..], &["1"]].concat()).await?.expect_code(0)?;
	// Nothing has changed for it meanwhile.
	let again = govern(&node, &execute).await?.expect_code(1)?;
	assert_eq!((again.number("executed")?, &again.json["failed"]["index"]), (0, &json!(1)));

	let skip = ["skip-call", "0", "--dev-signer", "alice", "--index"];
	let wrong = govern(&node, &[&skip[..], &["0"]].concat()).await?.expect_code(2)?;
	assert!(wrong.talk.contains("that is 1 of 2"), "{}", wrong.talk);
	govern(&node, &[&skip[..], &["1"]].concat()).await?.expect_code(0)?;
	// Two thirds of the council must agree: a motion is made, and nothing more.
	let council = ["--with", "council", "--council-threshold", "2", "--dev-signer", "bob"];
	let activate = [&["activate", "0"], &council[..]].concat();
	let moved = govern(&node, &activate).await?.expect_code(0)?;
	assert_eq!(moved.json["sent"][0]["executed"], json!(false), "{}", moved.json);
	assert_eq!(moved.text("stage")?, "Imported");
	let again = govern(&node, &activate).await?.expect_code(2)?;
	assert!(again.talk.contains("the council has the motion"), "{}", again.talk);
	let done = govern(&node, &["activate", "--dev-signer", "alice"]).await?.expect_code(0)?;
	assert_eq!(done.text("stage")?, "Completed");
	let late = govern(&node, &["abort", "0", "--yes", "--dev-signer", "alice"]).await?;
	assert!(late.expect_code(2)?.talk.contains("migration 0 is complete"));
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn funding_account_agrees_before_it_pays_works() -> Result<()> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 2, 20, 5).write(&snapshot)?;
	let mut bundles = Vec::new();
	for account in [Account::alice(), Account::bob()] {
		let folder = folder.path().join(format!("{}", bundles.len()));
		fs::create_dir(&folder)?;
		let policy = format!("fund:{}", to_hex(account.id().as_ref()));
		bundles.push(pack(&folder, &snapshot, &[], &["--policy", &policy]).await?);
	}
	let [by_alice, by_bob] = bundles.as_slice() else { anyhow::bail!("two bundles") };
	let node = Node::start().await?;
	let session = node.session().await?;

	// Root proposes, and takes nothing from who has not agreed.
	let refused = start_submit(&node, by_bob, &[])?.wait(IMPORT).await?.expect_code(2)?;
	assert!(refused.talk.contains("has not agreed to fund this manifest"), "{}", refused.talk);
	let status = cli::run(&["status", "--node", &node.ws()]).await?.expect_code(0)?;
	assert_eq!(status.json["migrations"], json!([]), "nothing was proposed");

	// Who proposes and pays agrees on the way.
	let done = submit(&node, by_alice, &[]).await?;
	assert!(done.talk.contains("agreeing that"), "{}", done.talk);
	govern(&node, &["abort", "0", "--yes", "--dev-signer", "alice"]).await?.expect_code(0)?;
	govern(&node, &["clean-up", "0", "--dev-signer", "bob"]).await?.expect_code(0)?;

	let manifest = Some(Bundle::load(by_bob)?.manifest_hash);
	let consent = session.call("Migration", "consent", manifest)?;
	session.execute(&Account::bob(), &consent).await?.succeeded()?;
	let done = submit(&node, by_bob, &[]).await?;
	assert_eq!((done.number("migration")?, done.text("stage")?), (1, "Imported"));
	Ok(())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn collisions_are_settled_by_the_policy_works() -> Result<()> {
	let node = Node::start().await?;
	let session = node.session().await?;
	let bob = Account::bob();
	let creator = truncated(bob.id().as_ref());
	let occupied = create_address(creator, 0);
	occupy(&session, &bob, creator).await?;

	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	Synthetic::large(1, Scope::Selected, 3, 10, 3).write(&snapshot)?;
	let source = made_up(b"contract", 1);
	let remap = format!("{source:?}={occupied:?}");
	let bundle = pack(folder.path(), &snapshot, &["--remap", &remap], &MINT).await?;
	let resolve = ["resolve", "0", "--dev-signer", "alice", "--policy", "credit-target"];
	let all = [&resolve[..], &["--all"]].concat();
	start_submit(&node, &bundle, &["--allow-collisions"])?.wait(IMPORT).await?.expect_code(0)?;

	let other = format!("{:?}", made_up(b"contract", 2));
	let refused = govern(&node, &[&resolve[..], &["--account", &other]].concat()).await?;
	let refused = refused.expect_code(2)?;
	assert!(refused.talk.contains("is no collision of migration 0"), "{}", refused.talk);
	let done = govern(&node, &all).await?.expect_code(0)?;
	assert_eq!((done.number("collisions")?, done.number("settled")?), (1, 1));
	let again = govern(&node, &all).await?.expect_code(2)?;
	assert!(again.talk.contains("no collisions that are to be settled"), "{}", again.talk);
	// Settled, it no longer stands in the way of the activation, and its balance goes to the target.
	submit(&node, &bundle, &["--activate", "--release"]).await?;
	let balance = session.rpc.quantity("eth_getBalance", json!([occupied, "latest"])).await?;
	assert_eq!(balance, 1, "what the source's contract had");
	Ok(())
}

/// Creates a contract of one byte of code on the target, by `PUSH1 1 PUSH0 RETURN`.
async fn occupy(session: &Session, by: &Account, creator: H160) -> Result<()> {
	let deposit = session.transfer(&Keys::hashed_account(creator), ETHER)?;
	session.execute(by, &deposit).await?.succeeded()?;
	let (init, value, gas) = (vec![0x60u8, 0x01, 0x5f, 0xf3], U256::zero(), 500_000u64);
	let (price, none) = (U256::from(2_000_000_000u64), None::<U256>);
	let lists = (Vec::<(H160, Vec<H256>)>::new(), Vec::<u8>::new());
	let call =
		session.call("EVM", "create", (creator, init, value, gas, price, none, none, lists))?;
	let included = session.execute(by, &call).await?.succeeded()?;
	assert!(included.has("EVM.Created"), "{:?}", included.events);
	Ok(())
}
