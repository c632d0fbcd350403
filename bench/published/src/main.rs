//! A program that measures plain revm for `migration-bench evm`.
//!
//! The first line of stdin is a [`plain_revm::Program`] as JSON. Every further line, whatever it says, is answered by a
//! [`plain_revm::Run`] as a line on stdout.

use std::io::{stdin, stdout, BufRead, Write};

use anyhow::{Context, Result};
use plain_revm::Program;

fn main() -> Result<()> {
	let mut lines = stdin().lock().lines();
	let program = lines.next().context("there is no program")??;
	let program: Program = serde_json::from_str(&program).context("the program")?;
	let prepared = program.prepare()?;
	for line in lines {
		line?;
		let run = prepared.run()?;
		let mut stdout = stdout().lock();
		writeln!(stdout, "{}", serde_json::to_string(&run)?)?;
		stdout.flush()?;
	}
	Ok(())
}
