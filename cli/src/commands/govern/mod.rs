//! `govern`: what stops a migration, lets it go on, or takes it back.

mod calls;
mod check;
mod clean_up;
pub(super) mod collisions;
mod error;
mod send;

use anyhow::Result;
use codec::Encode;
use migration_primitives::H256;
use serde_json::json;

use self::{check::Subject, error::GovernError, send::Sender};
use super::{show, status::Deadline, submit::connect_to};
use crate::{
	args::{GovernAction, GovernWith},
	bundle::{read_calls, Manifest},
	console::{Console, Outcome},
	substrate::{Chain, Signer},
};

/// Does what an action says.
pub(super) async fn run(action: GovernAction, console: &Console) -> Result<Outcome> {
	let on = action.on().clone();
	let chain = connect_to(&on.node).await?;
	let at = chain.best().await?;
	let migration = match on.migration {
		Some(migration) => migration,
		None => chain.active(at.hash).await?.ok_or(GovernError::NoneActive)?,
	};
	let (subject, manifest) = read(&chain, migration, at.hash, at.number).await?;
	let printed = action.power().is_some_and(|power| power.with == GovernWith::Print);
	match subject.check(&action) {
		// Others will bring the call, perhaps when it is right.
		Err(error) if printed => console.say(format!("as of block {}: {error}", at.number)),
		checked => checked?,
	}
	match &action {
		GovernAction::CleanUp(args) => {
			let signer = Signer::from_args(&on.signer)?;
			clean_up::run(&chain, migration, args.steps, &signer, console).await
		}
		GovernAction::Call(args) => {
			let calls = read_calls(&args.calls)?;
			let signer = Signer::from_args(&on.signer)?;
			calls::run(&chain, &subject, &manifest, calls, &signer, console).await
		}
		_ => {
			let calls = plain_calls(&chain, &action, &subject, at.hash).await?;
			let sender = Sender::new(&chain, &action)?;
			let mut sent = Vec::with_capacity(calls.len());
			for call in calls {
				sent.push(sender.send(name(&action), call, console).await?);
			}
			let (data, text) = send::report(&chain, &sent);
			after(&chain, migration, data, text).await
		}
	}
}

/// What the chain says of a migration at a block.
async fn read(chain: &Chain, migration: u32, at: H256, block: u32) -> Result<(Subject, Manifest)> {
	let Some(record) = chain.migration(migration, at).await? else {
		let next = chain.next_migration(at).await?;
		return Err(GovernError::Unknown { migration, next }.into());
	};
	let manifest = chain.manifest(migration, at).await?;
	let manifest = manifest
		.ok_or_else(|| anyhow::anyhow!("the chain lacks the manifest of migration {migration}"))?;
	let subject = Subject {
		migration,
		deadline: Deadline::new(&record, &manifest.deadlines, block),
		record,
		calls: manifest.post_import_calls.len(),
		review: chain.constant("Migration", "MinReviewBlocks")?,
		block,
	};
	Ok((subject, manifest))
}

/// The name of the pallet's call.
fn name(action: &GovernAction) -> &'static str {
	match action {
		GovernAction::Pause(_) => "pause",
		GovernAction::Resume(_) => "resume",
		GovernAction::Abort(_) => "abort",
		GovernAction::Expire(_) => "expire",
		GovernAction::CleanUp(_) => "clean_up",
		GovernAction::Resolve(_) => "resolve",
		GovernAction::Call(_) => "execute_call",
		GovernAction::SkipCall(_) => "skip_call",
		GovernAction::RetryCall(_) => "retry_call",
		GovernAction::Extend(_) => "extend",
		GovernAction::Activate(_) => "activate",
	}
}

/// The calls of an action that needs no loop.
async fn plain_calls(
	chain: &Chain,
	action: &GovernAction,
	subject: &Subject,
	at: H256,
) -> Result<Vec<Vec<u8>>> {
	let begin = || chain.call_index("Migration", name(action)).map(|index| index.to_vec());
	let migration = subject.migration;
	match action {
		GovernAction::Resolve(args) => {
			let accounts = collisions::choose(chain, subject, args, at).await?;
			let mut calls = Vec::new();
			for batch in accounts.chunks(collisions::BATCH) {
				let mut call = begin()?;
				(migration, batch, &args.policy).encode_to(&mut call);
				calls.push(call);
			}
			Ok(calls)
		}
		GovernAction::SkipCall(args) | GovernAction::RetryCall(args) => {
			let mut call = begin()?;
			(migration, args.index).encode_to(&mut call);
			Ok(vec![call])
		}
		GovernAction::Extend(args) => {
			let mut call = begin()?;
			(migration, args.blocks).encode_to(&mut call);
			Ok(vec![call])
		}
		_ => {
			let mut call = begin()?;
			migration.encode_to(&mut call);
			Ok(vec![call])
		}
	}
}

/// The end of every command: what was done, and where the migration stands then.
async fn after(
	chain: &Chain,
	migration: u32,
	mut data: serde_json::Value,
	text: String,
) -> Result<Outcome> {
	let at = chain.finalized().await?;
	let Some(record) = chain.migration(migration, at.hash).await? else {
		return Err(GovernError::Unknown { migration, next: migration }.into());
	};
	show::extend(&mut data, show::migration(migration, &record));
	show::extend(&mut data, json!({ "block": at.number }));
	Ok(Outcome::done(data, format!("{text}\n{}", show::migration_text(migration, &record))))
}
