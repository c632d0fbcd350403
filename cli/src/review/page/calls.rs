//! The calls after the import.

use migration_primitives::manifest::PostImportCall;

use super::named;
use crate::review::{
	document::{Document, Line},
	facts::Facts,
};

/// Most bytes of call data that the page shows; the file has all.
const SHOWN: usize = 256;

/// Each call with its hash, which the manifest holds.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	let calls = &facts.bundle.calls;
	if calls.is_empty() {
		return;
	}
	page.heading("Calls after the import");
	page.say(
		"They run once, in this order, when everything is imported and before the activation, each as \
		 an account of the source that signs nothing. A call can change nothing but the storage of \
		 imported contracts, and sends no ether. The first four bytes of the data choose the function; \
		 addresses in it are the target's.",
	);
	let rows = (0u32..).zip(calls).map(|(index, call)| row(facts, index, call)).collect();
	page.table(&["", "as", "calls", "at the target", "data", "gas at most", "hash"], rows);
	page.say(
		"Each hash is Keccak-256 of the call's bytes as docs/format.md, section 7, gives them. \
		 calls.json in the bundle lists the calls, whole, for `evm-migrate govern call`.",
	);
}

fn row(facts: &Facts<'_>, index: u32, call: &PostImportCall) -> Vec<Line> {
	let PostImportCall { from, to, input, gas_limit } = call;
	let data = match input.get(..SHOWN) {
		Some(first) if input.len() > SHOWN => Line::code(format!("0x{}", hex::encode(first)))
			.and(format!(" and {} bytes more", input.len().saturating_sub(SHOWN))),
		_ => Line::code(format!("0x{}", hex::encode(input))),
	};
	vec![
		Line::text(index.to_string()),
		named(facts, *from),
		named(facts, *to),
		Line::code(format!("{:?}", facts.target(*to).1)),
		data,
		Line::text(gas_limit.to_string()),
		Line::code(format!("{:?}", call.hash())),
	]
}
