//! The figures for people.

use super::Figures;

/// One line for each attack, the heaviest first.
pub(crate) fn table(figures: &[Figures]) -> String {
	let mut lines = vec![format!(
		"{:<62} {:>9} {:>8} {:>7} {:>8} {:>6} {:>6} {:>6} {:>6} {:>8}",
		"transaction",
		"gas",
		"ms",
		"ns/gas",
		"declared",
		"ratio",
		"+disk",
		"reads",
		"writes",
		"peak MiB",
	)];
	for one in figures {
		lines.push(format!(
			"{:<62} {:>9} {:>8.1} {:>7.2} {:>8.2} {:>6.2} {:>6.2} {:>6} {:>6} {:>8.1}{}",
			format!("{}: {}", one.class, one.name),
			one.gas,
			one.nanoseconds / 1e6,
			one.nanoseconds_per_gas,
			one.declared_per_gas,
			one.ratio,
			one.ratio_with_database,
			one.reads,
			one.writes,
			f64::from(one.peak_bytes) / f64::from(1u32 << 20),
			if one.as_expected { "" } else { "  ended otherwise" },
		));
	}
	lines.join("\n")
}
