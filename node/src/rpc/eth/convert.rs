//! Between the number types of alloy and those of Substrate.

use super::errors::EthError;
use alloy_primitives::{Address, B256, U256};
use sp_core::{H160, H256};

pub(super) fn to_h160(address: Address) -> H160 {
	H160(address.into_array())
}

pub(super) fn to_address(address: H160) -> Address {
	Address::from(address.0)
}

pub(super) fn to_b256(hash: H256) -> B256 {
	B256::from(hash.0)
}

pub(super) fn to_h256(hash: B256) -> H256 {
	H256(hash.0)
}

pub(super) fn to_u256(value: sp_core::U256) -> U256 {
	U256::from_limbs(value.0)
}

pub(super) fn from_u256(value: U256) -> sp_core::U256 {
	sp_core::U256(value.into_limbs())
}

/// A price per gas, for which JSON types have 128 bits.
pub(super) fn to_price(value: sp_core::U256) -> Result<u128, EthError> {
	u128::try_from(value).map_err(|_| {
		EthError::Internal(format!("a price of {value} wei per gas has over 128 bits"))
	})
}

/// A base fee, for which a block's header has 64 bits.
pub(super) fn to_base_fee(value: sp_core::U256) -> Result<u64, EthError> {
	u64::try_from(value)
		.map_err(|_| EthError::Internal(format!("a base fee of {value} wei has over 64 bits")))
}
