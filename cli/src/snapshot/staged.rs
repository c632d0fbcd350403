//! Accounts that wait in the order of a snapshot, and are written.

use std::{
	collections::BTreeMap,
	fs::File,
	io::{self, BufReader, Read, Seek},
	path::PathBuf,
};

use migration_primitives::{item::Slot, H160, H256};

use super::{
	record::{words, Record, RECORD_BYTES},
	SnapshotError, SnapshotWriter, StageError,
};

/// Key and value.
const STORED_SLOT_BYTES: usize = 64;

/// The accounts of a source in the order of a snapshot.
pub struct Staged {
	pub(super) folder: PathBuf,
	pub(super) data: File,
	pub(super) list: File,
	pub(super) accounts: u64,
	pub(super) state_root: H256,
	pub(super) proofs: BTreeMap<H160, Vec<Vec<u8>>>,
}

/// Which accounts of those that wait are written, and with which proofs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
	/// All, without proofs: together they make the state root.
	Full,
	/// All, with the proofs that the source gave.
	Given,
	/// The targets, with proofs made from all accounts.
	Targets,
}

impl Staged {
	/// The root of the trie of all accounts.
	pub fn state_root(&self) -> H256 {
		self.state_root
	}

	/// The number of all accounts.
	pub fn accounts(&self) -> u64 {
		self.accounts
	}

	/// Writes the accounts as records of a snapshot, and calls `progress` after each.
	pub fn write(
		self,
		choice: Choice,
		writer: &mut SnapshotWriter,
		mut progress: impl FnMut(),
	) -> Result<(), WriteError> {
		let Self { folder, data, list, accounts, mut proofs, .. } = self;
		let failed = |source| StageError::Temporary { folder: folder.clone(), source };
		let mut list = BufReader::with_capacity(1 << 18, list);
		let mut data = BufReader::with_capacity(1 << 16, data);
		list.rewind().map_err(failed)?;
		data.rewind().map_err(failed)?;
		let mut position = 0u64;
		for _ in 0..accounts {
			let mut bytes = [0; RECORD_BYTES];
			list.read_exact(&mut bytes).map_err(failed)?;
			let record = Record::of_bytes(&bytes);
			let proof = proofs.remove(&record.address);
			if choice == Choice::Targets && proof.is_none() {
				continue;
			}
			if position != record.start {
				// Keeps what the buffer holds where the next account is near.
				let distance = i128::from(record.start).saturating_sub(i128::from(position));
				let distance = i64::try_from(distance).unwrap_or(i64::MAX);
				data.seek_relative(distance).map_err(failed)?;
				position = record.start;
			}
			position = position.saturating_add(record.code_length);
			let slot_bytes = record.slot_count.saturating_mul(STORED_SLOT_BYTES as u64);
			// At most `MAX_CODE_BYTES`.
			let mut code = vec![0; record.code_length as usize];
			data.read_exact(&mut code).map_err(failed)?;
			let proof = match choice {
				Choice::Full => Vec::new(),
				Choice::Targets => proof.unwrap_or_default(),
				Choice::Given => {
					data.seek_relative(slot_bytes.cast_signed()).map_err(failed)?;
					let (nodes, length) =
						read_nodes(&mut data, record.proof_count).map_err(failed)?;
					let back = slot_bytes.saturating_add(length).cast_signed();
					data.seek_relative(back.saturating_neg()).map_err(failed)?;
					nodes
				}
			};
			writer.account(record.head(proof))?;
			if !code.is_empty() {
				writer.code(&code)?;
			}
			for _ in 0..record.slot_count {
				let mut stored = [0; STORED_SLOT_BYTES];
				data.read_exact(&mut stored).map_err(failed)?;
				let [key, value] = words(&stored);
				writer.slot(Slot { key, value })?;
			}
			position = position.saturating_add(slot_bytes);
			progress();
		}
		match proofs.into_iter().next().filter(|_| choice == Choice::Targets) {
			Some((address, _)) => Err(StageError::NoAccount { address }.into()),
			None => Ok(()),
		}
	}
}

/// Why what waits cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
	/// What waits.
	#[error(transparent)]
	Stage(#[from] StageError),
	/// The snapshot.
	#[error(transparent)]
	Snapshot(#[from] SnapshotError),
}

/// The nodes of a proof, and the bytes that they take.
fn read_nodes(data: &mut impl Read, count: u64) -> io::Result<(Vec<Vec<u8>>, u64)> {
	let mut nodes = Vec::new();
	let mut taken = 0u64;
	for _ in 0..count {
		let mut length = [0; 8];
		data.read_exact(&mut length)?;
		let length = u64::from_be_bytes(length);
		// As long as what was written from memory.
		let mut node = vec![0; length as usize];
		data.read_exact(&mut node)?;
		taken = taken.saturating_add(8).saturating_add(length);
		nodes.push(node);
	}
	Ok((nodes, taken))
}
