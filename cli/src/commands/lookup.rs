//! `lookup`: an account's other address.

use anyhow::Result;
use migration_primitives::{map::Target, status::Beneficiary, H160, H256};
use serde_json::{json, Value};

use super::{show, submit::connect_to};
use crate::{args::LookupArgs, console::Outcome, parse, substrate::Chain};

/// Finds the target of a source, or the source of a target. An unknown address is a mismatch.
pub(super) async fn run(args: LookupArgs) -> Result<Outcome> {
	let chain = connect_to(&args.node).await?;
	let at = chain.finalized().await?.hash;
	match (args.target, args.chain_id, args.address) {
		(Some(target), ..) => from_target(&chain, target, at).await,
		(None, Some(chain_id), Some(source)) => from_source(&chain, chain_id, source, at).await,
		// The arguments' definition leaves no other case.
		_ => anyhow::bail!("an ADDRESS with --chain-id, or --target, is needed"),
	}
}

async fn from_source(chain: &Chain, chain_id: u64, source: H160, at: H256) -> Result<Outcome> {
	let Some(record) = chain.target_of(chain_id, source, at).await? else {
		return Ok(unknown(json!({ "chain_id": chain_id, "source": source }), source));
	};
	// Who holds what the account brought.
	let account = match &record.target {
		Target::Account(account) => account.clone(),
		_ => chain.account_id(record.address, at).await?,
	};
	let owed = chain.owed(record.migration, source, at).await?;
	let mut data = show::account(&record);
	let waits = owed.as_ref().map(|owed| {
		json!({
			"balance": owed.balance.to_string(),
			"nonce": owed.nonce,
			"beneficiary": match &owed.beneficiary {
				Beneficiary::Evm(address) => format!("{address:?}"),
				Beneficiary::Account(account) => parse::account_text(account),
			},
		})
	});
	let account = parse::account_text(&account);
	show::extend(
		&mut data,
		json!({
			"found": true, "chain_id": chain_id, "source": source, "owed": waits,
			"account": account,
		}),
	);
	let text = format!(
		"{source:?} of chain {chain_id} -> {:?} ({}, {}, account {account})",
		record.address,
		parse::target_text(&record.target),
		show::state(&record.state),
	);
	Ok(Outcome::done(data, text))
}

async fn from_target(chain: &Chain, target: H160, at: H256) -> Result<Outcome> {
	let Some(record) = chain.source_of(target, at).await? else {
		return Ok(unknown(json!({ "target": target }), target));
	};
	let data = json!({
		"found": true,
		"target": target,
		"chain_id": record.chain_id,
		"source": record.source,
		"migration": record.migration,
		"locked": record.locked,
	});
	let text = format!("{target:?} <- {:?} of chain {}", record.source, record.chain_id);
	Ok(Outcome::done(data, text))
}

fn unknown(mut data: Value, address: H160) -> Outcome {
	show::extend(&mut data, json!({ "found": false }));
	Outcome { data, text: format!("{address:?} is not in any map of this chain"), matched: false }
}
