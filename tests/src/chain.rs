//! What all nodes of the tests share, so that their starts are short: the chain's first state, and the
//! compiled runtime.

use std::{
	fs,
	path::{Path, PathBuf},
	process::Command,
	sync::OnceLock,
	time::UNIX_EPOCH,
};

use anyhow::{anyhow, ensure, Context, Result};

use crate::binaries;

/// The folder and the file in it, made once for each build of the node.
pub(crate) struct Shared {
	/// The development chain with its first state. A node that is told `--dev` alone compiles the runtime
	/// once more, to make it.
	pub(crate) specification: PathBuf,
	/// The folder for compiled runtimes, where the environment names none.
	pub(crate) runtimes: PathBuf,
}

/// Makes what is not there yet.
pub(crate) fn shared() -> Result<&'static Shared> {
	static SHARED: OnceLock<Result<Shared, String>> = OnceLock::new();
	let shared = SHARED.get_or_init(|| make().map_err(|error| format!("{error:#}")));
	shared.as_ref().map_err(|error| anyhow!("{error}"))
}

fn make() -> Result<Shared> {
	let node = binaries::node();
	let folder = node.parent().context("a program is in a folder")?.join("test-chains");
	fs::create_dir_all(&folder)?;
	let specification = folder.join(format!("{}.json", identity(&node)?));
	if !specification.is_file() {
		// Another process may do the same.
		let own = folder.join(format!("{}.part", std::process::id()));
		let made = Command::new(&node)
			.args(["export-chain-spec", "--chain", "dev", "--raw", "--output"])
			.arg(&own)
			.output()?;
		let said = String::from_utf8_lossy(&made.stderr);
		ensure!(made.status.success(), "the chain cannot be exported: {said}");
		fs::rename(&own, &specification)?;
	}
	Ok(Shared { specification, runtimes: folder.join("runtimes") })
}

/// Tells one build of the node from another.
fn identity(node: &Path) -> Result<String> {
	let metadata = fs::metadata(node)?;
	let changed = metadata.modified()?.duration_since(UNIX_EPOCH)?;
	Ok(format!("{}-{}", metadata.len(), changed.as_nanos()))
}
