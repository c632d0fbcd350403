//! From the calls of this pallet to the engine, and from its outcome to events and weight.

use crate::{
	Config, Error, Event, ExecuteMode, ExecuteRequest, OnChargeEvmTransaction, Pallet, LOG_TARGET,
};
use frame_support::dispatch::{
	DispatchErrorWithPostInfo, DispatchResultWithPostInfo, Pays, PostDispatchInfo,
};
use sp_core::U256;

impl<T: Config> Pallet<T> {
	/// Executes a request whose origin was checked.
	pub(crate) fn dispatch(request: ExecuteRequest) -> DispatchResultWithPostInfo {
		let address = Self::target_address(&request);
		let is_create = request.target.is_create();
		let (gas_limit, lists) = (request.gas_limit, request.list_sizes());
		let info = Self::execute(request, ExecuteMode::Dispatch).map_err(|error| {
			log::debug!(target: LOG_TARGET, "refused: {error}");
			// Checks come before execution and before signatures are recovered.
			let checked = Self::execution_weight(0).saturating_add(Self::lists_weight(0, lists));
			let actual_weight = (!error.may_follow_execution()).then_some(checked);
			DispatchErrorWithPostInfo {
				post_info: PostDispatchInfo { actual_weight, pays_fee: Pays::Yes },
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
		// A refund lowers the price, not the work.
		let weight = Self::execution_weight(info.spent_gas)
			.saturating_add(info.surcharge)
			.saturating_add(Self::lists_weight(gas_limit, lists));
		Ok(PostDispatchInfo { actual_weight: Some(weight), pays_fee })
	}

	/// A nonce argument, which Frontier declares wider than nonces are.
	pub(crate) fn narrow_nonce(nonce: Option<U256>) -> Result<Option<u64>, Error<T>> {
		nonce.map(|n| u64::try_from(n).map_err(|_| Error::<T>::InvalidNonce)).transpose()
	}
}
