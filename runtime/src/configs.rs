//! The configuration of each pallet.

use frame_support::{
	derive_impl, parameter_types,
	traits::{
		ConstBool, ConstU128, ConstU32, ConstU64, ConstU8, EitherOf, EitherOfDiverse, FindAuthor,
		MapSuccess, VariantCountOf,
	},
	weights::{
		constants::{ParityDbWeight, WEIGHT_REF_TIME_PER_SECOND},
		Weight,
	},
	PalletId,
};
use frame_system::{limits::BlockWeights, EnsureRoot, EnsureSigned};
use pallet_transaction_payment::{ConstFeeMultiplier, FungibleAdapter, Multiplier};
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::H160;
use sp_runtime::{
	traits::{AccountIdConversion, BlakeTwo256, One, Replace},
	ConsensusEngineId, Perbill,
};
use sp_version::RuntimeVersion;

use crate::*;

/// The part of a block that users' transactions may take; the rest is for what must not wait.
const NORMAL_RATIO: Perbill = Perbill::from_percent(75);
/// The gas limit of a block.
const BLOCK_GAS_LIMIT: u64 = 60_000_000;
/// Time for one unit of gas in picoseconds: what the slowest instruction takes, precompiles apart
/// (`docs/measuring.md`). The gas limit of a block takes all of its 1.5 seconds.
const PICOSECONDS_PER_GAS: u64 = 25_000;
/// The base fee in wei: one gwei.
const BASE_FEE: u64 = 1_000_000_000;
/// Blocks for which Ethereum transactions and receipts stay in the state: three hours, as long as
/// the pool keeps a transaction that has not been executed, so that a wallet can tell the two apart.
/// A block full of logs takes about 8 MB and costs 0.06 tokens in base fees.
const RECEIPT_RETENTION: u32 = pallet_ethereum::LONGEVITY as u32;
/// Blocks of a day.
const DAY: u32 = (24 * 3_600_000 / MILLISECONDS_PER_SLOT) as u32;

/// The council's instance of the collective pallet.
type CouncilCollective = pallet_collective::Instance1;

parameter_types! {
	pub const BlockHashCount: BlockNumber = BLOCK_HASH_COUNT;
	pub const Version: RuntimeVersion = VERSION;
	// Two seconds of computation in a slot of six. This chain makes no proofs for validators, so
	// their size is not bounded.
	pub RuntimeBlockWeights: BlockWeights = BlockWeights::with_sensible_defaults(
		Weight::from_parts(2 * WEIGHT_REF_TIME_PER_SECOND, u64::MAX),
		NORMAL_RATIO,
	);
	pub const SS58Prefix: u8 = 42;
	pub FeeMultiplier: Multiplier = Multiplier::one();
	pub const WeightPerGas: Weight = Weight::from_parts(PICOSECONDS_PER_GAS, 0);
	pub const MigrationPalletId: PalletId = PalletId(*b"evm/migr");
	pub TreasuryAccount: AccountId = PalletId(*b"py/trsry").into_account_truncating();
	pub const MaxImportShare: Perbill = Perbill::from_percent(50);
	pub MaxProposalWeight: Weight = Perbill::from_percent(50) * RuntimeBlockWeights::get().max_block;
}

#[derive_impl(frame_system::config_preludes::SolochainDefaultConfig)]
impl frame_system::Config for Runtime {
	type Block = Block;
	type BlockWeights = RuntimeBlockWeights;
	type AccountId = AccountId;
	type Nonce = Nonce;
	type Hash = Hash;
	type BlockHashCount = BlockHashCount;
	type DbWeight = ParityDbWeight;
	type Version = Version;
	type AccountData = pallet_balances::AccountData<Balance>;
	type SS58Prefix = SS58Prefix;
	type MaxConsumers = ConstU32<16>;
}

impl pallet_timestamp::Config for Runtime {
	type Moment = u64;
	type OnTimestampSet = Aura;
	type MinimumPeriod = ConstU64<{ MILLISECONDS_PER_SLOT / 2 }>;
	type WeightInfo = ();
}

impl pallet_aura::Config for Runtime {
	type AuthorityId = AuraId;
	type DisabledValidators = ();
	type MaxAuthorities = ConstU32<32>;
	type AllowMultipleBlocksPerSlot = ConstBool<false>;
	type SlotDuration = ConstU64<MILLISECONDS_PER_SLOT>;
}

impl pallet_grandpa::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = ();
	type MaxAuthorities = ConstU32<32>;
	type MaxNominators = ConstU32<0>;
	type MaxSetIdSessionEntries = ConstU64<0>;
	type KeyOwnerProof = sp_core::Void;
	type EquivocationReportSystem = ();
}

#[derive_impl(pallet_balances::config_preludes::TestDefaultConfig)]
impl pallet_balances::Config for Runtime {
	type MaxLocks = ConstU32<50>;
	type MaxReserves = ();
	type ReserveIdentifier = [u8; 8];
	type Balance = Balance;
	type ExistentialDeposit = ConstU128<EXISTENTIAL_DEPOSIT>;
	type AccountStore = System;
	type FreezeIdentifier = RuntimeFreezeReason;
	type MaxFreezes = VariantCountOf<RuntimeFreezeReason>;
	type RuntimeHoldReason = RuntimeHoldReason;
	type RuntimeFreezeReason = RuntimeFreezeReason;
	type RuntimeEvent = RuntimeEvent;
	type WeightInfo = pallet_balances::weights::SubstrateWeight<Runtime>;
}

impl pallet_transaction_payment::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type OnChargeTransaction = FungibleAdapter<Balances, ()>;
	type OperationalFeeMultiplier = ConstU8<5>;
	type WeightToFee = fees::WorkFee<Runtime>;
	type LengthToFee = fees::ByteFee<Runtime>;
	type FeeMultiplierUpdate = ConstFeeMultiplier<FeeMultiplier>;
	type WeightInfo = pallet_transaction_payment::weights::SubstrateWeight<Runtime>;
}

impl pallet_sudo::Config for Runtime {
	type RuntimeEvent = RuntimeEvent;
	type RuntimeCall = RuntimeCall;
	type WeightInfo = pallet_sudo::weights::SubstrateWeight<Runtime>;
}

/// The EVM address that a block's author earns for: the one its account acts as.
pub struct AuthorAddress;

impl FindAuthor<H160> for AuthorAddress {
	fn find_author<'a, I>(digests: I) -> Option<H160>
	where
		I: 'a + IntoIterator<Item = (ConsensusEngineId, &'a [u8])>,
	{
		let index = <Aura as FindAuthor<u32>>::find_author(digests)?;
		let authorities = pallet_aura::Authorities::<Runtime>::get();
		let author = authorities.get(index as usize)?;
		let key: &[u8] = author.as_ref();
		Some(migration_primitives::address::truncated(key))
	}
}

impl pallet_evm::Config for Runtime {
	type AddressMapping = pallet_evm::HashedAddressMapping<BlakeTwo256>;
	type Currency = Balances;
	type CallOrigin = pallet_evm::EnsureAddressTruncated;
	type WithdrawOrigin = pallet_evm::EnsureAddressTruncated;
	type FeeCalculator = pallet_evm::FixedGasPrice<ConstU64<BASE_FEE>>;
	type OnChargeTransaction = pallet_evm::BurnBaseFee;
	type GasWeightMapping = pallet_evm::MeasuredGasWeightMapping<Runtime>;
	type WeightPerGas = WeightPerGas;
	type ChainId = ConstU64<{ genesis::DEFAULT_CHAIN_ID }>;
	type BlockGasLimit = ConstU64<BLOCK_GAS_LIMIT>;
	type TransactionGasLimit = pallet_evm::MainnetTransactionGasLimit;
	type FindAuthor = AuthorAddress;
	type Timestamp = Timestamp;
	type BlockHashMapping = pallet_evm::SubstrateBlockHashMapping<Runtime>;
	type AccountGuard = Migration;
	type OnExecuted = Ethereum;
	type Spec = pallet_evm::Osaka;
	type MaxCodeSize = ConstU32<{ migration_primitives::limits::MAX_CODE_BYTES as u32 }>;
	type WeightInfo = ();
}

impl pallet_ethereum::Config for Runtime {
	// Geth's limit.
	type MaxTransactionBytes = ConstU32<131_072>;
	type ReceiptRetention = ConstU32<RECEIPT_RETENTION>;
	type AcceptUnprotected = ConstBool<false>;
	type WeightInfo = pallet_ethereum::weights::SubstrateWeight<Runtime>;
}

impl pallet_collective::Config<CouncilCollective> for Runtime {
	type RuntimeOrigin = RuntimeOrigin;
	type Proposal = RuntimeCall;
	type RuntimeEvent = RuntimeEvent;
	type MotionDuration = ConstU32<{ 7 * DAY }>;
	type MaxProposals = ConstU32<20>;
	type MaxMembers = ConstU32<100>;
	type DefaultVote = pallet_collective::PrimeDefaultVote;
	type WeightInfo = pallet_collective::weights::SubstrateWeight<Runtime>;
	type SetMembersOrigin = EnsureRoot<AccountId>;
	type MaxProposalWeight = MaxProposalWeight;
	type DisapproveOrigin = EnsureRoot<AccountId>;
	type KillOrigin = EnsureRoot<AccountId>;
	// Only members propose.
	type Consideration = ();
}

/// The chain's root, or this part of the council at least.
type RootOrCouncil<const N: u32, const D: u32> = EitherOfDiverse<
	EnsureRoot<AccountId>,
	pallet_collective::EnsureProportionAtLeast<AccountId, CouncilCollective, N, D>,
>;

impl pallet_migration::Config for Runtime {
	type Currency = Balances;
	type Evm = pallet_migration::PalletEvm<Runtime>;
	type ProposeOrigin = RootOrCouncil<2, 3>;
	// To stop something takes fewer than to let it happen, or to let it go on.
	type PauseOrigin = RootOrCouncil<1, 3>;
	type ResumeOrigin = RootOrCouncil<2, 3>;
	type AbortOrigin = RootOrCouncil<1, 2>;
	type ResolveOrigin = RootOrCouncil<2, 3>;
	type ActivateOrigin = RootOrCouncil<2, 3>;
	// Whoever holds the key, and of the treasury, which has none, who spends from it.
	type FundOrigin = EitherOf<
		EnsureSigned<AccountId>,
		MapSuccess<RootOrCouncil<2, 3>, Replace<TreasuryAccount>>,
	>;
	type PalletId = MigrationPalletId;
	// Above the longest code, and so that the heaviest chunk, one of short contracts alone, stays below half of
	// a block.
	type MaxChunkBytes = ConstU32<81_920>;
	// As many heads as fit these bytes, of accounts that are not empty.
	type MaxChunkAccounts = ConstU32<900>;
	type MaxChunkSlots = ConstU32<2_000>;
	// 1,024 entries of the longest kind.
	type MaxMapChunkBytes = ConstU32<131_072>;
	type LookAhead = ConstU32<64>;
	// Genesis gives development chains less.
	type MinReviewBlocks = ConstU32<DAY>;
	type MaxImportShare = MaxImportShare;
	type WeightInfo = weights::MigrationWeight<Runtime>;
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
	use frame_support::dispatch::{DispatchClass, GetDispatchInfo};

	use super::*;

	/// The longest record with the longest execution: zeros, for all the gas that a call may have.
	#[test]
	fn call_with_the_most_input_fits_an_extrinsic_works() {
		let gas_limit = pallet_evm::MAX_TRANSACTION_GAS_LIMIT;
		// EIP-7623: 10 gas for each.
		let input = vec![0; ((gas_limit - 21_000) / 10) as usize];
		let call = RuntimeCall::EVM(pallet_evm::Call::call {
			source: H160::zero(),
			target: H160::zero(),
			input,
			value: 0.into(),
			gas_limit,
			max_fee_per_gas: BASE_FEE.into(),
			max_priority_fee_per_gas: None,
			nonce: None,
			access_list: vec![],
			authorization_list: vec![],
		});
		let limit = RuntimeBlockWeights::get().get(DispatchClass::Normal).max_extrinsic.unwrap();
		let weight = call.get_dispatch_info().call_weight;
		assert!(weight.all_lte(limit), "it weighs {weight}, an extrinsic may {limit}");
	}
}
