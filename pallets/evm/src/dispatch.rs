//! From the calls of this pallet to the engine, and from its outcome to events and weight.

use crate::{
	Config, Error, Event, ExecuteMode, ExecuteRequest, GasWeightMapping, OnChargeEvmTransaction,
	Pallet, WeightInfo, LOG_TARGET,
};
use frame_support::{
	dispatch::{DispatchErrorWithPostInfo, DispatchResultWithPostInfo, Pays, PostDispatchInfo},
	weights::Weight,
};
use sp_core::U256;

impl<T: Config> Pallet<T> {
	/// The weight of an execution that may use, or used, this much gas.
	pub fn execution_weight(gas: u64) -> Weight {
		T::GasWeightMapping::gas_to_weight(gas, true).saturating_add(T::WeightInfo::execute())
	}

	/// Executes a request whose origin was checked.
	pub(crate) fn dispatch(request: ExecuteRequest) -> DispatchResultWithPostInfo {
		let address = Self::target_address(&request);
		let is_create = request.target.is_create();
		let post_info = |gas, pays_fee| PostDispatchInfo {
			actual_weight: Some(Self::execution_weight(gas)),
			pays_fee,
		};
		let info = Self::execute(request, ExecuteMode::Dispatch).map_err(|error| {
			log::debug!(target: LOG_TARGET, "refused: {error}");
			DispatchErrorWithPostInfo {
				post_info: post_info(0, Pays::Yes),
				error: Error::<T>::from(error).into(),
			}
		})?;
		Self::deposit_event(match (is_create, info.exit.is_succeed()) {
			(true, true) => Event::Created { address },
			(true, false) => Event::CreatedFailed { address },
			(false, true) => Event::Executed { address },
			(false, false) => Event::ExecutedFailed { address },
		});
		// Gas was paid for in the EVM; a runtime that does not charge there charges weight.
		let pays_fee = if T::OnChargeTransaction::charges() { Pays::No } else { Pays::Yes };
		Ok(post_info(info.used_gas, pays_fee))
	}

	/// A nonce argument, which Frontier declares wider than nonces are.
	pub(crate) fn narrow_nonce(nonce: Option<U256>) -> Result<Option<u64>, Error<T>> {
		nonce.map(|n| u64::try_from(n).map_err(|_| Error::<T>::InvalidNonce)).transpose()
	}
}
