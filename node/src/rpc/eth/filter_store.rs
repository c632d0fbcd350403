//! The filters that clients have installed, each with how far its client has read.

use super::{
	block_id::BlockRef,
	errors::EthError,
	filter::LogFilter,
	limits::{FILTERS, FILTER_LIFETIME},
};
use std::{
	collections::{hash_map::RandomState, HashMap},
	hash::BuildHasher,
	sync::{Arc, Mutex},
	time::Instant,
};

/// Filters by their ids. One that nobody polls for [`FILTER_LIFETIME`] is gone.
#[derive(Debug, Default)]
pub(super) struct FilterStore(Mutex<Entries>);

/// A filter that a client polls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct InstalledFilter {
	/// What it reports.
	pub(super) subject: FilterSubject,
	/// The block up to which it has reported.
	pub(super) reported: BlockRef,
}

/// What a filter reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum FilterSubject {
	/// The hashes of new blocks.
	Blocks,
	/// The logs of new blocks that fit.
	Logs(LogFilter),
}

#[derive(Debug, Default)]
struct Entries {
	by_id: HashMap<u64, Entry>,
	installed: u64,
	/// Makes ids from the count of filters; its keys are random, so no client can guess another's.
	ids: RandomState,
}

#[derive(Debug)]
struct Entry {
	/// Locked while a poll is answered, so that nothing is reported twice.
	filter: Arc<Mutex<InstalledFilter>>,
	polled: Instant,
}

impl FilterStore {
	/// Keeps a filter, and gives its id.
	///
	/// # Errors
	///
	/// [`EthError::LimitExceeded`] if the node has [`FILTERS`] already.
	pub(super) fn install(&self, filter: InstalledFilter, now: Instant) -> Result<u64, EthError> {
		let mut entries = self.0.lock().map_err(EthError::internal)?;
		entries.by_id.retain(|_, entry| entry.lives(now));
		let found = entries.by_id.len().saturating_add(1);
		if found > FILTERS {
			return Err(EthError::LimitExceeded {
				what: "filters installed",
				found: found as u64,
				limit: FILTERS as u64,
			});
		}
		let id = entries.next_id();
		entries.by_id.insert(id, Entry { filter: Arc::new(Mutex::new(filter)), polled: now });
		Ok(id)
	}

	/// The filter with this id, which lives on from `now`.
	///
	/// # Errors
	///
	/// [`EthError::FilterNotFound`] if there is none any more.
	pub(super) fn poll(
		&self,
		id: u64,
		now: Instant,
	) -> Result<Arc<Mutex<InstalledFilter>>, EthError> {
		let mut entries = self.0.lock().map_err(EthError::internal)?;
		let entry = entries.by_id.get_mut(&id).filter(|entry| entry.lives(now));
		let entry = entry.ok_or(EthError::FilterNotFound)?;
		entry.polled = now;
		Ok(entry.filter.clone())
	}

	/// Forgets the filter with this id, and says whether there was one.
	pub(super) fn uninstall(&self, id: u64, now: Instant) -> Result<bool, EthError> {
		let mut entries = self.0.lock().map_err(EthError::internal)?;
		Ok(entries.by_id.remove(&id).is_some_and(|entry| entry.lives(now)))
	}
}

impl Entries {
	/// An id that no filter has.
	fn next_id(&mut self) -> u64 {
		loop {
			self.installed = self.installed.wrapping_add(1);
			let id = self.ids.hash_one(self.installed);
			if !self.by_id.contains_key(&id) {
				return id;
			}
		}
	}
}

impl Entry {
	fn lives(&self, now: Instant) -> bool {
		now.saturating_duration_since(self.polled) < FILTER_LIFETIME
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use sp_core::H256;
	use std::{collections::HashSet, time::Duration};

	fn filter(number: u32) -> InstalledFilter {
		let reported = BlockRef { hash: H256::from_low_u64_be(number.into()), number };
		InstalledFilter { subject: FilterSubject::Blocks, reported }
	}

	fn polled(store: &FilterStore, id: u64, now: Instant) -> Option<InstalledFilter> {
		match store.poll(id, now) {
			Ok(filter) => Some(filter.lock().expect("is not poisoned").clone()),
			Err(EthError::FilterNotFound) => None,
			Err(error) => panic!("{error}"),
		}
	}

	#[test]
	fn each_filter_has_its_own_id() {
		let (store, now) = (FilterStore::default(), Instant::now());
		let first = store.install(filter(1), now).expect("has room");
		let second = store.install(filter(2), now).expect("has room");
		assert_eq!(polled(&store, first, now), Some(filter(1)));
		assert_eq!(polled(&store, second, now), Some(filter(2)));
		assert_eq!(polled(&store, first.wrapping_add(1), now), None);
	}

	#[test]
	fn ids_of_two_stores_differ() {
		let (one, other, now) = (FilterStore::default(), FilterStore::default(), Instant::now());
		let ids = |store: &FilterStore| {
			(0..8)
				.map(|number| store.install(filter(number), now).expect("has room"))
				.collect::<HashSet<u64>>()
		};
		assert!(ids(&one).is_disjoint(&ids(&other)));
	}

	#[test]
	fn uninstall_forgets_the_filter_once() {
		let (store, now) = (FilterStore::default(), Instant::now());
		let id = store.install(filter(1), now).expect("has room");
		assert!(store.uninstall(id, now).expect("answers"));
		assert!(!store.uninstall(id, now).expect("answers"));
		assert_eq!(polled(&store, id, now), None);
	}

	#[test]
	fn a_filter_lives_on_from_each_poll() {
		let (store, start) = (FilterStore::default(), Instant::now());
		let id = store.install(filter(1), start).expect("has room");
		let almost = FILTER_LIFETIME - Duration::from_millis(1);
		assert!(polled(&store, id, start + almost).is_some());
		assert!(polled(&store, id, start + almost * 2).is_some());
		let late = start + almost * 2 + FILTER_LIFETIME;
		assert!(polled(&store, id, late).is_none());
		assert!(!store.uninstall(id, late).expect("answers"));
	}

	#[test]
	fn install_above_the_limit_fails_until_one_is_gone() {
		let (store, start) = (FilterStore::default(), Instant::now());
		for _ in 0..FILTERS {
			store.install(filter(1), start).expect("has room");
		}
		assert!(matches!(
			store.install(filter(1), start),
			Err(EthError::LimitExceeded { found, .. }) if found == FILTERS as u64 + 1
		));
		assert!(store.install(filter(1), start + FILTER_LIFETIME).is_ok());
	}
}
