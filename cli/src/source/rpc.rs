//! JSON-RPC over HTTP: in batches, below a rate, with another try where that can help.

use std::{
	sync::{
		atomic::{AtomicBool, Ordering},
		Mutex, PoisonError,
	},
	time::{Duration, Instant},
};

use jsonrpsee_client::{
	core::{
		client::{ClientT, Error},
		params::BatchRequestBuilder,
	},
	http_client::{HttpClient, HttpClientBuilder},
	types::ErrorObject,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::SourceError;

/// The longest answer in bytes: anvil gives its whole state in one.
const MAX_ANSWER_BYTES: u32 = 1 << 30;
/// The longest time for one answer.
const TIMEOUT: Duration = Duration::from_secs(120);
/// The wait before the second try; it doubles from try to try.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait between two tries.
const LONGEST_WAIT: Duration = Duration::from_secs(16);
/// Codes of hosted nodes that ask for patience: "limit exceeded" (EIP-1474), and HTTP's.
const BUSY_CODES: [i32; 2] = [-32005, 429];

/// How a node is to be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RpcSettings {
	/// Most requests in one HTTP request.
	pub batch: usize,
	/// Most requests in a second; `None` for as many as it takes.
	pub rate: Option<u32>,
	/// Tries after the first one, of what may succeed later.
	pub retries: u32,
}

impl Default for RpcSettings {
	fn default() -> Self {
		Self { batch: 32, rate: None, retries: 5 }
	}
}

/// A method and its parameters.
pub(super) type Call = (&'static str, Vec<Value>);

/// A JSON-RPC node.
#[derive(Debug)]
pub(super) struct Rpc {
	pub(super) url: String,
	pub(super) settings: RpcSettings,
	client: HttpClient,
	/// Whether it ever answered: one that never did is not tried again.
	answered: AtomicBool,
	/// When the next request may leave.
	next: Mutex<Instant>,
}

impl Rpc {
	pub(super) fn new(url: &str, settings: RpcSettings) -> Result<Self, SourceError> {
		let client = HttpClientBuilder::default()
			.request_timeout(TIMEOUT)
			.max_response_size(MAX_ANSWER_BYTES)
			.build(url)
			.map_err(|source| SourceError::Unreachable { url: url.to_owned(), source })?;
		Ok(Self {
			url: url.to_owned(),
			settings,
			client,
			answered: AtomicBool::new(false),
			next: Mutex::new(Instant::now()),
		})
	}

	/// Asks one thing.
	pub(super) async fn request<T: DeserializeOwned>(
		&self,
		method: &'static str,
		params: Vec<Value>,
	) -> Result<T, SourceError> {
		let mut tries = Tries::new(self.settings.retries);
		loop {
			self.await_turn(1).await;
			let error = match self.client.request(method, params.clone()).await {
				Ok(answer) => {
					self.answered.store(true, Ordering::Relaxed);
					return Ok(answer);
				}
				Err(error) => error,
			};
			self.wait_or_fail(&mut tries, method, error).await?;
		}
	}

	/// Asks several things of one kind of answer, which come in the order of the calls.
	pub(super) async fn batch<T: DeserializeOwned>(
		&self,
		calls: &[Call],
	) -> Result<Vec<T>, SourceError> {
		let mut answers = Vec::with_capacity(calls.len());
		for part in calls.chunks(self.settings.batch.max(1)) {
			match part {
				// Some nodes know no batches.
				[(method, params)] => answers.push(self.request(method, params.clone()).await?),
				_ => answers.extend(self.one_batch(part).await?),
			}
		}
		Ok(answers)
	}

	async fn one_batch<T: DeserializeOwned>(&self, calls: &[Call]) -> Result<Vec<T>, SourceError> {
		let mut tries = Tries::new(self.settings.retries);
		'again: loop {
			self.await_turn(calls.len()).await;
			let mut batch = BatchRequestBuilder::new();
			for (method, params) in calls {
				let url = self.url.clone();
				batch.insert(method, params.clone()).map_err(|source| SourceError::Answer {
					url,
					method: (*method).to_owned(),
					source,
				})?;
			}
			let first = calls.first().map(|(method, _)| *method).unwrap_or_default();
			let answered = match self.client.batch_request::<Value>(batch).await {
				Ok(answered) => answered,
				Err(error) => {
					self.wait_or_fail(&mut tries, first, error).await?;
					continue 'again;
				}
			};
			self.answered.store(true, Ordering::Relaxed);
			if answered.len() != calls.len() {
				let (url, expected, found) = (self.url.clone(), calls.len(), answered.len());
				return Err(SourceError::BatchLength { url, expected, found });
			}
			let mut answers = Vec::with_capacity(calls.len());
			for (answer, (method, _)) in answered.into_iter().zip(calls) {
				let value = match answer {
					Ok(value) => value,
					Err(error) => {
						let error = Error::Call(error.into_owned());
						self.wait_or_fail(&mut tries, method, error).await?;
						continue 'again;
					}
				};
				answers.push(serde_json::from_value(value).map_err(|source| {
					let (url, method) = (self.url.clone(), (*method).to_owned());
					SourceError::Answer { url, method, source }
				})?);
			}
			return Ok(answers);
		}
	}

	/// Waits until `count` requests may leave.
	async fn await_turn(&self, count: usize) {
		let Some(rate) = self.settings.rate else { return };
		let cost = Duration::from_secs(1)
			.saturating_mul(u32::try_from(count).unwrap_or(u32::MAX))
			.checked_div(rate)
			.unwrap_or_default();
		let turn = {
			let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
			let turn = (*next).max(Instant::now());
			*next = turn.checked_add(cost).unwrap_or(turn);
			turn
		};
		tokio::time::sleep_until(turn.into()).await;
	}

	/// Waits where another try can help.
	async fn wait_or_fail(
		&self,
		tries: &mut Tries,
		method: &str,
		error: Error,
	) -> Result<(), SourceError> {
		let again = match &error {
			Error::Call(error) => is_busy(error),
			Error::Transport(_) | Error::RequestTimeout => self.answered.load(Ordering::Relaxed),
			_ => false,
		};
		match tries.next_wait().filter(|_| again) {
			Some(wait) => {
				tracing::warn!(url = self.url, method, %error, ?wait, "trying again");
				tokio::time::sleep(wait).await;
				Ok(())
			}
			None => Err(self.error(method, error)),
		}
	}

	fn error(&self, method: &str, error: Error) -> SourceError {
		let (url, method) = (self.url.clone(), method.to_owned());
		match error {
			Error::Call(error) => SourceError::Refused {
				url,
				method,
				code: error.code(),
				message: error.message().to_owned(),
			},
			Error::ParseError(source) => SourceError::Answer { url, method, source },
			source => SourceError::Unreachable { url, source },
		}
	}
}

fn is_busy(error: &ErrorObject<'_>) -> bool {
	BUSY_CODES.contains(&error.code())
}

/// The tries of one request.
struct Tries {
	left: u32,
	wait: Duration,
}

impl Tries {
	fn new(left: u32) -> Self {
		Self { left, wait: FIRST_WAIT }
	}

	/// How long to wait before the next one, if there is any.
	fn next_wait(&mut self) -> Option<Duration> {
		self.left = self.left.checked_sub(1)?;
		let wait = self.wait;
		self.wait = self.wait.saturating_mul(2).min(LONGEST_WAIT);
		Some(wait)
	}
}

#[cfg(test)]
mod tests {
	use super::*;

	#[test]
	fn tries_are_bounded_and_wait_longer_each_time_works() {
		let mut tries = Tries::new(9);
		let waits: Vec<u128> =
			std::iter::from_fn(|| tries.next_wait()).map(|wait| wait.as_millis()).collect();
		assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
	}

	#[tokio::test]
	async fn rate_spreads_requests_works() {
		let settings = RpcSettings { rate: Some(100), ..RpcSettings::default() };
		let rpc = Rpc::new("http://127.0.0.1:9", settings).expect("prepared");
		let start = Instant::now();
		for count in [1, 4, 5, 1] {
			rpc.await_turn(count).await;
		}
		// The last one leaves ten hundredths of a second behind the first.
		assert!(start.elapsed() >= Duration::from_millis(100), "{:?}", start.elapsed());
	}
}
