//! How long the lists of a request are, what that weighs and what gas it takes.

use crate::{
	engine, Authorization, Config, ExecuteRequest, GasWeightMapping, Pallet, RunnerError,
	WeightInfo,
};
use alloc::vec::Vec;
use frame_support::weights::Weight;
use sp_core::{H160, H256};

/// Gas that each item of an authorization list takes before execution (`PER_EMPTY_ACCOUNT_COST` of
/// EIP-7702).
pub const GAS_PER_AUTHORIZATION: u64 = 25_000;

/// Numbers of the items in access list (EIP-2930) and authorization list (EIP-7702).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ListSizes {
	/// Addresses in the access list.
	pub addresses: u64,
	/// Storage slots in the access list, of all addresses together.
	pub slots: u64,
	/// Tuples in the authorization list.
	pub authorizations: u64,
}

impl ListSizes {
	/// Counts the items of these lists.
	pub fn new(access_list: &[(H160, Vec<H256>)], authorization_list: &[Authorization]) -> Self {
		let slots = access_list
			.iter()
			.fold(0u64, |total, (_, slots)| total.saturating_add(slots.len() as u64));
		Self {
			addresses: access_list.len() as u64,
			slots,
			authorizations: authorization_list.len() as u64,
		}
	}

	/// All items.
	pub fn items(&self) -> u64 {
		self.addresses.saturating_add(self.slots).saturating_add(self.authorizations)
	}

	/// The most signatures that are recovered of the authorization list: none, unless the gas limit
	/// covers all of its tuples.
	pub fn recoveries(&self, gas_limit: u64) -> u64 {
		if self.authorizations.saturating_mul(GAS_PER_AUTHORIZATION) <= gas_limit {
			self.authorizations
		} else {
			0
		}
	}
}

impl ExecuteRequest {
	/// Numbers of the items in the request's lists.
	pub fn list_sizes(&self) -> ListSizes {
		ListSizes::new(&self.access_list, &self.authorization_list)
	}
}

impl<T: Config> Pallet<T> {
	/// The weight of an execution that may use, or used, this much gas.
	pub fn execution_weight(gas: u64) -> Weight {
		T::GasWeightMapping::gas_to_weight(gas, true).saturating_add(T::WeightInfo::execute())
	}

	/// What an execution with that gas limit may take beyond the weight of its gas.
	pub fn surcharge_limit(gas_limit: u64) -> Weight {
		let proof = T::GasWeightMapping::proof_limit(gas_limit).unwrap_or(0);
		T::GasWeightMapping::surcharge_limit(gas_limit).saturating_add(Weight::from_parts(0, proof))
	}

	/// The weight of decoding, counting and copying lists, and of the signatures that are recovered
	/// with this gas limit.
	pub fn lists_weight(gas_limit: u64, lists: ListSizes) -> Weight {
		T::WeightInfo::lists(lists.items(), lists.recoveries(gas_limit))
	}

	/// The weight of a call of this pallet before it is executed.
	pub(crate) fn call_weight(
		gas_limit: u64,
		access_list: &[(H160, Vec<H256>)],
		authorization_list: &[Authorization],
	) -> Weight {
		let lists = ListSizes::new(access_list, authorization_list);
		Self::execution_weight(gas_limit)
			.saturating_add(Self::surcharge_limit(gas_limit))
			.saturating_add(Self::lists_weight(gas_limit, lists))
	}

	/// Checks that the gas limit is within the limits of the chain and covers what is due before
	/// execution: the transaction, its data and the items of its lists.
	///
	/// Costs a pass over `input` and nothing for the lists. The engine does the same before it
	/// copies anything of a request, so lists are never longer than gas pays for.
	pub fn ensure_gas_covers(
		gas_limit: u64,
		input: &[u8],
		is_create: bool,
		lists: ListSizes,
	) -> Result<(), RunnerError> {
		engine::intrinsic::check::<T>(gas_limit, input, is_create, lists)
	}
}
