//! Precompiles, with the time that they take beyond the weight of their gas.
//!
//! Gas prices them for a processor with native code. Compiled to Wasm, some take many times as long
//! for a unit of gas as ordinary instructions. So that a block is never longer than its weight says,
//! what they take more is counted beside the gas, and bounded for one execution.

use super::{convert::from_address, evm::FrameContext};
use crate::{Config, GasWeightMapping};
use alloc::string::{String, ToString};
use core::marker::PhantomData;
use revm::{
	handler::{EthPrecompiles, PrecompileProvider},
	interpreter::{CallInputs, Gas, InstructionResult, InterpreterResult},
	primitives::{hardfork::SpecId, Address, AddressSet},
};

/// Ethereum's precompiles.
pub(crate) struct FramePrecompiles<T> {
	inner: EthPrecompiles,
	/// Picoseconds beyond the weight of gas that may still be taken.
	left: u64,
	/// Picoseconds beyond the weight of gas that were taken.
	taken: u64,
	_config: PhantomData<T>,
}

impl<T: Config> FramePrecompiles<T> {
	/// The precompiles of a hard fork, for an execution with that gas limit.
	pub(super) fn new(spec: SpecId, gas_limit: u64) -> Self {
		let left = T::GasWeightMapping::surcharge_limit(gas_limit).ref_time();
		Self { inner: EthPrecompiles::new(spec), left, taken: 0, _config: PhantomData }
	}

	/// Picoseconds beyond the weight of gas that were taken.
	pub(super) fn taken(&self) -> u64 {
		self.taken
	}

	/// Runs a precompile, a unit of whose gas takes so many picoseconds more than it weighs, with no
	/// more gas than the time that is left allows.
	fn run_bounded(
		&mut self,
		context: &mut FrameContext<T>,
		inputs: &CallInputs,
		surcharge: u64,
	) -> Result<Option<InterpreterResult>, String> {
		let affordable = self.left.checked_div(surcharge).unwrap_or(u64::MAX);
		let bounded = CallInputs { gas_limit: inputs.gas_limit.min(affordable), ..inputs.clone() };
		let Some(result) = self.inner.run(context, &bounded)? else { return Ok(None) };
		let spent = result.gas.total_gas_spent();
		if result.result == InstructionResult::PrecompileOOG {
			// It looks at the price before it works.
			return if inputs.gas_limit <= affordable {
				Ok(Some(result))
			} else {
				Err("precompiles take more time than one transaction may".to_string())
			};
		}
		if !result.result.is_halt() {
			self.take(spent, surcharge);
			let mut gas = Gas::new(inputs.gas_limit);
			gas.set_spent(spent);
			return Ok(Some(InterpreterResult { gas, ..result }));
		}
		let work = T::GasWeightMapping::precompile_work(
			&from_address(inputs.bytecode_address),
			inputs.input.len(),
		);
		self.take(spent.min(work), surcharge);
		let mut gas = Gas::new(inputs.gas_limit);
		gas.spend_all();
		Ok(Some(InterpreterResult { gas, ..result }))
	}

	fn take(&mut self, gas: u64, surcharge: u64) {
		let time = gas.saturating_mul(surcharge);
		self.left = self.left.saturating_sub(time);
		self.taken = self.taken.saturating_add(time);
	}
}

impl<T: Config> PrecompileProvider<FrameContext<T>> for FramePrecompiles<T> {
	type Output = InterpreterResult;

	fn set_spec(&mut self, spec: SpecId) -> bool {
		PrecompileProvider::<FrameContext<T>>::set_spec(&mut self.inner, spec)
	}

	fn run(
		&mut self,
		context: &mut FrameContext<T>,
		inputs: &CallInputs,
	) -> Result<Option<InterpreterResult>, String> {
		match T::GasWeightMapping::precompile_surcharge(&from_address(inputs.bytecode_address)) {
			0 => self.inner.run(context, inputs),
			surcharge => self.run_bounded(context, inputs, surcharge),
		}
	}

	fn warm_addresses(&self) -> &AddressSet {
		self.inner.warm_addresses()
	}

	fn contains(&self, address: &Address) -> bool {
		self.inner.contains(address)
	}
}
