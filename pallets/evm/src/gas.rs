//! Gas, weight, and the limits between them.

use crate::{Config, EvmSpec};
use core::marker::PhantomData;
use frame_support::{dispatch::DispatchClass, weights::Weight};
use sp_core::{Get, H160, H256, U256};
use sp_runtime::traits::UniqueSaturatedInto;

/// The largest gas limit of one transaction (EIP-7825). It also bounds the EVM's memory to what
/// the runtime has of the executor.
pub const MAX_TRANSACTION_GAS_LIMIT: u64 = 1 << 24;

/// EIP-7825's cap, for `Config::TransactionGasLimit`.
pub struct MainnetTransactionGasLimit;

impl Get<Option<u64>> for MainnetTransactionGasLimit {
	fn get() -> Option<u64> {
		Some(MAX_TRANSACTION_GAS_LIMIT)
	}
}

/// The rules of Osaka, for `Config::Spec`.
pub struct Osaka;

impl Get<EvmSpec> for Osaka {
	fn get() -> EvmSpec {
		EvmSpec::Osaka
	}
}

/// Converts between gas and weight.
pub trait GasWeightMapping {
	/// The weight of `gas`, less the base weight of an extrinsic if asked for.
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight;

	/// The gas that fits into `weight`.
	fn weight_to_gas(weight: Weight) -> u64;

	/// Picoseconds that a unit of gas of this precompile takes beyond its weight; zero for every
	/// other address.
	fn precompile_surcharge(_: &H160) -> u64 {
		0
	}

	/// The most gas for which a call of this precompile with so many bytes of input works, if it
	/// fails: whatever else it was given it loses, but takes no time for.
	fn precompile_work(_: &H160, _input_length: usize) -> u64 {
		u64::MAX
	}

	/// What precompiles may take beyond the weight of their gas in one execution with that gas
	/// limit. It is charged before the execution and given back as far as it was not taken.
	fn surcharge_limit(_gas_limit: u64) -> Weight {
		Weight::zero()
	}

	/// Bytes of storage proof that one execution with that gas limit may need. They are charged
	/// before the execution and given back as far as they were not needed; an execution that needs
	/// more halts. `None` does not count proofs, for chains that make none.
	fn proof_limit(_gas_limit: u64) -> Option<u64> {
		None
	}
}

/// One unit of gas weighs `Config::WeightPerGas`.
pub struct FixedGasWeightMapping<T>(PhantomData<T>);

impl<T: Config> GasWeightMapping for FixedGasWeightMapping<T> {
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight {
		let weight = T::WeightPerGas::get().saturating_mul(gas);
		if without_base_weight {
			let base = T::BlockWeights::get().get(DispatchClass::Normal).base_extrinsic;
			weight.saturating_sub(base)
		} else {
			weight
		}
	}

	fn weight_to_gas(weight: Weight) -> u64 {
		weight.checked_div_per_component(&T::WeightPerGas::get()).unwrap_or(0)
	}
}

/// Gives what contracts read of blocks and is not in `frame_system` as Ethereum has it.
pub trait BlockHashMapping {
	/// The hash of block `number` for BLOCKHASH, zero if unknown.
	fn block_hash(number: u64) -> H256;

	/// The value of DIFFICULTY, which there is before Paris.
	fn difficulty() -> U256 {
		U256::zero()
	}

	/// The value of PREVRANDAO, which there is since Paris (EIP-4399). None is the Keccak-256 of the
	/// parent block's hash: it differs from block to block, but is known before the block is built. No
	/// source of randomness, as little as the proposer's choice is on Ethereum.
	fn prevrandao() -> Option<H256> {
		None
	}
}

/// The hashes that `frame_system` keeps.
pub struct SubstrateBlockHashMapping<T>(PhantomData<T>);

impl<T: frame_system::Config> BlockHashMapping for SubstrateBlockHashMapping<T> {
	fn block_hash(number: u64) -> H256 {
		let current: u64 = frame_system::Pallet::<T>::block_number().unique_saturated_into();
		if number >= current {
			return H256::zero();
		}
		let Ok(number) = u32::try_from(number) else { return H256::zero() };
		let hash = frame_system::Pallet::<T>::block_hash(
			frame_system::pallet_prelude::BlockNumberFor::<T>::from(number),
		);
		let hash = hash.as_ref();
		if hash.len() == 32 {
			H256::from_slice(hash)
		} else {
			H256::zero()
		}
	}
}
