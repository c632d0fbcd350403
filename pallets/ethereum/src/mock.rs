//! A runtime with 32-byte accounts, hashed addresses and `AuthorizeCall`, as the reference runtime.

use codec::Encode;
use frame_support::{
	derive_impl,
	dispatch::{DispatchInfo, GetDispatchInfo, PostDispatchInfo},
	pallet_prelude::*,
	parameter_types,
	traits::{fungible::Mutate, ConstU128, ConstU32, ConstU64, FindAuthor, Hooks},
	ConsensusEngineId,
};
use sp_core::{H160, H256};
use sp_runtime::{
	traits::{Applyable, BlakeTwo256, Checkable, IdentityLookup},
	AccountId32, ApplyExtrinsicResultWithInfo, BuildStorage, MultiSignature,
};

use crate as pallet_ethereum;
use crate::{EthereumBlock, Event};

pub(crate) const CHAIN_ID: u64 = 4_242;
/// Wei per gas.
pub(crate) const BASE_FEE: u128 = 1_000;
pub(crate) const RETENTION: u32 = 5;
pub(crate) const MAX_BYTES: u32 = 4_096;
/// What each wallet of [`ExtBuilder`] has.
pub(crate) const FUNDS: u128 = 1_000_000_000_000;

pub(crate) type Extension = (frame_system::AuthorizeCall<Test>,);
pub(crate) type Extrinsic =
	sp_runtime::generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, Extension>;
pub(crate) type Header = sp_runtime::generic::Header<u32, BlakeTwo256>;
pub(crate) type Block = sp_runtime::generic::Block<Header, Extrinsic>;

#[frame_support::runtime]
mod runtime {
	#[runtime::runtime]
	#[runtime::derive(
		RuntimeCall,
		RuntimeEvent,
		RuntimeError,
		RuntimeOrigin,
		RuntimeFreezeReason,
		RuntimeHoldReason,
		RuntimeSlashReason,
		RuntimeLockId,
		RuntimeTask
	)]
	pub struct Test;

	#[runtime::pallet_index(0)]
	pub type System = frame_system::Pallet<Test>;
	#[runtime::pallet_index(1)]
	pub type Timestamp = pallet_timestamp::Pallet<Test>;
	#[runtime::pallet_index(2)]
	pub type Balances = pallet_balances::Pallet<Test>;
	#[runtime::pallet_index(3)]
	pub type EVM = pallet_evm::Pallet<Test>;
	#[runtime::pallet_index(4)]
	pub type Ethereum = pallet_ethereum::Pallet<Test>;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type Nonce = u64;
	type AccountData = pallet_balances::AccountData<u128>;
	type DbWeight = ();
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ConstU128<1>;
	type AccountStore = System;
}

parameter_types! {
	pub static Locked: Vec<H160> = vec![];
	pub static BlockGasLimit: u64 = 30_000_000;
	pub static ReceiptRetention: u32 = RETENTION;
	pub static GasIsFree: bool = false;
	pub static AcceptUnprotected: bool = false;
	pub static Spec: pallet_evm::EvmSpec = pallet_evm::EvmSpec::Osaka;
	pub const WeightPerGas: Weight = Weight::from_parts(20_000, 0);
}

pub struct Guard;

impl pallet_evm::AccountGuard for Guard {
	fn is_locked(address: &H160) -> bool {
		Locked::get().contains(address)
	}

	fn is_reserved(_: &H160) -> bool {
		false
	}
}

pub struct Author;

impl FindAuthor<H160> for Author {
	fn find_author<'a, I>(_: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(H160::repeat_byte(0xaa))
	}
}

/// EIP-1559, unless [`GasIsFree`].
pub struct Fees;

impl pallet_evm::OnChargeEvmTransaction<Test> for Fees {
	fn charges() -> bool {
		!GasIsFree::get()
	}

	fn on_paid(author: &H160, payment: pallet_evm::GasPayment) {
		<pallet_evm::BurnBaseFee as pallet_evm::OnChargeEvmTransaction<Test>>::on_paid(
			author, payment,
		)
	}
}

impl pallet_evm::Config for Test {
	type AddressMapping = pallet_evm::HashedAddressMapping<BlakeTwo256>;
	type Currency = Balances;
	type CallOrigin = pallet_evm::EnsureAddressTruncated;
	type WithdrawOrigin = pallet_evm::EnsureAddressTruncated;
	type FeeCalculator = pallet_evm::FixedGasPrice<ConstU64<{ BASE_FEE as u64 }>>;
	type OnChargeTransaction = Fees;
	type GasWeightMapping = pallet_evm::FixedGasWeightMapping<Self>;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<CHAIN_ID>;
	type BlockGasLimit = BlockGasLimit;
	type TransactionGasLimit = pallet_evm::MainnetTransactionGasLimit;
	type FindAuthor = Author;
	type Timestamp = Timestamp;
	type BlockHashMapping = pallet_evm::SubstrateBlockHashMapping<Self>;
	type AccountGuard = Guard;
	type OnExecuted = Ethereum;
	type Spec = Spec;
	type MaxCodeSize = ConstU32<24_576>;
	type WeightInfo = ();
}

impl crate::Config for Test {
	type MaxTransactionBytes = ConstU32<MAX_BYTES>;
	type ReceiptRetention = ReceiptRetention;
	type AcceptUnprotected = AcceptUnprotected;
	type WeightInfo = crate::weights::SubstrateWeight<Test>;
}

/// The Substrate account of `address`.
pub(crate) fn account(address: H160) -> AccountId32 {
	use pallet_evm::AddressMapping;
	pallet_evm::HashedAddressMapping::<BlakeTwo256>::into_account_id(address)
}

pub(crate) fn fund(address: H160, amount: u128) {
	Balances::mint_into(&account(address), amount).unwrap();
}

pub(crate) fn balance(address: H160) -> u128 {
	Balances::free_balance(account(address))
}

pub(crate) fn nonce(address: H160) -> u64 {
	EVM::nonce(&address)
}

/// Runs `test` in block 1, with the wallets of seed 1 and 2 funded, and checks the invariants.
pub(crate) fn execute(test: impl FnOnce()) {
	Locked::set(vec![]);
	BlockGasLimit::set(30_000_000);
	ReceiptRetention::set(RETENTION);
	GasIsFree::set(false);
	AcceptUnprotected::set(false);
	Spec::set(pallet_evm::EvmSpec::Osaka);
	let storage = RuntimeGenesisConfig::default().build_storage().unwrap();
	sp_io::TestExternalities::new(storage).execute_with(|| {
		begin_block(1);
		for seed in [1, 2] {
			fund(crate::tests::wallet::Wallet::new(seed).address(), FUNDS);
		}
		test();
		Ethereum::do_try_state().unwrap();
		EVM::do_try_state().unwrap();
	});
}

pub(crate) fn begin_block(number: u32) {
	System::reset_events();
	System::initialize(&number, &H256::repeat_byte(number as u8), &Default::default());
	Ethereum::on_initialize(number);
}

/// Ends the current block and gives what is kept of it.
pub(crate) fn end_block() -> EthereumBlock {
	let number = System::block_number();
	Ethereum::on_finalize(number);
	Ethereum::do_try_state().unwrap();
	Ethereum::block(number).unwrap()
}

pub(crate) fn next_block() -> EthereumBlock {
	let block = end_block();
	begin_block(System::block_number() + 1);
	block
}

pub(crate) fn extrinsic(raw: Vec<u8>) -> Extrinsic {
	let call = Ethereum::convert_call(raw).unwrap();
	Extrinsic::new_transaction(call.into(), (frame_system::AuthorizeCall::new(),))
}

type Checked = <Extrinsic as Checkable<frame_system::ChainContext<Test>>>::Checked;

pub(crate) fn checked(raw: Vec<u8>) -> (Checked, DispatchInfo, usize) {
	let extrinsic = extrinsic(raw);
	let (info, length) = (extrinsic.get_dispatch_info(), extrinsic.encoded_size());
	let context = frame_system::ChainContext::<Test>::default();
	(extrinsic.check(&context).unwrap(), info, length)
}

/// The transaction pool's question.
pub(crate) fn validate(raw: Vec<u8>) -> TransactionValidity {
	let (checked, info, length) = checked(raw);
	checked.validate::<Test>(TransactionSource::External, &info, length)
}

/// Inclusion in the current block.
pub(crate) fn apply(raw: Vec<u8>) -> ApplyExtrinsicResultWithInfo<PostDispatchInfo> {
	let (checked, info, length) = checked(raw);
	checked.apply::<Test>(&info, length)
}

/// Inclusion that must succeed; gives the event of the transaction.
pub(crate) fn apply_ok(raw: Vec<u8>) -> Event<Test> {
	apply(raw).unwrap().unwrap();
	System::events()
		.into_iter()
		.rev()
		.find_map(|record| match record.event {
			RuntimeEvent::Ethereum(event) => Some(event),
			_ => None,
		})
		.unwrap()
}
