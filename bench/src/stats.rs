//! Figures of many measurements.

/// The middle one; of an even number the higher of the two in the middle. None of none.
pub(crate) fn median(mut values: Vec<f64>) -> Option<f64> {
	values.sort_by(f64::total_cmp);
	values.get(values.len() / 2).copied()
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn median_in_any_order_works() {
		assert_eq!(median(vec![3.0, 1.0, 2.0]), Some(2.0));
		assert_eq!(median(vec![4.0, 1.0, 2.0, 3.0]), Some(3.0));
		assert_eq!(median(Vec::new()), None);
	}
}
