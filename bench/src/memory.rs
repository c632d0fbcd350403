//! The most memory that a process has had.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use migration_tests::cli::{self, Output, Running};
use tokio::time::sleep;

/// How often a command's memory is looked at: it is gone when the command has ended.
const LOOK: Duration = Duration::from_millis(20);

/// The peak of a process's resident memory so far, in bytes (`VmHWM`); none where it has ended.
pub(crate) fn peak(process: u32) -> Result<Option<u64>> {
	let Ok(status) = fs::read_to_string(format!("/proc/{process}/status")) else {
		return Ok(None);
	};
	let Some(line) = status.lines().find_map(|line| line.strip_prefix("VmHWM:")) else {
		return Ok(None);
	};
	let kibibytes = line.trim().trim_end_matches(" kB");
	let kibibytes: u64 = kibibytes.parse().with_context(|| format!("VmHWM is {line}"))?;
	Ok(Some(kibibytes.saturating_mul(1024)))
}

/// Runs a command of `evm-migrate`, which must end with 0, and gives the peak of its memory.
pub(crate) async fn run(arguments: &[&str]) -> Result<(Output, u64)> {
	wait(cli::start(arguments)?).await
}

async fn wait(mut running: Running) -> Result<(Output, u64)> {
	let mut most = 0;
	loop {
		// A process that has ended and was not waited for has no memory to show.
		most = peak(running.process_id())?.unwrap_or_default().max(most);
		if let Some(output) = running.ended()? {
			return Ok((output.expect_code(0)?, most));
		}
		sleep(LOOK).await;
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn peak_of_this_process_works() -> Result<()> {
		let found = peak(std::process::id())?;
		assert!(found.is_some_and(|bytes| bytes > 1 << 20), "{found:?}");
		Ok(())
	}

	#[test]
	fn peak_of_no_process_is_none() -> Result<()> {
		assert_eq!(peak(u32::MAX)?, None);
		Ok(())
	}
}
