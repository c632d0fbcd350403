//! revm natively, on its database in memory: as it is published, in a program of its own (`bench/published`), and with the
//! maps of this workspace, whose hash has a key.

use std::{
	io::{BufRead, BufReader, Write},
	path::{Path, PathBuf},
	process::{Child, ChildStdin, ChildStdout, Command, Stdio},
	time::Duration,
};

use anyhow::{Context, Result};
use plain_revm::{Account, Block, Call};

use super::{environment, Engine, Outcome, Prepared, Run};
use crate::programs::{Program, SENDER};

/// revm as it is published.
pub struct PlainRevm(PathBuf);

impl PlainRevm {
	/// The program that `bench/published` was built to.
	pub fn new(path: &Path) -> Self {
		Self(path.to_owned())
	}
}

/// revm with this workspace's maps.
pub struct KeyedRevm;

/// The program of `bench/published`, which has a state and its calls.
struct Process {
	child: Child,
	stdin: ChildStdin,
	stdout: BufReader<ChildStdout>,
}

impl Engine for PlainRevm {
	fn name(&self) -> &'static str {
		"revm, native"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		let mut child = Command::new(&self.0)
			.stdin(Stdio::piped())
			.stdout(Stdio::piped())
			.spawn()
			.with_context(|| format!("{} does not start", self.0.display()))?;
		let stdin = child.stdin.take().context("its stdin")?;
		let stdout = BufReader::new(child.stdout.take().context("its stdout")?);
		let mut process = Process { child, stdin, stdout };
		let program = serde_json::to_string(&described(program))?;
		writeln!(process.stdin, "{program}").context("revm takes no program")?;
		Ok(Box::new(process))
	}
}

impl Prepared for Process {
	fn run(&mut self) -> Result<Run> {
		writeln!(self.stdin, "run").context("revm has ended; its words are above")?;
		let mut line = String::new();
		self.stdout.read_line(&mut line)?;
		let run = serde_json::from_str(&line).with_context(|| format!("revm answers `{line}`"))?;
		answer(run)
	}
}

impl Drop for Process {
	fn drop(&mut self) {
		// It may have ended by itself.
		let _ = self.child.kill();
		let _ = self.child.wait();
	}
}

impl Engine for KeyedRevm {
	fn name(&self) -> &'static str {
		"with keyed maps"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		Ok(Box::new(described(program).prepare()?))
	}
}

impl Prepared for plain_revm::Prepared {
	fn run(&mut self) -> Result<Run> {
		answer(plain_revm::Prepared::run(self)?)
	}
}

fn answer(run: plain_revm::Run) -> Result<Run> {
	let outcomes = run.outcomes.into_iter().map(|one| {
		let output = hex::decode(one.output)?;
		Ok(Outcome { succeeded: one.succeeded, used_gas: one.used_gas, output })
	});
	let outcomes = outcomes.collect::<Result<_>>()?;
	Ok(Run { outcomes, time: Duration::from_nanos(run.nanoseconds) })
}

fn described(program: &Program) -> plain_revm::Program {
	let accounts = program.accounts.iter().map(|(address, account)| {
		let slots = account.storage.iter();
		let described = Account {
			nonce: account.nonce,
			balance: hex::encode(account.balance.to_be_bytes()),
			code: hex::encode(&account.code),
			slots: slots.map(|(key, value)| (hex::encode(key), hex::encode(value))).collect(),
		};
		(hex::encode(address), described)
	});
	let calls = program
		.calls
		.iter()
		.map(|call| Call { target: hex::encode(call.target), input: hex::encode(&call.input) });
	let environment = environment();
	plain_revm::Program {
		accounts: accounts.collect(),
		sender: hex::encode(SENDER),
		calls: calls.collect(),
		gas_limit: program.gas_limit,
		block: Block {
			chain_id: environment.chain_id,
			coinbase: hex::encode(environment.coinbase),
			number: environment.number.into(),
			timestamp: environment.timestamp,
			gas_limit: environment.gas_limit,
			base_fee: environment.base_fee,
		},
	}
}
