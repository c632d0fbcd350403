//! Loading a bundle, and checking every part of it against the others.

use std::{
	collections::BTreeMap,
	fs::{self, File},
	io::{self, Read, Seek, SeekFrom},
	path::{Path, PathBuf},
};

use codec::{DecodeAll, Encode};
use migration_primitives::{
	item::{self, Item},
	manifest::{PostImportCall, Remapped},
	map::{decode_run, run_length, MapError, Target},
	merkle::{leaf, Tree},
	snapshot::{Scope, SnapshotHeader},
	H160, H256,
};

use super::{
	calls::load_calls, chunks::ChunkCount, readable, BundleError, ChunkLimits, ChunkSpan, Manifest,
	MapEntry, MerkleTree, Part, CALLS, CHUNKS, MANIFEST, MANIFEST_JSON, MAP, SNAPSHOT,
	SNAPSHOT_PATH,
};
use crate::{
	plan::{is_remapped, AccountInfo, AccountReader},
	snapshot::{SnapshotReader, Summary},
};

/// Largest manifest in bytes.
const MAX_MANIFEST_BYTES: u64 = 64 << 10;

/// A bundle that agrees with itself.
#[derive(Debug)]
pub struct Bundle {
	/// What governance approves.
	pub manifest: Manifest,
	/// Its hash.
	pub manifest_hash: H256,
	/// The map's entries, in ascending order of their sources.
	pub entries: Vec<MapEntry>,
	/// The calls after the import, in the manifest's order.
	pub calls: Vec<PostImportCall>,
	/// The most bytes, accounts and slots of a chunk.
	pub largest: ChunkLimits,
	snapshot: PathBuf,
	spans: Vec<ChunkSpan>,
	chunks: MerkleTree,
	map: MerkleTree,
}

impl Bundle {
	/// Loads a bundle and checks all of it. The first part that is wrong is named.
	pub fn load(directory: &Path) -> Result<Self, BundleError> {
		let manifest = load_manifest(directory)?;
		let calls = load_calls(&directory.join(CALLS), &manifest.post_import_calls)
			.map_err(BundleError::Calls)?;
		let entries = load_map(directory, &manifest)?;
		let map = map_tree(&entries);
		if map.root() != manifest.map.root {
			let (expected, found) = (manifest.map.root, map.root());
			return Err(BundleError::MapRoot { expected, found });
		}
		let snapshot = snapshot_path(directory)?;
		let spans = load_spans(directory, &manifest)?;
		let (chunks, largest) = check_snapshot(&snapshot, &manifest, &entries, &spans)?;
		let manifest_hash = manifest.hash();
		Ok(Self { manifest, manifest_hash, entries, calls, largest, snapshot, spans, chunks, map })
	}

	/// The number of chunks.
	pub fn chunk_count(&self) -> u32 {
		self.manifest.chunks.count
	}

	/// The number of map chunks.
	pub fn map_chunk_count(&self) -> u32 {
		self.manifest.map_chunks()
	}

	/// A chunk and its path.
	pub fn chunk(&self, index: u32) -> Result<(Vec<u8>, Vec<H256>), BundleError> {
		let offset = self.spans.last().map(ChunkSpan::end).unwrap_or_default();
		let span = self.spans.get(index as usize).ok_or(BundleError::ChunkPlace { offset })?;
		let bytes = read_span(&self.snapshot, span)?;
		let found = leaf(Tree::Chunks, index, &bytes);
		if Some(found) != self.chunks.leaf(index) {
			// The file changed since it was loaded.
			return Err(BundleError::ChunkRoot { expected: self.manifest.chunks.root, found });
		}
		Ok((bytes, self.chunks.path(index)))
	}

	/// The encoded entries of a map chunk and its path.
	pub fn map_chunk(&self, index: u32) -> (Vec<u8>, Vec<H256>) {
		let log2 = self.manifest.map_run_log2;
		let length = run_length(self.manifest.map.count, log2, index) as usize;
		let first = (index as usize) << log2;
		let run = self.entries.get(first..first.saturating_add(length)).unwrap_or_default();
		(run.iter().flat_map(Encode::encode).collect(), self.map.path_from_level(log2, index))
	}

	/// The entry of a source.
	pub fn entry(&self, source: H160) -> Option<&MapEntry> {
		entry_of(&self.entries, source)
	}

	/// The target of a source: without an entry, it keeps its address.
	pub fn target(&self, source: H160) -> (Target<sp_core::crypto::AccountId32>, H160) {
		match self.entry(source) {
			Some(entry) => (entry.target.clone(), entry.address),
			None => (Target::Preserve, source),
		}
	}

	/// Where the snapshot stands.
	pub fn snapshot(&self) -> &Path {
		&self.snapshot
	}

	/// Reads the snapshot from its beginning.
	pub fn reader(&self) -> Result<SnapshotReader<File>, BundleError> {
		Ok(SnapshotReader::open(&self.snapshot)?)
	}
}

fn entry_of(entries: &[MapEntry], source: H160) -> Option<&MapEntry> {
	let index = entries.binary_search_by_key(&source, |entry| entry.source).ok()?;
	entries.get(index)
}

pub(super) fn map_tree(entries: &[MapEntry]) -> MerkleTree {
	MerkleTree::new((0u32..).zip(entries).map(|(index, entry)| entry.leaf(index)).collect())
}

/// The form for people, as it is written.
pub(super) fn manifest_text(manifest: &Manifest) -> String {
	format!("{:#}\n", readable(manifest))
}

fn read(directory: &Path, name: &str, part: Part) -> Result<Vec<u8>, BundleError> {
	let path = directory.join(name);
	fs::read(&path).map_err(|source| BundleError::Read { part, path, source })
}

fn load_manifest(directory: &Path) -> Result<Manifest, BundleError> {
	let path = directory.join(MANIFEST);
	let part = Part::Manifest;
	let error = |source| BundleError::Read { part, path: path.clone(), source };
	let mut bytes = Vec::new();
	let file = File::open(&path).map_err(error)?;
	file.take(MAX_MANIFEST_BYTES).read_to_end(&mut bytes).map_err(error)?;
	let manifest = Manifest::decode_all(&mut bytes.as_slice())
		.map_err(|error| BundleError::Undecodable { part, reason: error.to_string() })?;
	let for_people = read(directory, MANIFEST_JSON, part)?;
	if for_people != manifest_text(&manifest).as_bytes() {
		return Err(BundleError::ManifestForms);
	}
	manifest.check().map_err(BundleError::Manifest)?;
	Ok(manifest)
}

fn load_map(directory: &Path, manifest: &Manifest) -> Result<Vec<MapEntry>, BundleError> {
	let bytes = read(directory, MAP, Part::Map)?;
	let entries = decode_run(&bytes, manifest.map.count).map_err(BundleError::Map)?;
	check_addresses(manifest.scope, &entries)?;
	Ok(entries)
}

/// Checks that every rule gives the address that its entry says, and that no two share one.
fn check_addresses(scope: Scope, entries: &[MapEntry]) -> Result<(), BundleError> {
	let mut taken: BTreeMap<H160, H160> = BTreeMap::new();
	for entry in entries {
		let source_address = entry.source;
		let deployer = match entry.target.deployer() {
			None => None,
			Some(deployer) => match (entry_of(entries, deployer), scope) {
				(Some(entry), _) => Some(entry.address),
				(None, Scope::Full) => Some(deployer),
				(None, Scope::Selected) => {
					return Err(BundleError::DeployerMissing { source_address, deployer })
				}
			},
		};
		let found = entry.address;
		match entry.target.address(source_address, deployer) {
			Some(expected) if expected != found => {
				let error = MapError::WrongAddress { source_address, expected, found };
				return Err(BundleError::Map(error));
			}
			_ => {}
		}
		if let Some(first) = taken.insert(found, source_address) {
			let (second, target) = (source_address, found);
			return Err(BundleError::SameTarget { first, second, target });
		}
	}
	Ok(())
}

fn snapshot_path(directory: &Path) -> Result<PathBuf, BundleError> {
	let copied = directory.join(SNAPSHOT);
	if copied.exists() {
		return Ok(copied);
	}
	let part = Part::Snapshot;
	let text = match read(directory, SNAPSHOT_PATH, part) {
		// Neither is there: the one that most bundles have is missing.
		Err(BundleError::Read { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
			return Err(BundleError::Read { part, path: copied, source })
		}
		result => result?,
	};
	let text = String::from_utf8(text)
		.map_err(|error| BundleError::Undecodable { part, reason: error.to_string() })?;
	Ok(directory.join(text.trim_end_matches('\n')))
}

fn load_spans(directory: &Path, manifest: &Manifest) -> Result<Vec<ChunkSpan>, BundleError> {
	let part = Part::Chunks;
	let bytes = read(directory, CHUNKS, part)?;
	let spans = Vec::<ChunkSpan>::decode_all(&mut bytes.as_slice())
		.map_err(|error| BundleError::Undecodable { part, reason: error.to_string() })?;
	if spans.len() as u64 != u64::from(manifest.chunks.count) {
		let reason = format!("{} chunks, not {}", spans.len(), manifest.chunks.count);
		return Err(BundleError::Undecodable { part, reason });
	}
	Ok(spans)
}

fn read_span(path: &Path, span: &ChunkSpan) -> Result<Vec<u8>, BundleError> {
	let error = |source| BundleError::Read { part: Part::Snapshot, path: path.to_owned(), source };
	let mut file = File::open(path).map_err(error)?;
	file.seek(SeekFrom::Start(span.offset)).map_err(error)?;
	let mut bytes = vec![0; span.length as usize];
	file.read_exact(&mut bytes).map_err(error)?;
	Ok(bytes)
}

/// Reads the whole snapshot and compares it with manifest, map and chunks.
fn check_snapshot(
	path: &Path,
	manifest: &Manifest,
	entries: &[MapEntry],
	spans: &[ChunkSpan],
) -> Result<(MerkleTree, ChunkLimits), BundleError> {
	let mut reader = SnapshotReader::open(path)?;
	let mut tally = Tally { manifest, entries, remapped: Remapped::default(), accounts: 0 };
	// What does not fit the map is told only if the snapshot itself is sound.
	let (mut misfit, mut account) = (Ok(()), AccountReader::default());
	while let Some(entry) = reader.next_record()? {
		if let (Some((address, info)), true) = (account.take(&entry.item), misfit.is_ok()) {
			misfit = tally.take(address, &info);
		}
	}
	if let (Some((address, info)), true) = (account.finish(), misfit.is_ok()) {
		misfit = tally.take(address, &info);
	}
	let Tally { remapped, accounts, .. } = tally;
	check_source(reader.header(), manifest)?;
	// The loop above ends behind the trailer.
	let summary = reader.read_to_end()?;
	check_summary(manifest, &summary)?;
	misfit?;
	if accounts != entries.len() {
		let address = first_missing(path, entries)?;
		return Err(BundleError::NotInSnapshot { address });
	}
	if remapped != manifest.remapped {
		return Err(BundleError::Remapped);
	}
	check_chunks(path, manifest, spans, &summary)
}

/// What map and snapshot give together.
struct Tally<'a> {
	manifest: &'a Manifest,
	entries: &'a [MapEntry],
	remapped: Remapped,
	accounts: usize,
}

impl Tally<'_> {
	fn take(&mut self, address: H160, info: &AccountInfo) -> Result<(), BundleError> {
		let target = match (entry_of(self.entries, address), self.manifest.scope) {
			(Some(entry), _) => &entry.target,
			(None, Scope::Full) => return Ok(()),
			(None, Scope::Selected) => return Err(BundleError::Unmapped { address }),
		};
		self.accounts = self.accounts.saturating_add(1);
		if info.is_contract() && matches!(target, Target::Account(_)) {
			return Err(BundleError::ContractToAccount { address });
		}
		if is_remapped(info, target) {
			self.remapped = add_remapped(self.remapped, info).ok_or(BundleError::Remapped)?;
		}
		Ok(())
	}
}

pub(super) fn add_remapped(sum: Remapped, info: &AccountInfo) -> Option<Remapped> {
	Some(Remapped {
		accounts: sum.accounts.checked_add(1)?,
		balance: sum.balance.saturating_add(info.balance),
	})
}

fn first_missing(path: &Path, entries: &[MapEntry]) -> Result<H160, BundleError> {
	let mut reader = SnapshotReader::open(path)?;
	let mut found = vec![false; entries.len()];
	while let Some(entry) = reader.next_record()? {
		if let Item::Account(head) = &entry.item {
			let index = entries.binary_search_by_key(&head.address, |entry| entry.source);
			if let Some(place) = index.ok().and_then(|index| found.get_mut(index)) {
				*place = true;
			}
		}
	}
	let missing = entries.iter().zip(found).find(|(_, found)| !found);
	Ok(missing.map(|(entry, _)| entry.source).unwrap_or_default())
}

fn check_source(header: &SnapshotHeader, manifest: &Manifest) -> Result<(), BundleError> {
	let source = &manifest.source;
	let comparisons = [
		("chain id", header.chain_id == source.chain_id),
		("block number", header.block_number == source.number),
		("block hash", header.block_hash == source.hash),
		("block header", header.block_header.as_slice() == source.header.as_slice()),
		("finality", header.finality == source.finality),
		("number of confirmations", header.confirmations == source.confirmations),
		("scope", header.scope == manifest.scope),
		("trust", header.trust == manifest.trust),
	];
	match comparisons.iter().find(|(_, equal)| !equal) {
		Some((what, _)) => Err(BundleError::SourceBlock { what }),
		None => Ok(()),
	}
}

fn check_summary(manifest: &Manifest, summary: &Summary) -> Result<(), BundleError> {
	if manifest.snapshot_digest != summary.digest {
		return Err(BundleError::SnapshotDigest {
			expected: manifest.snapshot_digest,
			found: summary.digest,
		});
	}
	if manifest.totals != summary.totals {
		let (expected, found) = (Box::new(manifest.totals), Box::new(summary.totals));
		return Err(BundleError::Totals { expected, found });
	}
	Ok(())
}

/// The chunks must be the records, one after another, and make the manifest's root.
fn check_chunks(
	path: &Path,
	manifest: &Manifest,
	spans: &[ChunkSpan],
	summary: &Summary,
) -> Result<(MerkleTree, ChunkLimits), BundleError> {
	let mut offset = summary.records_start;
	for span in spans {
		if span.offset != offset || span.length == 0 || span.end() > summary.records_end {
			return Err(BundleError::ChunkPlace { offset });
		}
		offset = span.end();
	}
	if offset != summary.records_end {
		return Err(BundleError::ChunkPlace { offset });
	}
	let mut leaves = Vec::with_capacity(spans.len());
	let mut largest = ChunkLimits { bytes: 0, accounts: 0, slots: 0 };
	for (index, span) in (0u32..).zip(spans) {
		let bytes = read_span(path, span)?;
		leaves.push(leaf(Tree::Chunks, index, &bytes));
		// A chunk that does not consist of whole records has another leaf than the manifest's.
		let ChunkCount { accounts, slots } = count_records(&bytes);
		largest = ChunkLimits {
			bytes: largest.bytes.max(span.length),
			accounts: largest.accounts.max(accounts),
			slots: largest.slots.max(slots),
		};
	}
	let tree = MerkleTree::new(leaves);
	let (expected, found) = (manifest.chunks.root, tree.root());
	if expected != found {
		return Err(BundleError::ChunkRoot { expected, found });
	}
	Ok((tree, largest))
}

fn count_records(mut bytes: &[u8]) -> ChunkCount {
	let mut count = ChunkCount::default();
	while let Ok(item) = item::next(&mut bytes) {
		count = count.with(&item);
	}
	count
}
