//! A relayer that nobody should have to trust.

use std::{
	path::Path,
	sync::{
		atomic::{AtomicBool, Ordering},
		Arc,
	},
	time::Duration,
};

use anyhow::{ensure, Context, Result};
use evm_migrate::bundle::Bundle;
use migration_tests::{
	bundle::{chunk, chunk_of, map_chunk, map_chunk_of},
	rpc::Refusal,
	session::Session,
};
use serde_json::{json, Value};
use tokio::task::JoinHandle;

use crate::{import::MIGRATION, validator::Validator};

/// Between two rounds.
const PAUSE: Duration = Duration::from_secs(2);

/// A relayer that submits out of order, twice, and forged chunks, until it is stopped.
pub struct Stranger {
	stop: Arc<AtomicBool>,
	work: JoinHandle<Result<Deeds>>,
}

/// What it did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Deeds {
	/// Right chunks that the pool took, in whatever order.
	pub taken: u32,
	/// Right chunks that the pool refused: late, too early, or there already.
	pub refused: u32,
	/// Forged chunks; the pool refused every one.
	pub forged: u32,
}

impl Stranger {
	/// Begins to submit to a validator.
	pub async fn start(at: &Validator, bundle: &Path) -> Result<Self> {
		let session = Session::new(&at.http()).await?;
		let bundle = Bundle::load(bundle)?;
		let stop = Arc::new(AtomicBool::new(false));
		let stopped = stop.clone();
		let work = tokio::spawn(async move {
			let mut deeds = Deeds::default();
			while !stopped.load(Ordering::Relaxed) {
				round(&session, &bundle, &mut deeds).await?;
				tokio::time::sleep(PAUSE).await;
			}
			Ok(deeds)
		});
		Ok(Self { stop, work })
	}

	/// Ends it. It must have done some of everything.
	pub async fn finish(self) -> Result<Deeds> {
		self.stop.store(true, Ordering::Relaxed);
		let deeds = self.work.await.context("the stranger")??;
		ensure!(deeds.taken > 0 && deeds.refused > 0 && deeds.forged > 0, "idle: {deeds:?}");
		Ok(deeds)
	}
}

/// One round: the chunks around the cursor in a wrong order and twice, and forged ones.
async fn round(session: &Session, bundle: &Bundle, deeds: &mut Deeds) -> Result<()> {
	let status: Option<Value> = session.rpc.request("migration_status", json!([MIGRATION])).await?;
	let Some(status) = status else { return Ok(()) };
	let cursor = |name: &str| -> Result<u32> {
		Ok(u32::try_from(status[name][0].as_u64().context("a cursor")?)?)
	};
	let calls = match status["stage"].as_str() {
		Some("Mapping") => of_the_map(session, bundle, cursor("mapChunks")?)?,
		Some("Importing") => of_the_chunks(session, bundle, cursor("chunks")?)?,
		_ => return Ok(()),
	};
	for call in &calls.forged {
		let answer = session.rpc.submit(&session.general(call, 0)?).await?;
		let taken = answer.is_ok();
		ensure!(!taken, "a forged chunk was taken: {answer:?}");
		deeds.forged = deeds.forged.saturating_add(1);
	}
	// The same call twice, under two hashes.
	for (call, variation) in calls.right.iter().flat_map(|call| [(call, 11), (call, 12)]) {
		let answer = session.rpc.submit(&session.general(call, variation)?).await?;
		count(&answer, deeds);
	}
	Ok(())
}

fn count(answer: &Result<String, Refusal>, deeds: &mut Deeds) {
	let counter = if answer.is_ok() { &mut deeds.taken } else { &mut deeds.refused };
	*counter = counter.saturating_add(1);
}

/// What a round submits.
struct Calls {
	/// Of the bundle, in an order that is wrong.
	right: Vec<Vec<u8>>,
	/// Of no bundle.
	forged: Vec<Vec<u8>>,
}

/// Numbers around a cursor, those ahead first: the ones that exist.
fn around(cursor: u32, count: u32) -> impl Iterator<Item = u32> {
	[cursor.saturating_add(3), cursor.saturating_add(1), cursor, cursor.saturating_sub(1)]
		.into_iter()
		.filter(move |&index| index < count)
}

fn of_the_map(session: &Session, bundle: &Bundle, cursor: u32) -> Result<Calls> {
	let numbers = around(cursor, bundle.map_chunk_count());
	let right = numbers.map(|index| map_chunk(session, bundle, MIGRATION, index));
	let (entries, path) = bundle.map_chunk(cursor);
	let of = |index, entries: &[u8]| map_chunk_of(session, MIGRATION, index, entries, &path);
	Ok(Calls {
		right: right.collect::<Result<_>>()?,
		forged: vec![of(cursor, &altered(&entries))?, of(cursor.saturating_add(1), &entries)?],
	})
}

fn of_the_chunks(session: &Session, bundle: &Bundle, cursor: u32) -> Result<Calls> {
	let numbers = around(cursor, bundle.chunk_count());
	let right = numbers.map(|index| chunk(session, bundle, MIGRATION, index));
	let right = right.collect::<Result<_>>()?;
	// The last block may have taken the last chunk since the cursor was read.
	let forged = match bundle.chunk(cursor) {
		Ok((bytes, path)) => {
			let of = |index, bytes: &[u8]| chunk_of(session, MIGRATION, index, bytes, &path);
			vec![of(cursor, &altered(&bytes))?, of(cursor.saturating_add(1), &bytes)?]
		}
		Err(_) => Vec::new(),
	};
	Ok(Calls { right, forged })
}

fn altered(bytes: &[u8]) -> Vec<u8> {
	let mut bytes = bytes.to_vec();
	if let Some(byte) = bytes.last_mut() {
		*byte ^= 1;
	}
	bytes
}
