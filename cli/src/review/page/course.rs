//! Deadlines, and what cannot be undone.

use migration_primitives::manifest::Deadlines;

use crate::review::{
	document::{Document, Line},
	facts::Facts,
};

/// What happens when, and up to where it can be taken back.
pub(super) fn section(page: &mut Document, facts: &Facts<'_>) {
	let manifest = &facts.bundle.manifest;
	page.heading("Deadlines");
	let Deadlines { mapping, importing, review } = manifest.deadlines;
	let row = |stage: &str, blocks: u32, then: &str| {
		vec![Line::text(stage), Line::text(blocks.to_string()), Line::text(then)]
	};
	page.table(
		&["from", "blocks of the target", "to"],
		vec![
			row("the proposal", mapping, "the last piece of the address map"),
			row("there", importing, "the last piece of the data"),
			row("there", review, "the activation"),
		],
	);
	page.say(
		"After a deadline anybody may let the migration expire, which takes it back. A block of the \
		 target takes as long as that chain says.",
	);
	if let Some(target) = &facts.target {
		page.say(match &target.migration {
			Some(migration) => format!("The target has this proposal already: {migration}."),
			None => "The target has no migration of this manifest.".to_owned(),
		});
	}
	match facts.target.as_ref().and_then(|target| target.review_blocks) {
		Some(blocks) => page.say(format!(
			"Between the last piece of data and the activation lie at least {blocks} blocks, for \
			 verification and a last look."
		)),
		None => page.say(
			"How many blocks lie at least between the last piece of data and the activation is not \
			 known: no node of the target was asked (--node).",
		),
	}
	page.heading("What cannot be undone");
	let mut lines = vec![
		Line::text(
			"Until the activation governance may abort: everything that was written and minted is taken \
			 back. The activation ends that, for good.",
		),
		Line::text(
			"From the activation on the contracts belong to their users and to those who rule them: code, \
			 storage and balances change as on any chain.",
		),
		Line::text(
			"The address map and the records of the manifest, the snapshot and the map stay on the chain.",
		),
		Line::text(
			"The source goes on. Nothing here stops or burns what is there: after the block of the \
			 snapshot the two copies part, and tokens that stand for something elsewhere exist twice.",
		),
	];
	if !manifest.post_import_calls.is_empty() {
		lines.push(Line::text(
			"The calls after the import run once, before the activation; an abort takes back what they \
			 changed.",
		));
	}
	page.list(lines);
}
