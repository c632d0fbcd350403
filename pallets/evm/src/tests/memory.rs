//! Memory that an execution may take, where no cap of gas bounds it.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{ExitError, ExitReason, MAX_TRANSACTION_GAS_LIMIT};

/// Every frame takes 200 kB, counts itself in transient storage and calls itself.
#[test]
fn memory_of_all_frames_together_is_bounded() {
	const FRAME_MEMORY: u64 = 200_000;
	run(|| {
		TransactionGasLimit::set(None);
		let code = Code::new()
			.push(1)
			.push(FRAME_MEMORY - 32)
			.ops(&[op::MSTORE])
			.push(0)
			.ops(&[op::TLOAD])
			.push(1)
			.ops(&[op::ADD])
			.push(0)
			.ops(&[op::TSTORE])
			.push(0)
			.push(0)
			.push(0)
			.push(0)
			.push(0)
			.ops(&[op::ADDRESS, op::GAS, op::CALL, op::POP])
			.push(0)
			.ops(&[op::TLOAD])
			.return_top();
		let contract = install(0xc0, code);
		let call = |gas| ExecuteRequest::call(alice(), contract, vec![], gas);
		// As if a frame had run out of gas, the result would differ from Ethereum's.
		let info = transact(call(60_000_000)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::OutOfMemory));
		assert_eq!(info.used_gas, 60_000_000);
		let info = succeed(call(MAX_TRANSACTION_GAS_LIMIT));
		let frames = U256::from_big_endian(&info.value).as_u64();
		let limit = (20 << 20) / FRAME_MEMORY;
		assert!((limit / 2..limit).contains(&frames), "{frames} frames, the limit is {limit}");
	});
}

/// Writes to a new slot of transient storage again and again, 115 gas for each.
#[test]
fn changes_of_an_execution_are_bounded() {
	run(|| {
		TransactionGasLimit::set(None);
		let body = [op::GAS, op::GAS, op::TSTORE];
		let contract =
			install(0xc0, Code::new().ops(&[op::JUMPDEST]).ops(&body).push(0).ops(&[op::JUMP]));
		let call = |gas| ExecuteRequest::call(alice(), contract, vec![], gas);
		let info = transact(call(MAX_TRANSACTION_GAS_LIMIT)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::OutOfGas), "as on Ethereum");
		let info = transact(call(60_000_000)).unwrap();
		assert_eq!(info.exit, ExitReason::Error(ExitError::OutOfMemory));
		assert_eq!(info.used_gas, 60_000_000);
	});
}

/// A frame that asks for memory which nobody could pay for runs out of gas, and its caller goes on.
#[test]
fn frame_without_gas_for_memory_runs_out_of_it_alone() {
	run(|| {
		TransactionGasLimit::set(None);
		for end in [64 << 20, 1 << 33, u64::MAX] {
			let greedy = install(0xc1, Code::new().push(1).push(end).ops(&[op::MSTORE]));
			let contract = install(0xc0, Code::new().call(greedy, 0).return_top());
			for gas in [GAS, MAX_TRANSACTION_GAS_LIMIT + 1, 60_000_000] {
				let info = succeed(ExecuteRequest::call(alice(), contract, vec![], gas));
				assert_eq!(U256::from_big_endian(&info.value), 0.into(), "{end} {gas}");
			}
		}
	});
}
