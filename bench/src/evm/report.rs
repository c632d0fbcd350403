//! The figures for people and programs.

use anyhow::Result;
use serde_json::json;

use super::{Figures, ENGINES};

/// The ratios that are asked for, each as engines over and under the line.
const RATIOS: [(&str, usize, usize); 4] = [
	("keyed / plain revm", 1, 0),
	("pallet / plain revm, native", 2, 0),
	("pallet in Wasm / plain revm", 3, 0),
	("evm 0.43 / pallet, Wasm", 4, 3),
];

/// Times, ratios, and the geometric means of the ratios.
pub(crate) fn table(names: [&str; ENGINES], figures: &[Figures]) -> String {
	let mut lines = Vec::new();
	let head: Vec<String> =
		names.iter().map(|name| format!("{:>16}", format!("{name} ms"))).collect();
	let ratios: Vec<String> = RATIOS.iter().map(|(name, ..)| format!("{name:>30}")).collect();
	lines.push(format!("{:<22} {:>11} {} {}", "program", "gas", head.join(" "), ratios.join(" ")));
	for one in figures {
		let times: Vec<String> =
			one.milliseconds.iter().map(|time| format!("{time:>16.3}")).collect();
		let ratios: Vec<String> = RATIOS
			.iter()
			.map(|(_, over, under)| format!("{:>30.2}", ratio(one, *over, *under)))
			.collect();
		lines.push(format!(
			"{:<22} {:>11} {} {}",
			one.program,
			one.gas,
			times.join(" "),
			ratios.join(" ")
		));
	}
	let means: Vec<String> = RATIOS
		.iter()
		.map(|(_, over, under)| format!("{:>30.2}", mean(figures, *over, *under)))
		.collect();
	lines.push(format!("{:<22} {:>11} {:>84} {}", "geometric mean", "", "", means.join(" ")));
	lines.join("\n")
}

/// The same as JSON.
pub(crate) fn json(names: [&str; ENGINES], figures: &[Figures]) -> Result<String> {
	let programs: Vec<_> = figures
		.iter()
		.map(|one| {
			let times: serde_json::Map<_, _> = names
				.iter()
				.zip(one.milliseconds)
				.map(|(name, time)| (name.to_string(), json!(time)))
				.collect();
			let ratios: serde_json::Map<_, _> = RATIOS
				.iter()
				.map(|(name, over, under)| (name.to_string(), json!(ratio(one, *over, *under))))
				.collect();
			json!({ "program": one.program, "gas": one.gas, "inMeans": !one.transactions, "milliseconds": times, "ratios": ratios })
		})
		.collect();
	let means: serde_json::Map<_, _> = RATIOS
		.iter()
		.map(|(name, over, under)| (name.to_string(), json!(mean(figures, *over, *under))))
		.collect();
	Ok(serde_json::to_string_pretty(&json!({ "programs": programs, "geometricMeans": means }))?)
}

fn ratio(figures: &Figures, over: usize, under: usize) -> f64 {
	figures.milliseconds[over] / figures.milliseconds[under]
}

fn mean(figures: &[Figures], over: usize, under: usize) -> f64 {
	let logarithms: Vec<f64> = figures
		.iter()
		.filter(|one| !one.transactions)
		.map(|one| ratio(one, over, under).ln())
		.collect();
	(logarithms.iter().sum::<f64>() / logarithms.len() as f64).exp()
}
