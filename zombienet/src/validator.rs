//! A validator of a network: a process that can be ended and started again, and its JSON-RPC.

use std::{
	fs::{self, OpenOptions},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use migration_tests::{
	rpc::Rpc,
	wait::{wait_until, NODE_START},
};
use serde_json::{json, Value};

/// Until the kernel has ended a process.
const PROCESS_END: Duration = Duration::from_secs(30);
/// Lines of the log that a failed test shows.
const LOG_LINES: usize = 20;

/// A validator.
pub struct Validator {
	name: String,
	/// Of its JSON-RPC.
	port: u16,
	/// Where its peers reach it, with its identity.
	address: String,
	/// The command that it runs by.
	command: Vec<String>,
	data: PathBuf,
	log: PathBuf,
	process: Process,
}

/// Who started the process.
enum Process {
	/// zombienet.
	Foreign(u32),
	/// This test, after it ended the first one.
	Own(Child),
	/// Nobody, it was ended.
	None,
}

/// A block of a validator's chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockId {
	/// Its number.
	pub number: u64,
	/// Its hash.
	pub hash: String,
}

impl Validator {
	/// Finds the process of a validator that zombienet started and describes.
	pub(crate) fn find(nodes: &Path, entry: &Value) -> Result<Self> {
		let text = |value: &Value| -> Result<String> {
			Ok(value.as_str().with_context(|| format!("a text in {entry}"))?.to_owned())
		};
		let name = text(&entry["name"])?;
		let port = text(&entry["wsUri"])?;
		let port = port.rsplit(':').next().unwrap_or_default().parse()?;
		let data = nodes.join(&name).join("data");
		let (id, command) = process_of(&data)?;
		Ok(Self {
			port,
			address: text(&entry["multiAddress"])?,
			command,
			data,
			log: nodes.join(format!("{name}.log")),
			name,
			process: Process::Foreign(id),
		})
	}

	/// Its name, in small letters.
	pub fn name(&self) -> &str {
		&self.name
	}

	/// The address for connections that stay.
	pub fn ws(&self) -> String {
		format!("ws://127.0.0.1:{}", self.port)
	}

	/// The address for requests.
	pub fn http(&self) -> String {
		format!("http://127.0.0.1:{}", self.port)
	}

	/// Its JSON-RPC.
	pub fn rpc(&self) -> Result<Rpc> {
		Rpc::new(&self.http())
	}

	/// Ends it at once, as the kernel does (SIGKILL).
	pub async fn kill(&mut self) -> Result<()> {
		match std::mem::replace(&mut self.process, Process::None) {
			Process::Foreign(id) => {
				let status = Command::new("kill").args(["-KILL", &id.to_string()]).status()?;
				ensure!(status.success(), "{} cannot be killed: {status}", self.name);
				let process = PathBuf::from(format!("/proc/{id}"));
				wait_until("the validator's end", PROCESS_END, || {
					let ended = !process.exists();
					async move { Ok(ended.then_some(())) }
				})
				.await
			}
			Process::Own(mut child) => {
				child.kill()?;
				child.wait()?;
				Ok(())
			}
			Process::None => bail!("{} does not run", self.name),
		}
	}

	/// Deletes its chain, so that it begins with the first block again. Its keys stay.
	pub fn forget_chain(&self) -> Result<()> {
		ensure!(matches!(self.process, Process::None), "{} runs", self.name);
		let mut forgotten = 0_u32;
		for chain in fs::read_dir(self.data.join("chains"))? {
			for part in fs::read_dir(chain?.path())? {
				let part = part?;
				if part.file_name() != "keystore" {
					fs::remove_dir_all(part.path())?;
					forgotten = forgotten.saturating_add(1);
				}
			}
		}
		ensure!(forgotten > 0, "{} has no chain in {}", self.name, self.data.display());
		Ok(())
	}

	/// Starts it again after [`Self::kill`], by the same command.
	pub async fn start_again(&mut self) -> Result<()> {
		ensure!(matches!(self.process, Process::None), "{} runs", self.name);
		let log = OpenOptions::new().append(true).create(true).open(&self.log)?;
		let (program, arguments) = self.command.split_first().context("a command")?;
		let child = Command::new(program)
			.args(arguments)
			.stdin(Stdio::null())
			.stdout(log.try_clone()?)
			.stderr(log)
			.spawn()
			.with_context(|| format!("{} cannot be started again", self.name))?;
		self.process = Process::Own(child);
		let rpc = self.rpc()?;
		wait_until("the validator's start", NODE_START, || {
			let rpc = rpc.clone();
			async move {
				let answer: Result<String> = rpc.request("system_chain", json!([])).await;
				Ok(answer.ok())
			}
		})
		.await
		.with_context(|| self.last_lines())?;
		Ok(())
	}

	/// Lets it have no peers but these from its next start on, and make blocks without any.
	///
	/// Without a slot for other peers it closes the connection to a reserved one that is taken away;
	/// by the first flag alone it would keep that.
	pub(crate) fn restrict_to(&mut self, peers: &[String]) {
		let flags = ["--reserved-only", "--in-peers", "0", "--in-peers-light", "0"];
		let flags = flags.iter().chain(&["--out-peers", "0", "--force-authoring"]);
		self.command.extend(flags.map(|&flag| flag.to_owned()));
		for peer in peers {
			self.command.extend(["--reserved-nodes".to_owned(), peer.clone()]);
		}
	}

	/// Where its peers reach it, with its identity.
	pub(crate) fn address(&self) -> &str {
		&self.address
	}

	/// Makes another validator one of its reserved peers.
	pub async fn add_peer(&self, other: &Self) -> Result<()> {
		let _: Value =
			self.rpc()?.request("system_addReservedPeer", json!([other.address])).await?;
		Ok(())
	}

	/// Takes a reserved peer away.
	pub async fn remove_peer(&self, other: &Self) -> Result<()> {
		let (_, peer) = other.address.rsplit_once("/p2p/").context("an address has an identity")?;
		let _: Value = self.rpc()?.request("system_removeReservedPeer", json!([peer])).await?;
		Ok(())
	}

	/// The number of its peers.
	pub async fn peers(&self) -> Result<u64> {
		let health: Value = self.rpc()?.request("system_health", json!([])).await?;
		health["peers"].as_u64().with_context(|| format!("a number of peers in {health}"))
	}

	/// Waits until it has at least, or no more than, a number of peers.
	pub async fn wait_for_peers(
		&self,
		enough: impl Fn(u64) -> bool,
		timeout: Duration,
	) -> Result<()> {
		let waited = wait_until("the number of peers", timeout, || {
			let peers = self.peers();
			let enough = &enough;
			async move { Ok(enough(peers.await?).then_some(())) }
		});
		waited.await.with_context(|| self.name.clone())
	}

	/// The last block of its best chain.
	pub async fn best(&self) -> Result<BlockId> {
		let hash: String = self.rpc()?.request("chain_getBlockHash", json!([])).await?;
		self.block(hash).await
	}

	/// Its last final block.
	pub async fn last_final(&self) -> Result<BlockId> {
		let hash: String = self.rpc()?.request("chain_getFinalizedHead", json!([])).await?;
		self.block(hash).await
	}

	/// The block of a number on its best chain; none where it is not there.
	pub async fn at(&self, number: u64) -> Result<Option<BlockId>> {
		let hash: Option<String> =
			self.rpc()?.request("chain_getBlockHash", json!([number])).await?;
		Ok(hash.map(|hash| BlockId { number, hash }))
	}

	/// The state root of a block.
	pub async fn state_root(&self, block: &BlockId) -> Result<String> {
		let header: Value = self.rpc()?.request("chain_getHeader", json!([block.hash])).await?;
		let root = header["stateRoot"].as_str();
		Ok(root.with_context(|| format!("{} has block {block:?}", self.name))?.to_owned())
	}

	/// Waits until a block of at least this number is final.
	pub async fn wait_for_final(&self, number: u64, timeout: Duration) -> Result<BlockId> {
		let waited = wait_until("the block's finality", timeout, || {
			let last_final = self.last_final();
			async move { Ok(Some(last_final.await?).filter(|block| block.number >= number)) }
		});
		waited.await.with_context(|| format!("block {number} of {}", self.name))
	}

	async fn block(&self, hash: String) -> Result<BlockId> {
		let header: Value = self.rpc()?.request("chain_getHeader", json!([hash])).await?;
		let digits = header["number"].as_str().and_then(|number| number.strip_prefix("0x"));
		let digits = digits.with_context(|| format!("a number in {header}"))?;
		Ok(BlockId { number: u64::from_str_radix(digits, 16)?, hash })
	}

	/// The end of its log.
	pub fn last_lines(&self) -> String {
		let text = fs::read(&self.log).unwrap_or_default();
		let text = String::from_utf8_lossy(&text);
		let lines: Vec<&str> = text.lines().collect();
		lines[lines.len().saturating_sub(LOG_LINES)..].join("\n")
	}
}

impl Drop for Validator {
	fn drop(&mut self) {
		if let Process::Own(child) = &mut self.process {
			// It may have ended already.
			let _ = child.kill();
			let _ = child.wait();
		}
	}
}

/// The process whose `--base-path` is `data`, and its command.
fn process_of(data: &Path) -> Result<(u32, Vec<String>)> {
	for entry in fs::read_dir("/proc")? {
		let path = entry?.path();
		let id = path.file_name().and_then(|name| name.to_str()).and_then(|name| name.parse().ok());
		// A process may have ended since the folder was listed.
		let (Some(id), Ok(bytes)) = (id, fs::read(path.join("cmdline"))) else { continue };
		let command: Vec<String> = bytes
			.split(|&byte| byte == 0)
			.map(|argument| String::from_utf8_lossy(argument).into_owned())
			.filter(|argument| !argument.is_empty())
			.collect();
		let is_its = |pair: &[String]| pair[0] == "--base-path" && Path::new(&pair[1]) == data;
		if command.windows(2).any(is_its) {
			return Ok((id, command));
		}
	}
	bail!("no process has the base path {}", data.display())
}
