//! An answer of JSON-RPC over plain HTTP/1.1 (RFC 9112) that is read as it comes.
//!
//! Other answers are held whole, in text and as what they mean; this is for one that may be longer
//! than what should be held.

use std::{
	io::{self, BufRead, BufReader, Read, Write},
	net::TcpStream,
	time::Duration,
};

use serde::{de::Error, Deserialize};
use serde_json::json;

/// The longest wait for the next bytes.
const TIMEOUT: Duration = Duration::from_secs(120);
/// Most bytes before the body of an answer, and before its result.
const MAX_HEAD_BYTES: u64 = 1 << 16;

/// Why an answer cannot be read.
#[derive(Debug)]
pub(super) enum StreamError<E> {
	/// The connection: another try can help.
	Connection(io::Error),
	/// The node refuses.
	Refused {
		/// The error's code.
		code: i32,
		/// The error's message.
		message: String,
	},
	/// It has another form.
	Form(serde_json::Error),
	/// What the result was for.
	Taken(E),
}

/// Where a node is that speaks HTTP without encryption.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PlainUrl {
	/// Host and port.
	authority: String,
	path: String,
}

impl PlainUrl {
	/// `None` for another scheme, or with a user's name.
	pub(super) fn of(url: &str) -> Option<Self> {
		let rest = url.strip_prefix("http://")?;
		let rest = rest.split('#').next().unwrap_or_default();
		let end = rest.find(['/', '?']).unwrap_or(rest.len());
		let (host, path) = rest.split_at_checked(end)?;
		if host.is_empty() || host.contains('@') {
			return None;
		}
		// The colons of an address of IPv6 stand in brackets.
		let port = host.rsplit(']').next().is_some_and(|behind| behind.contains(':'));
		let authority = if port { host.to_owned() } else { format!("{host}:80") };
		let slash = if path.starts_with('/') { "" } else { "/" };
		Some(Self { authority, path: format!("{slash}{path}") })
	}

	/// Asks for bytes in hexadecimal digits, and hands them to `take` as they come.
	pub(super) fn ask<T, E>(
		&self,
		method: &str,
		take: impl FnOnce(&mut dyn Read) -> Result<T, E>,
	) -> Result<T, StreamError<E>> {
		let request = json!({ "jsonrpc": "2.0", "id": 0, "method": method, "params": [] });
		let mut body = self.post(&request.to_string()).map_err(StreamError::Connection)?;
		find_result::<E>(&mut body)?;
		let mut digits = Digits { source: &mut body, ended: false, broken: None };
		let taken = digits.prefix().map(|()| take(&mut digits));
		match (digits.broken, taken) {
			(Some(error), _) | (None, Err(error)) => Err(match error.kind() {
				io::ErrorKind::InvalidData => StreamError::Form(serde_json::Error::custom(error)),
				_ => StreamError::Connection(error),
			}),
			(None, Ok(taken)) => taken.map_err(StreamError::Taken),
		}
	}

	/// Posts a request; gives the body of the answer.
	fn post(&self, request: &str) -> io::Result<Box<dyn BufRead>> {
		let Self { authority, path } = self;
		let mut stream = TcpStream::connect(authority)?;
		stream.set_read_timeout(Some(TIMEOUT))?;
		stream.set_write_timeout(Some(TIMEOUT))?;
		let head = format!(
			"POST {path} HTTP/1.1\r\nhost: {authority}\r\ncontent-type: application/json\r\n\
			 accept: application/json\r\nconnection: close\r\ncontent-length: {}\r\n\r\n",
			request.len(),
		);
		stream.write_all(format!("{head}{request}").as_bytes())?;
		let mut reader = BufReader::with_capacity(1 << 16, stream);
		let head = Head::read(&mut reader)?;
		if head.status != "200" {
			return Err(io::Error::other(format!(
				"the answer has the HTTP status {}",
				head.status
			)));
		}
		let body: Box<dyn BufRead> = match (head.chunked, head.length) {
			(true, _) => {
				let chunked = Chunked { source: reader, left: 0, begun: false, ended: false };
				Box::new(BufReader::with_capacity(1 << 16, chunked))
			}
			(false, Some(length)) => Box::new(reader.take(length)),
			(false, None) => Box::new(reader),
		};
		Ok(body)
	}
}

/// What stands before the body of an answer.
#[derive(Debug, Default, PartialEq, Eq)]
struct Head {
	status: String,
	chunked: bool,
	length: Option<u64>,
}

impl Head {
	fn read(source: &mut impl BufRead) -> io::Result<Self> {
		let mut lines = source.take(MAX_HEAD_BYTES);
		let mut head = Self::default();
		let first = line(&mut lines)?;
		head.status = first.split_ascii_whitespace().nth(1).unwrap_or_default().to_owned();
		loop {
			let text = line(&mut lines)?;
			let Some((name, value)) = text.split_once(':') else {
				return match text.is_empty() {
					true => Ok(head),
					false => Err(invalid("the answer has a header without a colon")),
				};
			};
			let value = value.trim();
			if name.eq_ignore_ascii_case("transfer-encoding") {
				head.chunked = value.eq_ignore_ascii_case("chunked");
			}
			if name.eq_ignore_ascii_case("content-length") {
				let length = value.parse();
				head.length = Some(length.map_err(|_| invalid("the answer has no length"))?);
			}
		}
	}
}

/// A body in chunks (RFC 9112, section 7.1).
struct Chunked<R> {
	source: R,
	/// Bytes of the chunk that are still to come.
	left: u64,
	begun: bool,
	ended: bool,
}

impl<R: BufRead> Chunked<R> {
	fn next_chunk(&mut self) -> io::Result<()> {
		let mut lines = self.source.by_ref().take(MAX_HEAD_BYTES);
		if self.begun {
			// The end of the line behind a chunk.
			line(&mut lines)?;
		}
		self.begun = true;
		let text = line(&mut lines)?;
		let digits = text.split(';').next().unwrap_or_default().trim();
		let length = u64::from_str_radix(digits, 16);
		self.left = length.map_err(|_| invalid("the answer has a chunk without a length"))?;
		self.ended = self.left == 0;
		Ok(())
	}
}

impl<R: BufRead> Read for Chunked<R> {
	fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
		if self.left == 0 && !self.ended {
			self.next_chunk()?;
		}
		let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(out.len());
		let out = out.get_mut(..most).unwrap_or_default();
		if out.is_empty() {
			return Ok(0);
		}
		match self.source.read(out)? {
			0 => Err(io::ErrorKind::UnexpectedEof.into()),
			count => {
				self.left = self.left.saturating_sub(count as u64);
				Ok(count)
			}
		}
	}
}

/// Bytes in hexadecimal digits, up to the quote behind them.
struct Digits<'a> {
	source: &'a mut dyn BufRead,
	ended: bool,
	/// What happened to the connection: whoever reads may hide it.
	broken: Option<io::Error>,
}

impl Digits<'_> {
	fn prefix(&mut self) -> io::Result<()> {
		match (self.character()?, self.character()?) {
			(b'0', b'x') => Ok(()),
			_ => Err(invalid("the result is not in hexadecimal digits")),
		}
	}

	fn character(&mut self) -> io::Result<u8> {
		let mut byte = [0];
		self.source.read_exact(&mut byte)?;
		let [byte] = byte;
		Ok(byte)
	}

	/// The next byte, unless the quote is next.
	fn byte(&mut self) -> io::Result<Option<u8>> {
		let digit = |character: u8| {
			let digit = char::from(character).to_digit(16);
			digit.ok_or_else(|| invalid("the result is not in hexadecimal digits"))
		};
		let high = match self.character()? {
			b'"' => return Ok(None),
			high => digit(high)?,
		};
		let low = digit(self.character()?)?;
		// Two digits of base 16.
		Ok(Some(((high << 4) | low) as u8))
	}
}

impl Read for Digits<'_> {
	fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
		let mut count = 0;
		for place in out {
			if self.ended {
				break;
			}
			match self.byte() {
				Ok(Some(byte)) => {
					*place = byte;
					count += 1;
				}
				Ok(None) => self.ended = true,
				Err(error) => {
					let copy = io::Error::new(error.kind(), error.to_string());
					self.broken = Some(error);
					return Err(copy);
				}
			}
		}
		Ok(count)
	}
}

/// The answer of a node that refuses.
#[derive(Deserialize)]
struct Refusal {
	error: ErrorObject,
}

#[derive(Deserialize)]
struct ErrorObject {
	code: i32,
	message: String,
}

/// Passes over what stands before the result of an answer, and the quote that the result begins
/// with.
fn find_result<E>(source: &mut dyn BufRead) -> Result<(), StreamError<E>> {
	let mut head = Vec::new();
	for byte in source.take(MAX_HEAD_BYTES).bytes() {
		let byte = byte.map_err(StreamError::Connection)?;
		if byte == b'"' && ends_with_name(&head) {
			return Ok(());
		}
		head.push(byte);
	}
	match serde_json::from_slice::<Refusal>(&head) {
		Ok(Refusal { error: ErrorObject { code, message } }) => {
			Err(StreamError::Refused { code, message })
		}
		Err(error) if error.is_eof() => {
			Err(StreamError::Connection(io::ErrorKind::UnexpectedEof.into()))
		}
		Err(error) => Err(StreamError::Form(error)),
	}
}

/// Whether a text of JSON ends with the name of the result and a colon. In a string, quotes would
/// have backslashes.
fn ends_with_name(head: &[u8]) -> bool {
	let name = head.trim_ascii_end().strip_suffix(b":");
	name.is_some_and(|name| name.trim_ascii_end().ends_with(b"\"result\""))
}

/// A line without its end.
fn line(source: &mut impl BufRead) -> io::Result<String> {
	let mut text = String::new();
	source.read_line(&mut text)?;
	let line = text.strip_suffix('\n').ok_or(io::ErrorKind::UnexpectedEof)?;
	Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

fn invalid(text: &str) -> io::Error {
	io::Error::new(io::ErrorKind::InvalidData, text)
}

#[cfg(test)]
mod tests {
	use super::{super::fixture::read_request, *};
	use std::net::TcpListener;

	/// Gives this text to whoever connects, and hangs up.
	fn serve(answer: String) -> PlainUrl {
		let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
		let url = format!("http://{}/", listener.local_addr().expect("an address"));
		std::thread::spawn(move || {
			for stream in listener.incoming().flatten() {
				let mut reader = BufReader::new(stream);
				read_request(&mut reader);
				let _ = reader.get_mut().write_all(answer.as_bytes());
			}
		});
		PlainUrl::of(&url).expect("plain")
	}

	fn ask(url: &PlainUrl) -> Result<Vec<u8>, StreamError<io::Error>> {
		url.ask("a", |bytes| {
			let mut all = Vec::new();
			bytes.read_to_end(&mut all).map(|_| all)
		})
	}

	const OK: &str = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
	const BODY: &str = r#"{"jsonrpc":"2.0", "id":0, "result" : "0x0102ff"}"#;

	#[test]
	fn plain_url_of_each_form_works() {
		for (text, authority, path) in [
			("http://127.0.0.1:8545", "127.0.0.1:8545", "/"),
			("http://localhost/a/b?c=d#e", "localhost:80", "/a/b?c=d"),
			("http://[::1]:7?key", "[::1]:7", "/?key"),
			("http://[::1]", "[::1]:80", "/"),
		] {
			let url = PlainUrl { authority: authority.to_owned(), path: path.to_owned() };
			assert_eq!(PlainUrl::of(text), Some(url), "{text}");
		}
		for text in ["https://a", "ws://a", "http://user:password@a", "http://", "a:80"] {
			assert_eq!(PlainUrl::of(text), None, "{text}");
		}
	}

	#[test]
	fn result_in_each_form_of_a_body_works() {
		let length = format!("{OK}Content-Length: {}\r\n\r\n{BODY}", BODY.len());
		let closed = format!("{OK}\r\n{BODY}");
		let mut chunked = format!("{OK}transfer-encoding: chunked\r\n\r\n");
		for part in BODY.as_bytes().chunks(7) {
			let text = String::from_utf8_lossy(part);
			chunked.push_str(&format!("{:x};ext\r\n{text}\r\n", part.len()));
		}
		chunked.push_str("0\r\n\r\n");
		for answer in [length, closed, chunked] {
			assert_eq!(ask(&serve(answer.clone())).expect(&answer), [1, 2, 255]);
		}
	}

	#[test]
	fn answers_that_are_cut_off_or_of_another_form_fail() {
		let whole = format!("{OK}\r\n{BODY}");
		let end = whole.len() - "\"}".len();
		for length in [0, 10, OK.len(), OK.len() + 20, end - 1, end] {
			let error = ask(&serve(whole[..length].to_owned())).expect_err("cut off");
			assert!(matches!(error, StreamError::Connection(_)), "{length}: {error:?}");
		}
		let error = ask(&serve("HTTP/1.1 503 Busy\r\n\r\n".to_owned())).expect_err("busy");
		assert!(matches!(error, StreamError::Connection(_)), "{error:?}");
		let long = format!("{OK}content-length: 10\r\n\r\n{BODY}");
		let error = ask(&serve(long)).expect_err("shorter than its result");
		assert!(matches!(error, StreamError::Connection(_)), "{error:?}");
		for body in ["{}", "[]", r#"{"result": 7}"#, r#"{"result": "7"}"#, r#"{"result": "0xzz"}"#]
		{
			let error = ask(&serve(format!("{OK}\r\n{body}"))).expect_err(body);
			assert!(matches!(error, StreamError::Form(_)), "{body}: {error:?}");
		}
		let body = r#"{"id":0,"error":{"code":-32601,"message":"\"result\":\"0x\" is not there"}}"#;
		let error = ask(&serve(format!("{OK}\r\n{body}"))).expect_err("refused");
		assert!(matches!(error, StreamError::Refused { code: -32_601, .. }), "{error:?}");
		// What reads the bytes may stop.
		let url = serve(whole);
		let error = url.ask("a", |_| Err::<(), &str>("enough")).expect_err("enough");
		assert!(matches!(error, StreamError::Taken("enough")), "{error:?}");
	}
}
