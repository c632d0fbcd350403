//! Frames of a work file: kind (1), length (4, big-endian), payload, and the first eight bytes of
//! their Keccak-256. A frame that is not whole ends the file.

use std::{
	fs::File,
	io::{self, BufReader, Read, Seek},
};

use migration_primitives::hash::keccak256;

/// Longest payload: a header, code, a proof or slots.
pub(super) const MAX_PAYLOAD_BYTES: u32 = 1 << 20;
/// Bytes of a frame around its payload.
const AROUND_BYTES: u64 = 13;

/// The header of the snapshot, and what it was begun with.
pub(super) const HEADER: u8 = b'H';
/// The code of an account.
pub(super) const CODE: u8 = b'C';
/// Slots of an account.
pub(super) const SLOTS: u8 = b'S';
/// Where the slots of an account go on.
pub(super) const CURSOR: u8 = b'P';
/// An account's end.
pub(super) const END: u8 = b'E';

/// How far a file can be used.
pub(super) struct Whole {
	/// Behind the last account or cursor.
	pub(super) safe: u64,
	/// Behind the last account.
	pub(super) ended: u64,
}

/// Finds the end of what can be used.
pub(super) fn whole_frames(file: &File) -> io::Result<Whole> {
	let mut frames = BufReader::with_capacity(1 << 18, file);
	frames.rewind()?;
	let (mut offset, mut whole) = (0u64, Whole { safe: 0, ended: 0 });
	while let Some((kind, payload)) = read_frame(&mut frames)? {
		offset = offset.saturating_add(payload.len() as u64).saturating_add(AROUND_BYTES);
		match kind {
			HEADER | END => whole = Whole { safe: offset, ended: offset },
			CURSOR => whole.safe = offset,
			_ => {}
		}
	}
	Ok(whole)
}

/// The next frame; `None` where no whole one comes.
pub(super) fn read_frame(source: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
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

/// What stands behind the payload.
pub(super) fn checksum(frame: &[u8]) -> [u8; 8] {
	let mut sum = [0; 8];
	for (to, from) in sum.iter_mut().zip(keccak256(frame).0) {
		*to = from;
	}
	sum
}
