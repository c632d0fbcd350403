//! Words of the events that an account has emitted.

use std::{
	fs::File,
	io::{self, BufReader, BufWriter, Read, Seek, Write},
	path::{Path, PathBuf},
	sync::Arc,
};

use alloy_primitives::{Bytes, B256};
use migration_primitives::{H160, H256};
use serde::Deserialize;
use serde_json::json;

use crate::source::{
	ethereum::{hex_address, hex_number},
	EthereumNode, SourceError,
};

/// Most blocks in one question, and their number at first; hosted nodes allow some thousands.
const MOST_BLOCKS: u64 = 10_000;
/// Questions that are answered before the next one is for more blocks.
const CALM: u32 = 8;
/// Most words of one event that are looked at.
const MAX_EVENT_WORDS: usize = 32;

/// The words of each event, its topics behind the first and its data, in a temporary file.
#[derive(Debug)]
pub(super) struct Events {
	folder: PathBuf,
	/// The number of words in one byte, then the words.
	file: File,
}

impl Events {
	/// Reads them from the first on. One pass ends before the next begins.
	pub(super) fn read(&self) -> Result<EventReader<'_>, SourceError> {
		let mut file = &self.file;
		file.rewind().map_err(|source| self.failed(source))?;
		Ok(EventReader { events: self, file: BufReader::with_capacity(1 << 16, file) })
	}

	fn failed(&self, source: io::Error) -> SourceError {
		SourceError::Temporary { folder: self.folder.clone(), source }
	}
}

/// Events one after another.
pub(super) struct EventReader<'a> {
	events: &'a Events,
	file: BufReader<&'a File>,
}

impl EventReader<'_> {
	/// The words of the next event.
	pub(super) fn next_event(&mut self) -> Result<Option<Arc<[H256]>>, SourceError> {
		self.next_words().map_err(|source| self.events.failed(source))
	}

	fn next_words(&mut self) -> io::Result<Option<Arc<[H256]>>> {
		let mut count = [0];
		if self.file.read(&mut count)? == 0 {
			return Ok(None);
		}
		let [count] = count;
		let mut bytes = vec![0; usize::from(count).saturating_mul(32)];
		self.file.read_exact(&mut bytes)?;
		Ok(Some(bytes.chunks_exact(32).map(H256::from_slice).collect()))
	}
}

/// Writes events down.
pub(super) struct EventWriter {
	folder: PathBuf,
	file: BufWriter<File>,
}

impl EventWriter {
	pub(super) fn new(folder: &Path) -> Result<Self, SourceError> {
		let failed = |source| SourceError::Temporary { folder: folder.to_owned(), source };
		let file = tempfile::tempfile_in(folder).map_err(failed)?;
		Ok(Self { folder: folder.to_owned(), file: BufWriter::with_capacity(1 << 16, file) })
	}

	/// Adds the words of an event, of which at most [`MAX_EVENT_WORDS`] are kept.
	pub(super) fn add(&mut self, words: &[H256]) -> Result<(), SourceError> {
		let words = words.get(..MAX_EVENT_WORDS).unwrap_or(words);
		let written = self.put(words);
		written.map_err(|source| SourceError::Temporary { folder: self.folder.clone(), source })
	}

	pub(super) fn finish(self) -> Result<Events, SourceError> {
		let Self { folder, file } = self;
		match file.into_inner() {
			Ok(file) => Ok(Events { folder, file }),
			Err(error) => Err(SourceError::Temporary { folder, source: error.into_error() }),
		}
	}

	fn put(&mut self, words: &[H256]) -> io::Result<()> {
		// At most `MAX_EVENT_WORDS`.
		self.file.write_all(&[words.len() as u8])?;
		words.iter().try_for_each(|word| self.file.write_all(word.as_bytes()))
	}
}

#[derive(Deserialize)]
struct Log {
	topics: Vec<B256>,
	data: Bytes,
}

/// How many blocks a question is for: a quarter after a refusal, since one part of a chain may have
/// many events, and twice as many after some answers, since the next part may have few.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Window {
	blocks: u64,
	/// Answers since it changed.
	calm: u32,
}

impl Default for Window {
	fn default() -> Self {
		Self { blocks: MOST_BLOCKS, calm: 0 }
	}
}

impl Window {
	fn shrink(&mut self) {
		*self = Self { blocks: self.blocks.div_ceil(4), calm: 0 };
	}

	fn grow(&mut self) {
		self.calm = self.calm.saturating_add(1);
		if self.calm >= CALM {
			*self = Self { blocks: self.blocks.saturating_mul(2).min(MOST_BLOCKS), calm: 0 };
		}
	}
}

/// Asks for the events of an account up to block `last`. Their words go to a temporary file in
/// `folder`.
pub(super) async fn event_words(
	node: &EthereumNode,
	address: H160,
	last: u64,
	folder: &Path,
) -> Result<Events, SourceError> {
	let mut events = EventWriter::new(folder)?;
	let (mut first, mut window) = (0u64, Window::default());
	while first <= last {
		let end = first.saturating_add(window.blocks.saturating_sub(1)).min(last);
		let filter = json!({
			"address": hex_address(address), "fromBlock": hex_number(first), "toBlock": hex_number(end),
		});
		let logs: Vec<Log> = match node.request("eth_getLogs", vec![filter]).await {
			Ok(logs) => logs,
			// The range, or what it holds, is more than the node allows.
			Err(SourceError::Refused { .. } | SourceError::AnswerTooLong { .. })
				if window.blocks > 1 =>
			{
				window.shrink();
				continue;
			}
			Err(error) => return Err(error),
		};
		for log in &logs {
			let words = words_of(log);
			if !words.is_empty() {
				events.add(&words)?;
			}
		}
		window.grow();
		first = end.saturating_add(1);
	}
	events.finish()
}

fn words_of(log: &Log) -> Vec<H256> {
	let topics = log.topics.iter().skip(1).map(|topic| H256(topic.0));
	let data = log.data.chunks_exact(32).map(H256::from_slice);
	let mut words: Vec<H256> = topics.chain(data).take(MAX_EVENT_WORDS).collect();
	words.sort_unstable();
	words.dedup();
	words
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn window_shrinks_and_grows_back_works() {
		let mut window = Window::default();
		for expected in [2_500, 625, 157, 40, 10, 3, 1, 1] {
			window.shrink();
			assert_eq!(window.blocks, expected);
		}
		let mut seen = Vec::new();
		for _ in 0..CALM * 15 {
			window.grow();
			if seen.last() != Some(&window.blocks) {
				seen.push(window.blocks);
			}
		}
		let doubled = (0..14).map(|times| 1u64 << times);
		assert_eq!(seen, doubled.chain([MOST_BLOCKS]).collect::<Vec<_>>());
		// A refusal on the way begins the count anew.
		(0..CALM - 1).for_each(|_| window.grow());
		window.shrink();
		window.grow();
		assert_eq!(window, Window { blocks: 2_500, calm: 1 });
	}

	#[test]
	fn events_are_read_as_often_as_wanted_works() {
		let folder = tempfile::tempdir().expect("a folder");
		let mut writer = EventWriter::new(folder.path()).expect("begun");
		let one = vec![H256::repeat_byte(1)];
		let two = vec![H256::repeat_byte(2), H256::zero()];
		let many: Vec<H256> = (0..40).map(H256::from_low_u64_be).collect();
		for words in [&one, &two, &many] {
			writer.add(words).expect("added");
		}
		let events = writer.finish().expect("written");
		for _ in 0..2 {
			let mut reader = events.read().expect("the first");
			for words in [&one[..], &two[..], &many[..MAX_EVENT_WORDS]] {
				assert_eq!(reader.next_event().expect("an event").as_deref(), Some(words));
			}
			assert_eq!(reader.next_event().expect("the end"), None);
		}
	}

	#[test]
	fn words_of_topics_and_data_works() {
		let log = Log {
			topics: [9, 1, 2].map(B256::repeat_byte).to_vec(),
			data: [vec![2; 32], vec![3; 32], vec![4; 31]].concat().into(),
		};
		assert_eq!(words_of(&log), [1, 2, 3].map(H256::repeat_byte));
	}
}
