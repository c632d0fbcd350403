//! A page before it is Markdown or HTML.

/// A page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
	/// Its title.
	pub title: String,
	/// What stands below the title.
	pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Block {
	/// A heading of the second level.
	Heading(String),
	/// A paragraph.
	Paragraph(Line),
	/// A list.
	List(Vec<Line>),
	/// A table: the heads of its columns, then its rows.
	Table(Vec<&'static str>, Vec<Vec<Line>>),
	/// Lines as they are, such as commands.
	Code(String),
}

/// A piece of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
	/// Text.
	Text(String),
	/// Text that must be seen.
	Strong(String),
	/// Text of fixed width, such as an address.
	Code(String),
	/// A link: its text, and where it leads.
	Link(String, String),
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line(pub Vec<Piece>);

impl Line {
	/// A line of text.
	pub fn text(text: impl Into<String>) -> Self {
		Self(vec![Piece::Text(text.into())])
	}

	/// A line of fixed width.
	pub fn code(text: impl Into<String>) -> Self {
		Self(vec![Piece::Code(text.into())])
	}

	/// Appends text.
	#[must_use]
	pub fn and(mut self, text: impl Into<String>) -> Self {
		self.0.push(Piece::Text(text.into()));
		self
	}

	/// Appends text of fixed width.
	#[must_use]
	pub fn and_code(mut self, text: impl Into<String>) -> Self {
		self.0.push(Piece::Code(text.into()));
		self
	}

	/// Appends text that must be seen.
	#[must_use]
	pub fn and_strong(mut self, text: impl Into<String>) -> Self {
		self.0.push(Piece::Strong(text.into()));
		self
	}

	/// Appends a link.
	#[must_use]
	pub fn and_link(mut self, text: impl Into<String>, to: impl Into<String>) -> Self {
		self.0.push(Piece::Link(text.into(), to.into()));
		self
	}

	/// The line without any marks.
	pub fn plain(&self) -> String {
		let mut plain = String::new();
		for piece in &self.0 {
			match piece {
				Piece::Text(text)
				| Piece::Strong(text)
				| Piece::Code(text)
				| Piece::Link(text, _) => plain.push_str(text),
			}
		}
		plain
	}
}

impl Document {
	/// Appends a heading.
	pub fn heading(&mut self, text: impl Into<String>) {
		self.blocks.push(Block::Heading(text.into()));
	}

	/// Appends a paragraph.
	pub fn paragraph(&mut self, line: Line) {
		self.blocks.push(Block::Paragraph(line));
	}

	/// Appends a paragraph of text.
	pub fn say(&mut self, text: impl Into<String>) {
		self.paragraph(Line::text(text));
	}

	/// Appends a list, unless it is empty.
	pub fn list(&mut self, lines: Vec<Line>) {
		if !lines.is_empty() {
			self.blocks.push(Block::List(lines));
		}
	}

	/// Appends a table, unless it is empty.
	pub fn table(&mut self, heads: &[&'static str], rows: Vec<Vec<Line>>) {
		if !rows.is_empty() {
			self.blocks.push(Block::Table(heads.to_vec(), rows));
		}
	}

	/// Appends lines as they are.
	pub fn code(&mut self, lines: impl Into<String>) {
		self.blocks.push(Block::Code(lines.into()));
	}
}
