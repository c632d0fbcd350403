//! Making a bundle.

use std::{
	fs, io,
	path::{Path, PathBuf},
};

use codec::Encode;
use migration_primitives::{
	limits::{FORMAT_VERSION, MAX_MAP_ENTRIES},
	manifest::{
		BalancePolicy, Deadlines, EvmSpec, PostImportCall, Remapped, SourceBlock, TreeSummary,
	},
	H160, H256,
};
use sp_core::crypto::AccountId32;

use super::{
	calls::{check_calls, write_calls},
	load::{add_remapped, manifest_text, map_tree},
	BundleError, ChunkLimits, Chunker, Manifest, MapEntry, MerkleTree, CALLS, CHUNKS, MANIFEST,
	MANIFEST_JSON, MAP, SNAPSHOT, SNAPSHOT_PATH,
};
use crate::{
	plan::{is_remapped, AccountReader, Accounts},
	snapshot::SnapshotReader,
};

/// The choices that no hash proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackOptions {
	/// What becomes of balances.
	pub balances: BalancePolicy<AccountId32>,
	/// How large chunks may be.
	pub limits: ChunkLimits,
	/// A map chunk holds `2^map_run_log2` entries.
	pub map_run_log2: u8,
	/// The longest time of each stage.
	pub deadlines: Deadlines,
	/// The hard fork that the code expects.
	pub evm_spec: EvmSpec,
	/// The calls after the import, in their order.
	pub calls: Vec<PostImportCall>,
	/// Whether the bundle refers to the snapshot instead of copying it.
	pub reference: bool,
}

/// Writes a bundle of `snapshot` and the entries that `map` makes of its accounts.
///
/// The directory appears whole or not at all.
pub fn pack<E: From<BundleError>>(
	snapshot: &Path,
	output: &Path,
	options: PackOptions,
	map: impl FnOnce(&SnapshotFacts) -> Result<Vec<MapEntry>, E>,
) -> Result<Manifest, E> {
	check_empty(output)?;
	let staging = tempfile::Builder::new()
		.prefix(".evm-migrate-")
		.tempdir_in(crate::snapshot::directory(output))
		.map_err(|source| BundleError::Write { path: output.to_owned(), source })?;
	let file = place_snapshot(snapshot, staging.path(), options.reference)?;
	let (facts, spans, chunks) = read_snapshot(&file, options.limits)?;
	let entries = map(&facts)?;
	let is_migrated = |address| facts.accounts.contains_key(&address);
	check_calls(&options.calls, is_migrated).map_err(BundleError::Calls)?;
	if !options.calls.is_empty() {
		let path = staging.path().join(CALLS);
		write_calls(&path, &options.calls).map_err(|source| BundleError::Write { path, source })?;
	}
	let manifest = make_manifest(&facts, &entries, &chunks, options)?;
	let map_bytes: Vec<u8> = entries.iter().flat_map(Encode::encode).collect();
	let text = manifest_text(&manifest);
	for (name, bytes) in [
		(MANIFEST, manifest.encode()),
		(MANIFEST_JSON, text.into_bytes()),
		(MAP, map_bytes),
		(CHUNKS, spans.encode()),
	] {
		let path = staging.path().join(name);
		fs::write(&path, bytes).map_err(|source| BundleError::Write { path, source })?;
	}
	put_in_place(staging, output)?;
	Ok(manifest)
}

/// What a snapshot says.
#[derive(Clone, Debug)]
pub struct SnapshotFacts {
	/// What stands before its records.
	pub header: migration_primitives::snapshot::SnapshotHeader,
	/// What stands behind them.
	pub summary: crate::snapshot::Summary,
	/// Its accounts.
	pub accounts: Accounts,
}

fn write_error(path: &Path) -> impl Fn(io::Error) -> BundleError + '_ {
	move |source| BundleError::Write { path: path.to_owned(), source }
}

fn check_empty(output: &Path) -> Result<(), BundleError> {
	match fs::read_dir(output) {
		Ok(mut entries) => match entries.next() {
			Some(_) => Err(BundleError::NotEmpty { path: output.to_owned() }),
			None => Ok(()),
		},
		Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
		Err(error) => Err(write_error(output)(error)),
	}
}

fn place_snapshot(
	snapshot: &Path,
	directory: &Path,
	reference: bool,
) -> Result<PathBuf, BundleError> {
	if reference {
		let path = fs::canonicalize(snapshot).map_err(|source| BundleError::Read {
			part: super::Part::Snapshot,
			path: snapshot.to_owned(),
			source,
		})?;
		let file = directory.join(SNAPSHOT_PATH);
		fs::write(&file, format!("{}\n", path.display())).map_err(write_error(&file))?;
		return Ok(path);
	}
	let copy = directory.join(SNAPSHOT);
	// The error of a missing snapshot names it.
	SnapshotReader::open(snapshot)?;
	fs::copy(snapshot, &copy).map_err(write_error(&copy))?;
	Ok(copy)
}

fn put_in_place(staging: tempfile::TempDir, output: &Path) -> Result<(), BundleError> {
	#[cfg(unix)]
	{
		use std::os::unix::fs::PermissionsExt;
		// A temporary directory is its owner's alone; a bundle holds no secret.
		fs::set_permissions(staging.path(), fs::Permissions::from_mode(0o755))
			.map_err(write_error(output))?;
	}
	if output.exists() {
		fs::remove_dir(output).map_err(write_error(output))?;
	}
	let staged = staging.keep();
	fs::rename(&staged, output).map_err(write_error(output))
}

fn read_snapshot(
	path: &Path,
	limits: ChunkLimits,
) -> Result<(SnapshotFacts, Vec<super::ChunkSpan>, MerkleTree), BundleError> {
	let mut reader = SnapshotReader::open(path)?;
	let mut chunker = Chunker::new(limits);
	let (mut accounts, mut account) = (Accounts::new(), AccountReader::default());
	while let Some(entry) = reader.next_record()? {
		accounts.extend(account.take(&entry.item));
		chunker.take(&entry)?;
	}
	accounts.extend(account.finish());
	let (spans, leaves) = chunker.finish()?;
	let header = reader.header().clone();
	// The loop above ends behind the trailer.
	let summary = reader.read_to_end()?;
	Ok((SnapshotFacts { header, summary, accounts }, spans, MerkleTree::new(leaves)))
}

fn make_manifest(
	facts: &SnapshotFacts,
	entries: &[MapEntry],
	chunks: &MerkleTree,
	options: PackOptions,
) -> Result<Manifest, BundleError> {
	let header = &facts.header;
	let too_many = |what| BundleError::TooMany { what };
	let count = u32::try_from(entries.len())
		.ok()
		.filter(|count| *count <= MAX_MAP_ENTRIES)
		.ok_or(too_many("map entries"))?;
	let block_header = header
		.block_header
		.clone()
		.try_into()
		.map_err(|_| too_many("bytes in the source block's header"))?;
	let calls: Vec<H256> = options.calls.iter().map(PostImportCall::hash).collect();
	let manifest = Manifest {
		version: FORMAT_VERSION,
		source: SourceBlock {
			chain_id: header.chain_id,
			number: header.block_number,
			hash: header.block_hash,
			header: block_header,
			finality: header.finality,
			confirmations: header.confirmations,
		},
		scope: header.scope,
		trust: header.trust,
		snapshot_digest: facts.summary.digest,
		chunks: TreeSummary {
			root: chunks.root(),
			count: u32::try_from(chunks.count()).map_err(|_| too_many("chunks"))?,
		},
		map: TreeSummary { root: map_tree(entries).root(), count },
		map_run_log2: options.map_run_log2,
		totals: facts.summary.totals,
		remapped: remapped(&facts.accounts, entries)?,
		balances: options.balances,
		post_import_calls: calls.try_into().map_err(|_| too_many("calls after the import"))?,
		deadlines: options.deadlines,
		evm_spec: options.evm_spec,
	};
	manifest.check().map_err(BundleError::Manifest)?;
	Ok(manifest)
}

fn remapped(accounts: &Accounts, entries: &[MapEntry]) -> Result<Remapped, BundleError> {
	let mut sum = Remapped::default();
	for MapEntry { source, target, .. } in entries {
		let address: H160 = *source;
		let info = accounts.get(source).ok_or(BundleError::NotInSnapshot { address })?;
		if is_remapped(info, target) {
			sum = add_remapped(sum, info).ok_or(BundleError::Remapped)?;
		}
	}
	Ok(sum)
}
