//! Memory that an execution may take, where gas does not bound it: without a cap, and under old rules.

use super::{
	assembler::{op, Code},
	*,
};
use crate::{EvmSpec, ExitError, ExitReason, MAX_TRANSACTION_GAS_LIMIT};

const OUT_OF_GAS: ExitReason = ExitReason::Error(ExitError::OutOfGas);
const OUT_OF_MEMORY: ExitReason = ExitReason::Error(ExitError::OutOfMemory);

/// Slots that an execution may load, an account counted as two.
const MAX_LOADED: u64 = 28_672;

/// Does something with each number from `count` to 1, which is on top of the stack and taken from it.
fn for_each(count: u64, body: &[u8]) -> Code {
	let code = Code::new().push(count);
	let start = code.clone().build().len() as u64;
	let code = code.ops(&[op::JUMPDEST, op::DUP1]).ops(body);
	code.push(1).ops(&[op::SWAP1, op::SUB, op::DUP1]).push(start).ops(&[op::JUMPI])
}

/// How a call of this code with all gas that EIP-7825 allows ends under the rules of a hard fork.
fn call_under(spec: EvmSpec, code: Code) -> ExitReason {
	end_under(spec, || {
		let contract = install(0xc0, code);
		ExecuteRequest::call(alice(), contract, vec![], MAX_TRANSACTION_GAS_LIMIT)
	})
}

/// As [`call_under`], as the init code of a creation.
fn create_under(spec: EvmSpec, code: Code) -> ExitReason {
	end_under(spec, || ExecuteRequest::create(alice(), code.build(), MAX_TRANSACTION_GAS_LIMIT))
}

fn end_under(spec: EvmSpec, request: impl FnOnce() -> ExecuteRequest) -> ExitReason {
	Spec::set(spec);
	let exit = run(|| {
		let info = transact(request()).unwrap();
		if !info.exit.is_succeed() {
			assert_eq!((info.used_gas, nonce(alice())), (MAX_TRANSACTION_GAS_LIMIT, 1));
		}
		info.exit
	});
	Spec::set(EvmSpec::Osaka);
	exit
}

/// BALANCE of one address after the other, 20 gas for each under the oldest rules.
#[test]
fn accounts_of_an_execution_are_bounded_before_berlin() {
	let balances = |count| for_each(count, &[op::BALANCE, op::POP]);
	// Sender and contract are loaded too.
	let most = MAX_LOADED / 2 - 2;
	for spec in
		[EvmSpec::Frontier, EvmSpec::TangerineWhistle, EvmSpec::Petersburg, EvmSpec::Istanbul]
	{
		assert_eq!(call_under(spec, balances(most)), ExitReason::Succeed, "{spec:?}");
		assert_eq!(call_under(spec, balances(most + 1)), OUT_OF_MEMORY, "{spec:?}");
	}
	for spec in [EvmSpec::Berlin, EvmSpec::Osaka] {
		assert_eq!(call_under(spec, balances(most + 1)), OUT_OF_GAS, "{spec:?}");
	}
}

/// SLOAD of one slot after the other, 50 gas for each under the oldest rules. The slots of a contract that
/// is being created are not read from the storage.
#[test]
fn slots_of_an_execution_are_bounded_before_istanbul() {
	let slots = |count| for_each(count, &[op::SLOAD, op::POP]);
	let most = MAX_LOADED - 2 * 2;
	for spec in [EvmSpec::Frontier, EvmSpec::TangerineWhistle, EvmSpec::Petersburg] {
		for end in [call_under, create_under] {
			assert_eq!(end(spec, slots(most)), ExitReason::Succeed, "{spec:?}");
			assert_eq!(end(spec, slots(most + 1)), OUT_OF_MEMORY, "{spec:?}");
		}
	}
	for spec in [EvmSpec::Istanbul, EvmSpec::Berlin, EvmSpec::Osaka] {
		assert_eq!(call_under(spec, slots(most + 1)), OUT_OF_GAS, "{spec:?}");
	}
}

/// Slots that are loaded already take no more memory.
#[test]
fn slots_that_are_read_again_count_once() {
	let again = Code::new().ops(&[op::POP]).push(7).ops(&[op::SLOAD, op::POP]).build();
	let code = for_each(2 * MAX_LOADED, &again);
	assert_eq!(call_under(EvmSpec::Frontier, code), ExitReason::Succeed);
}

/// Calls that cannot pay for a slot, or have none on the stack, load none.
#[test]
fn slots_that_are_not_loaded_do_not_count() {
	let bodies =
		[&[op::GAS, op::SLOAD][..], &[op::GAS, op::GAS, op::SSTORE], &[op::GAS, op::SSTORE]];
	for body in bodies {
		let exit = end_under(EvmSpec::Frontier, || {
			let failing = install(0xc1, body);
			let call = Code::new().ops(&[op::POP]).push(0).push(0).push(0).push(0).push(0);
			let call = call.push_address(failing).push(50).ops(&[op::CALL, op::POP]).build();
			let contract = install(0xc0, for_each(MAX_LOADED, &call));
			ExecuteRequest::call(alice(), contract, vec![], MAX_TRANSACTION_GAS_LIMIT)
		});
		assert_eq!(exit, ExitReason::Succeed, "{body:?}");
	}
}

/// A contract that destroys itself in every call: 77 gas for each, and a change of the journal.
#[test]
fn changes_of_an_execution_are_bounded_before_tangerine_whistle() {
	let end = |spec| {
		end_under(spec, || {
			let suicidal = install(0xc1, [op::ADDRESS, op::SELFDESTRUCT]);
			let code = Code::new().ops(&[op::JUMPDEST]).push(0).push(0).push(0).push(0).push(0);
			let code = code.push_address(suicidal).push(10).ops(&[op::CALL, op::POP]);
			let contract = install(0xc0, code.push(0).ops(&[op::JUMP]));
			ExecuteRequest::call(alice(), contract, vec![], MAX_TRANSACTION_GAS_LIMIT)
		})
	};
	assert_eq!(end(EvmSpec::Frontier), OUT_OF_MEMORY);
	assert_eq!(end(EvmSpec::Homestead), OUT_OF_MEMORY);
	assert_eq!(end(EvmSpec::TangerineWhistle), OUT_OF_GAS);
}

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
