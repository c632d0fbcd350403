//! `status --watch`: a migration until it ends.

use std::{
	io::{IsTerminal, Write},
	time::{Duration, Instant},
};

use anyhow::Result;
use migration_primitives::status::Stage;
use serde_json::{json, Value};

use super::{rate::Rate, standing::Standing};
use crate::{
	args::StatusArgs,
	commands::show,
	console::{Console, Outcome},
	substrate::Chain,
};

/// The usual width of a terminal.
const COLUMNS: usize = 80;

/// Watches a migration until it is complete, aborted or faulted.
pub(super) async fn run(chain: &Chain, args: &StatusArgs, console: &Console) -> Result<Outcome> {
	let at = chain.finalized().await?;
	let number = match args.migration {
		Some(number) => number,
		None => match chain.active(at.hash).await? {
			Some(number) => number,
			None => {
				let next = chain.next_migration(at.hash).await?;
				next.checked_sub(1)
					.ok_or_else(|| anyhow::anyhow!("the chain has no migration to watch"))?
			}
		},
	};
	let (mut rate, mut before, mut block) =
		(Rate::default(), None::<Standing>, Block::new(console));
	loop {
		let at = chain.finalized().await?;
		let standing = Standing::read(chain, number, at, before.as_ref()).await?;
		let standing =
			standing.ok_or_else(|| anyhow::anyhow!("the chain has no migration {number}"))?;
		let (done, of) = standing.chunks();
		rate.note(Instant::now(), done, standing.slots);
		let pace = Pace { rate: &rate, left: of.saturating_sub(done) };
		let (data, text) = (data(&standing, &pace), text(&standing, &pace));
		match standing.record.stage {
			Stage::Completed | Stage::Aborted => {
				block.clear();
				return Ok(Outcome::done(data, text));
			}
			Stage::Faulted(_) => {
				block.clear();
				return Ok(Outcome { data, text, matched: false });
			}
			_ => {}
		}
		let changed = before.as_ref().is_none_or(|before| before.mark() != standing.mark());
		match block.is_drawn {
			true => block.draw(&text),
			false if changed => console.result(&data, &line(&standing, &pace)),
			false => {}
		}
		before = Some(standing);
		tokio::time::sleep(Duration::from_secs(args.every)).await;
	}
}

/// How fast it goes, and how many chunks are to come.
struct Pace<'a> {
	rate: &'a Rate,
	left: u64,
}

impl Pace<'_> {
	fn eta(&self, standing: &Standing) -> Option<Duration> {
		let moves = matches!(standing.record.stage, Stage::Mapping | Stage::Importing);
		self.rate.time_for(self.left).filter(|_| moves)
	}

	fn text(&self, standing: &Standing) -> String {
		let Some(speed) = self.rate.speed() else { return "no rate yet".to_owned() };
		let (chunks, slots) = (speed.chunks, speed.slots);
		let mut text = format!("{chunks:.1} chunks and {slots:.0} slots per second");
		if let Some(left) = self.eta(standing) {
			text.push_str(&format!(", {} left", time(left)));
		}
		text
	}
}

fn data(standing: &Standing, pace: &Pace<'_>) -> Value {
	let mut data = standing.data();
	let speed = pace.rate.speed();
	show::extend(
		&mut data,
		json!({
			"block": standing.block.number,
			"block_hash": standing.block.hash,
			"chunks_per_second": speed.map(|speed| speed.chunks),
			"slots_per_second": speed.map(|speed| speed.slots),
			"seconds_left": pace.eta(standing).map(|left| left.as_secs()),
		}),
	);
	data
}

/// The block of a terminal, and the last word everywhere.
fn text(standing: &Standing, pace: &Pace<'_>) -> String {
	format!("{}\n  block {}: {}", standing.text(), standing.block.number, pace.text(standing))
}

/// One line for a change.
fn line(standing: &Standing, pace: &Pace<'_>) -> String {
	let (done, of) = standing.chunks();
	let mut line = format!(
		"block {}: migration {}: {}, {done}/{of} chunks, {} slots; {}",
		standing.block.number,
		standing.number,
		show::stage(&standing.record.stage),
		standing.slots,
		pace.text(standing),
	);
	if let Some(deadline) = standing.deadline() {
		line.push_str(&format!("; {} blocks until anybody may expire it", deadline.blocks_left));
	}
	if let Some(error) = standing.error() {
		line.push_str(&format!("; {error}"));
	}
	line
}

/// A time in its two largest units.
fn time(time: Duration) -> String {
	let seconds = time.as_secs();
	let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
	match () {
		() if days > 0 => format!("{days} d {} h", hours % 24),
		() if hours > 0 => format!("{hours} h {} min", minutes % 60),
		() if minutes > 0 => format!("{minutes} min {} s", seconds % 60),
		() => format!("{seconds} s"),
	}
}

/// Lines of no more than a terminal's usual width, broken between words.
fn fold(text: &str) -> String {
	let mut lines = Vec::<String>::new();
	for line in text.lines() {
		let begin = lines.len();
		for word in line.split(' ') {
			match lines.get_mut(begin..).and_then(<[String]>::last_mut) {
				Some(last) if last.len().saturating_add(word.len()) < COLUMNS => {
					last.push(' ');
					last.push_str(word);
				}
				Some(_) => lines.push(format!("    {word}")),
				None => lines.push(word.to_owned()),
			}
		}
	}
	lines.join("\n")
}

/// Lines of a terminal that are written anew each time.
struct Block {
	/// Whether stdout is a terminal, and for people.
	is_drawn: bool,
	lines: usize,
}

impl Block {
	fn new(console: &Console) -> Self {
		Self { is_drawn: !console.is_json() && std::io::stdout().is_terminal(), lines: 0 }
	}

	fn draw(&mut self, text: &str) {
		self.clear();
		let text = fold(text);
		let mut stdout = std::io::stdout().lock();
		// A closed stdout is no reason to stop. In a narrow terminal lines are cut at its edge: else
		// they would take more lines than are taken away again.
		let _ = writeln!(stdout, "\x1b[?7l{text}\x1b[?7h");
		let _ = stdout.flush();
		self.lines = text.lines().count();
	}

	/// Takes the lines away.
	fn clear(&mut self) {
		if self.lines > 0 {
			let _ = write!(std::io::stdout(), "\x1b[{}A\x1b[J", self.lines);
			self.lines = 0;
		}
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn fold_breaks_between_words_works() {
		let (word, wide) = ("x".repeat(30), "y".repeat(100));
		let text = format!("  {word} {word} {word}\nshort\n{wide}");
		let expected = format!("  {word} {word}\n    {word}\nshort\n{wide}");
		assert_eq!(fold(&text), expected);
		assert_eq!(fold("a  b"), "a  b");
	}

	#[test]
	fn time_in_two_units_works() {
		for (seconds, expected) in
			[(0, "0 s"), (59, "59 s"), (61, "1 min 1 s"), (3_720, "1 h 2 min"), (90_000, "1 d 1 h")]
		{
			assert_eq!(time(Duration::from_secs(seconds)), expected);
		}
	}
}
