//! Ethereum's rules for the address of a new contract.

use alloc::vec::Vec;

use sp_core::{H160, H256};

use crate::{hash::keccak256, minimal};

/// The address of a contract made by `CREATE`: the last 20 bytes of
/// `keccak256(rlp([deployer, nonce]))`. Yellow Paper, section 7, equation for `ADDR`.
pub fn create_address(deployer: H160, nonce: u64) -> H160 {
	let nonce_bytes = minimal::significant(&nonce.to_be_bytes()).to_vec();
	let mut payload = Vec::with_capacity(32);
	payload.push(0x80 + 20);
	payload.extend_from_slice(deployer.as_bytes());
	match nonce_bytes.as_slice() {
		[single] if *single < 0x80 => payload.push(*single),
		bytes => {
			// At most 8 bytes: the short form of an RLP string always fits.
			payload.push(0x80u8.saturating_add(bytes.len() as u8));
			payload.extend_from_slice(bytes);
		}
	}
	let mut list = Vec::with_capacity(payload.len().saturating_add(1));
	// At most 30 bytes of payload: the short form of an RLP list always fits.
	list.push(0xc0u8.saturating_add(payload.len() as u8));
	list.extend_from_slice(&payload);
	last_20_bytes(keccak256(&list))
}

/// The last address that Ethereum gives to precompiles by counting (EIP-2537), and the one outside
/// that row (EIP-7951).
const LAST_COUNTED_PRECOMPILE: u16 = 0x11;
const P256_VERIFY: u16 = 0x100;

/// Whether an address is zero, or one of Ethereum's precompiles up to Osaka: `0x01` to `0x11` and
/// `0x0100`. It may hold a balance, never code or storage.
pub fn is_system_address(address: &H160) -> bool {
	let [high @ .., second, last] = address.0;
	if high != [0; 18] {
		return false;
	}
	let number = u16::from_be_bytes([second, last]);
	number <= LAST_COUNTED_PRECOMPILE || number == P256_VERIFY
}

/// The address of a contract made by `CREATE2` (EIP-1014): the last 20 bytes of
/// `keccak256(0xff ++ deployer ++ salt ++ init_code_hash)`.
pub fn create2_address(deployer: H160, salt: H256, init_code_hash: H256) -> H160 {
	let mut preimage = Vec::with_capacity(85);
	preimage.push(0xff);
	preimage.extend_from_slice(deployer.as_bytes());
	preimage.extend_from_slice(salt.as_bytes());
	preimage.extend_from_slice(init_code_hash.as_bytes());
	last_20_bytes(keccak256(&preimage))
}

/// The H160 that a Substrate account acts as in the EVM: the first 20 bytes of its identifier,
/// padded with zeros where it is shorter.
pub fn truncated(account: &[u8]) -> H160 {
	let mut address = H160::zero();
	for (to, from) in address.0.iter_mut().zip(account) {
		*to = *from;
	}
	address
}

fn last_20_bytes(hash: H256) -> H160 {
	let mut address = H160::zero();
	address.0.copy_from_slice(&hash.0[12..]);
	address
}

#[cfg(test)]
mod tests {
	use super::*;
	use hex_literal::hex;

	/// The first contracts of the account 0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0 on mainnet.
	#[test]
	fn create_address_of_known_contracts_works() {
		let deployer = H160(hex!("6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0"));
		let expected = [
			hex!("cd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"),
			hex!("343c43a37d37dff08ae8c4a11544c718abb4fcf8"),
			hex!("f778b86fa74e846c4f0a1fbd1335fe81c00a0c91"),
			hex!("fffd933a0bc612844eaf0c6fe3e5b8e9b6c1d19c"),
		];
		for (nonce, address) in expected.into_iter().enumerate() {
			assert_eq!(create_address(deployer, nonce as u64), H160(address), "nonce {nonce}");
		}
	}

	/// Examples 1 and 4 of EIP-1014.
	#[test]
	fn create2_address_of_the_eip_examples_works() {
		assert_eq!(
			create2_address(H160::zero(), H256::zero(), keccak256(&[0])),
			H160(hex!("4D1A2e2bB4F88F0250f26Ffff098B0b30B26BF38")),
		);
		assert_eq!(
			create2_address(
				H160(hex!("00000000000000000000000000000000deadbeef")),
				H256(hex!("00000000000000000000000000000000000000000000000000000000cafebabe")),
				keccak256(&hex!("deadbeef")),
			),
			H160(hex!("60f3f640a8508fC6a86d45DF051962668E1e8AC7")),
		);
	}

	#[test]
	fn is_system_address_of_each_edge_works() {
		let address = H160::from_low_u64_be;
		for number in [0, 1, 0x11, 0x100] {
			assert!(is_system_address(&address(number)), "{number:#x}");
		}
		for number in [0x12, 0xff, 0x101, 0x1_0000, 0x1_0001] {
			assert!(!is_system_address(&address(number)), "{number:#x}");
		}
	}

	#[test]
	fn truncated_of_a_32_byte_account_works() {
		assert_eq!(truncated(&[7u8; 32]), H160::repeat_byte(7));
	}
}
