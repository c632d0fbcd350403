//! A runtime for the tests: blocks, extrinsics and extensions are real, so that authorisation, pool
//! and dispatch are tested as they run in a node.

mod counting;

pub(crate) use counting::CountingEvm;

use codec::Encode;
use frame_support::{
	derive_impl, parameter_types,
	storage::{with_transaction_unchecked, TransactionOutcome},
	traits::{
		ConstU32, ConstU64, EitherOf, EitherOfDiverse, FindAuthor, MapSuccess, SortedMembers,
	},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
	ConsensusEngineId, PalletId,
};
use frame_system::{limits::BlockWeights, EnsureRoot, EnsureSigned, EnsureSignedBy};
use migration_primitives::{H160, H256};
use pallet_evm::AddressMapping;
use sp_core::{sr25519, Pair};
use sp_runtime::{
	generic,
	traits::{AccountIdConversion, BlakeTwo256, Dispatchable, IdentityLookup, Replace},
	transaction_validity::{TransactionSource, TransactionValidity},
	AccountId32, ApplyExtrinsicResult, BuildStorage, DispatchResult, MultiSignature, Perbill,
};

use crate as pallet_migration;

/// Wei of one ether.
pub(crate) const ETHER: u128 = 1_000_000_000_000_000_000;
/// Wei per gas.
pub(crate) const BASE_FEE: u64 = 1_000_000_000;
/// Milliseconds between two blocks.
const BLOCK_TIME: u64 = 6_000;

pub(crate) type Extension = (
	frame_system::AuthorizeCall<Test>,
	frame_system::CheckNonZeroSender<Test>,
	frame_system::CheckNonce<Test>,
	frame_system::CheckWeight<Test>,
);
pub(crate) type Extrinsic =
	generic::UncheckedExtrinsic<AccountId32, RuntimeCall, MultiSignature, Extension>;
type Header = generic::Header<u32, BlakeTwo256>;
type Block = generic::Block<Header, Extrinsic>;
type Executive = frame_executive::Executive<
	Test,
	Block,
	frame_system::ChainContext<Test>,
	Test,
	AllPalletsWithSystem,
>;

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
	pub type Migration = pallet_migration::Pallet<Test>;
}

parameter_types! {
	pub static BlockProofSize: u64 = u64::MAX;
	pub TestBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, BlockProofSize::get()),
		Perbill::from_percent(75),
	);
	pub const WeightPerGas: Weight = Weight::from_parts(20_000, 0);
	pub const EscrowPalletId: PalletId = PalletId(*b"evm/migr");
	pub const MaxImportShare: Perbill = Perbill::from_percent(50);
	pub TreasuryAccount: AccountId32 = PalletId(*b"py/trsry").into_account_truncating();
	pub static ExistentialDeposit: u128 = 1;
	pub static AccountsBeginWithAddresses: bool = false;
	pub static KeysLookedFor: u64 = 0;
	pub static MaxChunkBytes: u32 = 81_920;
	pub static MaxChunkAccounts: u32 = 900;
	pub static MaxChunkSlots: u32 = 2_000;
	pub static MaxMapChunkBytes: u32 = 131_072;
	pub static Spec: pallet_evm::EvmSpec = pallet_evm::EvmSpec::Osaka;
}

#[derive_impl(frame_system::config_preludes::TestDefaultConfig)]
impl frame_system::Config for Test {
	type Block = Block;
	type BlockWeights = TestBlockWeights;
	type DbWeight = ParityDbWeight;
	type AccountId = AccountId32;
	type Lookup = IdentityLookup<AccountId32>;
	type Nonce = u64;
	type AccountData = pallet_balances::AccountData<u128>;
}

#[derive_impl(pallet_timestamp::config_preludes::TestDefaultConfig)]
impl pallet_timestamp::Config for Test {}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Test {
	type Balance = u128;
	type ExistentialDeposit = ExistentialDeposit;
	type AccountStore = System;
}

/// Nobody in particular.
pub struct Author;

impl FindAuthor<H160> for Author {
	fn find_author<'a, I>(_: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		Some(H160::repeat_byte(0xaa))
	}
}

/// Accounts are hashes of addresses, unless a test lets them begin with the address, as on a chain
/// whose accounts have Ethereum keys.
pub struct TestMapping;

impl AddressMapping<AccountId32> for TestMapping {
	fn into_account_id(address: H160) -> AccountId32 {
		if AccountsBeginWithAddresses::get() {
			let mut account = [0; 32];
			account[..20].copy_from_slice(address.as_bytes());
			return account.into();
		}
		pallet_evm::HashedAddressMapping::<BlakeTwo256>::into_account_id(address)
	}
}

impl pallet_evm::Config for Test {
	type AddressMapping = TestMapping;
	type Currency = Balances;
	type CallOrigin = pallet_evm::EnsureAddressTruncated;
	type WithdrawOrigin = pallet_evm::EnsureAddressTruncated;
	type FeeCalculator = pallet_evm::FixedGasPrice<ConstU64<BASE_FEE>>;
	type OnChargeTransaction = pallet_evm::BurnBaseFee;
	type GasWeightMapping = pallet_evm::FixedGasWeightMapping<Self>;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<42>;
	type BlockGasLimit = ConstU64<60_000_000>;
	type TransactionGasLimit = pallet_evm::MainnetTransactionGasLimit;
	type FindAuthor = Author;
	type Timestamp = Timestamp;
	type BlockHashMapping = pallet_evm::SubstrateBlockHashMapping<Self>;
	type AccountGuard = Migration;
	type OnExecuted = ();
	type Spec = Spec;
	// Below the longest code of the formats, so that the EVM has something to refuse.
	type MaxCodeSize = ConstU32<65_535>;
	type WeightInfo = ();
}

/// One key for each power.
macro_rules! power {
	($name:ident, $key:literal) => {
		pub struct $name;

		impl SortedMembers<AccountId32> for $name {
			fn sorted_members() -> Vec<AccountId32> {
				vec![account($key)]
			}
		}
	};
}

power!(Pauser, "Pauser");
power!(Resumer, "Resumer");
power!(Aborter, "Aborter");
power!(Resolver, "Resolver");

impl pallet_migration::Config for Test {
	type Currency = Balances;
	type Evm = CountingEvm;
	type ProposeOrigin = EnsureRoot<AccountId32>;
	type PauseOrigin =
		EitherOfDiverse<EnsureRoot<AccountId32>, EnsureSignedBy<Pauser, AccountId32>>;
	type ResumeOrigin =
		EitherOfDiverse<EnsureRoot<AccountId32>, EnsureSignedBy<Resumer, AccountId32>>;
	type AbortOrigin =
		EitherOfDiverse<EnsureRoot<AccountId32>, EnsureSignedBy<Aborter, AccountId32>>;
	type ResolveOrigin =
		EitherOfDiverse<EnsureRoot<AccountId32>, EnsureSignedBy<Resolver, AccountId32>>;
	type ActivateOrigin = EnsureRoot<AccountId32>;
	type FundOrigin = EitherOf<
		EnsureSigned<AccountId32>,
		MapSuccess<EnsureRoot<AccountId32>, Replace<TreasuryAccount>>,
	>;
	type PalletId = EscrowPalletId;
	type MaxChunkBytes = MaxChunkBytes;
	type MaxChunkAccounts = MaxChunkAccounts;
	type MaxChunkSlots = MaxChunkSlots;
	type MaxMapChunkBytes = MaxMapChunkBytes;
	type LookAhead = ConstU32<4>;
	type MinReviewBlocks = ConstU32<3>;
	type MaxImportShare = MaxImportShare;
	type WeightInfo = pallet_migration::weights::CountedWeight<Test>;
}

/// A key pair of this chain; those of [`new_test_ext`] have 1,000 ether.
pub(crate) fn key(name: &str) -> sr25519::Pair {
	sr25519::Pair::from_string(&format!("//{name}"), None).expect("the name is a valid path")
}

/// The account of a key pair.
pub(crate) fn account(name: &str) -> AccountId32 {
	key(name).public().into()
}

/// The account that holds the balance of an EVM address.
pub(crate) fn evm_account(address: H160) -> AccountId32 {
	<Test as pallet_evm::Config>::AddressMapping::into_account_id(address)
}

/// Storage at the start of block 1, in which Alice and Bob have 1,000 ether each, the EVM's
/// [`user`] 10.
pub(crate) fn new_test_ext() -> sp_io::TestExternalities {
	let balances = vec![
		(account("Alice"), 1_000 * ETHER),
		(account("Bob"), 1_000 * ETHER),
		(evm_account(user()), 10 * ETHER),
	];
	let config = RuntimeGenesisConfig {
		balances: BalancesConfig { balances, ..Default::default() },
		..Default::default()
	};
	let mut externalities: sp_io::TestExternalities =
		config.build_storage().expect("the genesis is valid").into();
	externalities.execute_with(|| start_block(1, Default::default()));
	externalities
}

/// A user of this chain's EVM, whom no migration names unless a test says so.
pub(crate) fn user() -> H160 {
	H160::repeat_byte(0xee)
}

/// Runs a test and checks every invariant after it.
pub(crate) trait ExecuteAndCheck {
	fn execute_and_check(self, test: impl FnOnce());
}

impl ExecuteAndCheck for sp_io::TestExternalities {
	fn execute_and_check(mut self, test: impl FnOnce()) {
		self.execute_with(|| {
			test();
			check_invariants();
			next_block();
			check_invariants();
		});
	}
}

/// The invariants of both pallets, and that no wei is lost.
pub(crate) fn check_invariants() {
	Migration::do_try_state().expect("the invariants of the migration hold");
	EVM::do_try_state().expect("the invariants of the EVM hold");
	let free: u128 = frame_system::Account::<Test>::iter_values().map(|a| a.data.free).sum();
	assert_eq!(free, Balances::total_issuance(), "the issuance is the sum of the accounts");
}

fn start_block(number: u32, parent: H256) {
	let header = Header {
		parent_hash: parent,
		number,
		state_root: Default::default(),
		extrinsics_root: Default::default(),
		digest: Default::default(),
	};
	Executive::initialize_block(&header);
	let now = u64::from(number) * BLOCK_TIME;
	let set = RuntimeCall::Timestamp(pallet_timestamp::Call::set { now });
	Executive::apply_extrinsic(Extrinsic::new_bare(set))
		.expect("the inherent is valid")
		.expect("the inherent works");
}

/// Ends the block and begins the next.
pub(crate) fn next_block() {
	let header = Executive::finalize_block();
	start_block(header.number + 1, header.hash());
}

fn extension(nonce: u64) -> Extension {
	(
		frame_system::AuthorizeCall::new(),
		frame_system::CheckNonZeroSender::new(),
		frame_system::CheckNonce::from(nonce),
		frame_system::CheckWeight::new(),
	)
}

/// A transaction without a signer.
pub(crate) fn general(call: RuntimeCall) -> Extrinsic {
	Extrinsic::new_transaction(call, extension(0))
}

/// A transaction that `name` signed.
pub(crate) fn signed(name: &str, call: RuntimeCall) -> Extrinsic {
	let extension = extension(System::account_nonce(account(name)));
	let payload = generic::SignedPayload::new(call.clone(), extension.clone())
		.expect("the extension has nothing implicit");
	let signature = payload.using_encoded(|bytes| key(name).sign(bytes));
	Extrinsic::new_signed(call, account(name), signature.into(), extension)
}

/// What the transaction pool says of an extrinsic.
pub(crate) fn pool(extrinsic: Extrinsic) -> TransactionValidity {
	discard(|| {
		Executive::validate_transaction(
			TransactionSource::External,
			extrinsic,
			System::parent_hash(),
		)
	})
}

/// Includes an extrinsic in the block, as a block's author does: what is refused leaves nothing.
pub(crate) fn include(extrinsic: Extrinsic) -> ApplyExtrinsicResult {
	with_transaction_unchecked(|| match Executive::apply_extrinsic(extrinsic) {
		Ok(result) => TransactionOutcome::Commit(Ok(result)),
		Err(error) => TransactionOutcome::Rollback(Err(error)),
	})
}

/// Dispatches a call, as another pallet or a signed transaction does.
pub(crate) fn dispatch(call: crate::Call<Test>, origin: RuntimeOrigin) -> DispatchResult {
	RuntimeCall::Migration(call).dispatch(origin).map(|_| ()).map_err(|error| error.error)
}

/// Runs something and forgets what it wrote.
pub(crate) fn discard<R>(run: impl FnOnce() -> R) -> R {
	with_transaction_unchecked(|| TransactionOutcome::Rollback(run()))
}

/// This pallet's events since the block began or [`System::reset_events`].
pub(crate) fn events() -> Vec<crate::Event<Test>> {
	System::events()
		.into_iter()
		.filter_map(|record| match record.event {
			RuntimeEvent::Migration(event) => Some(event),
			_ => None,
		})
		.collect()
}
