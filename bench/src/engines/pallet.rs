//! pallet-evm in the test runtime, natively and as Wasm.

use anyhow::{anyhow, Context, Result};
use codec::{DecodeAll, Encode};
use evm_testbed::{state, CurrentEnvironment};
use pallet_evm::{ExecuteRequest, ExecutionInfo, RunnerError};
use sc_executor::with_externalities_safe;
use sp_core::{Blake2Hasher, U256};
use sp_state_machine::{Ext, InMemoryBackend, OverlayedChanges};

use super::{environment, Engine, Outcome, Prepared, Run};
use crate::{
	chain::{Clock, Machine},
	programs::{Program, SENDER},
};

type Results = Vec<Result<ExecutionInfo, RunnerError>>;

/// The pallet, native.
pub struct PalletNative;

/// The pallet in the Wasm executor.
pub struct PalletWasm(Machine);

impl PalletWasm {
	/// Compiles the test runtime.
	pub fn new() -> Result<Self> {
		let code = evm_testbed::WASM_BINARY.context("the test runtime has no Wasm")?;
		Ok(Self(Machine::with_code(code.to_vec())?))
	}
}

struct Native {
	state: InMemoryBackend<Blake2Hasher>,
	requests: Vec<ExecuteRequest>,
}

struct Wasm<'a> {
	machine: &'a Machine,
	state: InMemoryBackend<Blake2Hasher>,
	requests: Vec<u8>,
}

impl Engine for PalletNative {
	fn name(&self) -> &'static str {
		"pallet, native"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		let (state, requests) = (frame_state(program)?, requests(program));
		Ok(Box::new(Native { state, requests }))
	}
}

impl Engine for PalletWasm {
	fn name(&self) -> &'static str {
		"pallet, Wasm"
	}

	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>> {
		let (state, requests) = (frame_state(program)?, requests(program).encode());
		Ok(Box::new(Wasm { machine: &self.0, state, requests }))
	}
}

impl Prepared for Native {
	fn run(&mut self) -> Result<Run> {
		let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
		let requests = self.requests.clone();
		let mut ext = Ext::new(&mut overlay, &self.state, None);
		let clock = Clock::start();
		let results = with_externalities_safe(&mut ext, || evm_testbed::bench::execute(requests))
			.map_err(|error| anyhow!("{error}"))?;
		let time = clock.elapsed();
		Ok(Run { outcomes: outcomes(results)?, time })
	}
}

impl Prepared for Wasm<'_> {
	fn run(&mut self) -> Result<Run> {
		let mut overlay = OverlayedChanges::<Blake2Hasher>::default();
		let answer =
			self.machine.call(&mut overlay, &self.state, "BenchApi_execute", &self.requests)?;
		let results = Results::decode_all(&mut &*answer.output)?;
		Ok(Run { outcomes: outcomes(results)?, time: answer.time })
	}
}

/// A program's accounts in the storage of the test runtime, in a block.
pub(super) fn frame_state(program: &Program) -> Result<InMemoryBackend<Blake2Hasher>> {
	let mut externalities = sp_io::TestExternalities::default();
	externalities.execute_with(|| {
		let environment = environment();
		// The programs run in the next block.
		frame_system::Pallet::<evm_testbed::Runtime>::set_block_number(environment.number - 1);
		CurrentEnvironment::set(&environment);
		for (address, account) in &program.accounts {
			state::load(*address, account).map_err(|error| anyhow!("{address:?}: {error:?}"))?;
		}
		Ok::<_, anyhow::Error>(())
	})?;
	externalities.commit_all().map_err(|error| anyhow!("{error}"))?;
	Ok(externalities.backend)
}

fn requests(program: &Program) -> Vec<ExecuteRequest> {
	let price = U256::from(environment().base_fee);
	let requests = program.calls.iter().zip(0..).map(|(call, nonce)| ExecuteRequest {
		max_fee_per_gas: Some(price),
		nonce: Some(nonce),
		..ExecuteRequest::call(SENDER, call.target, call.input.clone(), program.gas_limit)
	});
	requests.collect()
}

fn outcomes(results: Results) -> Result<Vec<Outcome>> {
	let outcomes = results.into_iter().map(|result| {
		let info = result.map_err(|error| anyhow!("{error}"))?;
		Ok(Outcome {
			succeeded: info.exit.is_succeed(),
			used_gas: info.used_gas,
			output: info.value,
		})
	});
	outcomes.collect()
}
