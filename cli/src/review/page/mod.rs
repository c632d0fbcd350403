//! The page, section by section.

mod balances;
mod calls;
mod checks;
mod contracts;
mod course;
mod power;
mod source;
#[cfg(test)]
mod tests;
mod warnings;

use migration_primitives::H160;

use super::{
	document::{Document, Line},
	facts::Facts,
	names::Name,
	text::{harmless, harmless_bytes},
};

pub use balances::credits;
pub use power::after;
pub use warnings::warnings;

/// Makes the page.
pub fn page(facts: &Facts<'_>) -> Document {
	let source = &facts.bundle.manifest.source;
	let mut page = Document {
		title: format!("Migration from chain {} at block {}", source.chain_id, source.number),
		..Document::default()
	};
	page.paragraph(
		Line::text("A vote for this proposal approves one hash: ")
			.and_code(format!("{:?}", facts.bundle.manifest_hash))
			.and(", that of the manifest. Everything below stands in the manifest or follows from it \
			      and the files that it names by hash, unless it says otherwise."),
	);
	page.heading("Warnings");
	let warnings = warnings(facts);
	match warnings.is_empty() {
		true => page.say("None of those that this program looks for."),
		false => page.list(warnings),
	}
	source::section(&mut page, facts);
	contracts::section(&mut page, facts);
	balances::section(&mut page, facts);
	power::section(&mut page, facts);
	contracts::left_behind(&mut page, facts);
	calls::section(&mut page, facts);
	course::section(&mut page, facts);
	checks::section(&mut page, facts);
	page
}

/// What an account is called, with who says so.
fn name_of(facts: &Facts<'_>, address: H160) -> Line {
	match facts.names.get(&address) {
		Some(Name::File(name)) => Line::text(harmless(name)),
		Some(Name::Code(name)) => Line::text(*name).and(" (by its code)"),
		Some(Name::Own { name, symbol }) => Line::text(format!(
			"calls itself \"{}\", symbol \"{}\"",
			quotable(name),
			quotable(symbol)
		)),
		None => match facts.file_names.get(address) {
			Some(name) => Line::text(harmless(name)),
			None => Line::text("unknown"),
		},
	}
}

/// What stands between quotation marks cannot end them.
fn quotable(bytes: &[u8]) -> String {
	harmless_bytes(bytes).replace('"', "\\u{22}")
}

/// An address with its name, if it has one.
fn named(facts: &Facts<'_>, address: H160) -> Line {
	let line = Line::code(format!("{address:?}"));
	let known = facts.names.contains_key(&address) || facts.file_names.get(address).is_some();
	match known {
		true => Line([line.and(" ").0, name_of(facts, address).0].concat()),
		false => line,
	}
}

/// Says how many rows are not shown.
fn more(page: &mut Document, all: usize, shown: usize, place: &str) {
	if let Some(rest) = all.checked_sub(shown).filter(|rest| *rest > 0) {
		page.say(format!("And {rest} more, {place}."));
	}
}
