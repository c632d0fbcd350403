//! Lists of slots' keys and storage layouts, as the arguments name them.

use std::{
	collections::BTreeSet,
	fs::File,
	io::{BufRead, BufReader, Read},
	path::Path,
};

use anyhow::{Context, Result};
use migration_primitives::H160;

use crate::{
	parse,
	source::slots::{KeyBook, Layout, Means},
};

/// Longest line of a list.
const MAX_LINE_BYTES: u64 = 1_024;
/// Longest file with a layout: artefacts hold much besides.
const MAX_LAYOUT_BYTES: u64 = 64 << 20;

/// Reads a file with an account and a key on each line (`#` begins a comment) into the book. Keys
/// of accounts that are not `wanted` are left out.
pub(super) fn read_keys(path: &Path, wanted: &BTreeSet<H160>, book: &mut KeyBook) -> Result<()> {
	let named = || format!("the list of slots {}", path.display());
	let mut lines = BufReader::new(File::open(path).with_context(named)?);
	let mut number = 0u64;
	loop {
		let mut line = String::new();
		number = number.saturating_add(1);
		let length = lines.by_ref().take(MAX_LINE_BYTES).read_line(&mut line);
		let length = length.with_context(|| format!("line {number} of {}", named()))?;
		if length == 0 {
			return Ok(());
		}
		let text = line.split('#').next().unwrap_or_default();
		let mut words = text.split_whitespace();
		let (Some(address), Some(key), None) = (words.next(), words.next(), words.next()) else {
			anyhow::ensure!(
				text.trim().is_empty(),
				"line {number} of {} is not an address and a key",
				named()
			);
			continue;
		};
		let entry = || format!("line {number} of {}", named());
		let address = parse::address(address).with_context(entry)?;
		let key = parse::hash(key).with_context(entry)?;
		if wanted.contains(&address) {
			book.add(address, key, Means::List)?;
		}
	}
}

/// Reads the storage layout of an account.
pub(super) fn read_layout(address: H160, path: &Path) -> Result<Layout> {
	let named = || format!("the storage layout of {address:?} in {}", path.display());
	let mut bytes = Vec::new();
	let file = File::open(path).with_context(named)?;
	file.take(MAX_LAYOUT_BYTES.saturating_add(1)).read_to_end(&mut bytes).with_context(named)?;
	let length = bytes.len() as u64;
	anyhow::ensure!(length <= MAX_LAYOUT_BYTES, "{} is too long", named());
	Layout::parse(&bytes).with_context(named)
}

#[cfg(test)]
mod tests {
	use super::*;
	use std::io::Write;

	use migration_primitives::H256;

	fn read(text: &str, wanted: &[H160]) -> Result<KeyBook> {
		let mut file = tempfile::NamedTempFile::new().expect("a file");
		write!(file, "{text}").expect("written");
		let mut book = KeyBook::new(&std::env::temp_dir());
		read_keys(file.path(), &wanted.iter().copied().collect(), &mut book)?;
		Ok(book)
	}

	fn first_key(book: &KeyBook, address: H160) -> Option<(H256, Means)> {
		book.of(address).expect("keys").next_key().expect("a key")
	}

	#[test]
	fn read_keys_works() {
		let (a, b, key) = (H160::repeat_byte(1), H160::repeat_byte(2), H256::repeat_byte(3));
		let text = format!("# keys\n{a:?} {key:?}\n\n  {b:?}\t{key:?} # another\n{a:?} {key:?}\n");
		let book = read(&text, &[a]).expect("read");
		assert_eq!(first_key(&book, a), Some((key, Means::List)));
		assert_eq!(first_key(&book, b), None);
	}

	#[test]
	fn read_keys_of_other_lines_fails() {
		let (a, key) = (H160::repeat_byte(1), H256::repeat_byte(3));
		for text in [format!("{a:?}"), format!("{a:?} {key:?} x"), format!("{a:?} 0x01")] {
			assert!(read(&text, &[a]).is_err(), "{text}");
		}
	}
}
