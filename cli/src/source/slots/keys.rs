//! Keys that may be those of slots, by account and by the means that found them first.

use std::{
	cmp::Reverse,
	collections::{btree_map, BTreeMap, BinaryHeap, VecDeque},
	fs::File,
	io::{self, BufWriter, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
};

use migration_primitives::{H160, H256};

use super::Means;
use crate::source::SourceError;

/// Most keys in memory, where an account counts as several.
const MOST_HELD: usize = 1 << 18;
/// As much memory as an account takes besides its keys, in keys.
const ACCOUNT_COST: usize = 12;
/// Account, key, means.
const RECORD_BYTES: usize = 20 + 32 + 1;
/// Records that are read from a run at first; they double with each reading.
const FIRST_WINDOW: u64 = 16;
/// Most records that are read from a run at once.
const LARGEST_WINDOW: u64 = 1 << 9;

/// Keys to try.
///
/// Those that are too many for the memory lie in a temporary file, in runs that are sorted by
/// account and key. Of equal keys the first one stands in the earliest run.
#[derive(Debug)]
pub struct KeyBook {
	folder: PathBuf,
	most_held: usize,
	held: BTreeMap<H160, BTreeMap<H256, Means>>,
	/// What the keys in memory cost.
	cost: usize,
	file: Option<File>,
	runs: Vec<Run>,
	/// Records in the file.
	written: u64,
}

/// Records of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Run {
	start: u64,
	end: u64,
}

impl KeyBook {
	/// A book whose temporary file is in `folder`.
	pub fn new(folder: &Path) -> Self {
		Self {
			folder: folder.to_owned(),
			most_held: MOST_HELD,
			held: BTreeMap::new(),
			cost: 0,
			file: None,
			runs: Vec::new(),
			written: 0,
		}
	}

	/// Where temporary files are.
	pub fn folder(&self) -> &Path {
		&self.folder
	}

	/// Adds a key, unless another means found it before.
	pub fn add(&mut self, address: H160, key: H256, means: Means) -> Result<(), SourceError> {
		if self.cost >= self.most_held {
			self.spill().map_err(|source| self.failed(source))?;
		}
		let account = self.held.entry(address).or_insert_with(|| {
			self.cost = self.cost.saturating_add(ACCOUNT_COST);
			BTreeMap::new()
		});
		account.entry(key).or_insert_with(|| {
			self.cost = self.cost.saturating_add(1);
			means
		});
		Ok(())
	}

	/// Drops the keys of an account that has its slots, as far as they are in memory.
	pub fn forget(&mut self, address: H160) {
		if let Some(keys) = self.held.remove(&address) {
			self.cost = self.cost.saturating_sub(keys.len().saturating_add(ACCOUNT_COST));
		}
	}

	/// The keys of an account, in ascending order, and who found them.
	pub fn of(&self, address: H160) -> Result<Keys<'_>, SourceError> {
		self.keys_of(address).map_err(|source| self.failed(source))
	}

	fn keys_of(&self, address: H160) -> io::Result<Keys<'_>> {
		let held = self.held.get(&address).map(BTreeMap::iter).unwrap_or_default();
		let mut keys = Keys {
			book: self,
			address,
			cursors: Vec::new(),
			held,
			heads: BinaryHeap::new(),
			last: None,
		};
		for run in &self.runs {
			let position = self.first_of(run, address)?;
			let window = VecDeque::new();
			keys.cursors.push(Cursor { position, end: run.end, window, size: FIRST_WINDOW });
		}
		for source in 0..=keys.cursors.len() {
			keys.refill(source)?;
		}
		Ok(keys)
	}

	/// The first record of a run that is not of an account before this one.
	fn first_of(&self, run: &Run, address: H160) -> io::Result<u64> {
		let (mut low, mut high) = (run.start, run.end);
		while low < high {
			let middle = low.midpoint(high);
			match self.records(middle, 1)?.first().is_some_and(|record| record.address < address) {
				true => low = middle.saturating_add(1),
				false => high = middle,
			}
		}
		Ok(low)
	}

	fn records(&self, first: u64, count: u64) -> io::Result<Vec<Record>> {
		let Some(mut file) = self.file.as_ref() else { return Ok(Vec::new()) };
		file.seek(SeekFrom::Start(first.saturating_mul(RECORD_BYTES as u64)))?;
		// At most `LARGEST_WINDOW`.
		let mut bytes = vec![0; (count as usize).saturating_mul(RECORD_BYTES)];
		file.read_exact(&mut bytes)?;
		let records = bytes.chunks_exact(RECORD_BYTES).map(Record::of_bytes);
		records.map(|record| record.ok_or_else(|| io::ErrorKind::InvalidData.into())).collect()
	}

	/// Writes what is in memory as a run.
	fn spill(&mut self) -> io::Result<()> {
		let file = match self.file.take() {
			Some(file) => file,
			None => tempfile::tempfile_in(&self.folder)?,
		};
		let mut out = BufWriter::with_capacity(1 << 16, self.file.insert(file));
		out.seek(SeekFrom::Start(self.written.saturating_mul(RECORD_BYTES as u64)))?;
		let start = self.written;
		for (address, keys) in std::mem::take(&mut self.held) {
			for (key, means) in keys {
				out.write_all(address.as_bytes())?;
				out.write_all(key.as_bytes())?;
				out.write_all(&[means.index()])?;
				self.written = self.written.saturating_add(1);
			}
		}
		out.flush()?;
		self.cost = 0;
		self.runs.push(Run { start, end: self.written });
		Ok(())
	}

	fn failed(&self, source: io::Error) -> SourceError {
		SourceError::Temporary { folder: self.folder.clone(), source }
	}
}

/// The keys of one account, in order.
pub struct Keys<'a> {
	book: &'a KeyBook,
	address: H160,
	cursors: Vec<Cursor>,
	held: btree_map::Iter<'a, H256, Means>,
	/// The next key of each run, and of the memory behind them.
	heads: BinaryHeap<Reverse<(H256, usize, Means)>>,
	last: Option<H256>,
}

impl Keys<'_> {
	/// The next key, and the means that found it first.
	pub fn next_key(&mut self) -> Result<Option<(H256, Means)>, SourceError> {
		while let Some(Reverse((key, source, means))) = self.heads.pop() {
			self.refill(source).map_err(|error| self.book.failed(error))?;
			if self.last != Some(key) {
				self.last = Some(key);
				return Ok(Some((key, means)));
			}
		}
		Ok(None)
	}

	fn refill(&mut self, source: usize) -> io::Result<()> {
		let next = match self.cursors.get_mut(source) {
			Some(cursor) => cursor.next(self.book, self.address)?,
			None => self.held.next().map(|(key, means)| (*key, *means)),
		};
		self.heads.extend(next.map(|(key, means)| Reverse((key, source, means))));
		Ok(())
	}
}

/// A place in a run, and what was read behind it.
struct Cursor {
	position: u64,
	end: u64,
	window: VecDeque<(H256, Means)>,
	size: u64,
}

impl Cursor {
	fn next(&mut self, book: &KeyBook, address: H160) -> io::Result<Option<(H256, Means)>> {
		if self.window.is_empty() && self.position < self.end {
			let count = self.end.saturating_sub(self.position).min(self.size);
			let records = book.records(self.position, count)?;
			self.position = self.position.saturating_add(count);
			self.size = self.size.saturating_mul(2).min(LARGEST_WINDOW);
			let mine = records.into_iter().take_while(|record| record.address == address);
			self.window.extend(mine.map(|record| (record.key, record.means)));
			if (self.window.len() as u64) < count {
				self.end = self.position;
			}
		}
		Ok(self.window.pop_front())
	}
}

struct Record {
	address: H160,
	key: H256,
	means: Means,
}

impl Record {
	fn of_bytes(bytes: &[u8]) -> Option<Self> {
		let (address, rest) = bytes.split_at_checked(20)?;
		let (key, means) = rest.split_at_checked(32)?;
		let means = Means::of_index(*means.first()?)?;
		Some(Self { address: H160::from_slice(address), key: H256::from_slice(key), means })
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use tempfile::TempDir;

	fn all(book: &KeyBook, address: H160) -> Vec<(H256, Means)> {
		let (mut keys, mut all) = (book.of(address).expect("keys"), Vec::new());
		while let Some(key) = keys.next_key().expect("a key") {
			all.push(key);
		}
		all
	}

	#[test]
	fn first_means_of_a_key_stays_works() {
		let folder = TempDir::new().expect("a folder");
		let (address, key) = (H160::repeat_byte(1), H256::repeat_byte(3));
		for most_held in [0, MOST_HELD] {
			let mut book = KeyBook { most_held, ..KeyBook::new(folder.path()) };
			for means in [Means::List, Means::Traces, Means::Layout] {
				book.add(address, key, means).expect("added");
			}
			assert_eq!(all(&book, address), [(key, Means::List)]);
			assert!(all(&book, H160::zero()).is_empty());
		}
	}

	#[test]
	fn keys_of_many_runs_are_those_of_the_memory_works() {
		let folder = TempDir::new().expect("a folder");
		let address = |number: u64| H160::from_low_u64_be(number * 7 % 11);
		let key = |number: u64| H256::from_low_u64_be(number * number % 1_009);
		let means = [Means::List, Means::Traces, Means::Layout];
		let mut expected: BTreeMap<H160, BTreeMap<H256, Means>> = BTreeMap::new();
		let mut books = [0, 20, 100, 1_000, MOST_HELD]
			.map(|most_held| KeyBook { most_held, ..KeyBook::new(folder.path()) });
		for number in 0..2_000u64 {
			let means = means[number as usize % 3];
			let account = expected.entry(address(number)).or_default();
			account.entry(key(number)).or_insert(means);
			for book in &mut books {
				book.add(address(number), key(number), means).expect("added");
			}
		}
		for book in &books {
			for (address, keys) in &expected {
				let keys: Vec<_> = keys.iter().map(|(key, means)| (*key, *means)).collect();
				assert_eq!(all(book, *address), keys, "{} held", book.most_held);
			}
			assert!(all(book, H160::repeat_byte(0xff)).is_empty());
		}
	}

	#[test]
	fn account_with_more_keys_than_are_held_works() {
		let folder = TempDir::new().expect("a folder");
		let mut book = KeyBook { most_held: 1_000, ..KeyBook::new(folder.path()) };
		let (first, second) = (H160::repeat_byte(1), H160::repeat_byte(2));
		// From the last to the first, so that no run is behind another.
		for number in (0..5_000).rev() {
			book.add(second, H256::from_low_u64_be(number), Means::Layout).expect("added");
		}
		book.add(first, H256::zero(), Means::List).expect("added");
		let keys: Vec<u64> =
			all(&book, second).iter().map(|(key, _)| key.to_low_u64_be()).collect();
		assert_eq!(keys, (0..5_000).collect::<Vec<_>>());
		assert_eq!(all(&book, first).len(), 1);
	}

	#[test]
	fn forgotten_account_makes_room_works() {
		let folder = TempDir::new().expect("a folder");
		let mut book = KeyBook { most_held: 100, ..KeyBook::new(folder.path()) };
		for number in 0..1_000 {
			let address = H160::from_low_u64_be(number);
			for key in 0..20 {
				book.add(address, H256::from_low_u64_be(key), Means::List).expect("added");
			}
			assert_eq!(all(&book, address).len(), 20);
			book.forget(address);
			assert!(all(&book, address).is_empty());
		}
		assert!(book.runs.is_empty());
		assert_eq!(book.cost, 0);
	}
}
