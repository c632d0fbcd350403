//! What executions take beyond the weight of their gas: time of precompiles in Wasm, and proof.

use crate::{Config, FixedGasWeightMapping, GasWeightMapping};
use core::marker::PhantomData;
use frame_support::weights::Weight;
use sp_core::{Get, H160};

/// A precompile that takes long.
struct Precompile {
	/// Its address.
	number: u64,
	/// Picoseconds for a unit of its gas, by the heaviest input that is known: what
	/// `scripts/bench.sh gas` measured, the gas of the call taken off, and a quarter more.
	time: u64,
	/// The most gas that a call needs which fails after some work, under the rules of any hard fork.
	work: Work,
}

/// Gas that a call needs at most.
enum Work {
	/// Whatever the input.
	Fixed(u64),
	/// So much, and so much for each piece of so many bytes.
	PerPiece(u64, u64, usize),
}

use Work::{Fixed, PerPiece};

const fn precompile(number: u64, time: u64, work: Work) -> Precompile {
	Precompile { number, time, work }
}

/// Those that fail do so for points that are not on the curve or outside of the group, which they find
/// while they work; ECRECOVER, MODEXP, BLAKE2F and secp256r1 fail, if at all, before.
const PRECOMPILES: [Precompile; 15] = [
	precompile(0x01, 27_000, Fixed(3_000)),  // ECRECOVER
	precompile(0x05, 60_000, Fixed(500)),    // MODEXP
	precompile(0x06, 115_000, Fixed(500)),   // BN254 addition
	precompile(0x07, 85_000, Fixed(40_000)), // BN254 multiplication
	precompile(0x08, 80_000, PerPiece(100_000, 80_000, 192)), // BN254 pairing
	precompile(0x09, 92_000, Fixed(500)),    // BLAKE2F
	precompile(0x0a, 410_000, Fixed(50_000)), // point evaluation
	precompile(0x0b, 75_000, Fixed(375)),    // BLS12-381 addition in G1
	precompile(0x0c, 235_000, PerPiece(0, 12_000, 160)), // BLS12-381 sum of products in G1
	precompile(0x0d, 85_000, Fixed(600)),    // BLS12-381 addition in G2
	precompile(0x0e, 225_000, PerPiece(0, 22_500, 288)), // BLS12-381 sum of products in G2
	precompile(0x0f, 150_000, PerPiece(37_700, 32_600, 384)), // BLS12-381 pairing
	precompile(0x10, 190_000, Fixed(5_500)), // BLS12-381 map to G1
	precompile(0x11, 102_000, Fixed(23_800)), // BLS12-381 map to G2
	precompile(0x100, 335_000, Fixed(6_900)), // secp256r1
];

/// Picoseconds beyond the weight of its gas that one execution may take, half as much again as the gas
/// cap of EIP-7825 weighs. MODEXP with all of that gas needs 587 ms.
const MAX_SURCHARGE: u64 = 600_000_000_000;

/// Bytes of proof for a unit of gas, more than any rules of Ethereum let an execution need: the
/// cheapest first touch of an account is that of the oldest forks, 20 gas, and of its code as well.
const MAX_PROOF_PER_GAS: u64 = 4_096;

/// One unit of gas weighs `Config::WeightPerGas`, and precompiles are charged for the time that they
/// take beyond that in Wasm, by the prices of Osaka: under older rules MODEXP costs up to a twelfth of
/// the gas for the same work (EIP-7883), and needs a time of its own.
///
/// Proofs are counted and never end an execution: a chain that has to bound them wraps this with a
/// [`GasWeightMapping::proof_limit`] of its own.
pub struct MeasuredGasWeightMapping<T>(PhantomData<T>);

impl<T: Config> MeasuredGasWeightMapping<T> {
	fn beyond(precompile: &Precompile) -> u64 {
		precompile.time.saturating_sub(T::WeightPerGas::get().ref_time())
	}

	fn find(address: &H160) -> Option<&'static Precompile> {
		let (high, low) = address.as_bytes().split_at(18);
		if high.iter().any(|byte| *byte != 0) {
			return None;
		}
		let number = low.iter().fold(0u64, |number, byte| (number << 8) | u64::from(*byte));
		PRECOMPILES.iter().find(|precompile| precompile.number == number)
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
		Self::find(address).map_or(0, Self::beyond)
	}

	fn precompile_work(address: &H160, input_length: usize) -> u64 {
		match Self::find(address).map(|precompile| &precompile.work) {
			Some(Fixed(gas)) => *gas,
			Some(PerPiece(fixed, gas, bytes)) => {
				// A length of input fits 64 bits.
				gas.saturating_mul((input_length / bytes) as u64).saturating_add(*fixed)
			}
			None => u64::MAX,
		}
	}

	fn surcharge_limit(gas_limit: u64) -> Weight {
		let most = PRECOMPILES.iter().map(Self::beyond).max().unwrap_or(0);
		Weight::from_parts(gas_limit.saturating_mul(most).min(MAX_SURCHARGE), 0)
	}

	fn proof_limit(gas_limit: u64) -> Option<u64> {
		Some(gas_limit.saturating_mul(MAX_PROOF_PER_GAS))
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
		for Precompile { number, time, .. } in PRECOMPILES {
			assert_eq!(surcharge(number) + gas, time.max(gas), "{number:#x}");
		}
		for other in [0, 0x12, 0xff, 0x101, 0x1_0100, u64::MAX] {
			assert_eq!(surcharge(other), 0, "{other:#x}");
		}
		assert_eq!(Mapping::precompile_surcharge(&H160::repeat_byte(1)), 0);
	}

	#[test]
	fn surcharge_limit_grows_with_gas_up_to_the_most_works() {
		let limit = |gas| Mapping::surcharge_limit(gas).ref_time();
		let most = PRECOMPILES.iter().map(|precompile| surcharge(precompile.number)).max();
		assert_eq!(limit(0), 0);
		assert_eq!(Some(limit(100_000)), most.map(|most| most * 100_000));
		assert_eq!(limit(u64::MAX), MAX_SURCHARGE);
	}

	#[test]
	fn work_of_a_failed_call_grows_with_the_input_works() {
		let work =
			|number, length| Mapping::precompile_work(&H160::from_low_u64_be(number), length);
		assert_eq!(work(0x0a, 0), 50_000);
		assert_eq!(work(0x0a, 192), 50_000);
		assert_eq!(work(0x08, 191), 100_000);
		assert_eq!(work(0x08, 2 * 192), 260_000);
		assert_eq!(work(0x0c, usize::MAX), u64::MAX);
		assert_eq!(work(0x02, 1), u64::MAX);
	}
}
