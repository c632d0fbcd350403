//! The engines that are measured beside each other, each on its own copy of a program's state.

mod frontier;
mod pallet;
mod plain;

pub use frontier::Frontier;
pub use pallet::{PalletNative, PalletWasm};
pub use plain::{KeyedRevm, PlainRevm};

use std::time::Duration;

use anyhow::Result;
use evm_testbed::Environment;
use pallet_evm::EvmSpec;
use sp_core::H160;

use crate::programs::Program;

/// How one call of a program ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
	/// Whether it succeeded.
	pub succeeded: bool,
	/// Gas used, refunds taken off.
	pub used_gas: u64,
	/// What it returned.
	pub output: Vec<u8>,
}

/// All calls of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
	/// How they ended.
	pub outcomes: Vec<Outcome>,
	/// What all of them took together, to write their changes included.
	pub time: Duration,
}

/// Something that runs programs.
pub trait Engine {
	/// Its name.
	fn name(&self) -> &'static str;

	/// Makes the state of a program ready.
	fn prepare(&self, program: &Program) -> Result<Box<dyn Prepared + '_>>;
}

/// A program on an engine.
pub trait Prepared {
	/// Runs it, from the same state every time.
	fn run(&mut self) -> Result<Run>;
}

/// The hard fork and block of every run: Cancun, the last hard fork that all engines know.
fn environment() -> Environment {
	Environment {
		spec: EvmSpec::Cancun,
		chain_id: 31_337,
		coinbase: H160::repeat_byte(0xaa),
		gas_limit: 1 << 40,
		..Default::default()
	}
}
