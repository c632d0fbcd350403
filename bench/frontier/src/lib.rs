//! The crate `evm` 0.43, which is the engine of Frontier's pallet-evm, on the storage that pallet-evm
//! keeps, as a Wasm blob for Substrate's executor.
//!
//! One export, `execute`: runs message calls one after the other and writes what each changes. The
//! hard fork is Cancun, the last that the crate knows whole.
#![no_std]

extern crate alloc;
// The allocator of the runtimes.
extern crate runtime_allocator as _;

mod backend;
mod precompiles;

use alloc::{vec, vec::Vec};

use backend::FrameBackend;
use codec::{Decode, Encode};
use evm::{
	executor::stack::{MemoryStackState, StackExecutor, StackSubstateMetadata},
	Config,
};
use precompiles::Precompiles;
use sp_core::{H160, U256};

/// What a call sees of chain and block.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Block {
	/// The chain id.
	pub chain_id: u64,
	/// Who gets the tips.
	pub coinbase: H160,
	/// The number.
	pub number: u32,
	/// Seconds since the epoch.
	pub timestamp: u64,
	/// The gas limit.
	pub gas_limit: u64,
	/// The base fee in wei.
	pub base_fee: u64,
}

/// A message call.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Call {
	/// The sender.
	pub source: H160,
	/// The contract.
	pub target: H160,
	/// Data.
	pub input: Vec<u8>,
	/// Wei.
	pub value: U256,
	/// The most gas.
	pub gas_limit: u64,
}

/// How a call ended.
#[derive(Clone, Debug, Encode, Decode)]
pub struct Outcome {
	/// Whether it succeeded.
	pub succeeded: bool,
	/// Gas used, refunds taken off.
	pub used_gas: u64,
	/// What it returned.
	pub output: Vec<u8>,
}

/// Runs the calls. The argument is the SCALE encoding of `(Block, Vec<Call>)` at that address and of
/// that length, the result the encoding of a `Vec<Outcome>`, as Substrate's executor wants it.
///
/// # Panics
/// If the argument does not decode.
#[no_mangle]
pub extern "C" fn execute(data: *const u8, length: usize) -> u64 {
	let bytes = if length == 0 {
		&[]
	} else {
		// SAFETY: the executor passes the address and the length of bytes that it has allocated.
		unsafe { core::slice::from_raw_parts(data, length) }
	};
	let Ok((block, calls)) = <(Block, Vec<Call>)>::decode(&mut &*bytes) else {
		panic!("the argument is neither block nor calls")
	};
	let outcomes: Vec<Outcome> = calls.into_iter().map(|call| run(&block, call)).collect();
	sp_core::to_substrate_wasm_fn_return_value(&outcomes)
}

fn run(block: &Block, call: Call) -> Outcome {
	let config = Config::cancun();
	let mut backend = FrameBackend::new(block.clone(), call.source);
	let metadata = StackSubstateMetadata::new(call.gas_limit, &config);
	let state = MemoryStackState::new(metadata, &mut backend);
	let mut executor = StackExecutor::new_with_precompiles(state, &config, &Precompiles);
	let (reason, output) = executor.transact_call(
		call.source,
		call.target,
		call.value,
		call.input,
		call.gas_limit,
		vec![],
		vec![],
	);
	let used_gas = executor.used_gas();
	let (changes, logs) = executor.into_state().deconstruct();
	let (changes, logs): (Vec<_>, Vec<_>) =
		(changes.into_iter().collect(), logs.into_iter().collect());
	for change in changes {
		backend.apply(change);
	}
	if reason.is_succeed() {
		for log in logs {
			backend::deposit(&log);
		}
	}
	Outcome { succeeded: reason.is_succeed(), used_gas, output }
}
