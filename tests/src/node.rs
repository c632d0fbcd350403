//! The node: started on a free port with a folder of its own, ended with its owner.
//!
//! Where the environment variable `MIGRATION_TESTS_KEEP` is set, its folder stays.

use std::{
	env,
	fs::{self, File},
	net::TcpListener,
	ops::Range,
	path::{Path, PathBuf},
	process::{Child, Command, ExitStatus, Stdio},
	sync::atomic::{AtomicU16, Ordering},
};

use anyhow::{bail, Context, Result};
use tempfile::TempDir;

use crate::{
	binaries, chain,
	rpc::Rpc,
	session::Session,
	wait::{wait_until, NODE_START},
};

/// What the node says when it serves, before its port.
const SERVES: &str = "Running JSON-RPC server: addr=127.0.0.1:";
/// Names the folder in which the node keeps compiled runtimes.
const RUNTIME_CACHE: &str = "MIGRATION_RUNTIME_CACHE";
/// Ports that the kernel gives to nobody who asks for any port, as it does from 32768 on: so a node that
/// starts again finds its own free, whoever else runs.
const PORTS: Range<u16> = 20_000..32_000;
/// Lines of the log that a failed test shows.
const LOG_LINES: usize = 30;

/// A running development node.
pub struct Node {
	process: Process,
	port: u16,
	folder: TempDir,
	options: Vec<String>,
	starts: u32,
}

/// A process, which ends with its owner, also with one that waits for its start and is given up.
struct Process(Child);

impl Node {
	/// A node that seals a block as soon as a transaction is ready.
	pub async fn start() -> Result<Self> {
		Self::start_with(&[]).await
	}

	/// A node with further options.
	pub async fn start_with(options: &[&str]) -> Result<Self> {
		let mut folder = tempfile::Builder::new().prefix("migration-node-").tempdir()?;
		folder.disable_cleanup(env::var_os("MIGRATION_TESTS_KEEP").is_some());
		let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
		let (process, port) = spawn(folder.path(), &options, free_port()?, 0).await?;
		Ok(Self { process, port, folder, options, starts: 1 })
	}

	/// The address for requests.
	pub fn http(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// The address for connections that stay.
	pub fn ws(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}

	/// Its JSON-RPC.
	pub fn rpc(&self) -> Result<Rpc> {
		Rpc::new(&self.http())
	}

	/// Its JSON-RPC with the runtime's metadata.
	pub async fn session(&self) -> Result<Session> {
		Session::new(&self.http()).await
	}

	/// The folder of its chain, which `--base-path` names.
	pub fn chain(&self) -> PathBuf {
		self.folder.path().join("chain")
	}

	/// Its process.
	pub fn process_id(&self) -> u32 {
		self.process.0.id()
	}

	/// Asks it to end (SIGINT), and waits until it has.
	pub async fn stop(&mut self) -> Result<()> {
		let process = self.process_id().to_string();
		let asked = Command::new("kill").args(["-s", "INT", &process]).status()?;
		if !asked.success() {
			bail!("the node cannot be asked to end: {asked}");
		}
		let child = &mut self.process.0;
		wait_until("the node's end", NODE_START, || {
			let ended = child.try_wait();
			async move { Ok(ended?) }
		})
		.await?;
		Ok(())
	}

	/// Ends it at once, as the kernel does (SIGKILL). Gives how it ended: it may have ended before.
	pub fn kill(&mut self) -> Result<ExitStatus> {
		self.process.0.kill().context("the node cannot be killed")?;
		self.process.0.wait().context("the node did not end")
	}

	/// Starts it again after [`Self::kill`], on the same port with the same folder.
	pub async fn start_again(&mut self) -> Result<()> {
		let (process, port) =
			spawn(self.folder.path(), &self.options, self.port, self.starts).await?;
		self.process = process;
		self.starts = self.starts.saturating_add(1);
		if port != self.port {
			bail!("the node serves on port {port}, it was {} before: another took it", self.port);
		}
		Ok(())
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		// It may have ended already.
		let _ = self.0.kill();
		let _ = self.0.wait();
	}
}

impl Drop for Node {
	fn drop(&mut self) {
		if std::thread::panicking() {
			let log = log_path(self.folder.path(), self.starts.saturating_sub(1));
			eprintln!("the node's last lines:\n{}", last_lines(&log));
		}
	}
}

async fn spawn(folder: &Path, options: &[String], port: u16, run: u32) -> Result<(Process, u16)> {
	let log = log_path(folder, run);
	let file = File::create(&log)?;
	let shared = chain::shared()?;
	let mut command = Command::new(binaries::node());
	if env::var_os(RUNTIME_CACHE).is_none() {
		command.env(RUNTIME_CACHE, &shared.runtimes);
	}
	let child = command
		.arg("--chain")
		.arg(&shared.specification)
		.args(["--dev", "--no-prometheus", "--no-telemetry", "--rpc-port", &port.to_string()])
		.args(["--rpc-max-request-size", "64", "--rpc-max-response-size", "64"])
		.arg("--base-path")
		.arg(folder.join("chain"))
		.args(options)
		.stdin(Stdio::null())
		.stdout(Stdio::from(file.try_clone()?))
		.stderr(Stdio::from(file))
		.spawn()
		.context("the node cannot be started")?;
	let mut process = Process(child);
	let served = wait_until("the node's start", NODE_START, || {
		let found = served_port(&log);
		let ended = process.0.try_wait();
		async move {
			match (found?, ended?) {
				(Some(port), _) => Ok(Some(port)),
				(None, Some(status)) => bail!("the node ended: {status}"),
				(None, None) => Ok(None),
			}
		}
	})
	.await;
	Ok((process, served.with_context(|| last_lines(&log))?))
}

/// A port of [`PORTS`] on which nobody listens. No two calls in one process give the same; processes begin
/// at different ones. Where another takes it first, the node takes any port.
fn free_port() -> Result<u16> {
	static ASKED: AtomicU16 = AtomicU16::new(0);
	let length = PORTS.end.saturating_sub(PORTS.start);
	for _ in PORTS {
		let asked = u32::from(ASKED.fetch_add(1, Ordering::Relaxed));
		let place = std::process::id().wrapping_mul(61).wrapping_add(asked) % u32::from(length);
		let port = PORTS.start.saturating_add(u16::try_from(place)?);
		if TcpListener::bind(("127.0.0.1", port)).is_ok() {
			return Ok(port);
		}
	}
	bail!("no port of {PORTS:?} is free")
}

fn log_path(folder: &Path, run: u32) -> PathBuf {
	folder.join(format!("{run}.log"))
}

fn served_port(log: &Path) -> Result<Option<u16>> {
	let text = fs::read_to_string(log)?;
	let Some((_, behind)) = text.split_once(SERVES) else { return Ok(None) };
	let digits: String = behind.chars().take_while(char::is_ascii_digit).collect();
	// The line may be written in part.
	match behind.contains('\n') {
		true => Ok(Some(digits.parse()?)),
		false => Ok(None),
	}
}

fn last_lines(log: &Path) -> String {
	let text = fs::read_to_string(log).unwrap_or_default();
	let lines: Vec<&str> = text.lines().collect();
	lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
}
