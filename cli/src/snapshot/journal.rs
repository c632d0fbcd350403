//! A stage whose accounts are also kept in a file beside the snapshot, so that a run that was
//! interrupted goes on where it was.
//!
//! The file is a sequence of frames: kind (1), length (4, big-endian), payload, and the first eight
//! bytes of their Keccak-256. A frame that is not whole ends it. Whatever it holds is checked again
//! as if it came from the source.

use std::{
	fs::{File, OpenOptions, TryLockError},
	io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
};

use codec::{Decode, Encode};
use migration_primitives::{
	hash::keccak256, item::Slot, limits::MAX_CODE_BYTES, snapshot::SnapshotHeader, H160, H256, U256,
};

use super::{Claim, Stage, StageError};

/// Longest payload: a header, code, a proof or slots.
const MAX_PAYLOAD_BYTES: u32 = 1 << 20;
/// Slots in one frame.
const SLOTS_PER_FRAME: usize = 1_024;

const HEADER: u8 = b'H';
const CODE: u8 = b'C';
const SLOTS: u8 = b'S';
const CURSOR: u8 = b'P';
const END: u8 = b'E';

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

/// How far a file can be used.
struct Whole {
	/// Behind the last account or cursor.
	safe: u64,
	/// Behind the last account.
	ended: u64,
}

fn whole_frames(file: &File) -> io::Result<Whole> {
	let mut frames = BufReader::with_capacity(1 << 18, file);
	frames.rewind()?;
	let (mut offset, mut whole) = (0u64, Whole { safe: 0, ended: 0 });
	while let Some((kind, payload)) = read_frame(&mut frames)? {
		offset = offset.saturating_add(payload.len() as u64).saturating_add(13);
		match kind {
			HEADER | END => whole = Whole { safe: offset, ended: offset },
			CURSOR => whole.safe = offset,
			_ => {}
		}
	}
	Ok(whole)
}

/// The next frame; `None` where no whole one comes.
fn read_frame(source: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
	let mut head = [0; 5];
	if !read_all(source, &mut head)? {
		return Ok(None);
	}
	let [kind, length @ ..] = head;
	let length = u32::from_be_bytes(length);
	if length > MAX_PAYLOAD_BYTES {
		return Ok(None);
	}
	let mut frame = head.to_vec();
	frame.resize((length as usize).saturating_add(head.len()), 0);
	let mut sum = [0; 8];
	let whole = read_all(source, frame.get_mut(head.len()..).unwrap_or_default())?
		&& read_all(source, &mut sum)?;
	match whole && sum == checksum(&frame) {
		true => Ok(Some((kind, frame.split_off(head.len())))),
		false => Ok(None),
	}
}

fn read_all(source: &mut impl Read, bytes: &mut [u8]) -> io::Result<bool> {
	match source.read_exact(bytes) {
		Ok(()) => Ok(true),
		Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(false),
		Err(error) => Err(error),
	}
}

fn checksum(frame: &[u8]) -> [u8; 8] {
	let mut sum = [0; 8];
	for (to, from) in sum.iter_mut().zip(keccak256(frame).0) {
		*to = from;
	}
	sum
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::snapshot::{Finality, Scope, Trust};
	use std::fs;

	fn header() -> SnapshotHeader {
		SnapshotHeader {
			chain_id: 1,
			block_number: 2,
			block_hash: H256::repeat_byte(3),
			block_header: Vec::new(),
			confirmations: 0,
			finality: Finality::Finalized,
			scope: Scope::Full,
			trust: Trust::Attested,
		}
	}

	fn slot(number: u64) -> Slot {
		Slot { key: H256::from_low_u64_be(number), value: H256::from_low_u64_be(number + 1) }
	}

	fn claim(byte: u8) -> Claim {
		Claim { address: H160::repeat_byte(byte), nonce: byte.into(), ..Claim::default() }
	}

	const ARGUMENTS: H256 = H256::repeat_byte(7);

	/// One account with two slots and code, and two slots of a second one with a cursor behind.
	fn write(path: &Path, folder: &Path) {
		let (mut journal, resumed) =
			Journal::open(path, ARGUMENTS, &header(), folder).expect("begun");
		assert_eq!(resumed, Resumed::default());
		journal.code(vec![1, 2]);
		journal.slot(slot(1)).expect("a slot");
		journal.slot(slot(2)).expect("a slot");
		journal.end_account(claim(1), b"note".to_vec()).expect("ended");
		journal.slot(slot(3)).expect("a slot");
		journal.slot(slot(4)).expect("a slot");
		journal.cursor(H160::repeat_byte(2), H256::repeat_byte(9)).expect("kept");
		journal.slot(slot(5)).expect("a slot");
	}

	/// Ends the second account with the slots that are missing, and gives the state root.
	fn finish(mut journal: Journal, missing: &[u64]) -> H256 {
		for number in missing {
			journal.slot(slot(*number)).expect("a slot");
		}
		let (_, slots) = journal.end_account(claim(2), Vec::new()).expect("ended");
		assert_eq!(slots, 3);
		journal.finish().0.finish(&[]).expect("sorted").state_root()
	}

	#[test]
	fn journal_goes_on_where_it_was_works() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("work");
		assert_eq!(Journal::begun(&path, ARGUMENTS).expect("none"), None);
		write(&path, folder.path());
		assert_eq!(Journal::begun(&path, ARGUMENTS).expect("begun"), Some(header()));
		let (journal, resumed) =
			Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
		let ended = vec![(H160::repeat_byte(1), b"note".to_vec())];
		let cursor = Some((H160::repeat_byte(2), H256::repeat_byte(9)));
		assert_eq!(resumed, Resumed { ended, cursor });
		let resumed_root = finish(journal, &[5]);
		let other = folder.path().join("other");
		let (mut journal, _) =
			Journal::open(&other, ARGUMENTS, &header(), folder.path()).expect("begun");
		journal.code(vec![1, 2]);
		journal.slot(slot(2)).expect("a slot");
		journal.slot(slot(1)).expect("a slot");
		journal.end_account(claim(1), Vec::new()).expect("ended");
		assert_eq!(finish(journal, &[5, 4, 3]), resumed_root);
	}

	#[test]
	fn journal_that_is_cut_anywhere_goes_on_works() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("work");
		write(&path, folder.path());
		let bytes = fs::read(&path).expect("the file");
		for length in 0..bytes.len() {
			fs::write(&path, &bytes[..length]).expect("written");
			let (journal, resumed) =
				Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
			assert!(resumed.ended.len() <= 1 && resumed.cursor.is_none(), "{length} bytes");
			drop(journal);
			assert_eq!(Journal::begun(&path, ARGUMENTS).expect("begun"), Some(header()));
		}
	}

	#[test]
	fn dropped_account_leaves_nothing_works() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("work");
		write(&path, folder.path());
		let (mut journal, _) =
			Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
		journal.drop_account().expect("dropped");
		let root = finish(journal, &[3, 4, 5]);
		let (journal, resumed) =
			Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
		assert_eq!(resumed.ended.len(), 2);
		assert_eq!(journal.finish().0.finish(&[]).expect("sorted").state_root(), root);
	}

	#[test]
	fn journal_of_other_arguments_or_in_use_fails() {
		let folder = tempfile::tempdir().expect("a folder");
		let path = folder.path().join("work");
		write(&path, folder.path());
		assert!(matches!(
			Journal::begun(&path, H256::zero()),
			Err(JournalError::OtherArguments { .. })
		));
		let held = Journal::open(&path, ARGUMENTS, &header(), folder.path()).expect("opened");
		let again = Journal::open(&path, ARGUMENTS, &header(), folder.path());
		assert!(matches!(again.err(), Some(JournalError::InUse { .. })));
		drop(held);
	}
}
