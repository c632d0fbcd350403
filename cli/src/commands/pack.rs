//! `pack`: a bundle of a snapshot and a map.

use anyhow::Result;
use migration_primitives::{
	manifest::{BalancePolicy, Deadlines},
	map::MapError,
};
use serde_json::Value;

use crate::{
	args::PackArgs,
	bundle::{
		pack, read_calls, readable, BundleError, ChunkLimits, Manifest, MapEntry, MapFile,
		PackOptions, PolicyChoice, SnapshotFacts,
	},
	console::{Console, Outcome},
	plan::resolve,
};

/// The most gas of a transaction, from Osaka on (EIP-7825).
const MOST_GAS: u64 = 1 << 24;

/// Makes a bundle.
pub(super) fn run(args: PackArgs, console: &Console) -> Result<Outcome> {
	let map = MapFile::read(&args.map)?;
	let calls = match &args.calls {
		Some(path) => read_calls(path)?,
		None => args.call.clone(),
	};
	for (index, call) in calls.iter().enumerate().filter(|(_, call)| call.gas_limit > MOST_GAS) {
		console.say(format!(
			"warning: call {index} may use {} gas; a transaction uses at most {MOST_GAS} (EIP-7825), and \
			 a chain that holds to it lets the call fail",
			call.gas_limit
		));
	}
	let options = PackOptions {
		balances: args.policy.0.clone(),
		limits: ChunkLimits {
			bytes: args.chunks.chunk_bytes,
			accounts: args.chunks.chunk_accounts,
			slots: args.chunks.chunk_slots,
		},
		map_run_log2: args.map_run_log2,
		deadlines: Deadlines {
			mapping: args.deadline_mapping,
			importing: args.deadline_importing,
			review: args.deadline_review,
		},
		evm_spec: args.evm_spec.into(),
		calls,
		reference: args.reference,
	};
	let manifest = pack(&args.snapshot, &args.output, options, |facts| {
		warn_of_balances(facts, &args.policy, console);
		entries(&map, facts)
	})?;
	let mut data = readable(&manifest);
	if let Value::Object(fields) = &mut data {
		fields.insert("bundle".to_owned(), Value::from(args.output.display().to_string()));
	}
	let text = text(&args, &manifest);
	Ok(Outcome::done(data, text))
}

fn entries(map: &MapFile, facts: &SnapshotFacts) -> Result<Vec<MapEntry>> {
	let (map_digest, snapshot) = (map.source.snapshot_digest, facts.summary.digest);
	if map_digest != snapshot {
		return Err(BundleError::OtherSnapshot { map: map_digest, snapshot }.into());
	}
	let (rules, addresses) = map.rules()?;
	let entries = resolve(facts.header.scope, &facts.accounts, &rules)?;
	for entry in &entries {
		let (source_address, expected) = (entry.source, entry.address);
		match addresses.get(&source_address) {
			Some(found) if *found != expected => {
				let error = MapError::WrongAddress { source_address, expected, found: *found };
				return Err(BundleError::Map(error).into());
			}
			_ => {}
		}
	}
	Ok(entries)
}

fn warn_of_balances(facts: &SnapshotFacts, policy: &PolicyChoice, console: &Console) {
	if policy.0 != BalancePolicy::Skip {
		return;
	}
	for (address, info) in &facts.accounts {
		if !info.has_key() && !info.balance.is_zero() {
			console.say(format!(
				"warning: contract {address:?} holds {} wei, which the policy skip leaves behind",
				info.balance
			));
		}
	}
}

fn text(args: &PackArgs, manifest: &Manifest) -> String {
	format!(
		"{}: manifest {:?}, {} map chunks, {} chunks, {} accounts, balances {}",
		args.output.display(),
		manifest.hash(),
		manifest.map_chunks(),
		manifest.chunks.count,
		manifest.totals.accounts,
		args.policy,
	)
}
