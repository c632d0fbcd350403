//! One transaction in a block of its own.

use crate::{
	CurrentEnvironment, Ethereum, Executive, Header, Runtime, RuntimeCall, UncheckedExtrinsic,
};
use alloc::vec::Vec;
use sp_core::H256;
use sp_runtime::{
	traits::Header as _, transaction_validity::InvalidTransaction, ApplyExtrinsicResult,
};

/// Begins a block and applies an Ethereum transaction to it as block authors do: the general
/// transaction that carries it is authorised by its content, and then dispatched.
///
/// The block is not ended, so that its receipts can be read where pallet-ethereum gathers them.
pub fn transact(raw: Vec<u8>) -> ApplyExtrinsicResult {
	let number = CurrentEnvironment::get().number;
	Executive::initialize_block(&Header::new(
		number,
		H256::zero(),
		H256::zero(),
		H256::zero(),
		Default::default(),
	));
	let call: pallet_ethereum::Call<Runtime> =
		Ethereum::convert_call(raw).map_err(|_| InvalidTransaction::ExhaustsResources)?;
	let extension = (frame_system::AuthorizeCall::new(),);
	Executive::apply_extrinsic(UncheckedExtrinsic::new_transaction(
		RuntimeCall::Ethereum(call),
		extension,
	))
}
