//! Who is told of executions that no signed Ethereum transaction asked for.

use crate::{ExecuteRequest, ExecutionInfo, ListSizes};
use frame_support::weights::Weight;
use sp_core::H160;

/// An execution that is over. What it changed is written if it succeeded; if not, only what its
/// sender paid is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Executed {
	/// What was asked for.
	pub request: ExecuteRequest,
	/// The sender's nonce before the execution.
	pub nonce: u64,
	/// The address called, or the one that a creation was for.
	pub address: H160,
	/// The outcome. Without success it has no logs.
	pub info: ExecutionInfo,
}

/// Is told of executions that no signed Ethereum transaction asked for: calls of this pallet
/// ([`crate::ExecuteMode::Dispatch`]) and those of the runtime itself
/// ([`crate::ExecuteMode::System`] and [`crate::Pallet::execute_confined`]), however they end.
///
/// Whoever executes in [`crate::ExecuteMode::Transaction`] knows of it without this. `()` is for
/// runtimes that record nothing.
pub trait OnExecuted {
	/// The gas that the block has left. A call of this pallet whose limit is above it is refused; what
	/// the runtime itself calls is not.
	fn gas_left() -> u64;

	/// The weight of [`OnExecuted::on_executed`] for a request with so many bytes of input and items of
	/// lists, whatever follows from it included. Calls of this pallet declare it; who calls in the
	/// runtime's name has to.
	fn weight(input_bytes: usize, lists: ListSizes) -> Weight;

	/// An execution is over.
	fn on_executed(executed: &Executed);
}

impl OnExecuted for () {
	fn gas_left() -> u64 {
		u64::MAX
	}

	fn weight(_: usize, _: ListSizes) -> Weight {
		Weight::zero()
	}

	fn on_executed(_: &Executed) {}
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // A test ends where it fails.
mod tests {
	use super::*;
	use crate::{
		create2_address, create_address, mock::*, Call, ConfinedError, Error, ExecuteMode,
		ExitReason, Pallet, Target,
	};
	use frame_support::{
		assert_noop,
		dispatch::{DispatchResultWithPostInfo, GetDispatchInfo},
	};
	use sp_core::{H256, U256};
	use sp_io::hashing::keccak_256;

	const GAS: u64 = 100_000;
	/// LOG0 of nothing, then the end.
	const LOGS: &[u8] = &[0x5f, 0x5f, 0xa0, 0x00];
	/// LOG0 of nothing, then REVERT.
	const LOGS_AND_REVERTS: &[u8] = &[0x5f, 0x5f, 0xa0, 0x5f, 0x5f, 0xfd];
	/// LOG0 of nothing, then slot 0 becomes 1.
	const LOGS_AND_WRITES: &[u8] = &[0x5f, 0x5f, 0xa0, 0x60, 0x01, 0x5f, 0x55, 0x00];
	/// Init code of a contract whose code is one STOP.
	const INIT: &[u8] = &[0x60, 0x01, 0x5f, 0xf3];

	fn install(byte: u8, code: &[u8]) -> H160 {
		let address = H160::repeat_byte(byte);
		Pallet::<Test>::set_code(&address, code.to_vec()).unwrap();
		Pallet::<Test>::set_nonce(&address, 1).unwrap();
		address
	}

	fn price() -> U256 {
		BaseFee::get().into()
	}

	fn call(target: H160, input: Vec<u8>) -> DispatchResultWithPostInfo {
		let root = RuntimeOrigin::root();
		let none = None;
		EVM::call(root, alice(), target, input, 0.into(), GAS, price(), none, none, vec![], vec![])
	}

	/// What was told last.
	fn last() -> Executed {
		Told::get().pop().unwrap()
	}

	#[test]
	fn calls_are_told_however_they_end_works() {
		run(|| {
			let (logs, reverts) = (install(0xc0, LOGS), install(0xc1, LOGS_AND_REVERTS));
			call(logs, vec![1, 2]).unwrap();
			let Executed { request, nonce, address, info } = last();
			let expected = ExecuteRequest {
				max_fee_per_gas: Some(price()),
				..ExecuteRequest::call(alice(), logs, vec![1, 2], GAS)
			};
			assert_eq!((request, nonce, address), (expected, 0, logs));
			assert_eq!((info.exit, info.logs.len()), (ExitReason::Succeed, 1));

			call(reverts, vec![]).unwrap();
			let Executed { nonce, address, info, .. } = last();
			assert_eq!((nonce, address), (1, reverts));
			assert_eq!((info.exit, info.logs.len()), (ExitReason::Revert, 0));
			assert_eq!(Told::get().len(), 2);
		});
	}

	#[test]
	fn creations_are_told_with_their_address_works() {
		run(|| {
			let (root, salt) = (RuntimeOrigin::root(), H256::repeat_byte(5));
			EVM::create(
				root.clone(),
				alice(),
				INIT.to_vec(),
				0.into(),
				GAS,
				price(),
				None,
				None,
				vec![],
				vec![],
			)
			.unwrap();
			let created = create_address(&alice(), 0);
			let executed = last();
			assert_eq!((executed.address, executed.info.created), (created, Some(created)));

			EVM::create2(
				root,
				alice(),
				INIT.to_vec(),
				salt,
				0.into(),
				GAS,
				price(),
				None,
				None,
				vec![],
				vec![],
			)
			.unwrap();
			let created = create2_address(&alice(), &salt, &keccak_256(INIT).into());
			let executed = last();
			assert_eq!((executed.address, executed.info.created), (created, Some(created)));
			assert_eq!((executed.nonce, executed.request.target), (1, Target::Create2 { salt }));
		});
	}

	#[test]
	fn refused_calls_transactions_and_views_are_not_told_works() {
		run(|| {
			let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
			request.max_fee_per_gas = Some(price());
			for mode in [ExecuteMode::Transaction, ExecuteMode::ReadOnly] {
				Pallet::<Test>::execute(request.clone(), mode).unwrap();
			}
			request.gas_limit = 20_999;
			Pallet::<Test>::execute(request, ExecuteMode::Dispatch).unwrap_err();
			assert_eq!(Told::get(), vec![]);
		});
	}

	#[test]
	fn call_above_the_gas_that_is_left_fails() {
		run(|| {
			GasLeft::set(GAS - 1);
			assert_noop!(
				call(bob(), vec![]).map_err(|error| error.error),
				Error::<Test>::GasLimitExceedsBlockLimit
			);
			GasLeft::set(GAS);
			call(bob(), vec![]).unwrap();
			// The runtime itself is not refused, nor are those who look at the block's gas themselves.
			GasLeft::set(0);
			let mut request = ExecuteRequest::call(alice(), bob(), vec![], GAS);
			Pallet::<Test>::execute(request.clone(), ExecuteMode::System).unwrap();
			Pallet::<Test>::execute_confined(request.clone(), |_| false).unwrap();
			request.max_fee_per_gas = Some(price());
			Pallet::<Test>::execute(request, ExecuteMode::Transaction).unwrap();
			assert_eq!(Told::get().len(), 3);
		});
	}

	#[test]
	fn confined_calls_are_told_however_they_end_works() {
		run(|| {
			let writes = install(0xc0, LOGS_AND_WRITES);
			let reverts = install(0xc1, LOGS_AND_REVERTS);
			let confined = |target, may_write: bool| {
				let request = ExecuteRequest::call(alice(), target, vec![], GAS);
				Pallet::<Test>::execute_confined(request, |_| may_write)
			};
			confined(writes, true).unwrap();
			let executed = last();
			assert_eq!(executed.info.exit, ExitReason::Succeed);
			assert_eq!((executed.nonce, executed.info.logs.len()), (0, 1));

			confined(reverts, true).unwrap();
			assert_eq!((last().info.exit, last().info.logs.len()), (ExitReason::Revert, 0));

			// What it changed is not kept, so it counts as a halt, and its log as not written.
			Pallet::<Test>::set_storage(&writes, H256::zero(), H256::zero());
			assert_eq!(confined(writes, false), Err(ConfinedError::Forbidden(writes)));
			assert!(matches!(last().info.exit, ExitReason::Error(_)));
			assert_eq!((last().info.logs.len(), Told::get().len()), (0, 3));
		});
	}

	#[test]
	fn declared_and_actual_weight_count_the_telling_works() {
		run(|| {
			let input = vec![1; 100];
			let declared = || {
				let call = Call::<Test>::call {
					source: alice(),
					target: bob(),
					input: input.clone(),
					value: 0.into(),
					gas_limit: GAS,
					max_fee_per_gas: price(),
					max_priority_fee_per_gas: None,
					nonce: None,
					access_list: vec![(bob(), vec![H256::zero()])],
					authorization_list: vec![],
				};
				call.get_dispatch_info().call_weight.ref_time()
			};
			let plain = declared();
			ToldTime::set(7);
			// A hundred bytes and two items.
			assert_eq!(declared(), plain + 7 * 102);
			let post = call(bob(), input.clone()).unwrap();
			let spent = EVM::execution_weight(last().info.spent_gas).ref_time();
			assert_eq!(post.actual_weight.unwrap().ref_time(), spent + 7 * 100);
		});
	}
}
