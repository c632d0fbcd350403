//! The block and the rules, from storage.

use codec::{Decode, Encode};
use frame_support::{
	parameter_types,
	traits::{FindAuthor, Time},
	weights::Weight,
	ConsensusEngineId,
};
use pallet_evm::{
	BlockHashMapping, EvmSpec, FeeCalculator, GasWeightMapping, MeasuredGasWeightMapping,
	MAX_TRANSACTION_GAS_LIMIT,
};
use sp_core::{Get, H160, H256, U256};
use sp_io::hashing::keccak_256;

/// Everything that a transaction sees of chain and block.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
pub struct Environment {
	/// The hard fork.
	pub spec: EvmSpec,
	/// The chain id (EIP-155).
	pub chain_id: u64,
	/// Who gets the tips.
	pub coinbase: H160,
	/// The block's number.
	pub number: u32,
	/// The block's time in seconds since the epoch.
	pub timestamp: u64,
	/// The block's gas limit.
	pub gas_limit: u64,
	/// The base fee in wei, zero before London.
	pub base_fee: u64,
	/// DIFFICULTY before Paris.
	pub difficulty: U256,
	/// PREVRANDAO since Paris.
	pub prevrandao: H256,
	/// The price of one unit of blob gas in wei, at least 1.
	pub blob_base_fee: u128,
	/// Whether the time of precompiles is bounded, as by the reference runtime.
	pub bounds_precompiles: bool,
}

/// Mainnet's chain id and a block of Osaka.
impl Default for Environment {
	fn default() -> Self {
		Self {
			spec: EvmSpec::Osaka,
			chain_id: 1,
			coinbase: H160::repeat_byte(0xaa),
			number: 1,
			timestamp: 1_800_000_000,
			gas_limit: 60_000_000,
			base_fee: 7,
			difficulty: U256::zero(),
			prevrandao: H256::zero(),
			blob_base_fee: 1,
			bounds_precompiles: false,
		}
	}
}

parameter_types! {
	/// What the runtime's configuration reads.
	pub storage CurrentEnvironment: Environment = Environment::default();
}

/// [`pallet_evm::Config::Spec`].
pub struct Spec;

impl Get<EvmSpec> for Spec {
	fn get() -> EvmSpec {
		CurrentEnvironment::get().spec
	}
}

/// [`pallet_evm::Config::ChainId`].
pub struct ChainId;

impl Get<u64> for ChainId {
	fn get() -> u64 {
		CurrentEnvironment::get().chain_id
	}
}

/// [`pallet_evm::Config::BlockGasLimit`].
pub struct BlockGasLimit;

impl Get<u64> for BlockGasLimit {
	fn get() -> u64 {
		CurrentEnvironment::get().gas_limit
	}
}

/// [`pallet_evm::Config::TransactionGasLimit`]: EIP-7825, since Osaka.
pub struct TransactionGasLimit;

impl Get<Option<u64>> for TransactionGasLimit {
	fn get() -> Option<u64> {
		(Spec::get() >= EvmSpec::Osaka).then_some(MAX_TRANSACTION_GAS_LIMIT)
	}
}

/// [`pallet_evm::Config::GasWeightMapping`]: the reference runtime's, the bound left out unless the
/// environment wants it.
pub struct Gas;

type Measured = MeasuredGasWeightMapping<crate::Runtime>;

impl GasWeightMapping for Gas {
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight {
		Measured::gas_to_weight(gas, without_base_weight)
	}

	fn weight_to_gas(weight: Weight) -> u64 {
		Measured::weight_to_gas(weight)
	}

	fn precompile_surcharge(address: &H160) -> u64 {
		Measured::precompile_surcharge(address)
	}

	fn precompile_work(address: &H160, input_length: usize) -> u64 {
		Measured::precompile_work(address, input_length)
	}

	fn surcharge_limit(gas_limit: u64) -> Weight {
		if CurrentEnvironment::get().bounds_precompiles {
			Measured::surcharge_limit(gas_limit)
		} else {
			// More than any gas limit reaches.
			Weight::from_parts(u64::MAX / 4, 0)
		}
	}

	fn proof_limit(gas_limit: u64) -> Option<u64> {
		Measured::proof_limit(gas_limit)
	}
}

/// [`pallet_evm::Config::FeeCalculator`].
pub struct Fees;

impl FeeCalculator for Fees {
	fn min_gas_price() -> (U256, Weight) {
		(CurrentEnvironment::get().base_fee.into(), Weight::zero())
	}

	fn blob_base_fee() -> u128 {
		CurrentEnvironment::get().blob_base_fee
	}
}

/// [`pallet_evm::Config::FindAuthor`].
pub struct Coinbase;

impl FindAuthor<H160> for Coinbase {
	fn find_author<'a, I>(_: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(CurrentEnvironment::get().coinbase)
	}
}

/// [`pallet_evm::Config::Timestamp`].
pub struct BlockTime;

impl Time for BlockTime {
	type Moment = u64;

	fn now() -> u64 {
		CurrentEnvironment::get().timestamp.saturating_mul(1_000)
	}
}

/// [`pallet_evm::Config::BlockHashMapping`]. The hash of an older block is the Keccak-256 of its
/// number in decimal digits, as the official tests have it.
pub struct BlockFacts;

impl BlockHashMapping for BlockFacts {
	fn block_hash(number: u64) -> H256 {
		keccak_256(alloc::format!("{number}").as_bytes()).into()
	}

	fn difficulty() -> U256 {
		CurrentEnvironment::get().difficulty
	}

	fn prevrandao() -> Option<H256> {
		Some(CurrentEnvironment::get().prevrandao)
	}
}
