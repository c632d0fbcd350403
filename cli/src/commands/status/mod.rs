//! `status`: where migrations stand, once or until they end.

mod deadline;
mod pause;
mod rate;
mod standing;
mod watch;

use anyhow::Result;
use serde_json::{json, Value};

#[cfg(test)]
pub(super) use self::deadline::tests;
pub(super) use self::deadline::Deadline;
use self::standing::Standing;
use super::submit::connect_to;
use crate::{
	args::StatusArgs,
	console::{Console, Outcome},
};

/// Shows one migration, or all; or watches one.
pub(super) async fn run(args: StatusArgs, console: &Console) -> Result<Outcome> {
	let chain = connect_to(&args.node).await?;
	if args.watch {
		return watch::run(&chain, &args, console).await;
	}
	let at = chain.finalized().await?;
	let numbers = match args.migration {
		Some(number) => number..number.saturating_add(1),
		None => 0..chain.next_migration(at.hash).await?,
	};
	let (mut list, mut lines) = (Vec::<Value>::new(), Vec::new());
	for number in numbers {
		if let Some(standing) = Standing::read(&chain, number, at, None).await? {
			list.push(standing.data());
			lines.push(standing.text());
		}
	}
	if let (Some(number), true) = (args.migration, list.is_empty()) {
		anyhow::bail!("the chain has no migration {number}");
	}
	if lines.is_empty() {
		lines.push("the chain has no migrations".to_owned());
	}
	let data = json!({
		"block": at.number,
		"block_hash": at.hash,
		"active": chain.active(at.hash).await?,
		"migrations": list,
	});
	Ok(Outcome::done(data, lines.join("\n")))
}
