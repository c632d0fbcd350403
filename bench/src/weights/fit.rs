//! A linear model of execution times.

/// One block: how many of each unit it has, and how long it takes.
#[derive(Clone, Debug)]
pub(super) struct Sample<const N: usize> {
	/// Units; the first is 1 for what every block has.
	pub(super) units: [f64; N],
	/// Nanoseconds.
	pub(super) time: f64,
}

/// Nanoseconds for each unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Model<const N: usize> {
	/// Of each unit, none below zero.
	pub(super) times: [f64; N],
	/// The largest ratio of a time to what the model says.
	pub(super) largest_ratio: f64,
	/// The smallest one.
	pub(super) smallest_ratio: f64,
}

/// Rounds of the descent; the residuals of a few units settle in some hundreds.
const ROUNDS: usize = 20_000;

impl<const N: usize> Model<N> {
	/// The times that come nearest to the samples, as least squares of relative errors: a block of
	/// few units says as much as one of many. No unit takes less than nothing.
	pub(super) fn of(samples: &[Sample<N>]) -> Self {
		let mut times = [0.0; N];
		for _ in 0..ROUNDS {
			for unit in 0..N {
				let (mut above, mut below) = (0.0, 0.0);
				for sample in samples {
					let weight = 1.0 / (sample.time * sample.time);
					let others = predict(&times, &sample.units) - times[unit] * sample.units[unit];
					above += weight * sample.units[unit] * (sample.time - others);
					below += weight * sample.units[unit] * sample.units[unit];
				}
				if below > 0.0 {
					times[unit] = (above / below).max(0.0);
				}
			}
		}
		let ratios = || samples.iter().map(|sample| sample.time / predict(&times, &sample.units));
		let largest_ratio = ratios().fold(f64::NAN, f64::max);
		Self { times, largest_ratio, smallest_ratio: ratios().fold(f64::NAN, f64::min) }
	}

	/// The model of these samples, whose margin holds for others too.
	pub(super) fn also_of(samples: &[Sample<N>], others: &[Sample<N>]) -> Self {
		let mut model = Self::of(samples);
		for other in others {
			let ratio = model.ratio(other);
			model.largest_ratio = model.largest_ratio.max(ratio);
			model.smallest_ratio = model.smallest_ratio.min(ratio);
		}
		model
	}

	/// The ratio of a sample's time to what the model says.
	pub(super) fn ratio(&self, sample: &Sample<N>) -> f64 {
		sample.time / predict(&self.times, &sample.units)
	}

	/// Nanoseconds of each unit so that no sample takes longer than the model says.
	pub(super) fn with_margin(&self) -> [f64; N] {
		self.times.map(|time| time * self.largest_ratio.max(1.0))
	}
}

fn predict<const N: usize>(times: &[f64; N], units: &[f64; N]) -> f64 {
	times.iter().zip(units).map(|(time, count)| time * count).sum()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn sample(slots: f64, accounts: f64, noise: f64) -> Sample<3> {
		let time = (1_000.0 + 7.0 * slots + 90.0 * accounts) * noise;
		Sample { units: [1.0, slots, accounts], time }
	}

	#[test]
	fn model_of_exact_samples_finds_the_times() {
		let samples =
			[(10.0, 0.0), (500.0, 0.0), (0.0, 30.0), (20.0, 100.0), (2_000.0, 5.0), (0.0, 1.0)];
		let model = Model::of(&samples.map(|(slots, accounts)| sample(slots, accounts, 1.0)));
		for (found, expected) in model.times.iter().zip([1_000.0, 7.0, 90.0]) {
			assert!((found - expected).abs() < expected / 1_000.0, "{model:?}");
		}
		assert!((model.largest_ratio - 1.0).abs() < 0.001);
	}

	#[test]
	fn with_margin_is_above_every_sample() {
		let samples = [(10.0, 1.0, 1.3), (500.0, 0.0, 0.8), (0.0, 30.0, 1.0), (900.0, 9.0, 1.2)]
			.map(|(slots, accounts, noise)| sample(slots, accounts, noise));
		let times = Model::of(&samples).with_margin();
		for sample in &samples {
			assert!(predict(&times, &sample.units) >= sample.time * 0.999_999, "{times:?}");
		}
	}

	#[test]
	fn others_change_the_margin_alone() {
		let samples = [(10.0, 1.0), (500.0, 0.0), (0.0, 30.0)]
			.map(|(slots, accounts)| sample(slots, accounts, 1.0));
		let (alone, also) =
			(Model::of(&samples), Model::also_of(&samples, &[sample(7.0, 7.0, 1.5)]));
		assert_eq!(also.times, alone.times);
		assert!((also.largest_ratio - 1.5).abs() < 0.001, "{also:?}");
	}

	#[test]
	fn model_never_goes_below_zero() {
		// More accounts take less time, which cannot be.
		let samples = [(0.0, 100.0), (10.0, 80.0), (100.0, 60.0), (200.0, 50.0)]
			.map(|(accounts, time)| Sample { units: [1.0, accounts], time });
		let model = Model::of(&samples);
		assert_eq!(model.times[1], 0.0);
		assert!(model.times[0] > 0.0);
	}
}
