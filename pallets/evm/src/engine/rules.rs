//! Which checks an execution makes.

use crate::{Config, ExecuteMode, ExecuteRequest, OnChargeEvmTransaction};

/// The checks of one execution.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
	/// The price in the request counts: the sender is charged for gas.
	pub(crate) charge: bool,
	/// The sender must pay at least the base fee and be no contract, and is checked in full.
	pub(crate) transaction: bool,
	/// The nonce must be the sender's, if the request has one.
	pub(crate) check_nonce: bool,
	/// A message call uses up a nonce of its sender.
	pub(crate) use_nonce: bool,
	/// Locked accounts may not be touched.
	pub(crate) enforce_locks: bool,
}

impl Rules {
	/// The rules of a mode.
	pub(crate) fn new<T: Config>(mode: ExecuteMode, request: &ExecuteRequest) -> Self {
		let charges = T::OnChargeTransaction::charges();
		match mode {
			ExecuteMode::Transaction | ExecuteMode::Dispatch => Self {
				charge: charges,
				transaction: true,
				check_nonce: true,
				use_nonce: true,
				enforce_locks: true,
			},
			ExecuteMode::ReadOnly => Self {
				charge: charges && request.max_fee_per_gas.is_some_and(|price| !price.is_zero()),
				transaction: false,
				check_nonce: false,
				use_nonce: true,
				enforce_locks: false,
			},
			ExecuteMode::System => Self {
				charge: false,
				transaction: false,
				check_nonce: false,
				use_nonce: false,
				enforce_locks: false,
			},
		}
	}

	/// The rules of the pool: a nonce above the sender's may become valid later.
	pub(crate) fn pool<T: Config>(request: &ExecuteRequest) -> Self {
		Self { check_nonce: false, ..Self::new::<T>(ExecuteMode::Transaction, request) }
	}

	/// The rules of an estimate: as a call without effect, but locks halt it as they would halt the
	/// transaction.
	pub(crate) fn estimate<T: Config>(request: &ExecuteRequest) -> Self {
		Self { enforce_locks: true, ..Self::new::<T>(ExecuteMode::ReadOnly, request) }
	}
}
