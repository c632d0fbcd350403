//! What the cases reached, as seen by plain revm.

use alloy_primitives::Address;
use pallet_evm::EvmSpec;
use revm::{
	bytecode::opcode::{OpCode, INVALID},
	context_interface::{ContextTr, CreateScheme},
	interpreter::{
		interpreter::EthInterpreter,
		interpreter_types::{Jumps, LoopControl},
		CallInputs, CallOutcome, CallScheme, CreateInputs, CreateOutcome, InstructionResult,
		Interpreter, InterpreterAction,
	},
	precompile::{Crypto, DefaultCrypto},
	Inspector,
};
use std::{collections::BTreeMap, fmt::Debug};

use crate::{case::Transaction, outcome::Exit};

/// Counts by name.
pub type Counts = BTreeMap<String, u64>;

/// Where the buckets of [`Coverage::depths`] begin.
const DEPTHS: [usize; 9] = [0, 1, 2, 3, 4, 8, 16, 64, 1024];

/// What was reached, and how often.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Coverage {
	/// Transactions.
	pub transactions: u64,
	/// Transactions that the pallet halted for want of memory.
	pub out_of_memory: u64,
	/// Transactions by hard fork.
	pub forks: Counts,
	/// Transactions by kind.
	pub kinds: Counts,
	/// Transactions by how they ended.
	pub exits: Counts,
	/// Transactions by what was wrong with them.
	pub refusals: Counts,
	/// Opcodes that did what they are for, under any hard fork.
	pub opcodes: Counts,
	/// Opcodes that did what they are for under Osaka.
	pub opcodes_of_osaka: Counts,
	/// Frames by the instruction or transaction that began them.
	pub calls: Counts,
	/// Frames by how they ended.
	pub results: Counts,
	/// Successful calls of precompiles.
	pub precompiles: Counts,
	/// Calls of precompiles that failed.
	pub failed_precompiles: Counts,
	/// Frames by depth.
	pub depths: Counts,
}

impl Coverage {
	/// Counts a transaction.
	pub fn transaction(&mut self, fork: EvmSpec, transaction: &Transaction, exit: &Exit) {
		self.transactions += 1;
		count(&mut self.forks, format!("{fork:?}"));
		let kind = if !transaction.authorizations.is_empty() {
			"EIP-7702"
		} else if transaction.max_priority_fee.is_some() {
			"EIP-1559"
		} else if !transaction.access_list.is_empty() {
			"EIP-2930"
		} else {
			"legacy"
		};
		count(&mut self.kinds, kind);
		if transaction.dispatch {
			count(&mut self.kinds, "dispatched");
		}
		count(&mut self.exits, exit.kind());
		if let Exit::Refused(reason) = exit {
			count(&mut self.refusals, *reason);
		}
	}

	/// Adds what another run reached.
	pub fn merge(&mut self, other: Self) {
		self.transactions += other.transactions;
		self.out_of_memory += other.out_of_memory;
		for (mine, others) in [
			(&mut self.forks, other.forks),
			(&mut self.kinds, other.kinds),
			(&mut self.exits, other.exits),
			(&mut self.refusals, other.refusals),
			(&mut self.opcodes, other.opcodes),
			(&mut self.opcodes_of_osaka, other.opcodes_of_osaka),
			(&mut self.calls, other.calls),
			(&mut self.results, other.results),
			(&mut self.precompiles, other.precompiles),
			(&mut self.failed_precompiles, other.failed_precompiles),
			(&mut self.depths, other.depths),
		] {
			for (name, number) in others {
				*mine.entry(name).or_default() += number;
			}
		}
	}

	/// What there is to reach and was not, by kind. Empty if everything was.
	pub fn missing(&self) -> BTreeMap<&'static str, Vec<String>> {
		let forks = FORKS.iter().map(|fork| format!("{fork:?}")).collect();
		let results = RESULTS.iter().map(|result| format!("{result:?}")).collect();
		let names = |names: &[&str]| names.iter().map(ToString::to_string).collect();
		let wanted: [(&'static str, Vec<String>, &Counts); 9] = [
			("forks", forks, &self.forks),
			("kinds", names(&KINDS), &self.kinds),
			("exits", names(&["success", "revert", "halt", "refused"]), &self.exits),
			("refusals", names(&REFUSALS), &self.refusals),
			("opcodes of Osaka", opcodes_of_osaka(), &self.opcodes_of_osaka),
			("calls", names(&CALLS), &self.calls),
			("results", results, &self.results),
			("precompiles", precompiles(&ALL), &self.precompiles),
			("failed precompiles", precompiles(&FALLIBLE), &self.failed_precompiles),
		];
		let mut missing = BTreeMap::new();
		for (kind, wanted, reached) in wanted {
			let not: Vec<String> =
				wanted.into_iter().filter(|name| !reached.contains_key(name)).collect();
			if !not.is_empty() {
				missing.insert(kind, not);
			}
		}
		missing
	}
}

/// All hard forks.
pub const FORKS: [EvmSpec; 14] = [
	EvmSpec::Frontier,
	EvmSpec::Homestead,
	EvmSpec::TangerineWhistle,
	EvmSpec::SpuriousDragon,
	EvmSpec::Byzantium,
	EvmSpec::Petersburg,
	EvmSpec::Istanbul,
	EvmSpec::Berlin,
	EvmSpec::London,
	EvmSpec::Paris,
	EvmSpec::Shanghai,
	EvmSpec::Cancun,
	EvmSpec::Prague,
	EvmSpec::Osaka,
];

/// Kinds of transactions.
const KINDS: [&str; 5] = ["legacy", "EIP-2930", "EIP-1559", "EIP-7702", "dispatched"];

/// What can be wrong with a transaction. The chain id is not among them: requests carry none.
const REFUSALS: [&str; 12] = [
	"balance",
	"payment range",
	"price below base fee",
	"priority fee above price",
	"nonce too low",
	"nonce too high",
	"nonce overflow",
	"gas limit too low",
	"gas limit above block",
	"gas limit above cap",
	"sender with code",
	"unsupported",
];

/// What begins a frame.
const CALLS: [&str; 8] = [
	"transaction to an account",
	"transaction that creates",
	"CALL",
	"CALLCODE",
	"DELEGATECALL",
	"STATICCALL",
	"CREATE",
	"CREATE2",
];

/// How a frame can end. Not among them: what revm has for other machines or hard forks; the overflow
/// of a balance, which needs more ether than the pallet can hold; and the overflow of a nonce, which
/// revm reports as a return.
const RESULTS: [InstructionResult; 26] = [
	InstructionResult::Stop,
	InstructionResult::Return,
	InstructionResult::SelfDestruct,
	InstructionResult::Revert,
	InstructionResult::CallTooDeep,
	InstructionResult::OutOfFunds,
	InstructionResult::OutOfGas,
	InstructionResult::MemoryOOG,
	InstructionResult::MemoryLimitOOG,
	InstructionResult::PrecompileOOG,
	InstructionResult::InvalidOperandOOG,
	InstructionResult::ReentrancySentryOOG,
	InstructionResult::OpcodeNotFound,
	InstructionResult::CallNotAllowedInsideStatic,
	InstructionResult::StateChangeDuringStaticCall,
	InstructionResult::InvalidFEOpcode,
	InstructionResult::InvalidJump,
	InstructionResult::NotActivated,
	InstructionResult::StackUnderflow,
	InstructionResult::StackOverflow,
	InstructionResult::OutOfOffset,
	InstructionResult::CreateCollision,
	InstructionResult::PrecompileError,
	InstructionResult::CreateContractSizeLimit,
	InstructionResult::CreateContractStartingWithEF,
	InstructionResult::CreateInitCodeSizeLimit,
];

/// The precompiles of Osaka.
const ALL: [u64; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 0xa, 0xb, 0xc, 0xd, 0xe, 0xf, 0x10, 0x11, 0x100];

/// Those that can fail: all, since each costs gas.
const FALLIBLE: [u64; 18] = ALL;

fn precompiles(numbers: &[u64]) -> Vec<String> {
	numbers.iter().map(|number| format!("{number:#x}")).collect()
}

/// All opcodes but those of hard forks after Osaka.
fn opcodes_of_osaka() -> Vec<String> {
	(0..=u8::MAX)
		.filter(|opcode| !LATER.contains(opcode))
		.filter_map(OpCode::new)
		.map(|opcode| opcode.as_str().to_string())
		.collect()
}

/// SLOTNUM, DUPN, SWAPN and EXCHANGE, which Amsterdam is to bring.
const LATER: [u8; 4] = [0x4b, 0xe6, 0xe7, 0xe8];

/// Watches plain revm and compares the precompiles that the pallet hands to the host with revm's own,
/// since both sides share them in one process.
#[derive(Debug)]
pub struct Recorder {
	/// What was reached.
	pub coverage: Coverage,
	fork: EvmSpec,
	opcodes: [u64; 256],
	last: u8,
	depth: usize,
}

impl Recorder {
	/// A recorder of cases under this hard fork.
	pub fn new(fork: EvmSpec) -> Self {
		Self { coverage: Coverage::default(), fork, opcodes: [0; 256], last: 0, depth: 0 }
	}

	fn begin(&mut self, name: &str) {
		count(&mut self.coverage.calls, name);
		let bucket = DEPTHS.iter().rev().find(|start| self.depth >= **start).unwrap_or(&0);
		count(&mut self.coverage.depths, format!("{bucket:>4} and deeper"));
		self.depth += 1;
	}

	fn end(&mut self, result: InstructionResult) {
		self.depth = self.depth.saturating_sub(1);
		count(&mut self.coverage.results, format!("{result:?}"));
		if self.depth == 0 {
			self.name_opcodes();
		}
	}

	/// Names are dear, so that numbers are counted during a transaction.
	fn name_opcodes(&mut self) {
		for (opcode, number) in self.opcodes.iter_mut().enumerate() {
			let Some(name) = OpCode::new(opcode as u8).filter(|_| *number > 0) else { continue };
			let name = name.as_str().to_string();
			if self.fork == EvmSpec::Osaka {
				*self.coverage.opcodes_of_osaka.entry(name.clone()).or_default() += *number;
			}
			*self.coverage.opcodes.entry(name).or_default() += *number;
			*number = 0;
		}
	}
}

impl<CTX: ContextTr> Inspector<CTX, EthInterpreter> for Recorder {
	fn step(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
		self.last = interpreter.bytecode.opcode();
	}

	fn step_end(&mut self, interpreter: &mut Interpreter<EthInterpreter>, _: &mut CTX) {
		let done = match interpreter.bytecode.action() {
			None | Some(InterpreterAction::NewFrame(_)) => true,
			Some(InterpreterAction::Return(result)) => {
				result.result.is_ok()
					|| result.result == InstructionResult::Revert
					|| (self.last == INVALID && result.result == InstructionResult::InvalidFEOpcode)
			}
		};
		if done {
			self.opcodes[usize::from(self.last)] += 1;
		}
	}

	fn call(&mut self, _: &mut CTX, inputs: &mut CallInputs) -> Option<CallOutcome> {
		self.begin(match inputs.scheme {
			_ if self.depth == 0 => "transaction to an account",
			CallScheme::Call => "CALL",
			CallScheme::CallCode => "CALLCODE",
			CallScheme::DelegateCall => "DELEGATECALL",
			CallScheme::StaticCall => "STATICCALL",
		});
		None
	}

	fn call_end(&mut self, context: &mut CTX, inputs: &CallInputs, outcome: &mut CallOutcome) {
		let result = outcome.result.result;
		if outcome.was_precompile_called {
			let address = inputs.bytecode_address;
			let name = format!("{:#x}", number(address));
			if result.is_ok() {
				count(&mut self.coverage.precompiles, name);
				check_host(number(address), &inputs.input.bytes(context), &outcome.result.output);
			} else {
				count(&mut self.coverage.failed_precompiles, name);
			}
		}
		self.end(result);
	}

	fn create(&mut self, _: &mut CTX, inputs: &mut CreateInputs) -> Option<CreateOutcome> {
		self.begin(match inputs.scheme() {
			_ if self.depth == 0 => "transaction that creates",
			CreateScheme::Create2 { .. } => "CREATE2",
			_ => "CREATE",
		});
		None
	}

	fn create_end(&mut self, _: &mut CTX, _: &CreateInputs, outcome: &mut CreateOutcome) {
		self.end(outcome.result.result);
	}
}

fn count(counts: &mut Counts, name: impl Into<String>) {
	*counts.entry(name.into()).or_default() += 1;
}

/// The last eight bytes of an address.
fn number(address: Address) -> u64 {
	let mut bytes = [0; 8];
	bytes.copy_from_slice(&address[12..]);
	u64::from_be_bytes(bytes)
}

/// The first call of the pallet makes its own SHA-256 and signature recovery those of the process.
fn check_host(precompile: u64, input: &[u8], output: &[u8]) {
	let expected = match precompile {
		1 => recovered(input),
		2 => DefaultCrypto.sha256(input).to_vec(),
		_ => return,
	};
	assert_eq!(output, expected, "precompile {precompile} of the host on {input:02x?}");
}

fn recovered(input: &[u8]) -> Vec<u8> {
	let mut padded = [0u8; 128];
	let length = input.len().min(128);
	padded[..length].copy_from_slice(&input[..length]);
	let [message, parity, signature @ ..] = padded.as_chunks::<32>().0 else { return Vec::new() };
	if parity[..31] != [0; 31] || !matches!(parity[31], 27 | 28) {
		return Vec::new();
	}
	let mut joined = [0u8; 64];
	joined.copy_from_slice(signature.as_flattened());
	DefaultCrypto
		.secp256k1_ecrecover(&joined, parity[31] - 27, message)
		.map(|address| address.to_vec())
		.unwrap_or_default()
}
