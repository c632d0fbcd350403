//! A stage whose accounts are also kept in a file beside the snapshot, so that a run that was
//! interrupted goes on where it was.
//!
//! The file is a sequence of frames. Whatever it holds is checked again as if it came from the
//! source.

use std::{
	fs::{File, OpenOptions, TryLockError},
	io::{self, BufReader, BufWriter, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
};

use codec::{Decode, Encode};
use migration_primitives::{
	item::Slot, limits::MAX_CODE_BYTES, snapshot::SnapshotHeader, H160, H256, U256,
};

use super::{
	frame::{
		checksum, read_frame, whole_frames, CODE, CURSOR, END, HEADER, MAX_PAYLOAD_BYTES, SLOTS,
	},
	Claim, Stage, StageError,
};

/// Slots in one frame.
const SLOTS_PER_FRAME: usize = 1_024;

/// Why a work file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
	/// Reading or writing failed.
	#[error("the work file {} cannot be used", path.display())]
	File {
		/// The file.
		path: PathBuf,
		/// The cause.
		source: io::Error,
	},
	/// Another process has it.
	#[error("the work file {} is in use by another run", path.display())]
	InUse {
		/// The file.
		path: PathBuf,
	},
	/// It was begun with other arguments.
	#[error(
		"the work file {} was begun with other arguments: give those again, or remove it",
		path.display()
	)]
	OtherArguments {
		/// The file.
		path: PathBuf,
	},
	/// What it holds makes no sense.
	#[error("the work file {} is damaged: remove it", path.display())]
	Damaged {
		/// The file.
		path: PathBuf,
	},
	/// What it holds contradicts itself, or what comes now does.
	#[error(transparent)]
	Stage(#[from] StageError),
}

/// What an interrupted run left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resumed {
	/// The accounts that ended, in order, with the note of each.
	pub ended: Vec<(H160, Vec<u8>)>,
	/// Where the slots of the next account go on.
	pub cursor: Option<(H160, H256)>,
}

/// A [`Stage`] that is kept in a work file.
pub struct Journal {
	path: PathBuf,
	file: BufWriter<File>,
	stage: Stage,
	length: u64,
	/// Behind the last account that ended.
	ended: u64,
	code: Vec<u8>,
	slots: Vec<u8>,
}

/// How an account ended.
#[derive(Encode, Decode)]
struct End {
	address: H160,
	nonce: u64,
	balance: U256,
	code_hash: Option<H256>,
	storage_root: Option<H256>,
	proof: Vec<Vec<u8>>,
	note: Vec<u8>,
}

impl Journal {
	/// The header that an interrupted run with the same arguments began with.
	pub fn begun(path: &Path, arguments: H256) -> Result<Option<SnapshotHeader>, JournalError> {
		let failed = |source| JournalError::File { path: path.to_owned(), source };
		let file = match File::open(path) {
			Ok(file) => file,
			Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
			Err(error) => return Err(failed(error)),
		};
		let Some((HEADER, payload)) = read_frame(&mut BufReader::new(file)).map_err(failed)? else {
			return Ok(None);
		};
		let damaged = || JournalError::Damaged { path: path.to_owned() };
		let (found, header) =
			<(H256, SnapshotHeader)>::decode(&mut &*payload).map_err(|_| damaged())?;
		match found == arguments {
			true => Ok(Some(header)),
			false => Err(JournalError::OtherArguments { path: path.to_owned() }),
		}
	}

	/// Opens the work file of a run that [`Self::begun`], or begins one.
	pub fn open(
		path: &Path,
		arguments: H256,
		header: &SnapshotHeader,
		folder: &Path,
	) -> Result<(Self, Resumed), JournalError> {
		let failed = |source| JournalError::File { path: path.to_owned(), source };
		let mut options = OpenOptions::new();
		let mut file = options
			.read(true)
			.write(true)
			.create(true)
			.truncate(false)
			.open(path)
			.map_err(failed)?;
		match file.try_lock() {
			Ok(()) => {}
			Err(TryLockError::WouldBlock) => {
				return Err(JournalError::InUse { path: path.to_owned() });
			}
			Err(TryLockError::Error(source)) => return Err(failed(source)),
		}
		let whole = whole_frames(&file).map_err(failed)?;
		file.set_len(whole.safe).map_err(failed)?;
		file.seek(SeekFrom::Start(whole.safe)).map_err(failed)?;
		let mut journal = Self {
			path: path.to_owned(),
			file: BufWriter::with_capacity(1 << 18, file),
			stage: Stage::new(folder)?,
			length: whole.safe,
			ended: whole.ended,
			code: Vec::new(),
			slots: Vec::new(),
		};
		let mut resumed = Resumed::default();
		if whole.safe > 0 {
			journal.replay(&mut resumed)?;
		} else {
			journal.frame(HEADER, &(arguments, header).encode())?;
			journal.ended = journal.length;
			journal.flush()?;
		}
		Ok((journal, resumed))
	}

	/// The code of the account that ends next.
	pub fn code(&mut self, code: Vec<u8>) {
		self.code = code;
	}

	/// A slot of the account that ends next.
	pub fn slot(&mut self, slot: Slot) -> Result<(), JournalError> {
		self.stage.slot(slot)?;
		self.slots.extend_from_slice(slot.key.as_bytes());
		self.slots.extend_from_slice(slot.value.as_bytes());
		match self.slots.len() >= SLOTS_PER_FRAME.saturating_mul(64) {
			true => self.put_slots(),
			false => Ok(()),
		}
	}

	/// Keeps the slots so far, behind which those from the hashed key `next` on come.
	pub fn cursor(&mut self, address: H160, next: H256) -> Result<(), JournalError> {
		self.put_slots()?;
		self.frame(CURSOR, &(address, next).encode())?;
		self.flush()
	}

	/// Forgets code and slots of the account that would end next.
	pub fn drop_account(&mut self) -> Result<(), JournalError> {
		self.stage.drop_account();
		self.slots.clear();
		self.code.clear();
		self.flush()?;
		let ended = self.ended;
		let result = self.file.get_ref().set_len(ended);
		self.check(result)?;
		let result = self.file.seek(SeekFrom::Start(ended)).map(|_| ());
		self.check(result)?;
		self.length = ended;
		Ok(())
	}

	/// Ends the account, as [`Stage::end_account`] does. The note comes back in [`Resumed`].
	pub fn end_account(
		&mut self,
		claim: Claim,
		note: Vec<u8>,
	) -> Result<(H256, u64), JournalError> {
		self.put_slots()?;
		let code = std::mem::take(&mut self.code);
		if !code.is_empty() && code.len() <= MAX_CODE_BYTES {
			self.frame(CODE, &code)?;
		}
		self.stage.code(code);
		let end = End {
			address: claim.address,
			nonce: claim.nonce,
			balance: claim.balance,
			code_hash: claim.code_hash,
			storage_root: claim.storage_root,
			proof: claim.proof.clone(),
			note,
		};
		let ended = self.stage.end_account(claim)?;
		self.frame(END, &end.encode())?;
		self.flush()?;
		self.ended = self.length;
		Ok(ended)
	}

	/// The stage with everything, and the work file to remove when it is written.
	pub fn finish(self) -> (Stage, PathBuf) {
		(self.stage, self.path)
	}

	fn put_slots(&mut self) -> Result<(), JournalError> {
		let slots = std::mem::take(&mut self.slots);
		if !slots.is_empty() {
			self.frame(SLOTS, &slots)?;
		}
		self.slots = slots;
		self.slots.clear();
		Ok(())
	}

	fn frame(&mut self, kind: u8, payload: &[u8]) -> Result<(), JournalError> {
		let length = u32::try_from(payload.len()).unwrap_or(u32::MAX);
		if length > MAX_PAYLOAD_BYTES {
			let error = io::Error::new(io::ErrorKind::InvalidInput, "a frame is too long");
			return self.check(Err(error));
		}
		let mut frame = vec![kind];
		frame.extend_from_slice(&length.to_be_bytes());
		frame.extend_from_slice(payload);
		frame.extend_from_slice(&checksum(&frame));
		self.length = self.length.saturating_add(frame.len() as u64);
		let result = self.file.write_all(&frame);
		self.check(result)
	}

	fn flush(&mut self) -> Result<(), JournalError> {
		let result = self.file.flush();
		self.check(result)
	}

	fn check(&self, result: io::Result<()>) -> Result<(), JournalError> {
		result.map_err(|source| JournalError::File { path: self.path.clone(), source })
	}

	/// Takes every frame of the file, and stands at its end.
	fn replay(&mut self, resumed: &mut Resumed) -> Result<(), JournalError> {
		let path = self.path.clone();
		let failed = |source| JournalError::File { path: path.clone(), source };
		let damaged = || JournalError::Damaged { path: path.clone() };
		let file = self.file.get_ref().try_clone().map_err(failed)?;
		let mut frames = BufReader::with_capacity(1 << 18, file);
		frames.rewind().map_err(failed)?;
		while let Some((kind, payload)) = read_frame(&mut frames).map_err(failed)? {
			let mut rest = payload.as_slice();
			match kind {
				HEADER => {}
				CODE => self.stage.code(payload),
				SLOTS => {
					for slot in payload.chunks(64) {
						let (key, value) = slot.split_at_checked(32).ok_or_else(damaged)?;
						let value: [u8; 32] = value.try_into().map_err(|_| damaged())?;
						self.stage.slot(Slot { key: H256::from_slice(key), value: H256(value) })?;
					}
				}
				CURSOR => {
					resumed.cursor = Some(Decode::decode(&mut rest).map_err(|_| damaged())?);
				}
				END => {
					let end = End::decode(&mut rest).map_err(|_| damaged())?;
					resumed.ended.push((end.address, end.note));
					resumed.cursor = None;
					self.stage.end_account(Claim {
						address: end.address,
						nonce: end.nonce,
						balance: end.balance,
						code_hash: end.code_hash,
						storage_root: end.storage_root,
						proof: end.proof,
					})?;
				}
				_ => return Err(damaged()),
			}
		}
		self.file.seek(SeekFrom::Start(self.length)).map_err(failed)?;
		Ok(())
	}
}

#[cfg(test)]
#[path = "journal_tests.rs"]
mod tests;
