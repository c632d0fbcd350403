//! What Substrate transactions cost: the same work costs what it costs in the EVM.
//!
//! Gas has a price in wei (the base fee) and a weight in picoseconds, which together give the price
//! of a picosecond: at one gwei and 25,000 picoseconds per gas, 40,000 wei. A byte of a transaction
//! costs what a byte of call data that is only carried costs an Ethereum transaction. Both follow the
//! base fee, so that neither way is a cheap way to fill blocks.
//!
//! Calls of `EVM` charge gas as Ethereum transactions do and no fee of this kind, unless the EVM
//! refuses them.

use core::marker::PhantomData;

use frame_support::weights::{Weight, WeightToFee};
use pallet_evm::{Config, FeeCalculator, GasWeightMapping};

use crate::Balance;

/// Gas of a byte of call data that is not zero, by the floor of EIP-7623.
const GAS_PER_BYTE: u64 = 40;

/// The price of a weight: of its time alone, since the size of proofs is not bounded here.
pub struct WorkFee<T>(PhantomData<T>);

impl<T: Config> WeightToFee for WorkFee<T> {
	type Balance = Balance;

	fn weight_to_fee(weight: &Weight) -> Balance {
		let gas = T::GasWeightMapping::gas_to_weight(1, false).ref_time();
		// Gas that weighs nothing gives no measure; then a picosecond costs as much as a gas.
		let (price, gas) = (base_fee::<T>(), u128::from(gas.max(1)));
		u128::from(weight.ref_time()).saturating_mul(price).div_ceil(gas)
	}
}

/// The price of a length in bytes, which stands in the weight's time.
pub struct ByteFee<T>(PhantomData<T>);

impl<T: Config> WeightToFee for ByteFee<T> {
	type Balance = Balance;

	fn weight_to_fee(length: &Weight) -> Balance {
		let gas = u128::from(length.ref_time()).saturating_mul(GAS_PER_BYTE.into());
		gas.saturating_mul(base_fee::<T>())
	}
}

/// The base fee in wei, also where the EVM itself charges nothing.
fn base_fee<T: Config>() -> u128 {
	let (price, _) = T::FeeCalculator::min_gas_price();
	price.try_into().unwrap_or(u128::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
	use frame_support::dispatch::GetDispatchInfo;
	use pallet_evm::Pallet as Evm;
	use sp_runtime::AccountId32;

	use super::*;
	use crate::{Runtime, RuntimeCall, TransactionPayment};

	const GWEI: u128 = 1_000_000_000;

	fn work_fee(weight: Weight) -> Balance {
		<Runtime as pallet_transaction_payment::Config>::WeightToFee::weight_to_fee(&weight)
	}

	fn byte_fee(bytes: u64) -> Balance {
		let length = Weight::from_parts(bytes, 0);
		<Runtime as pallet_transaction_payment::Config>::LengthToFee::weight_to_fee(&length)
	}

	#[test]
	fn work_costs_what_its_gas_costs() {
		for gas in [0, 1, 21_000, 1 << 24, Evm::<Runtime>::block_gas_limit()] {
			let weight = <Runtime as Config>::GasWeightMapping::gas_to_weight(gas, false);
			assert_eq!(work_fee(weight), u128::from(gas) * GWEI, "{gas} gas");
		}
		assert_eq!(work_fee(Weight::from_parts(1, u64::MAX)), 40_000);
	}

	#[test]
	fn byte_costs_what_call_data_costs() {
		assert_eq!(byte_fee(0), 0);
		assert_eq!(byte_fee(1), 40 * GWEI);
		assert_eq!(byte_fee(100_000), 4_000_000 * GWEI);
	}

	#[test]
	fn largest_weight_and_length_do_not_overflow() {
		let largest = u128::from(u64::MAX);
		assert_eq!(work_fee(Weight::MAX), largest * 40_000);
		assert_eq!(byte_fee(u64::MAX), largest * 40 * GWEI);
	}

	/// Neither way of moving the token is many times cheaper than the other.
	#[test]
	fn transfer_costs_about_what_it_costs_in_the_evm() {
		let dest = AccountId32::from([7; 32]).into();
		let call = RuntimeCall::Balances(pallet_balances::Call::transfer_keep_alive {
			dest,
			value: 1_000_000,
		});
		sp_io::TestExternalities::default().execute_with(|| {
			let info = call.get_dispatch_info();
			let fee = TransactionPayment::compute_fee(150, &info, 0);
			assert!(fee > work_fee(info.total_weight()) + byte_fee(150), "the base is charged");
			let in_the_evm = 21_000 * GWEI;
			assert!(fee > in_the_evm / 4 && fee < in_the_evm * 4, "{fee} wei");
		});
	}

	/// Filling a block with bytes costs at least what it costs with call data.
	#[test]
	fn bytes_of_a_full_block_are_not_cheap() {
		let remark = vec![1; 100_000];
		let call = RuntimeCall::System(frame_system::Call::remark { remark });
		sp_io::TestExternalities::default().execute_with(|| {
			let fee = TransactionPayment::compute_fee(100_150, &call.get_dispatch_info(), 0);
			assert!(fee >= (21_000 + 100_000 * 40) * GWEI, "{fee} wei");
		});
	}
}
