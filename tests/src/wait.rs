//! Waiting for what must happen.

use std::{
	future::Future,
	time::{Duration, Instant},
};

use anyhow::{bail, Result};

/// Until a node serves its JSON-RPC.
pub const NODE_START: Duration = Duration::from_secs(120);
/// Until a transaction is in a block.
pub const INCLUSION: Duration = Duration::from_secs(60);
/// Until a command that does not import is done.
pub const COMMAND: Duration = Duration::from_secs(120);
/// Until an import is done.
pub const IMPORT: Duration = Duration::from_secs(300);

const POLL: Duration = Duration::from_millis(25);

/// Waits until `look` finds something. `what` names it where it does not come within `timeout`.
pub async fn wait_until<T, F, L>(what: &str, timeout: Duration, mut look: L) -> Result<T>
where
	F: Future<Output = Result<Option<T>>>,
	L: FnMut() -> F,
{
	let started = Instant::now();
	loop {
		if let Some(found) = look().await? {
			return Ok(found);
		}
		if started.elapsed() > timeout {
			bail!("{what} did not happen within {} seconds", timeout.as_secs());
		}
		tokio::time::sleep(POLL).await;
	}
}
