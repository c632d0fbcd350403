//! A network that zombienet starts on this machine, in a folder of its own.
//!
//! Where the environment variable `MIGRATION_TESTS_KEEP` is set, its folder stays.

use std::{
	fs::{self, File},
	os::unix::process::CommandExt,
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	time::Duration,
};

use anyhow::{bail, ensure, Context, Result};
use migration_tests::{binaries, wait::wait_until};
use serde_json::Value;
use tempfile::TempDir;

use crate::validator::Validator;

/// The folder of this crate.
const HERE: &str = env!("CARGO_MANIFEST_DIR");
/// Until zombienet has started all validators.
const NETWORK_START: Duration = Duration::from_secs(240);
/// Until a chain's first blocks are final.
const FIRST_FINAL: Duration = Duration::from_secs(180);

/// A running network of the validators Alice, Bob, Charlie and Dave.
pub struct Network {
	/// First, so that the validators which were started again end before the folder goes.
	validators: Vec<Validator>,
	zombienet: Child,
	folder: TempDir,
}

impl Network {
	/// Starts the network and waits until its validators answer.
	pub async fn start() -> Result<Self> {
		let mut folder = tempfile::Builder::new().prefix("migration-network-").tempdir()?;
		folder.disable_cleanup(std::env::var_os("MIGRATION_TESTS_KEEP").is_some());
		let log = File::create(folder.path().join("zombienet.log"))?;
		let program = Path::new(HERE).join("node_modules/@zombienet/cli/dist/cli.js");
		ensure!(program.is_file(), "{} is missing: run `npm ci` in {HERE}", program.display());
		let nodes = folder.path().join("nodes");
		let zombienet = Command::new("node")
			.arg(program)
			.args(["spawn", "--provider", "native", "--dir"])
			.arg(&nodes)
			.arg(Path::new(HERE).join("network.toml"))
			.env("MIGRATION_NODE", binaries::node())
			.stdin(Stdio::null())
			.stdout(log.try_clone()?)
			.stderr(log)
			// Its validators are of its group and end with it.
			.process_group(0)
			.spawn()
			.context("zombienet cannot be started: is Node.js there?")?;
		let mut network = Self { validators: Vec::new(), zombienet, folder };
		network.find_validators(&nodes).await?;
		Ok(network)
	}

	/// The validator of this name.
	pub fn validator(&self, name: &str) -> Result<&Validator> {
		let found = self.validators.iter().find(|validator| validator.name() == name);
		found.with_context(|| format!("the network has no validator {name}"))
	}

	/// The validator of this name, to do something to it.
	pub fn validator_mut(&mut self, name: &str) -> Result<&mut Validator> {
		let found = self.validators.iter_mut().find(|validator| validator.name() == name);
		found.with_context(|| format!("the network has no validator {name}"))
	}

	/// All validators.
	pub fn validators(&self) -> &[Validator] {
		&self.validators
	}

	/// Starts a validator again so that it has no peers but the others of the network, and makes
	/// blocks also without any. Then [`Self::isolate`] can cut it off.
	pub async fn restrict(&mut self, name: &str) -> Result<()> {
		let others = self.validators.iter().filter(|other| other.name() != name);
		let peers: Vec<String> = others.map(|other| other.address().to_owned()).collect();
		let validator = self.validator_mut(name)?;
		validator.kill().await?;
		validator.restrict_to(&peers);
		validator.start_again().await
	}

	/// Takes all peers away from a validator that is restricted.
	pub async fn isolate(&self, name: &str) -> Result<()> {
		let validator = self.validator(name)?;
		for other in self.validators.iter().filter(|other| other.name() != name) {
			validator.remove_peer(other).await?;
		}
		Ok(())
	}

	/// Gives an isolated validator its peers again.
	pub async fn connect(&self, name: &str) -> Result<()> {
		let validator = self.validator(name)?;
		for other in self.validators.iter().filter(|other| other.name() != name) {
			validator.add_peer(other).await?;
		}
		Ok(())
	}

	/// Waits until a block after the first is final for every validator.
	pub async fn wait_for_finality(&self) -> Result<()> {
		for validator in &self.validators {
			validator.wait_for_final(2, FIRST_FINAL).await?;
		}
		Ok(())
	}

	async fn find_validators(&mut self, nodes: &Path) -> Result<()> {
		let description = nodes.join("zombie.json");
		let found = wait_until("the network's start", NETWORK_START, || {
			let ended = self.zombienet.try_wait();
			let network = read_description(&description);
			async move {
				if let Some(status) = ended? {
					bail!("zombienet ended: {status}");
				}
				Ok(network)
			}
		})
		.await;
		let network = found.with_context(|| self.log())?;
		let listed = network["relay"].as_array().context("zombienet lists validators")?;
		for entry in listed {
			self.validators.push(Validator::find(nodes, entry)?);
		}
		Ok(())
	}

	/// The end of what zombienet said.
	fn log(&self) -> String {
		const SHOWN: usize = 3_000;
		let path: PathBuf = self.folder.path().join("zombienet.log");
		let text = fs::read_to_string(path).unwrap_or_default();
		let characters: Vec<char> = text.chars().collect();
		characters[characters.len().saturating_sub(SHOWN)..].iter().collect()
	}
}

/// What zombienet says of the network, once it has written all of it.
fn read_description(path: &Path) -> Option<Value> {
	serde_json::from_str(&fs::read_to_string(path).ok()?).ok()
}

impl Drop for Network {
	fn drop(&mut self) {
		if std::thread::panicking() {
			for validator in &self.validators {
				eprintln!("{}'s last lines:\n{}", validator.name(), validator.last_lines());
			}
		}
		// The whole group; some may have ended already.
		let group = format!("-{}", self.zombienet.id());
		let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
		let _ = self.zombienet.wait();
	}
}
