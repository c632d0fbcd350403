//! Chance that can be repeated: SplitMix64 (Steele, Lea and Flood, 2014).

use std::ops::Range;

/// A generator with a seed.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
	/// The generator of a seed.
	pub fn new(seed: u64) -> Self {
		Self(seed)
	}

	/// The next number.
	pub fn next_number(&mut self) -> u64 {
		self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
		let mut mixed = self.0;
		mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
		mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
		mixed ^ (mixed >> 31)
	}

	/// A number of the range, which is not empty.
	pub fn within(&mut self, range: Range<u64>) -> u64 {
		let length = range.end.saturating_sub(range.start).max(1);
		range.start.saturating_add(self.next_number() % length)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	/// The first numbers of the seed 1234567, as the reference implementation gives them.
	#[test]
	fn next_of_a_known_seed_works() {
		let mut random = Random::new(1_234_567);
		assert_eq!(random.next_number(), 6_457_827_717_110_365_317);
		assert_eq!(random.next_number(), 3_203_168_211_198_807_973);
	}
}
