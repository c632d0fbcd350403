//! The command line, as a process.

use std::{
	ffi::OsStr,
	fs::File,
	os::unix::fs::FileExt,
	process::{Child, Command, ExitStatus, Stdio},
	time::Duration,
};

use anyhow::{bail, Context, Result};
use serde_json::Value;

use crate::{
	binaries,
	wait::{wait_until, COMMAND},
};

/// What a command left behind.
#[derive(Clone, Debug)]
pub struct Output {
	/// Its exit code; none where a signal ended it.
	pub code: Option<i32>,
	/// The last line of its standard output, which is JSON; null where it is not.
	pub json: Value,
	/// What it said.
	pub talk: String,
}

/// A command that runs.
pub struct Running {
	child: Child,
	stdout: File,
	stderr: File,
}

/// Runs a command with `--json` to its end.
pub async fn run(arguments: &[&str]) -> Result<Output> {
	start(arguments)?.wait(COMMAND).await
}

/// Starts a command with `--json`.
pub fn start<A: AsRef<OsStr>>(arguments: &[A]) -> Result<Running> {
	let (stdout, stderr) = (tempfile::tempfile()?, tempfile::tempfile()?);
	let child = Command::new(binaries::evm_migrate())
		.arg("--json")
		.args(arguments)
		.env_remove("EVM_MIGRATE_SURI")
		.stdin(Stdio::null())
		.stdout(Stdio::from(stdout.try_clone()?))
		.stderr(Stdio::from(stderr.try_clone()?))
		.spawn()
		.context("the command line cannot be started")?;
	Ok(Running { child, stdout, stderr })
}

impl Running {
	/// Waits until it ends; after `timeout` it is ended, which is an error.
	pub async fn wait(mut self, timeout: Duration) -> Result<Output> {
		let child = &mut self.child;
		let ended = wait_until("the command's end", timeout, || {
			let status = child.try_wait();
			async move { Ok(status?) }
		})
		.await;
		match ended {
			Ok(status) => self.output(status),
			Err(error) => {
				self.kill()?;
				let talk = read(&self.stderr)?;
				Err(error.context(format!("the command said: {talk}")))
			}
		}
	}

	/// Its process.
	pub fn process_id(&self) -> u32 {
		self.child.id()
	}

	/// Ends it at once, as the kernel does (SIGKILL). Gives how it ended: it may have been done before.
	pub fn kill(&mut self) -> Result<ExitStatus> {
		self.child.kill()?;
		Ok(self.child.wait()?)
	}

	/// What it left behind, if it ended.
	pub fn ended(&mut self) -> Result<Option<Output>> {
		match self.child.try_wait()? {
			Some(status) => self.output(status).map(Some),
			None => Ok(None),
		}
	}

	/// What it said so far.
	pub fn talk(&self) -> Result<String> {
		read(&self.stderr)
	}

	fn output(&mut self, status: ExitStatus) -> Result<Output> {
		let stdout = read(&self.stdout)?;
		let last = stdout.lines().last().unwrap_or_default();
		Ok(Output {
			code: status.code(),
			json: serde_json::from_str(last).unwrap_or_default(),
			talk: read(&self.stderr)?,
		})
	}
}

impl Drop for Running {
	fn drop(&mut self) {
		// It may have ended already.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

impl Output {
	/// The output of a command that must end with `code`.
	pub fn expect_code(self, code: i32) -> Result<Self> {
		if self.code != Some(code) {
			bail!("exit code {:?}, expected {code}: {}\n{}", self.code, self.json, self.talk);
		}
		Ok(self)
	}

	/// A text of the JSON result.
	pub fn text(&self, field: &str) -> Result<&str> {
		self.json[field].as_str().with_context(|| format!("{field} in {}", self.json))
	}

	/// A number of the JSON result.
	pub fn number(&self, field: &str) -> Result<u64> {
		self.json[field].as_u64().with_context(|| format!("{field} in {}", self.json))
	}
}

/// The whole file. The program that writes it shares its position, so that is left alone.
fn read(file: &File) -> Result<String> {
	let mut bytes = vec![0; usize::try_from(file.metadata()?.len())?];
	file.read_exact_at(&mut bytes, 0)?;
	Ok(String::from_utf8_lossy(&bytes).into_owned())
}
