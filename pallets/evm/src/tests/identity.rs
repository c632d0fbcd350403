//! A runtime whose accounts are Ethereum addresses and whose nonces have 32 bits.

use crate::{
	self as pallet_evm, genesis::GenesisError, BurnBaseFee, EnsureAddressSame, ExecuteMode,
	ExecuteRequest, ExitReason, FixedGasPrice, FixedGasWeightMapping, GenesisAccount, HostError,
	IdentityAddressMapping, MainnetTransactionGasLimit, Osaka, Pallet, RunnerError,
	SubstrateBlockHashMapping,
};
use frame_support::{
	assert_noop, assert_ok, assert_storage_noop, derive_impl, parameter_types,
	traits::{ConstU32, ConstU64},
	weights::Weight,
};
use sp_core::H160;
use sp_runtime::{traits::IdentityLookup, BuildStorage, DispatchError};

type Block = frame_system::mocking::MockBlockU32<Narrow>;

frame_support::construct_runtime!(
	pub enum Narrow {
		System: frame_system,
		Timestamp: pallet_timestamp,
		Balances: pallet_balances,
		EVM: pallet_evm,
	}
);

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Narrow {
	type Block = Block;
	type AccountId = H160;
	type Lookup = IdentityLookup<H160>;
	type AccountData = pallet_balances::AccountData<u128>;
	type Nonce = u32;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Narrow {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Narrow {
	type Balance = u128;
	type ExistentialDeposit = frame_support::traits::ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	pub const WeightPerGas: Weight = Weight::from_parts(20_000, 0);
}

impl pallet_evm::Config for Narrow {
	type AddressMapping = IdentityAddressMapping;
	type Currency = Balances;
	type CallOrigin = EnsureAddressSame;
	type WithdrawOrigin = EnsureAddressSame;
	type FeeCalculator = FixedGasPrice<ConstU64<10>>;
	type OnChargeTransaction = BurnBaseFee;
	type GasWeightMapping = FixedGasWeightMapping<Self>;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<7>;
	type BlockGasLimit = ConstU64<30_000_000>;
	type TransactionGasLimit = MainnetTransactionGasLimit;
	type FindAuthor = ();
	type Timestamp = Timestamp;
	type BlockHashMapping = SubstrateBlockHashMapping<Self>;
	type AccountGuard = ();
	type OnExecuted = ();
	type Spec = Osaka;
	type MaxCodeSize = ConstU32<24_576>;
	type WeightInfo = ();
}

const SENDER: H160 = H160([1; 20]);
const RECEIVER: H160 = H160([2; 20]);

fn run(test: impl FnOnce()) {
	let mut externalities = sp_io::TestExternalities::default();
	externalities.execute_with(|| {
		System::set_block_number(1);
		assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), SENDER, 1_000_000));
		test();
		Pallet::<Narrow>::do_try_state().expect("the invariants hold");
	});
}

fn send(value: u64) -> ExecuteRequest {
	ExecuteRequest {
		value: value.into(),
		max_fee_per_gas: Some(10.into()),
		..ExecuteRequest::call(SENDER, RECEIVER, vec![], 21_000)
	}
}

#[test]
fn account_acts_as_itself_only() {
	run(|| {
		let call = |origin| {
			EVM::call(
				origin,
				SENDER,
				RECEIVER,
				vec![],
				5.into(),
				21_000,
				10.into(),
				None,
				None,
				vec![],
				vec![],
			)
			.map_err(|error| error.error)
		};
		assert_noop!(call(RuntimeOrigin::signed(RECEIVER)), DispatchError::BadOrigin);
		assert_noop!(call(RuntimeOrigin::root()), DispatchError::BadOrigin);
		assert_ok!(call(RuntimeOrigin::signed(SENDER)));
		assert_eq!(Balances::free_balance(RECEIVER), 5);
		assert_eq!(Balances::free_balance(SENDER), 1_000_000 - 5 - 210_000);
		assert_eq!(System::account_nonce(SENDER), 1);
	});
}

#[test]
fn nonce_beyond_the_runtimes_type_fails() {
	run(|| {
		let largest = u64::from(u32::MAX);
		assert_ok!(Pallet::<Narrow>::set_nonce(&SENDER, largest));
		assert_storage_noop!(assert_eq!(
			Pallet::<Narrow>::set_nonce(&SENDER, largest + 1),
			Err(HostError::NonceTooLarge { address: SENDER, nonce: largest + 1 })
		));
		let refused = RunnerError::NonceOverflow { address: SENDER };
		assert_eq!(Pallet::<Narrow>::validate(&send(1)), Err(refused.clone()));
		assert_storage_noop!(assert_eq!(
			Pallet::<Narrow>::execute(send(1), ExecuteMode::Transaction),
			Err(refused)
		));
		assert_ok!(Pallet::<Narrow>::set_nonce(&SENDER, largest - 1));
		let info = Pallet::<Narrow>::execute(send(1), ExecuteMode::Transaction).unwrap();
		assert_eq!(info.exit, ExitReason::Succeed);
	});
}

#[test]
fn genesis_nonce_beyond_the_runtimes_type_fails() {
	let check = |nonce: u64| {
		let account = GenesisAccount { nonce: nonce.into(), ..Default::default() };
		EVMConfig { accounts: [(SENDER, account)].into(), ..Default::default() }.check()
	};
	let largest = u64::from(u32::MAX);
	assert_eq!(check(largest), Ok(()));
	let error = GenesisError::NonceTooLarge { address: SENDER, nonce: largest + 1 };
	assert_eq!(check(largest + 1), Err(error));
}

/// A genesis in which both sections fund the account.
fn doubly_funded(by_currency: u128, by_evm: u128) -> sp_io::TestExternalities {
	let account = GenesisAccount { balance: by_evm.into(), ..Default::default() };
	let config = RuntimeGenesisConfig {
		balances: BalancesConfig { balances: vec![(SENDER, by_currency)], ..Default::default() },
		evm: EVMConfig { accounts: [(SENDER, account)].into(), ..Default::default() },
		..Default::default()
	};
	config.build_storage().expect("the genesis is valid").into()
}

#[test]
fn genesis_balance_that_the_currency_gave_is_left() {
	doubly_funded(10, 10).execute_with(|| {
		assert_eq!((Balances::free_balance(SENDER), Balances::total_issuance()), (10, 10));
	});
}

#[test]
#[should_panic(expected = "balance 5 is configured, but another part of the genesis gave it 10")]
fn genesis_balance_other_than_that_of_the_currency_panics() {
	doubly_funded(10, 5);
}

#[test]
#[should_panic(expected = "balance 0 is configured, but another part of the genesis gave it 10")]
fn genesis_without_the_balance_of_the_currency_panics() {
	doubly_funded(10, 0);
}

/// Nonces that the runtime's own transactions used hold no reference until the EVM writes one.
#[test]
fn nonce_written_by_the_runtime_is_continued() {
	run(|| {
		System::inc_account_nonce(SENDER);
		assert!(!crate::NonceReferences::<Narrow>::contains_key(SENDER));
		let request = ExecuteRequest { nonce: Some(1), ..send(1_000_000 - 210_000) };
		let info = Pallet::<Narrow>::execute(request, ExecuteMode::Transaction).unwrap();
		assert_eq!(info.exit, ExitReason::Succeed);
		assert_eq!((Balances::free_balance(SENDER), System::account_nonce(SENDER)), (0, 2));
		assert_eq!(System::sufficients(&SENDER), 1);
	});
}

/// An upgrade takes the references of nonces that another pallet wrote.
#[test]
fn nonces_of_all_accounts_are_held_in_steps() {
	run(|| {
		let accounts: Vec<H160> = (3..8u8).map(H160::repeat_byte).collect();
		for account in &accounts {
			assert_ok!(Balances::force_set_balance(RuntimeOrigin::root(), *account, 10));
			System::inc_account_nonce(account);
		}
		// The sender is the sixth account; the last step finds no more.
		let mut steps = 1;
		let mut last = Pallet::<Narrow>::hold_nonces(None, 2);
		while let Some(account) = last {
			last = Pallet::<Narrow>::hold_nonces(Some(&account), 2);
			steps += 1;
		}
		assert_eq!((steps, System::sufficients(&SENDER)), (4, 0));
		assert_storage_noop!(assert_eq!(Pallet::<Narrow>::hold_nonces(None, 100), None));
		for account in accounts {
			assert_eq!(System::sufficients(&account), 1);
			let origin = RuntimeOrigin::signed(account);
			assert_ok!(Balances::transfer_all(origin, SENDER, false));
			assert_eq!(Balances::free_balance(account), 0);
			assert_eq!(System::account_nonce(account), 1);
		}
	});
}
