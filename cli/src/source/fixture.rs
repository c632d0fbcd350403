//! A JSON-RPC server that answers as a test wants, and packed bytes.

use std::{
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	sync::Arc,
};

use serde_json::{json, Value};

/// Serves single requests over HTTP for the rest of the test, each with a connection of its own: a
/// result, or the code of an error. Gives the URL.
pub(crate) fn serve(
	answer: impl Fn(&Value) -> Result<Value, i32> + Send + Sync + 'static,
) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
	let url = format!("http://{}", listener.local_addr().expect("an address"));
	let answer = Arc::new(answer);
	std::thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			let answer = answer.clone();
			std::thread::spawn(move || respond(stream, answer.as_ref()));
		}
	});
	url
}

fn respond(stream: TcpStream, answer: &dyn Fn(&Value) -> Result<Value, i32>) {
	let mut reader = BufReader::new(stream);
	let request = read_request(&mut reader);
	let mut reply = json!({ "jsonrpc": "2.0", "id": request["id"] });
	match answer(&request) {
		Ok(result) => reply["result"] = result,
		Err(code) => reply["error"] = json!({ "code": code, "message": "no" }),
	}
	let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n\r\n";
	// A client that hangs up is no failure.
	let _ = reader.get_mut().write_all(format!("{head}{reply}").as_bytes());
}

/// The JSON in the body of an HTTP request.
pub(super) fn read_request(reader: &mut BufReader<TcpStream>) -> Value {
	let mut length = 0;
	loop {
		let mut line = String::new();
		let read = reader.read_line(&mut line).expect("a line");
		let line = line.trim().to_ascii_lowercase();
		if let Some(number) = line.strip_prefix("content-length:") {
			length = number.trim().parse().expect("a length");
		}
		if line.is_empty() || read == 0 {
			break;
		}
	}
	let mut body = vec![0; length];
	reader.read_exact(&mut body).expect("a body");
	serde_json::from_slice(&body).expect("a request")
}

/// Packs bytes with gzip, in blocks that are stored as they are.
pub(crate) fn gzip(content: &[u8]) -> Vec<u8> {
	let mut packed = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3];
	let mut blocks = content.chunks(usize::from(u16::MAX)).peekable();
	while let Some(block) = blocks.next() {
		packed.push(u8::from(blocks.peek().is_none()));
		let length = block.len() as u16;
		packed.extend_from_slice(&length.to_le_bytes());
		packed.extend_from_slice(&(!length).to_le_bytes());
		packed.extend_from_slice(block);
	}
	let crc = content.iter().fold(u32::MAX, |crc, byte| {
		(0..8).fold(crc ^ u32::from(*byte), |crc, _| match crc & 1 {
			0 => crc >> 1,
			_ => (crc >> 1) ^ 0xedb8_8320,
		})
	});
	packed.extend_from_slice(&(!crc).to_le_bytes());
	packed.extend_from_slice(&(content.len() as u32).to_le_bytes());
	packed
}
