//! What the node and clients ask the runtime.

use alloc::vec::Vec;

use frame_support::{
	genesis_builder_helper::{build_state, get_preset},
	weights::Weight,
};
use pallet_evm::{AccountView, ExecuteRequest, ExecutionInfo, GasEstimate, RunnerError};
use pallet_grandpa::AuthorityId as GrandpaId;
use pallet_migration::primitives::{
	manifest::Manifest,
	proof::ProofRecord,
	status::{AccountRecord, MigrationRecord, Owed, SourceRecord},
};
use sp_api::impl_runtime_apis;
use sp_consensus_aura::sr25519::AuthorityId as AuraId;
use sp_core::{crypto::KeyTypeId, OpaqueMetadata, H160, H256, U256};
use sp_runtime::{
	traits::{Block as BlockT, NumberFor},
	transaction_validity::{TransactionSource, TransactionValidity},
	ApplyExtrinsicResult,
};
use sp_session::OpaqueGeneratedSessionKeys;
use sp_version::RuntimeVersion;

use crate::*;

impl_runtime_apis! {
	impl sp_api::Core<Block> for Runtime {
		fn version() -> RuntimeVersion {
			VERSION
		}

		fn execute_block(block: <Block as BlockT>::LazyBlock) {
			Executive::execute_block(block);
		}

		fn initialize_block(
			header: &<Block as BlockT>::Header,
		) -> sp_runtime::ExtrinsicInclusionMode {
			Executive::initialize_block(header)
		}
	}

	impl sp_api::Metadata<Block> for Runtime {
		fn metadata() -> OpaqueMetadata {
			OpaqueMetadata::new(Runtime::metadata().into())
		}

		fn metadata_at_version(version: u32) -> Option<OpaqueMetadata> {
			Runtime::metadata_at_version(version)
		}

		fn metadata_versions() -> Vec<u32> {
			Runtime::metadata_versions()
		}
	}

	impl sp_block_builder::BlockBuilder<Block> for Runtime {
		fn apply_extrinsic(extrinsic: <Block as BlockT>::Extrinsic) -> ApplyExtrinsicResult {
			Executive::apply_extrinsic(extrinsic)
		}

		fn finalize_block() -> <Block as BlockT>::Header {
			Executive::finalize_block()
		}

		fn inherent_extrinsics(
			data: sp_inherents::InherentData,
		) -> Vec<<Block as BlockT>::Extrinsic> {
			data.create_extrinsics()
		}

		fn check_inherents(
			block: <Block as BlockT>::LazyBlock,
			data: sp_inherents::InherentData,
		) -> sp_inherents::CheckInherentsResult {
			data.check_extrinsics(&block)
		}
	}

	impl sp_transaction_pool::runtime_api::TaggedTransactionQueue<Block> for Runtime {
		fn validate_transaction(
			source: TransactionSource,
			transaction: <Block as BlockT>::Extrinsic,
			block_hash: <Block as BlockT>::Hash,
		) -> TransactionValidity {
			Executive::validate_transaction(source, transaction, block_hash)
		}
	}

	impl sp_offchain::OffchainWorkerApi<Block> for Runtime {
		fn offchain_worker(header: &<Block as BlockT>::Header) {
			Executive::offchain_worker(header)
		}
	}

	impl sp_consensus_aura::AuraApi<Block, AuraId> for Runtime {
		fn slot_duration() -> sp_consensus_aura::SlotDuration {
			sp_consensus_aura::SlotDuration::from_millis(Aura::slot_duration())
		}

		fn authorities() -> Vec<AuraId> {
			pallet_aura::Authorities::<Runtime>::get().into_inner()
		}
	}

	impl sp_session::SessionKeys<Block> for Runtime {
		fn generate_session_keys(
			owner: Vec<u8>,
			seed: Option<Vec<u8>>,
		) -> OpaqueGeneratedSessionKeys {
			opaque::SessionKeys::generate(&owner, seed).into()
		}

		fn decode_session_keys(encoded: Vec<u8>) -> Option<Vec<(Vec<u8>, KeyTypeId)>> {
			opaque::SessionKeys::decode_into_raw_public_keys(&encoded)
		}
	}

	impl sp_consensus_grandpa::GrandpaApi<Block> for Runtime {
		fn grandpa_authorities() -> sp_consensus_grandpa::AuthorityList {
			Grandpa::grandpa_authorities()
		}

		fn current_set_id() -> sp_consensus_grandpa::SetId {
			Grandpa::current_set_id()
		}

		fn submit_report_equivocation_unsigned_extrinsic(
			_: sp_consensus_grandpa::EquivocationProof<<Block as BlockT>::Hash, NumberFor<Block>>,
			_: sp_consensus_grandpa::OpaqueKeyOwnershipProof,
		) -> Option<()> {
			None
		}

		fn generate_key_ownership_proof(
			_: sp_consensus_grandpa::SetId,
			_: GrandpaId,
		) -> Option<sp_consensus_grandpa::OpaqueKeyOwnershipProof> {
			None
		}
	}

	impl frame_system_rpc_runtime_api::AccountNonceApi<Block, AccountId, Nonce> for Runtime {
		fn account_nonce(account: AccountId) -> Nonce {
			System::account_nonce(account)
		}
	}

	impl pallet_transaction_payment_rpc_runtime_api::TransactionPaymentApi<Block, Balance>
		for Runtime
	{
		fn query_info(
			extrinsic: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> pallet_transaction_payment_rpc_runtime_api::RuntimeDispatchInfo<Balance> {
			TransactionPayment::query_info(extrinsic, length)
		}

		fn query_fee_details(
			extrinsic: <Block as BlockT>::Extrinsic,
			length: u32,
		) -> pallet_transaction_payment::FeeDetails<Balance> {
			TransactionPayment::query_fee_details(extrinsic, length)
		}

		fn query_weight_to_fee(weight: Weight) -> Balance {
			TransactionPayment::weight_to_fee(weight)
		}

		fn query_length_to_fee(length: u32) -> Balance {
			TransactionPayment::length_to_fee(length)
		}
	}

	impl sp_genesis_builder::GenesisBuilder<Block> for Runtime {
		fn build_state(config: Vec<u8>) -> sp_genesis_builder::Result {
			build_state::<RuntimeGenesisConfig>(config)
		}

		fn get_preset(id: &Option<sp_genesis_builder::PresetId>) -> Option<Vec<u8>> {
			get_preset::<RuntimeGenesisConfig>(id, genesis::get_preset)
		}

		fn preset_names() -> Vec<sp_genesis_builder::PresetId> {
			genesis::preset_names()
		}
	}

	impl pallet_evm::runtime_api::EvmRuntimeApi<Block> for Runtime {
		fn chain_id() -> u64 {
			EVM::chain_id()
		}

		fn account(address: H160) -> AccountView {
			EVM::account(address)
		}

		fn code(address: H160) -> Vec<u8> {
			EVM::code(address)
		}

		fn storage_at(address: H160, slot: H256) -> H256 {
			EVM::storage_at(address, slot)
		}

		fn base_fee() -> U256 {
			EVM::base_fee()
		}

		fn block_gas_limit() -> u64 {
			EVM::block_gas_limit()
		}

		fn author() -> H160 {
			EVM::author()
		}

		fn block_timestamp() -> u64 {
			EVM::block_timestamp()
		}

		fn call(request: ExecuteRequest) -> Result<ExecutionInfo, RunnerError> {
			EVM::read_only_call(request)
		}

		fn estimate_gas(request: ExecuteRequest) -> Result<GasEstimate, RunnerError> {
			EVM::estimate_gas(request)
		}
	}

	impl pallet_ethereum::EthereumRuntimeApi<Block> for Runtime {
		fn block(number: u32) -> Option<pallet_ethereum::EthereumBlock> {
			pallet_ethereum::Blocks::<Runtime>::get(number)
		}

		fn transaction_index(hash: H256) -> Option<(u32, u32)> {
			pallet_ethereum::TransactionIndex::<Runtime>::get(hash)
		}

		fn convert_transaction(raw: Vec<u8>) -> Option<<Block as BlockT>::Extrinsic> {
			let call = Ethereum::convert_call(raw).ok()?;
			Some(general_transaction(call.into()))
		}
	}

	impl pallet_migration::runtime_api::MigrationRuntimeApi<Block, AccountId, BlockNumber>
		for Runtime
	{
		fn active() -> Option<u32> {
			pallet_migration::Active::<Runtime>::get()
		}

		fn next_migration() -> u32 {
			pallet_migration::NextMigration::<Runtime>::get()
		}

		fn migration(migration: u32) -> Option<MigrationRecord<BlockNumber>> {
			pallet_migration::Migrations::<Runtime>::get(migration)
		}

		fn manifest(migration: u32) -> Option<Manifest<AccountId>> {
			pallet_migration::Manifests::<Runtime>::get(migration)
		}

		fn target_of(chain_id: u64, source: H160) -> Option<AccountRecord<AccountId>> {
			pallet_migration::Accounts::<Runtime>::get(chain_id, source)
		}

		fn source_of(target: H160) -> Option<SourceRecord> {
			pallet_migration::Sources::<Runtime>::get(target)
		}

		fn owed(migration: u32, source: H160) -> Option<Owed<AccountId>> {
			pallet_migration::Ledger::<Runtime>::get(migration, source)
		}

		fn proof(digest: H256) -> Option<ProofRecord<BlockNumber>> {
			pallet_migration::Proofs::<Runtime>::get(digest)
		}

		fn account_id(address: H160) -> AccountId {
			<pallet_evm::HashedAddressMapping<BlakeTwo256> as pallet_evm::AddressMapping<
				AccountId,
			>>::into_account_id(address)
		}
	}
}
