//! Random numbers that are the same everywhere for the same seed.

/// SplitMix64, which needs no state beside one number and no dependency.
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
	/// A generator whose numbers follow from `seed` alone.
	pub fn new(seed: u64) -> Self {
		Self(seed)
	}

	/// The next 64 bits.
	pub fn word(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut z = self.0;
		z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		z ^ (z >> 31)
	}

	/// A number below `bound`; 0 if that is 0.
	pub fn below(&mut self, bound: usize) -> usize {
		(self.word() % (bound.max(1) as u64)) as usize
	}

	/// A number from `low` on and below `high`.
	pub fn between(&mut self, low: u64, high: u64) -> u64 {
		low + self.word() % (high - low).max(1)
	}

	/// True in `percent` of 100 cases.
	pub fn percent(&mut self, percent: u64) -> bool {
		self.word() % 100 < percent
	}

	/// One of the items, of which there must be one.
	pub fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
		&items[self.below(items.len())]
	}

	/// The index of a weight, each as likely as it is large.
	pub fn weighted(&mut self, weights: &[u32]) -> usize {
		let total: u64 = weights.iter().map(|weight| u64::from(*weight)).sum();
		let mut left = self.word() % total.max(1);
		for (index, weight) in weights.iter().enumerate() {
			let weight = u64::from(*weight);
			if left < weight {
				return index;
			}
			left -= weight;
		}
		0
	}

	/// Random bytes.
	pub fn bytes(&mut self, length: usize) -> Vec<u8> {
		(0..length).map(|_| self.word() as u8).collect()
	}
}
