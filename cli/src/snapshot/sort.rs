//! Sorts more records than fit into memory: sorted runs in a temporary file, merged as they are
//! read.

use std::{
	cmp::Reverse,
	collections::BinaryHeap,
	fs::File,
	io::{self, BufWriter, Read, Seek, SeekFrom, Write},
	path::{Path, PathBuf},
	vec,
};

/// Most bytes of records in memory while they come in.
const HELD_BYTES: usize = 24 << 20;
/// Most bytes of windows in memory while runs are merged, unless there are very many runs.
const MERGE_BYTES: usize = 16 << 20;

/// Takes records of `N` bytes in any order.
pub(super) struct Sorter<const N: usize> {
	folder: PathBuf,
	most_held: usize,
	held: Vec<[u8; N]>,
	file: Option<BufWriter<File>>,
	runs: Vec<Run>,
	written: u64,
}

#[derive(Clone, Copy)]
struct Run {
	start: u64,
	end: u64,
}

/// The records in ascending order of their bytes. Equal records come one after another.
pub(super) enum Sorted<const N: usize> {
	/// None was spilled.
	Held(vec::IntoIter<[u8; N]>),
	/// Runs of a file.
	Merged(Merge<N>),
}

/// Runs of a file, merged.
pub(super) struct Merge<const N: usize> {
	file: File,
	windows: Vec<Window>,
	heads: BinaryHeap<Reverse<([u8; N], usize)>>,
}

/// A piece of a run in memory.
struct Window {
	rest: Run,
	bytes: Vec<u8>,
	position: usize,
	most_bytes: usize,
}

impl<const N: usize> Sorter<N> {
	/// A sorter that spills into a temporary file in `folder`.
	pub(super) fn new(folder: &Path) -> Self {
		Self::with_most_held(folder, (HELD_BYTES / N).max(1))
	}

	fn with_most_held(folder: &Path, most_held: usize) -> Self {
		Self {
			folder: folder.to_owned(),
			most_held,
			held: Vec::new(),
			file: None,
			runs: Vec::new(),
			written: 0,
		}
	}

	/// Takes a record.
	pub(super) fn push(&mut self, record: [u8; N]) -> io::Result<()> {
		if self.held.len() >= self.most_held {
			self.spill()?;
		}
		self.held.push(record);
		Ok(())
	}

	/// The records in order.
	pub(super) fn finish(mut self) -> io::Result<Sorted<N>> {
		if self.runs.is_empty() {
			self.held.sort_unstable();
			return Ok(Sorted::Held(self.held.into_iter()));
		}
		self.spill()?;
		let Some(file) = self.file.take() else { return Ok(Sorted::Held(Vec::new().into_iter())) };
		let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
		Ok(Sorted::Merged(Merge::new(file, &self.runs)?))
	}

	fn spill(&mut self) -> io::Result<()> {
		self.held.sort_unstable();
		let file = match self.file.as_mut() {
			Some(file) => file,
			None => {
				let file = tempfile::tempfile_in(&self.folder)?;
				self.file.insert(BufWriter::with_capacity(1 << 16, file))
			}
		};
		let start = self.written;
		for record in self.held.drain(..) {
			file.write_all(&record)?;
			self.written = self.written.saturating_add(N as u64);
		}
		self.runs.push(Run { start, end: self.written });
		Ok(())
	}
}

impl<const N: usize> Sorted<N> {
	/// The next record.
	pub(super) fn next(&mut self) -> io::Result<Option<[u8; N]>> {
		match self {
			Self::Held(records) => Ok(records.next()),
			Self::Merged(merge) => merge.next(),
		}
	}
}

impl<const N: usize> Merge<N> {
	fn new(mut file: File, runs: &[Run]) -> io::Result<Self> {
		let records = (MERGE_BYTES / N / runs.len().max(1)).max(32);
		let mut windows: Vec<Window> = runs
			.iter()
			.map(|run| Window {
				rest: *run,
				bytes: Vec::new(),
				position: 0,
				most_bytes: records.saturating_mul(N),
			})
			.collect();
		let mut heads = BinaryHeap::with_capacity(windows.len());
		for (index, window) in windows.iter_mut().enumerate() {
			if let Some(record) = window.next(&mut file)? {
				heads.push(Reverse((record, index)));
			}
		}
		Ok(Self { file, windows, heads })
	}

	fn next(&mut self) -> io::Result<Option<[u8; N]>> {
		let Some(Reverse((record, index))) = self.heads.pop() else { return Ok(None) };
		if let Some(window) = self.windows.get_mut(index) {
			if let Some(following) = window.next(&mut self.file)? {
				self.heads.push(Reverse((following, index)));
			}
		}
		Ok(Some(record))
	}
}

impl Window {
	fn next<const N: usize>(&mut self, file: &mut File) -> io::Result<Option<[u8; N]>> {
		if self.position >= self.bytes.len() {
			let left = self.rest.end.saturating_sub(self.rest.start);
			let length = left.min(self.most_bytes as u64);
			if length == 0 {
				return Ok(None);
			}
			file.seek(SeekFrom::Start(self.rest.start))?;
			// At most `most_bytes`.
			self.bytes.resize(length as usize, 0);
			file.read_exact(&mut self.bytes)?;
			self.rest.start = self.rest.start.saturating_add(length);
			self.position = 0;
		}
		let end = self.position.saturating_add(N);
		let record = self.bytes.get(self.position..end).and_then(|bytes| bytes.try_into().ok());
		self.position = end;
		record.map(Some).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::hash::keccak256;

	/// `count` records in no order, each twice.
	fn records(count: u32) -> Vec<[u8; 32]> {
		(0..count).chain(0..count).map(|number| keccak256(&number.to_be_bytes()).0).collect()
	}

	fn sort(most_held: usize, records: &[[u8; 32]]) -> Vec<[u8; 32]> {
		let folder = tempfile::tempdir().expect("a folder");
		let mut sorter = Sorter::with_most_held(folder.path(), most_held);
		for record in records {
			sorter.push(*record).expect("taken");
		}
		let mut sorted = sorter.finish().expect("sorted");
		let mut out = Vec::new();
		while let Some(record) = sorted.next().expect("a record") {
			out.push(record);
		}
		out
	}

	#[test]
	fn sort_in_memory_and_through_runs_works() {
		let records = records(1_000);
		let mut expected = records.clone();
		expected.sort();
		for most_held in [1, 7, 999, 2_000, 5_000] {
			assert_eq!(sort(most_held, &records), expected, "{most_held} held");
		}
		assert!(sort(7, &[]).is_empty());
	}
}
