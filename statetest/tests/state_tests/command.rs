//! The program: what it reads, what it says and how it ends.

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
	let output = command(&[folder().to_str().unwrap(), "--json"]);
	assert_eq!(output.status.code(), Some(0), "{output:?}");
	let line = last_line(&output);
	assert_eq!(
		(&line["passed"], &line["failed"], &line["skipped"]),
		(&6.into(), &0.into(), &1.into())
	);
	assert_eq!(line["skipped_by_reason"]["balance"], 1);
	assert_eq!(line["engine"], "native");
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
		let output = command(&[path(name).to_str().unwrap(), "--json"]);
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
