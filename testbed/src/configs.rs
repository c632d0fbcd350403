//! The configuration of each pallet.

use crate::{environment, *};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstBool, ConstU128, ConstU32},
	weights::Weight,
};
use frame_system::limits::{BlockLength, BlockWeights};
use sp_runtime::Perbill;

/// The longest transaction in bytes: more than the gas cap of EIP-7825 pays for.
const MAX_TRANSACTION_BYTES: u32 = 1 << 24;

parameter_types! {
	pub const Version: RuntimeVersion = VERSION;
	// Neither bounds a test: gas does.
	pub RuntimeBlockWeights: BlockWeights =
		BlockWeights::with_sensible_defaults(Weight::MAX, Perbill::from_percent(75));
	pub RuntimeBlockLength: BlockLength =
		BlockLength::builder().max_length(16 * MAX_TRANSACTION_BYTES).build();
	pub const WeightPerGas: Weight = Weight::from_parts(25_000, 0);
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type BlockLength = RuntimeBlockLength;
	type AccountId = AccountId;
	type Lookup = Lookup;
	type Nonce = u64;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type DbWeight = ();
	type MaxConsumers = ConstU32<16>;
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type Balance = Balance;
	// Of whole wei, so no account falls below it that is not empty.
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

impl pallet_evm::Config for Runtime {
	type AddressMapping = PaddedAddressMapping;
	type Currency = Balances;
	type CallOrigin = pallet_evm::EnsureAddressTruncated;
	type WithdrawOrigin = pallet_evm::EnsureAddressTruncated;
	type FeeCalculator = environment::Fees;
	type OnChargeTransaction = pallet_evm::BurnBaseFee;
	type GasWeightMapping = environment::Gas;
	type WeightPerGas = WeightPerGas;
	type ChainId = environment::ChainId;
	type BlockGasLimit = environment::BlockGasLimit;
	type TransactionGasLimit = environment::TransactionGasLimit;
	type FindAuthor = environment::Coinbase;
	type Timestamp = environment::BlockTime;
	type BlockHashMapping = environment::BlockFacts;
	type AccountGuard = ();
	type OnExecuted = Ethereum;
	type Spec = environment::Spec;
	type MaxCodeSize = ConstU32<{ u32::MAX }>;
	type WeightInfo = ();
}

impl pallet_ethereum::Config for Runtime {
	type MaxTransactionBytes = ConstU32<MAX_TRANSACTION_BYTES>;
	type ReceiptRetention = ConstU32<1>;
	// The tests of the oldest forks have no other.
	type AcceptUnprotected = ConstBool<true>;
	type WeightInfo = pallet_ethereum::weights::SubstrateWeight<Runtime>;
}
