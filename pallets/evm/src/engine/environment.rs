//! What the engine is told about block, chain and transaction.

use super::{
	authority,
	convert::{to_address, to_hash, to_word},
	intrinsic,
	memory::MAX_EVM_MEMORY,
	Rules,
};
use crate::{
	BlockHashMapping, Config, EvmSpec, ExecuteRequest, FeeCalculator, Pallet, RunnerError, Target,
};
use alloc::string::ToString;
use revm::{
	context::{BlockEnv, CfgEnv, TransactionType, TxEnv},
	context_interface::{
		block::BlobExcessGasAndPrice,
		transaction::{AccessList, AccessListItem},
	},
	primitives::{hardfork::SpecId, TxKind, B256, U256 as Word},
};
use sp_core::{Get, U256};
use sp_io::hashing::keccak_256;
use sp_runtime::traits::UniqueSaturatedInto;

impl From<EvmSpec> for SpecId {
	fn from(spec: EvmSpec) -> Self {
		match spec {
			EvmSpec::Frontier => Self::FRONTIER,
			EvmSpec::Homestead => Self::HOMESTEAD,
			EvmSpec::TangerineWhistle => Self::TANGERINE,
			EvmSpec::SpuriousDragon => Self::SPURIOUS_DRAGON,
			EvmSpec::Byzantium => Self::BYZANTIUM,
			EvmSpec::Petersburg => Self::PETERSBURG,
			EvmSpec::Istanbul => Self::ISTANBUL,
			EvmSpec::Berlin => Self::BERLIN,
			EvmSpec::London => Self::LONDON,
			EvmSpec::Paris => Self::MERGE,
			EvmSpec::Shanghai => Self::SHANGHAI,
			EvmSpec::Cancun => Self::CANCUN,
			EvmSpec::Prague => Self::PRAGUE,
			EvmSpec::Osaka => Self::OSAKA,
		}
	}
}

/// Configuration and block.
pub(super) fn block_environment<T: Config>(
	rules: Rules,
) -> Result<(CfgEnv, BlockEnv), RunnerError> {
	let mut cfg = CfgEnv::new_with_spec(T::Spec::get().into());
	cfg.chain_id = Pallet::<T>::chain_id();
	cfg.tx_gas_limit_cap = Some(T::TransactionGasLimit::get().unwrap_or(u64::MAX));
	cfg.memory_limit = MAX_EVM_MEMORY;
	cfg.disable_nonce_check = !rules.check_nonce;
	cfg.disable_eip3607 = !rules.transaction;
	cfg.disable_base_fee = !rules.transaction && !rules.charge;
	// Without a charge at a price of zero there is nothing to deduct or to give back.
	cfg.disable_fee_charge = !rules.transaction && !rules.charge;

	let base_fee = Pallet::<T>::current_base_fee().0;
	let number: u64 = frame_system::Pallet::<T>::block_number().unique_saturated_into();
	let block = BlockEnv {
		number: Word::from(number),
		beneficiary: to_address(Pallet::<T>::find_author()),
		timestamp: Word::from(Pallet::<T>::block_timestamp()),
		gas_limit: T::BlockGasLimit::get(),
		basefee: u64::try_from(base_fee)
			.map_err(|_| RunnerError::FeeOverflow { price: base_fee })?,
		difficulty: to_word(T::BlockHashMapping::difficulty()),
		prevrandao: Some(prevrandao::<T>()),
		blob_excess_gas_and_price: Some(BlobExcessGasAndPrice {
			excess_blob_gas: 0, // Not looked at, the price is.
			blob_gasprice: T::FeeCalculator::blob_base_fee(),
		}),
		..Default::default()
	};
	Ok((cfg, block))
}

fn prevrandao<T: Config>() -> B256 {
	match T::BlockHashMapping::prevrandao() {
		Some(value) => to_hash(value),
		None => B256::new(keccak_256(frame_system::Pallet::<T>::parent_hash().as_ref())),
	}
}

/// The transaction. Nothing of the request is copied unless its gas limit covers it.
pub(super) fn transaction_environment<T: Config>(
	request: &ExecuteRequest,
	rules: Rules,
	cfg: &CfgEnv,
) -> Result<TxEnv, RunnerError> {
	let tx_type = transaction_type(request, cfg.spec)?;
	intrinsic::check::<T>(
		request.gas_limit,
		&request.input,
		request.target.is_create(),
		request.list_sizes(),
	)?;
	let narrow = |price: Option<U256>| {
		let price = price.filter(|_| rules.charge).unwrap_or_default();
		u128::try_from(price).map_err(|_| RunnerError::FeeOverflow { price })
	};
	Ok(TxEnv {
		tx_type: tx_type as u8,
		caller: to_address(request.source),
		gas_limit: request.gas_limit,
		gas_price: narrow(request.max_fee_per_gas)?,
		gas_priority_fee: Some(narrow(request.max_priority_fee_per_gas)?),
		kind: match request.target {
			Target::Call(address) => TxKind::Call(to_address(address)),
			Target::Create | Target::Create2 { .. } => TxKind::Create,
		},
		value: to_word(request.value),
		data: request.input.clone().into(),
		nonce: if rules.transaction {
			request.nonce.unwrap_or_else(|| Pallet::<T>::nonce(&request.source))
		} else {
			0 // Not looked at.
		},
		chain_id: Some(cfg.chain_id),
		access_list: access_list(request),
		authorization_list: request.authorization_list.iter().map(authority::signed).collect(),
		..Default::default()
	})
}

/// The oldest kind of transaction that can carry the request under the hard fork.
fn transaction_type(
	request: &ExecuteRequest,
	spec: SpecId,
) -> Result<TransactionType, RunnerError> {
	let unsupported = |reason: &str| RunnerError::UnsupportedTransaction(reason.to_string());
	if !request.authorization_list.is_empty() {
		return match request.target {
			Target::Call(_) if spec.is_enabled_in(SpecId::PRAGUE) => Ok(TransactionType::Eip7702),
			Target::Call(_) => Err(unsupported("an authorization list before Prague")),
			_ => Err(unsupported("an authorization list in a creation")),
		};
	}
	if !request.access_list.is_empty() && !spec.is_enabled_in(SpecId::BERLIN) {
		return Err(unsupported("an access list before Berlin"));
	}
	if matches!(request.target, Target::Create2 { .. }) && !spec.is_enabled_in(SpecId::PETERSBURG) {
		return Err(unsupported("CREATE2 before Constantinople"));
	}
	if spec.is_enabled_in(SpecId::LONDON) {
		Ok(TransactionType::Eip1559)
	} else if request.access_list.is_empty() {
		Ok(TransactionType::Legacy)
	} else {
		Ok(TransactionType::Eip2930)
	}
}

fn access_list(request: &ExecuteRequest) -> AccessList {
	let items = request.access_list.iter().map(|(address, slots)| AccessListItem {
		address: to_address(*address),
		storage_keys: slots.iter().map(|slot| to_hash(*slot)).collect(),
	});
	AccessList(items.collect())
}
