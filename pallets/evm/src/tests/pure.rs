//! Pure functions.

use super::*;
use crate::{create2_address, create_address, is_delegation, ExitError, ExitReason};
use codec::Encode;
use hex_literal::hex;

#[test]
fn create_address_is_ethereums() {
	let deployer = H160(hex!("2c7536e3605d9c16a7a3d7b1898e529396a65c23"));
	for (nonce, expected) in [
		(0, hex!("c0aae1edd7a76c8cf99e5ba3ca69599ed29540ea")),
		(127, hex!("639a970cf2e3528a43a1f4d2b74f6128897ef5e5")),
		(128, hex!("9a78d5789a1653332d36962b163772329778a1f6")),
		(256, hex!("592c72d7264c2f350c1334461d0e7a7edbe81161")),
		(u64::MAX - 1, hex!("02a60ebe20b6634ac4a3b9518c703b16251fcead")),
	] {
		assert_eq!(create_address(&deployer, nonce), H160(expected), "nonce {nonce}");
	}
}

/// Two examples of EIP-1014.
#[test]
fn create2_address_is_ethereums() {
	let hash = |code: &[u8]| H256(sp_io::hashing::keccak_256(code));
	assert_eq!(
		create2_address(&H160::zero(), &H256::zero(), &hash(&[0])),
		H160(hex!("4d1a2e2bb4f88f0250f26ffff098b0b30b26bf38"))
	);
	let deployer = H160(hex!("00000000000000000000000000000000deadbeef"));
	assert_eq!(
		create2_address(&deployer, &word(0xcafebabe), &hash(&hex!("deadbeef"))),
		H160(hex!("60f3f640a8508fc6a86d45df051962668e1e8ac7"))
	);
}

#[test]
fn delegations_are_recognised_by_length_and_prefix() {
	let delegation = [&[0xef, 0x01, 0x00][..], &[0; 20]].concat();
	assert!(is_delegation(&delegation));
	assert!(!is_delegation(&delegation[..22]));
	assert!(!is_delegation(&[&[0xef, 0x01, 0x01][..], &[0; 20]].concat()));
}

#[test]
fn exit_errors_have_the_indices_of_the_evm_crate() {
	for (error, index) in [
		(ExitError::StackUnderflow, 0),
		(ExitError::OutOfGas, 9),
		(ExitError::Other(String::new()), 13),
		(ExitError::MaxNonce, 14),
		(ExitError::InvalidCode(0xef), 15),
		(ExitError::AccountLocked(bob()), 32),
	] {
		assert_eq!(error.encode()[0], index);
	}
	assert!(ExitReason::Revert.is_revert() && !ExitReason::Fatal.is_succeed());
}

#[test]
fn error_sentences_have_their_values() {
	let error = RunnerError::NonceTooLow { found: 3, expected: 4 };
	assert_eq!(error.to_string(), "nonce too low: next nonce 4, tx nonce 3");
	let error = RunnerError::BalanceLow { address: bob(), balance: 1.into(), required: 2.into() };
	assert!(error.to_string().ends_with("have 1 want 2"), "{error}");
}
