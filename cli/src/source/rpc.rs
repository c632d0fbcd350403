//! JSON-RPC over HTTP: in batches, below a rate, with another try where that can help.

use std::{
	io::Read,
	sync::{
		atomic::{AtomicBool, Ordering},
		Mutex, PoisonError,
	},
	time::{Duration, Instant},
};

use jsonrpsee_client::{
	core::{
		client::{ClientT, Error},
		http_helpers::HttpError,
		params::BatchRequestBuilder,
	},
	http_client::{transport::Error as TransportError, HttpClient, HttpClientBuilder},
	types::ErrorObject,
};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::{
	stream::{PlainUrl, StreamError},
	SourceError,
};

/// The longest answer in bytes: more than a thousand codes of the longest kind take.
const MAX_ANSWER_BYTES: u32 = 64 << 20;
/// The longest trace: a transaction of 2^24 gas has millions of instructions, where the node lists
/// them.
const MAX_TRACE_BYTES: u32 = 512 << 20;
/// The longest dump that is held: anvil gives its whole state in one answer.
const MAX_DUMP_BYTES: u32 = 1 << 30;
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
	/// For answers of each length.
	ordinary: HttpClient,
	traces: HttpClient,
	dumps: HttpClient,
	/// Whether it ever answered: one that never did is not tried again.
	answered: AtomicBool,
	/// When the next request may leave.
	next: Mutex<Instant>,
}

impl Rpc {
	pub(super) fn new(url: &str, settings: RpcSettings) -> Result<Self, SourceError> {
		let client = |limit| {
			HttpClientBuilder::default()
				.request_timeout(TIMEOUT)
				.max_response_size(limit)
				.build(url)
				.map_err(|source| SourceError::Unreachable { url: url.to_owned(), source })
		};
		Ok(Self {
			url: url.to_owned(),
			settings,
			ordinary: client(MAX_ANSWER_BYTES)?,
			traces: client(MAX_TRACE_BYTES)?,
			dumps: client(MAX_DUMP_BYTES)?,
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
			let error = match self.client(method).request(method, params.clone()).await {
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
		let (mut rest, mut size) = (calls, self.settings.batch.max(1));
		while let Some((part, behind)) = rest.split_at_checked(size.min(rest.len())) {
			match part {
				[] => break,
				// Some nodes know no batches.
				[(method, params)] => answers.push(self.request(method, params.clone()).await?),
				_ => match self.one_batch(part).await {
					Ok(part) => answers.extend(part),
					// Too much work, or too much to say, for one answer.
					Err(
						SourceError::Unreachable { source: Error::RequestTimeout, .. }
						| SourceError::AnswerTooLong { .. },
					) => {
						size = part.len().div_ceil(2);
						continue;
					}
					Err(error) => return Err(error),
				},
			}
			rest = behind;
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
			let answered = match self.client(first).batch_request::<Value>(batch).await {
				Ok(answered) => answered,
				Err(error @ Error::RequestTimeout) => return Err(self.error(first, error)),
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

	/// Asks for bytes that are read as they come, which needs a node without encryption.
	pub(super) async fn stream<T, F>(
		&self,
		url: PlainUrl,
		method: &'static str,
		take: F,
	) -> Result<T, SourceError>
	where
		T: Send + 'static,
		F: Fn(&mut dyn Read) -> Result<T, SourceError> + Clone + Send + 'static,
	{
		let mut tries = Tries::new(self.settings.retries);
		loop {
			self.await_turn(1).await;
			let (url, take) = (url.clone(), take.clone());
			let asked = tokio::task::spawn_blocking(move || url.ask(method, take)).await;
			let error = match asked {
				Ok(Ok(taken)) => {
					self.answered.store(true, Ordering::Relaxed);
					return Ok(taken);
				}
				Ok(Err(StreamError::Taken(error))) => return Err(error),
				Ok(Err(StreamError::Form(source))) => Error::ParseError(source),
				Ok(Err(StreamError::Refused { code, message })) => {
					Error::Call(ErrorObject::owned(code, message, None::<()>))
				}
				Ok(Err(StreamError::Connection(error))) => Error::Transport(error.into()),
				Err(error) => Error::Transport(error.into()),
			};
			self.wait_or_fail(&mut tries, method, error).await?;
		}
	}

	/// The client for answers as long as those of a method may be.
	fn client(&self, method: &str) -> &HttpClient {
		match limit(method) {
			MAX_DUMP_BYTES => &self.dumps,
			MAX_TRACE_BYTES => &self.traces,
			_ => &self.ordinary,
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
			Error::Transport(source) if is_too_long(source.as_ref()) => false,
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
			Error::Transport(source) if is_too_long(source.as_ref()) => {
				let limit = limit(&method);
				SourceError::AnswerTooLong { url, method, limit }
			}
			source => SourceError::Unreachable { url, source },
		}
	}
}

/// The longest answer to a method in bytes.
fn limit(method: &str) -> u32 {
	match method {
		"anvil_dumpState" => MAX_DUMP_BYTES,
		"debug_traceTransaction" => MAX_TRACE_BYTES,
		_ => MAX_ANSWER_BYTES,
	}
}

/// Whether an answer was longer than its client takes.
fn is_too_long(error: &(dyn std::error::Error + 'static)) -> bool {
	matches!(
		error.downcast_ref::<TransportError>(),
		Some(TransportError::Http(HttpError::TooLarge))
	)
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
	use super::{super::fixture::read_request, *};
	use std::{
		io::{BufReader, Write},
		net::TcpListener,
	};

	#[test]
	fn tries_are_bounded_and_wait_longer_each_time_works() {
		let mut tries = Tries::new(9);
		let waits: Vec<u128> =
			std::iter::from_fn(|| tries.next_wait()).map(|wait| wait.as_millis()).collect();
		assert_eq!(waits, [250, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 16_000, 16_000]);
	}

	/// Serves each answer once, and then the last one for ever.
	fn serve(answers: &'static [&'static str]) -> String {
		let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
		let url = format!("http://{}", listener.local_addr().expect("an address"));
		std::thread::spawn(move || {
			let mut answers = answers.iter();
			let mut last = "";
			for stream in listener.incoming().flatten() {
				let mut reader = BufReader::new(stream);
				let request = read_request(&mut reader);
				last = answers.next().copied().unwrap_or(last);
				let answer = last.replace("ID", &request["id"].to_string());
				let _ = reader.get_mut().write_all(answer.as_bytes());
			}
		});
		url
	}

	/// An answer whose connection is closed behind it.
	macro_rules! answer {
		($status:literal, $body:expr) => {
			concat!(
				"HTTP/1.1 ",
				$status,
				"\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n",
				$body
			)
		};
	}
	const GOOD: &str = answer!("200 OK", r#"{"jsonrpc":"2.0","id":ID,"result":"0x7"}"#);

	fn rpc(url: &str, retries: u32) -> Rpc {
		Rpc::new(url, RpcSettings { retries, ..RpcSettings::default() }).expect("prepared")
	}

	#[tokio::test]
	async fn request_of_a_busy_node_is_tried_again_works() {
		const BUSY: &str = answer!(
			"200 OK",
			r#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32005,"message":"slow"}}"#
		);
		let url = serve(&[BUSY, GOOD]);
		let answer: String = rpc(&url, 1).request("a", Vec::new()).await.expect("an answer");
		assert_eq!(answer, "0x7");
		let url = serve(&[BUSY]);
		let error = rpc(&url, 1).request::<String>("a", Vec::new()).await.expect_err("busy");
		assert!(matches!(error, SourceError::Refused { code: -32_005, .. }), "{error:?}");
	}

	#[tokio::test]
	async fn request_of_a_node_that_answered_before_is_tried_again_works() {
		const GONE: &str = answer!("503 Service Unavailable", "");
		let url = serve(&[GOOD, GONE, GOOD]);
		let rpc = rpc(&url, 1);
		for _ in 0..2 {
			let answer: String = rpc.request("a", Vec::new()).await.expect("an answer");
			assert_eq!(answer, "0x7");
		}
		let url = serve(&[GONE]);
		let never = self::rpc(&url, 5).request::<String>("a", Vec::new()).await;
		assert!(matches!(never, Err(SourceError::Unreachable { .. })), "{never:?}");
	}

	#[tokio::test]
	async fn request_that_is_refused_is_not_tried_again_fails() {
		const NO: &str = answer!(
			"200 OK",
			r#"{"jsonrpc":"2.0","id":ID,"error":{"code":-32601,"message":"no such method"}}"#
		);
		let url = serve(&[NO, GOOD]);
		let error = rpc(&url, 5).request::<String>("a", Vec::new()).await.expect_err("refused");
		assert!(matches!(error, SourceError::Refused { code: -32_601, .. }), "{error:?}");
	}

	#[tokio::test]
	async fn answer_above_the_limit_of_its_method_fails() {
		// More bytes are announced than an ordinary answer may have; they never come.
		const LONG: &str = concat!(
			"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n",
			"content-length: 67108865\r\n\r\n{"
		);
		let url = serve(&[GOOD, LONG]);
		let rpc = rpc(&url, 3);
		rpc.request::<String>("a", Vec::new()).await.expect("an answer");
		let error = rpc.request::<String>("a", Vec::new()).await.expect_err("too long");
		let SourceError::AnswerTooLong { method, limit, .. } = &error else { panic!("{error:?}") };
		assert_eq!((method.as_str(), *limit), ("a", MAX_ANSWER_BYTES));
		// A dump may be longer: the bytes are waited for, and are missing.
		let error =
			rpc.request::<String>("anvil_dumpState", Vec::new()).await.expect_err("cut off");
		assert!(matches!(error, SourceError::Unreachable { .. }), "{error:?}");
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
