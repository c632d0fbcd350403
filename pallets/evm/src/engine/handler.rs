//! The course of a transaction: Ethereum's, with these differences.
//!
//! - A creation at top level may be by salt.
//! - The sender of a read-only or system call needs the value, but pays no fee.
//! - The signers of an authorization list are recovered by the host, once the sender has paid.
//! - The tip is not credited in the journal, but by [`crate::OnChargeEvmTransaction`] afterwards, so
//!   that an author who is locked does not halt everybody's transactions.

use super::{authority, database::DatabaseError, evm::FrameEvm, Rules};
use crate::{Config, ExecuteRequest, Target};
use alloc::boxed::Box;
use core::marker::PhantomData;
use revm::{
	context::result::{EVMError, HaltReason, InvalidTransaction},
	context_interface::{
		journaled_state::account::JournaledAccountTr, Cfg, ContextTr, CreateScheme, JournalTr,
		LocalContextTr, Transaction,
	},
	handler::{execution, pre_execution, EvmTr, FrameResult, Handler},
	interpreter::{
		interpreter_action::FrameInit, FrameInput, GasTracker, InitialAndFloorGas, SharedMemory,
	},
	primitives::U256 as Word,
};

/// Runs one transaction.
pub(super) struct FrameHandler<T> {
	salt: Option<Word>,
	rules: Rules,
	_config: PhantomData<T>,
}

impl<T> FrameHandler<T> {
	pub(super) fn new(request: &ExecuteRequest, rules: Rules) -> Self {
		let salt = match request.target {
			Target::Create2 { salt } => Some(super::convert::hash_to_word(salt)),
			_ => None,
		};
		Self { salt, rules, _config: PhantomData }
	}
}

impl<T: Config> Handler for FrameHandler<T> {
	type Evm = FrameEvm<T>;
	type Error = EVMError<DatabaseError>;
	type HaltReason = HaltReason;

	fn validate_against_state_and_deduct_caller(
		&self,
		evm: &mut Self::Evm,
		_: &mut InitialAndFloorGas,
	) -> Result<(), Self::Error> {
		let context = evm.ctx();
		if self.rules.transaction || self.rules.charge {
			return pre_execution::validate_against_state_and_deduct_caller(context);
		}
		let (tx, journal) = context.tx_journal_mut();
		let mut caller = journal.load_account_with_code_mut(tx.caller())?.data;
		if *caller.balance() < tx.value() {
			return Err(InvalidTransaction::LackOfFundForMaxFee {
				fee: Box::new(tx.value()),
				balance: Box::new(*caller.balance()),
			}
			.into());
		}
		if self.rules.use_nonce && tx.kind().is_call() {
			caller.bump_nonce();
		}
		Ok(())
	}

	fn apply_eip7702_auth_list(
		&self,
		evm: &mut Self::Evm,
		gas: &mut GasTracker,
	) -> Result<Option<u64>, Self::Error> {
		let context = evm.ctx_mut();
		authority::recover_all(&mut context.tx, context.cfg.chain_id);
		pre_execution::apply_eip7702_auth_list(context, gas)
	}

	fn first_frame_input(
		&mut self,
		evm: &mut Self::Evm,
		gas: &mut GasTracker,
	) -> Result<Option<FrameInit>, Self::Error> {
		let context = evm.ctx();
		let mut memory =
			SharedMemory::new_with_buffer(context.local().shared_memory_buffer().clone());
		memory.set_memory_limit(context.cfg().memory_limit());
		let Some(mut frame_input) = execution::create_init_frame(context, gas)? else {
			return Ok(None);
		};
		if let (FrameInput::Create(inputs), Some(salt)) = (&mut frame_input, self.salt) {
			inputs.set_scheme(CreateScheme::Create2 { salt });
		}
		Ok(Some(FrameInit { depth: 0, memory, frame_input }))
	}

	fn reward_beneficiary(
		&self,
		_: &mut Self::Evm,
		_: &mut FrameResult,
	) -> Result<(), Self::Error> {
		Ok(())
	}
}
