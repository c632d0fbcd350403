//! The binary, and a JSON-RPC server that answers as a test wants.

use std::{
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	process::{Command, Output},
	thread,
};

use serde_json::{json, Value};

/// Runs the binary with these arguments and `--json`.
pub(crate) fn run(arguments: &[&str]) -> Output {
	Command::new(env!("CARGO_BIN_EXE_evm-migrate"))
		.args(arguments)
		.arg("--json")
		.env_remove("EVM_MIGRATE_SURI")
		.output()
		.expect("the binary runs")
}

/// The exit code and the object on the last line of stdout.
pub(crate) fn result(output: &Output) -> (i32, Value) {
	let stdout = String::from_utf8(output.stdout.clone()).expect("text");
	let line = stdout.lines().last().expect("a line on stdout");
	let value = serde_json::from_str(line).expect("JSON on the last line");
	(output.status.code().expect("an exit code"), value)
}

/// Everything that the program said on stderr.
pub(crate) fn talk(output: &Output) -> String {
	String::from_utf8(output.stderr.clone()).expect("text")
}

/// Serves JSON-RPC over HTTP for the rest of the test; gives the URL.
pub(crate) fn serve(answer: fn(&str) -> Value) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
	let address = listener.local_addr().expect("an address");
	thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			thread::spawn(move || serve_one(stream, answer));
		}
	});
	format!("http://{address}")
}

fn serve_one(stream: TcpStream, answer: fn(&str) -> Value) {
	let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
	let mut stream = stream;
	loop {
		let mut length = 0usize;
		loop {
			let mut line = String::new();
			if reader.read_line(&mut line).unwrap_or(0) == 0 {
				return;
			}
			let line = line.trim().to_ascii_lowercase();
			if let Some(number) = line.strip_prefix("content-length:") {
				length = number.trim().parse().expect("a length");
			}
			if line.is_empty() {
				break;
			}
		}
		let mut body = vec![0; length];
		reader.read_exact(&mut body).expect("a body");
		let request: Value = serde_json::from_slice(&body).expect("a request");
		let method = request["method"].as_str().expect("a method");
		let reply = json!({ "jsonrpc": "2.0", "id": request["id"], "result": answer(method) });
		let reply = reply.to_string();
		let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n";
		let message = format!("{head}content-length: {}\r\n\r\n{reply}", reply.len());
		if stream.write_all(message.as_bytes()).is_err() {
			return;
		}
	}
}
