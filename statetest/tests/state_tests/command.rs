//! The program: what it reads, what it says and how it ends.

use evm_statetest::case::fork_named;
use serde_json::Value;
use std::{
	fs::{self, File},
	io::Write,
	path::{Path, PathBuf},
	process::{Command, Output},
};
use tempfile::TempDir;

fn folder() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

fn command(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_evm-statetest")).args(arguments).output().unwrap()
}

/// The last line of standard output.
fn last_line(output: &Output) -> Value {
	let text = String::from_utf8(output.stdout.clone()).unwrap();
	serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

/// The fixtures as an archive.
fn archive(path: &Path) -> Vec<u8> {
	let mut builder = tar::Builder::new(Vec::new());
	builder.append_dir_all("state_tests", path).unwrap();
	builder.into_inner().unwrap()
}

#[test]
fn json_of_good_run_works() {
	let output = command(&[folder().to_str().unwrap(), "--allow-unlisted", "--json"]);
	assert_eq!(output.status.code(), Some(0), "{output:?}");
	let line = last_line(&output);
	assert_eq!(
		(&line["passed"], &line["failed"], &line["skipped"]),
		(&6.into(), &0.into(), &1.into())
	);
	assert_eq!(line["list_faults"], 0);
	assert_eq!(line["skipped_by_reason"]["balance"], 1);
	assert_eq!(line["engine"], "native");
	assert_eq!(line["unlisted"], 1);
	assert_eq!(line["error"], Value::Null);
	let talk = String::from_utf8_lossy(&output.stderr);
	assert!(talk.contains("NOT TESTED: 1 of 7 cases (14.3%)"), "{talk}");
	assert!(talk.contains("\n  balance evm-statetest/fixtures/rich_account.json::"), "{talk}");
}

/// The case did not fail, but nobody said that it may be skipped.
#[test]
fn unlisted_skip_ends_with_one() {
	let output = command(&[folder().to_str().unwrap(), "--json"]);
	assert_eq!(output.status.code(), Some(1), "{output:?}");
	let line = last_line(&output);
	for (field, count) in [("passed", 6), ("failed", 0), ("unlisted", 1), ("list_faults", 1)] {
		assert_eq!(line[field], count, "{field}: {line}");
	}
	let report = String::from_utf8_lossy(&output.stdout);
	assert!(report.contains("\nLIST ") || report.starts_with("LIST "), "{report}");
	assert!(report.contains("is skipped (balance) and not listed"), "{report}");
}

#[test]
fn fork_by_any_of_its_names_works() {
	let folder = folder();
	for name in ["Paris", "paris", "MERGE"] {
		let output = command(&[folder.to_str().unwrap(), "--fork", name, "--json"]);
		assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
		assert_eq!(last_line(&output)["passed"], 1, "{name}");
	}
	for (one, other) in [
		("EIP150", "tangerinewhistle"),
		("EIP158", "SpuriousDragon"),
		("ConstantinopleFix", "petersburg"),
	] {
		let found = fork_named(one);
		assert!(found.is_some() && found == fork_named(other), "{one} {other}");
	}
}

/// That the program could not run, and says so in its line of JSON.
#[track_caller]
fn assert_error(arguments: &[&str], named: &str) {
	let output = command(&[arguments, &["--json"]].concat());
	assert_eq!(output.status.code(), Some(2), "{output:?}");
	let line = last_line(&output);
	assert!(line["error"].as_str().unwrap().contains(named), "{line}");
	for count in ["passed", "failed", "skipped"] {
		assert_eq!(line[count], 0, "{line}");
	}
	assert!(String::from_utf8_lossy(&output.stderr).contains(named), "{output:?}");
}

#[test]
fn error_is_in_the_line_of_json_works() {
	let folder = folder();
	let fixtures = folder.to_str().unwrap();
	let empty = TempDir::new().unwrap();
	let empty = empty.path().to_str().unwrap();
	assert_error(&[fixtures, empty], empty);
	assert_error(&[empty, fixtures], empty);
	assert_error(&[fixtures, "/nowhere"], "/nowhere");
	assert_error(&[fixtures, "--fork", "Tomorrow"], "there is no hard fork Tomorrow; there are Fr");
	assert_error(&[fixtures, "--fork", "Byzantium"], "there is no case to run");
	assert_error(&[fixtures, "--shard", "3/2"], "expected I/N with 1 <= I <= N");
	assert_error(&[], "<PATHS>");
}

/// A path without a case of the fork is named and stops nothing.
#[test]
fn path_without_case_of_the_fork_is_named_works() {
	let transfer = folder().join("transfer.json");
	let creation = folder().join("creation.json");
	let (transfer, creation) = (transfer.to_str().unwrap(), creation.to_str().unwrap());
	let output = command(&[transfer, creation, "--fork", "osaka", "--json"]);
	assert_eq!(output.status.code(), Some(0), "{output:?}");
	assert_eq!(last_line(&output)["passed"], 1);
	let talk = String::from_utf8_lossy(&output.stderr);
	assert!(talk.contains("creation.json: there is no case of osaka in it"), "{talk}");
}

#[test]
fn archives_works() {
	let bytes = archive(&folder());
	let target = TempDir::new().unwrap();
	let path = |name: &str| target.path().join(name);
	fs::write(path("plain.tar"), &bytes).unwrap();
	let file = File::create(path("packed.tar.gz")).unwrap();
	let mut gzip = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
	gzip.write_all(&bytes).unwrap();
	gzip.finish().unwrap();
	let level = ruzstd::encoding::CompressionLevel::Fastest;
	let packed = ruzstd::encoding::compress_to_vec(&bytes[..], level);
	fs::write(path("packed.tar.zst"), packed).unwrap();
	for name in ["plain.tar", "packed.tar.gz", "packed.tar.zst"] {
		let output = command(&[path(name).to_str().unwrap(), "--allow-unlisted", "--json"]);
		assert_eq!(output.status.code(), Some(0), "{name}: {output:?}");
		assert_eq!(last_line(&output)["passed"], 6, "{name}");
	}
}

#[test]
fn failed_case_ends_with_one() {
	let text = fs::read_to_string(folder().join("transfer.json")).unwrap();
	let root = "0xd038853bcbc1f67e7c2a9496fc2135ded155b232cbdf25b46186e33959575e6c";
	assert!(text.contains(root));
	let target = TempDir::new().unwrap();
	let file = target.path().join("transfer.json");
	fs::write(&file, text.replace(root, &format!("0x{}", "11".repeat(32)))).unwrap();
	let output = command(&[file.to_str().unwrap(), "--json"]);
	assert_eq!(output.status.code(), Some(1), "{output:?}");
	let line = last_line(&output);
	assert_eq!((&line["passed"], &line["failed"]), (&0.into(), &1.into()));
	assert!(String::from_utf8_lossy(&output.stderr).contains("the state root is 0x"), "{output:?}");
}

#[test]
fn what_cannot_be_run_ends_with_two() {
	let target = TempDir::new().unwrap();
	let text = target.path().join("notes.txt");
	fs::write(&text, "nothing").unwrap();
	let empty = target.path().to_str().unwrap();
	let missing = target.path().join("missing");
	let damaged = target.path().join("damaged.tar.zst");
	fs::write(&damaged, [0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff]).unwrap();
	for path in
		[empty, text.to_str().unwrap(), missing.to_str().unwrap(), damaged.to_str().unwrap()]
	{
		let output = command(&[path]);
		assert_eq!(output.status.code(), Some(2), "{path}: {output:?}");
	}
	let fixtures = folder();
	for shard in ["0/2", "3/2", "1", "a/b"] {
		let output = command(&[fixtures.to_str().unwrap(), "--shard", shard]);
		assert_eq!(output.status.code(), Some(2), "{shard}: {output:?}");
	}
}
