//! The page for programs.

use std::path::Path;

use migration_primitives::H160;
use serde_json::{json, Value};

use crate::{
	parse,
	review::{after, credits, harmless, harmless_bytes, Facts, Kind, Name},
};

/// Everything that the page says, without its limits.
pub(super) fn of(facts: &Facts<'_>, output: &Path, warnings: Vec<String>) -> Value {
	let name = |address: H160| match facts.names.get(&address) {
		Some(Name::File(name)) => json!({ "name": harmless(name), "from": "file" }),
		Some(Name::Code(name)) => json!({ "name": name, "from": "code" }),
		Some(Name::Own { name, .. }) => {
			json!({ "name": harmless_bytes(name), "from": "contract" })
		}
		None => Value::Null,
	};
	let contracts: Vec<Value> = facts
		.contracts()
		.map(|(address, place)| {
			json!({
				"source": address,
				"target": facts.target(address).1,
				"name": name(address),
				"code_hash": place.code_hash,
				"slots": place.info.slots,
				"balance": place.info.balance.to_string(),
			})
		})
		.collect();
	let powers: Vec<Value> = facts
		.authority
		.powers
		.iter()
		.map(|power| {
			let fate = after(facts, power);
			json!({
				"contract": power.contract,
				"power": power.power,
				"before": power.holder,
				"after": fate.text,
				"may_be_lost": fate.lost,
				"how": power.how,
			})
		})
		.collect();
	let credits: Vec<Value> = credits(facts)
		.into_iter()
		.map(|credit| {
			let (rule, target) = facts.target(credit.source);
			json!({
				"source": credit.source,
				"rule": parse::target_text(&rule),
				"target": target,
				"balance": credit.balance.to_string(),
				"occupied": facts.occupied(target).is_some(),
			})
		})
		.collect();
	let occupied: Vec<Value> = facts
		.target
		.iter()
		.flat_map(|says| &says.occupied)
		.map(|(target, occupied)| {
			json!({
				"source": occupied.source,
				"target": target,
				"what": occupied.words,
				"collided": occupied.collided,
			})
		})
		.collect();
	let unknown: Vec<Value> = facts
		.authority
		.unknown
		.iter()
		.map(|unknown| json!({ "contract": unknown.contract, "what": unknown.what }))
		.collect();
	let outside: Vec<Value> = facts
		.outside
		.iter()
		.map(|(address, (mention, kind))| {
			json!({
				"address": address,
				"contract": match kind {
					Kind::Contract => Some(true),
					Kind::Account => Some(false),
					Kind::NotAsked => None,
				},
				"named_by": mention.by,
				"times": mention.times,
			})
		})
		.collect();
	let calls: Vec<Value> = facts
		.bundle
		.calls
		.iter()
		.map(|call| {
			json!({
				"from": call.from,
				"to": call.to,
				"target": facts.target(call.to).1,
				"input": format!("0x{}", hex::encode(&call.input)),
				"gas_limit": call.gas_limit,
				"hash": call.hash(),
			})
		})
		.collect();
	json!({
		"output": output,
		"manifest_hash": facts.bundle.manifest_hash,
		"block_hash": facts.bundle.manifest.source.hash,
		"call_hash": facts.proposal.hash,
		"call_length": facts.proposal.call.len(),
		"call_from_metadata": facts.proposal.from_metadata,
		"source_agrees": facts.source.map(|_| !facts.source_contradicts()),
		"source_final": facts.source.map(|says| {
			!facts.source_contradicts() && says.is_final(facts.bundle.manifest.source.number)
		}),
		"migration": facts.target.as_ref().and_then(|says| says.migration.as_ref()),
		"warnings": warnings,
		"contracts": contracts,
		"credits": credits,
		"occupied": occupied,
		"powers": powers,
		"calls": calls,
		"powers_unknown": unknown,
		"powers_none": facts.authority.none,
		"left_behind": outside,
	})
}
