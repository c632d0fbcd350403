//! Accounts whose private keys are known, for signed authorizations.

use alloy_primitives::{keccak256, Address, B256, U256};
use k256::ecdsa::SigningKey;
use std::sync::OnceLock;

/// How many there are.
pub(super) const KEYS: usize = 4;

/// A private key and its address.
pub(super) struct Key {
	signing: SigningKey,
	pub(super) address: Address,
}

/// The key of this number.
pub(super) fn key(index: usize) -> &'static Key {
	static ALL: OnceLock<Vec<Key>> = OnceLock::new();
	let all = ALL.get_or_init(|| (0..KEYS).map(make).collect());
	&all[index % KEYS]
}

fn make(index: usize) -> Key {
	let secret = [index as u8 + 1; 32];
	let signing = SigningKey::from_slice(&secret).expect("small numbers are private keys");
	let point = signing.verifying_key().to_encoded_point(false);
	let hash = keccak256(&point.as_bytes()[1..]);
	Key { signing, address: Address::from_slice(&hash[12..]) }
}

/// Parity, `r` and `s`.
pub(super) type Signature = (bool, U256, U256);

impl Key {
	/// Signs a hash.
	pub(super) fn sign(&self, hash: B256) -> Signature {
		let (signature, id) = self
			.signing
			.sign_prehash_recoverable(hash.as_slice())
			.expect("a hash of 32 bytes can be signed");
		let bytes = signature.to_bytes();
		let [r, s] = [&bytes[..32], &bytes[32..]].map(U256::from_be_slice);
		(id.is_y_odd(), r, s)
	}
}
