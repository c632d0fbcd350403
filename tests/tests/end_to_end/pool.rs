//! Bad submissions to a running node: each is refused with its code, and changes nothing.

use anyhow::{Context, Result};
use codec::Encode;
use evm_migrate::bundle::{Bundle, Manifest};
use migration_primitives::{
	manifest::{BalancePolicy, EvmSpec},
	snapshot::{Scope, Trust},
	H256,
};
use migration_tests::{
	account::Account,
	bundle::{chunk, chunk_of, map_chunk, map_chunk_of, pack, submit, verify, MINT},
	node::Node,
	rpc::Refusal,
	session::Session,
	state::State,
	synthetic::{made_up, Synthetic},
};
use tempfile::TempDir;

/// Codes of `author_submitExtrinsic`.
mod code {
	pub(super) const VERIFICATION: i32 = 1002;
	pub(super) const INVALID: i32 = 1010;
	pub(super) const ALREADY_IMPORTED: i32 = 1013;
	pub(super) const UNDECODABLE: i32 = 1040;
}

const BAD_PROOF: &str = "Transaction has a bad signature";
const STALE: &str = "Transaction is outdated";
const FUTURE: &str = "Transaction will be valid in the future";
const UNKNOWN_MIGRATION: &str = "Custom error: 1";
const MALFORMED_MAP_CHUNK: &str = "Custom error: 3";

/// The migration under test.
const MIGRATION: u32 = 0;
/// A number that no migration has.
const NOBODY: u32 = 7;
/// `LookAhead` of the runtime.
const LOOK_AHEAD: u32 = 64;

/// A bundle with several map chunks and several chunks.
struct Prepared {
	_folder: TempDir,
	path: std::path::PathBuf,
	bundle: Bundle,
}

async fn prepare(chain_id: u64) -> Result<Prepared> {
	let folder = tempfile::tempdir()?;
	let snapshot = folder.path().join("source.snapshot");
	let mut chain = Synthetic::large(chain_id, Scope::Selected, 3, 30, 8);
	chain.external(made_up(b"of this chain alone", chain_id), 1, 1);
	chain.write(&snapshot)?;
	let options = ["--map-run-log2", "2", "--chunk-slots", "20"];
	let path = pack(folder.path(), &snapshot, &[], &[&MINT[..], &options].concat()).await?;
	let bundle = Bundle::load(&path)?;
	assert_eq!(bundle.map_chunk_count(), 3);
	assert!(bundle.chunk_count() >= 4);
	Ok(Prepared { _folder: folder, path, bundle })
}

/// A call with arguments that the chain must refuse.
struct Bad {
	what: &'static str,
	transaction: Vec<u8>,
	code: i32,
	data: &'static str,
}

/// Submits each and compares the whole state with the one before.
async fn check(session: &Session, bad: Vec<Bad>) -> Result<()> {
	let before = State::read(&session.rpc).await?;
	for Bad { what, transaction, code, data } in bad {
		let answer = session.rpc.submit(&transaction).await?;
		let Err(Refusal { code: found, message, data: reason }) = answer else {
			panic!("{what} was taken");
		};
		assert_eq!(found, code, "{what}: {message}, {reason}");
		assert!(reason.contains(data), "{what}: {message}, {reason}, expected {data}");
		State::read(&session.rpc).await?.ensure_equal(&before).context(what)?;
	}
	Ok(())
}

async fn propose(session: &Session, by: &Account, manifest: &Manifest) -> Result<Option<String>> {
	let call = session.call("Migration", "propose", manifest)?;
	Ok(session.execute(by, &session.sudo(&call)?).await?.failure)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn submission_of_bad_chunks_fails() -> Result<()> {
	let (ours, other) = (prepare(1).await?, prepare(2).await?);
	let node = Node::start().await?;
	let session = node.session().await?;
	check(&session, before_the_proposal(&session, &ours.bundle)?).await?;
	assert_eq!(propose(&session, &Account::alice(), &ours.bundle.manifest).await?, None);
	check(&session, while_mapping(&session, &ours.bundle, &other.bundle)?).await?;

	let first = map_chunk(&session, &ours.bundle, MIGRATION, 0)?;
	session.include(&session.general(&first, 0)?).await?.succeeded()?;
	check(&session, duplicates(&session, &first)?).await?;
	for index in 1..ours.bundle.map_chunk_count() {
		let call = map_chunk(&session, &ours.bundle, MIGRATION, index)?;
		session.include(&session.general(&call, 0)?).await?.succeeded()?;
	}

	check(&session, while_importing(&session, &ours.bundle, &other.bundle)?).await?;
	let first = chunk(&session, &ours.bundle, MIGRATION, 0)?;
	session.include(&session.general(&first, 0)?).await?.succeeded()?;
	check(&session, duplicates(&session, &first)?).await?;

	// What waits in the pool for the chunk before it is there once.
	let ahead = session.general(&chunk(&session, &ours.bundle, MIGRATION, 2)?, 0)?;
	assert!(session.rpc.submit(&ahead).await?.is_ok());
	let refusal = session.rpc.submit(&ahead).await?.expect_err("it is there");
	assert_eq!(refusal.code, code::ALREADY_IMPORTED);

	// None of it keeps the right chunks from coming in.
	submit(&node, &ours.path, &["--activate", "--release"]).await?;
	verify(&node, &ours.path, &[]).await?.expect_code(0)?;
	check(&session, duplicates(&session, &first)?).await?;
	Ok(())
}

fn before_the_proposal(session: &Session, bundle: &Bundle) -> Result<Vec<Bad>> {
	let bad = |what, call: Vec<u8>| -> Result<Bad> {
		let transaction = session.general(&call, 0)?;
		Ok(Bad { what, transaction, code: code::INVALID, data: UNKNOWN_MIGRATION })
	};
	Ok(vec![
		bad("a map chunk of no migration", map_chunk(session, bundle, MIGRATION, 0)?)?,
		bad("a chunk of no migration", chunk(session, bundle, MIGRATION, 0)?)?,
	])
}

fn while_mapping(session: &Session, ours: &Bundle, other: &Bundle) -> Result<Vec<Bad>> {
	let invalid = |what, data, call: Vec<u8>| -> Result<Bad> {
		Ok(Bad { what, transaction: session.general(&call, 1)?, code: code::INVALID, data })
	};
	let (entries, path) = ours.map_chunk(0);
	let of = |entries: &[u8], path: &[H256]| map_chunk_of(session, MIGRATION, 0, entries, path);
	let (second, second_path) = ours.map_chunk(1);
	let largest: u32 = session.constant("Migration", "MaxMapChunkBytes")?;
	let oversized = of(&vec![0; largest as usize + 1], &path)?;
	Ok(vec![
		invalid("a chunk while the map is loaded", FUTURE, chunk(session, ours, MIGRATION, 0)?)?,
		invalid(
			"a map chunk under another number",
			UNKNOWN_MIGRATION,
			map_chunk(session, ours, NOBODY, 0)?,
		)?,
		invalid(
			"a map chunk of another migration",
			BAD_PROOF,
			map_chunk(session, other, MIGRATION, 0)?,
		)?,
		invalid("a map chunk at another's place", BAD_PROOF, of(&second, &second_path)?)?,
		invalid(
			"a map chunk far ahead",
			FUTURE,
			map_chunk_of(session, MIGRATION, LOOK_AHEAD + 1, &entries, &path)?,
		)?,
		invalid(
			"a map chunk behind the last",
			MALFORMED_MAP_CHUNK,
			map_chunk_of(session, MIGRATION, ours.map_chunk_count(), &entries, &path)?,
		)?,
		invalid("a truncated map chunk", MALFORMED_MAP_CHUNK, of(&entries[1..], &path)?)?,
		invalid("trailing bytes", MALFORMED_MAP_CHUNK, of(&[&entries[..], &[0]].concat(), &path)?)?,
		invalid("an altered entry", BAD_PROOF, of(&altered(&entries), &path)?)?,
		invalid("an altered path", BAD_PROOF, of(&entries, &altered_path(&path))?)?,
		undecodable(session, "an oversized map chunk", &oversized)?,
	])
}

fn while_importing(session: &Session, ours: &Bundle, other: &Bundle) -> Result<Vec<Bad>> {
	let invalid = |what, data, call: Vec<u8>| -> Result<Bad> {
		Ok(Bad { what, transaction: session.general(&call, 2)?, code: code::INVALID, data })
	};
	let (bytes, path) = ours.chunk(0)?;
	let of = |bytes: &[u8], path: &[H256]| chunk_of(session, MIGRATION, 0, bytes, path);
	let (second, second_path) = ours.chunk(1)?;
	let largest: u32 = session.constant("Migration", "MaxChunkBytes")?;
	let oversized = of(&vec![0; largest as usize + 1], &path)?;
	let longer = [&path[..], &[H256::zero()]].concat();
	let too_long = of(&bytes, &[H256::zero(); 33])?;
	let right = session.general(&of(&bytes, &path)?, 0)?;
	let format = |what, transaction| Bad { what, transaction, code: code::UNDECODABLE, data: "" };
	Ok(vec![
		invalid("a map chunk after the map", STALE, map_chunk(session, ours, MIGRATION, 2)?)?,
		invalid(
			"a chunk under another number",
			UNKNOWN_MIGRATION,
			chunk(session, ours, NOBODY, 0)?,
		)?,
		invalid("a chunk of another migration", BAD_PROOF, chunk(session, other, MIGRATION, 0)?)?,
		invalid("a chunk at another's place", BAD_PROOF, of(&second, &second_path)?)?,
		invalid(
			"a chunk far ahead",
			FUTURE,
			chunk_of(session, MIGRATION, LOOK_AHEAD + 1, &bytes, &path)?,
		)?,
		invalid(
			"a chunk behind the last",
			BAD_PROOF,
			chunk_of(session, MIGRATION, ours.chunk_count(), &bytes, &path)?,
		)?,
		invalid("a truncated chunk", BAD_PROOF, of(&bytes[..bytes.len() - 1], &path)?)?,
		invalid("an empty chunk", BAD_PROOF, of(&[], &path)?)?,
		invalid("trailing bytes", BAD_PROOF, of(&[&bytes[..], &[0]].concat(), &path)?)?,
		invalid("an altered chunk", BAD_PROOF, of(&altered(&bytes), &path)?)?,
		invalid("an altered path", BAD_PROOF, of(&bytes, &altered_path(&path))?)?,
		invalid("a shorter path", BAD_PROOF, of(&bytes, &path[1..])?)?,
		invalid("a longer path", BAD_PROOF, of(&bytes, &longer)?)?,
		undecodable(session, "an oversized chunk", &oversized)?,
		undecodable(session, "an oversized path", &too_long)?,
		format("a truncated transaction", right[..right.len() - 1].to_vec()),
		format("no transaction", Vec::new()),
	])
}

fn duplicates(session: &Session, applied: &[u8]) -> Result<Vec<Bad>> {
	let bad = |what, variation| -> Result<Bad> {
		let transaction = session.general(applied, variation)?;
		Ok(Bad { what, transaction, code: code::INVALID, data: STALE })
	};
	Ok(vec![bad("a chunk again, under another hash", 9)?, bad("the same once more", 10)?])
}

/// A call that is longer than its bounds allow.
fn undecodable(session: &Session, what: &'static str, call: &[u8]) -> Result<Bad> {
	let transaction = session.general(call, 0)?;
	Ok(Bad { what, transaction, code: code::VERIFICATION, data: "" })
}

fn altered(bytes: &[u8]) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	let middle = bytes.len() / 2;
	bytes[middle] ^= 1;
	bytes
}

fn altered_path(path: &[H256]) -> Vec<H256> {
	let mut path = path.to_vec();
	path[0].0[31] ^= 1;
	path
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn proposal_of_bad_manifests_or_by_strangers_fails() -> Result<()> {
	let (ours, other) = (prepare(3).await?, prepare(4).await?);
	let node = Node::start().await?;
	let session = node.session().await?;
	let (alice, bob) = (Account::alice(), Account::bob());
	let sound = &ours.bundle.manifest;
	let before = State::of_pallets(&session.rpc).await?;
	for (what, change, error) in bad_manifests() {
		let mut manifest = sound.clone();
		change(&mut manifest);
		let failure = propose(&session, &alice, &manifest).await?;
		let failure = failure.with_context(|| format!("{what} was taken"))?;
		assert!(failure.contains(error), "{what}: {failure}, expected {error}");
		State::of_pallets(&session.rpc).await?.ensure_equal(&before).context(what)?;
	}

	let call = session.call("Migration", "propose", sound)?;
	let stranger = session.execute(&bob, &call).await?.failure.context("a stranger's proposal")?;
	assert!(stranger.to_lowercase().contains("origin"), "{stranger}");
	let sudo = propose(&session, &bob, sound).await?.context("a stranger's sudo")?;
	assert!(sudo.contains("RequireSudo"), "{sudo}");
	State::of_pallets(&session.rpc).await?.ensure_equal(&before)?;

	assert_eq!(propose(&session, &alice, sound).await?, None);
	let active = State::of_pallets(&session.rpc).await?;
	for manifest in [&other.bundle.manifest, sound] {
		let second = propose(&session, &alice, manifest).await?.context("a second import")?;
		assert!(second.contains("ImportInProgress"), "{second}");
	}
	let early = session.call("Migration", "activate", MIGRATION)?;
	let early = session.execute(&alice, &session.sudo(&early)?).await?.failure;
	assert!(early.is_some_and(|failure| failure.contains("WrongStage")));
	let release = session.call("Migration", "release", (MIGRATION, Vec::<[u8; 20]>::new()))?;
	let release = session.execute(&bob, &release).await?.failure;
	assert!(release.is_some_and(|failure| failure.contains("WrongStage")));
	State::of_pallets(&session.rpc).await?.ensure_equal(&active)?;

	// After all this the import works, and its manifest cannot be proposed again.
	submit(&node, &ours.path, &["--activate", "--release"]).await?;
	verify(&node, &ours.path, &[]).await?.expect_code(0)?;
	let again = propose(&session, &alice, sound).await?.context("the same manifest again")?;
	assert!(again.contains("AlreadyProposed"), "{again}");
	Ok(())
}

type Change = fn(&mut Manifest);

fn bad_manifests() -> Vec<(&'static str, Change, &'static str)> {
	vec![
		("no chunk", |manifest| manifest.chunks.count = 0, "InvalidCount"),
		("2^32-1 chunks", |manifest| manifest.chunks.count = u32::MAX, "InvalidCount"),
		("no map", |manifest| manifest.map.count = 0, "InvalidCount"),
		("2^32-1 map entries", |manifest| manifest.map.count = u32::MAX, "InvalidCount"),
		("runs too long", |manifest| manifest.map_run_log2 = 31, "InvalidManifest"),
		("no deadline", |manifest| manifest.deadlines.importing = 0, "InvalidManifest"),
		("another version", |manifest| manifest.version = 2, "UnsupportedVersion"),
		("another block hash", |manifest| manifest.source.hash.0[0] ^= 1, "InvalidHeader"),
		("another block number", |manifest| manifest.source.number += 1, "InvalidHeader"),
		(
			"balances beyond the cap",
			|manifest| manifest.balances = BalancePolicy::Mint { cap: 1 },
			"AboveCap",
		),
		(
			"balances beyond 128 bits",
			|manifest| manifest.totals.balance = migration_primitives::U256::MAX,
			"AboveCap",
		),
		(
			"a funding account that has not agreed",
			|manifest| {
				manifest.balances = BalancePolicy::Fund { account: [7; 32].into() };
			},
			"FundingNotAgreed",
		),
		(
			"data to be proved without a header",
			|manifest| {
				manifest.trust = Trust::Proved;
				manifest.source.header = Default::default();
			},
			"InvalidHeader",
		),
		// The development chain's least review.
		("a review that is too short", |manifest| manifest.deadlines.review = 2, "ReviewTooShort"),
	]
}

/// The encoding on which governance votes is the one that the chain hashes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn manifest_on_chain_is_the_bundles_works() -> Result<()> {
	let ours = prepare(5).await?;
	let node = Node::start().await?;
	let session = node.session().await?;
	assert_eq!(propose(&session, &Account::alice(), &ours.bundle.manifest).await?, None);
	let call = "MigrationRuntimeApi_manifest";
	let on_chain: Option<Manifest> = session.api(call, MIGRATION).await?;
	let on_chain = on_chain.context("a manifest")?;
	assert_eq!(on_chain.encode(), ours.bundle.manifest.encode());
	assert_eq!(on_chain.hash(), ours.bundle.manifest_hash);
	assert_eq!(on_chain.evm_spec, EvmSpec::Osaka);
	Ok(())
}
