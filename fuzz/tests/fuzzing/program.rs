//! The program from outside.

use serde_json::Value;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_evm-fuzz")).args(arguments).output().unwrap()
}

#[test]
fn run_without_difference_succeeds() {
	let output = run(&["--seed", "3", "--cases", "50", "--json"]);
	assert_eq!(output.status.code(), Some(0));
	let report: Value = serde_json::from_slice(&output.stdout).unwrap();
	assert_eq!((&report["seed"], &report["cases"]), (&3.into(), &50.into()));
	assert_eq!(report["failure"], Value::Null);
	assert!(report["coverage"]["transactions"].as_u64().unwrap() >= 50);

	let output = run(&["--seed", "3", "--cases", "50"]);
	let text = String::from_utf8(output.stdout).unwrap();
	assert!(text.starts_with("seed 3: 50 cases with "), "{text}");
	assert!(text.contains("never reached, opcodes of Osaka: "), "{text}");
	assert!(text.ends_with("no difference\n"), "{text}");
}

#[test]
fn seconds_end_a_run() {
	let output = run(&["--seconds", "1", "--json"]);
	assert_eq!(output.status.code(), Some(0));
	let report: Value = serde_json::from_slice(&output.stdout).unwrap();
	assert!(report["cases"].as_u64().unwrap() > 0);
}

#[test]
fn file_with_a_case_is_replayed() {
	let folder = std::env::temp_dir();
	let path = folder.join(format!("evm-fuzz-replay-{}.json", std::process::id()));
	let case = evm_fuzz::generate::case(4);
	std::fs::write(&path, serde_json::to_string(&case).unwrap()).unwrap();
	let output = run(&["--replay", path.to_str().unwrap(), "--json"]);
	std::fs::write(&path, "{}").unwrap();
	let refused = run(&["--replay", path.to_str().unwrap()]);
	std::fs::remove_file(&path).unwrap();
	assert_eq!(output.status.code(), Some(0));
	let report: Value = serde_json::from_slice(&output.stdout).unwrap();
	assert_eq!(report["cases"], 1);
	assert_eq!(refused.status.code(), Some(2));
	assert!(String::from_utf8(refused.stderr).unwrap().contains("holds no case"));
	assert_eq!(run(&["--replay", path.to_str().unwrap()]).status.code(), Some(2));
}
