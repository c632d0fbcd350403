//! What is due before execution.

use crate::{Config, ListSizes, RunnerError};
use frame_support::ensure;
use revm::{context_interface::cfg::gas::calculate_initial_tx_gas, primitives::hardfork::SpecId};
use sp_core::Get;

/// See [`crate::Pallet::ensure_gas_covers`].
pub(crate) fn check<T: Config>(
	gas_limit: u64,
	input: &[u8],
	is_create: bool,
	lists: ListSizes,
) -> Result<(), RunnerError> {
	let cap = T::TransactionGasLimit::get().unwrap_or(u64::MAX);
	ensure!(gas_limit <= cap, RunnerError::GasLimitExceedsCap { gas_limit, cap });
	let limit = T::BlockGasLimit::get();
	ensure!(gas_limit <= limit, RunnerError::GasLimitExceedsBlockLimit { gas_limit, limit });

	let spec = SpecId::from(T::Spec::get());
	let gas = calculate_initial_tx_gas(
		spec,
		input,
		is_create,
		lists.addresses,
		lists.slots,
		lists.authorizations,
		None,
	);
	// The floor of EIP-7623 exists since Prague.
	let floor = if spec.is_enabled_in(SpecId::PRAGUE) { gas.floor_gas() } else { 0 };
	let required = match gas.initial_total_gas() {
		initial if initial > gas_limit => initial,
		_ => floor,
	};
	ensure!(required <= gas_limit, RunnerError::GasLimitTooLow { gas_limit, required });
	Ok(())
}
