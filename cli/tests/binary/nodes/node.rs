//! Real Ethereum nodes, snapshots of them, and a proxy before them.

use std::{
	fs,
	io::{BufRead, BufReader, Read, Write},
	net::{TcpListener, TcpStream},
	path::{Path, PathBuf},
	process::{Child, Command, Stdio},
	sync::{
		atomic::{AtomicUsize, Ordering},
		Arc,
	},
	thread,
	time::{Duration, Instant},
};

use jsonrpsee_client::{core::client::ClientT, http_client::HttpClientBuilder};
use serde_json::{json, Value};
use tempfile::TempDir;

use super::{ENTRIES, INIT_CODE};
use crate::support::{result, run};

/// How long a node may take until it answers.
const START: Duration = Duration::from_secs(60);

pub(crate) struct Node {
	process: Child,
	pub(crate) url: String,
}

impl Drop for Node {
	fn drop(&mut self) {
		let _ = self.process.kill();
		let _ = self.process.wait();
	}
}

/// The folder of scripts, whose `node_modules` hold the nodes.
pub(crate) fn scripts() -> PathBuf {
	Path::new(env!("CARGO_MANIFEST_DIR")).join("../scripts")
}

/// Asks the node at `url`.
pub(crate) fn call(url: &str, method: &str, params: Value) -> Result<Value, String> {
	let client = HttpClientBuilder::default().build(url).expect("a client");
	let params: Vec<Value> = params.as_array().expect("parameters").clone();
	let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
	let answer = runtime.expect("a runtime").block_on(client.request(method, params));
	answer.map_err(|error| error.to_string())
}

fn free_port() -> u16 {
	let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
	listener.local_addr().expect("an address").port()
}

impl Node {
	pub(crate) fn anvil() -> Option<Self> {
		let packages = scripts().join("example/node_modules/@foundry-rs");
		let program = fs::read_dir(&packages)
			.into_iter()
			.flatten()
			.flatten()
			.map(|package| package.path().join("bin/anvil"))
			.find(|program| program.is_file() && !program.is_symlink());
		let Some(program) = program else {
			eprintln!("skipped: there is no anvil in {}", packages.display());
			return None;
		};
		let port = free_port();
		let mut command = Command::new(program);
		command.args(["--chain-id", "1337", "--hardfork", "cancun", "--port", &port.to_string()]);
		Some(Self::start(command, port))
	}

	pub(crate) fn ganache() -> Option<Self> {
		let program = scripts().join("sources/node_modules/ganache/dist/node/cli.js");
		if !program.is_file() {
			eprintln!("skipped: there is no ganache at {}", program.display());
			return None;
		}
		let port = free_port();
		let mut command = Command::new("node");
		command.arg(program).args(["--chain.hardfork", "shanghai", "--wallet.deterministic"]);
		command.args(["--chain.chainId", "1337", "--server.port", &port.to_string()]);
		Some(Self::start(command, port))
	}

	fn start(mut command: Command, port: u16) -> Self {
		let command = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
		let process = command.spawn().expect("the node starts");
		let node = Self { process, url: format!("http://127.0.0.1:{port}") };
		let deadline = Instant::now() + START;
		while node.try_call("eth_chainId", json!([])).is_err() {
			assert!(Instant::now() < deadline, "the node answers within {START:?}");
			thread::sleep(Duration::from_millis(100));
		}
		node
	}

	fn try_call(&self, method: &str, params: Value) -> Result<Value, String> {
		call(&self.url, method, params)
	}

	pub(crate) fn call(&self, method: &str, params: Value) -> Value {
		self.try_call(method, params).unwrap_or_else(|error| panic!("{method}: {error}"))
	}

	pub(crate) fn send(&self, transaction: Value) -> Value {
		let hash = self.call("eth_sendTransaction", json!([transaction]));
		let deadline = Instant::now() + START;
		loop {
			let receipt = self.call("eth_getTransactionReceipt", json!([hash]));
			if !receipt.is_null() {
				assert_eq!(receipt["status"], "0x1");
				return receipt;
			}
			assert!(Instant::now() < deadline, "a transaction is mined within {START:?}");
			thread::sleep(Duration::from_millis(20));
		}
	}

	/// Deploys the contract and sets its entries; gives its address.
	pub(crate) fn deploy(&self) -> String {
		let sender = self.call("eth_accounts", json!([]))[0].clone();
		let gas = "0x100000";
		let init = json!({ "from": sender, "data": format!("0x{INIT_CODE}"), "gas": gas });
		let contract = self.send(init)["contractAddress"].clone();
		for entry in 1..=ENTRIES {
			let data = format!("0x{entry:064x}{:064x}", entry * 1_000);
			self.send(json!({ "from": sender, "to": contract, "data": data, "gas": gas }));
		}
		contract.as_str().expect("an address").to_owned()
	}

	pub(crate) fn number(&self) -> u64 {
		let number = self.call("eth_blockNumber", json!([]));
		let digits = number.as_str().expect("a number").trim_start_matches("0x").to_owned();
		u64::from_str_radix(&digits, 16).expect("a number")
	}
}

pub(crate) struct Taken {
	folder: TempDir,
	pub(crate) count: usize,
}

impl Taken {
	pub(crate) fn new() -> Self {
		Self { folder: TempDir::new().expect("a folder"), count: 0 }
	}

	pub(crate) fn path(&self, name: &str) -> String {
		self.folder.path().join(name).to_str().expect("UTF-8").to_owned()
	}

	pub(crate) fn write(&self, name: &str, content: impl AsRef<[u8]>) -> String {
		let path = self.path(name);
		fs::write(&path, content).expect("written");
		path
	}

	/// Takes a snapshot; gives its bytes and what the program says of it.
	pub(crate) fn take(&mut self, arguments: &[&str]) -> (Vec<u8>, Value) {
		self.count += 1;
		let output = self.path(&format!("snapshot-{}", self.count));
		let all = [&["snapshot", "--output", &output], arguments].concat();
		let (code, data) = result(&run(&all));
		assert_eq!(code, 0, "{arguments:?}: {data}");
		assert!(!Path::new(&format!("{output}.work")).exists());
		(fs::read(&output).expect("the snapshot"), data)
	}
}

/// Hands requests on to the node at `url`, and closes the connection of each page of slots from
/// the `broken`th on; counts the pages.
pub(crate) fn proxy(url: &str, broken: usize) -> (String, Arc<AtomicUsize>) {
	let node = url.to_owned();
	let pages = Arc::new(AtomicUsize::new(0));
	let counter = pages.clone();
	let url = serve(move |request| {
		let page = request["method"] == json!("debug_storageRangeAt");
		let closes = page && counter.fetch_add(1, Ordering::SeqCst) + 1 >= broken;
		(!closes).then(|| answer(&node, request))
	});
	(url, pages)
}

/// Serves JSON-RPC over HTTP for the rest of the test, in batches too; a connection is closed where
/// there is no answer. Gives the URL.
pub(crate) fn serve(answer: impl Fn(&Value) -> Option<Value> + Send + Sync + 'static) -> String {
	let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
	let address = listener.local_addr().expect("an address");
	let answer = Arc::new(answer);
	thread::spawn(move || {
		for stream in listener.incoming().flatten() {
			let answer = answer.clone();
			thread::spawn(move || hand_on(stream, answer.as_ref()));
		}
	});
	format!("http://{address}")
}

fn hand_on(mut stream: TcpStream, answer: &dyn Fn(&Value) -> Option<Value>) {
	let mut reader = BufReader::new(stream.try_clone().expect("a stream"));
	let mut length = 0;
	loop {
		let mut line = String::new();
		let read = reader.read_line(&mut line).unwrap_or(0);
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
	let answer: Option<Value> = match serde_json::from_slice(&body).expect("a request") {
		Value::Array(requests) => requests.iter().map(answer).collect(),
		request => answer(&request),
	};
	let Some(answer) = answer.map(|answer| answer.to_string()) else { return };
	let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close\r\n";
	let message = format!("{head}content-length: {}\r\n\r\n{answer}", answer.len());
	let _ = stream.write_all(message.as_bytes());
}

/// What the node at `node` answers.
pub(crate) fn answer(node: &str, request: &Value) -> Value {
	let method = request["method"].as_str().expect("a method");
	match call(node, method, request["params"].clone()) {
		Ok(result) => json!({ "jsonrpc": "2.0", "id": request["id"], "result": result }),
		Err(message) => {
			let error = json!({ "code": -32_000, "message": message });
			json!({ "jsonrpc": "2.0", "id": request["id"], "error": error })
		}
	}
}
