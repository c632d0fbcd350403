//! A page as HTML that needs nothing else: no script, no image, no font.

use std::fmt::Write as _;

use super::document::{Block, Document, Line, Piece};

const STYLE: &str =
	"body{font:15px/1.5 sans-serif;max-width:76rem;margin:2rem auto;padding:0 1rem;\
color:#1b1b1b;background:#fff}table{border-collapse:collapse;margin:1rem 0;display:block;\
overflow-x:auto}th,td{border:1px solid #ccc;padding:.3rem .6rem;text-align:left;vertical-align:top}\
th{background:#f2f2f2}code,pre{font:13px/1.4 monospace;background:#f6f6f6}pre{padding:.8rem;\
overflow-x:auto}h2{border-bottom:1px solid #ccc;margin-top:2.2rem}strong{color:#a00000}";

/// The page.
pub fn html(document: &Document) -> String {
	let title = escape(&document.title);
	let mut page = format!(
		"<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
		 <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
		 style-src 'unsafe-inline'\">\n<meta name=\"referrer\" content=\"no-referrer\">\n\
		 <meta name=\"viewport\" content=\"width=device-width\">\n<title>{title}</title>\n\
		 <style>{STYLE}</style>\n</head>\n<body>\n<h1>{title}</h1>\n"
	);
	for block in &document.blocks {
		page.push_str(&self::block(block));
		page.push('\n');
	}
	page.push_str("</body>\n</html>\n");
	page
}

fn block(block: &Block) -> String {
	match block {
		Block::Heading(text) => format!("<h2>{}</h2>", escape(text)),
		Block::Paragraph(text) => format!("<p>{}</p>", line(text)),
		Block::List(lines) => {
			let items: String =
				lines.iter().map(|item| format!("<li>{}</li>\n", line(item))).collect();
			format!("<ul>\n{items}</ul>")
		}
		Block::Table(heads, rows) => {
			let row = |tag: &str, cells: Vec<String>| {
				let cells: String =
					cells.iter().map(|cell| format!("<{tag}>{cell}</{tag}>")).collect();
				format!("<tr>{cells}</tr>\n")
			};
			let mut table = row("th", heads.iter().map(|head| escape(head)).collect());
			for cells in rows {
				table.push_str(&row("td", cells.iter().map(line).collect()));
			}
			format!("<table>\n{table}</table>")
		}
		Block::Code(lines) => format!("<pre>{}</pre>", escape(lines)),
	}
}

fn line(line: &Line) -> String {
	let piece = |piece: &Piece| match piece {
		Piece::Text(text) => escape(text),
		Piece::Strong(text) => format!("<strong>{}</strong>", escape(text)),
		Piece::Code(text) => format!("<code>{}</code>", escape(text)),
		Piece::Link(text, to) if to.starts_with("https://") => {
			format!("<a href=\"{}\" rel=\"noreferrer noopener\">{}</a>", escape(to), escape(text))
		}
		Piece::Link(text, _) => escape(text),
	};
	line.0.iter().map(piece).collect()
}

/// Everything that means something to HTML, and everything that could hide, becomes a reference.
fn escape(text: &str) -> String {
	let mut escaped = String::with_capacity(text.len());
	for character in text.chars() {
		match character {
			'&' => escaped.push_str("&amp;"),
			'<' => escaped.push_str("&lt;"),
			'>' => escaped.push_str("&gt;"),
			'"' => escaped.push_str("&quot;"),
			'\'' => escaped.push_str("&#39;"),
			'\n' | ' '..='~' => escaped.push(character),
			other => {
				// Writing to a string does not fail.
				let _ = write!(escaped, "\\u{{{:x}}}", u32::from(other));
			}
		}
	}
	escaped
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn html_of_hostile_text_works() {
		let mut document = Document { title: "</title><script>".to_owned(), ..Document::default() };
		document.paragraph(
			Line::text("<img src=x onerror='1'>\u{202e}")
				.and_link("x\"", "javascript:alert(1)")
				.and_link("y", "https://e.example/\" onclick=\"1"),
		);
		let page = html(&document);
		assert!(page.contains("<title>&lt;/title&gt;&lt;script&gt;</title>"));
		let paragraph = "<p>&lt;img src=x onerror=&#39;1&#39;&gt;\\u{202e}x&quot;\
			<a href=\"https://e.example/&quot; onclick=&quot;1\" rel=\"noreferrer noopener\">y</a></p>";
		assert!(page.contains(paragraph), "{page}");
		assert!(!page.contains("<script") && !page.contains("javascript:"));
	}

	#[test]
	fn html_of_each_block_works() {
		let mut document = Document::default();
		document.heading("H");
		document.list(vec![Line::text("one")]);
		document.table(&["a", "b"], vec![vec![Line::code("1"), Line::text("2")]]);
		document.code("x < y");
		let expected = "<h2>H</h2>\n<ul>\n<li>one</li>\n</ul>\n<table>\n\
			<tr><th>a</th><th>b</th></tr>\n<tr><td><code>1</code></td><td>2</td></tr>\n</table>\n\
			<pre>x &lt; y</pre>\n";
		assert!(html(&document).contains(expected));
	}
}
