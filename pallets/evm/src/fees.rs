//! What gas costs and where the money goes.

use crate::{AddressMapping, Config};
use core::marker::PhantomData;
use frame_support::{traits::fungible::Mutate, weights::Weight};
use sp_core::{Get, H160, U256};

/// Gives the base fee per gas.
pub trait FeeCalculator {
	/// The base fee in wei, below 2^64, and the weight of finding it out.
	fn min_gas_price() -> (U256, Weight);

	/// The value of BLOBBASEFEE in wei (EIP-7516). Without blobs it stays at the least that there is.
	fn blob_base_fee() -> u128 {
		1
	}
}

/// Gas costs nothing.
impl FeeCalculator for () {
	fn min_gas_price() -> (U256, Weight) {
		(U256::zero(), Weight::zero())
	}
}

/// A base fee that the runtime fixes.
pub struct FixedGasPrice<Price>(PhantomData<Price>);

impl<Price: Get<u64>> FeeCalculator for FixedGasPrice<Price> {
	fn min_gas_price() -> (U256, Weight) {
		(Price::get().into(), Weight::zero())
	}
}

/// What a transaction paid for its gas, in wei. It has left the sender already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GasPayment {
	/// Used gas at the base fee.
	pub base_fee: U256,
	/// Used gas at what was paid above the base fee.
	pub priority_fee: U256,
}

/// Decides whether gas is charged, and who gets what was charged.
pub trait OnChargeEvmTransaction<T: Config> {
	/// If false, prices in transactions are ignored and BASEFEE and GASPRICE are 0.
	fn charges() -> bool;

	/// Hands out what a transaction paid. What is not handed out is burnt. Must not fail: a
	/// transaction that was executed stays executed.
	fn on_paid(author: &H160, payment: GasPayment);
}

/// No fee at all.
impl<T: Config> OnChargeEvmTransaction<T> for () {
	fn charges() -> bool {
		false
	}

	fn on_paid(_: &H160, _: GasPayment) {}
}

/// EIP-1559: the base fee is burnt, the rest goes to the block's author.
///
/// A payment that the author's account cannot hold, because it is below the existential deposit, is
/// burnt as well.
pub struct BurnBaseFee;

impl<T: Config> OnChargeEvmTransaction<T> for BurnBaseFee {
	fn charges() -> bool {
		true
	}

	fn on_paid(author: &H160, payment: GasPayment) {
		let Ok(tip) = u128::try_from(payment.priority_fee) else { return };
		if tip != 0 {
			let account = T::AddressMapping::into_account_id(*author);
			let _ = T::Currency::mint_into(&account, tip.into());
		}
	}
}
