//! The smallest runtime that has the pallet: accounts are Ethereum addresses, so that every account
//! of the state can be named, and the existential deposit is one wei, so that every balance exists.

use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU128, ConstU32, ConstU64, FindAuthor, Time},
	weights::Weight,
	ConsensusEngineId,
};
use pallet_evm::{
	BlockHashMapping, BurnBaseFee, EnsureAddressNever, EnsureAddressRoot, EvmSpec, FeeCalculator,
	GasWeightMapping, IdentityAddressMapping, MeasuredGasWeightMapping, MAX_TRANSACTION_GAS_LIMIT,
};
use sp_core::{H160, H256, U256};
use sp_runtime::traits::IdentityLookup;

use crate::case::{BLOCK_GAS_LIMIT, CHAIN_ID};

type Block = frame_system::mocking::MockBlockU32<Runtime>;

frame_support::construct_runtime!(
	pub enum Runtime {
		System: frame_system,
		Balances: pallet_balances,
		EVM: pallet_evm,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type AccountId = H160;
	type Lookup = IdentityLookup<H160>;
	type AccountData = pallet_balances::AccountData<u128>;
	type Nonce = u64;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	/// The hard fork of the case.
	pub storage Spec: EvmSpec = EvmSpec::Osaka;
	/// The base fee of the case.
	pub storage BaseFee: u64 = 0;
	/// The gas cap for one transaction.
	pub storage GasCap: Option<u64> = Some(MAX_TRANSACTION_GAS_LIMIT);
	/// Who gets the tips.
	pub storage Coinbase: H160 = H160::zero();
	/// The time in milliseconds.
	pub storage Now: u64 = 0;
	pub const WeightPerGas: Weight = Weight::from_parts(25_000, 0);
}

/// The base fee of the case.
pub struct CaseFee;

impl FeeCalculator for CaseFee {
	fn min_gas_price() -> (U256, Weight) {
		(BaseFee::get().into(), Weight::zero())
	}
}

/// The coinbase of the case.
pub struct CaseAuthor;

impl FindAuthor<H160> for CaseAuthor {
	fn find_author<'a, I>(_: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(Coinbase::get())
	}
}

/// The time of the case.
pub struct CaseTime;

impl Time for CaseTime {
	type Moment = u64;

	fn now() -> u64 {
		Now::get()
	}
}

/// The block hashes of revm's empty database: the hash of the number in decimal.
pub struct NumberHash;

impl BlockHashMapping for NumberHash {
	fn block_hash(number: u64) -> H256 {
		sp_io::hashing::keccak_256(number.to_string().as_bytes()).into()
	}
}

/// The reference runtime's, without its bound on the time of precompiles.
pub struct UnboundedGas;

impl GasWeightMapping for UnboundedGas {
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight {
		MeasuredGasWeightMapping::<Runtime>::gas_to_weight(gas, without_base_weight)
	}

	fn weight_to_gas(weight: Weight) -> u64 {
		MeasuredGasWeightMapping::<Runtime>::weight_to_gas(weight)
	}

	fn precompile_surcharge(address: &H160) -> u64 {
		MeasuredGasWeightMapping::<Runtime>::precompile_surcharge(address)
	}

	fn precompile_work(address: &H160, input_length: usize) -> u64 {
		MeasuredGasWeightMapping::<Runtime>::precompile_work(address, input_length)
	}

	fn surcharge_limit(_: u64) -> Weight {
		// More than any gas limit reaches.
		Weight::from_parts(u64::MAX / 4, 0)
	}

	fn proof_limit(gas_limit: u64) -> Option<u64> {
		MeasuredGasWeightMapping::<Runtime>::proof_limit(gas_limit)
	}
}

impl pallet_evm::Config for Runtime {
	type AddressMapping = IdentityAddressMapping;
	type Currency = Balances;
	type CallOrigin = EnsureAddressRoot<H160>;
	type WithdrawOrigin = EnsureAddressNever<H160>;
	type FeeCalculator = CaseFee;
	type OnChargeTransaction = BurnBaseFee;
	type GasWeightMapping = UnboundedGas;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<CHAIN_ID>;
	type BlockGasLimit = ConstU64<BLOCK_GAS_LIMIT>;
	type TransactionGasLimit = GasCap;
	type FindAuthor = CaseAuthor;
	type Timestamp = CaseTime;
	type BlockHashMapping = NumberHash;
	type AccountGuard = ();
	type OnExecuted = ();
	type Spec = Spec;
	type MaxCodeSize = ConstU32<49_152>;
	type WeightInfo = ();
}
