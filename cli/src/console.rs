//! What the program says, and where: talk on stderr, results on stdout.

use std::{
	io::{IsTerminal, Write},
	process::ExitCode,
	time::Duration,
};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{json, Value};

/// Exit code where a mismatch was found.
const MISMATCH: u8 = 1;
/// Exit code where the command could not run.
const FAILED: u8 = 2;

/// What a command found.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
	/// The result for programs: one JSON object.
	pub data: Value,
	/// The result for people.
	pub text: String,
	/// Whether everything matched.
	pub matched: bool,
}

impl Outcome {
	/// A result without mismatches.
	pub fn done(data: Value, text: impl Into<String>) -> Self {
		Self { data, text: text.into(), matched: true }
	}
}

/// Where the program talks.
#[derive(Clone, Copy, Debug)]
pub struct Console {
	json: bool,
}

impl Console {
	/// With `json` the only line on stdout is the result's JSON object; without, it is the text.
	pub fn new(json: bool) -> Self {
		Self { json }
	}

	/// Says something on stderr.
	pub fn say(&self, text: impl AsRef<str>) {
		// A closed stderr is no reason to stop.
		let _ = writeln!(std::io::stderr(), "{}", text.as_ref());
	}

	/// Whether results are for programs.
	pub fn is_json(&self) -> bool {
		self.json
	}

	/// Prints one of several results on stdout: a JSON object or a text, on a line.
	pub fn result(&self, data: &Value, text: &str) {
		match self.json {
			true => print(&data.to_string()),
			false => print(text),
		}
	}

	/// A progress bar on stderr; none is drawn where stderr is no terminal.
	pub fn progress(&self, total: u64, unit: &'static str) -> ProgressBar {
		let target = match std::io::stderr().is_terminal() {
			true => ProgressDrawTarget::stderr(),
			false => ProgressDrawTarget::hidden(),
		};
		let bar = ProgressBar::with_draw_target(Some(total), target);
		let template = format!(
			"{{msg:12}} {{wide_bar}} {{human_pos}}/{{human_len}} {unit}, {{per_sec}}, {{eta}} left"
		);
		if let Ok(style) = ProgressStyle::with_template(&template) {
			bar.set_style(style);
		}
		bar.enable_steady_tick(Duration::from_millis(250));
		bar
	}

	/// Prints the result and gives the exit code: 0 done, 1 a mismatch was found, 2 could not run.
	pub fn end(&self, result: anyhow::Result<Outcome>) -> ExitCode {
		let (code, data) = match result {
			Ok(outcome) => {
				match self.json {
					true => self.say(&outcome.text),
					false => print(&outcome.text),
				}
				(u8::from(!outcome.matched) * MISMATCH, outcome.data)
			}
			Err(error) => {
				let causes: Vec<String> = error.chain().map(ToString::to_string).collect();
				let error = sentence(&causes);
				self.say(format!("error: {error}"));
				(FAILED, json!({ "error": error, "causes": causes.get(1..) }))
			}
		};
		if self.json {
			print(&data.to_string());
		}
		ExitCode::from(code)
	}
}

/// The error and its causes in one sentence. Many a message repeats its cause, which is left out.
fn sentence(causes: &[String]) -> String {
	let mut text = String::new();
	for cause in causes {
		if text.contains(cause.as_str()) {
			continue;
		}
		if !text.is_empty() {
			text.push_str(": ");
		}
		text.push_str(cause);
	}
	text
}

fn print(text: &str) {
	// A closed stdout is no reason to stop.
	let _ = writeln!(std::io::stdout(), "{text}");
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn sentence_of_repeating_causes_works() {
		let causes = ["a failed: b", "b", "c"].map(str::to_owned);
		assert_eq!(sentence(&causes), "a failed: b: c");
	}
}
