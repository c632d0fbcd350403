//! A page as Markdown (CommonMark, with GitHub's tables).

use super::document::{Block, Document, Line, Piece};

/// The page.
pub fn markdown(document: &Document) -> String {
	let mut blocks = vec![format!("# {}", escape(&document.title))];
	for block in &document.blocks {
		blocks.push(match block {
			Block::Heading(text) => format!("## {}", escape(text)),
			Block::Paragraph(text) => line(text),
			Block::List(lines) => {
				lines.iter().map(|item| format!("- {}", line(item))).collect::<Vec<_>>().join("\n")
			}
			Block::Table(heads, rows) => table(heads, rows),
			Block::Code(lines) => code_block(lines),
		});
	}
	blocks.join("\n\n") + "\n"
}

fn table(heads: &[&str], rows: &[Vec<Line>]) -> String {
	let row = |cells: Vec<String>| format!("| {} |", cells.join(" | "));
	let mut lines = vec![row(heads.iter().map(|head| escape(head)).collect())];
	lines.push(format!("|{}", "---|".repeat(heads.len())));
	lines.extend(rows.iter().map(|cells| row(cells.iter().map(line).collect())));
	lines.join("\n")
}

fn line(line: &Line) -> String {
	let piece = |piece: &Piece| match piece {
		Piece::Text(text) => escape(text),
		Piece::Strong(text) => format!("**{}**", escape(text)),
		Piece::Code(text) => code(text),
		Piece::Link(text, to) => format!("[{}](<{}>)", escape(text), address(to)),
	};
	line.0.iter().map(piece).collect()
}

/// Every character that means something is escaped, and no text breaks its line.
fn escape(text: &str) -> String {
	let mut escaped = String::with_capacity(text.len());
	for character in text.chars() {
		match character {
			'\\' | '`' | '*' | '_' | '{' | '}' | '[' | ']' | '<' | '>' | '#' | '|' | '~' | '&'
			| '!' | '$' => {
				escaped.push('\\');
				escaped.push(character);
			}
			character if character.is_control() => escaped.push(' '),
			character => escaped.push(character),
		}
	}
	// A URL is no link unless the page makes it one, nor is an address of mail: GitHub looks for those
	// when all escapes are gone, so that a comment must part them.
	escaped.replace("://", ":\\//").replace("www.", "www\\.").replace('@', "@<!-- -->")
}

/// Code cannot be escaped: what would end it, or a table's cell, makes it text.
fn code(text: &str) -> String {
	let safe = text.chars().all(|c| (' '..='~').contains(&c) && c != '`' && c != '|');
	match safe && !text.trim().is_empty() {
		true => format!("`{text}`"),
		false => escape(text),
	}
}

/// A link leads only where the page's own tables say: digits and letters are added to those.
fn address(to: &str) -> String {
	to.chars().filter(|c| c.is_ascii_graphic() && !matches!(c, '<' | '>' | '\\')).collect()
}

/// A fence longer than any row of backticks inside.
fn code_block(lines: &str) -> String {
	let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or_default();
	let fence = "`".repeat(longest.saturating_add(1).max(3));
	format!("{fence}\n{lines}\n{fence}")
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn markdown_of_hostile_text_works() {
		let mut document = Document { title: "<b>*x*".to_owned(), ..Document::default() };
		document.table(
			&["name"],
			vec![
				vec![Line::text("a|b\n# c [x](javascript:1) <img src=x> &amp; `q`")],
				vec![Line::code("a`|<b>")],
				vec![Line::text("https://evil.example www.evil.example me@evil.example")],
			],
		);
		let expected = "# \\<b\\>\\*x\\*\n\n| name |\n|---|\n\
			| a\\|b \\# c \\[x\\](javascript:1) \\<img src=x\\> \\&amp; \\`q\\` |\n\
			| a\\`\\|\\<b\\> |\n\
			| https:\\//evil.example www\\.evil.example me@<!-- -->evil.example |\n";
		assert_eq!(markdown(&document), expected);
	}

	#[test]
	fn markdown_of_each_block_works() {
		let mut document = Document { title: "T".to_owned(), ..Document::default() };
		document.heading("H");
		document
			.paragraph(Line::text("a ").and_code("0x1").and_strong("b").and_link("c", "https://d"));
		document.list(vec![Line::text("one"), Line::text("two")]);
		document.code("x ``` y");
		let expected = "# T\n\n## H\n\na `0x1`**b**[c](<https://d>)\n\n- one\n- two\n\n\
			````\nx ``` y\n````\n";
		assert_eq!(markdown(&document), expected);
	}
}
