//! Checks that a person can make without this program.

use serde_json::Value;

use crate::{
	bundle::readable,
	review::{
		document::{Document, Line},
		facts::Facts,
	},
};

/// What to check by hand, and what must come out.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	let manifest = &facts.bundle.manifest;
	let source = &manifest.source;
	page.heading("Checks by hand");
	page.say(
		"1. The manifest is the one that the proposal approves. The file manifest.scale of the bundle \
		 hashes to it (cast is of Foundry):",
	);
	page.code("cast keccak 0x$(xxd -p manifest.scale | tr -d '\\n')");
	page.paragraph(Line::text("must print ").and_code(format!("{:?}", facts.bundle.manifest_hash)));
	page.say("2. The block is one of the source. A node that you trust says its hash:");
	page.code(format!("cast block {} --field hash --rpc-url URL", source.number));
	page.paragraph(Line::text("must print ").and_code(format!("{:?}", source.hash)));
	if !source.header.is_empty() {
		page.say("The header in the manifest hashes to it too:");
		page.code(format!("cast keccak 0x{}", hex::encode(&source.header)));
	}
	page.paragraph(
		Line::text("3. The proposal says what this page says. Beside this page stands ")
			.and_code("proposal.hex")
			.and(
				", the call migration.propose(manifest). Decode it in polkadot.js (Developer, \
			      Extrinsics, Decode) against the target chain, and compare its fields with the table \
			      below. Its hash (Blake2-256) is ",
			)
			.and_code(format!("{:?}", facts.proposal.hash))
			.and(format!(", its length {} bytes.", facts.proposal.call.len())),
	);
	page.say(match (facts.proposal.from_metadata, &facts.target) {
		(true, Some(target)) => format!(
			"Its first two bytes, the numbers of pallet and call, are from the metadata of the target \
			 ({} version {}, genesis {:?}).",
			crate::review::harmless(&target.name),
			target.version,
			target.genesis,
		),
		_ => "Its first two bytes, the numbers of pallet and call, are those of the reference runtime. \
		      Another chain may number otherwise: with --node they are read from it."
			.to_owned(),
	});
	let mut rows = Vec::new();
	flatten("", &readable(manifest), &mut rows);
	page.table(&["field", "value"], rows);
	page.say(
		"4. The data is what the manifest names. Whoever has a node of the source takes the same \
		 snapshot, and packs it with the same map and options: the hash of the manifest must be the \
		 same. After the import, evm-migrate verify compares every account and slot with the bundle.",
	);
}

/// Every field of the manifest with its value.
fn flatten(path: &str, value: &Value, rows: &mut Vec<Vec<Line>>) {
	match value {
		Value::Object(fields) => {
			for (name, value) in fields {
				let path = match path {
					"" => name.clone(),
					path => format!("{path}.{name}"),
				};
				flatten(&path, value, rows);
			}
		}
		Value::String(text) => rows.push(vec![Line::text(path), Line::code(text)]),
		other => rows.push(vec![Line::text(path), Line::code(other.to_string())]),
	}
}
