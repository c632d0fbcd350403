//! A runtime for the tests: 32-byte accounts, an existential deposit of one wei unless a test says
//! otherwise, fees that a test can switch off.

use crate as pallet_evm;
use crate::{
	AccountGuard, BurnBaseFee, EnsureAddressRoot, EnsureAddressTruncated, EvmSpec, Executed,
	FeeCalculator, FixedGasWeightMapping, GasPayment, GasWeightMapping, GenesisAccount,
	HashedAddressMapping, ListSizes, MeasuredGasWeightMapping, OnChargeEvmTransaction, OnExecuted,
	SubstrateBlockHashMapping, MAX_TRANSACTION_GAS_LIMIT,
};
use frame_support::{
	derive_impl, parameter_types,
	traits::{ConstU32, ConstU64, FindAuthor},
	weights::Weight,
	ConsensusEngineId,
};
use sp_core::{crypto::AccountId32, H160, U256};
use sp_runtime::{traits::BlakeTwo256, traits::IdentityLookup, BuildStorage};
use std::collections::{BTreeMap, BTreeSet};

/// One ether in wei.
pub(crate) const ETHER: u128 = 1_000_000_000_000_000_000;

/// One gwei in wei.
pub(crate) const GWEI: u128 = 1_000_000_000;

/// The chain id of the mock runtime.
pub(crate) const CHAIN_ID: u64 = 42;

/// The block's time in seconds.
pub(crate) const TIMESTAMP: u64 = 1_700_000_000;

type Block = frame_system::mocking::MockBlockU32<Test>;

frame_support::construct_runtime!(
	pub enum Test {
		System: frame_system,
		Timestamp: pallet_timestamp,
		Balances: pallet_balances,
		EVM: pallet_evm,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type AccountData = pallet_balances::AccountData<u128>;
	type Nonce = u64;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

parameter_types! {
	pub static ExistentialDeposit: u128 = 1;
	pub static BaseFee: u64 = 1_000_000_000;
	pub static ChargesFees: bool = true;
	pub static Spec: EvmSpec = EvmSpec::Osaka;
	pub static Author: H160 = H160::repeat_byte(0xaa);
	pub static Locked: BTreeSet<H160> = BTreeSet::new();
	pub static Reserved: BTreeSet<H160> = BTreeSet::new();
	/// Signatures of authorization lists that were recovered.
	pub static Recoveries: u32 = 0;
	pub static TransactionGasLimit: Option<u64> = Some(MAX_TRANSACTION_GAS_LIMIT);
	/// Whether the time of precompiles is bounded.
	pub static BoundsPrecompiles: bool = false;
	/// Bytes of proof that a unit of gas pays for, if proofs are counted.
	pub static ProofPerGas: Option<u64> = None;
	/// What [`TestRecorder`] was told.
	pub static Told: Vec<Executed> = Vec::new();
	/// The gas that it says the block has left.
	pub static GasLeft: u64 = u64::MAX;
	/// Picoseconds that it takes for a byte of input, and for an item of a list.
	pub static ToldTime: u64 = 0;
	pub const WeightPerGas: Weight = Weight::from_parts(20_000, 0);
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

/// The base fee that the test chose.
pub struct TestFee;

impl FeeCalculator for TestFee {
	fn min_gas_price() -> (U256, Weight) {
		(BaseFee::get().into(), Weight::zero())
	}
}

/// Charges if the test wants it.
pub struct TestCharge;

impl OnChargeEvmTransaction<Test> for TestCharge {
	fn charges() -> bool {
		ChargesFees::get()
	}

	fn on_paid(author: &H160, payment: GasPayment) {
		<BurnBaseFee as OnChargeEvmTransaction<Test>>::on_paid(author, payment);
	}
}

/// The author that the test chose.
pub struct TestAuthor;

impl FindAuthor<H160> for TestAuthor {
	fn find_author<'a, I>(_: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(Author::get())
	}
}

/// Gas with the bounds that the test chose.
pub struct TestGas;

impl GasWeightMapping for TestGas {
	fn gas_to_weight(gas: u64, without_base_weight: bool) -> Weight {
		FixedGasWeightMapping::<Test>::gas_to_weight(gas, without_base_weight)
	}

	fn weight_to_gas(weight: Weight) -> u64 {
		FixedGasWeightMapping::<Test>::weight_to_gas(weight)
	}

	fn precompile_surcharge(address: &H160) -> u64 {
		if BoundsPrecompiles::get() {
			MeasuredGasWeightMapping::<Test>::precompile_surcharge(address)
		} else {
			0
		}
	}

	fn precompile_work(address: &H160, input_length: usize) -> u64 {
		MeasuredGasWeightMapping::<Test>::precompile_work(address, input_length)
	}

	fn surcharge_limit(gas_limit: u64) -> Weight {
		if BoundsPrecompiles::get() {
			MeasuredGasWeightMapping::<Test>::surcharge_limit(gas_limit)
		} else {
			Weight::zero()
		}
	}

	fn proof_limit(gas_limit: u64) -> Option<u64> {
		ProofPerGas::get().map(|bytes| gas_limit.saturating_mul(bytes))
	}
}

/// The guard that the test chose.
pub struct TestGuard;

impl AccountGuard for TestGuard {
	fn is_locked(address: &H160) -> bool {
		Locked::get().contains(address)
	}

	fn is_reserved(address: &H160) -> bool {
		Reserved::get().contains(address)
	}
}

/// Remembers what it is told.
pub struct TestRecorder;

impl OnExecuted for TestRecorder {
	fn gas_left() -> u64 {
		GasLeft::get()
	}

	fn weight(input_bytes: usize, lists: ListSizes) -> Weight {
		Weight::from_parts(ToldTime::get() * (input_bytes as u64 + lists.items()), 0)
	}

	fn on_executed(executed: &Executed) {
		Told::mutate(|told| told.push(executed.clone()));
	}
}

impl pallet_evm::Config for Test {
	type AddressMapping = HashedAddressMapping<BlakeTwo256>;
	type Currency = Balances;
	type CallOrigin = EnsureAddressRoot<AccountId32>;
	type WithdrawOrigin = EnsureAddressTruncated;
	type FeeCalculator = TestFee;
	type OnChargeTransaction = TestCharge;
	type GasWeightMapping = TestGas;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<CHAIN_ID>;
	type BlockGasLimit = ConstU64<60_000_000>;
	type TransactionGasLimit = TransactionGasLimit;
	type FindAuthor = TestAuthor;
	type Timestamp = Timestamp;
	type BlockHashMapping = SubstrateBlockHashMapping<Self>;
	type AccountGuard = TestGuard;
	type OnExecuted = TestRecorder;
	type Spec = Spec;
	type MaxCodeSize = ConstU32<49_152>;
	type WeightInfo = ();
}

/// A sender with 100 ether.
pub(crate) fn alice() -> H160 {
	H160::repeat_byte(0xa1)
}

/// An address with nothing.
pub(crate) fn bob() -> H160 {
	H160::repeat_byte(0xb0)
}

/// An account with this balance.
pub(crate) fn funded(balance: u128) -> GenesisAccount {
	GenesisAccount { balance: balance.into(), ..Default::default() }
}

/// Storage with these accounts.
pub(crate) fn build(accounts: BTreeMap<H160, GenesisAccount>) -> sp_io::TestExternalities {
	let config = RuntimeGenesisConfig {
		evm: EVMConfig { accounts, ..Default::default() },
		..Default::default()
	};
	let mut externalities: sp_io::TestExternalities =
		config.build_storage().expect("the genesis is valid").into();
	externalities.execute_with(|| {
		System::set_block_number(1);
		Timestamp::set_timestamp(TIMESTAMP * 1000);
	});
	externalities
}

/// Runs a test with alice's 100 ether and these accounts, then checks the invariants.
pub(crate) fn run_with<R>(
	accounts: impl IntoIterator<Item = (H160, GenesisAccount)>,
	test: impl FnOnce() -> R,
) -> R {
	let mut all = BTreeMap::from([(alice(), funded(100 * ETHER))]);
	all.extend(accounts);
	Recoveries::set(0);
	Told::set(Vec::new());
	GasLeft::set(u64::MAX);
	ToldTime::set(0);
	build(all).execute_with(|| {
		let result = test();
		check_invariants();
		result
	})
}

/// Runs a test with alice's 100 ether, then checks the invariants.
pub(crate) fn run<R>(test: impl FnOnce() -> R) -> R {
	run_with([], test)
}

/// The pallet's invariants, and those of balances and accounts.
pub(crate) fn check_invariants() {
	EVM::do_try_state().expect("the pallet's invariants hold");
	let total: u128 = frame_system::Account::<Test>::iter_values()
		.map(|account| account.data.free + account.data.reserved)
		.sum();
	assert_eq!(total, Balances::total_issuance(), "issuance equals the sum of the accounts");
	for address in crate::AccountCodes::<Test>::iter_keys() {
		let has_nonce = EVM::nonce(&address) > 0;
		assert_eq!(crate::NonceReferences::<Test>::contains_key(address), has_nonce);
	}
}
