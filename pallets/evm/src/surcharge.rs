//! What precompiles take in Wasm beyond the weight of their gas.

use crate::{Config, FixedGasWeightMapping, GasWeightMapping};
use core::marker::PhantomData;
use frame_support::weights::Weight;
use sp_core::{Get, H160};

/// Picoseconds for a unit of gas of the precompiles for which it takes long, by the heaviest input
/// that is known of each: what `scripts/bench.sh gas` measured, the gas of the call taken off, and a
/// quarter more.
const TIMES: [(u64, u64); 15] = [
	(0x01, 27_000),   // ECRECOVER
	(0x05, 60_000),   // MODEXP
	(0x06, 115_000),  // BN254 addition
	(0x07, 85_000),   // BN254 multiplication
	(0x08, 80_000),   // BN254 pairing
	(0x09, 92_000),   // BLAKE2F
	(0x0a, 410_000),  // point evaluation
	(0x0b, 75_000),   // BLS12-381 addition in G1
	(0x0c, 235_000),  // BLS12-381 sum of products in G1
	(0x0d, 85_000),   // BLS12-381 addition in G2
	(0x0e, 225_000),  // BLS12-381 sum of products in G2
	(0x0f, 150_000),  // BLS12-381 pairing
	(0x10, 190_000),  // BLS12-381 map to G1
	(0x11, 102_000),  // BLS12-381 map to G2
	(0x100, 335_000), // secp256r1
];

/// Picoseconds beyond the weight of its gas that one execution may take, about as much as the gas cap
/// of EIP-7825 weighs: for 58 pairings of two pairs, 180 signatures of secp256r1, or 20 openings.
const MAX_SURCHARGE: u64 = 400_000_000_000;

/// One unit of gas weighs `Config::WeightPerGas`, and precompiles are charged for the time that they
/// take beyond that in Wasm.
pub struct MeasuredGasWeightMapping<T>(PhantomData<T>);

impl<T: Config> MeasuredGasWeightMapping<T> {
	fn beyond(time: u64) -> u64 {
		time.saturating_sub(T::WeightPerGas::get().ref_time())
	}
}

impl<T: Config> GasWeightMapping for MeasuredGasWeightMapping<T> {
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight {
		FixedGasWeightMapping::<T>::gas_to_weight(gas, without_base_weight)
	}

	fn weight_to_gas(weight: Weight) -> u64 {
		FixedGasWeightMapping::<T>::weight_to_gas(weight)
	}

	fn precompile_surcharge(address: &H160) -> u64 {
		let (high, low) = address.as_bytes().split_at(18);
		if high.iter().any(|byte| *byte != 0) {
			return 0;
		}
		let number = low.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
		let found = TIMES.iter().find(|(precompile, _)| *precompile == number);
		found.map_or(0, |(_, time)| Self::beyond(*time))
	}

	fn surcharge_limit(gas_limit: u64) -> Weight {
		let most = TIMES.iter().map(|(_, time)| Self::beyond(*time)).max().unwrap_or(0);
		Weight::from_parts(gas_limit.saturating_mul(most).min(MAX_SURCHARGE), 0)
	}
}

#[cfg(test)]
mod tests {
	use super::*;
	use crate::mock::Test;

	type Mapping = MeasuredGasWeightMapping<Test>;

	fn surcharge(number: u64) -> u64 {
		Mapping::precompile_surcharge(&H160::from_low_u64_be(number))
	}

	#[test]
	fn surcharge_is_of_precompiles_alone_works() {
		let gas = <Test as Config>::WeightPerGas::get().ref_time();
		for (precompile, time) in TIMES {
			assert_eq!(surcharge(precompile) + gas, time.max(gas), "{precompile:#x}");
		}
		for other in [0, 0x12, 0xff, 0x101, 0x1_0100, u64::MAX] {
			assert_eq!(surcharge(other), 0, "{other:#x}");
		}
		assert_eq!(Mapping::precompile_surcharge(&H160::repeat_byte(1)), 0);
	}

	#[test]
	fn surcharge_limit_grows_with_gas_up_to_the_most_works() {
		let limit = |gas| Mapping::surcharge_limit(gas).ref_time();
		let most = TIMES.iter().map(|(number, _)| surcharge(*number)).max();
		assert_eq!(limit(0), 0);
		assert_eq!(Some(limit(100_000)), most.map(|most| most * 100_000));
		assert_eq!(limit(u64::MAX), MAX_SURCHARGE);
	}
}
