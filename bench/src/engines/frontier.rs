//! The crate `evm` 0.43, which is the engine of Frontier, as a Wasm blob on pallet-evm's storage.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use codec::{Decode, DecodeAll, Encode};
use sp_core::{Blake2Hasher, H160, U256};
use sp_state_machine::{InMemoryBackend, OverlayedChanges};

use super::{environment, pallet::frame_state, Engine, Outcome, Prepared, Run};
use crate::{
	chain::Machine,
	programs::{Program, SENDER},
};

/// The engine in the Wasm executor.
pub struct Frontier(Machine);

impl Frontier {
	/// Compiles the blob that `bench/frontier` was built to.
	pub fn new(path: &Path) -> Result<Self> {
		let code = fs::read(path).with_context(|| format!("{}", path.display()))?;
		Ok(Self(Machine::with_code(code)?))
	}
}

/// As the blob's type of the same name.
#[derive(Encode)]
struct Block {
	chain_id: u64,
	coinbase: H160,
	number: u32,
	timestamp: u64,
	gas_limit: u64,
	base_fee: u64,
}

/// As the blob's type of the same name.
#[derive(Encode)]
struct Call {
	source: H160,
	target: H160,
	input: Vec<u8>,
	value: U256,
	gas_limit: u64,
}

/// As the blob's type of the same name.
#[derive(Decode)]
struct Answered {
	succeeded: bool,
	used_gas: u64,
	output: Vec<u8>,
}

struct OnStorage<'a> {
	machine: &'a Machine,
	state: InMemoryBackend<Blake2Hasher>,
	argument: Vec<u8>,
}

impl Engine for Frontier {
	fn name(&self) -> &'static str {
		"evm 0.43, Wasm"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		let environment = environment();
		let block = Block {
			chain_id: environment.chain_id,
			coinbase: environment.coinbase,
			number: environment.number,
			timestamp: environment.timestamp,
			gas_limit: environment.gas_limit,
			base_fee: environment.base_fee,
		};
		let calls = program.calls.iter().map(|call| Call {
			source: SENDER,
			target: call.target,
			input: call.input.clone(),
			value: U256::zero(),
			gas_limit: program.gas_limit,
		});
		let argument = (block, calls.collect::<Vec<_>>()).encode();
		Ok(Box::new(OnStorage { machine: &self.0, state: frame_state(program)?, argument }))
	}
}

impl Prepared for OnStorage<'_> {
	fn run(&mut self) -> Result<Run> {
		let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
		let answer = self.machine.call(&mut overlay, &self.state, "execute", &self.argument)?;
		let answered = Vec::<Answered>::decode_all(&mut &*answer.output)?;
		let outcomes = answered.into_iter().map(|one| Outcome {
			succeeded: one.succeeded,
			used_gas: one.used_gas,
			output: one.output,
		});
		Ok(Run { outcomes: outcomes.collect(), time: answer.time })
	}
}
