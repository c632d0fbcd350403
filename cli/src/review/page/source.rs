//! The source block.

use migration_primitives::snapshot::{Finality, Scope, Trust};

use crate::review::{
	document::{Document, Line},
	explorer,
	facts::Facts,
	text::utc,
};

/// Which block, and what binds the data to it.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	let manifest = &facts.bundle.manifest;
	let source = &manifest.source;
	let known = explorer::chain(source.chain_id);
	page.heading("Source block");
	let mut rows = Vec::new();
	let mut row = |what: &str, line: Line| rows.push(vec![Line::text(what), line]);
	let name = match known {
		Some(chain) => format!(", known as {}", chain.name),
		None => ", which this program does not know".to_owned(),
	};
	row(
		"chain id",
		Line::text(format!("{}{name}. No header holds it: it is a claim", source.chain_id)),
	);
	let number = Line::code(source.number.to_string());
	row(
		"number",
		match known.and_then(|chain| chain.block(source.number)) {
			Some(link) => number.and(" ").and_link("in the explorer", link),
			None => number.and(" (no explorer is known for this chain)"),
		},
	);
	let hash = Line::code(format!("{:?}", source.hash));
	row(
		"hash",
		match known.and_then(|chain| chain.block_hash(source.hash)) {
			Some(link) => hash.and(" ").and_link("in the explorer", link),
			None => hash,
		},
	);
	match facts.header() {
		Some(header) => {
			row("time", Line::text(utc(header.timestamp)).and(", as the block's author set it"));
			row("state root", Line::code(format!("{:?}", header.state_root)));
		}
		None => row("header", Line::text("none: this source has no Ethereum headers")),
	}
	row(
		"finality",
		Line::text(match source.finality {
			Finality::Finalized => {
				"the writer of the bundle claims that the block is final; the bundle cannot show it"
			}
			Finality::Unfinalized => {
				"the writer of the bundle does not claim that the block is final; the bundle cannot \
				 show whether it is"
			}
		}),
	);
	row(
		"data",
		Line::text(match manifest.trust {
			Trust::Proved => {
				"Proved: the target chain itself checks every byte against the state root"
			}
			Trust::Attested => {
				"Attested: the vote vouches for the data; the chain checks hashes only"
			}
		}),
	);
	row(
		"accounts",
		Line::text(match manifest.scope {
			Scope::Full => "Full: every account of the source",
			Scope::Selected => "Selected: some accounts of the source",
		}),
	);
	row("digest of the snapshot", Line::code(format!("{:?}", manifest.snapshot_digest)));
	if let Some(says) = facts.source {
		let hash = match says.block_hash {
			Some(hash) if hash == source.hash => match says.is_final(source.number) {
				true => "the same hash; the block is finalised".to_owned(),
				false => "the same hash; the block is not finalised".to_owned(),
			},
			Some(hash) => format!("another hash, {hash:?}"),
			None => "that it has no such block".to_owned(),
		};
		let text = format!("chain id {}, and for this number {hash}", says.chain_id);
		row("a node of the source says", Line::text(text));
	}
	page.table(&["", "value"], rows);
}
