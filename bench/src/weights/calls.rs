//! What the time of a call depends on.

/// Calls with one weight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
	/// `propose`.
	Propose,
	/// `activate`.
	Activate,
	/// `pause`, `resume`, `extend`, `retry_call`, `skip_call`.
	Pause,
	/// `consent`.
	Consent,
	/// `return_funds`.
	ReturnFunds,
	/// `abort` and `expire`.
	Abort,
	/// `execute_call`, by the bytes of its data.
	ExecuteCall,
	/// `resolve`, by the accounts that it settles.
	Resolve,
	/// `release`, by the accounts that it pays and those for which nothing waits.
	Release,
	/// `clean_up`, and what blocks with room clean up by themselves, by steps.
	CleanUp,
}

/// The number of units of a call: one for every call, what its kind counts, and accounts for which
/// nothing waits.
pub(super) const CALL_UNITS: usize = 3;

/// A call in a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Call {
	/// Its name.
	pub(super) name: &'static str,
	/// Whose weight it has; none where the time is mostly that of something else.
	pub(super) kind: Option<Kind>,
	/// How much it has to do: accounts, steps or bytes.
	pub(super) units: u64,
	/// Accounts for which nothing waits.
	pub(super) skipped: u64,
}

impl Kind {
	/// All of them.
	pub(super) const ALL: [Self; 10] = [
		Self::Propose,
		Self::Activate,
		Self::Pause,
		Self::Consent,
		Self::ReturnFunds,
		Self::Abort,
		Self::ExecuteCall,
		Self::Resolve,
		Self::Release,
		Self::CleanUp,
	];

	/// Whether the weight is a function of units.
	fn has_units(self) -> bool {
		matches!(self, Self::ExecuteCall | Self::Resolve | Self::Release | Self::CleanUp)
	}
}

impl Call {
	/// A call that is held against its weight, and that its kind's time is found from.
	pub(super) fn new(name: &'static str, kind: Kind) -> Self {
		Self { name, kind: Some(kind), units: 0, skipped: 0 }
	}

	/// A call that is only held against its weight.
	pub(super) fn held(name: &'static str) -> Self {
		Self { name, kind: None, units: 0, skipped: 0 }
	}

	/// With so many units.
	pub(super) fn units(self, units: u64) -> Self {
		Self { units, ..self }
	}

	/// With so many accounts for which nothing waits.
	pub(super) fn skipping(self, skipped: u64) -> Self {
		Self { skipped, ..self }
	}

	/// For the model of its kind.
	pub(super) fn row(&self) -> Option<(Kind, [f64; CALL_UNITS])> {
		let kind = self.kind?;
		let [units, skipped] = match kind.has_units() {
			true => [self.units, self.skipped],
			false => [0, 0],
		};
		Some((kind, [1.0, units as f64, skipped as f64]))
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn row_has_units_where_the_weight_has() {
		let release = Call::new("release", Kind::Release).units(4).skipping(9);
		assert_eq!(release.row(), Some((Kind::Release, [1.0, 4.0, 9.0])));
		let propose = Call::new("propose", Kind::Propose).units(500);
		assert_eq!(propose.row(), Some((Kind::Propose, [1.0, 0.0, 0.0])));
		assert_eq!(Call::held("execute_call").units(7).row(), None);
	}
}
