//! The manifest for people.

use serde_json::{json, Value};

use super::{Manifest, PolicyChoice};

/// Everything that a manifest says, and its hash. The same manifest gives the same text.
pub fn readable(manifest: &Manifest) -> Value {
	let source = &manifest.source;
	let totals = &manifest.totals;
	json!({
		"manifest_hash": manifest.hash(),
		"version": manifest.version,
		"source": {
			"chain_id": source.chain_id,
			"block": source.number,
			"block_hash": source.hash,
			"block_header": format!("0x{}", hex::encode(&source.header)),
			"finality": source.finality,
			"confirmations": source.confirmations,
		},
		"scope": manifest.scope,
		"trust": manifest.trust,
		"snapshot_digest": manifest.snapshot_digest,
		"chunks": { "root": manifest.chunks.root, "count": manifest.chunks.count },
		"map": {
			"root": manifest.map.root,
			"count": manifest.map.count,
			"run_log2": manifest.map_run_log2,
			"chunks": manifest.map_chunks(),
		},
		"totals": {
			"accounts": totals.accounts,
			"contracts": totals.contracts,
			"slots": totals.slots,
			"code_bytes": totals.code_bytes,
			"balance": totals.balance.to_string(),
		},
		"remapped": {
			"accounts": manifest.remapped.accounts,
			"balance": manifest.remapped.balance.to_string(),
		},
		"balances": PolicyChoice(manifest.balances.clone()).to_string(),
		"post_import_calls": manifest.post_import_calls.as_slice(),
		"deadlines": manifest.deadlines,
		"evm_spec": manifest.evm_spec,
	})
}
