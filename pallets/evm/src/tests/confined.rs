//! Calls by the runtime that may write to nothing but what it names.

use super::*;
use crate::{ConfinedError, ExecuteRequest, ExitReason};
use frame_support::assert_storage_noop;

/// Increments slot 0 and logs nothing.
const COUNTER: [u8; 8] = [0x5f, 0x54, 0x60, 0x01, 0x01, 0x5f, 0x55, 0x00];

fn counter() -> H160 {
	install(0xc0, COUNTER.to_vec())
}

fn confined(
	request: ExecuteRequest,
	may_write: &[H160],
) -> Result<crate::ExecutionInfo, ConfinedError> {
	Pallet::<Test>::execute_confined(request, |address| may_write.contains(address))
}

#[test]
fn storage_of_a_named_account_is_written_and_nothing_else_changes() {
	run(|| {
		let contract = counter();
		let (nonce, wei) = (nonce(alice()), Pallet::<Test>::balance(&alice()));
		let request = ExecuteRequest::call(alice(), contract, vec![], 100_000);
		let info = confined(request, &[contract]).unwrap();
		assert_eq!(info.exit, ExitReason::Succeed);
		assert_eq!(Pallet::<Test>::storage_at(contract, H256::zero()), H256::from_low_u64_be(1));
		assert_eq!((super::nonce(alice()), Pallet::<Test>::balance(&alice())), (nonce, wei));
	});
}

#[test]
fn storage_of_another_account_is_refused() {
	run(|| {
		let contract = counter();
		let request = ExecuteRequest::call(alice(), contract, vec![], 100_000);
		assert_storage_noop!(assert_eq!(
			confined(request, &[alice()]),
			Err(ConfinedError::Forbidden(contract))
		));
	});
}

#[test]
fn value_is_refused_though_both_accounts_are_named() {
	run(|| {
		let mut request = ExecuteRequest::call(alice(), bob(), vec![], 100_000);
		request.value = 1.into();
		let lowest = alice().min(bob());
		assert_storage_noop!(assert_eq!(
			confined(request, &[alice(), bob()]),
			Err(ConfinedError::Forbidden(lowest))
		));
	});
}

#[test]
fn creation_is_refused() {
	run(|| {
		let request = ExecuteRequest::create(alice(), vec![], 100_000);
		assert_storage_noop!(assert!(matches!(
			confined(request, &[alice()]),
			Err(ConfinedError::Forbidden(_))
		)));
	});
}

#[test]
fn revert_and_halt_change_nothing_and_are_outcomes() {
	run(|| {
		// Increments slot 0, then reverts or halts.
		let end = |rest: &[u8]| [&COUNTER[..7], rest].concat();
		for (code, byte) in [(end(&[0x5f, 0x5f, 0xfd]), 0xc1), (end(&[0xfe]), 0xc2)] {
			let contract = install(byte, code);
			let request = ExecuteRequest::call(alice(), contract, vec![], 100_000);
			assert_storage_noop!({
				let info = confined(request, &[contract]).unwrap();
				assert!(!info.exit.is_succeed(), "{:?}", info.exit);
			});
		}
	});
}
