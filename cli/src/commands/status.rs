//! `status`: where migrations stand.

use anyhow::Result;
use serde_json::{json, Value};

use super::{show, submit::connect};
use crate::{args::StatusArgs, console::Outcome};

/// Shows one migration, or all.
pub(super) async fn run(args: StatusArgs) -> Result<Outcome> {
	let chain = connect(&args.node.node, args.node.patience).await?;
	let at = chain.finalized().await?;
	let numbers = match args.migration {
		Some(number) => number..number.saturating_add(1),
		None => 0..chain.next_migration(at.hash).await?,
	};
	let (mut list, mut lines) = (Vec::<Value>::new(), Vec::new());
	for number in numbers {
		if let Some(record) = chain.migration(number, at.hash).await? {
			list.push(show::migration(number, &record));
			lines.push(show::migration_text(number, &record));
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
