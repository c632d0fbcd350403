//! Text of others, made harmless for a page.

use std::fmt::Write as _;

/// Most characters that are shown of a text of others.
const LONGEST: usize = 64;

/// A text that anybody may have chosen, as the page shows it.
///
/// Everything but the printable characters of ASCII becomes the number of its code point: control
/// characters, those that change the direction of writing, invisible ones, and letters that look
/// like others. A long text is cut off, and says so.
pub fn harmless(text: &str) -> String {
	let mut shown = String::new();
	for (index, character) in text.chars().enumerate() {
		if index == LONGEST {
			shown.push_str("... (cut off)");
			break;
		}
		match character {
			' '..='~' => shown.push(character),
			other => {
				// Writing to a string does not fail.
				let _ = write!(shown, "\\u{{{:x}}}", u32::from(other));
			}
		}
	}
	shown
}

/// Bytes that should be UTF-8, as the page shows them.
pub fn harmless_bytes(bytes: &[u8]) -> String {
	harmless(&String::from_utf8_lossy(bytes))
}

/// An amount of wei, as ether where that is shorter.
pub fn wei(amount: migration_primitives::U256) -> String {
	const DECIMALS: usize = 18;
	let digits = amount.to_string();
	let padded = format!("{digits:0>width$}", width = DECIMALS + 1);
	let (whole, fraction) = padded.split_at(padded.len().saturating_sub(DECIMALS));
	match fraction.trim_end_matches('0') {
		"" if whole == "0" => "0".to_owned(),
		"" => format!("{whole} ether"),
		short if short.len() <= 6 => format!("{whole}.{short} ether"),
		_ => format!("{digits} wei"),
	}
}

/// A sum of balances, which ends at the largest number (`docs/format.md`, section 3).
pub(super) fn wei_in_total(sum: migration_primitives::U256) -> String {
	match sum == migration_primitives::U256::MAX {
		true => "2^256 - 1 wei or more".to_owned(),
		false => wei(sum),
	}
}

/// Seconds since 1970 as a date and a time of UTC.
pub fn utc(seconds: u64) -> String {
	const DAY: u64 = 86_400;
	const YEARS_400: u64 = 146_097;
	// Days since 0000-03-01, in cycles of 400 years, whose years begin in March (Howard Hinnant,
	// "chrono-compatible low-level date algorithms").
	let days = (seconds / DAY).saturating_add(719_468);
	let (cycle, day) = (days / YEARS_400, days % YEARS_400);
	let years = (day - day / 1_460 + day / 36_524 - day / 146_096) / 365;
	let day_of_year = day - (365 * years + years / 4 - years / 100);
	let month_from_march = (5 * day_of_year + 2) / 153;
	let date = day_of_year - (153 * month_from_march + 2) / 5 + 1;
	let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
	let year = cycle.saturating_mul(400) + years + u64::from(month <= 2);
	let second = seconds % DAY;
	let (hour, minute, second) = (second / 3_600, second / 60 % 60, second % 60);
	format!("{year:04}-{month:02}-{date:02} {hour:02}:{minute:02}:{second:02} UTC")
}

/// A part of a whole in percent, rounded down; `None` where the whole is zero.
pub fn percent(part: u128, whole: u128) -> Option<String> {
	use migration_primitives::U256;
	let scaled = U256::from(part).saturating_mul(1_000_000u32.into());
	let parts = scaled.checked_div(whole.into())?;
	let (whole, fraction) = parts.div_mod(10_000u32.into());
	Some(match part != 0 && parts.is_zero() {
		true => "less than 0.0001 %".to_owned(),
		false => format!("{whole}.{:04} %", fraction.low_u64()),
	})
}

#[cfg(test)]
mod tests {
	use super::*;
	use migration_primitives::U256;

	#[test]
	fn harmless_of_bidi_control_and_lookalikes_works() {
		assert_eq!(harmless("Wrapped Ether"), "Wrapped Ether");
		assert_eq!(harmless("a\u{202e}b\n\0\u{200b}"), "a\\u{202e}b\\u{a}\\u{0}\\u{200b}");
		assert_eq!(harmless("US\u{0421}"), "US\\u{421}");
		assert_eq!(harmless_bytes(&[0x41, 0xff]), "A\\u{fffd}");
		assert_eq!(harmless(&"x".repeat(64)), "x".repeat(64));
		assert_eq!(harmless(&"x".repeat(65)), format!("{}... (cut off)", "x".repeat(64)));
	}

	#[test]
	fn wei_of_each_length_works() {
		let ether = U256::from(1_000_000_000_000_000_000u64);
		assert_eq!(wei(U256::zero()), "0");
		assert_eq!(wei(U256::one()), "1 wei");
		assert_eq!(wei(ether), "1 ether");
		assert_eq!(wei(ether * 12 + ether / 4), "12.25 ether");
		assert_eq!(wei(ether + 1), "1000000000000000001 wei");
	}

	#[test]
	fn wei_in_total_of_sums_works() {
		assert_eq!(wei_in_total(U256::one()), "1 wei");
		assert_eq!(wei_in_total(U256::MAX - 1), wei(U256::MAX - 1));
		assert_eq!(wei_in_total(U256::MAX), "2^256 - 1 wei or more");
	}

	#[test]
	fn utc_of_known_times_works() {
		assert_eq!(utc(0), "1970-01-01 00:00:00 UTC");
		assert_eq!(utc(951_782_399), "2000-02-28 23:59:59 UTC");
		assert_eq!(utc(951_782_400), "2000-02-29 00:00:00 UTC");
		// Ethereum's first block after the genesis.
		assert_eq!(utc(1_438_269_988), "2015-07-30 15:26:28 UTC");
		assert_eq!(utc(4_102_444_800), "2100-01-01 00:00:00 UTC");
		assert!(utc(u64::MAX).ends_with("UTC"));
	}

	#[test]
	fn percent_of_small_and_large_parts_works() {
		assert_eq!(percent(1, 3).as_deref(), Some("33.3333 %"));
		assert_eq!(percent(1, 10_000_000).as_deref(), Some("less than 0.0001 %"));
		assert_eq!(percent(0, 5).as_deref(), Some("0.0000 %"));
		assert_eq!(percent(u128::MAX, u128::MAX).as_deref(), Some("100.0000 %"));
		assert_eq!(percent(1, 0), None);
	}
}
