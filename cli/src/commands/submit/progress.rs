//! Since when nothing has moved.

use std::time::{Duration, Instant};

/// What is watched, and since when it stands.
#[derive(Clone, Copy, Debug)]
pub(super) struct Progress<T> {
	seen: T,
	since: Instant,
}

impl<T: PartialEq> Progress<T> {
	/// Begins to watch.
	pub(super) fn new(seen: T, now: Instant) -> Self {
		Self { seen, since: now }
	}

	/// Looks again: where something has moved, the time begins anew.
	pub(super) fn look(&mut self, seen: T, now: Instant) {
		if self.seen != seen {
			*self = Self::new(seen, now);
		}
	}

	/// Begins the time anew, although nothing has moved.
	pub(super) fn excuse(&mut self, now: Instant) {
		self.since = now;
	}

	/// How long nothing has moved.
	pub(super) fn idle(&self, now: Instant) -> Duration {
		now.saturating_duration_since(self.since)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn idle_counts_from_what_moved_last_works() {
		let started = Instant::now();
		let after = |seconds| started + Duration::from_secs(seconds);
		let mut progress = Progress::new(7, started);
		progress.look(7, after(400));
		assert_eq!(progress.idle(after(500)), Duration::from_secs(500));
		progress.look(8, after(590));
		progress.look(8, after(1_000));
		assert_eq!(progress.idle(after(1_100)), Duration::from_secs(510));
		progress.excuse(after(1_100));
		assert_eq!(progress.idle(after(1_101)), Duration::from_secs(1));
		// Another value than before is a movement, also backwards.
		progress.look(7, after(1_200));
		assert_eq!(progress.idle(after(1_200)), Duration::ZERO);
	}
}
