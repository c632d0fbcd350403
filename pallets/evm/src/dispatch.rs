//! From the calls of this pallet to the engine, and from its outcome to events and weight.

use crate::{
	Authorization, Config, Error, Event, ExecuteMode, ExecuteRequest, Executed, ListSizes,
	OnChargeEvmTransaction, OnExecuted, Pallet, LOG_TARGET,
};
use alloc::vec::Vec;
use frame_support::{
	dispatch::{DispatchErrorWithPostInfo, DispatchResultWithPostInfo, Pays, PostDispatchInfo},
	weights::Weight,
};
use sp_core::{H160, H256, U256};

impl<T: Config> Pallet<T> {
	/// The weight of a call of this pallet before it is executed, the record of it included.
	pub(crate) fn dispatch_weight(
		input_bytes: usize,
		gas_limit: u64,
		access_list: &[(H160, Vec<H256>)],
		authorization_list: &[Authorization],
	) -> Weight {
		let lists = ListSizes::new(access_list, authorization_list);
		Self::call_weight(gas_limit, access_list, authorization_list)
			.saturating_add(T::OnExecuted::weight(input_bytes, lists))
	}

	/// Executes a request whose origin was checked.
	pub(crate) fn dispatch(request: ExecuteRequest) -> DispatchResultWithPostInfo {
		let is_create = request.target.is_create();
		let (gas_limit, lists) = (request.gas_limit, request.list_sizes());
		let record = T::OnExecuted::weight(request.input.len(), lists);
		let executed = Self::execute_and_tell(request, ExecuteMode::Dispatch).map_err(|error| {
			log::debug!(target: LOG_TARGET, "refused: {error}");
			// Checks come before execution and before signatures are recovered, and nothing is recorded.
			let checked = Self::execution_weight(0).saturating_add(Self::lists_weight(0, lists));
			let actual_weight = (!error.may_follow_execution()).then_some(checked);
			DispatchErrorWithPostInfo {
				post_info: PostDispatchInfo { actual_weight, pays_fee: Pays::Yes },
				error: Error::<T>::from(error).into(),
			}
		})?;
		let Executed { address, info, .. } = executed;
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
			.saturating_add(Self::lists_weight(gas_limit, lists))
			.saturating_add(record);
		Ok(PostDispatchInfo { actual_weight: Some(weight), pays_fee })
	}

	/// A nonce argument, which Frontier declares wider than nonces are.
	pub(crate) fn narrow_nonce(nonce: Option<U256>) -> Result<Option<u64>, Error<T>> {
		nonce.map(|n| u64::try_from(n).map_err(|_| Error::<T>::InvalidNonce)).transpose()
	}
}
