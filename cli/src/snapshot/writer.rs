//! Writes a snapshot as a stream.

use std::{
	fs::File,
	io::{BufWriter, Write},
	path::{Path, PathBuf},
};

use alloy_primitives::Keccak256;
use codec::Encode;
use migration_primitives::{
	header,
	item::{self, AccountHead, Item, Slot, TRAILER_TAG},
	limits::FORMAT_VERSION,
	snapshot::{SnapshotHeader, Totals, Trust, MAGIC, MAX_FILE_HEADER_BYTES},
	H256,
};
use tempfile::NamedTempFile;

use super::{Checker, SnapshotError};

/// Writes a snapshot record by record, checking each.
///
/// The file stands beside its place until [`Self::finish`] moves it there, so that there is never
/// half a snapshot.
pub struct SnapshotWriter {
	path: PathBuf,
	file: BufWriter<NamedTempFile>,
	hasher: Keccak256,
	checker: Checker,
	length: u64,
	record: Vec<u8>,
}

/// What was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
	/// Sums over the records.
	pub totals: Totals,
	/// Keccak-256 of everything before it.
	pub digest: H256,
	/// Length of the file in bytes.
	pub length: u64,
}

impl SnapshotWriter {
	/// Begins a file that will stand at `path`.
	pub fn create(path: &Path, header: &SnapshotHeader) -> Result<Self, SnapshotError> {
		let create = |source| SnapshotError::Create { path: path.to_owned(), source };
		if header.trust == Trust::Proved && header.block_header.is_empty() {
			return Err(SnapshotError::ProvedByNothing);
		}
		let file = NamedTempFile::new_in(directory(path)).map_err(create)?;
		let state_root = match header.block_header.as_slice() {
			[] => None,
			bytes => Some(header::parse(bytes).map_err(SnapshotError::BlockHeader)?.state_root),
		};
		let mut writer = Self {
			path: path.to_owned(),
			file: BufWriter::new(file),
			hasher: Keccak256::new(),
			checker: Checker::new(header.scope, state_root),
			length: 0,
			record: Vec::new(),
		};
		let encoded = header.encode();
		let (length, limit) =
			(u32::try_from(encoded.len()).unwrap_or(u32::MAX), MAX_FILE_HEADER_BYTES);
		if length > limit {
			return Err(SnapshotError::HeaderLength { found: length, limit });
		}
		writer.put(&MAGIC)?;
		writer.put(&FORMAT_VERSION.to_be_bytes())?;
		writer.put(&length.to_be_bytes())?;
		writer.put(&encoded)?;
		Ok(writer)
	}

	/// Begins an account.
	pub fn account(&mut self, head: AccountHead) -> Result<(), SnapshotError> {
		self.record.clear();
		item::put_account(&head, &mut self.record);
		self.put_record(Item::Account(head))
	}

	/// The code of the account that began last.
	pub fn code(&mut self, code: &[u8]) -> Result<(), SnapshotError> {
		self.record.clear();
		item::put_code(code, &mut self.record);
		self.put_record(Item::Code(code))
	}

	/// A slot of the account that began last.
	pub fn slot(&mut self, slot: Slot) -> Result<(), SnapshotError> {
		self.record.clear();
		item::put_slot(&slot, &mut self.record);
		self.put_record(Item::Slot(slot))
	}

	/// Ends the file and puts it into its place.
	pub fn finish(mut self) -> Result<Written, SnapshotError> {
		let offset = self.length;
		let totals =
			self.checker.finish().map_err(|source| SnapshotError::Record { offset, source })?;
		self.put(&[TRAILER_TAG])?;
		self.put(&totals.encode())?;
		let digest = H256(self.hasher.clone().finalize().0);
		self.put(digest.as_bytes())?;
		let Self { path, file, length, .. } = self;
		let create = |source| SnapshotError::Create { path: path.clone(), source };
		let file = file.into_inner().map_err(|error| create(error.into_error()))?;
		file.as_file().sync_all().map_err(create)?;
		readable_by_all(file.as_file()).map_err(create)?;
		file.persist(&path).map_err(|error| create(error.error))?;
		Ok(Written { totals, digest, length })
	}

	fn put_record(&mut self, item: Item<'_>) -> Result<(), SnapshotError> {
		let offset = self.length;
		let wrong = |source| SnapshotError::Record { offset, source };
		self.checker.take(&item).map_err(wrong)?;
		// What a reader would refuse is not written.
		item::next(&mut self.record.as_slice())
			.map_err(|source| SnapshotError::Item { offset, source })?;
		let record = std::mem::take(&mut self.record);
		self.put(&record)?;
		self.record = record;
		Ok(())
	}

	fn put(&mut self, bytes: &[u8]) -> Result<(), SnapshotError> {
		self.hasher.update(bytes);
		self.length = self.length.saturating_add(bytes.len() as u64);
		self.file.write_all(bytes).map_err(SnapshotError::Write)
	}
}

/// The directory that `path` stands in.
pub(crate) fn directory(path: &Path) -> &Path {
	match path.parent() {
		Some(parent) if parent != Path::new("") => parent,
		_ => Path::new("."),
	}
}

/// A temporary file is its owner's alone; a snapshot holds no secret.
#[cfg(unix)]
fn readable_by_all(file: &File) -> std::io::Result<()> {
	use std::os::unix::fs::PermissionsExt;
	file.set_permissions(std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn readable_by_all(_: &File) -> std::io::Result<()> {
	Ok(())
}
