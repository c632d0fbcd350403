//! How fast an import goes.

use std::{
	collections::VecDeque,
	time::{Duration, Instant},
};

/// Over how long the rate is taken.
const WINDOW: Duration = Duration::from_secs(60);

/// What was there at a moment.
#[derive(Clone, Copy, Debug)]
struct Sample {
	at: Instant,
	chunks: u64,
	slots: u64,
}

/// What came in over the last minute.
#[derive(Clone, Debug, Default)]
pub(super) struct Rate {
	samples: VecDeque<Sample>,
}

/// Chunks, map chunks included, and slots in a second.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Speed {
	/// Chunks.
	pub(super) chunks: f64,
	/// Slots.
	pub(super) slots: f64,
}

impl Rate {
	/// Notes what is there at a moment; moments come in order.
	pub(super) fn note(&mut self, at: Instant, chunks: u64, slots: u64) {
		self.samples.push_back(Sample { at, chunks, slots });
		// The last one before the window stays, as the window's beginning.
		while self.samples.get(1).is_some_and(|second| at.duration_since(second.at) >= WINDOW) {
			self.samples.pop_front();
		}
	}

	/// The speed; none before two moments.
	pub(super) fn speed(&self) -> Option<Speed> {
		let (first, last) = (self.samples.front()?, self.samples.back()?);
		let seconds = last.at.duration_since(first.at).as_secs_f64();
		// Counts of a migration are far below 2^53.
		let per_second = |from: u64, to: u64| to.saturating_sub(from) as f64 / seconds;
		(seconds > 0.0).then(|| Speed {
			chunks: per_second(first.chunks, last.chunks),
			slots: per_second(first.slots, last.slots),
		})
	}

	/// The time until so many more chunks are there, if it goes on like this.
	pub(super) fn time_for(&self, chunks: u64) -> Option<Duration> {
		let speed = self.speed().filter(|speed| speed.chunks > 0.0)?;
		Duration::try_from_secs_f64(chunks as f64 / speed.chunks).ok()
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn speed_is_of_the_last_minute_works() {
		let (begin, mut rate) = (Instant::now(), Rate::default());
		let at = |seconds| begin + Duration::from_secs(seconds);
		rate.note(at(0), 0, 0);
		assert_eq!(rate.speed(), None);
		assert_eq!(rate.time_for(5), None);
		rate.note(at(10), 20, 1_000);
		assert_eq!(rate.speed(), Some(Speed { chunks: 2.0, slots: 100.0 }));
		assert_eq!(rate.time_for(30), Some(Duration::from_secs(15)));
		// Of what came before the last minute nothing counts.
		rate.note(at(70), 80, 1_000);
		assert_eq!(rate.speed(), Some(Speed { chunks: 1.0, slots: 0.0 }));
		rate.note(at(130), 80, 1_000);
		assert_eq!(rate.speed(), Some(Speed { chunks: 0.0, slots: 0.0 }));
		assert_eq!(rate.time_for(1), None, "it stands still");
	}
}
