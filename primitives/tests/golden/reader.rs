//! A reader of snapshot files, written from `docs/format.md`.

use codec::DecodeAll;
use migration_primitives::{
	hash::keccak256,
	item::{self, Item, TRAILER_TAG},
	limits::FORMAT_VERSION,
	snapshot::{SnapshotHeader, Totals, MAGIC, MAX_FILE_HEADER_BYTES},
};

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
	Magic,
	Version,
	Header,
	Truncated,
	Item,
	Digest,
	Totals,
	TrailingBytes,
}

/// Reads a whole file: its header and its sums.
pub(crate) fn read(file: &[u8]) -> Result<(SnapshotHeader, Totals), Wrong> {
	let mut rest = file;
	if take(&mut rest, 8)? != MAGIC {
		return Err(Wrong::Magic);
	}
	if take(&mut rest, 2)? != FORMAT_VERSION.to_be_bytes() {
		return Err(Wrong::Version);
	}
	let length = take(&mut rest, 4)?;
	let length = length.iter().fold(0u32, |value, byte| (value << 8) | u32::from(*byte));
	if length > MAX_FILE_HEADER_BYTES {
		return Err(Wrong::Header);
	}
	let header = take(&mut rest, length as usize)?;
	let header = SnapshotHeader::decode_all(&mut &*header).map_err(|_| Wrong::Header)?;
	let mut found = Totals::default();
	while rest.first() != Some(&TRAILER_TAG) {
		if rest.is_empty() {
			return Err(Wrong::Truncated);
		}
		match item::next(&mut rest).map_err(|_| Wrong::Item)? {
			Item::Account(head) => {
				found.accounts += 1;
				found.balance += head.balance;
			}
			Item::Code(code) => {
				found.contracts += 1;
				found.code_bytes += code.len() as u64;
			}
			Item::Slot(_) => found.slots += 1,
		}
	}
	take(&mut rest, 1)?;
	let totals = take(&mut rest, 64)?;
	let totals = Totals::decode_all(&mut &*totals).map_err(|_| Wrong::Totals)?;
	let hashed = file.len() - rest.len();
	if take(&mut rest, 32)? != keccak256(&file[..hashed]).as_bytes() {
		return Err(Wrong::Digest);
	}
	if totals != found {
		return Err(Wrong::Totals);
	}
	match rest.is_empty() {
		true => Ok((header, totals)),
		false => Err(Wrong::TrailingBytes),
	}
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Wrong> {
	if length > rest.len() {
		return Err(Wrong::Truncated);
	}
	let (taken, behind) = rest.split_at(length);
	*rest = behind;
	Ok(taken)
}
